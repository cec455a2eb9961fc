"""brat standoff (``.ann``), the form in which labels lie on disk.

Format: https://brat.nlplab.org/standoff.html; here its T lines (text-bound annotations) and
R lines (binary relations)::

    T1<TAB>ORG 0 8<TAB>US-JOINT
    R1<TAB>member_of Arg1:T2 Arg2:T1

Offsets are Unicode code points, half-open. As in brat, a line break inside a mention is written
as a space in the third field. Lines end with a line feed. Mentions are written in text order and
keep their ids, relations in the order of their ends, so a diff shows what an annotator changed
and nothing else; the same labels give the same bytes. Scores are not part of the format.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from accord.document import Document, Layer, Mention, Relation, Span
from accord.errors import FormatError
from accord.files import read_text, write_text

SUFFIX = ".ann"

_MENTION = re.compile(r"(T[0-9]{1,18})\t(\S+) ([0-9]+) ([0-9]+)\t(.*)", re.DOTALL)
_RELATION = re.compile(r"(R[0-9]{1,18})\t(\S+) Arg1:(T[0-9]{1,18}) Arg2:(T[0-9]{1,18})[\t ]*")
_LINE_BREAK = re.compile(r"[\r\n]")
_OTHER_KINDS = {
    "E": "events",
    "A": "attributes",
    "M": "attributes",
    "N": "normalisations",
    "#": "notes",
    "*": "equivalences",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong on a line (from 1) of a standoff file; `item` is its id, if it has one."""

    line: int
    item: str
    reason: str


@dataclass(frozen=True)
class Parsed:
    """The labels that could be read, the line each id stands on, and all that is wrong."""

    layer: Layer
    lines: Mapping[str, int]
    problems: tuple[Problem, ...]


def parse_standoff(text: str, document: Document, source: str) -> Parsed:
    """Read standoff labels of a document, collecting every problem instead of stopping at one."""
    problems: list[Problem] = []
    mentions: dict[str, Mention] = {}
    relations: dict[str, Relation] = {}
    lines: dict[str, int] = {}
    for number, line in enumerate(_lines(text, problems), start=1):
        if not line.strip():
            continue
        item = line.split("\t", 1)[0]
        try:
            if item in lines and item[0] in "TR":
                raise ValueError(f"the id {item} stands on line {lines[item]} already")
            if line.startswith("T"):
                mentions[item] = _mention(line, document)
            elif line.startswith("R"):
                relations[item] = _relation(line)
            else:
                raise ValueError(_other(line))
        except ValueError as error:
            problems.append(Problem(number, item if len(item) < 12 else "", str(error)))
        lines.setdefault(item, number)
    for item, relation in list(relations.items()):
        # A mention that was given but is wrong has been reported; only a missing one is news here.
        missing = [end for end in (relation.head, relation.tail) if end not in lines]
        if missing:
            reason = f"{relation.type} points to {' and '.join(missing)}, which does not exist"
            problems.append(Problem(lines[item], item, reason))
        if relation.head not in mentions or relation.tail not in mentions:
            del relations[item]
    layer = Layer(document.id, source, tuple(mentions.values()), tuple(relations.values()))
    return Parsed(layer, lines, tuple(sorted(problems, key=lambda problem: problem.line)))


def read_standoff(path: Path, document: Document, source: str) -> Layer:
    """Read a layer from an ``.ann`` file.

    Raises FormatError naming the first wrong line, and InputError if the file is not UTF-8.
    """
    parsed = parse_standoff(read_text(path), document, source)
    if parsed.problems:
        first, *rest = parsed.problems
        more = f" (and {len(rest)} more; `accord validate` lists all)" if rest else ""
        raise FormatError(f"{first.reason}{more}", path=path, line=first.line)
    return parsed.layer


def format_standoff(document: Document, layer: Layer) -> str:
    """The layer as standoff text.

    Ids of the form T1 and R1 are kept; other ids, and relations without one, get free numbers.
    Raises FormatError if a mention ends past the text or a relation has an end that is missing.
    """
    renamed = numbered(layer)
    order = {m.id: rank for rank, m in enumerate(sorted(renamed.mentions, key=_position))}
    lines = []
    for mention in sorted(renamed.mentions, key=_position):
        span = mention.span
        if span.end > len(document.text):
            raise FormatError(
                f"{document.id}: {mention.id} ends at {span.end}, "
                f"but the text has {len(document.text)} characters"
            )
        surface = _surface(document, span)
        lines.append(f"{mention.id}\t{mention.type} {span.start} {span.end}\t{surface}\n")
    for relation in renamed.relations:
        for end in (relation.head, relation.tail):
            if end not in order:
                raise FormatError(
                    f"{document.id}: {relation.type} points to {end}, which does not exist"
                )
    for relation in sorted(
        renamed.relations, key=lambda r: (order[r.head], order[r.tail], r.type, int(r.id[1:]))
    ):
        lines.append(f"{relation.id}\t{relation.type} Arg1:{relation.head} Arg2:{relation.tail}\n")
    return "".join(lines)


def write_standoff(path: Path, document: Document, layer: Layer) -> None:
    """Write a layer to an ``.ann`` file, whole or not at all."""
    write_text(path, format_standoff(document, layer))


def numbered(layer: Layer) -> Layer:
    """The layer with an id of standoff's form on every mention (T1) and relation (R1)."""
    mention_ids = _ids("T", [mention.id for mention in sorted(layer.mentions, key=_position)])
    relation_ids = _ids(
        "R", [relation.id or f"new {n}" for n, relation in enumerate(layer.relations)]
    )
    return replace(
        layer,
        mentions=tuple(replace(mention, id=mention_ids[mention.id]) for mention in layer.mentions),
        relations=tuple(
            replace(
                relation,
                id=relation_ids[relation.id or f"new {n}"],
                head=mention_ids.get(relation.head, relation.head),
                tail=mention_ids.get(relation.tail, relation.tail),
            )
            for n, relation in enumerate(layer.relations)
        ),
    )


def _ids(letter: str, ids: list[str]) -> dict[str, str]:
    form = re.compile(rf"{letter}[0-9]{{1,18}}")
    taken = {int(i[1:]) for i in ids if form.fullmatch(i)}
    following = max(taken, default=0)
    result = {}
    for i in ids:
        if form.fullmatch(i):
            result[i] = i
        else:
            following += 1
            result[i] = f"{letter}{following}"
    return result


def _position(mention: Mention) -> tuple[int, int, str, str]:
    return mention.span.start, -mention.span.end, mention.type, mention.id


def _surface(document: Document, span: Span) -> str:
    return _LINE_BREAK.sub(" ", document[span])


def _lines(text: str, problems: list[Problem]) -> list[str]:
    if "\r" in text:
        line = text.count("\n", 0, text.index("\r")) + 1
        problems.append(
            Problem(line, "", "has a carriage return; standoff lines end with a line feed alone")
        )
    # Not splitlines(): a mention may hold U+2028 or a form feed, which end no line here.
    return [line.removesuffix("\r") for line in text.split("\n")]


def _mention(line: str, document: Document) -> Mention:
    match = _MENTION.fullmatch(line)
    if match is None:
        if re.match(r"T[0-9]+\t\S+ [0-9]+ [0-9]+;", line):
            raise ValueError("discontinuous marks are not supported; mark one stretch of text")
        raise ValueError(f"not a mention (T1<TAB>TYPE START END<TAB>TEXT): {_shown(line)}")
    item, kind, start_text, end_text, surface = match.groups()
    if max(len(start_text), len(end_text)) > 18:
        raise ValueError(f"offset out of range: {_shown(line)}")
    start, end = int(start_text), int(end_text)
    if start >= end:
        raise ValueError(f"{item} starts at {start} and ends at {end}; a mention needs start < end")
    if end > len(document.text):
        raise ValueError(f"{item} ends at {end}, but the text has {len(document.text)} characters")
    found = _surface(document, Span(start, end))
    if found != surface:
        raise ValueError(f"{item} reads {surface!r}, but the text has {found!r} at {start}..{end}")
    return Mention(item, Span(start, end), kind)


def _relation(line: str) -> Relation:
    match = _RELATION.fullmatch(line)
    if match is None:
        raise ValueError(f"not a relation (R1<TAB>TYPE Arg1:T1 Arg2:T2): {_shown(line)}")
    item, kind, head, tail = match.groups()
    return Relation(kind, head, tail, id=item)


def _other(line: str) -> str:
    kind = _OTHER_KINDS.get(line[0])
    if kind:
        return f"brat's {kind} are not supported here: {_shown(line)}"
    return f"not a mention (T) or relation (R) line: {_shown(line)}"


def _shown(line: str) -> str:
    return repr(line if len(line) <= 80 else line[:77] + "...")
