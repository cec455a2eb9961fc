"""`accord doccano serve`: a private doccano on this machine, with an embedded database.

Two processes, the web server and the task worker without which no upload or export ever ends,
bound to loopback. Everything lies in one folder of the user's, closed to others: database, keys,
accounts, logs. Unlike `doccano webserver`, it has a key of its own, answers to loopback names only
and does not hand out uploads and exports (`/media/`) without login.
"""

import contextlib
import fcntl
import json
import os
import secrets
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from accord.bridges.doccano.accounts import (
    ADMIN,
    URL_FILE,
    make_accounts,
    running_url,
    write_private,
)
from accord.bridges.doccano.errors import ServerError
from accord.bridges.doccano.remote import Note
from accord.errors import ConflictError, InputError
from accord.files import read_text, write_text

_PREPARE = Path(__file__).with_name("prepare_server.py")
_MARKER = ".accord-doccano"
_PROCESSES = "processes.json"
_WORKERS = 2
_GRACE = 20.0
_TAIL = 12
# Nothing of the caller's Django, Celery or doccano settings may leak in.
_FOREIGN = (
    *("ACCORD_DOCCANO_", "CELERY_", "CSRF_", "DATABASE_", "DJANGO_", "DOCCANO_", "EMAIL_"),
    *("GUNICORN_", "HEADER_AUTH_", "MYSQL_", "OAUTH_", "PYTHON", "ROLE_", "SOCIAL_", "STANDALONE"),
    *("DEBUG", "ENABLE_FILE_TYPE_CHECK", "IMPORT_BATCH_SIZE", "MAX_UPLOAD_SIZE", "MEDIA_ROOT"),
    *("SECRET_KEY", "SESSION_COOKIE_", "WEB_CONCURRENCY"),
)
# SQLite waits for a writer instead of failing; the task worker looks for work ten times a second
# and not once (as an option of the broker, the interval would go to SQLAlchemy, which refuses it);
# unfinished uploads lie in the data folder and not in the installed package; other host names are
# refused: a page elsewhere could point its own here.
_SETTINGS = """\
import os
from config.settings.production import *
from kombu.transport.sqlalchemy import Transport
DATABASES["default"].setdefault("OPTIONS", {})["timeout"] = 30
Transport.polling_interval = 0.1
DJANGO_DRF_FILEPOND_ALLOW_EXTERNAL_UPLOAD_DIR = True
DJANGO_DRF_FILEPOND_UPLOAD_TMP = os.path.join(os.environ["DOCCANO_HOME"], "uploads")
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
"""


# All of doccano is loaded before the server forks: half of it would otherwise be loaded, in each
# process, by the first request, and a slow machine would take that for a request that hangs.
_APPLICATION = """\
from config.wsgi import application
from django.urls import get_resolver
get_resolver().url_patterns
"""


@dataclass(frozen=True)
class Running:
    """A private server that answers; `wait` returns the name of a process that ended, if any."""

    url: str
    processes: dict[str, subprocess.Popen[bytes]]

    def wait(self, seconds: float) -> str | None:
        """Wait that long; the name of a process that ended meanwhile."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for name, process in self.processes.items():
                if process.poll() is not None:
                    return name
            time.sleep(min(0.2, max(0.0, end - time.monotonic())))
        return None


@contextmanager
def serving(
    python: Path,
    data: Path,
    *,
    port: int,
    annotators: Sequence[str],
    note: Note,
    patience: float = 600.0,
) -> Iterator[Running]:
    """Run a private server in the block; `port` 0 takes a free one.

    Raises ConflictError if the folder is being served already, InputError for a folder or a port
    that cannot be used, and ServerError with the log's last lines if it does not start.
    """
    _claim(data)
    with _alone(data):
        accounts = make_accounts(data, tuple(annotators))
        for folder in ("logs", "media", "uploads", "conf"):
            (data / folder).mkdir(exist_ok=True)
        _stop_leftovers(data)
        clear_exports(data)
        clear_uploads(data)
        number = _free(port)
        url = f"http://127.0.0.1:{number}"
        variables = _variables(python, data)
        note("preparing the database")
        _prepare(python, data, variables, accounts)
        processes: dict[str, subprocess.Popen[bytes]] = {}
        try:
            for name, command in _commands(python, number).items():
                processes[name] = _launch(name, command, data, variables)
                _remember(data, processes)
            note(f"waiting for {url}")
            running = Running(url, processes)
            _until_healthy(running, data, patience)
            write_private(data / URL_FILE, url + "\n")
            yield running
        finally:
            (data / URL_FILE).unlink(missing_ok=True)
            for name in ("web", "tasks"):
                if name in processes:
                    _stop(processes[name].pid, processes[name].poll)
            (data / _PROCESSES).unlink(missing_ok=True)
            clear_exports(data)
            clear_uploads(data)


def clear_exports(data: Path, names: Sequence[str] = ("*.zip",)) -> None:
    """Remove archives of exports, which doccano leaves behind, from a private server's folder."""
    for pattern in names:
        for path in (data / "media").glob(pattern):
            path.unlink(missing_ok=True)


def clear_uploads(data: Path, names: Sequence[str] = ("*",)) -> None:
    """Remove files that were imported, which doccano keeps, from a private server's folder.

    It puts them there, NAME/FILE, once the import is done, and never reads them again.
    """
    for pattern in names:
        for path in (data / "media").glob(f"{pattern}/*"):
            if path.is_file():
                path.unlink(missing_ok=True)
                with contextlib.suppress(OSError):  # not empty: something else is in it
                    path.parent.rmdir()


def _claim(data: Path) -> None:
    """Make the folder, closed to others; refuse one that holds something else."""
    if {"?", "#", "%"} & set(str(data)):
        raise InputError(f"these cannot stand in a database's address: ? # % ({data})")
    data.mkdir(parents=True, exist_ok=True)
    if not (data / _MARKER).exists() and any(data.iterdir()):
        raise InputError("holds something else; choose an empty folder", path=data)
    data.chmod(0o700)
    write_text(data / _MARKER, "")


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    with (data / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            at = running_url(data) or "an address that it is about to take"
            raise ConflictError(f"{data} is being served already, at {at}") from None
        yield


def _free(port: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            raise InputError(
                f"the port {port} is taken; choose another with --port, or 0 for any free one"
            ) from None
        return int(probe.getsockname()[1])


def _variables(python: Path, data: Path) -> dict[str, str]:
    secret = data / "secret.key"
    if not secret.exists():
        write_private(secret, secrets.token_urlsafe(48) + "\n")
    write_text(data / "conf" / "accord_doccano_settings.py", _SETTINGS)
    write_text(data / "conf" / "accord_doccano_application.py", _APPLICATION)
    ours = {key: value for key, value in os.environ.items() if not key.startswith(_FOREIGN)}
    return {
        **ours,
        "DOCCANO_HOME": str(data),
        "MEDIA_ROOT": str(data / "media"),
        "DATABASE_URL": f"sqlite:///{data / 'db.sqlite3'}",
        "CELERY_BROKER_URL": f"sqla+sqlite:///{data / 'broker.sqlite3'}",
        "DJANGO_SETTINGS_MODULE": "accord_doccano_settings",
        "PYTHONPATH": f"{data / 'conf'}{os.pathsep}{_backend(python)}",
        "PYTHONUNBUFFERED": "1",
        "SECRET_KEY": read_text(secret).strip(),
    }


def _backend(python: Path) -> Path:
    """The folder of doccano's own code, in the environment's packages."""
    found = sorted(python.parent.parent.glob("lib/python3*/site-packages/backend"))
    if not found:
        raise ServerError(f"no doccano in the environment of {python}")
    return found[0]


def _prepare(python: Path, data: Path, variables: dict[str, str], accounts: dict[str, str]) -> None:
    wanted = {
        name: {"password": password, "admin": name == ADMIN} for name, password in accounts.items()
    }
    log = data / "logs" / "prepare.log"
    with log.open("wb") as file:
        done = subprocess.run(  # noqa: S603
            # -P: doccano has modules of the names that stand beside the script.
            [python, "-P", _PREPARE],
            input=json.dumps({"accounts": wanted}).encode(),
            stdout=file,
            stderr=subprocess.STDOUT,
            cwd=data,
            env=variables,
            check=False,
        )
    if done.returncode:
        raise ServerError(f"doccano's database could not be prepared:\n{_tail(log)}")


def _commands(python: Path, port: int) -> dict[str, list[str | Path]]:
    backend = _backend(python)
    celery: list[str | Path] = [python, "-m", "celery", "--app=config", f"--workdir={backend}"]
    gunicorn: list[str | Path] = [python, "-m", "gunicorn", "--chdir", backend]
    return {
        "tasks": [*celery, "worker", "--loglevel=info", "--concurrency=1"],
        "web": [
            *(*gunicorn, "--bind", f"127.0.0.1:{port}", "--workers", str(_WORKERS)),
            *("--preload", "--timeout", "300", "--capture-output", "accord_doccano_application"),
        ],
    }


def _launch(
    name: str, command: list[str | Path], data: Path, variables: dict[str, str]
) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C reaches this process alone, which then stops both in order.
    with (data / "logs" / f"{name}.log").open("wb") as log:
        return subprocess.Popen(  # noqa: S603
            command,
            cwd=data,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _until_healthy(running: Running, data: Path, patience: float) -> None:
    end = time.monotonic() + patience
    while not _healthy(running.url):
        ended = running.wait(0.3)
        if ended:
            raise ServerError(f"doccano did not start:\n{_tail(data / 'logs' / f'{ended}.log')}")
        if time.monotonic() > end:
            logs = "\n".join(_tail(data / "logs" / f"{name}.log") for name in running.processes)
            raise ServerError(f"doccano is not healthy after {patience:.0f} s:\n{logs}")


def _healthy(url: str) -> bool:
    """Whether web server, database and task queue answer; never by way of a proxy."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{url}/v1/health/?format=json", timeout=30) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def _tail(log: Path) -> str:
    return "\n".join(log.read_text("utf-8", "replace").splitlines()[-_TAIL:])


def _remember(data: Path, processes: dict[str, subprocess.Popen[bytes]]) -> None:
    """Write down what was started, so that the next start can end what a crash left behind."""
    marks = {name: [p.pid, _started(p.pid)] for name, p in processes.items()}
    write_private(data / _PROCESSES, json.dumps(marks))


def _stop_leftovers(data: Path) -> None:
    path = data / _PROCESSES
    if not path.exists():
        return
    for pid, started in json.loads(read_text(path)).values():
        # A number may belong to another process by now; its start time tells.
        if started and _started(pid) == started:

            def ended(pid: int = pid, started: str = started) -> object:
                return None if _started(pid) == started else 0

            _stop(pid, ended)
    path.unlink()


def _started(pid: int) -> str:
    """When a process started, in the kernel's ticks; "" if it does not run, or is not known."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] == "Z" else fields[19]


def _stop(pid: int, ended: Callable[[], object]) -> None:
    """End a process, kindly first, and whatever is left of its group."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    end = time.monotonic() + _GRACE
    while ended() is None and time.monotonic() < end:
        time.sleep(0.1)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    while ended() is None:
        time.sleep(0.1)
