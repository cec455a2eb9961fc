"""The figures of a profile, counted by hand."""

import pytest

from accord.corpus import read_corpus, write_layer
from accord.corpus.profile import Profile, profile
from accord.document import Document, Layer, Mention, Relation, Span
from accord.files import write_text


def test_a_text_counted_by_hand(root):
    # A: "avon and brill join the coast pact ." is 8 tokens; "avon pledged $ 5 million . the
    # japanese fund gave more ." is 12. B: "corvo steel joined the delta pact of kenya ." is 9,
    # "kenya pledged $ 2 billion for roads . 🌊" is 9 with the sign at its end.
    found = profile(read_corpus(root), "gold", ["articles/a", "articles/b"])
    assert (found.documents, found.paragraphs, found.tokens) == (2, 4, 38)
    # Different: 8, then + pledged $ 5 million japanese fund gave more (8), then + corvo steel
    # joined delta of kenya (6), then + 2 billion for roads 🌊 (5).
    assert found.types == 27
    assert found.type_token_ratio == 27 / 38
    assert found.repeated == 0
    assert found.quartiles == {"tokens": (8, 9, 9), "mentions": (3, 3, 3), "relations": (2, 2, 2)}
    assert found.relation_free == 0
    assert found.mentions == {"ORG": 5, "GPE": 3, "ALLIANCE": 2, "PLEDGE": 2, "MONEY": 2}
    assert found.relations == {"member_of": 4, "pledges": 2, "amount": 2, "same_as": 1}


def test_a_text_without_labels(root):
    found = profile(read_corpus(root), "gold", ["practice/c"])
    assert (found.paragraphs, found.tokens, found.types) == (1, 5, 5)
    assert found.relation_free == 1
    assert found.quartiles["mentions"] == (0, 0, 0)
    assert not found.mentions


@pytest.fixture
def profiled(root):
    def of(text, mentions=(), relations=()) -> Profile:
        document = Document("x", text)
        write_text(root / "corpus/x.txt", text)
        write_layer(root, document, Layer("x", "new", tuple(mentions), tuple(relations)))
        return profile(read_corpus(root), "new", ["x"])

    return of


def test_repeated_grams_are_shared_by_paragraphs(profiled):
    # Six tokens are two 5-grams; the first stands in both paragraphs. Within one paragraph a
    # repetition does not count: "a b a b a b a" has the different ones "ababa" and "babab".
    assert profiled("One two three four five six\n\none two three four FIVE").repeated == 1 / 2
    assert profiled("a b a b a b a").repeated == 0
    assert profiled("four words are none").repeated == 0


def test_the_ratio_of_a_long_text_is_a_mean_over_stretches(profiled):
    # 1,000 times one word, 1,000 different ones, and a rest that is too short to count.
    words = ["same"] * 1000 + [f"w{n}" for n in range(1000)] + ["rest"] * 999
    assert profiled(" ".join(words)).type_token_ratio == (1 / 1000 + 1) / 2


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([7], (7, 7, 7)),
        ([1, 3], (1, 1, 3)),
        ([4, 2, 3, 1], (1, 2, 3)),
        ([1, 2, 3, 4, 5], (2, 3, 4)),
        (range(1, 9), (2, 4, 6)),
    ],
)
def test_quartiles(profiled, sizes, expected):
    text = "\n\n".join(" ".join(["x"] * size) for size in sizes)
    assert profiled(text).quartiles["tokens"] == expected


def test_an_empty_text(profiled):
    found = profiled("\n")
    assert (found.paragraphs, found.tokens, found.type_token_ratio) == (0, 0, 0)
    assert found.quartiles["tokens"] == (0, 0, 0)


def test_a_relation_counts_where_its_head_is(profiled):
    marks = [Mention("T1", Span(0, 4), "ORG"), Mention("T2", Span(6, 10), "ORG")]
    found = profiled("Avon\n\nAvon", marks, [Relation("same_as", "T2", "T1")])
    assert found.quartiles["relations"] == (0, 0, 1)
    assert found.relation_free == 1 / 2
