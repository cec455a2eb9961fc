"""Accord's own folder as a format: what it can hold comes back, the rest is told."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from label_cases import SCHEMA, counted, items, labelled

from accord.corpus.checksums import read_checksums
from accord.errors import ConflictError, InputError
from accord.formats.corpus_folder import read, write
from accord.schema import read_schema


@given(st.lists(items(), max_size=1), items(name="practice/ü b.x"))
@settings(max_examples=40)
def test_read_undoes_write_up_to_the_losses(tmp_path_factory, some, more):
    path = tmp_path_factory.mktemp("root") / "out"
    given_items = [*some, more]
    losses = write(path, given_items, SCHEMA, dry=True)
    assert not path.exists()
    assert write(path, given_items, SCHEMA) == losses
    kept = [item for item in given_items if not item.document.text.startswith("\ufeff")]
    if not kept:
        return
    reading = read(path, SCHEMA)
    assert reading.losses == ()
    renamed = {(x.document, x.item): x.detail.split()[-1] for x in losses if x.what == "id"}
    for before, after in zip(kept, reading.items, strict=True):
        name = before.document.id
        assert after.document == replace(before.document, meta={})
        assert read_checksums(path / "corpus")[f"{name}.txt"] == before.document.sha256
        assert (after.layer.source, after.layer.complete) == (before.layer.source, True)
        ids = {m.id: renamed.get((name, m.id), m.id) for m in before.layer.mentions}
        assert {m.id: m for m in after.layer.mentions} == {
            ids[m.id]: replace(m, id=ids[m.id]) for m in before.layer.mentions
        }
        arrows = [(r.type, ids[r.head], ids[r.tail]) for r in before.layer.relations]
        assert sorted((r.type, r.head, r.tail) for r in after.layer.relations) == sorted(arrows)
    count = counted(losses)
    assert count.get("document with byte-order mark", 0) == len(given_items) - len(kept)
    assert count.get("metadata", 0) == sum(len(item.document.meta) for item in kept)
    assert count.get("unfinished status", 0) == sum(not item.layer.complete for item in kept)
    labels = [x for i in kept for x in (*i.layer.mentions, *i.layer.relations)]
    assert count.get("score", 0) == sum(label.score is not None for label in labels)


def test_the_schema_is_written_too(tmp_path):
    write(tmp_path / "out", [], SCHEMA)
    schema = read_schema(tmp_path / "out/annotations/schema.toml")
    assert {**schema.mentions} == {**SCHEMA.mentions}
    assert {**schema.relations} == {**SCHEMA.relations}


def test_several_layers_and_a_text_without_any(tmp_path):
    both = [labelled("Avon", ("Avon", "ORG"), source=source) for source in ("first", "second")]
    assert write(tmp_path / "out", both, SCHEMA) == ()
    (tmp_path / "out/corpus/b.txt").write_text("Brill")
    reading = read(tmp_path / "out", SCHEMA)
    assert list(reading.items) == both
    assert [(loss.what, loss.document) for loss in reading.losses] == [
        ("document without labels", "b")
    ]


def test_nothing_is_overwritten_and_nothing_half_written(tmp_path):
    item = labelled("Avon", ("Avon", "ORG"))
    (tmp_path / "out").mkdir()
    (tmp_path / "out/notes.txt").write_text("mine")
    with pytest.raises(ConflictError, match="choose a new or an empty folder"):
        write(tmp_path / "out", [item], SCHEMA, dry=True)
    clash = [labelled("x", name="a"), labelled("y", name="a.txt/b")]
    with pytest.raises(InputError, match="cannot be written"):
        write(tmp_path / "new", clash, SCHEMA)
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ConflictError):
        write(link, [item], SCHEMA)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["link", "out"]
    with pytest.raises(InputError, match="twice from 'gold'"):
        write(tmp_path / "new", [item, item], SCHEMA)
