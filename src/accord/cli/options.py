"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

Root = Annotated[
    Path,
    typer.Option("--root", help="Folder that holds corpus/ and annotations/.", show_default="."),
]
Split = Annotated[
    str,
    typer.Option("--split", help="A split of corpus/splits.toml, or a pattern like 'articles/*'."),
]
CsvFolder = Annotated[
    Path | None,
    typer.Option("--csv", help="Also write pledges.csv and alliances.csv into this folder."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
Require = Annotated[
    list[str] | None,
    typer.Option(
        "--require",
        metavar="'MEASURE>=VALUE'",
        help="Exit with 1 unless it holds, e.g. 'relation.strict.micro.f1>=0.7'. May be repeated.",
    ),
]
HERE = Path()
