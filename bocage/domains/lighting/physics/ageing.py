"""Failures and upkeep of each luminaire: spot repairs, group relamping, and the contract price they are anchored to."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bocage.domains.lighting.inventory.tabulated import by_technology
from bocage.domains.lighting.physics.renewal import characteristic_life_h, expected_replacements
from bocage.parameters.reader import Parameters

Array = NDArray[np.float64]

REFERENCE_TECHNOLOGY, REFERENCE_POWER_W, REFERENCE_HOURS = "HPS", 100.0, 4100.0
"""The point whose upkeep the contract price is deemed to pay: a sodium lamp of 100 W lit all night."""


def with_upkeep(rows: pl.DataFrame, parameters: Parameters) -> pl.DataFrame:
    """Add the expected failures and the central cost of upkeep of each luminaire.

    upkeep = a (f + (1 - f) v / v₀): the contract price a of the kind of source is paid for a fixed share
    f (visits, night patrols, administration) and for interventions, which follow those that the model
    expects, v, over those of the reference point of that kind, v₀. Without data the anchor comes back.
    A lamp is replaced when it fails and, with all those of its street, at a fixed interval T:
    v = (M(T h) c_spot + c_group) / T, with M the renewal function of its life in hours h. An LED has no
    group relamping: v = λ h c_led.

    Args:
        rows: luminaires with their hours, `is_led` and `counted`.
        parameters: of the domain (`upkeep`, `operation`).

    Returns:
        The rows in their order with `failures` (spot replacements expected [1/year]), `upkeep_eur` and
        `node_fee_eur` (subscription and hosting of remote-managed points) [EUR/year].
    """
    hours = rows.select((pl.col("full_h") + pl.col("dimmed_h")).fill_null(0.0)).to_series().to_numpy()
    is_led = rows["is_led"].to_numpy().astype(bool)
    counted = rows["counted"].to_numpy()
    managed = rows["remote_management"].fill_null(value=False).to_numpy().astype(bool)
    failures = np.where(
        is_led, led_failures(hours, parameters), lamp_failures(median_life_h(rows, parameters), hours, parameters)
    )
    ratio = np.where(
        is_led,
        _led_cost(failures, parameters) / _led_cost(led_failures(np.array([REFERENCE_HOURS]), parameters), parameters),
        _lamp_cost(failures, parameters) / _reference_lamp_cost(parameters),
    )
    anchor = np.where(
        is_led, parameters.number("operation.maintenance_led"), parameters.number("operation.maintenance_discharge")
    )
    fixed = parameters.number("upkeep.fixed_share")
    watched = 1 - parameters.number("upkeep.remote_saving") * managed
    upkeep = counted * anchor * (fixed * watched + (1 - fixed) * ratio)
    fee = counted * managed * parameters.number("operation.node_running_cost")
    return rows.with_columns(
        pl.Series("failures", counted * failures), pl.Series("upkeep_eur", upkeep), pl.Series("node_fee_eur", fee)
    )


def median_life_h(rows: pl.DataFrame, parameters: Parameters) -> Array:
    """Life that half of the lamps reach: the rated life that is declared, else that of the technology (n,) [h].

    Args:
        rows: has `technology`, `lamp_power_w` and `rated_life_h`.
        parameters: of the domain.
    """
    usual = by_technology(rows["technology"], rows["lamp_power_w"], parameters["upkeep.lamp_life"].value)
    other = float(np.mean([np.mean(_leaves(value)) for value in parameters["upkeep.lamp_life"].value.values()]))
    return rows["rated_life_h"].fill_null(usual).fill_null(other).to_numpy()


def _leaves(value: object) -> list[float]:
    return [float(part) for part in value.values()] if isinstance(value, dict) else [float(str(value))]


def lamp_failures(median_h: Array, hours_h_year: Array, parameters: Parameters) -> Array:
    """Spot replacements of a lamp between two group relampings, per year: M(T h / η) / T.

    Args:
        median_h: array (n,), life that half of the lamps reach [h].
        hours_h_year: array (n,), burning time per year [h/year].
        parameters: of the domain.

    A lamp that never burns never fails:

    >>> import datetime as dt
    >>> from bocage.domains.lighting.inventory.declared import FOLDER
    >>> read = Parameters(FOLDER / "parameters", dt.date(2026, 1, 1))
    >>> lamp_failures(np.array([18_000.0]), np.array([0.0]), read).tolist()
    [0.0]
    """
    shape, interval = parameters.number("upkeep.lamp_shape"), parameters.number("upkeep.group_interval")
    lives = interval * hours_h_year / characteristic_life_h(median_h, shape)
    return expected_replacements(lives, shape) / interval


def led_failures(hours_h_year: Array, parameters: Parameters) -> Array:
    """Failures of an LED luminaire, its driver first, at random in time: λ h.

    Args:
        hours_h_year: array (n,), burning time per year [h/year].
        parameters: of the domain.
    """
    return np.asarray(parameters.number("upkeep.led_failure_rate") * hours_h_year / 1000)


def _lamp_cost(failures: Array, parameters: Parameters) -> Array:
    """Interventions on a lamp [EUR/year]."""
    group = parameters.number("upkeep.group_cost") / parameters.number("upkeep.group_interval")
    return np.asarray(failures * parameters.number("upkeep.spot_cost") + group)


def _led_cost(failures: Array, parameters: Parameters) -> Array:
    """Interventions on an LED luminaire [EUR/year]."""
    return np.asarray(failures * parameters.number("upkeep.led_repair_cost"))


def _reference_lamp_cost(parameters: Parameters) -> Array:
    reference = pl.DataFrame(
        {"technology": [REFERENCE_TECHNOLOGY], "lamp_power_w": [REFERENCE_POWER_W], "rated_life_h": [None]},
        schema_overrides={"rated_life_h": pl.Float64},
    )
    life = median_life_h(reference, parameters)
    return _lamp_cost(lamp_failures(life, np.array([REFERENCE_HOURS]), parameters), parameters)
