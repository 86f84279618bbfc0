"""Kinds of action: which luminaires each suits, what it sets on them, how long it lasts, what it excludes."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from bocage.domains.lighting.inventory.class_flux import CLASS_FLUX
from bocage.domains.lighting.inventory.declared import lighting_parameters, real_setting, setting, text_setting
from bocage.domains.lighting.physics.presence import is_quiet
from bocage.vocabulary.domain import Site
from bocage.vocabulary.origin import origin_column
from bocage.vocabulary.units import DAYS_PER_YEAR

RENEWAL, SETTING, CURFEW = "LIG-LOT", "LIG-DIM", "LIG-CURFEW"
"""Exclusive groups, one per lot: a luminaire is renewed one way, dimmed one way, switched off one way."""
MOSTLY = 0.5
"""Share of a lot from which a way of renewing it is said to suit it [1]."""


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of action.

    Attributes:
        kind: declared code.
        applies: the luminaires that it suits, on completed ones.
        change: what it sets, as the column `change` of the action.
        lifetime_years: time after which what is installed is renewed at its cost [year].
        group: what it excludes within a lot; empty for nothing.
        suffix: what tells apart two actions of one kind on one lot.
        least_share: share of a lot that it must suit for the lot to be proposed so [1].
    """

    kind: str
    applies: pl.Expr
    change: Mapping[str, object]
    lifetime_years: float
    group: str = ""
    suffix: str = ""
    least_share: float = field(default=0.0)


def considered(site: Site) -> list[Kind]:
    """The kinds that stand on luminaires alone, the plainest of each exclusive group first.

    Args:
        site: settings and date.
    """
    return [*renewals(site)[:2], *dimmings(site)[:1], *curfews(site)[:1]]


def is_burning() -> pl.Expr:
    """Whether the luminaire gives light at all."""
    return pl.col("regime").fill_null("night") != "off"


def at_night() -> pl.Expr:
    """Whether it burns by night only."""
    return pl.col("regime").fill_null("night") == "night"


def worn(site: Site) -> pl.Expr:
    """Lamps that are not LED, and LEDs declared old."""
    age_days = (pl.lit(site.date) - pl.col("installed_on")).dt.total_days()
    declared = pl.col(origin_column("installed_on")).is_in(["measured", "declared"])
    old = declared & (age_days > real_setting(site, "old_led_years") * DAYS_PER_YEAR)
    return (pl.col("technology") != "LED") | old


def led_in_service(site: Site) -> pl.Expr:
    """LEDs that stay, lit at night."""
    return ~worn(site) & (pl.col("technology") == "LED") & at_night()


def _undimmed() -> pl.Expr:
    windowed = pl.col("dimming_from").is_not_null() & pl.col("dimming_to").is_not_null()
    return ~windowed & pl.col("dimming_profile").is_null()


def _window(text: str, name: str) -> dict[str, object]:
    start, end = text.split("-")
    return {f"{name}_from": start, f"{name}_to": end}


def _dimming(site: Site) -> dict[str, object]:
    level = real_setting(site, "dimming_level_percent")
    return {**_window(text_setting(site, "dimming_window"), "dimming"), "dimming_level_percent": level}


def _detection(site: Site) -> dict[str, object]:
    profile = lighting_parameters(site)["works.dimming_profile_detection"].value
    return {"dimming_profile": str(profile), "detection": True}


def _deep(site: Site) -> dict[str, object]:
    return {"dimming_profile": str(lighting_parameters(site)["works.dimming_profile_deep"].value)}


def first_year(site: Site) -> int:
    """First year in which works may be done."""
    declared = setting(site, "first_year")
    return declared if isinstance(declared, int) else site.date.year + 1


def renewals(site: Site) -> list[Kind]:
    """Ways of renewing a lot, alternatives to each other: like for like first."""
    parameters = lighting_parameters(site)
    led: dict[str, object] = {
        "technology": "LED",
        "colour_temperature_k": real_setting(site, "led_colour_temperature_k"),
        "ulr_percent": parameters.number("works.led_upward_ratio"),
        "led_efficacy_lm_w": parameters.number("works.led_efficacy"),
        "utilisation_ratio": parameters.number("works.utilisation_ratio"),
        "installed_on": dt.date(first_year(site), 7, 1).isoformat(),
    }
    life, applies = parameters.number("works.luminaire_life"), worn(site) & is_burning()
    classed = pl.col(CLASS_FLUX).is_not_null()
    ways: tuple[tuple[str, pl.Expr, dict[str, object], float], ...] = (
        ("led", applies, {}, 0.0),
        ("led_dimming", applies, _dimming(site), 0.0),
        ("led_detection", applies & is_quiet(), _detection(site), MOSTLY),
        ("led_class", applies & classed, {**_dimming(site), "class_sized": True}, MOSTLY),
        ("led_kit", applies & (pl.col("lantern") == "heritage"), {**_dimming(site), "heritage_kit": True}, 0.0),
    )
    return [
        Kind(kind=kind, applies=which, change={**led, **more}, lifetime_years=life, group=RENEWAL, least_share=share)
        for kind, which, more, share in ways
    ]


def dimmings(site: Site) -> list[Kind]:
    """Ways of dimming LEDs in service that are not dimmed yet, alternatives to each other."""
    life, applies = lighting_parameters(site).number("works.setting_life"), led_in_service(site) & _undimmed()
    ways = (("dimming", "", _dimming(site)), ("dimming", "-DEEP", _deep(site)), ("detection", "", _detection(site)))
    return [
        Kind(kind=kind, applies=applies, change=change, lifetime_years=life, group=SETTING, suffix=suffix)
        for kind, suffix, change in ways
    ]


def curfews(site: Site) -> list[Kind]:
    """Curfews of the points that have none: the window of the settings, then the shorter one."""
    life = lighting_parameters(site).number("works.curfew_life")
    applies = at_night() & (pl.col("curfew_from").is_null() | pl.col("curfew_to").is_null())
    windows = dict.fromkeys(text_setting(site, name) for name in ("curfew_window", "curfew_window_short"))
    return [
        Kind(
            kind="curfew",
            applies=applies,
            change=_window(window, "curfew"),
            lifetime_years=life,
            group=CURFEW,
            suffix="-" + window.replace(":", "").replace("-", ""),
        )
        for window in windows
    ]


def partial_curfew(site: Site) -> Kind:
    """The curfew of the settings everywhere but on the main roads."""
    whole = curfews(site)[0]
    return Kind(
        kind="curfew_partial",
        applies=whole.applies,
        change=whole.change,
        lifetime_years=whole.lifetime_years,
        group=CURFEW,
        suffix=whole.suffix,
    )


def remote_management(site: Site) -> Kind:
    """Nodes on the LEDs in service that have none."""
    return Kind(
        kind="remote_management",
        applies=led_in_service(site) & ~pl.col("remote_management").fill_null(value=False),
        change={"remote_management": True},
        lifetime_years=lighting_parameters(site).number("works.setting_life"),
    )


def repair(site: Site) -> Kind:
    """Repair of the points with a defect that is known and not mended."""
    return Kind(
        kind="repair",
        applies=pl.col("defect").is_not_null() & is_burning(),
        change={"repaired": True},
        lifetime_years=lighting_parameters(site).number("works.repair_life"),
    )


def removal(site: Site) -> Kind:
    """Taking away, where roads have far more light and points than they need."""
    return Kind(
        kind="removal",
        applies=pl.lit(value=True),
        change={"removed": True},
        lifetime_years=lighting_parameters(site).number("works.luminaire_life"),
        group=RENEWAL,
    )


def cabinet_kind(kind: str, site: Site) -> Kind:
    """What is done to control cabinets: a clock, a new cabinet, another subscription."""
    parameters = lighting_parameters(site)
    changes: Mapping[str, Mapping[str, object]] = {
        "cabinet_clock": {"switching": "astronomical_clock"},
        "cabinet_renewal": {"switching": "astronomical_clock"},
        "subscribed_power": {"fit_subscription": True},
    }
    life = "works.setting_life" if kind == "subscribed_power" else "works.cabinet_life"
    return Kind(kind=kind, applies=pl.lit(value=True), change=changes[kind], lifetime_years=parameters.number(life))
