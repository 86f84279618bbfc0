"""Colours, shapes and sizes shared by screen, paper and map."""

from dataclasses import dataclass
from typing import Literal

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

FONTS = ("Source Sans Pro", "Libertinus Serif", "DejaVu Sans Mono")
"""The first that is present; the last two are embedded in Typst."""


@dataclass(frozen=True)
class Mark:
    """How one class of things is drawn: a colour and a shape, never the colour alone."""

    colour: str
    shape: Shape


@dataclass(frozen=True)
class Stroke:
    """How one class of lines is drawn: a colour and a width [pt], never the colour alone."""

    colour: str
    width: float
