"""What a check found: a verdict for each rule, what became of each document, and what got worse."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

_TOLERANCE = 1e-12  # sums are exact, quotients are not


def beyond(loss: float, delta: float) -> bool:
    """Whether a loss is larger than delta, by more than arithmetic brings."""
    return loss > delta + _TOLERANCE


class Verdict(StrEnum):
    """`SKIP`: the rule does not apply here, and its message says why."""

    PASS = "pass"  # noqa: S105 - no password
    WARN = "warn"
    FAIL = "fail"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule judged.

    `before` and `now` are the figure in the baseline and of the estimate, over the documents that
    the rule compares. `p` is that of a loss beyond `delta`, `adjusted` the same corrected for all
    tests of the check; `detectable` the smallest loss that would likely have been found. `loss` is
    what was lost since the baseline, negative where something was gained, and `chance` the p,
    corrected alike, that chance alone brings as much; 1 within delta. What does not apply is None.
    """

    rule: str
    verdict: Verdict
    message: str
    before: float | None = None
    now: float | None = None
    delta: float | None = None
    error: float | None = None
    p: float | None = None
    adjusted: float | None = None
    detectable: float | None = None
    loss: float | None = None
    chance: float | None = None

    def to_json(self) -> dict[str, Any]:
        """A dict for JSON."""
        return {name: getattr(self, name) for name in self.__slots__} | {
            "verdict": str(self.verdict)
        }


@dataclass(frozen=True, slots=True)
class Change:
    """An error that the baseline does not have: what kind, in words, and the text around it.

    `excerpt` alternates plain and marked text, beginning with plain text.
    """

    kind: str
    words: str
    paragraph: int
    excerpt: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """A dict for JSON; the excerpt is its text, its marked parts apart."""
        return {
            "kind": self.kind,
            "words": self.words,
            "paragraph": self.paragraph,
            "excerpt": "".join(self.excerpt),
            "marked": list(self.excerpt[1::2]),
        }


@dataclass(frozen=True, slots=True)
class Worse:
    """A document with errors that it did not have: those, and how many old ones are gone."""

    document: str
    changes: tuple[Change, ...]
    mended: int

    def to_json(self) -> dict[str, Any]:
        """A dict for JSON."""
        return {
            "document": self.document,
            "mended": self.mended,
            "changes": [change.to_json() for change in self.changes],
        }


@dataclass(frozen=True, slots=True)
class Documents:
    """What became of the baseline's documents; ids, sorted.

    Only `compared` take part in tests against the baseline. Limits look at all documents of now.
    """

    compared: tuple[str, ...]
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    text_changed: tuple[str, ...] = ()
    labels_changed: tuple[str, ...] = ()

    @property
    def left_out(self) -> Mapping[str, tuple[str, ...]]:
        """Those that are not compared, by reason."""
        reasons = {
            "added": self.added,
            "removed": self.removed,
            "text changed": self.text_changed,
            "labels changed": self.labels_changed,
        }
        return {reason: ids for reason, ids in reasons.items() if ids}


@dataclass(frozen=True)
class Report:
    """A whole check. `documents` is None without a baseline."""

    estimate: str
    reference: str
    split: str
    findings: tuple[Finding, ...]
    documents: Documents | None
    worse: tuple[Worse, ...]
    notes: tuple[str, ...]

    @property
    def failed(self) -> tuple[Finding, ...]:
        """The findings that fail the check."""
        return tuple(f for f in self.findings if f.verdict is Verdict.FAIL)

    @property
    def warned(self) -> tuple[Finding, ...]:
        """The findings that warn."""
        return tuple(f for f in self.findings if f.verdict is Verdict.WARN)

    @property
    def by_chance(self) -> tuple[Finding, ...]:
        """The findings that pass although more than delta is lost, as chance may bring that."""
        return tuple(
            f
            for f in self.findings
            if f.verdict is Verdict.PASS
            and f.loss is not None
            and f.delta is not None
            and beyond(f.loss, f.delta)
        )

    @property
    def headline(self) -> str:
        """The verdict in one line."""
        tally = [
            f"{number} {verdict}"
            for verdict in Verdict
            if (number := sum(f.verdict is verdict for f in self.findings))
        ]
        verdict = "FAILED" if self.failed else "passed"
        return f"{verdict}: {self.estimate} against {self.reference} on {self.split!r}; " + (
            ", ".join(tally) or "no rules"
        )

    def to_json(self) -> dict[str, Any]:
        """A dict for JSON."""
        compared = self.documents
        return {
            "passed": not self.failed,
            "estimate": self.estimate,
            "reference": self.reference,
            "split": self.split,
            "findings": [finding.to_json() for finding in self.findings],
            "documents": None
            if compared is None
            else {"compared": list(compared.compared)}
            | {reason.replace(" ", "_"): list(ids) for reason, ids in compared.left_out.items()},
            "worse": [document.to_json() for document in self.worse],
            "notes": list(self.notes),
        }
