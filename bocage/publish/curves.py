"""Charts of the annexes as SVG: a curve with its interval, a front of plans, swings around a value."""

from collections.abc import Sequence
from dataclasses import dataclass

from bocage.publish import svg
from bocage.publish.axes import Scale
from bocage.publish.texts import Text, _, amount, number, say, shorten, unit_label
from bocage.publish.tokens import GREY, HEDGE, HEDGE_SOFT, INK, LINE, OCHRE, PAPER, WATER
from bocage.vocabulary.text import Language

_FONT, _ROW = 8.0, 18.0


@dataclass(frozen=True, kw_only=True)
class Band:
    """A value by year with its interval; all of the same length."""

    years: Sequence[int]
    low: Sequence[float]
    value: Sequence[float]
    high: Sequence[float]
    unit: str


@dataclass(frozen=True, kw_only=True)
class Spot:
    """A plan of a front: its two values, its name, whether it is the one proposed."""

    x: float
    y: float
    label: Text = ""
    chosen: bool = False


@dataclass(frozen=True, kw_only=True)
class Swing:
    """What a value becomes where one assumption is at its low or high bound."""

    label: Text
    low: float
    high: float


def draw_band(band: Band, language: Language, *, width: float = 480, height: float = 150) -> str:
    """Draw a curve by year with its interval, from zero.

    Args:
        band: at least one year.
        language: `fr` or `en`.
        width: width of the picture [pt].
        height: height of the picture [pt].
    """
    left, bottom, top = 52.0, height - 16, 12.0
    rise = Scale.around([*band.low, *band.value, *band.high], start=bottom, length=top - bottom)
    along = Scale(min(band.years), max(*band.years, min(band.years) + 1), left + 8, width - left - 60)
    parts = [*_levels(rise, left, width, band.unit, language)]
    x = [along.at(year) for year in band.years]
    edge = [(place, rise.at(value)) for place, value in zip(x, band.high, strict=True)]
    edge += [(place, rise.at(value)) for place, value in reversed(list(zip(x, band.low, strict=True)))]
    outline = "L".join(f"{a:.1f} {b:.1f}" for a, b in edge)
    parts.append(f'<path d="M{outline}Z" fill="{HEDGE_SOFT}" fill-opacity="0.6"/>')
    middle = "L".join(f"{place:.1f} {rise.at(value):.1f}" for place, value in zip(x, band.value, strict=True))
    parts.append(f'<path d="M{middle}" fill="none" stroke="{HEDGE}" stroke-width="1.8"/>')
    every = max(1, -(-len(band.years) // 12))
    for rank, (place, year) in enumerate(zip(x, band.years, strict=True)):
        parts.append(_dot(place, rise.at(band.value[rank]), HEDGE, 2.2))
        if rank % every == 0:
            parts.append(svg.text(place, height - 4, str(year), size=7.5, anchor="middle", colour=GREY))
    for value, words in ((band.value[-1], amount(band.value[-1], language, band.unit)),):
        parts.append(svg.text(x[-1] + 6, rise.at(value) + 2.8, words, size=_FONT, weight=600))
    return svg.document(width, height, parts, title=describe_band(band, language))


def describe_band(band: Band, language: Language) -> str:
    """The text alternative of a curve: each year with its value."""
    rows = zip(band.years, band.value, strict=True)
    return "; ".join(f"{year} {amount(value, language, band.unit)}" for year, value in rows)


def draw_front(
    spots: Sequence[Spot],
    language: Language,
    *,
    x: tuple[Text, str],
    y: tuple[Text, str],
    width: float = 480,
    height: float = 210,
) -> str:
    """Draw plans by two of their values; the axes need not start at zero, positions are compared.

    Args:
        spots: plans, in the order of the front.
        language: `fr` or `en`.
        x: label and unit of the first value.
        y: label and unit of the second one.
        width: width of the picture [pt].
        height: height of the picture [pt].
    """
    left, bottom = 62.0, height - 30
    across = _roomy([spot.x for spot in spots], left + 6, width - left - 70)
    up = _roomy([spot.y for spot in spots], bottom - 4, 22 - bottom)
    parts = _levels(up, left, width, y[1], language)
    for tick in across.ticks(wanted=4):
        parts.append(svg.line(across.at(tick), 14, across.at(tick), bottom, LINE, width=0.4))
        words = number(tick, x[1], language)
        parts.append(svg.text(across.at(tick), bottom + 10, words, size=7, colour=GREY, anchor="middle"))
    parts.append(svg.text(left, 8, _axis(y, language), size=7.5, colour=GREY))
    parts.append(svg.text(width, height - 4, _axis(x, language), size=7.5, colour=GREY, anchor="end"))
    places = [(across.at(spot.x), up.at(spot.y)) for spot in spots]
    path = "L".join(f"{a:.1f} {b:.1f}" for spot, (a, b) in zip(spots, places, strict=True) if not spot.chosen)
    parts.append(f'<path d="M{path}" fill="none" stroke="{HEDGE_SOFT}" stroke-width="1.4"/>')
    for spot, (a, b) in zip(spots, places, strict=True):
        parts.append(_dot(a, b, OCHRE if spot.chosen else HEDGE, 4.2 if spot.chosen else 3.0))
        words = shorten(say(spot.label, language), 34)
        weight = 600 if spot.chosen else 400
        if words:
            parts.append(svg.text(a + 6, b - 4, words, size=7.5, weight=weight, halo=PAPER))
    return svg.document(width, height, parts, title=describe_front(spots, language, x=x, y=y))


def describe_front(spots: Sequence[Spot], language: Language, *, x: tuple[Text, str], y: tuple[Text, str]) -> str:
    """The text alternative of a front: each plan with its two values."""
    rows = [
        f"{say(spot.label, language)} {amount(spot.x, language, x[1])}, {amount(spot.y, language, y[1])}"
        for spot in spots
    ]
    return f"{say(x[0], language)} / {say(y[0], language)}{_(': ', language)}{'; '.join(rows)}"


def draw_swings(swings: Sequence[Swing], base: float, unit: str, language: Language, *, width: float = 480) -> str:
    """Draw a tornado: for each assumption, the value at both of its bounds around the value of the plan.

    Args:
        swings: the widest first.
        base: value with every assumption at its centre.
        unit: unit of the values.
        language: `fr` or `en`.
        width: width of the picture [pt].
    """
    label_width = 0.38 * width
    ends = [value for swing in swings for value in (swing.low, swing.high)]
    scale = Scale.around([*ends, base], start=label_width + 44, length=width - label_width - 100, zero=False)
    height = _ROW * len(swings) + 22
    parts = []
    for rank, swing in enumerate(swings):
        middle = _ROW * rank + _ROW / 2 + 2
        label = shorten(say(swing.label, language), int((label_width - 6) / _FONT / 0.47))
        parts.append(svg.text(0, middle + 2.8, label, size=_FONT))
        for value, fill in ((swing.low, WATER), (swing.high, OCHRE)):
            parts.append(svg.rectangle(scale.at(base), middle - 5, scale.at(value) - scale.at(base), 10, fill))
        low, high = sorted((swing.low, swing.high))
        for value, anchor, gap in ((low, "end", -4), (high, "start", 4)):
            words = number(value, unit, language, estimated=True)
            parts.append(svg.text(scale.at(value) + gap, middle + 2.6, words, size=7.2, anchor=anchor, colour=INK))
    foot = _ROW * len(swings) + 4
    parts.append(svg.line(scale.at(base), 0, scale.at(base), foot, INK, width=0.9))
    words = f"{number(base, unit, language, estimated=True)} {unit_label(unit, language)}"
    parts.append(svg.text(scale.at(base), foot + 9, words, size=7.5, weight=600, anchor="middle"))
    parts += _swing_legend(foot + 9, language)
    return svg.document(width, height, parts, title=describe_swings(swings, base, unit, language))


def describe_swings(swings: Sequence[Swing], base: float, unit: str, language: Language) -> str:
    """The text alternative of a tornado: the value, then each assumption with its two ends."""
    rows = [
        f"{say(swing.label, language)} {amount(swing.low, language, unit)} / {amount(swing.high, language, unit)}"
        for swing in swings
    ]
    return f"{amount(base, language, unit)}{_(': ', language)}{'; '.join(rows)}"


def _swing_legend(y: float, language: Language) -> list[str]:
    parts = []
    for rank, (fill, words) in enumerate(
        ((WATER, _("low assumption", language)), (OCHRE, _("high assumption", language)))
    ):
        parts.append(svg.rectangle(84.0 * rank, y - 6, 6, 6, fill))
        parts.append(svg.text(84.0 * rank + 9, y, words, size=7.2, colour=GREY))
    return parts


def _roomy(values: Sequence[float], start: float, length: float) -> Scale:
    """An axis a little wider than its values."""
    least, most = min(values, default=0.0), max(values, default=1.0)
    margin = 0.06 * (most - least) or 0.06 * abs(most) or 1.0
    return Scale(least - margin, most + margin, start, length)


def _levels(scale: Scale, left: float, width: float, unit: str, language: Language) -> list[str]:
    parts = []
    for tick in scale.ticks():
        parts.append(svg.line(left, scale.at(tick), width, scale.at(tick), LINE, width=0.4))
        words = number(tick, unit, language)
        parts.append(svg.text(left - 4, scale.at(tick) + 2.5, words, size=7, colour=GREY, anchor="end"))
    return parts


def _axis(of: tuple[Text, str], language: Language) -> str:
    unit = unit_label(of[1], language)
    return f"{say(of[0], language)} ({unit})" if unit else say(of[0], language)


def _dot(x: float, y: float, colour: str, radius: float) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" fill="{colour}" stroke="{PAPER}" stroke-width="0.8"/>'
