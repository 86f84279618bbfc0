"""Actions worth studying: renewals by street, the rest by sector, cabinets first where they must."""

import json
from collections.abc import Iterator

import polars as pl

from bocage.domains.lighting.actions.axes import in_excess, on_main_road
from bocage.domains.lighting.actions.cabinets import Cabinets, needed_first, read_cabinets
from bocage.domains.lighting.actions.change import DOMAIN_NAME
from bocage.domains.lighting.actions.duties import organised
from bocage.domains.lighting.actions.kinds import (
    Kind,
    cabinet_kind,
    considered,
    curfews,
    dimmings,
    first_year,
    is_burning,
    partial_curfew,
    remote_management,
    removal,
    renewals,
    repair,
    worn,
)
from bocage.domains.lighting.actions.labels import label, place_name
from bocage.domains.lighting.actions.lots import COMMUNE, RESPONSIBILITY, lots
from bocage.domains.lighting.actions.measure import measured_facts
from bocage.domains.lighting.inventory.declared import LUMINAIRE, lighting_parameters, real_setting, text_setting
from bocage.domains.lighting.inventory.delivery import CABINET, feeding
from bocage.vocabulary.columns import noun_tables
from bocage.vocabulary.domain import Assets, Site

__all__ = ["considered", "propose"]

Rows = list[dict[str, object]]
PLACES = {
    "street": (["street", "sector"], ["sector"]),
    "cabinet": (["cabinet", "sector"], ["cabinet", "sector"]),
    "sector": (["sector"], ["sector"]),
    "lot": ([], []),
}
"""By setting `lot_by`, what tells apart the lots of renewals, and those of settings such as a curfew."""
EQUIPMENT = ("detection", "remote_management")
_SUITS, _MAIN, _EXCESS = "_suits_", "_main", "_excess"


def propose(assets: Assets, site: Site) -> pl.DataFrame:
    """Actions as a frame of the noun `action`; each stands alone against doing nothing.

    Renewals (`led`, `led_dimming`, `led_detection`, `led_class`, `led_kit`, `removal`) are alternatives to
    each other on one lot, street by street unless the setting `lot_by` says otherwise; `dimming` and
    `detection` program LEDs in service, `curfew` and `curfew_partial` switch off, `remote_management` and
    `repair` stand alone, sector by sector. `cabinet_clock` and `cabinet_renewal` come before a curfew
    whose cabinets lack them; `subscribed_power` gives back what is subscribed and not needed. No action
    spans two communes.

    Args:
        assets: completed.
        site: settings, SIREN of the territory, date.
    """
    table = noun_tables()["action"]
    if LUMINAIRE not in assets or assets[LUMINAIRE].is_empty():
        return table.empty()
    frame = _marked(assets, site)
    works, settings = PLACES[text_setting(site, "lot_by")]
    least = int(real_setting(site, "lot_minimum_points"))
    cabinets = read_cabinets(assets, frame)
    rows: Rows = [
        *_renewals(frame, works, least, site),
        *_settings(frame, settings, least, site),
        *_of_cabinets(cabinets, site),
    ]
    needed_first(rows, cabinets)
    if not rows:
        return table.empty()
    actions = pl.DataFrame(rows, schema_overrides={"requires": pl.List(pl.String)}, infer_schema_length=None)
    return table.conform(organised(measured_facts(actions, assets, site), assets, site))


def _marked(assets: Assets, site: Site) -> pl.DataFrame:
    """Luminaires with their cabinet, main roads and points in excess."""
    fed = feeding(assets).select("asset_id", pl.col("cabinet_id").alias("cabinet"))
    frame = assets[LUMINAIRE].join(fed, on="asset_id", how="left", maintain_order="left")
    return frame.with_columns(
        on_main_road(assets).alias(_MAIN), in_excess(assets, lighting_parameters(site)).alias(_EXCESS)
    )


def _renewals(frame: pl.DataFrame, by: list[str], least: int, site: Site) -> Iterator[dict[str, object]]:
    """Every way of renewing each lot of worn luminaires that suits enough of it."""
    kinds = renewals(site)
    chosen = frame.filter(worn(site) & is_burning())
    masks = {kind.kind: kind.applies.fill_null(value=False).alias(_SUITS + kind.kind) for kind in kinds}
    suited = chosen.select("asset_id", _EXCESS, *masks.values())
    sets = {kind: set(suited.filter(_SUITS + kind)["asset_id"]) for kind in masks}
    excess = set(suited.filter(_EXCESS)["asset_id"])
    for lot in lots(chosen, by, least=least).iter_rows(named=True):
        ids = lot["asset_ids"]
        for kind in kinds:
            fits = sum(asset in sets[kind.kind] for asset in ids)
            if fits and fits >= kind.least_share * len(ids):
                yield _action(kind, lot, ids, site)
        gone = [asset for asset in ids if asset in excess]
        if gone:
            yield _action(removal(site), lot, gone, site)


def _settings(frame: pl.DataFrame, by: list[str], least: int, site: Site) -> Iterator[dict[str, object]]:
    """Dimming, curfew, remote management and repairs, lot by lot; equipment is not studied for a handful of points."""
    kinds = [*dimmings(site), *curfews(site), remote_management(site), repair(site)]
    for kind in kinds:
        for lot in lots(frame.filter(kind.applies.fill_null(value=False)), by).iter_rows(named=True):
            if kind.kind not in EQUIPMENT or len(lot["asset_ids"]) >= least:
                yield _action(kind, lot, lot["asset_ids"], site)
    partial = partial_curfew(site)
    main = set(frame.filter(_MAIN)["asset_id"])
    for lot in lots(frame.filter(partial.applies.fill_null(value=False)), by).iter_rows(named=True):
        kept = [asset for asset in lot["asset_ids"] if asset not in main]
        if 0 < len(kept) < len(lot["asset_ids"]):
            yield _action(partial, lot, kept, site)


def _of_cabinets(cabinets: Cabinets, site: Site) -> Iterator[dict[str, object]]:
    """What cabinets need, by sector, and subscriptions to fit."""
    for name, mark in (
        ("cabinet_clock", "lacks_clock"),
        ("cabinet_renewal", "unfit"),
        ("subscribed_power", "subscribes"),
    ):
        kind = cabinet_kind(name, site)
        for lot in lots(cabinets.rows.filter(mark), ["sector"]).iter_rows(named=True):
            yield _action(kind, lot, lot["asset_ids"], site, asset_type=CABINET)


def _action(
    kind: Kind, lot: dict[str, object], ids: list[str], site: Site, *, asset_type: str = LUMINAIRE
) -> dict[str, object]:
    said = label(kind, len(ids), place_name(lot.get("street"), lot.get("sector"), lot.get("cabinet")))
    return {
        "action_id": f"LIG-{kind.kind.upper()}-{lot['lot']}{kind.suffix}",
        "domain": DOMAIN_NAME,
        "kind": kind.kind,
        "label_fr": said.say("fr"),
        "label_en": said.say("en"),
        "place": lot.get("street") or lot.get("cabinet") or lot.get("sector"),
        COMMUNE: lot[COMMUNE],
        "asset_type": asset_type,
        "asset_ids": ids,
        "unit_count": len(ids),
        **{name: lot[name] for name in RESPONSIBILITY},
        "standing": "own",
        "first_year": first_year(site),
        "last_year": None,
        "lifetime_years": kind.lifetime_years,
        "vat_rate": lighting_parameters(site).number("works.vat_rate"),
        "exclusive_group": f"{kind.group}-{lot['lot']}" if kind.group else None,
        "requires": [],
        "change": json.dumps(kind.change, sort_keys=True),
    }
