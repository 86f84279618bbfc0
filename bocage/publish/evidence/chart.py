"""Prior, records and estimate on one axis: intervals as whiskers, records as dots as large as their weight."""

import math
from collections.abc import Sequence

from bocage.publish import svg
from bocage.publish.evidence.content import EvidenceContent, Seen, Spread
from bocage.publish.evidence.wording import _, bare_text, heading_unit, interval_text, value_text
from bocage.publish.tokens import GREY, HEDGE, INK, LINE, OCHRE, WATER, Mark
from bocage.vocabulary.text import Language

WIDTH, LABELS, HEIGHT = 500.0, 92.0, 118.0
_FONT = 8.0
_STEPS = ((1.0, 2.0, 5.0), (1.0, 1.5, 2.0, 3.0, 5.0, 7.0), tuple(step / 2 for step in range(2, 20)))
"""Round numbers of a decade, coarse ones first."""
_ODD = 3.0
_ROWS = (22.0, 52.0, 82.0)


def draw_evidence(content: EvidenceContent, language: Language) -> str:
    """The picture as SVG.

    Args:
        content: what the page says.
        language: `fr` or `en`.
    """
    ends = [value for one in (content.prior, content.posterior) for value in (one.low, one.high)]
    values = [value for value in (*ends, *(one.value for one in content.seen)) if value > 0]
    axis = _Axis(min(values) / 1.15, max(values) * 1.15)
    labels = (_("before any record", language), _("records", language), _("estimate", language))
    parts = [svg.text(0, row + 2.8, label, size=_FONT) for row, label in zip(_ROWS, labels, strict=True)]
    for tick in axis.ticks():
        x = axis.at(tick)
        parts.append(svg.line(x, 8, x, 98, LINE))
        parts.append(svg.text(x, 110, bare_text(tick, content.unit, language), size=7, colour=GREY, anchor="middle"))
    parts.append(svg.text(WIDTH, 6, heading_unit(content.unit, language), size=7, colour=GREY, anchor="end"))
    parts += _interval(axis, content.prior, _ROWS[0], GREY, Mark(GREY, "diamond"))
    parts += _dots(axis, content.seen)
    parts += _interval(axis, content.posterior, _ROWS[2], HEDGE, Mark(HEDGE, "diamond"))
    shown = value_text(content.posterior.median, content.unit, language)
    place = axis.at(content.posterior.median)
    parts.append(svg.text(place, _ROWS[2] - 6, shown, size=_FONT, weight=600, colour=HEDGE, anchor="middle"))
    return svg.document(WIDTH, HEIGHT, parts, title=describe_evidence(content, language))


def describe_evidence(content: EvidenceContent, language: Language) -> str:
    """The text alternative of the picture."""
    return _(
        "Before any record {prior}; {count} records; estimate {estimate}, 80% interval {interval}", language
    ).format(
        prior=interval_text(content.prior.low, content.prior.high, content.unit, language),
        count=len(content.seen),
        estimate=value_text(content.posterior.median, content.unit, language),
        interval=interval_text(content.posterior.low, content.posterior.high, content.unit, language),
    )


def _interval(axis: "_Axis", one: Spread, y: float, colour: str, mark: Mark) -> list[str]:
    return [
        svg.whisker(axis.at(one.low), axis.at(one.high), y, colour, cap=3.5),
        svg.marks([(axis.at(one.median), y)], mark, 3.2),
    ]


def _dots(axis: "_Axis", seen: Sequence[Seen]) -> list[str]:
    """Dots of three sizes; a record that surprises is an ochre triangle, so that colour never speaks alone."""
    parts = []
    most = max((abs(one.weight) for one in seen), default=0.0)
    for number, one in enumerate(seen):
        spot = [(axis.at(one.value), _ROWS[1] + ((number % 5) - 2) * 3.0)]
        size = 1.6 + 2.2 * math.sqrt(abs(one.weight) / most if most else 0.0)
        odd = abs(one.surprise) > _ODD
        parts.append(svg.marks(spot, Mark(OCHRE, "triangle") if odd else Mark(WATER, "circle"), size))
    return parts or [svg.text(LABELS, _ROWS[1] + 2.8, "–", size=_FONT, colour=INK)]


class _Axis:
    """A logarithmic axis from one value to another."""

    def __init__(self, least: float, most: float) -> None:
        self.least, self.most = math.log(least), math.log(most)

    def at(self, value: float) -> float:
        """Place of a value [pt]."""
        share = (math.log(max(value, 1e-12)) - self.least) / (self.most - self.least)
        return LABELS + min(max(share, 0.0), 1.0) * (WIDTH - LABELS - 8)

    def ticks(self) -> list[float]:
        """Round values; at most eight of them."""
        powers = range(math.floor(self.least / math.log(10)), math.ceil(self.most / math.log(10)) + 1)
        inside: list[float] = []
        for steps in _STEPS:
            found = [step * 10.0**power for power in powers for step in steps]
            inside = [value for value in found if self.least <= math.log(value) <= self.most]
            if len(inside) >= 3:
                break
        return inside if len(inside) <= 8 else [value for value in inside if math.log10(value) % 1 < 1e-9]
