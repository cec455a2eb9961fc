"""CoNLL04 as an Accord corpus: one document a sentence, its tokens joined by single spaces."""

import json
from pathlib import Path
from types import MappingProxyType

from accord.corpus import Corpus
from accord.document import Document, Layer, Mention, Relation, Span
from accord.schema import MentionType, RelationType, Schema

FILE = Path(__file__).parents[4] / "shared" / "benchmarks" / "conll04" / "conll04.json"

#: Which types each relation joins in the training data.
SIGNATURES = {
    "Kill": ("Peop", "Peop"),
    "Live_In": ("Peop", "Loc"),
    "Located_In": ("Loc", "Loc"),
    "OrgBased_In": ("Org", "Loc"),
    "Work_For": ("Peop", "Org"),
}

SCHEMA = Schema(
    "conll04",
    "1",
    MappingProxyType({name: MentionType(name) for name in ("Loc", "Org", "Other", "Peop")}),
    MappingProxyType(
        {name: RelationType(name, (head,), (tail,)) for name, (head, tail) in SIGNATURES.items()}
    ),
)


#: The same schema as a schema file, to be saved with a model.
SCHEMA_TOML = "\n".join(
    [
        'name = "conll04"\nversion = "1"\n',
        *(f"[mention.{name}]" for name in SCHEMA.mentions),
        *(
            f'[relation.{name}]\nhead = ["{head}"]\ntail = ["{tail}"]'
            for name, (head, tail) in SIGNATURES.items()
        ),
        "",
    ]
)


def read_conll04(path: Path = FILE) -> Corpus:
    """The three official splits, as splits "train", "dev" and "test" of one corpus."""
    documents: dict[str, Document] = {}
    layers: dict[str, Layer] = {}
    for split, sentences in json.loads(path.read_text(encoding="utf-8")).items():
        for number, sentence in enumerate(sentences):
            name = f"{split}/{number:04d}"
            documents[name], layers[name] = _sentence(name, sentence)
    splits = {split: (f"{split}/*",) for split in ("train", "dev", "test")}
    splits["train+dev"] = ("train/*", "dev/*")
    return Corpus(path.parent, SCHEMA, documents, {"gold": layers}, splits)


def _sentence(name: str, sentence: dict) -> tuple[Document, Layer]:  # type: ignore[type-arg]
    starts, position = [], 0
    for token in sentence["tokens"]:
        starts.append(position)
        position += len(token) + 1
    text = " ".join(sentence["tokens"])
    mentions = tuple(
        Mention(
            f"T{n}",
            Span(starts[e["start"]], starts[e["end"] - 1] + len(sentence["tokens"][e["end"] - 1])),
            e["type"],
        )
        for n, e in enumerate(sentence["entities"], start=1)
    )
    relations = tuple(
        Relation(r["type"], f"T{r['head'] + 1}", f"T{r['tail'] + 1}", id=f"R{n}")
        for n, r in enumerate(sentence["relations"], start=1)
    )
    return Document(name, text), Layer(name, "gold", mentions, relations)
