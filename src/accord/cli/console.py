"""Where output goes: results to standard output, progress and errors to standard error."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console

if TYPE_CHECKING:
    from accord.model.progress import Listener, Step


class _Output(Console):
    def on_broken_pipe(self) -> None:
        # The reader of a pipe went away (`accord extract ... | head`): neither an error nor a
        # result, so the exit code is the one that a shell shows for SIGPIPE.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(128 + 13)


# Tables keep their shape when piped: a fixed width, no wrapping of words into the next column.
# Without emoji: rich would turn a text's ":fire:" into another character.
out = _Output(highlight=False, soft_wrap=False, emoji=False)
err = Console(stderr=True, highlight=False, emoji=False)


def print_json(value: Any) -> None:
    """One JSON value on one line of standard output, as plain UTF-8 in any locale."""
    line = json.dumps(value, ensure_ascii=False, allow_nan=False) + "\n"
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(line.encode())
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        out.on_broken_pipe()


@contextmanager
def progress(title: str) -> "Iterator[Listener]":
    """A progress bar on standard error; plain lines where that is no terminal."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    if not err.is_terminal:
        with _lines(title) as listener:
            yield listener
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=err, transient=True) as bars:
        tasks: dict[str, Any] = {}

        def listen(step: "Step") -> None:
            if step.stage not in tasks:
                tasks[step.stage] = bars.add_task(
                    f"{title}: {step.stage}", total=step.total, note=""
                )
            bars.update(tasks[step.stage], completed=step.done, note=_note(step))

        yield listen


@contextmanager
def _lines(title: str) -> "Iterator[Listener]":
    """About five lines a stage: enough for a log."""

    def listen(step: "Step") -> None:
        part = max(1, step.total // 5)
        if step.done % part == 0 or step.done == step.total:
            note = _note(step)
            err.print(f"{title}: {step.stage} {step.done}/{step.total}{' ' if note else ''}{note}")

    yield listen


def _note(step: "Step") -> str:
    parts = []
    if step.loss is not None:
        parts.append(f"loss {step.loss:.3f}")
    if step.score is not None:
        parts.append(f"score {step.score:.3f}")
    return ", ".join(parts)
