"""`accord convert`."""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from accord.cli.console import err, out
from accord.cli.options import HERE, Split
from accord.corpus import Corpus
from accord.corpus.folder import ANNOTATIONS, SCHEMA_FILE, read_splits
from accord.counted import counted
from accord.document import Document
from accord.errors import ConflictError, InputError
from accord.formats import Labelled, Loss, Reading, huggingface
from accord.formats.kinds import KINDS, SEVERAL, format_named, kind_for, kind_of
from accord.schema import Schema, read_schema

_PLACES = 3
_WIDTH = 60
_names = ", ".join(KINDS)


def command(
    source: Annotated[Path, typer.Argument(metavar="SRC", help="File or folder to read.")],
    target: Annotated[Path, typer.Argument(metavar="DST", help="File or folder to write.")],
    from_: Annotated[
        str | None, typer.Option("--from", metavar="KIND", help=f"Format of SRC: {_names}.")
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="KIND", help="Format of DST, one of the same.")
    ] = None,
    layer: Annotated[
        str | None, typer.Option("--layer", help="Only the labels of this source.")
    ] = None,
    split: Split = "*",
    strict: Annotated[
        bool, typer.Option("--strict", help="Write nothing and exit with 1 if anything is lost.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the file DST, or a folder of CSV tables.")
    ] = False,
    root: Annotated[
        Path,
        typer.Option("--root", help="Folder with the schema, unless SRC is one.", show_default="."),
    ] = HERE,
) -> None:
    """Convert labelled documents from one tool's format to another's.

    What DST cannot hold is listed before anything is written. KIND is guessed where it is clear.

    Example:  accord convert . gold.jsonl --to doccano --layer gold
    """
    reader, writer = from_ or kind_of(source), to or kind_for(target)
    read, write = format_named(reader).read, format_named(writer).write
    if not force and target.exists() and not (target.is_dir() and not any(target.iterdir())):
        raise ConflictError(f"{target} exists already; choose another place, or say --force")
    schema_file = (source if reader == "accord" else root) / ANNOTATIONS / SCHEMA_FILE
    if not schema_file.exists():
        raise InputError("no such file; name the folder that holds it by --root", path=schema_file)
    schema = read_schema(schema_file)
    reading = read(source, schema)
    splits = read_splits(source) if reader == "accord" else {}
    if split != "*":
        reading = _of_split(reading, split, splits, schema)
    if writer == "huggingface":
        ids = {item.document.id for item in reading.items}
        members = {
            name: {i for i in ids if any(fnmatchcase(i, pattern) for pattern in patterns)}
            for name, patterns in splits.items()
        }
        write = partial(huggingface.write, splits=members)
    items, missing = _of_layer(reading.items, layer, several=writer in SEVERAL)
    before, after = (*reading.losses, *missing), write(target, items, schema, dry=True)
    _report(f"reading {source} ({reader})", before)
    _report(f"writing {target} ({writer})", after)
    if strict and (before or after):
        err.print("nothing is written, because of --strict", markup=False)
        raise typer.Exit(1)
    write(target, items, schema)
    counts = (
        counted(len({item.document.id for item in items}), "document"),
        counted(sum(len(item.layer.mentions) for item in items), "mention"),
        counted(sum(len(item.layer.relations) for item in items), "relation"),
    )
    line = f"{source} -> {target}: {', '.join(counts)}"
    out.print(line + (", less what is lost" if after else ""), markup=False, soft_wrap=True)


def _of_split(
    reading: Reading, split: str, splits: Mapping[str, tuple[str, ...]], schema: Schema
) -> Reading:
    ids = [item.document.id for item in reading.items] + [loss.document for loss in reading.losses]
    documents = {i: Document(i, "") for i in ids}
    chosen = set(Corpus(HERE, schema, documents, {}, splits).select(split))
    return Reading(
        tuple(item for item in reading.items if item.document.id in chosen),
        tuple(loss for loss in reading.losses if loss.document in chosen),
    )


def _of_layer(
    items: Sequence[Labelled], layer: str | None, *, several: bool
) -> tuple[tuple[Labelled, ...], tuple[Loss, ...]]:
    """The labels of one source, and a loss for each document that has none of it."""
    sources: dict[str, list[str]] = {}
    for item in items:
        sources.setdefault(item.document.id, []).append(item.layer.source)
    if layer is None:
        for document, names in sources.items():
            if len(names) > 1 and not several:
                raise InputError(
                    f"{document} has labels of {', '.join(names)}, and the format holds one "
                    "layer; choose it with --layer"
                )
        return tuple(items), ()
    known = dict.fromkeys(item.layer.source for item in items)
    if layer not in known:
        raise InputError(f"no labels of {layer!r}; sources are: {', '.join(known) or 'none'}")
    lack = (document for document, names in sources.items() if layer not in names)
    return (
        tuple(item for item in items if item.layer.source == layer),
        tuple(Loss("document without labels of the layer", document) for document in lack),
    )


def _report(title: str, losses: Sequence[Loss]) -> None:
    """What is lost, grouped by what it is, with the first places."""
    groups: dict[str, list[Loss]] = {}
    for loss in losses:
        groups.setdefault(loss.what, []).append(loss)
    err.print(f"lost in {title}: {len(losses) or 'nothing'}", markup=False, soft_wrap=True)
    for what, group in sorted(groups.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        places = [_place(loss) for loss in group[:_PLACES]]
        if len(group) > _PLACES:
            places.append("...")
        err.print(f"{len(group):6} {what}: {'; '.join(places)}", markup=False, soft_wrap=True)


def _place(loss: Loss) -> str:
    place = f"{loss.document} {loss.item}".strip()
    detail = loss.detail if len(loss.detail) <= _WIDTH else loss.detail[: _WIDTH - 3] + "..."
    shown = f"{place} ({detail})" if detail else place
    return "".join(c if c.isprintable() else " " for c in shown)
