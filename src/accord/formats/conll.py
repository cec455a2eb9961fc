"""CoNLL-2003 columns with IOB2 tags: words and marks, one word a line, a blank line a sentence.

Format: https://www.clips.uantwerpen.be/conll2003/ner/ (Tjong Kim Sang and De Meulder 2003)::

    -DOCSTART- -X- -X- O

    Avon -X- -X- B-ORG
    pledged -X- -X- O

Written: four columns parted by a space, "-X-" for part of speech and chunk, a paragraph as a
sentence, tags in IOB2 (each mark starts with B-). Read: two or more columns parted by spaces or
tabs, the word first and the tag last, IOB2 or the original IOB1 (there, B- only parts two marks
of one type that touch). Documents are named after the file, NAME-1, NAME-2 and so on.

The format has no relations, no nested or overlapping marks (the outermost stays), no characters
(see `tokens`), and no names of documents.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from accord.counted import counted
from accord.document import Document, Span
from accord.errors import FormatError
from accord.files import read_text, write_text
from accord.formats import Labelled, Loss, Reading
from accord.formats.plain import numbered_layer, unkept_ids, unsaid
from accord.formats.sound import sound
from accord.formats.tokens import Placed, Worded, relation_loss, spread, worded
from accord.schema import Schema

_START = "-DOCSTART-"
_TAG = re.compile(r"([BI])-(\S+)")
_NO_ANNOTATION = {"-X-", "_", "O", "-", ""}


@dataclass
class _Draft:
    """A document while its lines are read: sentences of (word, tag), each tag's line."""

    sentences: list[list[tuple[str, str]]] = field(default_factory=list)
    other_columns: int = 0


def read(path: Path, schema: Schema) -> Reading:  # noqa: ARG001
    """Documents with their marks; types are kept whether the schema knows them or not.

    Raises FormatError naming the line that is wrong.
    """
    items, losses = [], []
    drafts, named = _drafts(path)
    for number, draft in enumerate(drafts, start=1):
        name = f"{path.stem}-{number}" if named else path.stem
        text, places = spread([word for word, _ in sentence] for sentence in draft.sentences)
        marks = [
            (Span(spans[start].start, spans[end - 1].end), kind)
            for sentence, spans in zip(draft.sentences, places, strict=True)
            for start, end, kind in _marks([tag for _, tag in sentence])
        ]
        items.append(Labelled(Document(name, text), numbered_layer(name, path.stem, marks, ())))
        if draft.other_columns:
            detail = f"columns between word and tag, on {counted(draft.other_columns, 'line')}"
            losses.append(Loss("other columns", name, "", detail))
    return Reading(tuple(items), tuple(losses))


def write(
    path: Path,
    items: Sequence[Labelled],
    schema: Schema,  # noqa: ARG001
    *,
    dry: bool = False,
) -> tuple[Loss, ...]:
    """Write all documents to one file, and return what it cannot hold."""
    losses: list[Loss] = []
    lines: list[str] = []
    for number, item in enumerate(sound(items), start=1):
        document = item.document
        in_words = worded(item)
        kept, nested = _flat(in_words.placed)
        losses += in_words.losses
        losses += (
            Loss("overlapping mark", document.id, p.mention.id, p.mention.type) for p in nested
        )
        losses += (relation_loss(item, relation, "relation") for relation in item.layer.relations)
        losses += unkept_ids(document.id, [place.mention.id for place in kept], ())
        losses += unsaid(item, path)
        if document.id != (name := f"{path.stem}-{number}"):
            losses.append(Loss("document id", document.id, "", f"is read as {name}"))
        lines += (f"{_START} -X- -X- O\n", "\n", *_lines(in_words, kept))
    if not dry:
        write_text(path, "".join(lines))
    return tuple(losses)


def _flat(placed: Sequence[Placed]) -> tuple[list[Placed], list[Placed]]:
    """The marks that overlap no earlier or longer one, and the others; both in text order."""
    taken: set[tuple[int, int]] = set()
    kept, left = set(), []
    for index in sorted(range(len(placed)), key=lambda i: (placed[i].start - placed[i].end, i)):
        place = placed[index]
        cells = {(place.paragraph, word) for word in range(place.start, place.end)}
        if taken.isdisjoint(cells):
            taken |= cells
            kept.add(index)
    left = [place for index, place in enumerate(placed) if index not in kept]
    return [placed[index] for index in sorted(kept)], left


def _lines(in_words: Worded, kept: Sequence[Placed]) -> Iterator[str]:
    tags = [["O"] * len(paragraph) for paragraph in in_words.paragraphs]
    for place in kept:
        kind = place.mention.type
        if not kind or any(c.isspace() for c in kind):
            raise FormatError(f"the type {kind!r} cannot be a tag: it is empty or has white space")
        row = tags[place.paragraph]
        row[place.start] = f"B-{kind}"
        row[place.start + 1 : place.end] = [f"I-{kind}"] * (place.end - place.start - 1)
    for paragraph, row in zip(in_words.paragraphs, tags, strict=True):
        for word, tag in zip(paragraph, row, strict=True):
            yield f"{word} -X- -X- {tag}\n"
        yield "\n"


def _drafts(path: Path) -> tuple[list[_Draft], bool]:
    """The documents of a file, and whether lines part them."""
    drafts: list[_Draft] = []
    named = False
    sentence: list[tuple[str, str]] | None = None
    width = 0
    # Not splitlines(): a word may hold U+0085 or a form feed, which end no line here.
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        cells = _cells(line.removesuffix("\r"))
        if not cells:
            sentence = None
        elif cells[0] == _START:
            if drafts and not named:
                raise FormatError(
                    f"{_START} after words; either every document starts with one or none does",
                    path=path,
                    line=number,
                )
            named = True
            sentence = None
            drafts.append(_Draft())
        else:
            width = width or len(cells)
            word, tag = _word(cells, width, path, number)
            if not drafts:
                drafts.append(_Draft())
            if sentence is None:
                sentence = []
                drafts[-1].sentences.append(sentence)
            sentence.append((word, tag))
            drafts[-1].other_columns += any(cell not in _NO_ANNOTATION for cell in cells[1:-1])
    return drafts, named


def _cells(line: str) -> list[str]:
    if "\t" in line:
        return line.split("\t") if line.strip() else []
    return [cell for cell in line.split(" ") if cell]


def _word(cells: list[str], width: int, path: Path, line: int) -> tuple[str, str]:
    if len(cells) < 2 or len(cells) != width:
        raise FormatError(
            f"{len(cells)} columns, but {'two or more' if width < 2 else width} are needed: "
            f"the word first and its tag last, parted by spaces or tabs",
            path=path,
            line=line,
        )
    word, tag = cells[0], cells[-1]
    if not word.strip():
        raise FormatError("an empty word", path=path, line=line)
    if tag != "O" and not _TAG.fullmatch(tag):
        shown = tag if len(tag) <= 40 else tag[:37] + "..."
        raise FormatError(
            f"the last column is {shown!r}, but a tag is O, B-TYPE or I-TYPE; "
            f"convert other schemes (BIOES, BILOU) to IOB2",
            path=path,
            line=line,
        )
    return word, tag


def _marks(tags: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Marks of a sentence as (start, end, type): B- starts one, and I- where none goes on."""
    start, kind = 0, ""
    for index, tag in enumerate([*tags, "O"]):
        match = _TAG.fullmatch(tag)
        goes_on = match is not None and match[1] == "I" and match[2] == kind
        if not goes_on:
            if kind:
                yield start, index, kind
            start, kind = index, match[2] if match else ""
