"""`accord doccano status`: who has done what."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from accord.bridges.doccano.export import Export

FINISHED = "finished"
STARTED = "started"
SUGGESTED = "suggested"
OPEN = "open"


@dataclass
class Status:
    """What each member has done with each document: document -> member -> word.

    "finished"; "started" has labels of the member's own; "suggested" only those that a push put
    there; "open" none.
    """

    members: tuple[str, ...]
    documents: dict[str, dict[str, str]] = field(default_factory=dict)

    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """How many documents of each word each member has."""
        words = (FINISHED, STARTED, SUGGESTED, OPEN)
        counts = {member: dict.fromkeys(words, 0) for member in self.members}
        for row in self.documents.values():
            for member, word in row.items():
                counts[member][word] += 1
        return counts


def status(export: Export) -> Status:
    """Read an export; examples that no push brought are named after their number."""
    found = Status(export.members)
    for member in export.members:
        for record, finished in export.of(member):
            example = record.example
            if example.ours.get("retired"):
                continue
            if finished:
                word = FINISHED
            elif not record.labels:
                word = OPEN
            elif record.labels.digest == example.pushed(member).get("is"):
                word = SUGGESTED
            else:
                word = STARTED
            found.documents.setdefault(example.external or f"#{record.number}", {})[member] = word
    return found
