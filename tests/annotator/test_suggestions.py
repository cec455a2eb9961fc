"""Suggestions of a baseline: what is offered, what stays away, and how sure the model is."""

import json
import math
from dataclasses import replace

import pytest
from learn_cases import act, working

from accord.annotator.order import Ranking
from accord.annotator.rejections import rejections
from accord.annotator.suggestions import (
    ModelSuggestions,
    fitting,
    load_suggestions,
    uncertainty,
)
from accord.annotator.wire import suggestions_json
from accord.compare import Target
from accord.document import Document, Layer, Mention, Relation, Span
from accord.errors import ModelError
from accord.schema import read_schema
from sample_corpus import write_sample


class Saying:
    """An extractor that says the same of every text, and counts how often it is asked."""

    def __init__(self, layer: Layer):
        self.layer = layer
        self.asked = 0

    def extract(self, documents):
        for document in documents:
            self.asked += 1
            yield replace(self.layer, document=document.id)


def suggesting(trained, layer: Layer) -> ModelSuggestions:
    """A loaded model whose extractor is replaced by one that says this layer."""
    root, folder = trained
    model = ModelSuggestions(folder, read_schema(root / "annotations" / "schema.toml"))
    model._extractor, model._threshold = Saying(layer), 0.5
    return model


# "Avon and Brill join the Coast Pact." stands at the beginning of articles/a.
SAID = Layer(
    "",
    "model",
    (
        Mention("T1", Span(0, 4), "ORG", 0.9),
        Mention("T2", Span(9, 14), "ORG", 0.6),
        Mention("T3", Span(24, 34), "ALLIANCE", 0.8),
    ),
    (
        Relation("member_of", "T1", "T3", "R1", 0.7),
        Relation("member_of", "T2", "T3", "R2", 0.2),
    ),
)


def test_a_model_is_read_once_a_document(trained, root):
    model = suggesting(trained, SAID)
    with working(root) as workplace:
        document = workplace.documents["articles/a"]
        assert model.known(document) is None
        found = model.of(document)
        assert model.of(document) is found is model.known(document)
        assert model.uncertainty(document) == model.known_uncertainty(document)
        assert model._extractor.asked == 1
        assert (found.model, found.hash) == ("model", model.hash) and len(model.hash) == 64
        changed = Document(document.id, document.text + "More.\n")
        assert model.known(changed) is None


def test_improbable_relations_are_asked_for_and_not_suggested(trained):
    model = suggesting(trained, SAID)
    document = Document("x", "Avon and Brill join the Coast Pact.")
    assert [r.id for r in model.of(document).layer.relations] == ["R1"]
    # Eight words with the full stop; the relation that is not suggested is unsure, too.
    entropy = [-p * math.log2(p) - (1 - p) * math.log2(1 - p) for p in (0.9, 0.6, 0.8, 0.7, 0.2)]
    found = model.uncertainty(document)
    assert found.mentions == pytest.approx(sum(entropy[:3]) / 8)
    assert found.relations == pytest.approx(sum(entropy[3:]) / 8)


def test_marks_without_scores_have_no_uncertainty():
    marks = (Mention("T1", Span(0, 4), "ORG"),)
    assert uncertainty(Layer("d", "m", marks), 8).mentions is None
    assert uncertainty(Layer("d", "m"), 0).mentions == 0
    sure = (Mention("T1", Span(0, 4), "ORG", 1.0),)
    assert uncertainty(Layer("d", "m", sure), 8).mentions == 0


def test_what_could_never_stand_is_not_suggested(trained):
    root, _ = trained
    schema = read_schema(root / "annotations" / "schema.toml")
    document = Document("x", "Avon \n\nBrill")
    layer = Layer(
        "x",
        "m",
        (
            Mention("T1", Span(0, 4), "ORG"),
            Mention("T2", Span(0, 5), "ORG"),
            Mention("T3", Span(0, 12), "ORG"),
            Mention("T4", Span(7, 12), "PERSON"),
            Mention("T5", Span(7, 12), "MONEY"),
        ),
        (Relation("amount", "T1", "T5"), Relation("leads", "T1", "T4")),
    )
    found = fitting(layer, document, schema)
    assert [m.id for m in found.mentions] == ["T1", "T5"] and found.relations == ()


def test_a_real_model_suggests_its_own_labels(trained, root):
    with working(root) as workplace:
        model = load_suggestions(workplace, trained[1])
        assert workplace.suggest is model
        document = workplace.documents["articles/a"]
        found = model.of(document).layer
        assert all(m.type in workplace.schema.mentions for m in found.mentions)
        assert all(r.score is not None and r.score >= 0.5 for r in found.relations)
        assert model.uncertainty(document).relations >= 0


def test_a_folder_that_is_no_model_is_refused(tmp_path, root):
    with working(root) as workplace, pytest.raises(ModelError, match="no such model folder"):
        load_suggestions(workplace, tmp_path / "none")


def test_existing_labels_are_no_ghosts_and_rejected_ones_stay_away(trained, root):
    with working(root) as workplace:
        workplace.suggest = model = suggesting(trained, SAID)
        store = workplace.stores["anna"]
        document = workplace.documents["articles/a"]
        suggested = model.of(document)
        act(store, document.id, {"do": "add_mention", "type": "ORG", "start": 0, "end": 4})

        def states():
            shown = suggestions_json(suggested, store.document(document.id), workplace.schema)
            return [each["state"] for each in (*shown["mentions"], *shown["relations"])]

        assert states() == ["accepted", "open", "open", "open"]
        from accord.annotator.store import Post

        post = Post(
            "anna",
            store.document(document.id).version,
            [{"do": "reject", "ids": ["S2"]}, {"do": "reject", "ids": ["SR1"]}],
            suggested=suggested,
        )
        store.act(document.id, post)
        assert states() == ["accepted", "rejected", "open", "rejected"]
        found = [json.loads(x) for x in rejections(document, "anna", store.document(document.id))]
    mention, relation = found
    assert mention == {
        "document": "articles/a",
        "sha256": document.sha256,
        "by": "anna",
        "model": model.name,
        "hash": model.hash,
        "score": 0.6,
        "type": "ORG",
        "span": [9, 14],
        "text": "Brill",
    }
    assert relation["type"] == "member_of" and relation["score"] == 0.7
    assert relation["head"] == {"type": "ORG", "span": [0, 4], "text": "Avon"}
    assert relation["tail"]["text"] == "Coast Pact"


def test_the_background_reads_every_document(trained, tmp_path):
    root = tmp_path / "root"
    write_sample(root)
    with working(root) as workplace:
        model = suggesting(trained, SAID)
        ranking = Ranking(workplace.documents, lambda: model)
        ids = tuple(workplace.documents)
        found, why = ranking.uncertain(ids, Target.RELATION)
        assert "has read" in why
        ranking.wait()
        found, _ = ranking.uncertain(ids, Target.RELATION)
        assert set(found) == set(ids) and model._extractor.asked == len(ids)
        none, why = Ranking(workplace.documents, lambda: None).uncertain(ids, Target.MENTION)
        assert none == {} and "no model suggests" in why
