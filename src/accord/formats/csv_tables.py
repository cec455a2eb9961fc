"""Three CSV tables in a folder, for spreadsheets, pandas and databases; they hold everything.

Format: RFC 4180 (https://www.rfc-editor.org/rfc/rfc4180), UTF-8 without byte-order mark, every
cell quoted, with a header:

- ``documents.csv``: document, text, source, complete ("true" or "false"), meta (a JSON object)
- ``mentions.csv``: document, id, start, end, type, text, score
- ``relations.csv``: document, id, type, head, tail, score

Offsets are half-open code points; the text of a mention is there to be read and is checked.

A spreadsheet runs a cell that starts with ``=``, ``+``, ``-`` or ``@`` as a formula (OWASP, CSV
Injection). Such a cell, and one that starts with an apostrophe, a tab, a line break or NUL, gets
an apostrophe in front; the reader takes one away, so texts come back as they were.
"""

import csv
import io
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from accord.document import Document, Layer, Mention, Relation, Span
from accord.errors import FormatError
from accord.files import read_text
from accord.formats import Labelled, Loss, Reading
from accord.formats.folder import write_folder
from accord.formats.records import Record, parse_json
from accord.formats.sound import sound
from accord.schema import Schema

COLUMNS = {
    "documents.csv": ("document", "text", "source", "complete", "meta"),
    "mentions.csv": ("document", "id", "start", "end", "type", "text", "score"),
    "relations.csv": ("document", "id", "type", "head", "tail", "score"),
}
_DANGEROUS = tuple("=+-@\t\r\n\0'＝＋－＠")
_FLAGS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class _Row:
    """A row by column, and the line that it starts on."""

    cells: Mapping[str, str]
    path: Path
    line: int

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def error(self, reason: str) -> FormatError:
        return FormatError(reason, path=self.path, line=self.line)

    def offset(self, column: str) -> int:
        if not re.fullmatch(r"[0-9]{1,18}", self[column], re.ASCII):
            raise self.error(f"{column} must be a whole number, not {_shown(self[column])}")
        return int(self[column])

    def score(self) -> float | None:
        if not self["score"]:
            return None
        try:
            return float(self["score"])
        except ValueError:
            raise self.error(f"score must be a number, not {_shown(self['score'])}") from None


def read(path: Path, schema: Schema) -> Reading:  # noqa: ARG001
    """Documents with their labels from a folder; types are kept, known to the schema or not.

    Raises InputError naming the table and the line that is wrong.
    """
    losses: list[Loss] = []
    tables = {name: list(_rows(path / name, losses)) for name in COLUMNS}
    documents: dict[str, tuple[Document, _Row]] = {}
    for row in tables["documents.csv"]:
        name = row["document"]
        if name in documents:
            raise row.error(f"the document {_shown(name)} has a row already")
        documents[name] = (Document(name, row["text"], _meta(row)), row)
    mentions: dict[str, dict[str, Mention]] = {name: {} for name in documents}
    relations: dict[str, list[Relation]] = {name: [] for name in documents}
    for row in tables["mentions.csv"]:
        _known(row, documents)
        mention = _mention(row, documents[row["document"]][0])
        if mention.id in mentions[row["document"]]:
            raise row.error(f"the id {_shown(mention.id)} is used twice")
        mentions[row["document"]][mention.id] = mention
    for row in tables["relations.csv"]:
        _known(row, documents)
        for column in ("head", "tail"):
            if row[column] not in mentions[row["document"]]:
                raise row.error(f"{column} is {_shown(row[column])}, which mentions.csv lacks")
        relations[row["document"]].append(
            Relation(row["type"], row["head"], row["tail"], row["id"], row.score())
        )
    return Reading(
        tuple(
            Labelled(
                document,
                Layer(
                    name,
                    row["source"],
                    tuple(mentions[name].values()),
                    tuple(relations[name]),
                    _complete(row),
                ),
            )
            for name, (document, row) in documents.items()
        ),
        tuple(losses),
    )


def write(
    path: Path,
    items: Sequence[Labelled],
    schema: Schema,  # noqa: ARG001
    *,
    dry: bool = False,
) -> tuple[Loss, ...]:
    """Write all documents to a folder of three tables; nothing is lost.

    Raises ConflictError if the folder holds anything else.
    """
    wanted = sound(items)
    if not dry:
        rows = {
            "documents.csv": map(_document_row, wanted),
            "mentions.csv": (row for item in wanted for row in _mention_rows(item)),
            "relations.csv": (row for item in wanted for row in _relation_rows(item)),
        }
        tables = {name: _table(COLUMNS[name], rows[name]) for name in COLUMNS}
        write_folder(path, tables, replace=True)
    return ()


def _document_row(item: Labelled) -> tuple[str, ...]:
    document, layer = item.document, item.layer
    meta = json.dumps(dict(document.meta), ensure_ascii=False)
    return document.id, document.text, layer.source, str(layer.complete).lower(), meta


def _mention_rows(item: Labelled) -> Iterator[tuple[str, ...]]:
    for m in item.layer.mentions:
        place = (str(m.span.start), str(m.span.end))
        text = item.document[m.span]
        yield item.document.id, m.id, *place, m.type, text, _number(m.score)


def _relation_rows(item: Labelled) -> Iterator[tuple[str, ...]]:
    for r in item.layer.relations:
        yield item.document.id, r.id, r.type, r.head, r.tail, _number(r.score)


def _number(score: float | None) -> str:
    return "" if score is None else repr(float(score))


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([f"'{c}" if c.startswith(_DANGEROUS) else c for c in row] for row in rows)
    return buffer.getvalue().encode("utf-8")


def _rows(path: Path, losses: list[Loss]) -> Iterator[_Row]:
    # The csv module's limit on a cell (128 KB) is one for all; a text may well be longer.
    limit = csv.field_size_limit(sys.maxsize)
    line = 1
    try:
        reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
        header = next(reader, [])
        missing = [column for column in COLUMNS[path.name] if header.count(column) != 1]
        if missing:
            raise FormatError(f"needs one column {missing[0]!r} in its header", path=path, line=1)
        losses += (
            Loss("column", "", column, path.name)
            for column in header
            if column not in COLUMNS[path.name]
        )
        line = reader.line_num + 1
        for cells in reader:
            if cells and len(cells) != len(header):
                raise FormatError(
                    f"{len(cells)} cells, but the header has {len(header)}", path=path, line=line
                )
            if cells:
                plain = [cell.removeprefix("'") for cell in cells]
                yield _Row(dict(zip(header, plain, strict=True)), path, line)
            line = reader.line_num + 1
    except csv.Error as error:
        reason = f"not valid CSV: {error}; is the file cut off?"
        raise FormatError(reason, path=path, line=line) from None
    finally:
        csv.field_size_limit(limit)


def _known(row: _Row, documents: Mapping[str, object]) -> None:
    if row["document"] not in documents:
        raise row.error(f"the document {_shown(row['document'])} has no row in documents.csv")


def _mention(row: _Row, document: Document) -> Mention:
    start, end = row.offset("start"), row.offset("end")
    if not start < end <= len(document.text):
        raise row.error(
            f"needs start < end <= {len(document.text)}, the length of the text, "
            f"not {start} and {end}"
        )
    span = Span(start, end)
    if document[span] != row["text"]:
        raise row.error(
            f"reads {_shown(row['text'])}, but the text has {_shown(document[span])} "
            f"at {start}..{end}"
        )
    return Mention(row["id"], span, row["type"], row.score())


def _meta(row: _Row) -> dict[str, str]:
    value = parse_json(row["meta"] or "{}", row.path, row.line)
    if not isinstance(value, dict):
        raise row.error(f"meta must be a JSON object, not {_shown(row['meta'])}")
    record = Record(value, row.path, row.line, "meta")
    return {key: record.string(key) for key in value}


def _complete(row: _Row) -> bool:
    if row["complete"] not in _FLAGS:
        raise row.error(f"complete must be true or false, not {_shown(row['complete'])}")
    return _FLAGS[row["complete"]]


def _shown(cell: str) -> str:
    return repr(cell if len(cell) <= 40 else cell[:37] + "...")
