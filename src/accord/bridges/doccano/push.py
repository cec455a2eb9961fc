"""`accord doccano push`: documents, and labels that annotators start from, onto a server.

Everything is listed first and only what is missing is sent, in small batches; what a batch did is
looked up afterwards, so that it does not matter where an earlier push, or the server, stopped.
"""

import json
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from accord.bridges.doccano import put as putting
from accord.bridges.doccano.conflicts import DOUBLE, TEXT_CHANGED, WORKED_ON, Conflict
from accord.bridges.doccano.errors import ServerError
from accord.bridges.doccano.examples import Example, Index, read_index, with_meta
from accord.bridges.doccano.export import worked_on
from accord.bridges.doccano.labels import Labels, of_layer, to_record
from accord.bridges.doccano.project import Project
from accord.bridges.doccano.remote import Account
from accord.document import Document, Layer
from accord.errors import InputError
from accord.model.progress import Listener, Step
from accord.schema import Schema

BATCH = 50
BATCH_BYTES = 2_000_000
_TRIES = 3

Suggest = Callable[[Document], Layer | None]


@dataclass
class Pushed:
    """What a push did; the documents are named where something is to be said of them.

    `files` are the names of what was handed over for import, which the server keeps.
    """

    uploaded: int = 0
    there: int = 0
    labelled: dict[str, int] = field(default_factory=dict)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    removed: int = 0
    foreign: int = 0
    conflicts: list[Conflict] = field(default_factory=list)
    files: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Push:
    """A push into one project: `documents` gives the texts anew each time it is called.

    `suggest` gives the labels to start from, None for a document without; they are put into the
    layers of `accounts`, which have to be members. `admin` uploads.
    """

    admin: Account
    project: Project
    schema: Schema
    documents: Callable[[], Iterable[Document]]
    count: int
    listener: Listener
    suggest: Suggest | None = None
    source: str = ""
    accounts: Sequence[Account] = ()
    choices: Mapping[str, str] = field(default_factory=dict)

    def run(self) -> Pushed:
        """Push; what is there already is left alone, and conflicts are reported, not resolved.

        Raises ServerError if the server refuses something; run it again to go on.
        """
        done = Pushed()
        index = read_index(self.admin, self.project.number)
        done.foreign = index.foreign
        self._without_doubles(index, done)
        shown = 0
        for batch in self._batches(self._missing(index, done)):
            self._upload(batch, index, done)
            # Number by number: where there is no bar, only round ones are shown.
            while shown < done.uploaded + done.there:
                shown += 1
                self.listener(Step("documents", shown, self.count))
        if self.suggest is not None:
            self._label(index, done)
        return done

    def _missing(self, index: Index, done: Pushed) -> Iterator[Document]:
        for document in self.documents():
            if not document.text:
                done.left_out.append((document.id, "it is empty, and doccano refuses that"))
                continue
            same = index.by_id.get(document.id)
            if not same:
                yield document
            elif same[0].sha256 == document.sha256:
                done.there += 1
            elif self.choices.get(TEXT_CHANGED) == "add":
                for example in same:
                    self._retire(example)
                del index.by_id[document.id]
                yield document
            else:
                if TEXT_CHANGED not in self.choices:
                    where = "here" if same[0].sha256 == same[0].ours.get("sha256") else "there"
                    reason = f"the text was edited {where} since it was uploaded"
                    done.conflicts.append(Conflict(TEXT_CHANGED, document.id, "", reason))
                done.left_out.append((document.id, "its text is another one on the server"))
                del index.by_id[document.id]

    def _retire(self, example: Example) -> None:
        meta = with_meta(example, retired=True).meta
        self.admin.call("set_meta", project=self.project.number, example=example.number, meta=meta)

    def _batches(self, documents: Iterable[Document]) -> Iterator[list[Document]]:
        batch: list[Document] = []
        size = 0
        for document in documents:
            batch.append(document)
            size += len(document.text)
            if len(batch) == BATCH or size >= BATCH_BYTES:
                yield batch
                batch, size = [], 0
        if batch:
            yield batch

    def _upload(self, documents: Sequence[Document], index: Index, done: Pushed) -> None:
        """Upload what of these is not there, and see to it that each is there once.

        With labels for the uploading account, which are much faster imported than put one by one.
        """
        waiting = {document.id: document for document in documents}
        for turn in range(1, _TRIES + 1):
            batch = secrets.token_hex(8)
            labels = self._own_labels(waiting.values())
            wanted = self._counts(*labels.values()) if labels else None
            lines = [
                self._line(document, labels.get(document.id), batch)
                for document in waiting.values()
            ]
            failure = None
            try:
                sent = self.admin.call("upload", project=self.project.number, lines=lines)
                done.files.append(sent["file"])
                self.admin.wait(sent["task"], "an import")
            except ServerError as error:
                if not error.temporary:
                    raise
                failure = error
            fresh = self._newest(index, waiting) if failure is None else None
            if fresh is None:
                # Not what was expected: look at everything, and take away what came twice.
                fresh = read_index(self.admin, self.project.number)
                self._without_doubles(fresh, done)
                index.total = 0
            elif wanted is not None and wanted == self._counts():
                self._confirm(fresh, next(iter(labels)), batch)
                index.confirmed.add(batch)
            index.total += fresh.total
            for name in [name for name in waiting if name in fresh.by_id]:
                found = fresh.by_id[name]
                if found[0].sha256 != waiting[name].sha256:
                    raise ServerError(f"the server changed the text of {name} while it took it in")
                index.by_id[name] = found
                del waiting[name]
                done.uploaded += 1
            if not waiting:
                return
            if turn == _TRIES:
                names = ", ".join(list(waiting)[:3])
                raise failure or ServerError(f"the server took {names} without keeping it")

    def _newest(self, index: Index, waiting: Mapping[str, Document]) -> Index | None:
        """The examples that came last, if they are just those that wait; cheaper than a list."""
        fresh = Index()
        for page in self.admin.pages("examples", project=self.project.number, offset=index.total):
            fresh.add(Example(e["id"], e["sha256"], e["meta"]) for e in page)
        exact = fresh.total == len(fresh.by_id) == len(waiting)
        return fresh if exact and set(fresh.by_id) == set(waiting) else None

    def _own_labels(self, documents: Iterable[Document]) -> dict[str, Labels]:
        """The labels that the uploading account itself is to start from, by document."""
        if self.admin.name not in {account.name for account in self.accounts}:
            return {}
        wanted = {document.id: self._wanted(document) for document in documents}
        return {name: labels for name, labels in wanted.items() if labels is not None}

    def _counts(self, *more: Labels) -> list[int] | None:
        """How many marks and arrows the uploading account has; None if the server cannot say."""
        try:
            marks, arrows = self.admin.call("counts", project=self.project.number)
        except ServerError:
            return None
        return [
            marks + sum(len(labels.marks) for labels in more),
            arrows + sum(len(labels.arrows) for labels in more),
        ]

    def _confirm(self, fresh: Index, name: str, batch: str) -> None:
        """Note in one example of a batch that the labels of all have arrived."""
        example = fresh.by_id[name][0]
        mark = {"is": example.pushed(self.admin.name)["is"], "confirms": batch}
        fresh.by_id[name][0] = putting.note(
            self.admin, self.project, example, self.admin, mark, self.source
        )

    def _line(self, document: Document, labels: Labels | None, batch: str) -> str:
        """For import: in ASCII, as doccano guesses encodings; one `meta`, as it flattens keys."""
        meta: dict[str, object] = {"external_id": document.id, "sha256": document.sha256}
        if labels is not None:
            mark = {**putting.of_batch(labels, batch), "from": self.source}
            meta["pushed"] = {self.admin.name: mark}
        record = to_record(labels or Labels())
        return json.dumps({"text": document.text, **record, "meta": meta})

    def _wanted(self, document: Document) -> Labels | None:
        layer = None if self.suggest is None else self.suggest(document)
        if layer is None:
            return None
        types = [
            mention.type for mention in layer.mentions if mention.type not in self.schema.mentions
        ]
        types += [r.type for r in layer.relations if r.type not in self.schema.relations]
        if types:
            raise InputError(
                f"{document.id}, {layer.source}: {types[0]!r} is no type of the schema"
            )
        return of_layer(document, layer)

    def _label(self, index: Index, done: Pushed) -> None:
        """Put the labels to start from into each account's layer."""
        total = self.count * len(self.accounts)
        number = 0
        for document in self.documents():
            found = index.by_id.get(document.id)
            wanted = self._wanted(document) if found else None
            for account in self.accounts:
                number += 1
                if found and wanted is not None:
                    self._label_one(account, index, found[0], wanted, done)
                self.listener(Step("labels", number, total))

    def _label_one(
        self, account: Account, index: Index, example: Example, wanted: Labels, done: Pushed
    ) -> None:
        choice = self.choices.get(WORKED_ON)
        outcome = putting.put(
            self.admin,
            account,
            self.project,
            example,
            wanted,
            self.source,
            confirmed=index.confirmed,
            replace=choice == "replace",
        )
        name = example.external or ""
        index.by_id[name][0] = outcome.example
        if outcome.what == putting.DONE:
            done.labelled[account.name] = done.labelled.get(account.name, 0) + 1
        elif outcome.what == putting.WORKED_ON and choice != "keep":
            reason = f"{account.name!r} has labels there that no push put there"
            done.conflicts.append(Conflict(WORKED_ON, name, account.name, reason))

    def _without_doubles(self, index: Index, done: Pushed) -> None:
        """Remove examples that came twice and that nobody worked on; report the others."""
        doubles = {name: same for name, same in index.by_id.items() if len(same) > 1}
        if not doubles:
            return
        candidates = [example for same in doubles.values() for example in same]
        touched = worked_on(self.admin, self.project.number, candidates, index.confirmed)
        for name, same in doubles.items():
            used = [e for e in same if e.number in touched]
            kept = used or same[:1]
            for example in same:
                if example not in kept:
                    self.admin.call(
                        "remove_example", project=self.project.number, example=example.number
                    )
                    index.total -= 1
                    done.removed += 1
            index.by_id[name] = kept
            if len(kept) > 1 and DOUBLE not in self.choices:
                numbers = ", ".join(str(example.number) for example in kept)
                reason = f"several examples ({numbers}) have labels; delete all but one there"
                done.conflicts.append(Conflict(DOUBLE, name, "", reason))
