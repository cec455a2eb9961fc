"""Lengths of time in folded text, as ISO 8601 durations."""

import re
from datetime import date
from decimal import Decimal

from accord.facts import edtf
from accord.facts.numerals import WORDS

_UNITS = {
    "year": "Y", "yr": "Y", "month": "M", "week": "W", "day": "D", "hour": "H", "hr": "H",
    "minute": "MIN", "min": "MIN", "second": "S", "sec": "S", "quarter": "Q", "decade": "DEC",
    "century": "CEN", "centuries": "CEN", "fortnight": "F", "weekend": "WE", "mo": "M",
    "semester": "SEM",
}  # fmt: skip
_DIGIT_WORDS = "one|two|three|four|five|six|seven|eight|nine"
NUMBER = (
    r"\d+(?:\.\d+)?|(?:"
    + "|".join(word for word in WORDS if word != "zero")
    + rf")(?:[ -](?:{_DIGIT_WORDS}))?|half an?|half|an?|a couple of|couple of"
)
"""Pattern of a number in digits or words, without a group."""

UNIT = "(?P<unit>" + "|".join(sorted(_UNITS, key=len, reverse=True)) + ")s?"
"""Pattern of a unit of time, in the group `unit`."""


class Unreadable(Exception):  # noqa: N818
    """The text is no date that is known; the argument says why."""


class Unresolved(Exception):  # noqa: N818
    """The text counts from a day that is not known; the length, if it gives one, is kept."""

    def __init__(self, reason: str, duration: str | None = None):
        super().__init__(reason)
        self.duration = duration


def duration(
    text: str, today: date | None, notes: list[str]
) -> tuple[str | None, str | None, bool] | None:
    """A length of time: ISO 8601, the EDTF interval if it can be placed, and whether it counts
    from the document's date. None if the text is no length of time.
    """
    which = (
        "(?:(?P<which>next|coming|following|upcoming|past|last|previous|preceding|first|initial) )?"
    )
    tail = (
        r"(?:[ -](?:period|term|span|long|time|plan|timeframe|window))?(?P<tail> from now| ahead)?"
    )
    vague = r"(?P<vague>few|several|many|some|couple of)"
    if re.fullmatch(rf"(?:the )?{which}{vague} {UNIT}", text) or re.fullmatch(
        rf"(?:next|coming|past|recent|last) {UNIT}s", text
    ):
        raise Unresolved("how many is not said")
    low = rf"(?:(?P<low>{NUMBER})(?: to |-to-| or |(?<=[0-9]) ?- ?))?"
    pattern = (
        rf"(?:the )?{which}(?:{low}(?P<number>{NUMBER})[ -]*)?{UNIT}(?P<half> and a half)?{tail}"
    )
    # "two and a half years" and "2 1/2 years" are said as "two years and a half".
    text = re.sub(r"^(.+?)(?:[ -]and[ -]a[ -]half| 1/2)[ -]([a-z]+)", r"\1 \2 and a half", text)
    match = re.fullmatch(pattern, text)
    if match is None or match["tail"] == " from now":
        return None
    single = match["number"] is None
    unit = _UNITS[match["unit"]]
    # "next year" is a date, "next decade" ten years ("over the next decade"), "decade" ten years.
    if single and match["which"] and (unit != "DEC" or match["which"] in ("last", "previous")):
        return None
    count = Decimal(1) if single else count_of(match["number"])
    if single and not match["which"]:
        notes.append("one, as no number is given")
    if match["half"]:
        count += Decimal("0.5")
    if match["low"]:
        notes.append(f"the longer of {match['low']} and {match['number']}")
    spelt, months, day_count = length(count, match["unit"])
    forward = (
        match["which"] in ("next", "coming", "following", "upcoming") or match["tail"] == " ahead"
    )
    backward = match["which"] in ("past", "last", "previous", "preceding")
    if not (forward or backward):
        return spelt, None, False
    if today is None:
        return spelt, None, True
    if months is None and day_count is None:
        return spelt, None, True
    size, step = (day_count or 0, "D") if months is None else (months, "M")
    other = edtf.add(today, size if forward else -size, step)
    notes.append("counted from the document's date")
    first, last = (today, other) if forward else (other, today)
    return spelt, f"{first}/{last}", True


def count_of(text: str) -> Decimal:
    """The value of a text that `NUMBER` matches."""
    if text in ("a", "an"):
        return Decimal(1)
    if text.startswith("half"):
        return Decimal("0.5")
    if text.endswith("couple of"):
        return Decimal(2)
    if text[0].isdigit():
        return Decimal(text)
    return Decimal(sum(WORDS[word] for word in re.split("[ -]", text)))


def length(count: Decimal, unit: str) -> tuple[str, int | None, int | None]:
    """ISO 8601 duration, and its whole months or days where it has them."""
    code = _UNITS[unit]
    factor, code = {"DEC": (10, "Y"), "CEN": (100, "Y"), "Q": (3, "M"), "F": (2, "W"),
                    "SEM": (6, "M"), "WE": (2, "D")}.get(code, (1, code))  # fmt: skip
    count *= factor
    if code == "Y" and count != int(count) and count * 12 == int(count * 12):
        count, code = count * 12, "M"
    shown = f"{count.normalize():f}"
    if code in ("H", "MIN", "S"):
        return f"PT{shown}{code[0]}", None, None
    whole = int(count) if count == int(count) else None
    if whole is None:
        return f"P{shown}{code}", None, None
    if code in ("Y", "M"):
        return f"P{shown}{code}", whole * (12 if code == "Y" else 1), None
    return f"P{shown}{code}", None, whole * (7 if code == "W" else 1)
