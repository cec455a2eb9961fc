"""A model's suggestions beside a person's labels: which are still open, and what they would join.

A suggestion is shown under an id of its own: S1, S2, ... for mentions and SR1, ... for relations,
in the order of the model's layer. What became of it is kept by what it says, so that a model
trained anew does not ask again what was rejected.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate

from accord.annotator.labels import Labels
from accord.annotator.state import Fate, MentionKey, RelationKey, SuggestionKey
from accord.document import Layer, Mention, Span
from accord.schema import Schema

OPEN = "open"
# A label stands where the suggestion would cross it, or its end was rejected.
BLOCKED = "blocked"


@dataclass(frozen=True)
class Suggested:
    """What a model says of one document: a layer with scores, the model's name and its hash."""

    layer: Layer
    model: str
    hash: str


@dataclass(frozen=True, slots=True)
class Ghost:
    """A suggestion as shown: `state` is a `Fate`, "open" or "blocked".

    A relation's ends are ids of mentions, or of suggested mentions where none exists yet.
    """

    id: str
    key: SuggestionKey
    score: float
    state: str
    head: str = ""
    tail: str = ""


class Marks:
    """Mentions by place: those that overlap a span are found without looking at all."""

    def __init__(self, mentions: Iterable[Mention]):
        self._marks = sorted(mentions, key=lambda m: m.span)
        self._starts = [m.span.start for m in self._marks]
        self._reach = list(accumulate((m.span.end for m in self._marks), max))

    def overlapping(self, span: Span) -> list[Mention]:
        """The mentions that share a character with the span."""
        found = []
        for i in range(bisect_left(self._starts, span.end) - 1, -1, -1):
            if self._reach[i] <= span.start:
                break
            if self._marks[i].span.end > span.start:
                found.append(self._marks[i])
        return found


def keys(suggested: Layer) -> dict[str, SuggestionKey]:
    """What each suggestion says, by the id under which it is shown."""
    says = {m.id: MentionKey(m.type, m.span) for m in suggested.mentions}
    found: dict[str, SuggestionKey] = {
        f"S{n}": says[m.id] for n, m in enumerate(suggested.mentions, start=1)
    }
    for n, r in enumerate(suggested.relations, start=1):
        found[f"SR{n}"] = RelationKey(r.type, says[r.head], says[r.tail])
    return found


def scores(suggested: Layer) -> dict[str, float]:
    """The score of each suggestion, by the id under which it is shown; 1 where it has none."""
    found = {f"S{n}": m.score for n, m in enumerate(suggested.mentions, start=1)}
    found |= {f"SR{n}": r.score for n, r in enumerate(suggested.relations, start=1)}
    return {i: 1.0 if score is None else round(float(score), 4) for i, score in found.items()}


def ghosts(suggested: Layer, labels: Labels, schema: Schema) -> tuple[Ghost, ...]:
    """Every suggestion with its state, mentions first."""
    marks = Marks(labels.mentions.values())
    standing = {MentionKey(m.type, m.span): m.id for m in labels.mentions.values()}
    score = scores(suggested)
    shown: dict[str, Ghost] = {}
    by_key: dict[MentionKey, str] = {}
    for i, key in keys(suggested).items():
        if isinstance(key, MentionKey):
            by_key.setdefault(key, i)
            shown[i] = Ghost(i, key, score[i], _mention_state(key, labels, standing, marks))
    joined = joins(labels, schema)
    for i, key in keys(suggested).items():
        if isinstance(key, RelationKey):
            head, tail = (
                label_of(end, labels, standing) or by_key[end] for end in (key.head, key.tail)
            )
            state = _relation_state(key, head, tail, labels, joined, shown, schema)
            shown[i] = Ghost(i, key, score[i], state, head, tail)
    return tuple(shown.values())


def label_of(key: MentionKey, labels: Labels, standing: Mapping[MentionKey, str]) -> str | None:
    """Id of the mention that says what the suggestion says, or that it was corrected to."""
    if key in standing:
        return standing[key]
    verdict = labels.verdicts.get(key)
    return verdict.label if verdict is not None else None


def joins(labels: Labels, schema: Schema) -> set[tuple[str, str, str]]:
    """Type and ends of every relation, a symmetric one both ways."""
    found = set()
    for relation in labels.relations.values():
        found.add((relation.type, relation.head, relation.tail))
        kind = schema.relations.get(relation.type)
        if kind is not None and kind.symmetric:
            found.add((relation.type, relation.tail, relation.head))
    return found


def _mention_state(
    key: MentionKey, labels: Labels, standing: Mapping[MentionKey, str], marks: Marks
) -> str:
    if key in standing:
        return Fate.ACCEPTED
    if key in labels.verdicts:
        return labels.verdicts[key].fate
    crossed = any(mention.span.crosses(key.span) for mention in marks.overlapping(key.span))
    return BLOCKED if crossed else OPEN


def _relation_state(
    key: RelationKey,
    head: str,
    tail: str,
    labels: Labels,
    joined: set[tuple[str, str, str]],
    shown: Mapping[str, Ghost],
    schema: Schema,
) -> str:
    if (key.type, head, tail) in joined:
        return Fate.ACCEPTED
    if key in labels.verdicts:
        return labels.verdicts[key].fate
    if any(end in shown and shown[end].state != OPEN for end in (head, tail)):
        return BLOCKED
    types = [
        labels.mentions[end].type if end in labels.mentions else said.type
        for end, said in ((head, key.head), (tail, key.tail))
    ]
    kind = schema.relations.get(key.type)
    return OPEN if kind is not None and kind.allows(*types) and head != tail else BLOCKED
