"""Long paragraphs: what windows decide together is what one window would have decided."""

import numpy as np
import pytest
from joint_cases import SCHEMA

from accord.document import Span
from accord.model.joint.batches import ReadBatch
from accord.model.joint.calibrate import Scale
from accord.model.joint.reading import Paragraph, Reader
from accord.model.joint.recipe import ExtractionRecipe, NetworkRecipe
from accord.model.joint.schema_table import SchemaTable
from accord.model.joint.words import Pieces

ORG, GPE, GROUP = 1, 2, 3


class WordForWord:
    """A network that goes by words alone: their pieces decide over marks, nearness over pairs."""

    def __init__(self, kinds: dict[int, int], the: int, widest: int):
        self.kinds, self.the, self.widest = kinds, the, widest

    def read(self, batch: ReadBatch):
        ids = np.take_along_axis(batch.ids, batch.starts, 1)
        scores = np.zeros((*ids.shape, self.widest, 4), np.float32)
        scores[..., 0] = 1
        for piece, kind in self.kinds.items():
            scores[..., 0, kind][ids == piece] = 5
        # A group runs from "the" over the next three words, with whatever lies in it.
        rows, columns = np.nonzero(ids == self.the)
        for row, column in zip(rows, columns, strict=True):
            if column + 4 <= batch.words[row]:
                scores[row, column, 3, GROUP] = 4
        return ids[..., None].astype(np.float32), batch.ids[..., None].astype(np.float32), scores

    def read_on(self, batch: ReadBatch, words, deep, types):
        assert (deep[..., 0] == batch.ids).all()
        for piece, kind in self.kinds.items():
            assert (types[..., kind - 1][batch.ids == piece] == 1).all()
        # Windows without marks are not read on; words that are none are told as none.
        assert types.any((1, 2)).all()
        assert not types[..., [k - 1 for k in self.kinds.values()]][batch.ids == self.the].any()
        return words

    def relate(self, words, vectors, marks, pairs):
        gap = np.abs(marks.first[pairs["heads"]] - marks.first[pairs["tails"]])
        near = np.where(gap <= 5, 4.0, -4.0)[..., None]
        assert (marks.first >= 0).all()
        assert vectors.shape == (len(marks), 3)
        return np.repeat(near, 2, -1).astype(np.float32)


@pytest.fixture
def network(pieces):
    names = {w: pieces.of_word(w).ids[0] for w in ("acme", "japan", "tokyo", "the")}
    kinds = {names["acme"]: ORG, names["japan"]: GPE, names["tokyo"]: GPE}
    return WordForWord(kinds, names["the"], widest=6)


def read(network, tokenizer, words, *, window: int, overlap: int, mark_bias: float = 0.0):
    cutter = Pieces(tokenizer, pieces=window, overlap=overlap)
    spans = [Span(2 * n, 2 * n + 1) for n in range(len(words))]
    paragraph = Paragraph(0, 0, spans, cutter.windows(words))
    extraction = ExtractionRecipe(reach=8, mark_bias=mark_bias)
    reader = Reader(network, SchemaTable.of(SCHEMA), NetworkRecipe(typed=1), extraction, batch=4)
    reader.read([paragraph], {}, floor=0.0)
    return paragraph


def test_the_recipe_says_how_readily_marks_are_found(network, encoder):
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(encoder / "tokenizer.json"))
    words = ["Acme", "of", "Japan"]  # the marks score 5, none scores 1
    found = [
        read(network, tokenizer, words, window=512, overlap=0, mark_bias=bias).marks
        for bias in (0.0, 0.5, -5.0)
    ]
    assert [len(marks) for marks in found] == [2, 2, 0]
    assert all(b.score > a.score + 0.2 for a, b in zip(*found[:2], strict=True))


def test_a_relation_is_as_likely_as_it_is_with_sure_ends_times_both_ends(network, encoder):
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(encoder / "tokenizer.json"))
    words = ["Acme", "is", "based", "in", "Japan", "said", "the", "firm", "of", "Tokyo"]
    found = read(network, tokenizer, words, window=512, overlap=0)
    assert {found.marks[head].kind for head, *_ in found.relations} == {ORG, GROUP}
    chance = Scale()
    for head, tail, _, odds in found.relations:
        ends = chance(found.marks[head].score) * chance(found.marks[tail].score)
        assert 0.5 < ends < 0.99
        assert chance(odds) == pytest.approx(chance(4.0) * ends)


@pytest.mark.parametrize(("window", "overlap"), [(24, 10), (32, 12), (40, 19), (64, 24)])
@pytest.mark.parametrize("shift", range(5))
def test_windows_agree_with_one_window(network, encoder, window, overlap, shift):
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(encoder / "tokenizer.json"))
    sentence = ["Acme", "is", "based", "in", "Japan", "said", "the", "firm", "of", "Tokyo"]
    words = ["of"] * shift + sentence * 12
    whole = read(network, tokenizer, words, window=512, overlap=0)
    cut = read(network, tokenizer, words, window=window, overlap=overlap)
    assert len(whole.windows) == 1
    assert len(cut.windows) > 2
    assert whole.marks == cut.marks
    assert sum(m.kind == GROUP for m in cut.marks) == 12
    assert (whole.vectors == cut.vectors).all()
    # A relation needs both ends in one window: those as near as the overlap allows are all found.
    assert sorted(whole.relations) == sorted(cut.relations)
    assert len(cut.relations) > 12
