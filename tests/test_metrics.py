"""What the shipped model and the corpus are held to, by the plugin that comes with Accord.

Written as any team would write it beside its own tests. The model is judged on the two articles,
which it never saw, against models/baseline.toml; after a training that is meant to change figures,
`accord check --update` measures that file anew.
"""

from dataclasses import replace

import pytest


def test_no_rule_of_the_baseline_is_broken(accord_model, assert_not_worse):
    assert_not_worse(accord_model)


def test_marks_and_relations_are_found_as_before(accord_model, assert_not_worse):
    f1 = ("mention.strict.micro.f1", "relation.strict.micro.f1")
    assert_not_worse(accord_model, *f1, delta=0.02, p=0.01)


def test_names_are_found(accord_model, assert_not_worse):
    names = ("ORG", "GPE", "PERSON")
    assert_not_worse(accord_model, *(f"mention.boundary.{name}.recall" for name in names), p=0.01)
    assert_not_worse(accord_model, "mention.boundary.ORG.f1 >= 0.8")


def test_arrows_point_the_right_way(accord_model, assert_not_worse):
    assert_not_worse(accord_model, "relation.direction.errors <= 0.05")


def test_a_model_that_turns_its_arrows_round_would_not_pass(
    accord_corpus, accord_model, assert_not_worse
):
    articles = [accord_corpus.documents[i] for i in accord_corpus.select("articles")]
    turned = {
        layer.document: replace(
            layer,
            relations=tuple(replace(r, head=r.tail, tail=r.head) for r in layer.relations),
        )
        for layer in accord_model.extract(articles)
    }
    with pytest.raises(AssertionError, match=r"relation\.direction\.errors not_worse .*: loses"):
        assert_not_worse(turned, "relation.direction.errors", p=0.01)


@pytest.mark.parametrize("reader", ["first", "second"])
def test_the_readers_agree_with_what_was_adjudicated(accord_corpus, assert_not_worse, reader):
    limits = ("mention.strict.micro.f1 >= 0.95", "relation.strict.micro.f1 >= 0.9")
    assert_not_worse(accord_corpus.layers[reader], *limits)


def test_every_text_has_finished_labels_and_stands_in_one_split(accord_corpus):
    gold = accord_corpus.layers["gold"]
    assert gold.keys() == accord_corpus.documents.keys()
    assert all(layer.complete for layer in gold.values())
    articles, practice = map(accord_corpus.select, ("articles", "practice"))
    assert sorted((*articles, *practice)) == sorted(accord_corpus.documents)
