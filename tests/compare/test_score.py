"""Scores over documents, the spelling of measures, and the signature."""

import json

import pytest
from compare_cases import SCHEMA, layer, layers
from hypothesis import given

from accord.compare import (
    Counts,
    Match,
    Measure,
    Signature,
    Statistic,
    Target,
    compare_layers,
    evaluate,
    parse_measure,
    versions,
)
from accord.document import Layer
from accord.errors import InputError

GOLD = {
    "a": layer([(0, 5, "ORG"), (10, 15, "GPE")], [("member_of", 0, 1)], document="a"),
    "b": layer([(0, 5, "ORG")], document="b"),
    "c": layer([], document="c"),
}
GUESS = {
    "a": layer([(0, 5, "ORG"), (10, 15, "ORG")], [("member_of", 0, 1)], document="a", source="m"),
    "b": layer([(1, 5, "ORG")], document="b", source="m"),
    "c": layer([(3, 4, "GPE")], document="c", source="m"),
}


def test_micro_and_types_by_hand():
    scores = evaluate(GOLD, GUESS, SCHEMA)
    assert (scores.reference, scores.estimate) == ("gold", "m")
    assert scores.counts("mention.strict.micro.f1") == Counts(1, 3, 2)
    assert scores.value("mention.strict.micro.precision") == 1 / 4
    assert scores.value("mention.boundary.GPE.recall") == 1
    assert scores.value("mention.overlap.ORG.f1") == 4 / 5
    assert scores.value("relation.strict.micro.f1") == 0
    assert scores.value("relation.boundary.member_of.f1") == 1
    assert scores.table(Target.MENTION, Match.STRICT) == {
        "ORG": Counts(1, 2, 1),
        "GPE": Counts(0, 1, 1),
        "ALLIANCE": Counts(),
    }
    assert scores.per_document("mention.strict.micro.f1") == {
        "a": Counts(1, 1, 1),
        "b": Counts(0, 1, 1),
        "c": Counts(0, 1, 0),
    }


@given(layers("a"), layers("a", "m"), layers("b"), layers("b", "m"))
def test_totals_are_sums_of_comparisons(a: Layer, a2: Layer, b: Layer, b2: Layer):
    scores = evaluate({"a": a, "b": b}, {"b": b2, "a": a2}, SCHEMA)
    for target in Target:
        for match in Match:
            one, two = (
                compare_layers(*p, SCHEMA, match).counts[target] for p in ((a, a2), (b, b2))
            )
            table = scores.table(target, match)
            assert table == {name: one[name] + two[name] for name in one}
            assert scores.counts(f"{target}.{match}.micro.f1") == sum(
                table.values(), start=Counts()
            )


def test_json_has_totals_types_and_documents():
    scores = evaluate(GOLD, GUESS, SCHEMA, [Match.STRICT])
    data = json.loads(json.dumps(scores.to_json(documents=True), allow_nan=False))
    assert data["documents"] == ["a", "b", "c"]
    assert list(data["scores"]) == ["mention.strict", "relation.strict"]
    strict = data["scores"]["mention.strict"]
    assert (strict["micro"]["tp"], strict["micro"]["fp"], strict["micro"]["fn"]) == (1, 3, 2)
    assert strict["types"]["ALLIANCE"]["empty"] and not strict["types"]["ORG"]["empty"]
    assert data["per_document"]["b"]["mention.strict"]["ORG"] == [0, 1, 1]
    assert "per_document" not in scores.to_json()


def test_documents_must_be_the_same():
    with pytest.raises(InputError, match="the estimate has no layer of b, c; score only"):
        evaluate(GOLD, {"a": GUESS["a"]}, SCHEMA)
    with pytest.raises(InputError, match="the reference has no layer of b, c; score only"):
        evaluate({"a": GOLD["a"]}, GUESS, SCHEMA)
    with pytest.raises(InputError, match="nothing to score"):
        evaluate({}, {}, SCHEMA)
    with pytest.raises(InputError, match="the estimate mixes sources: gold, m"):
        evaluate(GOLD, {**GUESS, "b": GOLD["b"]}, SCHEMA)


def test_unfinished_documents_are_left_out_and_listed():
    unfinished = {"a": layer([], document="a", complete=False)}
    scores = evaluate({**GOLD, **unfinished}, GUESS, SCHEMA)
    assert scores.incomplete == ("a",) and list(scores.documents) == ["b", "c"]
    with pytest.raises(InputError, match="both sides have finished; unfinished are a"):
        evaluate(unfinished, {"a": GUESS["a"]}, SCHEMA)


def test_measures_are_read_as_they_are_written():
    measure = parse_measure("mention.boundary.GPE.recall", SCHEMA)
    assert measure == Measure(Target.MENTION, Match.BOUNDARY, "GPE", Statistic.RECALL)
    for target in Target:
        for match in Match:
            for statistic in Statistic:
                text = f"{target}.{match}.micro.{statistic}"
                assert str(parse_measure(text, SCHEMA)) == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("f1", "not a measure: 'f1'; a measure is TARGET.MATCH.AVERAGE.STATISTIC"),
        (
            "relations.strict.micro.f1",
            "the target is one of .*not 'relations'; did you mean relation",
        ),
        ("relation.exact.micro.f1", "the match is one of strict, boundary, overlap, not 'exact'"),
        ("relation.strict.micro.recal", "the statistic is .*; did you mean recall"),
        ("relation.strict..f1", "the average is empty"),
        ("relation.strict.GPE.f1", "micro or a relation type, is one of micro, member_of.*'GPE'"),
        ("mention.strict.GEP.f1", "did you mean GPE"),
    ],
)
def test_a_wrong_measure_is_explained(text: str, reason: str):
    with pytest.raises(InputError, match=reason):
        parse_measure(text, SCHEMA)


def test_a_figure_that_was_not_computed_is_refused():
    scores = evaluate(GOLD, GUESS, SCHEMA, [Match.STRICT])
    with pytest.raises(
        InputError, match=r"mention.overlap was not computed; there are mention.str"
    ):
        scores.value("mention.overlap.micro.f1")
    with pytest.raises(InputError, match="did you mean GPE"):
        scores.value("mention.strict.GEP.f1")


def test_the_signature_is_one_line():
    signature = Signature(
        parse_measure("relation.strict.micro.f1"),
        12,
        "0123456789abcdef" * 4,
        "gold",
        "joint",
        {"accord": "0.1.0", "python": "3.11.7"},
        model="f" * 64,
        seed=13,
    )
    assert str(signature) == (
        "relation.strict.f1|average:micro|documents:12|corpus:0123456789ab|reference:gold"
        "|estimate:joint|model:ffffffffffff|seed:13|accord:0.1.0|python:3.11.7"
    )
    data = signature.to_json()
    assert (
        data["corpus"] == "0123456789abcdef" * 4 and data["measure"] == "relation.strict.micro.f1"
    )
    assert data["signature"] == str(signature)


def test_the_signature_leaves_out_what_there_is_not_and_refuses_what_would_break_it():
    measure = parse_measure("mention.strict.micro.f1")
    line = str(Signature(measure, 2, "ab", "first", "second", versions()))
    assert "model:" not in line and "seed:" not in line
    assert [part.split(":")[0] for part in line.split("|")[-4:]] == list(versions())
    with pytest.raises(InputError, match=r"cannot hold '\|' or a line break: 'a\|b'"):
        Signature(measure, 2, "ab", "a|b", "second", versions())
