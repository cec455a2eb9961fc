import random
from pathlib import Path

import pytest
from joint_cases import SCHEMA, corpus

from accord.corpus import Corpus
from accord.document import Document, Layer, Mention, Relation, Span
from accord.errors import InputError
from accord.model.joint.examples import Replacer, paragraph_examples, read_examples
from accord.model.joint.recipe import TrainingRecipe
from accord.model.joint.rows import epoch_batches, gather_marks, gather_pairs, rows_of, units
from accord.model.joint.schema_table import SchemaTable

TABLE = SchemaTable.of(SCHEMA)


def examples_of(corpus_):
    return read_examples(corpus_, "gold", corpus_.documents, TABLE, words="rule", widest=12)


def test_paragraphs_become_words_marks_and_links():
    examples, skipped = examples_of(corpus(1))
    assert skipped == []
    first, second = examples
    assert first.words == ("Acme", "is", "based", "in", "Japan", ".")
    assert [(m.first, m.last, m.kind) for m in first.marks] == [(0, 1, 1), (4, 5, 2)]
    assert [(x.head, x.tail, x.kind) for x in first.links] == [(0, 1, 0)]
    assert [(m.first, m.last, m.kind) for m in second.marks] == [(1, 2, 3), (4, 6, 3), (4, 5, 2)]
    assert second.back == ((0, (0, 0), 1),)


def test_what_cannot_be_learnt_is_told():
    text = "Orion Labs is based in Tokyo."
    mentions = (
        Mention("T1", Span(0, 3), "ORG"),
        Mention("T2", Span(0, 10), "ORG"),
        Mention("T3", Span(0, 10), "GROUP"),
        Mention("T4", Span(11, 28), "GROUP"),
        Mention("T5", Span(23, 28), "GPE"),
    )
    relations = (
        Relation("based_in", "T1", "T5", id="R1"),
        Relation("based_in", "T2", "T5", id="R2"),
    )
    layer = Layer("x", "gold", mentions, relations)
    found, skipped = paragraph_examples(Document("x", text), layer, TABLE, words="rule", widest=3)
    assert [s.item for s in skipped] == ["T1", "T3", "T4", "R1"]
    assert "start and end on a word" in skipped[0].reason
    assert "same stretch as T2" in skipped[1].reason
    assert "network.widest, 3" in skipped[2].reason
    assert len(found[0].marks) == 2
    assert len(found[0].links) == 1


def test_a_label_outside_the_schema_is_refused():
    document = Document("x", "Acme")
    layer = Layer("x", "gold", (Mention("T1", Span(0, 4), "PERSON"),))
    bad = Corpus(Path(), SCHEMA, {"x": document}, {"gold": {"x": layer}}, {})
    with pytest.raises(InputError, match="x: T1 breaks the schema: unknown mention type 'PERSON'"):
        examples_of(bad)


def test_a_relation_to_a_later_paragraph_is_told():
    text = "The firm.\n\nAcme."
    mentions = (Mention("T1", Span(4, 8), "GROUP"), Mention("T2", Span(11, 15), "ORG"))
    relations = (Relation("same_as", "T1", "T2", id="R1"),)
    layer = Layer("x", "gold", mentions, relations)
    found, skipped = paragraph_examples(Document("x", text), layer, TABLE, words="rule", widest=9)
    # Symmetric, so it is learnt from its later end.
    assert found[1].back == ((0, (0, 0), 1),)
    assert skipped == []


def test_replacing_keeps_marks_on_their_words():
    examples, _ = examples_of(corpus(8))
    replacer = Replacer(examples, TrainingRecipe(replace=0.999), TABLE, "rule")
    rng = random.Random(0)  # noqa: S311
    changed = 0
    for example in examples:
        new = replacer(example, rng)
        assert len(new.marks) == len(example.marks)
        assert new.links == example.links
        changed += new.words != example.words
        for old_mark, mark in zip(example.marks, new.marks, strict=True):
            assert mark.kind == old_mark.kind
            assert 0 <= mark.first < mark.last <= len(new.words)
        # Marks that nest, and ends of same_as, are left alone.
        if example.paragraph == 1:
            assert new.words[1] == "firm"
            first, last = example.marks[1].first, example.marks[1].last
            nested = new.marks[1]
            assert new.words[nested.first : nested.last] == example.words[first:last]
    assert changed
    assert (
        Replacer(examples, TrainingRecipe(replace=0), TABLE, "rule")(examples[0], rng)
        is examples[0]
    )


@pytest.mark.parametrize(("coin", "from_text"), [(0.999, True), (0.0, False)])
def test_names_are_coined_of_ordinary_words(coin, from_text):
    examples, _ = examples_of(corpus(8))
    ordinary = {w.capitalize() for e in examples for w in e.words if w.islower() and len(w) >= 4}
    replacer = Replacer(
        examples, TrainingRecipe(replace=0.999, coin=coin, coined=("GPE",)), TABLE, "rule"
    )
    rng = random.Random(0)  # noqa: S311
    changed = 0
    for example in examples:
        new = replacer(example, rng)
        for old, mark in zip(example.marks, new.marks, strict=True):
            words = new.words[mark.first : mark.last]
            if words != example.words[old.first : old.last]:
                assert ordinary.issuperset(words) == from_text
                changed += 1
    assert changed


def test_a_share_of_the_names_comes_from_the_recipe():
    examples, _ = examples_of(corpus(8))
    names = ("Q & A", "Q.E.D. Bank", "Quay")
    training = TrainingRecipe(
        replace=0.999, coin=0.2, known=0.5, coined=("ORG", "GPE"), names=names
    )
    replacer = Replacer(examples, training, TABLE, "rule")
    rng = random.Random(0)  # noqa: S311
    listed = {("Q", "&", "A"), ("Q", ".", "E", ".", "D", ".", "Bank"), ("Quay",)}
    found = []
    for _ in range(40):
        for example in examples:
            new = replacer(example, rng)
            for old, mark in zip(example.marks, new.marks, strict=True):
                words = new.words[mark.first : mark.last]
                if words != example.words[old.first : old.last]:
                    found.append(words)
    assert listed <= set(found)
    assert 0.5 < sum(words in listed for words in found) / len(found) < 0.65


def test_rows_hold_the_truth_about_their_pairs(pieces):
    examples, _ = examples_of(corpus(2))
    rows = [row for example in examples for row in rows_of(example, pieces)]
    marks = gather_marks(rows)
    pairs = gather_pairs(rows, marks, TABLE, reach=8)
    assert pairs.gold.sum() == 6
    assert (pairs.gold <= pairs.allowed).all()
    row, slot, kind = (x.tolist() for x in pairs.gold.nonzero())
    true = sorted(
        (int(pairs.heads[r, s]), int(pairs.tails[r, s]), k)
        for r, s, k in zip(row, slot, kind, strict=True)
    )
    # Marks are numbered through all rows: 0 and 1 stand in the first paragraph.
    assert true[0] == (0, 1, 0)
    assert (2, 0, 1) in true


def test_a_long_paragraph_is_learnt_in_windows(pieces):
    examples, _ = examples_of(corpus(1))
    words = examples[0].words * 12
    from dataclasses import replace

    marks = tuple(
        replace(m, first=m.first + 6 * n, last=m.last + 6 * n)
        for n in range(12)
        for m in examples[0].marks
    )
    links = tuple(replace(examples[0].links[0], head=2 * n, tail=2 * n + 1) for n in range(12))
    rows = rows_of(replace(examples[0], words=words, marks=marks, links=links), pieces)
    assert len(rows) > 1
    for row in rows:
        assert all(0 <= m.first < m.last <= row.window.words for m in row.marks)
        assert all(max(x.head, x.tail) < len(row.marks) for x in row.links)
    assert sum(len(row.links) for row in rows) >= 12


def test_batches_hold_every_row_once_and_keep_documents_together(pieces):
    examples, _ = examples_of(corpus(6))
    groups = units(examples)
    assert [len(g) for g in groups] == [2] * 6
    rows = [[r for i in g for r in rows_of(examples[i], pieces)] for g in groups]
    batches = epoch_batches(rows, 3, random.Random(1))  # noqa: S311
    seen = sorted((r.document, r.paragraph) for batch in batches for r in batch)
    assert seen == sorted((e.document, e.paragraph) for e in examples)
    for batch in batches:
        assert len({r.document for r in batch}) * 2 == len(batch)
