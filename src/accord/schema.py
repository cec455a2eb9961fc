"""The label schema: which mentions exist, which relations may join them, and what breaks it."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from accord.document import Document, Layer, Mention, Relation, paragraph_index
from accord.errors import InputError, SchemaError
from accord.files import read_text


@dataclass(frozen=True, slots=True)
class MentionType:
    """A type of mention; `text` is the guideline's short form, for tooltips and prompts.

    The rest tells `accord lint` what is suspicious: `everywhere`, a text marked once is marked
    each time it occurs; `needs`, a mention takes part in one of these relations; `looks_like`, a
    regular expression for text that should be marked. A model leaves out a mention whose type
    `needs` relations if it takes part in none at all.
    """

    name: str
    text: str = ""
    everywhere: bool = False
    needs: tuple[str, ...] = ()
    looks_like: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True)
class RelationType:
    """A type of relation and the mention types it may join.

    `symmetric`: head and tail may change places. `same_type`: both ends have one type.
    `across_paragraphs`: the ends may stand in different paragraphs. `one_tail`: a head has one
    tail at most, `one_head`: a tail one head; a second is suspicious, and a model draws none.
    """

    name: str
    head: tuple[str, ...]
    tail: tuple[str, ...]
    text: str = ""
    symmetric: bool = False
    same_type: bool = False
    across_paragraphs: bool = False
    one_tail: bool = False
    one_head: bool = False

    def allows(self, head: str, tail: str) -> bool:
        """Whether this relation may point from a mention type to another."""
        return head in self.head and tail in self.tail and (not self.same_type or head == tail)


@dataclass(frozen=True, slots=True)
class Violation:
    """One way in which labels break the schema; `item` is the id of the mention or relation."""

    item: str
    reason: str


@dataclass(frozen=True)
class Schema:
    """Mention types and relation types by name, in the order of the schema file.

    `flat_types`: no mention lies within another of its own type; one that does is suspicious, and a
    model marks none.
    """

    name: str
    version: str
    mentions: Mapping[str, MentionType]
    relations: Mapping[str, RelationType]
    flat_types: bool = False

    def relations_between(self, head: str, tail: str) -> tuple[str, ...]:
        """Names of the relations that may point from one mention type to another."""
        return tuple(r.name for r in self.relations.values() if r.allows(head, tail))

    def violations(self, document: Document, layer: Layer) -> tuple[Violation, ...]:
        """Everything in the layer that the schema or the text forbids, in reading order."""
        return (
            *self._mention_violations(document, layer),
            *self._relation_violations(document, layer),
        )

    def _mention_violations(self, document: Document, layer: Layer) -> Iterator[Violation]:
        seen: dict[tuple[object, ...], str] = {}
        ids: set[str] = set()
        inside: list[Mention] = []
        for mention in layer.mentions:
            if mention.id in ids:
                yield Violation(mention.id, f"the id {mention.id} is used twice")
            ids.add(mention.id)
            if mention.span.end > len(document.text):
                yield Violation(
                    mention.id,
                    f"ends at {mention.span.end}, but the text has {len(document.text)} characters",
                )
                continue
            inside.append(mention)
            if mention.type not in self.mentions:
                yield Violation(
                    mention.id, f"unknown mention type {mention.type!r}{_among(self.mentions)}"
                )
            key = (mention.span, mention.type)
            if key in seen:
                yield Violation(
                    mention.id,
                    f"duplicate of {seen[key]}: {mention.type} {document[mention.span]!r}",
                )
            seen.setdefault(key, mention.id)
            if paragraph_index(document.paragraphs, mention.span) is None:
                yield Violation(
                    mention.id, f"{document[mention.span]!r} does not lie within one paragraph"
                )
            elif document[mention.span] != document[mention.span].strip():
                yield Violation(mention.id, f"{document[mention.span]!r} has white space at an end")
        yield from _crossings(document, inside)

    def _relation_violations(self, document: Document, layer: Layer) -> Iterator[Violation]:
        seen: dict[tuple[str, ...], str] = {}
        for number, relation in enumerate(layer.relations, start=1):
            item = relation.id or f"R{number}"
            missing = [end for end in (relation.head, relation.tail) if end not in layer.by_id]
            if missing:
                yield Violation(
                    item, f"{relation.type} points to {' and '.join(missing)}, which does not exist"
                )
                continue
            if relation.head == relation.tail:
                yield Violation(item, f"{relation.type} joins {relation.head} to itself")
            kind = self.relations.get(relation.type)
            if kind is None:
                yield Violation(
                    item, f"unknown relation type {relation.type!r}{_among(self.relations)}"
                )
                continue
            key = relation_key(relation, symmetric=kind.symmetric)
            if key in seen:
                yield Violation(
                    item,
                    f"duplicate of {seen[key]}: {relation.type} {relation.head} {relation.tail}",
                )
            seen.setdefault(key, item)
            head, tail = layer.ends(relation)
            if not kind.allows(head.type, tail.type):
                yield Violation(item, _forbidden(kind, head, tail))
            if not kind.across_paragraphs:
                places = {paragraph_index(document.paragraphs, end.span) for end in (head, tail)}
                if len(places) > 1:
                    yield Violation(
                        item, f"{relation.type} joins {head.id} and {tail.id} across paragraphs"
                    )


def relation_key(relation: Relation, *, symmetric: bool) -> tuple[str, ...]:
    """What makes two relations of one layer the same: type and ends, unordered if symmetric."""
    ends = (relation.head, relation.tail)
    return (relation.type, *(sorted(ends) if symmetric else ends))


def _crossings(document: Document, mentions: list[Mention]) -> Iterator[Violation]:
    """Marks may nest but never cross: a sweep that keeps the marks still open on a stack."""
    open_marks: list[Mention] = []
    for mention in sorted(mentions, key=lambda m: (m.span.start, -m.span.end)):
        while open_marks and open_marks[-1].span.end <= mention.span.start:
            open_marks.pop()
        for outer in open_marks:
            if outer.span.crosses(mention.span):
                yield Violation(
                    mention.id,
                    f"{mention.type} {document[mention.span]!r} crosses {outer.id} "
                    f"{outer.type} {document[outer.span]!r}; marks may nest, never cross",
                )
        open_marks.append(mention)
        open_marks.sort(key=lambda m: -m.span.end)


def _forbidden(kind: RelationType, head: Mention, tail: Mention) -> str:
    ends = f"{head.id} {head.type} -> {tail.id} {tail.type}"
    if head.type in kind.head and tail.type in kind.tail:
        return f"{kind.name} joins two mentions of one type, not {ends}"
    allowed = f"{'/'.join(kind.head)} to {'/'.join(kind.tail)}"
    return f"{kind.name} may not join {ends}; it goes from {allowed}"


def _among(names: Mapping[str, object]) -> str:
    return f"; the schema has {', '.join(names)}"


def read_schema(path: Path) -> Schema:
    """Read a schema file (TOML with ``[mention.NAME]`` and ``[relation.NAME]`` tables).

    Raises SchemaError, naming the file and what to do, if it is not one.
    """
    text = read_text(path)
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SchemaError(f"not valid TOML: {error}", path=path) from None
    try:
        return _schema(data)
    except InputError as error:
        raise SchemaError(error.reason, path=path) from None


def _schema(data: dict[str, Any]) -> Schema:
    _keys(data, {"name", "version", "flat_types", "mention", "relation"}, "the schema")
    mentions: dict[str, MentionType] = {}
    for name, table in _tables(data, "mention").items():
        _name(name)
        where = f"[mention.{name}]"
        _keys(table, {"text", "everywhere", "needs", "looks_like"}, where)
        mentions[name] = MentionType(
            name,
            _string(table, "text", where, default=""),
            _flag(table, "everywhere", where),
            _names(table, "needs", where, _tables(data, "relation"), "relation", required=False),
            _pattern(table, "looks_like", where),
        )
    if not mentions:
        raise SchemaError("a schema needs at least one [mention.NAME] table")
    relations: dict[str, RelationType] = {}
    for name, table in _tables(data, "relation").items():
        where = f"[relation.{name}]"
        _name(name)
        flags = ("symmetric", "same_type", "across_paragraphs", "one_tail", "one_head")
        _keys(table, {"text", "head", "tail", *flags}, where)
        relations[name] = RelationType(
            name,
            _names(table, "head", where, mentions, "mention"),
            _names(table, "tail", where, mentions, "mention"),
            _string(table, "text", where, default=""),
            *(_flag(table, flag, where) for flag in flags),
        )
        if relations[name].symmetric and set(relations[name].head) != set(relations[name].tail):
            raise SchemaError(
                f"{where}: a symmetric relation needs the same types as head and tail"
            )
    for kind in mentions.values():
        for name in kind.needs:
            if kind.name not in relations[name].head + relations[name].tail:
                raise SchemaError(
                    f"[mention.{kind.name}]: needs names {name!r}, which never joins {kind.name}"
                )
    return Schema(
        _string(data, "name", "the schema"),
        _string(data, "version", "the schema"),
        MappingProxyType(mentions),
        MappingProxyType(relations),
        _flag(data, "flat_types", "the schema"),
    )


def _keys(table: dict[str, Any], known: set[str], where: str) -> None:
    for key in table:
        if key not in known:
            raise SchemaError(f"{where}: unknown key {key!r}; known are {', '.join(sorted(known))}")


def _tables(data: dict[str, Any], key: str) -> dict[str, dict[str, Any]]:
    tables = data.get(key, {})
    if not isinstance(tables, dict) or not all(
        isinstance(table, dict) for table in tables.values()
    ):
        raise SchemaError(f"{key} must be tables: [{key}.NAME]")
    return tables


def _name(name: str) -> None:
    # Standoff parts its fields by spaces and tabs, so a name may hold neither.
    if not name or not all(c.isalnum() or c in "_-" for c in name):
        raise SchemaError(f"the type name {name!r} may hold letters, digits, '_' and '-' only")


def _string(table: dict[str, Any], key: str, where: str, default: str | None = None) -> str:
    value = table.get(key, default)
    if not isinstance(value, str):
        raise SchemaError(f"{where}: {key} must be a string, not {value!r}")
    return value


def _flag(table: dict[str, Any], key: str, where: str) -> bool:
    value = table.get(key, False)
    if not isinstance(value, bool):
        raise SchemaError(f"{where}: {key} must be true or false, not {value!r}")
    return value


def _names(
    table: dict[str, Any],
    key: str,
    where: str,
    known: Mapping[str, object],
    what: str,
    *,
    required: bool = True,
) -> tuple[str, ...]:
    value = table.get(key, None if required else [])
    if not isinstance(value, list) or (required and not value):
        raise SchemaError(f"{where}: {key} must be a list of {what} types, not {value!r}")
    for name in value:
        if not isinstance(name, str) or name not in known:
            raise SchemaError(
                f"{where}: {key} names the unknown {what} type {name!r}{_among(known)}"
            )
    return tuple(value)


def _pattern(table: dict[str, Any], key: str, where: str) -> re.Pattern[str] | None:
    text = _string(table, key, where, default="")
    try:
        pattern = re.compile(text) if text else None
    except re.error as error:
        raise SchemaError(f"{where}: {key} is no regular expression: {error}") from None
    if pattern is not None and pattern.match(""):
        raise SchemaError(f"{where}: {key} matches the empty text, and so everywhere: {text!r}")
    return pattern
