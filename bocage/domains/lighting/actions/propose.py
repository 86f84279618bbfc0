"""Actions worth studying: LED by street, dimming and curfew by sector."""

import datetime as dt
import json
from dataclasses import dataclass

import polars as pl

from bocage.domains.lighting.actions.change import DOMAIN_NAME
from bocage.domains.lighting.actions.lots import RESPONSIBILITY, lots
from bocage.domains.lighting.actions.measure import measured_facts
from bocage.domains.lighting.inventory.declared import (
    LOCALE,
    LUMINAIRE,
    lighting_parameters,
    real_setting,
    setting,
    text_setting,
)
from bocage.vocabulary.columns import noun_tables
from bocage.vocabulary.domain import Assets, Site
from bocage.vocabulary.origin import origin_column
from bocage.vocabulary.text import Message

DAYS_PER_YEAR = 365.25


@dataclass(frozen=True, kw_only=True)
class _Kind:
    """One kind of action: what it changes, how long it lasts, which alternatives it excludes."""

    kind: str
    change: dict[str, object]
    lifetime_years: float
    group: str
    suffix: str = ""


@dataclass(frozen=True, kw_only=True)
class Considered:
    """A kind of action and the luminaires on which it can be done.

    Attributes:
        kind: kind of action.
        applies: expression on completed luminaires.
        change: what it sets, as in the column `change` of the noun action.
    """

    kind: str
    applies: pl.Expr
    change: dict[str, object]


def considered(site: Site) -> list[Considered]:
    """Every kind of action that the settings consider, where it can be done and what it sets."""
    burning = pl.col("regime").fill_null("night") != "off"
    worn = _to_renew(site) & burning
    leds = ~_to_renew(site) & (pl.col("technology") == "LED") & _at_night() & _has_none("dimming")
    lit = _at_night() & _has_none("curfew")
    groups = ((_led_kinds(site), worn), ([_dimming_kind(site)], leds), (_curfew_kinds(site), lit))
    return [Considered(kind=one.kind, applies=where, change=one.change) for kinds, where in groups for one in kinds]


def propose(assets: Assets, site: Site) -> pl.DataFrame:
    """Actions as a frame of the noun `action`; each stands alone against doing nothing.

    `led` and `led_dimming` renew lamps that are not LED, and LEDs declared old, street by street;
    `dimming` programmes LEDs in service, `curfew` switches off at night, sector by sector.

    Args:
        assets: completed.
        site: settings, SIREN of the territory, date.
    """
    table = noun_tables()["action"]
    if LUMINAIRE not in assets or assets[LUMINAIRE].is_empty():
        return table.empty()
    frame = assets[LUMINAIRE]
    burning = pl.col("regime").fill_null("night") != "off"
    worn = frame.filter(_to_renew(site) & burning)
    leds = frame.filter(~_to_renew(site) & (pl.col("technology") == "LED") & _at_night() & _has_none("dimming"))
    lit = frame.filter(_at_night() & _has_none("curfew"))
    least = int(real_setting(site, "lot_minimum_points"))
    rows: list[dict[str, object]] = []
    for kinds, chosen in (
        (_led_kinds(site), lots(worn, ["street", "sector"], least=least)),
        ([_dimming_kind(site)], lots(leds, ["sector"])),
        (_curfew_kinds(site), lots(lit, ["sector"])),
    ):
        rows += [_action(kind, lot, site) for lot in chosen.iter_rows(named=True) for kind in kinds]
    if not rows:
        return table.empty()
    actions = pl.DataFrame(rows, infer_schema_length=None)
    return table.conform(measured_facts(actions, assets, site))


def _to_renew(site: Site) -> pl.Expr:
    age_days = (pl.lit(site.date) - pl.col("installed_on")).dt.total_days()
    declared = pl.col(origin_column("installed_on")).is_in(["measured", "declared"])
    old = declared & (age_days > real_setting(site, "old_led_years") * DAYS_PER_YEAR)
    return (pl.col("technology") != "LED") | old


def _at_night() -> pl.Expr:
    return pl.col("regime").fill_null("night") == "night"


def _has_none(window: str) -> pl.Expr:
    return pl.col(f"{window}_from").is_null() | pl.col(f"{window}_to").is_null()


def _led_kinds(site: Site) -> list[_Kind]:
    parameters = lighting_parameters(site)
    led: dict[str, object] = {
        "technology": "LED",
        "colour_temperature_k": real_setting(site, "led_colour_temperature_k"),
        "ulr_percent": parameters.number("works.led_upward_ratio"),
        "led_efficacy_lm_w": parameters.number("works.led_efficacy"),
        "utilisation_ratio": parameters.number("works.utilisation_ratio"),
        "installed_on": dt.date(_first_year(site), 7, 1).isoformat(),
    }
    life = parameters.number("works.luminaire_life")
    plain = _Kind(kind="led", change=led, lifetime_years=life, group="LIG-LOT")
    dimmed = _Kind(kind="led_dimming", change={**led, **_dimming(site)}, lifetime_years=life, group="LIG-LOT")
    return [plain, dimmed]


def _dimming(site: Site) -> dict[str, object]:
    start, end = text_setting(site, "dimming_window").split("-")
    level = real_setting(site, "dimming_level_percent")
    return {"dimming_from": start, "dimming_to": end, "dimming_level_percent": level}


def _dimming_kind(site: Site) -> _Kind:
    life = lighting_parameters(site).number("works.setting_life")
    return _Kind(kind="dimming", change=_dimming(site), lifetime_years=life, group="")


def _curfew_kinds(site: Site) -> list[_Kind]:
    life = lighting_parameters(site).number("works.setting_life")
    windows = dict.fromkeys(text_setting(site, name) for name in ("curfew_window", "curfew_window_short"))
    kinds = []
    for window in windows:
        start, end = window.split("-")
        change: dict[str, object] = {"curfew_from": start, "curfew_to": end}
        suffix = "-" + window.replace(":", "").replace("-", "")
        kinds.append(_Kind(kind="curfew", change=change, lifetime_years=life, group="LIG-CURFEW", suffix=suffix))
    return kinds


def _first_year(site: Site) -> int:
    declared = setting(site, "first_year")
    return declared if isinstance(declared, int) else site.date.year + 1


def _action(kind: _Kind, lot: dict[str, object], site: Site) -> dict[str, object]:
    identifiers = lot["asset_ids"]
    assert isinstance(identifiers, list)
    place = lot.get("street") or lot.get("sector")
    label = _label(kind, len(identifiers), lot)
    return {
        "action_id": f"LIG-{kind.kind.upper()}-{lot['lot']}{kind.suffix}",
        "domain": DOMAIN_NAME,
        "kind": kind.kind,
        "label_fr": label.say("fr"),
        "label_en": label.say("en"),
        "place": place,
        "asset_type": LUMINAIRE,
        "asset_ids": identifiers,
        "unit_count": len(identifiers),
        **{name: lot[name] for name in RESPONSIBILITY},
        "standing": "own",
        "first_year": _first_year(site),
        "last_year": None,
        "lifetime_years": kind.lifetime_years,
        "vat_rate": lighting_parameters(site).number("works.vat_rate"),
        "exclusive_group": f"{kind.group}-{lot['lot']}" if kind.group else None,
        "requires": [],
        "change": json.dumps(kind.change, sort_keys=True),
    }


def _label(kind: _Kind, count: int, lot: dict[str, object]) -> Message:
    street, sector = lot.get("street"), lot.get("sector")
    values: dict[str, object] = {"points": _points(count), "place": _place(street, sector)}
    if kind.kind == "curfew":
        values |= {"start": kind.change["curfew_from"], "end": kind.change["curfew_to"]}
        return Message("Switch off from {start} to {end}: {place}, {points}", values, LOCALE)
    if kind.kind == "dimming":
        return Message("Dim the LEDs in service at night: {place}, {points}", values, LOCALE)
    if kind.kind == "led_dimming":
        return Message("Renew with LED dimmed at night: {place}, {points}", values, LOCALE)
    return Message("Renew with LED: {place}, {points}", values, LOCALE)


def _points(count: int) -> dict[str, str]:
    """The number of points by language, singular where it is one."""
    if count == 1:
        message = Message("one light point", {}, LOCALE)
    else:
        message = Message("{count} light points", {"count": count}, LOCALE)
    return {"fr": message.say("fr"), "en": message.say("en")}


def _place(street: object, sector: object) -> dict[str, str]:
    """The place by language: the street, else the sector, else the whole territory."""
    if street:
        return {language: str(street) for language in ("fr", "en")}
    if sector:
        template = Message("sector {sector}", {"sector": sector}, LOCALE)
    else:
        template = Message("places without a name", {}, LOCALE)
    return {"fr": template.say("fr"), "en": template.say("en")}
