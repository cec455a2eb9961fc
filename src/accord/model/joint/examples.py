"""A corpus as training examples: paragraphs in words, with their marks and relations by number."""

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from accord.corpus import Corpus
from accord.document import Document, Layer, Mention, Span
from accord.errors import InputError
from accord.model.joint.recipe import TrainingRecipe
from accord.model.joint.schema_table import SchemaTable
from accord.model.joint.words import cut

# Shorter words are mostly function words, which name nothing.
_ORDINARY = 4


@dataclass(frozen=True, slots=True)
class Mark:
    """A mention in words: first word, word after the last, type number (from 1)."""

    first: int
    last: int
    kind: int


@dataclass(frozen=True, slots=True)
class Link:
    """A relation by number: indices of head and tail among the marks, and of the relation type."""

    head: int
    tail: int
    kind: int


@dataclass(frozen=True, slots=True)
class Example:
    """One paragraph to learn from.

    `back`: relations whose tail stands in an earlier paragraph: (head, (paragraph, tail), type).
    """

    document: str
    paragraph: int
    words: tuple[str, ...]
    marks: tuple[Mark, ...] = ()
    links: tuple[Link, ...] = ()
    back: tuple[tuple[int, tuple[int, int], int], ...] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """A label that cannot be learnt, and why; shown to the user, never dropped silently."""

    document: str
    item: str
    reason: str


def read_examples(
    corpus: Corpus, source: str, ids: Iterable[str], table: SchemaTable, *, words: str, widest: int
) -> tuple[list[Example], list[Skipped]]:
    """The paragraphs of documents as examples, and the labels that cannot be learnt.

    Raises InputError for a label outside the schema.
    """
    examples: list[Example] = []
    skipped: list[Skipped] = []
    for i in ids:
        document, layer = corpus.documents[i], corpus.layer(source, i)
        violations = table.schema.violations(document, layer)
        if violations:
            first = violations[0]
            raise InputError(
                f"{i}: {first.item} breaks the schema: {first.reason} "
                f"({len(violations)} in all); `accord validate` lists them"
            )
        found, lost = paragraph_examples(document, layer, table, words=words, widest=widest)
        examples += found
        skipped += lost
    return examples, skipped


def paragraph_examples(
    document: Document, layer: Layer, table: SchemaTable, *, words: str, widest: int
) -> tuple[list[Example], list[Skipped]]:
    """One document's paragraphs; a mention that cuts a word or is too wide is skipped."""
    skipped: list[Skipped] = []
    place: dict[str, tuple[int, int]] = {}  # mention id -> paragraph, index
    cuts: list[list[Span]] = []
    marks: list[list[Mark]] = []
    for index, paragraph in enumerate(document.paragraphs):
        spans = cut(document.text, words, paragraph)
        cuts.append(spans)
        marks.append([])
        starts = {s.start: n for n, s in enumerate(spans)}
        ends = {s.end: n + 1 for n, s in enumerate(spans)}
        taken: dict[tuple[int, int], str] = {}
        for mention in layer.mentions:
            if not paragraph.contains(mention.span):
                continue
            reason = _unlearnable(mention, starts, ends, taken, widest)
            if reason:
                skipped.append(Skipped(document.id, mention.id, reason))
                continue
            first, last = starts[mention.span.start], ends[mention.span.end]
            taken[first, last] = mention.id
            place[mention.id] = (index, len(marks[index]))
            marks[index].append(Mark(first, last, table.mentions.index(mention.type) + 1))
    links: dict[int, list[Link]] = defaultdict(list)
    back: dict[int, list[tuple[int, tuple[int, int], int]]] = defaultdict(list)
    for number, relation in enumerate(layer.relations, start=1):
        if relation.head not in place or relation.tail not in place:
            name = relation.id or f"R{number}"
            skipped.append(Skipped(document.id, name, "one of its ends cannot be learnt"))
            continue
        kind = table.relations.index(relation.type)
        head, tail = place[relation.head], place[relation.tail]
        # A relation is read from its later end, as it is when extracting.
        if table.symmetric[kind] and _before(marks, head, tail):
            head, tail = tail, head
        if head[0] == tail[0]:
            links[head[0]].append(Link(head[1], tail[1], kind))
        elif head[0] > tail[0]:
            back[head[0]].append((head[1], tail, kind))
        else:
            name = relation.id or f"R{number}"
            skipped.append(Skipped(document.id, name, "it points to a later paragraph"))
    examples = [
        Example(
            document.id,
            index,
            tuple(document[s] for s in spans),
            tuple(marks[index]),
            tuple(links[index]),
            tuple(back[index]),
        )
        for index, spans in enumerate(cuts)
        if spans
    ]
    return examples, skipped


def _unlearnable(
    mention: Mention,
    starts: dict[int, int],
    ends: dict[int, int],
    taken: dict[tuple[int, int], str],
    widest: int,
) -> str:
    span = mention.span
    if span.start not in starts or span.end not in ends:
        return f"{span.start}..{span.end} does not start and end on a word"
    first, last = starts[span.start], ends[span.end]
    if last - first > widest:
        return f"{last - first} words are more than network.widest, {widest}"
    if (first, last) in taken:
        return f"the same stretch as {taken[first, last]}; the model gives a stretch one type"
    return ""


def _before(marks: list[list[Mark]], a: tuple[int, int], b: tuple[int, int]) -> bool:
    def place(end: tuple[int, int]) -> tuple[int, int, int]:
        mark = marks[end[0]][end[1]]
        return end[0], mark.first, mark.last

    return place(a) < place(b)


class Replacer:
    """Replaces mentions by others of their type, so that contexts are learnt, not names.

    Of those of the types `coined`, a share `coin` gets a name made of one or two ordinary words of
    the text, and a share `known` one of the recipe's names. Where all places and no organisations
    of a corpus are known words, "known" would else be learnt to mean a place.

    Left alone are marks that nest, and the ends of symmetric relations and of those that reach
    back: that two names denote one thing can be read in the names themselves.
    """

    def __init__(
        self,
        examples: Sequence[Example],
        recipe: TrainingRecipe,
        table: SchemaTable,
        words: str,
    ) -> None:
        self._rate, self._coin, self._known = recipe.replace, recipe.coin, recipe.known
        self._coined = {table.mentions.index(name) + 1 for name in recipe.coined}
        self._names = [
            tuple(name[s.start : s.end] for s in cut(name, words)) for name in recipe.names
        ]
        ordinary = {w for e in examples for w in e.words if w.isalpha() and w.islower()}
        self._words = sorted(w.capitalize() for w in ordinary if len(w) >= _ORDINARY)
        self._bank: dict[int, list[tuple[str, ...]]] = defaultdict(list)
        self._fixed: set[tuple[str, int, int]] = set()
        for example in examples:
            for mark in example.marks:
                self._bank[mark.kind].append(example.words[mark.first : mark.last])
            for link in example.links:
                if table.symmetric[link.kind]:
                    self._fix(example, example.paragraph, link.head)
                    self._fix(example, example.paragraph, link.tail)
            for head, (paragraph, tail), _ in example.back:
                self._fix(example, example.paragraph, head)
                self._fix(example, paragraph, tail)

    def _fix(self, example: Example, paragraph: int, mark: int) -> None:
        self._fixed.add((example.document, paragraph, mark))

    def __call__(self, example: Example, rng: random.Random) -> Example:
        """The example with some mentions replaced."""
        swaps = {
            mark.first: mark
            for index, mark in enumerate(example.marks)
            if self._free(example, index) and rng.random() < self._rate
        }
        if not swaps:
            return example
        words: list[str] = []
        moved: list[int] = []  # new index of each old word, and of the end
        index = 0
        while index < len(example.words):
            swap = swaps.get(index)
            stop = swap.last if swap else index + 1
            moved += [len(words)] * (stop - index)
            words += self._name(swap.kind, rng) if swap else [example.words[index]]
            index = stop
        moved.append(len(words))
        marks = tuple(Mark(moved[m.first], moved[m.last], m.kind) for m in example.marks)
        return replace(example, words=tuple(words), marks=marks)

    def _name(self, kind: int, rng: random.Random) -> Sequence[str]:
        """The words of a mention of this type."""
        draw = rng.random() if kind in self._coined else 1.0
        if draw < self._known:
            return rng.choice(self._names)
        if draw < self._known + self._coin and self._words:
            return rng.choices(self._words, k=rng.choice((1, 1, 2)))
        return rng.choice(self._bank[kind])

    def _free(self, example: Example, index: int) -> bool:
        mark = example.marks[index]
        alone = sum(mark.first < o.last and o.first < mark.last for o in example.marks) == 1
        return alone and (example.document, example.paragraph, index) not in self._fixed
