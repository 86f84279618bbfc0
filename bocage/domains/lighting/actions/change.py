"""What an action edits: the luminaires change, then the same computation runs again."""

import polars as pl

from bocage.domains.lighting.inventory.declared import LUMINAIRE, lighting_parameters
from bocage.vocabulary.domain import Assets, Site
from bocage.vocabulary.origin import high_column, low_column, origin_column

CHANGE_SCHEMA = {
    "technology": pl.String(),
    "colour_temperature_k": pl.Float64(),
    "ulr_percent": pl.Float64(),
    "led_efficacy_lm_w": pl.Float64(),
    "utilisation_ratio": pl.Float64(),
    "installed_on": pl.String(),
    "dimming_from": pl.String(),
    "dimming_to": pl.String(),
    "dimming_level_percent": pl.Float64(),
    "curfew_from": pl.String(),
    "curfew_to": pl.String(),
}
DOMAIN_NAME = "lighting"
PREFIX = "_new_"
CHANGE_COLUMNS = tuple(PREFIX + name for name in CHANGE_SCHEMA)
SWITCHING_COLUMNS = ("dimming_from", "dimming_to", "dimming_level_percent", "curfew_from", "curfew_to")


def asset_changes(actions: pl.DataFrame) -> pl.DataFrame:
    """One row per action and asset: `action_id`, `kind`, `asset_id` and what the action sets (null: untouched).

    Actions of other domains are left out.

    >>> row = pl.DataFrame({"action_id": ["a"], "kind": ["curfew"], "asset_ids": [["1", "2"]],
    ...                     "change": ['{"curfew_from": "23:00", "curfew_to": "05:00"}']})
    >>> asset_changes(row).select("asset_id", "_new_curfew_from").rows()
    [('1', '23:00'), ('2', '23:00')]
    """
    if "domain" in actions.columns:
        actions = actions.filter(pl.col("domain") == DOMAIN_NAME)
    decoded = actions.select(
        pl.col("action_id", "kind"),
        pl.col("asset_ids").cast(pl.List(pl.String)).alias("asset_id"),
        pl.col("change").cast(pl.String).str.json_decode(pl.Struct(CHANGE_SCHEMA)).alias("_change"),
    )
    fields = [pl.col("_change").struct.field(name).alias(PREFIX + name) for name in CHANGE_SCHEMA]
    exploded = decoded.select("action_id", "kind", "asset_id", *fields).explode("asset_id")
    return exploded.filter(pl.col("asset_id").is_not_null()).unique(["action_id", "asset_id"], maintain_order=True)


def together(changes: pl.DataFrame, by: str = "asset_id") -> pl.DataFrame:
    """Merge the changes of all actions that touch an asset; whatever their order, the result is the same.

    Where two actions set the same column, the greater identifier prevails (a plan never holds both:
    they share an exclusive group).
    """
    ordered = changes.sort("action_id")
    return ordered.group_by(by, maintain_order=True).agg(pl.col(CHANGE_COLUMNS).drop_nulls().last())


def apply(assets: Assets, actions: pl.DataFrame, site: Site) -> Assets:
    """The assets once the actions are done.

    Args:
        assets: completed.
        actions: frame of the noun `action`; those of other domains or on unknown assets change nothing.
        site: date and settings.

    Returns:
        The same assets, edited where an action says so.
    """
    if LUMINAIRE not in assets or actions.is_empty():
        return assets
    frame = assets[LUMINAIRE]
    changes = together(asset_changes(actions))
    touched = frame.join(changes, on="asset_id", how="left", maintain_order="left")
    return {**assets, LUMINAIRE: edit(touched, site).select(frame.columns)}


def edit(rows: pl.DataFrame, site: Site) -> pl.DataFrame:
    """Edit luminaires as their change columns say.

    The LED power for the same service is P = max(P_min, flux x downward share x utilisation / efficacy).

    Args:
        rows: completed luminaires with `CHANGE_COLUMNS`.
        site: date of the parameters.
    """
    parameters = lighting_parameters(site)
    low, high = parameters.bounds("works.led_power_spread")
    is_new = pl.col(PREFIX + "led_efficacy_lm_w").is_not_null()
    declared_down = pl.when(pl.col("ulor_percent") + pl.col("dlor_percent") > 0).then(pl.col("dlor_percent") / 100)
    down = declared_down.fill_null(parameters.number("works.downward_share"))
    needed_lm = pl.col("source_flux_lm") * down * pl.col(PREFIX + "utilisation_ratio")
    power = pl.max_horizontal(
        needed_lm / pl.col(PREFIX + "led_efficacy_lm_w"), pl.lit(parameters.number("works.led_smallest_power"))
    )
    rows = rows.with_columns(pl.when(is_new).then(power).alias("_power"))
    values: dict[str, tuple[pl.Expr, float, float]] = {
        "system_power_w": (pl.col("_power"), low, high),
        "lamp_power_w": (pl.col("_power"), low, high),
        "source_flux_lm": (pl.col("_power") * pl.col(PREFIX + "led_efficacy_lm_w"), low, high),
        "colour_temperature_k": (pl.col(PREFIX + "colour_temperature_k"), 1.0, 1.0),
        "ulr_percent": (pl.col(PREFIX + "ulr_percent"), 1.0, 1.0),
    }
    columns = []
    for name, (value, least, most) in values.items():
        for column, ratio in ((name, 1.0), (low_column(name), least), (high_column(name), most)):
            columns.append(_where(is_new, value * ratio, column))
        columns.append(_where(is_new, pl.lit("inferred"), origin_column(name)))
    columns += [
        _where(is_new, pl.col(PREFIX + "technology"), "technology"),
        _where(is_new, pl.lit("declared"), origin_column("technology")),
        _where(is_new, pl.col(PREFIX + "installed_on").str.to_date("%Y-%m-%d", strict=False), "installed_on"),
        _where(is_new, pl.lit("declared"), origin_column("installed_on")),
        *(_where(is_new, pl.lit(None), name) for name in ("ulor_percent", "dlor_percent", "model")),
        *(pl.coalesce(PREFIX + name, name).alias(name) for name in SWITCHING_COLUMNS),
    ]
    return rows.with_columns(columns).drop("_power", *CHANGE_COLUMNS)


def _where(condition: pl.Expr, value: pl.Expr, name: str) -> pl.Expr:
    return pl.when(condition).then(value).otherwise(pl.col(name)).alias(name)
