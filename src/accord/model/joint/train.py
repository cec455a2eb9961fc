"""Training the joint model from a recipe and a corpus, on the processor."""

import hashlib
import json
import random
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor

from accord.corpus import Corpus
from accord.counted import counted
from accord.document import Document
from accord.errors import InputError
from accord.files import read_bytes, read_text
from accord.model.folder import CONFIG, JOINT, SCHEMA, json_text, write_model
from accord.model.joint.calibrate import Calibration
from accord.model.joint.checkpoint import Run, load_run, save_run
from accord.model.joint.dropout import DropoutSource, use_source
from accord.model.joint.encoder import load_encoder
from accord.model.joint.encoder_source import EncoderFiles, find_encoder
from accord.model.joint.examples import Example, Replacer, Skipped, read_examples
from accord.model.joint.export import export
from accord.model.joint.extractor import CALIBRATION, TOKENIZER, JointExtractor
from accord.model.joint.learning import Average, losses, optimiser, schedule
from accord.model.joint.network import JointNetwork, NetworkSize
from accord.model.joint.reading import Reader, Scorer
from accord.model.joint.recipe import JointRecipe
from accord.model.joint.rows import Row, epoch_batches, hide_words, rows_of, units
from accord.model.joint.saving import Recorder, spread
from accord.model.joint.schema_table import SchemaTable
from accord.model.joint.torch_graphs import TorchGraphs
from accord.model.joint.words import Pieces
from accord.model.progress import Listener, Score, Step, silent
from accord.model.provenance import data_record, features

# Documents, and windows at a time, that int8's scales are set by.
_SAMPLES = 160
_SAMPLE_BATCH = 8

# Replicas of one training draw from seeds so far apart, lest they meet those of `train --seeds`.
_SEED_STEP = 1_000_003


@dataclass(frozen=True)
class Judge:
    """Held-out documents, and what tells how good a model's layers for them are."""

    ids: tuple[str, ...]
    score: Score


@dataclass(frozen=True)
class Trained:
    """A trained network with all that a model folder needs.

    `skipped` labels were not learnt; `samples` are texts that it was trained on.
    """

    recipe: JointRecipe
    table: SchemaTable
    network: JointNetwork
    files: EncoderFiles
    record: Mapping[str, Any]
    skipped: tuple[Skipped, ...]
    samples: tuple[Document, ...]
    calibration: Calibration = field(default_factory=Calibration)

    def calibrated(self, calibration: Calibration) -> "Trained":
        """The same model with probabilities fitted on held-out text."""
        return replace(self, calibration=calibration)

    def extractor(self, batch: int = 16) -> JointExtractor:
        """The model at work in torch, as it will be in onnxruntime once it is saved."""
        return self._extractor(TorchGraphs(self.network, self.recipe.network.widest), batch)

    def save(
        self,
        folder: Path,
        *,
        config: bytes,
        schema: bytes,
        asked: Mapping[str, Any] | None = None,
        precision: str | None = None,
    ) -> None:
        """Export to ONNX and write the model folder, with the recipe and schema as given.

        `precision` replaces the recipe's. The same model gives the same bytes.
        """
        network = TorchGraphs(self.network, self.recipe.network.widest)
        recorder = Recorder(network)
        # The scales of int8 are set by texts that the model was trained on.
        deque(self._extractor(recorder, _SAMPLE_BATCH).extract(self.samples), maxlen=0)
        graphs = export(
            self.network, precision or self.recipe.extraction.precision, recorder.samples
        )
        files = {
            CONFIG: config,
            SCHEMA: schema,
            **graphs,
            TOKENIZER: read_bytes(self.files.tokenizer),
            CALIBRATION: json_text(self.calibration.to_json()).encode(),
        }
        write_model(folder, JOINT, files, {**self.record, "asked": dict(asked or {})})

    def _extractor(self, scorer: Scorer, batch: int) -> JointExtractor:
        recipe = self.recipe
        return JointExtractor(
            self.table.schema,
            recipe,
            Reader(scorer, self.table, recipe.network, recipe.extraction, batch),
            make_pieces(self.files, recipe),
            self.calibration,
            self.record,
        )


def train_joint(
    recipe: JointRecipe,
    corpus: Corpus,
    ids: Sequence[str],
    *,
    judge: Judge | None = None,
    checkpoints: Path | None = None,
    listener: Listener = silent,
) -> Trained:
    """Train on the documents with these ids; the same call gives the same weights, byte for byte.

    With a `judge`, every `evaluate_every` epochs its score is told to the listener; with
    `patience`, training ends early and the best average is kept. With a folder for `checkpoints`,
    a run that was interrupted goes on where it was.

    Raises InputError if there is nothing to learn from, labels break the schema, or the encoder
    cannot be found or is another one.
    """
    if recipe.training.patience and judge is None:
        raise InputError(
            "training.patience ends a training by its score on the held_out documents of [data], "
            "and there is none to score by here; a training once a fold has none, so set it to 0"
        )
    table = SchemaTable.of(corpus.schema)
    unknown = sorted(set(recipe.training.coined).difference(table.mentions))
    if unknown:
        raise InputError(
            f"training.coined names {', '.join(unknown)}, which the schema does not know; its "
            f"mention types are {', '.join(table.mentions)}"
        )
    network = recipe.network
    examples, skipped = read_examples(
        corpus, recipe.data.layer, ids, table, words=network.words, widest=network.widest
    )
    if not any(example.marks for example in examples):
        raise InputError(
            f"layer {recipe.data.layer!r} of {counted(len(ids), 'document')} has no mention to "
            "learn from"
        )
    files = find_encoder(recipe.encoder)
    record = {
        **data_record(corpus, ids, recipe.data.layer, judge.ids if judge else ()),
        "seed": recipe.seed,
        "encoder": files.sha256,
        "torch": torch.__version__,
        "threads": recipe.training.threads,
        "bf16": native_bf16() if recipe.training.bf16 == "auto" else recipe.training.bf16 == "on",
        "skipped": [asdict(s) for s in skipped],
    }
    with _deterministic(recipe):
        trained = Trained(
            recipe,
            table,
            make_network(recipe, table, files),
            files,
            record,
            tuple(skipped),
            tuple(spread([corpus.documents[i] for i in ids], _SAMPLES)),
        )
        history = _train(trained, corpus, examples, judge, checkpoints, listener)
    return replace(trained, record={**record, "history": history})


def make_pieces(files: EncoderFiles, recipe: JointRecipe) -> Pieces:
    """The encoder's tokenizer, cutting windows as the recipe says."""
    tokenizer = Tokenizer.from_str(read_text(files.tokenizer))
    pieces = min(recipe.network.pieces, files.shape.positions)
    return Pieces(tokenizer, pieces=pieces, overlap=min(recipe.network.overlap, pieces // 2 - 1))


def make_network(recipe: JointRecipe, table: SchemaTable, files: EncoderFiles) -> JointNetwork:
    """The network before training, its new weights drawn from the recipe's seed."""
    layers, typed = files.shape.layers, recipe.network.typed
    if typed >= layers:
        raise InputError(
            f"network.typed is {typed}, and the encoder has {layers} layers, of which the lowest "
            f"must be left to find mentions by; give 0 to {layers - 1}"
        )
    torch.manual_seed(recipe.seed)
    encoder = load_encoder(files, recipe.training.dropout)
    counts = NetworkSize(len(table.mentions), len(table.relations), files.shape.size)
    return JointNetwork(encoder, counts, recipe.network, recipe.training).eval()


def native_bf16() -> bool:
    """Whether the processor multiplies bfloat16 natively; elsewhere it would be slower."""
    return not {"avx512_bf16", "amx_bf16"}.isdisjoint(features() or ())


@dataclass(frozen=True)
class _Lessons:
    """What every replica learns from: the examples, those that stay together, and their pieces."""

    examples: list[Example]
    groups: list[list[int]]
    replacer: Replacer
    pieces: Pieces

    @classmethod
    def of(cls, trained: Trained, examples: list[Example]) -> "_Lessons":
        recipe = trained.recipe
        replacer = Replacer(examples, recipe.training, trained.table, recipe.network.words)
        return cls(examples, units(examples), replacer, make_pieces(trained.files, recipe))

    def rows(self, rng: random.Random) -> list[list[Row]]:
        """The rows of an epoch, with some mentions replaced, group by group."""
        return [
            [r for i in group for r in rows_of(self.replacer(self.examples[i], rng), self.pieces)]
            for group in self.groups
        ]


def _train(
    trained: Trained,
    corpus: Corpus,
    examples: list[Example],
    judge: Judge | None,
    checkpoints: Path | None,
    listener: Listener,
) -> list[dict[str, Any]]:
    """Train the network; with `replicas`, several times from its start, and keep their mean."""
    network, replicas = trained.network, trained.recipe.training.replicas
    lessons = _Lessons.of(trained, examples)
    start = {name: value.clone() for name, value in network.state_dict().items()}
    total: list[Tensor] = []
    history: list[dict[str, Any]] = []
    for number in range(replicas):
        network.load_state_dict(start)
        folder = checkpoints / f"replica-{number + 1}" if checkpoints and number else checkpoints
        run = _replica(trained, number, corpus, lessons, judge, folder, listener)
        history += run.history or []
        values = run.average.values
        total = [a + b for a, b in zip(total, values, strict=True)] if total else values
    with torch.no_grad():
        for weight, value in zip(run.average.weights, total, strict=True):
            weight.copy_(value / replicas)
    network.eval()
    if judge is not None and replicas > 1:
        score = _score(trained, corpus, judge)
        listener(Step("mean of replicas", replicas, replicas, None, score))
        history.append({"replica": "mean", "score": score})
    return history


def _replica(
    trained: Trained,
    number: int,
    corpus: Corpus,
    lessons: _Lessons,
    judge: Judge | None,
    checkpoints: Path | None,
    listener: Listener,
) -> Run:
    """Train from the network's weights as they are; the run's average is the result."""
    recipe, network, training = trained.recipe, trained.network, trained.recipe.training
    seed = recipe.seed + number * _SEED_STEP
    source = DropoutSource(seed)
    use_source(network, source)
    rng = random.Random(seed)  # noqa: S311 - no secret hangs on it
    steps_of = optimiser(network, training)
    weights = [w for group in steps_of.param_groups for w in group["params"]]
    run = Run(network, steps_of, Average(weights, training.average), [rng, source.random])
    run.history = []
    identity = _identity(recipe, trained.record)
    if checkpoints is not None:
        load_run(checkpoints, run, identity)
    steps = training.epochs * -(-len(lessons.examples) // training.batch)
    which = {"replica": number + 1} if training.replicas > 1 else {}
    stage = f"replica {number + 1}, epoch" if which else "epoch"
    while run.epoch < training.epochs and not _out_of_patience(run, training.patience):
        batches = epoch_batches(lessons.rows(rng), training.batch, rng)
        loss = _epoch(trained, run, batches, lessons.pieces, steps)
        run.epoch += 1
        score = None
        if judge is not None and (
            run.epoch % training.evaluate_every == 0 or run.epoch == training.epochs
        ):
            run.average.swap()
            score = _score(trained, corpus, judge)
            run.average.swap()
            _note(run, score, keep=training.patience > 0)
        run.history.append({**which, "epoch": run.epoch, "loss": round(loss, 4), "score": score})
        if checkpoints is not None:
            save_run(checkpoints, run, identity)
        listener(Step(stage, run.epoch, training.epochs, loss, score))
    if run.best is not None:
        run.average.values = run.best
    return run


def _epoch(
    trained: Trained, run: Run, batches: list[list[Row]], pieces: Pieces, steps: int
) -> float:
    """One pass over the batches; the mean loss."""
    training, rng = trained.recipe.training, run.randoms[0]
    bf16 = bool(trained.record["bf16"])
    trained.network.train()
    total = 0.0
    for batch in batches:
        run.step += 1
        share = schedule(run.step, steps, training.warmup)
        for group in run.optimiser.param_groups:
            group["lr"] = group["base"] * share
        rows = [hide_words(row, training.mask, pieces.hidden, rng) for row in batch]
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            marks, relations = losses(trained.network, rows, trained.table, trained.recipe, rng)
            loss = marks + training.relation_weight * relations
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(run.average.weights, training.clip)
        run.optimiser.step()
        run.optimiser.zero_grad(set_to_none=True)
        run.average.update(run.step)
        total += float(loss.detach())
    trained.network.eval()
    return total / len(batches)


def _score(trained: Trained, corpus: Corpus, judge: Judge) -> float:
    """The network's score on the held-out documents."""
    with torch.autocast("cpu", torch.bfloat16, enabled=bool(trained.record["bf16"])):
        layers = trained.extractor().extract(corpus.documents[i] for i in judge.ids)
        return judge.score({layer.document: layer for layer in layers})


def _note(run: Run, score: float, *, keep: bool) -> None:
    if run.best_score is None or score > run.best_score:
        run.best_score, run.since_best = score, 0
        if keep:
            run.best = [value.clone() for value in run.average.values]
    else:
        run.since_best += 1


def _out_of_patience(run: Run, patience: int) -> bool:
    return patience > 0 and run.since_best >= patience


def _identity(recipe: JointRecipe, record: Mapping[str, Any]) -> str:
    facts = json.dumps([asdict(recipe), record["corpus"], record["encoder"], record["torch"]])
    return hashlib.sha256(facts.encode()).hexdigest()


@contextmanager
def _deterministic(recipe: JointRecipe) -> Iterator[None]:
    """Deterministic kernels and the recipe's threads; the caller's state comes back."""
    state, threads = torch.get_rng_state(), torch.get_num_threads()
    exact = torch.are_deterministic_algorithms_enabled()
    torch.set_num_threads(recipe.training.threads)
    torch.use_deterministic_algorithms(True)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(exact)
        torch.set_num_threads(threads)
        torch.set_rng_state(state)
