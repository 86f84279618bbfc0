"""What feeds what: luminaire, cabinet, delivery point and invoice, linked through references written many ways."""

import polars as pl

from bocage.domains.lighting.inventory.declared import LUMINAIRE
from bocage.vocabulary.columns import shared_asset_tables
from bocage.vocabulary.domain import Assets
from bocage.vocabulary.references import delivery_reference

CABINET, CIRCUIT, POINT, INVOICE = "cabinet", "circuit", "delivery_point", "invoice"
DERIVED = "invoice, cabinet"
"""Source of a delivery point that no inventory declares: its reference stands on an invoice or a cabinet."""


def with_delivery_points(assets: Assets) -> Assets:
    """Add a delivery point for each reference that invoices and cabinets name and no inventory declares.

    References are compared as `delivery_reference` writes them; what is declared is not altered.
    Declared points get all their declared columns.

    Args:
        assets: by type; any may be absent.

    >>> bills = pl.DataFrame({"asset_id": ["f1"], "prm": ["1234567890123"]})
    >>> with_delivery_points({"invoice": bills})["delivery_point"]["asset_id"].to_list()
    ['01234567890123']
    """
    table = shared_asset_tables()[POINT]
    declared = table.conform(assets[POINT]) if POINT in assets else table.empty()
    if POINT in assets:
        assets = {**assets, POINT: declared}
    references = [
        assets[name].select(delivery_reference("prm"))
        for name in (CABINET, INVOICE)
        if name in assets and "prm" in assets[name].columns
    ]
    if not references or not any(len(frame) for frame in references):
        return assets
    new = (
        pl.concat(references)
        .drop_nulls()
        .unique()
        .join(_columns(declared, "prm").select(delivery_reference("prm")), on="prm", how="anti")
        .sort("prm")
    )
    if new.is_empty():
        return assets
    taken = set(declared["asset_id"])
    identifiers = [prm if prm not in taken else f"{prm}-PRM" for prm in new["prm"]]
    derived = table.conform(
        new.with_columns(pl.Series("asset_id", identifiers, dtype=pl.String), pl.lit(DERIVED).alias("source"))
    )
    return {**assets, POINT: pl.concat([declared, derived], how="diagonal_relaxed")}


def feeding(assets: Assets) -> pl.DataFrame:
    """The cabinet and the delivery point of each luminaire.

    The cabinet is told by the luminaire, else by its circuit; it is known by its identifier, else by
    its name, capitals and blanks aside. A delivery point is known by the reference of the cabinet.

    Args:
        assets: completed.

    Returns:
        In the order of the luminaires: `asset_id`, `cabinet_id` (as the cabinet is identified; the
        luminaire's own word where no such cabinet is declared), `known_cabinet`, `prm`.

    >>> lamps = pl.DataFrame({"asset_id": ["a"], "cabinet_id": ["arm 1"]})
    >>> cabinets = pl.DataFrame({"asset_id": ["C1"], "name": ["ARM  1"], "prm": ["1234567890123"]})
    >>> feeding({"luminaire": lamps, "cabinet": cabinets}).row(0)
    ('a', 'C1', True, '01234567890123')
    """
    lamps = _columns(assets.get(LUMINAIRE), "asset_id", "cabinet_id", "circuit_id")
    circuits = _columns(assets.get(CIRCUIT), "asset_id", "cabinet_id").rename(
        {"asset_id": "circuit_id", "cabinet_id": "_by_circuit"}
    )
    cabinets = _columns(assets.get(CABINET), "asset_id", "name", "prm").with_columns(delivery_reference("prm"))
    told = lamps.join(circuits.unique("circuit_id"), on="circuit_id", how="left", maintain_order="left").with_columns(
        pl.coalesce("cabinet_id", "_by_circuit").alias("cabinet_id")
    )
    by_id = cabinets.select(_plain("asset_id").alias("_key"), pl.col("asset_id").alias("_cabinet"), "prm")
    by_name = cabinets.select(_plain("name").alias("_key"), pl.col("asset_id").alias("_cabinet"), "prm")
    known = pl.concat([by_id, by_name]).drop_nulls("_key").unique("_key", keep="first", maintain_order=True)
    joined = told.with_columns(_plain("cabinet_id").alias("_key")).join(
        known, on="_key", how="left", maintain_order="left"
    )
    return joined.select(
        "asset_id",
        pl.coalesce("_cabinet", "cabinet_id").alias("cabinet_id"),
        pl.col("_cabinet").is_not_null().alias("known_cabinet"),
        "prm",
    )


def _plain(name: str) -> pl.Expr:
    text = pl.col(name).str.to_uppercase().str.replace_all(r"[\s_\-./]+", "")
    return pl.when(text != "").then(text)


def _columns(frame: pl.DataFrame | None, *names: str) -> pl.DataFrame:
    """Those columns as texts, null where the frame has none."""
    if frame is None:
        return pl.DataFrame(schema=dict.fromkeys(names, pl.String))
    return frame.select(
        (pl.col(name).cast(pl.String) if name in frame.columns else pl.lit(None, dtype=pl.String).alias(name))
        for name in names
    )
