"""Charts as SVG: bars from zero with their intervals, and cash by year; labelled directly."""

from collections.abc import Sequence

from bocage.publish import svg
from bocage.publish.axes import Scale
from bocage.publish.map import nice_length
from bocage.publish.report.content import Figure, Ledger
from bocage.publish.texts import _, amount, estimate, number, say, shorten
from bocage.publish.tokens import CATEGORICAL, GREY, HEDGE, HEDGE_SOFT, INK, LINE
from bocage.vocabulary.text import Language

_ROW = 17.0
_FONT = 8.0


def draw_bars(
    bars: Sequence[Figure],
    language: Language,
    *,
    width: float = 240,
    highlight: int | None = None,
) -> str:
    """Draw figures of one unit as horizontal bars from zero, each with its interval and its value.

    Args:
        bars: figures of the same unit.
        language: `fr` or `en`.
        width: width of the picture [pt].
        highlight: rank of the bar in full colour; all where None.
    """
    widest = max([svg.text_width(say(bar.label, language), _FONT) for bar in bars], default=0)
    label_width = min(widest + 8, 0.42 * width)
    values = [value for bar in bars for value in (bar.value, bar.low, bar.high) if value is not None]
    least, most = min([0.0, *values]), max([0.0, *values])
    value_width = max([svg.text_width(_value(bar, language), _FONT) for bar in bars], default=0) + 8
    scale = Scale(least, most if most > least else least + 1, label_width, width - label_width - value_width)
    height = _ROW * len(bars) + 4
    zero = scale.at(0)
    parts = []
    for rank, bar in enumerate(bars):
        middle = _ROW * rank + _ROW / 2 + 2
        fill = HEDGE if highlight in (None, rank) else HEDGE_SOFT
        label = shorten(say(bar.label, language), int((label_width - 4) / _FONT / 0.48))
        weight = 600 if highlight == rank else 400
        parts.append(svg.text(0, middle + 2.8, label, size=_FONT, weight=weight))
        parts.append(svg.rectangle(zero, middle - 4.5, scale.at(bar.value) - zero, 9, fill))
        end = max(scale.at(bar.value), zero)
        if bar.low is not None and bar.high is not None:
            parts.append(svg.whisker(scale.at(bar.low), scale.at(bar.high), middle, INK))
            end = max(end, scale.at(bar.high))
        parts.append(svg.text(end + 5, middle + 2.8, _value(bar, language), size=_FONT, weight=weight))
    parts.append(svg.line(zero, 0, zero, height, GREY))
    return svg.document(width, height, parts, title=describe_bars(bars, language))


def describe_bars(bars: Sequence[Figure], language: Language) -> str:
    """The text alternative of a bar chart: each label with its value."""
    return "; ".join(f"{say(bar.label, language)} {_value(bar, language)}" for bar in bars)


def _value(bar: Figure, language: Language) -> str:
    """Three significant figures for what is known by an interval, every figure for what was counted."""
    if bar.low is None:
        return amount(bar.value, language, bar.unit)
    return estimate(bar.value, bar.unit, language)


def draw_cash(ledger: Ledger, language: Language, *, width: float = 240, height: float = 130) -> str:
    """Draw the cash of one payer by year: money in upwards, money out downwards, balance as a dot.

    The dot is the balance carried over from year to year where there is one: what the budget must
    hold; memo lines are not drawn.

    Args:
        ledger: at least one line and one year.
        language: `fr` or `en`.
        width: width of the picture [pt].
        height: height of the picture, legend included [pt].
    """
    columns = list(zip(*[line.amounts_eur for line in ledger.lines], strict=True))
    ups = [sum(v for v in column if v > 0) for column in columns]
    downs = [sum(v for v in column if v < 0) for column in columns]
    legend_rows = -(-(len(ledger.lines) + 1) // 2)
    left, bottom = 34.0, height - 11 * legend_rows - 2
    dots = ledger.carried_eur or balances(ledger)
    least, most = min([0.0, *downs, *dots]), max([0.0, *ups, *dots])
    scale = Scale(least, most if most > least else least + 1, bottom - 12, -(bottom - 20))
    parts = _grid(scale, left, width, language)
    step = (width - left) / max(len(ledger.years), 1)
    wide, every = min(0.62 * step, 30), -int(-20 // step)
    for rank, (year, column) in enumerate(zip(ledger.years, columns, strict=True)):
        centre = left + step * (rank + 0.5)
        up = down = 0.0
        for index, value in enumerate(column):
            base = up if value > 0 else down
            top, low = sorted((scale.at(base), scale.at(base + value)))
            parts.append(svg.rectangle(centre - wide / 2, top, wide, low - top, CATEGORICAL[index % 6]))
            up, down = (up + value, down) if value > 0 else (up, down + value)
        if rank % every == 0 and centre + 9 <= width:
            parts.append(svg.text(centre, bottom - 1, str(year), size=7.5, anchor="middle", colour=GREY))
        parts.append(_balance(centre, scale.at(dots[rank])))
    parts.append(svg.line(left, scale.at(0), width, scale.at(0), GREY, width=0.8))
    parts += _cash_legend(ledger, language, width, bottom + 10)
    return svg.document(width, height, parts, title=describe_cash(ledger, language))


def describe_cash(ledger: Ledger, language: Language) -> str:
    """The text alternative of the cash chart: the balance that its dots show."""
    dots = ledger.carried_eur or balances(ledger)
    words = "; ".join(f"{year} {number(dot, 'EUR', language)} €" for year, dot in zip(ledger.years, dots, strict=True))
    return f"{_dot_label(ledger, language)}{_(': ', language)}{words}"


def balances(ledger: Ledger) -> list[float]:
    """Balance of each year [EUR]: the sum of the lines, without the memo ones.

    >>> from bocage.publish.report.content import LedgerLine
    >>> lines = [LedgerLine(label="Works", amounts_eur=[-3.0, 0.0]), LedgerLine(label="Aid", amounts_eur=[1.0, 1.0])]
    >>> balances(Ledger(payer="", years=[2027, 2028], lines=lines))
    [-2.0, 1.0]
    """
    return [sum(year) for year in zip(*[line.amounts_eur for line in ledger.lines], strict=True)]


def _dot_label(ledger: Ledger, language: Language) -> str:
    return _("Carried balance", language) if ledger.carried_eur else _("Balance of the year", language)


def _balance(x: float, y: float) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.6" fill="#ffffff" stroke="{INK}" stroke-width="1.3"/>'


def _grid(scale: Scale, left: float, width: float, language: Language) -> list[str]:
    step = nice_length((scale.most - scale.least) / 2.5)
    tick = step * -(-scale.least // step)
    parts = [svg.text(0, 7, _("thousand €", language), size=7, colour=GREY)]
    while tick <= scale.most * 1.0001:
        parts.append(svg.line(left, scale.at(tick), width, scale.at(tick), LINE, width=0.4))
        digits = "1" if step < 1000 else "EUR"
        parts.append(
            svg.text(
                left - 4, scale.at(tick) + 2.5, number(tick / 1000, digits, language), size=7, colour=GREY, anchor="end"
            )
        )
        tick += step
    return parts


def _cash_legend(ledger: Ledger, language: Language, width: float, top: float) -> list[str]:
    parts = []
    for index, line in enumerate(ledger.lines):
        x, y = (index % 2) * width / 2, top + 11 * (index // 2)
        parts.append(svg.rectangle(x, y - 6, 6, 6, CATEGORICAL[index % 6]))
        parts.append(svg.text(x + 10, y, shorten(say(line.label, language), int(width / 2 / 4.2)), size=7.5))
    index = len(ledger.lines)
    x, y = (index % 2) * width / 2, top + 11 * (index // 2)
    parts.append(_balance(x + 3, y - 3))
    parts.append(svg.text(x + 10, y, shorten(_dot_label(ledger, language), int(width / 2 / 4.2)), size=7.5))
    return parts
