"""Adjudication in the app: decisions on disk before they are answered, gold written when done.

``annotations/gold/.adjudication.jsonl`` is a journal (`accord.annotator.journal`) of decisions:
each line names the text's hash, the layers, and for each point what was taken, so that work goes
on where it ended, after any crash. What they come to is computed from the layers as they are now
(`accord.compare.adjudicate`); a point whose layers changed since is open again.

When nothing is open the labels go into the layer `gold` through its own store, each with the
layers that it came from (`accord.annotator.state.State.whose`; none for the adjudicator's own),
and from there into its `.ann` file. Labels of gold that were made otherwise are not replaced
unless one says so.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from accord.annotator.actions import RefusedError
from accord.annotator.journal import Journal, now
from accord.annotator.state import State
from accord.annotator.store import Post
from accord.annotator.workplace import Workplace
from accord.compare import Adjudication, Arrow, Decision, Point, Target, adjudicate
from accord.corpus.folder import ANNOTATIONS
from accord.document import Document, Layer, Mention, Relation, Span
from accord.errors import ConflictError, FormatError, InputError

GOLD = "gold"
FILE_NAME = ".adjudication.jsonl"

# How long a layer that is not open here is taken to be as it was read.
_FRESH = 5.0

Json = dict[str, Any]


class StaleDecisionError(ConflictError):
    """Another window, or another person, decided in this document meanwhile."""


@dataclass
class Decided:
    """The decisions in one document: `version` is the journal's last line about it.

    `done` and `undone` are its steps, oldest first. `written` is the version of gold's store after
    these decisions went into it, and `filed` the last step that it holds; None before.
    """

    sha256: str = ""
    version: int = 0
    done: list[Json] = field(default_factory=list)
    undone: list[Json] = field(default_factory=list)
    written: int | None = None
    filed: int | None = None

    def decisions(self) -> dict[str, Decision]:
        """The newest decision on each point."""
        return {
            each["difference"]: decision_of(each)
            for line in self.done
            for each in line["op"]["decisions"]
        }

    def fold(self, line: Json) -> None:
        """Take in a line."""
        op = line["op"]
        if op["do"] == "written":
            self.written, self.filed = op["version"], op["of"]
            return
        self.version = line["n"]
        if op["do"] == "decide":
            self.sha256 = op["sha256"]
            self.done.append(line)
            self.undone.clear()
        elif op["do"] == "undo":
            self.undone.append(self.done.pop())
        else:
            self.done.append(self.undone.pop())


@dataclass(frozen=True)
class Table:
    """A document with the layers on it and what the decisions so far come to."""

    document: Document
    layers: tuple[Layer, ...]
    found: Adjudication
    decided: Decided

    @property
    def unfinished(self) -> tuple[str, ...]:
        """The layers that do not call the document complete."""
        return tuple(layer.source for layer in self.layers if not layer.complete)

    @property
    def current(self) -> bool:
        """Whether gold holds these very decisions."""
        last = self.decided.done[-1]["n"] if self.decided.done else 0
        return self.decided.filed == last


class Adjudicator:
    """Decisions of everybody in a workplace; safe to use from several threads."""

    def __init__(self, workplace: Workplace):
        self._workplace = workplace
        self._lock = threading.RLock()
        self._journal: Journal | None = None
        self._decided: defaultdict[str, Decided] = defaultdict(Decided)
        self._read: dict[str, tuple[float, Mapping[str, State]]] = {}

    def close(self) -> None:
        """Let go of the journal."""
        with self._lock:
            if self._journal is not None:
                self._journal.close()

    def common(self, layers: Sequence[str]) -> tuple[str, ...]:
        """Ids of the documents that all these layers have begun.

        Raises InputError unless they are two or more layers, each once and none of them gold.
        """
        self._check(layers)
        begun = [self._begun(name) for name in layers]
        return tuple(i for i in self._workplace.documents if all(i in each for each in begun))

    def table(self, i: str, layers: Sequence[str]) -> Table:
        """A document with its decisions so far.

        Raises InputError if not all the layers have begun it, ConflictError if its text changed
        since something was decided.
        """
        self._check(layers)
        if not all(i in self._begun(name) for name in layers):
            raise InputError(f"{i}: not all of {', '.join(layers)} have labels of this document")
        document = self._workplace.documents.fresh(i)
        with self._lock:
            self._open()
            decided = self._decided[i]
            if decided.sha256 not in ("", document.sha256):
                raise ConflictError(
                    f"{self._workplace.documents.path(i)} was changed after it was adjudicated, "
                    "so decisions may be about the wrong words; put the text back as it was, or "
                    "give the changed text another file name"
                )
            found = [self._layer(name, i) for name in layers]
            result = adjudicate(found, self._workplace.schema, decided.decisions(), GOLD)
            return Table(document, tuple(found), result, decided)

    def decide(
        self, i: str, layers: Sequence[str], version: int, by: str, decisions: Sequence[Json]
    ) -> Table:
        """Decide points of a document, all or none; on disk when this returns.

        A document with nothing left open goes into gold at once, if nothing stands in its way.

        Raises StaleDecisionError if the version is not the newest, RefusedError if gold would
        break the schema, JournalError if the disk refuses, and as `table`.
        """
        with self._lock:
            before = self._expect(i, layers, version)
            known = {point.id: point for point in before.found.points}
            for each in decisions:
                if each["difference"] not in known:
                    raise StaleDecisionError(
                        "this difference is not there any more: a layer, or an end of the "
                        "relation, changed meanwhile; reload"
                    )
                _check(each, known[each["difference"]], layers, before.document, self._workplace)
            self._refuse_violations(before, decisions)
            op = {
                "do": "decide",
                "sha256": before.document.sha256,
                "layers": list(layers),
                "decisions": list(decisions),
            }
            self._append(i, by, op)
            return self._written_if_done(i, layers, by)

    def turn(self, i: str, layers: Sequence[str], version: int, by: str, do: str) -> Table:
        """Take the last step in a document back (``undo``), or bring it again (``redo``)."""
        with self._lock:
            decided = self._expect(i, layers, version).decided
            steps = decided.done if do == "undo" else decided.undone
            if not steps:
                raise RefusedError(
                    f"there is nothing to {do} in this document", rule="undo", hint=""
                )
            self._append(i, by, {"do": do, "of": steps[-1]["n"]})
            return self._written_if_done(i, layers, by)

    def write(self, i: str, layers: Sequence[str], by: str, *, overwrite: bool = False) -> Table:
        """Put the gold labels as they are now into the layer gold.

        Raises ConflictError if gold has labels of this document that were made otherwise, unless
        `overwrite`; and as `table`.
        """
        with self._lock:
            table = self.table(i, layers)
            store = self._workplace.shared(GOLD)
            state = store.begin(i)
            actions = _changes(state, table.found)
            made_here = state.version == table.decided.written
            strange = bool(state.mentions) and not made_here and bool(actions)
            if strange and not overwrite:
                raise ConflictError(
                    f"{GOLD} has labels of {i} that were not made by these decisions, and they "
                    "differ; keep them, or overwrite them"
                )
            status = "complete" if table.found.gold.complete else "started"
            if state.status != status:
                actions.append({"do": "set_status", "status": status})
            if actions:
                state = store.act(i, Post(by, state.version, actions))
            exported = store.export([i], [i] if overwrite else [])
            if i in exported.conflicts:
                raise ConflictError(exported.conflicts[i])
            last = table.decided.done[-1]["n"] if table.decided.done else 0
            self._append(i, by, {"do": "written", "version": state.version, "of": last})
            return self.table(i, layers)

    def _written_if_done(self, i: str, layers: Sequence[str], by: str) -> Table:
        table = self.table(i, layers)
        if not table.found.gold.complete:
            return table
        try:
            return self.write(i, layers, by)
        except (ConflictError, InputError):
            # The decisions are safe; the page shows that gold does not hold them, and why.
            return table

    def _expect(self, i: str, layers: Sequence[str], version: int) -> Table:
        table = self.table(i, layers)
        if version != table.decided.version:
            raise StaleDecisionError(
                "somebody decided in this document meanwhile, in another window; look at it as it "
                "is now, then decide"
            )
        return table

    def _refuse_violations(self, before: Table, decisions: Sequence[Json]) -> None:
        schema = self._workplace.schema
        together = before.decided.decisions() | {d["difference"]: decision_of(d) for d in decisions}
        after = adjudicate(before.layers, schema, together, GOLD)
        was = schema.violations(before.document, before.found.gold)
        then = schema.violations(before.document, after.gold)
        if len(then) > len(was):
            new = next((v for v in then if v.reason not in {w.reason for w in was}), then[-1])
            raise RefusedError(new.reason, rule="schema", hint="decide otherwise, or correct it")
        chosen = {d["difference"] for d in decisions}
        points = [p for p in after.points if p.id in chosen and p.target is Target.RELATION]
        if points and len(after.fallen) > len(before.found.fallen):
            raise RefusedError(
                after.fallen[-1].reason, rule="schema", hint="choose other ends or another type"
            )

    def _check(self, layers: Sequence[str]) -> None:
        if len(layers) < 2 or len(set(layers)) < len(layers) or GOLD in layers:
            raise InputError(
                f"choose two or more different layers to adjudicate, none of them {GOLD!r}; "
                f"there are {', '.join(n for n in self._workplace.layers() if n != GOLD)}"
            )

    def _begun(self, layer: str) -> Collection[str]:
        """Ids of the documents that a layer has begun."""
        store = self._workplace.stores.get(layer)
        return self._elsewhere(layer) if store is None else store.begun()

    def _layer(self, layer: str, i: str) -> Layer:
        store = self._workplace.stores.get(layer)
        return (self._elsewhere(layer)[i] if store is None else store.document(i)).layer

    def _elsewhere(self, layer: str) -> Mapping[str, State]:
        """A layer that is not open here, as it was a moment ago."""
        read, states = self._read.get(layer, (0.0, {}))
        if layer not in self._read or time.monotonic() - read > _FRESH:
            states = self._workplace.labels(layer)
            self._read[layer] = (time.monotonic(), states)
        return states

    def _open(self) -> Journal:
        if self._journal is None:
            path = self._workplace.root / ANNOTATIONS / GOLD / FILE_NAME
            journal = Journal(path)
            try:
                for line in journal.take_lines():
                    self._decided[line["document"]].fold(line)
            except (KeyError, IndexError, TypeError) as error:
                journal.close()
                raise FormatError(f"no journal of adjudication: {error!r}", path=path) from None
            self._journal = journal
        return self._journal

    def _append(self, i: str, by: str, op: Json) -> None:
        line = self._open().append({"time": now(), "document": i, "by": by, "op": op})
        self._decided[i].fold(line)


def decision_of(data: Json) -> Decision:
    """A decision as the journal and the page write it: ``{"take": [...], "other": ...}``."""
    other = data.get("other")
    if other is None:
        return Decision(tuple(data.get("take", ())))
    if "head" not in other:
        return Decision((), _mention(other))
    return Decision((), Arrow(other["type"], _mention(other["head"]), _mention(other["tail"])))


def _mention(data: Json) -> Mention:
    return Mention("", Span(data["start"], data["end"]), data["type"])


def _check(
    data: Json, point: Point, layers: Sequence[str], document: Document, workplace: Workplace
) -> None:
    """InputError unless a decision is well formed and fits its point."""
    take, other = data.get("take", []), data.get("other")
    if not isinstance(take, list) or not all(name in layers for name in take):
        raise InputError(f"take must be a list of the layers {', '.join(layers)}, not {take!r}")
    if other is None:
        return
    relation = point.target is Target.RELATION
    ends = [other.get("head"), other.get("tail")] if relation else [other]
    types = workplace.schema.relations if relation else workplace.schema.mentions
    if not _is_one(other.get("type"), types):
        raise InputError(f"unknown {point.target} type {other.get('type')!r}")
    for end in ends:
        if not isinstance(end, dict) or not _is_one(end.get("type"), workplace.schema.mentions):
            raise InputError("a mention is given by its type, start and end")
        start, stop = end.get("start"), end.get("end")
        if type(start) is not int or type(stop) is not int:
            raise InputError("start and end must be whole numbers")
        if not 0 <= start < stop <= len(document.text):
            raise InputError(f"{start}..{stop} is no stretch of this text")


def _is_one(name: object, types: Collection[str]) -> bool:
    """Whether a page sent one of these names, and not something that is none at all."""
    return isinstance(name, str) and name in types


def _changes(state: State, found: Adjudication) -> list[Json]:
    """The actions that turn a state of gold into what was adjudicated; equal labels stay."""
    wanted = {(m.span, m.type, found.whose[m.id]): m for m in found.gold.mentions}
    ids: dict[str, str] = {}
    actions: list[Json] = []
    for mention in state.mentions:
        new = wanted.pop((mention.span, mention.type, state.whose.get(mention.id, ())), None)
        if new is None:
            actions.append({"do": "delete_mention", "id": mention.id})
        else:
            ids[new.id] = mention.id
    kept = set(ids.values())
    for mention in wanted.values():
        ids[mention.id] = f"${mention.id}"
        place = {"start": mention.span.start, "end": mention.span.end}
        whose = list(found.whose[mention.id])
        action = {"do": "add_mention", "type": mention.type, **place, "whose": whose}
        actions.append({**action, "ref": f"${mention.id}"})

    def ends(relation: Relation) -> tuple[str, str, str]:
        return relation.type, ids[relation.head], ids[relation.tail]

    arrows = {(*ends(r), found.whose[r.id]): r for r in found.gold.relations}
    for relation in state.relations:
        if relation.head in kept and relation.tail in kept:
            came = state.whose.get(relation.id, ())
            key = (relation.type, relation.head, relation.tail, came)
            if arrows.pop(key, None) is None:
                actions.insert(0, {"do": "delete_relation", "id": relation.id})
    for relation in arrows.values():
        kind, head, tail = ends(relation)
        whose = list(found.whose[relation.id])
        actions.append(
            {"do": "add_relation", "type": kind, "head": head, "tail": tail, "whose": whose}
        )
    return actions
