"""Comparing layers: evaluation, agreement, adjudication and significance, on one set of counts.

This room takes values and returns values: it never reads a file and never prints.
"""

from accord.compare.adjudicate import Adjudication, adjudicate
from accord.compare.agreement import Agreement, Difference, Kind, agree, differences
from accord.compare.counts import Counts, Match, Statistic, Target
from accord.compare.matching import Arrow, Comparison, Pairing, compare_layers
from accord.compare.score import Measure, Scores, evaluate, parse_measure
from accord.compare.signature import Signature, versions
from accord.compare.significance import (
    Bootstrap,
    Interval,
    Randomisation,
    bootstrap,
    interval,
    randomisation,
)

__all__ = [
    "Adjudication",
    "Agreement",
    "Arrow",
    "Bootstrap",
    "Comparison",
    "Counts",
    "Difference",
    "Interval",
    "Kind",
    "Match",
    "Measure",
    "Pairing",
    "Randomisation",
    "Scores",
    "Signature",
    "Statistic",
    "Target",
    "adjudicate",
    "agree",
    "bootstrap",
    "compare_layers",
    "differences",
    "evaluate",
    "interval",
    "parse_measure",
    "randomisation",
    "versions",
]
