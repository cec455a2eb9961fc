"""`accord report`."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from accord.cli.console import err, out
from accord.cli.evaluate import by_model
from accord.cli.options import HERE, Root
from accord.cli.scores import signatures
from accord.corpus import Corpus, read_corpus
from accord.counted import counted
from accord.document import Layer
from accord.errors import InputError, ModelError
from accord.experiment import judge
from accord.files import read_text, write_text
from accord.model import Extractor, load_model
from accord.model.folder import CONFIG, METRICS, model_hash
from accord.report import Subject, model_report
from accord.report.curves import LearningPoint, read_learning_curve
from accord.report.model_page import MOST


def command(
    what: Annotated[
        list[str],
        typer.Argument(
            metavar="MODEL_OR_LAYER...", help="Models' folders, or layers of annotations/."
        ),
    ],
    split: Annotated[
        str | None,
        typer.Option(
            "--split", help="What to score on; by default all that no model has learned from."
        ),
    ] = None,
    reference: Annotated[
        str, typer.Option("--reference", help="The layer taken as right.")
    ] = "gold",
    to: Annotated[Path, typer.Option("--out", help="The page to write.")] = Path("out/scores.html"),
    most: Annotated[
        int, typer.Option("--most", min=1, help="List at most so many errors of a kind.")
    ] = MOST,
    root: Root = HERE,
) -> None:
    """Write one page: scores with intervals, confusion, and every error in its sentence.

    The page needs no network and no script. Of several models or layers, each
    has its part, and what changed from the first to each other is shown
    sentence by sentence, with a test of the difference.

    Example:  accord report second --split practice --out out/second.html

    Example:  accord report models/OLD models/NEW --split articles
    """
    corpus = read_corpus(root)
    repeated = [name for n, name in enumerate(what) if name in what[:n]]
    if repeated:
        raise InputError(f"{repeated[0]} is given twice")
    if reference in what:
        raise InputError(f"{reference!r} is the reference itself; give another --reference")
    if to.is_dir():
        raise InputError("is a folder; --out needs a file, such as out/scores.html", path=to)
    models = {name: load_model(Path(name)) for name in what if _is_model(name, corpus)}
    ids = _documents(corpus, what, models, split, reference)
    gold = {i: corpus.layer(reference, i) for i in ids}
    names = _names(what, models)
    subjects = [_subject(name, names[name], models.get(name), corpus, gold) for name in what]
    title = f"{' and '.join(subject.name for subject in subjects)} against {reference}"
    page = model_report(title, corpus.documents, gold, subjects, corpus.schema, most=most)
    write_text(to, page)
    err.print(counted(len(ids), "document"), markup=False)
    out.print(f"wrote {to}: open it in a browser", markup=False, soft_wrap=True)


def _is_model(name: str, corpus: Corpus) -> bool:
    """Whether it names a model's folder; InputError if it is neither that nor a layer."""
    if (Path(name) / CONFIG).is_file():
        return True
    if name in corpus.layers:
        return False
    layers = ", ".join(corpus.layers) or "none"
    raise InputError(f"{name!r} is no model's folder and no layer; layers are: {layers}")


def _documents(
    corpus: Corpus,
    what: Sequence[str],
    models: Mapping[str, Extractor],
    split: str | None,
    reference: str,
) -> tuple[str, ...]:
    """What can be scored: labelled by the reference and each layer and, by default, not learned."""
    sources = [reference, *(name for name in what if name not in models)]
    asked = corpus.select(split if split is not None else "*")
    ids = tuple(i for i in asked if all(i in corpus.layers.get(s, {}) for s in sources))
    if not ids:
        raise InputError(
            f"no document of {split or 'the corpus'!r} has all of {', '.join(sources)}"
        )
    if split is not None:
        return ids
    learned: set[str] = set()
    for extractor in models.values():
        record = extractor.record
        learned |= {*record.get("trained_on", {}).values(), *record.get("judged_by", {}).values()}
    unseen = tuple(i for i in ids if corpus.documents[i].sha256 not in learned)
    if not unseen:
        raise InputError("every labelled document was learned from; label others, or give --split")
    return unseen


def _names(what: Sequence[str], models: Mapping[str, Extractor]) -> dict[str, str]:
    """How the page calls each: a model by its folder's name, unless two have the same."""
    short = {n: models[n].source if n in models else n for n in what}
    return {n: s if list(short.values()).count(s) == 1 else n for n, s in short.items()}


def _subject(
    given: str, name: str, extractor: Extractor | None, corpus: Corpus, gold: Mapping[str, Layer]
) -> Subject:
    if extractor is None:
        layers = {i: corpus.layer(given, i) for i in gold}
        scores, right = judge(corpus, gold, layers)
        return Subject(name, layers, scores, right, signatures(corpus, scores))
    folder = Path(given)
    layers = by_model(extractor, folder, corpus, tuple(gold))
    scores, right = judge(corpus, gold, layers)
    signed = signatures(corpus, scores, model=model_hash(folder), seed=extractor.record.get("seed"))
    return Subject(name, layers, scores, right, signed, _learning_curve(folder))


def _learning_curve(folder: Path) -> tuple[LearningPoint, ...]:
    """The points of the model's metrics, if it has any; ModelError if they cannot be read."""
    path = folder / METRICS
    if not path.is_file():
        return ()
    try:
        value = json.loads(read_text(path))
        return read_learning_curve(value.get("learning_curve", []))
    except (json.JSONDecodeError, AttributeError) as error:
        raise ModelError(f"not a model's metrics: {error}", path=path) from None
    except InputError as error:
        raise ModelError(error.reason, path=path) from None
