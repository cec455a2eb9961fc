"""A brat collection: a folder of .txt files, each with an .ann file, and an annotation.conf.

Formats: https://brat.nlplab.org/standoff.html and https://brat.nlplab.org/configuration.html.
Beyond the T and R lines in which Accord keeps its own labels (`accord.corpus.standoff`) brat has::

    T1<TAB>ORG 0 4;8 12<TAB>Avon Corp            a mark in several stretches
    E1<TAB>Pledge:T3 Giver:T1                    an event
    A1<TAB>Negation E1                           an attribute, M1 in older files
    N1<TAB>Reference T1 Wikidata:Q9<TAB>Avon     a normalisation
    *<TAB>Equiv T1 T2                            an equivalence
    #1<TAB>AnnotatorNotes T1<TAB>sure?           a note

All of these are read, and reported as losses; a mark in several stretches becomes the stretch from
its first to its last character.

Offsets are code points, but brat takes a CRLF for one line feed and so counts it once. The texts
are written as they are. Files that count a CRLF twice are read as well, when the quoted words fit.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from accord.corpus.standoff import format_standoff
from accord.document import Document, Layer, Mention, Relation, Span
from accord.errors import FormatError, InputError
from accord.files import read_text
from accord.formats import Labelled, Loss, Reading
from accord.formats.folder import check_free, check_name, write_folder
from accord.formats.plain import unsaid
from accord.formats.sound import sound
from accord.formats.standoff import standoff_item
from accord.schema import RelationType, Schema

_MENTION = re.compile(r"T[0-9]+\t(\S+) ([0-9]+ [0-9]+(?:;[0-9]+ [0-9]+)*)\t(.*)", re.DOTALL)
_RELATION = re.compile(r"R[0-9]+\t(\S+) (\S+):([TE][0-9]+) (\S+):([TE][0-9]+)\s*")
_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_ELSEWHERE = {
    "E": ("event", re.compile(r"E[0-9]+\t\S+:T[0-9]+(?: \S+:[TE][0-9]+)*\s*")),
    "A": ("attribute", re.compile(r"A[0-9]+\t\S+ [A-Z][0-9]+(?: .+)?\s*")),
    "M": ("attribute", re.compile(r"M[0-9]+\t\S+ [A-Z][0-9]+(?: .+)?\s*")),
    "N": ("normalisation", re.compile(r"N[0-9]+\t\S+ [A-Z][0-9]+ \S+(?:\t.*)?", re.DOTALL)),
    "*": ("equivalence", re.compile(r"\*\t\S+(?: [TE][0-9]+)+\s*")),
    "#": ("note", re.compile(r"#[^\t]*\t\S+ \S+(?:\t.*)?", re.DOTALL)),
}


def write(
    path: Path, items: Sequence[Labelled], schema: Schema, *, dry: bool = False
) -> tuple[Loss, ...]:
    """Write a collection to a new or empty folder; it appears as a whole or not at all.

    Losses are metadata, the source, unfinished status, scores, ids that brat does not know, types
    with white space and marks that cut a CRLF in two. Raises ConflictError for a folder in use, and
    InputError for a document id that is no path within the folder.
    """
    losses: list[Loss] = []
    files = {"annotation.conf": annotation_conf(schema)}
    for whole in sound(items):
        name = whole.document.id
        check_name(name)
        if whole.document.text.startswith("\ufeff"):
            losses.append(Loss("document with byte-order mark", name, "", "it is left out"))
            continue
        item, lost = standoff_item(whole, _Newlines(whole.document).refuses)
        losses += [*lost, *unsaid(item, path)]
        files[f"{name}.txt"] = item.document.text
        files[f"{name}.ann"] = _Newlines(item.document).format(item.layer)
    check_free(path)
    if not dry:
        write_folder(path, {name: text.encode() for name, text in files.items()})
    return tuple(losses)


def read(path: Path, schema: Schema) -> Reading:  # noqa: ARG001
    """Read a collection; the folder's name is the source, a .txt alone is unfinished work.

    Raises FormatError naming file and line for marks outside of the text or beside their quoted
    words, relations to missing marks, ids used twice, lines of no known kind, and a lone .ann.
    """
    if not path.is_dir():
        raise InputError("no such folder; a brat collection is one", path=path)
    items: list[Labelled] = []
    losses: list[Loss] = []
    files = [f for f in sorted(path.rglob("*")) if not _hidden(f.relative_to(path)) and f.is_file()]
    texts = {file.with_suffix("") for file in files if file.suffix == ".txt"}
    for file in files:
        name = file.relative_to(path).with_suffix("").as_posix()
        if file.suffix == ".txt":
            item, lost = _read_document(file, name, path.absolute().stem)
            items.append(item)
            losses += lost
        elif file.suffix == ".ann" and file.with_suffix("") not in texts:
            raise FormatError("has no text: the .txt file beside it is missing", path=file)
        elif file.suffix in (".a1", ".a2", ".co", ".rel"):
            losses.append(Loss("file of labels beside the .ann", name, file.name))
    return Reading(tuple(items), tuple(losses))


def annotation_conf(schema: Schema) -> str:
    """The annotation.conf for the schema: types, what relations join, marks may nest."""
    lines = ["[entities]", *schema.mentions, "", "[relations]"]
    for relation in schema.relations.values():
        lines += _conf_lines(relation)
    lines.append("<OVERLAP>\tArg1:<ENTITY>, Arg2:<ENTITY>, <OVL-TYPE>:contain")
    return "\n".join([*lines, "", "[events]", "", "[attributes]", ""])


def _conf_lines(relation: RelationType) -> Iterator[str]:
    kind = ", <REL-TYPE>:symmetric" if relation.symmetric else ""
    pairs = [("|".join(relation.head), "|".join(relation.tail))]
    if relation.same_type:
        pairs = [(name, name) for name in relation.head if name in relation.tail]
    for head, tail in pairs:
        yield f"{relation.name}\tArg1:{head}, Arg2:{tail}{kind}"


class _Newlines:
    """A document as brat sees it, every line break as one line feed, and positions in both."""

    def __init__(self, document: Document):
        self._starts: list[int] = []
        position = 0
        for piece in re.findall(r"\r\n|.", document.text, re.DOTALL):
            self._starts.append(position)
            position += len(piece)
        self._starts.append(position)
        self._seen = {start: number for number, start in enumerate(self._starts)}
        text = _LINE_BREAK.sub("\n", document.text)
        self.document = Document(document.id, text)

    def refuses(self, mention: Mention) -> str:
        """Why brat cannot hold a mention; nothing if it can."""
        if mention.span.start in self._seen and mention.span.end in self._seen:
            return ""
        return "the mark cuts a CRLF in two"

    def format(self, layer: Layer) -> str:
        """The layer as an .ann file."""
        mentions = tuple(
            replace(m, span=Span(self._seen[m.span.start], self._seen[m.span.end]))
            for m in layer.mentions
        )
        return format_standoff(self.document, replace(layer, mentions=mentions))

    def back(self, span: Span) -> Span:
        """A span of brat's as one of the text's."""
        return Span(self._starts[span.start], self._starts[span.end])


def _hidden(path: Path) -> bool:
    return any(step.startswith(".") for step in path.parts)


def _read_document(file: Path, name: str, source: str) -> tuple[Labelled, list[Loss]]:
    document = Document(name, read_text(file))
    labels = file.with_suffix(".ann")
    if not labels.exists():
        return Labelled(document, Layer(name, source, complete=False)), []
    lines = read_text(labels).split("\n")
    newlines = _Newlines(document)
    seen = _Lines(labels, newlines.document, lines)
    try:
        seen.parse()
    except FormatError:
        if newlines.document.text == document.text:
            raise
        raw = _Lines(labels, document, lines)
        if not raw.fits():
            raise
        layer = Layer(name, source, tuple(raw.mentions.values()), tuple(raw.relations))
        return Labelled(document, layer), raw.losses
    mentions = tuple(replace(m, span=newlines.back(m.span)) for m in seen.mentions.values())
    return Labelled(document, Layer(name, source, mentions, tuple(seen.relations))), seen.losses


class _Lines:
    """The lines of an .ann file as labels and losses."""

    def __init__(self, path: Path, document: Document, lines: list[str]):
        self._path, self._document, self._texts = path, document, lines
        self._lines: dict[str, int] = {}
        self._arrows: list[tuple[int, str, str]] = []
        self.mentions: dict[str, Mention] = {}
        self.relations: list[Relation] = []
        self.losses: list[Loss] = []

    def parse(self) -> None:
        """Read all lines; FormatError at the first wrong one."""
        for number, text in enumerate(self._texts, start=1):
            line = text.removesuffix("\r")
            if not line.strip():
                continue
            item = line.split("\t", 1)[0]
            if item in self._lines and item[:1] not in "*#":
                raise self._error(number, f"the id {item} stands on line {self._lines[item]}")
            self._lines[item] = number
            self._line(number, item, line)
        for number, item, line in self._arrows:
            self._relation(number, item, line)

    def fits(self) -> bool:
        """Whether all lines can be read."""
        try:
            self.parse()
        except FormatError:
            return False
        return True

    def _line(self, number: int, item: str, line: str) -> None:
        if line[0] == "T":
            self._mention(number, item, line)
        elif line[0] == "R":
            self._arrows.append((number, item, line))
        elif line[0] in _ELSEWHERE:
            what, form = _ELSEWHERE[line[0]]
            if not form.fullmatch(line):
                raise self._error(number, f"not {what}s as brat writes them: {_shown(line)}")
            self._lose(what, item, line)
        else:
            raise self._error(number, f"not a line of brat's: {_shown(line)}")

    def _lose(self, what: str, item: str, detail: str) -> None:
        shown = " ".join(detail.split("\t")[1:])
        self.losses.append(Loss(what, self._document.id, "" if item == "*" else item, shown))

    def _mention(self, number: int, item: str, line: str) -> None:
        match = _MENTION.fullmatch(line)
        if match is None:
            raise self._error(
                number, f"not a mark (T1<TAB>TYPE START END<TAB>TEXT): {_shown(line)}"
            )
        kind, stretches, quoted = match.groups()
        pieces = [self._span(number, item, stretch) for stretch in stretches.split(";")]
        found = " ".join(self._document[piece] for piece in pieces)
        if _LINE_BREAK.sub(" ", found) != quoted:
            raise self._error(
                number, f"{item} reads {_shown(quoted)}, but the text has {_shown(found)} there"
            )
        if len(pieces) > 1:
            self._lose("mark in several stretches", item, line)
        start, end = min(p.start for p in pieces), max(p.end for p in pieces)
        self.mentions[item] = Mention(item, Span(start, end), kind)

    def _span(self, number: int, item: str, stretch: str) -> Span:
        if max(map(len, stretch.split(" "))) > 18:
            raise self._error(number, f"{item} has an offset out of range: {_shown(stretch)}")
        start, end = map(int, stretch.split(" "))
        size = len(self._document.text)
        if not start < end <= size:
            raise self._error(
                number, f"{item} at {start}..{end} is no stretch of the text's {size} characters"
            )
        return Span(start, end)

    def _relation(self, number: int, item: str, line: str) -> None:
        match = _RELATION.fullmatch(line)
        if match is None:
            raise self._error(
                number, f"not a relation (R1<TAB>TYPE Arg1:T1 Arg2:T2): {_shown(line)}"
            )
        kind, first, head, second, tail = match.groups()
        for end in (head, tail):
            if end not in self._lines:
                raise self._error(number, f"{item} points to {end}, which does not exist")
        if head[0] == "E" or tail[0] == "E":
            self._lose("relation of an event", item, line)
            return
        if {first, second} != {"Arg1", "Arg2"}:
            self._lose("role name", item, line)
        elif first == "Arg2":
            head, tail = tail, head
        self.relations.append(Relation(kind, head, tail, item))

    def _error(self, number: int, reason: str) -> FormatError:
        return FormatError(reason, path=self._path, line=number)


def _shown(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:77] + "...")
