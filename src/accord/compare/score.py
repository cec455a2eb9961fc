"""Scores of an estimate against a reference over many documents, and how a measure is spelled.

A measure is written ``TARGET.MATCH.AVERAGE.STATISTIC``::

    relation.strict.micro.f1
    mention.boundary.PLEDGE.recall

AVERAGE is ``micro`` (counts summed over all types and documents, documents without labels
included) or the name of one type (counts of that type summed over all documents). Figures are
fractions from 0 to 1. There is no macro average: on few labels, one rare type would sway it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar

from accord.compare.counts import Counts, Match, Statistic, Target
from accord.compare.matching import Comparison, compare_layers
from accord.document import Layer
from accord.errors import InputError
from accord.schema import Schema

MICRO = "micro"

E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure that can be asked of `Scores`; `average` is ``micro`` or a type's name.

    `str` gives the spelling that `parse_measure` reads.
    """

    target: Target
    match: Match
    average: str
    statistic: Statistic

    def __str__(self) -> str:
        return f"{self.target}.{self.match}.{self.average}.{self.statistic}"


def parse_measure(text: str, schema: Schema | None = None) -> Measure:
    """Read a measure's spelling; with a schema, check that it has the type.

    Raises InputError that names the wrong part and what may stand there.
    """
    parts = text.strip().split(".")
    if len(parts) != 4:
        raise InputError(
            f"not a measure: {text!r}; a measure is TARGET.MATCH.AVERAGE.STATISTIC, "
            f"such as relation.strict.micro.f1 or mention.boundary.PLEDGE.recall"
        )
    target = _part(Target, parts[0], "target", text)
    match = _part(Match, parts[1], "match", text)
    statistic = _part(Statistic, parts[3], "statistic", text)
    if not parts[2]:
        raise InputError(f"measure {text!r}: the average is empty; write {MICRO} or a type's name")
    if schema is not None and parts[2] != MICRO:
        types = schema.mentions if target is Target.MENTION else schema.relations
        if parts[2] not in types:
            raise _wrong(f"the average, micro or a {target} type,", parts[2], [MICRO, *types], text)
    return Measure(target, match, parts[2], statistic)


def _part(kind: type[E], name: str, what: str, text: str) -> E:
    try:
        return kind(name)
    except ValueError:
        raise _wrong(f"the {what}", name, [str(value) for value in kind], text) from None


def _wrong(what: str, name: str, known: list[str], text: str) -> InputError:
    close = get_close_matches(name, known, n=1)
    hint = f"; did you mean {close[0]}?" if close else ""
    return InputError(f"measure {text!r}: {what} is one of {', '.join(known)}, not {name!r}{hint}")


Table = Mapping[tuple[Target, Match], Mapping[str, Counts]]
"""Counts of each type of the schema, by what was compared and how."""


@dataclass(frozen=True)
class Scores:
    """The counts of every document, from which each figure is read.

    `documents` are the scored ones, sorted. `incomplete` are those left out because one side is
    not finished with them, so that what it lacks is not yet an error. There is at least one scored
    document.
    """

    reference: str
    estimate: str
    documents: Mapping[str, Table]
    incomplete: tuple[str, ...] = ()

    def table(self, target: Target, match: Match) -> Mapping[str, Counts]:
        """Counts of each type over all documents, in the schema's order; zeros included.

        Raises InputError if this match was not computed.
        """
        total: dict[str, Counts] = {}
        for document in self.documents.values():
            for name, counts in self._of(document, target, match).items():
                total[name] = total.get(name, Counts()) + counts
        return MappingProxyType(total)

    def counts(self, measure: Measure | str) -> Counts:
        """The counts that a measure rests on, over all documents; InputError as `parse_measure`."""
        return _total(self.per_document(measure).values())

    def value(self, measure: Measure | str) -> float:
        """The measure, from 0 to 1; InputError as `parse_measure` or for an unknown type."""
        parsed = _measure(measure)
        return self.counts(parsed).value(parsed.statistic)

    def per_document(self, measure: Measure | str) -> Mapping[str, Counts]:
        """The counts that a measure rests on, by document, sorted by id."""
        parsed = _measure(measure)
        found: dict[str, Counts] = {}
        for i, document in self.documents.items():
            table = self._of(document, parsed.target, parsed.match)
            if parsed.average == MICRO:
                found[i] = _total(table.values())
            elif parsed.average in table:
                found[i] = table[parsed.average]
            else:
                what = f"the average, micro or a {parsed.target} type,"
                raise _wrong(what, parsed.average, [MICRO, *table], str(parsed))
        return MappingProxyType(found)

    def to_json(self, *, documents: bool = False) -> dict[str, Any]:
        """A dict for JSON: totals and types by ``target.match``, with documents' own if asked.

        Figures are unrounded; where they rest on no label at all, ``empty`` is true.
        """
        kinds = list(next(iter(self.documents.values())))
        scores = {
            f"{target}.{match}": {
                MICRO: _total(self.table(target, match).values()).to_json(),
                "types": {n: c.to_json() for n, c in self.table(target, match).items()},
            }
            for target, match in kinds
        }
        data: dict[str, Any] = {
            "reference": self.reference,
            "estimate": self.estimate,
            "documents": list(self.documents),
            "incomplete": list(self.incomplete),
            "scores": scores,
        }
        if documents:
            data["per_document"] = {
                i: {
                    f"{target}.{match}": {n: [c.tp, c.fp, c.fn] for n, c in counts.items()}
                    for (target, match), counts in table.items()
                }
                for i, table in self.documents.items()
            }
        return data

    def _of(self, document: Table, target: Target, match: Match) -> Mapping[str, Counts]:
        try:
            return document[target, match]
        except KeyError:
            known = ", ".join(f"{t}.{m}" for t, m in document)
            raise InputError(f"{target}.{match} was not computed; there are {known}") from None


def evaluate(
    reference: Mapping[str, Layer],
    estimate: Mapping[str, Layer],
    schema: Schema,
    matches: Iterable[Match] = tuple(Match),
) -> Scores:
    """Score the layers of an estimate against a reference, both by document id.

    Both must have the same documents: select first (``Corpus.select``), so that nothing is scored
    on fewer documents than one believes. Documents that a side calls incomplete are left out and
    listed.

    Raises InputError if documents are missing on a side, none is complete, one side mixes sources,
    or as `compare_layers`.
    """
    _same_documents(reference, estimate)
    matches = tuple(matches)
    tables: dict[str, Table] = {}
    incomplete: list[str] = []
    for i in sorted(reference):
        if reference[i].complete and estimate[i].complete:
            tables[i] = _table(
                compare_layers(reference[i], estimate[i], schema, m) for m in matches
            )
        else:
            incomplete.append(i)
    if not tables:
        raise InputError(
            "nothing to score: no document that both sides have finished"
            + (f"; unfinished are {_some(incomplete)}" if incomplete else "")
        )
    return Scores(
        _source(reference, "the reference"),
        _source(estimate, "the estimate"),
        MappingProxyType(tables),
        tuple(incomplete),
    )


def _table(comparisons: Iterable[Comparison]) -> Table:
    return MappingProxyType(
        {
            (target, comparison.match): counts
            for comparison in comparisons
            for target, counts in comparison.counts.items()
        }
    )


def _same_documents(reference: Mapping[str, Layer], estimate: Mapping[str, Layer]) -> None:
    for here, there, side in (
        (reference, estimate, "estimate"),
        (estimate, reference, "reference"),
    ):
        missing = sorted(here.keys() - there.keys())
        if missing:
            raise InputError(
                f"the {side} has no layer of {_some(missing)}; score only documents that both have"
            )


def _source(layers: Mapping[str, Layer], side: str) -> str:
    sources = sorted({layer.source for layer in layers.values()})
    if len(sources) > 1:
        raise InputError(f"{side} mixes sources: {_some(sources)}; score one source at a time")
    return sources[0]


def _some(names: list[str], limit: int = 5) -> str:
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more


def _measure(measure: Measure | str) -> Measure:
    return parse_measure(measure) if isinstance(measure, str) else measure


def _total(counts: Iterable[Counts]) -> Counts:
    return sum(counts, start=Counts())
