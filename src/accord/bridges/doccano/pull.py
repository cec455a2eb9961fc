"""`accord doccano pull`: each member's labels into a layer of its own, `annotations/LAYER/`.

A document's layer is written when nobody's work is lost by it; all else is a conflict, which is
reported and leaves the layer as it is until a choice is made.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from accord.bridges.doccano.conflicts import (
    CHANGED_HERE,
    DELETED,
    DOUBLE,
    TEXT_CHANGED,
    UNUSABLE_LABEL,
    Conflict,
)
from accord.bridges.doccano.export import Export, Record
from accord.bridges.doccano.labels import Translation, to_layer
from accord.bridges.doccano.project import Project
from accord.bridges.doccano.state import (
    STATE_FILE,
    Pulled,
    State,
    layer_name,
    read_state,
    write_state,
)
from accord.corpus.folder import ANNOTATIONS, text_paths, write_layer
from accord.corpus.standoff import SUFFIX, format_standoff, read_standoff
from accord.document import Document, Layer, Mention, Relation, Span
from accord.errors import InputError
from accord.files import read_bytes, read_text
from accord.model.progress import Listener, Step
from accord.schema import Schema

NEW = "new"
CHANGED = "changed"
FINISHED = "finished"
REOPENED = "reopened"
REMOVED = "removed"
KEPT = "kept as changed here"


@dataclass(frozen=True)
class Change:
    """What a pull did to one document of a layer; mentions and relations that came and went."""

    document: str
    layer: str
    what: str
    complete: bool
    mentions: tuple[int, int] = (0, 0)
    relations: tuple[int, int] = (0, 0)


@dataclass
class Report:
    """What a pull did; `gone` are members whose layers came before and who are members no more."""

    changes: list[Change] = field(default_factory=list)
    unchanged: int = 0
    untouched: int = 0
    foreign: int = 0
    unknown: set[str] = field(default_factory=set)
    conflicts: list[Conflict] = field(default_factory=list)
    left_out: list[tuple[str, str, str]] = field(default_factory=list)
    members: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Pull:
    """A pull from an export of a project into the corpus folder `root`.

    `chosen` limits it to these documents, `members` to these accounts (None: all); `layers` names
    the layer of a member, its own name otherwise. `count` is how many examples the project has, for
    the progress.
    """

    root: Path
    schema: Schema
    project: Project
    export: Export
    listener: Listener
    chosen: Collection[str] | None = None
    members: Collection[str] | None = None
    layers: Mapping[str, str] = field(default_factory=dict)
    finished_only: bool = False
    choices: Mapping[str, str] = field(default_factory=dict)
    count: int = 0

    def run(self) -> Report:
        """Write what has no conflict; interrupted, it can be run again."""
        report = Report()
        texts = text_paths(self.root)
        present = self.export.members
        missing = sorted({*(self.members or ()), *self.layers} - set(present))
        if missing:
            raise InputError(
                f"{', '.join(missing)} is no member of the project; members are: "
                f"{', '.join(present)}"
            )
        names: dict[str, str] = {}
        for member in present:
            if self.members is None or member in self.members:
                name = layer_name(self.root, self.layers.get(member, member))
                if name in names:
                    raise InputError(
                        f"{names[name]!r} and {member!r} cannot share the layer {name!r}; choose "
                        f"another one with --as {member}=LAYER"
                    )
                names[name] = member
        # All are looked at before anything is written.
        shares = [_Member(self, member, name, texts, report) for name, member in names.items()]
        for share in shares:
            share.run()
        report.members = list(names.values())
        report.gone = [member for member in self._pulled_before() if member not in present]
        return report

    def _pulled_before(self) -> Iterable[str]:
        """Members whose work was pulled from this project at any time."""
        for path in sorted((self.root / ANNOTATIONS).glob(f"*/{STATE_FILE}")):
            state = read_state(self.root, path.parent.name)
            if state is not None and state.project == self.project.number:
                yield state.member


class _Member:
    """One member's share of a pull."""

    def __init__(
        self, pull: Pull, member: str, layer: str, texts: Mapping[str, Path], report: Report
    ):
        self._pull = pull
        self._member = member
        self._layer = layer
        self._texts = texts
        self._report = report
        project = pull.project
        state = read_state(pull.root, layer)
        if state is not None and (state.project, state.member) != (project.number, member):
            raise InputError(
                f"{ANNOTATIONS}/{layer}/ holds what {state.member!r} did in the project "
                f"{state.name!r} ({state.project}); choose another layer with --as {member}=LAYER"
            )
        self._state = state or State(project.number, project.name, member)

    def run(self) -> None:
        seen: dict[str, int] = {}
        foreign = 0
        kept = dict(self._state.documents)
        try:
            for number, (record, finished) in enumerate(self._pull.export.of(self._member), 1):
                total = max(number, self._pull.count)
                self._pull.listener(Step(self._member, number, total))
                name = record.example.external
                if name is None:
                    foreign += 1
                elif not self._in_choice(name):
                    seen[name] = record.number
                elif name in seen:
                    self._double(name, seen[name], record, finished)
                else:
                    seen[name] = record.number
                    self._document(name, record, finished)
            self._report.foreign = max(self._report.foreign, foreign)
            for name in [name for name in self._state.documents if name not in seen]:
                if self._in_choice(name):
                    self._deleted(name)
        finally:
            # Also when interrupted: what has been written is remembered.
            if self._state.documents != kept:
                write_state(self._pull.root, self._layer, self._state)

    def _in_choice(self, name: str) -> bool:
        return self._pull.chosen is None or name in self._pull.chosen

    def _document(self, name: str, record: Record, finished: bool) -> None:
        before = self._state.documents.get(name)
        example = record.example
        if before is None and not finished:
            if not record.labels:
                return
            if record.labels.digest == example.pushed(self._member).get("is"):
                self._report.untouched += 1
                return
        if self._pull.finished_only and not finished:
            return
        if name not in self._texts:
            self._report.unknown.add(name)
            return
        document = Document(name, read_text(self._texts[name]))
        path = self._pull.root / ANNOTATIONS / self._layer / f"{name}{SUFFIX}"
        here = read_bytes(path) if path.exists() else None
        try:
            old = None if here is None else read_standoff(path, document, self._layer)
        except InputError as error:
            choice = self._pull.choices.get(CHANGED_HERE)
            if choice is None:
                self._conflict(CHANGED_HERE, name, str(error))
            if choice != "server":
                return
            old = None
        translation = self._translate(document, record, old, finished)
        if translation is None:
            return
        wanted = format_standoff(document, translation.layer).encode()
        entry = Pulled(
            record.number,
            document.sha256,
            record.labels.digest,
            sha256(wanted).hexdigest(),
            finished,
        )
        if here == wanted:
            self._same(name, before, entry)
        elif self._may_write(name, here, before, entry):
            write_layer(self._pull.root, document, translation.layer)
            self._state.documents[name] = entry
            self._changed(name, NEW if here is None else CHANGED, old, translation.layer)

    def _same(self, name: str, before: Pulled | None, entry: Pulled) -> None:
        self._state.documents[name] = entry
        if before is not None and before.complete != entry.complete:
            what = FINISHED if entry.complete else REOPENED
            self._report.changes.append(Change(name, self._layer, what, entry.complete))
        else:
            self._report.unchanged += 1

    def _may_write(
        self, name: str, here: bytes | None, before: Pulled | None, entry: Pulled
    ) -> bool:
        """Whether the file may be replaced: nobody touched it here, or a choice was made."""
        if before is None and here is None:
            return True
        if before is not None and here is not None and sha256(here).hexdigest() == before.file:
            return True
        choice = self._pull.choices.get(CHANGED_HERE)
        if choice == "server":
            return True
        if before is not None and before.labels == entry.labels:
            # Only this side changed: nothing new to take over.
            self._state.documents[name] = replace(before, complete=entry.complete)
            self._report.changes.append(Change(name, self._layer, KEPT, entry.complete))
        elif choice != "here":
            if before is None:
                reason = (
                    "has labels here that were not pulled from this project; "
                    f"--as {self._member}=LAYER names another layer"
                )
            else:
                reason = "was changed here and on the server since the last pull"
            self._conflict(CHANGED_HERE, name, f"{self._layer}/{name}{SUFFIX} {reason}")
        return False

    def _translate(
        self, document: Document, record: Record, old: Layer | None, finished: bool
    ) -> Translation | None:
        """The server's labels as a layer of the text here; None for an open conflict."""
        edited = record.example.sha256 != document.sha256
        choice = self._pull.choices.get(TEXT_CHANGED)
        if edited and choice != "realign":
            if choice is None:
                where = (
                    "here"
                    if record.example.sha256 == record.example.ours.get("sha256")
                    else ("on the server")
                )
                self._conflict(TEXT_CHANGED, document.id, f"the text was edited {where}")
            return None
        translation = to_layer(
            replace(document, text=record.text) if edited else document,
            self._layer,
            record.labels,
            self._pull.schema,
            before=None if edited else old,
            keep_unknown=self._pull.choices.get("unknown-label") == "keep",
            complete=finished,
        )
        if edited:
            translation = realign(translation, record.text, document.text)
        open_problems = [
            (kind, reason)
            for kind, reason in translation.problems
            if kind not in self._pull.choices and not (edited and kind == UNUSABLE_LABEL)
        ]
        for kind, reason in open_problems:
            self._conflict(kind, document.id, reason)
        if open_problems:
            return None
        for _, reason in translation.problems:
            self._report.left_out.append((document.id, self._member, reason))
        return translation

    def _double(self, name: str, first: int, record: Record, finished: bool) -> None:
        if (record.labels or finished) and DOUBLE not in self._pull.choices:
            reason = f"the examples {first} and {record.number} have labels; delete one there"
            self._conflict(DOUBLE, name, reason)

    def _deleted(self, name: str) -> None:
        choice = self._pull.choices.get(DELETED)
        if choice is None:
            self._conflict(DELETED, name, "the example was deleted on the server")
        elif choice == "remove":
            path = self._pull.root / ANNOTATIONS / self._layer / f"{name}{SUFFIX}"
            here = read_bytes(path) if path.exists() else b""
            changed = here and sha256(here).hexdigest() != self._state.documents[name].file
            if changed and self._pull.choices.get(CHANGED_HERE) != "server":
                reason = "was deleted on the server, and changed here since the last pull"
                self._conflict(CHANGED_HERE, name, f"{self._layer}/{name}{SUFFIX} {reason}")
                return
            path.unlink(missing_ok=True)
            del self._state.documents[name]
            self._report.changes.append(Change(name, self._layer, REMOVED, complete=False))

    def _changed(self, name: str, what: str, old: Layer | None, new: Layer) -> None:
        before, after = _contents(old), _contents(new)
        came = [after[0] - before[0], after[1] - before[1]]
        went = [before[0] - after[0], before[1] - after[1]]
        pairs = [(len(plus), len(minus)) for plus, minus in zip(came, went, strict=True)]
        self._report.changes.append(Change(name, self._layer, what, new.complete, *pairs))

    def _conflict(self, kind: str, document: str, reason: str) -> None:
        self._report.conflicts.append(Conflict(kind, document, self._member, reason))


def _contents(layer: Layer | None) -> tuple[set[object], set[object]]:
    if layer is None:
        return set(), set()
    mentions: set[object] = {(m.span, m.type) for m in layer.mentions}
    relations: set[object] = set()
    for relation in layer.relations:
        head, tail = layer.ends(relation)
        relations.add((relation.type, head.span, head.type, tail.span, tail.type))
    return mentions, relations


def realign(translation: Translation, there: str, here: str) -> Translation:
    """Labels of a text that was edited, moved to another version of it.

    Those before the first difference and after the last one are kept; the others are problems.
    """
    shorter = min(len(there), len(here))
    front = next((i for i in range(shorter) if there[i] != here[i]), shorter)
    rest = shorter - front
    back = next((i for i in range(rest) if there[-1 - i] != here[-1 - i]), rest)
    shift = len(here) - len(there)
    mentions: list[Mention] = []
    problems = list(translation.problems)
    for mention in translation.layer.mentions:
        span = mention.span
        if span.end <= front:
            mentions.append(mention)
        elif span.start >= len(there) - back:
            mentions.append(replace(mention, span=Span(span.start + shift, span.end + shift)))
        else:
            reason = f"{mention.type} {there[span.start : span.end]!r} stands in the edited part"
            problems.append((UNUSABLE_LABEL, reason))
    kept = {mention.id for mention in mentions}
    relations: Iterable[Relation] = translation.layer.relations
    relations = tuple(r for r in relations if r.head in kept and r.tail in kept)
    layer = replace(translation.layer, mentions=tuple(mentions), relations=relations)
    return Translation(layer, tuple(problems))
