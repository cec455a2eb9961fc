"""The layout of a Hugging Face dataset: Parquet files by split and a dataset card.

Format: https://huggingface.co/docs/datasets/repository_structure and, for the card's metadata,
https://huggingface.co/docs/hub/datasets-manual-configuration ::

    README.md                               the card: features, splits, which files are which
    data/articles-00000-of-00001.parquet    a file a split

``datasets.load_dataset(FOLDER)`` reads such a folder, and the Hub shows it. A row is a document:
the columns of `tables`, with the mentions and the relations as lists of structs. Offsets are
half-open code points. Tried with `datasets` 5.2, which loads no split without rows.

Of a corpus folder, its splits are written: a document in several of them is in each, one in none
of them is in the split "rest". All else is the split "train". Split names may hold letters, digits,
"_" and "." only; other characters become "_". Read, all ``data/*.parquet`` count.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from accord.counted import counted
from accord.errors import FormatError, InputError
from accord.formats import Labelled, Loss, Reading
from accord.formats.folder import write_folder
from accord.formats.parquet_tables import SUFFIX, TYPES, Types, pyarrow, read_rows, table_bytes
from accord.formats.sound import sound
from accord.formats.tables import Row, document_row, labelled, mention_rows, relation_rows
from accord.schema import Schema

CARD = "README.md"
DATA = "data"

_WHOLE = "train"  # what `datasets` calls the only split, too
_REST = "rest"
_FILE = re.compile(r"(.+?)-[0-9]{5,}-of-[0-9]{5,}")
_FEATURES: Types = {
    **TYPES["documents"],
    **{
        name: {column: kind for column, kind in TYPES[name].items() if column != "document"}
        for name in ("mentions", "relations")
    },
}


def read(path: Path, schema: Schema) -> Reading:  # noqa: ARG001
    """Documents with their labels; types are kept, known to the schema or not.

    The splits have no place here and are losses. Raises InputError naming the file and the row
    that is wrong, and MissingExtraError.
    """
    files = sorted((path / DATA).glob(f"*{SUFFIX}"))
    if not files:
        raise InputError(f"no {DATA}/*{SUFFIX} here; the layout has one for each split", path=path)
    items: dict[str, Labelled] = {}
    losses: list[Loss] = []
    splits: dict[str, int] = {}
    for file in files:
        match = _FILE.fullmatch(file.stem)
        split = match[1] if match else file.stem
        splits.setdefault(split, 0)
        for row in read_rows(file, _FEATURES, losses):
            item = labelled(row, row.records("mentions"), row.records("relations"))
            if items.setdefault(item.document.id, item) != item:
                raise row.error(f"the document {item.document.id!r} stands above with other labels")
            splits[split] += 1
    if {*splits} != {_WHOLE}:
        losses += (Loss("split", "", name, counted(n, "document")) for name, n in splits.items())
    return Reading(tuple(items.values()), tuple(losses))


def write(
    path: Path,
    items: Sequence[Labelled],
    schema: Schema,
    *,
    dry: bool = False,
    splits: Mapping[str, Collection[str]] | None = None,
) -> tuple[Loss, ...]:
    """Write a dataset to a new or empty folder; nothing is lost.

    `splits` are document ids by split. Raises ConflictError for a folder in use, FormatError for
    two splits that would get one name, and MissingExtraError.
    """
    wanted = sound(items)
    pyarrow()
    parts = _parts(wanted, splits or {})
    if not dry:
        files = {
            f"{DATA}/{name}-00000-of-00001{SUFFIX}": table_bytes([*map(_row, part)], _FEATURES)
            for name, part in parts.items()
        }
        write_folder(path, {CARD: dataset_card(schema, [*parts]).encode(), **files})
    return ()


def dataset_card(schema: Schema, splits: Sequence[str]) -> str:
    """The README.md: metadata for `datasets` and the Hub, then what the columns and types are."""
    return "\n".join(
        [
            "---",
            "configs:",
            "- config_name: default",
            "  data_files:",
            *(
                line
                for name in splits
                for line in (f'  - split: "{name}"', f'    path: "{DATA}/{name}-*{SUFFIX}"')
            ),
            "dataset_info:",
            "  features:",
            *_feature_lines(_FEATURES, "  "),
            "---",
            "",
            f"# {_plain(schema.name)}",
            "",
            "Documents labelled with mentions and relations. `start` and `end` are half-open and "
            "count Unicode code points of `text`; `head` and `tail` are ids of mentions; `meta` is "
            "a JSON object; `source` is who labelled, `complete` whether that work is finished.",
            "",
            *_type_lines("mention", {m.name: m.text for m in schema.mentions.values()}),
            *_type_lines("relation", {r.name: r.text for r in schema.relations.values()}),
        ]
    )


def _row(item: Labelled) -> Row:
    labels = {"mentions": [*mention_rows(item)], "relations": [*relation_rows(item)]}
    return {**document_row(item), **labels}


def _parts(
    items: Sequence[Labelled], splits: Mapping[str, Collection[str]]
) -> dict[str, list[Labelled]]:
    """The documents of each split; a split without any is left out."""
    if not splits:
        return {_WHOLE: [*items]}
    parts: dict[str, list[Labelled]] = {}
    given: dict[str, str] = {}
    for split, ids in splits.items():
        name = re.sub(r"[^A-Za-z0-9_.]|^\.|\.$|\.(?=\.)", "_", split)
        if given.setdefault(name, split) != split:
            raise FormatError(
                f"the splits {given[name]!r} and {split!r} would both be {name!r}; rename one"
            )
        if part := [item for item in items if item.document.id in ids]:
            parts[name] = part
    named = {item.document.id for part in parts.values() for item in part}
    if rest := [item for item in items if item.document.id not in named]:
        parts[_REST] = [*parts.get(_REST, ()), *rest]
    return parts or {_WHOLE: []}


def _feature_lines(types: Types, indent: str) -> Iterator[str]:
    for name, kind in types.items():
        yield f"{indent}- name: {name}"
        if isinstance(kind, str):
            yield f"{indent}  dtype: {'float64' if kind == 'double' else kind}"
        else:
            yield f"{indent}  list:"
            yield from _feature_lines(kind, f"{indent}  ")


def _type_lines(what: str, types: Mapping[str, str]) -> Iterator[str]:
    if types:
        yield from (f"## Types of {what}", "")
        for name, text in types.items():
            yield f"- `{name}`{': ' if text else ''}{_plain(text)}"
        yield ""


def _plain(text: str) -> str:
    """A text on one line."""
    return " ".join(text.split())
