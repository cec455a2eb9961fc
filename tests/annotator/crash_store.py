"""A store that is to be killed, behind standard input and output; for `test_crash`.

Each line "start" forks a child that opens the layer, says its process id and state, and then
answers each post once it is done. When the child is killed, this process says "dead". It has
imported everything before, so that a hundred restarts take seconds.
"""

import json
import os
import sys
from pathlib import Path

from plain_model import of_state

from accord.annotator.actions import RefusedError
from accord.annotator.store import Post, Store
from accord.annotator.texts import Texts
from accord.corpus.folder import corpus_schema


def say(value):
    """One line, in one write, so that a kill never leaves half of it."""
    os.write(1, json.dumps(value).encode() + b"\n")


def serve(root, document):
    """Answer posts until killed."""
    store = Store(root, "anna", corpus_schema(root), Texts(root))
    state = store.begin(document)
    say({"pid": os.getpid(), "version": state.version, "state": of_state(state)})
    while line := sys.stdin.buffer.readline():
        asked = json.loads(line)
        try:
            state = store.act(document, Post("anna", asked["version"], asked["actions"]))
        except RefusedError as error:
            say({"refused": str(error)})
        else:
            say({"version": state.version, "state": of_state(state)})


def main(root, document):
    """Start a child for each line "start"; a post that no child came to read is passed over."""
    # Unbuffered, so that nothing is taken from a child's input.
    lines = os.fdopen(0, "rb", buffering=0, closefd=False)
    while line := lines.readline():
        if line != b"start\n":
            continue
        child = os.fork()
        if child == 0:
            serve(root, document)
            os._exit(0)
        os.waitpid(child, 0)
        say("dead")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
