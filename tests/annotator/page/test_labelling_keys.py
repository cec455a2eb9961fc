"""Labelling by keyboard alone, in a real browser against the real server."""

import pytest
from page_cases import HARBOUR, Told, all_saved, served

from accord.document import Layer, Mention, Relation, Span


def mark_all(press):
    """Avon Steel, Brill Bank: ORG; Coast Pact: ALLIANCE; the cursor stands on Avon at first."""
    press("Shift+ArrowRight", "1")
    press("ArrowRight", "ArrowRight", "Shift+ArrowRight", "1")
    press("ArrowRight", "ArrowRight", "ArrowRight", "Shift+ArrowRight", "3")


def test_mark_extend_shrink_and_change_a_type(page, press, saved, server):
    press("Shift+ArrowRight", "1")
    saved()
    assert server.labels()[0] == [("Avon Steel", "ORG")]
    press("2")
    saved()
    assert server.labels()[0] == [("Avon Steel", "GPE")]
    press("e")
    saved()
    assert server.labels()[0] == [("Avon Steel and", "GPE")]
    press("E", "E")
    saved()
    assert server.labels()[0] == [("Avon", "GPE")]
    press("e", "B")
    saved()
    assert server.labels()[0] == [("Steel", "GPE")]
    press("b", "x")
    saved()
    assert server.labels()[0] == []


def test_a_mark_may_nest_but_not_cross(page, press, saved, server):
    press("}", "s")
    press("Shift+ArrowRight", "Shift+ArrowRight", "6")
    press("ArrowLeft", "ArrowRight", "ArrowRight", "ArrowRight")
    press("p", "Escape", "ArrowRight", "2")
    saved()
    assert server.labels()[0] == [("Six Kenyan firms", "GROUP"), ("Kenyan", "GPE")]
    inner = page.locator("mark mark")
    assert inner.get_attribute("data-type") == "GPE"
    press("ArrowRight", "Shift+ArrowRight", "1")
    assert "never cross" in page.locator("#line").inner_text()
    assert len(server.labels()[0]) == 2


def test_a_relation_takes_three_keys_and_two_where_one_type_fits(page, press, saved, server):
    mark_all(press)
    saved()
    press("r")
    assert sorted(page.locator(".hint").all_text_contents()) == ["a", "d", "s"]
    press("a", "d", "1")
    saved()
    assert server.labels()[1] == [("Avon Steel", "member_of", "Coast Pact")]
    # The mode goes on; ORG and ORG leave only same_as, which is not asked for.
    press("a", "s")
    saved()
    assert ("Avon Steel", "same_as", "Brill Bank") in server.labels()[1]
    press("s", "d", "2", "Escape")
    saved()
    assert ("Brill Bank", "leads", "Coast Pact") in server.labels()[1]
    assert page.locator(".hint").count() == 0


def test_only_ends_that_the_schema_allows_get_a_letter(page, press, saved, server):
    mark_all(press)
    press("}", "ArrowRight", "ArrowRight", "4")
    saved()
    press("r", "a")
    # From PLEDGE, first in its own paragraph, nothing leads to marks of another paragraph.
    assert page.locator(".hint.chosen").text_content() == "a"
    assert page.locator(".hint:not(.chosen)").count() == 0


def test_a_pair_typed_the_wrong_way_round_is_drawn_the_right_way(page, press, saved, server):
    press("}", "ArrowRight", "ArrowRight", "4", "ArrowRight", "Shift+ArrowRight", "5")
    saved()
    press("r", "s", "a", "Escape")
    saved()
    assert server.labels()[1] == [("pledged", "amount", "$5 million")]


def test_a_relation_is_reversed_retyped_and_deleted(page, press, saved, server):
    mark_all(press)
    press("r", "a", "d", "1", "Escape", "Control+Home", "]")
    saved()
    press("v")
    assert "cannot point the other way" in page.locator("#line").inner_text()
    press("Enter", "2")
    saved()
    assert server.labels()[1] == [("Avon Steel", "leads", "Coast Pact")]
    press("o")
    assert page.locator("#mode").inner_text() == "Relation"
    press("x")
    saved()
    assert server.labels()[1] == []


def test_another_type_that_breaks_relations_is_asked_about(page, press, saved, server):
    mark_all(press)
    press("r", "a", "d", "1", "Escape", "Control+Home", "n")
    press("5")
    assert "forbids a relation" in page.locator("#menu").inner_text()
    press("n")
    saved()
    assert server.labels()[0][0] == ("Avon Steel", "ORG")
    press("5", "y")
    saved()
    assert server.labels()[0][0] == ("Avon Steel", "MONEY")
    assert server.labels()[1] == []


def test_undo_and_redo_also_after_a_restart(page, press, saved, server):
    mark_all(press)
    saved()
    server.stop()
    server.start()
    page.reload()
    page.wait_for_selector("mark")
    page.locator("#text:focus").wait_for()
    press("u", "u")
    saved()
    assert server.labels()[0] == [("Avon Steel", "ORG")]
    press("U")
    saved()
    assert len(server.labels()[0]) == 2


def test_moving_by_line_sentence_paragraph_and_jump(page, press):
    line = page.locator("#line")
    press("}")
    assert line.inner_text() == "“Avon”"
    press("s")
    assert line.inner_text() == "“Six”"
    press("{")
    assert line.inner_text() == "“Avon”"
    press("Control+Home", "ArrowDown")
    assert line.inner_text() == "“Avon”"
    press("Control+End")
    assert line.inner_text() == "“more”"
    # Two words begin with b; each gets a letter.
    press("f", "b")
    assert page.locator(".hint").count() == 2
    press("s")
    assert line.inner_text() == "“Bank”"
    # One word begins with k on the screen's first paragraph: no letter is needed to extend to it.
    press("F", "k")
    assert line.inner_text() == "“Bank join the Coast Pact with Kenya”"


def test_status_and_notes(page, press, saved, server):
    press("c")
    saved()
    assert server.state().status == "complete"
    assert page.locator("#complete").get_attribute("aria-pressed") == "true"
    press("i")
    page.keyboard.type("Is the bank a member?")
    press("Enter")
    saved()
    (note,) = server.state().notes
    assert server.state().status == "discuss"
    assert (note.text, HARBOUR[note.span]) == ("Is the bank a member?", "Avon")
    press("u")
    saved()
    assert server.state().status == "complete"
    assert server.state().notes == ()


def test_what_is_typed_into_a_note_outlives_closing_it(page, press):
    press("t")
    page.keyboard.type("half a thought")
    press("Escape", "t")
    assert page.locator("#dialog textarea").input_value() == "half a thought"


@pytest.fixture
def told():
    """Suggests both parties, one badly cut, and their membership."""
    text = HARBOUR.text

    def at(words, kind, score, i):
        start = text.index(words)
        return Mention(i, Span(start, start + len(words)), kind, score)

    mentions = (
        at("Avon Steel", "ORG", 0.9, "T1"),
        at("Brill Bank join", "ORG", 0.6, "T2"),
        at("Coast Pact", "ALLIANCE", 0.8, "T3"),
        at("Kenya", "ORG", 0.4, "T4"),
    )
    relations = (Relation("member_of", "T1", "T3", "R1", 0.7),)
    return Told({HARBOUR.id: Layer(HARBOUR.id, "told", mentions, relations)})


@pytest.fixture
def suggesting(tmp_path, told):
    with served(tmp_path / "root", told) as running:
        yield running


def test_suggestions_are_accepted_corrected_and_rejected(visit, suggesting):
    page = visit(suggesting)
    keys = page.keyboard

    def wait():
        all_saved(page)

    assert page.locator("mark.ghost").count() == 4
    assert page.locator("mark.ghost").first.get_attribute("data-tag") == "ORG 90%"
    keys.press("g")
    keys.press("a")
    wait()
    assert suggesting.labels()[0] == [("Avon Steel", "ORG")]
    # Accepting goes on to the next: one word less is the right extent.
    keys.press("E")
    wait()
    assert suggesting.labels()[0][1] == ("Brill Bank", "ORG")
    assert page.locator("mark.ghost").count() == 2
    # A relation brings its suggested end along.
    keys.press("Control+Home")
    keys.press("]")
    keys.press("a")
    wait()
    assert suggesting.labels()[1] == [("Avon Steel", "member_of", "Coast Pact")]
    keys.press("Control+Home")
    keys.press("g")
    keys.press("x")
    wait()
    assert page.locator("mark.ghost").count() == 0
    fates = sorted(str(v.fate) for v in suggesting.state().verdicts.values())
    assert fates == ["accepted", "accepted", "accepted", "corrected", "rejected"]


def test_all_suggestions_above_a_threshold_are_accepted(visit, suggesting):
    page = visit(suggesting)
    page.keyboard.press("A")
    page.locator("#dialog input").fill("70")
    assert "2 of 4 marks and 1 of 1 relations" in page.locator("#dialog").inner_text()
    page.keyboard.press("Enter")
    all_saved(page)
    marks, relations = suggesting.labels()
    assert marks == [("Avon Steel", "ORG"), ("Coast Pact", "ALLIANCE")]
    assert relations == [("Avon Steel", "member_of", "Coast Pact")]


def test_a_suggested_mark_can_be_the_end_of_a_relation(visit, suggesting):
    page = visit(suggesting)
    for key in ("r", "a", "d", "2", "Escape"):
        page.keyboard.press(key)
    all_saved(page)
    marks, relations = suggesting.labels()
    assert relations == [("Avon Steel", "leads", "Coast Pact")]
    assert len(marks) == 2


def test_the_help_lists_every_key_that_is_bound(page, press):
    press("?")
    shown = page.locator("#dialog").inner_text()
    for text in ("next word", "letters over the marks", "accept all from a score on", "undo"):
        assert text in shown
    press("Escape")
    # A key of the help does what the help says: the table is one.
    press("z")
    assert page.locator("#tab-guide").get_attribute("aria-selected") == "true"
    assert page.locator("#panel strong").inner_text() == "names"
    assert "<b>not bold</b>" in page.locator("#panel").inner_text()


def test_the_palette_filters_searches_and_goes_there(page, press):
    press("/")
    page.wait_for_selector("#found .hit")
    assert page.locator("#found .hit").count() == 4
    page.keyboard.type("kenyan")
    page.wait_for_selector("#found .snippet")
    press("Enter")
    page.locator("#line", has_text="Kenyan").wait_for()
    press("/")
    page.wait_for_selector("#found .hit")
    page.keyboard.type("markup")
    page.locator("#found:not(:has(.hit + .hit)) .hit").wait_for()
    press("Enter")
    page.wait_for_url("**/#*markup*")
