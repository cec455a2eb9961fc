"""Training a model from the app, on what a person has completed, while people go on labelling.

The completed documents of the person's layer are copied to a temporary corpus folder, and a
process of its own learns from them (`accord.annotator.training`). Those of the random share
(`accord.annotator.order.unbiased_sample`) are never learned from: the score that is shown is
measured on them. When the model is whole it takes its place in its folder, and suggests from then
on; until then, and if anything fails, the one before stays.
"""

import glob
import json
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from accord.annotator.order import unbiased_sample
from accord.annotator.state import Status
from accord.annotator.store import Store
from accord.annotator.suggestions import load_suggestions
from accord.annotator.training import HELD_OUT, JOB, LEARN, job_text
from accord.annotator.workplace import Workplace
from accord.corpus import write_layer
from accord.corpus.folder import ANNOTATIONS, SCHEMA_FILE, SPLITS_FILE, TEXTS
from accord.counted import counted
from accord.errors import AccordError, ConflictError, InputError
from accord.files import read_bytes, write_bytes, write_text
from accord.model.folder import BASELINE, CONFIG, check_target
from accord.model.recipe import read_recipe

#: Fewer documents teach a model nothing worth suggesting.
LEAST = 5
_MODELS = "models"
_PATIENCE = 5.0


@dataclass(frozen=True, slots=True)
class Training:
    """How far training is; `state` is idle, training, failed or ready.

    `step` of `of` units of a `stage` are done, with the last loss, and the last score on held-out
    documents if there are any. `name` is the model that is being, or was last, trained.
    """

    state: str = "idle"
    stage: str = ""
    step: int = 0
    of: int = 0
    loss: float | None = None
    score: float | None = None
    message: str = ""
    name: str = ""


class Trainer:
    """Trains for a workplace, one model at a time; safe to use from several threads."""

    def __init__(self, workplace: Workplace, recipe: Path | None = None):
        """Train by a recipe; without one by that of the model that suggests, or a baseline."""
        self._workplace = workplace
        self._recipe = recipe
        self._now = Training()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._thread: threading.Thread | None = None
        self._cancelled = False

    @property
    def now(self) -> Training:
        """How far training is."""
        return self._now

    def start(self, store: Store) -> Training:
        """Begin to train on the completed documents of a layer.

        Raises ConflictError if training goes on already or the model's folder holds something
        else, InputError for too few completed documents or a recipe that cannot be read.
        """
        with self._lock:
            if self._now.state == "training":
                raise ConflictError("a model is being trained already; wait for it, or cancel it")
            texts = self._workplace.documents
            done = [i for i in texts if store.status(i) is Status.COMPLETE]
            held_out = unbiased_sample(texts, set(done).__contains__)
            learned = [i for i in done if i not in held_out]
            if len(learned) < LEAST:
                raise InputError(_too_few(len(done), len(learned)))
            to = self._workplace.root / _MODELS / f"annotator-{store.layer}"
            check_target(to)
            recipe = self._tables(store.layer, held_out=bool(held_out))
            self._cancelled = False
            about = f"learning from {len(learned)} documents"
            about += f", scored on {len(held_out)} drawn by chance" if held_out else ""
            self._tell(Training("training", message=about, name=to.name))
            self._thread = threading.Thread(
                target=self._run, args=(store, learned, held_out, recipe, to), daemon=True
            )
            self._thread.start()
            return self._now

    def cancel(self) -> Training:
        """Stop training, if it goes on; the model that suggests stays as it is."""
        with self._lock:
            self._cancelled = True
            process = self._process
        if process is not None:
            _end(process)
        if self._thread is not None:
            self._thread.join()
        return self._now

    def close(self) -> None:
        """Stop training, as the server ends."""
        self.cancel()

    def wait(self) -> None:
        """Until nothing is being trained; for tests."""
        if self._thread is not None:
            self._thread.join()

    def to_json(self) -> dict[str, Any]:
        """What ``/api/model`` answers."""
        return asdict(self._now)

    def _tables(self, layer: str, *, held_out: bool) -> dict[str, Any]:
        tables: dict[str, Any] = {"kind": BASELINE.kind, "seed": 0}
        folder = getattr(self._workplace.suggest, "folder", None)
        if self._recipe is not None:
            tables = read_recipe(self._recipe)
        elif folder is not None:
            tables = read_recipe(folder / CONFIG)
        data = {"split": LEARN, "layer": layer, "held_out": HELD_OUT if held_out else ""}
        return {**tables, "data": data}

    def _run(
        self,
        store: Store,
        learned: Sequence[str],
        held_out: Sequence[str],
        recipe: dict[str, Any],
        to: Path,
    ) -> None:
        folder = Path(tempfile.mkdtemp(prefix="accord-training-"))
        try:
            self._copy(folder, store, learned, held_out)
            write_text(folder / JOB, job_text(recipe, to))
            last = self._follow(folder)
            if self._cancelled:
                self._tell(Training(message="training was cancelled; nothing was changed"))
            elif "error" in last:
                self._fail(str(last["error"]))
            else:
                load_suggestions(self._workplace, to)
                shown = f"{to} learned from {len(learned)} documents"
                if held_out:
                    shown += f"; scored on {len(held_out)} that it never saw"
                self._tell(
                    replace(self._now, state="ready", score=last.get("score"), message=shown)
                )
        except (AccordError, OSError) as error:
            self._fail(str(error))
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _copy(
        self, folder: Path, store: Store, learned: Sequence[str], held_out: Sequence[str]
    ) -> None:
        """A corpus folder of the completed documents as they are now."""
        schema = read_bytes(self._workplace.root / ANNOTATIONS / SCHEMA_FILE)
        write_bytes(folder / ANNOTATIONS / SCHEMA_FILE, schema)
        for i in (*learned, *held_out):
            document = self._workplace.documents[i]
            write_text(folder / TEXTS / f"{i}.txt", document.text)
            write_layer(folder, document, store.document(i).layer)
        splits = {LEARN: learned, HELD_OUT: held_out}
        lines = [
            f"{json.dumps(name)} = {json.dumps([glob.escape(i) for i in ids], ensure_ascii=False)}"
            for name, ids in splits.items()
        ]
        write_text(folder / TEXTS / SPLITS_FILE, "\n".join(lines) + "\n")

    def _follow(self, folder: Path) -> dict[str, Any]:
        """Run the process, tell its steps, and return its last line."""
        command = [sys.executable, "-m", "accord.annotator.training", str(folder)]
        with (folder / "log.txt").open("w+", encoding="utf-8") as log:
            with self._lock:
                if self._cancelled:
                    return {}
                self._process = process = subprocess.Popen(  # noqa: S603 - our own module
                    command, stdout=subprocess.PIPE, stderr=log, text=True, encoding="utf-8"
                )
            last: dict[str, Any] = {}
            assert process.stdout is not None  # noqa: S101 - it is a pipe
            for line in process.stdout:
                last = json.loads(line)
                if "step" in last:
                    self._tell(replace(self._now, **last))
            code = process.wait()
            process.stdout.close()
            self._process = None
            if code and "error" not in last:
                log.seek(0)
                tail = log.read().strip().splitlines()[-1:] or ["no reason was given"]
                return {"error": f"training ended with code {code}: {tail[0]}"}
            return last

    def _fail(self, reason: str) -> None:
        self._tell(replace(self._now, state="failed", message=reason))

    def _tell(self, now: Training) -> None:
        self._now = now
        self._workplace.events.publish({"training": asdict(now)})


def _too_few(done: int, learned: int) -> str:
    need = LEAST - learned
    kept = done - learned
    aside = f" ({kept} of them drawn by chance, kept for scoring)" if kept else ""
    return (
        f"this layer has {counted(done, 'complete document')}{aside}; a model needs {LEAST} to "
        f"learn from, so complete {need} more"
    )


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
