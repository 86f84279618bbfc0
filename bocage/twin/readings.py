"""Readings: load curves of the territory's own meters become series and observations of the twin."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from bocage.sources.load_curves import LoadCurves, Stamp, read_load_curves
from bocage.twin.answer import Answer, Heading, Section
from bocage.twin.territory import Territory
from bocage.twin.wording import _
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import noun_tables, shared_asset_tables
from bocage.vocabulary.references import delivery_reference

POINT = "delivery_point"
SHOWN_KEYS = 10


def import_readings(
    territory: Territory, path: Path, *, asset: str | None = None, stamp: Stamp | None = None, unit: str = ""
) -> Answer:
    """Import a file of load curves; importing it again changes nothing.

    A curve is taken only where its point is known to the twin, as a cabinet, another asset or a
    delivery point: no resident's load curve is ever kept.

    Args:
        territory: open territory.
        path: CSV or workbook.
        asset: identifier of the asset measured, where the file names no point.
        stamp: whether instants mark the `start` or the `end` of a step; as the layout has it where None.
        unit: unit of the values where the file tells none.

    Raises:
        BocageError: BOC-TWI-015 no such file, 062 no point of the file is known; those of the sources.
    """
    if not path.exists():
        raise BocageError("BOC-TWI-015", where={"file": path})
    curves = read_load_curves(path, timezone=territory.config.text("territory", "timezone"), stamp=stamp, unit=unit)
    known = _known(territory)
    keys = curves.rows["key"].unique(maintain_order=True).to_list()
    linked = {key: found for key in keys if (found := _asset_of(key, asset, known))}
    strangers = [key for key in keys if key not in linked]
    if not linked:
        raise BocageError("BOC-TWI-062", where={"file": path}, points=_listed(keys))
    rows = curves.rows.filter(pl.col("key").is_in(list(linked))).with_columns(
        pl.col("key").replace_strict(linked, default=None).alias("asset_id")
    )
    series = _series(rows, path.stem)
    written = rows.join(series.select("asset_id", "quantity", "series_id"), on=["asset_id", "quantity"], how="left")
    territory.store.write_rows(noun_tables()["series"], series)
    changed = territory.store.write_observations(written.select("series_id", "time", "value", "quality"))
    return _answer(path, curves, series, written, changed, strangers)


def _known(territory: Territory) -> dict[str, str]:
    """Asset by each writing under which a file may name it: identifier, name, reference of its delivery point."""
    known: dict[str, str] = {}
    shared = shared_asset_tables()[POINT]
    for table in (shared, *(table for table in territory.asset_tables.values() if "prm" in table.names)):
        wanted = [name for name in ("asset_id", "name", "prm") if name in table.names]
        frame = territory.store.read_assets(table, columns=wanted)
        if "prm" in wanted:
            frame = frame.with_columns(delivery_reference("prm"))
        for row in frame.iter_rows(named=True):
            known |= {_bare(str(value)): row["asset_id"] for value in row.values() if value}
    return known


def _bare(text: str) -> str:
    return "".join(text.split()).lower()


def _asset_of(key: str, asset: str | None, known: dict[str, str]) -> str | None:
    if not key:
        return known.get(_bare(asset)) if asset else None
    prm = pl.DataFrame({"key": [key]}).select(delivery_reference("key")).item()
    return known.get(_bare(key)) or (known.get(_bare(prm)) if prm else None)


def _series(rows: pl.DataFrame, device: str) -> pl.DataFrame:
    """One row of the noun for each asset and quantity of the file."""
    return noun_tables()["series"].conform(
        rows.group_by("asset_id", "quantity", maintain_order=True)
        .agg(pl.col("unit").first(), pl.col("period_s").mode().min().round().cast(pl.Int64))
        .with_columns(
            (pl.col("asset_id") + "-" + pl.col("quantity")).alias("series_id"), pl.lit(device).alias("device")
        )
    )


def _answer(
    path: Path, curves: LoadCurves, series: pl.DataFrame, rows: pl.DataFrame, changed: int, strangers: Sequence[str]
) -> Answer:
    by_series = rows.group_by("series_id", maintain_order=True).agg(
        pl.col("time").min().alias("from"), pl.col("time").max().alias("to"), pl.len().alias("count"),
        (pl.col("time").diff().dt.total_seconds() > 1.5 * pl.col("period_s")).sum().alias("gaps"),
    )  # fmt: skip
    table = series.select("series_id", "asset_id", "quantity", "unit", "period_s").join(by_series, on="series_id")
    shown = table.with_columns(pl.col("from", "to").dt.strftime("%Y-%m-%d %H:%M"))
    stamped = {"start": _("Instants mark the beginning of each step"), "end": _("Instants mark the end of each step")}
    lines = [_("Values read: {count}, new or changed: {changed}", count=rows.height, changed=changed)]
    lines.append(stamped[curves.stamp])
    if curves.empty:
        lines.append(_("Steps without a value, kept as gaps: {count}", count=curves.empty))
    if curves.unreadable:
        lines.append(_("Rows whose instant cannot be read or never was: {count}", count=curves.unreadable))
    if curves.twice:
        lines.append(_("Instants of the hour that comes twice, written once: {count}", count=curves.twice))
    if strangers:
        lines.append(_("Points left out, unknown to the twin: {points}", points=_listed(strangers)))
    return Answer(
        title=_("Readings of {path}", path=path.name),
        sections=[Section(title=_("What was read"), lines=lines, table=shown, headings=_headings())],
        data={
            "file": str(path), "series": table.to_dicts(), "values": rows.height, "changed": changed,
            "stamp": curves.stamp, "empty": curves.empty, "unreadable": curves.unreadable, "left_out": list(strangers),
        },
        next_step=_("bocage watch"),
    )  # fmt: skip


def _headings() -> list[Heading]:
    return [
        Heading(name="series_id", label=_("Series")),
        Heading(name="unit", label=_("Unit")),
        Heading(name="period_s", label=_("Step"), unit="s"),
        Heading(name="from", label=_("From (UTC)")),
        Heading(name="to", label=_("To (UTC)")),
        Heading(name="count", label=_("Values"), digits=0),
        Heading(name="gaps", label=_("Gaps"), digits=0),
    ]


def _listed(keys: Sequence[str]) -> str:
    return ", ".join(key or "-" for key in keys[:SHOWN_KEYS]) + ("…" if len(keys) > SHOWN_KEYS else "")
