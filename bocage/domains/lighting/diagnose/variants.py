"""Standard variants of a survey: kinds of action done together wherever they can be."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import polars as pl

from bocage.domains.lighting.actions.change import CHANGE_SCHEMA, PREFIX
from bocage.domains.lighting.actions.kinds import Kind, considered
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


def feasible(site: Site) -> list[pl.Expr]:
    """For each kind of the variants, whether it can be done on a luminaire: columns named after the kinds.

    Args:
        site: settings and date.
    """
    kinds = {kind for kinds in VARIANTS.values() for kind in kinds}
    return [one.applies.fill_null(value=False).alias(f"_can_{kind}") for kind, one in _first(kinds, site).items()]


def touch(frame: pl.DataFrame, kinds: Sequence[str], site: Site) -> Touched:
    """The luminaires that at least one of the kinds touches, with what the kinds set on them.

    Args:
        frame: completed luminaires.
        kinds: kinds of action done together.
        site: settings and date.
    """
    first = _first(kinds, site)
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


def _first(kinds: Collection[str], site: Site) -> dict[str, Kind]:
    """By kind, the action that settings name first: the longer curfew."""
    return {one.kind: one for one in reversed(considered(site)) if one.kind in kinds}
