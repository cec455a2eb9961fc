"""A check as Markdown for the page of a run, as JUnit XML for a CI's test view.

Text of documents is untrusted here: in Markdown every character with a meaning is written as a
character reference, which can open neither markup nor a mention of somebody.
"""

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from enum import StrEnum

from accord.counted import counted
from accord.gate.verdicts import Finding, Report, Verdict, Worse

_SHOWN = 20  # documents that got worse; GitHub cuts a summary off at 1 MiB
_CHANGES = 20
_LONG = 700  # characters of an excerpt
_SPECIAL = re.compile(r"[!-+\-/:-@\[-`{-~]")
_BREAKS = re.compile(r"[\s\x00-\x1f]+")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SIGN = {Verdict.PASS: "✅", Verdict.WARN: "⚠️", Verdict.FAIL: "❌", Verdict.SKIP: "➖"}


class Host(StrEnum):
    """Whose Markdown is written; GitLab's marks words as deleted or added."""

    GITHUB = "github"
    GITLAB = "gitlab"


def markdown(report: Report, host: Host) -> str:
    """The report as Markdown: what failed, all rules, and the documents that got worse."""
    return "\n".join(_markdown(report, host)) + "\n"


def junit_xml(report: Report) -> bytes:
    """The report as JUnit XML: a test case a rule, failures with the documents that got worse."""
    counts = {
        "tests": len(report.findings),
        "failures": len(report.failed),
        "errors": 0,
        "skipped": sum(f.verdict is Verdict.SKIP for f in report.findings),
    }
    attributes = {"name": "accord check", **{name: str(n) for name, n in counts.items()}}
    root = ElementTree.Element("testsuites", attributes)
    suite = ElementTree.SubElement(root, "testsuite", attributes)
    for finding in report.findings:
        name = _xml(finding.rule)
        case = ElementTree.SubElement(suite, "testcase", classname="accord.check", name=name)
        message = _xml(finding.message)
        if finding.verdict is Verdict.FAIL:
            failure = ElementTree.SubElement(case, "failure", type="regression", message=message)
            failure.text = _xml("\n".join([finding.message, *plain_lines(report)]))
        elif finding.verdict is Verdict.SKIP:
            ElementTree.SubElement(case, "skipped", message=message)
        else:
            out = ElementTree.SubElement(case, "system-out")
            out.text = f"warning: {message}" if finding.verdict is Verdict.WARN else message
    ElementTree.indent(root)
    data: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return data + b"\n"


def plain_lines(report: Report) -> Iterator[str]:
    """The documents that got worse as lines of plain text."""
    for worse in report.worse[:_SHOWN]:
        lost = counted(len(worse.changes), "new error")
        yield f"{worse.document}: {lost}, {worse.mended} mended"
        for change in worse.changes[:_CHANGES]:
            yield f"  {change.kind}, paragraph {change.paragraph}: {change.words}"
            yield f"    {_BREAKS.sub(' ', ''.join(change.excerpt))}"


def percent(value: float | None) -> str:
    """A share in percent with one decimal, a dash for None."""
    return "–" if value is None else f"{100 * value:.1f}"


def chance(value: float | None) -> str:
    """A p for people, a dash for None or where nothing was tested."""
    return "–" if value is None or value == 1 else f"{value:.2g}"


def _markdown(report: Report, host: Host) -> Iterator[str]:
    yield f"## {_SIGN[Verdict.FAIL if report.failed else Verdict.PASS]} accord check"
    yield ""
    yield _escaped(report.headline)
    yield ""
    for note in report.notes:
        yield f"- {_escaped(note)}"
    yield ""
    yield "| | rule | before | now | p | detectable loss | |"
    yield "| --- | --- | --: | --: | --: | --: | --- |"
    # What failed comes first; a reader of a passed check needs the rest only on demand.
    for finding in sorted(report.findings, key=lambda f: list(_ORDER).index(f.verdict)):
        yield _row(finding)
    yield ""
    if report.worse:
        lost = counted(sum(len(w.changes) for w in report.worse), "new error")
        yield f"### {lost} in {counted(len(report.worse), 'document')}"
        yield ""
        for worse in report.worse[:_SHOWN]:
            yield from _document(worse, host)
        if report.worse[_SHOWN:]:
            more = counted(len(report.worse) - _SHOWN, "more document")
            yield f"and {more}; `accord check --json` has all"


_ORDER = (Verdict.FAIL, Verdict.WARN, Verdict.SKIP, Verdict.PASS)


def _row(finding: Finding) -> str:
    cells = [
        _SIGN[finding.verdict],
        _escaped(finding.rule),
        percent(finding.before),
        percent(finding.now),
        chance(finding.adjusted),
        percent(finding.detectable),
        _escaped(finding.message),
    ]
    return f"| {' | '.join(cells)} |"


def _document(worse: Worse, host: Host) -> Iterator[str]:
    yield "<details>"
    yield (
        f"<summary>{_escaped(worse.document)}: {counted(len(worse.changes), 'new error')}, "
        f"{worse.mended} mended</summary>"
    )
    yield ""
    for change in worse.changes[:_CHANGES]:
        yield f"- {_escaped(change.kind)}, paragraph {change.paragraph}: {_escaped(change.words)}"
        yield f"  <br>{_excerpt(change.excerpt, host)}"
    if worse.changes[_CHANGES:]:
        yield f"- and {len(worse.changes) - _CHANGES} more"
    yield ""
    yield "</details>"
    yield ""


def _excerpt(pieces: tuple[str, ...], host: Host) -> str:
    found = []
    for index, piece in enumerate(pieces):
        text = _escaped(piece[:_LONG])
        if index % 2 == 0:
            found.append(text)
        else:
            found.append(f"{{-{text}-}}" if host is Host.GITLAB else f"<b>{text}</b>")
    return "".join(found)


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda m: f"&#{ord(m[0])};", _BREAKS.sub(" ", text))


def _xml(text: str) -> str:
    return _NOT_XML.sub("�", text)
