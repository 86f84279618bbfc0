"""Every table that leaves the twin: assets with what was imputed, results, and the proof of the plan."""

import csv
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import polars as pl

from bocage.publish.tables import NamedTable, TableColumn, declared_table
from bocage.twin.diagnose import DomainState
from bocage.twin.plan_record import FILE, PlanRecord, load_plan
from bocage.twin.territory import Territory
from bocage.vocabulary.columns import GEOMETRY, noun_tables

EXPORTED_NOUNS = ("plan", "action", "outcome", "evaluation")


def completed_frames(states: Sequence[DomainState]) -> dict[str, pl.DataFrame]:
    """Completed assets by type, with the figures of the diagnosis of each asset."""
    frames = {}
    for state in states:
        for name, frame in state.assets.items():
            figures = state.diagnosis.per_asset.get(name)
            frames[name] = frame if figures is None else _joined(frame, figures)
    return frames


def _joined(frame: pl.DataFrame, figures: pl.DataFrame) -> pl.DataFrame:
    fresh = [column for column in figures.columns if column == "asset_id" or column not in frame.columns]
    return frame.join(figures.select(fresh), on="asset_id", how="left", maintain_order="left")


def exported_tables(territory: Territory, states: Sequence[DomainState]) -> list[NamedTable]:
    """Every table that is published: the plan and its proof, the other results, then the assets."""
    return [*_results(territory), *_assets(territory, states)]


def _results(territory: Territory) -> list[NamedTable]:
    nouns = noun_tables()
    kept = {name: territory.store.read_rows(nouns[name]) for name in EXPORTED_NOUNS}
    tables = [declared_table(nouns[name], rows) for name, rows in kept.items() if rows.height]
    if not (territory.folder / "results" / FILE).is_file():
        return tables
    proof = plan_tables(load_plan(territory.folder / "results"))
    return [*tables[:1], *proof, *tables[1:]]


def _assets(territory: Territory, states: Sequence[DomainState]) -> list[NamedTable]:
    completed = completed_frames(states)
    tables = []
    for table in territory.asset_tables.values():
        frame = completed.get(table.name)
        if frame is None and territory.store.count_assets(table):
            frame = territory.store.read_assets(table)
        if frame is not None and frame.height:
            tables.append(declared_table(table, frame.drop(GEOMETRY, strict=False)))
    return tables


@cache
def _declared_plan_columns() -> dict[str, tuple[dict[str, str], tuple[TableColumn, ...]]]:
    """Label and columns of each table of a plan, from `plan_tables.csv`."""
    labels: dict[str, dict[str, str]] = {}
    columns: dict[str, list[TableColumn]] = {}
    with (Path(__file__).parent / "plan_tables.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            label = {"fr": row["label_fr"], "en": row["label_en"]}
            if not row["column"]:
                labels[row["table"]] = label
                continue
            columns.setdefault(row["table"], []).append(
                TableColumn(
                    name=row["column"],
                    label=label,
                    kind=row["kind"],  # type: ignore[arg-type]  # package data, tested
                    unit=row["unit"],
                )
            )
    return {name: (label, tuple(columns[name])) for name, label in labels.items()}


def plan_tables(record: PlanRecord) -> list[NamedTable]:
    """The tables of a plan that are not nouns of the twin: funding, cash, options, joint simulation, reasons."""
    return [
        NamedTable(name=name, label=label, frame=record.frames[name], columns=columns)
        for name, (label, columns) in _declared_plan_columns().items()
    ]
