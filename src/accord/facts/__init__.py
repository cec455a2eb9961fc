"""Facts: money, dates, names, coreference, and records of pledges and alliances."""

from accord.facts.building import alliances, facts, pledges
from accord.facts.coreference import Cluster, clusters
from accord.facts.countries import country_key, country_name
from accord.facts.dates import When, parse_date
from accord.facts.money import Money, parse_money
from accord.facts.money_words import Bound
from accord.facts.names import contains_name, is_pronoun, is_proper, name_key, same_name
from accord.facts.records import Alliance, Evidence, Facts, Party, Pledge
from accord.facts.score import FactCounts, fact_counts, member_counts, pledge_key
from accord.facts.table import (
    ALLIANCE_COLUMNS,
    PLEDGE_COLUMNS,
    alliance_csv,
    alliance_rows,
    as_csv,
    as_json,
    pledge_csv,
    pledge_rows,
)

__all__ = [
    "ALLIANCE_COLUMNS",
    "PLEDGE_COLUMNS",
    "Alliance",
    "Bound",
    "Cluster",
    "Evidence",
    "FactCounts",
    "Facts",
    "Money",
    "Party",
    "Pledge",
    "When",
    "alliance_csv",
    "alliance_rows",
    "alliances",
    "as_csv",
    "as_json",
    "clusters",
    "contains_name",
    "country_key",
    "country_name",
    "fact_counts",
    "facts",
    "is_pronoun",
    "is_proper",
    "member_counts",
    "name_key",
    "parse_date",
    "parse_money",
    "pledge_csv",
    "pledge_key",
    "pledge_rows",
    "pledges",
    "same_name",
]
