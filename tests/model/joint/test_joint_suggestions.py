"""A joint model's suggestions in the annotator: the same labels, and what it is unsure of."""

import pytest
from joint_cases import SCHEMA_TOML, corpus

from accord.annotator.suggestions import ModelSuggestions
from accord.model import load_model
from accord.schema import read_schema


@pytest.fixture(scope="module")
def folder(trained, config, tmp_path_factory):
    found = tmp_path_factory.mktemp("suggesting") / "joint"
    trained.save(found, config=config, schema=SCHEMA_TOML.encode())
    return found


def test_a_joint_model_suggests_what_it_extracts_and_knows_its_doubts(folder):
    model = ModelSuggestions(folder, read_schema(folder / "schema.toml"))
    documents = list(corpus(4).documents.values())
    extracted = list(load_model(folder).extract(documents))
    assert any(layer.relations for layer in extracted)
    for document, layer in zip(documents, extracted, strict=True):
        found = model.of(document).layer
        assert [(m.span, m.type, m.score) for m in found.mentions] == [
            (m.span, m.type, m.score) for m in layer.mentions
        ]
        assert [(r.type, r.head, r.tail, r.score) for r in found.relations] == [
            (r.type, r.head, r.tail, r.score) for r in layer.relations
        ]
        doubt = model.uncertainty(document)
        assert doubt.mentions is not None and doubt.mentions >= 0 and doubt.relations >= 0
    assert any(model.uncertainty(document).mentions for document in documents)
