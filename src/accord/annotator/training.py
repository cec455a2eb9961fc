"""Training as a process of its own: ``python -m accord.annotator.training FOLDER``.

So that the server stays quick and training can be stopped at any moment. The folder holds
``job.json`` and, as any corpus folder, the texts and labels to learn from: a copy, so that people
may go on labelling meanwhile. Standard output is JSON, one object a line: steps as they are done,
``{"step", "of", "stage", "loss", "score"}``, and at the end ``{"done": true, "score", "message"}``
or ``{"error": "..."}``. The model takes its place only when it is whole.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from accord.compare import Match, evaluate
from accord.corpus import Corpus, read_corpus
from accord.corpus.folder import ANNOTATIONS, SCHEMA_FILE
from accord.document import Layer
from accord.errors import AccordError
from accord.files import read_bytes, read_text
from accord.model.folder import json_text
from accord.model.progress import Step
from accord.model.training import recipe_data, train

JOB = "job.json"
LEARN = "learn"
HELD_OUT = "held-out"

_MEASURES = ("mention.strict.micro.f1", "relation.strict.micro.f1")


def main(arguments: Sequence[str]) -> int:
    """Train as the folder's job says; 0 if the model was written."""
    os.nice(10)
    # Libraries may print; the pipe to the server is for the lines above alone.
    pipe = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    folder = Path(arguments[0])
    try:
        _say(pipe, _train(folder, lambda step: _say(pipe, _step(step))))
    except AccordError as error:
        _say(pipe, {"error": str(error)})
        return 1
    return 0


def _train(folder: Path, listener: Callable[[Step], None]) -> dict[str, Any]:
    job = json.loads(read_text(folder / JOB))
    recipe, to = job["recipe"], Path(job["to"])
    corpus = read_corpus(folder)
    layer = recipe_data(recipe).layer
    score = _score(corpus, layer)
    trained = train(recipe, corpus, corpus.select(LEARN), score=score, listener=listener)
    schema = read_bytes(folder / ANNOTATIONS / SCHEMA_FILE)
    trained.save(to, config=toml_text(recipe).encode(), schema=schema)
    held_out = corpus.select(HELD_OUT) if recipe_data(recipe).held_out else ()
    reached = None
    if held_out:
        found = trained.extractor().extract(corpus.documents[i] for i in held_out)
        reached = score({each.document: each for each in found})
    return {"done": True, "score": reached, "held_out": len(held_out)}


def _score(corpus: Corpus, source: str) -> Callable[[Mapping[str, Layer]], float]:
    """Mean of strict mention and relation F1, as `accord train` judges."""

    def score(layers: Mapping[str, Layer]) -> float:
        gold = {i: corpus.layer(source, i) for i in layers}
        scores = evaluate(gold, layers, corpus.schema, (Match.STRICT,))
        return sum(scores.value(measure) for measure in _MEASURES) / len(_MEASURES)

    return score


def toml_text(tables: Mapping[str, Any], name: str = "") -> str:
    """A recipe's tables as TOML: strings, numbers, truth values, lists of them, and tables."""
    plain = {k: v for k, v in tables.items() if not isinstance(v, Mapping)}
    head = [f"[{name}]"] if name else []
    # JSON writes these kinds of values as TOML does.
    lines = [*head, *(f"{k} = {json.dumps(v, ensure_ascii=False)}" for k, v in plain.items())]
    nested = [
        toml_text(value, f"{name}.{key}" if name else key)
        for key, value in tables.items()
        if isinstance(value, Mapping)
    ]
    return "\n".join([*lines, *nested]) + ("" if name else "\n")


def job_text(recipe: Mapping[str, Any], to: Path) -> str:
    """What ``job.json`` holds."""
    return json_text({"recipe": dict(recipe), "to": str(to.resolve())})


def _step(step: Step) -> dict[str, Any]:
    return {
        "stage": step.stage,
        "step": step.done,
        "of": step.total,
        # A library's own kind of number is none that JSON knows.
        "loss": None if step.loss is None else float(step.loss),
        "score": None if step.score is None else float(step.score),
    }


def _say(pipe: TextIO, line: Mapping[str, Any]) -> None:
    pipe.write(json.dumps(line) + "\n")
    pipe.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
