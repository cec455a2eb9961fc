"""The words of the money grammar: a text into items that each have one meaning."""

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Literal

from accord.facts.currencies import Unit, nation_unit, sign_unit, word_unit
from accord.facts.folding import tidy
from accord.facts.numerals import FRACTIONS, SCALES, VULGAR, WORDS, read_digits

Bound = Literal["exact", "about", "at least", "at most", "more than", "less than", "range"]
"""How a sum relates to the figure given for it."""

Kind = Literal[
    "number", "word", "scale", "fraction", "article", "unit", "bound", "range open",
    "dash", "to", "or", "and", "filler", "vague", "share", "per", "open", "unknown",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """A word or a fixed phrase with its one meaning."""

    text: str
    kind: Kind
    number: Fraction = Fraction(0)
    unit: Unit | None = None
    bound: Bound | None = None
    per: str | None = None


_BOUNDS: dict[Bound, str] = {
    "about": "about|around|approximately|approx|roughly|some|nearly|almost|close to|circa|ca|c|"
    "an estimated|estimated|approaching|in the region of|in the order of|on the order of|"
    "in the neighborhood of|in the neighbourhood of|or so|~|≈|±|or thereabouts|just about|"
    "the equivalent of|equivalent to|an average of|virtually|practically|somewhere around",
    "at least": "at least|a minimum of|minimum of|minimum|min|no less than|not less than|"
    "no fewer than|or more|upwards of|upward of|starting at|as little as|plus|+|≥|>=|"
    "and up|and above|or above|or higher",
    "at most": "at most|up to|as much as|as many as|a maximum of|maximum of|maximum|max|"
    "no more than|not more than|capped at|a cap of|no higher than|or less|or under|≤|<=|"
    "not exceeding|to a maximum of|or fewer|or below",
    "more than": "more than|over|above|exceeding|in excess of|north of|beyond|greater than|"
    "higher than|larger than|well over|just over|well above|well in excess of|slightly more than|"
    "a little over|slightly over|just above|topping|>|much more than|far more than|just more than",
    "less than": "less than|under|below|short of|fewer than|just under|well under|lower than|"
    "south of|slightly less than|a little under|slightly under|just below|just short of|<|"
    "just less than|smaller than",
}
_FILLERS = (
    "the in of worth total combined cash only just exactly precisely additional extra another "
    "further fully whole full sum amount more : = , at overall mere roughly"
)
_FILLER_PHRASES = (
    "a total of|a combined|a further|an additional|an extra|the sum of|a sum of|a whopping|a mere|"
    "a full|a record|in cash"
)
_ADVERBS = {
    "annually": "year", "yearly": "year", "annual": "year", "per annum": "year", "pa": "year",
    "quarterly": "quarter", "monthly": "month", "weekly": "week", "daily": "day",
}  # fmt: skip
_VAGUE = (
    "several|few|a few|many|multi|various|numerous|dozens|dozens of|scores of|tens of|tens|"
    "hundreds of|a couple of|a couple|a number of|countless|untold|single-digit|double-digit|"
    "some unknown|undisclosed|unspecified|mid|low|high|lots of|tens of thousands|"
    "an undisclosed|an unspecified|multiple"
)
_PERIODS = "second minute hour day week month quarter year decade person"

# A number may be cut by commas, points, apostrophes or spaces; lex() checks how.
_TOKEN = re.compile(
    r"(?P<number>[0-9]+ [0-9]{1,2}/[0-9]{1,2}(?![0-9])|[0-9]{1,2}/[0-9]{1,2}(?![0-9])|"
    r"[0-9]{1,3}(?: [0-9]{3})+(?![0-9])(?:[.,][0-9]+)?|[0-9]{1,3}(?:'[0-9]{3})+(?![0-9])|"
    r"\.?[0-9][0-9.,]*[0-9]|\.?[0-9])"
    r"|(?P<sign>[^\W\d_]{0,4}[$£¥₵]|S/|>=|<=)"
    r"|(?P<word>[^\W\d_]+(?:[.'][^\W\d_]+)*\.?)"
    r"|(?P<other>[^\s\w]|_)"
)


def lex(text: str) -> list[Item]:
    """The items of a text. Raises ValueError, with a reason, for a number that cannot be read."""
    spelt = re.sub("(?<=[0-9])(?=[" + "".join(VULGAR) + "])", " ", text.replace("\u00a0", " "))
    for sign, digits in VULGAR.items():
        spelt = spelt.replace(sign, digits)
    spelt = re.sub(r"-and-a-(?=half|quarter)", " and a ", spelt, flags=re.IGNORECASE)
    tokens = list(_TOKEN.finditer(tidy(spelt)))
    items: list[Item] = []
    at = 0
    while at < len(tokens):
        size, item = _longest(tokens, at, items)
        items.append(item)
        at += size
    return items


def _longest(tokens: list[re.Match[str]], at: int, before: list[Item]) -> tuple[int, Item]:
    """The longest phrase that starts here and has a meaning."""
    phrases = _phrases()
    for size in range(min(5, len(tokens) - at), 0, -1):
        words = [token.group() for token in tokens[at : at + size]]
        joined = " ".join(words)
        if size == 1:
            return 1, _single(tokens[at], before, tokens[at + 1 : at + 2])
        found = phrases.get(joined.lower())
        # "a quarter" is a period only after the sum it belongs to.
        summed = any(item.kind in ("number", "word", "scale") for item in before)
        if found is not None and (found.kind != "per" or summed):
            return size, Item(joined, found.kind, bound=found.bound, per=found.per)
        if all(token.group("word") for token in tokens[at : at + size]):
            unit = word_unit(joined) or nation_unit(joined)
            if unit is not None and words[0].lower() not in ("a", "the"):
                return size, Item(joined, "unit", unit=unit)
    raise ValueError("no text to read")


def _single(token: re.Match[str], before: list[Item], after: list[re.Match[str]]) -> Item:
    text = token.group()
    if token.group("number"):
        return Item(text, "number", _number(text))
    bare = text.rstrip(".")
    lower = bare.lower()
    counted = bool(before) and before[-1].kind in ("number", "word", "scale", "fraction")
    counted = counted or (
        len(before) > 1 and before[-1].kind == "dash" and before[-2].kind in ("number", "word")
    )
    if lower in SCALES and (counted or len(lower) > 3):
        # Before a number "T" or "B" is no scale; "hundreds" and "millions" alone count nothing.
        if lower.endswith("s") and not counted:
            return Item(text, "vague")
        return Item(text, "scale", Fraction(SCALES[lower]))
    if lower == "p" and counted:
        return Item(text, "unit", unit=word_unit("pence"))
    if lower == "c" and counted:
        return Item(text, "unit", unit=word_unit("cents"))
    if lower in WORDS:
        return Item(text, "word", Fraction(WORDS[lower]))
    if lower in FRACTIONS:
        return Item(text, "fraction")
    unit = sign_unit(bare) or sign_unit(text)
    if unit is not None and not (bare in ("R", "LE", "Re") and not _near_number(before, after)):
        return Item(text, "unit", unit=unit)
    if lower in ("a", "an"):
        return Item(text, "article")
    found = _phrases().get(lower) or _phrases().get(text.lower())
    if found is not None:
        return Item(text, found.kind, bound=found.bound, per=found.per)
    unit = word_unit(bare) or nation_unit(text) or nation_unit(bare)
    if unit is not None:
        return Item(text, "unit", unit=unit)
    if lower.startswith("multi"):
        return Item(text, "vague")
    if text[-1] in "$£¥₵" and len(text) > 1:
        raise ValueError(f"unknown currency sign {text!r}")
    if token.group("other") and text not in "%‰^*/\\|@#&[]{}":
        return Item(text, "filler")
    return Item(text, "unknown")


def _near_number(before: list[Item], after: list[re.Match[str]]) -> bool:
    return bool(after and after[0].group("number")) or bool(
        before and before[-1].kind in ("number", "scale")
    )


def _number(text: str) -> Fraction:
    if "/" in text:
        *whole, part = text.split(" ")
        top, bottom = part.split("/")
        if int(bottom) == 0 or int(top) >= int(bottom):
            raise ValueError(f"cannot read the number {text!r}")
        return Fraction(int(top), int(bottom)) + sum(int(w) for w in whole)
    value = read_digits(text)
    if value is None:
        raise ValueError(f"cannot read the number {text!r}")
    return Fraction(value)


@cache
def _phrases() -> dict[str, Item]:
    """Fixed phrases by their tokens in lower case, parted by single spaces."""
    items: dict[str, Item] = {}

    def add(phrase: str, item: Item) -> None:
        items[" ".join(match.group() for match in _TOKEN.finditer(phrase))] = item

    for filler in _FILLERS.split():
        add(filler, Item(filler, "filler"))
    for filler in _FILLER_PHRASES.split("|"):
        add(filler, Item(filler, "filler"))
    for bound, phrases in _BOUNDS.items():
        for phrase in phrases.split("|"):
            add(phrase, Item(phrase, "bound", bound=bound))
    for phrase in _VAGUE.split("|"):
        add(phrase, Item(phrase, "vague"))
    for phrase in ("between", "from", "anywhere from", "anywhere between", "ranging from"):
        add(phrase, Item(phrase, "range open"))
    for period in _PERIODS.split():
        for word in ("a", "per", "each", "every", "/"):
            add(f"{word} {period}", Item(period, "per", per=period))
    for adverb, period in _ADVERBS.items():
        add(adverb, Item(adverb, "per", per=period))
    add("an hour", Item("an hour", "per", per="hour"))
    for word in ("%", "‰", "percent", "per cent", "pct", "percentage"):
        add(word, Item(word, "share"))
    kinds: dict[str, Kind] = {"-": "dash", "to": "to", "or": "or", "and": "and", "(": "open"}
    for word, kind in kinds.items():
        items[word] = Item(word, kind)
    return items
