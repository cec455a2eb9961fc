"""Dates, deadlines and durations: what the text of a DATE mention says, as EDTF and ISO 8601.

A grammar of its own for what news writes; dateparser only for whole dates that it does not know
(other languages), since it fills missing parts from today. Nothing is filled in here but from
the document's date, and then it is named under `assumed`.
"""

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from accord.facts import edtf as edtf_
from accord.facts.date_points import point
from accord.facts.durations import Unreadable, Unresolved, duration
from accord.facts.folding import fold

Kind = Literal["point", "deadline", "term", "relative"]

MAX_TEXT = 200
"""Longest text that is read, in characters."""

_LATEST = (
    "(?:by|until|till|no later than|not later than|at the latest by|up to|through|due|due by|"
    "due on|within|as late as|on or before|a deadline of|deadline of|deadline is)"
)
_BEFORE = r"(?:before|ahead of|prior to)"
_SINCE = (
    "(?:since|from|starting|starting in|starting on|beginning in|beginning|as of|effective|"
    "as early as|after)"
)
_OVER = r"(?:over|during|for|throughout|across|in the course of|over the course of)"
_ABOUT = (
    "(?:around|about|approximately|roughly|circa|c|ca|some|nearly|almost|at least|up to|"
    "more than|over|at most|less than|under)"
)


@dataclass(frozen=True, slots=True)
class When:
    """A date, deadline or term.

    `edtf` is an Extended Date/Time Format text ("2027", "../2027", "2024/2028"), `duration` an
    ISO 8601 one ("P5Y"); either or both may be None. `kind` is "deadline" if something is to be
    done by then, "term" if it lasts so long, "relative" if it counts from a day that is not known,
    otherwise "point". `assumed` lists what the text does not say itself; `reason` says why there
    is neither an EDTF nor a duration, or why the date stays relative.
    """

    text: str
    edtf: str | None = None
    duration: str | None = None
    kind: Kind = "point"
    assumed: tuple[str, ...] = ()
    reason: str | None = None

    @property
    def first(self) -> date | None:
        """The first day it covers, None if open or unknown."""
        return edtf_.days(self.edtf)[0] if self.edtf else None

    @property
    def last(self) -> date | None:
        """The last day it covers, None if open or unknown: of a deadline, the day it is due."""
        return edtf_.days(self.edtf)[1] if self.edtf else None


def parse_date(text: str, document_date: date | None = None, before: str = "") -> When:
    """What the text of a DATE mention says.

    `document_date` is the day the text was published; without it, relative dates stay relative.
    `before` is the text in front of the mention: a mention leaves out its preposition, and "by"
    makes a deadline. Never raises: what cannot be read has a `reason`.
    """
    if len(text) > MAX_TEXT:
        return When(text, reason=f"longer than {MAX_TEXT} characters")
    folded = _plain(text)
    lead, folded = _lead(folded, before)
    notes: list[str] = []
    try:
        found = _read(folded, document_date, notes)
        found = _led(found, lead)
        if found.edtf:
            edtf_.days(found.edtf)
    except Unresolved as error:
        kind: Kind = "relative"
        return When(text, None, error.duration, kind, tuple(notes), str(error))
    except (Unreadable, ValueError, OverflowError) as error:
        fallback = _dateparser(text)
        if fallback is None:
            reason = str(error) if isinstance(error, Unreadable) else f"no such date: {error}"
            return When(text, reason=reason)
        found = _led(When("", fallback), lead)
        notes = ["read by dateparser"]
    return replace(found, text=text, assumed=tuple(dict.fromkeys((*notes, *found.assumed))))


def _plain(text: str) -> str:
    folded = fold(text).replace('"', " ")
    folded = re.sub(r"(?<=[a-z])\.", "", folded)
    folded = re.sub(r"'s\b", "", folded)
    folded = re.sub(r"[.,;:)]+$|^[(,;:.]+", "", folded)
    folded = re.sub(r"\ba d\b|\bad\b", "", folded)
    return re.sub(r"\s+", " ", folded).strip()


def _lead(folded: str, before: str) -> tuple[str, str]:
    """What the words before the date make of it: latest, before, since, over or nothing."""
    leads = (("latest", _LATEST), ("before", _BEFORE), ("since", _SINCE), ("over", _OVER))
    ahead = re.sub(r"[^a-z ]", " ", fold(before[-60:]))
    ahead = re.sub(r"\s+", " ", ahead).strip()
    lead = ""
    for name, pattern in leads:
        if re.search(
            rf"(?:^| ){pattern}(?: the| about| around| a| an| its| approximately)*$", ahead
        ):
            lead = name
            break
    while True:
        for name, pattern in leads:
            # "from 2024 to 2028" is a range; its "from" is no lead.
            match = re.match(rf"{pattern} (?=.)", folded)
            if match and not (
                name in ("since",) and re.search(r" (to|until|till|through) |-", folded)
            ):
                lead, folded = lead or name, folded[match.end() :]
                break
        else:
            stripped = re.sub(r"^(?:the|in|on|at) ", "", folded)
            if stripped == folded:
                return lead, folded
            folded = stripped


def _led(found: When, lead: str) -> When:
    if found.edtf is None:
        # "within two years" counts from a day that is not known, but it is a limit.
        return replace(found, kind="deadline") if lead == "latest" and found.duration else found
    if lead == "latest":
        end = found.edtf.split("/")[-1] if "/" in found.edtf else found.edtf
        return replace(found, edtf=f"../{end}", kind="deadline")
    if lead == "before":
        first, _ = edtf_.days(found.edtf)
        if first is None:
            return replace(found, edtf=f"../{found.edtf.split('/')[0]}", kind="deadline",
                           assumed=(*found.assumed, "the day itself counted in"))  # fmt: skip
        return replace(found, edtf=f"../{edtf_.add(first, -1, 'D')}", kind="deadline")
    if lead == "since" and found.kind == "point":
        return replace(found, edtf=f"{found.edtf.split('/')[0]}/..", kind="term")
    if lead == "over" and found.kind == "point":
        return replace(found, kind="term")
    return found


def _read(text: str, today: date | None, notes: list[str]) -> When:
    """The date or duration in a folded text without its leading preposition."""
    if not text:
        raise Unreadable("no date")
    if match := re.fullmatch(
        r"(.+?) (?:and beyond|onwards?|and later|and after|or later|on)", text
    ):
        return When("", f"{point(match[1], today, notes)}/..", kind="term")
    if match := re.fullmatch(r"(.+?) (?:at the latest|or earlier|or sooner|or before)", text):
        return When("", f"../{point(match[1], today, notes)}", kind="deadline")
    if found := _span(text, today, notes):
        return found
    about = re.match(rf"{_ABOUT} ", text)
    bare = text[about.end() :] if about else text
    if about:
        notes.append(f"{about[0].strip()!r} is not expressed")
    if (length := duration(bare, today, notes)) is not None:
        spelt, interval, relative = length
        if interval:
            return When("", interval, spelt, "term")
        if relative:
            raise Unresolved("counts from the document's date, which is not given", spelt)
        return When("", None, spelt, "term")
    found_ = point(bare, today, notes)
    if about and "/" not in found_:
        notes.remove(f"{about[0].strip()!r} is not expressed")
        return When("", found_.rstrip("~") + "~")
    return When("", found_)


def _span(text: str, today: date | None, notes: list[str]) -> When | None:
    """A stretch from one date to another: "2024-2028", "between March and May 2024"."""
    if match := re.fullmatch(r"((?:19|20)\d\d) ?[-/] ?(\d\d)", text):
        start, short = int(match[1]), int(match[2])
        end = start - start % 100 + short + (100 if short < start % 100 else 0)
        if end == start + 1 or short > 12:
            if end - start > 50:
                raise Unreadable("a stretch that does not rise")
            return When("", f"{start}/{end}", kind="term", assumed=(f"{text} read as two years",))
        if 1 <= short <= 12 and "/" not in text:
            return When("", f"{start}-{short:02}", assumed=(f"{text} read as a month",))
        return None
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return None
    match = re.fullmatch(r"between (.+?) and (.+)", text)
    match = match or re.fullmatch(
        r"(?:from )?(?:between )?(.+?) ?(?:-| to | until | till | through | thru ) ?(.+)", text
    )
    if match is None:
        return None
    left, right = match[1].strip(), match[2].strip()
    if left in ("mid", "early", "late", "end", "year", "start"):
        return None
    months = r"[a-z]{3,9}"
    # What only one side says belongs to both: "April 10-12", "10-12 April 2024", "March-May 2024".
    if (m := re.fullmatch(rf"({months} )(\d\d?)(?:st|nd|rd|th)?", left)) and (
        n := re.fullmatch(r"(\d\d?(?:st|nd|rd|th)?)(,? \d{4})?", right)
    ):
        left, right = left + (n[2] or ""), m[1] + right
    elif re.fullmatch(r"\d\d?(?:st|nd|rd|th)?", left) and (
        n := re.fullmatch(rf"\d\d?(?:st|nd|rd|th)?( {months}(?: \d{{4}})?)", right)
    ):
        left += n[1]
    elif not re.search(r"\d{4}", left) and (n := re.search(r",? (\d{4})$", right)):
        left += f" {n[1]}"
    inner: list[str] = []
    try:
        start_, end_ = point(left, today, inner), point(right, today, inner)
    except (Unreadable, ValueError):
        return None
    first, last = edtf_.days(start_.split("/")[0])[0], edtf_.days(end_.split("/")[-1])[1]
    if first is not None and last is not None and first > last:
        raise Unreadable("a stretch that does not rise")
    notes.extend(inner)
    return When("", f"{start_.split('/')[0]}/{end_.split('/')[-1]}", kind="term")


def _dateparser(text: str) -> str | None:
    """A whole date in another language or order; never one with a part missing."""
    if not re.search(r"\b\d{4}\b", text) or not re.search(r"[^\W\d_]{3}", text):
        return None
    from dateparser import parse

    settings = {"STRICT_PARSING": True, "REQUIRE_PARTS": ["day", "month", "year"]}
    languages = ["en", "fr", "de", "es", "it", "pt", "nl", "sv", "da", "pl"]
    try:
        found = parse(text, languages=languages, settings=settings)
    # It raises errors of many kinds on odd text (overflow, recursion, regular expressions).
    except Exception:
        return None
    return None if found is None else found.date().isoformat()
