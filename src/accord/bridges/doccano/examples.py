"""The examples of a project, by the external id that a push gave them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from accord.bridges.doccano.errors import ServerError
from accord.bridges.doccano.remote import Account


@dataclass(frozen=True)
class Example:
    """A document on the server; `sha256` is its text's, `meta` all that doccano keeps for it."""

    number: int
    sha256: str
    meta: Mapping[str, Any]

    @property
    def external(self) -> str | None:
        """The document's id here; None for what no push of ours brought, or retired."""
        ours = self.ours
        name = ours.get("external_id")
        return None if ours.get("retired") or not isinstance(name, str) else name

    @property
    def ours(self) -> Mapping[str, Any]:
        """The nested object that a push writes."""
        inner = self.meta.get("meta")
        return inner if isinstance(inner, dict) else {}

    def pushed(self, account: str) -> Mapping[str, Any]:
        """What was put there for an account.

        {"is": digest}; {"was", "will"} while labels are on the way; {"is", "marks", "batch"} for
        labels of an import, which are sure once a mark of the project says {"confirms": batch}.
        """
        marks = self.ours.get("pushed")
        found = marks.get(account) if isinstance(marks, dict) else None
        return found if isinstance(found, dict) else {}

    @property
    def confirms(self) -> set[str]:
        """The batches whose labels arrived, of which this example tells."""
        marks = self.ours.get("pushed")
        every = marks.values() if isinstance(marks, dict) else ()
        return {str(m["confirms"]) for m in every if isinstance(m, dict) and "confirms" in m}


@dataclass
class Index:
    """Examples by external id, oldest first; `foreign` counts those that have none.

    `total` counts all of the project, and so tells where the next one will be listed; `confirmed`
    are the batches whose labels all arrived.
    """

    by_id: dict[str, list[Example]] = field(default_factory=dict)
    foreign: int = 0
    total: int = 0
    confirmed: set[str] = field(default_factory=set)

    def add(self, examples: Iterable[Example]) -> None:
        """Take examples in."""
        for example in examples:
            self.total += 1
            self.confirmed |= example.confirms
            if example.external is None:
                self.foreign += 1
            else:
                self.by_id.setdefault(example.external, []).append(example)


def read_index(account: Account, project: int) -> Index:
    """All examples of a project; their texts stay with the worker."""
    for _ in range(3):
        seen: dict[int, Example] = {}
        for page in account.pages("examples", project=project):
            seen.update((e["id"], Example(e["id"], e["sha256"], e["meta"])) for e in page)
        # Pages are ordered by time, and equal times may change places between two pages.
        if len(seen) == account.call("count", project=project):
            index = Index()
            index.add(seen[number] for number in sorted(seen))
            return index
    raise ServerError(
        "the project's examples change while they are listed; try again when nobody uploads",
        temporary=True,
    )


def with_meta(example: Example, **changes: Any) -> Example:
    """The example with changes in the object that a push writes."""
    ours = {**example.ours, **changes}
    return Example(example.number, example.sha256, {**example.meta, "meta": ours})
