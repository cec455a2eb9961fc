from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.facts import parse_date
from accord.facts.edtf import days

TODAY = date(2024, 4, 8)

ABSOLUTE = [
    ("2027", "2027", None, "point"),
    ("by 2027", "../2027", None, "deadline"),
    ("before 2027", "../2026-12-31", None, "deadline"),
    ("since 2020", "2020/..", None, "term"),
    ("2030 and beyond", "2030/..", None, "term"),
    ("around 2030", "2030~", None, "point"),
    ("2027 at the latest", "../2027", None, "deadline"),
    ("April 10", "XXXX-04-10", None, "point"),
    ("March 3, 2024", "2024-03-03", None, "point"),
    ("3 March 2024", "2024-03-03", None, "point"),
    ("4th of March 2024", "2024-03-04", None, "point"),
    ("Monday, March 4, 2024", "2024-03-04", None, "point"),
    ("Sept. 3", "XXXX-09-03", None, "point"),
    ("Mar. 2024", "2024-03", None, "point"),
    ("May", "XXXX-05", None, "point"),
    ("2024-05-06", "2024-05-06", None, "point"),
    ("25/06/2024", "2024-06-25", None, "point"),
    ("10.04.2024", "2024-04-10", None, "point"),
    ("end of March", "XXXX-03-31", None, "point"),
    ("end of 2026", "2026-12-31", None, "point"),
    ("end-2026", "2026-12-31", None, "point"),
    ("early 2026", "2026-01~/2026-04~", None, "point"),
    ("mid-2026", "2026-05~/2026-08~", None, "point"),
    ("late 2025", "2025-09~/2025-12~", None, "point"),
    ("mid-2030s", "2034~/2036~", None, "point"),
    ("mid-April 2024", "2024-04-11~/2024-04-20~", None, "point"),
    ("first half of 2025", "2025-40", None, "point"),
    ("H2 2025", "2025-41", None, "point"),
    ("Q3 2026", "2026-35", None, "point"),
    ("third quarter of 2026", "2026-35", None, "point"),
    ("fiscal 2026", "2026~", None, "point"),
    ("FY25", "2025~", None, "point"),
    ("second quarter of fiscal 2026", "2026-34~", None, "point"),
    ("fiscal year ending March 2025", "2024-04/2025-03", None, "point"),
    ("2030s", "203X", None, "point"),
    ("1990s", "199X", None, "point"),
    ("21st century", "20XX", None, "point"),
    ("summer of 2026", "2026-22", None, "point"),
    ("Christmas", "XXXX-12-25", None, "point"),
    ("2024-2028", "2024/2028", None, "term"),
    ("2024–2028", "2024/2028", None, "term"),
    ("from 2024 to 2028", "2024/2028", None, "term"),
    ("between 2024 and 2028", "2024/2028", None, "term"),
    ("2025/26", "2025/2026", None, "term"),
    ("March to May 2024", "2024-03/2024-05", None, "term"),
    ("April 10-12", "XXXX-04-10/XXXX-04-12", None, "term"),
    ("10-12 April 2024", "2024-04-10/2024-04-12", None, "term"),
    ("five years", None, "P5Y", "term"),
    ("five-year", None, "P5Y", "term"),
    ("10-year period", None, "P10Y", "term"),
    ("twenty-five years", None, "P25Y", "term"),
    ("two and a half years", None, "P30M", "term"),
    ("18 months", None, "P18M", "term"),
    ("40 minutes", None, "PT40M", "term"),
    ("decade", None, "P10Y", "term"),
    ("half a century", None, "P50Y", "term"),
    ("three to five years", None, "P5Y", "term"),
    ("within two years", None, "P2Y", "deadline"),
    ("3 mars 2024", "2024-03-03", None, "point"),
    ("24. Dezember 2025", "2025-12-24", None, "point"),
]

RELATIVE = [
    ("next two years", "P2Y", "2024-04-08/2026-04-08", "term"),
    ("next decade", "P10Y", "2024-04-08/2034-04-08", "term"),
    ("the next 18 months", "P18M", "2024-04-08/2025-10-08", "term"),
    ("past three years", "P3Y", "2021-04-08/2024-04-08", "term"),
    ("end of the decade", None, "2029-12-31", "point"),
    ("by the end of the decade", None, "../2029-12-31", "deadline"),
    ("next year", None, "2025", "point"),
    ("this year", None, "2024", "point"),
    ("last month", None, "2024-03", "point"),
    ("next quarter", None, "2024-35", "point"),
    ("next week", None, "2024-04-15/2024-04-21", "point"),
    ("two years ago", "P2Y", "2022", "point"),
    ("early next year", None, "2025-01~/2025-04~", "point"),
    ("first quarter of next year", None, "2025-33", "point"),
    ("later this year", None, "2024-04-08/2024-12-31", "point"),
    ("tomorrow", None, "2024-04-09", "point"),
    ("next Monday", None, "2024-04-15", "point"),
    ("last Friday", None, "2024-04-05", "point"),
    ("year-end", None, "2024-12-31", "point"),
]


@pytest.mark.parametrize(("text", "edtf", "duration", "kind"), ABSOLUTE)
def test_dates_that_stand_alone(text, edtf, duration, kind):
    when = parse_date(text)
    assert (when.edtf, when.duration, when.kind) == (edtf, duration, kind)
    assert when.text == text


@pytest.mark.parametrize(("text", "duration", "edtf", "kind"), RELATIVE)
def test_relative_dates(text, duration, edtf, kind):
    alone = parse_date(text)
    assert (alone.edtf, alone.duration, alone.kind) == (None, duration, "relative")
    assert alone.reason
    placed = parse_date(text, TODAY)
    assert (placed.edtf, placed.kind) == (edtf, kind)


@pytest.mark.parametrize(
    ("before", "text", "edtf", "duration", "kind"),
    [
        ("committed to investing $15.24 billion by ", "2027", "../2027", None, "deadline"),
        ("by the ", "end of March 2026", "../2026-03-31", None, "deadline"),
        ("until ", "March 3, 2024", "../2024-03-03", None, "deadline"),
        ("no later than ", "Q3 2026", "../2026-35", None, "deadline"),
        ("over the ", "next decade", None, "P10Y", "relative"),
        ("over ", "five years", None, "P5Y", "term"),
        ("within ", "five years", None, "P5Y", "deadline"),
        ("standby ", "2027", "2027", None, "point"),
        ("In ", "2023", "2023", None, "point"),
    ],
)
def test_the_preposition_before_the_mention(before, text, edtf, duration, kind):
    when = parse_date(text, before=before)
    assert (when.edtf, when.duration, when.kind) == (edtf, duration, kind)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("05/06/2024", "day and month could change places"),
        ("garbage", "cannot read 'garbage' as a date"),
        ("31 February 2024", "no such date: day is out of range for month"),
        ("2028 to 2024", "a stretch that does not rise"),
        ("", "no date"),
        ("x" * 300, "longer than 200 characters"),
    ],
)
def test_what_cannot_be_read_says_why(text, reason):
    when = parse_date(text)
    assert (when.edtf, when.duration, when.reason) == (None, None, reason)


def test_nothing_is_filled_in_from_today():
    assert parse_date("10 avril").edtf is None
    assert parse_date("May").edtf == "XXXX-05"
    assert parse_date("year earlier", TODAY).kind == "relative"
    assert parse_date("next few years", TODAY).edtf is None


def test_assumptions_are_named():
    assert parse_date("fiscal 2026").assumed == (
        "a fiscal year is counted as about the calendar year",
    )
    assert parse_date("April 10", TODAY).assumed == ("the year nearest to the document's date",)
    assert parse_date("April 10", TODAY).edtf == "2024-04-10"
    assert parse_date("December 30", date(2024, 1, 3)).edtf == "2023-12-30"
    assert parse_date("2024-25").assumed == ("2024-25 read as two years",)
    assert parse_date("2027").assumed == ()


def test_the_day_it_is_due():
    assert parse_date("by 2027").last == date(2027, 12, 31)
    assert parse_date("by 2027").first is None
    assert parse_date("Q3 2026").first == date(2026, 7, 1)
    assert parse_date("2030s").last == date(2039, 12, 31)
    assert parse_date("April 10").last is None


@given(
    st.dates(date(1000, 1, 1), date(2999, 12, 31)),
    st.sampled_from(["%B {}, %Y", "{} %B %Y", "%b {}, %Y", "%Y-%m-%d"]),
)
def test_written_days_are_read_again(day, form):
    text = day.strftime(form).replace("{}", str(day.day))
    assert parse_date(text).edtf == day.isoformat()
    assert days(day.isoformat()) == (day, day)


DATES = st.none() | st.dates()


@given(st.text(max_size=40), DATES, st.text(max_size=20))
def test_never_raises(text, today, before):
    when = parse_date(text, today, before)
    assert when.first is None or when.last is None or when.first <= when.last
    assert when.edtf or when.duration or when.reason


WORDS = st.sampled_from(
    [
        "by",
        "until",
        "next",
        "last",
        "end",
        "of",
        "the",
        "decade",
        "year",
        "years",
        "2026",
        "26",
        "0000",
        "30",
        "March",
        "April",
        "q3",
        "h1",
        "first",
        "half",
        "quarter",
        "fiscal",
        "mid-",
        "early",
        "late",
        "2030s",
        "-",
        "to",
        "and",
        "between",
        "five",
        "a",
        "two",
        "months",
        "ago",
        "Monday",
        "century",
        "'90s",
        "week",
    ]
)


@given(st.lists(WORDS, max_size=7).map(" ".join), DATES)
def test_never_raises_on_its_own_words(text, today):
    when = parse_date(text, today)
    assert when.edtf or when.duration or when.reason
    assert when.first is None or when.last is None or when.first <= when.last
