"""What plain formats leave unsaid, and how labels without ids are numbered when they are read.

Plain formats know neither who labelled, nor whether the work is done, nor a mark's score or id.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from accord.document import Layer, Mention, Relation, Span
from accord.formats import Labelled, Loss
from accord.formats.sound import score_losses


def unsaid(item: Labelled, path: Path) -> Iterator[Loss]:
    """Losses of a format without metadata, source, completion and scores."""
    yield from unsaid_origin(item, path)
    yield from score_losses(item)


def unsaid_origin(item: Labelled, path: Path) -> Iterator[Loss]:
    """Losses of a format without metadata, source and completion.

    Labels read from a format that names no source have the file's name as theirs.
    """
    document, layer = item.document, item.layer
    for key, value in document.meta.items():
        yield Loss("metadata", document.id, key, value)
    name = path.absolute().stem  # "." has none
    if layer.source != name:
        yield Loss("source", document.id, "", f"{layer.source} is read as {name}")
    if not layer.complete:
        yield Loss("unfinished status", document.id, "", "is read as complete")


def unkept_ids(document: str, mentions: Iterable[str], relations: Iterable[str]) -> Iterator[Loss]:
    """Losses of a format without ids, whose reader numbers labels T1, T2 ... and R1, R2 ...

    Takes the ids of what is written, in the order in which it will be read.
    """
    for what, letter, ids in (("mention ids", "T", mentions), ("relation ids", "R", relations)):
        for number, given in enumerate(ids, start=1):
            if given and given != f"{letter}{number}":
                detail = f"numbered anew when read, {given} as {letter}{number} and so on"
                yield Loss(what, document, "", detail)
                break


def numbered_layer(
    document: str,
    source: str,
    marks: Sequence[tuple[Span, str]],
    arrows: Iterable[tuple[str, int, int]],
    *,
    complete: bool = True,
) -> Layer:
    """A layer of marks and of arrows between them (type, head, tail by index).

    Marks are numbered in the order of `text_order`, arrows as they come.
    """
    order = text_order(marks)
    names = {index: f"T{n}" for n, index in enumerate(order, start=1)}
    return Layer(
        document,
        source,
        tuple(Mention(names[index], *marks[index]) for index in order),
        tuple(
            Relation(kind, names[head], names[tail], f"R{n}")
            for n, (kind, head, tail) in enumerate(arrows, start=1)
        ),
        complete,
    )


def text_order(marks: Sequence[tuple[Span, str]]) -> list[int]:
    """Indices of the marks by start, the longer first, then by type and place in the list."""
    return sorted(
        range(len(marks)), key=lambda i: (marks[i][0].start, -marks[i][0].end, marks[i][1], i)
    )
