"""A large corpus in the annotator: how long from the start until the list of documents is there.

    python tests/benchmarks/annotator/run.py [--texts 50000] [--folder DIR] [--profile]

Each part in seconds and in seconds of CPU, beside the yardstick: walking through the same folder
and reading every text, which the machine cannot do faster however little Accord does. README.md
beside this file has the figures.
"""

import argparse
import cProfile
import os
import pstats
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from starlette.testclient import TestClient

from accord.annotator.app import create_app
from accord.annotator.journal import FILE_NAME, Journal, now
from accord.annotator.people import people
from accord.annotator.workplace import open_workplace
from accord.document import Document

SCHEMA = """\
name = "small"
version = "1"
[mention.ORG]
[mention.ALLIANCE]
[relation.member_of]
head = ["ORG"]
tail = ["ALLIANCE"]
"""
WORDS = [
    "harbour",
    "steel",
    "coast",
    "pact",
    "bank",
    "joins",
    "pledges",
    "grain",
    "rail",
    "water",
    "union",
    "north",
    "fund",
    "year",
]
LAYER = "anna"
JOURNALED, FILED = 300, 200
PER_FOLDER = 500


def write_corpus(root: Path, texts: int, seed: int) -> None:
    """Short invented texts, some with lines in the journal of a layer, some with its files."""
    choice = random.Random(seed)  # noqa: S311 texts, not secrets
    documents = []
    for number in range(texts):
        words = choice.choices(WORDS, k=choice.randint(40, 160))
        text = f"Avon and Brill join pact {number}.\n\n{' '.join(words)}.\n"
        document = Document(f"part-{number // PER_FOLDER:03}/text-{number:06}", text)
        path = root / "corpus" / f"{document.id}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        if number < JOURNALED + FILED:
            documents.append(document)
    (root / "annotations").mkdir(parents=True, exist_ok=True)
    (root / "annotations" / "schema.toml").write_text(SCHEMA, "utf-8")
    mark = {"id": "T1", "type": "ORG", "start": 0, "end": 4}
    for document in documents[JOURNALED:]:
        path = root / "annotations" / LAYER / f"{document.id}.ann"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("T1\tORG 0 4\tAvon\n", "utf-8")
    fsync, os.fsync = os.fsync, lambda handle: None
    journal = Journal(root / "annotations" / LAYER / FILE_NAME)
    for document in documents[:JOURNALED]:
        about = {"time": now(), "document": document.id}
        first = {"do": "open", "sha256": document.sha256, "file": None}
        journal.append({**about, "by": "", "op": first, "removed": {}, "added": {}})
        then = {"do": "act", "what": "mark ORG", "actions": []}
        added = {"mentions": [mark], "status": "started"}
        removed = {"status": "new"}
        journal.append({**about, "by": LAYER, "op": then, "removed": removed, "added": added})
    journal.close()
    os.fsync = fsync


def walk_and_read(folder: Path) -> int:
    """The yardstick: every file below a folder, opened and read."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(place, name), "rb") as file:  # noqa: PTH118, PTH123 as plain as can be
                total += len(file.read())
    return total


class Parts:
    """Prints how long each part took."""

    def __init__(self, profile: bool):
        self._profile = profile
        self.yardstick = 0.0
        print(f"{'part':34}{'seconds':>9}{'CPU':>9}{'of yardstick':>14}")

    def measure(self, name: str, part: Callable[[], Any]) -> Any:
        """Run a part; the first is the yardstick."""
        profile = cProfile.Profile()
        wall, cpu = time.perf_counter(), time.process_time()
        found = profile.runcall(part) if self._profile else part()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        self.yardstick = self.yardstick or cpu
        print(f"{name:34}{wall:9.2f}{cpu:9.2f}{cpu / self.yardstick:13.2f}x", flush=True)
        if self._profile:
            pstats.Stats(profile).sort_stats("cumulative").print_stats(18)
        return found


def in_process(root: Path, parts: Parts, state: Path) -> None:
    """The parts of opening one by one, as the command does them."""
    parts.measure("walk and read (yardstick)", lambda: walk_and_read(root / "corpus"))
    persons = people(root, [LAYER], state)
    workplace = parts.measure("open corpus and journal", lambda: open_workplace(root, persons))
    app = parts.measure("make the app", lambda: create_app(workplace, hosts=["testserver"]))
    with TestClient(app, raise_server_exceptions=True) as client:
        client.get("/", params={"token": workplace.people[0].token}, follow_redirects=False)
        for path in ("session", "documents", "documents", "document/part-000/text-000001", "next"):
            answer = parts.measure(f"GET /api/{path}"[:33], lambda p=path: client.get(f"/api/{p}"))
            assert answer.status_code == 200, answer.text
            if path == "documents":
                rows = answer.json()["documents"]
                titles = sum(row["title"] != row["id"] for row in rows)
                size = f"{len(answer.content) / 1e6:.1f} MB"
                print(f"    {len(rows):,} rows, {titles:,} with titles, {size}")
    workplace.close()


@contextmanager
def the_command(root: Path, state: Path) -> Iterator[str]:
    """The command itself; gives the link that it prints."""
    script = Path(sys.executable).parent / "accord"
    command = [str(script), "annotate", str(root), "--layer", LAYER, "--port", "0", "--no-browser"]
    environment = {**os.environ, "XDG_STATE_HOME": str(state)}
    with subprocess.Popen(  # noqa: S603
        command, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process.stdout.readline().split()[-1]
        process.terminate()


def as_a_whole(root: Path, state: Path) -> None:
    """From starting the command until the page has its list."""
    start, cpu = time.perf_counter(), os.times()
    with the_command(root, state) as link:
        url = link.partition("/?")[0]
        ready = time.perf_counter() - start
        with httpx.Client(base_url=url, timeout=600) as client:
            client.get(link)
            client.get("/api/session").raise_for_status()
            client.get("/api/documents").raise_for_status()
        done = time.perf_counter() - start
    spent = os.times()
    used = spent.children_user + spent.children_system - cpu.children_user - cpu.children_system
    print(f"{'the command, until it listens':34}{ready:9.2f}")
    print(f"{'the command, until the list':34}{done:9.2f}{used:9.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--texts", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, help="a corpus is made here, or found from before")
    parser.add_argument("--profile", action="store_true", help="what each part spends its time on")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        root = arguments.folder or Path(temporary) / "root"
        if not (root / "annotations").is_dir():
            write_corpus(root, arguments.texts, arguments.seed)
        in_process(root, Parts(arguments.profile), Path(temporary))
        as_a_whole(root, Path(temporary))


if __name__ == "__main__":
    main()
