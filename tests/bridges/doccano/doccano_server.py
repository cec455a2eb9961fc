"""A real doccano for the tests: one for all of them, even of several pytest processes at once."""

import fcntl
import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pytest
from doccano_page import log_in

from accord.bridges.doccano import remote
from accord.bridges.doccano.accounts import ADMIN, read_accounts, running_url
from accord.bridges.doccano.environment import (
    FOLDER_VARIABLE,
    environment,
    folder_of_environments,
)
from accord.errors import AccordError
from sample_corpus import REPOSITORY

ANNOTATORS = ("ann", "bob", "dora.day")


def environment_for_tests(kind):
    """The Python of an environment that `make test` has made; else skip, or fail in CI."""
    given = os.environ.get(FOLDER_VARIABLE)
    base = folder_of_environments(None if given else REPOSITORY / ".venv-doccano", os.environ)
    if not os.environ.get("CI") and not any(base.glob(f"{kind}-*/.accord-ready")):
        pytest.skip(f"no doccano {kind} in {base}; `make test` installs it")
    try:
        return environment(kind, base, lambda note: None, lambda step: None)
    except AccordError as error:
        pytest.fail(f"doccano's {kind} cannot be installed: {error}")


@dataclass(frozen=True)
class TestServer:
    """A running server, and ways in."""

    __test__ = False

    url: str
    data: Path
    python: Path
    environments: Path
    logged_in: dict = field(default_factory=dict)

    @cached_property
    def passwords(self):
        return read_accounts(self.data)

    def cookies(self, name):
        """Of an account that is logged in at the page."""
        if name not in self.logged_in:
            self.logged_in[name] = log_in(self.url, name, self.passwords[name])
        return self.logged_in[name]

    @contextmanager
    def account(self, *names):
        """One account, or several over one worker."""
        with remote.Worker(self.python, lambda note: None) as worker:
            accounts = [
                remote.log_in(worker, self.url, name, self.passwords[name])
                for name in names or (ADMIN,)
            ]
            yield accounts[0] if len(accounts) == 1 else accounts


@contextmanager
def shared_server(folder):
    """Start the server if no other process of this test run has; the last one stops it."""
    folder.mkdir(exist_ok=True)
    count, lock = folder / "count", folder / "lock"
    server, client = environment_for_tests("server"), environment_for_tests("client")
    environments = server.parent.parent.parent
    data = folder / "data"
    with _locked(lock):
        users = json.loads(count.read_text()) if count.exists() else {"count": 0}
        if not running_url(data):
            users["pid"] = _start(data, environments, folder / "serve.log")
        users["count"] += 1
        count.write_text(json.dumps(users))
    try:
        yield TestServer(running_url(data), data, client, environments)
    finally:
        with _locked(lock):
            users = json.loads(count.read_text())
            users["count"] -= 1
            count.write_text(json.dumps(users))
            if users["count"] == 0:
                _stop(users["pid"], data, folder / "serve.log")


def _start(data, environments, log):
    """`accord doccano serve`, as a user starts it."""
    names = [word for name in ANNOTATORS for word in ("--annotator", name)]
    program = "from accord.cli.main import main; main()"
    command = [sys.executable, "-c", program, "doccano", "serve", "--port", "0"]
    with log.open("wb") as file:
        process = subprocess.Popen(  # noqa: S603
            [*command, *names, "--data", data, "--environments", environments],
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    while not running_url(data):
        if process.poll() is not None:
            pytest.fail(f"`accord doccano serve` did not start:\n{log.read_text()}")
        try:
            process.wait(0.2)
        except subprocess.TimeoutExpired:
            continue
    process.returncode = 0  # it outlives this object on purpose
    return process.pid


def _stop(pid, data, log):
    """SIGTERM, and then nothing of it is left."""
    processes = json.loads((data / "processes.json").read_text())
    os.kill(pid, signal.SIGTERM)
    with (data / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
    assert not running_url(data), log.read_text()
    for child, _ in processes.values():
        with pytest.raises(ProcessLookupError):
            os.killpg(child, 0)
    assert [path for path in (data / "media").rglob("*") if path.is_file()] == []


@contextmanager
def _locked(path):
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
