"""Which mentions of a document denote one thing, as one layer has it.

Two mentions are one by a `same_as` relation, by equal names, or because a longer name contains a
shorter one (see `names.contains_name`) and no second name of the document does.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise

from accord.document import Document, Layer, Mention, Relation
from accord.errors import InputError
from accord.facts.countries import country_name
from accord.facts.names import contains_name, is_pronoun, is_proper, name_key

NAMED = ("ORG", "GPE", "PERSON", "ALLIANCE")
"""Mention types that may hold names; marks of other types only describe."""

_CLUSTERED = (*NAMED, "GROUP", "PLEDGE")


@dataclass(frozen=True, slots=True)
class Cluster:
    """Mentions (ids, in text order) that denote one thing.

    `name` is the canonical one: the longest full name, the first of equally long ones, a country
    by its English name; without any name the first description. `key` is its normal form.
    `named` is False if there is no name among the mentions. `score` is the least score of the
    `same_as` relations that hold it together, None if there are none with a score.
    """

    type: str
    name: str
    key: str
    named: bool
    mentions: tuple[str, ...]
    score: float | None = None


def clusters(document: Document, layer: Layer) -> tuple[Cluster, ...]:
    """The clusters of a layer in text order; every party, alliance and pledge is in exactly one.

    Independent of the order of the layer. Raises InputError if the layer is of another document
    or reaches past its text.
    """
    mentions = ordered(document, layer)
    parents = {mention.id: mention.id for mention in mentions}

    def root(item: str) -> str:
        while parents[item] != item:
            parents[item] = parents[parents[item]]
            item = parents[item]
        return item

    def join(a: str, b: str) -> None:
        parents[root(a)] = root(b)

    joined = [
        r for r in layer.relations if r.type == "same_as" and {r.head, r.tail} <= set(parents)
    ]
    for relation in joined:
        join(relation.head, relation.tail)
    for kind in NAMED:
        keyed: dict[str, list[Mention]] = defaultdict(list)
        for mention in mentions:
            if mention.type == kind and _is_name(document[mention.span], kind):
                keyed[name_key(document[mention.span], kind)].append(mention)
        for same in keyed.values():
            for mention in same[1:]:
                join(same[0].id, mention.id)
        _contained(document, kind, keyed, join)
    groups: dict[str, list[Mention]] = defaultdict(list)
    for mention in mentions:
        groups[root(mention.id)].append(mention)
    scores: dict[str, list[Relation]] = defaultdict(list)
    for relation in joined:
        scores[root(relation.head)].append(relation)
    return tuple(
        _cluster(document, group, least(r.score for r in scores[item]))
        for item, group in groups.items()
    )


def ordered(document: Document, layer: Layer) -> list[Mention]:
    """The mentions that may stand in a cluster, in text order; InputError if they do not fit."""
    if layer.document != document.id:
        raise InputError(f"labels of {layer.document!r} do not belong to {document.id!r}")
    for mention in layer.mentions:
        if mention.span.end > len(document.text):
            raise InputError(
                f"{document.id}: {mention.id} ends at {mention.span.end}, "
                f"but the text has {len(document.text)} characters"
            )
    found = [mention for mention in layer.by_id.values() if mention.type in _CLUSTERED]
    return sorted(found, key=position)


def position(mention: Mention) -> tuple[int, int, str, str]:
    """A key that sorts mentions by their place in the text, the outer before the inner."""
    return mention.span.start, -mention.span.end, mention.type, mention.id


def least(scores: Iterable[float | None]) -> float | None:
    """The least of the scores that are given, None if none is."""
    return min((score for score in scores if score is not None), default=None)


def _is_name(text: str, kind: str) -> bool:
    if kind == "GPE":
        return not is_pronoun(text)
    key = name_key(text, kind)
    return is_proper(text) or (kind == "ORG" and key.startswith(("country:", "government:")))


def _contained(
    document: Document, kind: str, keyed: dict[str, list[Mention]], join: Callable[[str, str], None]
) -> None:
    """Join each name with the one fuller name that contains it, if there is only one."""
    texts = {key: document[same[0].span] for key, same in keyed.items()}
    for short in sorted(texts):
        fuller = [key for key in sorted(texts) if contains_name(texts[key], texts[short], kind)]
        fuller.sort(key=len)
        chained = all(contains_name(texts[b], texts[a], kind) for a, b in pairwise(fuller))
        if fuller and chained:
            join(keyed[short][0].id, keyed[fuller[0]][0].id)


def _cluster(document: Document, group: list[Mention], score: float | None) -> Cluster:
    texts = [(document[mention.span], mention.type) for mention in group]
    names = [(text, kind) for text, kind in texts if kind in NAMED and _is_name(text, kind)]
    # Without a name, a description says more than a pronoun.
    rest = [(text, kind) for text, kind in texts if not is_pronoun(text)] or texts
    text, kind = max(names, key=lambda name: len(name_key(*name))) if names else rest[0]
    key = name_key(text, kind)
    name = " ".join(text.split())
    if kind == "GPE" and key.startswith("country:"):
        name = country_name(key.removeprefix("country:"))
    return Cluster(kind, name, key, bool(names), tuple(m.id for m in group), score)
