"""Older twins brought to the present layout, one version after the other, each after a backup."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bocage.store.connection import connect, writing
from bocage.store.encoding import is_asset
from bocage.store.metadata import columns_of, now
from bocage.store.refusals import refused, refusing
from bocage.store.schema import SCHEMA_VERSION, create_history_index, declared_tables, history_name
from bocage.store.series import rebuild_rollups


@dataclass(frozen=True)
class Migration:
    """A step from the version before to `version`; both run inside a transaction."""

    version: int
    twin: Callable[[sqlite3.Connection], None]
    series: Callable[[sqlite3.Connection], None]


def _index_history(twin: sqlite3.Connection) -> None:
    for table in declared_tables(twin).values():
        if is_asset(table):
            create_history_index(twin, history_name(table.name))


def _roll_up_without_bad(series: sqlite3.Connection) -> None:
    """Version 1 counted values of quality `bad` in its rollups, and kept no totals."""
    rebuild_rollups(series)


MIGRATIONS: Sequence[Migration] = (Migration(2, _index_history, _roll_up_without_bad),)


def version_of(twin: sqlite3.Connection, path: Path) -> int:
    """Schema version that the file says; BOC-STO-002 where it is no twin of ours."""
    with refusing(path):
        row = None
        if columns_of(twin, "bocage_meta"):
            row = twin.execute("SELECT value FROM bocage_meta WHERE key = 'schema_version'").fetchone()
    if row is None or not str(row[0]).isdigit():
        raise refused("BOC-STO-002", path, {"fr": "ce n’est pas un jumeau de Bocage", "en": "it is no twin of Bocage"})
    return int(row[0])


def refuse_newer(found: int, path: Path) -> None:
    """Refuse a file that a newer program wrote (BOC-STO-007)."""
    if found > SCHEMA_VERSION:
        raise refused("BOC-STO-007", path, found=str(found), known=str(SCHEMA_VERSION))


def migrate(twin_path: Path, series_path: Path, *, found: int, patience_s: float) -> None:
    """Run the steps that the territory lacks, the series first; a crash between the two files is mended by a rerun.

    Args:
        twin_path: twin.gpkg at version `found`.
        series_path: series.sqlite, at the same version or already migrated.
        found: version of the twin.
        patience_s: time waited for another writer [s].
    """
    steps = [step for step in MIGRATIONS if step.version > found]
    series = connect(series_path, patience_s=patience_s)
    try:
        with writing(series, series_path, patience_s):
            held = series.execute("PRAGMA user_version").fetchone()[0]
            for step in steps:
                if step.version > held:
                    step.series(series)
                    series.execute(f"PRAGMA user_version = {step.version}")
    finally:
        series.close()
    twin = connect(twin_path, patience_s=patience_s)
    try:
        with writing(twin, twin_path, patience_s):
            for step in steps:
                step.twin(twin)
                twin.execute("UPDATE bocage_meta SET value = ? WHERE key = 'schema_version'", (str(step.version),))
            twin.execute("INSERT OR REPLACE INTO bocage_meta VALUES ('migrated_at', ?)", (now(),))
    finally:
        twin.close()
