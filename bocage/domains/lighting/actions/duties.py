"""What organising works asks for: deadlines of law, days of staff, purchases that communes may make together."""

import json
from collections.abc import Mapping
from typing import Any

import polars as pl

from bocage.domains.lighting.actions.measure import LED_KINDS
from bocage.domains.lighting.inventory.declared import LUMINAIRE, lighting_parameters, text_setting
from bocage.parameters.reader import Parameters
from bocage.vocabulary.domain import Assets, Site
from bocage.vocabulary.origin import ORIGINS, origin_column

STRICT_ZONES = ("astronomical_site", "nature_reserve")
"""Zones of article 4, I and II, where the values of out of town hold everywhere."""
HERITAGE_PARKS = "b_heritage_parks"
RENEWING = (*LED_KINDS, "removal")
OWN_PRICES = "unit_price"


def must_be_replaced(parameters: Parameters, zone: str) -> pl.Expr:
    """Luminaires that the law wanted replaced by a date: those that send most of their light upwards.

    Args:
        parameters: of the domain.
        zone: protected zone of the settings.

    Reference: arrêté du 27 décembre 2018, art. 8.
    """
    road_like = pl.col("category").is_in(parameters["law.upward_ratio_categories"].value)
    parks = pl.lit(zone in STRICT_ZONES) & (pl.col("category") == HERITAGE_PARKS)
    told = pl.col(origin_column("ulr_percent")).is_in(ORIGINS[:2])
    return told & (road_like | parks) & (pl.col("ulr_percent") > parameters.number("law.upward_ratio_removal"))


def organised(actions: pl.DataFrame, assets: Assets, site: Site) -> pl.DataFrame:
    """Add to the facts of actions what organising them asks for.

    `staff_days` [day]; `purchase` (`lot`, `fact`, `minimum`, `discount`) where works may be bought with those of
    other communes, which they may not where the prices are those of the territory's own contract; `law`
    and `deadline_year` where the action renews all that the law wanted replaced in its lot.

    Args:
        actions: frame with `kind`, `asset_ids`, `exclusive_group`, `facts`.
        assets: completed.
        site: where, when, settings.
    """
    parameters, frame = lighting_parameters(site), assets[LUMINAIRE]
    concerned = frame.filter(must_be_replaced(parameters, text_setting(site, "protected_zone")).fill_null(value=False))
    late = set(concerned["asset_id"])
    lots = _late_by_lot(actions, late)
    priced = OWN_PRICES in assets and not assets[OWN_PRICES].is_empty()
    facts = []
    for row in actions.select("kind", "exclusive_group", "asset_ids", "facts").iter_rows(named=True):
        told: dict[str, Any] = json.loads(row["facts"] or "{}")
        told["staff_days"] = _staff_days(row["kind"], int(told.get("points") or 0), parameters)
        if row["kind"] in LED_KINDS and not priced:
            told["purchase"] = _purchase(parameters)
        due = lots.get(row["exclusive_group"] or "", set())
        if row["kind"] in RENEWING and due and due <= set(row["asset_ids"]):
            told |= _deadline(parameters)
        facts.append(json.dumps(told, sort_keys=True))
    return actions.with_columns(pl.Series("facts", facts, dtype=pl.String))


def _late_by_lot(actions: pl.DataFrame, late: set[str]) -> Mapping[str, set[str]]:
    """By group of alternatives, the assets of its lot that the law wanted replaced."""
    found: dict[str, set[str]] = {}
    if late:
        rows = actions.filter(pl.col("kind").is_in(RENEWING)).select("exclusive_group", "asset_ids")
        for group, ids in rows.iter_rows():
            if group:
                found.setdefault(group, set()).update(late & set(ids))
    return found


def _deadline(parameters: Parameters) -> dict[str, Any]:
    value = parameters["law.upward_ratio_removal_date"]
    # Works that had to be done by the first of January are works of the year before.
    return {"law": str(value.reference["fr"]), "deadline_year": value.value.year - 1}


def _staff_days(kind: str, points: int, parameters: Parameters) -> float:
    """Days of the owner's staff that an operation takes: to prepare, let and receive it, then to follow each point."""
    each = parameters.number("works.staff_days_point") if kind in RENEWING else 0.0
    return round(parameters.number("works.staff_days_operation") + each * points, 2)


def _purchase(parameters: Parameters) -> dict[str, Any]:
    return {
        "lot": "led",
        "fact": "points",
        "minimum": parameters.number("works.grouped_purchase_minimum"),
        "discount": parameters.number("works.grouped_purchase_discount"),
    }
