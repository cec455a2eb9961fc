"""The reports: labelled texts, facts, scores and mistakes in colour, each one page of HTML.

Takes values and returns text: it never reads the corpus, writes a file or prints.
"""

from accord.report.model_page import model_report
from accord.report.page import DocumentView, ScoreSection, html_report
from accord.report.subjects import Subject

__all__ = ["DocumentView", "ScoreSection", "Subject", "html_report", "model_report"]
