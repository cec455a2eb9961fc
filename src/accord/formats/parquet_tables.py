"""Three Parquet tables in a folder, for pandas, DuckDB and Spark; they hold everything.

Format: https://parquet.apache.org/docs/file-format/, by pyarrow (the extra ``parquet``).
``documents.parquet``, ``mentions.parquet`` and ``relations.parquet`` have the columns of `tables`:
text as string, offsets as int64, ``complete`` as bool, scores as double, null where there is none.

A few kilobytes of Parquet can be made to fill any memory, so a file is read by and by, and no
further than MOST_BYTES.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from accord.errors import FormatError, MissingExtraError
from accord.files import read_bytes
from accord.formats import Labelled, Loss, Reading
from accord.formats.folder import write_folder
from accord.formats.records import Record
from accord.formats.sound import sound
from accord.formats.tables import COLUMNS, Row, joined, rows
from accord.schema import Schema

SUFFIX = ".parquet"

#: A file may unpack to no more bytes than this.
MOST_BYTES = 1 << 30

_ROWS = 1000
_NUMBERS = {"start": "int64", "end": "int64", "score": "double", "complete": "bool"}

#: The columns of each table with their types: Arrow's names, or the fields of a list's structs.
Types = Mapping[str, "str | Types"]

TYPES: Mapping[str, Types] = MappingProxyType(
    {name: {column: _NUMBERS.get(column, "string") for column in COLUMNS[name]} for name in COLUMNS}
)


def read(path: Path, schema: Schema) -> Reading:  # noqa: ARG001
    """Documents with their labels from a folder; types are kept, known to the schema or not.

    Raises InputError naming the table and the row or column that is wrong, and MissingExtraError.
    """
    losses: list[Loss] = []
    tables = [list(read_rows(path / f"{name}{SUFFIX}", TYPES[name], losses)) for name in COLUMNS]
    return Reading(joined(*tables), tuple(losses))


def write(
    path: Path,
    items: Sequence[Labelled],
    schema: Schema,  # noqa: ARG001
    *,
    dry: bool = False,
) -> tuple[Loss, ...]:
    """Write all documents to a folder of three tables; nothing is lost.

    Raises ConflictError if the folder holds anything else, and MissingExtraError.
    """
    wanted = sound(items)
    pyarrow()
    if not dry:
        tables = {
            f"{name}{SUFFIX}": table_bytes(table, TYPES[name])
            for name, table in rows(wanted).items()
        }
        write_folder(path, tables, replace=True)
    return ()


def pyarrow() -> Any:
    """The library; MissingExtraError naming the extra if it is not installed."""
    try:
        import pyarrow.parquet
    except ImportError:
        raise MissingExtraError("pyarrow", "parquet") from None
    return pyarrow


def table_bytes(table: Sequence[Row], types: Types) -> bytes:
    """A Parquet file of these rows."""
    arrow = pyarrow()
    schema = arrow.schema([(column, _arrow_type(kind)) for column, kind in types.items()])
    sink = arrow.BufferOutputStream()
    arrow.parquet.write_table(arrow.Table.from_pylist([*table], schema=schema), sink)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def read_rows(path: Path, types: Types, losses: list[Loss]) -> Iterator[Record]:
    """The rows of a Parquet file with these columns; others are added to the losses.

    Raises FormatError for what is no Parquet, for a column that is missing or of another type, and
    for a file that unpacks to more than MOST_BYTES.
    """
    arrow = pyarrow()
    data = read_bytes(path)
    number = size = 0
    try:
        file = arrow.parquet.ParquetFile(arrow.BufferReader(data))
        losses += _other_columns(file.schema_arrow, types, path)
        for batch in file.iter_batches(_ROWS, columns=[*types]):
            size += batch.nbytes
            if size > MOST_BYTES:
                raise FormatError(
                    f"unpacks to more than {MOST_BYTES:,} bytes; split it into smaller files",
                    path=path,
                )
            for row in batch.to_pylist():
                number += 1
                yield Record(row, path, None, f"row {number}")
    except (arrow.ArrowException, OSError, ValueError) as error:
        # Arrow quotes bytes of the file as they are; a terminal might obey them.
        reason = "".join(c if c.isprintable() else " " for c in str(error))
        reason = " ".join(reason.split())[:200]
        raise FormatError(f"not a Parquet file that can be read: {reason}", path=path) from None


def _arrow_type(kind: "str | Types") -> Any:
    arrow = pyarrow()
    if isinstance(kind, str):
        return arrow.type_for_alias(kind)
    return arrow.list_(arrow.struct([arrow.field(n, _arrow_type(k)) for n, k in kind.items()]))


def _other_columns(schema: Any, types: Types, path: Path) -> list[Loss]:
    for column, kind in types.items():
        if schema.names.count(column) != 1:
            raise FormatError(f"needs one column {column!r}", path=path)
        found = schema.field(column).type
        if not _fits(found, kind):
            raise FormatError(
                f"the column {column!r} is of type {str(found)[:80]}, but needs {_shown(kind)}",
                path=path,
            )
    return [Loss("column", "", name, path.name) for name in schema.names if name not in types]


def _fits(found: Any, kind: "str | Types") -> bool:
    """Whether a column of this Arrow type holds such values: any width of number and text does."""
    types = pyarrow().types
    if not isinstance(kind, str):
        if not (types.is_list(found) or types.is_large_list(found)):
            return False
        inner = found.value_type
        return types.is_struct(inner) and all(
            inner.get_field_index(name) >= 0 and _fits(inner.field(name).type, part)
            for name, part in kind.items()
        )
    if types.is_dictionary(found):
        found = found.value_type
    if types.is_null(found):
        return kind == "double"  # a column of scores of which no label has one
    if kind == "string":
        return bool(types.is_string(found) or types.is_large_string(found))
    if kind == "double":
        return bool(types.is_floating(found) or types.is_integer(found))
    return bool(types.is_integer(found) if kind == "int64" else types.is_boolean(found))


def _shown(kind: "str | Types") -> str:
    return kind if isinstance(kind, str) else f"a list of structs with {', '.join(kind)}"
