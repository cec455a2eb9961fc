"""The baseline: figures of the committed estimate, as a file that reads well in a diff.

``models/baseline.toml`` has two parts. Above the line `MARK` people write the table ``[check]``;
below it `accord check --update` writes what it measured, and keeps the part above byte for byte.
One table a document, one line a kind of count, one line a wrong label, all sorted: a diff shows
which documents and which labels a change made better or worse. Counts are [tp, fp, fn].
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accord.compare import Counts, Kind, Match, Target
from accord.errors import FormatError
from accord.files import read_text, write_text
from accord.gate.tally import DocumentTally, Tally, Unit

MARK = (
    "# ---- Below: measured by `accord check --update`, which replaces all of it. "
    "Counts are [tp, fp, fn]. ----"
)

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_UNIT = re.compile(r"document|paragraph [1-9][0-9]*")


@dataclass(frozen=True)
class Baseline:
    """A committed estimate: who, against what, and its counts.

    `identity` is the hash of the model's files, or of the layer's labels. `runs` is how many
    trainings `seed_deviation` was measured over, by measure; 1 where it was not measured.
    """

    estimate: str
    identity: str
    reference: str
    split: str
    unit: str
    accord: str
    runs: int
    seed_deviation: Mapping[str, float]
    documents: Tally


def read_baseline(path: Path) -> Baseline | None:
    """The measured part of a baseline file; None if the file or the part does not exist.

    Raises FormatError naming the table and key that is wrong.
    """
    if not path.exists():
        return None
    try:
        tables = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise FormatError(f"not valid TOML: {error}", path=path) from None
    if "measured" not in tables:
        return None
    try:
        return _baseline(tables)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        what = f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error)
        raise FormatError(
            f"the measured part is damaged: {what}; restore it from version control, or measure "
            "anew with `accord check --update`",
            path=path,
        ) from None


def write_baseline(path: Path, baseline: Baseline, head: str) -> None:
    """Write the measured part below `head`, the part that people write; see `head_of`."""
    write_text(path, f"{head.rstrip()}\n\n{format_baseline(baseline)}")


def head_of(path: Path) -> str | None:
    """The part above the mark; None if there is no file.

    Raises FormatError if the file has a measured part but no mark, so that nothing people wrote
    can be lost.
    """
    if not path.exists():
        return None
    text = read_text(path)
    head, mark, _ = text.partition(MARK)
    if not mark and re.search(r"^\s*\[(measured|documents)\b", text, re.MULTILINE):
        raise FormatError(
            f"has measured tables, but not the line that divides them from yours: {MARK!r}; "
            "put it back above [measured]",
            path=path,
        )
    return head


def format_baseline(baseline: Baseline) -> str:
    """The measured part as TOML; equal values give equal bytes."""
    return "\n".join(_lines(baseline)) + "\n"


def _lines(baseline: Baseline) -> Iterator[str]:
    yield MARK
    yield ""
    yield "[measured]"
    for name in ("estimate", "identity", "reference", "split", "unit", "accord"):
        yield f"{name} = {_string(getattr(baseline, name))}"
    yield f"runs = {baseline.runs}"
    if baseline.seed_deviation:
        yield ""
        yield "[measured.seed_deviation]"
        for measure, value in sorted(baseline.seed_deviation.items()):
            yield f"{_string(measure)} = {value:.6f}"
    for i, document in sorted(baseline.documents.items()):
        yield ""
        yield f"[documents.{_string(i)}]"
        yield f"text = {_string(document.text)}"
        yield f"reference = {_string(document.reference)}"
        if document.wrong:
            yield "wrong = ["
            yield from (f"  {_string(label)}," for label in sorted(document.wrong))
            yield "]"
        for name, unit in document.units.items():
            yield from _unit_lines(f"documents.{_string(i)}.{_key(name)}", unit)


def _unit_lines(table: str, unit: Unit) -> Iterator[str]:
    lines = []
    for target in Target:
        for match in Match:
            types = unit.counts.get((target, match), {})
            cells = [
                f"{_key(name)} = [{c.tp}, {c.fp}, {c.fn}]"
                for name, c in sorted(types.items())
                if not c.empty
            ]
            if cells:
                lines.append(f"{target}.{match} = {{ {', '.join(cells)} }}")
        kinds = sorted((str(k), n) for k, n in unit.errors.get(target, {}).items() if n)
        if kinds:
            lines.append(f"{target}.errors = {{ {', '.join(f'{k} = {n}' for k, n in kinds)} }}")
    # A unit without labels is there too: that it has none is a count.
    yield f"[{table}]"
    yield from lines


def _baseline(tables: Mapping[str, Any]) -> Baseline:
    measured = tables["measured"]
    texts = {
        name: measured[name] for name in ("estimate", "identity", "reference", "split", "unit")
    }
    for name, value in {**texts, "accord": measured["accord"]}.items():
        if not isinstance(value, str):
            raise TypeError(f"measured.{name} is a string, not {value!r}")
    documents = {i: _document(i, table) for i, table in sorted(tables["documents"].items())}
    if not documents:
        raise ValueError("there is no document")
    return Baseline(
        **texts,
        accord=measured["accord"],
        runs=int(measured["runs"]),
        seed_deviation={k: float(v) for k, v in measured.get("seed_deviation", {}).items()},
        documents=documents,
    )


def _document(i: str, table: Mapping[str, Any]) -> DocumentTally:
    units = {name: value for name, value in table.items() if isinstance(value, dict)}
    for name in units:
        if not _UNIT.fullmatch(name):
            raise ValueError(f"documents.{i}: unknown table {name!r}")
    if not units:
        raise ValueError(f"documents.{i} has no counts")
    return DocumentTally(
        table["text"],
        table["reference"],
        {name: _unit(f"documents.{i}.{name}", units[name]) for name in sorted(units, key=_number)},
        tuple(table.get("wrong", ())),
    )


def _unit(where: str, table: Mapping[str, Any]) -> Unit:
    counts: dict[tuple[Target, Match], dict[str, Counts]] = {}
    errors: dict[Target, dict[Kind, int]] = {}
    for target_name, kinds in table.items():
        target = Target(target_name)
        for kind, values in kinds.items():
            if kind == "errors":
                errors[target] = {Kind(name): int(number) for name, number in values.items()}
            else:
                counts[target, Match(kind)] = {
                    name: _counts(f"{where}.{target}.{kind}.{name}", cell)
                    for name, cell in values.items()
                }
    return Unit(counts, errors)


def _counts(where: str, cell: Any) -> Counts:
    if not isinstance(cell, list) or len(cell) != 3 or not all(type(n) is int for n in cell):
        raise ValueError(f"{where} is [tp, fp, fn], not {cell!r}")
    return Counts(*cell)


def _number(name: str) -> int:
    return int(name.rpartition(" ")[2]) if " " in name else 0


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _string(name)


def _string(value: str) -> str:
    # JSON escapes all that TOML's basic strings must, but for one control character.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
