"""Everything that is wrong with a corpus folder, each finding with its file and line."""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from accord.corpus.checksums import FILE_NAME, checksum, read_checksums, write_checksums
from accord.corpus.folder import (
    TEXTS,
    corpus_schema,
    layer_paths,
    read_splits,
    text_paths,
)
from accord.corpus.standoff import parse_standoff
from accord.document import Document
from accord.errors import InputError
from accord.files import read_text
from accord.schema import Schema


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong in a file: the line (from 1), the label's id, and the reason."""

    path: Path
    line: int | None
    item: str
    reason: str

    def __str__(self) -> str:
        place = f"{self.path}" if self.line is None else f"{self.path}:{self.line}"
        return f"{place}: {self.item + ': ' if self.item else ''}{self.reason}"


def validate(root: Path) -> tuple[Finding, ...]:
    """Check texts, checksums, splits and every layer of the corpus under a folder.

    Raises SchemaError or InputError only where nothing can be checked: no folder, no schema.
    """
    schema = corpus_schema(root)
    findings: list[Finding] = []
    documents: dict[str, Document] = {}
    for i, path in text_paths(root).items():
        try:
            documents[i] = Document(i, read_text(path))
        except InputError as error:
            findings.append(Finding(path, error.line, "", error.reason))
            continue
        if not documents[i].text.strip():
            findings.append(Finding(path, None, "", "has no text; delete it or fill it"))
    findings += _checksum_findings(root)
    findings += _split_findings(root, documents)
    for source, paths in layer_paths(root).items():
        for i, path in paths.items():
            if i in documents:
                findings += _layer_findings(path, documents[i], source, schema)
            elif not (root / TEXTS / f"{i}.txt").exists():
                findings.append(
                    Finding(path, None, "", f"labels a text that does not exist: {TEXTS}/{i}.txt")
                )
    return tuple(findings)


def record_checksums(root: Path) -> tuple[str, ...]:
    """Add checksums of texts that have none, and return their names; existing ones stay.

    A text that cannot be read or is empty gets none: it is not yet fit to be labelled.
    """
    folder = root / TEXTS
    sums = read_checksums(folder)
    names = {path.relative_to(folder).as_posix(): path for path in text_paths(root).values()}
    new = {n: checksum(p) for n, p in names.items() if n not in sums and _has_text(p)}
    if new:
        write_checksums(folder, {**sums, **new})
    return tuple(new)


def _has_text(path: Path) -> bool:
    try:
        return bool(read_text(path).strip())
    except InputError:
        return False


def _checksum_findings(root: Path) -> Iterator[Finding]:
    folder = root / TEXTS
    try:
        sums = read_checksums(folder)
    except InputError as error:
        yield Finding(folder / FILE_NAME, error.line, "", error.reason)
        return
    for path in text_paths(root).values():
        name = path.relative_to(folder).as_posix()
        if name not in sums:
            yield Finding(
                path,
                None,
                "",
                f"has no checksum in {TEXTS}/{FILE_NAME}; `accord validate --record` adds it",
            )
        elif path.is_file() and checksum(path) != sums[name]:
            yield Finding(
                path,
                None,
                "",
                "changed since its checksum was recorded, so labels may point to the wrong words; "
                f"restore the text, or check its labels and delete its line in {TEXTS}/{FILE_NAME}",
            )
    for name in sums:
        if not (folder / name).is_file():
            yield Finding(folder / FILE_NAME, None, "", f"lists {name}, which does not exist")


def _split_findings(root: Path, documents: dict[str, Document]) -> Iterator[Finding]:
    try:
        splits = read_splits(root)
    except InputError as error:
        yield Finding(error.path or root, error.line, "", error.reason)
        return
    for name, patterns in splits.items():
        for pattern in patterns:
            if not any(fnmatchcase(i, pattern) for i in documents):
                yield Finding(
                    root / TEXTS / "splits.toml",
                    None,
                    name,
                    f"the pattern {pattern!r} matches no document",
                )


def _layer_findings(
    path: Path, document: Document, source: str, schema: Schema
) -> Iterator[Finding]:
    try:
        text = read_text(path)
    except InputError as error:
        yield Finding(path, error.line, "", error.reason)
        return
    parsed = parse_standoff(text, document, source)
    found = [(problem.line, problem.item, problem.reason) for problem in parsed.problems]
    found += [
        (parsed.lines[violation.item], violation.item, violation.reason)
        for violation in schema.violations(document, parsed.layer)
    ]
    for line, item, reason in sorted(found):
        yield Finding(path, line, item, reason)
