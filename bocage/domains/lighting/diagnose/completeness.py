"""How complete the data are, by datum and by place: what the law requires, what energy needs."""

from collections.abc import Sequence

import polars as pl

from bocage.domains.lighting.diagnose.rule import sure
from bocage.domains.lighting.inventory.declared import LOCALE, luminaire_table
from bocage.vocabulary.domain import COMMUNE_PREFIX, SECTOR_PREFIX, ResultTable
from bocage.vocabulary.text import LANGUAGES, Message

REQUIRED_BY_LAW = (
    "ulr_percent",
    "cie_flux_code_3_percent",
    "colour_temperature_k",
    "system_power_w",
    "source_flux_lm",
    "installed_on",
)
"""Data that the operator must hold: arrêté du 27 décembre 2018, art. 5."""
NEEDED_BY_ENERGY = ("technology", "system_power_w", "switching")
"""Data that make the energy of a point, beside the hours of its curfew or dimming."""
DATA = tuple(dict.fromkeys((*REQUIRED_BY_LAW, *NEEDED_BY_ENERGY)))
COMPLETENESS = "data_completeness_percent"
PERCENT = 100.0


def held(name: str) -> pl.Expr:
    """Whether a datum of a luminaire was measured or declared: 0 or 1."""
    known = sure(name) if luminaire_table().column(name).impute else pl.col(name).is_not_null()
    return known.fill_null(value=False).cast(pl.Float64)


def share_held(names: Sequence[str]) -> pl.Expr:
    """Share of some data that a luminaire holds [%]."""
    return PERCENT * pl.mean_horizontal(*(held(name) for name in names))


def by_datum(rows: pl.DataFrame) -> ResultTable:
    """For each datum, the share of luminaires that hold it, the scarcest first.

    Args:
        rows: completed luminaires, at least one.
    """
    shares = rows.select((PERCENT * held(name).mean()).alias(name) for name in DATA).row(0)
    lines = [
        {
            "datum": name,
            **{f"label_{language}": luminaire_table().column(name).label[language] for language in LANGUAGES},
            "by_law": name in REQUIRED_BY_LAW,
            "for_energy": name in NEEDED_BY_ENERGY,
            "held_percent": share,
            "missing": round(len(rows) * (1 - share / PERCENT)),
        }
        for name, share in zip(DATA, shares, strict=True)
    ]
    title = Message("Data held, by datum", {}, LOCALE)
    return ResultTable("completeness", title, pl.DataFrame(lines).sort("held_percent", "datum"))


def by_place(repeated: pl.DataFrame, scope: str) -> ResultTable:
    """For each commune and sector, the share of the data held, the least complete first.

    Args:
        repeated: completed luminaires, repeated by scope.
        scope: name of the column of scopes.
    """
    places = repeated.filter(
        pl.col(scope).str.starts_with(COMMUNE_PREFIX) | pl.col(scope).str.starts_with(SECTOR_PREFIX)
    )
    found = places.group_by(scope).agg(
        pl.len().cast(pl.Int64).alias("light_points"),
        share_held(REQUIRED_BY_LAW).mean().alias("law_percent"),
        share_held(NEEDED_BY_ENERGY).mean().alias("energy_percent"),
        share_held(DATA).mean().alias("held_percent"),
    )
    title = Message("Data held, by place", {}, LOCALE)
    named = pl.col(scope).str.strip_prefix(COMMUNE_PREFIX).str.strip_prefix(SECTOR_PREFIX)
    rows = found.select(named.alias("place"), pl.exclude(scope)).sort("held_percent", "place")
    return ResultTable("completeness_by_place", title, rows)
