"""JSON as other tools write it: parsed strictly, and read by getters that name what is wrong."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, TypedDict

from accord.document import Mention, Relation, Span
from accord.errors import FormatError
from accord.files import read_text


class _Place(TypedDict):
    path: Path
    line: int | None


@dataclass(frozen=True, slots=True)
class Record:
    """A JSON object and its place in a file; `name` says where in the file's structure it is."""

    values: Mapping[str, object]
    path: Path
    line: int | None = None
    name: str = ""

    def error(self, reason: str) -> FormatError:
        """The error to raise about this record."""
        return FormatError(f"{self.name}: {reason}" if self.name else reason, **self._place())

    def string(self, key: str, default: str | None = None) -> str:
        """A string; FormatError for anything else, or if it is absent without a default."""
        value = self._value(key, default)
        if not isinstance(value, str):
            raise self.error(f"{key!r} must be a string, not {shown(value)}")
        return value

    def integer(self, key: str) -> int:
        """A whole number; FormatError for anything else (true and 1.0 too)."""
        value = self._value(key, None)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.error(f"{key!r} must be a whole number, not {shown(value)}")
        if value.bit_length() > 63:
            raise self.error(f"{key!r} is out of range: {shown(value)}")
        return value

    def number(self, key: str) -> float | None:
        """A number as a float, None if it is absent or null."""
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise self.error(f"{key!r} must be a number, not {shown(value)}")
        try:
            return float(value)
        except OverflowError:
            raise self.error(f"{key!r} is out of range: {shown(value)}") from None

    def flag(self, key: str, default: bool) -> bool:
        """True or false; the default if it is absent."""
        value = self.values.get(key, default)
        if not isinstance(value, bool):
            raise self.error(f"{key!r} must be true or false, not {shown(value)}")
        return value

    def name_of(self, key: str) -> str:
        """An id: a string that is not blank, or a whole number, as a string."""
        value = self._value(key, None)
        if isinstance(value, str) and value.strip():
            return value
        if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() < 64:
            return str(value)
        raise self.error(f"{key!r} must be an id (text or a number), not {shown(value)}")

    def own_id(self) -> str:
        """Its "id" as in `name_of`, "" if it is absent or null."""
        return "" if self.values.get("id") is None else self.name_of("id")

    def span(self, start: str, end: str, length: int) -> Span:
        """A stretch within a text of some length, in code points."""
        first, last = self.integer(start), self.integer(end)
        if not 0 <= first < last:
            raise self.error(
                f"{first}..{last} is no stretch of text; it needs 0 <= {start} < {end}"
            )
        if last > length:
            raise self.error(f"ends at {last}, but the text has {length} characters")
        return Span(first, last)

    def list(self, key: str) -> tuple[object, ...]:
        """A list as a tuple, empty if it is absent or null."""
        value = self.values.get(key)
        if value is None:
            return ()
        if not isinstance(value, list):
            raise self.error(f"{key!r} must be a list, not {shown(value)}")
        return tuple(value)

    def record(self, key: str) -> "Record | None":
        """An object, None if it is absent or null."""
        value = self.values.get(key)
        return None if value is None else self._inner(value, key)

    def records(self, key: str) -> "tuple[Record, ...]":
        """A list of objects, empty if it is absent or null; each is named by its number from 1."""
        return tuple(
            self._inner(value, f"{key} {number}")
            for number, value in enumerate(self.list(key), start=1)
        )

    def _inner(self, value: object, name: str) -> "Record":
        name = f"{self.name}, {name}" if self.name else name
        if not isinstance(value, dict):
            raise FormatError(f"{name} must be an object, not {shown(value)}", **self._place())
        return Record(value, self.path, self.line, name)

    def _value(self, key: str, default: object) -> object:
        value = self.values.get(key, default)
        if value is None and key not in self.values:
            raise self.error(f"{key!r} is missing")
        return value

    def _place(self) -> _Place:
        return {"path": self.path, "line": self.line}


def read_json(path: Path) -> object:
    """The file's one JSON value.

    Raises FormatError naming line and column for what is no JSON, is nested too deeply, repeats a
    key, or holds NaN or half a surrogate pair; InputError if the file is not UTF-8.
    """
    return parse_json(read_text(path), path)


def read_records(path: Path, name: str, *, alone: bool = False) -> tuple[Record, ...]:
    """The objects of a file that is one list of them, each called `name` and its number from 1.

    With `alone`, a file may also be a single object. Errors as in `read_json`.
    """
    value = read_json(path)
    if alone and isinstance(value, dict):
        value = [value]
    if not isinstance(value, list):
        raise FormatError(f"must be a list of {name}s, not {shown(value)}", path=path)
    records = []
    for number, entry in enumerate(value, start=1):
        if not isinstance(entry, dict):
            raise FormatError(f"{name} {number} must be an object, not {shown(entry)}", path=path)
        records.append(Record(entry, path, None, f"{name} {number}"))
    return tuple(records)


def read_json_lines(path: Path) -> Iterator[Record]:
    """The file's objects, one a line; blank lines are passed over. Errors as in `read_json`."""
    # Not splitlines(): JSON may hold U+2028 or U+0085 unescaped, which end no line here.
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if line.strip():
            value = parse_json(line, path, number)
            if not isinstance(value, dict):
                raise FormatError(
                    f"each line must be an object, not {shown(value)}", path=path, line=number
                )
            yield Record(value, path, number)


def parse_json(text: str, path: Path, line: int | None = None) -> object:
    """A JSON value, parsed strictly; see `read_json`. `line` is the text's own line in the file."""
    try:
        value: object = json.loads(text, parse_constant=_constant, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        raise FormatError(
            f"not valid JSON: {error.msg} at column {error.colno}; is the file cut off?",
            path=path,
            line=(line or 1) + error.lineno - 1,
        ) from None
    except RecursionError:
        raise FormatError("nested too deeply to be labels", path=path, line=line) from None
    except ValueError as error:
        raise FormatError(f"not valid JSON: {error}", path=path, line=line) from None
    if "\\ud" in text.lower():
        _whole_characters(value, path, line)
    return value


def shown(value: object) -> str:
    """A value as JSON for an error message, cut if it is long."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except (ValueError, TypeError, RecursionError):
        text = repr(type(value).__name__)
    return text if len(text) <= 60 else text[:57] + "..."


def score_field(label: Mention | Relation) -> dict[str, float]:
    """The score of a label as a field of its JSON object, no field without one."""
    return {} if label.score is None else {"score": label.score}


def as_text(value: object) -> str:
    """A value as metadata keeps it: a string as it is, everything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _object(pairs: "list[tuple[str, object]]") -> dict[str, object]:
    result = dict(pairs)
    if len(result) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {shown(twice)} stands twice in one object")
    return result


def _whole_characters(value: object, path: Path, line: int | None) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise FormatError(
            "holds half a surrogate pair (\\ud800 to \\udfff alone), which is no character",
            path=path,
            line=line,
        ) from None
