import itertools

import pytest
from joint_cases import write_encoder
from tokenizers import Tokenizer

from accord.document import Span
from accord.errors import InputError
from accord.model.joint.words import SHAPES, Pieces, cut, shape


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory):
    folder = write_encoder(tmp_path_factory.mktemp("encoder"))
    return Tokenizer.from_file(str(folder / "tokenizer.json"))


def test_rule_lets_a_mark_start_and_end_where_the_guidelines_let_it():
    text = "US-based Japan's $2.9 billion"
    assert [text[s.start : s.end] for s in cut(text, "rule")] == [
        "US", "-", "based", "Japan", "'", "s", "$", "2", ".", "9", "billion",
    ]  # fmt: skip
    assert cut(text, "space")[0] == Span(0, 8)


@pytest.mark.parametrize("how", ["rule", "space"])
@pytest.mark.parametrize("text", ["", " \n\t ", "\u200b"])
def test_a_text_without_words_has_none_or_odd_ones(how, text):
    assert all(text[s.start : s.end].strip() for s in cut(text, how))


def test_shapes_tell_casing_apart():
    words = ["said", "A", "US", "Oracle", "McDonald", "iPhone", "27", "2027", "...", "G7"]
    shapes = [shape(word) for word in words]
    assert shapes == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    assert all(
        1 <= shape(w) < SHAPES for w in ["U.S.", "Mr.", "co-op", "Anglo-Dutch", "ß", "日本", "_"]
    )


def test_every_word_is_in_a_window_and_windows_overlap(tokenizer):
    pieces = Pieces(tokenizer, pieces=32, overlap=10)
    words = ["based", "tokyo", "xyz", "the"] * 40
    windows = pieces.windows(words)
    assert len(windows) > 3
    covered = {w.first_word + n for w in windows for n in range(w.words)}
    assert covered == set(range(len(words)))
    for left, right in itertools.pairwise(windows):
        assert left.first_word < right.first_word < left.first_word + left.words
    assert all(len(w.ids) <= 32 and len(w.ids) == len(w.shapes) for w in windows)


def test_a_word_of_many_pieces_and_one_of_none(tokenizer):
    pieces = Pieces(tokenizer, pieces=32, overlap=10)
    window = pieces.windows(["x" * 500, "\u200b", "the"])[0]
    assert window.words == 3
    assert len(window.ids) <= 32


def test_no_words_no_windows(tokenizer):
    assert Pieces(tokenizer, pieces=32, overlap=10).windows([]) == []


def test_a_tokenizer_without_border_pieces_is_refused():
    from tokenizers import models

    with pytest.raises(InputError, match=r"\[CLS\]"):
        Pieces(Tokenizer(models.WordPiece({"a": 0})), pieces=32, overlap=10)
