"""Verbs: what each one answers has the declared columns, units, codes and shapes."""

import datetime as dt
import json
from collections.abc import Iterator

import numpy as np
import polars as pl

from bocage.twin.conformance.fault import Fault
from bocage.twin.conformance.trial import Trial
from bocage.vocabulary.columns import Column, Table, noun_tables, shared_asset_tables
from bocage.vocabulary.domain import WHOLE_TERRITORY
from bocage.vocabulary.draws import DrawTable
from bocage.vocabulary.origin import ORIGINS, high_column, low_column, origin_column
from bocage.vocabulary.text import LANGUAGES
from bocage.vocabulary.units import units

ACTION, EVALUATION = "action", "evaluation"
WATCH_COLUMNS = {"time", "group", "quantity", "unit", "expected", "low", "high"}
INTERACT_COLUMNS = {"action_a", "action_b", "indicator", "value"}


def verb_faults(trial: Trial) -> Iterator[Fault]:
    """Faults of the answers of all verbs, in the order of the loop."""
    yield from _complete_faults(trial)
    yield from _diagnose_faults(trial)
    yield from _propose_faults(trial)
    yield from _effect_faults(trial)
    yield from _interact_faults(trial)
    yield from _watch_faults(trial)
    yield from _evaluate_faults(trial)


def frame_faults(table: Table, frame: pl.DataFrame) -> Iterator[str]:
    """What departs from the declared table: columns, types, required values, bounds, codes, keys."""
    missing = [name for name in table.polars_schema() if name not in frame.columns]
    if missing:
        yield f"columns {missing} are missing"
        return
    for column in table.columns:
        yield from (f"{column.name}: {what}" for what in _values_faults(column, frame[column.name]))
    if frame.select(table.key).is_duplicated().any():
        yield f"{', '.join(table.key)} does not identify a row"


def _values_faults(column: Column, values: pl.Series) -> Iterator[str]:
    if values.dtype != column.polars_type and values.dtype != pl.Null:
        yield f"of type {values.dtype} where {column.polars_type} is declared"
        return
    if column.required and values.null_count():
        yield "a required value is missing"
    present = values.drop_nulls()
    if column.codes and present.dtype == pl.String and set(present) - set(column.codes):
        yield f"{sorted(set(present) - set(column.codes))} are no declared codes"
    if present.dtype.is_numeric() and len(present):
        low, high = float(present.min()), float(present.max())  # type: ignore[arg-type]  # numeric, checked above
        if low < (column.minimum if column.minimum is not None else low):
            yield f"{low:g} is below {column.minimum:g}"
        if high > (column.maximum if column.maximum is not None else high):
            yield f"{high:g} is above {column.maximum:g}"


def draw_faults(trial: Trial, table: DrawTable, keys: set[str]) -> Iterator[str]:
    """What departs from the form of draws: keys, units, K, finiteness, interval, share on defaults."""
    if not keys <= set(table.keys.columns):
        yield f"keys {sorted(keys - set(table.keys.columns))} are missing"
        return
    if table.draws.shape[1] != trial.site.draws and len(table.draws):
        yield f"{table.draws.shape[1]} draws where {trial.site.draws} are asked for"
    if not np.isfinite(table.draws).all():
        yield "a draw is not finite"
    if not ((table.default_share >= 0) & (table.default_share <= 1)).all():
        yield "a share on defaults lies outside [0, 1]"
    for name, unit in set(table.keys.select("indicator", "unit").iter_rows()):
        declared = trial.domain.indicators.get(name)
        if declared is None or declared.unit != unit:
            yield f"{name} [{unit}] is not declared so in indicators.csv"
    summary = table.summary()
    slack = 1e-9 * (1 + summary["value"].abs())
    wrong = summary.filter((summary["low"] > summary["value"] + slack) | (summary["value"] > summary["high"] + slack))
    for row in wrong.head(3).iter_rows(named=True):
        yield f"{row['indicator']}: {row['value']:g} lies outside [{row['low']:g}, {row['high']:g}]"


def _complete_faults(trial: Trial) -> Iterator[Fault]:
    for table in trial.domain.tables:
        before, after = trial.raw[table.name], trial.assets[table.name]
        if before["asset_id"].to_list() != after["asset_id"].to_list():
            yield Fault(rule="complete", what=f"{table.name}: rows were lost, added or moved")
        for what in frame_faults(table, after):
            yield Fault(rule="complete", what=f"{table.name}.{what}")
        for column in table.imputable:
            for what in _imputed_faults(column, after):
                yield Fault(rule="complete", what=f"{table.name}.{column.name}: {what}")


def _imputed_faults(column: Column, after: pl.DataFrame) -> Iterator[str]:
    origin, low, high = origin_column(column.name), low_column(column.name), high_column(column.name)
    if origin not in after.columns:
        yield f"has no companion {origin}"
        return
    filled = after.filter(pl.col(column.name).is_not_null())
    if filled[origin].null_count() or set(filled[origin]) - set(ORIGINS):
        yield f"an origin is not one of {', '.join(ORIGINS)}"
    if not column.polars_type.is_numeric():
        return
    if low not in after.columns or high not in after.columns:
        yield f"has no companions {low} and {high}"
        return
    slack = 1e-9 * (1 + filled[column.name].abs())
    outside = (filled[low] > filled[column.name] + slack) | (filled[high] < filled[column.name] - slack)
    if filled[low].null_count() or filled[high].null_count() or outside.any():
        yield "a value lies outside its interval, or has none"


def _diagnose_faults(trial: Trial) -> Iterator[Fault]:
    diagnosis = trial.diagnosis
    for what in draw_faults(trial, diagnosis.outcomes, {"scope", "indicator", "unit"}):
        yield Fault(rule="diagnose", what=what)
    seen = set(diagnosis.outcomes.where(pl.col("scope") == WHOLE_TERRITORY).keys["indicator"])
    ledger = {name for name, one in trial.domain.indicators.items() if one.role in {"energy", "cash", "carbon"}}
    if ledger - seen:
        yield Fault(rule="diagnose", what=f"the territory has no {sorted(ledger - seen)}")
    known = {name: set(frame["asset_id"]) for name, frame in trial.assets.items()}
    for finding in diagnosis.findings:
        declared = trial.domain.codes.get(finding.code)
        if declared is None or declared.kind not in {"finding", "verdict"}:
            yield Fault(rule="findings", what=f"{finding.code} is not a declared finding or verdict")
        if not set(finding.asset_ids) <= known.get(finding.asset_type, set()):
            yield Fault(rule="findings", what=f"{finding.code} names assets that do not exist")
        if not all(finding.sentence.say(language) for language in LANGUAGES):
            yield Fault(rule="findings", what=f"{finding.code} says nothing")
    for what in _tables_faults(trial):
        yield Fault(rule="tables", what=what)
    for name, frame in diagnosis.per_asset.items():
        ids = frame["asset_id"].to_list()
        if name not in known or len(set(ids)) != len(ids) or not set(ids) <= known[name]:
            yield Fault(rule="per-asset", what=f"{name}: rows do not match the assets one to one")
        for what in _figures_faults(trial, name, frame):
            yield Fault(rule="figures", what=f"{name}.{what}")


def _tables_faults(trial: Trial) -> Iterator[str]:
    """Tables of the diagnosis whose columns are not those that `tables.csv` declares."""
    for table in trial.diagnosis.tables:
        declared = {column.name: column for column in trial.domain.result_columns.get(table.name, ())}
        if list(declared) != table.rows.columns:
            yield f"{table.name} has the columns {table.rows.columns}, tables.csv declares {list(declared)}"
            continue
        if not all(table.title.say(language) for language in LANGUAGES):
            yield f"{table.name} has no title"
        for name, column in declared.items():
            yield from (f"{table.name}.{name}: {what}" for what in _values_faults(column, table.rows[name]))


def _figures_faults(trial: Trial, asset_type: str, frame: pl.DataFrame) -> Iterator[str]:
    """Columns computed for each asset that no file declares, or that are not what it declares."""
    tables = {**shared_asset_tables(), **{table.name: table for table in trial.domain.tables}}
    own = set(tables[asset_type].names) if asset_type in tables else set()
    declared = {column.name: column for column in trial.domain.figures.get(asset_type, ())}
    for name in (name for name in frame.columns if name not in own):
        if name not in declared:
            yield f"{name} is not declared in figures.csv"
        else:
            yield from (f"{name}: {what}" for what in _values_faults(declared[name], frame[name]))
    for name in set(declared) - set(frame.columns):
        yield f"{name} is declared in figures.csv and not computed"


def _propose_faults(trial: Trial) -> Iterator[Fault]:
    actions = trial.actions
    for what in frame_faults(noun_tables()[ACTION], actions):
        yield Fault(rule="actions", what=what)
    if actions.is_empty():
        yield Fault(rule="actions", what="nothing is proposed for the sample: the other laws cannot be tried")
        return
    if set(actions["domain"]) != {trial.domain.name}:
        yield Fault(rule="actions", what=f"their domain must be {trial.domain.name}")
    labels = trial.domain.code_labels.get("kind", {})
    for kind in sorted(set(actions["kind"]) - set(labels)):
        yield Fault(rule="code-labels", what=f"kind {kind} of action has no label in code_labels.csv")
    ids = set(actions["action_id"])
    for row in actions.iter_rows(named=True):
        for what in _action_faults(trial, row, ids):
            yield Fault(rule="actions", what=f"{row['action_id']}: {what}")


def _action_faults(trial: Trial, row: dict[str, object], ids: set[str]) -> Iterator[str]:
    assets = trial.assets.get(str(row["asset_type"]))
    targets = row["asset_ids"] if isinstance(row["asset_ids"], list) else []
    if assets is None or not targets or not set(targets) <= set(assets["asset_id"]):
        yield "it is about assets that do not exist"
    if row["unit_count"] != len(targets):
        yield f"unit_count {row['unit_count']} is not the number of its assets, {len(targets)}"
    if isinstance(row["requires"], list) and not set(row["requires"]) <= ids - {row["action_id"]}:
        yield "it requires an action that does not exist"
    if isinstance(row["lifetime_years"], float) and row["lifetime_years"] <= 0:
        yield "its effect lasts no time"
    if (
        isinstance(row["last_year"], int)
        and isinstance(row["first_year"], int)
        and row["last_year"] < row["first_year"]
    ):
        yield "its last year comes before its first"
    for name in ("change", "facts"):
        text = row[name]
        if text is not None and not isinstance(json.loads(str(text)), dict):
            yield f"{name} is not a JSON object"


def _effect_faults(trial: Trial) -> Iterator[Fault]:
    appraisal = trial.domain.appraise(trial.assets, trial.actions, trial.site)
    for what in draw_faults(trial, appraisal, {"action_id", "indicator", "unit"}):
        yield Fault(rule="appraise", what=what)
    if set(appraisal.keys["action_id"]) != set(trial.actions["action_id"]):
        yield Fault(rule="appraise", what="every action must have its effect, and nothing else")
    if appraisal.keys.select("action_id", "indicator").is_duplicated().any():
        yield Fault(rule="appraise", what="several rows for one action and indicator")
    state = trial.domain.simulate(trial.assets, trial.tried.head(1), trial.site)
    for what in draw_faults(trial, state, {"indicator", "unit"}):
        yield Fault(rule="simulate", what=what)


def _interact_faults(trial: Trial) -> Iterator[Fault]:
    pairs = trial.interactions
    if not set(pairs.columns) >= INTERACT_COLUMNS:
        yield Fault(rule="interact", what=f"its columns must be {sorted(INTERACT_COLUMNS)}")
        return
    group = dict(trial.actions.select("action_id", "exclusive_group").iter_rows())
    seen: set[tuple[frozenset[str], str]] = set()
    for first, second, indicator, value in pairs.select("action_a", "action_b", "indicator", "value").iter_rows():
        if first == second or not {first, second} <= set(group):
            yield Fault(rule="interact", what=f"{first}, {second}: two different known actions are needed")
        elif group[first] and group[first] == group[second]:
            yield Fault(rule="exclusive-group", what=f"{first} and {second} may never be chosen together")
        if indicator not in trial.domain.indicators or value is None or not np.isfinite(value):
            yield Fault(rule="interact", what=f"{first}, {second}: {indicator} = {value}")
        key = (frozenset((first, second)), indicator)
        if key in seen:
            yield Fault(rule="interact", what=f"{first}, {second}: the pair is counted twice for {indicator}")
        seen.add(key)


def _watch_faults(trial: Trial) -> Iterator[Fault]:
    start = dt.datetime(2026, 1, 10, tzinfo=dt.UTC)
    end = start + dt.timedelta(days=2)
    expected = trial.domain.watch(trial.assets, trial.site, start=start, end=end)
    if not set(expected.columns) >= WATCH_COLUMNS:
        yield Fault(rule="watch", what=f"its columns must be {sorted(WATCH_COLUMNS)}")
        return
    if expected.schema["time"] != pl.Datetime("us", "UTC"):
        yield Fault(rule="watch", what=f"time is {expected.schema['time']}, not UTC to the microsecond")
    elif not expected["time"].is_between(start, end, closed="left").all():
        yield Fault(rule="watch", what="a time lies outside the window asked for")
    if set(expected["unit"]) - set(units()):
        yield Fault(rule="watch", what=f"unknown units {sorted(set(expected['unit']) - set(units()))}")
    ordered = (expected["low"] <= expected["expected"] + 1e-9) & (expected["expected"] <= expected["high"] + 1e-9)
    if not ordered.all() or expected.select("expected", "low", "high").null_count().sum_horizontal().sum():
        yield Fault(rule="watch", what="an expected value has no interval, or lies outside it")


def _evaluate_faults(trial: Trial) -> Iterator[Fault]:
    rows = trial.domain.evaluate(trial.actions, trial.site)
    for what in frame_faults(noun_tables()[EVALUATION], rows):
        yield Fault(rule="evaluate", what=what)
    if rows.is_empty():
        yield Fault(rule="evaluate", what="nothing says how the actions will be evaluated")
        return
    if set(rows["action_id"].drop_nulls()) - set(trial.actions["action_id"]):
        yield Fault(rule="evaluate", what="an action is evaluated that was not chosen")
    if rows["effect"].count():
        yield Fault(rule="evaluate", what="an effect is given before anything was measured")
    if set(rows["unit"]) - set(units()):
        yield Fault(rule="evaluate", what=f"unknown units {sorted(set(rows['unit']) - set(units()))}")
