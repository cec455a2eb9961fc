"""What a training step costs against the encoder's bare forward and backward pass: one JSON line.

    python tests/benchmarks/joint_speed/training.py                        # CoNLL04
    python tests/benchmarks/joint_speed/training.py --practice             # the shipped text
    python tests/benchmarks/joint_speed/training.py --practice --wide 1    # without sampled widths

Both see the same batches in the same precision, in turn; times are of the process.
"""

import argparse
import json
import random
import statistics
import sys
import time
import tomllib
from pathlib import Path

import torch

REPOSITORY = Path(__file__).parents[3]
CONLL04 = Path(__file__).parents[1] / "conll04"
CONLL04_RECIPE = CONLL04 / "recipe.toml"
sys.path.insert(0, str(CONLL04))
from conll04 import read_conll04  # noqa: E402

from accord import read_corpus  # noqa: E402
from accord.model.joint.dropout import DropoutSource, use_source  # noqa: E402
from accord.model.joint.encoder import load_encoder  # noqa: E402
from accord.model.joint.encoder_source import find_encoder  # noqa: E402
from accord.model.joint.examples import read_examples  # noqa: E402
from accord.model.joint.learning import Average, losses, optimiser  # noqa: E402
from accord.model.joint.recipe import JointRecipe  # noqa: E402
from accord.model.joint.rows import epoch_batches, rows_of, stack_rows  # noqa: E402
from accord.model.joint.schema_table import SchemaTable  # noqa: E402
from accord.model.joint.train import make_network, make_pieces, native_bf16  # noqa: E402
from accord.model.recipe import fill  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--batch", type=int, default=None)
    parser.add_argument("--wide", type=float, default=None, help="instead of the recipe's")
    parser.add_argument("--practice", action="store_true", help="the shipped model's text, recipe")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    path = (REPOSITORY / "models/recipes/alliances.toml") if arguments.practice else CONLL04_RECIPE
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    if arguments.wide:
        tables["training"]["wide"] = arguments.wide
    recipe: JointRecipe = fill(JointRecipe, tables, "recipe")
    corpus = read_corpus(REPOSITORY) if arguments.practice else read_conll04()
    shape = recipe.network
    table = SchemaTable.of(corpus.schema)
    files = find_encoder(recipe.encoder)
    network = make_network(recipe, table, files)
    use_source(network, DropoutSource(0))
    ids = corpus.select("practice" if arguments.practice else "train")
    examples, _ = read_examples(corpus, "gold", ids, table, words=shape.words, widest=shape.widest)
    pieces = make_pieces(files, recipe)
    groups = [rows_of(example, pieces) for example in examples]
    rng = random.Random(0)  # noqa: S311
    batches = epoch_batches(groups, arguments.batch or recipe.training.batch, rng)
    steps_of = optimiser(network, recipe.training)
    average = Average([w for g in steps_of.param_groups for w in g["params"]], 0.99)
    for group in steps_of.param_groups:
        group["lr"] = 1e-6
    network.train()
    encoder = load_encoder(files, recipe.training.dropout).train()
    encoder.pieces.weight.requires_grad_(recipe.training.train_pieces)
    use_source(encoder, DropoutSource(0))
    bare, whole = [], []
    for number, rows in enumerate(batches[: arguments.steps + 8]):
        arrays = stack_rows(rows, shape.widest)[0].arrays()
        ids_, shapes, lengths = (torch.from_numpy(arrays[k]) for k in ("ids", "shapes", "pieces"))
        start = time.process_time()
        with torch.autocast("cpu", torch.bfloat16, enabled=native_bf16()):
            loss = encoder(ids_, shapes, lengths)[-1].float().square().mean()
        loss.backward()
        middle = time.process_time()
        encoder.zero_grad(set_to_none=True)
        start_whole = time.process_time()
        with torch.autocast("cpu", torch.bfloat16, enabled=native_bf16()):
            marks, relations = losses(network, rows, table, recipe, rng)
        (marks + relations).backward()
        torch.nn.utils.clip_grad_norm_(average.weights, recipe.training.clip)
        steps_of.step()
        steps_of.zero_grad(set_to_none=True)
        average.update(number + 1)
        if number >= 8:  # kernels are compiled for each new shape at first
            bare.append(middle - start)
            whole.append(time.process_time() - start_whole)
    print(
        json.dumps(
            {
                "batch": arguments.batch or recipe.training.batch,
                "bf16": native_bf16(),
                "encoder_ms": round(1000 * statistics.mean(bare)),
                "step_ms": round(1000 * statistics.mean(whole)),
                "ratio": round(statistics.mean(whole) / statistics.mean(bare), 2),
                "steps_an_epoch": len(batches),
            }
        )
    )


if __name__ == "__main__":
    main()
