"""One document in a store: its labels as the journal's lines make them, and each person's steps."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from accord.annotator.labels import Change, Labels, apply, from_json, to_json
from accord.annotator.state import State, Status
from accord.errors import FormatError
from accord.schema import Violation


@dataclass
class Steps:
    """What a person can take back and bring back: line numbers with a description, oldest first."""

    done: list[tuple[int, str]] = field(default_factory=list)
    undone: list[tuple[int, str]] = field(default_factory=list)


@dataclass
class Record:
    """The fold of a document's lines.

    `sha256` is the hash of the text that the labels belong to. `file` is the hash of the `.ann`
    file as it was last read or written, None if there was none; `file_before` the one it had
    before that writing, which a crash may have prevented; `filed` the version that it holds.
    `version` is the number of the last line that changed the labels. `key` is the client's
    name of the last post. `problems` and `state` are None until they are asked for.
    """

    sha256: str
    labels: Labels = field(default_factory=lambda: Labels(status=Status.NEW))
    version: int = 0
    file: str | None = None
    file_before: str | None = None
    filed: int = 0
    key: str = ""
    highest: dict[str, int] = field(default_factory=lambda: {"T": 0, "R": 0, "N": 0})
    steps: defaultdict[str, Steps] = field(default_factory=lambda: defaultdict(Steps))
    problems: tuple[Violation, ...] | None = None
    state: State | None = None

    def fold(self, line: dict[str, Any], change: Change) -> None:
        """Take in a line; ValueError if it does not fit what stands before it."""
        op = line["op"]
        if op["do"] == "export":
            self.file, self.file_before, self.filed = op["file"], op["before"], op["version"]
            return
        apply(self.labels, change)
        self._count(change.added)
        self.version = line["n"]
        self.key = op.get("key", "")
        self.state = None
        if "file" in op:
            self.file, self.file_before, self.filed = op["file"], None, self.version
        if op["do"] == "open":
            return
        steps = self.steps[line["by"]]
        if op["do"] == "undo":
            steps.undone.append(steps.done.pop())
        elif op["do"] == "redo":
            steps.done.append(steps.undone.pop())
        else:
            steps.done.append((line["n"], op["what"]))
            steps.undone.clear()

    def _count(self, added: Labels) -> None:
        for letter, part in (("T", added.mentions), ("R", added.relations), ("N", added.notes)):
            for i in part:
                if i[0] == letter and i[1:].isdecimal():
                    self.highest[letter] = max(self.highest[letter], int(i[1:]))


def change_of(line: dict[str, Any]) -> Change:
    """What a line removes and adds; ValueError, KeyError or TypeError if it is malformed."""
    return Change(from_json(line.get("removed", {})), from_json(line.get("added", {})))


def change_json(change: Change) -> dict[str, Any]:
    """The part of a line that says what it removes and adds."""
    return {"removed": to_json(change.removed), "added": to_json(change.added)}


def fold_lines(lines: Iterable[dict[str, Any]], path: Path) -> dict[str, Record]:
    """The records of all documents that a journal's lines speak of.

    Raises FormatError naming the line that does not fit what stands before it.
    """
    records: dict[str, Record] = {}
    for line in lines:
        try:
            if line["op"]["do"] == "open":
                if line["document"] in records:
                    raise ValueError("the document was opened before")
                records[line["document"]] = Record(line["op"]["sha256"])
            records[line["document"]].fold(line, change_of(line))
        except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
            raise FormatError(
                f"the journal is damaged here: {error}; restore the file from a copy, or move it "
                "away: the .ann files beside it hold what was exported",
                path=path,
                line=line["n"],
            ) from None
    return records
