"""The list of all documents with their state, answered at once however large the corpus is.

What stands in the journal is in memory. What only the texts and the `.ann` files say is read in
the background: a list that is asked for meanwhile shows the id as the title of a text that is not
read yet, and no words. Windows hear when the whole list is there: ``{"documents": true}``.
"""

import os
import threading
from pathlib import Path
from typing import Any

from accord.annotator.ghosts import OPEN, ghosts
from accord.annotator.labels import of_state
from accord.annotator.store import Store
from accord.annotator.workplace import Workplace
from accord.errors import AccordError, InputError
from accord.files import read_text

PATIENCE = 0.5
"""How many seconds a list waits for the reading; most corpora are read by then."""

Json = dict[str, Any]


class Overview:
    """The documents of a corpus as one layer has them; safe to use from several threads."""

    def __init__(self, workplace: Workplace, store: Store):
        self._workplace = workplace
        self._store = store
        self._counts: dict[str, tuple[tuple[int, int], tuple[int, int]]] = {}
        self._problems: dict[str, str] = {}
        # Whether the thread is still at it, and whether some window has a list with gaps.
        self._reading, self._awaited = False, False
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def to_json(self, patience: float = PATIENCE) -> Json:
        """Every document with its status, in the order of the files, and the progress of all.

        What is not read yet is read on, whether or not the answer waits for it.
        """
        self._read_on().join(patience)
        with self._lock:
            self._awaited = self._awaited or self._reading
        rows = [self._row(i) for i in self._workplace.documents]
        complete = sum(row["status"] == "complete" for row in rows)
        return {"documents": rows, "progress": {"complete": complete, "total": len(rows)}}

    def wait(self) -> None:
        """Until all there is has been read; for tests."""
        self._read_on().join()

    def _row(self, i: str) -> Json:
        store, summary = self._store, self._workplace.documents.known_summary(i)
        mentions, relations = store.counts(i) or self._counts.get(i, ((0, 0), (0, 0)))[1]
        row: Json = {
            "id": i,
            "title": i if summary is None else summary.title,
            "words": 0 if summary is None else summary.words,
            "status": store.status(i).value,
            "mentions": mentions,
            "relations": relations,
            "suggestions": 0,
            "discussed": store.notes(i),
        }
        try:
            if problem := self._problems.get(i):
                raise InputError(problem)
            if summary is not None:
                store.check(i, summary.sha256)
            row["suggestions"] = self._open_suggestions(i)
        except AccordError as error:
            row["problem"] = str(error)
        return row

    def _open_suggestions(self, i: str) -> int:
        # What the model has read is at hand; to ask for the text would read the whole corpus.
        suggest, document = self._workplace.suggest, self._workplace.documents.at_hand(i)
        suggested = None if suggest is None or document is None else suggest.known(document)
        if suggested is None:
            return 0
        state = self._store.document(i)
        found = ghosts(suggested.layer, of_state(state), self._workplace.schema)
        return sum(ghost.state == OPEN for ghost in found)

    def _read_on(self) -> threading.Thread:
        with self._lock:
            if self._thread is None or not self._reading:
                self._reading = True
                self._thread = threading.Thread(target=self._read, daemon=True)
                self._thread.start()
            return self._thread

    def _read(self) -> None:
        texts = self._workplace.documents
        try:
            for i in texts:
                try:
                    if texts.known_summary(i) is None:
                        texts.summary(i)
                    path = self._store.file(i)
                    if path is not None:
                        self._count(i, path)
                except AccordError as error:
                    self._problems[i] = str(error)
                else:
                    self._problems.pop(i, None)
        finally:
            with self._lock:
                awaited, self._awaited, self._reading = self._awaited, False, False
        if awaited:
            self._workplace.events.publish({"documents": True}, layer=self._store.layer)

    def _count(self, i: str, path: Path) -> None:
        """How many mentions and relations a file holds; read again when it was changed."""
        try:
            found = os.stat(path)  # noqa: PTH116 the hot path
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror}", path=path) from None
        stamp = (found.st_mtime_ns, found.st_size)
        if i not in self._counts or self._counts[i][0] != stamp:
            letters = [line[:1] for line in read_text(path).split("\n")]
            self._counts[i] = stamp, (letters.count("T"), letters.count("R"))
