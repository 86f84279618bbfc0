"""Cost of the works of one luminaire by kind of action (central values, excluding VAT)."""

import polars as pl

from bocage.parameters.reader import Parameters

COST_PARAMETERS = {
    "led": "works.led_cost",
    "led_dimming": "works.led_cost",
    "dimming": "works.dimming_cost",
    "curfew": "works.curfew_cost",
}
"""Parameter whose bounds say how uncertain the cost of each kind of action is."""


def unit_cost_eur(parameters: Parameters) -> pl.Expr:
    """Cost of one luminaire from `kind` and `lantern`; 0 for an unknown kind [EUR]."""
    led = parameters.number("works.led_cost")
    lantern = (
        pl.when(pl.col("lantern") == "heritage").then(parameters.number("works.heritage_cost_factor")).otherwise(1.0)
    )
    option = parameters.number("works.dimming_option_cost")
    return (
        pl.when(pl.col("kind") == "led")
        .then(led * lantern)
        .when(pl.col("kind") == "led_dimming")
        .then(led * lantern + option)
        .when(pl.col("kind") == "dimming")
        .then(parameters.number("works.dimming_cost"))
        .when(pl.col("kind") == "curfew")
        .then(parameters.number("works.curfew_cost"))
        .otherwise(0.0)
    )
