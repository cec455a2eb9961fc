"""Which pairs of mentions may be related, and what the relation model sees of a pair."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from accord.document import Document, Mention, Span, paragraph_index
from accord.schema import Schema

# A relation that may cross paragraphs looks back over this many mentions of a fitting type.
_LOOK_BACK = 20
_MAX_BETWEEN = 12
_SENTENCE_ENDS = frozenset(".!?")


@dataclass(frozen=True)
class TokenText:
    """A document's tokens: lower-cased words with their starts and ends in code points."""

    words: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def range(self, span: Span) -> tuple[int, int]:
        """Indices, half-open, of the tokens that a span touches."""
        return bisect_right(self.ends, span.start), bisect_left(self.starts, span.end)


@dataclass(frozen=True, slots=True)
class Pair:
    """A head and a tail that the schema allows a relation type to join."""

    relation: str
    head: Mention
    tail: Mention


def candidate_pairs(
    schema: Schema, document: Document, mentions: Sequence[Mention]
) -> Iterator[Pair]:
    """All pairs that a relation of the schema may join, in reading order.

    Pairs stand in one paragraph, or, if the relation may cross paragraphs, reach back to the
    nearest mentions before. Of a symmetric relation the later mention is the head.
    """
    ordered = sorted(mentions, key=lambda m: (m.span.start, m.span.end, m.type))
    place = {m.id: paragraph_index(document.paragraphs, m.span) for m in ordered}
    for kind in schema.relations.values():
        for index, head in enumerate(ordered):
            back = 0
            # Walking away from the head, so that the nearest earlier mentions come first.
            for position in [*range(index - 1, -1, -1), *range(index + 1, len(ordered))]:
                tail = ordered[position]
                if kind.symmetric and position > index:
                    break
                if not kind.allows(head.type, tail.type):
                    continue
                if place[head.id] != place[tail.id]:
                    if not kind.across_paragraphs or position > index or back >= _LOOK_BACK:
                        continue
                    back += 1
                yield Pair(kind.name, head, tail)


class PairFeatures:
    """Features of the pairs of one document; each is a readable string, present or absent."""

    def __init__(self, text: TokenText, mentions: Sequence[Mention]):
        self._text = text
        self._ranges = {m.id: text.range(m.span) for m in mentions}
        self._starts: dict[str, list[int]] = {}
        for mention in sorted(mentions, key=lambda m: m.span.start):
            self._starts.setdefault(mention.type, []).append(self._ranges[mention.id][0])

    def __call__(self, pair: Pair) -> list[str]:
        """The pair's features, without repetition, in a fixed order."""
        head, tail = self._ranges[pair.head.id], self._ranges[pair.tail.id]
        left, right = (head, tail) if head <= tail else (tail, head)
        words = self._text.words
        between = words[left[1] : right[0]]
        order = "nested" if right[0] < left[1] else "head first" if left == head else "tail first"
        types = f"{pair.head.type} > {pair.tail.type}"
        features = [
            f"types: {types}",
            f"order: {order}",
            f"types and order: {types}, {order}",
            f"distance: {_bucket(len(between))}, {order}",
            f"sentence breaks: {min(2, sum(word in _SENTENCE_ENDS for word in between))}",
            f"head ends in: {words[head[1] - 1]}",
            f"tail ends in: {words[tail[1] - 1]}",
            f"before head: {_at(words, head[0] - 1)}",
            f"before tail: {_at(words, tail[0] - 1)}",
            f"after head: {_at(words, head[1])}",
            f"after tail: {_at(words, tail[1])}",
            f"head type between: {self._count(pair.head.type, left, right)}, {order}",
            f"tail type between: {self._count(pair.tail.type, left, right)}, {order}",
        ]
        if len(between) <= _MAX_BETWEEN:
            features.append(
                f"between, {order}: {' '.join(between[:4]) if len(between) < 5 else '…'}"
            )
            features += [f"word between, {order}: {word}" for word in dict.fromkeys(between)]
        same = words[head[0] : head[1]] == words[tail[0] : tail[1]]
        features.append(f"same words: {same}")
        return list(dict.fromkeys(features))

    def _count(self, kind: str, left: tuple[int, int], right: tuple[int, int]) -> str:
        """How many mentions of a type start between two ranges: 0, 1 or 2+."""
        starts = self._starts.get(kind, [])
        count = bisect_left(starts, right[0]) - bisect_left(starts, left[1])
        return str(max(0, count)) if count < 2 else "2+"


def _at(words: Sequence[str], index: int) -> str:
    return words[index] if 0 <= index < len(words) else "(border)"


def _bucket(distance: int) -> str:
    for limit in (0, 1, 2, 4, 8, 16, 32):
        if distance <= limit:
            return f"up to {limit}"
    return "over 32"
