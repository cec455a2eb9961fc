"""A WebAnno TSV file as a labelled document; see `webanno` for the format."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from accord.document import Document, Layer, Mention, Relation, Span
from accord.errors import FormatError
from accord.files import read_text
from accord.formats import Labelled, Loss
from accord.formats.naming import Names
from accord.formats.uima_layers import (
    IDENTIFIER,
    MENTION,
    RELATION,
    SCORE,
    is_span_layer,
    label_feature,
    short,
)
from accord.formats.utf16 import Utf16
from accord.formats.webanno_writer import BASE, NONE, NULL, STACK, TEXT

_VERSION = re.compile(r"#FORMAT=WebAnno TSV ([0-9]+\.[0-9]+)")
_LAYER = re.compile(r"#T_(SP|RL|CH)=(.+)")
_UNIT = re.compile(r"([0-9]{1,9})-([0-9]{1,9})(?:\.([0-9]{1,9}))?", re.ASCII)
_OFFSETS = re.compile(r"([0-9]{1,9})-([0-9]{1,9})", re.ASCII)
_VALUE = re.compile(r"((?:\\.|[^\\\[]|\\$)*)(?:\[([0-9]{1,9})(?:_([0-9]{1,9}))?\])?", re.DOTALL)
_PIECE = re.compile(r"\\.|.", re.DOTALL)
_IN_VALUE = re.compile(r"\\(->|[\\\[\]|_;tn*])")
_IN_TEXT = re.compile(r"\\([\\tfrbn\x00-\x07\x0e-\x1f])")
_READ = {"t": "\t", "n": "\n", "f": "\f", "r": "\r", "b": "\b"}
ROLE = "ROLE_"
_MOST_SPACE = 100_000  # between two sentences; a wrong offset must not fill the memory


@dataclass(frozen=True, slots=True)
class _Columns:
    """A layer that the header declares, and its features, which have the cells from `at` on.

    `kind` is SP, RL or CH; `base` is the layer that a relation layer joins.
    """

    kind: str
    layer: str
    features: tuple[str, ...]
    at: int
    base: str = ""

    @property
    def width(self) -> int:
        return max(len(self.features) + bool(self.base), 1)


@dataclass
class _Mark:
    """A span annotation in UTF-16 units, and the line where it starts."""

    columns: _Columns
    start: int
    end: int
    values: dict[str, str | None]
    line: int


@dataclass(frozen=True, slots=True)
class _Arrow:
    """A relation: the units of its ends, and the numbers of the marks there, 0 without one."""

    columns: _Columns
    head: str
    tail: str
    numbers: tuple[int, int]
    values: dict[str, str | None]
    line: int


@dataclass(frozen=True, slots=True)
class _Cell:
    """One of the stacked values of a cell, None for "*", and the numbers in brackets after it."""

    text: str
    value: str | None
    numbers: tuple[int, ...]


@dataclass
class _Text:
    """The text as the sentences make it up, and its length in UTF-16 units."""

    pieces: list[str] = field(default_factory=list)
    length: int = 0

    def add(self, piece: str) -> None:
        self.pieces.append(piece)
        self.length += Utf16(piece).length


def read_file(path: Path, name: str, source: str) -> tuple[Labelled, list[Loss]]:
    """The document of a file, and what of it has no place here.

    Raises FormatError naming the line that is wrong.
    """
    file = _File(path)
    text = "".join(file.text.pieces)
    file.check(text)
    labels = _Labels(file, Document(name, text))
    layer = Layer(name, source, tuple(labels.mentions), tuple(labels.relations))
    return Labelled(labels.document, layer), labels.losses


class _File:
    """The lines of a file as text, units, marks and arrows."""

    def __init__(self, path: Path):
        self._path = path
        self._lines = [line.removesuffix("\r") for line in read_text(path).split("\n")]
        self._pending: list[str] = []
        self._numbered: dict[int, _Mark] = {}
        self.columns: list[_Columns] = []
        self.text = _Text()
        self.units: dict[str, tuple[int, int, str, int]] = {}
        self.marks: list[_Mark] = []
        self.on_unit: dict[tuple[str, str], _Mark] = {}
        self.arrows: list[_Arrow] = []
        self.links: list[tuple[str, str]] = []
        self._width = 3
        start = self._header()
        for number, line in enumerate(self._lines[start:], start=start + 1):
            if line.startswith(TEXT):
                self._pending.append(_plain_text(line.removeprefix(TEXT)))
            elif line and not line.startswith("#"):
                self._unit(number, line.split("\t"))
        if self._pending:
            raise self.error(len(self._lines), "ends after a #Text line; is the file cut off?")

    def error(self, line: int, reason: str) -> FormatError:
        """The error to raise about a line."""
        return FormatError(reason, path=self._path, line=line)

    def numbered(self, number: int) -> _Mark | None:
        """The mark with a number."""
        return self._numbered.get(number)

    def check(self, text: str) -> None:
        """FormatError for a line that does not lie in the text where its word is."""
        utf16 = Utf16(text)
        for name, (start, end, word, line) in self.units.items():
            first, last = utf16.points(start), utf16.points(end)
            if first is None or last is None or first > last:
                raise self.error(
                    line, f"{name} at {start}..{end} is no stretch of the {utf16.length} units"
                )
            if text[first:last] != word:
                raise self.error(
                    line, f"{name} reads {_shown(word)}, but #Text has {_shown(text[first:last])}"
                )

    def _header(self) -> int:
        match = _VERSION.fullmatch(self._lines[0])
        if match is None:
            raise self.error(1, "not WebAnno TSV: the first line must be #FORMAT=WebAnno TSV 3.3")
        if match[1] not in ("3.2", "3.3"):
            raise self.error(1, f"is version {match[1]}; export it as WebAnno TSV 3.3")
        number = 1
        while number < len(self._lines) and self._lines[number].startswith("#T_"):
            layer = _LAYER.fullmatch(self._lines[number])
            if layer is None:
                raise self.error(number + 1, f"not a layer: {_shown(self._lines[number])}")
            name, *features = layer[2].split("|")
            base = ""
            if layer[1] == "RL":
                if not features or not features[-1].startswith(BASE):
                    raise self.error(number + 1, f"a relation layer must end in {BASE}LAYER")
                base = features.pop().removeprefix(BASE)
            columns = _Columns(layer[1], name, tuple(filter(None, features)), self._width, base)
            self.columns.append(columns)
            self._width += columns.width
            number += 1
        return number

    def _unit(self, line: int, cells: list[str]) -> None:
        if len(cells) < self._width:
            raise self.error(line, f"{len(cells)} cells, but the header needs {self._width}")
        name, place = cells[0], _OFFSETS.fullmatch(cells[1])
        if not _UNIT.fullmatch(name) or place is None:
            raise self.error(
                line, f"not a token (1-1<TAB>0-4<TAB>Avon): {_shown(cells[0])} {_shown(cells[1])}"
            )
        start, end = int(place[1]), int(place[2])
        if name in self.units:
            raise self.error(line, f"{name} stands on line {self.units[name][3]} already")
        if self._pending:
            self._sentence(line, start)
        self.units[name] = (start, end, cells[2], line)
        for columns in self.columns:
            own = cells[columns.at : columns.at + columns.width]
            if columns.kind == "SP":
                self._spans(columns, own, name, line)
            elif columns.kind == "RL":
                self._relations(columns, own, name, line)
            elif own[0] != NONE:
                self.links.append((columns.layer, cells[2]))

    def _sentence(self, line: int, start: int) -> None:
        gap = start - self.text.length
        if gap == -1 and self.text.pieces:
            self.text.pieces[-1] = self.text.pieces[-1].removesuffix("\n")
            self.text.length -= 1
        elif not 0 <= gap <= _MOST_SPACE:
            raise self.error(
                line,
                f"the sentence starts at {start}, but the text before it ends at "
                f"{self.text.length}, and only white space may lie between",
            )
        else:
            self.text.add(" " * gap)
        self.text.add("\n".join(self._pending) + "\n")
        self._pending.clear()

    def _spans(self, columns: _Columns, cells: Sequence[str], unit: str, line: int) -> None:
        start, end = self.units[unit][:2]
        for values, numbers, _ in self._stacked(columns, cells, line):
            number = next(iter(numbers), 0)
            mark = self._numbered.get(number)
            if mark is not None and mark.columns is not columns:
                raise self.error(line, f"the number [{number}] is one of {mark.columns.layer}")
            if mark is None:
                mark = _Mark(columns, start, end, values, line)
                self.marks.append(mark)
                if number:
                    self._numbered[number] = mark
            mark.end = max(mark.end, end)
            self.on_unit.setdefault((unit, columns.layer), mark)

    def _relations(self, columns: _Columns, cells: Sequence[str], unit: str, line: int) -> None:
        for values, numbers, head in self._stacked(columns, cells, line):
            ends = numbers if len(numbers) == 2 else (0, 0)
            self.arrows.append(_Arrow(columns, head, unit, ends, values, line))

    def _stacked(
        self, columns: _Columns, cells: Sequence[str], line: int
    ) -> Iterator[tuple[dict[str, str | None], tuple[int, ...], str]]:
        """The annotations of a layer on a line: features, numbers, and the unit of the head."""
        if all(cell == NONE for cell in cells):
            return
        keys = [*columns.features, *((BASE,) if columns.base else ())] or [""]
        stacks = {
            key: self._values(cell, line)
            for key, cell in zip(keys, cells, strict=True)
            if not _is_slot_target(key)
        }
        for index in range(max(map(len, stacks.values()))):
            there = {key: stack[index] for key, stack in stacks.items() if index < len(stack)}
            numbers = next((cell.numbers for cell in there.values() if cell.numbers), ())
            if columns.base and BASE not in there:
                raise self.error(line, f"a relation of {columns.layer} without a head")
            head = there.pop(BASE).text if columns.base else ""
            yield {key: cell.value for key, cell in there.items()}, numbers, head

    def _values(self, cell: str, line: int) -> list[_Cell]:
        """The stacked values of a cell; none for "_"."""
        if cell == NONE:
            return []
        parts = [""]
        for piece in _PIECE.findall(cell):
            if piece == STACK:
                parts.append("")
            else:
                parts[-1] += piece
        values = []
        for text in parts:
            match = _VALUE.fullmatch(text)
            if match is None:
                raise self.error(line, f"not a value as WebAnno TSV has it: {_shown(text)}")
            numbers = tuple(int(number) for number in match.groups()[1:] if number)
            value = None if match[1] == NULL else _IN_VALUE.sub(_plain, match[1])
            values.append(_Cell(match[1], value, numbers))
        return values


class _Labels:
    """The marks and arrows of a file as mentions, relations and losses."""

    def __init__(self, file: _File, document: Document):
        self.document = document
        self._file, self._utf16 = file, Utf16(document.text)
        self.losses = [
            Loss("annotation of another layer", document.id, short(layer), word)
            for layer, word in file.links
        ]
        given = self._identifiers()
        self._names = Names("T", given.values())
        self._mentions: dict[int, Mention] = {}
        for mark in file.marks:
            self._mark(mark, given.get(id(mark), ""))
        self.mentions = [*self._mentions.values()]
        self.relations = [*self._relations()]

    def _lose(self, what: str, item: str, detail: str) -> None:
        self.losses.append(Loss(what, self.document.id, item, detail))

    def _identifiers(self) -> dict[int, str]:
        given: dict[int, str] = {}
        for mark in self._file.marks:
            name = mark.values.get(IDENTIFIER) if mark.columns.layer == MENTION else None
            if name and name in given.values():
                raise self._file.error(mark.line, f"the identifier {_shown(name)} is used twice")
            if name:
                given[id(mark)] = name
        return given

    def _mark(self, mark: _Mark, name: str) -> None:
        start, end = self._utf16.points(mark.start) or 0, self._utf16.points(mark.end) or 0
        layer = mark.columns.layer
        if not is_span_layer(layer):
            self._lose("annotation of another layer", short(layer), self.document.text[start:end])
        elif start == end:
            self._lose("mark of no characters", name or short(layer), f"at {start}")
        else:
            name = name or self._names.give()
            kind, score = self._kind(mark, name)
            self._mentions[id(mark)] = Mention(name, Span(start, end), kind, score)

    def _relations(self) -> Iterator[Relation]:
        for arrow in self._file.arrows:
            ours = arrow.columns.layer == RELATION
            name = arrow.values.get(IDENTIFIER) or "" if ours else ""
            kind, score = self._kind(arrow, name)
            ends = [
                self._end(arrow, unit, number)
                for unit, number in zip((arrow.head, arrow.tail), arrow.numbers, strict=True)
            ]
            if ends[0] is None or ends[1] is None:
                self._lose("relation of something that is no mention", name, kind)
            else:
                yield Relation(kind, ends[0].id, ends[1].id, name, score)

    def _end(self, arrow: _Arrow, unit: str, number: int) -> Mention | None:
        """The mention that an arrow's end is; None if it is something else."""
        file, base = self._file, arrow.columns.base
        mark = file.numbered(number) if number else file.on_unit.get((unit, base))
        if mark is not None:
            return self._mentions.get(id(mark))
        if number or unit not in file.units or is_span_layer(base):
            where = f"[{number}]" if number else f"{short(base)} on {_shown(unit)}"
            raise file.error(arrow.line, f"a relation points to {where}, which does not exist")
        return None

    def _kind(self, found: _Mark | _Arrow, name: str) -> tuple[str, float | None]:
        """The type and the score of a label; its layer's name as type if it says none."""
        layer = short(found.columns.layer)
        ours = found.columns.layer in (MENTION, RELATION)
        own = {IDENTIFIER, SCORE} if ours else set()
        label = label_feature(
            feature
            for feature in found.columns.features
            if feature not in own and not feature.startswith(ROLE) and not _is_slot_target(feature)
        )
        for feature, value in found.values.items():
            if feature not in own | {label, ""} and value is not None:
                self._lose("feature", name or layer, f"{feature}: {value}")
        value = found.values.get(label) if label else None
        if label and value is None:
            self._lose("label left open", name or layer, f"is read as {layer}")
        return layer if value is None else value, self._score(found) if ours else None

    def _score(self, found: _Mark | _Arrow) -> float | None:
        given = found.values.get(SCORE)
        try:
            return None if given is None else float(given)
        except ValueError:
            reason = f"{SCORE} must be a number, not {_shown(given)}"
            raise self._file.error(found.line, reason) from None


def _is_slot_target(feature: str) -> bool:
    """Whether a cell is the target of a slot: it is headed by a type, and its slot comes before."""
    return "." in feature and not feature.startswith(ROLE)


def _plain(match: re.Match[str]) -> str:
    return _READ.get(match[1], match[1])


def _plain_text(line: str) -> str:
    return _IN_TEXT.sub(_plain, line)


def _shown(text: str | None) -> str:
    text = text or ""
    return repr(text if len(text) <= 40 else text[:37] + "...")
