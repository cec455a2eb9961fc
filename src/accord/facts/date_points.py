"""The words of the date grammar: single dates in folded text."""

import re
from datetime import date, timedelta
from decimal import Decimal

from accord.facts import edtf
from accord.facts.durations import NUMBER, UNIT, Unreadable, Unresolved, count_of, length

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul",
         "august aug", "september sept sep", "october oct", "november nov", "december dec"),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_SEASONS = {"spring": 21, "summer": 22, "autumn": 23, "fall": 23, "winter": 24}
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()  # noqa: SIM905
_ORDINALS = {
    "first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4,
    "last": 0, "final": 0, "1": 1, "2": 2, "3": 3, "4": 4,
}  # fmt: skip
_HOLIDAYS = {
    "christmas": "12-25", "christmas day": "12-25", "christmas eve": "12-24",
    "boxing day": "12-26", "new year's eve": "12-31", "new year eve": "12-31",
    "new year's day": "01-01", "new year day": "01-01", "valentine's day": "02-14",
    "valentine day": "02-14", "halloween": "10-31",
}  # fmt: skip
_FISCAL = "a fiscal year is counted as about the calendar year"

_MONTH = "(?P<month>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + ")"
_DAY = r"(?P<day>\d\d?)(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>[12]\d{3})"
_PERIOD = (
    "(?P<period>fiscal year|financial year|year|month|week|quarter|decade|century|half|spring|"
    "summer|autumn|fall|winter|weekend)"
)


def point(text: str, today: date | None, notes: list[str]) -> str:
    """A single date as EDTF. Raises Unreadable, Unresolved (no `today`), or ValueError."""
    text = re.sub(r"^(?:the|in|on|of|this day|a) ", "", text.strip())
    text = re.sub(
        rf"^(?:{'|'.join(_WEEKDAYS)}|mon|tues?|wed|thurs?|fri|sat|sun),? (?=.*\d)", "", text
    )
    found = _absolute(text, today, notes)
    found = found or _part(text, today, notes)
    found = found or _fiscal(text, notes) or _relative(text, today, notes)
    if found is not None:
        return found
    raise Unreadable(f"cannot read {text!r} as a date")


def _absolute(text: str, today: date | None, notes: list[str]) -> str | None:
    if match := re.fullmatch(rf"(?:year )?{_YEAR}", text):
        return match["year"]
    if match := re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)|(\d{4})/(\d\d?)/(\d\d?)", text):
        parts = [int(part) for part in match.groups() if part]
        return _date(*parts)
    if match := re.fullmatch(r"(\d\d?)([./-])(\d\d?)\2(\d{4})", text):
        first, mark, second, year = int(match[1]), match[2], int(match[3]), int(match[4])
        if mark == "." or first > 12 or first == second:
            return _date(year, second, first)
        if second > 12:
            return _date(year, first, second)
        raise Unreadable("day and month could change places")
    if match := re.fullmatch(r"(?P<decade>[12]\d\d0)'?s", text):
        return match["decade"][:3] + "X"
    if match := re.fullmatch(r"'?(\d)0'?s", text):
        decade = int(match[1])
        notes.append(f"{text} read as {'20' if decade < 3 else '19'}{decade}0s")
        return f"{'20' if decade < 3 else '19'}{decade}X"
    if match := re.fullmatch(r"(\d\d?)(?:st|nd|rd|th) century", text):
        return f"{int(match[1]) - 1:02}XX"
    for pattern in (
        rf"{_MONTH} {_DAY},? {_YEAR}", rf"{_DAY}(?: of)? {_MONTH},? {_YEAR}",
        rf"{_DAY}-{_MONTH}-{_YEAR}", rf"{_MONTH},?(?: of)? {_YEAR}", rf"{_MONTH} '(?P<short>\d\d)",
        rf"{_MONTH} (?:the )?{_DAY}", rf"(?:the )?{_DAY}(?: of)? {_MONTH}", _MONTH,
    ):  # fmt: skip
        if match := re.fullmatch(pattern, text):
            groups = match.groupdict()
            month = _MONTHS[groups["month"]]
            day = int(groups["day"]) if groups.get("day") else None
            short = groups.get("short")
            spelt = groups.get("year") or (f"20{short}" if short else None)
            if spelt:
                return _date(int(spelt), month, day)
            return _nearest(month, day, today, notes)
    if match := re.fullmatch(rf"({'|'.join(_SEASONS)})(?: of)? {_YEAR}", text):
        return f"{match['year']}-{_SEASONS[match[1]]}"
    day_name = re.sub(r" [12]\d{3}$", "", text)
    if day_name in _HOLIDAYS:
        month, day = (int(part) for part in _HOLIDAYS[day_name].split("-"))
        if day_name != text:
            return _date(int(text[-4:]), month, day)
        return _nearest(month, day, today, notes)
    return None


def _date(year: int, month: int, day: int | None = None) -> str:
    if day is None:
        edtf.month_length(year, month)
        return f"{year:04}-{month:02}"
    return date(year, month, day).isoformat()


def _nearest(month: int, day: int | None, today: date | None, notes: list[str]) -> str:
    """A day or month without year: in the year that brings it nearest to the document's date."""
    _date(2024, month, day)
    if today is None:
        return f"XXXX-{month:02}" + (f"-{day:02}" if day else "")
    around = []
    for year in (today.year - 1, today.year, today.year + 1):
        # February 29 is no day in most years.
        if 1 <= year <= 9999 and (day or 15) <= edtf.month_length(year, month):
            around.append(date(year, month, day or 15))
    if not around:
        raise Unreadable("no such day near the document's date")
    best = min(around, key=lambda found: (abs(found - today), found < today))
    notes.append("the year nearest to the document's date")
    return _date(best.year, month, day)


def _part(text: str, today: date | None, notes: list[str]) -> str | None:
    """Parts of a year, month or decade: "end of March", "Q3 2026", "mid-2030s"."""
    if match := re.fullmatch(
        r"q([1-4])[ -]?(?:of )?(?P<y>.+)|([1-4])q ?(?P<z>.+)|(?P<x>[12]\d{3}) ?q([1-4])", text
    ):
        of = match["y"] or match["z"] or match["x"]
        return _quarter(int(match[1] or match[3] or match[6]), of, today, notes)
    if match := re.fullmatch(
        rf"(?:the )?({'|'.join(_ORDINALS)})[ -]quarter(?:(?: of|,)?(?: the)? (.+))?", text
    ):
        if match[2] is None:
            raise Unresolved("a quarter without its year")
        return _quarter(_ORDINALS[match[1]] or 4, match[2], today, notes)
    if match := re.fullmatch(r"h([12])[ -]?(?P<y>.+)|([12])h ?(?P<z>.+)", text):
        return _half(int(match[1] or match[3]), match["y"] or match["z"], today, notes)
    if match := re.fullmatch(
        r"(first|second|last|latter|1st|2nd)[ -]half(?: of)?(?: the)? (.+)", text
    ):
        return _half(1 if match[1] in ("first", "1st") else 2, match[2], today, notes)
    if match := re.fullmatch(
        r"(?:year[ -]end|(?:the )?end[ -](?:of[ -])?year)(?: of)?(?: (.+))?", text
    ):
        if match[1] is None and today is None:
            raise Unresolved("counts from the document's date, which is not given")
        return _edge(match[1] or "this year", today, notes, last=True)
    if match := re.fullmatch(
        r"(?:the )?(?:very )?(end|close|start|beginning)(?: of |-| in )(?:the )?(.+)", text
    ):
        return _edge(match[2], today, notes, last=match[1] in ("end", "close"))
    if match := re.fullmatch(r"(.+?) end", text):
        return _edge(match[1], today, notes, last=True)
    if match := re.fullmatch(
        r"(?:the )?(early|mid|middle|late|latter part|early part|later|earlier)"
        r"(?: of | in |[ -]+|(?=\d))(?:or mid-)?(?:the )?(.+)",
        text,
    ):
        return _third(match[1], match[2], today, notes)
    return None


def _base(text: str, today: date | None, notes: list[str]) -> str:
    if text in ("decade", "century", "year", "month", "quarter", "week"):
        text = f"this {text}"
    if re.fullmatch(r"'?\d\d", text):
        text = f"20{text[-2:]}"
    return point(text, today, notes)


def _quarter(number: int, of: str, today: date | None, notes: list[str]) -> str:
    base = _base(of, today, notes)
    if not re.fullmatch(r"\d{4}~?", base):
        raise Unreadable(f"no quarter of {of!r}")
    return f"{base[:4]}-{32 + number}" + base[4:]


def _half(number: int, of: str, today: date | None, notes: list[str]) -> str:
    base = _base(of, today, notes)
    if re.fullmatch(r"\d{4}~?", base):
        return f"{base[:4]}-{39 + number}" + base[4:]
    if re.fullmatch(r"\d{3}X", base):
        return f"{base[:3]}0/{base[:3]}4" if number == 1 else f"{base[:3]}5/{base[:3]}9"
    if re.fullmatch(r"\d{4}-\d\d", base):
        first, last = edtf.days(base)
        if first and last:
            return f"{base}-01/{base}-15" if number == 1 else f"{base}-16/{last}"
    raise Unreadable(f"no half of {of!r}")


def _edge(of: str, today: date | None, notes: list[str], *, last: bool) -> str:
    """The first or last day: "end of March", "start of 2026"."""
    base = _base(of, today, notes)
    if match := re.fullmatch(r"XXXX-(\d\d)", base):
        day = edtf.month_length(2023, int(match[1])) if last else 1
        if last and match[1] == "02":
            return "XXXX-02"
        found: str | None = f"{base}-{day:02}"
    else:
        edge = edtf.days(base)[1 if last else 0]
        found = edge.isoformat() if edge else None
    if found is None:
        raise Unreadable(f"no edge of {of!r}")
    notes.append("read as its last day" if last else "read as its first day")
    return found + ("~" if base.endswith("~") else "")


def _third(word: str, of: str, today: date | None, notes: list[str]) -> str:
    """What "early", "mid" and "late" mean: the first, middle and last third, which are about so."""
    third = 0 if word.startswith("early") else 1 if word.startswith("mid") else 2
    base = _base(of, today, notes).rstrip("~")
    if word in ("later", "earlier"):
        start, end = edtf.days(base)
        if today is None or start is None or end is None:
            raise Unresolved(f"{word!r} counts from the document's date, which is not given")
        if not start <= today <= end:
            notes.append(f"{word!r} is not expressed")
            return base
        return f"{today}/{end}" if word == "later" else f"{start}/{today}"
    if re.fullmatch(r"\d{4}", base):
        first, last = ("01", "04") if third == 0 else ("05", "08") if third == 1 else ("09", "12")
        found = f"{base}-{first}~/{base}-{last}~"
    elif re.fullmatch(r"\d{3}X", base):
        first, last = ("0", "3") if third == 0 else ("4", "6") if third == 1 else ("7", "9")
        found = f"{base[:3]}{first}~/{base[:3]}{last}~"
    elif re.fullmatch(r"[\dX]{4}-(0\d|1[012])", base):
        _, end = edtf.days(base)
        final = f"{end.day}" if end else f"{edtf.month_length(2023, int(base[-2:]))}"
        first, last = (("01", "10"), ("11", "20"), ("21", final))[third]
        found = f"{base}-{first}~/{base}-{last}~"
    else:
        raise Unreadable(f"cannot read {word!r} of {of!r}")
    notes.append(f"{word!r} read as a third")
    return found


def _fiscal(text: str, notes: list[str]) -> str | None:
    if match := re.fullmatch(
        rf"(?:fiscal|financial) year (?:ending|ended|to|through) (?:in )?(?:{_DAY} )?{_MONTH}"
        rf"(?: \d\d?)?,? {_YEAR}",
        text,
    ):
        last = _date(int(match["year"]), _MONTHS[match["month"]])
        end = edtf.days(last)[0]
        if end is None:
            raise Unreadable("a fiscal year without its year")
        start = edtf.add(end, -11, "M")
        return f"{start.year:04}-{start.month:02}/{last}"
    pattern = (
        r"(?:the )?(?:fiscal year|financial year|fiscal|fy)[ -]?'?((?:20|19)?\d\d)"
        r"(?:[-/](\d\d(?:\d\d)?))?"
    )
    if match := re.fullmatch(pattern, text):
        year = match[1] if len(match[1]) == 4 else f"20{match[1]}"
        notes.append(_FISCAL)
        return f"{year}/{year[: 4 - len(match[2])]}{match[2]}" if match[2] else f"{year}~"
    if match := re.fullmatch(r"([12]\d{3}) (?:fiscal|financial) year", text):
        notes.append(_FISCAL)
        return f"{match[1]}~"
    return None


def _relative(text: str, today: date | None, notes: list[str]) -> str | None:
    """Dates that count from the document's: "tomorrow", "next year", "two years ago"."""
    offsets = {"today": 0, "tonight": 0, "tomorrow": 1, "yesterday": -1, "now": 0,
               "day after tomorrow": 2, "day before yesterday": -2, "this morning": 0,
               "this afternoon": 0, "this evening": 0, "last night": -1}  # fmt: skip
    which = (
        "(?P<which>this|current|ongoing|present|next|coming|upcoming|following|last|past|previous|"
        "prior)"
    )
    weekday = re.fullmatch(rf"(?:{which} )?(?P<weekday>{'|'.join(_WEEKDAYS)})", text)
    period = re.fullmatch(rf"{which} {_PERIOD}", text)
    month = re.fullmatch(rf"{which} {_MONTH}", text)
    ago = re.fullmatch(
        rf"(?P<number>{NUMBER}) ?{UNIT} "
        "(?P<side>ago|earlier|before|previously|from now|later|hence|after|from today)",
        text,
    )
    bare = re.fullmatch(rf"{UNIT} (?P<side>ago|earlier|before|later|after)", text)
    if text not in offsets and not (weekday or period or month or ago or bare):
        return None
    counted = ago or bare
    if counted:
        count = count_of(ago["number"]) if ago else Decimal(1)
        spelt, months, day_count = length(count, counted["unit"])
        if counted["side"] not in ("ago", "from now", "hence", "from today"):
            raise Unresolved("counts from a day that the text gives elsewhere", spelt)
        if today is None:
            raise Unresolved("counts from the document's date, which is not given", spelt)
        sign = -1 if counted["side"] == "ago" else 1
        if months is not None:
            day = edtf.add(today, sign * months, "M")
            notes.append("counted from the document's date")
            return f"{day.year:04}" if months % 12 == 0 else f"{day.year:04}-{day.month:02}"
        if day_count is None:
            raise Unreadable("a time of day")
        return edtf.add(today, sign * day_count, "D").isoformat()
    if today is None:
        raise Unresolved("counts from the document's date, which is not given")
    if text in offsets:
        return edtf.add(today, offsets[text], "D").isoformat()
    if weekday:
        return _weekday(weekday["weekday"], weekday["which"], today, notes)
    found = period or month
    if found is None:
        return None
    step = {"next": 1, "coming": 1, "upcoming": 1, "following": 1, "last": -1, "past": -1,
            "previous": -1, "prior": -1}.get(found["which"], 0)  # fmt: skip
    if month:
        number = _MONTHS[month["month"]]
        year = today.year + (step if step * (number - today.month) <= 0 else 0)
        notes.append("the year by the document's date")
        return _date(year, number)
    return _period(found["period"], step, today, notes)


def _weekday(name: str, which: str | None, today: date, notes: list[str]) -> str:
    ahead = (_WEEKDAYS.index(name) - today.weekday()) % 7
    if which in ("next", "coming", "upcoming", "following"):
        ahead = ahead or 7
    elif which in ("last", "past", "previous", "prior"):
        ahead -= 7
    else:
        # News tells of the days just past; a day ahead has "next" or a verb that is not seen here.
        ahead -= 7 if ahead else 0
    notes.append("the day by the document's date")
    return (today + timedelta(days=ahead)).isoformat()


def _period(period: str, step: int, today: date, notes: list[str]) -> str:
    year = today.year + step
    notes.append("counted from the document's date")
    if period in ("fiscal year", "financial year"):
        notes.append(_FISCAL)
        return f"{year:04}~"
    if period == "year":
        return f"{year:04}"
    if period in _SEASONS:
        return f"{year:04}-{_SEASONS[period]}"
    if period == "decade":
        return f"{today.year // 10 + step:03}X"
    if period == "century":
        return f"{today.year // 100 + step:02}XX"
    if period == "month":
        day = edtf.add(today.replace(day=1), step, "M")
        return f"{day.year:04}-{day.month:02}"
    if period == "quarter":
        day = edtf.add(today.replace(day=1), 3 * step, "M")
        return f"{day.year:04}-{33 + (day.month - 1) // 3}"
    if period == "half":
        day = edtf.add(today.replace(day=1), 6 * step, "M")
        return f"{day.year:04}-{40 + (day.month - 1) // 6}"
    monday = today + timedelta(days=7 * step - today.weekday())
    if period == "weekend":
        return f"{monday + timedelta(days=5)}/{monday + timedelta(days=6)}"
    return f"{monday}/{monday + timedelta(days=6)}"
