"""Prices of electricity by delivery point, from the territory's own supply contract; the terms of the whole bill."""

import datetime as dt
from dataclasses import dataclass

import polars as pl

from bocage.domains.lighting.inventory.declared import electricity_parameters, lighting_parameters, setting
from bocage.domains.lighting.inventory.delivery import POINT, feeding
from bocage.vocabulary.columns import shared_asset_tables
from bocage.vocabulary.domain import Assets, Site
from bocage.vocabulary.references import delivery_reference

SUPPLY_PRICE = "supply_price"
LIGHTING, ELECTRICITY = "lighting", "electricity"
PRICES = ("energy_price_eur_kwh", "power_price_eur_kva_year", "fixed_price_eur_year")
PRICE_DEFAULT = "electricity.price_public_lighting"
_MATCH = {"supply_contract_id": 8, "tariff": 4, "use": 2}
"""What each agreement weighs: the contract of the point first, then its tariff, then its use."""


@dataclass(frozen=True, kw_only=True)
class SupplyTerms:
    """What one kWh more or less costs, and what the bill holds besides.

    bill = energy_price · E + fixed_per_kwh · E₀, with E the energy of the state considered and E₀ that
    of doing nothing: the fixed part and the subscribed power are paid whatever the works save, so
    that kWh fall faster than the bill. Subscribed power that works do give back is taken off apart,
    at the power price of `delivery_prices`.

    Attributes:
        energy_price_eur_kwh: price of the marginal kWh [EUR/kWh].
        fixed_per_kwh: fixed and power parts of today's bill over today's energy [EUR/kWh].
        power_price_eur_kva_year: of a subscribed kVA, mean over the delivery points [EUR/kVA/year].
        contract_share: share of today's energy whose price a supply contract tells [1].
        price_is_default: whether the price of the rest is the national one.
        assumed_fixed_per_kwh: the part of `fixed_per_kwh` that no contract tells [EUR/kWh].
    """

    energy_price_eur_kwh: float
    fixed_per_kwh: float
    power_price_eur_kva_year: float
    contract_share: float
    price_is_default: bool
    assumed_fixed_per_kwh: float = 0.0

    @property
    def full_price_eur_kwh(self) -> float:
        """Whole bill of doing nothing over its energy [EUR/kWh]."""
        return self.energy_price_eur_kwh + self.fixed_per_kwh


def delivery_prices(assets: Assets, site: Site, *, on: dt.date | None = None) -> pl.DataFrame:
    """The prices that hold at each delivery point, from the supply contract that matches it best.

    A price matches where carrier, contract, use, tariff and date agree; what either side leaves empty
    agrees with anything; a point that tells no use is taken for lighting. The most precise agreement
    wins, then the latest price; a price whose period is over is used where no other matches, and said
    to be so.

    Args:
        assets: completed; `supply_price` and `delivery_point` may be absent.
        site: date.
        on: day whose prices are wanted; the date of the site where None.

    Returns:
        One row per delivery point: `asset_id`, `prm`, `subscribed_power_kva`, `energy_price_eur_kwh`,
        `power_price_eur_kva_year`, `fixed_price_eur_year` (null where no contract tells them) and
        `price_origin` (`contract`, `expired`, null where none matches).

    >>> points = pl.DataFrame({"asset_id": ["p"], "prm": ["01234567890123"], "tariff": ["C5"]})
    >>> prices = pl.DataFrame({"asset_id": ["x", "y"], "tariff": [None, "c5"], "energy_price_eur_kwh": [0.2, 0.15]})
    >>> site = Site(territory_id="00000", longitude_deg=2.0, latitude_deg=47.0, date=dt.date(2026, 1, 1))
    >>> found = delivery_prices({"delivery_point": points, "supply_price": prices}, site)
    >>> found["energy_price_eur_kwh"].item(), found["price_origin"].item()
    (0.15, 'contract')
    """
    points = _conformed(assets, POINT)
    kept = ("asset_id", "prm", "subscribed_power_kva")
    best = _best_prices(points, _conformed(assets, SUPPLY_PRICE), on or site.date)
    named = points.select(kept).with_columns(delivery_reference("prm"))
    return named.join(best, on="asset_id", how="left", maintain_order="left")


def _best_prices(points: pl.DataFrame, prices: pl.DataFrame, day: dt.date) -> pl.DataFrame:
    wanted = [*_MATCH, "carrier"]
    left = points.with_columns(pl.col("use").fill_null(LIGHTING)).select("asset_id", *(_plain(name) for name in wanted))
    usable = prices.filter(pl.col("energy_price_eur_kwh").is_not_null()).with_row_index("_rank")
    right = usable.select(
        "_rank", *PRICES, "priced_from", "priced_to", *(_plain(name).alias(f"{name}_right") for name in wanted)
    )
    agree = pl.all_horizontal(pl.col(name).eq(pl.col(f"{name}_right")).fill_null(value=True) for name in wanted)
    score = pl.sum_horizontal(
        weight * pl.col(name).eq(pl.col(f"{name}_right")).fill_null(value=False).cast(pl.Int64)
        for name, weight in _MATCH.items()
    )
    is_over = pl.col("priced_to").lt(day).fill_null(value=False)
    return (
        left.join(right, how="cross")
        .filter(agree & pl.col("priced_from").le(day).fill_null(value=True))
        .with_columns(score.alias("_score"), is_over.alias("_over"))
        .sort("asset_id", "_over", "_score", "priced_from", "_rank", descending=[False, False, True, True, False],
              nulls_last=True)
        .unique("asset_id", keep="first", maintain_order=True)
        .with_columns(pl.when("_over").then(pl.lit("expired")).otherwise(pl.lit("contract")).alias("price_origin"))
        .select("asset_id", *PRICES, "price_origin")
    )  # fmt: skip


def _plain(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.String).str.to_lowercase().str.replace_all(r"[\s_\-]+", "").alias(name)


def _conformed(assets: Assets, name: str) -> pl.DataFrame:
    table = shared_asset_tables()[name]
    return table.conform(assets[name]) if name in assets else table.empty()


def full_price(site: Site) -> tuple[float, bool]:
    """Full price without a contract: that of the settings, else the national one, and then True [EUR/kWh]."""
    declared = setting(site, "electricity_price_eur_kwh")
    if isinstance(declared, float):
        return declared, False
    return electricity_parameters(site).number(PRICE_DEFAULT), True


def supply_terms(assets: Assets, rows: pl.DataFrame, site: Site) -> SupplyTerms:
    """The terms of the bill of all luminaires, contracts weighted by the energy that each delivery point feeds.

    Energy whose delivery point has no contract is paid at the full price of the settings, else at the
    national one; a dated share of it (`supply.fixed_share`) does not depend on kWh. Where a single
    contract price holds for the whole territory, luminaires without a known delivery point take it too.

    Args:
        assets: completed.
        rows: luminaires with their load (`with_load`).
        site: date, settings.

    Without any contract the full price is kept, and its fixed share told apart:

    >>> site = Site(territory_id="00000", longitude_deg=2.0, latitude_deg=47.0, date=dt.date(2026, 1, 1),
    ...             settings={"electricity_price_eur_kwh": 0.2})
    >>> rows = pl.DataFrame({"asset_id": ["a"], "energy_kwh": [100.0]})
    >>> terms = supply_terms({}, rows, site)
    >>> round(terms.energy_price_eur_kwh, 3), round(terms.full_price_eur_kwh, 3)
    (0.168, 0.2)
    """
    parameters = lighting_parameters(site)
    price, is_default = full_price(site)
    share = parameters.number("supply.fixed_share")
    plain = SupplyTerms(
        energy_price_eur_kwh=price * (1 - share),
        fixed_per_kwh=price * share,
        power_price_eur_kva_year=parameters.number("supply.power_price"),
        contract_share=0.0,
        price_is_default=is_default,
        assumed_fixed_per_kwh=price * share,
    )
    if SUPPLY_PRICE not in assets or assets[SUPPLY_PRICE].is_empty():
        return plain
    return _with_contracts(plain, _fed(assets, rows, site), parameters.number("supply.power_price"))


def _fed(assets: Assets, rows: pl.DataFrame, site: Site) -> pl.DataFrame:
    """Energy and prices by delivery point; luminaires without one under a null reference."""
    prices = delivery_prices(assets, site)
    known = prices.drop_nulls("prm").unique("prm", keep="first", maintain_order=True)
    energy = (
        rows.select("asset_id", "energy_kwh")
        .join(feeding(assets).select("asset_id", "prm"), on="asset_id", how="left", maintain_order="left")
        .group_by("prm", maintain_order=True)
        .agg(pl.col("energy_kwh").sum())
    )
    return energy.join(
        pl.concat([known, _territory_price(assets, site)], how="diagonal"),
        on="prm", how="left", nulls_equal=True, maintain_order="left",
    )  # fmt: skip


def _territory_price(assets: Assets, site: Site) -> pl.DataFrame:
    """The price of luminaires whose delivery point is unknown: that of street lighting, where one is told."""
    anywhere = pl.DataFrame({"asset_id": [""], "use": [LIGHTING], "carrier": [ELECTRICITY]})
    found = delivery_prices({**assets, POINT: anywhere}, site)
    return found.with_columns(pl.lit(None, dtype=pl.Float64).alias("fixed_price_eur_year"))


def _with_contracts(plain: SupplyTerms, fed: pl.DataFrame, default_power_price: float) -> SupplyTerms:
    total = float(fed["energy_kwh"].sum())
    if total <= 0:
        return plain
    told = pl.col("energy_price_eur_kwh").is_not_null()
    power = pl.col("power_price_eur_kva_year").fill_null(0.0) * pl.col("subscribed_power_kva").fill_null(0.0)
    fixed = pl.col("fixed_price_eur_year").fill_null(0.0) + power
    sums = fed.select(
        told_kwh=pl.col("energy_kwh").filter(told).sum(),
        energy_eur=(pl.col("energy_kwh") * pl.col("energy_price_eur_kwh")).filter(told).sum(),
        fixed_eur=fixed.filter(told).sum(),
        power_price=pl.col("power_price_eur_kva_year").filter(told).mean(),
    ).row(0, named=True)
    rest = total - sums["told_kwh"]
    return SupplyTerms(
        energy_price_eur_kwh=(sums["energy_eur"] + rest * plain.energy_price_eur_kwh) / total,
        fixed_per_kwh=(sums["fixed_eur"] + rest * plain.fixed_per_kwh) / total,
        power_price_eur_kva_year=sums["power_price"] if sums["power_price"] is not None else default_power_price,
        contract_share=sums["told_kwh"] / total,
        price_is_default=plain.price_is_default,
        assumed_fixed_per_kwh=rest * plain.fixed_per_kwh / total,
    )
