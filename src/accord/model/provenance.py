"""What a training or a scoring came from, as plain values: data, code, libraries, machine.

Two runs with equal `data_record`, recipe, `code`, `versions`, `locks` and `machine` give the same
bytes; `accord.reproduce` tells which of them differ.
"""

import hashlib
import importlib.metadata
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import accord
from accord.corpus import Corpus
from accord.corpus.folder import ANNOTATIONS, SCHEMA_FILE
from accord.corpus.standoff import format_standoff
from accord.files import read_bytes

_PACKAGES = (
    "accord", "numpy", "scipy", "spacy", "thinc", "scikit-learn", "torch", "tokenizers", "onnx",
    "onnxruntime", "babel", "cleanco", "dateparser", "nupunkt",
)  # fmt: skip

_LOCKS = ("requirements.lock", "uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock")

#: What numeric libraries look at when they choose a kernel, as Linux names it.
FEATURES = (
    "sse4_1", "sse4_2", "avx", "fma", "f16c", "avx2", "avx_vnni", "avx_vnni_int8", "avx512f",
    "avx512bw", "avx512dq", "avx512vl", "avx512_vnni", "avx512_bf16", "avx512_fp16", "amx_tile",
    "amx_int8", "amx_bf16", "asimd", "asimddp", "asimdhp", "i8mm", "bf16", "sve", "sve2",
)  # fmt: skip


def environment(root: Path | None = None) -> dict[str, Any]:
    """Code, versions, lock files (of the folder, if one is given) and machine."""
    record: dict[str, Any] = {"code": dict(code()), "versions": versions()}
    if root is not None:
        record["locks"] = locks(root)
    return {**record, "machine": machine()}


@cache
def code() -> Mapping[str, str]:
    """SHA-256 over the source files of each room of the package ("model", "document", ...).

    All files count but caches and hidden ones: tables and templates decide results too.
    """
    package = Path(accord.__file__).parent
    rooms: dict[str, Any] = {}
    for path in sorted(package.rglob("*")):
        place = path.relative_to(package)
        hidden = any(part.startswith((".", "__pycache__")) for part in place.parts)
        if path.is_file() and not hidden:
            room = place.parts[0].removesuffix(".py")
            data = path.read_bytes()
            digest = rooms.setdefault(room, hashlib.sha256())
            digest.update(f"{place.as_posix()}\0{len(data)}\0".encode() + data)
    return {room: digest.hexdigest() for room, digest in sorted(rooms.items())}


def versions() -> dict[str, str]:
    """Versions of Python and of the libraries that a result can hang on, if installed."""
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def locks(root: Path) -> dict[str, str]:
    """SHA-256 of each lock file in a folder, by its name."""
    paths = (root / name for name in _LOCKS)
    return {path.name: _sha256(read_bytes(path)) for path in paths if path.is_file()}


def machine() -> dict[str, Any]:
    """The machine as far as figures can hang on it.

    ``cores``: how many of them this process may use.
    """
    cpu = _cpuinfo()
    return {
        "architecture": platform.machine(),
        "system": platform.system(),
        "libc": " ".join(platform.libc_ver()).strip(),
        "vendor": cpu.get("vendor_id", ""),
        "processor": cpu.get("model name", ""),
        "features": features(),
        "cores": _cores(),
    }


def features() -> list[str] | None:
    """Those of `FEATURES` that the processor has; None where there is no /proc/cpuinfo."""
    cpu = _cpuinfo()
    flags = cpu.get("flags", cpu.get("features", "")).split()
    return [name for name in FEATURES if name in flags] if cpu else None


def data_record(
    corpus: Corpus, ids: Sequence[str], source: str, judged_by: Sequence[str] = ()
) -> dict[str, Any]:
    """What a model learns from: hashes of each text and its labels, of the corpus and its locks.

    ``judged_by`` are the held-out documents that told training how good it was, and may so have
    decided when it ended.
    """
    record: dict[str, Any] = {
        "trained_on": text_hashes(corpus, ids),
        "layer": source,
        "corpus": corpus.hash(source, ids),
        "labels": label_hashes(corpus, source, [*ids, *judged_by]),
    }
    if judged_by:
        record["judged_by"] = text_hashes(corpus, judged_by)
    return {**record, "locks": locks(corpus.root)}


def scoring_record(corpus: Corpus, source: str, ids: Iterable[str]) -> dict[str, Any]:
    """What a scoring rests on: hashes of texts, reference labels and schema; the environment."""
    ids = sorted(ids)
    return {
        "texts": text_hashes(corpus, ids),
        "labels": label_hashes(corpus, source, ids),
        "schema": _sha256(read_bytes(corpus.root / ANNOTATIONS / SCHEMA_FILE)),
        **environment(corpus.root),
    }


def text_hashes(corpus: Corpus, ids: Iterable[str]) -> dict[str, str]:
    """SHA-256 of each document's text."""
    return {i: corpus.documents[i].sha256 for i in ids}


def label_hashes(corpus: Corpus, source: str, ids: Iterable[str]) -> dict[str, str]:
    """SHA-256 of each document's labels, as standoff."""
    return {
        i: _sha256(format_standoff(corpus.documents[i], corpus.layer(source, i)).encode())
        for i in ids
    }


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@cache
def _cpuinfo() -> Mapping[str, str]:
    """The first processor of /proc/cpuinfo, names in lower case; empty where there is none."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    lines = (line.partition(":") for line in text.split("\n\n", 1)[0].splitlines())
    return {name.strip().lower(): value.strip() for name, _, value in lines}


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1
