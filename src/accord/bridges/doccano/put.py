"""Puts labels into an account's own layer on the server, one document at a time.

doccano has no way to write labels in another's name, so it is done with that account's login. The
example's `meta` says what is under way and what was put, so that an interrupted push goes on, a
repeated one does nothing, and nobody's work is overwritten.
"""

from collections.abc import Container, Mapping
from dataclasses import dataclass

from accord.bridges.doccano.errors import ServerError
from accord.bridges.doccano.examples import Example, with_meta
from accord.bridges.doccano.labels import Arrow, Labels, Mark
from accord.bridges.doccano.project import Project
from accord.bridges.doccano.remote import Account

_ROUNDS = 4

DONE = "done"
SAME = "same"
WORKED_ON = "worked on"


@dataclass(frozen=True)
class Put:
    """What became of it, DONE, SAME or WORKED_ON, and the example as it is now."""

    what: str
    example: Example


@dataclass
class _Held:
    """An account's labels of one example, with the server's numbers."""

    marks: dict[Mark, list[int]]
    arrows: dict[Arrow, list[int]]

    @property
    def labels(self) -> Labels:
        return Labels(frozenset(self.marks), frozenset(self.arrows))

    def is_just(self, wanted: Labels) -> bool:
        """Whether each wanted label stands there, once, and nothing else."""
        numbers = (*self.marks.values(), *self.arrows.values())
        return self.labels == wanted and all(len(found) == 1 for found in numbers)


def put(
    admin: Account,
    account: Account,
    project: Project,
    example: Example,
    wanted: Labels,
    source: str,
    *,
    confirmed: Container[str] = (),
    replace: bool = False,
) -> Put:
    """Make the account's labels of an example the wanted ones, unless the account worked on it.

    `admin` may write the example's `meta`; `confirmed` are the batches of which all labels arrived
    (see `of_batch`); `replace` puts them in the place of the account's work.
    """
    mark = example.pushed(account.name)
    sure = "batch" not in mark or mark["batch"] in confirmed
    if mark.get("is") == wanted.digest and sure and not replace:
        return Put(SAME, example)
    held = _held(account, project, example)
    if held.is_just(wanted):
        return Put(SAME, note(admin, project, example, account, {"is": wanted.digest}, source))
    if not replace and not _ours(held.labels, mark, wanted, sure=sure):
        return Put(WORKED_ON, example)
    example = note(admin, project, example, account, under_way(held.labels, wanted), source)
    for turn in range(1, _ROUNDS + 1):
        try:
            certain = _bring(account, project, example, held, wanted)
        except ServerError as error:
            # A label may have arrived though its answer did not: look before going on.
            if not error.temporary or turn == _ROUNDS:
                raise
            certain = False
        if not certain:
            held = _held(account, project, example)
        if certain or held.is_just(wanted):
            return Put(DONE, note(admin, project, example, account, {"is": wanted.digest}, source))
    raise ServerError(
        f"the labels of {example.external} by {account.name!r} change while they are put there; "
        "push again when nobody works on it"
    )


def under_way(was: Labels, will: Labels) -> dict[str, object]:
    """The mark of labels that are about to be put there."""
    return {"was": was.to_json(), "will": will.to_json()}


def of_batch(labels: Labels, batch: str) -> dict[str, object]:
    """The mark of labels in an import, which may stop before them all or before the arrows."""
    return {"is": labels.digest, "marks": Labels(labels.marks).digest, "batch": batch}


def came(labels: Labels, mark: Mapping[str, object]) -> bool:
    """Whether these are labels of a batch, as far as its import came."""
    return not labels or labels.digest in (mark.get("is"), mark.get("marks"))


def _ours(held: Labels, mark: Mapping[str, object], wanted: Labels, *, sure: bool) -> bool:
    """Whether all that is there was put there by a push, finished or not."""
    if not mark:
        return not held and not held.arrows
    if not sure:
        part = held.marks <= wanted.marks and held.arrows <= wanted.arrows
        return came(held, mark) or (part and mark.get("is") == wanted.digest)
    if "is" in mark:
        return held.digest == mark["is"]
    parts = (Labels.from_json(mark["was"]), Labels.from_json(mark["will"]), wanted)
    marks = frozenset[Mark]().union(*(part.marks for part in parts))
    return held.marks <= marks and held.arrows <= frozenset[Arrow]().union(
        *(part.arrows for part in parts)
    )


def _held(account: Account, project: Project, example: Example) -> _Held:
    answer = account.call("labels", project=project.number, example=example.number)
    spans = {number: name for name, number in project.spans.items()}
    relations = {number: name for name, number in project.relations.items()}
    held = _Held({}, {})
    marks: dict[int, Mark] = {}
    for number, start, end, label in answer["spans"]:
        mark = marks[number] = (start, end, spans.get(label, f"type {label}"))
        held.marks.setdefault(mark, []).append(number)
    for number, label, head, tail in answer["relations"]:
        if head in marks and tail in marks:
            arrow = (relations.get(label, f"type {label}"), marks[head], marks[tail])
            held.arrows.setdefault(arrow, []).append(number)
    return held


def _bring(
    account: Account, project: Project, example: Example, held: _Held, wanted: Labels
) -> bool:
    """Add what is missing, then remove what is not wanted and what stands twice.

    Whether it is certain what stands there now: relations of a second, equal span go with it, and
    the next round brings them back.
    """
    where = {"project": project.number, "example": example.number}
    numbers = {mark: found[0] for mark, found in held.marks.items()}
    marks = sorted(wanted.marks - set(held.marks))
    if marks:
        spans = [[start, end, project.spans[kind]] for start, end, kind in marks]
        added = account.call("add_spans", **where, spans=spans)
        numbers.update(zip(marks, added, strict=True))
    arrows = sorted(wanted.arrows - set(held.arrows))
    if arrows:
        relations = [[project.relations[kind], numbers[h], numbers[t]] for kind, h, t in arrows]
        account.call("add_relations", **where, relations=relations)
    certain = True
    for of, doubles in (
        *(("relation", n if a in wanted.arrows else [0, *n]) for a, n in held.arrows.items()),
        *(("span", n if m in wanted.marks else [0, *n]) for m, n in held.marks.items()),
    ):
        for number in doubles[1:]:
            account.call("remove_label", **where, of=of, number=number)
            certain = False
    return certain


def note(
    admin: Account,
    project: Project,
    example: Example,
    account: Account,
    mark: Mapping[str, object],
    source: str,
) -> Example:
    """Write an account's mark into the example's `meta`; the example as it is then."""
    before = example.pushed(account.name)
    kept = {"confirms": before["confirms"]} if "confirms" in before else {}
    pushed = {**example.ours.get("pushed", {}), account.name: {**kept, **mark, "from": source}}
    changed = with_meta(example, pushed=pushed)
    if changed.meta != example.meta:
        admin.call("set_meta", project=project.number, example=example.number, meta=changed.meta)
    return changed
