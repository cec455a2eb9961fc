"""The pages of agreement and adjudication in a real browser."""

import re

import pytest
from learn_cases import labels_of, second_of, text_of, working, write_two_layers
from learn_server import browsing

from accord.corpus import read_corpus, write_layer
from accord.document import Document
from accord.files import write_text


@pytest.fixture
def root(tmp_path):
    root = tmp_path / "root"
    write_two_layers(root, 2)
    # Characters of two UTF-16 units before every mark, and markup that must stay text.
    text = "🌊🌊 <script>x</script>\n\n" + text_of(0).text
    document = Document("texts/99", text)
    write_text(root / "corpus" / "texts" / "99.txt", text)
    write_layer(root, document, labels_of(document, "first"))
    write_layer(root, document, second_of(document))
    return root


def decided(page, text: str) -> None:
    """Wait until so many points are decided."""
    page.locator("#meter", has_text=re.compile(f"^{text}")).wait_for()


def test_agreement_leads_to_the_place_of_each_difference(root, chromium):
    with working(root) as workplace, browsing(workplace, chromium) as (page, address):
        page.goto(f"{address}/agreement?first=first&second=second")
        page.wait_for_selector("#place mark.selected")
        head = page.locator("table.figures tbody tr").first.inner_text()
        assert head.startswith("all mentions")
        total = page.locator("#list li").count()
        assert page.locator("h2").first.inner_text() == f"{total} differences"
        page.locator(".aspects button", has_text="span").first.click()
        shown = page.locator("#list li").count()
        assert 0 < shown < total
        page.keyboard.press("j")
        page.wait_for_selector('#list button[data-n="1"][aria-current="true"]')
        page.wait_for_selector("#place mark.selected")
        assert page.locator("#place mark.selected").count() >= 1
        page.locator("#place a", has_text="Adjudicate").click()
        page.wait_for_selector("#question button")
        assert "layers=first%2Csecond" in page.url and "document=texts" in page.url


def test_one_key_a_difference_until_gold_is_written(root, chromium):
    with working(root) as workplace, browsing(workplace, chromium) as (page, address):
        page.goto(f"{address}/adjudicate?layers=first,second")
        page.wait_for_selector("#question button")
        assert page.locator("#meter").inner_text() == "0 of 3 decided"
        # The longer mark of the alliance, as the second layer has it; the arrows follow.
        page.keyboard.press("2")
        decided(page, "1 of")
        page.keyboard.press("u")
        decided(page, "0 of")
        page.keyboard.press("Shift+U")
        decided(page, "1 of")
        page.keyboard.press("n")
        page.wait_for_selector("text=It is in gold.")
        gold = read_corpus(root).layer("gold", "texts/00")
        text = text_of(0).text
        marked = [text[m.span.start : m.span.end] for m in gold.mentions]
        assert marked == ["Avon", "Brill", "the Coast Pact", "pledged", "$2 million"]
        ends = {
            text[gold.by_id[r.tail].span.start : gold.by_id[r.tail].span.end]
            for r in gold.relations
            if r.type == "member_of"
        }
        assert ends == {"the Coast Pact"}
        # Enter leads to the next text; after a reload, decisions are where they were.
        page.keyboard.press("Enter")
        page.wait_for_url("**texts%2F01")
        page.keyboard.press("1")
        decided(page, "1 of")
        page.reload()
        page.wait_for_selector("#question button")
        assert page.locator("#meter").inner_text().startswith("1 of")


def test_something_else_is_made_by_keyboard(root, chromium):
    with working(root) as workplace, browsing(workplace, chromium) as (page, address):
        page.goto(f"{address}/adjudicate?layers=first,second&document=texts/00")
        page.wait_for_selector("#question button")
        asked = page.locator("#question .choices").inner_text()
        assert "Coast Pact" in asked
        page.keyboard.press("o")
        page.wait_for_selector(".own")
        page.keyboard.press("Shift+ArrowRight")
        assert page.locator(".own .place-text").inner_text() == "Pact"
        page.keyboard.press("Enter")
        decided(page, "1 of")
        gold = page.locator(".cell.gold mark").all_inner_texts()
        assert "Pact" in gold


def test_relations_may_come_first_and_bring_their_ends(root, chromium):
    with working(root) as workplace, browsing(workplace, chromium) as (page, address):
        page.goto(f"{address}/adjudicate?layers=first,second&document=texts/00")
        page.wait_for_selector("#question button")
        page.keyboard.press("r")
        page.wait_for_selector("h2:has-text('Relation 1 of 3')")
        # The arrow from the name that the second layer lacks: taken, the name is taken with it.
        page.keyboard.press("1")
        decided(page, "2 of")


def test_a_text_with_markup_in_it_is_shown_as_text(root, chromium):
    with working(root) as workplace, browsing(workplace, chromium) as (page, address):
        page.goto(f"{address}/adjudicate?layers=first,second&document=texts/99")
        page.wait_for_selector("#question button")
        assert "<script>x</script>" in page.locator("#sheet").inner_text()
        assert page.locator("#sheet script").count() == 0
        assert "Coast Pact" in page.locator("mark.selected").first.inner_text()
