"""Single sentences with some of their marks: what a mistake or a change is shown in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from accord.compare import Arrow
from accord.document import Document, Layer, Mention, Span, paragraph_index
from accord.facts.sentences import sentences_around
from accord.report.changes import ChangedSentence
from accord.report.marks import Close, Open, tokens
from accord.report.mistakes import Kind, Mistake

_LONGEST = 80  # characters of a mark's text in a line about it


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark to be drawn in an excerpt; `tag` stands at its end."""

    span: Span
    type: str
    tag: str


@dataclass(frozen=True, slots=True)
class Run:
    """Part of an excerpt for the template: `kind` is "open", "close" or "text"."""

    kind: str
    text: str = ""
    colour: int = 0
    tag: str = ""
    height: int = 0


@dataclass(frozen=True, slots=True)
class Excerpt:
    """One side's sentence, or sentences where the ends of a relation are far apart.

    `about` says in words what the side has, for readers who do not see the marks.
    """

    source: str
    about: str
    lines: tuple[tuple[Run, ...], ...]


@dataclass(frozen=True, slots=True)
class MistakeView:
    """A mistake as it is listed; `paragraph` counts from 1, `excerpts` are the two sides."""

    kind: Kind
    title: str
    document: str
    paragraph: int
    note: str
    excerpts: tuple[Excerpt, ...]


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A sentence that changed: what changed, in words, and the sentence on every side."""

    document: str
    paragraph: int
    title: str
    fixed: tuple[str, ...]
    broken: tuple[str, ...]
    excerpts: tuple[Excerpt, ...]


def mistake_view(
    document: Document, mistake: Mistake, sources: tuple[str, str], colours: Mapping[str, int]
) -> MistakeView:
    """A mistake in its sentence, as the reference and as the estimate have it."""
    sides = ((sources[0], mistake.expected), (sources[1], mistake.found))
    other = mistake.label
    return MistakeView(
        mistake.kind,
        label_words(document, mistake.label),
        mistake.document,
        _paragraph(document, _places(other)[0]),
        mistake.note,
        tuple(_side(document, source, label, other, colours) for source, label in sides),
    )


def change_view(
    document: Document,
    sentence: ChangedSentence,
    layers: Sequence[Layer],
    colours: Mapping[str, int],
) -> ChangeView:
    """A changed sentence with all marks of the reference and of both estimates."""
    words: dict[bool, list[str]] = {True: [], False: []}
    for change in sentence.changes:
        kind = "" if change.expected else "too many: "
        words[change.fixed].append(kind + label_words(document, change.label))
    return ChangeView(
        sentence.document,
        _paragraph(document, sentence.span),
        short(document[sentence.span]),
        tuple(words[True]),
        tuple(words[False]),
        tuple(_whole(document, sentence.span, layer, colours) for layer in layers),
    )


def label_words(document: Document, label: Mention | Arrow) -> str:
    """A label as text: its type and words, or head, type and tail."""
    if isinstance(label, Mention):
        return f"{label.type} “{short(document[label.span])}”"
    sign = "↔" if label.symmetric else "→"
    head, tail = short(document[label.head.span], 40), short(document[label.tail.span], 40)
    return f"{label.type}: “{head}” {sign} “{tail}”"


def short(text: str, longest: int = _LONGEST) -> str:
    """A text on one line, cut at its end if it is long."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def _side(
    document: Document,
    source: str,
    label: Mention | Arrow | None,
    other: Mention | Arrow,
    colours: Mapping[str, int],
) -> Excerpt:
    if label is None:
        what = "mark" if isinstance(other, Mention) else "relation"
        return Excerpt(source, f"no such {what}", ())
    if isinstance(label, Mention):
        marks = [Mark(label.span, label.type, label.type)]
    else:
        ends = (label.head, "head"), (label.tail, "tail")
        marks = [Mark(end.span, end.type, f"{role} {end.type}") for end, role in ends]
    # Both sides show the same sentences, so that they can be compared word by word.
    spans = {sentences_around(document, place, _places(other)) for place in _places(other)}
    spans |= {sentences_around(document, m.span) for m in marks}
    return Excerpt(
        source,
        label_words(document, label),
        tuple(_runs(document, span, marks, colours) for span in _merged(spans)),
    )


def _whole(document: Document, span: Span, layer: Layer, colours: Mapping[str, int]) -> Excerpt:
    inside = [m for m in layer.mentions if m.span.overlaps(span)]
    marks = [Mark(m.span, m.type, m.type) for m in inside]
    ids = {m.id for m in inside}
    relations = []
    for relation in layer.relations:
        if relation.head in ids and relation.tail in layer.by_id:
            head, tail = layer.ends(relation)
            first, second = short(document[head.span], 30), short(document[tail.span], 30)
            relations.append(f"{relation.type}: {first} → {second}")
    about = "; ".join(relations) or "no relation"
    return Excerpt(layer.source, about, (_runs(document, span, marks, colours),))


def _places(label: Mention | Arrow) -> tuple[Span, ...]:
    return (label.span,) if isinstance(label, Mention) else (label.head.span, label.tail.span)


def _merged(spans: set[Span]) -> list[Span]:
    """The spans in text order, those that touch or overlap as one."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged


def _runs(
    document: Document, span: Span, marks: Sequence[Mark], colours: Mapping[str, int]
) -> tuple[Run, ...]:
    found = []
    for token in tokens(document.text, span, [mark.span for mark in marks]):
        match token:
            case Open(index, height, _, last):
                mark = marks[index]
                tag = mark.tag if last else ""
                found.append(Run("open", "", colours[mark.type], tag, min(height, 4)))
            case Close():
                found.append(Run("close"))
            case text:
                found.append(Run("text", text))
    return tuple(found)


def _paragraph(document: Document, span: Span) -> int:
    """The paragraph of a span, or where it begins if it reaches over a border; from 1."""
    inside = paragraph_index(document.paragraphs, span)
    if inside is None:
        inside = next(i for i, p in enumerate(document.paragraphs) if span.start < p.end)
    return inside + 1
