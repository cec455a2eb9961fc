"""Held-out labels, what they calibrate, and the figures that follow, on layers made by hand."""

import math
from dataclasses import replace

import pytest

from accord.corpus import read_corpus
from accord.document import Layer, Mention, Relation, Span
from accord.experiment import calibrated, cross_validate, judge, outcomes
from accord.files import read_text, write_text
from accord.model.joint.calibrate import FLOOR, Calibration, Scale
from accord.model.progress import silent
from accord.model.training import leave_one_out


@pytest.fixture
def corpus(root):
    return read_corpus(root)


def test_outcomes_say_what_is_right(corpus):
    gold = corpus.layer("gold", "articles/b")
    scores = {"T1": 0.5, "T2": 0.9, "T3": 1.0, "T5": 0.0, "T6": 0.6}
    mentions = [replace(m, score=scores[m.id]) for m in gold.mentions if m.id in scores]
    mentions[-1] = replace(mentions[-1], span=Span(mentions[-1].span.start, 70))
    relations = [
        replace(gold.relations[0], score=0.8),  # Corvo Steel is a member of the Delta Pact.
        Relation("member_of", "T5", "T2", score=0.2),
        Relation("amount", "T5", "T6", score=0.4),  # Right but for the amount's border.
    ]
    layer = Layer("articles/b", "model", tuple(mentions), tuple(relations))
    marks, arrows = outcomes({"articles/b": gold}, {"articles/b": layer}, corpus.schema)
    assert sorted((o.kind, round(o.odds, 3), o.right) for o in marks) == [
        ("ALLIANCE", 2.197, True),
        ("GPE", 11.513, True),
        ("MONEY", 0.405, False),
        ("ORG", 0.0, True),
        ("PLEDGE", -11.513, True),
    ]
    assert sorted((o.kind, round(o.odds, 3), o.right) for o in arrows) == [
        ("amount", -0.405, False),
        ("member_of", -1.386, False),
        ("member_of", 1.386, True),
    ]


def test_calibrating_moves_scores_and_drops_what_falls_below(corpus):
    layer = Layer(
        "articles/b",
        "model",
        (Mention("T1", Span(0, 11), "ORG", 0.5), Mention("T2", Span(23, 33), "ALLIANCE", 0.9)),
        (
            Relation("member_of", "T1", "T2", score=0.6),
            Relation("amount", "T1", "T2", score=0.6),
        ),
    )
    scales = Calibration(Scale(1.0, 1.0), Scale(2.0, 0.0), {"amount": Scale(1.0, -1.0)})
    found = calibrated(layer, scales, 0.5, corpus.schema)
    assert [m.score for m in found.mentions] == [
        round(1 / (1 + math.exp(-1)), 4),
        round(1 / (1 + math.exp(-1) / 9), 4),
    ]
    (kept,) = found.relations
    assert (kept.type, kept.score) == ("member_of", round(1 / (1 + (0.4 / 0.6) ** 2), 4))
    assert found.mentions == layer.mentions
    assert calibrated(layer, Calibration(), 0.5, corpus.schema) == layer


def test_what_calibrating_leaves_alone_is_left_out_as_in_extraction(root):
    file = root / "annotations" / "schema.toml"
    rule = '[mention.PLEDGE]\nneeds = ["pledges"]'
    write_text(file, read_text(file).replace("[mention.PLEDGE]", rule))
    layer = Layer(
        "articles/b",
        "model",
        (Mention("T1", Span(0, 11), "ORG", 0.9), Mention("T2", Span(23, 33), "PLEDGE", 0.9)),
        (Relation("pledges", "T1", "T2", score=0.6),),
    )
    schema = read_corpus(root).schema
    assert calibrated(layer, Calibration(), 0.5, schema) == layer
    left = calibrated(layer, Calibration(), 0.7, schema)
    assert [m.type for m in left.mentions] == ["ORG"]
    assert left.relations == ()


def test_judging_gold_by_itself(corpus):
    gold = {i: corpus.layer("gold", i) for i in corpus.select("articles")}
    copy = {i: replace(layer, source="copy") for i, layer in gold.items()}
    scores, right = judge(corpus, gold, copy)
    assert (scores.reference, scores.estimate) == ("gold", "copy")
    assert right.all.f1 == 1
    assert (right.pledges.tp, right.members.tp) == (2, 4)
    less = {i: replace(layer, relations=()) for i, layer in copy.items()}
    assert judge(corpus, gold, less)[1].members.tp == 0


class Model:
    """A joint model that says of each text what gold says, with fixed scores."""

    def __init__(self, corpus, learned):
        self.corpus, self.learned = corpus, learned

    def extractor(self):
        return self

    def extract(self, documents):
        for document in documents:
            assert document.id not in self.learned
            gold = self.corpus.layer("gold", document.id)
            yield replace(
                gold,
                source="joint",
                mentions=tuple(replace(m, score=0.9) for m in gold.mentions),
                relations=tuple(
                    replace(r, score=0.7 if r.type == "member_of" else 0.1) for r in gold.relations
                ),
            )


def test_a_joint_recipe_is_judged_at_its_own_threshold(corpus, monkeypatch):
    asked = []

    def train(recipe, corpus, ids, *, listener):
        asked.append((recipe["extraction"]["threshold"], tuple(ids)))
        return Model(corpus, ids)

    monkeypatch.setattr("accord.experiment.train", train)
    plan = leave_one_out(corpus.select("articles"))
    recipe = {"kind": "joint", "data": {"split": "articles"}, "extraction": {"threshold": 0.6}}
    found = cross_validate(recipe, corpus, plan, lambda index: silent)
    assert [threshold for threshold, _ in asked] == [FLOOR, FLOOR]
    assert sorted(ids for _, ids in asked) == [("articles/a",), ("articles/b",)]
    assert recipe["extraction"] == {"threshold": 0.6}
    kept = [r.type for layer in found.layers.values() for r in layer.relations]
    assert set(kept) == {"member_of"}
    # Too few predictions to fit by: the scale stays as it is, and it knows of all of them.
    assert found.calibration == Calibration(fitted_on=14 + 9)
    assert found.relations is not None
    assert [(b.least, b.count, b.held) for b in found.relations.bins] == [
        (0.1, 5, 1.0),
        (0.7, 4, 1.0),
    ]
    assert found.mentions is not None
    assert found.mentions.error == pytest.approx(0.1)
    assert found.scores.estimate == "joint"


def test_a_baseline_has_nothing_to_calibrate(corpus, monkeypatch):
    def train(recipe, corpus, ids, *, listener):
        assert "extraction" not in recipe
        return Model(corpus, ids)

    monkeypatch.setattr("accord.experiment.train", train)
    plan = leave_one_out(corpus.select("articles"))
    recipe = {"kind": "baseline", "data": {"split": "articles"}}
    found = cross_validate(recipe, corpus, plan, lambda index: silent)
    assert (found.calibration, found.mentions, found.relations) == (None, None, None)
    assert found.facts.all.f1 == 1
