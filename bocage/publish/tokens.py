"""Colours, shapes and sizes shared by screen, paper and map."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

Severity = Literal["critical", "watch", "information"]
Shape = Literal["circle", "square", "triangle", "diamond", "cross", "plus", "down"]

PAPER = "#ffffff"
TINT = "#f3f5ef"
LINE = "#cdd4cb"
INK = "#1e2a23"
GREY = "#56625a"
LAND = "#faf9f4"
STREET = "#d3d1c6"

HEDGE = "#2a6a3c"
HEDGE_SOFT = "#a9c9ad"
WATER = "#1b6a9c"
OCHRE = "#946200"
RED = "#b3261e"

CATEGORICAL = ("#2a6a3c", "#4a9bd1", "#d99a1c", "#7a4f9a", "#8b8578", "#1f3a4d")
"""At most six, apart for deuteranopia and protanopia; red is kept for `critical`."""

SEQUENTIAL = ("#e6efe3", "#b7d3b4", "#7db085", "#418a58", "#1d5a35")
DIVERGING = ("#1b6a9c", "#8fbcd8", "#f1efe7", "#dfb76a", "#946200")

SEVERITY_COLOURS: Mapping[str, str] = {"critical": RED, "watch": OCHRE, "information": WATER}
SEVERITY_SHAPES: Mapping[str, Shape] = {"critical": "triangle", "watch": "diamond", "information": "circle"}

FONTS = ("Source Sans Pro", "Libertinus Serif", "DejaVu Sans Mono")
"""The first that is present; the last two are embedded in Typst."""


@dataclass(frozen=True)
class Mark:
    """How one class of things is drawn: a colour and a shape, never the colour alone."""

    colour: str
    shape: Shape


COLOURS: Mapping[str, str] = {
    "hedge": HEDGE,
    "water": WATER,
    "ochre": OCHRE,
    "critical": RED,
    "grey": GREY,
    "ink": INK,
}
"""Colours by the names under which the `layers.yml` of a domain knows them."""


def named_mark(colour: str, shape: str) -> Mark:
    """The mark of a class of `layers.yml`; ValueError for a colour or a shape that is not a token.

    >>> named_mark("critical", "triangle")
    Mark(colour='#b3261e', shape='triangle')
    """
    if colour not in COLOURS or shape not in get_args(Shape):
        raise ValueError(f"{colour} {shape} is not among {', '.join(COLOURS)} and {', '.join(get_args(Shape))}")
    return Mark(COLOURS[colour], shape)  # type: ignore[arg-type]  # checked above


def categorical_mark(index: int) -> Mark:
    """The mark of the class of that rank; six marks, then they come round.

    >>> categorical_mark(1)
    Mark(colour='#4a9bd1', shape='square')
    """
    shapes: tuple[Shape, ...] = ("circle", "square", "triangle", "diamond", "circle", "square")
    return Mark(CATEGORICAL[index % 6], shapes[index % 6])


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours (WCAG 2.1 §1.4.3), from 1 to 21.

    Args:
        first: `#rrggbb`.
        second: `#rrggbb`.

    >>> contrast("#000000", "#ffffff")
    21.0
    """
    brighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def linear_rgb(colour: str) -> tuple[float, float, float]:
    """Linear-light components of an sRGB colour, from 0 to 1 (IEC 61966-2-1)."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return red, green, blue


def _luminance(colour: str) -> float:
    red, green, blue = linear_rgb(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
