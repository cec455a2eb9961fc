"""No acknowledged action is ever lost: the real server is killed while two people label.

`ACCORD_KILLS=100` in the environment makes it a hundred kills instead of a few.
"""

import os
import random
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
from command_cases import Running, signed_in
from plain_model import PlainDocument, of_json, some_actions

from accord.corpus import read_corpus
from accord.corpus.validate import validate
from sample_corpus import A

KILLS = int(os.environ.get("ACCORD_KILLS", "8"))
NAMES = ("anna", "ben")
STATUSES = ("started", "discuss", "complete")
URL = f"/api/actions/{A.id}"


class Writer:
    """One person, who posts without a pause, and knows what must be there after a crash."""

    def __init__(self, number):
        self.choice = random.Random(number)  # noqa: S311 what fails once must fail again
        self.plain = PlainDocument()
        self.in_doubt = self.plain
        self.version, self.body, self.allowed = None, None, True
        self.posts = self.acknowledged = self.happened = 0

    def check(self, client):
        """Everything acknowledged is there, and what was not, as a whole or not at all."""
        found = self.read(client)
        if self.version is not None and found["version"] != self.version:
            self.plain = self.in_doubt
            self.happened += 1
        assert of_json(found) == self.plain.now
        self.version = found["version"]
        if self.body is not None:
            # The page sends it again; whether it had happened or not, it then has, once.
            again = client.post(URL, json=self.body)
            assert again.status_code == (200 if self.allowed else 422), again.text
            self.plain, self.body = self.in_doubt, None
            found = self.read(client)
            assert of_json(found) == self.plain.now
            self.version = found["version"]

    def read(self, client):
        answer = client.get(f"/api/document/{A.id}")
        assert answer.status_code == 200, answer.text
        # The file is behind at worst, never taken for somebody else's.
        assert answer.json()["file"] != "conflict"
        return answer.json()

    def write(self, client, acknowledge):
        """Post until the server is gone."""
        while True:
            actions = some_actions(self.plain, self.choice, STATUSES)
            after = self.plain.after(actions)
            self.in_doubt, self.allowed = after or self.plain, after is not None
            self.posts += 1
            key = f"post {self.posts}"
            self.body = {"version": self.version, "actions": actions, "key": key}
            try:
                answer = client.post(URL, json=self.body)
            except httpx.TransportError:
                return
            self.body = None
            assert answer.status_code == (200 if self.allowed else 422), answer.text
            if after is None:
                continue
            self.plain, self.version = after, answer.json()["version"]
            assert of_json(answer.json()) == self.plain.now
            self.acknowledged += 1
            acknowledge()


class Fuse:
    """Kills a process some moments after so many acknowledged posts."""

    def __init__(self, process, count, delay):
        self._process = process
        self._left = count
        self._delay = delay
        self._lock = threading.Lock()

    def __call__(self):
        with self._lock:
            self._left -= 1
            if self._left == 0:
                threading.Timer(self._delay, self._process.kill).start()


def started(root):
    as_both = [option for name in NAMES for option in ("--as", name)]
    return Running(root, "--port", "0", *as_both)


def test_a_killed_server_has_lost_nothing(root):
    choice = random.Random(20261122)  # noqa: S311
    writers = [Writer(number) for number in range(len(NAMES))]
    for _ in range(KILLS):
        if choice.random() < 0.2:
            # Killed in the middle of starting, it leaves nothing in the next one's way, either.
            early = started(root)
            threading.Timer(choice.uniform(0, 2), early.process.kill).start()
            early.process.communicate(timeout=600)
        server = started(root)
        links = server.read_links(len(NAMES))
        fuse = Fuse(server.process, choice.randint(1, 15), choice.uniform(0, 0.03))
        with signed_in(links[0]) as anna, signed_in(links[1]) as ben, ThreadPoolExecutor() as both:
            for writer, client in zip(writers, (anna, ben), strict=True):
                writer.check(client)
            done = [
                both.submit(writer.write, client, fuse)
                for writer, client in zip(writers, (anna, ben), strict=True)
            ]
            try:
                for each in done:
                    each.result()
            finally:
                server.process.kill()
        _, said = server.process.communicate(timeout=600)
        assert "Traceback" not in said
    server = started(root)
    for name, writer, link in zip(NAMES, writers, server.read_links(len(NAMES)), strict=True):
        with signed_in(link) as client:
            writer.check(client)
            exported = client.post("/api/export", json={}).json()
            assert exported["conflicts"] == []
        layer = read_corpus(root).layers[name].get(A.id)
        marks = sorted((m.span.start, m.span.end) for m in layer.mentions) if layer else []
        expected = writer.plain.now["mentions"].values()
        assert marks == sorted((start, end) for _, start, end in expected)
    code, _, said = server.end()
    assert (code, "Traceback" in said) == (0, False)
    assert validate(root) == ()
    acknowledged = sum(writer.acknowledged for writer in writers)
    happened = sum(writer.happened for writer in writers)
    print(f"{KILLS} kills, {acknowledged} acknowledged posts, {happened} done but not answered")
    # Otherwise the kills proved nothing.
    assert acknowledged > KILLS
