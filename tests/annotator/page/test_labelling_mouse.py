"""Labelling by mouse alone."""

import pytest


@pytest.fixture
def drag(page):
    """Drags from the middle of one word or mark to another's."""

    def box(words, nth=0):
        # The place of words in the text, marked or not.
        return page.evaluate(
            """async ([words, nth]) => {
              const { rangeOf } = await import("/text.js");
              for (const p of document.querySelectorAll(".words")) {
                const at = p.textContent.indexOf(words);
                if (at < 0 || nth-- > 0) continue;
                let before = 0;
                for (const q of document.querySelectorAll(".words")) {
                  if (q === p) break;
                  before += q.textContent.length + 2;
                }
                const start = before + at;
                const b = rangeOf(p, { start, end: start + words.length }).getBoundingClientRect();
                return [b.left, b.top, b.width, b.height];
              }
            }""",
            [words, nth],
        )

    def dragged(start, end, offsets=(0.5, 0.5)):
        (x, y, w, h), (u, v, a, b) = box(start), box(end)
        page.mouse.move(x + w * offsets[0], y + h / 2)
        page.mouse.down()
        page.mouse.move(u + a * offsets[1], v + b / 2, steps=6)
        page.mouse.up()

    return dragged


def choose(page, label):
    page.locator("#menu .entry", has_text=label).first.click()


def test_dragging_over_parts_of_words_marks_whole_ones(page, drag, saved, server):
    drag("Brill", "Bank", (0.4, 0.6))
    choose(page, "ORG")
    saved()
    assert server.labels()[0] == [("Brill Bank", "ORG")]


def test_dragging_from_mark_to_mark_relates_them(page, drag, saved, server):
    drag("Avon", "Steel", (0.2, 0.8))
    page.locator("#types [data-type=ORG]").click()
    drag("Coast", "Pact", (0.2, 0.8))
    choose(page, "ALLIANCE")
    drag("Brill", "Bank", (0.2, 0.8))
    choose(page, "ORG")
    saved()
    drag("Avon Steel", "Coast Pact")
    choose(page, "leads")
    # Two names of one type can be joined in one way only: nothing is asked.
    drag("Avon Steel", "Brill Bank")
    saved()
    assert sorted(server.labels()[1]) == [
        ("Avon Steel", "leads", "Coast Pact"),
        ("Avon Steel", "same_as", "Brill Bank"),
    ]
    page.locator(".arc text", has_text="leads").click()
    choose(page, "Delete")
    saved()
    assert server.labels()[1] == [("Avon Steel", "same_as", "Brill Bank")]


def test_a_mark_is_changed_and_deleted_from_its_menu(page, drag, saved, server):
    drag("Avon", "Avon", (0.2, 0.8))
    choose(page, "ORG")
    page.locator("mark").click()
    choose(page, "End: a word further")
    saved()
    assert server.labels()[0] == [("Avon Steel", "ORG")]
    page.locator("mark").click()
    choose(page, "GPE")
    saved()
    assert server.labels()[0] == [("Avon Steel", "GPE")]
    page.locator("mark").click()
    choose(page, "Delete")
    page.locator("#undo").click()
    saved()
    assert server.labels()[0] == [("Avon Steel", "GPE")]


def test_relating_by_clicks(page, drag, saved, server):
    drag("pledged", "pledged", (0.2, 0.8))
    choose(page, "PLEDGE")
    drag("$5", "million", (0.5, 0.5))
    choose(page, "MONEY")
    page.locator("#relate").click()
    page.locator("mark", has_text="pledged").click()
    page.locator("mark", has_text="million").click()
    saved()
    assert server.labels()[1] == [("pledged", "amount", "$5 million")]
