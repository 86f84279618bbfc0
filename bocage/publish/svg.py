"""The few SVG elements that maps and charts are made of; every text is escaped here."""

from xml.sax.saxutils import escape, quoteattr

from bocage.publish.texts import printable
from bocage.publish.tokens import FONTS, INK, PAPER, Mark, Shape

FAMILY = ", ".join((*FONTS[:1], "Source Sans 3", "Segoe UI", *FONTS[1:2], "sans-serif"))
_MEAN_WIDTH_EM = 0.5  # of a letter of the text face; enough to keep labels apart


def document(width: float, height: float, parts: list[str], *, title: str) -> str:
    """A stand-alone SVG; `title` is its text alternative.

    Args:
        width: [pt].
        height: [pt].
        parts: elements, the first at the bottom.
        title: text alternative.
    """
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}" role="img" font-family={quoteattr(FAMILY)}>'
        f"<title>{escape(printable(title))}</title>{''.join(parts)}</svg>"
    )


def text(
    x: float,
    y: float,
    content: str,
    *,
    size: float = 8,
    colour: str = INK,
    anchor: str = "start",
    weight: int = 400,
    halo: str = "",
) -> str:
    """A line of text; `halo` is the colour of an outline that lifts it from the map.

    >>> text(1, 2, "a < b", size=8, colour="#000000")
    '<text x="1.0" y="2.0" font-size="8" fill="#000000">a &lt; b</text>'
    """
    extra = "" if anchor == "start" else f' text-anchor="{anchor}"'
    extra += "" if weight == 400 else f' font-weight="{weight}"'
    extra += f' stroke="{halo}" stroke-width="2.4" stroke-linejoin="round" paint-order="stroke"' if halo else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{colour}"{extra}>{escape(printable(content))}</text>'
    )


def rectangle(x: float, y: float, width: float, height: float, fill: str, *, stroke: str = "") -> str:
    """A rectangle [pt]; a width below zero goes to the left."""
    left, wide = (x, width) if width >= 0 else (x + width, -width)
    edge = f' stroke="{stroke}" stroke-width="0.6"' if stroke else ""
    return f'<rect x="{left:.2f}" y="{y:.2f}" width="{wide:.2f}" height="{height:.2f}" fill="{fill}"{edge}/>'


def line(x1: float, y1: float, x2: float, y2: float, colour: str, *, width: float = 0.6, dash: str = "") -> str:
    """A straight line [pt]."""
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    look = f'stroke="{colour}" stroke-width="{width:g}" fill="none"{dashes}'
    return f'<path d="M{x1:.2f} {y1:.2f}L{x2:.2f} {y2:.2f}" {look}/>'


def whisker(low: float, high: float, y: float, colour: str, *, cap: float = 2.2) -> str:
    """A horizontal interval with its two ends [pt]."""
    lines = f"M{low:.2f} {y:.2f}H{high:.2f}M{low:.2f} {y - cap:.2f}v{2 * cap:g}M{high:.2f} {y - cap:.2f}v{2 * cap:g}"
    halo = f'<path d="{lines}" stroke="{PAPER}" stroke-width="2" fill="none"/>'
    return f'{halo}<path d="{lines}" stroke="{colour}" stroke-width="0.9" fill="none"/>'


def marks(positions: list[tuple[float, float]], mark: Mark, radius: float) -> str:
    """All points of one class as one path: round and square caps of dots, outlines for the other shapes.

    Args:
        positions: x and y [pt].
        mark: colour and shape.
        radius: half the size of a mark [pt].
    """
    if not positions:
        return ""
    if mark.shape in ("circle", "square"):
        cap, wide = ("round", 2 * radius) if mark.shape == "circle" else ("square", 1.75 * radius)
        dots = "".join([f"M{x:.1f} {y:.1f}h.01" for x, y in positions])
        return f'<path d="{dots}" stroke="{mark.colour}" stroke-width="{wide:.2f}" stroke-linecap="{cap}" fill="none"/>'
    left, top, steps = _outline(mark.shape, radius)
    shapes = "".join([f"M{x + left:.1f} {y + top:.1f}{steps}" for x, y in positions])
    if mark.shape in ("cross", "plus"):
        return f'<path d="{shapes}" stroke="{mark.colour}" stroke-width="{0.7 * radius:.2f}" fill="none"/>'
    return f'<path d="{shapes}" fill="{mark.colour}"/>'


def _outline(shape: Shape, radius: float) -> tuple[float, float, str]:
    """Where the pen starts from the point, and its steps."""
    long = 2 * radius
    match shape:
        case "cross":
            return -radius, -radius, f"l{long:.2f} {long:.2f}m0 {-long:.2f}l{-long:.2f} {long:.2f}"
        case "plus":
            return -radius, 0.0, f"h{long:.2f}m{-radius:.2f} {-radius:.2f}v{long:.2f}"
        case "triangle":
            reach = 1.25 * radius
            return 0.0, -reach, f"l{reach:.2f} {1.8 * reach:.2f}h{-2 * reach:.2f}z"
        case "down":
            reach = 1.25 * radius
            return 0.0, reach, f"l{reach:.2f} {-1.8 * reach:.2f}h{-2 * reach:.2f}z"
        case _:
            reach = 1.3 * radius
            return 0.0, -reach, f"l{reach:.2f} {reach:.2f}l{-reach:.2f} {reach:.2f}l{-reach:.2f} {-reach:.2f}z"


def text_width(content: str, size: float) -> float:
    """Approximate width of a line of text [pt].

    >>> text_width("rue", 8)
    12.0
    """
    return len(content) * size * _MEAN_WIDTH_EM
