"""From a layer's mentions and relations to records of pledges and alliances."""

import re
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TypeVar

from accord.document import Document, Layer, Mention, Relation, Span
from accord.facts.coreference import Cluster, clusters, least, position
from accord.facts.dates import When, parse_date
from accord.facts.money import Money, parse_money
from accord.facts.names import is_pronoun
from accord.facts.records import Alliance, Evidence, Facts, Party, Pledge
from accord.facts.sentences import sentences_around


def facts(document: Document, layer: Layer) -> Facts:
    """The pledge and alliance records of a layer.

    Mentions joined by `same_as` are one record with the arguments of all; so are alliances of one
    name, and alliances without a name whose members are the same two or more named parties. A
    PLEDGE with neither pledger nor amount tells no fact and makes no record.
    Relations whose ends are missing or of a type that the record cannot use are passed over:
    `accord validate` reports them. The document's date, for relative dates, is its metadata's
    "date" (YYYY-MM-DD). Raises InputError if the layer does not belong to the document.
    """
    builder = _Builder(document, layer)
    return Facts(
        document.id,
        layer.source,
        tuple(p for c in builder.of_type("PLEDGE") if (p := builder.pledge(c)) is not None),
        tuple(builder.alliance(c) for c in builder.alliance_clusters()),
    )


def pledges(document: Document, layer: Layer) -> tuple[Pledge, ...]:
    """The pledge records of a layer, in text order; see `facts`."""
    return facts(document, layer).pledges


def alliances(document: Document, layer: Layer) -> tuple[Alliance, ...]:
    """The alliance records of a layer, in text order; see `facts`."""
    return facts(document, layer).alliances


_Item = TypeVar("_Item")


class _Builder:
    def __init__(self, document: Document, layer: Layer):
        self.document = document
        self.layer = layer
        self.clusters = clusters(document, layer)
        self.cluster_of = {item: c for c in self.clusters for item in c.mentions}
        self.date = _document_date(document)
        self.places = {
            m.id: number for number, m in enumerate(sorted(layer.by_id.values(), key=position))
        }
        known = [r for r in set(layer.relations) if r.head in self.places and r.tail in self.places]
        self.relations = sorted(
            known, key=lambda r: (self.places[r.head], self.places[r.tail], r.type)
        )
        # Of a relation given twice, the worse score counts.
        self.scores: dict[Relation, float | None] = {}
        for relation in layer.relations:
            self.scores[relation] = least((relation.score, self.scores.get(relation)))

    def of_type(self, kind: str) -> list[Cluster]:
        return [cluster for cluster in self.clusters if cluster.type == kind]

    def alliance_clusters(self) -> list[Cluster]:
        """The alliances; described ones with the same named members are told apart by nothing."""
        found: dict[Hashable, list[Cluster]] = {}
        for cluster in self.of_type("ALLIANCE"):
            members = {self.cluster_of[end.id] for end, _ in self._heads(cluster, "member_of")}
            alike = len(members) > 1 and not cluster.named and all(m.named for m in members)
            key = frozenset(m.key for m in members) if alike else cluster.mentions
            found.setdefault(key, []).append(cluster)
        merged = []
        for group in found.values():
            items = sorted((i for c in group for i in c.mentions), key=self.places.__getitem__)
            score = least(c.score for c in group)
            merged.append(replace(group[0], mentions=tuple(items), score=score))
        return merged

    def pledge(self, cluster: Cluster) -> Pledge | None:
        givers = self._heads(cluster, "pledges")
        amounts = self._tails(cluster, "amount", ("MONEY",))
        if not givers and not amounts:
            return None
        dates = self._tails(cluster, "when", ("DATE",))
        receivers = self._recipients(cluster, givers)
        purposes = self._tails(cluster, "purpose", ("PURPOSE",))
        parties = self._parties(givers)
        sums = [(end, parse_money(self.document[end.span])) for end, _ in amounts]
        amount, notes = self._main(sums)
        if not parties:
            notes.insert(0, "no pledger")
        for party in parties:
            if is_pronoun(party.name):
                notes.append(f"the pledger is only a pronoun: {party.name!r}")
        if not sums:
            notes.insert(1 if not parties else 0, "no amount")
        used = [*givers, *amounts, *dates, *receivers, *purposes]
        evidence = self._evidence(cluster, used)
        span = self._sentence(evidence)
        return Pledge(
            self.document.id,
            self.layer.source,
            " ".join(self.document[self.layer.by_id[cluster.mentions[0]].span].split()),
            parties,
            amount,
            _distinct(money for _, money in sums),
            self._when(dates),
            self._parties(receivers),
            self._texts(purposes),
            self.document[span],
            span,
            cluster.mentions,
            evidence,
            tuple(notes),
            self._score(cluster, used),
        )

    def alliance(self, cluster: Cluster) -> Alliance:
        joined = self._heads(cluster, "member_of")
        leading = self._heads(cluster, "leads")
        purposes = self._tails(cluster, "purpose", ("PURPOSE",))
        dates = self._tails(cluster, "when", ("DATE",))
        seats = self._tails(cluster, "based_in", ("GPE",))
        members = self._parties(joined)
        used = [*joined, *leading, *purposes, *dates, *seats]
        evidence = self._evidence(cluster, used)
        span = self._sentence(evidence)
        notes = [] if members else ["no members"]
        notes += [
            f"a member is only a pronoun: {party.name!r}"
            for party in members
            if is_pronoun(party.name)
        ]
        return Alliance(
            self.document.id,
            self.layer.source,
            cluster.name,
            cluster.key,
            cluster.named,
            members,
            self._parties(leading),
            self._texts(purposes),
            self._when(dates),
            tuple(dict.fromkeys(self.cluster_of[end.id].name for end, _ in seats)),
            self.document[span],
            span,
            cluster.mentions,
            evidence,
            tuple(notes),
            self._score(cluster, used),
        )

    def _heads(self, cluster: Cluster, kind: str) -> list[tuple[Mention, Relation]]:
        """Parties that point to the cluster by a relation, in text order, each mention once."""
        return [
            (head, relation)
            for relation in self.relations
            if relation.type == kind and relation.tail in cluster.mentions
            and (head := self.layer.by_id[relation.head]).type in ("ORG", "GPE", "GROUP", "PERSON")
        ]  # fmt: skip

    def _tails(
        self, cluster: Cluster, kind: str, types: Sequence[str]
    ) -> list[tuple[Mention, Relation]]:
        found = [
            (tail, relation)
            for relation in self.relations
            if relation.type == kind and relation.head in cluster.mentions
            and (tail := self.layer.by_id[relation.tail]).type in types
        ]  # fmt: skip
        return sorted(found, key=lambda pair: (self.places[pair[0].id], self.places[pair[1].head]))

    def _recipients(
        self, cluster: Cluster, givers: Sequence[tuple[Mention, Relation]]
    ) -> list[tuple[Mention, Relation]]:
        """Recipients apart from the pledgers themselves and what lies within another recipient.

        No annotator draws such arrows (guidelines, "Decided cases"), but models do.
        """
        found = self._tails(cluster, "recipient", ("ORG", "GPE", "GROUP", "PERSON"))
        giving = {self.cluster_of[giver.id].mentions for giver, _ in givers}
        spans = {end.span for end, _ in found}
        return [
            (end, relation)
            for end, relation in found
            if self.cluster_of[end.id].mentions not in giving
            and not any(s != end.span and s.contains(end.span) for s in spans)
        ]

    def _parties(self, ends: Sequence[tuple[Mention, Relation]]) -> tuple[Party, ...]:
        found: dict[tuple[str, ...], Party] = {}
        for end, _ in ends:
            cluster = self.cluster_of[end.id]
            seats = tuple(
                dict.fromkeys(
                    self.cluster_of[r.tail].name
                    for r in self.relations
                    if r.type == "based_in" and r.head in cluster.mentions
                    and self.layer.by_id[r.tail].type == "GPE"
                )
            )  # fmt: skip
            party = Party(cluster.name, cluster.key, cluster.type, cluster.named, seats)
            found.setdefault(cluster.mentions, party)
        return tuple(found.values())

    def _texts(self, ends: Iterable[tuple[Mention, Relation]]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(" ".join(self.document[end.span].split()) for end, _ in ends))

    def _when(self, ends: Iterable[tuple[Mention, Relation]]) -> tuple[When, ...]:
        return _distinct(
            parse_date(
                self.document[end.span],
                self.date,
                self.document.text[max(0, end.span.start - 60) : end.span.start],
            )
            for end, _ in ends
        )

    def _main(self, sums: Sequence[tuple[Mention, Money]]) -> tuple[Money | None, list[str]]:
        """The amount of the whole pledge: the only one, the total of parts, or the first."""
        different: dict[object, tuple[Mention, Money]] = {}
        for mention, money in sums:
            different.setdefault(_value(money), (mention, money))
        amounts = list(different.values())
        if not amounts:
            return None, []
        if len(amounts) == 1:
            money = amounts[0][1]
            return money, [f"the amount {money.text!r}: {money.reason}"] if money.reason else []
        shown = ", ".join(repr(money.text) for _, money in amounts)
        single = [(m, money) for m, money in amounts if money.value is not None]
        for mention, money in sorted(single, key=lambda pair: -(pair[1].value or Decimal(0))):
            parts = [o for _, o in single if o is not money and o.currency == money.currency]
            whole = sum((part.value or Decimal(0) for part in parts), Decimal(0)) == money.value
            ahead = self.document.text[max(0, mention.span.start - 25) : mention.span.start]
            after = self.document.text[mention.span.end : mention.span.end + 30]
            spoken = re.search(
                r"\b(?:total(?:l?ing|s)?|altogether|overall|combined|in all)\b", ahead.lower()
            )
            spoken = spoken or re.match(
                r"[\s,]*(?:in total|in all|altogether|overall|combined|of which|including)\b",
                after.lower(),
            )
            if parts and ((whole and len(parts) > 1) or spoken):
                return money, [f"several amounts: {shown}; {money.text!r} is the total"]
        return amounts[0][1], [f"several amounts: {shown}; the first is taken"]

    def _evidence(
        self, cluster: Cluster, used: Iterable[tuple[Mention, Relation]]
    ) -> tuple[Evidence, ...]:
        pairs = {(cluster.type.lower(), item) for item in cluster.mentions}
        pairs |= {(relation.type, end.id) for end, relation in used}
        order = sorted(pairs, key=lambda pair: (self.places[pair[1]], pair[0]))
        by_id = self.layer.by_id
        return tuple(
            Evidence(role, item, self.document[by_id[item].span], by_id[item].span)
            for role, item in order
        )

    def _sentence(self, evidence: Sequence[Evidence]) -> Span:
        """The sentences that hold the evidence in the paragraph of the record's first mention."""
        first = next(e for e in evidence if e.role in ("pledge", "alliance")).span
        return sentences_around(self.document, first, (e.span for e in evidence))

    def _score(self, cluster: Cluster, used: Iterable[tuple[Mention, Relation]]) -> float | None:
        by_id = self.layer.by_id
        scores = [cluster.score, *(by_id[item].score for item in cluster.mentions)]
        for end, relation in used:
            scores += [end.score, self.scores[relation]]
            other = self.cluster_of.get(end.id)
            # A party under a name of another mention rests on what joins the two.
            if other is not None and len(other.mentions) > 1:
                scores.append(other.score)
        return least(scores)


def _value(money: Money) -> object:
    if money.value is None and money.low is None:
        return money.text.casefold()
    return money.value, money.low, money.high, money.currency


def _distinct(items: Iterable[_Item]) -> tuple[_Item, ...]:
    return tuple(dict.fromkeys(items))


def _document_date(document: Document) -> date | None:
    try:
        return date.fromisoformat(document.meta.get("date", "")[:10])
    except ValueError:
        return None
