"""An estimate counted document by document: what a baseline commits and a check compares.

Beside the counts, a tally names every label that is wrong, so that a later check can say which
errors are new.
"""

import hashlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from accord.compare import (
    Arrow,
    Counts,
    Difference,
    Kind,
    Match,
    Scores,
    Target,
    compare_layers,
    differences,
)
from accord.compare.matching import Pairing
from accord.compare.score import Table
from accord.corpus import Corpus
from accord.corpus.standoff import format_standoff
from accord.document import Document, Layer, Mention
from accord.errors import InputError
from accord.gate.rules import ERROR_KINDS
from accord.schema import Schema

_OUTCOMES = ("tp", "fp", "fn")
_SHORT = 16  # hexadecimal digits of a hash: 64 bits tell a changed text from the old one

CountsByType = Mapping[tuple[Target, Match], Mapping[str, Counts]]
ErrorsByKind = Mapping[Target, Mapping[Kind, int]]


@dataclass(frozen=True)
class Unit:
    """Counts of a document or of one of its paragraphs; what is absent is zero."""

    counts: CountsByType
    errors: ErrorsByKind


@dataclass(frozen=True)
class DocumentTally:
    """One document: hashes of its text and reference labels, units by name, and what is wrong.

    `units` are "document", or "paragraph 1" and so on. `wrong` spells labels that are missed or
    spurious (`wrong_labels`).
    """

    text: str
    reference: str
    units: Mapping[str, Unit]
    wrong: tuple[str, ...]


Tally = Mapping[str, DocumentTally]
"""What was counted, by document id, sorted."""


def count(
    corpus: Corpus,
    ids: Iterable[str],
    reference: str,
    estimate: Mapping[str, Layer],
    unit: str,
    matches: Sequence[Match] = tuple(Match),
) -> Tally:
    """Count an estimate against a layer of the corpus, unit by unit, by these matches.

    Labels count in the paragraph in which they start. Documents that either side calls incomplete
    are left out. Raises InputError if the estimate lacks a document, none is complete, or as
    `compare_layers`.
    """
    found: dict[str, DocumentTally] = {}
    for i in sorted(ids):
        if i not in estimate:
            raise InputError(f"{i}: the estimate has no layer of this document")
        gold = corpus.layer(reference, i)
        if gold.complete and estimate[i].complete:
            found[i] = _document(
                corpus.documents[i], gold, estimate[i], corpus.schema, unit, matches
            )
    if not found:
        raise InputError("nothing to check: no document that both sides have finished")
    return found


def scores(tally: Tally, schema: Schema, names: tuple[str, str]) -> Scores:
    """The tally as scores, units as documents; `names` are those of reference and estimate."""
    types = {Target.MENTION: tuple(schema.mentions), Target.RELATION: tuple(schema.relations)}
    tables: dict[str, Table] = {
        name: {
            (target, match): {
                kind: unit.counts.get((target, match), {}).get(kind, Counts())
                for kind in types[target]
            }
            for match in Match
            for target in Target
        }
        for name, unit in _units(tally)
    }
    return Scores(*names, tables)


def error_scores(tally: Tally, names: tuple[str, str]) -> Scores:
    """Labels of the reference spared (tp) and hit (fn) by each kind of error, unit by unit."""
    tables: dict[str, Table] = {}
    for name, unit in _units(tally):
        table: dict[tuple[Target, Match], Mapping[str, Counts]] = {}
        for target, kinds in ERROR_KINDS.items():
            support = sum(c.support for c in unit.counts.get((target, Match.STRICT), {}).values())
            hit = {kind: unit.errors.get(target, {}).get(kind, 0) for kind in kinds}
            table[target, Match.STRICT] = {
                str(kind): Counts(support - number, 0, number) for kind, number in hit.items()
            }
        tables[name] = table
    return Scores(*names, tables)


def wrong_labels(difference: Difference) -> tuple[str, ...]:
    """The labels of a difference as a baseline spells them: what is missed, what is spurious."""
    sides = (("missed", difference.first), ("spurious", difference.second))
    return tuple(f"{word} {_spelled(label)}" for word, label in sides if label is not None)


def short_hash(text: str) -> str:
    """The beginning of a text's SHA-256, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()[:_SHORT]


def _document(
    document: Document,
    reference: Layer,
    estimate: Layer,
    schema: Schema,
    unit: str,
    matches: Iterable[Match],
) -> DocumentTally:
    place = _Places(document, unit)
    cells: Counter[tuple[str, Target, Match, str, str]] = Counter()
    errors: dict[str, dict[Target, dict[Kind, int]]] = {u: {} for u in place.names}
    for match in matches:
        comparison = compare_layers(reference, estimate, schema, match)
        for target, pairing in (
            (Target.MENTION, comparison.mentions),
            (Target.RELATION, comparison.relations),
        ):
            for label, outcome in _outcomes(pairing):
                cells[place.of(label), target, match, label.type, outcome] += 1
    wrong: list[str] = []
    for difference in differences(reference, estimate, schema):
        wrong += wrong_labels(difference)
        if difference.first is not None and difference.kind in ERROR_KINDS[difference.target]:
            kinds = errors[place.of(difference.first)].setdefault(difference.target, {})
            kinds[difference.kind] = kinds.get(difference.kind, 0) + 1
    counts = _counts(cells, place.names)
    return DocumentTally(
        document.sha256[:_SHORT],
        short_hash(format_standoff(document, reference)),
        {name: Unit(counts[name], errors[name]) for name in place.names},
        tuple(sorted(wrong)),
    )


def _counts(
    cells: Mapping[tuple[str, Target, Match, str, str], int], units: Iterable[str]
) -> dict[str, dict[tuple[Target, Match], dict[str, Counts]]]:
    """Numbers of outcomes by unit, target, match and type, as counts."""
    found: dict[str, dict[tuple[Target, Match], dict[str, Counts]]] = {u: {} for u in units}
    for unit, target, match, kind in dict.fromkeys(cell[:4] for cell in cells):
        found[unit].setdefault((target, match), {})[kind] = Counts(
            *(cells.get((unit, target, match, kind, outcome), 0) for outcome in _OUTCOMES)
        )
    return found


def _outcomes(
    pairing: Pairing[Mention] | Pairing[Arrow],
) -> Iterable[tuple[Mention | Arrow, str]]:
    for label, _ in pairing.matched:
        yield label, "tp"
    for label in pairing.spurious:
        yield label, "fp"
    for label in pairing.missed:
        yield label, "fn"


class _Places:
    """Which unit of a document a label counts in."""

    def __init__(self, document: Document, unit: str):
        self._starts = [p.start for p in document.paragraphs] if unit == "paragraph" else []
        self.names = [f"paragraph {n}" for n, _ in enumerate(self._starts, 1)] or ["document"]

    def of(self, label: Mention | Arrow) -> str:
        if not self._starts:
            return self.names[0]
        return self.names[max(0, bisect_right(self._starts, label.span.start) - 1)]


def _units(tally: Tally) -> Iterable[tuple[str, Unit]]:
    for i, document in tally.items():
        for name, unit in document.units.items():
            yield (i if name == "document" else f"{i} {name}"), unit


def _spelled(label: Mention | Arrow) -> str:
    if isinstance(label, Mention):
        return f"{label.type} {label.span.start}-{label.span.end}"
    ends = [_spelled(label.head), _spelled(label.tail)]
    if label.symmetric:
        ends.sort()
    return f"{label.type} {ends[0]} > {ends[1]}"
