"""Three CSV tables in a folder, for spreadsheets, pandas and databases; they hold everything.

Format: RFC 4180 (https://www.rfc-editor.org/rfc/rfc4180), UTF-8 without byte-order mark, every
cell quoted, with a header. ``documents.csv``, ``mentions.csv`` and ``relations.csv`` have the
columns of `tables`; ``complete`` is "true" or "false", and no score is an empty cell.

A spreadsheet runs a cell that starts with ``=``, ``+``, ``-`` or ``@`` as a formula (OWASP, CSV
Injection). Such a cell, and one that starts with an apostrophe, a tab, a line break or NUL, gets
an apostrophe in front; the reader takes one away, so texts come back as they were.
"""

import csv
import io
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from accord.errors import FormatError
from accord.files import read_text
from accord.formats import Labelled, Loss, Reading
from accord.formats.folder import write_folder
from accord.formats.records import Record
from accord.formats.sound import sound
from accord.formats.tables import COLUMNS, Row, joined, rows
from accord.schema import Schema

SUFFIX = ".csv"

_DANGEROUS = tuple("=+-@\t\r\n\0'＝＋－＠")
_FLAGS = {"true": True, "false": False}
_NUMBER = re.compile(r"[0-9]{1,18}", re.ASCII)


def read(path: Path, schema: Schema) -> Reading:  # noqa: ARG001
    """Documents with their labels from a folder; types are kept, known to the schema or not.

    Raises InputError naming the table and the line that is wrong.
    """
    losses: list[Loss] = []
    tables = [list(_records(path / f"{name}{SUFFIX}", COLUMNS[name], losses)) for name in COLUMNS]
    return Reading(joined(*tables), tuple(losses))


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
        tables = {
            f"{name}{SUFFIX}": _table(COLUMNS[name], table) for name, table in rows(wanted).items()
        }
        write_folder(path, tables, replace=True)
    return ()


def _table(columns: Sequence[str], table: Iterable[Row]) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_cell(row[column]) for column in columns] for row in table)
    return buffer.getvalue().encode("utf-8")


def _cell(value: object) -> str:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_DANGEROUS) else value
    return "" if value is None else str(value).lower() if isinstance(value, bool) else repr(value)


def _records(path: Path, columns: Sequence[str], losses: list[Loss]) -> Iterator[Record]:
    # The csv module's limit on a cell (128 KB) is one for all; a text may well be longer.
    limit = csv.field_size_limit(sys.maxsize)
    line = 1
    try:
        reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
        header = next(reader, [])
        missing = [column for column in columns if header.count(column) != 1]
        if missing:
            raise FormatError(f"needs one column {missing[0]!r} in its header", path=path, line=1)
        losses += (
            Loss("column", "", column, path.name) for column in header if column not in columns
        )
        line = reader.line_num + 1
        for cells in reader:
            if cells and len(cells) != len(header):
                raise FormatError(
                    f"{len(cells)} cells, but the header has {len(header)}", path=path, line=line
                )
            if cells:
                pairs = zip(header, cells, strict=True)
                yield Record({name: _value(name, cell) for name, cell in pairs}, path, line)
            line = reader.line_num + 1
    except csv.Error as error:
        reason = f"not valid CSV: {error}; is the file cut off?"
        raise FormatError(reason, path=path, line=line) from None
    finally:
        csv.field_size_limit(limit)


def _value(column: str, cell: str) -> object:
    """A cell's value; one that is none of its column's kind stays text, and is refused as such."""
    text = cell.removeprefix("'")
    if column in ("start", "end"):
        return int(text) if _NUMBER.fullmatch(text) else text
    if column == "complete":
        return _FLAGS.get(text, text)
    if column == "score":
        try:
            return float(text) if text else None
        except ValueError:
            return text
    return text
