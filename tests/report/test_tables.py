"""Facts and scores as tables."""

from decimal import Decimal

import pytest
from report_cases import GOLD, MODEL, NEWS, SCHEMA, layer

from accord.compare import Counts, Match, evaluate
from accord.facts import FactCounts, Money, When, facts
from accord.report.fact_tables import (
    FactRow,
    alliance_table,
    money_text,
    pledge_table,
    when_text,
)
from accord.report.score_tables import fact_table, percent, score_tables


def shown(row: FactRow) -> list[str]:
    return [
        " | ".join(
            f"{part.source}: " * bool(part.source)
            + ", ".join(f"{v.text} ({v.detail})" if v.detail else v.text for v in part.values)
            for part in parts
        )
        for parts in row.cells
    ]


def test_a_pledge_in_full():
    (row,) = pledge_table(NEWS, (GOLD,), (facts(NEWS, GOLD),)).rows
    assert shown(row) == [
        "Acme",
        "over $8 billion (more than 8,000,000,000 USD)",
        "2027 (deadline ../2027)",
        "Japan",
        "build clouds",
    ]
    assert (row.status, row.paragraph) == ("", 1)
    assert row.sentence == NEWS.text.partition("\n")[0]


def test_a_cell_that_differs_shows_both_sides():
    layers = (GOLD, MODEL)
    table = pledge_table(NEWS, layers, tuple(facts(NEWS, each) for each in layers))
    (row,) = table.rows
    assert table.compared and (row.status, row.style) == ("differs", "differs")
    assert shown(row)[0] == "Acme"
    assert shown(row)[1] == "gold: over $8 billion (more than 8,000,000,000 USD) | model: "
    assert "model: no amount" in row.notes


def test_what_only_one_side_has():
    empty = layer(NEWS, {}, source="model")
    for layers, status in (
        ((GOLD, empty), "missed: only gold"),
        ((empty, GOLD), "extra: only gold"),
    ):
        both = tuple(facts(NEWS, each) for each in layers)
        assert [row.status for row in pledge_table(NEWS, layers, both).rows] == [status]
        assert [row.status for row in alliance_table(NEWS, layers, both).rows] == [status]


def test_equal_records_are_one_row():
    again = layer(
        NEWS, {"T1": ("ORG", "Bolt"), "T2": ("ALLIANCE", "Cloud Pact")},
        (("member_of", "T1", "T2"),), "model",
    )  # fmt: skip
    layers = (GOLD, again)
    table = alliance_table(NEWS, layers, tuple(facts(NEWS, each) for each in layers))
    (row,) = table.rows
    assert row.status == "both" and shown(row) == ["Cloud Pact", "Bolt", "", ""]


@pytest.mark.parametrize(
    ("money", "read"),
    [
        (Money("$2.9 bn", Decimal("2900000000"), "USD"), "2,900,000,000 USD"),
        (Money("x", Decimal("2.50"), "EUR", "at most"), "at most 2.5 EUR"),
        (Money("x", Decimal("1E+3"), None, "about"), "about 1,000 unknown currency"),
        (
            Money("x", None, "JPY", "range", Decimal(1000), Decimal(2000), "year"),
            "1,000 to 2,000 JPY a year",
        ),
        (Money("millions", reason="no figure"), "no figure"),
    ],
)
def test_how_an_amount_was_read(money: Money, read: str):
    assert money_text(money) == read


@pytest.mark.parametrize(
    ("when", "read"),
    [
        (When("2027", "2027"), ""),
        (When("by 2027", "../2027", kind="deadline"), "deadline ../2027"),
        (When("next decade", None, "P10Y", "term"), "term P10Y"),
        (When("some day", reason="no date"), "no date"),
    ],
)
def test_how_a_date_was_read(when: When, read: str):
    assert when_text(when) == read


def test_scores_by_type_under_every_match():
    scores = evaluate({NEWS.id: GOLD}, {NEWS.id: MODEL}, SCHEMA)
    mentions, relations = score_tables(scores)
    assert mentions.matches == ("strict", "boundary", "overlap")
    assert [row.name for row in relations.rows][:3] == ["all relations", "member_of", "leads"]
    assert "based_in" not in [row.name for row in relations.rows]
    rows = {row.name: row for row in mentions.rows}
    assert rows["all mentions"].total and rows["all mentions"].cells[:3] == ("70.0",) * 3
    assert rows["MONEY"].cells == ("0.0",) * 6 + ("100.0",) * 3
    assert (rows["ORG"].reference, rows["ORG"].estimate) == (3, 3)


def test_only_the_matches_that_were_computed():
    scores = evaluate({NEWS.id: GOLD}, {NEWS.id: MODEL}, SCHEMA, [Match.STRICT])
    assert all(table.matches == ("strict",) for table in score_tables(scores))


def test_facts_and_dashes():
    table = fact_table(FactCounts(Counts(1, 1, 0), Counts()))
    assert [row.cells for row in table.rows] == [
        ("50.0", "100.0", "66.7"),
        ("50.0", "100.0", "66.7"),
        ("–", "–", "–"),
    ]
    assert percent(Counts()) == ("–", "–", "–")
