"""Damaged files of every format: what is read is sound, all else is named, nothing half-written.

Files that the format itself wrote are cut, flipped, and given other values, by a seed. Whoever
reads one of them gets labels that any format could hold, or an error that names the file.
"""

import json
import random
import re
import shutil
import warnings
from collections.abc import Iterator
from dataclasses import replace

import pytest
from label_cases import SCHEMA, labelled
from typer.testing import CliRunner

from accord.cli.main import app
from accord.corpus.folder import ANNOTATIONS, SCHEMA_FILE
from accord.errors import AccordError, InputError
from accord.files import write_text
from accord.formats.corpus_folder import format_schema
from accord.formats.kinds import KINDS, kind_of
from accord.formats.sound import sound

FIRST = labelled(
    "Avon and the Avon Pact 🌊 of Brill.\n\nBrill joined e\u0301 it twice.",
    ("Avon", "ORG"),
    ("Avon Pact", "Größe-2"),
    ("Brill", "GPE"),
    arrows=[("member_of", 1, 2), ("same_as", 3, 3)],
)
ITEMS = (
    replace(FIRST, document=replace(FIRST.document, meta={"url": "x", "größe": "9"})),
    labelled(
        "Corvo joins Delta.",
        ("Corvo", "ORG"),
        ("Delta", "Größe-2"),
        arrows=[("member_of", 1, 2)],
        name="articles/b",
    ),
    labelled("Nothing here.", name="articles/c"),
)
NAMES = {
    "conll": "x.conll",
    "docbin": "x.spacy",
    **dict.fromkeys(("crossre", "doccano", "prodigy"), "x.jsonl"),
    **dict.fromkeys(("docred", "label-studio", "pubannotation", "spert"), "x.json"),
}
#: Too large, negative, of another type, or too long for anything.
NUMBERS = (b"9" * 25, b"-5", b"4294967296", b"2147483647", b"0", b"1.5", b"null", b"9" * 5000)
BYTES = (b"\x00", b"\xff", b"\xef\xbb\xbf", b"\n\n", b"\t", b"[[[[", b"{}", b'"', b"1e999", b"NaN")
VALUES = (
    *(None, True, -1, 0, 2.5, 1e308, 10**30, -(10**20), "", "x", "\0", "9" * 400),
    *([], {}, [[]], [None], {"x": {}}, ["a", 1], "articles/a", "T1"),
)
CASES = 12
LONGEST = 500


def cut(data, chance):
    return data[: chance.randrange(len(data))]


def flip(data, chance):
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 4))):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def insert(data, chance):
    at = chance.randrange(len(data))
    return data[:at] + chance.choice(BYTES) + data[at:]


def number(data, chance):
    """Another number; what holds none, as a packed file, is given bytes."""
    found = [*re.finditer(rb"\d+", data)]
    if not found:
        return insert(data, chance)
    place = chance.choice(found)
    return data[: place.start()] + chance.choice(NUMBERS) + data[place.end() :]


def lines(data, chance):
    """A line twice, one left out, or all in another order: ids stand twice, or nowhere."""
    parts = data.split(b"\n")
    at = chance.randrange(len(parts))
    what = chance.randrange(3)
    if what == 0:
        parts.insert(at, parts[at])
    elif what == 1:
        del parts[at]
    else:
        chance.shuffle(parts)
    return b"\n".join(parts)


def value(data, chance):
    """A JSON value in another's place, left out, or once more."""
    try:
        records = [json.loads(line) for line in data.splitlines() if line.strip()]
        one_a_line = True
    except ValueError:
        try:
            records, one_a_line = json.loads(data), False
        except ValueError:
            return lines(data, chance)
    for _ in range(chance.choice((1, 1, 2))):
        holder, key = chance.choice([*_places(records)])
        what = chance.randrange(4)
        if what == 0:
            holder[key] = chance.choice(VALUES)
        elif what == 1:
            del holder[key]
        elif what == 2:
            other, name = chance.choice([*_places(records)])
            holder[key] = json.loads(json.dumps(other[name]))
        elif isinstance(holder, list):
            holder.append(json.loads(json.dumps(holder[key])))
    changed = map(json.dumps, records) if one_a_line else [json.dumps(records)]
    return "\n".join(changed).encode()


def _places(value) -> Iterator[tuple]:
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, each in [*inner]:
        yield value, key
        if isinstance(each, dict | list) and each:
            yield from _places(each)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The items as a kind writes them, once for all tests; do not write to it."""
    made = {}

    def write(kind):
        if kind not in made:
            made[kind] = tmp_path_factory.mktemp(kind) / NAMES.get(kind, "x")
            KINDS[kind].write(made[kind], ITEMS, SCHEMA)
            assert KINDS[kind].read(made[kind], SCHEMA).items
        return made[kind]

    return write


def damaged(source, folder, change, seed):
    """A copy of a file or folder, with one of its files changed."""
    chance = random.Random(seed)  # noqa: S311
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(source.parent, folder)
    path = folder / source.name
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    file = chance.choice([file for file in files if file.stat().st_size])
    file.write_bytes(change(file.read_bytes(), chance))
    return path


def refused(path, kind):
    """The error of reading a file; None if it was read, and what was read is sound."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            sound(KINDS[kind].read(path, SCHEMA).items, layers=True)
    except InputError as error:
        return error
    return None


@pytest.mark.parametrize("change", [cut, flip, insert, number, lines, value])
@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_file_is_read_whole_or_named(kind, change, written, tmp_path):
    for case in range(CASES):
        seed = f"{kind} {change.__name__} {case}"
        path = damaged(written(kind), tmp_path / "case", change, seed)
        error = refused(path, kind)
        if error is not None:
            assert error.path is not None, (seed, error)
            assert error.path == path or path in error.path.parents, (seed, error)
            assert len(error.reason) < LONGEST, (seed, error)
            assert error.reason.isprintable(), (seed, error)
        try:
            kind_of(path)
        except InputError as unclear:
            assert unclear.path == path or path in unclear.path.parents, (seed, unclear)


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_file_leaves_nothing_half_written(kind, written, tmp_path):
    write_text(tmp_path / "root" / ANNOTATIONS / SCHEMA_FILE, format_schema(SCHEMA))
    path = next(
        path
        for seed in range(100)
        if refused(path := damaged(written(kind), tmp_path / "case", cut, f"{kind} {seed}"), kind)
    )
    (tmp_path / "out").mkdir()
    words = [str(path), str(tmp_path / "out" / "made"), "--from", kind, "--to", "csv"]
    done = CliRunner().invoke(app, ["convert", *words, "--root", str(tmp_path / "root")])
    assert isinstance(done.exception, AccordError)
    assert done.stdout == ""
    assert [*(tmp_path / "out").iterdir()] == []
