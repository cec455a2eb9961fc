"""Reading a training recipe: TOML tables into frozen dataclasses, every slip named.

A recipe is all that `accord train` needs: the kind of model, the seed, which labels to learn from
(``[data]``), and one table for each part of the model.
"""

import dataclasses
import tomllib
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from accord.errors import FormatError, InputError
from accord.files import read_text

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Data:
    """What to learn from: a split (or a pattern of document ids) and the layer of its labels.

    The documents of `held_out`, a split or pattern too, are never learned from; training is judged
    by them as it goes on.
    """

    split: str
    layer: str = "gold"
    held_out: str = ""


def read_recipe(path: Path) -> dict[str, Any]:
    """A recipe's tables as plain values; FormatError if it is not TOML or names no kind."""
    try:
        tables = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise FormatError(f"not valid TOML: {error}", path=path) from None
    if not isinstance(tables.get("kind"), str):
        raise FormatError('a recipe names its kind of model: kind = "baseline"', path=path)
    return tables


def fill(cls: type[T], table: Mapping[str, Any], where: str) -> T:
    """A dataclass filled from a table, nested tables included.

    Raises InputError for an unknown key, a missing one, or a value of another type; a whole number
    is accepted where a fraction is expected. `where` names the table in the error.
    """
    hints = typing.get_type_hints(cls)
    fields = {field.name: field for field in dataclasses.fields(cls)}  # type: ignore[arg-type]
    for key in table:
        if key not in fields:
            raise InputError(f"{where}: unknown key {key!r}; known are {', '.join(fields)}")
    values: dict[str, Any] = {}
    for name, field in fields.items():
        if name in table:
            values[name] = _value(hints[name], table[name], f"{where}: {name}")
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise InputError(f"{where}: {name} is missing")
    try:
        return cls(**values)
    except ValueError as error:
        raise InputError(f"{where}: {error}") from None


def _value(kind: Any, value: Any, where: str) -> Any:
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        if not isinstance(value, dict):
            raise InputError(f"{where} must be a table, not {value!r}")
        return fill(kind, value, f"[{where.split(': ')[-1]}]")
    if typing.get_origin(kind) is tuple:
        inner = typing.get_args(kind)[0]
        if not isinstance(value, list):
            raise InputError(f"{where} must be a list, not {value!r}")
        return tuple(_value(inner, item, where) for item in value)
    kinds = typing.get_args(kind) if isinstance(kind, types.UnionType) else (kind,)
    if float in kinds and type(value) is int:
        return float(value)
    if type(value) not in kinds:
        names = " or ".join(k.__name__ for k in kinds if k is not type(None))
        raise InputError(f"{where} must be of type {names}, not {value!r}")
    return value
