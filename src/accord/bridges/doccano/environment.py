"""The environments that doccano's programs live in, made on first use.

Two, as a server that stands elsewhere needs the client alone: "client" (13 MB) and "server"
(700 MB). Each is named after its list of pinned packages, so another list makes another
environment. pip takes its index, proxy and certificates from the machine's own configuration.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from accord.bridges.doccano.errors import InstallError
from accord.bridges.doccano.remote import Note
from accord.files import write_text
from accord.model.progress import Listener, Step

FOLDER_VARIABLE = "ACCORD_DOCCANO_ENV"
PYTHON_VARIABLE = "ACCORD_DOCCANO_PYTHON"

_LISTS = {
    "client": Path(__file__).with_name("client-requirements.txt"),
    "server": Path(__file__).with_name("server-requirements.txt"),
}
# What breaks first when a version is wrong.
_PROBES = {
    "client": "import doccano_client",
    "server": "import environs, pandas, pkg_resources, celery, gunicorn, polymorphic",
}
_READY = ".accord-ready"
_TAIL = 15


def folder_of_environments(given: Path | None, variables: Mapping[str, str]) -> Path:
    """Where the environments lie: as given, $ACCORD_DOCCANO_ENV, or the user's cache folder."""
    if given is not None:
        return given
    if variables.get(FOLDER_VARIABLE):
        return Path(variables[FOLDER_VARIABLE])
    cache = variables.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "accord" / "doccano"


def environment(kind: str, base: Path, note: Note, listener: Listener) -> Path:
    """The Python of an environment ("client" or "server"), which is made if it is not there.

    What was interrupted goes on where it stopped; of two at once, the second waits. Raises
    InstallError with pip's last words.
    """
    listed = _LISTS[kind].read_bytes()
    folder = base.absolute() / f"{kind}-{hashlib.sha256(listed).hexdigest()[:12]}"
    python = folder / "bin" / "python"
    if (folder / _READY).exists() and _runs(python):
        return python
    base.mkdir(parents=True, exist_ok=True)
    with _alone(base / f".{kind}.lock", note):
        if (folder / _READY).exists() and _runs(python):
            return python
        _make(kind, folder, python, note, listener)
    return python


def _make(kind: str, folder: Path, python: Path, note: Note, listener: Listener) -> None:
    size = {"client": "13 MB", "server": "700 MB, one to five minutes"}[kind]
    note(f"making the environment of doccano's {kind} in {folder} ({size}), this once")
    (folder / _READY).unlink(missing_ok=True)
    log = folder.with_suffix(".log")
    if not _runs(python):
        shutil.rmtree(folder, ignore_errors=True)
        _run([_interpreter(kind), "-m", "venv", folder], log, 1, listener, "environment")
    pins = sum(bool(re.match(r"[A-Za-z]", line)) for line in _LISTS[kind].read_text().splitlines())
    install = ("-m", "pip", "install", "--disable-pip-version-check", "--no-input")
    quiet = ("--progress-bar", "off", "-r", _LISTS[kind])
    _run([python, *install, *quiet], log, pins, listener, "packages")
    probe = subprocess.run(  # noqa: S603
        [python, "-I", "-c", _PROBES[kind]], capture_output=True, check=False, text=True
    )
    if probe.returncode:
        last = probe.stderr.strip().rpartition("\n")[2]
        raise InstallError(f"doccano's {kind} is installed in {folder} but does not start: {last}")
    write_text(folder / _READY, "")


def _interpreter(kind: str) -> str:
    """A Python that the pinned packages have wheels for: any for the client, 3.11 for the server.

    The server's pandas 1.5 and numpy 1.26 end with Python 3.11.
    """
    if kind == "client" or sys.version_info[:2] == (3, 11):
        return sys.executable
    given = os.environ.get(PYTHON_VARIABLE)
    found = given or shutil.which("python3.11")
    if found is None:
        raise InstallError(
            "the doccano server needs Python 3.11, and there is no python3.11 on the PATH; "
            f"install it, or name one by {PYTHON_VARIABLE}"
        )
    return found


def _run(command: list[str | Path], log: Path, total: int, listener: Listener, stage: str) -> None:
    """Run a step of the installation; its output goes to a log, its progress to the listener."""
    variables = {
        key: value
        for key, value in os.environ.items()
        if key not in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
    }
    seen: set[str] = set()
    with (
        log.open("a", encoding="utf-8") as file,
        subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=variables,
            encoding="utf-8",
            errors="replace",
        ) as process,
    ):
        assert process.stdout is not None  # noqa: S101
        try:
            for line in process.stdout:
                file.write(line)
                match = re.match(r"(?:Collecting|Requirement already satisfied:) ([\w.-]+)", line)
                if match and match[1].lower() not in seen and len(seen) < total:
                    seen.add(match[1].lower())
                    listener(Step(stage, len(seen), total))
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        last = log.read_text("utf-8").splitlines()[-_TAIL:]
        raise InstallError(
            f"{Path(command[0]).name} could not make doccano's environment (all of it: {log}):\n"
            + "\n".join(last)
        )


def _runs(python: Path) -> bool:
    """Whether an interpreter is there and starts; a moved or half-made one does not."""
    try:
        return subprocess.run([python, "-I", "-c", ""], check=False).returncode == 0  # noqa: S603
    except OSError:
        return False


@contextmanager
def _alone(path: Path, note: Note) -> Iterator[None]:
    """Hold a lock that ends with the process, however it ends."""
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            note("another process is making the environment; waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
