"""Fill what the inventory does not say, from the surest rule to the last resort."""

import datetime as dt

import polars as pl

from bocage.domains.lighting.inventory.declared import (
    LIT_ROAD,
    LUMINAIRE,
    lighting_parameters,
    text_setting,
    with_all_columns,
)
from bocage.domains.lighting.inventory.delivery import with_delivery_points
from bocage.domains.lighting.inventory.peers import usual_code, usual_value
from bocage.domains.lighting.inventory.roads import with_lit_roads
from bocage.domains.lighting.inventory.settle import Guess, settle
from bocage.domains.lighting.inventory.surroundings import with_surroundings
from bocage.domains.lighting.inventory.tabulated import by_technology
from bocage.parameters.reader import Parameters
from bocage.vocabulary.domain import Assets, Site
from bocage.vocabulary.origin import high_column, low_column, origin_column
from bocage.vocabulary.responsibility import name_owners
from bocage.vocabulary.units import DAYS_PER_YEAR

COMPETENCE = "public_lighting"
OWNED = (LUMINAIRE, "support", "cabinet", "circuit", LIT_ROAD)
EPOCH = dt.date(1970, 1, 1)
COMMUNE = "_commune"
STREET = [COMMUNE, "street"]
"""A street is one street within its commune only: every bourg has its rue de l'Église."""


def complete(assets: Assets, site: Site) -> Assets:
    """Fill the imputable columns of the luminaires; derive the delivery points that only bills and cabinets name.

    Adds `<name>_origin` for each imputable column and `<name>_low`, `<name>_high` for numbers (10th
    and 90th percentiles). What is declared is never altered; completing twice changes nothing.

    Args:
        assets: may lack the type `luminaire`, or some of its columns.
        site: date, settings.

    The nominal power of an LED is used as it is, that of a mercury lamp of 125 W takes 12.8 % of gear:

    >>> import datetime as dt
    >>> site = Site(territory_id="00000", longitude_deg=2.0, latitude_deg=47.0, date=dt.date(2026, 1, 1))
    >>> lamps = pl.DataFrame({"asset_id": ["a", "b"], "technology": ["LED", "HG"], "lamp_power_w": [40.0, 125.0]})
    >>> complete({"luminaire": lamps}, site)["luminaire"]["system_power_w"].to_list()
    [40.0, 141.0]
    """
    parameters = lighting_parameters(site)
    assets = with_delivery_points(assets)
    if LUMINAIRE in assets:
        assets = with_lit_roads(assets, parameters)
    assets = _owned(assets, site)
    if LUMINAIRE not in assets:
        return assets
    frame = assets[LUMINAIRE].with_columns(pl.col("commune_code").fill_null("").alias(COMMUNE))
    frame = _technology(frame, parameters)
    frame = _powers(frame, parameters)
    frame = _light(frame, parameters)
    frame = _surroundings(frame, parameters, site)
    assets = {**assets, LUMINAIRE: frame.drop(COMMUNE)}
    return {**assets, LUMINAIRE: with_surroundings(assets, parameters)}


def _owned(assets: Assets, site: Site) -> dict[str, pl.DataFrame]:
    """The assets of the domain with all their columns, and who decides and pays for each."""
    own = {name: with_all_columns(assets[name], name) for name in OWNED if name in assets}
    return {**assets, **{name: name_owners(frame, site, competence=COMPETENCE) for name, frame in own.items()}}


def _technology(frame: pl.DataFrame, parameters: Parameters) -> pl.DataFrame:
    guesses = [
        Guess(usual_code(frame, "technology", ["model"]), "inferred"),
        Guess(usual_code(frame, "technology", STREET), "inferred"),
        Guess(pl.lit(str(parameters["lamps.default_technology"].value)), "default"),
    ]
    return settle(frame, "technology", guesses, bounded=False)


def _powers(frame: pl.DataFrame, parameters: Parameters) -> pl.DataFrame:
    gear = parameters["gear.factor"].value
    efficacy = parameters["lamps.efficacy"].value
    flux_spread, peers_spread = parameters.bounds("lamps.efficacy_spread"), parameters.bounds("lamps.peer_power_spread")
    technology = frame["technology"]
    no_power = pl.Series([None] * len(frame), dtype=pl.Float64)
    from_system = frame["system_power_w"] / by_technology(technology, frame["system_power_w"], gear)
    from_flux = frame["source_flux_lm"] / by_technology(technology, no_power, efficacy)
    typical = by_technology(technology, no_power, parameters["lamps.typical_power"].value)
    frame = settle(
        frame,
        "lamp_power_w",
        [
            Guess(from_system, "inferred", *_spread(parameters, inverse=True)),
            Guess(from_flux, "inferred", 1 / flux_spread[1], 1 / flux_spread[0]),
            Guess(usual_value(frame, "lamp_power_w", ["technology", "lantern"]), "inferred", *peers_spread),
            Guess(usual_value(frame, "lamp_power_w", ["technology"]), "inferred", *peers_spread),
            Guess(typical, "default", *parameters.bounds("lamps.typical_power_spread")),
        ],
    )
    low, high = _spread(parameters)
    power = pl.col("lamp_power_w")
    nominal_with_gear = frame["lamp_power_w"] * by_technology(technology, frame["lamp_power_w"], gear)
    return settle(
        frame,
        "system_power_w",
        [
            Guess(
                nominal_with_gear,
                _no_surer_than_inferred("lamp_power_w"),
                low * pl.col(low_column("lamp_power_w")) / power,
                high * pl.col(high_column("lamp_power_w")) / power,
            )
        ],
    )


def _spread(parameters: Parameters, *, inverse: bool = False) -> tuple[pl.Expr, pl.Expr]:
    """Bounds of the gear factor over its value, by technology."""
    led, discharge = parameters.bounds("gear.led_spread"), parameters.bounds("gear.discharge_spread")
    if inverse:
        led, discharge = (1 / led[1], 1 / led[0]), (1 / discharge[1], 1 / discharge[0])
    is_led = pl.col("technology") == "LED"
    return (
        pl.when(is_led).then(led[0]).otherwise(discharge[0]),
        pl.when(is_led).then(led[1]).otherwise(discharge[1]),
    )


def _no_surer_than_inferred(name: str) -> pl.Expr:
    origin = pl.col(origin_column(name))
    return pl.when(origin == "default").then(pl.lit("default")).otherwise(pl.lit("inferred"))


def _light(frame: pl.DataFrame, parameters: Parameters) -> pl.DataFrame:
    technology, power = frame["technology"], frame["lamp_power_w"]
    flux = power * by_technology(technology, power, parameters["lamps.efficacy"].value)
    low, high = parameters.bounds("lamps.efficacy_spread")
    frame = settle(frame, "source_flux_lm", [Guess(flux, _no_surer_than_inferred("lamp_power_w"), low, high)])
    warmth = by_technology(technology, power, parameters["lamps.colour_temperature"].value)
    frame = settle(
        frame,
        "colour_temperature_k",
        [Guess(warmth, "default", *parameters.bounds("lamps.colour_temperature_spread"))],
    )
    total = pl.col("ulor_percent") + pl.col("dlor_percent")
    upward = pl.when(total > 0).then(100 * pl.col("ulor_percent") / total)
    by_lantern = by_technology(frame["lantern"], power, parameters["lamps.upward_ratio"].value)
    guesses = [
        Guess(upward, "declared"),
        Guess(by_lantern, "default", *parameters.bounds("lamps.upward_ratio_spread")),
    ]
    return settle(frame, "ulr_percent", guesses)


def _surroundings(frame: pl.DataFrame, parameters: Parameters, site: Site) -> pl.DataFrame:
    height = by_technology(frame["lantern"], frame["lamp_power_w"], parameters["lamps.mounting_height"].value)
    spread = parameters.bounds("lamps.mounting_height_spread")
    guesses = [
        Guess(usual_value(frame, "mounting_height_m", STREET), "inferred", *spread),
        Guess(height, "default", *spread),
    ]
    frame = settle(frame, "mounting_height_m", guesses)
    age_years = by_technology(frame["technology"], frame["lamp_power_w"], parameters["lamps.typical_age"].value)
    today = site.date.toordinal() - EPOCH.toordinal()
    typical = (today - (age_years * DAYS_PER_YEAR).round()).cast(pl.Int32).cast(pl.Date)
    days = frame.with_columns(pl.col("installed_on").cast(pl.Int32).cast(pl.Float64))
    told = usual_value(days, "installed_on", [*STREET, "technology"]).floor().cast(pl.Int32).cast(pl.Date)
    frame = settle(frame, "installed_on", [Guess(told, "inferred"), Guess(typical, "default")], bounded=False)
    device = pl.lit(text_setting(site, "default_switching"))
    return settle(frame, "switching", [Guess(device, "default")], bounded=False)
