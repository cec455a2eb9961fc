"""`accord demo`."""

import hashlib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from accord.cli.console import err, out
from accord.cli.evaluate import by_model
from accord.cli.facts import print_facts
from accord.cli.options import HERE, Root
from accord.cli.scores import print_fact_scores, print_scores, signatures
from accord.compare import Agreement, Scores, Target, agree
from accord.corpus import Corpus, read_corpus
from accord.corpus.validate import validate
from accord.counted import counted
from accord.document import Document, Layer
from accord.errors import FormatError, InputError
from accord.experiment import judge
from accord.facts import FactCounts, facts
from accord.files import read_bytes, read_text, write_text
from accord.model import load_model
from accord.model.folder import model_hash
from accord.report import DocumentView, ScoreSection, html_report

_SEEDS = Path("seeds")
_SPLIT = "articles"
_READERS = ("first", "second")
_GOLD = "gold"
_MODEL = Path("models") / "alliances"
_YARDSTICK = Path("models") / "alliances-baseline"


def command(
    root: Root = HERE,
    to: Annotated[Path, typer.Option("--to", help="Folder for report.html.")] = Path("out"),
) -> None:
    """Walk the whole way on the two seed articles: check, agree, extract, score, facts, report.

    Example:  accord demo
    """
    _step(1, "The seed articles are as given, and the corpus is clean")
    _check(root)
    corpus = read_corpus(root)
    ids = corpus.select(_SPLIT)
    documents = counted(len(ids), "document")
    gold = {i: corpus.layer(_GOLD, i) for i in ids}
    model, yardstick = root / _MODEL, root / _YARDSTICK
    extractor, plain = load_model(model), load_model(yardstick)
    _check_target(to)

    _step(2, "Two readers labelled them apart; this is how far they agree")
    readers = {name: {i: corpus.layer(name, i) for i in ids} for name in _READERS}
    (agreement,) = agree(readers, corpus.schema)
    print_scores(agreement.scores, f"{_READERS[0]} and {_READERS[1]}, {documents}, in %")

    _step(3, "A model that learned from the practice articles alone reads these two")
    found = by_model(extractor, model, corpus, ids)
    for i, layer in found.items():
        mentions = counted(len(layer.mentions), "mention")
        relations = counted(len(layer.relations), "relation")
        out.print(f"  {i}: {mentions}, {relations}", markup=False)

    _step(4, "Its labels against the gold, beside those of the baseline, its yardstick")
    scores, right = judge(corpus, gold, found)
    print_scores(scores, f"{scores.estimate} against {_GOLD}, {documents}, in %")
    print_fact_scores(right)
    least, _ = judge(corpus, gold, by_model(plain, yardstick, corpus, ids))
    shown = ", ".join(
        f"{target} {100 * least.value(f'{target}.strict.micro.f1'):.1f}" for target in Target
    )
    out.print(f"{least.estimate}, strict F1: {shown}", markup=False)

    _step(5, "The facts: gold beside model")
    for i in ids:
        for name, layers in ((_GOLD, gold), (scores.estimate, found)):
            print_facts(facts(corpus.documents[i], layers[i]), f"{i}, by {name}")

    _step(6, "The report")
    path = to / "report.html"
    write_text(path, _report(corpus, gold, found, agreement, scores, right, model_hash(model)))
    out.print(f"wrote {path}: open it in a browser", markup=False, soft_wrap=True)


def _check_target(to: Path) -> None:
    """InputError, before the models read, if the report cannot be written to this folder."""
    above = next(path for path in (to.absolute(), *to.absolute().parents) if path.exists())
    if not above.is_dir():
        raise InputError("is a file; --to needs a folder for the report", path=above)


def _step(number: int, what: str) -> None:
    out.print(f"\n[bold]{number}. {what}[/]")


def _check(root: Path) -> None:
    """Compare the seeds with their checksums and validate the corpus; InputError if one fails."""
    for name, seed in _seeds(root).items():
        path = root / _SEEDS / f"{name}.txt"
        found = hashlib.sha256(read_bytes(path)).hexdigest()
        if found != seed["sha256"]:
            raise InputError(
                f"is not the article as given: its SHA-256 is {found[:12]}..., seeds.toml says "
                f"{seed['sha256'][:12]}...; restore the file",
                path=path,
            )
        out.print(f"  {path}: {seed['title']}", markup=False, soft_wrap=True)
    findings = validate(root)
    for finding in findings:
        err.print(str(finding), markup=False, soft_wrap=True)
    if findings:
        count = counted(len(findings), "finding")
        raise InputError(f"the corpus has {count}; `accord validate` lists them")
    out.print("  accord validate: no findings")


def _seeds(root: Path) -> dict[str, dict[str, str]]:
    """The seed articles by name, with title and sha256; InputError if they are not described."""
    path = root / _SEEDS / "seeds.toml"
    if not path.is_file():
        raise InputError(
            "no such file; run the demo in the folder of the project, or name that with --root",
            path=path,
        )
    try:
        seeds = tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise FormatError(f"not valid TOML: {error}", path=path) from None
    for name, seed in seeds.items():
        if not isinstance(seed, dict) or not {"title", "sha256"} <= {
            key for key, value in seed.items() if isinstance(value, str)
        }:
            raise FormatError(f"[{name}] needs a title and a sha256", path=path)
    return seeds


def _report(
    corpus: Corpus,
    gold: Mapping[str, Layer],
    found: Mapping[str, Layer],
    agreement: Agreement,
    scores: Scores,
    right: FactCounts,
    hashed: str,
) -> str:
    documents = [
        DocumentView(corpus.documents[i], (gold[i], found[i]), title=title(corpus.documents[i]))
        for i in gold
    ]
    sections = [
        ScoreSection(
            f"The {scores.estimate} against the gold",
            scores,
            right,
            signatures(corpus, scores, model=hashed),
            "The model learned from the invented practice articles and never saw these.",
        ),
        ScoreSection(
            "Agreement of the two readers",
            agreement.scores,
            signatures=signatures(corpus, agreement.scores),
            note="They labelled the articles apart, by the same guidelines.",
        ),
    ]
    return html_report("Alliances and pledges in two articles", documents, corpus.schema, sections)


def title(document: Document) -> str:
    """A document's first paragraph, its headline."""
    return " ".join(document[document.paragraphs[0]].split())
