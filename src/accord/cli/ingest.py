"""`accord ingest`."""

from pathlib import Path
from typing import Annotated

import typer

from accord.cli.console import out, print_json
from accord.cli.options import HERE, AsJson, Root
from accord.corpus.ingest import ingest, prepare
from accord.counted import counted
from accord.errors import InputError


def command(
    files: Annotated[list[Path], typer.Argument(help="Articles as plain text.")],
    to: Annotated[
        str, typer.Option("--to", help="Folder under corpus/ for the documents.")
    ] = "articles",
    root: Root = HERE,
    as_json: AsJson = False,
) -> None:
    """Clean articles as found on the web into documents of the corpus.

    Calls to follow and subscribe, bylines, captions and page footers are dropped; each dropped
    line is listed here and kept with its reason in NAME.ingest.json beside the text.

    Example:  accord ingest seeds/*.txt --to articles
    """
    names: dict[str, Path] = {}
    for path in files:
        document = f"{to.strip('/')}/{path.stem}"
        if document in names:
            raise InputError(
                f"{document} would also be the document of {names[document]}", path=path
            )
        # All are checked before one is written: a failing command changes nothing.
        prepare(path, root, document)
        names[document] = path
    for document, path in names.items():
        cleaned = ingest(path, root, document)
        if as_json:
            dropped = [
                {"line": d.line, "text": d.text, "reason": d.reason} for d in cleaned.dropped
            ]
            print_json({"document": document, "text": cleaned.text, "dropped": dropped})
            continue
        paragraphs = counted(cleaned.text.count("\n\n") + 1, "paragraph")
        line = f"{path} -> corpus/{document}.txt: {paragraphs}"
        out.print(line, markup=False, soft_wrap=True)
        for dropped_line in cleaned.dropped:
            out.print(
                f"  dropped line {dropped_line.line} ({dropped_line.reason}): {dropped_line.text}",
                markup=False,
                soft_wrap=True,
            )
