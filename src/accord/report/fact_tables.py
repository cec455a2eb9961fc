"""Facts as view values: one row a pledge or alliance, both sides' records of it in one row.

Records are paired as the Fact measure sees them first (`accord.facts.score`), then by their place
in the text. A cell on which the two differ shows what each side says.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from accord.document import Document, Layer, Span, paragraph_index
from accord.facts import Alliance, Facts, Money, Party, Pledge, When, pledge_key
from accord.facts.score import party_keys

R = TypeVar("R", Pledge, Alliance)

PLEDGE_HEADS = ("who", "how much", "by when", "to whom", "for what")
ALLIANCE_HEADS = ("alliance", "members", "led by", "for what")


@dataclass(frozen=True, slots=True)
class Value:
    """One thing in a cell: what the text says, and below it how that was read."""

    text: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """What one side says in a cell; `source` is empty if all sides say the same."""

    source: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class FactRow:
    """A pledge or alliance: `status` is empty for one side, otherwise who has it.

    `style` is "both", "differs", "missed" or "extra"; `paragraph` counts from 1.
    """

    status: str
    style: str
    cells: tuple[tuple[Part, ...], ...]
    sentence: str
    paragraph: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FactTable:
    """Pledges or alliances of one document."""

    caption: str
    heads: tuple[str, ...]
    compared: bool
    rows: tuple[FactRow, ...]


def pledge_table(document: Document, layers: Sequence[Layer], facts: Sequence[Facts]) -> FactTable:
    """Who, how much, by when, to whom, for what: a row a pledge."""
    records = [each.pledges for each in facts]
    rows = _rows(document, layers, records, pledge_key, _pledge_cells)
    return FactTable("Pledges", PLEDGE_HEADS, len(layers) == 2, rows)


def alliance_table(
    document: Document, layers: Sequence[Layer], facts: Sequence[Facts]
) -> FactTable:
    """Name, members, leaders, purpose: a row an alliance."""
    records = [each.alliances for each in facts]
    rows = _rows(document, layers, records, _alliance_key, _alliance_cells)
    return FactTable("Alliances", ALLIANCE_HEADS, len(layers) == 2, rows)


def _alliance_key(alliance: Alliance) -> Hashable:
    # Without members, only the name can tell alliances apart.
    return party_keys(alliance.members) or alliance.key


def _rows(
    document: Document,
    layers: Sequence[Layer],
    records: Sequence[Sequence[R]],
    key: Callable[[R], Hashable],
    cells: Callable[[R], tuple[tuple[Value, ...], ...]],
) -> tuple[FactRow, ...]:
    if len(layers) == 1:
        return tuple(
            _row(document, "", "both", [record], tuple((Part("", v),) for v in cells(record)))
            for record in records[0]
        )
    names = [layer.source for layer in layers]
    spans = [
        [[layer.by_id[i].span for i in record.mentions] for record in side]
        for layer, side in zip(layers, records, strict=True)
    ]
    placed = []
    for a, b in pair_records(records[0], records[1], spans[0], spans[1], key):
        one = None if a is None else records[0][a]
        two = None if b is None else records[1][b]
        if one is None or two is None:
            style, name = ("missed", names[0]) if two is None else ("extra", names[1])
            alone = [record for record in (one, two) if record is not None]
            shown = tuple((Part("", values),) for values in cells(alone[0]))
            row = _row(document, f"{style}: only {name}", style, alone, shown)
        else:
            same = key(one) == key(two)
            merged = tuple(
                (Part("", x),) if x == y else (Part(names[0], x), Part(names[1], y))
                for x, y in zip(cells(one), cells(two), strict=True)
            )
            alike = all(len(parts) == 1 for parts in merged)
            status = "both" if alike else "both, details differ" if same else "differs"
            style = "both" if same else "differs"
            row = _row(document, status, style, [one, two], merged)
        where = [s for side, i in ((0, a), (1, b)) if i is not None for s in spans[side][i]]
        placed.append((min(where), row))
    return tuple(row for _, row in sorted(placed, key=lambda item: item[0]))


def pair_records(
    reference: Sequence[R],
    estimate: Sequence[R],
    reference_spans: Sequence[Sequence[Span]],
    estimate_spans: Sequence[Sequence[Span]],
    key: Callable[[R], Hashable],
) -> list[tuple[int | None, int | None]]:
    """Indices of the records of two sides that tell of one thing; None where a side has none.

    In rounds, each in text order: same key and common place, same key, common place.
    """

    def near(i: int, j: int) -> bool:
        return any(a.overlaps(b) for a in reference_spans[i] for b in estimate_spans[j])

    def alike(i: int, j: int) -> bool:
        return key(reference[i]) == key(estimate[j])

    def both(i: int, j: int) -> bool:
        return alike(i, j) and near(i, j)

    left: list[int] = list(range(len(reference)))
    right: list[int] = list(range(len(estimate)))
    pairs: list[tuple[int | None, int | None]] = []
    rounds: tuple[Callable[[int, int], bool], ...] = (both, alike, near)
    for fits in rounds:
        for i in tuple(left):
            j = next((j for j in right if fits(i, j)), None)
            if j is not None:
                pairs.append((i, j))
                left.remove(i)
                right.remove(j)
    return [*pairs, *((i, None) for i in left), *((None, j) for j in right)]


def _row(
    document: Document,
    status: str,
    style: str,
    records: Sequence[Pledge | Alliance],
    cells: tuple[tuple[Part, ...], ...],
) -> FactRow:
    record = records[0]
    paragraph = paragraph_index(document.paragraphs, record.span) or 0
    notes = tuple(
        note if all(note in other.notes for other in records) else f"{each.source}: {note}"
        for each in records
        for note in each.notes
    )
    return FactRow(
        status,
        style,
        cells,
        " ".join(record.sentence.split()),
        paragraph + 1,
        tuple(dict.fromkeys(notes)),
    )


def _pledge_cells(pledge: Pledge) -> tuple[tuple[Value, ...], ...]:
    return (
        _parties(pledge.pledgers),
        (Value(pledge.amount.text, money_text(pledge.amount)),) if pledge.amount else (),
        tuple(Value(when.text, when_text(when)) for when in pledge.when),
        _parties(pledge.recipients),
        tuple(map(Value, pledge.purposes)),
    )


def _alliance_cells(alliance: Alliance) -> tuple[tuple[Value, ...], ...]:
    name = Value(alliance.name) if alliance.named else Value(f"“{alliance.name}”", "has no name")
    return (
        (name,),
        _parties(alliance.members),
        _parties(alliance.leaders),
        tuple(map(Value, alliance.purposes)),
    )


def _parties(parties: Sequence[Party]) -> tuple[Value, ...]:
    return tuple(
        Value(party.name, f"based in {', '.join(party.based_in)}" if party.based_in else "")
        for party in parties
    )


def money_text(money: Money) -> str:
    """How an amount was read: bound, figure in full, currency, and what was assumed."""
    if money.value is None and money.low is None:
        return money.reason or ""
    currency = money.currency or "unknown currency"
    if money.bound == "range":
        read = f"{_grouped(money.low)} to {_grouped(money.high)} {currency}"
    else:
        read = f"{_grouped(money.value)} {currency}"
        if money.bound != "exact":
            read = f"{money.bound} {read}"
    return f"{read} a {money.per}" if money.per else read


def when_text(when: When) -> str:
    """How a date was read, unless that is the text itself: kind, EDTF and ISO 8601 duration."""
    if when.reason and not (when.edtf or when.duration):
        return when.reason
    read = " ".join(part for part in (when.edtf, when.duration) if part)
    if read == when.text:
        read = ""
    return " ".join(part for part in (when.kind if when.kind != "point" else "", read) if part)


def _grouped(value: Decimal | None) -> str:
    """Digits in groups of three, without an exponent or idle zeros."""
    if value is None:
        return "?"
    digits = f"{value:,f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits
