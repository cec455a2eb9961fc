"""`html_report`: labelled texts, facts and scores as one self-contained page of HTML.

The page loads nothing, runs no script and says so in its content security policy. Equal values
give equal bytes: there is no date in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from accord.compare import Scores, Signature
from accord.counted import counted
from accord.document import Document, Layer
from accord.errors import InputError
from accord.facts import FactCounts, Facts, facts
from accord.report.fact_tables import alliance_table, pledge_table
from accord.report.labels import labels_view
from accord.report.palette import PALETTE, colour_numbers
from accord.report.score_tables import fact_table, score_tables
from accord.schema import Schema

# What HTML forbids or drops is shown by its control picture, one character for one.
_VISIBLE = {
    **{code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n\r"},
    0x7F: 0x2421,
    **dict.fromkeys([*range(128, 160), *range(55296, 57344)], 65533),
}


@dataclass(frozen=True)
class DocumentView:
    """What to show of one document: one layer, or a reference and an estimate, in this order.

    `facts` are those of each layer; None builds them. `lang` is the text's language (BCP 47).
    `title` is the document's id if empty.

    Raises InputError unless there are one or two layers and as many facts.
    """

    document: Document
    layers: tuple[Layer, ...]
    facts: tuple[Facts, ...] | None = None
    title: str = ""
    lang: str = "en"

    def __post_init__(self) -> None:
        if len(self.layers) not in (1, 2):
            raise InputError(
                f"{self.document.id}: a report shows one or two layers, not {len(self.layers)}"
            )
        if self.facts is not None and len(self.facts) != len(self.layers):
            layers = counted(len(self.layers), "layer")
            raise InputError(f"{self.document.id}: {layers}, but facts of {len(self.facts)}")


@dataclass(frozen=True)
class ScoreSection:
    """Scores of an evaluation or an agreement (`Agreement.scores`) under a title.

    `note` is a sentence below the title, such as which documents a model was trained without.
    """

    title: str
    scores: Scores
    facts: FactCounts | None = None
    signatures: tuple[Signature, ...] = ()
    note: str = ""


def html_report(
    title: str,
    documents: Sequence[DocumentView],
    schema: Schema,
    scores: Sequence[ScoreSection] = (),
) -> str:
    """The page as text, to be written as UTF-8.

    Raises InputError for labels that cannot be drawn: of another document, outside the text, of a
    type that the schema does not have, or a relation to a missing mention.
    """
    colours = colour_numbers(schema.mentions)
    views = [_document(view, schema, number) for number, view in enumerate(documents, start=1)]
    page = environment().get_template("report.html.j2")
    return page.render(
        title=title,
        documents=views,
        scores=[_scores(section) for section in scores],
        schema=schema,
        colours=colours,
        palette=PALETTE,
        numbers=max((view["labels"].numbers for view in views), default=0),
        compared=any(len(view.layers) == 2 for view in documents),
    )


@cache
def environment() -> Environment:
    """The templates of the report's pages; every value that is no markup is escaped."""
    return Environment(
        loader=PackageLoader("accord.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_visible,
    )


def _visible(value: Any) -> Any:
    # What is markup already has been through here, and must stay markup.
    return value.translate(_VISIBLE) if type(value) is str else value


def _document(view: DocumentView, schema: Schema, number: int) -> dict[str, Any]:
    document, layers = view.document, view.layers
    prefix = f"d{number}"
    labels = labels_view(document, layers, schema, prefix)
    records = view.facts or tuple(facts(document, layer) for layer in layers)
    return {
        "anchor": prefix,
        "title": view.title or document.id,
        "id": document.id,
        "lang": view.lang,
        "layers": layers,
        "labels": labels,
        "facts": records,
        "tables": [
            pledge_table(document, layers, records),
            alliance_table(document, layers, records),
        ],
    }


def _scores(section: ScoreSection) -> dict[str, Any]:
    tables = list(score_tables(section.scores))
    if section.facts is not None:
        tables.append(fact_table(section.facts))
    return {"section": section, "scores": section.scores, "tables": tables}
