"""Facts for other programs and for readers: rows of a table, JSON and CSV. Prints nothing.

Columns and keys are stable: new ones are added at the end. In a row, several values of a cell are
parted by "; ". Amounts are written without scale words ("15240000000"), dates as EDTF, terms as
ISO 8601; scores have four decimals.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from accord.facts.dates import When
from accord.facts.money import Money
from accord.facts.records import Alliance, Evidence, Facts, Party, Pledge

PLEDGE_COLUMNS = (
    "document", "source", "pledgers", "amount", "currency", "bound", "low", "high", "amount_text",
    "deadline", "term", "when_text", "recipients", "purposes", "sentence", "start", "end",
    "mentions", "notes", "score",
)  # fmt: skip
"""Columns of `pledge_rows`; start and end are the sentence's, in code points, half-open."""

ALLIANCE_COLUMNS = (
    "document", "source", "name", "named", "members", "leaders", "purposes", "when", "when_text",
    "based_in", "sentence", "start", "end", "mentions", "notes", "score",
)  # fmt: skip
"""Columns of `alliance_rows`."""

_BETWEEN = "; "
# With these a spreadsheet takes a cell for a formula; see OWASP, "CSV Injection".
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def pledge_rows(facts: Iterable[Facts]) -> list[tuple[str, ...]]:
    """One row a pledge, with the columns of `PLEDGE_COLUMNS`."""
    return [_pledge_row(pledge) for each in facts for pledge in each.pledges]


def alliance_rows(facts: Iterable[Facts]) -> list[tuple[str, ...]]:
    """One row an alliance, with the columns of `ALLIANCE_COLUMNS`."""
    return [_alliance_row(alliance) for each in facts for alliance in each.alliances]


def pledge_csv(facts: Iterable[Facts]) -> str:
    """The pledges as CSV (RFC 4180, lines end with CR LF), with a header; see `as_csv`."""
    return as_csv(PLEDGE_COLUMNS, pledge_rows(facts))


def alliance_csv(facts: Iterable[Facts]) -> str:
    """The alliances as CSV (RFC 4180, lines end with CR LF), with a header; see `as_csv`."""
    return as_csv(ALLIANCE_COLUMNS, alliance_rows(facts))


def as_csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Rows as CSV text. A cell that a spreadsheet would run as a formula gets a leading "'"."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_safe(cell) for cell in row])
    return file.getvalue()


def as_json(facts: Facts) -> list[dict[str, Any]]:
    """The facts of a document as JSON values: its pledges, then its alliances.

    Every object has "kind" ("pledge" or "alliance"), "source", "sentence", "start", "end",
    "mentions", "evidence" [{"role", "mention", "text", "start", "end"}], "notes" and "score".
    A pledge has "trigger", "pledgers", "amount" (or null), "amounts", "deadline", "term" (or null),
    "when", "recipients" and "purposes"; an alliance "name", "key", "named", "members", "leaders",
    "purposes", "when" and "based_in". A party is {"name", "key", "type", "named", "based_in"}; an
    amount {"text", "value", "currency", "bound", "low", "high", "per", "assumed", "reason"}, its
    figures as strings, so that no digit is lost; a date {"text", "edtf", "duration", "kind",
    "first", "last", "assumed", "reason"}. Offsets are code points, half-open.
    """
    return [*map(_pledge_json, facts.pledges), *map(_alliance_json, facts.alliances)]


def _pledge_row(pledge: Pledge) -> tuple[str, ...]:
    money = pledge.amount
    term = pledge.term
    return (
        pledge.document,
        pledge.source,
        _names(pledge.pledgers),
        figure(money.value) if money else "",
        (money.currency or "") if money else "",
        money.bound if money else "",
        figure(money.low) if money else "",
        figure(money.high) if money else "",
        money.text if money else "",
        _date(pledge.deadline),
        (term.duration or term.edtf or term.text) if term else "",
        _BETWEEN.join(when.text for when in pledge.when),
        _names(pledge.recipients),
        _BETWEEN.join(pledge.purposes),
        _line(pledge.sentence),
        str(pledge.span.start),
        str(pledge.span.end),
        _BETWEEN.join(pledge.mentions),
        _BETWEEN.join(pledge.notes),
        _score(pledge.score),
    )


def _alliance_row(alliance: Alliance) -> tuple[str, ...]:
    return (
        alliance.document,
        alliance.source,
        alliance.name,
        "yes" if alliance.named else "no",
        _names(alliance.members),
        _names(alliance.leaders),
        _BETWEEN.join(alliance.purposes),
        _BETWEEN.join(_date(when) for when in alliance.when),
        _BETWEEN.join(when.text for when in alliance.when),
        _BETWEEN.join(alliance.based_in),
        _line(alliance.sentence),
        str(alliance.span.start),
        str(alliance.span.end),
        _BETWEEN.join(alliance.mentions),
        _BETWEEN.join(alliance.notes),
        _score(alliance.score),
    )


def figure(value: Decimal | None) -> str:
    """A sum in plain digits without an exponent and without idle zeros; empty for None."""
    if value is None:
        return ""
    digits = f"{value:f}"
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def _pledge_json(pledge: Pledge) -> dict[str, Any]:
    return {
        "kind": "pledge",
        "source": pledge.source,
        "trigger": pledge.trigger,
        "pledgers": [_party(party) for party in pledge.pledgers],
        "amount": _money(pledge.amount) if pledge.amount else None,
        "amounts": [_money(money) for money in pledge.amounts],
        "deadline": _when(pledge.deadline) if pledge.deadline else None,
        "term": _when(pledge.term) if pledge.term else None,
        "when": [_when(when) for when in pledge.when],
        "recipients": [_party(party) for party in pledge.recipients],
        "purposes": list(pledge.purposes),
        **_common(pledge),
    }


def _alliance_json(alliance: Alliance) -> dict[str, Any]:
    return {
        "kind": "alliance",
        "source": alliance.source,
        "name": alliance.name,
        "key": alliance.key,
        "named": alliance.named,
        "members": [_party(party) for party in alliance.members],
        "leaders": [_party(party) for party in alliance.leaders],
        "purposes": list(alliance.purposes),
        "when": [_when(when) for when in alliance.when],
        "based_in": list(alliance.based_in),
        **_common(alliance),
    }


def _common(record: Pledge | Alliance) -> dict[str, Any]:
    return {
        "sentence": record.sentence,
        "start": record.span.start,
        "end": record.span.end,
        "mentions": list(record.mentions),
        "evidence": [_evidence(evidence) for evidence in record.evidence],
        "notes": list(record.notes),
        "score": record.score,
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return {
        "role": evidence.role,
        "mention": evidence.mention,
        "text": evidence.text,
        "start": evidence.span.start,
        "end": evidence.span.end,
    }


def _party(party: Party) -> dict[str, Any]:
    return {
        "name": party.name,
        "key": party.key,
        "type": party.type,
        "named": party.named,
        "based_in": list(party.based_in),
    }


def _money(money: Money) -> dict[str, Any]:
    return {
        "text": money.text,
        "value": figure(money.value) or None,
        "currency": money.currency,
        "bound": money.bound,
        "low": figure(money.low) or None,
        "high": figure(money.high) or None,
        "per": money.per,
        "assumed": list(money.assumed),
        "reason": money.reason,
    }


def _when(when: When) -> dict[str, Any]:
    return {
        "text": when.text,
        "edtf": when.edtf,
        "duration": when.duration,
        "kind": when.kind,
        "first": when.first.isoformat() if when.first else None,
        "last": when.last.isoformat() if when.last else None,
        "assumed": list(when.assumed),
        "reason": when.reason,
    }


def _date(when: When | None) -> str:
    return (when.edtf or when.duration or when.text) if when else ""


def _names(parties: Iterable[Party]) -> str:
    return _BETWEEN.join(_seated(party) for party in parties)


def _seated(party: Party) -> str:
    return f"{party.name} ({', '.join(party.based_in)})" if party.based_in else party.name


def _line(text: str) -> str:
    return " ".join(text.split())


def _score(score: float | None) -> str:
    return "" if score is None else f"{score:.4f}"


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.lstrip(" \n").startswith(_FORMULA) else cell
