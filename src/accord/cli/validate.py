"""`accord validate`."""

from pathlib import Path
from typing import Annotated

import typer

from accord.cli.console import err, out, print_json
from accord.cli.options import HERE, AsJson
from accord.corpus.folder import layer_paths, text_paths
from accord.corpus.validate import record_checksums, validate
from accord.counted import counted


def command(
    root: Annotated[
        Path, typer.Argument(help="Folder that holds corpus/ and annotations/.")
    ] = HERE,
    record: Annotated[
        bool, typer.Option("--record", help="First record checksums of texts that have none.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check texts, checksums, splits and labels; list every finding with file and line.

    Example:  accord validate

    Exits with 1 if there is a finding.
    """
    findings = validate(root)
    if record and (recorded := record_checksums(root)):
        for name in recorded:
            err.print(f"recorded {name}", markup=False)
        findings = validate(root)
    if as_json:
        print_json(
            [
                {"path": str(f.path), "line": f.line, "item": f.item, "reason": f.reason}
                for f in findings
            ]
        )
    else:
        for finding in findings:
            out.print(str(finding), markup=False, soft_wrap=True)
        layers = layer_paths(root)
        labelled = ", ".join(f"{source} {len(paths)}" for source, paths in layers.items()) or "none"
        summary = f"{counted(len(text_paths(root)), 'text')}; layers: {labelled}"
        verdict = counted(len(findings), "finding") if findings else "no findings"
        err.print(f"{summary}; {verdict}", markup=False)
    if findings:
        raise typer.Exit(1)
