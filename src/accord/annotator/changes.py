"""What an act changed, for the window that shows the document as it was before.

A large document's answer is hundreds of thousands of bytes, of which an act changes a few. The
difference is exact: put into the older answer, it gives the newer one, in its order.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar

Json = dict[str, Any]


class Named(Protocol):
    """What has an id that is its own within its list."""

    @property
    def id(self) -> str:
        """The id."""


T = TypeVar("T", bound=Named)


def edits(before: Sequence[T], after: Sequence[T], to_json: Callable[[T], Json]) -> Json:
    """How one list becomes the other: ``gone`` ids are taken out, then ``put`` items put in.

    Each of `put` says where it stands (``at``) in the list as it will be, in rising order. What
    changed or moved is in both.
    """
    start, end = 0, 0
    shorter = min(len(before), len(after))
    while start < shorter and _same(before[start], after[start]):
        start += 1
    while end < shorter - start and _same(before[-1 - end], after[-1 - end]):
        end += 1
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    stays = _staying(old, new)
    return {
        "gone": [each.id for each in old if each.id not in stays],
        "put": [
            {**to_json(each), "at": at}
            for at, each in enumerate(new, start=start)
            if each.id not in stays
        ],
    }


def _same(one: Named, other: Named) -> bool:
    # Two relations of other ids may be equal, as an id is no part of what a relation says.
    return one is other or (one.id == other.id and one == other)


def _staying(old: Sequence[T], new: Sequence[T]) -> set[str]:
    """Ids of what is the same on both sides; none if any two of these changed places."""
    known = {each.id: each for each in old}
    stays = [each.id for each in new if known.get(each.id) == each]
    kept = set(stays)
    return kept if stays == [each.id for each in old if each.id in kept] else set()
