"""Cost of works, item by item: the territory's own unit prices first, dated parameters where it has none."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bocage.domains.lighting.actions.change import asset_changes, edit
from bocage.domains.lighting.actions.schedule import COUNTED, price_lines
from bocage.domains.lighting.inventory.declared import LUMINAIRE, lighting_parameters
from bocage.domains.lighting.inventory.delivery import CABINET, feeding
from bocage.parameters.reader import Parameters
from bocage.vocabulary.domain import Assets, Site

Array = NDArray[np.float64]
Texts = NDArray[np.object_]

HERITAGE, NEVER = "heritage", "\0"
LED_ITEM = "led"
RENEWED = (LED_ITEM, "led_kit")
"""Items whose default price holds taking down and disposal too."""
SCHEMA = {
    "action_id": pl.String(), "kind": pl.String(), "works_item": pl.String(), "line": pl.Int64(), "per": pl.String(),
    "quantity": pl.Float64(), "unit_price_eur": pl.Float64(), "amount_eur": pl.Float64(), "parameter": pl.String(),
}  # fmt: skip


@dataclass(frozen=True)
class Item:
    """An item of works of a kind of action.

    Attributes:
        kind: kind of action.
        item: item of works.
        per: what its default price is counted per.
        parameter: default price; empty where the item is part of the default price of another one.
        lantern: `heritage`, `other`, or empty for all: the luminaires that it concerns.
    """

    kind: str
    item: str
    per: str
    parameter: str
    lantern: str


@cache
def items() -> tuple[Item, ...]:
    """The declared items of works, by kind of action."""
    with (Path(__file__).parent / "items.csv").open(encoding="utf-8", newline="") as stream:
        return tuple(
            Item(row["kind"], row["item"], row["per"], row["parameter"], row["lantern"])
            for row in csv.DictReader(stream)
        )


@cache
def _main_parameters() -> dict[str, str]:
    found: dict[str, str] = {}
    for item in items():
        found.setdefault(item.kind, item.parameter)
    return found


COST_PARAMETERS = _main_parameters()
"""Parameter whose bounds say how uncertain the cost of each kind of action is, where no schedule prices it."""


def unit_cost_eur(parameters: Parameters) -> pl.Expr:
    """Default cost of one luminaire from `kind` and `lantern`; 0 for an unknown kind [EUR]."""
    expression = pl.lit(0.0)
    for kind in COST_PARAMETERS:
        parts = [item for item in items() if item.kind == kind and item.per == LUMINAIRE and item.parameter]
        cost = pl.sum_horizontal(_default_price(item, parameters) for item in parts) if parts else pl.lit(0.0)
        expression = pl.when(pl.col("kind") == kind).then(cost).otherwise(expression)
    return expression


def _default_price(item: Item, parameters: Parameters) -> pl.Expr:
    """Default price of an item for a luminaire, from its `lantern`; 0 where the item does not concern it [EUR]."""
    is_heritage = (pl.col("lantern") == HERITAGE).fill_null(value=False)
    price = pl.lit(parameters.number(item.parameter))
    if item.item == LED_ITEM:
        price = price * pl.when(is_heritage).then(parameters.number("works.heritage_cost_factor")).otherwise(1.0)
    if item.lantern:
        price = pl.when(is_heritage if item.lantern == HERITAGE else ~is_heritage).then(price).otherwise(0.0)
    return price


def cost_lines(actions: pl.DataFrame, assets: Assets, site: Site) -> pl.DataFrame:
    """What each action costs, line by line, excluding VAT (central values).

    An item is priced by the line of the schedule that holds for it: same framework contract, same lot (a
    commune or a sector), same lantern, narrowest range of LED power, in this order; else by its dated
    parameter. Where the schedule prices no renewal, taking down and disposal are part of the parameter.

    Args:
        actions: frame of the noun `action`.
        assets: completed; maybe `unit_price`.
        site: date of the parameters.

    Returns:
        `action_id`, `kind`, `works_item`, `line` (row of `price_lines`, null where a parameter prices it),
        `per`, `quantity`, `unit_price_eur`, `amount_eur` (to the cent), `parameter` (null where a line does).
    """
    if actions.is_empty() or LUMINAIRE not in assets:
        return pl.DataFrame(schema=SCHEMA)
    parameters = lighting_parameters(site)
    lines = price_lines(assets).with_row_index("line").with_columns(pl.col("line").cast(pl.Int64))
    usable = lines.filter(pl.col("works_item").is_not_null() & pl.col("per").is_in(COUNTED))
    rows = _units(actions, assets, site, with_power=not usable.is_empty())
    found, renewed = [], rows.select("action_id", "asset_id").clear()
    for item in items():
        concerned = _concerned(rows, item)
        if not item.parameter:
            # What the default price of a renewal holds is not to be paid twice.
            concerned = concerned.join(renewed, on=["action_id", "asset_id"], how="semi", maintain_order="left")
        if concerned.is_empty():
            continue
        priced, rest = _split(concerned, item, usable)
        if item.item in RENEWED:
            renewed = pl.concat([renewed, priced.select("action_id", "asset_id")])
        found.append(_counted(priced, item, usable))
        if item.parameter:
            found.append(_by_default(rest, item, parameters))
    if not found:
        return pl.DataFrame(schema=SCHEMA)
    return pl.concat(found).filter(pl.col("quantity") > 0).sort("action_id", "works_item", "line", "unit_price_eur")


def _units(actions: pl.DataFrame, assets: Assets, site: Site, *, with_power: bool) -> pl.DataFrame:
    """One row per action and asset: luminaires with their lantern, power once done, cabinet, support, circuit."""
    frame = assets[LUMINAIRE]
    fed = feeding(assets).select("asset_id", pl.col("cabinet_id").alias("_cabinet"))
    about_cabinets = (pl.col("asset_type") == CABINET) if "asset_type" in actions.columns else pl.lit(value=False)
    kept = ("lantern", "support_id", "circuit_id", "contract_id", "commune_code", "sector")
    changed = asset_changes(actions.filter(~about_cabinets), assets)
    if with_power:
        rows = edit(changed.join(frame, on="asset_id", how="inner", maintain_order="left"), site)
        rows = rows.select("action_id", "kind", "asset_id", *kept, pl.col("system_power_w").alias("_power"))
    else:
        rows = changed.select("action_id", "kind", "asset_id").join(
            frame.select("asset_id", *kept), on="asset_id", how="inner", maintain_order="left"
        ).with_columns(pl.lit(None, dtype=pl.Float64).alias("_power"))  # fmt: skip
    rows = rows.join(fed, on="asset_id", how="left", maintain_order="left")
    cabinets = (
        actions.filter(about_cabinets)
        .select("action_id", "kind", pl.col("asset_ids").alias("asset_id"), "contract_id", "commune_code")
        .explode("asset_id")
        .with_columns(pl.col("asset_id").alias("_cabinet"))
        if "asset_type" in actions.columns
        else rows.clear()
    )
    if cabinets.height and CABINET in assets:
        cabinets = cabinets.filter(pl.col("asset_id").is_in(assets[CABINET]["asset_id"].implode()))
    return pl.concat([rows, cabinets], how="diagonal_relaxed")


def _concerned(rows: pl.DataFrame, item: Item) -> pl.DataFrame:
    heritage = (pl.col("lantern") == HERITAGE).fill_null(value=False)
    which = {"": pl.lit(value=True), HERITAGE: heritage}.get(item.lantern, ~heritage)
    return rows.filter((pl.col("kind") == item.kind) & which)


def _split(rows: pl.DataFrame, item: Item, usable: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows that a line of the schedule prices, with it in `line`, and the others."""
    own = usable.filter(pl.col("works_item") == item.item)
    if item.item == _main_item(item.kind):
        named = usable.filter(pl.col("works_item") == item.kind)
        own = named if named.height else own
    best = np.full(len(rows), -1, dtype=np.int64)
    score = np.full(len(rows), -1.0)
    power = rows["_power"].to_numpy()
    texts = {name: rows[name].fill_null("").to_numpy() for name in ("contract_id", "commune_code", "sector", "lantern")}
    for line in own.iter_rows(named=True):
        worth = _worth(line, texts, power)
        better = worth > score
        best[better], score[better] = line["line"], worth[better]
    marked = rows.with_columns(pl.Series("line", best))
    return marked.filter(pl.col("line") >= 0), marked.filter(pl.col("line") < 0)


def _worth(line: Mapping[str, Any], texts: Mapping[str, Texts], power_w: Array) -> Array:
    """How well a line of the schedule holds for each row; -1 where it does not."""
    low = line["from_power_w"] or 0.0
    high = np.inf if line["to_power_w"] is None else line["to_power_w"]
    ranged, lot = low > 0 or np.isfinite(high), line["lot"] or ""
    worth = 8.0 * (texts["contract_id"] == (line["framework"] or NEVER))
    if lot:
        worth += 4.0 * ((texts["commune_code"] == lot) | (texts["sector"] == lot))
    if line["lantern"]:
        worth += 2.0
    if np.isfinite(high):
        worth += 1.0 / (1.0 + (high - low))
    holds = (power_w >= low) & (power_w < high) if ranged else np.ones(len(power_w), dtype=bool)
    if line["lantern"]:
        holds &= texts["lantern"] == line["lantern"]
    return np.where(holds, worth, -1.0)


@cache
def _main_item(kind: str) -> str:
    return next(item.item for item in items() if item.kind == kind)


_DISTINCT = {"luminaire": "asset_id", "support": "support_id", "cabinet": "_cabinet", "circuit": "circuit_id"}


def _number(per: str) -> pl.Expr:
    """How many units of a price the rows of an action make: at least one where its assets are not told apart."""
    if per == "action":
        return pl.lit(1.0)
    return pl.col(_DISTINCT[per]).drop_nulls().n_unique().clip(lower_bound=1).cast(pl.Float64)


def _counted(priced: pl.DataFrame, item: Item, usable: pl.DataFrame) -> pl.DataFrame:
    """Lines of the schedule by action, with what they count."""
    if priced.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    joined = priced.join(usable.select("line", "per", "price_eur"), on="line", how="left", maintain_order="left")
    found = [
        of_per.group_by("action_id", "kind", "line", maintain_order=True).agg(
            _number(per).alias("quantity"), pl.col("price_eur").first().alias("unit_price_eur"), pl.col("per").first()
        )
        for (per,), of_per in joined.group_by(["per"], maintain_order=True)
    ]
    return _finished(pl.concat(found), item, parameter=None)


def _by_default(rest: pl.DataFrame, item: Item, parameters: Parameters) -> pl.DataFrame:
    """What no line prices, at the price of the dated parameter."""
    if rest.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    grouped = (
        rest.with_columns(_default_price(item, parameters).alias("unit_price_eur"))
        .group_by("action_id", "kind", "unit_price_eur", maintain_order=True)
        .agg(_number(item.per).alias("quantity"))
        .with_columns(pl.lit(None, dtype=pl.Int64).alias("line"), pl.lit(item.per).alias("per"))
    )
    return _finished(grouped, item, parameter=item.parameter)


def _finished(lines: pl.DataFrame, item: Item, *, parameter: str | None) -> pl.DataFrame:
    # To the cent, like a quote: the last digits of a float must not decide a plan.
    return lines.select(
        "action_id",
        "kind",
        pl.lit(item.item).alias("works_item"),
        pl.col("line").cast(pl.Int64),
        "per",
        "quantity",
        "unit_price_eur",
        (pl.col("quantity") * pl.col("unit_price_eur")).round(2).alias("amount_eur"),
        pl.lit(parameter, dtype=pl.String).alias("parameter"),
    )
