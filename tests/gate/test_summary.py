"""Markdown and JUnit XML: what a CI reads, and that no text of a document can break it."""

import xml.etree.ElementTree as ElementTree

import pytest

from accord.gate.summary import Host, junit_xml, markdown
from accord.gate.verdicts import Change, Documents, Finding, Report, Verdict, Worse

NASTY = "<script>alert(1)</script> | `x` **b** [l](u) @you #1 \x00\x1b {- -} \r\n\r\n# h 🌊"
FINDINGS = (
    Finding("a not_worse", Verdict.PASS, "unchanged", 0.5, 0.5, p=1.0, detectable=0.034),
    Finding("b not_worse", Verdict.WARN, "loses 1 point", 0.5, 0.49, p=0.04, adjusted=0.2),
    Finding("c not_worse", Verdict.FAIL, f"loses {NASTY}", 0.5, 0.3, p=1e-4, adjusted=3e-4),
    Finding("d exact", Verdict.SKIP, "another estimate"),
)
CHANGE = Change("missed", f"ORG {NASTY!r}", 2, (f"before {NASTY} ", NASTY, " after"))


@pytest.fixture
def report():
    worse = tuple(Worse(f"articles/{n:02}", (CHANGE,) * 30, 1) for n in range(25))
    return Report("model", "gold", "articles", FINDINGS, Documents(("a",), ("b",)), worse, ("n",))


@pytest.mark.parametrize("host", Host)
def test_markdown_says_what_failed_first(report, host):
    text = markdown(report, host)
    assert text.startswith("## ❌ accord check\n")
    rows = [line for line in text.splitlines() if line.startswith("| ") and "rule" not in line]
    assert [row.split(" | ")[0] for row in rows[1:]] == ["| ❌", "| ⚠️", "| ➖", "| ✅"]
    assert "| 50.0 | 30.0 | 0.0003 | – |" in text
    assert "### 750 new errors in 25 documents" in text
    assert text.count("<details>") == text.count("</details>") == 20
    assert "and 5 more documents" in text
    assert len(text.encode()) < 1 << 20


@pytest.mark.parametrize("host", Host)
def test_text_of_documents_stays_text(report, host):
    text = markdown(report, host)
    assert "alert" in text and "🌊" in text
    for dangerous in ("<script", "@you", "`x`", "**b**", "[l]", "\x00", "\x1b", "\n# h"):
        assert dangerous not in text
    marked = "{-&#60;script" if host is Host.GITLAB else "<b>&#60;script"
    assert marked in text
    # A row of the table stays one line with its eight bars.
    for line in text.splitlines():
        if line.startswith("| ") and "---" not in line:
            assert line.count("|") == 8


def test_junit_counts_and_explains(report):
    root = ElementTree.fromstring(junit_xml(report))  # noqa: S314 - our own
    (suite,) = root
    assert suite.attrib == {
        "name": "accord check",
        "tests": "4",
        "failures": "1",
        "errors": "0",
        "skipped": "1",
    }
    cases = {case.get("name"): [child.tag for child in case] for case in suite}
    assert cases == {
        "a not_worse": ["system-out"],
        "b not_worse": ["system-out"],
        "c not_worse": ["failure"],
        "d exact": ["skipped"],
    }
    failure = suite.find(".//failure")
    assert "articles/00: 30 new errors, 1 mended" in failure.text
    assert "missed, paragraph 2: ORG" in failure.text
    assert suite.find(".//*[@name='b not_worse']/system-out").text == "warning: loses 1 point"


def test_a_passed_check_is_short():
    report = Report("model", "gold", "x", FINDINGS[:1], None, (), ())
    text = markdown(report, Host.GITHUB)
    assert text.startswith("## ✅") and "details>" not in text
    assert report.headline == "passed: model against gold on 'x'; 1 pass"
    assert report.to_json()["passed"] is True and report.to_json()["documents"] is None
