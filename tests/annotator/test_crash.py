"""No acknowledged action is ever lost: the store is killed in the middle of its work, again and
again, and every journal is cut at every byte."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

from plain_model import PlainDocument, of_state, some_actions

from accord.annotator.store import Post, Store
from accord.annotator.texts import Texts
from accord.corpus.folder import corpus_schema
from sample_corpus import A

KILLS = 100
STORE = Path(__file__).parent / "crash_store.py"


class Stores:
    """Starts stores one after the other; each is killed by its process id."""

    def __init__(self, root):
        command = [sys.executable, str(STORE), str(root), A.id]
        path = os.pathsep.join(sys.path)
        self._process = subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
        )

    def start(self):
        self._send(b"start\n")
        return self._answer()

    def post(self, version, actions):
        """The answer, or None if the store was killed before it gave one."""
        self._send(json.dumps({"version": version, "actions": actions}).encode() + b"\n")
        answer = self._answer()
        return None if answer == "dead" else answer

    def close(self):
        self._process.stdin.close()
        self._process.wait(timeout=60)
        self._process.stdout.close()

    def _send(self, data):
        self._process.stdin.write(data)
        self._process.stdin.flush()

    def _answer(self):
        return json.loads(self._process.stdout.readline())


def test_a_hundred_kills_lose_nothing(root):
    choice = random.Random(20261122)  # noqa: S311 what fails once must fail again
    plain, version = PlainDocument(), None
    in_doubt = plain
    acknowledged = 0
    stores = Stores(root)
    try:
        for _ in range(KILLS):
            found = stores.start()
            # What was posted last and never answered happened as a whole, or not at all.
            if found["version"] != version and version is not None:
                plain = in_doubt
            assert normal(found["state"]) == plain.now
            version = found["version"]
            delay = choice.uniform(0, 0.02)
            killer = threading.Timer(delay, os.kill, (found["pid"], signal.SIGKILL))
            undisturbed = choice.randrange(5)
            while True:
                if undisturbed == 0:
                    killer.start()
                undisturbed -= 1
                actions = some_actions(plain, choice)
                in_doubt = plain.after(actions) or plain
                answer = stores.post(version, actions)
                if answer is None:
                    break
                if "refused" in answer:
                    assert in_doubt is plain, answer
                    continue
                plain, version = in_doubt, answer["version"]
                assert normal(answer["state"]) == plain.now
                acknowledged += 1
            killer.join()
    finally:
        stores.close()
    # Otherwise the kills proved nothing.
    assert acknowledged > KILLS


def normal(state):
    """What JSON makes of a state: lists back to tuples."""
    return {
        name: {i: tuple(value) for i, value in part.items()} if isinstance(part, dict) else part
        for name, part in state.items()
    }


def test_a_journal_cut_anywhere_holds_whole_actions(root, monkeypatch):
    """Whatever part of a write a crash leaves, opening gives the state before or after it."""
    # Nothing here depends on the disk, and thousands of journals are opened.
    monkeypatch.setattr(os, "fsync", lambda handle: None)
    texts, schema = Texts(root), corpus_schema(root)
    store = Store(root, "anna", schema, texts)
    choice = random.Random(7)  # noqa: S311
    plain = PlainDocument()
    expected = {0: (plain.now, 0)}
    version = store.begin(A.id).version
    path = store.path
    expected[path.stat().st_size] = (plain.now, version)
    for _ in range(12):
        actions = some_actions(plain, choice)
        after = plain.after(actions)
        if after is None:
            continue
        version = store.act(A.id, Post("anna", version, actions)).version
        plain = after
        expected[path.stat().st_size] = (plain.now, version)
    store.close()
    data = path.read_bytes()
    # Every byte of the last lines, every few bytes before.
    for cut in [*range(0, len(data) - 700, 11), *range(len(data) - 700, len(data) + 1)]:
        path.write_bytes(data[:cut])
        whole = max(size for size in expected if size <= cut)
        opened = Store(root, "anna", schema, texts)
        try:
            assert opened.cut == cut - whole
            assert path.stat().st_size == whole
            state = opened.document(A.id)
            assert (of_state(state), state.version) == expected[whole]
        finally:
            opened.close()
