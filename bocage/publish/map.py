"""The map of a territory as SVG, drawn from arrays in the legal projection."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bocage.publish import svg
from bocage.publish.report.content import MapClass, MapData
from bocage.publish.texts import _, say, shorten
from bocage.publish.tokens import GREY, INK, LAND, LINE, PAPER, STREET, TINT, Stroke
from bocage.vocabulary.text import NARROW_SPACE, Language, format_number

Points = npt.NDArray[np.float64]

_LEGEND_ROW = 12.0
_TITLE_BAND = 22.0
_MARGIN_SHARE = 0.04
_SMALLEST_EXTENT_M = 200.0
_MOST_NAMES = 14


@dataclass(frozen=True)
class _Frame:
    """Where metres fall on paper: x grows to the right, y downwards."""

    west: float
    north: float
    scale: float  # points of paper per metre
    width: float
    height: float

    def place(self, points: Points) -> Points:
        return np.column_stack(((points[:, 0] - self.west) * self.scale, (self.north - points[:, 1]) * self.scale))


def draw_map(
    data: MapData, language: Language, *, width: float = 493, height: float = 330, titled: bool = False
) -> str:
    """Draw points and lines by class over streets and boundary, with scale bar, north, legend and attribution.

    Args:
        data: geometry in the territory's projection [m].
        language: `fr` or `en`.
        width: width of the picture [pt].
        height: height of the picture, legend included [pt].
        titled: whether the title is drawn, for a picture that stands alone.

    Returns:
        A stand-alone SVG. Points that are not finite numbers are left out.
    """
    rows = _legend_rows(data, language, width)
    band = _TITLE_BAND if titled else 0.0
    frame = _frame_of(data, width, height - band - _LEGEND_ROW * len(rows) - 4)
    finite = np.isfinite(data.points.reshape(-1, 2)).all(axis=1)
    parts = [
        f'<clipPath id="map-frame"><rect width="{frame.width:g}" height="{frame.height:g}"/></clipPath>',
        svg.rectangle(0, 0, frame.width, frame.height, TINT),
        '<g clip-path="url(#map-frame)">',
        _paths(data.boundary, frame, fill=LAND, colour=GREY, width=0.9, dash="5 2 1 2"),
        _paths(data.streets, frame, fill="none", colour=STREET, width=1.5),
    ]
    radius = _radius(frame, int(finite.sum()))
    for rank, one in enumerate(data.legend):
        chosen = finite & (data.classes == rank)
        if isinstance(one.mark, Stroke):
            chosen_lines = [line for line, at in zip(data.lines, data.line_classes, strict=True) if at == rank]
            parts.append(_paths(chosen_lines, frame, fill="none", colour=one.mark.colour, width=one.mark.width))
        else:
            parts.append(svg.marks(frame.place(data.points.reshape(-1, 2)[chosen]).tolist(), one.mark, radius))
    parts += [_names(data.names, frame), "</g>", _scale_bar(frame, language), _north(frame, language)]
    parts.append(svg.rectangle(0, 0, frame.width, frame.height, "none", stroke=LINE))
    parts.append(_attribution(data, frame, language))
    parts += _legend(rows, frame.height)
    if titled:
        words = shorten(say(data.title, language), 120)
        title = svg.text(0, 14, words, size=12, weight=600)
        parts = [title, f'<g transform="translate(0 {band:g})">', *parts, "</g>"]
    return svg.document(width, height, parts, title=describe_map(data, language))


def describe_map(data: MapData, language: Language) -> str:
    """The text alternative of the map: its title and how many points or lines each class has."""
    parts = [
        f"{say(one.label, language)}{_(': ', language)}{format_number(_count(data, rank), language)}"
        for rank, one in enumerate(data.legend)
    ]
    return f"{say(data.title, language)}. {' ; '.join(parts) if language == 'fr' else '; '.join(parts)}."


def _count(data: MapData, rank: int) -> int:
    """Number of points or lines of a class."""
    return int((data.classes == rank).sum() + (data.line_classes == rank).sum())


def _frame_of(data: MapData, width: float, height: float) -> _Frame:
    """Frame the points and lines that have a class, or the boundary and the streets where there is none."""
    classed: list[Points] = [shape for shape in (data.points, *data.lines) if len(shape)]
    shapes = classed or [*data.boundary, *data.streets]
    cloud = np.vstack([shape for shape in shapes if len(shape)] or [np.zeros((1, 2))])
    cloud = cloud[np.isfinite(cloud).all(axis=1)]
    if not len(cloud):
        cloud = np.zeros((1, 2))
    low, high = cloud.min(axis=0), cloud.max(axis=0)
    extent = np.maximum(high - low, _SMALLEST_EXTENT_M) * (1 + 2 * _MARGIN_SHARE)
    scale = float(min(width / extent[0], height / extent[1]))
    centre = (low + high) / 2
    return _Frame(
        west=float(centre[0]) - width / scale / 2,
        north=float(centre[1]) + height / scale / 2,
        scale=scale,
        width=width,
        height=height,
    )


def _radius(frame: _Frame, count: int) -> float:
    """Half the size of a mark [pt]: a dense cloud gets small marks, a sparse one is still seen."""
    return float(np.clip(0.19 * np.sqrt(frame.width * frame.height / max(count, 1)), 0.8, 2.6))


def _paths(lines: Sequence[Points], frame: _Frame, *, fill: str, colour: str, width: float, dash: str = "") -> str:
    pieces = []
    for line in lines:
        if len(line) < 2:
            continue
        steps = "L".join([f"{x:.1f} {y:.1f}" for x, y in frame.place(line).tolist()])
        pieces.append(f"M{steps}{'z' if fill != 'none' else ''}")
    if not pieces:
        return ""
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<path d="{"".join(pieces)}" fill="{fill}" fill-rule="evenodd" stroke="{colour}" stroke-width="{width:g}" '
        f'stroke-linejoin="round" stroke-linecap="round"{dashes}/>'
    )


def _names(names: Sequence[tuple[str, float, float]], frame: _Frame) -> str:
    """Names that fit, the most important first; one that would cover another is left out."""
    taken: list[tuple[float, float, float, float]] = []
    said: set[str] = set()
    parts: list[str] = []
    for name, x, y in names:
        if len(parts) == _MOST_NAMES:
            break
        label = shorten(name, 32)
        if label in said:
            continue
        centre, base = frame.place(np.array([[x, y]])).tolist()[0]
        half = svg.text_width(label, 7) / 2
        box = (centre - half - 4, base - 8, centre + half + 4, base + 4)
        inside = box[0] > 0 and box[1] > 16 and box[2] < frame.width - 22 and box[3] < frame.height - 26
        if inside and not any(_overlap(box, other) for other in taken):
            taken.append(box)
            said.add(label)
            parts.append(svg.text(centre, base, label, size=7, colour=INK, anchor="middle", halo=PAPER))
    return "".join(parts)


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def nice_length(longest: float) -> float:
    """The longest of 1, 2 or 5 times a power of ten that is not above `longest`.

    >>> nice_length(743)
    500.0
    """
    power = 10.0 ** np.floor(np.log10(longest))
    return float(max(step * power for step in (1, 2, 5) if step * power <= longest))


def _scale_bar(frame: _Frame, language: Language) -> str:
    metres = nice_length(frame.width / frame.scale / 4)
    length = metres * frame.scale
    label = f"{format_number(metres / 1000, language)}{NARROW_SPACE}km" if metres >= 1000 else ""
    label = label or f"{format_number(metres, language)}{NARROW_SPACE}m"
    x, y = 10.0, frame.height - 10
    return (
        svg.rectangle(x - 4, y - 13, length + svg.text_width(label, 7.5) + 14, 18, PAPER)
        + f'<path d="M{x:.1f} {y - 4:.1f}v4h{length:.1f}v-4" fill="none" stroke="{INK}" stroke-width="1"/>'
        + svg.text(x + length + 4, y, label, size=7.5)
    )


def _north(frame: _Frame, language: Language) -> str:
    x = frame.width - 14
    return (
        svg.rectangle(x - 9, 5, 18, 27, PAPER)
        + f'<path d="M{x:.1f} 17l3.6 11.5-3.6-2.6-3.6 2.6z" fill="{INK}"/>'
        + svg.text(x, 14.5, _("N", language), size=8, anchor="middle", weight=600)
    )


def _attribution(data: MapData, frame: _Frame, language: Language) -> str:
    words = shorten(say(data.attribution, language), 110)
    if not words:
        return ""
    width = svg.text_width(words, 6.5)
    return svg.rectangle(frame.width - width - 8, frame.height - 11, width + 7.6, 10.6, PAPER) + svg.text(
        frame.width - 4, frame.height - 3.2, words, size=6.5, colour=GREY, anchor="end"
    )


def _legend_rows(data: MapData, language: Language, width: float) -> list[list[tuple[MapClass, str, float]]]:
    """Entries of the legend in as many aligned columns as the width takes, the most important class first."""
    entries = [
        (one, f"{shorten(say(one.label, language), 60)} ({format_number(_count(data, rank), language)})")
        for rank, one in reversed(list(enumerate(data.legend)))
    ]
    needs = [svg.text_width(words, 8) + 22 for _one, words in entries]
    for columns in range(len(entries), 0, -1):
        widths = [max(needs[column::columns]) for column in range(columns)]
        if sum(widths) <= width or columns == 1:
            break
    else:
        return []
    starts = np.cumsum([0.0, *widths]).tolist()
    placed = [(*entry, starts[rank % columns]) for rank, entry in enumerate(entries)]
    return [placed[first : first + columns] for first in range(0, len(placed), columns)]


def _legend(rows: list[list[tuple[MapClass, str, float]]], top: float) -> list[str]:
    parts = []
    for number, row in enumerate(rows):
        y = top + 11 + number * _LEGEND_ROW
        for one, words, x in row:
            if isinstance(one.mark, Stroke):
                parts.append(svg.line(x, y - 2.8, x + 9, y - 2.8, one.mark.colour, width=one.mark.width))
            else:
                parts.append(svg.marks([(x + 4, y - 2.8)], one.mark, 3.0))
            parts.append(svg.text(x + 11, y, words, size=8))
    return parts
