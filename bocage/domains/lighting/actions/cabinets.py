"""What is done to control cabinets, and which other actions cannot do without it."""

from dataclasses import dataclass

import polars as pl

from bocage.domains.lighting.actions.lots import COMMUNE, RESPONSIBILITY
from bocage.domains.lighting.inventory.delivery import CABINET, POINT, feeding
from bocage.vocabulary.domain import Assets

UNFIT = ("poor", "dangerous")
BLIND = ("photocell", "standard_clock")
"""Controls that cannot follow both the sun and a curfew."""


@dataclass(frozen=True)
class Cabinets:
    """The control cabinets, where they stand and what they lack.

    Attributes:
        rows: cabinets with `sector` (where most of the points they feed are), commune and responsibility,
            `lacks_clock`, `unfit`, `subscribes` (power known).
        fed: luminaire (`asset_id`) and `cabinet_id`, those that a known cabinet feeds.
    """

    rows: pl.DataFrame
    fed: pl.DataFrame


def read_cabinets(assets: Assets, luminaires: pl.DataFrame) -> Cabinets:
    """The cabinets that feed at least one luminaire, each in the sector and commune of most of its points.

    Args:
        assets: completed; none where cabinets are not known.
        luminaires: completed.
    """
    fed = feeding(assets).filter("known_cabinet").select("asset_id", "cabinet_id")
    if CABINET not in assets or fed.is_empty():
        empty = dict.fromkeys(("asset_id", "sector", COMMUNE, *RESPONSIBILITY), pl.String)
        marks = dict.fromkeys(("lacks_clock", "unfit", "subscribes"), pl.Boolean)
        return Cabinets(pl.DataFrame(schema={**empty, **marks}), fed.clear())
    places = (
        fed.join(luminaires.select("asset_id", "sector", pl.col(COMMUNE).alias("_commune")), on="asset_id")
        .group_by("cabinet_id", "sector", "_commune")
        .len()
        .sort("len", "sector", "_commune", descending=[True, False, False], nulls_last=True)
        .unique("cabinet_id", keep="first", maintain_order=True)
        .drop("len")
    )
    told = pl.col("subscribed_power_kva").cast(pl.Float64)
    subscribed = assets[CABINET].select(pl.col("asset_id").alias("cabinet_id"), told.alias("_own"), "prm")
    if POINT in assets and assets[POINT].height:
        points = assets[POINT].drop_nulls("prm").unique("prm", keep="first", maintain_order=True)
        subscribed = subscribed.join(points.select("prm", told.alias("_of_point")), on="prm", how="left")
    else:
        subscribed = subscribed.with_columns(pl.lit(None, dtype=pl.Float64).alias("_of_point"))
    rows = (
        assets[CABINET]
        .join(places, left_on="asset_id", right_on="cabinet_id", how="inner", maintain_order="left")
        .join(subscribed.drop("prm"), left_on="asset_id", right_on="cabinet_id", how="left", maintain_order="left")
        .with_columns(pl.coalesce(COMMUNE, "_commune").alias(COMMUNE))
    )
    unfit = pl.col("condition").is_in(UNFIT).fill_null(value=False)
    return Cabinets(
        rows.select(
            "asset_id", "sector", COMMUNE, *RESPONSIBILITY,
            (pl.col("control").is_in(BLIND).fill_null(value=False) & ~unfit).alias("lacks_clock"),
            unfit.alias("unfit"),
            pl.coalesce("_of_point", "_own").is_not_null().alias("subscribes"),
        ),
        fed,
    )  # fmt: skip


def needed_first(actions: list[dict[str, object]], cabinets: Cabinets) -> None:
    """Fill `requires`: a curfew needs clocks and sound cabinets, remote management sound cabinets.

    Args:
        actions: rows of actions, changed in place.
        cabinets: of the same territory.
    """
    of_cabinet: dict[str, dict[str, str]] = {"cabinet_clock": {}, "cabinet_renewal": {}}
    for action in actions:
        if action["kind"] in of_cabinet:
            of_cabinet[str(action["kind"])].update(dict.fromkeys(_ids(action), str(action["action_id"])))
    if not any(of_cabinet.values()):
        return
    feeder = dict(cabinets.fed.iter_rows())
    wanted = {
        "curfew": ("cabinet_clock", "cabinet_renewal"),
        "curfew_partial": ("cabinet_clock", "cabinet_renewal"),
        "remote_management": ("cabinet_renewal",),
    }
    for action in actions:
        kinds = wanted.get(str(action["kind"]), ())
        fed_by = {feeder[asset] for asset in _ids(action) if asset in feeder} if kinds else set()
        needed = {of_cabinet[kind][cabinet] for kind in kinds for cabinet in fed_by if cabinet in of_cabinet[kind]}
        if needed:
            action["requires"] = sorted(needed)


def _ids(action: dict[str, object]) -> list[str]:
    ids = action["asset_ids"]
    assert isinstance(ids, list)
    return ids
