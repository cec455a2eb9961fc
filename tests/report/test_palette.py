"""The palette's contrast, by WCAG."""

import itertools
import re

import pytest

from accord.report.palette import PALETTE, Shade, colour_numbers


def test_contrast_as_wcag_defines_it():
    assert Shade("#000000", "#ffffff").contrast == pytest.approx(21)
    assert Shade("#777777", "#ffffff").contrast == pytest.approx(4.478, abs=0.001)
    assert Shade("#ffffff", "#777777").contrast == Shade("#777777", "#ffffff").contrast


def page_colours() -> list[dict[str, str]]:
    """The custom properties of the light and the dark page, as the style sheet has them."""
    from importlib.resources import files

    css = files("accord.report").joinpath("templates", "report.css").read_text("utf-8")
    blocks = re.findall(r":root \{([^}]*--page[^}]*)\}", css)
    return [dict(re.findall(r"--(\w+): (#\w{6});", block)) for block in blocks]


def test_every_type_is_readable_on_its_ground_and_so_is_the_text_within():
    light, dark = page_colours()
    for colour in PALETTE:
        for shade, page in ((colour.light, light), (colour.dark, dark)):
            assert shade.contrast >= 4.5, shade
            assert Shade(shade.ground, page["text"]).contrast >= 7, shade
            # The frame of a mark is told from the page: 3:1 for what is not text.
            assert Shade(page["page"], shade.ink).contrast >= 3, shade


def test_the_pages_own_colours_are_readable():
    for page in page_colours():
        for name in ("text", "soft", "link", "warn", "good", "note"):
            for ground in ("page", "raised"):
                assert Shade(page[ground], page[name]).contrast >= 4.5, (name, ground)
        assert Shade(page["page"], page["focus"]).contrast >= 3


def test_colours_are_told_apart_until_they_begin_again():
    grounds = [colour.light.ground for colour in PALETTE]
    assert all(a != b for a, b in itertools.combinations(grounds, 2))
    numbers = colour_numbers(f"TYPE{i}" for i in range(len(PALETTE) + 1))
    assert list(numbers.values()) == [*range(len(PALETTE)), 0]
