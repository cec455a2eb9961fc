"""The colours of mention types: a pale ground and a strong ink of one hue, for light and dark.

The hues follow Okabe and Ito ("Color Universal Design", 2008), which the common forms of colour
blindness keep apart. Every ink on its own ground, and the page's text on every ground, has a
contrast of at least 4.5 (WCAG 2.2, AA). A colour is never the only carrier: each mark also shows
its type as text.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shade:
    """Two colours that are read on each other, as "#rrggbb"."""

    ground: str
    ink: str

    @property
    def contrast(self) -> float:
        """The contrast ratio of WCAG, from 1 to 21."""
        low, high = sorted((_luminance(self.ground), _luminance(self.ink)))
        return (high + 0.05) / (low + 0.05)


@dataclass(frozen=True, slots=True)
class Colour:
    """One hue, on a light and on a dark page."""

    light: Shade
    dark: Shade


PALETTE = (
    Colour(Shade("#d3e6fa", "#0b467a"), Shade("#12395a", "#acd4f8")),  # blue
    Colour(Shade("#cdefdf", "#004f39"), Shade("#0c4433", "#92e1c2")),  # bluish green
    Colour(Shade("#ebe2d4", "#54401f"), Shade("#453a2a", "#e6d6bb")),  # brown
    Colour(Shade("#cdf0f6", "#004e5e"), Shade("#09434f", "#9ae3ef")),  # cyan
    Colour(Shade("#ebd9f8", "#5b2084"), Shade("#442161", "#e0c0f8")),  # purple
    Colour(Shade("#fddccb", "#832c00"), Shade("#5c2508", "#ffc6a8")),  # vermilion
    Colour(Shade("#fbeea6", "#574600"), Shade("#4b3f00", "#f3df7f")),  # yellow
    Colour(Shade("#fbd8e8", "#83184d"), Shade("#5a193b", "#fbbedb")),  # pink
    Colour(Shade("#e3e6eb", "#38404c"), Shade("#39404b", "#d5dbe4")),  # grey
    Colour(Shade("#e3f0bd", "#3b4d00"), Shade("#364608", "#d5ea90")),  # lime
    Colour(Shade("#dcddfb", "#303292"), Shade("#2b2d6e", "#c9cbfc")),  # indigo
    Colour(Shade("#f5d9d4", "#74271f"), Shade("#52211b", "#f8c4bb")),  # brick
)
"""In the order in which types take them; a schema with more types begins again."""


def colour_numbers(types: Iterable[str]) -> dict[str, int]:
    """Which colour of the palette each type takes, in the order of the schema."""
    return {name: number % len(PALETTE) for number, name in enumerate(types)}


def _luminance(colour: str) -> float:
    """Relative luminance of WCAG."""
    red, green, blue = (_linear(int(colour[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
