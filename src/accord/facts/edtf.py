"""The part of the Extended Date/Time Format that Accord writes, and the days it covers.

Source: https://www.loc.gov/standards/datetime/ (levels 0 to 2). Written here: years, months, days,
seasons (21 to 24), quarters (33 to 36) and halves (40, 41) of a year, unspecified digits ("203X",
"XXXX-04-10"), "~" for about, intervals "2024/2028" and "../2027" with an open end.
"""

import calendar
import re
from datetime import date, timedelta

# Season and part codes, as first month and number of months. Seasons are the northern ones by
# months; winter begins in December of the year before.
_PARTS = {
    21: (3, 3), 22: (6, 3), 23: (9, 3), 24: (12, 3),
    33: (1, 3), 34: (4, 3), 35: (7, 3), 36: (10, 3),
    40: (1, 6), 41: (7, 6),
}  # fmt: skip

Days = tuple[date | None, date | None]


def days(edtf: str) -> Days:
    """First and last day that an EDTF text of the kinds above covers.

    None on a side that is open or not known, as where the year is unspecified. The "~" widens
    nothing, since nothing says by how much. Raises ValueError for any other text.
    """
    if "/" in edtf:
        start, end = edtf.split("/")
        return (
            None if start in ("..", "") else days(start)[0],
            None if end in ("..", "") else days(end)[1],
        )
    text = edtf.rstrip("~?%")
    match = re.fullmatch(r"([0-9X]{4})(?:-([0-9X]{2}))?(?:-([0-9X]{2}))?", text)
    if match is None:
        raise ValueError(f"not a date of the EDTF that is read here: {edtf!r}")
    year, month, day = match.groups()
    if "X" in year:
        if month or year.startswith("X"):
            return None, None
        first, last = int(year.replace("X", "0")), int(year.replace("X", "9"))
        return (_day(first, 1, 1), _day(last, 12, 31))
    if month is None:
        return _day(int(year), 1, 1), _day(int(year), 12, 31)
    if day is not None:
        return _day(int(year), int(month), int(day)), _day(int(year), int(month), int(day))
    if int(month) in _PARTS:
        first, count = _PARTS[int(month)]
        start_year = int(year) - 1 if int(month) == 24 else int(year)
        last = (first + count - 2) % 12 + 1
        return _day(start_year, first, 1), _day(int(year), last, month_length(int(year), last))
    length = month_length(int(year), int(month))
    return _day(int(year), int(month), 1), _day(int(year), int(month), length)


def month_length(year: int, month: int) -> int:
    """Number of days in a month; ValueError for a month that is none."""
    if not 1 <= month <= 12:
        raise ValueError(f"a month is 1 to 12, not {month}")
    return calendar.monthrange(year, month)[1]


def add(start: date, count: int, unit: str) -> date:
    """The day some years, months or days later (negative: earlier); ends of months are kept.

    Raises ValueError or OverflowError past the years 1 to 9999.
    """
    if unit in ("D", "W"):
        return start + timedelta(days=count * (7 if unit == "W" else 1))
    months = start.year * 12 + start.month - 1 + count * (12 if unit == "Y" else 1)
    year, month = divmod(months, 12)
    if not 1 <= year <= 9999:
        raise ValueError(f"the year {year} is out of range")
    return date(year, month + 1, min(start.day, month_length(year, month + 1)))


def _day(year: int, month: int, day: int) -> date:
    return date(max(year, 1), month, day)
