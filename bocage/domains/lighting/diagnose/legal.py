"""Rules of law on luminaires, by category of installation and zone: arrêté of 27 December 2018, phase-outs."""

import datetime as dt

import polars as pl

from bocage.domains.lighting.actions.duties import HERITAGE_PARKS, STRICT_ZONES, must_be_replaced
from bocage.domains.lighting.diagnose.rule import Rule, Say, counted, day, doubt, sure
from bocage.domains.lighting.diagnose.switch_off import UNLAWFUL_H
from bocage.domains.lighting.inventory.declared import LOCALE, text_setting
from bocage.parameters.reader import Parameters
from bocage.vocabulary.domain import Site
from bocage.vocabulary.text import LANGUAGES, Message, format_number

PARK = "natural_park"
COLD_LIMIT = "_warmest_k"


def with_limits(rows: pl.DataFrame, parameters: Parameters, site: Site) -> pl.DataFrame:
    """Add the highest colour temperature that each luminaire may have, null where it is free [K]."""
    return rows.with_columns(_warmest(parameters, text_setting(site, "protected_zone")).alias(COLD_LIMIT))


def legal_rules(parameters: Parameters, site: Site) -> list[Rule]:
    """Rules on luminaires at the date of the site, most important first.

    Args:
        parameters: of the domain.
        site: date, zone.

    Returns:
        Rules on rows that have `with_limits` and `with_unlawful_hours`.
    """
    zone = text_setting(site, "protected_zone")
    cold, upward = _is_cold(), _is_upward(parameters, zone)
    in_force = parameters["law.upward_ratio_maximum"].since
    recent = sure("installed_on") & (pl.col("installed_on") >= in_force) & (cold | upward)
    return [
        _recent(recent, in_force, parameters, zone),
        _globes(parameters, site, zone),
        _mercury(parameters, site),
        Rule("BOC-LIG-001", cold, _cold_sentence(parameters, zone)),
        _upward(upward, parameters),
        _nominal(parameters),
        _protected(parameters, zone),
        _flux_code(parameters),
        _unlawful(parameters),
        _sodium(parameters),
    ]


def out_of_town_values(site: Site) -> bool:
    """Whether the values of out of town hold everywhere: the zone of the settings is one of article 4, I or II."""
    return text_setting(site, "protected_zone") in STRICT_ZONES


def _warmest(parameters: Parameters, zone: str) -> pl.Expr:
    if zone == PARK:
        limits = parameters["law.colour_temperature_natural_park"].value
        in_town = pl.col("in_town").fill_null(value=True)
        return pl.when(in_town).then(float(limits["in_town"])).otherwise(float(limits["out_of_town"]))
    limits = {name: float(kelvin) for name, kelvin in parameters["law.colour_temperature_maximum"].value[zone].items()}
    return pl.col("category").replace_strict(limits, default=None, return_dtype=pl.Float64)


def _cold_sentence(parameters: Parameters, zone: str) -> Say:
    name = "law.colour_temperature_natural_park" if zone == PARK else "law.colour_temperature_maximum"

    def say(concerned: pl.DataFrame, _: pl.DataFrame) -> Message:
        limits = sorted(concerned[COLD_LIMIT].unique())
        words = {language: " / ".join(format_number(kelvin, language) for kelvin in limits) for language in LANGUAGES}
        return Message(
            "Light points above {limit} K, the limit for new or renewed installations{doubt}: {count}",
            {"limit": words, "doubt": doubt(parameters, name), "count": len(concerned)},
            LOCALE,
        )

    return say


def _is_cold() -> pl.Expr:
    return sure("colour_temperature_k") & (pl.col("colour_temperature_k") > pl.col(COLD_LIMIT))


def _is_upward(parameters: Parameters, zone: str) -> pl.Expr:
    return (
        sure("ulr_percent")
        & _road_like(parameters)
        & (pl.col("ulr_percent") > parameters.number("law.upward_ratio_maximum"))
    ) | _lights_protected_sky(parameters, zone)


def _road_like(parameters: Parameters) -> pl.Expr:
    return pl.col("category").is_in(parameters["law.upward_ratio_categories"].value)


def _lights_protected_sky(parameters: Parameters, zone: str) -> pl.Expr:
    allowed = parameters.number("law.upward_ratio_protected")
    return (
        pl.lit(zone in STRICT_ZONES)
        & sure("ulr_percent")
        & (pl.col("category") == HERITAGE_PARKS)
        & (pl.col("ulr_percent") > allowed)
    )


def _recent(applies: pl.Expr, since: dt.date, parameters: Parameters, zone: str) -> Rule:
    if zone == PARK:
        warmth = max(parameters["law.colour_temperature_natural_park"].value.values())
    else:
        warmth = parameters["law.colour_temperature_maximum"].value[zone]["a_safety"]
    message = Message(
        "Light points installed since {date} above {warmth} K or {upward}% of upward"
        " light, limits already in force{doubt}: {count}",
        {
            "date": day(since),
            "warmth": warmth,
            "upward": parameters.number("law.upward_ratio_maximum"),
            "doubt": doubt(parameters, "law.upward_ratio_maximum"),
        },
        LOCALE,
    )
    return Rule("BOC-LIG-014", applies, counted(message), critical=True)


def _globes(parameters: Parameters, site: Site, zone: str) -> Rule:
    limit = parameters.number("law.upward_ratio_removal")
    deadline = parameters["law.upward_ratio_removal_date"].value
    message = Message(
        "Light points that send more than {limit}% of their light upwards and had to be replaced by {date}: {count}",
        {"limit": limit, "date": day(deadline)},
        LOCALE,
    )
    applies = must_be_replaced(parameters, zone) & pl.lit(site.date >= deadline)
    return Rule("BOC-LIG-003", applies, counted(message), critical=True)


def _mercury(parameters: Parameters, site: Site) -> Rule:
    end = parameters["law.mercury_sale_end"].value
    message = Message("Mercury lamps, no longer sold since {date}: {count}", {"date": day(end)}, LOCALE)
    applies = (pl.col("technology") == "HG") & pl.lit(site.date >= end)
    return Rule("BOC-LIG-004", applies, counted(message), critical=True)


def _upward(applies: pl.Expr, parameters: Parameters) -> Rule:
    message = Message(
        "Light points that send more than {limit}% of their light upwards, the limit"
        " for new or renewed installations{doubt}: {count}",
        {
            "limit": parameters.number("law.upward_ratio_maximum"),
            "doubt": doubt(parameters, "law.upward_ratio_maximum"),
        },
        LOCALE,
    )
    return Rule("BOC-LIG-002", applies, counted(message))


def _nominal(parameters: Parameters) -> Rule:
    """Within the limit as installed, beyond that of the luminaire held horizontal (a tilted one is not judged)."""
    lowest, highest = (parameters.number(f"law.upward_ratio_{name}") for name in ("nominal", "maximum"))
    ratio, tilt = pl.col("ulr_percent"), pl.col("tilt_deg").fill_null(0.0)
    applies = sure("ulr_percent") & _road_like(parameters) & (tilt == 0) & (ratio >= lowest) & (ratio <= highest)
    message = Message(
        "Light points that send from {lowest}% to {highest}% of their light upwards, beyond the limit"
        " of a new luminaire held horizontal{doubt}: {count}",
        {"lowest": lowest, "highest": highest, "doubt": doubt(parameters, "law.upward_ratio_nominal")},
        LOCALE,
    )
    return Rule("BOC-LIG-020", applies, counted(message))


def _protected(parameters: Parameters, zone: str) -> Rule:
    message = Message(
        "Light points of parks or heritage that send light upwards in a protected zone, where none is allowed: {count}",
        {},
        LOCALE,
    )
    return Rule("BOC-LIG-022", _lights_protected_sky(parameters, zone), counted(message), critical=True)


def _flux_code(parameters: Parameters) -> Rule:
    limit = parameters.number("law.flux_code_3_minimum")
    applies = _road_like(parameters) & (pl.col("cie_flux_code_3_percent") <= limit)
    message = Message(
        "Light points whose CIE flux code 3 is {limit}% or less, for new or renewed installations{doubt}: {count}",
        {"limit": limit, "doubt": doubt(parameters, "law.flux_code_3_minimum")},
        LOCALE,
    )
    return Rule("BOC-LIG-021", applies, counted(message))


def _unlawful(parameters: Parameters) -> Rule:
    words = doubt(parameters, "law.switch_off")

    def say(concerned: pl.DataFrame, _: pl.DataFrame) -> Message:
        return Message(
            "Light points of parks, heritage or buildings lit at hours when they must be off{doubt}: {count},"
            " {hours} h/year on average",
            {"count": len(concerned), "hours": concerned[UNLAWFUL_H].mean(), "doubt": words},
            LOCALE,
        )

    return Rule("BOC-LIG-023", pl.col(UNLAWFUL_H) > 1.0, say)


def _sodium(parameters: Parameters) -> Rule:
    message = Message(
        "High-pressure sodium lamps, whose exemption for mercury ends on {date}: {count}",
        {"date": day(parameters["law.sodium_exemption_end"].value)},
        LOCALE,
    )
    return Rule("BOC-LIG-005", pl.col("technology") == "HPS", counted(message))
