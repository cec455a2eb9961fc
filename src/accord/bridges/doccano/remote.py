"""Speaks to the worker: one process, one request at a time, as JSON lines."""

import contextlib
import json
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from accord.bridges.doccano.errors import ServerError

Note = Callable[[str], None]

_WORKER = Path(__file__).with_name("worker.py")
_TAIL = 600


class Server(Protocol):
    """Whoever carries out the worker's operations: the worker, or a stand-in of a test."""

    def call(self, operation: str, **arguments: Any) -> Any:
        """The operation's value; ServerError if it fails."""

    def pages(self, operation: str, **arguments: Any) -> Iterator[Any]:
        """The parts of an operation that answers in parts."""


class Worker:
    """A running worker; as a context manager it ends with the block.

    `note` is told what the worker waits for.
    """

    def __init__(self, python: Path, note: Note):
        self._note = note
        self._number = 0
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115
        # -I: neither the caller's PYTHONPATH nor this folder's modules reach the environment.
        self._process = subprocess.Popen(  # noqa: S603
            [python, "-I", _WORKER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            encoding="utf-8",
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def call(self, operation: str, **arguments: Any) -> Any:
        """The operation's value; ServerError if it fails."""
        for kind, value in self._answers(operation, arguments):
            if kind == "value":
                return value
        raise AssertionError("an operation ends with a value or an error")

    def pages(self, operation: str, **arguments: Any) -> Iterator[Any]:
        """The parts of an operation that answers in parts; use them up before the next call."""
        for kind, value in self._answers(operation, arguments):
            if kind == "part":
                yield value

    def close(self) -> None:
        """End the worker; what it was doing is given up."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._errors):
            if stream is not None:
                # A request that the worker no longer read is still in the stream.
                with contextlib.suppress(BrokenPipeError):
                    stream.close()

    def _answers(self, operation: str, arguments: dict[str, Any]) -> Iterator[tuple[str, Any]]:
        assert self._process.stdin is not None and self._process.stdout is not None  # noqa: S101
        self._number += 1
        request = {"id": self._number, "do": operation, "with": arguments}
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        except OSError:
            raise self._ended() from None
        for line in self._process.stdout:
            answer = json.loads(line)
            if "note" in answer:
                self._note(answer["note"])
            elif "error" in answer:
                raise _error(answer["error"])
            elif "part" in answer:
                yield "part", answer["part"]
            else:
                yield "value", answer["value"]
                return
        raise self._ended()

    def _ended(self) -> ServerError:
        self._process.wait()
        size = self._errors.tell()
        self._errors.seek(max(0, size - _TAIL))
        said = self._errors.read().decode("utf-8", "replace").strip()
        return ServerError(f"the doccano worker ended unexpectedly: {said or 'without a word'}")


@dataclass(frozen=True)
class Account:
    """A login on a server, in whose name requests are sent."""

    server: Server
    name: str
    number: int
    staff: bool

    def call(self, operation: str, **arguments: Any) -> Any:
        """As `Server.call`, in this account's name."""
        return self.server.call(operation, account=self.name, **arguments)

    def pages(self, operation: str, **arguments: Any) -> Iterator[Any]:
        """As `Server.pages`, in this account's name."""
        return self.server.pages(operation, account=self.name, **arguments)

    def wait(self, task: str, what: str, *, limit: float = 900.0) -> None:
        """Wait until a task of the server's is done; ServerError if it failed or takes too long."""
        end = time.monotonic() + limit
        pause = 0.1
        while True:
            status = self.call("task", task=task)
            if status["ready"]:
                break
            if time.monotonic() > end:
                raise ServerError(
                    f"the server has not finished {what} after {limit:.0f} s; does its task worker "
                    "run?",
                    temporary=True,
                )
            time.sleep(pause)
            pause = min(1.0, pause * 1.5)
        # An import answers with what it could not read, an export with the archive's path.
        result = status.get("result")
        faults = [status["error"]["text"]] if status.get("error") else []
        if isinstance(result, dict):
            faults += [str(fault.get("message", fault)) for fault in result.get("error") or ()]
        if faults:
            said = "; ".join(faults[:3])[:_TAIL]
            raise ServerError(f"the server could not finish {what}: {said}")


def log_in(server: Server, url: str, user: str, password: str, **patience: float) -> Account:
    """Log in; ServerError with the server's words if it does not let this account in."""
    try:
        profile = server.call("login", url=url, user=user, password=password, **patience)
    except ServerError as error:
        if error.temporary:
            raise ServerError(f"no doccano at {url}: {error}", temporary=True) from None
        raise ServerError(f"{url} did not let {user!r} in: {error}", status=error.status) from None
    return Account(server, user, profile["id"], profile["staff"])


def _error(error: dict[str, Any]) -> ServerError:
    status = error["status"]
    place = f" ({status})" if status else ""
    if error["kind"] == "temporary" and status:
        reason = f"the server is busy or broken{place}: {error['said']}"
    elif error["kind"] == "temporary":
        reason = f"the server cannot be reached: {error['said']}"
    elif error["kind"] == "refused":
        reason = f"the server said{place}: {error['said']}"
    else:
        reason = f"the doccano worker failed: {error['said']}"
    return ServerError(reason, status=status, temporary=error["kind"] == "temporary")
