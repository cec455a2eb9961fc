"""The report: labelled texts in colour, facts and scores, as one page of HTML.

Takes values and returns text: it never reads the corpus, writes a file or prints.
"""

from accord.report.page import DocumentView, ScoreSection, html_report

__all__ = ["DocumentView", "ScoreSection", "html_report"]
