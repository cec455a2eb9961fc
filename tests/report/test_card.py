"""The model's card, its figures for programs and its picture: complete, and the same each time."""

import json

import pytest

from accord.compare import Match, Measure, Signature, Statistic, Target, evaluate
from accord.corpus import read_corpus
from accord.experiment import judge
from accord.model.joint.calibrate import reliability
from accord.report.card import Result, card, metrics, reliability_figure


@pytest.fixture
def result(root):
    from dataclasses import replace

    corpus = read_corpus(root)
    gold = {i: corpus.layer("gold", i) for i in corpus.select("articles")}
    model = {i: replace(x, source="m", relations=x.relations[1:]) for i, x in gold.items()}
    scores, right = judge(corpus, gold, model)
    measure = Measure(Target.MENTION, Match.STRICT, "micro", Statistic.F1)
    signed = (Signature(measure, 2, "c" * 64, "gold", "m", {"accord": "1"}, "d" * 64, 7),)
    assert evaluate(gold, model, corpus.schema) == scores
    return Result("Text it never saw", scores, right, signed, "accord evaluate --model m")


TRUST = {
    "mentions": reliability([0.05, 0.15, 0.95, 0.95], [False, True, True, True]),
    "relations": reliability([0.5], [True]),
}
RECORD = {
    "trained_on": {"articles/a": "a" * 64, "articles/b": "b" * 64},
    "layer": "gold",
    "seed": 7,
    "skipped": [{"item": "T1"}],
    "history": [{"epoch": 1}],
    "versions": {"python": "3", "spacy": "4"},
    "odd": "a|b",
}


def test_the_card_says_all(result):
    text = card("m", RECORD, "accord train r.toml --to m", [result], TRUST)
    assert text.startswith("# m\n\n| | |\n| --- | --- |\n| trained_on | 2 documents |\n")
    assert "| versions | python 3, spacy 4 |" in text
    assert "| skipped | 1 |" in text
    assert "| odd | `a\\|b` |" in text
    assert "history" not in text
    assert "```sh\naccord train r.toml --to m\n```" in text
    assert "## Text it never saw\n\n```sh\naccord evaluate --model m\n```" in text
    assert "| **mention** | 100.0 | 100.0 | 100.0 | 100.0 | 14 |" in text
    # Of nine relations the first of each article is missing, both of membership.
    assert "| **relation** | 100.0 | 77.8 | 87.5 | 87.5 | 9 |" in text
    assert "| member_of | 100.0 | 50.0 | 66.7 | 66.7 | 4 |" in text
    assert "| alliance members | 100.0 | 50.0 | 66.7 |  | 4 |" in text
    assert "`mention.strict.f1|average:micro|" in text
    assert "![reliability of the probabilities](reliability.svg)" in text
    # |0.05 - 0| + |0.15 - 1| + 2 |0.95 - 1| over four.
    assert "- mentions: expected calibration error 25.0 points over 4 predictions" in text


def test_a_card_without_figures(result):
    text = card("m", RECORD, "accord train r.toml --to m", [], {})
    assert "##" not in text
    assert "reliability" not in text
    assert "##" in card("m", RECORD, "x", [result], {})


def test_the_figures_for_programs(result):
    value = json.loads(json.dumps(metrics([result], TRUST)))
    (found,) = value["results"]
    assert found["scores"]["relation.strict"]["micro"]["recall"] == 7 / 9
    assert found["facts"]["members"]["fn"] == 2
    assert found["command"] == "accord evaluate --model m"
    assert len(found["signatures"]) == 1
    assert value["reliability"]["relations"] == {
        "error": 0.5,
        "bins": [{"least": 0.5, "count": 1, "claimed": 0.5, "held": 1.0}],
    }


def test_the_picture_is_the_same_under_any_settings():
    mpl = pytest.importorskip("matplotlib")
    before = dict(mpl.rcParams)
    first = reliability_figure(TRUST)
    assert dict(mpl.rcParams) == before
    with mpl.rc_context({"axes.facecolor": "red", "font.size": 20, "svg.hashsalt": "other"}):
        assert reliability_figure(TRUST) == first
    assert first.startswith("<?xml")
    assert "dc:date" not in first
    for words in ("mentions", "relations", "stated probability"):
        assert f">{words}</text>" in first
