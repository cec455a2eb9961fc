"""The corpus on disk: reading, writing, splits and selection."""

import pytest

from accord.corpus import read_corpus, write_layer
from accord.corpus.folder import read_splits
from accord.corpus.validate import validate
from accord.document import Layer, Mention, Span
from accord.errors import FormatError, InputError
from sample_corpus import GOLD, REPOSITORY, tree_hash


def test_read_back_what_was_written(root):
    corpus = read_corpus(root)
    assert list(corpus.documents) == ["articles/a", "articles/b", "practice/c"]
    assert corpus.splits == {"articles": ("articles/*",)}
    for document, layer in GOLD:
        assert corpus.documents[document.id] == document
        assert corpus.layer("gold", document.id) == layer


def test_writing_what_was_read_changes_no_byte(root):
    before = tree_hash(root)
    corpus = read_corpus(root)
    for layers in corpus.layers.values():
        for i, layer in layers.items():
            write_layer(root, corpus.documents[i], layer)
    assert tree_hash(root) == before


def test_a_new_layer_goes_where_it_belongs(root):
    corpus = read_corpus(root)
    document = corpus.documents["articles/a"]
    layer = Layer(document.id, "first", (Mention("T1", Span(0, 4), "ORG"),))
    path = write_layer(root, document, layer)
    assert path == root / "annotations/first/articles/a.ann"
    assert read_corpus(root).layers["first"] == {document.id: layer}


def test_missing_layers_and_documents_are_named(root):
    corpus = read_corpus(root)
    with pytest.raises(InputError, match="articles/a: no layer 'frist'; its layers are: gold"):
        corpus.layer("frist", "articles/a")
    with pytest.raises(InputError, match="its layers are: none"):
        corpus.layer("gold", "articles/z")


def test_select(root):
    corpus = read_corpus(root)
    assert corpus.select("articles") == ("articles/a", "articles/b")
    assert corpus.select("*/[bc]") == ("articles/b", "practice/c")
    assert corpus.select("practice/c") == ("practice/c",)
    with pytest.raises(InputError, match="no document matches 'articels'; splits are: articles;"):
        corpus.select("articels")


def test_a_corpus_without_splits(root):
    (root / "corpus/splits.toml").unlink()
    assert read_splits(root) == {}
    assert read_corpus(root).select("*/a") == ("articles/a",)


def test_hash_rests_on_texts_and_one_sources_labels(root):
    before = read_corpus(root)
    same = before.hash("gold")
    write_layer(root, GOLD[2][0], Layer("practice/c", "first"))
    assert read_corpus(root).hash("gold") == same
    (root / "annotations/gold/practice/c.ann").write_text("T1\tORG 0 7\tNothing\n")
    after = read_corpus(root)
    assert after.hash("gold") != same
    assert after.hash("gold", ["articles/a"]) == before.hash("gold", ["articles/a"])
    assert before.hash("gold", ["articles/b", "articles/a"]) == before.hash(
        "gold", ["articles/a", "articles/b"]
    )


def test_reading_stops_at_the_first_wrong_file(root):
    (root / "annotations/gold/none.ann").write_text("")
    with pytest.raises(InputError, match=r"none.ann: labels a text that does not exist: corpus/no"):
        read_corpus(root)
    (root / "annotations/gold/none.ann").unlink()
    (root / "annotations/gold/articles/a.ann").write_text("T1\tORG 0 4\tAvom\n")
    with pytest.raises(FormatError, match=r"a.ann:1: T1 reads 'Avom'"):
        read_corpus(root)


def test_the_projects_labels_are_stable_bytes():
    corpus = read_corpus(REPOSITORY)
    assert {"first", "gold", "second"} <= set(corpus.layers)
    from accord.corpus.standoff import format_standoff

    for source, layers in corpus.layers.items():
        for i, layer in layers.items():
            path = REPOSITORY / "annotations" / source / f"{i}.ann"
            assert format_standoff(corpus.documents[i], layer).encode() == path.read_bytes()


def test_a_folder_that_holds_no_corpus(tmp_path):
    for read in (read_corpus, validate):
        with pytest.raises(InputError, match=r"no corpus here: .*--root"):
            read(tmp_path)
