"""Plots as SVG: drawn by hand, readable in print, in the dark and by screen readers.

A plot is as wide as a phone and is scaled up on wider screens. Its colours are those of the page's
style sheet (``.plot`` in report.css); a file of its own carries them itself. A series is told by
the shape of its points and the dash of its line before its colour.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH = 360

_STYLE = """\
svg { --page: #fdfdfb; --text: #1b1c1e; --soft: #55585e; --line: #d9dade;
  --series0: #0b4f9e; --series1: #a83200; --series2: #1d5c3a; background: var(--page); }
@media (prefers-color-scheme: dark) { svg { --page: #16181b; --text: #eceded; --soft: #a9adb5;
  --line: #3a3e45; --series0: #8ec5ff; --series1: #ffa05c; --series2: #93d9b0; } }
"""

#: Rules of the plots, shared by the page and by files of their own.
RULES = """\
.plot text { font: 11px system-ui, sans-serif; fill: var(--text); }
.plot .soft { fill: var(--soft); font-size: 10px; }
.plot .strong { font-weight: 700; }
.plot .middle { text-anchor: middle; }
.plot .end { text-anchor: end; }
.plot .grid { stroke: var(--line); fill: none; }
.plot .ideal { stroke: var(--soft); stroke-dasharray: 4 3; fill: none; }
.plot .line { fill: none; stroke-width: 1.8; }
.plot .s0 { stroke: var(--series0); } .plot .s1 { stroke: var(--series1); }
.plot .s2 { stroke: var(--series2); }
.plot .p0 { fill: var(--series0); } .plot .p1 { fill: var(--page); stroke: var(--series1);
  stroke-width: 2; } .plot .p2 { fill: var(--series2); }
"""

_DASHES = ("", "6 3", "2 2")


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing; `title` and `description` are what a screen reader says of it.

    `body` is SVG markup whose texts are escaped already; `name` makes its ids unique on a page.
    """

    name: str
    title: str
    description: str
    width: float
    height: float
    body: str

    def svg(self, attributes: str = "", style: str = "") -> str:
        """The ``<svg>`` element."""
        name = escape(self.name)
        return (
            f'<svg{attributes} class="plot" viewBox="0 0 {_n(self.width)} {_n(self.height)}" '
            f'role="img" aria-labelledby="{name}-title {name}-desc">'
            f'<title id="{name}-title">{escape(self.title)}</title>'
            f'<desc id="{name}-desc">{escape(self.description)}</desc>{style}{self.body}</svg>'
        )


def standalone(plot: Plot) -> str:
    """The plot as a file of its own, with its colours and a ground to be read on."""
    size = (
        f' xmlns="http://www.w3.org/2000/svg" width="{_n(plot.width)}" height="{_n(plot.height)}"'
    )
    ground = '<rect width="100%" height="100%" style="fill: var(--page)"/>'
    style = f"<style>\n{_STYLE}{RULES}</style>{ground}"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{plot.svg(size, style)}\n'


def text(x: float, y: float, words: str, *classes: str) -> str:
    """A line of text, its base line at y."""
    kind = f' class="{" ".join(classes)}"' if classes else ""
    return f'<text x="{_n(x)}" y="{_n(y)}"{kind}>{escape(words)}</text>'


def line(x1: float, y1: float, x2: float, y2: float, *classes: str) -> str:
    """A straight line."""
    ends = f'x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}"'
    return f'<line class="{" ".join(classes)}" {ends}/>'


def path(points: Sequence[tuple[float, float]], series: int) -> str:
    """A line through points, in a series' colour and dash."""
    places = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
    dash = _DASHES[series % len(_DASHES)]
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<polyline class="line s{series % 3}"{dashed} points="{places}"/>'


def point(x: float, y: float, series: int, size: float = 4) -> str:
    """A series' point: a disc, an empty diamond or a square."""
    kind = f'class="p{series % 3}"'
    match series % 3:
        case 0:
            return f'<circle {kind} cx="{_n(x)}" cy="{_n(y)}" r="{_n(size)}"/>'
        case 1:
            r = size + 0.5
            corners = [(x, y - r), (x + r, y), (x, y + r), (x - r, y)]
            places = " ".join(f"{_n(a)},{_n(b)}" for a, b in corners)
            return f'<polygon {kind} points="{places}"/>'
        case _:
            side = _n(2 * size - 1)
            corner = f'x="{_n(x - size + 0.5)}" y="{_n(y - size + 0.5)}"'
            return f'<rect {kind} {corner} width="{side}" height="{side}"/>'


def _n(value: float) -> str:
    """A number with at most one decimal: enough for a screen, and the same on every machine."""
    return f"{value:.1f}".removesuffix(".0")
