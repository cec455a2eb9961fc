"""The Fact measure: are the records right, as a reader of the output would judge them?

- A **pledge** is right when its pledgers (normal forms), its amount (value, or low and high, and
  currency) and, where the text gives them, its deadline, term and recipients are. All or nothing.
  Bound, purpose and wording do not count. A date that only one side gives makes the pledge wrong.
- An **alliance's members** count one by one. The alliances of the two sides are paired first, one
  to one, so that the most members are shared; of equally good pairs, those of one name. A member
  of an alliance that has no partner counts as missed, or as too many.

Differs from the published measures of slot filling (TAC KBP, MUC) in that nothing is counted half,
and in that names are compared by normal form, not by the document's mention. Parties that are only
described are compared by the words of the description.

Both sides must be records of one document; counts of several documents add.
"""

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any

from accord.compare import Counts
from accord.facts.dates import When
from accord.facts.folding import fold
from accord.facts.money import Money
from accord.facts.records import Alliance, Facts, Party, Pledge


@dataclass(frozen=True, slots=True)
class FactCounts:
    """Counts of pledges and of alliance members; they add over documents."""

    pledges: Counts
    members: Counts

    def __add__(self, other: "FactCounts") -> "FactCounts":
        return FactCounts(self.pledges + other.pledges, self.members + other.members)

    @property
    def all(self) -> Counts:
        """Pledges and members together: the micro-averaged Fact measure."""
        return self.pledges + self.members

    def to_json(self) -> dict[str, dict[str, Any]]:
        """Counts and figures of pledges, members and both, as `Counts.to_json` gives them."""
        parts = {"pledges": self.pledges, "members": self.members, "all": self.all}
        return {name: counts.to_json() for name, counts in parts.items()}


def fact_counts(reference: Facts, estimate: Facts) -> FactCounts:
    """Compare the records of two sources. Raises ValueError if they are of two documents."""
    if reference.document != estimate.document:
        raise ValueError(
            f"facts of two documents: {reference.document!r} and {estimate.document!r}"
        )
    return FactCounts(
        counts(map(pledge_key, reference.pledges), map(pledge_key, estimate.pledges)),
        member_counts(reference.alliances, estimate.alliances),
    )


def pledge_key(pledge: Pledge) -> Hashable:
    """What makes two pledges the same; see the module."""
    return (
        party_keys(pledge.pledgers),
        money_key(pledge.amount),
        when_key(pledge.deadline),
        when_key(pledge.term),
        party_keys(pledge.recipients),
    )


def party_keys(parties: Iterable[Party]) -> frozenset[str]:
    """The normal forms of parties, in no order."""
    return frozenset(party.key for party in parties)


def money_key(money: Money | None) -> Hashable:
    """Value (or low and high) and currency; the folded text of an amount without a figure."""
    if money is None:
        return None
    if money.value is None and money.low is None:
        return fold(money.text)
    return money.value, money.low, money.high, money.currency


def when_key(when: When | None) -> Hashable:
    """EDTF and duration; the folded text of a date that has neither."""
    if when is None:
        return None
    return (when.edtf, when.duration) if when.edtf or when.duration else fold(when.text)


def counts(reference: Iterable[Hashable], estimate: Iterable[Hashable]) -> Counts:
    """Keys on both sides, each as often as it occurs on both."""
    expected, found = Counter(reference), Counter(estimate)
    both = (expected & found).total()
    return Counts(tp=both, fp=found.total() - both, fn=expected.total() - both)


def member_counts(reference: Iterable[Alliance], estimate: Iterable[Alliance]) -> Counts:
    """Members of alliances, counted one by one after the alliances have been paired."""
    expected, found = list(reference), list(estimate)
    members = [party_keys(alliance.members) for alliance in expected]
    given = [party_keys(alliance.members) for alliance in found]
    shared = sum(len(members[row] & given[column]) for row, column in _paired(expected, found))
    return Counts(tp=shared, fp=sum(map(len, given)) - shared, fn=sum(map(len, members)) - shared)


def _paired(reference: list[Alliance], estimate: list[Alliance]) -> list[tuple[int, int]]:
    """Pairs of indices that share the most members; the assignment is optimal, not greedy."""
    if not reference or not estimate:
        return []
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    gain = np.zeros((len(reference), len(estimate)))
    # A name weighs less than any member: it decides only between pairs of equal gain.
    tie = 1 / (1 + len(reference) + len(estimate))
    for row, one in enumerate(reference):
        for column, other in enumerate(estimate):
            named = one.named and other.named and one.key == other.key
            gain[row, column] = len(party_keys(one.members) & party_keys(other.members))
            gain[row, column] += tie * named
    rows, columns = linear_sum_assignment(gain, maximize=True)
    return list(zip(rows.tolist(), columns.tolist(), strict=True))
