"""The sentences around a place in a text."""

from collections.abc import Iterable
from functools import lru_cache

from accord.document import Document, Span, paragraph_index


def sentences_around(document: Document, place: Span, others: Iterable[Span] = ()) -> Span:
    """The sentences that hold a place and whatever of the others lies in its paragraph.

    White space at the ends is left out. The place itself if it reaches over a paragraph's border.
    """
    number = paragraph_index(document.paragraphs, place)
    if number is None:
        return place
    around = document.paragraphs[number]
    inside = [place, *(span for span in others if around.contains(span))]
    low = min(span.start for span in inside) - around.start
    high = max(span.end for span in inside) - around.start
    text = document[around]
    start, end = 0, len(text)
    for left, right in _sentences(text):
        if left <= low:
            start = left
        if right >= high:
            end = right
            break
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    return Span(around.start + start, around.start + start + len(piece.strip()))


@lru_cache(maxsize=256)
def _sentences(text: str) -> tuple[tuple[int, int], ...]:
    from nupunkt import sent_spans

    return tuple((start, end) for start, end in sent_spans(text))
