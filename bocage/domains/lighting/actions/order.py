"""What actions order, item by item: the lines of a bill of quantities (DQE)."""

import polars as pl

from bocage.domains.lighting.actions.cost import cost_lines
from bocage.domains.lighting.actions.schedule import price_lines
from bocage.vocabulary.domain import Assets, Quantities, Site

_OF_SCHEDULE = ("framework", "lot", "item", "designation", "price_unit")


def order(assets: Assets, actions: pl.DataFrame, site: Site) -> Quantities:
    """Quantities and amounts of actions by item of the schedule, and how each line of it was read.

    Args:
        assets: completed; maybe `unit_price`.
        actions: frame of the noun `action`.
        site: date of the parameters.
    """
    schedule = price_lines(assets)
    named = schedule.with_row_index("line").select(pl.col("line").cast(pl.Int64), *_OF_SCHEDULE)
    lines = cost_lines(actions, assets, site).join(named, on="line", how="left", maintain_order="left")
    priced = pl.when(pl.col("line").is_not_null()).then(pl.lit("schedule")).otherwise(pl.lit("default"))
    return Quantities(
        lines.select(
            "action_id", *_OF_SCHEDULE, "works_item", "per", "quantity", "unit_price_eur", "amount_eur",
            priced.alias("origin"),
        ),
        schedule.select("asset_id", *_OF_SCHEDULE, "price_eur", "works_item", "per", "read_from"),
    )  # fmt: skip
