"""Twins of other versions: the older is backed up and migrated, the newer is left alone."""

import sqlite3
from contextlib import closing
from pathlib import Path

import polars as pl
import pytest
from store_samples import DAY, LAMP, LATER, SRID, lamps

from bocage.store import geopackage, migrate
from bocage.store.backup import restore
from bocage.store.geopackage import open_store
from bocage.store.schema import SCHEMA_VERSION
from bocage.vocabulary.codes import BocageError


def observed(quality: list[str]) -> pl.DataFrame:
    hours = pl.from_epoch(pl.Series("time", [number * 600 for number in range(len(quality))]))
    return pl.DataFrame(
        {"series_id": ["s"] * len(quality), "time": hours, "value": [10.0] * len(quality), "quality": quality}
    ).with_columns(pl.col("quality"))


def make_version_1(folder: Path) -> str:
    """A territory as version 1 laid it out: no index on history; rollups with bad values and without totals."""
    with open_store(folder, srid=SRID, create=True) as store:
        store.merge_assets(LAMP, lamps(50), source="a", on=DAY)
        store.merge_assets(LAMP, lamps(50, seed=2), source="a", on=LATER)
        store.write_observations(observed(["good", "bad", "good"]))
        content = store.fingerprint()
    with closing(sqlite3.connect(folder / "twin.gpkg")) as twin:
        twin.execute("DROP INDEX idx_lamp_history_asset")
        twin.execute("UPDATE bocage_meta SET value = '1' WHERE key = 'schema_version'")
        twin.commit()
    with closing(sqlite3.connect(folder / "series.sqlite")) as series:
        for table, width in (("hourly", 3_600_000), ("daily", 86_400_000)):
            series.execute(f"DROP TABLE {table}")
            series.execute(
                f"CREATE TABLE {table} (series INTEGER, ts INTEGER, mean REAL, minimum REAL, maximum REAL,"
                " count INTEGER, PRIMARY KEY (series, ts)) WITHOUT ROWID"
            )
            series.execute(
                f"INSERT INTO {table} SELECT series, ts - ts % {width}, avg(value), min(value), max(value), count(*)"
                " FROM observation GROUP BY 1, 2"
            )
        series.execute("PRAGMA user_version = 1")
        series.commit()
    return content


def assert_is_current(folder: Path, content: str) -> None:
    with open_store(folder, srid=SRID) as store:
        assert store.check() == []
        assert store.fingerprint() == content
        day = store.read_observations("s", start=DAY_START, end=DAY_END, step="day")
        assert day.select("mean", "total", "count").rows() == [(10.0, 20.0, 2)]
        indexes = {row[0] for row in store._twin.execute("SELECT name FROM sqlite_schema WHERE type = 'index'")}
        assert "idx_lamp_history_asset" in indexes


DAY_START, DAY_END = pl.Series(["1970-01-01", "1970-01-02"]).str.to_datetime("%Y-%m-%d").to_list()


def test_version_1_is_migrated_after_a_backup(folder: Path) -> None:
    content = make_version_1(folder)
    assert_is_current(folder, content)
    (archive,) = (folder / "backups").iterdir()
    report = restore(archive, folder.parent / "restored")
    assert (report.schema_version, report.rows["lamp"], report.fingerprint) == (1, 50, content)
    assert_is_current(folder.parent / "restored", content)
    assert_is_current(folder, content)
    assert len(list((folder / "backups").iterdir())) == 1  # not migrated twice


def test_a_migration_cut_between_the_two_files_is_finished_next_time(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = make_version_1(folder)

    def cut(twin: sqlite3.Connection) -> None:
        twin.execute("CREATE TABLE half_done (x)")
        raise KeyboardInterrupt

    broken = (migrate.Migration(2, cut, migrate.MIGRATIONS[0].series),)
    with monkeypatch.context() as patch:
        patch.setattr(migrate, "MIGRATIONS", broken)
        with pytest.raises(KeyboardInterrupt):
            open_store(folder, srid=SRID)
    with closing(sqlite3.connect(folder / "twin.gpkg")) as twin:
        assert twin.execute("SELECT value FROM bocage_meta WHERE key = 'schema_version'").fetchone() == ("1",)
        assert twin.execute("SELECT name FROM sqlite_schema WHERE name = 'half_done'").fetchone() is None
    assert_is_current(folder, content)


def test_reading_an_older_twin_does_not_migrate_it(folder: Path) -> None:
    make_version_1(folder)
    with pytest.raises(BocageError) as refusal:
        open_store(folder, srid=SRID, read_only=True)
    assert refusal.value.code == "BOC-STO-008"
    assert not (folder / "backups").exists()


@pytest.mark.parametrize("file", ["twin.gpkg", "series.sqlite"])
def test_a_newer_twin_is_refused_untouched(folder: Path, file: str) -> None:
    open_store(folder, srid=SRID, create=True).close()
    newer = str(SCHEMA_VERSION + 1)
    with closing(sqlite3.connect(folder / file)) as connection:
        if file == "twin.gpkg":
            connection.execute("UPDATE bocage_meta SET value = ? WHERE key = 'schema_version'", (newer,))
        else:
            connection.execute(f"PRAGMA user_version = {newer}")
        connection.commit()
    for read_only in (False, True):
        with pytest.raises(BocageError) as refusal:
            open_store(folder, srid=SRID, read_only=read_only)
        assert refusal.value.code == "BOC-STO-007"
        assert newer in refusal.value.say("what", "fr")
    assert not (folder / "backups").exists()


def test_a_migration_without_room_for_its_backup_changes_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_version_1(folder)

    def no_room(*_: object) -> None:
        raise BocageError("BOC-STO-004", where={"path": folder}, detail="full", folder=folder)

    monkeypatch.setattr(geopackage, "write_archive", no_room)
    with pytest.raises(BocageError, match="BOC-STO-004"):
        open_store(folder, srid=SRID)
    with closing(sqlite3.connect(folder / "twin.gpkg")) as twin:
        assert twin.execute("SELECT value FROM bocage_meta WHERE key = 'schema_version'").fetchone() == ("1",)
