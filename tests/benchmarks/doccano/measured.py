"""Runs `accord doccano` against a private server, and tells what each command took.

Time and memory come from the kernel (/proc, so Linux alone); requests from the web server's own
access log, which is switched on for that.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from accord.bridges.doccano.accounts import running_url

_TICKS = os.sysconf("SC_CLK_TCK")
_LOGGED = """\
import sys
from accord.bridges.doccano import serve
plain = serve._commands
def commands(python, port):
    made = plain(python, port)
    made["web"][3:3] = ["--access-logfile", log]
    return made
serve._commands = commands
log = sys.argv.pop()
from accord.cli.main import main
main()
"""
_LOG = "requests.log"
_PLAIN = "from accord.cli.main import main; main()"


@dataclass(frozen=True)
class Took:
    """Seconds, peak megabytes, requests that the server answered, and lines of progress."""

    step: str
    wall: float
    cpu: float
    worker_cpu: float
    server_cpu: float
    peak: float
    worker_peak: float
    requests: int
    output: str = field(repr=False)
    progress: int = 0
    code: int = 0


@dataclass(frozen=True)
class Bench:
    """A running server and the corpus folder that is pushed to it."""

    root: Path
    data: Path
    environments: Path

    def accord(self, step: str, command: str, project: str, *words: str, kill_at: str = "") -> Took:
        """Run a command; with `kill_at`, SIGKILL it as soon as it says so."""
        where = ["--data", str(self.data), "--environments", str(self.environments)]
        here = [] if command == "status" else ["--root", str(self.root)]
        line = ["doccano", command, "--project", project, *where, *here, *words]
        requests, server = self._requests(), self._server_cpu()
        out, err = self.data.parent / "out.txt", self.data.parent / "err.txt"
        start = time.monotonic()
        with out.open("wb") as output, err.open("wb") as errors:
            process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-c", _PLAIN, *line], stdout=output, stderr=errors
            )
        main, worker = _Process(process.pid), _Process(0)
        while (ended := os.wait4(process.pid, os.WNOHANG))[0] == 0:
            main.look()
            if not worker.pid:
                worker.pid = next((p for p in _children(process.pid) if _is_worker(p)), 0)
            worker.look()
            if kill_at and kill_at in err.read_text("utf-8", "replace"):
                os.kill(process.pid, signal.SIGKILL)
            time.sleep(0.02)
        wall = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(ended[1])
        said = err.read_text("utf-8", "replace")
        if process.returncode and not kill_at:
            sys.exit(f"{' '.join(line)}\n{said}")
        usage = ended[2]
        return Took(
            step,
            wall,
            max(0.0, usage.ru_utime + usage.ru_stime - worker.cpu) if not kill_at else main.cpu,
            worker.cpu,
            self._server_cpu() - server,
            main.peak,
            worker.peak,
            self._requests() - requests,
            out.read_text("utf-8", "replace"),
            sum(line.startswith(f"{command}: ") for line in said.splitlines()),
            process.returncode,
        )

    def _requests(self) -> int:
        log = self.data.parent / _LOG
        return log.read_bytes().count(b"\n") if log.exists() else 0

    def _server_cpu(self) -> float:
        leaders = json.loads((self.data / "processes.json").read_text("utf-8")).values()
        return sum(_cpu(pid) for leader, _ in leaders for pid in _tree(leader))


@contextmanager
def server(data: Path, environments: Path, annotators: Sequence[str]) -> Iterator[str]:
    """A private server with an access log; its address."""
    words = ["doccano", "serve", "--port", "0", "--data", str(data)]
    words += ["--environments", str(environments)]
    words += [word for name in annotators for word in ("--annotator", name)]
    process = subprocess.Popen([sys.executable, "-c", _LOGGED, *words, data.parent / _LOG])  # noqa: S603
    try:
        while not (url := running_url(data)):  # the file is there before its line is
            if process.poll() is not None:
                sys.exit("the server did not start")
            time.sleep(0.2)
        yield url
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


@dataclass
class _Process:
    pid: int
    cpu: float = 0.0
    peak: float = 0.0

    def look(self) -> None:
        """Take the process's figures so far; those of one that ended stay."""
        if self.pid:
            self.cpu = _cpu(self.pid) or self.cpu
            self.peak = _peak(self.pid) or self.peak


def _cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _peak(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text("utf-8").splitlines()
    except OSError:
        return 0.0
    return next((int(x.split()[1]) / 1024 for x in lines if x.startswith("VmHWM")), 0.0)


def _children(pid: int) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            number, _, rest = path.read_text("utf-8").partition(" ")
        except OSError:
            continue
        if int(rest.rpartition(")")[2].split()[1]) == pid:
            found.append(int(number))
    return found


def _tree(pid: int) -> Iterator[int]:
    yield pid
    for child in _children(pid):
        yield from _tree(child)


def _is_worker(pid: int) -> bool:
    try:
        return b"worker.py" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
