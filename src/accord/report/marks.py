"""A stretch of text with its marks as a flat run of tokens: open a mark, text, close it.

HTML elements nest and never cross. So do marks of a valid layer; one that crosses another is drawn
in pieces, so that a report can show what is wrong with an invalid layer too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from accord.document import Span


@dataclass(frozen=True, slots=True)
class Open:
    """A mark, or a piece of one, begins; `mark` is its index in the spans given.

    `height` is how many levels of other marks lie within. `first` and `last` say whether it is
    the piece with which the mark begins and ends; both are true for a mark in one piece.
    """

    mark: int
    height: int = 0
    first: bool = True
    last: bool = True


@dataclass(frozen=True, slots=True)
class Close:
    """The mark opened last ends."""


Token = Open | Close | str
"""What a labelled text is made of; a string is text as it stands, never empty."""


def tokens(text: str, within: Span, spans: Sequence[Span]) -> tuple[Token, ...]:
    """The text within a span as tokens, with the parts of the marks that lie in it.

    Opens and closes are balanced and the strings together are ``text[within]``. Of marks on the
    same span, the earlier one given is the outer.
    """
    found: list[Token] = []
    heights: dict[int, int] = {}
    still_open: list[tuple[int, int]] = []  # (end, index of its Open), outer first
    at = within.start

    def write_until(position: int) -> None:
        nonlocal at
        if at < position:
            found.append(text[at:position])
            at = position

    def close_until(position: int) -> None:
        while still_open and still_open[-1][0] <= position:
            end, token = still_open.pop()
            write_until(end)
            found.append(Close())
            if still_open:
                outer = still_open[-1][1]
                heights[outer] = max(heights[outer], heights[token] + 1)

    for start, end, mark in _pieces(within, spans):
        close_until(start)
        write_until(start)
        still_open.append((end, len(found)))
        heights[len(found)] = 0
        found.append(Open(mark, 0, start == spans[mark].start, end == spans[mark].end))
    close_until(within.end)
    write_until(within.end)
    return tuple(
        replace(token, height=heights[i]) if isinstance(token, Open) else token
        for i, token in enumerate(found)
    )


def _pieces(within: Span, spans: Sequence[Span]) -> list[tuple[int, int, int]]:
    """The marks as (start, end, mark), cut where they would cross, outer before inner."""
    waiting = [
        (max(span.start, within.start), min(span.end, within.end), mark)
        for mark, span in enumerate(spans)
        if span.overlaps(within)
    ]
    done: list[tuple[int, int, int]] = []
    while waiting:
        waiting.sort(key=lambda piece: (piece[0], -piece[1], piece[2]), reverse=True)
        start, end, mark = waiting.pop()
        ends = [e for s, e, _ in done if s <= start < e < end]
        if ends:
            cut = min(ends)
            waiting += [(start, cut, mark), (cut, end, mark)]
        else:
            done.append((start, end, mark))
    return done
