"""What the members of a project have done, from doccano's own export.

Its archive holds a file for each member, `NAME.jsonl`, with every example and that member's labels
of it. An export of finished examples alone tells who has finished what. Both are read a line at a
time. Every export leaves its archive in the server's media folder.
"""

import json
import zipfile
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from accord.bridges.doccano.errors import ServerError
from accord.bridges.doccano.examples import Example
from accord.bridges.doccano.labels import Labels, of_record
from accord.bridges.doccano.put import came
from accord.bridges.doccano.remote import Account

_SUFFIX = ".jsonl"
_LARGEST = 2_000_000_000  # bytes of one member's file, unpacked


@dataclass(frozen=True)
class Record:
    """One example as one member left it."""

    number: int
    text: str
    meta: Mapping[str, Any]
    labels: Labels

    @property
    def ours(self) -> bool:
        """Whether a push brought it; if not, doccano may have put its metadata over its number."""
        return self.example.external is not None

    @cached_property
    def example(self) -> Example:
        """The example behind it; the hash of the text is taken anew."""
        digest = sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()
        return Example(self.number, digest, self.meta)


@dataclass(frozen=True)
class Export:
    """Two archives of one project; `archives` are their names in the server's media folder."""

    all: Path
    finished: Path

    @property
    def members(self) -> tuple[str, ...]:
        """The members that have a file, by name."""
        with zipfile.ZipFile(self.all) as archive:
            return tuple(sorted(_members(archive)))

    @property
    def archives(self) -> tuple[str, ...]:
        """The archives' names in the server's media folder."""
        return self.finished.name, self.all.name

    def of(self, member: str) -> Iterator[tuple[Record, bool]]:
        """All examples with the member's labels, and whether the member has finished each.

        One that was finished, and changed between the two exports, counts as unfinished.
        """
        finished = {
            record.number: record.labels.digest
            for record in _records(self.finished, member)
            if record.ours
        }
        for record in _records(self.all, member):
            same = finished.get(record.number) == record.labels.digest
            yield record, same and record.ours


def fetch(account: Account, project: int, folder: Path) -> Export:
    """Let the server export a project twice, and bring the archives into a folder."""
    paths = []
    for finished in (True, False):
        what = "an export of finished examples" if finished else "an export"
        task = account.call("start_export", project=project, finished=finished)
        account.wait(task, what)
        path = account.call("fetch_export", project=project, task=task, folder=str(folder))
        if not zipfile.is_zipfile(path):
            raise ServerError(f"what the server sent as {what} is no zip archive")
        paths.append(Path(path))
    return Export(finished=paths[0], all=paths[1])


def worked_on(
    account: Account, project: int, examples: Iterable[Example], confirmed: Container[str]
) -> set[int]:
    """Which of these examples somebody finished, or gave labels that no push put there.

    `confirmed` are the batches of which all labels arrived.
    """
    candidates = {example.number: example for example in examples}
    touched: set[int] = set()
    with TemporaryDirectory() as folder:
        export = fetch(account, project, Path(folder))
        for member in export.members:
            for record, finished in export.of(member):
                if not record.ours or record.number not in candidates:
                    continue
                pushed = record.example.pushed(member)
                if finished or not _as_pushed(record.labels, pushed, confirmed):
                    touched.add(record.number)
    return touched


def _as_pushed(labels: Labels, pushed: Mapping[str, Any], confirmed: Container[str]) -> bool:
    if not labels:
        return True
    if "batch" in pushed and pushed["batch"] not in confirmed:
        return came(labels, pushed)
    if "is" in pushed:
        return bool(labels.digest == pushed["is"])
    return "will" in pushed and labels.marks <= Labels.from_json(pushed["will"]).marks


def _members(archive: zipfile.ZipFile) -> Iterator[str]:
    # A name may hold dots but no slash: it is a user's name, never a way out of a folder.
    for name in archive.namelist():
        if name.endswith(_SUFFIX) and "/" not in name and "\\" not in name:
            yield name.removesuffix(_SUFFIX)


def _records(path: Path, member: str) -> Iterator[Record]:
    with zipfile.ZipFile(path) as archive:
        try:
            info = archive.getinfo(member + _SUFFIX)
        except KeyError:
            return
        if info.file_size > _LARGEST:
            raise ServerError(
                f"the export of {member} has {info.file_size} bytes, more than "
                f"{_LARGEST}; split the project"
            )
        with archive.open(info) as lines:
            for line in lines:
                if line.strip():
                    yield _record(line, member)


def _record(line: bytes, member: str) -> Record:
    try:
        values = json.loads(line)
        meta = values.get("meta")
        return Record(
            values["id"],
            text if isinstance(text := values["text"], str) else "",
            {"meta": meta} if isinstance(meta, dict) else {},
            of_record(values),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ServerError(
            f"the export of {member} holds a line that is not as doccano 1.8 writes it: {error!r}"
        ) from None
