"""Standard variants of a survey: kinds of action done together wherever they can be."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from bocage.domains.lighting.actions.change import CHANGE_SCHEMA, PREFIX
from bocage.domains.lighting.actions.propose import considered
from bocage.vocabulary.domain import Site

VARIANTS = {
    "led": ("led",),
    "dimming": ("dimming",),
    "curfew": ("curfew",),
    "led_dimming_curfew": ("led_dimming", "dimming", "curfew"),
}
"""By name, the kinds of action done together; no two of them exclude each other on a luminaire."""


@dataclass(frozen=True)
class Touched:
    """Luminaires that a variant touches.

    Attributes:
        rows: those luminaires, completed, with `CHANGE_COLUMNS`.
        chosen: which rows of the frame they are.
        kinds: by kind of action, which of those rows it touches.
    """

    rows: pl.DataFrame
    chosen: pl.Series
    kinds: dict[str, pl.Series]


def touch(frame: pl.DataFrame, kinds: Sequence[str], site: Site) -> Touched:
    """The luminaires that at least one of the kinds touches, with what the kinds set on them.

    Args:
        frame: completed luminaires.
        kinds: kinds of action done together.
        site: settings and date.
    """
    found = [one for one in considered(site) if one.kind in kinds]
    # the first of a kind is the one that settings name first: the longer curfew
    first = {one.kind: one for one in reversed(found)}
    marks = frame.select(one.applies.fill_null(value=False).alias(kind) for kind, one in first.items())
    chosen = marks.select(pl.any_horizontal(pl.all())).to_series()
    marks = marks.filter(chosen)
    changes = []
    for name, type_ in CHANGE_SCHEMA.items():
        value = pl.lit(None, dtype=type_)
        for kind, one in first.items():
            if name in one.change:
                value = pl.when(marks[kind]).then(pl.lit(one.change[name], dtype=type_)).otherwise(value)
        changes.append(value.alias(PREFIX + name))
    return Touched(frame.filter(chosen).with_columns(changes), chosen, dict(marks.to_dict()))
