"""The pytest plugin: metric tests beside a team's other tests.

::

    def test_pledges(accord_model, assert_not_worse):
        assert_not_worse(accord_model, "relation.strict.pledges.f1", delta=0.02)

Options, in pytest's configuration: ``accord_root`` (folder that holds corpus/ and annotations/),
``accord_baseline`` and ``accord_model``, all relative to pytest's root folder. Every pytest run of
an environment with Accord loads this module, so it imports nothing before a fixture is asked for.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from accord.corpus import Corpus
    from accord.document import Layer
    from accord.gate.judging import Estimate
    from accord.gate.settings import Settings
    from accord.gate.verdicts import Report
    from accord.model import Extractor

_BASELINE = "models/baseline.toml"


class AssertNotWorse(Protocol):
    """The helper as the fixture gives it: corpus and baseline are the configured ones."""

    def __call__(
        self,
        estimate: "Extractor | Mapping[str, Layer]",
        *rules: str,
        delta: float = 0.0,
        p: float | None = None,
    ) -> None:
        """See `assert_not_worse`."""


def assert_not_worse(
    corpus: "Corpus",
    baseline: Path,
    estimate: "Extractor | Mapping[str, Layer]",
    *rules: str,
    delta: float = 0.0,
    p: float | None = None,
) -> None:
    """Assert that an estimate is not significantly worse than the committed baseline.

    `estimate` is a model at work, or layers by document id. Each of `rules` is a measure, to which
    `delta` and `p` apply, or a whole rule of `accord.gate.rules`; those of one call are corrected
    for their number together. Without any, all rules of the baseline are judged.

    Raises AssertionError naming rules, figures and new errors, InputError if there is no baseline
    or something in it cannot be read.
    """
    from accord.errors import InputError
    from accord.gate.baseline import read_baseline
    from accord.gate.judging import check

    measured = read_baseline(baseline)
    if measured is None:
        raise InputError(
            "there is no baseline; `accord check --update` measures one", path=baseline
        )
    settings = _settings(corpus, baseline, rules, delta, p)
    report = check(corpus, settings, _estimate(corpus, settings, estimate), measured)
    if report.failed:
        raise AssertionError("\n".join(_said(report)))


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options."""
    parser.addini("accord_root", "Accord: folder that holds corpus/ and annotations/", default=".")
    parser.addini("accord_baseline", "Accord: the baseline of `accord check`", default=_BASELINE)
    parser.addini(
        "accord_model", "Accord: the model's folder; otherwise the baseline's [check]", default=""
    )


@pytest.fixture(scope="session")
def accord_corpus(pytestconfig: pytest.Config) -> "Corpus":
    """The corpus under ``accord_root``, read once a session."""
    from accord.corpus import read_corpus

    return read_corpus(_path(pytestconfig, "accord_root"))


@pytest.fixture(scope="session")
def accord_model(pytestconfig: pytest.Config) -> "Extractor":
    """The model under ``accord_model`` or of the baseline's settings, loaded once a session."""
    from accord.gate.settings import read_settings
    from accord.model import load_model

    if pytestconfig.getini("accord_model"):
        return load_model(_path(pytestconfig, "accord_model"))
    root = _path(pytestconfig, "accord_root")
    settings = read_settings(root, _path(pytestconfig, "accord_baseline"))
    if not settings.model:
        pytest.fail("no model: set accord_model in pytest's configuration", pytrace=False)
    return load_model(root / settings.model)


@pytest.fixture(scope="session", name="assert_not_worse")
def _assert_not_worse(pytestconfig: pytest.Config, accord_corpus: "Corpus") -> AssertNotWorse:
    """`assert_not_worse` for the configured corpus and baseline; a model labels each text once."""
    done: list[tuple[object, Mapping[str, Layer]]] = []
    baseline = _path(pytestconfig, "accord_baseline")

    def helper(
        estimate: "Extractor | Mapping[str, Layer]",
        *rules: str,
        delta: float = 0.0,
        p: float | None = None,
    ) -> None:
        __tracebackhide__ = True
        layers = next((layers for known, layers in done if known is estimate), None)
        if layers is None:
            settings = _settings(accord_corpus, baseline, (), 0.0, None)
            layers = _estimate(accord_corpus, settings, estimate).layers
            done.append((estimate, layers))
        assert_not_worse(accord_corpus, baseline, layers, *rules, delta=delta, p=p)

    return helper


def _path(config: pytest.Config, option: str) -> Path:
    return config.rootpath / str(config.getini(option))


def _settings(
    corpus: "Corpus", baseline: Path, rules: tuple[str, ...], delta: float, p: float | None
) -> "Settings":
    from dataclasses import replace

    from accord.gate.settings import read_settings

    settings = read_settings(corpus.root, baseline)
    if not rules:
        return settings
    options = f" not_worse delta={delta!r}" + ("" if p is None else f" p={p!r}")
    spelled = tuple(rule if " " in rule.strip() else rule + options for rule in rules)
    return replace(settings, rules=spelled, required=(), agreement=())


def _estimate(
    corpus: "Corpus", settings: "Settings", estimate: "Extractor | Mapping[str, Layer]"
) -> "Estimate":
    from accord.gate.measuring import labelled_by, layer_estimate

    if isinstance(estimate, Mapping):
        return layer_estimate(corpus, settings, estimate)
    return layer_estimate(corpus, settings, labelled_by(estimate, corpus, settings.split))


def _said(report: "Report") -> Iterator[str]:
    from accord.gate.summary import plain_lines

    yield report.headline
    for finding in report.failed:
        yield f"  {finding.rule}: {finding.message}"
    yield from plain_lines(report)
