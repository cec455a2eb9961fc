"""A real browser on the labelling page."""

import pytest
from page_cases import HARBOUR, Served, all_saved, served

# A busy machine may be slow for a long moment; that is no failure of the page.
PATIENCE = 180_000


@pytest.fixture
def server(tmp_path):
    with served(tmp_path / "root") as running:
        yield running


@pytest.fixture
def visit(chromium):
    """Opens a page on a server, signed in; whatever goes wrong in it fails the test."""
    contexts, faults = [], []

    def opened(server: Served, document=HARBOUR, *, ready=".words", context=None, **options):
        if context is None:
            options.setdefault("viewport", {"width": 1280, "height": 800})
            context = chromium.new_context(**options)
            context.set_default_timeout(PATIENCE)
            context.add_cookies([{"name": "accord", "value": server.token, "url": server.home}])
            contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: "Security" in said.text and faults.append(said.text))
        page.goto(f"{server.home}#{document.id.replace('/', '%2F')}")
        page.wait_for_selector(ready)
        page.locator("#text:focus").wait_for()
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def page(visit, server):
    return visit(server)


@pytest.fixture
def press(page):
    """Types keys one after the other, by their names."""

    def pressed(*keys):
        for key in keys:
            page.keyboard.press(key)

    return pressed


@pytest.fixture
def saved(page):
    """Waits until the page says that all is saved."""

    def waited():
        all_saved(page)

    return waited
