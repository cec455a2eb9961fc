"""Train on CoNLL04 and score: one JSON line a seed.

    python tests/benchmarks/conll04/run.py --seed 0                       # train+dev -> test
    python tests/benchmarks/conll04/run.py --train train --score dev      # for tuning

What is scored is the saved model, read back by onnxruntime, in the recipe's precision; with
--compare the same weights in fp32 too.
"""

import argparse
import json
import resource
import statistics
import sys
import tempfile
import time
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from conll04 import FILE, SCHEMA_TOML, read_conll04

from accord.compare import evaluate
from accord.corpus import Corpus
from accord.model.joint.extractor import JointExtractor
from accord.model.joint.recipe import JointRecipe, with_seed
from accord.model.joint.train import Trained, train_joint
from accord.model.progress import Step
from accord.model.recipe import fill

RECIPE = Path(__file__).parent / "recipe.toml"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--train", default="train+dev", help="split to learn from")
    parser.add_argument("--score", default="test", help="split to score")
    parser.add_argument("--recipe", type=Path, default=RECIPE)
    parser.add_argument("--data", type=Path, default=FILE)
    parser.add_argument("--threads", type=int, default=None, help="instead of the recipe's")
    parser.add_argument("--save", type=Path, default=None, help="folder to keep the model in")
    parser.add_argument("--compare", action="store_true", help="score the weights in fp32 too")
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    tables = tomllib.loads(arguments.recipe.read_text(encoding="utf-8"))
    if arguments.threads:
        tables.setdefault("training", {})["threads"] = arguments.threads
    recipe = with_seed(fill(JointRecipe, tables, "recipe"), arguments.seed)
    corpus = read_conll04(arguments.data)
    print(json.dumps(run(recipe, corpus, arguments)), flush=True)


def run(recipe: JointRecipe, corpus: Corpus, arguments: argparse.Namespace) -> dict[str, Any]:
    """Train one seed and measure it."""
    start = time.perf_counter()

    def show(step: Step) -> None:
        if arguments.verbose:
            seconds = time.perf_counter() - start
            loss = 0.0 if step.loss is None else step.loss
            line = f"{step.stage} {step.done}/{step.total} loss {loss:.3f} {seconds:.0f} s"
            print(line, file=sys.stderr, flush=True)

    trained = train_joint(recipe, corpus, corpus.select(arguments.train), listener=show)
    seconds = time.perf_counter() - start
    ids = corpus.select(arguments.score)
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.save or Path(temporary) / "model"
        scores = saved_scores(trained, folder, None, corpus, ids, arguments.recipe)
        if arguments.compare:
            wide = Path(temporary) / "fp32"
            exact = saved_scores(trained, wide, "fp32", corpus, ids, arguments.recipe)
            scores["fp32"] = {k: exact[k] for k in ("mention_f1", "relation_f1")}
    return {
        "seed": recipe.seed,
        "train": arguments.train,
        "score": arguments.score,
        **scores,
        "seconds": round(seconds, 1),
        "epochs": recipe.training.epochs,
        "threads": recipe.training.threads,
        "max_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def saved_scores(
    trained: Trained,
    folder: Path,
    precision: str | None,
    corpus: Corpus,
    ids: Sequence[str],
    recipe: Path,
) -> dict[str, Any]:
    """Save, load and extract; figures in percent."""
    trained.save(
        folder, config=recipe.read_bytes(), schema=SCHEMA_TOML.encode(), precision=precision
    )
    extractor = JointExtractor.load(folder)
    documents = [corpus.documents[i] for i in ids]
    words = sum(len(document.text.split()) for document in documents)
    times = []
    for _ in range(2):
        start = time.process_time()
        layers = {layer.document: layer for layer in extractor.extract(documents)}
        times.append(time.process_time() - start)
    gold = {i: corpus.layer("gold", i) for i in ids}
    scores = evaluate(gold, layers, corpus.schema)
    relations = [f"relation.strict.{name}.f1" for name in corpus.schema.relations]
    return {
        "mention_f1": round(100 * scores.value("mention.strict.micro.f1"), 2),
        "relation_f1": round(100 * scores.value("relation.strict.micro.f1"), 2),
        "boundary_f1": round(100 * scores.value("relation.boundary.micro.f1"), 2),
        "by_relation": {m.split(".")[2]: round(100 * scores.value(m), 2) for m in relations},
        "words_per_second": round(words / statistics.mean(times)),
        "model_bytes": sum(path.stat().st_size for path in folder.iterdir()),
    }


if __name__ == "__main__":
    main()
