"""`accord extract`."""

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from accord.cli.console import err, out, print_json
from accord.cli.facts import print_facts, write_csv
from accord.cli.options import CsvFolder
from accord.corpus.ingest import clean
from accord.counted import counted
from accord.document import Document
from accord.errors import InputError
from accord.files import decode, read_text
from accord.model import load_model
from accord.pipeline import extract


def command(
    inputs: Annotated[
        list[str],
        typer.Argument(metavar="FILE_OR_FOLDER...", help="Texts; '-' reads standard input."),
    ],
    model: Annotated[Path, typer.Option("--model", help="A trained model's folder.")],
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object a document, a line each.")
    ] = False,
    csv: CsvFolder = None,
    cleaned: Annotated[
        bool, typer.Option("--clean", help="Clean the text first, as `accord ingest` does.")
    ] = False,
) -> None:
    """Extract mentions, relations and facts from texts (.txt, UTF-8; folders with all below them).

    JSON offsets are half-open, in Unicode code points. A text that cannot be
    read is reported and the others are still done; the exit code is then 2.

    Example:  accord extract corpus/articles --model models/NAME --json
    """
    reader = _Reader(inputs, cleaned=cleaned)
    done = 0
    found = []
    for extraction in extract(load_model(model), reader):
        done += 1
        if csv is not None:
            found.append(extraction.facts)
        if as_json:
            print_json(extraction.to_json())
        else:
            print_facts(extraction.facts, f"{extraction.document.id}")
    err.print(counted(done, "document") + (f", {reader.failed} not read" if reader.failed else ""))
    if csv is not None:
        write_csv(csv, found)
    if not as_json and done == 0:
        out.print("nothing extracted")
    if reader.failed:
        raise typer.Exit(2)


class _Reader:
    """The documents of the inputs, one at a time; what cannot be read is reported and counted."""

    def __init__(self, inputs: list[str], *, cleaned: bool):
        self._paths = _paths(inputs)
        self._cleaned = cleaned
        self.failed = 0

    def __iter__(self) -> Iterator[Document]:
        for name, path in self._paths:
            try:
                yield self._read(name, path)
            except InputError as error:
                self.failed += 1
                err.print(f"error: {error}", markup=False, soft_wrap=True)

    def _read(self, name: str, path: Path | None) -> Document:
        if path is None:
            text = decode(sys.stdin.buffer.read(), Path("(standard input)"))
        else:
            text = read_text(path)
        if not text.strip():
            raise InputError("has no text", path=path or "(standard input)")
        if self._cleaned:
            try:
                text = clean(text).text
            except InputError as error:
                raise InputError(error.reason, path=path) from None
        return Document(name, text)


def _paths(inputs: list[str]) -> list[tuple[str, Path | None]]:
    """Document ids and paths; a folder's texts are named by their path under it.

    Where that gives two texts one id, they are named by their whole path. InputError for a text
    that is given twice.
    """
    found: list[tuple[str, Path | None]] = []
    for name in inputs:
        path = Path(name)
        if name == "-":
            found.append(("stdin", None))
        elif path.is_dir():
            texts = sorted(path.rglob("*.txt"))
            if not texts:
                raise InputError("no .txt file in this folder", path=path)
            found += [(t.relative_to(path).with_suffix("").as_posix(), t) for t in texts]
        else:
            found.append((path.with_suffix("").as_posix(), path))
    ids = Counter(name for name, _ in found)
    named = [
        (name if ids[name] == 1 or path is None else path.with_suffix("").as_posix(), path)
        for name, path in found
    ]
    again = [name for name, number in Counter(name for name, _ in named).items() if number > 1]
    if again:
        raise InputError(f"two texts would have the id {again[0]!r}; give each text once")
    return named
