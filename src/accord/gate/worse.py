"""The documents that got worse, each new error with its words and the text around it."""

from collections.abc import Iterable, Mapping

from accord.compare import Arrow, Difference, Kind, differences
from accord.corpus import Corpus
from accord.document import Document, Layer, Mention, Span
from accord.gate.tally import Tally, wrong_labels
from accord.gate.verdicts import Change, Worse

_AROUND = 80  # characters of text shown on each side of an error


def worsened(
    corpus: Corpus,
    reference: str,
    estimate: Mapping[str, Layer],
    before: Tally,
    now: Tally,
    ids: Iterable[str],
) -> tuple[Worse, ...]:
    """Documents with errors that the baseline does not have, those that lost most first."""
    found: list[Worse] = []
    for i in ids:
        new = set(now[i].wrong) - set(before[i].wrong)
        if not new:
            continue
        document = corpus.documents[i]
        changes = tuple(
            _change(document, difference)
            for difference in differences(corpus.layer(reference, i), estimate[i], corpus.schema)
            if new & set(wrong_labels(difference))
        )
        found.append(Worse(i, changes, len(set(before[i].wrong) - set(now[i].wrong))))
    return tuple(sorted(found, key=lambda w: (w.mended - len(w.changes), w.document)))


def _change(document: Document, difference: Difference) -> Change:
    first, second = difference.first, difference.second
    match difference.kind:
        case Kind.ONLY_FIRST:
            kind, words = "missed", _label(first, document)
        case Kind.ONLY_SECOND:
            kind, words = "spurious", _label(second, document)
        case _:
            kind = str(difference.kind)
            words = f"{_label(first, document)}, but found {_label(second, document)}"
    paragraph = 1 + sum(p.end <= difference.span.start for p in document.paragraphs)
    return Change(
        kind, words, paragraph, _excerpt(document, first if first is not None else second)
    )


def _label(label: Mention | Arrow | None, document: Document) -> str:
    if isinstance(label, Arrow):
        return f"{label.type}({document[label.head.span]!r}, {document[label.tail.span]!r})"
    return "" if label is None else f"{label.type} {document[label.span]!r}"


def _excerpt(document: Document, label: Mention | Arrow | None) -> tuple[str, ...]:
    """The label's spans within their paragraphs, plain and marked text in turn."""
    if label is None:
        return ()
    marks = _apart(
        [label.span] if isinstance(label, Mention) else [label.head.span, label.tail.span]
    )
    low = max((p.start for p in document.paragraphs if p.start <= marks[0].start), default=0)
    high = min(
        (p.end for p in document.paragraphs if p.end >= marks[-1].end), default=len(document.text)
    )
    start, end = max(low, marks[0].start - _AROUND), min(high, marks[-1].end + _AROUND)
    pieces = ["…" if start > low else ""]
    at = start
    for mark in marks:
        pieces[-1] += _shortened(document.text[at : mark.start])
        pieces += [document[mark], ""]
        at = mark.end
    pieces[-1] += document.text[at:end] + ("…" if end < high else "")
    return tuple(pieces)


def _apart(spans: list[Span]) -> list[Span]:
    """Spans in text order, those that overlap as one."""
    first, *rest = sorted(spans)
    merged = [first]
    for span in rest:
        last = merged[-1]
        if span.start < last.end:
            merged[-1] = Span(last.start, max(last.end, span.end))
        else:
            merged.append(span)
    return merged


def _shortened(text: str) -> str:
    """Text between two marks far apart, without its middle."""
    return text if len(text) <= 2 * _AROUND else f"{text[:_AROUND]} … {text[-_AROUND:]}"
