"""Comparing layers: evaluation, agreement, adjudication and significance, on one set of counts.

This room takes values and returns values: it never reads a file and never prints.
"""

from accord.compare.adjudicate import Adjudication, Decision, Fallen, Point, adjudicate
from accord.compare.agreement import Agreement, Aspect, Difference, Kind, agree, differences
from accord.compare.agreement_report import AgreementReport, agreement_report
from accord.compare.chance import Kappa, kappas
from accord.compare.counts import Counts, Match, Statistic, Target
from accord.compare.grouping import pooled
from accord.compare.matching import Arrow, Comparison, Pairing, compare_layers
from accord.compare.noninferiority import NonInferiority, holm, noninferiority
from accord.compare.power import Detectable, detectable, expected_error, paired_error
from accord.compare.score import Measure, Scores, evaluate, parse_measure
from accord.compare.seeds import SeedBootstrap, seed_bootstrap, seed_deviation
from accord.compare.signature import Signature, versions
from accord.compare.significance import (
    Bootstrap,
    Interval,
    Randomisation,
    bootstrap,
    interval,
    intervals,
    randomisation,
)

__all__ = [
    "Adjudication",
    "Agreement",
    "AgreementReport",
    "Arrow",
    "Aspect",
    "Bootstrap",
    "Comparison",
    "Counts",
    "Decision",
    "Detectable",
    "Difference",
    "Fallen",
    "Interval",
    "Kappa",
    "Kind",
    "Match",
    "Measure",
    "NonInferiority",
    "Pairing",
    "Point",
    "Randomisation",
    "Scores",
    "SeedBootstrap",
    "Signature",
    "Statistic",
    "Target",
    "adjudicate",
    "agree",
    "agreement_report",
    "bootstrap",
    "compare_layers",
    "detectable",
    "differences",
    "evaluate",
    "expected_error",
    "holm",
    "interval",
    "intervals",
    "kappas",
    "noninferiority",
    "paired_error",
    "parse_measure",
    "pooled",
    "randomisation",
    "seed_bootstrap",
    "seed_deviation",
    "versions",
]
