"""Every table that leaves the twin: assets with what was imputed, results, and the proof of the plan."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import shapely

from bocage.publish.tables import NamedTable, TableColumn, declared_table
from bocage.sources.projections import Reference, transform
from bocage.twin.code_labels import all_code_labels
from bocage.twin.diagnose import DomainState
from bocage.twin.domains import discover_domains
from bocage.twin.plan_record import FILE, PlanRecord, load_plan
from bocage.twin.territory import Territory
from bocage.vocabulary.code_labels import CodeLabels
from bocage.vocabulary.columns import GEOMETRY, Column, Table, noun_tables
from bocage.vocabulary.domain import COMMUNE_PREFIX, SECTOR_PREFIX, WHOLE_TERRITORY
from bocage.vocabulary.text import LANGUAGES

EXPORTED_NOUNS = ("plan", "action", "outcome", "evaluation")
WGS84 = 4326


def completed_frames(states: Sequence[DomainState]) -> dict[str, pl.DataFrame]:
    """Completed assets by type, with the figures of the diagnosis of each asset.

    Columns whose name begins with an underscore are a domain's own and stay with it.
    """
    frames = {}
    for state in states:
        for name, frame in state.assets.items():
            figures = state.diagnosis.per_asset.get(name)
            told = frame.select(column for column in frame.columns if not column.startswith("_"))
            frames[name] = told if figures is None else _joined(told, figures)
    return frames


def _joined(frame: pl.DataFrame, figures: pl.DataFrame) -> pl.DataFrame:
    fresh = [column for column in figures.columns if column == "asset_id" or column not in frame.columns]
    return frame.join(figures.select(fresh), on="asset_id", how="left", maintain_order="left")


def exported_tables(territory: Territory, states: Sequence[DomainState]) -> list[NamedTable]:
    """Every table that is published: the plan and its proof, the other results, then the assets."""
    return [*_results(territory), *diagnosis_tables(states), *_assets(territory, states)]


def diagnosis_tables(states: Sequence[DomainState]) -> list[NamedTable]:
    """The tables that diagnoses hand beside their figures, named after their domain; texts in all languages."""
    return [
        NamedTable(
            name=f"{state.domain.name}-{table.name}",
            label=table.title,
            frame=table.rows,
            columns=[
                TableColumn(
                    name=column.name,
                    label=_worded(column),
                    kind=column.type,
                    unit=column.unit,
                    description=column.description or "",
                )
                for column in state.domain.result_columns[table.name]
            ],
        )
        for state in states
        for table in state.diagnosis.tables
    ]


def _worded(column: Column) -> Mapping[str, str]:
    """The label of a column; with its language where it is a text in one language."""
    language = column.name.rpartition("_")[2]
    if language not in LANGUAGES:
        return column.label
    return {key: f"{label} ({language})" for key, label in column.label.items()}


def _results(territory: Territory) -> list[NamedTable]:
    nouns = noun_tables()
    labels = all_code_labels(discover_domains())
    kept = {name: territory.store.read_rows(nouns[name]) for name in EXPORTED_NOUNS}
    names = {row["territory_id"]: row["name"] for row in territory.store.read_rows(nouns["territory"]).to_dicts()}
    tables = [
        declared_table(nouns[name], rows, labels={**_of_codes(nouns[name], rows, labels), **_of_scopes(rows, names)})
        for name, rows in kept.items()
        if rows.height
    ]
    if kept["plan"].height:
        tables[0] = _named_actions(tables[0], kept["action"])
    if not (territory.folder / "results" / FILE).is_file():
        return tables
    proof = plan_tables(load_plan(territory.folder / "results"))
    return [*tables[:1], *proof, *tables[1:]]


def _named_actions(plan: NamedTable, actions: pl.DataFrame) -> NamedTable:
    """The plan with what each action is called, beside its identifier."""
    said = [noun_tables()["action"].column(name) for name in ("label_fr", "label_en", "place", "unit_count")]
    frame = plan.frame.join(
        actions.select("action_id", *(c.name for c in said)), on="action_id", how="left", maintain_order="left"
    )
    added = [TableColumn(name=column.name, label=column.label, kind=column.type, unit=column.unit) for column in said]
    place = next(rank for rank, column in enumerate(plan.columns) if column.name == "action_id") + 1
    return replace(plan, frame=frame, columns=[*plan.columns[:place], *added, *plan.columns[place:]])


def _of_scopes(rows: pl.DataFrame, names: Mapping[str, str]) -> CodeLabels:
    """What the scopes of outcomes mean: the whole territory, a sector, a commune by its name."""
    if "scope" not in rows.columns:
        return {}
    words: dict[str, Mapping[str, str]] = {}
    for scope in rows["scope"].unique().to_list():
        kind, _, rest = scope.partition(":")
        if scope == WHOLE_TERRITORY:
            words[scope] = {"fr": "tout le territoire", "en": "whole territory"}
        elif f"{kind}:" == SECTOR_PREFIX:
            words[scope] = {"fr": f"secteur {rest}", "en": f"sector {rest}"}
        elif f"{kind}:" == COMMUNE_PREFIX:
            words[scope] = dict.fromkeys(LANGUAGES, names.get(rest, rest))
    return {"scope": words}


def _assets(territory: Territory, states: Sequence[DomainState]) -> list[NamedTable]:
    completed = completed_frames(states)
    figures = {name: columns for state in states for name, columns in state.domain.figures.items()}
    labels = all_code_labels(discover_domains())
    tables = []
    for table in territory.asset_tables.values():
        frame = completed.get(table.name)
        if frame is None and territory.store.count_assets(table):
            frame = territory.store.read_assets(table)
        if frame is not None and frame.height:
            frame, places = _located(table, frame, territory.srid)
            shown = [*places, *figures.get(table.name, ())]
            known = _of_codes(table, frame, labels)
            tables.append(declared_table(table, frame.drop(GEOMETRY, strict=False), figures=shown, labels=known))
    return tables


def _of_codes(table: Table, frame: pl.DataFrame, labels: CodeLabels) -> CodeLabels:
    """Labels of the columns that declare codes, or of which a value has a label."""
    declared = {column.name for column in table.columns if column.codes}
    return {
        name: codes
        for name, codes in labels.items()
        if name in declared or (name in frame.columns and _values(frame[name]) & set(codes))
    }


def _values(values: pl.Series) -> set[str]:
    if values.dtype == pl.List(pl.String):
        values = values.explode()
    return set(values.drop_nulls().unique().to_list()) if values.dtype == pl.String else set()


def _located(table: Table, frame: pl.DataFrame, srid: int) -> tuple[pl.DataFrame, Sequence[Column]]:
    """Points with their coordinates in the legal projection and in WGS 84; other tables as they are."""
    if table.geometry != "point" or GEOMETRY not in frame.columns:
        return frame, ()
    places = shapely.centroid(shapely.from_wkb(frame[GEOMETRY].to_numpy()))
    xy = np.column_stack([shapely.get_x(places), shapely.get_y(places)])
    degrees = transform(xy, Reference(srid), WGS84)
    values = {"x_m": xy[:, 0], "y_m": xy[:, 1], "longitude": degrees[:, 0], "latitude": degrees[:, 1]}
    columns = _place_columns(srid)
    series = [pl.Series(column.name, values[column.name]).fill_nan(None) for column in columns]
    return frame.with_columns(series), columns


def _place_columns(srid: int) -> Sequence[Column]:
    legal = {"fr": f"Projection légale, EPSG:{srid}", "en": f"Legal projection, EPSG:{srid}"}
    world = {"fr": "WGS 84, degrés décimaux", "en": "WGS 84, decimal degrees"}
    return [
        Column(name=name, type="real", unit=unit, label={"fr": label, "en": label}, description=said)
        for name, unit, label, said in (
            ("x_m", "m", "X", legal),
            ("y_m", "m", "Y", legal),
            ("longitude", "degree", "Longitude", world),
            ("latitude", "degree", "Latitude", world),
        )
    ]


@cache
def declared_plan_columns() -> dict[str, tuple[dict[str, str], tuple[TableColumn, ...]]]:
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


def dated(frame: pl.DataFrame, columns: Sequence[TableColumn]) -> pl.DataFrame:
    """The frame with its dates as dates: the record of the plan keeps them as text."""
    written = [column.name for column in columns if column.kind == "date" and frame[column.name].dtype == pl.String]
    return frame.with_columns(pl.col(written).str.to_date())


def plan_tables(record: PlanRecord) -> list[NamedTable]:
    """The tables of a plan that are not nouns of the twin: funding, cash, options, joint simulation, reasons."""
    labels = all_code_labels(discover_domains())
    tables = []
    for name, (label, columns) in declared_plan_columns().items():
        if name not in record.frames:
            continue  # a plan made by an earlier version
        frame = dated(record.frames[name], columns)
        said = [
            replace(column, labels=labels[column.name])
            if column.name in labels and _values(frame[column.name]) & set(labels[column.name])
            else column
            for column in columns
        ]
        tables.append(NamedTable(name=name, label=label, frame=frame, columns=said))
    return tables
