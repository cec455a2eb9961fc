"""`accord annotate` as a process of its own, and a client signed in to it."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import httpx

SCRIPT = Path(sys.executable).parent / "accord"


class Running:
    """The command as a process; `links` are those it printed."""

    def __init__(self, root, *options):
        command = [str(SCRIPT), "annotate", str(root / "corpus"), "--no-browser", *options]
        state = {"XDG_STATE_HOME": str(root.parent / "state")}
        self.process = subprocess.Popen(  # noqa: S603
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **state},
        )
        self.links = []

    def read_links(self, count):
        assert "Ctrl-C ends it" in self.process.stdout.readline()
        for _ in range(count):
            self.links.append(self.process.stdout.readline().split()[-1])
        return self.links

    def end(self, number=signal.SIGINT):
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=600)
        return self.process.returncode, out, err


@contextmanager
def signed_in(link):
    url = link.partition("/?")[0]
    headers = {"X-Accord": "1", "Origin": url}
    with httpx.Client(base_url=url, headers=headers, timeout=600) as client:
        assert client.get(link).status_code == 303
        yield client
