"""A tiny encoder, schema and corpus, so that the joint model's tests take seconds."""

import json
from dataclasses import fields
from pathlib import Path
from types import MappingProxyType

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from accord.corpus import Corpus
from accord.document import Document, Layer, Mention, Relation, Span
from accord.model.joint.recipe import JointRecipe
from accord.model.recipe import fill
from accord.schema import MentionType, RelationType, Schema

SCHEMA_TOML = """
name = "tiny"
version = "1"
[mention.ORG]
[mention.GPE]
[mention.GROUP]
[relation.based_in]
head = ["ORG", "GROUP"]
tail = ["GPE"]
[relation.same_as]
head = ["ORG", "GROUP"]
tail = ["ORG", "GROUP"]
symmetric = true
across_paragraphs = true
"""

SCHEMA = Schema(
    "tiny",
    "1",
    MappingProxyType({name: MentionType(name) for name in ("ORG", "GPE", "GROUP")}),
    MappingProxyType(
        {
            "based_in": RelationType("based_in", ("ORG", "GROUP"), ("GPE",)),
            "same_as": RelationType(
                "same_as",
                ("ORG", "GROUP"),
                ("ORG", "GROUP"),
                symmetric=True,
                across_paragraphs=True,
            ),
        }
    ),
)

ORGS = ("Acme", "Orion Labs", "KLA", "Towa")
PLACES = ("Japan", "Tokyo", "Oslo", "Texas")

SIZE, LAYERS, INNER, HEADS, POSITIONS = 32, 2, 64, 2, 96


def write_encoder(folder: Path) -> Path:
    """A BERT of two layers with random weights and a vocabulary of letters and a few words."""
    letters = [chr(c) for c in range(97, 123)] + [str(d) for d in range(10)] + list(".,-'\"$()%")
    words = ["the", "of", "is", "based", "in", "said", "firm", "firms", "acme", "japan", "tokyo"]
    names = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *words, *letters]
    names += [f"##{x}" for x in letters]
    vocabulary = {name: n for n, name in enumerate(dict.fromkeys(names))}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))  # noqa: S106
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    generator = torch.Generator().manual_seed(7)

    def random(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, generator=generator) * 0.1

    weights = {
        "embeddings.word_embeddings.weight": random(len(vocabulary), SIZE),
        "embeddings.position_embeddings.weight": random(POSITIONS, SIZE),
        "embeddings.token_type_embeddings.weight": random(2, SIZE),
        "embeddings.LayerNorm.weight": torch.ones(SIZE),
        "embeddings.LayerNorm.bias": torch.zeros(SIZE),
    }
    shapes = {
        "attention.self.query": (SIZE, SIZE),
        "attention.self.key": (SIZE, SIZE),
        "attention.self.value": (SIZE, SIZE),
        "attention.output.dense": (SIZE, SIZE),
        "intermediate.dense": (INNER, SIZE),
        "output.dense": (SIZE, INNER),
    }
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}."
        for name, shape in shapes.items():
            weights[f"{at}{name}.weight"] = random(*shape)
            weights[f"{at}{name}.bias"] = torch.zeros(shape[0])
        for name in ("attention.output.LayerNorm", "output.LayerNorm"):
            weights[f"{at}{name}.weight"] = torch.ones(SIZE)
            weights[f"{at}{name}.bias"] = torch.zeros(SIZE)
    save_file(weights, folder / "model.safetensors")
    (folder / "config.json").write_text(
        json.dumps(
            {
                "model_type": "bert",
                "vocab_size": len(vocabulary),
                "hidden_size": SIZE,
                "num_hidden_layers": LAYERS,
                "num_attention_heads": HEADS,
                "intermediate_size": INNER,
                "max_position_embeddings": POSITIONS,
            }
        ),
        encoding="utf-8",
    )
    return folder


def recipe_tables(encoder: Path, **changes: dict[str, object]) -> dict[str, object]:
    """A recipe's tables for the tiny encoder; `changes` by table."""
    tables: dict[str, object] = {
        "kind": "joint",
        "data": {"split": "*"},
        "seed": 3,
        "encoder": {"source": str(encoder), "sha256": ""},
        "network": {
            "widest": 12,
            "pieces": 64,
            "overlap": 24,
            "typed": 1,
            "lstm": 16,
            "marks": 24,
            "pairs": 16,
            "bilinear": 8,
        },
        "training": {"epochs": 2, "batch": 4, "threads": 1, "bf16": "off"},
    }
    for name, values in changes.items():
        tables[name] = {**tables.get(name, {}), **values}  # type: ignore[dict-item]
    return tables


def recipe(encoder: Path, **changes: dict[str, object]) -> JointRecipe:
    return fill(JointRecipe, recipe_tables(encoder, **changes), "recipe")


def recipe_file(chosen: JointRecipe) -> bytes:
    """A recipe as a file."""

    def line(name: str, value: object) -> str:
        return f"{name} = {json.dumps(value)}"  # of these plain values, JSON is TOML too

    lines = ['kind = "joint"', f"seed = {chosen.seed}", "[data]", 'split = "*"']
    for table in ("encoder", "network", "training", "extraction"):
        part = getattr(chosen, table)
        lines += [f"[{table}]", *(line(f.name, getattr(part, f.name)) for f in fields(part))]
    return "\n".join(lines).encode()


def corpus(documents: int = 8) -> Corpus:
    """Invented documents of two paragraphs; the second's "firm" is the first's organisation."""
    texts, layers = {}, {}
    for n in range(documents):
        org, place = ORGS[n % 4], PLACES[(n // 2) % 4]
        name = f"doc{n}"
        text = (
            f"{org} is based in {place}.\n\nThe firm said the {place} firms of {ORGS[(n + 1) % 4]}."
        )
        texts[name] = Document(name, text)
        spans = {
            "T1": (text.index(org), len(org), "ORG"),
            "T2": (text.index(place), len(place), "GPE"),
            "T3": (text.index("firm said"), 4, "GROUP"),
            "T4": (text.index(f"{place} firms"), len(place) + 6, "GROUP"),
            "T5": (text.index(f"{place} firms"), len(place), "GPE"),
        }
        mentions = tuple(Mention(i, Span(s, s + size), t) for i, (s, size, t) in spans.items())
        relations = (
            Relation("based_in", "T1", "T2", id="R1"),
            Relation("same_as", "T3", "T1", id="R2"),
            Relation("based_in", "T4", "T5", id="R3"),
        )
        layers[name] = Layer(name, "gold", mentions, relations)
    return Corpus(Path(), SCHEMA, texts, {"gold": layers}, {})
