"""Delivery points of each commune, what they were billed beside what is expected."""

from collections.abc import Mapping, Sequence

import polars as pl

from bocage.publish.sheet.content import BillLine
from bocage.twin.code_labels import all_code_labels
from bocage.twin.communes import COMMUNE
from bocage.twin.diagnose import DomainState
from bocage.vocabulary.code_labels import label_of
from bocage.vocabulary.text import LANGUAGES

POINT, FEEDER = "delivery_point", "cabinet"
COMPARED = ("billed_kwh", "expected_kwh", "expected_low_kwh", "expected_high_kwh", "billing")


def bill_lines(states: Sequence[DomainState]) -> Mapping[str, Sequence[BillLine]]:
    """Delivery points that were billed, by commune, the widest difference first; none where no invoice is known.

    A point that does not say its commune is in that of the cabinet that bears its reference.
    """
    found: dict[str, list[BillLine]] = {}
    for state in states:
        figures = state.diagnosis.per_asset.get(POINT)
        if figures is None or not set(COMPARED) <= set(figures.columns) or POINT not in state.assets:
            continue
        labels = all_code_labels([state.domain]).get("billing", {})
        for row in _placed(state, figures).iter_rows(named=True):
            verdict: Mapping[str, str] = {said: label_of(row["billing"], labels, said) for said in LANGUAGES}
            found.setdefault(row[COMMUNE], []).append(
                BillLine(
                    point=row["prm"] or row["asset_id"],
                    name=row["name"] or row["street"] or "",
                    billed_kwh=row["billed_kwh"],
                    expected_kwh=row["expected_kwh"],
                    low_kwh=row["expected_low_kwh"],
                    high_kwh=row["expected_high_kwh"],
                    verdict=verdict if row["billing"] else "",
                )
            )
    return found


def _placed(state: DomainState, figures: pl.DataFrame) -> pl.DataFrame:
    points = state.assets[POINT].select("asset_id", "prm", "name", "street", COMMUNE)
    cabinets = state.assets.get(FEEDER)
    if cabinets is not None:
        fed = cabinets.select("prm", pl.col(COMMUNE).alias("_commune")).drop_nulls().unique("prm")
        points = points.join(fed, on="prm", how="left").with_columns(pl.coalesce(COMMUNE, "_commune").alias(COMMUNE))
    difference = (pl.col("billed_kwh") - pl.col("expected_kwh").fill_null(0.0)).abs()
    return (
        points.join(figures.select("asset_id", *COMPARED), on="asset_id", how="inner")
        .filter((pl.col(COMMUNE).fill_null("") != "") & pl.col("billed_kwh").is_not_null())
        .sort(difference, "asset_id", descending=[True, False])
    )
