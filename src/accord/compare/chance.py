"""Agreement beyond chance, where it is defined: Cohen's kappa on units that nobody's labels decide.

Kappa (Cohen 1960, "A Coefficient of Agreement for Nominal Scales") is (p - e) / (1 - e): p is the
share of units that both sides label alike, e the share they would label alike if each drew its
labels at random by its own frequencies. 1 is full agreement, 0 what chance gives, below 0 less than
chance. It needs a fixed list of units, each of which both sides give a label. Marks in running text
are no such list (see `accord.compare.agreement`), but two lists can be made of them:

- Mentions: the units are the text's words (`accord.formats.tokens.words`), the label of a word is
  the set of types of the marks that touch it, nested ones included, or none. It does not see where
  one mark ends and an equal one begins right after it. Of one type: marked by it or not.
- Relations: the units are the pairs of mentions that both sides marked alike (strictly) and that
  the schema lets a relation join. The label of a pair is the set of relations between the two, with
  their direction, or none. So it tells how well two people join what both of them saw, and nothing
  of mentions that one of them missed. Of one type: the pairs it may join, joined by it or not.

Most words are unmarked and most pairs not joined, so chance alone agrees often and kappa is lower
than the share of equal labels; that is its purpose. The value is scikit-learn's
(``cohen_kappa_score``); it is None where it is not defined: no units, or one label everywhere.
"""

import math
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
from numpy.typing import NDArray

from accord.compare.counts import Match, Target
from accord.compare.matching import arrows, distinct_mentions, pair_mentions, strict_mention
from accord.compare.score import MICRO
from accord.compare.significance import draws, percentiles
from accord.document import Document, Layer, Mention, paragraph_index
from accord.errors import InputError
from accord.formats.tokens import words
from accord.schema import RelationType, Schema

Floats = NDArray[np.float64]

Table = Counter[tuple[Hashable, Hashable]]
"""How many units have a label of the first side and one of the second."""

_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Kappa:
    """Cohen's kappa of mentions or relations, of all types together (``micro``) or of one.

    `observed` and `expected` are the shares of equal labels found and expected by chance. `low` and
    `high` bound the percentile bootstrap interval over documents; None for fewer than two. `value`
    is None where kappa is not defined.
    """

    target: Target
    type: str
    value: float | None
    low: float | None
    high: float | None
    observed: float
    expected: float
    units: int

    def to_json(self) -> dict[str, Any]:
        """A dict for JSON."""
        return {**asdict(self), "target": str(self.target)}


def kappas(
    first: Mapping[str, Layer],
    second: Mapping[str, Layer],
    documents: Mapping[str, Document],
    schema: Schema,
    *,
    rounds: int = 10_000,
    confidence: float = 0.95,
    seed: int = 0,
) -> tuple[Kappa, ...]:
    """Kappa of mentions and of relations, first of all types together, then of each type.

    All layers of `first` are compared with those of the same documents in `second`, finished or
    not. Raises InputError if one is missing, or as `accord.compare.compare_layers`.
    """
    missing = sorted(first.keys() - second.keys())
    if missing:
        raise InputError(f"{missing[0]} is labelled on one side only")
    ids = sorted(first)
    found: list[Kappa] = []
    for target in Target:
        of = _mention_tables if target is Target.MENTION else _relation_tables
        tables = [of(documents[i], first[i], second[i], schema) for i in ids]
        for name in (MICRO, *(schema.mentions if target is Target.MENTION else schema.relations)):
            each = [table[name] for table in tables]
            kappa = _kappa(target, name, each)
            if kappa.value is not None and len(ids) > 1:
                low, high = _bootstrap(each, rounds, confidence, seed)
                kappa = replace(kappa, low=low, high=high)
            found.append(kappa)
    return tuple(found)


def _mention_tables(
    document: Document, first: Layer, second: Layer, schema: Schema
) -> dict[str, Table]:
    """Words by the labels of both sides, by type and together."""
    units = words(document.text)
    starts, ends = [w.start for w in units], [w.end for w in units]

    def labels(layer: Layer) -> list[frozenset[str]]:
        found: list[set[str]] = [set() for _ in units]
        for mention in distinct_mentions(layer, schema):
            left = bisect_right(ends, mention.span.start)
            for index in range(left, len(units)):
                if starts[index] >= mention.span.end:
                    break
                found[index].add(mention.type)
        return [frozenset(types) for types in found]

    together: Table = Counter(zip(labels(first), labels(second), strict=True))
    return {MICRO: together, **{name: _binary(together, name) for name in schema.mentions}}


def _binary(together: Table, name: str) -> Table:
    table: Table = Counter()
    for (a, b), count in together.items():
        assert isinstance(a, frozenset) and isinstance(b, frozenset)  # noqa: S101 - for mypy
        table[name in a, name in b] += count
    return table


def _relation_tables(
    document: Document, first: Layer, second: Layer, schema: Schema
) -> dict[str, Table]:
    """Pairs of common mentions by the labels of both sides, by type and together."""
    common = [
        mention
        for mention, _ in pair_mentions(
            distinct_mentions(first, schema), distinct_mentions(second, schema), Match.STRICT
        ).matched
    ]
    number = {strict_mention(mention): n for n, mention in enumerate(common)}
    sides = [_joined(layer, number, schema) for layer in (first, second)]
    together: Table = Counter()
    types: dict[str, Table] = {name: Counter() for name in schema.relations}
    for pair in sides[0].keys() | sides[1].keys():
        a, b = (side.get(pair, _NONE) for side in sides)
        together[a, b] += 1
        for name, kind in schema.relations.items():
            for way in ("=",) if kind.symmetric else (">", "<"):
                mine, theirs = f"{name}{way}" in a, f"{name}{way}" in b
                if mine or theirs:
                    types[name][mine, theirs] += 1
    places = _places(document, common)
    for name, kind in schema.relations.items():
        # A pair that a layer joins against the schema is a unit too, so there may be fewer units.
        free = _units(places, [kind], ordered=not kind.symmetric) - types[name].total()
        types[name][False, False] += max(0, free)
    free = _units(places, list(schema.relations.values()), ordered=False) - together.total()
    together[_NONE, _NONE] += max(0, free)
    return {MICRO: together, **types}


def _joined(
    layer: Layer, number: Mapping[Hashable, int], schema: Schema
) -> dict[tuple[int, int], frozenset[str]]:
    """What joins each pair of common mentions, the earlier mention first: "TYPE>", "<" or "="."""
    found: defaultdict[tuple[int, int], set[str]] = defaultdict(set)
    for arrow in arrows(layer, schema):
        head, tail = (number.get(strict_mention(end)) for end in (arrow.head, arrow.tail))
        if head is None or tail is None or head == tail:
            continue
        way = "=" if arrow.symmetric else ">" if head < tail else "<"
        found[min(head, tail), max(head, tail)].add(f"{arrow.type}{way}")
    return {pair: frozenset(names) for pair, names in found.items()}


def _places(document: Document, common: Iterable[Mention]) -> dict[int | None, Counter[str]]:
    """How many common mentions of each type each paragraph has."""
    found: defaultdict[int | None, Counter[str]] = defaultdict(Counter)
    for mention in common:
        found[paragraph_index(document.paragraphs, mention.span)][mention.type] += 1
    return found


def _units(
    places: Mapping[int | None, Counter[str]], kinds: Sequence[RelationType], *, ordered: bool
) -> int:
    """How many pairs of mentions at least one of the relations may join; counted, not listed."""
    everywhere = sum(places.values(), Counter[str]())
    total = 0
    for a, b in combinations_with_replacement(sorted(everywhere), 2):
        near = sum(_allowed(kinds, a, b, ordered=ordered))
        far = sum(_allowed([k for k in kinds if k.across_paragraphs], a, b, ordered=ordered))
        within = sum(_pairs(counts, a, b) for counts in places.values())
        total += near * within + far * (_pairs(everywhere, a, b) - within)
    return total


def _allowed(kinds: Sequence[RelationType], a: str, b: str, *, ordered: bool) -> Iterator[bool]:
    """For each way in which a pair of two types is a unit, whether one of the relations allows it.

    An ordered pair of one type is two units, one each way.
    """
    there, back = (any(k.allows(*ends) for k in kinds) for ends in ((a, b), (b, a)))
    yield from (there, back) if ordered else (there or back,)


def _pairs(counts: Counter[str], a: str, b: str) -> int:
    return counts[a] * (counts[a] - 1) // 2 if a == b else counts[a] * counts[b]


def _kappa(target: Target, name: str, tables: Sequence[Table]) -> Kappa:
    from sklearn.metrics import cohen_kappa_score

    total: Table = Counter()
    for table in tables:
        total.update({cell: count for cell, count in table.items() if count})
    units = total.total()
    number = {label: n for n, label in enumerate(dict.fromkeys(x for cell in total for x in cell))}
    if not units or len(number) < 2:
        share = 1.0 if units else 0.0
        return Kappa(target, name, None, None, None, share, share, units)
    value = cohen_kappa_score(
        [number[a] for a, _ in total],
        [number[b] for _, b in total],
        sample_weight=list(total.values()),
        replace_undefined_by=math.nan,
    )
    alike, rows, columns = (array.sum(axis=0) for array in _margins(tables))
    expected = float((rows * columns).sum()) / units**2
    return Kappa(target, name, float(value), None, None, float(alike) / units, expected, units)


def _margins(tables: Sequence[Table]) -> tuple[Floats, Floats, Floats]:
    """By document: units labelled alike (D,), and units by label of each side (D, labels)."""
    labels = dict.fromkeys(label for table in tables for cell in table for label in cell)
    number = {label: n for n, label in enumerate(labels)}
    alike = np.zeros(len(tables))
    rows, columns = np.zeros((2, len(tables), len(number)))
    for n, table in enumerate(tables):
        for (a, b), count in table.items():
            alike[n] += count * (a == b)
            rows[n, number[a]] += count
            columns[n, number[b]] += count
    return alike, rows, columns


def _bootstrap(
    tables: Sequence[Table], rounds: int, confidence: float, seed: int
) -> tuple[float, float]:
    """The interval of kappa; draws in which it is not defined are left out."""
    alike, rows, columns = _margins(tables)
    values = []
    for weights in draws(len(tables), rounds, seed):
        first, second = weights @ rows, weights @ columns
        units = first.sum(axis=1)
        chance = (first * second).sum(axis=1)
        room = units**2 - chance
        agreed = (weights @ alike) * units - chance
        values.append(agreed[room > 0] / room[room > 0])
    return percentiles(np.concatenate(values), confidence)
