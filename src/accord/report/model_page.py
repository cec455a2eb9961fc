"""`model_report`: what estimates got right and wrong, as one self-contained page of HTML.

Scores with intervals, confusion of types, every mistake in its sentence, calibration, learning
curve, and what changed from the first estimate to each other. Like `accord.report.html_report` it
loads nothing, runs no script, and gives equal bytes for equal values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accord.compare import Target
from accord.document import Document, Layer
from accord.errors import InputError
from accord.report.changes import changed_sentences
from accord.report.excerpts import ChangeView, MistakeView, change_view, mistake_view
from accord.report.labels import ParagraphView, labels_view
from accord.report.mistakes import Kind, Mistake, by_kind, confusion, mistakes
from accord.report.page import environment
from accord.report.palette import PALETTE, colour_numbers
from accord.report.plots import RULES
from accord.report.score_tables import fact_table
from accord.report.subjects import (
    ROUNDS,
    Subject,
    confusion_view,
    contests,
    learning_figure,
    reliabilities,
    reliability_figures,
    score_figure,
    score_lines,
)
from accord.schema import Schema

#: Mistakes of one kind, and changed sentences, that a page lists at most, unless told otherwise.
MOST = 200


@dataclass(frozen=True, slots=True)
class MistakeGroup:
    """The mistakes of one kind in mentions or relations; `total` counts those not listed too."""

    anchor: str
    target: Target
    kind: Kind
    total: int
    views: tuple[MistakeView, ...]


def model_report(
    title: str,
    documents: Mapping[str, Document],
    reference: Mapping[str, Layer],
    subjects: Sequence[Subject],
    schema: Schema,
    *,
    most: int = MOST,
    note: str = "",
) -> str:
    """The page as text, to be written as UTF-8.

    `reference` has the layers that are taken as right, by document id; every subject has the same
    documents. `note` is a sentence below the title.

    Raises InputError if there is no subject, documents differ, or labels cannot be drawn.
    """
    if not subjects:
        raise InputError("a report needs at least one model or layer")
    for subject in subjects:
        if subject.layers.keys() != reference.keys():
            raise InputError(f"{subject.name} labels other documents than the reference")
    colours = colour_numbers(schema.mentions)
    # What a side has not finished counts neither as right nor as wrong.
    scored = [s.scores.documents.keys() for s in subjects]
    ids = [i for i in reference if all(i in each for each in scored)]
    if not ids:
        raise InputError("no document that every model and layer has finished")
    gold = {i: reference[i] for i in ids}
    views = [
        _subject(subject, documents, gold, schema, f"m{number}", most)
        for number, subject in enumerate(subjects, start=1)
    ]
    page = environment().get_template("model_report.html.j2")
    return page.render(
        title=title,
        note=note,
        reference=gold[ids[0]].source,
        documents=ids,
        subjects=views,
        plots=[score_figure(target, subjects) for target in Target],
        comparisons=[
            _comparison(subjects[0], other, documents, gold, schema, f"c{number}", most)
            for number, other in enumerate(subjects[1:], start=1)
        ],
        schema=schema,
        colours=colours,
        palette=PALETTE,
        numbers=max((doc["numbers"] for view in views for doc in view["documents"]), default=0),
        kinds=list(Kind),
        rounds=ROUNDS,
        plot_rules=RULES,
    )


def _subject(
    subject: Subject,
    documents: Mapping[str, Document],
    reference: Mapping[str, Layer],
    schema: Schema,
    anchor: str,
    most: int,
) -> dict[str, Any]:
    estimate = {i: subject.layers[i] for i in reference}
    found = [m for i in reference for m in mistakes(reference[i], estimate[i], schema)]
    groups = _groups(found, documents, reference, estimate, schema, anchor, most)
    trust = reliabilities(reference, estimate, schema)
    curve = subject.learning_curve
    return {
        "subject": subject,
        "anchor": anchor,
        "scores": score_lines(subject.scores),
        "facts": fact_table(subject.facts),
        "confusions": [confusion_view(c) for c in confusion(reference, estimate, schema)],
        "mistakes": len(found),
        "groups": groups,
        "reliability": reliability_figures(trust, f"{anchor}-trust"),
        "learning": learning_figure(curve, anchor) if curve else None,
        "documents": _paragraphs(groups, documents, reference, estimate, schema, anchor),
    }


def _groups(
    found: Sequence[Mistake],
    documents: Mapping[str, Document],
    reference: Mapping[str, Layer],
    estimate: Mapping[str, Layer],
    schema: Schema,
    anchor: str,
    most: int,
) -> tuple[MistakeGroup, ...]:
    colours = colour_numbers(schema.mentions)
    groups = []
    for target in Target:
        for kind, listed in by_kind([m for m in found if m.target is target]).items():
            views = tuple(
                mistake_view(
                    documents[m.document],
                    m,
                    (reference[m.document].source, estimate[m.document].source),
                    colours,
                )
                for m in listed[:most]
            )
            name = f"{anchor}-{target}-{kind.name.lower().replace('_', '-')}"
            groups.append(MistakeGroup(name, target, kind, len(listed), views))
    return tuple(groups)


def _paragraphs(
    groups: Sequence[MistakeGroup],
    documents: Mapping[str, Document],
    reference: Mapping[str, Layer],
    estimate: Mapping[str, Layer],
    schema: Schema,
    anchor: str,
) -> list[dict[str, Any]]:
    """The paragraphs that listed mistakes lie in, side by side, with those they link to."""
    wanted: dict[str, set[int]] = {}
    for group in groups:
        for view in group.views:
            wanted.setdefault(view.document, set()).add(view.paragraph)
    shown = []
    for number, i in enumerate(reference, start=1):
        if i not in wanted:
            continue
        prefix = f"{anchor}d{number}"
        labels = labels_view(documents[i], (reference[i], estimate[i]), schema, prefix)
        chosen = _linked(labels.paragraphs, wanted[i])
        shown.append(
            {
                "anchor": prefix,
                "id": i,
                "title": i,
                "lang": "en",
                "numbers": labels.numbers,
                "paragraphs": [p for p in labels.paragraphs if p.number in chosen],
                "left_out": len(labels.paragraphs) - len(chosen),
            }
        )
    return shown


def _linked(paragraphs: Sequence[ParagraphView], wanted: set[int]) -> set[int]:
    """The paragraphs wanted, and those that arrows lead to from them, so that no link is dead."""
    leads = {
        p.number: {
            end.paragraph
            for side in p.sides
            for group in side.groups
            for arrow in group.arrows
            for end in (arrow.head, arrow.tail)
        }
        for p in paragraphs
    }
    found, fresh = set(wanted), set(wanted)
    while fresh:
        fresh = {number for p in fresh for number in leads[p]} - found
        found |= fresh
    return found


def _comparison(
    first: Subject,
    second: Subject,
    documents: Mapping[str, Document],
    reference: Mapping[str, Layer],
    schema: Schema,
    anchor: str,
    most: int,
) -> dict[str, Any]:
    sentences = changed_sentences(documents, reference, first.layers, second.layers, schema)
    colours = colour_numbers(schema.mentions)
    views: tuple[ChangeView, ...] = tuple(
        change_view(
            documents[s.document],
            s,
            (reference[s.document], first.layers[s.document], second.layers[s.document]),
            colours,
        )
        for s in sentences[:most]
    )
    return {
        "anchor": anchor,
        "first": first.name,
        "second": second.name,
        "contests": contests(first.scores, second.scores),
        "fixed": sum(s.fixed for s in sentences),
        "broken": sum(s.broken for s in sentences),
        "total": len(sentences),
        "sentences": views,
    }
