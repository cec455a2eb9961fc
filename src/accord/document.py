"""The values everything else is made of: documents, and the labels that a source gives them.

All values are frozen. Positions are Unicode code points, as in a Python string; other units
(UTF-16, bytes, tokens) exist only inside the module that reads or writes a format.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

# Atomic groups: a CRLF is one line end, never a carriage return and then a line feed.
_BLANK_LINES = re.compile(r"(?>\r\n|\n|\r)[^\S\r\n]*(?>\r\n|\n|\r)\s*")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open stretch of text, ``text[start:end]``, in code points; never empty.

    Raises ValueError unless ``0 <= start < end``.
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"a span needs 0 <= start < end, not {self.start}..{self.end}")

    def __len__(self) -> int:
        return self.end - self.start

    def contains(self, other: "Span") -> bool:
        """True if the other lies within this span, or is equal to it."""
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: "Span") -> bool:
        """True if the two share at least one character."""
        return self.start < other.end and other.start < self.end

    def crosses(self, other: "Span") -> bool:
        """True if the two overlap and neither contains the other."""
        return self.overlaps(other) and not self.contains(other) and not other.contains(self)


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch of text that names or describes something of a type.

    `id` is unique in its layer ("T1"). `score` is a model's probability, None for a human's mark,
    and no part of the mention's identity.
    """

    id: str
    span: Span
    type: str
    score: float | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Relation:
    """An arrow from the mention `head` to the mention `tail` (both mention ids).

    `id` ("R1") only keeps a file's numbering stable; like `score` it is no part of the identity.
    """

    type: str
    head: str
    tail: str
    id: str = field(default="", compare=False)
    score: float | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Layer:
    """What one source says of one document.

    `source` names who says it: a person, "gold", a rule or a model. `complete` is False while the
    source has not finished, so that what is absent does not yet count as denied.
    """

    document: str
    source: str
    mentions: tuple[Mention, ...] = ()
    relations: tuple[Relation, ...] = ()
    complete: bool = True

    @cached_property
    def by_id(self) -> Mapping[str, Mention]:
        """Mentions by their id."""
        return MappingProxyType({mention.id: mention for mention in self.mentions})

    def ends(self, relation: Relation) -> tuple[Mention, Mention]:
        """Head and tail of a relation of this layer; KeyError if one is missing."""
        return self.by_id[relation.head], self.by_id[relation.tail]


@dataclass(frozen=True)
class Document:
    """A text under its id (its path under ``corpus/`` without suffix), with metadata.

    The text never changes once it is labelled: `sha256` is what labels are tied to.
    """

    id: str
    text: str
    meta: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), hash=False)

    def __getitem__(self, span: Span) -> str:
        return self.text[span.start : span.end]

    @cached_property
    def sha256(self) -> str:
        """Hash of the text as UTF-8, in hexadecimal."""
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()

    @cached_property
    def paragraphs(self) -> tuple[Span, ...]:
        """The stretches between blank lines, without white space at their ends, in text order."""
        spans: list[Span] = []
        start = 0
        borders = [match.span() for match in _BLANK_LINES.finditer(self.text)]
        for stop, following in [*borders, (len(self.text), len(self.text))]:
            piece = self.text[start:stop]
            if piece.strip():
                left = start + len(piece) - len(piece.lstrip())
                spans.append(Span(left, start + len(piece.rstrip())))
            start = following
        return tuple(spans)


def paragraph_index(paragraphs: Iterable[Span], span: Span) -> int | None:
    """Index of the paragraph that contains the span; None if it reaches over a border."""
    for index, paragraph in enumerate(paragraphs):
        if paragraph.contains(span):
            return index
    return None
