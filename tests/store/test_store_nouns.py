"""Rows of nouns: one per key, replaced by value, read back as they were written."""

import datetime as dt

import polars as pl
import pytest
import shapely
from polars.testing import assert_frame_equal

from bocage.store.interface import Store
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import noun_tables

NOUNS = noun_tables()


def outcomes(year: int | None, values: list[float], domain: str = "lighting") -> pl.DataFrame:
    return pl.DataFrame(
        {
            "territory_id": "01004", "domain": domain, "scope": [f"sector:{n}" for n in range(len(values))],
            "action_set": "none", "year": year, "indicator": "energy_kwh", "unit": "kWh/year",
            "value": values, "low": values, "high": values, "default_share": 0.25,
        },
        schema_overrides={"year": pl.Int64},
    )  # fmt: skip


def test_a_row_takes_the_place_of_the_row_of_its_key_null_year_included(store: Store) -> None:
    table = NOUNS["outcome"]
    assert store.write_rows(table, outcomes(None, [1.0, 2.0])) == 2
    store.write_rows(table, outcomes(None, [5.0]))
    store.write_rows(table, outcomes(2026, [7.0]))
    held = store.read_rows(table)
    assert sorted(held.select("scope", "year", "value").rows(), key=str) == sorted(
        [("sector:1", None, 2.0), ("sector:0", None, 5.0), ("sector:0", 2026, 7.0)], key=str
    )
    assert held["territory_id"].to_list() == ["01004"] * 3
    assert held["scenario_id"].to_list() == ["reference"] * 3
    assert store.read_rows(table, {"year": None})["value"].to_list() == [2.0, 5.0]
    assert store.read_rows(table, {"domain": "water"}).is_empty()


def test_replace_deletes_by_value_first(store: Store) -> None:
    table = NOUNS["outcome"]
    store.write_rows(table, outcomes(None, [1.0, 2.0, 3.0]))
    store.write_rows(table, outcomes(None, [9.0], domain="water"))
    store.write_rows(table, outcomes(2030, [4.0]), replace={"domain": "lighting"})
    assert sorted(store.read_rows(table)["value"].to_list()) == [4.0, 9.0]
    store.write_rows(table, outcomes(2031, [6.0]), replace={})
    assert store.read_rows(table)["value"].to_list() == [6.0]


def test_every_type_comes_back(store: Store) -> None:
    seen = dt.datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=dt.UTC)
    alert = pl.DataFrame(
        {"alert_id": ["a1"], "code": ["BOC-LIG-001"], "asset_id": [None], "first_seen": [seen], "last_seen": [seen],
         "severity": ["watch"], "cost_if_ignored_eur_year": [None]}
    )  # fmt: skip
    expected = NOUNS["alert"].conform(alert)
    store.write_rows(NOUNS["alert"], alert)
    assert_frame_equal(store.read_rows(NOUNS["alert"]), expected)
    square = shapely.box(0, 0, 1, 1).wkb
    territory = pl.DataFrame({"territory_id": ["35238"], "name": ["Rennes"], "geometry": [square]})
    for _ in range(2):
        store.write_rows(NOUNS["territory"], territory)
    held = store.read_rows(NOUNS["territory"], {"territory_id": "35238"})
    assert held["geometry"].to_list() == [square]
    assert store.check() == []
    works = pl.DataFrame({"works_id": ["w"], "asset_ids": [["a;b", 'c"d', "é"]], "accepted": [dt.date(2026, 2, 1)]})
    store.write_rows(NOUNS["works"], works)
    assert store.read_rows(NOUNS["works"])["asset_ids"].to_list() == [["a;b", 'c"d', "é"]]


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda rows: pl.concat([rows, rows]), "BOC-STO-011"),
        (lambda rows: rows.with_columns(value=pl.lit(None, dtype=pl.Float64)), "BOC-STO-012"),
        (lambda rows: rows.with_columns(value=pl.lit(float("nan"))), "BOC-STO-012"),
        (lambda rows: rows.with_columns(year=pl.lit("MMXXVI")), "BOC-STO-013"),
    ],
)
def test_rows_that_cannot_be_kept_leave_all_as_it_was(store: Store, spoil: object, code: str) -> None:
    table = NOUNS["outcome"]
    store.write_rows(table, outcomes(None, [1.0]))
    with pytest.raises(BocageError) as refusal:
        store.write_rows(table, spoil(outcomes(None, [2.0])), replace={})
    assert refusal.value.code == code
    assert store.read_rows(table)["value"].to_list() == [1.0]


def test_an_unknown_column_is_refused(store: Store) -> None:
    for attempt in (
        lambda: store.read_rows(NOUNS["outcome"], {"colour": "red"}),
        lambda: store.write_rows(NOUNS["outcome"], outcomes(None, [1.0]), replace={"colour": "red"}),
    ):
        with pytest.raises(BocageError) as refusal:
            attempt()
        assert refusal.value.code == "BOC-STO-018"


def test_all_nouns_are_declared_and_counted(store: Store) -> None:
    store.declare(list(NOUNS.values()))
    store.declare(list(NOUNS.values()))
    assert set(store.layers()) == set(NOUNS) - {"asset"}
    assert store.check() == []
