"""Text in, layer and facts out, and the JSON that programs rely on."""

import json

import pytest

from accord.corpus import read_corpus
from accord.document import Layer
from accord.errors import ModelError
from accord.facts import as_json, facts
from accord.pipeline import Extraction, extract, label_unseen
from sample_corpus import GOLD, A, B


class Fake:
    """Gives the gold layers, and tells how far ahead it was asked to read."""

    def __init__(self, **learned):
        self.asked = []
        self.record = {"trained_on": learned}

    def extract(self, documents):
        for document in documents:
            self.asked.append(document.id)
            yield {d.id: layer for d, layer in GOLD}[document.id]


def test_json_form():
    layer = GOLD[0][1]
    value = Extraction(A, layer, facts(A, layer)).to_json()
    assert list(value) == ["id", "text", "mentions", "relations", "facts"]
    assert value["id"] == "articles/a"
    assert value["text"] == A.text
    first = {"id": "T1", "start": 0, "end": 4, "type": "ORG", "score": None}
    assert value["mentions"][0] == first
    arrow = {"type": "member_of", "head": "T1", "tail": "T3", "score": None}
    assert value["relations"][0] == arrow
    assert value["facts"] == as_json(facts(A, layer))
    assert json.loads(json.dumps(value, allow_nan=False)) == value
    text = value["text"]
    assert text[value["mentions"][7]["start"] : value["mentions"][7]["end"]] == "Japanese"


def test_one_document_at_a_time_and_in_order():
    fake = Fake()
    found = extract(fake, (document for document, _ in GOLD))
    assert fake.asked == []
    first = next(found)
    assert (first.document, first.layer) == GOLD[0]
    assert fake.asked == ["articles/a"]
    assert [(e.document, e.layer) for e in found] == list(GOLD[1:])


def test_a_document_without_labels():
    value = Extraction(A, Layer(A.id, "m"), facts(A, Layer(A.id, "m"))).to_json()
    assert value["mentions"] == value["relations"] == []


def test_a_text_learned_from_under_any_name_is_refused_and_read_by_nobody(root):
    fake = Fake(elsewhere=A.sha256)
    with pytest.raises(ModelError) as error:
        label_unseen(fake, read_corpus(root), (A.id, B.id), "asked here; ask elsewhere", root)
    assert str(error.value) == (
        f"{root}: was trained on articles/a, and a model is not asked here; ask elsewhere"
    )
    assert fake.asked == []


def test_unseen_texts_are_labelled(root):
    found = label_unseen(Fake(one=A.sha256), read_corpus(root), (B.id,), "asked", None)
    assert found == {B.id: GOLD[1][1]}
