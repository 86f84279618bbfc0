"""Where a value comes from: every imputable column has a companion column of origins."""

from typing import Literal

import polars as pl

Origin = Literal["measured", "declared", "inferred", "default"]
ORIGINS: tuple[Origin, ...] = ("measured", "declared", "inferred", "default")
"""From the surest to the least sure."""

LABELS = {
    "measured": {"fr": "mesuré", "en": "measured"},
    "declared": {"fr": "déclaré", "en": "declared"},
    "inferred": {"fr": "déduit", "en": "inferred"},
    "default": {"fr": "par défaut", "en": "default"},
}


def origin_column(name: str) -> str:
    """Name of the column that holds the origins of column `name`.

    >>> origin_column("power_w")
    'power_w_origin'
    """
    return f"{name}_origin"


def low_column(name: str) -> str:
    """Name of the column that holds the 10th percentile of an imputed value [same unit].

    >>> low_column("power_w")
    'power_w_low'
    """
    return f"{name}_low"


def high_column(name: str) -> str:
    """Name of the column that holds the 90th percentile of an imputed value [same unit].

    >>> high_column("power_w")
    'power_w_high'
    """
    return f"{name}_high"


def rests_on_defaults(name: str) -> pl.Expr:
    """Boolean expression: the value of column `name` was inferred or defaulted."""
    return pl.col(origin_column(name)).is_in(["inferred", "default"])
