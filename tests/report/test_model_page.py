"""The page of a model: everything on it, every link alive, and nothing loaded or left unescaped."""

import re
from dataclasses import replace

import pytest
from page_reader import Page
from report_cases import GOLD, MODEL, NEWS, SCHEMA, layer

from accord.compare import Counts, Target, evaluate
from accord.document import Document, Layer, Mention, Relation, Span
from accord.errors import InputError
from accord.facts import FactCounts
from accord.report import Subject, model_report
from accord.report.curves import LearningPoint, learning_plot, score_plot
from accord.report.plots import standalone
from accord.report.subjects import score_lines

CURVE = (LearningPoint(0.5, 10, 0.4, 0.1), LearningPoint(1.0, 20, 0.6, 0.3, 0.2))
OTHER = Document("news/two", "Dune leads the Sand Pact.\n\nFjord pledged $3.")
OTHER_GOLD = layer(
    OTHER,
    {"T1": ("ORG", "Dune"), "T2": ("ALLIANCE", "Sand Pact"), "T3": ("ORG", "Fjord")},
    (("leads", "T1", "T2"),),
)
DOCUMENTS = {NEWS.id: NEWS, OTHER.id: OTHER}
REFERENCE = {NEWS.id: GOLD, OTHER.id: OTHER_GOLD}


def scored(name, layers, reference=REFERENCE, **options):
    scores = evaluate(reference, layers, SCHEMA)
    return Subject(name, layers, scores, FactCounts(Counts(1, 1, 1), Counts()), **options)


def sure(one: Layer) -> Layer:
    """The same labels with probabilities."""
    return replace(
        one,
        mentions=tuple(replace(m, score=0.5 + 0.04 * n) for n, m in enumerate(one.mentions)),
        relations=tuple(replace(r, score=0.75) for r in one.relations),
    )


def subjects():
    model = {NEWS.id: sure(MODEL), OTHER.id: replace(OTHER_GOLD, source="model", relations=())}
    new = {NEWS.id: replace(GOLD, source="new"), OTHER.id: replace(OTHER_GOLD, source="new")}
    new[OTHER.id] = replace(new[OTHER.id], mentions=OTHER_GOLD.mentions[:2])
    return scored("model", model, learning_curve=CURVE), scored("new", new)


@pytest.fixture(scope="module")
def html():
    return model_report("A <b> & B", DOCUMENTS, REFERENCE, subjects(), SCHEMA, note="Never seen.")


@pytest.fixture(scope="module")
def page(html):
    return Page(html)


def test_it_is_well_formed_and_loads_nothing(html, page):
    assert page.errors == []
    assert not page.all("script") and not page.all("img") and not page.all("iframe")
    assert not re.search(r"https?://|@import|url\(", html)
    assert not [name for _, a in page.tags for name in a if name.startswith("on")]
    assert "default-src 'none'" in html


def test_labels_of_one_document_have_no_interval():
    """Whatever documents are drawn, their F1 stays the same: a width of 0 would look sure."""
    lines = {line.name: line for line in score_lines(subjects()[0].scores)[Target.MENTION]}
    assert " to " in lines["all mentions"].interval and " to " in lines["ORG"].interval
    assert lines["MONEY"].reference > 0 and lines["MONEY"].interval == "–"
    alone = {NEWS.id: GOLD}
    (first, *_) = score_lines(evaluate(alone, {NEWS.id: MODEL}, SCHEMA))[Target.MENTION]
    assert first.interval == "–"


def test_every_link_leads_somewhere(page):
    ids = {a["id"] for _, a in page.tags if "id" in a}
    assert {a["href"][1:] for a in page.all("a")} <= ids
    referred = [i for _, a in page.tags for i in a.get("aria-labelledby", "").split()]
    assert set(referred) <= ids


def test_everything_is_on_the_page(page):
    words = page.words_text
    for expected in (
        "A <b> & B", "model, new against gold, on 2 documents. Never seen.", "From model to new",
        "Mention types, matched by extent".lower(), "Errors", "Calibration", "Learning curve",
        "mentions, strict F1", "MONEY “over $8 billion”", "no such mark", "broken", "fixed",
        "wrong pair", "articles learned from", "stated probability", "F1 of relations by type",
    ):  # fmt: skip
        assert expected in words or expected in words.lower(), expected


def test_for_readers_who_listen_and_who_use_no_mouse(page):
    assert all(th.get("scope") for th in page.all("th"))
    assert len(page.all("caption")) == len(page.all("table"))
    plots = page.all("svg")
    assert len(plots) == 2 + 2 + 1  # scores, reliability, learning curve
    assert all(svg["role"] == "img" and svg["aria-labelledby"] for svg in plots)
    assert len(page.all("title")) == 1 + len(plots) and len(page.all("desc")) == len(plots)
    scrolled = [a for tag, a in page.tags if a.get("class") == "scroll"]
    assert scrolled and all(a["tabindex"] == "0" and a["aria-label"] for a in scrolled)
    assert len(page.all("summary")) == len(page.all("details"))


def test_every_mistake_is_listed_once_in_a_sentence(html, page):
    (model, new) = subjects()
    assert html.count('<section id="m1-mention-') >= 3
    shown = re.findall(r'<h4 id="m1-[a-z-]+-title">[^<]*<span class="count">(\d+)', html)
    rows = re.search(r'id="m1-errors-title">Errors <span class="count">(\d+)', html)
    assert rows and sum(map(int, shown)) == int(rows[1]) > 5
    assert len(re.findall(r'<details class="item">', html)) >= int(rows[1])
    assert model.scores.documents.keys() == new.scores.documents.keys()


def test_long_lists_are_cut_and_say_so():
    html = model_report("x", DOCUMENTS, REFERENCE, subjects(), SCHEMA, most=1)
    assert ", the first 1 listed" in html
    assert re.search(r"The first 1 of \d are listed, what broke most first", html)
    assert Page(html).errors == []


def test_equal_values_give_equal_bytes(html):
    again = model_report("A <b> & B", DOCUMENTS, REFERENCE, subjects(), SCHEMA, note="Never seen.")
    assert again == html


def test_one_document_has_no_intervals():
    subject = scored("model", {NEWS.id: MODEL}, {NEWS.id: GOLD})
    page = Page(model_report("x", DOCUMENTS, {NEWS.id: GOLD}, [subject], SCHEMA))
    assert "on 1 document." in page.words_text and page.errors == []
    assert not re.search(r"\d to \d", " ".join(page.cells))


def test_what_cannot_be_shown_is_refused():
    with pytest.raises(InputError, match="at least one model or layer"):
        model_report("x", DOCUMENTS, REFERENCE, [], SCHEMA)
    with pytest.raises(InputError, match="model labels other documents"):
        one = scored("model", {NEWS.id: MODEL}, {NEWS.id: GOLD})
        model_report("x", DOCUMENTS, REFERENCE, [one], SCHEMA)


HOSTILE = "<script>alert('1')</script> & \"quoted\" </title></svg>{{ 7*7 }}"


def test_html_in_texts_ids_and_names_is_text():
    document = Document(f"x/{HOSTILE}", HOSTILE)
    mentions = (Mention("T1", Span(0, 8), "ORG"), Mention("T2", Span(31, 39), "ALLIANCE"))
    gold = Layer(document.id, "gold", mentions, (Relation("member_of", "T1", "T2", HOSTILE),))
    other = Layer(document.id, HOSTILE, (Mention("T1", Span(0, 9), "GPE"),))
    subject = scored(HOSTILE, {document.id: other}, {document.id: gold})
    html = model_report(HOSTILE, {document.id: document}, {document.id: gold}, [subject], SCHEMA)
    page = Page(html)
    assert page.errors == [] and not page.all("script")
    assert HOSTILE in page.words_text and "49" not in page.words_text


def test_plots_say_in_words_what_they_draw():
    plot = score_plot("p", "F1 <of>", {"all": [None], "ORG": [None]}, ["m"])
    assert "m nothing to measure" in plot.description
    assert "F1 &lt;of&gt;" in plot.svg() and "F1 &lt;of&gt;" in standalone(plot)
    curve = learning_plot(CURVE)
    assert "mentions: 10: 40.0, 20: 60.0; relations: 10: 10.0" in curve.description
    assert learning_plot(()).svg().startswith("<svg")
