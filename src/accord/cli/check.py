"""`accord check`."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from accord.cli.console import err, out, print_json
from accord.cli.options import HERE, AsJson, Root
from accord.corpus import Corpus, read_corpus
from accord.corpus.validate import validate
from accord.counted import counted
from accord.errors import InputError
from accord.files import read_text, write_bytes, write_text
from accord.gate.baseline import head_of, read_baseline, write_baseline
from accord.gate.judging import Estimate, check, read_rules
from accord.gate.measuring import (
    estimate_of,
    first_head,
    first_settings,
    measure,
    run_estimate,
    with_first_rules,
)
from accord.gate.settings import BASELINE, Settings, in_pyproject, read_settings
from accord.gate.summary import Host, chance, junit_xml, markdown, percent
from accord.gate.verdicts import Report, Verdict

_STYLE = {Verdict.FAIL: "bold red", Verdict.WARN: "yellow", Verdict.SKIP: "dim", Verdict.PASS: ""}
_SUMMARY = Path("accord-check.md")
_SHOWN = 5  # documents that got worse, and errors of each


def command(
    model: Annotated[
        str | None, typer.Option("--model", help="The model's folder, instead of the baseline's.")
    ] = None,
    layer: Annotated[
        str | None, typer.Option("--layer", help="Judge a layer of annotations/ instead.")
    ] = None,
    split: Annotated[str | None, typer.Option("--split", help="What to judge by.")] = None,
    reference: Annotated[
        str | None, typer.Option("--reference", help="The layer taken as right.")
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option("--baseline", help="The baseline file.", show_default=str(BASELINE)),
    ] = None,
    update: Annotated[
        bool, typer.Option("--update", help="Measure the baseline anew, for you to commit.")
    ] = False,
    seed_run: Annotated[
        list[str] | None,
        typer.Option(
            "--seed-run",
            metavar="MODEL|LAYER",
            help="With --update: the same recipe with another seed, to measure what the seed "
            "alone does. May be repeated; three or more are best.",
        ),
    ] = None,
    junit: Annotated[
        Path | None, typer.Option("--junit", help="Also write JUnit XML to this file.")
    ] = None,
    summary: Annotated[
        Host | None, typer.Option("--summary", help="Also write a Markdown summary.")
    ] = None,
    summary_file: Annotated[
        Path | None,
        typer.Option(
            "--summary-file",
            help="Where to; otherwise $GITHUB_STEP_SUMMARY with github, or accord-check.md.",
        ),
    ] = None,
    root: Root = HERE,
    as_json: AsJson = False,
) -> None:
    r"""Judge a model or a layer by the committed baseline; fail only on what cannot be chance.

    Rules stand in models/baseline.toml, table \[check], or in
    pyproject.toml, table \[tool.accord.check]:

    relation.strict.micro.f1 >= 0.70                         an absolute limit

    mention.strict.PLEDGE.f1 not_worse delta=0.02 p=0.05     no significant loss beyond 2 points

    relation.direction.errors not_worse delta=0.005          nor more errors of a kind

    mention.strict.micro.f1 exact                            a frozen model keeps its counts

    The tests are paired over documents whose text and labels are unchanged,
    and corrected for their number. `detectable` is the smallest loss that
    this text would likely show.

    Example:  accord check --model models/NAME --junit report.xml --summary github

    Example:  accord check --model models/NAME --update

    Exits with 1 if a rule fails. A warning does not fail: more than delta was
    lost, hardly by chance, but not significantly more. Where chance may bring
    such a loss the rule passes, and a line below the table tells it.
    """
    if seed_run and not update:
        raise InputError("--seed-run goes with --update, which measures what the seed does")
    if update and (junit or summary or as_json):
        raise InputError("--update writes the baseline and judges nothing; check after it")
    if summary_file is not None and summary is None:
        raise InputError("--summary-file needs --summary github or --summary gitlab")
    path = baseline or root / BASELINE
    settings = _settings(root, path, model, layer, split, reference)
    corpus = read_corpus(root)
    # Before the model runs: what is wrong with the files should not cost minutes.
    read_rules(settings, corpus.schema)
    head, measured = head_of(path), read_baseline(path)
    if update and not (head or "").strip() and not in_pyproject(root):
        settings = first_settings(corpus, settings)
    estimate = estimate_of(corpus, settings)
    if update:
        _update(path, head, corpus, settings, estimate, seed_run or [], root)
        return
    findings = [str(finding) for finding in validate(root)] if settings.corpus else None
    report = check(corpus, settings, estimate, measured, findings)
    if junit is not None:
        write_bytes(junit, junit_xml(report))
    if summary is not None:
        _write_summary(markdown(report, summary), summary, summary_file)
    if as_json:
        print_json(report.to_json())
    else:
        _show(report)
    if report.failed:
        raise typer.Exit(1)


def _settings(
    root: Path,
    path: Path,
    model: str | None,
    layer: str | None,
    split: str | None,
    reference: str | None,
) -> Settings:
    if model is not None and layer is not None:
        raise InputError("give one of --model and --layer: what to judge")
    settings = read_settings(root, path)
    if model is not None:
        # Relative to where the command was typed, as everywhere on a command line.
        settings = replace(settings, model=str(Path(model).absolute()), layer="")
        if Path(model).absolute().is_relative_to(root.absolute()):
            inside = Path(model).absolute().relative_to(root.absolute())
            settings = replace(settings, model=inside.as_posix())
    if layer is not None:
        settings = replace(settings, layer=layer, model="")
    return replace(
        settings, split=split or settings.split, reference=reference or settings.reference
    )


def _update(
    path: Path,
    head: str | None,
    corpus: Corpus,
    settings: Settings,
    estimate: Estimate,
    names: list[str],
    root: Path,
) -> None:
    runs = [run_estimate(corpus, settings, name) for name in names]
    if not (head or "").strip():
        shared = in_pyproject(root)
        if not shared:
            settings = with_first_rules(settings, estimate, corpus.schema)
        head = first_head(settings, estimate, corpus.schema, shared=shared)
    write_baseline(path, measure(corpus, settings, estimate, runs), head or "")
    measured = f"{counted(len(estimate.tally), 'document')} of {settings.split!r}"
    line = f"wrote {path}: {estimate.name} on {measured}; review and commit it"
    err.print(line, markup=False, soft_wrap=True)


def _write_summary(text: str, host: Host, file: Path | None) -> None:
    step = os.environ.get("GITHUB_STEP_SUMMARY")
    if file is None and host is Host.GITHUB and step:
        # Other commands of the step write there too.
        target = Path(step)
        write_text(target, (read_text(target) if target.exists() else "") + text)
    else:
        write_text(file or _SUMMARY, text)


def _show(report: Report) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column("")
    table.add_column("rule, figures in %")
    for column in ("before", "now", "p", "detectable"):
        table.add_column(column, justify="right", no_wrap=True)
    for finding in report.findings:
        table.add_row(
            finding.verdict.upper(),
            escape(finding.rule),
            percent(finding.before),
            percent(finding.now),
            chance(finding.adjusted),
            percent(finding.detectable),
            style=_STYLE[finding.verdict],
        )
    out.print(table)
    for finding in report.by_chance:
        rule = finding.rule.partition(" ")[0]
        out.print(f"{rule}: {finding.message}", markup=False, soft_wrap=True)
    for worse in report.worse[:_SHOWN]:
        out.print(
            f"{worse.document}: {counted(len(worse.changes), 'new error')}, {worse.mended} mended",
            markup=False,
            soft_wrap=True,
        )
        for change in worse.changes[:_SHOWN]:
            line = f"  {change.kind}, paragraph {change.paragraph}: {change.words}"
            out.print(line, markup=False, soft_wrap=True)
            marked = "".join(f"[{p}]" if n % 2 else p for n, p in enumerate(change.excerpt))
            out.print(f"    {' '.join(marked.split())}", markup=False, soft_wrap=True)
        if worse.changes[_SHOWN:]:
            out.print(f"  and {len(worse.changes) - _SHOWN} more", markup=False)
    if report.worse[_SHOWN:]:
        more = counted(len(report.worse) - _SHOWN, "more document")
        out.print(f"and {more} with new errors", markup=False)
    for finding in (*report.warned, *report.failed):
        line = f"{finding.verdict}: {finding.rule}: {finding.message}"
        err.print(line, markup=False, soft_wrap=True)
    for note in report.notes:
        err.print(f"note: {note}", markup=False, soft_wrap=True)
    err.print(report.headline, markup=False, soft_wrap=True)
