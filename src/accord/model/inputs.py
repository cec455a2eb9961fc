"""Whether what a model came from is still there: its record against corpus, code and machine."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accord.corpus import Corpus
from accord.corpus.checksums import checksum
from accord.corpus.folder import ANNOTATIONS, SCHEMA_FILE
from accord.errors import AccordError, InputError
from accord.model.folder import BASELINE, CONFIG, SCHEMA, check_model, read_record
from accord.model.provenance import code, label_hashes, locks, machine, versions
from accord.model.recipe import fill, read_recipe
from accord.model.training import recipe_data

INPUTS = ("text", "label", "schema", "config", "encoder", "code", "versions", "locks")

# Rooms of the package that a training runs through; the others cannot change what it gives.
_LEARNING = frozenset(
    ("errors", "files", "document", "schema", "corpus", "compare", "model", "experiment")
)

# What makes two machines of one kind: libraries choose their kernels by it.
_KIND = ("architecture", "system", "libc", "vendor", "features")


@dataclass(frozen=True, slots=True)
class Difference:
    """An input that is not what the record says; `matters` is False where training cannot see it.

    `input` is one of `INPUTS`, or "machine".
    """

    input: str
    what: str
    matters: bool = True


def compare_inputs(folder: Path, corpus: Corpus) -> tuple[Difference, ...]:
    """Everything that differs between a model's record and the corpus and installation at hand.

    In the order of `INPUTS`. Raises ModelError if the model folder is incomplete or damaged.
    """
    check_model(folder)
    record = read_record(folder)
    return (
        *_texts(folder, record, corpus),
        *_labels(record, corpus),
        *_files(record, corpus),
        *_encoder(folder, record),
        *_code(record),
        *_table("versions", record.get("versions"), versions()),
        *_table("locks", record.get("locks"), locks(corpus.root)),
    )


def compare_machine(record: Mapping[str, Any]) -> tuple[Difference, ...]:
    """How this machine's kind differs from that of a record; empty if it is the same."""
    recorded = record.get("machine")
    if not isinstance(recorded, dict):
        return (Difference("machine", "the record does not tell it"),)
    here = machine()
    found = []
    for key in _KIND:
        if recorded.get(key) != here[key]:
            found.append(Difference("machine", _machine_words(key, recorded.get(key), here[key])))
    return tuple(found)


def _texts(folder: Path, record: Mapping[str, Any], corpus: Corpus) -> Iterable[Difference]:
    recorded = {**record.get("trained_on", {}), **record.get("judged_by", {})}
    for i, digest in recorded.items():
        if i not in corpus.documents:
            yield Difference("text", f"{i} is gone")
        elif corpus.documents[i].sha256 != digest:
            yield Difference("text", f"{i} is another text")
    data = recipe_data(read_recipe(folder / CONFIG))
    try:
        selected = corpus.select(data.split)
    except InputError as error:
        yield Difference("text", error.reason)
        return
    left_out = corpus.select(data.held_out) if data.held_out else ()
    for i in selected:
        if i not in recorded and i not in left_out:
            yield Difference("text", f"{i} is in {data.split!r} now, and was not learned from")
    for i in record.get("trained_on", {}):
        if i in corpus.documents and (i not in selected or i in left_out):
            yield Difference("text", f"{i} is not in {data.split!r} any more")


def _labels(record: Mapping[str, Any], corpus: Corpus) -> Iterable[Difference]:
    recorded = record.get("labels")
    if not isinstance(recorded, dict):
        yield Difference("label", "the record does not tell them document by document")
        return
    source = str(record.get("layer"))
    for i, digest in recorded.items():
        if i not in corpus.documents:
            continue
        if i not in corpus.layers.get(source, {}):
            yield Difference("label", f"{i} has no layer {source!r} any more")
        elif label_hashes(corpus, source, [i])[i] != digest:
            yield Difference("label", f"{i} has other labels in {source!r}")


def _files(record: Mapping[str, Any], corpus: Corpus) -> Iterable[Difference]:
    schema = corpus.root / ANNOTATIONS / SCHEMA_FILE
    if "schema" not in record:
        yield Difference("schema", "the record does not tell it")
    elif checksum(schema) != record["schema"]:
        yield Difference("schema", f"{schema} is another file than the model's {SCHEMA}")
    name = record.get("asked", {}).get("recipe")
    if name:
        recipe = corpus.root / str(name)
        if not recipe.is_file():
            yield Difference("config", f"{name} is gone; the model holds a copy, {CONFIG}")
        elif checksum(recipe) != record.get("config"):
            yield Difference("config", f"{name} is another file than the model's {CONFIG}")


def _encoder(folder: Path, record: Mapping[str, Any]) -> Iterable[Difference]:
    tables = read_recipe(folder / CONFIG)
    if tables["kind"] == BASELINE.kind:
        return
    from accord.model.joint.encoder_source import find_encoder
    from accord.model.joint.recipe import JointRecipe

    try:
        found = find_encoder(fill(JointRecipe, tables, "config").encoder)
    except AccordError as error:
        yield Difference("encoder", str(error))
        return
    if found.sha256 != record.get("encoder"):
        yield Difference(
            "encoder", f"{found.weights.name} has SHA-256 {found.sha256[:12]}..., not the recorded"
        )


def _code(record: Mapping[str, Any]) -> Iterable[Difference]:
    recorded = record.get("code")
    if not isinstance(recorded, dict):
        yield Difference("code", "the record does not tell it")
        return
    here = code()
    changed = [r for r in sorted(recorded.keys() | here.keys()) if recorded.get(r) != here.get(r)]
    deep = [room for room in changed if room in _LEARNING]
    rest = [room for room in changed if room not in _LEARNING]
    if deep:
        yield Difference("code", f"changed in {', '.join(deep)}")
    if rest:
        yield Difference("code", f"changed in {', '.join(rest)}, which no training runs", False)


def _table(name: str, recorded: object, here: Mapping[str, str]) -> Iterable[Difference]:
    """Differences of two tables of short values; a package that only one side has counts too."""
    if not isinstance(recorded, dict):
        yield Difference(name, "the record does not tell them")
        return
    for key in sorted(recorded.keys() | here.keys()):
        first, second = recorded.get(key), here.get(key)
        if first != second:
            yield Difference(name, f"{key}: recorded {_short(first)}, here {_short(second)}")


def _short(value: object) -> str:
    text = "none" if value is None else str(value)
    return text if len(text) < 64 else f"{text[:12]}..."


def _machine_words(key: str, recorded: object, here: object) -> str:
    if isinstance(recorded, list) and isinstance(here, list):
        missing = [x for x in recorded if x not in here]
        more = [x for x in here if x not in recorded]
        parts = [f"without {', '.join(missing)}"] if missing else []
        parts += [f"with {', '.join(more)}"] if more else []
        return f"{key}: here {' and '.join(parts)}"
    return f"{key}: recorded {recorded or 'unknown'}, here {here or 'unknown'}"
