"""Words, their shapes and their word pieces: what the encoder is given of a text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from tokenizers import Tokenizer

from accord.document import Span
from accord.errors import InputError

# Letters and digits run together, every other sign stands alone: a mark can then start and end
# wherever the guidelines let it ("US" in "US-based", "Japan" in "Japan's").
_RULE = re.compile(r"[^\W_]+|[^\w\s]|_")
_SPACE = re.compile(r"\S+")

#: How words may be cut, by the recipe's `network.words`.
CUTS = {"rule": _RULE, "space": _SPACE}

# A word of more pieces is nonsense to the encoder (a hash, a base64 blob); its head is enough.
_MOST_PIECES = 24

#: Number of word shapes; a piece within a word has its shape plus this.
SHAPES = 18


def cut(text: str, how: str, within: Span | None = None) -> list[Span]:
    """The words of a text, or of a stretch of it, in order; spans count from the text's start."""
    stretch = (within.start, within.end) if within else ()
    return [Span(*match.span()) for match in CUTS[how].finditer(text, *stretch)]


def shape(word: str) -> int:
    """The shape of a word, 1 to SHAPES - 1: the casing that an uncased encoder does not see."""
    if word.isalpha():
        return _letters(word)
    if word.isdigit():
        return 8 if len(word) == 4 else 7  # four digits are mostly a year
    if not any(c.isalnum() for c in word):
        return 9
    if any(c.isdigit() for c in word):
        return 10
    upper = word[0].isupper()
    if "." in word:
        abbreviated = upper and (word.count(".") > 1 or (word.endswith(".") and len(word) <= 3))
        return 11 if abbreviated else 12 if upper else 13
    if "-" in word:
        return 14 if upper else 15
    return 16 if upper else 17


def _letters(word: str) -> int:
    if word.islower():
        return 1
    if len(word) == 1:
        return 2
    if word.isupper():
        return 3
    if word[0].isupper():
        return 4 if word[1:].islower() else 5
    return 6


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a paragraph's words that the encoder reads in one go.

    `first_word`: index in the paragraph of the window's first word; `ids`, `shapes`: word pieces
    with both border pieces; `starts`: for each word of the window, the index of its first piece.
    """

    first_word: int
    ids: tuple[int, ...]
    shapes: tuple[int, ...]
    starts: tuple[int, ...]

    @property
    def words(self) -> int:
        """Number of words."""
        return len(self.starts)


class WordPieces(NamedTuple):
    """A word's pieces, each with its shape."""

    ids: tuple[int, ...]
    shapes: tuple[int, ...]


class Pieces:
    """Cuts words into word pieces, and a paragraph's words into windows."""

    def __init__(self, tokenizer: Tokenizer, *, pieces: int, overlap: int):
        tokenizer.no_padding()
        tokenizer.no_truncation()
        self._pieces = pieces - 2
        self._overlap = overlap
        self._tokenizer = tokenizer
        self._start, self._stop, self.hidden, self._unknown = (
            _special(tokenizer, *names)
            for names in (
                ("[CLS]", "<s>"),
                ("[SEP]", "</s>"),
                ("[MASK]", "<mask>"),
                ("[UNK]", "<unk>"),
            )
        )
        self._most = min(_MOST_PIECES, self._pieces)
        # Words repeat: a cache makes their share of the time small.
        self.of_word = lru_cache(maxsize=65536)(self._of_word)

    def _of_word(self, word: str) -> WordPieces:
        ids = self._tokenizer.encode(word, add_special_tokens=False).ids[: self._most]
        # White space of other scripts, control characters: the normaliser leaves nothing of them.
        ids = ids or [self._unknown]
        kind = shape(word)
        return WordPieces(tuple(ids), (kind,) + (kind + SHAPES,) * (len(ids) - 1))

    def windows(self, words: Sequence[str]) -> list[Window]:
        """The windows of a paragraph, in order: one if it fits, else with `overlap` pieces shared.

        Every word is in one of them at least.
        """
        pieces = [self.of_word(word) for word in words]
        windows: list[Window] = []
        first = 0
        while first < len(words):
            room, last = self._pieces, first
            while last < len(words) and len(pieces[last].ids) <= room:
                room -= len(pieces[last].ids)
                last += 1
            windows.append(self._window(first, pieces[first:last]))
            if last == len(words):
                break
            back, following = self._overlap, last
            while following > first + 1 and len(pieces[following - 1].ids) <= back:
                following -= 1
                back -= len(pieces[following].ids)
            first = following
        return windows

    def _window(self, first: int, words: Sequence[WordPieces]) -> Window:
        ids, shapes, starts = [self._start], [0], []
        for word in words:
            starts.append(len(ids))
            ids += word.ids
            shapes += word.shapes
        return Window(first, (*ids, self._stop), (*shapes, 0), tuple(starts))


def _special(tokenizer: Tokenizer, *names: str) -> int:
    for name in names:
        index = tokenizer.token_to_id(name)
        if index is not None:
            return int(index)
    raise InputError(f"the tokenizer has no piece {' or '.join(names)}; use a BERT-like encoder")
