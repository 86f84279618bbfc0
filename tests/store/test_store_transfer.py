"""A twin copied from either form into either form: the same fingerprint, history, corrections and observations."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import shapely
from store_samples import DAY, DEED, LAMP, LATER, PIPE, THING, ZONE, Twins, lamps
from test_store_nouns import NOUNS, outcomes
from test_store_series import observations

from bocage.store.interface import Store
from bocage.store.transfer import copy_store
from bocage.vocabulary.codes import BocageError

OLD = dt.datetime(1, 1, 1, tzinfo=dt.UTC)
FINE = dt.datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=dt.UTC)


def fill(store: Store) -> None:
    """Something of everything that a twin can hold."""
    rows = lamps(300)
    odd = [shapely.Point(1, 2, 3).wkb, None, shapely.from_wkt("POINT EMPTY").wkb, *rows["geometry"][3:]]
    rows = rows.with_columns(
        pl.Series("geometry", odd),
        pl.Series("power_w", [float("inf"), -0.0, None, *rows["power_w"][3:]]),
        pl.Series("street", ["", 'a "b"\r\nc,;\\N', None, "=x", *rows["street"][4:]]),
        pl.Series("tags", [[], ["a\0b", "é"], None] + [["x"]] * 297),
        pl.Series("ballast", [True, False, None] * 100),
        pl.Series("heads", [2**63 - 1, -(2**63), None] * 100),
        pl.Series("installed_on", [dt.date(1, 1, 1), dt.date(9999, 12, 31), None] * 100),
        pl.Series("seen_at", [OLD, FINE, None] * 100),
    )
    store.merge_assets(LAMP, rows, source="a", on=DAY)
    store.merge_assets(LAMP, lamps(280, seed=5), source="a", on=LATER, retire_absent=True)
    store.correct(LAMP, "L000001", "power_w", 12.0, author="agent", on=LATER)
    store.correct(LAMP, "L000002", "geometry", shapely.Point(5, 6).wkb, author="agent", on=LATER)
    store.correct(LAMP, "L000003", "street", None, author="agent", on=LATER)
    line, square = shapely.LineString([(0, 0), (10, 10)]), shapely.box(0, 0, 1, 1)
    for table, shapes in (
        (PIPE, [line, shapely.MultiLineString([line, shapely.LineString([(0, 0, 1), (1, 1, 2)])])]),
        (ZONE, [square, shapely.MultiPolygon([square, shapely.box(3, 3, 4, 4)])]),
        (THING, [shapely.GeometryCollection([square, line]), shapely.MultiPoint([(1, 2), (3, 4)])]),
    ):
        frame = pl.DataFrame({"asset_id": ["a", "b"], "geometry": shapely.to_wkb(shapes, flavor="iso").tolist()})
        store.merge_assets(table, frame, source="a", on=DAY)
    store.merge_assets(DEED, pl.DataFrame({"asset_id": ["d"], "name": ["régie"]}), source="a", on=DAY)
    store.write_rows(NOUNS["outcome"], outcomes(None, [1.0, 2.5]))
    store.write_rows(NOUNS["outcome"], outcomes(2030, [1e-300, 1 / 3]))
    territory = pl.DataFrame({"territory_id": ["35238"], "name": ["Rennes"], "geometry": [square.wkb]})
    store.write_rows(NOUNS["territory"], territory)
    store.write_observations(observations(500))
    bad = observations(5, series="other").with_columns(quality=pl.Series(["bad", "suspect", "good", "estimated", None]))
    store.write_observations(bad)


@pytest.fixture
def both(tmp_path: Path, address: Any) -> Iterator[dict[str, Twins]]:
    forms = {form: Twins(form, tmp_path / form, address) for form in ("geopackage", "postgis")}
    with forms["geopackage"].stack, forms["postgis"].stack:
        yield forms


def test_both_forms_say_the_same_of_the_same_content(both: dict[str, Twins]) -> None:
    stores = [both[form].open() for form in both]
    for store in stores:
        fill(store)
    one, other = stores
    assert one.fingerprint() == other.fingerprint()
    assert one.fingerprint(inventory_only=True) == other.fingerprint(inventory_only=True) != one.fingerprint()
    assert one.layers() == other.layers()
    assert one.read_assets(LAMP).equals(other.read_assets(LAMP))
    assert one.history(LAMP, "L000001").equals(other.history(LAMP, "L000001"))
    assert one.read_assets(LAMP, on=DAY).equals(other.read_assets(LAMP, on=DAY))
    assert one.check() == other.check() == []


@pytest.mark.parametrize("source", ["geopackage", "postgis"])
@pytest.mark.parametrize("target", ["geopackage", "postgis"])
def test_a_copy_has_the_same_fingerprint(both: dict[str, Twins], source: str, target: str) -> None:
    given, taken = both[source].open("given"), both[target].open("taken")
    fill(given)
    copy_store(given, taken)
    assert taken.fingerprint() == given.fingerprint()
    assert taken.layers() == given.layers()
    assert taken.check() == []
    again = taken.merge_assets(LAMP, lamps(280, seed=5), source="a", on=LATER)
    assert sorted(again.kept_corrections) == [
        ("L000001", "power_w"), ("L000002", "geometry"), ("L000003", "street"),
    ]  # fmt: skip
    assert again.unchanged == 280


def test_observations_leave_the_server_a_batch_at_a_time(postgis: Twins, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bocage.store.postgis.content._CHUNK_ROWS", 100)
    store = postgis.open()
    store.write_observations(observations(250))
    with store.content() as content:
        batches = list(content.observations())
    assert [len(batch) for batch in batches] == [100, 100, 50]
    assert pl.concat(batches)["time"].is_sorted()


def test_a_copy_covers_nothing(store: Store, twins: Twins) -> None:
    store.merge_assets(LAMP, lamps(3), source="a", on=DAY)
    other = twins.open("other")
    other.merge_assets(LAMP, lamps(2), source="a", on=DAY)
    before = other.fingerprint()
    with pytest.raises(BocageError) as refusal:
        copy_store(store, other)  # type: ignore[arg-type]
    assert refusal.value.code == "BOC-STO-034"
    assert other.fingerprint() == before
