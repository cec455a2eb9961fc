"""A training run on disk, so that it can be interrupted: one safetensors file, no pickle.

Resumed, a run ends with the very bytes that it would have ended with.
"""

import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from accord.errors import InputError
from accord.files import write_bytes
from accord.model.joint.learning import Average

FILE = "checkpoint.safetensors"


@dataclass
class Run:
    """All that changes while training. `best` holds the best average so far, if one is kept."""

    network: nn.Module
    optimiser: torch.optim.Optimizer
    average: Average
    randoms: list[random.Random]
    step: int = 0
    epoch: int = 0
    best_score: float | None = None
    since_best: int = 0
    best: list[Tensor] | None = None
    history: list[dict[str, Any]] | None = None


def save_run(folder: Path, run: Run, identity: str) -> None:
    """Write the checkpoint, whole or not at all. `identity` tells recipe and data apart."""
    tensors: dict[str, Tensor] = {"random": torch.get_rng_state()}
    for index, weight in enumerate(run.average.weights):
        state = run.optimiser.state[weight]
        tensors[f"weight.{index}"] = weight.detach()
        tensors[f"average.{index}"] = run.average.values[index]
        tensors |= {f"{key}.{index}": state[key] for key in ("exp_avg", "exp_avg_sq", "step")}
        if run.best is not None:
            tensors[f"best.{index}"] = run.best[index]
    facts = {
        "identity": identity,
        "step": run.step,
        "epoch": run.epoch,
        "best_score": run.best_score,
        "since_best": run.since_best,
        "history": run.history or [],
        "randoms": [r.getstate() for r in run.randoms],
    }
    tensors = {name: tensor.contiguous() for name, tensor in tensors.items()}
    write_bytes(folder / FILE, save(tensors, metadata={"run": json.dumps(facts)}))


def load_run(folder: Path, run: Run, identity: str) -> bool:
    """Take up the run of a checkpoint, if there is one; whether there was.

    Raises InputError if it belongs to another recipe or other data, or is damaged.
    """
    path = folder / FILE
    if not path.is_file():
        return False
    try:
        with safe_open(path, framework="pt") as file:
            facts = json.loads(file.metadata()["run"])
            if facts["identity"] != identity:
                raise InputError(
                    "belongs to another recipe, other data or another version; delete it to start "
                    "anew, or give another folder",
                    path=path,
                )
            _restore(run, facts, {name: file.get_tensor(name) for name in file.keys()})  # noqa: SIM118
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"damaged ({error}); delete it to start anew", path=path) from None
    return True


def _restore(run: Run, facts: dict[str, Any], tensors: dict[str, Tensor]) -> None:
    torch.set_rng_state(tensors["random"])
    with torch.no_grad():
        for index, weight in enumerate(run.average.weights):
            weight.copy_(tensors[f"weight.{index}"])
            run.average.values[index].copy_(tensors[f"average.{index}"])
            run.optimiser.state[weight] = {
                key: tensors[f"{key}.{index}"] for key in ("exp_avg", "exp_avg_sq", "step")
            }
    if "best.0" in tensors:
        run.best = [tensors[f"best.{index}"] for index in range(len(run.average.weights))]
    run.step, run.epoch = facts["step"], facts["epoch"]
    run.best_score, run.since_best = facts["best_score"], facts["since_best"]
    run.history = facts["history"]
    for generator, state in zip(run.randoms, facts["randoms"], strict=True):
        version, inner, gauss = state
        generator.setstate((version, tuple(inner), gauss))
