"""One document's layers as view values: paragraphs with numbered marks and arrows, side by side.

A mark has one number in the whole document, and the same number on both sides where both sides
mean the same: equal marks, and marks that differ only in type or in where they begin and end.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from accord.compare import Arrow, Difference, Kind, Target, differences
from accord.compare.matching import arrows, distinct_mentions, strict_arrow, strict_mention
from accord.document import Document, Layer, Mention, Span, paragraph_index
from accord.errors import InputError
from accord.report.marks import Close, Open, tokens
from accord.report.palette import colour_numbers
from accord.schema import Schema

_LONGEST = 64  # characters of a mark's text in a list of arrows


@dataclass(frozen=True, slots=True)
class Note:
    """How a label differs from the other side: `word` for the page, `style` for the eye.

    `style` is "missed" (only the reference has it), "extra" (only the estimate has it) or
    "differs".
    """

    word: str
    style: str
    text: str


@dataclass(frozen=True, slots=True)
class MarkView:
    """A mark as it is drawn; `anchor` is its id in the page."""

    anchor: str
    number: int
    type: str
    colour: int
    text: str
    note: Note | None
    score: float | None
    paragraph: int

    @property
    def short(self) -> str:
        """Its text on one line, cut in the middle if it is long."""
        text = " ".join(self.text.split())
        if len(text) <= _LONGEST:
            return text
        # Cut at words where there are any; a text without spaces is cut where it must be.
        head, tail = text[: _LONGEST * 2 // 3], text[-_LONGEST // 3 :]
        return f"{head.rpartition(' ')[0] or head} … {tail.partition(' ')[2] or tail}"


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a drawn text: what a token says, ready for the template.

    `kind` is "open", "close" or "text".
    """

    kind: str
    text: str = ""
    mark: MarkView | None = None
    height: int = 0
    first: bool = True
    last: bool = True


@dataclass(frozen=True, slots=True)
class ArrowView:
    """A relation as it is listed, under the paragraph of its head."""

    head: MarkView
    tail: MarkView
    symmetric: bool
    note: Note | None
    score: float | None


@dataclass(frozen=True, slots=True)
class ArrowGroup:
    """The arrows of one type under a paragraph."""

    type: str
    text: str
    arrows: tuple[ArrowView, ...]


@dataclass(frozen=True, slots=True)
class SideView:
    """One side of one paragraph."""

    source: str
    pieces: tuple[Piece, ...]
    groups: tuple[ArrowGroup, ...]


@dataclass(frozen=True, slots=True)
class ParagraphView:
    """A paragraph, numbered from 1, on every side; `differing` labels, None if not compared."""

    number: int
    sides: tuple[SideView, ...]
    differing: int | None


@dataclass(frozen=True, slots=True)
class LabelsView:
    """All paragraphs of a document. `numbers` is how many numbers were given to marks."""

    paragraphs: tuple[ParagraphView, ...]
    numbers: int
    differing: int | None


def labels_view(
    document: Document, layers: Sequence[Layer], schema: Schema, prefix: str
) -> LabelsView:
    """Draw one layer, or a reference and an estimate side by side.

    Sides are compared only if both are complete. `prefix` begins every anchor. Raises InputError
    for labels that cannot be drawn: of another document, outside the text, of an unknown type.
    """
    for layer in layers:
        _check(document, layer)
    compared = len(layers) == 2 and all(layer.complete for layer in layers)
    found = differences(layers[0], layers[1], schema) if compared else ()
    numbers = _numbers(layers, schema, found)
    sides = [
        _Side(
            document, layer, schema, numbers, _notes(found, layers, side), f"{prefix}{'ab'[side]}"
        )
        for side, layer in enumerate(layers)
    ]
    counted = [0] * len(document.paragraphs)
    for difference in found:
        counted[_paragraph(document, difference.span)] += 1
    paragraphs = tuple(
        ParagraphView(
            number + 1,
            tuple(side.paragraph(number, span) for side in sides),
            counted[number] if compared else None,
        )
        for number, span in enumerate(document.paragraphs)
    )
    return LabelsView(paragraphs, len(set(numbers.values())), len(found) if compared else None)


class _Side:
    """Draws one layer, paragraph by paragraph."""

    def __init__(
        self,
        document: Document,
        layer: Layer,
        schema: Schema,
        numbers: Mapping[object, int],
        notes: Mapping[object, Note],
        prefix: str,
    ):
        self.document = document
        self.layer = layer
        self.schema = schema
        self.notes = notes
        self.colours = colour_numbers(schema.mentions)
        self.spans = [mention.span for mention in layer.mentions]
        self.marks = [
            self._mark(mention, numbers[strict_mention(mention)], f"{prefix}{index}")
            for index, mention in enumerate(layer.mentions, start=1)
        ]
        self.by_id = {m.id: mark for m, mark in zip(layer.mentions, self.marks, strict=True)}
        self.arrows = arrows(layer, schema)

    def paragraph(self, number: int, span: Span) -> SideView:
        pieces = []
        for token in tokens(self.document.text, span, self.spans):
            match token:
                case Open(mark, height, first, last):
                    pieces.append(Piece("open", "", self.marks[mark], height, first, last))
                case Close():
                    pieces.append(Piece("close"))
                case text:
                    pieces.append(Piece("text", text))
        return SideView(self.layer.source, tuple(pieces), self._groups(number))

    def _groups(self, number: int) -> tuple[ArrowGroup, ...]:
        groups = []
        for kind in self.schema.relations.values():
            listed = [
                self._arrow(arrow)
                for arrow in self.arrows
                if arrow.type == kind.name and self.by_id[arrow.head.id].paragraph == number + 1
            ]
            if listed:
                listed.sort(key=lambda arrow: (arrow.tail.number, arrow.head.number))
                groups.append(ArrowGroup(kind.name, kind.text, tuple(listed)))
        return tuple(groups)

    def _mark(self, mention: Mention, number: int, anchor: str) -> MarkView:
        return MarkView(
            anchor,
            number,
            mention.type,
            self.colours[mention.type],
            self.document[mention.span],
            self.notes.get(strict_mention(mention)),
            mention.score,
            _paragraph(self.document, mention.span) + 1,
        )

    def _arrow(self, arrow: Arrow) -> ArrowView:
        return ArrowView(
            self.by_id[arrow.head.id],
            self.by_id[arrow.tail.id],
            arrow.symmetric,
            self.notes.get(strict_arrow(arrow)),
            arrow.relation.score if arrow.relation else None,
        )


def _check(document: Document, layer: Layer) -> None:
    if layer.document != document.id:
        raise InputError(f"a layer of {layer.document!r} cannot be shown on {document.id!r}")
    for mention in layer.mentions:
        if mention.span.end > len(document.text) or not document[mention.span].strip():
            raise InputError(
                f"{document.id}, layer {layer.source!r}: {mention.id} "
                f"({mention.span.start}..{mention.span.end}) marks no text; "
                "`accord validate` lists what is wrong"
            )


def _paragraph(document: Document, span: Span) -> int:
    """The paragraph in which a span lies or, if it reaches over a border, begins."""
    inside = paragraph_index(document.paragraphs, span)
    if inside is not None:
        return inside
    return next(i for i, each in enumerate(document.paragraphs) if span.start < each.end)


def _numbers(
    layers: Sequence[Layer], schema: Schema, found: Sequence[Difference]
) -> Mapping[object, int]:
    """A number for each mark by what strict asks of it, in text order, outer marks first."""
    same: dict[object, object] = {}
    for difference in found:
        first, second = difference.first, difference.second
        if isinstance(first, Mention) and isinstance(second, Mention):
            same[strict_mention(second)] = strict_mention(first)
    order = {name: number for number, name in enumerate(schema.mentions)}
    mentions = [mention for layer in layers for mention in distinct_mentions(layer, schema)]
    mentions.sort(key=lambda m: (m.span.start, -m.span.end, order[m.type]))
    numbers: dict[object, int] = {}
    for mention in mentions:
        key = strict_mention(mention)
        shared = same.get(key, key)
        numbers.setdefault(shared, len(set(numbers.values())) + 1)
        numbers[key] = numbers[shared]
    return numbers


def _notes(
    found: Sequence[Difference], layers: Sequence[Layer], side: int
) -> Mapping[object, Note]:
    """What to say of each label of a side (0: reference, 1: estimate) that differs."""
    notes: dict[object, Note] = {}
    for difference in found:
        labels = (difference.first, difference.second)
        own, other = labels[side], labels[1 - side]
        if own is not None:
            key = strict_mention(own) if isinstance(own, Mention) else strict_arrow(own)
            notes[key] = _note(difference, other, layers[1 - side].source, side)
    return notes


def _note(difference: Difference, other: Mention | Arrow | None, source: str, side: int) -> Note:
    if other is None:
        word = ("missed", "extra")[side]
        return Note(word, word, f"{source} does not have it")
    what = "mark" if difference.target is Target.MENTION else "relation"
    match difference.kind:
        case Kind.BOUNDARY:
            word, text = "other extent", f"{source} has this {what} with other beginnings or ends"
        case Kind.DIRECTION:
            word, text = "reversed", f"{source} has it the other way round"
        case Kind.TYPE if difference.target is Target.RELATION:
            word, text = "end of other type", f"{source} gives one of its ends another type"
        case _:
            word, text = f"{source}: {other.type}", f"{source} calls it {other.type}"
    return Note(word, "differs", text)
