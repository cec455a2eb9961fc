"""What the annotator's tests share: an app on a corpus, two layers to compare, and a browser."""

import os
import shutil

import pytest
from app_cases import Window, an_app
from learn_cases import write_two_layers

# Chromium slows down what is behind another window or does not get the processor for a while: on a
# busy machine a page would then take many times as long as it does.
FLAGS = [
    "--no-sandbox",
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
    "--disable-background-timer-throttling",
]


@pytest.fixture
def place(root):
    """A workplace on the sample corpus, and its app."""
    workplace, app = an_app(root)
    yield workplace, app
    workplace.close()


@pytest.fixture
def window(place):
    """A window of the first person, with a document open in it."""
    window = Window(place[1], place[0].people[0])
    window.open()
    return window


@pytest.fixture
def two_layers(tmp_path):
    """A corpus folder with the layers `first` and `second`, which differ."""
    write_two_layers(tmp_path / "root", 3)
    return tmp_path / "root"


@pytest.fixture(scope="session")
def chromium():
    """One browser for all; without Chromium such tests are left out here, but never in CI."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("CI needs Chromium for the tests of the page: apt-get install chromium")
        pytest.skip("no Chromium here")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()
