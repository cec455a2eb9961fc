"""Accord's own folder: ``corpus/`` with texts and checksums, ``annotations/`` with schema, layers.

Format: `accord.corpus`. A document's id is its path under ``corpus/``, a layer's source its folder
under ``annotations/``; a document may have layers of several sources. Offsets are code points.

Metadata, scores and unfinished status have no place there. Splits, guidelines and records of
ingestion are no labels: they are neither read nor written.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import fields
from hashlib import sha256
from pathlib import Path

from accord.corpus import read_corpus
from accord.corpus.checksums import FILE_NAME, format_checksums
from accord.corpus.folder import ANNOTATIONS, SCHEMA_FILE, TEXTS
from accord.corpus.standoff import SUFFIX, format_standoff
from accord.errors import InputError
from accord.formats import Labelled, Loss, Reading
from accord.formats.folder import check_free, check_name, write_folder
from accord.formats.sound import score_losses, sound
from accord.formats.standoff import standoff_item
from accord.schema import MentionType, RelationType, Schema


def read(path: Path, schema: Schema) -> Reading:  # noqa: ARG001
    """All layers of all documents; a document without any is a loss. Errors as in `read_corpus`."""
    corpus = read_corpus(path)
    items = tuple(
        Labelled(document, layers[i])
        for i, document in corpus.documents.items()
        for layers in corpus.layers.values()
        if i in layers
    )
    labelled = {item.document.id for item in items}
    bare = (i for i in corpus.documents if i not in labelled)
    return Reading(items, tuple(Loss("document without labels", i) for i in bare))


def write(
    path: Path, items: Sequence[Labelled], schema: Schema, *, dry: bool = False
) -> tuple[Loss, ...]:
    """Write a corpus to a new or empty folder; it appears as a whole or not at all.

    Raises ConflictError for a folder in use, and InputError for a document id that is no path
    within the folder and for a source that is no folder's name.
    """
    losses: list[Loss] = []
    files = {f"{ANNOTATIONS}/{SCHEMA_FILE}": format_schema(schema)}
    texts: dict[str, str] = {}
    for whole in sound(items, layers=True):
        document, source = whole.document, whole.layer.source
        check_name(document.id)
        _check_source(source)
        if document.text.startswith("\ufeff"):
            losses.append(Loss("document with byte-order mark", document.id, source))
            continue
        if document.id not in texts:
            losses += (Loss("metadata", document.id, k, v) for k, v in document.meta.items())
        item, lost = standoff_item(whole)
        losses += [*lost, *score_losses(item)]
        if not whole.layer.complete:
            losses.append(Loss("unfinished status", document.id, "", f"{source} reads as complete"))
        texts[document.id] = document.text
        files[f"{ANNOTATIONS}/{source}/{document.id}{SUFFIX}"] = format_standoff(
            document, item.layer
        )
    check_free(path)
    if not dry:
        sums = {f"{i}.txt": sha256(text.encode()).hexdigest() for i, text in texts.items()}
        files |= {f"{TEXTS}/{i}.txt": text for i, text in texts.items()}
        files[f"{TEXTS}/{FILE_NAME}"] = format_checksums(sums)
        write_folder(path, {name: text.encode() for name, text in files.items()})
    return tuple(losses)


def format_schema(schema: Schema) -> str:
    """The schema as a schema file, which `accord.schema.read_schema` reads."""
    lines = [f"name = {_quoted(schema.name)}", f"version = {_quoted(schema.version)}"]
    if schema.flat_types:
        lines.append("flat_types = true")
    for mention in schema.mentions.values():
        lines += ["", f"[mention.{_quoted(mention.name)}]", *_mention_lines(mention)]
    for relation in schema.relations.values():
        lines += ["", f"[relation.{_quoted(relation.name)}]", *_relation_lines(relation)]
    return "\n".join([*lines, ""])


def _mention_lines(mention: MentionType) -> Iterator[str]:
    if mention.text:
        yield f"text = {_quoted(mention.text)}"
    if mention.everywhere:
        yield "everywhere = true"
    if mention.needs:
        yield f"needs = {_listed(mention.needs)}"
    if mention.looks_like is not None:
        yield f"looks_like = {_quoted(mention.looks_like.pattern)}"


def _relation_lines(relation: RelationType) -> Iterator[str]:
    yield f"head = {_listed(relation.head)}"
    yield f"tail = {_listed(relation.tail)}"
    if relation.text:
        yield f"text = {_quoted(relation.text)}"
    for field in fields(relation):
        if field.type is bool and getattr(relation, field.name):
            yield f"{field.name} = true"


def _listed(names: Sequence[str]) -> str:
    return f"[{', '.join(map(_quoted, names))}]"


def _quoted(text: str) -> str:
    """A TOML string: JSON's, but for the one control character that JSON lets stand."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _check_source(source: str) -> None:
    check_name(source, "source")
    if "/" in source or source == SCHEMA_FILE:
        raise InputError(f"the source {source!r} is no plain folder name; rename it")
