"""The page as a whole: its text is the documents', it is well formed, and it loads nothing."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from page_reader import Page
from report_cases import GOLD, MODEL, NEWS, SCHEMA, layer

from accord.compare import Measure, Signature, evaluate, parse_measure
from accord.document import Document, Layer, Mention, Relation, Span
from accord.errors import InputError
from accord.facts import fact_counts, facts
from accord.report import DocumentView, ScoreSection, html_report


def news_page() -> str:
    scores = evaluate({NEWS.id: GOLD}, {NEWS.id: MODEL}, SCHEMA)
    measure: Measure = parse_measure("mention.strict.micro.f1")
    signature = Signature(measure, 1, "abc", "gold", "model", {"accord": "0"})
    right = fact_counts(facts(NEWS, GOLD), facts(NEWS, MODEL))
    section = ScoreSection("Scores", scores, right, (signature,), "Never seen.")
    return html_report("The <title>", [DocumentView(NEWS, (GOLD, MODEL))], SCHEMA, [section])


def paragraphs(document: Document) -> list[str]:
    return [document[span] for span in document.paragraphs]


def test_text_on_the_page_is_the_documents_text():
    page = Page(news_page())
    assert page.errors == []
    assert page.texts == [text for text in paragraphs(NEWS) for _ in range(2)]


def test_everything_is_on_the_page():
    page = Page(news_page())
    words = page.words_text
    for expected in (
        "The <title>", "Overview and legend", "Never seen.", "model against gold, 1 document.",
        "mention.strict.f1|average:micro|documents:1|corpus:abc|reference:gold|estimate:model",
        "more than 8,000,000,000 USD", "deadline ../2027", "Cloud Pact", "6 labels differ.",
    ):  # fmt: skip
        assert expected in words, expected
    tags = [mark.get("data-tag") for mark in page.all("mark")]
    assert "10 ORG · missed" in tags or "10 ORG · extra" in tags
    assert "3 MONEY · other extent" in tags and "7 GROUP · model: ALLIANCE" in tags
    assert any("model does not have it" in mark.get("title", "") for mark in page.all("mark"))


def test_it_loads_nothing_and_runs_nothing():
    html = news_page()
    page = Page(html)
    (policy,) = [m for m in page.all("meta") if m.get("http-equiv") == "Content-Security-Policy"]
    assert policy["content"].startswith(
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    )
    assert not page.all("script") and not page.all("img") and not page.all("iframe")
    links = [a.get(name) for _, a in page.tags for name in ("href", "src", "action") if name in a]
    assert all(link.startswith("#") or link == "data:," for link in links if link)
    assert not re.search(r"https?://|@import|url\(", html)
    assert not [name for _, a in page.tags for name in a if name.startswith("on")]


def test_every_link_leads_somewhere():
    page = Page(news_page())
    ids = {a["id"] for _, a in page.tags if "id" in a}
    assert {a["href"][1:] for a in page.all("a")} <= ids


def test_for_readers_who_listen():
    page = Page(news_page())
    (html,) = page.all("html")
    assert html["lang"] == "en"
    assert len(page.all("main")) == len(page.all("nav")) == len(page.all("h1")) == 1
    assert all(th.get("scope") for th in page.all("th"))
    assert len(page.all("caption")) == len(page.all("table"))
    referred = [a["aria-labelledby"] for _, a in page.tags if "aria-labelledby" in a]
    assert set(referred) <= {a["id"] for _, a in page.tags if "id" in a}


def test_equal_values_give_equal_bytes():
    assert news_page() == news_page()


HOSTILE = "<script>alert('1')</script> & \"quoted\" </p></mark>{{ 7*7 }}{% raw %} --> ]]>"


def test_html_in_texts_ids_sources_and_titles_is_text():
    document = Document(f"x/{HOSTILE}", HOSTILE)
    mentions = (Mention(HOSTILE, Span(0, 8), "ORG"), Mention("T2", Span(31, 39), "ALLIANCE"))
    hostile = Layer(
        document.id, HOSTILE, mentions, (Relation("member_of", HOSTILE, "T2", HOSTILE),)
    )
    other = Layer(document.id, "b", (Mention("T1", Span(0, 8), "GPE"),))
    view = DocumentView(document, (hostile, other), lang='"><script>')
    page = Page(html_report(HOSTILE, [view], SCHEMA))
    assert page.errors == [] and not page.all("script")
    assert page.texts == [HOSTILE, HOSTILE]
    assert HOSTILE in page.words_text and "49" not in page.words_text
    assert any(HOSTILE in mark.get("data-tag", "") for mark in page.all("mark"))


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("تعهدت شركة مايكروسوفت باستثمار كبير في اليابان.", "مايكروسوفت"),
        ("The 👩‍👩‍👧‍👦 fund of 🇯🇵 grew.", "👩‍👩‍👧‍👦"),
        ("The cafe\u0301 owners gave.", "cafe\u0301"),
        ("A line\nbroken,  two spaces,\ttab.", "line\nbroken"),
        ("The \u202eturned\u202c word.", "\u202eturned"),
    ],
)
def test_any_script_stays_as_it_is(text: str, marked: str):
    document = Document("d", text)
    view = DocumentView(document, (layer(document, {"T1": ("ORG", marked)}),), lang="")
    page = Page(html_report("t", [view], SCHEMA))
    assert page.errors == [] and page.texts == [text]
    (paragraph,) = [p for p in page.all("p") if p.get("class") == "text"]
    assert paragraph["dir"] == "auto" and paragraph["lang"] == ""


def test_what_html_cannot_hold_is_shown_as_a_picture():
    document = Document("d", "a\x00b\x1bc\x7fd\x85e\ud800f")
    page = Page(html_report("t", [DocumentView(document, (Layer("d", "gold"),))], SCHEMA))
    assert page.texts == ["a␀b␛c␡d\ufffde\ufffdf"]
    assert len(page.texts[0]) == len(document.text)


def test_empty_layer_empty_text_and_no_documents():
    empty = Document("empty", "")
    views = [
        DocumentView(NEWS, (Layer(NEWS.id, "gold"),)),
        DocumentView(empty, (Layer("empty", "g"),)),
    ]
    page = Page(html_report("t", views, SCHEMA))
    assert page.errors == [] and page.texts == paragraphs(NEWS)
    assert "The text is empty." in page.words_text
    assert page.cells.count("None.") == 4
    nothing = Page(html_report("t", [], SCHEMA))
    assert nothing.errors == [] and "No documents." in nothing.words_text


def test_an_unfinished_side_is_named():
    second = Layer(NEWS.id, "second", complete=False)
    page = Page(html_report("t", [DocumentView(NEWS, (GOLD, second))], SCHEMA))
    assert "Not compared: second not finished." in page.words_text
    assert not any("missed" in mark.get("class", "") for mark in page.all("mark"))


def test_one_or_two_layers():
    for layers in ((), (GOLD, GOLD, GOLD)):
        with pytest.raises(InputError, match="one or two layers"):
            DocumentView(NEWS, layers)
    with pytest.raises(InputError, match="facts of 1"):
        DocumentView(NEWS, (GOLD, MODEL), (facts(NEWS, GOLD),))


SPANS = st.tuples(st.integers(0, 18), st.integers(1, 8), st.sampled_from(list(SCHEMA.mentions)))
TEXT = "ab <c> d&e\n\nf \u05d0\u05d1 \U0001f600 gh ij"


@settings(max_examples=25, deadline=None)
@given(st.lists(SPANS, max_size=6), st.lists(SPANS, max_size=6))
def test_any_two_layers_make_a_sound_page(
    one: list[tuple[int, int, str]], two: list[tuple[int, int, str]]
):
    document = Document("d", TEXT)
    layers = tuple(
        Layer("d", source, tuple(
            Mention(f"T{i}", Span(start, min(start + length, len(TEXT))), kind)
            for i, (start, length, kind) in enumerate(spans)
            if TEXT[start : start + length].strip()
        ))
        for source, spans in (("a", one), ("b", two))
    )  # fmt: skip
    page = Page(html_report("t", [DocumentView(document, layers)], SCHEMA))
    assert page.errors == []
    assert page.texts == [text for text in paragraphs(document) for _ in range(2)]
