"""A labelled document as a WebAnno TSV file; see `webanno` for the format."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from accord.document import Document, Mention, Relation, Span
from accord.formats import Labelled, Loss
from accord.formats.sound import part
from accord.formats.tokens import words
from accord.formats.uima_layers import IDENTIFIER, LABEL, MENTION, RELATION, SCORE
from accord.formats.utf16 import Utf16

HEADER = "#FORMAT=WebAnno TSV 3.3"
SPANS, RELATIONS, BASE = "#T_SP=", "#T_RL=", "BT_"
TEXT = "#Text="
NONE, NULL, STACK = "_", "*", "|"

_IN_VALUE = re.compile(r"->|[\\\[\]|_;\t\n*]")
_IN_TEXT = re.compile(r"[\\\t\f\r\b\x00-\x07\x0e-\x1f]")
_WRITTEN = {"\t": "t", "\n": "n", "\f": "f", "\r": "r", "\b": "b"}
_REFUSED = "label WebAnno TSV cannot hold"
_MOST_STRETCHES = 9  # INCEpTION finds a stretch within a token by its number only up to this


@dataclass
class _Unit:
    """A line: a token, or a stretch within one, with the labels there by their place in the layer.

    `number` is the stretch's within its token, 0 for the token itself.
    """

    id: str
    span: Span
    number: int
    marks: list[int] = field(default_factory=list)
    arrows: list[int] = field(default_factory=list)


def held(whole: Labelled) -> tuple[Labelled, list[Loss]]:
    """The item with the marks and relations that the format can hold, and what that lost."""
    document = whole.document
    item, lost = part(whole, _REFUSED, lambda mention: _reason(document, mention))
    losses = [*lost]
    relations = []
    for number, relation in enumerate(item.layer.relations, start=1):
        if reason := _bad_name(relation.type, relation.id):
            losses.append(Loss(_REFUSED, document.id, relation.id or f"R{number}", reason))
        else:
            relations.append(relation)
    mentions = []
    for mention in item.layer.mentions:
        text = document[mention.span]
        start = mention.span.start + len(text) - len(text.lstrip())
        mentions.append(replace(mention, span=Span(start, start + len(text.strip()))))
        if text != text.strip():
            what = "white space at the ends of a mark"
            losses.append(Loss(what, document.id, mention.id, repr(text)))
    if _as_read(document) != document.text:
        detail = "it becomes spaces before the first word, and a line feed ends the text"
        losses.append(Loss("white space", document.id, "", detail))
    layer = replace(item.layer, mentions=tuple(mentions), relations=tuple(relations))
    return Labelled(document, layer), losses


def format_tsv(item: Labelled) -> str:
    """The file of an item that is as `held` gives it."""
    document, layer = item.document, item.layer
    paragraphs = [
        [Span(p.start + word.start, p.start + word.end) for word in words(document[p])]
        for p in document.paragraphs
    ]
    units = _units(layer.mentions, paragraphs)
    first = {mark: unit for token in reversed(units) for unit in token for mark in unit.marks}
    place = {mention.id: index for index, mention in enumerate(layer.mentions)}
    for index, relation in enumerate(layer.relations):
        first[place[relation.tail]].arrows.append(index)
    cells = _Cells(item, first, _disambiguation(units, first), place)
    utf16 = Utf16(document.text)
    lines = [HEADER, *cells.header(), ""]
    tokens = iter(units)
    for number, paragraph in enumerate(paragraphs):
        following = paragraphs[number + 1][0].start if number + 1 < len(paragraphs) else None
        sentence = _sentence(document.text, paragraph[0].start, following)
        lines += ["", *(TEXT + _escaped_text(line) for line in sentence.split("\n"))]
        for _ in paragraph:
            for unit in next(tokens):
                offsets = f"{utf16.units(unit.span.start)}-{utf16.units(unit.span.end)}"
                lines.append("\t".join((unit.id, offsets, document[unit.span], *cells.of(unit))))
    return "\n".join([*lines, ""])


def _reason(document: Document, mention: Mention) -> str:
    if not document[mention.span].strip():
        return "a mark of white space only"
    return _bad_name(mention.type, mention.id)


def _bad_name(*names: str) -> str:
    return "a carriage return in type or id" if any("\r" in name for name in names) else ""


def _as_read(document: Document) -> str:
    """The document's text as a reader takes it from the file."""
    if not document.paragraphs:
        return ""
    start = document.paragraphs[0].start
    return " " * start + _sentence(document.text, start, None) + "\n"


def _sentence(text: str, start: int, following: int | None) -> str:
    """A paragraph and the white space after it, less the line feed that readers put there."""
    return text[start:following].removesuffix("\n")


def _units(mentions: Sequence[Mention], paragraphs: list[list[Span]]) -> list[list[_Unit]]:
    """The lines of each token: the token, then the stretches within it that a mark ends at."""
    tokens = [word for paragraph in paragraphs for word in paragraph]
    names = [f"{s}-{t}" for s, p in enumerate(paragraphs, 1) for t, _ in enumerate(p, 1)]
    starts, ends = [token.start for token in tokens], [token.end for token in tokens]
    marks: list[dict[Span, list[int]]] = [{token: []} for token in tokens]
    for index, mention in enumerate(mentions):
        start, end = mention.span.start, mention.span.end
        for number in range(bisect_right(ends, start), bisect_left(starts, end)):
            stretch = Span(max(start, starts[number]), min(end, ends[number]))
            marks[number].setdefault(stretch, []).append(index)
    units = []
    for token, name, there in zip(tokens, names, marks, strict=True):
        within = sorted(there.keys() - {token}, key=lambda span: (span.start, -span.end))
        units.append([_Unit(name, token, 0, there[token])])
        units[-1] += (
            _Unit(f"{name}.{number}", stretch, number, there[stretch])
            for number, stretch in enumerate(within, start=1)
        )
    return units


def _disambiguation(units: list[list[_Unit]], first: dict[int, _Unit]) -> dict[int, int]:
    """Numbers for the marks that have several lines, or a line with others, or a far stretch."""
    lines: dict[int, int] = {}
    ambiguous = {mark for mark, unit in first.items() if unit.number > _MOST_STRETCHES}
    for unit in (unit for token in units for unit in token):
        for mark in unit.marks:
            lines[mark] = lines.get(mark, 0) + 1
        if len(unit.marks) > 1:
            ambiguous |= {*unit.marks}
    ambiguous |= {mark for mark, count in lines.items() if count > 1}
    return {mark: number for number, mark in enumerate(sorted(ambiguous), start=1)}


class _Cells:
    """The cells of a line after its text, and the header that names their columns."""

    def __init__(
        self,
        item: Labelled,
        first: dict[int, _Unit],
        numbers: dict[int, int],
        place: dict[str, int],
    ):
        layer = item.layer
        self._mentions, self._relations = layer.mentions, layer.relations
        self._first, self._numbers, self._place = first, numbers, place
        self._scored = [
            any(label.score is not None for label in labels)
            for labels in (layer.mentions, layer.relations)
        ]

    def header(self) -> Iterator[str]:
        """The declaration of each layer that is there."""
        for prefix, name, labels, scored, base in (
            (SPANS, MENTION, self._mentions, self._scored[0], ()),
            (RELATIONS, RELATION, self._relations, self._scored[1], (BASE + MENTION,)),
        ):
            if labels:
                features = (IDENTIFIER, LABEL, *((SCORE,) if scored else ()))
                yield prefix + "|".join((name, *features, *base))

    def of(self, unit: _Unit) -> Iterator[str]:
        """The cells of a line."""
        if self._mentions:
            suffixes = [self._suffix(mark) for mark in unit.marks]
            yield from _columns(
                [self._mentions[mark] for mark in unit.marks], suffixes, self._scored[0]
            )
        if self._relations:
            arrows = [self._relations[arrow] for arrow in unit.arrows]
            yield from _columns(arrows, [""] * len(arrows), self._scored[1])
            yield STACK.join(map(self._ends, arrows)) or NONE

    def _suffix(self, mark: int) -> str:
        return f"[{self._numbers[mark]}]" if mark in self._numbers else ""

    def _ends(self, relation: Relation) -> str:
        head, tail = self._place[relation.head], self._place[relation.tail]
        numbers = self._numbers.get(head, 0), self._numbers.get(tail, 0)
        suffix = f"[{numbers[0]}_{numbers[1]}]" if any(numbers) else ""
        return self._first[head].id + suffix


def _columns(
    labels: Sequence[Mention | Relation], suffixes: Sequence[str], scored: bool
) -> Iterator[str]:
    """The cells of the features of these labels."""
    values = [[_value(label.id or None) for label in labels], [_value(x.type) for x in labels]]
    if scored:
        values.append([_value(None if x.score is None else repr(float(x.score))) for x in labels])
    for column in values:
        cell = STACK.join(value + end for value, end in zip(column, suffixes, strict=True))
        yield cell if labels else NONE


def _value(text: str | None) -> str:
    if text is None:
        return NULL
    return _IN_VALUE.sub(lambda match: "\\" + _WRITTEN.get(match[0], match[0]), text)


def _escaped_text(line: str) -> str:
    return _IN_TEXT.sub(lambda match: "\\" + _WRITTEN.get(match[0], match[0]), line)
