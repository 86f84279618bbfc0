"""Findings: what breaks a limit, ends soon, is old, is missing, or rests on defaults."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import polars as pl

from bocage.domains.lighting.inventory.declared import (
    LOCALE,
    LUMINAIRE,
    lighting_parameters,
    text_setting,
)
from bocage.parameters.reader import Parameters
from bocage.science.civil import clock_minute
from bocage.vocabulary.domain import Finding, Site
from bocage.vocabulary.origin import origin_column
from bocage.vocabulary.text import Message

DAYS_PER_YEAR = 365.25
WHOLE_NIGHT_H = 1.0
"""Yearly hours within which a point is deemed to burn all night [h]."""
TINY = 1e-9
SURE = ("measured", "declared")
REQUIRED_BY_LAW = (
    "ulr_percent",
    "cie_flux_code_3_percent",
    "colour_temperature_k",
    "system_power_w",
    "source_flux_lm",
    "installed_on",
)
"""Data that the operator must hold: arrêté du 27 décembre 2018, art. 5."""


@dataclass(frozen=True)
class Rule:
    """One finding: which luminaires it concerns and what is said of them.

    Attributes:
        code: stable code of `codes.csv`.
        applies: expression on the rows of `judged`.
        sentence: builds the sentence from the rows concerned and all rows.
        critical: whether one such luminaire is a priority of the first rank.
        flags: whether it marks luminaires on maps.
    """

    code: str
    applies: pl.Expr
    sentence: Callable[[pl.DataFrame, pl.DataFrame], Message]
    critical: bool = False
    flags: bool = True


def judged(rows: pl.DataFrame, site: Site) -> pl.DataFrame:
    """Add `age_years`, `flags` and `priority` to luminaires with their load.

    Args:
        rows: completed luminaires after `with_load`.
        site: date, zone.
    """
    age = (pl.lit(site.date) - pl.col("installed_on")).dt.total_days() / DAYS_PER_YEAR
    rows = rows.with_columns(age.clip(lower_bound=0).alias("age_years"))
    marking = [rule for rule in rules(site) if rule.flags]
    hits = [rule.applies.fill_null(value=False) for rule in marking]
    codes = [pl.when(hit).then(pl.lit(rule.code)) for rule, hit in zip(marking, hits, strict=True)]
    critical = [hit for rule, hit in zip(marking, hits, strict=True) if rule.critical]
    return rows.with_columns(
        pl.concat_str(codes, separator=" ", ignore_nulls=True).alias("flags"),
        pl.when(pl.any_horizontal(critical))
        .then(pl.lit("critical"))
        .when(pl.any_horizontal(hits))
        .then(pl.lit("watch"))
        .otherwise(pl.lit("none"))
        .alias("priority"),
    )


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
    found = []
    for rule in rules(site):
        concerned = rows.filter(rule.applies.fill_null(value=False))
        if len(concerned):
            identifiers: Sequence[str] = concerned["asset_id"].sort().to_list()
            sentence = rule.sentence(concerned, rows)
            found.append(Finding(code=rule.code, sentence=sentence, asset_type=LUMINAIRE, asset_ids=identifiers))
    return found


def rules(site: Site) -> list[Rule]:
    """The rules at the date of the site, most important first."""
    parameters = lighting_parameters(site)
    return [*_legal_rules(parameters, site), *_stock_rules(parameters, site), *_data_rules()]


def _counted(message: Message) -> Callable[[pl.DataFrame, pl.DataFrame], Message]:
    """Sentence whose only value read from the rows is their number."""
    return lambda concerned, _: replace(message, values={**message.values, "count": len(concerned)})


def _sure(name: str) -> pl.Expr:
    return pl.col(origin_column(name)).is_in(SURE)


def _legal_rules(parameters: Parameters, site: Site) -> list[Rule]:
    warm = float(parameters["law.colour_temperature_maximum"].value[text_setting(site, "protected_zone")])
    upward, removal = (parameters.number(f"law.upward_ratio_{name}") for name in ("maximum", "removal"))
    deadline = parameters["law.upward_ratio_removal_date"].value
    mercury, sodium = parameters["law.mercury_sale_end"].value, parameters["law.sodium_exemption_end"].value
    too_high = Message(
        "Light points that send more than {limit}% of their light upwards and had to be replaced by {date}: {count}",
        {"limit": removal, "date": _day(deadline)},
        LOCALE,
    )
    too_cold = Message(
        "Light points above {limit} K, the limit for new or renewed installations: {count}", {"limit": warm}, LOCALE
    )
    too_upward = Message(
        "Light points that send more than {limit}% of their light upwards, the limit"
        " for new or renewed installations: {count}",
        {"limit": upward},
        LOCALE,
    )
    unsold = Message("Mercury lamps, no longer sold since {date}: {count}", {"date": _day(mercury)}, LOCALE)
    ending = Message(
        "High-pressure sodium lamps, whose exemption for mercury ends on {date}: {count}",
        {"date": _day(sodium)},
        LOCALE,
    )
    in_force = parameters["law.upward_ratio_maximum"].since
    recent = Message(
        "Light points installed since {date} above {warmth} K or {upward}% of upward"
        " light, limits already in force: {count}",
        {"date": _day(in_force), "warmth": warm, "upward": upward},
        LOCALE,
    )
    ratio = pl.col("ulr_percent")
    is_mercury = (pl.col("technology") == "HG") & pl.lit(site.date >= mercury)
    is_globe = _sure("ulr_percent") & (ratio > removal) & pl.lit(site.date >= deadline)
    is_cold = _sure("colour_temperature_k") & (pl.col("colour_temperature_k") > warm)
    is_upward = _sure("ulr_percent") & (ratio > upward)
    is_recent = _sure("installed_on") & (pl.col("installed_on") >= in_force) & (is_cold | is_upward)
    return [
        Rule("BOC-LIG-014", is_recent, _counted(recent), critical=True),
        Rule("BOC-LIG-003", is_globe, _counted(too_high), critical=True),
        Rule("BOC-LIG-004", is_mercury, _counted(unsold), critical=True),
        Rule("BOC-LIG-001", is_cold, _counted(too_cold)),
        Rule("BOC-LIG-002", is_upward, _counted(too_upward)),
        Rule("BOC-LIG-005", pl.col("technology") == "HPS", _counted(ending)),
    ]


def _stock_rules(parameters: Parameters, site: Site) -> list[Rule]:
    old = parameters.number("lamps.ageing")
    aged = Message(
        "Light points declared older than {limit} years on {date}: {count}",
        {"limit": old, "date": _day(site.date)},
        LOCALE,
    )
    whole_night = (pl.col("night_h") - pl.col("full_h")).abs() < WHOLE_NIGHT_H
    return [
        Rule("BOC-LIG-009", pl.col("regime") == "permanent", _permanent_sentence),
        Rule("BOC-LIG-006", _sure("installed_on") & (pl.col("age_years") > old), _counted(aged)),
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
    missing = pl.any_horizontal(
        pl.col("cie_flux_code_3_percent").is_null(),
        *(~_sure(name) for name in REQUIRED_BY_LAW if name != "cie_flux_code_3_percent"),
    )
    nominal = (pl.col("technology") == "LED") & _sure("lamp_power_w") & ~_sure("system_power_w")
    leds = Message("LED points without declared consumed power, whose nominal power is used: {count}", {}, LOCALE)
    unreadable = Message(
        "Light points whose hours of curfew or dimming cannot be read and are ignored: {count}", {}, LOCALE
    )
    return [
        Rule("BOC-LIG-008", ~_sure("system_power_w"), _defaults_sentence, flags=False),
        Rule("BOC-LIG-011", nominal, _counted(leds), flags=False),
        Rule("BOC-LIG-007", missing, _missing_sentence, flags=False),
        Rule("BOC-LIG-013", _unreadable_window(), _counted(unreadable), flags=False),
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
    declared = [
        _sure(name).fill_null(value=False).cast(pl.Int64)
        for name in REQUIRED_BY_LAW
        if name != "cie_flux_code_3_percent"
    ]
    declared.append(pl.col("cie_flux_code_3_percent").is_not_null().cast(pl.Int64))
    return float(rows.select(pl.sum_horizontal(declared).mean()).item())


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
    return pl.any_horizontal(*unreadable, *halves)


def _day(date: dt.date) -> dict[str, str]:
    """A date by language, figures only."""
    return {"fr": date.strftime("%d/%m/%Y"), "en": date.isoformat()}
