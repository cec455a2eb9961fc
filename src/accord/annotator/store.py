"""A layer open for writing: what stands in it, and the one way to change it.

`Store.act` writes the journal's line, then changes memory, then returns; so what was answered is
on disk, and what is in memory can be folded again from the disk.
"""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accord.annotator.actions import ALONE, Action, RefusedError, checked
from accord.annotator.draft import Draft
from accord.annotator.files import (
    Exported,
    file_hash,
    labels_of_file,
    layer_file,
    layer_files,
    sha256,
)
from accord.annotator.ghosts import Suggested
from accord.annotator.journal import FILE_NAME, Journal, now
from accord.annotator.labels import Change, Labels, apply, between, state
from accord.annotator.record import Record, change_json, change_of, fold_lines
from accord.annotator.rules import all_violations, problem, violations_around
from accord.annotator.state import State, Status
from accord.annotator.texts import Texts
from accord.annotator.wording import describe
from accord.corpus.folder import ANNOTATIONS
from accord.corpus.standoff import format_standoff
from accord.document import Document
from accord.errors import AccordError, ConflictError, InputError
from accord.files import write_text
from accord.schema import Schema


class StaleError(ConflictError):
    """Another window changed the document since; `current` is what it is now."""

    def __init__(self, current: State):
        super().__init__(
            "this document was changed in another window meanwhile; nothing was overwritten"
        )
        self.current = current


class ChangedTextError(ConflictError):
    """The text is no longer the one that was labelled."""


@dataclass(frozen=True, slots=True)
class Post:
    """What one window asks for in one step.

    `version` is the state that the window shows. `key` is a name of this post: one that arrives
    twice, because the answer to the first was lost, happens once. `suggested` is what the model
    says of the document, for actions on suggestions.
    """

    by: str
    version: int
    actions: Sequence[Action]
    window: str = ""
    key: str = ""
    suggested: Suggested | None = None


class Store:
    """One layer's documents; safe to use from several threads, one at a time is served."""

    def __init__(self, root: Path, layer: str, schema: Schema, texts: Texts):
        """Open the layer's journal, making it if there is none.

        Raises ConflictError if another program has it open, FormatError if it is damaged.
        """
        self.root = root
        self.layer = layer
        self._schema = schema
        self._texts = texts
        self._lock = threading.RLock()
        self._journal = Journal(root / ANNOTATIONS / layer / FILE_NAME)
        self.cut = self._journal.cut
        try:
            self._records = fold_lines(self._journal.take_lines(), self._journal.path)
            self._files = layer_files(root, layer)
        except BaseException:
            self._journal.close()
            raise
        self._begun: frozenset[str] | None = None

    @property
    def path(self) -> Path:
        """The journal."""
        return self._journal.path

    def close(self) -> None:
        """Let go of the journal; nothing can be written after that."""
        with self._lock:
            self._journal.close()

    def begun(self) -> frozenset[str]:
        """Ids of the corpus's documents that have a line in the journal, or a file."""
        if self._begun is None:
            self._begun = frozenset({*self._records, *self._files} & set(self._texts))
        return self._begun

    def document(self, i: str) -> State:
        """The state of a document; KeyError if the corpus has none of this id.

        Raises InputError if its text or its file cannot be read, ChangedTextError if the text is
        not the one that was labelled.
        """
        with self._lock:
            document = self._texts.fresh(i)
            record = self._records.get(i)
            if record is None:
                return self._unjournaled(document)
            self.check(i, document.sha256)
            return self._state(document, record)

    def status(self, i: str) -> Status:
        """The status of a document, without reading it."""
        if i in self._records:
            return self._records[i].labels.status or Status.NEW
        return Status.COMPLETE if i in self._files else Status.NEW

    def counts(self, i: str) -> tuple[int, int] | None:
        """How many mentions and relations a document has in the journal; None if it has no line."""
        record = self._records.get(i)
        if record is None:
            return None
        return len(record.labels.mentions), len(record.labels.relations)

    def file(self, i: str) -> Path | None:
        """The `.ann` file of a document that has no line in the journal, if there is one."""
        return None if i in self._records else self._files.get(i)

    def notes(self, i: str) -> int:
        """How many notes a document has."""
        return len(self._records[i].labels.notes) if i in self._records else 0

    def check(self, i: str, sha256: str) -> None:
        """Raise ChangedTextError if a text of this hash is not the one that was labelled."""
        record = self._records.get(i)
        if record is not None and record.sha256 != sha256:
            raise ChangedTextError(
                f"{self._texts.path(i)} was changed after {self.layer!r} labelled it, "
                "so its labels may point to the wrong words; put the text back as it was, or give "
                "the changed text another file name"
            )

    def begin(self, i: str) -> State:
        """The state of a document for somebody who is going to label it.

        Its first call journals the text's hash and the labels of the file, if there is one.
        Raises as `document`, and JournalError if nothing can be written.
        """
        with self._lock:
            if i not in self._records:
                document = self._texts.fresh(i)
                path = layer_file(self.root, self.layer, i)
                labels, file = labels_of_file(path, document, self.layer)
                op = {"do": "open", "sha256": document.sha256, "file": file}
                start = Labels(status=Status.NEW)
                self._write(i, "", op, between(start, labels), Record(document.sha256))
            return self.document(i)

    def steps(self, i: str, by: str) -> tuple[str | None, str | None]:
        """What the person's undo and redo would take back and bring back, in words."""
        with self._lock:
            if i not in self._records or by not in self._records[i].steps:
                return None, None
            steps = self._records[i].steps[by]
            done, undone = (last[-1][1] if last else None for last in (steps.done, steps.undone))
            return done, undone

    def act(self, i: str, post: Post) -> State:
        """Do what a window asks for, all of it or nothing; it is on disk when this returns.

        Raises StaleError if the window does not show the newest state, RefusedError if the schema
        forbids the outcome or an action is malformed, JournalError if the disk refuses, and as
        `document`.
        """
        with self._lock:
            before = self.begin(i)
            record, document = self._records[i], self._texts[i]
            if post.key and post.key == record.key:
                return before
            if post.version != record.version:
                raise StaleError(before)
            op, change, checked = self._step(document, record, post)
            if not change:
                return before
            if post.key:
                op["key"] = post.key
            if post.window:
                op["window"] = post.window
            self._write(i, post.by, op, change, record, checked=checked)
            if record.labels.status is Status.COMPLETE:
                self.export([i])
            return self._state(document, record)

    def export(self, ids: Iterable[str] | None = None, overwrite: Iterable[str] = ()) -> Exported:
        """Write the `.ann` files of documents (by default of all that are begun) that are behind.

        A file that somebody else changed is not written but named as a conflict, unless it is in
        `overwrite`; so is one whose text changed, or that the disk refuses.
        """
        written, conflicts = [], {}
        forced = frozenset(overwrite)
        with self._lock:
            for i in sorted(self._records) if ids is None else ids:
                record = self._records.get(i)
                if record is None or _untouched(record):
                    continue
                try:
                    if self._export(i, record, overwrite=i in forced):
                        written.append(i)
                except (AccordError, OSError) as error:
                    conflicts[i] = str(error)
        return Exported(tuple(written), conflicts)

    def behind(self) -> tuple[str, ...]:
        """Ids of documents whose newest labels are in the journal alone."""
        with self._lock:
            return tuple(
                i
                for i, record in sorted(self._records.items())
                if not _untouched(record) and self.file_state(i) != "current"
            )

    def file_state(self, i: str) -> str:
        """How the `.ann` file stands: "none", "current", "behind", or "conflict" (see `export`)."""
        with self._lock:
            record = self._records.get(i)
            path = layer_file(self.root, self.layer, i)
            if not path.is_file():
                return "none" if record is None or record.file is None else "behind"
            if record is None:
                return "current"
            found = file_hash(path)
            if found not in (record.file, record.file_before):
                return "conflict"
            current = found == record.file and record.filed == record.version
            return "current" if current else "behind"

    def _step(
        self, document: Document, record: Record, post: Post
    ) -> tuple[dict[str, Any], Change, bool]:
        """What the line says, what it changes, and whether the schema must allow the outcome."""
        actions = checked(post.actions)
        alone = str(actions[0]["do"]) if actions[0]["do"] in ALONE else None
        if alone == "take_file":
            return (*self._take_file(document, record), False)
        if alone is not None:
            # Alone, one only comes back to where one was, even if a file had brought problems.
            return (*self._turn(record, post.by, alone), len(record.steps) > 1)
        draft = Draft(
            document,
            record.labels.copy(),
            self._schema,
            record.highest,
            by=post.by,
            time=now(),
            suggested=post.suggested,
        )
        draft.act(actions)
        change = between(record.labels, draft.labels)
        what = describe(actions, change, record.labels, document) if change else ""
        return {"do": "act", "what": what, "actions": actions}, change, True

    def _turn(self, record: Record, by: str, do: str) -> tuple[dict[str, Any], Change]:
        steps = record.steps[by]
        stack = steps.done if do == "undo" else steps.undone
        if not stack:
            raise _refused(f"there is nothing to {do}", "undo")
        n, what = stack[-1]
        change = change_of(self._journal.read(n))
        change = change.inverse() if do == "undo" else change
        try:
            apply(record.labels.copy(), change)
        except ValueError:
            raise RefusedError(
                f"somebody else has changed this since: {what}",
                rule="undo",
                hint="change the labels by hand",
            ) from None
        return {"do": do, "of": n, "what": what}, change

    def _take_file(self, document: Document, record: Record) -> tuple[dict[str, Any], Change]:
        path = layer_file(self.root, self.layer, document.id)
        found, file = labels_of_file(path, document, self.layer)
        if file is None:
            raise _refused(f"there is no file {path}", "file")
        after = record.labels.copy()
        after.mentions, after.relations = found.mentions, found.relations
        kept = {*after.mentions, *after.relations}
        after.whose = {i: layers for i, layers in after.whose.items() if i in kept}
        op = {"do": "take_file", "what": "take over the file", "file": file}
        return op, between(record.labels, after)

    def _write(
        self,
        i: str,
        by: str,
        op: dict[str, Any],
        change: Change,
        record: Record,
        *,
        checked: bool = False,
    ) -> None:
        """The line first: if it cannot be written, nothing has happened."""
        problems = record.problems
        if checked or problems is not None:
            after = record.labels.copy()
            apply(after, change)
            before, later = violations_around(
                self._schema, self._texts[i], record.labels, after, change
            )
            new = [violation for violation in later if violation not in before]
            if checked and new:
                found = problem(new[0])
                raise RefusedError(found.reason, rule=found.rule, hint=found.hint)
            if problems is not None:
                problems = (*(p for p in problems if p not in before), *later)
        entry = {"time": now(), "document": i, "by": by, "op": op, **change_json(change)}
        record.fold(self._journal.append(entry), change)
        record.problems = problems
        if i not in self._records:
            self._records[i] = record
            self._begun = None

    def _export(self, i: str, record: Record, *, overwrite: bool) -> bool:
        if i not in self._texts:
            raise InputError("the text of these labels is gone from the corpus; put it back")
        document = self._texts.fresh(i)
        self.check(i, document.sha256)
        path = layer_file(self.root, self.layer, i)
        text = format_standoff(document, self._state(document, record).layer)
        new = sha256(text)
        found = file_hash(path) if path.is_file() else None
        if found not in (None, new, record.file, record.file_before) and not overwrite:
            raise ConflictError(
                f"{path} was changed outside the app since it was last read or written; take it "
                "over, or overwrite it"
            )
        if found == new and record.file == new and record.filed == record.version:
            return False
        # The line first: after a crash between the two, the old file is known to be ours.
        op = {"do": "export", "file": new, "before": found, "version": record.version}
        line = self._journal.append({"time": now(), "document": i, "by": "", "op": op})
        record.fold(line, Change(Labels(), Labels()))
        if found != new:
            write_text(path, text)
            self._files.setdefault(i, path)
        return found != new

    def _state(self, document: Document, record: Record) -> State:
        if record.problems is None:
            record.problems = all_violations(self._schema, document, record.labels)
            record.state = None
        if record.state is None:
            record.state = state(
                document.id, self.layer, record.labels, record.version, record.problems
            )
        return record.state

    def _unjournaled(self, document: Document) -> State:
        path = layer_file(self.root, self.layer, document.id)
        labels, _ = labels_of_file(path, document, self.layer)
        problems = all_violations(self._schema, document, labels)
        return state(document.id, self.layer, labels, 0, problems)


def _untouched(record: Record) -> bool:
    """Opened, and nothing said: a file would claim that there is nothing to mark."""
    labels = record.labels
    return labels.status in (None, Status.NEW) and not labels.mentions and record.file is None


def _refused(reason: str, rule: str) -> RefusedError:
    return RefusedError(reason, rule=rule, hint="nothing was changed")
