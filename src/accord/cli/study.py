"""`accord study`."""

import json
import shlex
from pathlib import Path
from typing import Annotated, Any

import typer

from accord.cli.console import err, out, progress
from accord.cli.evaluate import by_model
from accord.cli.options import HERE, Root
from accord.cli.scores import print_fact_scores, print_scores, signatures
from accord.compare import Scores
from accord.corpus import read_corpus
from accord.errors import InputError, ModelError
from accord.experiment import judge
from accord.facts import FactCounts
from accord.files import read_text, write_text
from accord.model import load_model
from accord.model.folder import (
    CARD,
    CONFIG,
    LEARNING_CURVE,
    METRICS,
    RELIABILITY,
    json_text,
    read_record,
)
from accord.model.recipe import read_recipe
from accord.model.training import check, recipe_data
from accord.report.card import Result, learning_curve_svg, metrics, reliability_figure, study_part
from accord.report.curves import LearningPoint
from accord.study import study


def command(
    model: Annotated[Path, typer.Argument(help="A trained model's folder, such as models/NAME.")],
    unseen: Annotated[
        str, typer.Option("--score", help="A split that the model did not learn from.")
    ],
    number: Annotated[int, typer.Option("--folds", min=2, help="Of the cross-validation.")] = 5,
    curve: Annotated[
        str,
        typer.Option("--curve", help="Shares of the articles to learn from, in percent."),
    ] = "25,50,75",
    jobs: Annotated[int, typer.Option("--jobs", min=1, help="Trainings at a time.")] = 2,
    root: Root = HERE,
) -> None:
    """Cross-validate a trained model's recipe and draw its learning curve.

    The recipe is trained anew once a fold, and once with each share of its
    articles. The figures are added to the model's card and metrics.json.

    Example:  accord study models/NAME --score articles --folds 5 --jobs 2
    """
    tables = read_recipe(model / CONFIG)
    extractor, record = load_model(model), read_record(model)
    corpus = read_corpus(root)
    learned = corpus.select(recipe_data(tables).split)
    check(tables, corpus, learned)
    _check_same(model, record, {i: corpus.documents[i].sha256 for i in learned})
    ids = corpus.select(unseen)
    shares = _shares(curve)
    whole = judge(
        corpus,
        {i: corpus.layer(recipe_data(tables).layer, i) for i in ids},
        by_model(extractor, model, corpus, ids),
    )
    with progress("study") as listener:
        found = study(
            root,
            corpus,
            tables,
            number=number,
            shares=shares,
            unseen=ids,
            jobs=jobs,
            listener=listener,
        )
    points = [_point(p.share, p.articles, p.scores, p.facts) for p in found.curve]
    points.append(_point(1.0, len(learned), *whole))
    said = ["accord", "study", str(model), "--score", unseen, "--folds", str(number)]
    said += ["--curve", curve]
    held = found.held_out
    result = Result(
        f"Cross-validation, {number} folds of whole articles",
        held.scores,
        held.facts,
        signatures(corpus, held.scores, seed=record.get("seed")),
        shlex.join(said),
        folds=number,
    )
    trust = {}
    if held.mentions and held.relations:
        trust = {"mentions": held.mentions, "relations": held.relations}
        write_text(model / RELIABILITY, reliability_figure(trust))
    write_text(model / LEARNING_CURVE, learning_curve_svg(points))
    card = read_text(model / CARD)
    write_text(model / CARD, study_part(card, result, points, unseen, trust))
    figures = json.loads(read_text(model / METRICS))
    figures["study"] = metrics([result], trust)
    figures["learning_curve"] = [point.to_json() for point in points]
    write_text(model / METRICS, json_text(figures))
    print_scores(held.scores, f"{result.title}, in %")
    print_fact_scores(held.facts)
    for p in points:
        out.print(
            f"{p.articles} articles: mentions {100 * p.mention_f1:.1f}, "
            f"relations {100 * p.relation_f1:.1f} on {unseen!r}",
            markup=False,
        )
    err.print(f"added to {model / CARD} and {model / METRICS}", markup=False)


def _check_same(model: Path, record: dict[str, Any], now: dict[str, str]) -> None:
    """ModelError if the model learned from other texts than its recipe now names."""
    if dict(record.get("trained_on", {})) != now:
        raise ModelError(
            "learned from other texts than its recipe names now, so figures of its recipe would "
            "not be the model's; train it again",
            path=model,
        )


def _shares(text: str) -> tuple[float, ...]:
    """Percentages as shares, in ascending order; InputError for anything else."""
    try:
        shares = sorted({float(part) / 100 for part in text.split(",")})
    except ValueError:
        raise InputError(
            f"--curve {text!r}: percentages parted by commas, such as 25,50,75"
        ) from None
    if not all(0 < share < 1 for share in shares):
        raise InputError(f"--curve {text!r}: percentages lie between 0 and 100")
    return tuple(shares)


def _point(share: float, articles: int, scores: Scores, right: FactCounts) -> LearningPoint:
    return LearningPoint(
        share,
        articles,
        scores.value("mention.strict.micro.f1"),
        scores.value("relation.strict.micro.f1"),
        right.all.f1,
    )
