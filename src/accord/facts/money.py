"""Amounts of money: what the text of a MONEY mention says, and how exactly.

A small grammar of its own: the libraries for this drop the scale ("$2 billion" is 2) or fail on
"bn". Nothing is guessed in silence: what the text leaves open but custom decides ("$" is USD) is
named under `assumed`, and what cannot be read has no value and a `reason`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from accord.facts.currencies import Unit
from accord.facts.money_words import Bound, Item, lex
from accord.facts.numerals import FRACTIONS

MAX_TEXT = 500
"""Longest text that is read, in characters; a mention of money is far shorter."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of money.

    `value` is in whole units of `currency` (dollars, not cents), None if the text gives no single
    figure; a range has `low` and `high` instead. `currency` is an ISO 4217 code, None if unknown.
    `bound` says how the sum relates to the value. `per` is the period of a rate ("year").
    `assumed` lists what the text does not say itself; `reason` says why there is no figure.
    """

    text: str
    value: Decimal | None = None
    currency: str | None = None
    bound: Bound = "exact"
    low: Decimal | None = None
    high: Decimal | None = None
    per: str | None = None
    assumed: tuple[str, ...] = ()
    reason: str | None = None

    @property
    def interval(self) -> tuple[Decimal | None, Decimal | None]:
        """Least and greatest sum that the text allows; None on a side that is open or unknown.

        "about" leaves the width open, so it counts as exact here.
        """
        if self.bound == "range":
            return self.low, self.high
        low = None if self.bound in ("at most", "less than") else self.value
        high = None if self.bound in ("at least", "more than") else self.value
        return low, high


class _Unreadable(Exception):  # noqa: N818
    """The text gives no figure; the argument says why."""


@dataclass(frozen=True, slots=True)
class _Sum:
    """One figure: `scale` is what multiplied it, 1 if nothing did."""

    number: Fraction
    scale: int
    units: tuple[tuple[str, Unit], ...]

    @property
    def value(self) -> Fraction:
        return self.number * self.scale


def parse_money(text: str) -> Money:
    """What the text of a MONEY mention says. Never raises: what cannot be read has a `reason`."""
    if len(text) > MAX_TEXT:
        return Money(text, reason=f"longer than {MAX_TEXT} characters")
    try:
        items, notes = _trimmed(lex(text))
    except ValueError as error:
        return Money(text, reason=str(error))
    reader = _Reader(items, notes)
    try:
        return replace(reader.money(), text=text)
    except _Unreadable as error:
        currency = None
        try:
            currency, assumed = _currency([(i.text, i.unit) for i in items if i.unit is not None])
            notes = [*notes, *assumed]
        except _Unreadable:
            pass
        return Money(
            text, None, currency, reader.bound, per=reader.per, assumed=tuple(notes),
            reason=str(error),
        )  # fmt: skip


def _trimmed(items: list[Item]) -> tuple[list[Item], list[str]]:
    """Leave out brackets ("(about €5bn)") and unknown words at both ends, and say so."""
    notes: list[str] = []
    for number, item in enumerate(items):
        if item.kind == "open" and any(i.kind in ("number", "scale") for i in items[:number]):
            notes.append(f"left out {' '.join(i.text for i in items[number:])!r}")
            items = items[:number]
            break
    items = [item for item in items if item.kind != "open"]
    known = [n for n, item in enumerate(items) if item.kind not in ("unknown", "filler", "and")]
    if not known:
        return items, notes
    for part in (items[: known[0]], items[known[-1] + 1 :]):
        if words := " ".join(item.text for item in part if item.kind == "unknown"):
            notes.append(f"left out {words!r}")
    return items[known[0] : known[-1] + 1], notes


class _Reader:
    """Reads the items of one text from left to right."""

    def __init__(self, items: Sequence[Item], notes: list[str]):
        self.items = items
        self.notes = notes
        self.at = 0
        self.bound: Bound = "exact"
        self.per: str | None = None
        self.opened = False

    def money(self) -> Money:
        for item in self.items:
            if item.kind == "vague":
                raise _Unreadable(f"{item.text!r} gives no figure")
            if item.kind == "share":
                raise _Unreadable("a share, not a sum")
        self._modifiers()
        first = self._sum()
        self._modifiers()
        second: _Sum | None = None
        joint = self._peek()
        if joint is not None and joint.kind in ("dash", "to", "or", "and"):
            self.at += 1
            self._modifiers()
            if joint.kind == "and" and not self.opened:
                raise _Unreadable("several amounts")
            second = self._sum()
            self._modifiers()
        left = self._peek()
        if left is not None:
            several = left.kind in ("number", "word", "unit", "scale", "and", "or")
            raise _Unreadable("several amounts" if several else f"cannot read {left.text!r}")
        units = [*first.units, *(second.units if second else ())]
        currency, assumed = _currency(units)
        if not units:
            assumed = ["no currency is named"]
        notes = [*self.notes, *assumed]
        if second is None:
            value = self._decimal(first.value, notes)
            return Money("", value, currency, self.bound, per=self.per, assumed=tuple(notes))
        low, high = self._range(first, second, notes)
        return Money(
            "", None, currency, "range", self._decimal(low, notes), self._decimal(high, notes),
            self.per, tuple(notes),
        )  # fmt: skip

    def _range(self, first: _Sum, second: _Sum, notes: list[str]) -> tuple[Fraction, Fraction]:
        low, high = first.value, second.value
        # "1.5-2 billion": the scale belongs to both, unless the first is the larger figure.
        hundreds = first.scale == 100 and second.scale in (10**5, 10**8, 10**11, 10**14)
        below = first.scale < second.scale and first.number < second.number
        if below and (first.scale == 1 or hundreds):
            low = first.number * second.scale
            if first.units:
                notes.append("the scale of the second figure is taken for both")
        if low >= high:
            raise _Unreadable("a range that does not rise")
        return low, high

    def _decimal(self, value: Fraction, notes: list[str]) -> Decimal:
        """Exact if it has an end, otherwise rounded to hundredths of the unit, and said so."""
        rest = value.denominator
        for prime in (2, 5):
            while rest % prime == 0:
                rest //= prime
        if rest == 1:
            return _exact(value)
        note = "rounded to hundredths"
        if note not in notes:
            notes.append(note)
        return _exact(Fraction(round(value * 100), 100))

    def _peek(self, ahead: int = 0) -> Item | None:
        place = self.at + ahead
        return self.items[place] if place < len(self.items) else None

    def _modifiers(self) -> None:
        """Pass over what is no figure: bounds, periods, and words that say nothing of the sum."""
        while (item := self._peek()) is not None:
            following = self._peek(1)
            if item.kind == "bound" and item.bound is not None:
                # "just over": the later word says it; "about" yields to a side, never takes one.
                if self.bound == "exact" or item.bound != "about":
                    self.bound = item.bound
            elif item.kind == "range open":
                self.opened = True
            elif item.kind == "per":
                self.per = item.per
            elif item.kind == "dash" and following is not None and following.kind == "bound":
                pass
            elif item.kind != "filler":
                return
            self.at += 1

    def _sum(self) -> _Sum:
        """One figure with the signs and words of money on both its sides."""
        units = self._units()
        # "a" may start a figure ("a million") or just stand before one ("a $5 million").
        if (item := self._peek()) is not None and item.kind == "article":
            following = self._peek(1)
            if following is not None and following.kind in ("unit", "number", "bound"):
                self.at += 1
                self._modifiers()
                units += self._units()
        number, scale = self._number()
        units += self._units()
        if any(unit.hundredth for _, unit in units):
            number /= 100
        return _Sum(number, scale, tuple(units))

    def _units(self) -> list[tuple[str, Unit]]:
        units = []
        while (item := self._peek()) is not None:
            joint = item.kind == "dash" or (item.kind == "filler" and item.text.lower() == "of")
            following = self._peek(1)
            if item.kind == "unit" and item.unit is not None:
                units.append((item.text, item.unit))
            elif not (joint and following is not None and following.kind == "unit" and not (
                # "$5-$10": this dash opens the second figure.
                (after := self._peek(2)) is not None and after.kind in ("number", "word")
            )):  # fmt: skip
                return units
            self.at += 1
        return units

    def _number(self) -> tuple[Fraction, int]:
        """A figure and the scale that multiplied it: "2 1/2 million", "half a billion".

        Number words join as in speech: a scale takes all smaller groups before it, so "one
        hundred and fifty thousand" is 150,000; such a sum of groups has the scale 1.
        """
        groups: list[tuple[Fraction, int]] = []
        multiplied = 1
        amounts = 0
        while (amount := self._amount()) is not None:
            groups.append((amount, 1))
            amounts += 1
            while (scale := self._scale()) is not None:
                multiplied *= scale
                taken = Fraction(0)
                count = 0
                while groups and (groups[-1][1] < scale or not count):
                    taken += groups.pop()[0]
                    count += 1
                if count > 1 and any(item.kind == "number" for item in self.items):
                    raise _Unreadable("several amounts")
                groups.append((taken * scale, scale))
            item, following = self._peek(), self._peek(1)
            if groups[-1][1] == 1 or item is None:
                break
            if item.kind == "and" and following is not None and following.kind == "word":
                self.at += 1
            elif item.kind not in ("word", "number"):
                break
        if not groups:
            raise _Unreadable("no figure")
        sizes = [size for _, size in groups]
        if sizes != sorted(set(sizes), reverse=True):
            raise _Unreadable("several amounts")
        total = sum((value for value, _ in groups), Fraction(0))
        return (total / multiplied, multiplied) if amounts == 1 else (total, 1)

    def _scale(self) -> int | None:
        """The next scale word, also after a hyphen ("$5-billion")."""
        item, following = self._peek(), self._peek(1)
        if item is not None and item.kind == "dash" and following is not None:
            item, skipped = following, 2
        else:
            skipped = 1
        if item is None or item.kind != "scale":
            return None
        self.at += skipped
        return int(item.number)

    def _amount(self) -> Fraction | None:
        item = self._peek()
        if item is None:
            return None
        if item.kind == "number":
            self.at += 1
            return item.number + self._part()
        if item.kind == "word":
            return self._words()
        if item.kind in ("article", "fraction"):
            start = self.at
            if item.kind == "article":
                self.at += 1
                item = self._peek()
            if item is not None and item.kind == "fraction":
                return self._fraction(Fraction(1))
            if item is not None and item.kind == "scale":
                return Fraction(1)
            self.at = start
        return None

    def _words(self) -> Fraction:
        """Number words up to 99, and "two thirds of a", "two and a half"."""
        total = Fraction(0)
        tens = False
        while (item := self._peek()) is not None and item.kind == "word":
            if total and not (tens and item.number < 10):
                break
            total += item.number
            tens = item.number >= 20 and item.number % 10 == 0
            self.at += 1
            following = self._peek(1)
            dash = self._peek()
            if (
                tens and dash is not None and dash.kind == "dash"
                and following is not None and following.kind == "word" and following.number < 10
            ):  # fmt: skip
                self.at += 1
        item = self._peek()
        if item is not None and item.kind == "dash":
            following = self._peek(1)
            if following is not None and following.kind == "fraction":
                self.at += 1
                item = following
        if item is not None and item.kind == "fraction":
            return self._fraction(total)
        return total + self._part()

    def _fraction(self, count: Fraction) -> Fraction:
        """A part: "half a", "quarter of a", "thirds of a"; the article leads to the scale."""
        item = self.items[self.at]
        self.at += 1
        top, bottom = FRACTIONS[item.text.lower()]
        while (item_ := self._peek()) is not None and (
            item_.kind in ("article", "dash") or item_.kind == "filler"
        ):
            self.at += 1
        return count * Fraction(top, bottom)

    def _part(self) -> Fraction:
        """What "and a half" after a number adds."""
        words = [self._peek(n) for n in range(3)]
        kinds = [word.kind if word else "" for word in words]
        for pattern, size in ((["and", "article", "fraction"], 3), (["and", "fraction"], 2)):
            last = words[size - 1]
            if kinds[:size] == pattern and last is not None:
                self.at += size
                return Fraction(*FRACTIONS[last.text.lower()])
        return Fraction(0)


def _exact(value: Fraction) -> Decimal:
    """The value as a Decimal, all its digits kept whatever the context's precision is."""
    places = 0
    bottom = value.denominator
    while bottom > 1 and 10**places % bottom:
        places += 1
    digits = str(abs(value.numerator) * 10**places // bottom)
    sign = "-" if value < 0 else ""
    if places:
        digits = digits.rjust(places + 1, "0")
        return Decimal(f"{sign}{digits[:-places]}.{digits[-places:]}")
    return Decimal(sign + digits)


def _currency(units: Sequence[tuple[str, Unit]]) -> tuple[str | None, list[str]]:
    """The one currency that all signs, codes, words and nationalities allow."""
    if not units:
        return None, []
    if all(not unit.bare for _, unit in units):
        return None, ["a country is named, but no currency"]
    names = list(dict.fromkeys(text for text, _ in units))
    shared = frozenset[str].intersection(*(unit.codes for _, unit in units))
    if not shared:
        raise _Unreadable(f"several currencies: {', '.join(names)}")
    if len(shared) == 1:
        return next(iter(shared)), []
    defaults = {unit.default for _, unit in units if unit.default in shared}
    spoken = " ".join(names)
    if len(defaults) == 1:
        code = defaults.pop()
        return code, [f"{spoken} read as {code}"]
    return None, [f"{spoken} may be {', '.join(sorted(shared))}"]
