"""The baseline from recipe to layers: repeatable, within the schema, the same after loading."""

import shutil
import tomllib
from collections import Counter
from dataclasses import replace

import pytest

from accord.corpus import read_corpus, write_layer
from accord.document import Document, Layer, Mention, Relation, Span
from accord.errors import InputError
from accord.files import write_text
from accord.model import load_model
from accord.model.baseline import BaselineExtractor
from accord.model.progress import Step
from accord.model.training import train
from accord.schema import read_schema
from sample_corpus import RECIPE, SCHEMA, tree_hash

UNSEEN = Document(
    "new",
    "Brill and Kenya joined the Coast Pact. 🌊\r\n\r\nAvon pledged $5 million, the Japanese Fund "
    "$3 million.\n \n\tKenya\u2028pledged more\x0c.\n\n...\n",
)


def trained_on(root, ids=("articles/a",), listener=lambda step: None, **tables):
    recipe = tomllib.loads(RECIPE)
    return train({**recipe, **tables}, read_corpus(root), ids, listener=listener)


def test_the_same_recipe_gives_the_same_bytes(trained, tmp_path):
    root, folder = trained
    schema = (root / "annotations/schema.toml").read_bytes()
    again = trained_on(root, ("articles/a", "articles/b"))
    again.save(tmp_path / "again", config=RECIPE.encode(), schema=schema)
    assert tree_hash(tmp_path / "again") == tree_hash(folder)


def test_another_seed_gives_another_model(trained, tmp_path):
    root, folder = trained
    other = trained_on(root, ("articles/a", "articles/b"), seed=8)
    schema = (root / "annotations/schema.toml").read_bytes()
    other.save(tmp_path / "other", config=RECIPE.encode(), schema=schema)
    assert tree_hash(tmp_path / "other") != tree_hash(folder)


def test_loading_and_saving_again_gives_the_same_layers_and_bytes(trained, tmp_path):
    root, folder = trained
    one = load_model(folder)
    schema = (folder / "schema.toml").read_bytes()
    one.save(tmp_path / "model", config=(folder / "config.toml").read_bytes(), schema=schema)
    assert tree_hash(tmp_path / "model") == tree_hash(folder)
    two = load_model(tmp_path / "model")
    documents = [*read_corpus(root).documents.values(), UNSEEN]
    assert list(one.extract(documents)) == list(two.extract(documents))
    assert [layer.document for layer in one.extract(documents)] == [d.id for d in documents]


def test_a_model_outlives_its_memory(root, tmp_path):
    """What training holds and what its folder gives back label alike, to the last digit."""
    fresh = trained_on(root, mentions={"epochs": 12, "width": 16, "depth": 1, "batch_size": 4})
    config = RECIPE.replace("epochs = 2", "epochs = 12").encode()
    schema = (root / "annotations/schema.toml").read_bytes()
    fresh.save(tmp_path / "m", config=config, schema=schema)
    loaded = load_model(tmp_path / "m")
    texts = [*read_corpus(root).documents.values(), UNSEEN]
    for one, two in zip(fresh.extract(texts), loaded.extract(texts), strict=True):
        assert one.mentions == two.mentions
        assert [(r, r.score) for r in one.relations] == [(r, r.score) for r in two.relations]


def test_output_keeps_to_the_schema(trained):
    """With every pair joined and every group marking, nothing that the schema forbids comes out."""
    root, folder = trained
    model = replace(load_model(folder), threshold=0.0)
    assert isinstance(model, BaselineExtractor)
    texts = [*read_corpus(root).documents.values(), UNSEEN]
    for document, layer in zip(texts, model.extract(texts), strict=True):
        assert model.schema.violations(document, layer) == ()
        assert all(r.score is not None and 0 <= r.score <= 1 for r in layer.relations)
    marks = [(0, 5, "ORG"), (10, 15, "GPE"), (27, 37, "ALLIANCE"), (44, 48, "ORG")]
    mentions = [Mention(f"T{n}", Span(s, e), t) for n, (s, e, t) in enumerate(marks)]
    relations = model._relations(UNSEEN, mentions)
    layer = Layer("new", "m", tuple(mentions), relations)
    assert {r.type for r in relations} == {"member_of", "same_as"}
    assert model.schema.violations(UNSEEN, layer) == ()


@pytest.mark.parametrize("text", ["", "\n\n", "...", "🌊", "\u200f", "x" * 5000, "a\r\rb"])
def test_odd_texts(trained, text):
    document = Document("odd", text)
    (layer,) = load_model(trained[1]).extract([document])
    assert layer.document == "odd"
    assert load_model(trained[1]).schema.violations(document, layer) == ()


def test_output_keeps_what_the_schema_says_of_counts(trained):
    root, folder = trained
    loose = replace(load_model(folder), threshold=0.0)
    one = {name: replace(r, one_tail=True) for name, r in loose.schema.relations.items()}
    strict = replace(loose, schema=replace(loose.schema, relations=one))
    documents = [*read_corpus(root).documents.values(), UNSEEN]

    def most(extractor):
        layers = extractor.extract(documents)
        return max(max(Counter((r.type, r.head) for r in x.relations).values()) for x in layers)

    assert most(loose) > 1
    assert most(strict) == 1


def test_explain(trained):
    root, folder = trained
    corpus = read_corpus(root)
    model = load_model(folder)
    assert isinstance(model, BaselineExtractor)
    layer = corpus.layer("gold", "articles/a")
    found = model.explain(corpus.documents["articles/a"], layer, layer.relations[3])
    assert found
    assert all(": " in feature for feature, _ in found)
    assert [abs(w) for _, w in found] == sorted((abs(w) for _, w in found), reverse=True)
    with pytest.raises(KeyError):
        missing = Relation("member_of", "T1", "T99")
        model.explain(corpus.documents["articles/a"], layer, missing)


def test_the_record_says_what_it_learned_from(trained):
    corpus = read_corpus(trained[0])
    record = load_model(trained[1]).record
    ids = ("articles/a", "articles/b")
    assert record["trained_on"] == {i: corpus.documents[i].sha256 for i in ids}
    assert record["corpus"] == corpus.hash("gold", ids)
    assert (record["seed"], record["layer"]) == (7, "gold")


def test_progress_is_told_step_by_step(root):
    steps: list[Step] = []
    trained_on(root, listener=steps.append)
    mentions = [s for s in steps if s.stage == "mentions"]
    assert [s.done for s in mentions] == list(range(1, mentions[0].total + 1))
    assert all(s.loss is not None for s in mentions)
    relations = [s for s in steps if s.stage == "relations"]
    assert [s.done for s in relations] == [1, 2, 3, 4]


def test_an_empty_layer_cannot_be_learned_from(root):
    with pytest.raises(InputError, match="layer 'gold' of 1 document has no mention"):
        trained_on(root, ("practice/c",))
    with pytest.raises(InputError, match="articles/a: no layer 'first'"):
        trained_on(root, data={"split": "articles", "layer": "first"})


def test_a_layer_that_breaks_the_schema_cannot_be_learned_from(root):
    corpus = read_corpus(root)
    document = corpus.documents["articles/a"]
    write_layer(root, document, Layer(document.id, "gold", (Mention("T1", Span(0, 4), "OGR"),)))
    with pytest.raises(InputError, match="gold/articles/a: T1: unknown mention type 'OGR'"):
        trained_on(root)


def test_labels_without_relations(root):
    corpus = read_corpus(root)
    document = corpus.documents["articles/a"]
    bare = replace(corpus.layer("gold", document.id), relations=())
    write_layer(root, document, bare)
    model = trained_on(root, ("articles/a", "practice/c"))
    assert all(layer.relations == () for layer in model.extract([document, UNSEEN]))


def test_a_schema_without_relations(root, tmp_path):
    text = SCHEMA.partition("[relation.")[0]
    write_text(root / "annotations/schema.toml", text)
    shutil.rmtree(root / "annotations/gold")
    document = read_corpus(root).documents["articles/a"]
    write_layer(root, document, Layer(document.id, "gold", (Mention("T1", Span(0, 4), "ORG"),)))
    model = trained_on(root)
    model.save(tmp_path / "m", config=RECIPE.encode(), schema=text.encode())
    loaded = load_model(tmp_path / "m")
    assert loaded.schema == read_schema(root / "annotations/schema.toml")
    assert next(iter(loaded.extract([UNSEEN]))).relations == ()
