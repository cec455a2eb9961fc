"""Large documents: only what changed travels and is drawn, and nothing gets lost by that."""

import pytest
from page_cases import HARBOUR, all_saved, served, write_corpus
from playwright.sync_api import expect

from accord.document import Document, Layer, Mention, Relation, Span

# One paragraph of 600 words, in sentences of 12; every eighth word is a name.
WORDS = [f"Firm{n}" if n % 8 == 0 else f"word{n}" for n in range(600)]
LONG = Document(
    "news/long",
    "".join(w + (". " if n % 12 == 11 else " ") for n, w in enumerate(WORDS)).strip() + "\n",
)


@pytest.fixture
def long_page(visit, tmp_path):
    with served(tmp_path / "root", documents=(LONG, HARBOUR)) as running:
        yield visit(running, LONG), running


def place_of(word):
    start = LONG.text.index(f"{word} ")
    return Span(start, start + len(word))


def go(page, start, end):
    page.evaluate(f"location.hash = 'news%2Flong@{start}-{end}'")
    page.locator("#line", has_text=LONG.text[start:end][:20]).wait_for()
    page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")


def hold(page):
    """Keeps what the page sends from arriving, until what this gives is called."""
    held, free = [], []

    def arrived(route):
        if free:
            route.continue_()
        else:
            held.append(route)

    def let_go():
        free.append(True)
        for route in held:
            route.continue_()

    page.route("**/api/actions/**", arrived)
    return let_go


def test_an_act_is_answered_with_what_it_changed(page, press, saved):
    answers = []
    page.on(
        "response",
        lambda answer: "/api/actions/" in answer.url and answers.append(answer.json()),
    )
    press("Shift+ArrowRight", "1", "ArrowRight", "ArrowRight", "1", "u")
    saved()
    assert [set(answer) & {"text", "since"} for answer in answers] == [{"since"}] * 3
    assert [answer["since"] for answer in answers[1:]] == [a["version"] for a in answers[:2]]


@pytest.mark.parametrize("wrong", ["since", "basis"])
def test_changes_that_do_not_fit_are_asked_for_whole(page, press, saved, server, wrong):
    """Another state than the one that is shown: the page fetches the document instead."""

    def other(route):
        answer = route.fetch()
        body = answer.json()
        body[wrong] = body["since"] + 1 if wrong == "since" else "another run"
        body["mentions"] = {"gone": [], "put": []}
        route.fulfill(response=answer, json=body)

    page.route("**/api/actions/**", other)
    press("Shift+ArrowRight", "1")
    saved()
    expect(page.locator("mark:not(.pending)")).to_have_count(1)
    page.unroute("**/api/actions/**")
    press("2", "ArrowRight", "ArrowRight", "1")
    saved()
    assert server.labels()[0] == [("Avon Steel", "GPE"), ("Brill", "ORG")]
    expect(page.locator("mark")).to_have_count(2)


def test_a_window_that_missed_a_version_gets_the_document(visit, server):
    first = visit(server)
    second = visit(server, context=first.context)
    # The first window hears of nothing.
    first.route("**/api/document/**", lambda route: route.abort())
    for key in ("Shift+ArrowRight", "1", "}", "Shift+ArrowRight", "1"):
        second.keyboard.press(key)
    all_saved(second)
    for key in ("Control+End", "4"):
        first.keyboard.press(key)
    first.locator("#banner .main").click()
    all_saved(first)
    expect(first.locator("mark")).to_have_count(3)
    first.unroute("**/api/document/**")
    first.keyboard.press("u")
    all_saved(first)
    second.locator("#text:not(:has(mark[data-type=PLEDGE]))").wait_for()
    assert [kind for _, kind in server.labels()[0]] == ["ORG", "ORG"]
    expect(first.locator("mark")).to_have_count(2)
    expect(second.locator("mark")).to_have_count(2)


def test_after_a_restart_of_the_server_the_page_goes_on(page, press, saved, server):
    press("Shift+ArrowRight", "1")
    saved()
    server.stop()
    server.start()
    press("2", "ArrowRight", "ArrowRight", "1")
    saved()
    press("u")
    saved()
    assert server.labels()[0] == [("Avon Steel", "GPE")]
    expect(page.locator("mark")).to_have_count(1)


def test_what_is_acknowledged_is_not_drawn_again(page, press, saved):
    let_go = hold(page)
    press("Shift+ArrowRight", "1", "}", "Shift+ArrowRight", "1")
    page.locator("mark.pending").nth(1).wait_for()
    page.evaluate(
        "for (const mark of document.querySelectorAll('mark')) mark.before = mark.dataset.id[0]"
    )
    let_go()
    saved()
    marks = "[...document.querySelectorAll('mark')].map((m) => [m.before, m.dataset.id])"
    assert page.evaluate(marks) == [["$", "T1"], ["$", "T2"]]
    expect(page.locator("mark.pending")).to_have_count(0)
    # The names are the real ones for what comes next, too.
    press("x")
    saved()
    assert page.evaluate(marks) == [["$", "T1"]]


def test_a_relation_keeps_its_row_and_its_arrow_when_it_is_acknowledged(page, press, saved, server):
    for keys in (["Shift+ArrowRight", "1"], ["ArrowRight"] * 2 + ["Shift+ArrowRight", "1"]):
        press(*keys)
    press("ArrowRight", "ArrowRight", "ArrowRight", "Shift+ArrowRight", "3")
    saved()
    let_go = hold(page)
    press("r", "a", "d", "1", "Escape")
    page.locator(".row.pending").wait_for()
    page.locator(".arc.pending").first.wait_for()
    page.evaluate("for (const each of document.querySelectorAll('.row, .arc')) each.before = true")
    let_go()
    saved()
    kept = "(each) => each.map((element) => element.before)"
    assert page.locator("[data-relation=R1]").evaluate_all(kept) == [True, True]
    assert page.locator(".row.chosen[data-label=R1]").evaluate_all(kept) == [True]
    expect(page.locator(".pending")).to_have_count(0)
    page.locator(".row[data-label=R1]").click()
    press("x")
    saved()
    assert server.labels()[1] == []
    expect(page.locator(".row, .arc")).to_have_count(0)


def test_a_long_paragraph_is_drawn_in_pieces(long_page):
    page, _ = long_page
    pieces = page.locator(".paragraph")
    assert pieces.count() > 2
    texts = pieces.locator(".words").evaluate_all("(all) => all.map((each) => each.textContent)")
    assert "".join(texts) == LONG.text.strip()
    assert all(text.rstrip().endswith(".") for text in texts)
    # Down line by line, the cursor goes through all of them, and up again.
    for _ in range(40):
        page.keyboard.press("ArrowDown")
    last = page.locator(".paragraph").nth(pieces.count() - 1)
    expect(page.locator(".goes-on")).to_have_count(pieces.count() - 1)
    page.keyboard.press("Control+End")
    last.locator(".cursor").wait_for()
    for _ in range(60):
        page.keyboard.press("ArrowUp")
    page.wait_for_selector(".paragraph:first-child .cursor")


def test_a_mark_from_one_piece_into_the_next(long_page):
    page, server = long_page
    first = page.locator(".words").first.text_content()
    border = len(first)
    word = first.split()[-1].rstrip(".")
    start = first.rindex(word)
    go(page, start, start + len(word))
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("1")
    all_saved(page)
    (mark,) = server.state(LONG).mentions
    assert mark.span.start < border < mark.span.end
    drawn = page.locator(f"mark[data-id={mark.id}]")
    expect(drawn).to_have_count(2)
    expect(page.locator(f"mark.selected[data-id={mark.id}]")).to_have_count(2)
    shown = drawn.evaluate_all("(all) => all.map((each) => each.textContent).join('')")
    assert shown == LONG[mark.span]
    page.keyboard.press("2")
    all_saved(page)
    expect(page.locator("mark[data-type=GPE]")).to_have_count(2)
    page.keyboard.press("x")
    all_saved(page)
    expect(page.locator("mark")).to_have_count(0)


def layer_of_many():
    """Every name is marked, and joined to the next but one."""
    marks = tuple(
        Mention(f"T{n}", place_of(w), "ORG" if n % 16 else "ALLIANCE")
        for n, w in enumerate(WORDS)
        if n % 8 == 0
    )
    heads = [m for m in marks if m.type == "ORG"]
    tails = [m for m in marks if m.type == "ALLIANCE"]
    pairs = [(h, t) for h in heads for t in tails if abs(h.span.start - t.span.start) < 700]
    relations = tuple(
        Relation("member_of", h.id, t.id, f"R{n}") for n, (h, t) in enumerate(pairs, start=1)
    )
    return Layer(LONG.id, "anna", marks, relations)


def test_a_long_list_of_relations_stays_in_order(visit, tmp_path):
    from accord.corpus import write_layer

    root = tmp_path / "root"
    write_corpus(root, (LONG,))
    layer = layer_of_many()
    assert len(layer.relations) > 150
    write_layer(root, LONG, layer)
    with served(root, documents=(LONG,)) as running:
        page = visit(running, LONG)
        page.wait_for_selector(".row")

        def in_order():
            place = {m.id: m.span.start for m in running.state(LONG).mentions}
            said = [
                r.id
                for r in sorted(
                    running.state(LONG).relations, key=lambda r: (place[r.head], place[r.tail])
                )
            ]
            rows = page.locator(".row").evaluate_all("(all) => all.map((e) => e.dataset.label)")
            assert rows == said

        in_order()
        for word in ("Firm0", "Firm296", "Firm592", "Firm304"):
            span = place_of(word)
            go(page, span.start, span.end)
            page.keyboard.press("Enter")
            page.keyboard.press("x")
            all_saved(page)
            in_order()
        for _ in range(3):
            page.keyboard.press("u")
            all_saved(page)
            in_order()
        page.locator(".sort select").select_option("head")
        page.keyboard.press("Escape")
        page.locator(".sort select").select_option("text")
        in_order()


def test_a_new_list_of_documents_leaves_what_is_chosen(page, press, server):
    """The texts have been read meanwhile: their titles take the place of their ids."""
    press("/")
    page.wait_for_selector("#found .hit")
    page.route("**/api/documents", lambda route: route.fulfill(json=renamed(route)))

    def renamed(route):
        body = route.fetch().json()
        for row in body["documents"]:
            row["title"] = f"Now {row['id']}"
        return body

    press("ArrowDown", "ArrowDown")
    chosen = page.locator("#found .hit[aria-selected=true] small").inner_text()
    server.workplace.events.publish({"documents": True}, layer="anna")
    page.locator("#found .hit-title", has_text="Now news/harbour").wait_for()
    # The list may be drawn once more meanwhile.
    page.locator("#found .hit[aria-selected=true] small", has_text=chosen).wait_for()
    assert page.locator("#palette, dialog[open] input").first.evaluate(
        "(field) => field === document.activeElement"
    )
    press("Escape")
    expect(page.locator("#line")).to_have_count(1)
