"""Adjudication: what all layers say is taken over, what they differ on is put to somebody.

Mentions come first. Those that all layers have are gold; of the others, marks of different layers
that stand for one thing (one span, or overlapping spans of one type, or marks that cross and so
cannot both stay) make one point to decide. A relation is then read through those decisions: an end
whose mention was decided differently becomes the mention that was chosen in its place, so that
layers which drew one arrow between ends of other lengths agree on it. Relations that all layers
have, read like that, are gold; the others are points again.

A point is named by what the layers say there, so a decision stays valid when a layer changes
elsewhere, and is asked for anew when it changes here.
"""

import hashlib
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from accord.compare.agreement import place, turned, turned_strict, way
from accord.compare.counts import Match, Target
from accord.compare.matching import (
    Arrow,
    Key,
    L,
    arrows,
    boundary_arrow,
    boundary_mention,
    distinct_mentions,
    pair_arrows,
    pair_by_keys,
    pair_mentions,
    strict_arrow,
    strict_mention,
)
from accord.document import Layer, Mention, Relation, Span
from accord.errors import InputError
from accord.schema import Schema


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided on a point: the labels of these sources, or another one instead.

    Nothing is taken of a source that says nothing there, so "as the second has it" may mean none.
    The ids of `other` and of its ends do not matter: a mention is its span and type.
    """

    take: tuple[str, ...] = ()
    other: Mention | Arrow | None = None


@dataclass(frozen=True)
class Point:
    """A mention or relation on which layers differ; `labels` by source, without those silent.

    A relation's ends are as its own layer has them. `decision` is None while it is open.
    """

    id: str
    target: Target
    labels: Mapping[str, Mention] | Mapping[str, Arrow]
    decision: Decision | None = None

    @property
    def span(self) -> Span:
        """From the first to the last character of all its labels."""
        spans = [label.span for label in self.labels.values()]
        return Span(min(s.start for s in spans), max(s.end for s in spans))


@dataclass(frozen=True, slots=True)
class Fallen:
    """A relation that was agreed or chosen but cannot stand with the mentions as decided."""

    arrow: Arrow
    sources: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Adjudication:
    """The gold labels so far, whose each is, and what is left to decide.

    `whose` names the sources of each label of `gold` by its id; none if it is the adjudicator's
    own. `points` are mentions, then relations, each in text order, decided or not. `waiting` are
    relations that are settled but for an end that is not. `gold.complete` holds exactly if nothing
    is open or waiting and all layers are complete.
    """

    gold: Layer
    whose: Mapping[str, tuple[str, ...]]
    points: tuple[Point, ...]
    waiting: tuple[Arrow, ...]
    fallen: tuple[Fallen, ...]

    @property
    def open(self) -> tuple[Point, ...]:
        """The points without a decision."""
        return tuple(point for point in self.points if point.decision is None)


def adjudicate(
    layers: Sequence[Layer],
    schema: Schema,
    decisions: Mapping[str, Decision] = MappingProxyType({}),
    source: str = "gold",
) -> Adjudication:
    """What two or more layers of a document come to with the decisions so far, by point id.

    Decisions on points that are none (any more) are ignored. Mentions are numbered anew (T1, ...)
    in text order and relations (R1, ...) in the order of their ends; scores are dropped. A
    symmetric relation keeps the direction of the first layer that has it.

    The schema is used to read relations, not to judge: ask `Schema.violations` about the gold
    layer. Raises InputError if there are fewer than two layers, two of one source or of different
    documents, or as `accord.compare.compare_layers`.
    """
    _check(layers)
    mentions = _Mentions(layers, schema, decisions)
    settled = _Settled(schema)
    points = list(mentions.points)
    read = {layer.source: list(_read(layer, schema, mentions, settled)) for layer in layers}
    own = {id(arrow): mine for both in read.values() for arrow, mine in both}
    columns = {name: [arrow for arrow, _ in both] for name, both in read.items()}
    for group in _group(columns, strict_arrow, _pair_arrows):
        if _agreed(group, len(layers), strict_arrow):
            settled.add(next(iter(group.values())), group)
            continue
        point = _point(Target.RELATION, {s: own[id(arrow)] for s, arrow in group.items()})
        point = replace(point, decision=decisions.get(point.id))
        points.append(point)
        if point.decision is None:
            continue
        for name in point.decision.take:
            if name in group:
                settled.add(group[name], [name])
        if isinstance(point.decision.other, Arrow):
            settled.add(mentions.correct(point.decision.other), ())
    return _result(layers, source, mentions, settled, points)


def _check(layers: Sequence[Layer]) -> None:
    sources = [layer.source for layer in layers]
    if len(layers) < 2 or len(set(sources)) < len(sources):
        raise InputError(
            f"adjudication needs at least two layers, each once; there is {', '.join(sources)}"
        )
    documents = sorted({layer.document for layer in layers})
    if len(documents) > 1:
        raise InputError(f"layers of different documents: {', '.join(documents)}")


class _Mentions:
    """The gold mentions with their sources, the points about mentions, and where each mark went.

    While a point is open, its first mark stands for all of its marks (`undecided`).
    """

    def __init__(self, layers: Sequence[Layer], schema: Schema, decisions: Mapping[str, Decision]):
        self.points: list[Point] = []
        self.gold: dict[Hashable, Mention] = {}
        self.sources: dict[Hashable, set[str]] = {}
        self.undecided: set[Hashable] = set()
        self._stands: dict[tuple[str, Hashable], Mention] = {}
        self._instead: dict[tuple[str, Hashable], list[Mention]] = {}
        columns = {layer.source: distinct_mentions(layer, schema) for layer in layers}
        for group in _group(columns, strict_mention, _pair_mentions):
            if _agreed(group, len(layers), strict_mention):
                self._take(next(iter(group.values())), group)
                continue
            point = _point(Target.MENTION, group)
            decision = decisions.get(point.id)
            self.points.append(replace(point, decision=decision))
            if decision is None:
                first = next(iter(group.values()))
                self.undecided.add(strict_mention(first))
                for name, mention in group.items():
                    self._stands[name, strict_mention(mention)] = first
                continue
            kept = [(group[name], [name]) for name in decision.take if name in group]
            if isinstance(decision.other, Mention):
                alike = [n for n, m in group.items() if _same(m, decision.other)]
                kept.append((decision.other, alike))
            for mention, names in kept:
                self._take(mention, names)
            for name, mention in group.items():
                chosen = [label for label, _ in kept]
                self._instead[name, strict_mention(mention)] = chosen

    def _take(self, mention: Mention, sources: Iterable[str]) -> None:
        key = strict_mention(mention)
        self.gold.setdefault(key, Mention("", mention.span, mention.type))
        self.sources.setdefault(key, set()).update(sources)

    def end(self, source: str, mention: Mention) -> Mention | None:
        """The mention that stands for a source's mention as the end of a relation, if one does."""
        key = strict_mention(mention)
        if (source, key) in self._stands:
            first = self._stands[source, key]
            return Mention("", first.span, first.type)
        if key in self.gold:
            return self.gold[key]
        chosen = self._instead.get((source, key), [])
        # Where nothing was chosen in its place, another mark of its type may say the same.
        return _nearest(mention, chosen) or _nearest(
            mention, [m for m in self.gold.values() if m.type == mention.type and _meet(m, mention)]
        )

    def correct(self, arrow: Arrow) -> Arrow:
        """An adjudicator's own arrow, its ends read through decisions made since."""
        ends = (self._corrected(end) for end in (arrow.head, arrow.tail))
        head, tail = ends
        return replace(arrow, head=head, tail=tail)

    def _corrected(self, end: Mention) -> Mention:
        key = strict_mention(end)
        if key not in self.gold:
            for source, known in (*self._stands, *self._instead):
                if known == key and (found := self.end(source, end)) is not None:
                    return found
        return self.end("", end) or end


class _Settled:
    """Relations that are agreed or chosen, each once, with their sources; and those that fell."""

    def __init__(self, schema: Schema):
        self.schema = schema
        self.arrows: dict[Hashable, Arrow] = {}
        self.sources: dict[Hashable, set[str]] = {}
        self.fallen: list[Fallen] = []

    def add(self, arrow: Arrow, sources: Iterable[str]) -> None:
        """Take an arrow in."""
        key = strict_arrow(arrow)
        self.arrows.setdefault(key, arrow)
        self.sources.setdefault(key, set()).update(sources)

    def sort_out(self, mentions: _Mentions) -> tuple[list[tuple[Arrow, set[str]]], list[Arrow]]:
        """The arrows that stand, with their sources, and those that wait for an end."""
        standing, waiting = [], []
        for key, arrow in self.arrows.items():
            keys = [strict_mention(end) for end in (arrow.head, arrow.tail)]
            missing = [k for k in keys if k not in mentions.gold]
            reason = self._objection(arrow)
            if missing and all(k in mentions.undecided for k in missing):
                waiting.append(arrow)
            elif missing or reason:
                names = tuple(sorted(self.sources[key]))
                self.fallen.append(Fallen(arrow, names, reason or "one of its ends was left out"))
            else:
                standing.append((arrow, self.sources[key]))
        return standing, waiting

    def _objection(self, arrow: Arrow) -> str:
        kind = self.schema.relations[arrow.type]
        if _same(arrow.head, arrow.tail):
            return "both of its ends became one mention"
        if not kind.allows(arrow.head.type, arrow.tail.type):
            return f"{arrow.type} may not join {arrow.head.type} to {arrow.tail.type}"
        return ""


def _read(
    layer: Layer, schema: Schema, mentions: _Mentions, settled: _Settled
) -> Iterator[tuple[Arrow, Arrow]]:
    """A layer's arrows with their ends as decided, and as the layer has them; each once."""
    seen: set[Hashable] = set()
    for own in arrows(layer, schema):
        head, tail = (mentions.end(layer.source, end) for end in (own.head, own.tail))
        if head is None or tail is None:
            settled.fallen.append(Fallen(own, (layer.source,), "one of its ends was left out"))
            continue
        arrow = replace(own, head=head, tail=tail)
        if strict_arrow(arrow) not in seen:
            seen.add(strict_arrow(arrow))
            yield arrow, own


def _result(
    layers: Sequence[Layer],
    source: str,
    mentions: _Mentions,
    settled: _Settled,
    points: list[Point],
) -> Adjudication:
    standing, waiting = settled.sort_out(mentions)
    ordered = sorted(mentions.gold.values(), key=lambda m: (m.span.start, -m.span.end, m.type))
    ids = {strict_mention(mention): f"T{n}" for n, mention in enumerate(ordered, start=1)}
    rank = {strict_mention(mention): n for n, mention in enumerate(ordered)}
    standing.sort(
        key=lambda each: (
            *(rank[strict_mention(end)] for end in (each[0].head, each[0].tail)),
            each[0].type,
        )
    )
    names = [layer.source for layer in layers]
    whose = {
        ids[key]: tuple(n for n in names if n in found) for key, found in mentions.sources.items()
    }
    relations = []
    for number, (arrow, found) in enumerate(standing, start=1):
        head, tail = (ids[strict_mention(end)] for end in (arrow.head, arrow.tail))
        relations.append(Relation(arrow.type, head, tail, f"R{number}"))
        whose[f"R{number}"] = tuple(n for n in names if n in found)
    points.sort(key=lambda point: (point.target is Target.RELATION, point.span, point.id))
    done = not waiting and all(point.decision is not None for point in points)
    gold = Layer(
        layers[0].document,
        source,
        tuple(replace(m, id=ids[strict_mention(m)]) for m in ordered),
        tuple(relations),
        complete=done and all(layer.complete for layer in layers),
    )
    return Adjudication(
        gold, MappingProxyType(whose), tuple(points), tuple(waiting), tuple(settled.fallen)
    )


def _group(
    columns: Mapping[str, Sequence[L]],
    key: Key[L],
    pair: Callable[[Sequence[L], Sequence[L]], list[tuple[L, L]]],
) -> list[dict[str, L]]:
    """The labels of all sources in groups of one thing each, at most one label a source.

    Source after source: a label joins the group that holds its equal, otherwise the group whose
    first label `pair` gives it, otherwise it begins a group.
    """
    groups: list[dict[str, L]] = []
    for source, labels in columns.items():
        equal = {key(label): group for group in groups for label in group.values()}
        rest: list[L] = []
        for label in labels:
            group = equal.get(key(label))
            if group is None or source in group:
                rest.append(label)
            else:
                group[source] = label
        free = {id(next(iter(g.values()))): g for g in groups if source not in g}
        firsts = [next(iter(group.values())) for group in free.values()]
        joined = set()
        for first, label in pair(firsts, rest):
            free[id(first)][source] = label
            joined.add(id(label))
        groups += [{source: label} for label in rest if id(label) not in joined]
    return groups


def _pair_mentions(
    firsts: Sequence[Mention], labels: Sequence[Mention]
) -> list[tuple[Mention, Mention]]:
    same = pair_by_keys(firsts, labels, [(boundary_mention, boundary_mention)])
    near = pair_mentions(same.missed, same.spurious, Match.OVERLAP)
    crossing: list[tuple[Mention, Mention]] = []
    left = list(near.spurious)
    for first in near.missed:
        found = next((label for label in left if label.span.crosses(first.span)), None)
        if found is not None:
            left.remove(found)
            crossing.append((first, found))
    return [*same.matched, *near.matched, *crossing]


def _pair_arrows(firsts: Sequence[Arrow], labels: Sequence[Arrow]) -> list[tuple[Arrow, Arrow]]:
    rounds: list[tuple[Key[Arrow], Key[Arrow]]] = [
        (boundary_arrow, boundary_arrow),
        (strict_arrow, turned_strict),
        (boundary_arrow, turned),
        (way, way),
        (place, place),
    ]
    same = pair_by_keys(firsts, labels, rounds)
    return [*same.matched, *pair_arrows(same.missed, same.spurious, Match.OVERLAP).matched]


def _agreed(group: Mapping[str, L], sources: int, key: Key[L]) -> bool:
    return len(group) == sources and len({key(label) for label in group.values()}) == 1


def _point(target: Target, labels: Mapping[str, Mention] | Mapping[str, Arrow]) -> Point:
    """A point named by what each source says there."""
    said = sorted(f"{source}\t{_shown(label)}" for source, label in labels.items())
    digest = hashlib.sha256("\n".join([str(target), *said]).encode())
    return Point(digest.hexdigest()[:16], target, MappingProxyType(dict(labels)))  # type: ignore[arg-type]


def _shown(label: Mention | Arrow) -> str:
    if isinstance(label, Mention):
        return f"{label.type} {label.span.start} {label.span.end}"
    ends = [_shown(label.head), _shown(label.tail)]
    return " ".join([label.type, *(sorted(ends) if label.symmetric else ends)])


def _same(a: Mention, b: Mention) -> bool:
    return strict_mention(a) == strict_mention(b)


def _meet(a: Mention, b: Mention) -> bool:
    return a.span.overlaps(b.span)


def _nearest(mention: Mention, among: Sequence[Mention]) -> Mention | None:
    """Of its own type if there is one, then with the largest common part."""

    def common(other: Mention) -> tuple[bool, float, int]:
        a, b = mention.span, other.span
        inner = min(a.end, b.end) - max(a.start, b.start)
        return other.type == mention.type, inner / (len(a) + len(b) - inner), -b.start

    found = max(among, key=common, default=None)
    return None if found is None else Mention("", found.span, found.type)
