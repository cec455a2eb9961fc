"""What the page draws: scripts, arrows, colours, sizes; and that it draws no more than it must."""

import re
import shutil
from importlib.resources import files
from pathlib import Path

from page_cases import HARBOUR, SCRIPTS, Served, all_saved

from accord.report.palette import PALETTE

ROOT = Path(__file__).parents[3]
PAGE = files("accord.annotator") / "page"


def test_the_style_sheet_has_the_palette_of_the_reports():
    css = (PAGE / "style.css").read_text(encoding="utf-8")
    rule = r"\.c(\d+) \{ --ground: (#\w+); --ink: (#\w+); \}"
    found = [(int(n), ground, ink) for n, ground, ink in re.findall(rule, css)]
    light = [(n, c.light.ground, c.light.ink) for n, c in enumerate(PALETTE)]
    dark = [(n, c.dark.ground, c.dark.ink) for n, c in enumerate(PALETTE)]
    assert found == light + dark


def test_the_page_brings_all_it_needs_along():
    for name in ("index.html", *(p.name for p in PAGE.iterdir() if p.name.endswith(".js"))):
        text = (PAGE / name).read_text(encoding="utf-8")
        assert "innerHTML" not in text, name
        assert not re.search(r"(src|href)=\"https?:|from \"(?!\./)", text), name
        assert not re.search(r"<script(?! type=\"module\" src)|\son\w+=\"|style=\"", text), name


def test_offsets_of_every_script_reach_the_server_as_code_points(visit, server):
    page = visit(server, SCRIPTS)
    for key in ("ArrowRight", "1", "ArrowRight", "2", "}", "ArrowLeft", "3", "}", "4"):
        page.keyboard.press(key)
    all_saved(page)
    assert server.labels(SCRIPTS)[0] == [
        ("Corvo", "ORG"),
        ("👩‍👩‍👧", "GPE"),
        # In a text from right to left the left arrow goes on.
        ("شركة", "ALLIANCE"),
        ("東京", "PLEDGE"),
    ]
    directions = page.locator(".words").evaluate_all(
        "all => all.map(p => getComputedStyle(p).direction)"
    )
    assert directions == ["ltr", "rtl", "ltr"]


def test_only_the_paragraph_that_changed_is_drawn_again(page, server):
    page.evaluate("for (const p of document.querySelectorAll('.words')) p.firstChild.mine = true")
    page.keyboard.press("1")
    all_saved(page)
    kept = page.locator(".words").evaluate_all("all => all.map(p => p.firstChild.mine === true)")
    assert kept == [False, True]


def test_all_relations_of_a_real_article_are_drawn_apart(visit, tmp_path):
    root = tmp_path / "root"
    article = "articles/us-joint-consortium"
    for path in (
        f"corpus/{article}.txt",
        f"annotations/gold/{article}.ann",
        "annotations/schema.toml",
    ):
        target = root / path.replace("gold", "anna")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, target)
    running = Served(root)
    try:
        page = visit(running, HARBOUR, ready="mark", viewport={"width": 1280, "height": 4000})
        assert page.locator("#panel .row").count() > 50
        faults = page.evaluate(
            """() => {
              const faults = [];
              const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1
                && a.top < b.bottom - 2 && b.top < a.bottom - 2;
              const boxes = [...document.querySelectorAll(".arc .ground")].map((g) =>
                [g.getBoundingClientRect(), g.parentElement.textContent]);
              boxes.forEach(([a, s], i) => boxes.slice(i + 1).forEach(([b, t]) => {
                if (meet(a, b)) faults.push(`${s} on ${t}`);
              }));
              for (const mark of document.querySelectorAll("mark")) {
                for (const m of mark.getClientRects()) for (const [a, s] of boxes)
                  if (meet(a, m)) faults.push(`${s} on the mark ${mark.textContent}`);
              }
              return faults;
            }"""
        )
        assert faults == []
        ids = page.evaluate(
            "new Set([...document.querySelectorAll('.arc')].map(a => a.dataset.relation)).size"
        )
        assert ids == page.locator("#panel .row").count()
    finally:
        running.stop()


def test_a_narrow_window_has_all_of_it(visit, server):
    page = visit(server, viewport={"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.locator("#types [data-type=ORG]").click()
    all_saved(page)
    assert server.labels()[0] == [("Avon", "ORG")]
    page.locator("#side-toggle").click()
    assert page.locator("#side").is_visible()
    page.locator("#tab-guide").click()
    assert "named organisation" in page.locator("#panel").inner_text()
