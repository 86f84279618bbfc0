"""Flux that remains: lamps and LEDs fade with the hours, luminaires get dirty with the years."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from bocage.parameters.reader import Parameters

Array = NDArray[np.float64]

LED = "LED"


def lumen_maintenance(kilohours: Array, loss_per_kh: Array, *, is_led: bool) -> Array:
    """Share of the first flux that a source still gives: exp(-α t) for an LED, 1 - α t for a lamp.

    Args:
        kilohours: array (n,), burning time [1000 h].
        loss_per_kh: array (n,), α, loss per 1,000 h [1].
        is_led: LED, which fades for good; a lamp is replaced before it loses all.

    An LED that is declared to keep 80 % after 100,000 h:

    >>> float(lumen_maintenance(np.array([100.0]), np.array([-np.log(0.8) / 100]), is_led=True)[0].round(12))
    0.8
    """
    if is_led:
        return np.asarray(np.exp(-loss_per_kh * kilohours))
    return np.asarray(np.clip(1 - loss_per_kh * kilohours, 0.0, 1.0))


def cleanliness(years: Array, table: Mapping[float, float]) -> Array:
    """Share of the flux that dirt lets through, between the years of a table, held beyond the last.

    Args:
        years: array (n,), time since the last cleaning [year].
        table: share by year.

    >>> cleanliness(np.array([0.0, 2.0, 4.0, 9.0]), {0: 1.0, 4: 0.88, 6: 0.84}).tolist()
    [1.0, 0.94, 0.88, 0.84]
    """
    points = sorted((float(year), float(share)) for year, share in table.items())
    return np.asarray(np.interp(years, [year for year, _ in points], [share for _, share in points]))


def maintenance_factor(
    technology: str, hours_h_year: Array, years: Array, parameters: Parameters, *, cleaned_every_years: float
) -> Array:
    """Maintained over initial flux after some years of service: lumen maintenance times cleanliness.

    Args:
        technology: code of the source.
        hours_h_year: array (n,), burning time per year [h/year].
        years: array (n,), years since the lamp, or the LED luminaire, was new [year].
        parameters: of the domain (`ageing`).
        cleaned_every_years: interval between cleanings [year].

    Raises:
        KeyError: the technology has no loss.

    New and clean is 1:

    >>> import datetime as dt
    >>> from bocage.domains.lighting.inventory.declared import FOLDER
    >>> read = Parameters(FOLDER / "parameters", dt.date(2026, 1, 1))
    >>> maintenance_factor("LED", np.array([4100.0]), np.array([0.0]), read, cleaned_every_years=4).tolist()
    [1.0]
    """
    loss = float(parameters["ageing.flux_loss"].value[technology])
    kept = lumen_maintenance(hours_h_year * years / 1000, np.asarray(loss), is_led=technology == LED)
    return kept * cleanliness(np.mod(years, cleaned_every_years), parameters["ageing.dirt"].value)


def mean_maintenance(technology: str, hours_h_year: Array, parameters: Parameters) -> Array:
    """Mean of the maintenance factor over a life in service: between two relampings, or the life of an LED luminaire.

    What the street sees on average, neither the first night nor the last.

    Args:
        technology: code of the source; one without a declared loss keeps its flux.
        hours_h_year: array (n,), burning time per year [h/year].
        parameters: of the domain (`ageing`, `upkeep`, `works`).

    >>> import datetime as dt
    >>> from bocage.domains.lighting.inventory.declared import FOLDER
    >>> read = Parameters(FOLDER / "parameters", dt.date(2026, 1, 1))
    >>> bool(0.75 < mean_maintenance("HPS", np.array([4100.0]), read)[0] < 1)
    True
    """
    loss = float(parameters["ageing.flux_loss"].value.get(technology, 0.0))
    relamped = parameters.number("upkeep.group_interval")
    dirt = _mean_cleanliness(relamped, parameters["ageing.dirt"].value)
    if technology != LED:
        return np.asarray(np.clip(1 - loss * hours_h_year * relamped / 2000, 0.0, 1.0) * dirt)
    lost = loss * hours_h_year * parameters.number("works.luminaire_life") / 1000
    # (1 - e^-x) / x tends to 1 where the LED never burns.
    mean = np.divide(-np.expm1(-lost), lost, out=np.ones_like(lost), where=lost > 0)
    return np.asarray(mean * dirt)


def _mean_cleanliness(years: float, table: Mapping[float, float]) -> float:
    edges = np.array(sorted({0.0, years, *(float(year) for year in table if 0 < year < years)}))
    shares = cleanliness(edges, table)
    return float(np.trapezoid(shares, edges) / years)
