"""Finding an encoder's files: an installed package, a folder or the hub."""

import hashlib
import importlib.util
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accord.errors import InputError, MissingExtraError
from accord.files import read_bytes, read_text
from accord.model.joint.recipe import EncoderRecipe

WEIGHTS = "model.safetensors"
SETTINGS = "config.json"
TOKENIZER = "tokenizer.json"


@dataclass(frozen=True, slots=True)
class EncoderShape:
    """The sizes of a BERT encoder, as its config.json gives them."""

    vocab: int
    size: int
    layers: int
    heads: int
    inner: int
    positions: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class EncoderFiles:
    """An encoder on disk whose weights have been checked; `sha256` is that of the weights."""

    folder: Path
    shape: EncoderShape
    sha256: str

    @property
    def weights(self) -> Path:
        """The safetensors file."""
        return self.folder / WEIGHTS

    @property
    def tokenizer(self) -> Path:
        """The tokenizers file."""
        return self.folder / TOKENIZER


def find_encoder(config: EncoderRecipe) -> EncoderFiles:
    """Find and check the encoder of a recipe.

    Raises InputError if it cannot be found, is no BERT, or its weights have another checksum;
    MissingExtraError if the package that holds it is not installed.
    """
    folder = _folder(config.source)
    for name in (WEIGHTS, SETTINGS, TOKENIZER):
        if not (folder / name).is_file():
            raise InputError(
                f"the encoder's folder has no {name}; it needs {WEIGHTS}, {SETTINGS} and "
                f"{TOKENIZER}",
                path=folder,
            )
    digest = hashlib.sha256(read_bytes(folder / WEIGHTS)).hexdigest()
    if config.sha256 and digest != config.sha256:
        raise InputError(
            f"sha256 is {digest}, the recipe wants {config.sha256}; the file is damaged or another "
            'one (encoder.sha256 = "" accepts any)',
            path=folder / WEIGHTS,
        )
    return EncoderFiles(folder, _shape(folder / SETTINGS), digest)


def _folder(source: str) -> Path:
    kind, _, name = source.partition(":")
    if kind == "package" and name:
        return _package(name)
    if kind == "hub" and name:
        return _hub(name)
    folder = Path(source).expanduser()
    if not folder.is_dir():
        raise InputError(
            "no such encoder folder; give a folder, package:NAME or hub:OWNER/NAME", path=folder
        )
    return folder


def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name) if name.isidentifier() else None
    if spec is None or spec.origin is None:
        raise MissingExtraError(name.replace("_", "-"), "train")
    root = Path(spec.origin).parent
    found = sorted(path.parent for path in root.rglob(WEIGHTS))
    if not found:
        raise InputError(f"the package {name} holds no {WEIGHTS}", path=root)
    return found[0]


def _hub(name: str) -> Path:
    try:
        from huggingface_hub import snapshot_download

        return Path(snapshot_download(name, allow_patterns=[WEIGHTS, SETTINGS, TOKENIZER]))
    except Exception as error:
        raise InputError(
            f"the hub does not give {name} ({type(error).__name__}: {str(error)[:200]}); "
            f"fetch {WEIGHTS}, {SETTINGS} and {TOKENIZER} elsewhere into a folder and name that "
            "folder as encoder.source"
        ) from None


def _shape(path: Path) -> EncoderShape:
    try:
        data: dict[str, Any] = json.loads(read_text(path))
        if data.get("model_type", "bert") != "bert":
            raise InputError(
                f"a {data['model_type']!r} encoder; only BERT ones (model_type 'bert') are known",
                path=path,
            )
        return EncoderShape(
            vocab=int(data["vocab_size"]),
            size=int(data["hidden_size"]),
            layers=int(data["num_hidden_layers"]),
            heads=int(data["num_attention_heads"]),
            inner=int(data["intermediate_size"]),
            positions=int(data["max_position_embeddings"]),
            epsilon=float(data.get("layer_norm_eps", 1e-12)),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"not a BERT encoder's config.json: {error!r}", path=path) from None
