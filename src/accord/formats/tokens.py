"""Words with offsets, for formats that know words and no characters.

A document becomes paragraphs of words. Words follow from the text alone, never from the labels:
cut where marks end, words would tell a model where to look. Letters, digits, combining marks and
joined emoji run together, every other sign stands alone; no word holds white space.

A mark that ends inside a word is widened to the whole word; one that has no word, or words of
several paragraphs, is left out. Every such change is a Loss.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from accord.document import Mention, Relation, Span
from accord.formats import Labelled, Loss
from accord.formats.plain import text_order

_JOINER = "\u200d"
_TONES = "\U0001f3fb\U0001f3ff"
_FLAGS = "\U0001f1e6\U0001f1ff"


@dataclass(frozen=True, slots=True)
class Placed:
    """A mention by words: those from `start` to before `end` of a paragraph."""

    mention: Mention
    paragraph: int
    start: int
    end: int


@dataclass(frozen=True)
class Worded:
    """A document as paragraphs of words, its mentions in text order, and what that lost."""

    paragraphs: tuple[tuple[str, ...], ...]
    placed: tuple[Placed, ...]
    losses: tuple[Loss, ...]


def words(text: str) -> list[Span]:
    """The words of a text, in order; together they hold every character but white space."""
    found: list[Span] = []
    start, previous = 0, ""
    for index, character in enumerate(text):
        if character.isspace():
            if previous:
                found.append(Span(start, index))
            previous = ""
        elif not previous:
            start, previous = index, character
        elif not _joined(previous, character):
            found.append(Span(start, index))
            start, previous = index, character
        elif not _extends(character) or character == _JOINER:
            previous = character
    if previous:
        found.append(Span(start, len(text)))
    return found


def _joined(previous: str, character: str) -> bool:
    return (
        previous == _JOINER
        or _extends(character)
        or (_in_word(previous) and _in_word(character))
        or (_within(previous, _FLAGS) and _within(character, _FLAGS))
    )


def _in_word(character: str) -> bool:
    return character.isalnum() or _extends(character)


def _extends(character: str) -> bool:
    """Whether it is no sign of its own but changes the one before: an accent, a skin tone."""
    if character.isascii():
        return False
    return unicodedata.category(character) in ("Mn", "Mc", "Me", "Cf") or _within(character, _TONES)


def _within(character: str, borders: str) -> bool:
    return borders[0] <= character <= borders[1]


def worded(item: Labelled) -> Worded:
    """The document in words, with the mentions that words can hold."""
    document = item.document
    cut = [
        [Span(p.start + w.start, p.start + w.end) for w in words(document[p])]
        for p in document.paragraphs
    ]
    text = tuple(tuple(document[word] for word in paragraph) for paragraph in cut)
    losses: list[Loss] = []
    if spread(text)[0] != document.text:
        losses.append(
            Loss("white space", document.id, "", "words are joined by one space when read")
        )
    placed = []
    for mention in item.layer.mentions:
        place, loss = _place(mention, cut)
        if place is not None:
            placed.append(place)
        if loss:
            losses.append(Loss(loss, document.id, mention.id, repr(document[mention.span])))
    borders = [(_border(place, cut), place.mention.type) for place in placed]
    return Worded(text, tuple(placed[i] for i in text_order(borders)), tuple(losses))


def _border(place: Placed, cut: list[list[Span]]) -> Span:
    paragraph = cut[place.paragraph]
    return Span(paragraph[place.start].start, paragraph[place.end - 1].end)


def _place(mention: Mention, cut: list[list[Span]]) -> tuple[Placed | None, str]:
    found = [
        (number, [i for i, word in enumerate(paragraph) if word.overlaps(mention.span)])
        for number, paragraph in enumerate(cut)
        if paragraph[0].start < mention.span.end and mention.span.start < paragraph[-1].end
    ]
    touched = [(number, indices) for number, indices in found if indices]
    if not touched:
        return None, "mark of white space only"
    if len(touched) > 1:
        return None, "mark over several paragraphs"
    [(number, indices)] = touched
    place = Placed(mention, number, indices[0], indices[-1] + 1)
    border = _border(place, cut)
    if border == mention.span:
        return place, ""
    start, end = mention.span.start, mention.span.end
    if border.start < start or end < border.end:
        return place, "mark widened to whole words"
    return place, "white space at the ends of a mark"


def spread(paragraphs: Iterable[Sequence[str]]) -> tuple[str, list[list[Span]]]:
    """The text of paragraphs of words, and where each word stands in it.

    Words are joined by a space, paragraphs by a blank line.
    """
    pieces: list[str] = []
    places: list[list[Span]] = []
    position = 0
    for paragraph in paragraphs:
        if pieces:
            pieces.append("\n\n")
            position += 2
        places.append([])
        for number, word in enumerate(paragraph):
            if number:
                pieces.append(" ")
                position += 1
            pieces.append(word)
            places[-1].append(Span(position, position + len(word)))
            position += len(word)
    return "".join(pieces), places


def relation_loss(item: Labelled, relation: Relation, what: str) -> Loss:
    """The loss of a relation; one without an id is named by its arrow."""
    arrow = f"{relation.type} {relation.head} -> {relation.tail}"
    return Loss(what, item.document.id, relation.id or arrow, arrow)
