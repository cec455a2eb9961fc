"""The model's card, its figures for programs and its picture: complete, and the same each time."""

import json
from xml.etree import ElementTree

import pytest

from accord.compare import Match, Measure, Signature, Statistic, Target, evaluate
from accord.corpus import read_corpus
from accord.errors import InputError
from accord.experiment import judge, seed_spreads
from accord.model.joint.calibrate import reliability
from accord.report.card import Result, card, learning_curve_svg, metrics, reliability_figure
from accord.report.curves import LearningPoint, read_learning_curve


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
CURVE = (
    LearningPoint(0.25, 39, 0.61, 0.3, 0.2, 0.02, 0.04),
    LearningPoint(1.0, 156, 0.74, 0.48, 0.39),
)
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


def test_the_pictures_are_files_of_their_own():
    for picture, words in (
        (reliability_figure(TRUST), ("mentions", "relations", "stated probability")),
        (learning_curve_svg(CURVE), ("mentions", "facts", "156", "articles learned from")),
    ):
        root = ElementTree.fromstring(picture)  # noqa: S314 - our own
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert root[0].tag.endswith("title") and root[1].tag.endswith("desc")
        shown = [e.text for e in root.iter("{http://www.w3.org/2000/svg}text")]
        assert set(words) <= set(shown)
        assert "prefers-color-scheme: dark" in picture
    assert reliability_figure(TRUST) == reliability_figure(TRUST)


def test_seeds_and_provenance_are_told(result):
    spreads = seed_spreads({7: result.scores, 8: result.scores})
    text = card("m", RECORD, "x", [result], {}, spreads)
    assert "## Over 2 seeds" in text
    assert "| in % | mean | deviation | seed 7 | seed 8 |" in text
    assert "| `mention.strict.micro.f1` | 100.00 | 0.00 | 100.00 | 100.00 |" in text
    value = json.loads(json.dumps(metrics([result], {}, spreads, {"schema": "a"})))
    assert value["seeds"]["relation.strict.micro.f1"]["values"] == {"7": 0.875, "8": 0.875}
    assert value["provenance"] == {"schema": "a"}
    assert seed_spreads({7: result.scores}) == ()


def test_a_learning_curve_is_read_as_it_was_written():
    rows = json.loads(json.dumps([point.to_json() for point in reversed(CURVE)]))
    assert "fact_f1" in rows[0] and "mention_deviation" not in rows[0]
    assert read_learning_curve(rows) == CURVE


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ({}, "must be a list"),
        ([{"share": 1}], "entry 1: .*articles"),
        ([{"share": 1, "articles": 2, "mention_f1": 88, "relation_f1": 1}], "between 0 and 1"),
        ([{"share": "x", "articles": 2, "mention_f1": 0, "relation_f1": 1}], "entry 1: "),
        ([3], "entry 1: "),
    ],
)
def test_a_learning_curve_that_is_none(rows, reason):
    with pytest.raises(InputError, match=reason):
        read_learning_curve(rows)
