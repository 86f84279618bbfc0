"""Findings: what breaks a limit, ends soon, is old, is missing, or rests on defaults."""

import polars as pl

from bocage.domains.lighting.diagnose.completeness import REQUIRED_BY_LAW, held
from bocage.domains.lighting.diagnose.legal import legal_rules, with_limits
from bocage.domains.lighting.diagnose.rule import Rule, counted, day, found_by, marked, sure
from bocage.domains.lighting.diagnose.switch_off import with_unlawful_hours
from bocage.domains.lighting.inventory.declared import LOCALE, LUMINAIRE, lighting_parameters, real_setting
from bocage.domains.lighting.physics.profile import read_profile
from bocage.parameters.reader import Parameters
from bocage.science.civil import clock_minute
from bocage.vocabulary.domain import Finding, Site
from bocage.vocabulary.text import Message
from bocage.vocabulary.units import DAYS_PER_YEAR

WHOLE_NIGHT_H = 1.0
"""Yearly hours within which a point is deemed to burn all night [h]."""
TINY = 1e-9


def judged(rows: pl.DataFrame, site: Site) -> pl.DataFrame:
    """Add `age_years`, `flags` and `priority` to luminaires with their load.

    Args:
        rows: completed luminaires after `with_load`.
        site: date, zone.
    """
    parameters = lighting_parameters(site)
    year = int(real_setting(site, "hours_year"))
    rows = with_unlawful_hours(with_limits(rows, parameters, site), parameters, site, year=year)
    age = (pl.lit(site.date) - pl.col("installed_on")).dt.total_days() / DAYS_PER_YEAR
    return marked(rows.with_columns(age.clip(lower_bound=0).alias("age_years")), rules(site))


def findings(rows: pl.DataFrame, site: Site) -> list[Finding]:
    """Findings of all rules that concern at least one luminaire, most important first.

    Args:
        rows: luminaires after `judged`.
        site: date, zone.

    >>> import datetime as dt
    >>> site = Site(territory_id="00000", longitude_deg=2.0, latitude_deg=47.0, date=dt.date(2026, 1, 1))
    >>> [found.code for found in findings(pl.DataFrame(), site)]
    ['BOC-LIG-012']
    """
    if rows.is_empty():
        nothing = Message("No light point is known: nothing can be computed", {}, LOCALE)
        return [Finding(code="BOC-LIG-012", sentence=nothing, asset_type=LUMINAIRE, asset_ids=[], blocking=True)]
    return found_by(rules(site), rows, asset_type=LUMINAIRE)


def rules(site: Site) -> list[Rule]:
    """The rules at the date of the site, most important first."""
    parameters = lighting_parameters(site)
    return [*legal_rules(parameters, site), *_stock_rules(parameters, site), *_data_rules()]


def _stock_rules(parameters: Parameters, site: Site) -> list[Rule]:
    old = parameters.number("lamps.ageing")
    aged = Message(
        "Light points declared older than {limit} years on {date}: {count}",
        {"limit": old, "date": day(site.date)},
        LOCALE,
    )
    whole_night = (pl.col("night_h") - pl.col("full_h")).abs() < WHOLE_NIGHT_H
    return [
        Rule("BOC-LIG-009", pl.col("regime") == "permanent", _permanent_sentence),
        Rule("BOC-LIG-006", sure("installed_on") & (pl.col("age_years") > old), counted(aged)),
        Rule("BOC-LIG-010", (pl.col("regime") == "night") & whole_night, _unrestrained_sentence, flags=False),
    ]


def _permanent_sentence(concerned: pl.DataFrame, _: pl.DataFrame) -> Message:
    return Message(
        "Light points that burn day and night: {count}, {energy} kWh/year",
        {"count": len(concerned), "energy": _sum(concerned, "energy_kwh")},
        LOCALE,
    )


def _unrestrained_sentence(concerned: pl.DataFrame, rows: pl.DataFrame) -> Message:
    share = _sum(concerned, "energy_kwh") / max(_sum(rows, "energy_kwh"), TINY)
    return Message(
        "Light points that burn all night at full output, without dimming or curfew: {count}, {share:1}% of the energy",
        {"count": len(concerned), "share": 100 * share},
        LOCALE,
    )


def _sum(rows: pl.DataFrame, name: str) -> float:
    return float(rows.select(pl.col(name).sum()).item())


def _data_rules() -> list[Rule]:
    missing = pl.any_horizontal(held(name) == 0 for name in REQUIRED_BY_LAW)
    nominal = (pl.col("technology") == "LED") & sure("lamp_power_w") & ~sure("system_power_w")
    leds = Message("LED points without declared consumed power, whose nominal power is used: {count}", {}, LOCALE)
    unreadable = Message(
        "Light points whose hours of curfew or dimming cannot be read and are ignored: {count}", {}, LOCALE
    )
    return [
        Rule("BOC-LIG-008", ~sure("system_power_w"), _defaults_sentence, flags=False),
        Rule("BOC-LIG-011", nominal, counted(leds), flags=False),
        Rule("BOC-LIG-007", missing, _missing_sentence, flags=False),
        Rule("BOC-LIG-013", _unreadable_window(), counted(unreadable), flags=False),
    ]


def _missing_sentence(concerned: pl.DataFrame, rows: pl.DataFrame) -> Message:
    return Message(
        "Light points that lack data required by article 5 of the arrêté of 27 December"
        " 2018: {count} of {total} (on average {held:1} data held of {required})",
        {"count": len(concerned), "total": len(rows), "required": len(REQUIRED_BY_LAW), "held": _held(rows)},
        LOCALE,
    )


def _defaults_sentence(concerned: pl.DataFrame, rows: pl.DataFrame) -> Message:
    load, total = _sum(concerned, "system_power_w"), _sum(rows, "system_power_w")
    return Message(
        "Light points whose power with gear is not declared: {count}, {share:1}% of the"
        " installed load ({load:1} kW), inferred or by default",
        {"count": len(concerned), "share": 100 * load / max(total, TINY), "load": load / 1000},
        LOCALE,
    )


def _held(rows: pl.DataFrame) -> float:
    """Mean number of the required data that are declared."""
    return float(rows.select(pl.sum_horizontal(held(name) for name in REQUIRED_BY_LAW).mean()).item())


def _unreadable_window() -> pl.Expr:
    names = ("curfew_from", "curfew_to", "dimming_from", "dimming_to")
    unreadable = [
        pl.col(name).is_not_null()
        & pl.col(name).map_elements(lambda text: clock_minute(text) is None, return_dtype=pl.Boolean)
        for name in names
    ]
    halves = [
        pl.col(f"{window}_from").is_null() != pl.col(f"{window}_to").is_null() for window in ("curfew", "dimming")
    ]
    profile = pl.col("dimming_profile").is_not_null() & pl.col("dimming_profile").map_elements(
        lambda text: read_profile(text) is None, return_dtype=pl.Boolean
    )
    return pl.any_horizontal(*unreadable, *halves, profile)
