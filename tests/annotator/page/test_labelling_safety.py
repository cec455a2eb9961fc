"""Nothing is lost, nothing is shown as saved that is not, and text is only ever text."""

from page_cases import HARBOUR, MARKUP, Told, all_saved, served

from accord.errors import InputError


def mark_first(page):
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("1")


def test_markup_in_texts_is_shown_as_text(visit, server):
    page = visit(server, MARKUP)
    assert page.locator(".words").text_content() == MARKUP.text.strip()
    assert page.evaluate("window.hacked") is None
    mark_first(page)
    page.keyboard.press("t")
    page.keyboard.type("<img src=x onerror='window.hacked=1'>")
    page.keyboard.press("Enter")
    all_saved(page)
    page.locator("#tab-notes").click()
    assert "<img" in page.locator(".note-text").text_content()
    assert page.evaluate("window.hacked") is None


def test_a_server_that_is_gone_loses_nothing(page, server):
    server.stop()
    mark_first(page)
    page.wait_for_selector("#banner:not([hidden])")
    assert "not saved" in page.locator("#banner").inner_text()
    assert page.locator("#saved").inner_text() == "1 not saved"
    assert page.locator("mark.pending").count() == 1
    # One can go on.
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("2")
    server.start()
    all_saved(page)
    assert server.labels()[0] == [("Avon Steel", "ORG"), ("Brill", "GPE")]
    page.wait_for_selector("#banner", state="hidden")
    assert page.locator("mark.pending").count() == 0


def test_an_answer_that_is_lost_is_not_done_twice(page, server):
    lost = []

    def lose(route):
        if lost:
            route.continue_()
            return
        lost.append(route.fetch().status)
        route.abort()

    page.route("**/api/actions/**", lose)
    mark_first(page)
    all_saved(page)
    assert lost == [200]
    assert server.labels()[0] == [("Avon Steel", "ORG")]
    assert page.locator("mark:not(.pending)").count() == 1
    page.keyboard.press("u")
    all_saved(page)
    assert server.labels()[0] == []


def test_what_is_unsent_outlives_a_reload(page, server):
    page.route("**/api/actions/**", lambda route: route.abort())
    mark_first(page)
    page.wait_for_selector("#banner:not([hidden])")
    page.on("dialog", lambda dialog: dialog.accept())
    page.unroute("**/api/actions/**")
    page.route("**/api/actions/**", lambda route: route.continue_())
    page.reload()
    page.wait_for_selector("mark")
    all_saved(page)
    assert server.labels()[0] == [("Avon Steel", "ORG")]


def test_two_windows_on_one_document(visit, server):
    first = visit(server)
    second = visit(server, context=first.context)
    mark_first(second)
    all_saved(second)
    # News from the server, without a reload.
    first.wait_for_selector("mark")
    # A window that has not heard yet must not write over the other.
    first.route("**/api/document/**", lambda route: route.abort())
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "2"):
        second.keyboard.press(key)
    all_saved(second)
    for key in ("Control+End", "4"):
        first.keyboard.press(key)
    first.wait_for_selector("#banner .main")
    assert "1 change" in first.locator("#banner").inner_text()
    assert len(server.labels()[0]) == 2
    first.locator("#banner .main").click()
    all_saved(first)
    assert [kind for _, kind in server.labels()[0]] == ["ORG", "GPE", "PLEDGE"]


def test_a_refusal_of_the_server_is_shown(page, server):
    answer = {"error": "forbidden by a newer schema", "hint": "reload", "rule": "pair"}
    page.route("**/api/actions/**", lambda route: route.fulfill(status=422, json=answer))
    mark_first(page)
    page.wait_for_selector("#banner:not([hidden])")
    assert "forbidden by a newer schema reload" in page.locator("#banner").inner_text()
    assert page.locator("mark").count() == 0
    page.locator("#banner button").click()
    page.wait_for_selector("#banner", state="hidden")


def test_a_page_labels_only_the_layer_that_it_was_opened_for(page, server):
    """Somebody else signs in in the same browser: the page's next requests are refused."""
    sent = []
    page.on("request", lambda request: sent.append(request))
    mark_first(page)
    all_saved(page)
    layers = [r.headers.get("x-accord-layer") for r in sent if "/api/actions/" in r.url]
    assert layers == ["anna"]


def test_the_page_says_that_the_model_could_not_read_a_document(visit, tmp_path):
    class Unable(Told):
        def of(self, document):
            raise InputError("no vocabulary")

        def known(self, document):
            return None

    with served(tmp_path / "root", Unable()) as running:
        page = visit(running)
        page.wait_for_selector("#banner:not([hidden])")
        assert "no vocabulary" in page.locator("#banner").inner_text()
        page.locator("#banner button").click()
        page.wait_for_selector("#banner", state="hidden")


def test_an_address_may_name_a_place(page, server):
    start = HARBOUR.text.index("Kenyan")
    there = f"{server.home}#news%2Fharbour@{start}-{start + 6}"
    page.goto(there)
    page.locator("#line", has_text="Kenyan").wait_for()
    page.goto("about:blank")
    page.goto(there)
    page.locator("#line", has_text="Kenyan").wait_for()
    # What names nothing is no reason not to open.
    page.goto("about:blank")
    page.goto(f"{server.home}#%E0%A4%A@9-")
    page.locator("#text:focus").wait_for()
