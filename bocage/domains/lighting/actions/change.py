"""What an action edits: the luminaires change, then the same computation runs again."""

import polars as pl

from bocage.domains.lighting.inventory.class_flux import CLASS_FLUX
from bocage.domains.lighting.inventory.declared import LUMINAIRE, lighting_parameters
from bocage.domains.lighting.inventory.delivery import CABINET, feeding
from bocage.domains.lighting.inventory.surroundings import FITTED
from bocage.domains.lighting.physics.load import REMOVED
from bocage.parameters.reader import Parameters
from bocage.vocabulary.domain import Assets, Site
from bocage.vocabulary.origin import high_column, low_column, origin_column

CHANGE_SCHEMA = {
    "technology": pl.String(),
    "colour_temperature_k": pl.Float64(),
    "ulr_percent": pl.Float64(),
    "led_efficacy_lm_w": pl.Float64(),
    "utilisation_ratio": pl.Float64(),
    "installed_on": pl.String(),
    "heritage_kit": pl.Boolean(),
    "class_sized": pl.Boolean(),
    "dimming_from": pl.String(),
    "dimming_to": pl.String(),
    "dimming_level_percent": pl.Float64(),
    "dimming_profile": pl.String(),
    "detection": pl.Boolean(),
    "remote_management": pl.Boolean(),
    "curfew_from": pl.String(),
    "curfew_to": pl.String(),
    "switching": pl.String(),
    "fit_subscription": pl.Boolean(),
    "removed": pl.Boolean(),
    "repaired": pl.Boolean(),
}
DOMAIN_NAME = "lighting"
PREFIX = "_new_"
CHANGE_COLUMNS = tuple(PREFIX + name for name in CHANGE_SCHEMA)
SWITCHING_COLUMNS = (
    "dimming_from", "dimming_to", "dimming_level_percent", "dimming_profile", "curfew_from", "curfew_to", "switching",
    "detection", "remote_management",
)  # fmt: skip
_TEMPORARY = ("_power", "_flux")


def asset_changes(actions: pl.DataFrame, assets: Assets) -> pl.DataFrame:
    """One row per action and luminaire: `action_id`, `kind`, `asset_id` and what the action sets (null: untouched).

    Actions of other domains are left out. What is done to a cabinet changes the luminaires that it feeds.

    Args:
        actions: frame of the noun `action`.
        assets: completed; read where an action is about cabinets.

    >>> row = pl.DataFrame({"action_id": ["a"], "kind": ["curfew"], "asset_ids": [["1", "2"]],
    ...                     "change": ['{"curfew_from": "23:00", "curfew_to": "05:00"}']})
    >>> asset_changes(row, {}).select("asset_id", "_new_curfew_from").rows()
    [('1', '23:00'), ('2', '23:00')]
    """
    if "domain" in actions.columns:
        actions = actions.filter(pl.col("domain") == DOMAIN_NAME)
    kind = pl.col("asset_type") if "asset_type" in actions.columns else pl.lit(LUMINAIRE)
    decoded = actions.select(
        pl.col("action_id", "kind"),
        kind.alias("_type"),
        pl.col("asset_ids").cast(pl.List(pl.String)).alias("asset_id"),
        pl.col("change").cast(pl.String).str.json_decode(pl.Struct(CHANGE_SCHEMA)).alias("_change"),
    )
    fields = [pl.col("_change").struct.field(name).alias(PREFIX + name) for name in CHANGE_SCHEMA]
    exploded = decoded.select("action_id", "kind", "_type", "asset_id", *fields).explode("asset_id")
    if (exploded["_type"] == CABINET).any():
        exploded = _of_luminaires(exploded, assets)
    known = exploded.drop("_type").filter(pl.col("asset_id").is_not_null())
    return known.unique(["action_id", "asset_id"], maintain_order=True)


def _of_luminaires(changes: pl.DataFrame, assets: Assets) -> pl.DataFrame:
    """The same changes, those of cabinets repeated for each luminaire that they feed."""
    fed = feeding(assets).select(pl.col("asset_id").alias("_fed"), "cabinet_id").drop_nulls("cabinet_id")
    is_cabinet = pl.col("_type") == CABINET
    spread = (
        changes.filter(is_cabinet)
        .join(fed, left_on="asset_id", right_on="cabinet_id", how="inner", maintain_order="left_right")
        .with_columns(pl.col("_fed").alias("asset_id"))
        .drop("_fed")
    )
    return pl.concat([changes.filter(~is_cabinet), spread])


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
    changes = together(asset_changes(actions, assets))
    if not changes["asset_id"].is_in(frame["asset_id"].implode()).any():
        return assets
    touched = frame.join(changes, on="asset_id", how="left", maintain_order="left")
    return {**assets, LUMINAIRE: edit(touched, site)}


def edit(rows: pl.DataFrame, site: Site) -> pl.DataFrame:
    """Edit luminaires as their change columns say.

    The LED power for the same service is P = max(P_min, flux x downward share x utilisation / efficacy);
    sized to the class of the road, flux is what the class needs where it is known. A lantern of heritage
    that is kept takes a kit, of lower efficacy. A luminaire taken away draws nothing.

    Args:
        rows: completed luminaires with `CHANGE_COLUMNS`.
        site: date of the parameters.

    Returns:
        The rows without those columns, with the marks `removed` and `fitted`.
    """
    parameters = lighting_parameters(site)
    low, high = parameters.bounds("works.led_power_spread")
    is_new = pl.col(PREFIX + "led_efficacy_lm_w").is_not_null()
    rows = _with_led(rows, parameters)
    values: dict[str, tuple[pl.Expr, float, float]] = {
        "system_power_w": (pl.col("_power"), low, high),
        "lamp_power_w": (pl.col("_power"), low, high),
        "source_flux_lm": (pl.col("_flux"), low, high),
        "colour_temperature_k": (pl.col(PREFIX + "colour_temperature_k"), 1.0, 1.0),
        "ulr_percent": (_upward(parameters), 1.0, 1.0),
    }
    columns = []
    for name, (value, least, most) in values.items():
        for column, ratio in ((name, 1.0), (low_column(name), least), (high_column(name), most)):
            columns.append(_where(is_new, value * ratio, column))
        columns.append(_where(is_new, pl.lit("inferred"), origin_column(name)))
    repaired = is_new | pl.col(PREFIX + "repaired").fill_null(value=False)
    windowed = pl.col(PREFIX + "dimming_from").is_not_null() & pl.col(PREFIX + "dimming_profile").is_null()
    columns += [
        _where(is_new, pl.col(PREFIX + "technology"), "technology"),
        _where(is_new, pl.lit("declared"), origin_column("technology")),
        _where(is_new, pl.col(PREFIX + "installed_on").str.to_date("%Y-%m-%d", strict=False), "installed_on"),
        _where(is_new, pl.lit("declared"), origin_column("installed_on")),
        *(_where(is_new, pl.lit(None), name) for name in ("ulor_percent", "dlor_percent", "model", "rated_life_h")),
        _where(repaired, pl.lit(None), "defect"),
        *(pl.coalesce(PREFIX + name, name).alias(name) for name in SWITCHING_COLUMNS if name != "dimming_profile"),
        pl.when(windowed).then(None).otherwise(pl.coalesce(PREFIX + "dimming_profile", "dimming_profile"))
        .alias("dimming_profile"),
        _where(pl.col(PREFIX + "switching").is_not_null(), pl.lit("declared"), origin_column("switching")),
        _mark(rows, REMOVED, "removed"),
        _mark(rows, FITTED, "fit_subscription"),
    ]  # fmt: skip
    return _without_removed(rows.with_columns(columns).drop(*_TEMPORARY, *CHANGE_COLUMNS))


def _with_led(rows: pl.DataFrame, parameters: Parameters) -> pl.DataFrame:
    """Power and source flux of the LED that takes the place of each luminaire."""
    down = pl.when(pl.col("ulor_percent") + pl.col("dlor_percent") > 0).then(pl.col("dlor_percent") / 100)
    same = pl.col("source_flux_lm") * down.fill_null(parameters.number("works.downward_share"))
    flux: pl.Expr = same * pl.col(PREFIX + "utilisation_ratio")
    if CLASS_FLUX in rows.columns:
        sized = pl.col(PREFIX + "class_sized").fill_null(value=False) & pl.col(CLASS_FLUX).is_not_null()
        flux = pl.when(sized).then(pl.col(CLASS_FLUX)).otherwise(flux)
    efficacy = pl.col(PREFIX + "led_efficacy_lm_w") * pl.when(_takes_kit()).then(
        parameters.number("works.kit_efficacy_factor")
    ).otherwise(1.0)
    power = pl.max_horizontal(flux / efficacy, pl.lit(parameters.number("works.led_smallest_power")))
    is_new = pl.col(PREFIX + "led_efficacy_lm_w").is_not_null()
    rows = rows.with_columns(pl.when(is_new).then(power).alias("_power"))
    return rows.with_columns((pl.col("_power") * efficacy).alias("_flux"))


def _upward(parameters: Parameters) -> pl.Expr:
    kept = pl.lit(parameters.number("works.kit_upward_ratio"))
    return pl.when(_takes_kit()).then(kept).otherwise(pl.col(PREFIX + "ulr_percent"))


def _takes_kit() -> pl.Expr:
    """Whether the lantern is kept: the action says so, and it is one of heritage."""
    return pl.col(PREFIX + "heritage_kit").fill_null(value=False) & (pl.col("lantern") == "heritage").fill_null(
        value=False
    )


def _mark(rows: pl.DataFrame, name: str, change: str) -> pl.Expr:
    before = pl.col(name).fill_null(value=False) if name in rows.columns else pl.lit(value=False)
    return (before | pl.col(PREFIX + change).fill_null(value=False)).alias(name)


def _without_removed(rows: pl.DataFrame) -> pl.DataFrame:
    powers = [
        column
        for name in ("system_power_w", "lamp_power_w", "source_flux_lm")
        for column in (name, low_column(name), high_column(name))
    ]
    return rows.with_columns(
        *(_where(pl.col(REMOVED), pl.lit(0.0), name) for name in powers),
        _where(pl.col(REMOVED), pl.lit("off"), "regime"),
    )


def _where(condition: pl.Expr, value: pl.Expr, name: str) -> pl.Expr:
    return pl.when(condition).then(value).otherwise(pl.col(name)).alias(name)
