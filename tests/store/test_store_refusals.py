"""Damaged, foreign, full, locked: a clear refusal, and nothing lost."""

import os
import pickle
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import polars as pl
import pytest
from store_samples import DAY, LAMP, LATER, SRID, asset, column, here, lamps
from test_store_processes import CHILD

from bocage.store.connection import register_functions
from bocage.store.geopackage import GeoPackageStore, open_store
from bocage.vocabulary.codes import BocageError, core_codes


@pytest.fixture
def store(file_store: GeoPackageStore) -> GeoPackageStore:
    return file_store


def refusal_of(folder: Path, **options: object) -> BocageError:
    with pytest.raises(BocageError) as refusal:
        open_store(folder, **{"srid": SRID, **options}).close()
    for language in ("fr", "en"):
        for part in ("what", "why", "fix"):
            assert "{" not in refusal.value.say(part, language)
    return refusal.value


@pytest.fixture
def filled(folder: Path) -> Path:
    with open_store(folder, srid=SRID, create=True) as store:
        store.merge_assets(LAMP, lamps(2000), source="a", on=DAY)
    return folder


def test_an_absent_twin_is_not_made_by_opening_it(folder: Path) -> None:
    assert refusal_of(folder).code == "BOC-STO-001"
    assert refusal_of(folder, create=True, read_only=True).code == "BOC-STO-001"
    assert not folder.exists()


@pytest.mark.parametrize(
    "content", [b"", b"name;power\n1;2\n", b"SQLite format 3\0", b"SQLite format 3\0" + bytes(200)]
)
def test_what_is_no_database_is_refused_untouched(folder: Path, content: bytes) -> None:
    folder.mkdir()
    (folder / "twin.gpkg").write_bytes(content)
    for options in ({}, {"create": True}, {"read_only": True}):
        assert refusal_of(folder, **options).code == "BOC-STO-002"
    assert (folder / "twin.gpkg").read_bytes() == content


@pytest.mark.parametrize("share", [0.02, 0.5, 0.99])
def test_a_truncated_twin_is_refused_untouched(filled: Path, share: float) -> None:
    whole = (filled / "twin.gpkg").read_bytes()
    part = whole[: int(len(whole) * share)]
    (filled / "twin.gpkg").write_bytes(part)
    assert refusal_of(filled).code == "BOC-STO-002"
    assert (filled / "twin.gpkg").read_bytes() == part


def test_another_program_s_geopackage_is_refused_untouched(filled: Path) -> None:
    with closing(sqlite3.connect(filled / "twin.gpkg")) as twin:
        twin.execute("DROP TABLE bocage_meta")
        twin.execute("PRAGMA journal_mode = DELETE")
    assert refusal_of(filled).code == "BOC-STO-002"


def test_damage_inside_is_found_and_said(filled: Path) -> None:
    data = bytearray((filled / "twin.gpkg").read_bytes())
    for page in range(8, len(data) // 4096, 3):
        data[page * 4096 : page * 4096 + 600] = os.urandom(600)
    (filled / "twin.gpkg").write_bytes(data)
    try:
        with open_store(filled, srid=SRID) as store:
            assert store.check() != []
            with pytest.raises(BocageError) as refusal:
                store.read_assets(LAMP)
            assert refusal.value.code in {"BOC-STO-002", "BOC-STO-013", "BOC-STO-014"}
    except BocageError as refusal:
        assert refusal.code == "BOC-STO-002"


def test_another_projection_is_refused(filled: Path) -> None:
    error = refusal_of(filled, srid=2975)
    assert error.code == "BOC-STO-009"
    assert "2154" in error.say("what", "en")
    assert refusal_of(filled, srid=123456).code == "BOC-STO-010"


def test_a_disk_that_fills_up_undoes_the_import(store: GeoPackageStore) -> None:
    store.merge_assets(LAMP, lamps(100), source="a", on=DAY)
    before = store.fingerprint()
    pages = store._twin.execute("PRAGMA page_count").fetchone()[0]
    store._twin.execute(f"PRAGMA max_page_count = {pages + 20}")
    with pytest.raises(BocageError) as refusal:
        store.merge_assets(LAMP, lamps(5000), source="a", on=LATER)
    assert refusal.value.code == "BOC-STO-004"
    assert store.fingerprint() == before
    assert store.check() == []
    store._twin.execute("PRAGMA max_page_count = 1000000")
    assert len(store.merge_assets(LAMP, lamps(5000), source="a", on=LATER).added) == 4900


LIMITED = """
import resource
before = store.fingerprint()
resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))
from bocage.vocabulary.codes import BocageError
from bocage.store.backup import backup
said = []
for attempt in (
    lambda: store.merge_assets(LAMP, lamps(20_000, seed=3), source="a", on=LATER),
    lambda: store.snapshot(store.folder / "snapshot.gpkg"),
    lambda: backup(store.folder, store.folder / "b.zip"),
):
    try:
        attempt()
        said.append("done")
    except BocageError as error:
        said.append(error.code)
print(*said, store.fingerprint() == before, store.check() == [], flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are of Unix")
def test_a_file_size_limit_undoes_the_import(folder: Path) -> None:
    with open_store(folder, srid=SRID, create=True) as store:
        store.merge_assets(LAMP, lamps(8000), source="a", on=DAY)
        content = store.fingerprint()
    command = [sys.executable, "-c", CHILD + LIMITED, str(folder), str(here())]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["BOC-STO-004", "BOC-STO-004", "BOC-STO-004", "True", "True"], done.stderr
    assert sorted(p.name for p in folder.iterdir() if "-" not in p.name) == ["series.sqlite", "twin.gpkg"]
    with open_store(folder, srid=SRID) as store:
        assert store.fingerprint() == content


READ_ONLY = """
import os, sys, zoneinfo
sys.path.insert(0, sys.argv[2])
from pathlib import Path
from store_samples import *
from bocage.store.connection import register_functions
from bocage.store.geopackage import open_store
from bocage.vocabulary.codes import BocageError, core_codes
core_codes()
lamps(2)
os.setuid(65534)  # after the imports: this user may not be allowed to read where Python lives
try:
    open_store(Path(sys.argv[1]), srid=SRID)
    print("opened")
except BocageError as error:
    print(error.code)
with open_store(Path(sys.argv[1]), srid=SRID, read_only=True) as store:
    print(store.count_assets(LAMP), len(store.read_assets(LAMP)), store.check())
    try:
        store.snapshot(Path(sys.argv[1]) / "s.gpkg")
        print("written")
    except BocageError as error:
        print(error.code)
"""


@pytest.mark.skipif(sys.platform == "win32" or os.getuid() != 0, reason="only root can become another user")
def test_a_folder_that_cannot_be_written_is_read(filled: Path) -> None:
    common = Path(tempfile.gettempdir()).resolve()
    made = [path for path in filled.resolve().parents if common in path.parents]  # by pytest
    for path in made:
        path.chmod(0o755)
    if not all(path.stat().st_mode & 0o001 for path in filled.resolve().parents):
        pytest.skip("the temporary folder is closed to other users")
    filled.chmod(0o555)
    command = [sys.executable, "-c", READ_ONLY, str(filled), str(here())]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    filled.chmod(0o755)
    lines = done.stdout.splitlines()
    assert lines[0] in {"BOC-STO-005", "BOC-STO-006"}, done.stderr
    assert lines[1:] == ["2000 2000 []", lines[2]]
    assert lines[2] in {"BOC-STO-005", "BOC-STO-006"}


def test_a_twin_opened_for_reading_refuses_every_write(filled: Path) -> None:
    observed = pl.DataFrame({"series_id": ["s"], "time": [0], "value": [1.0]}).with_columns(pl.from_epoch("time"))
    with open_store(filled, srid=SRID, read_only=True) as store:
        for attempt in (
            lambda: store.merge_assets(LAMP, lamps(1, prefix="Z"), source="a", on=DAY),
            lambda: store.correct(LAMP, "L000001", "power_w", 1.0, author="a", on=LATER),
            lambda: store.write_observations(observed),
            lambda: store.declare([asset("other", "none")]),
        ):
            with pytest.raises(BocageError) as refusal:
                attempt()
            assert refusal.value.code == "BOC-STO-005"
        assert len(store.merge_assets(LAMP, lamps(1, prefix="Z"), source="a", on=DAY, dry_run=True).added) == 1


@pytest.mark.parametrize(
    ("table", "name"), [("gpkg_lamp", "a"), ("lamp; DROP", "a"), ("Lamp", "a"), ("lamp", "fid"), ("lamp", 'a"b')]
)
def test_names_that_geopackage_reserves_are_refused(store: GeoPackageStore, table: str, name: str) -> None:
    with pytest.raises(BocageError) as refusal:
        store.declare([asset(table, "none", column(name, "text"))])
    assert refusal.value.code == "BOC-STO-023"
    assert store.layers() == {"observation": 0}


def test_values_of_another_program_that_do_not_fit_are_said(filled: Path) -> None:
    with closing(sqlite3.connect(filled / "twin.gpkg")) as twin:
        register_functions(twin)
        twin.execute("UPDATE lamp SET power_w = 'beaucoup' WHERE asset_id = 'L000003'")
        twin.commit()
    with open_store(filled, srid=SRID) as store, pytest.raises(BocageError) as refusal:
        store.read_assets(LAMP)
    assert refusal.value.code == "BOC-STO-013"


def test_refusals_cross_processes_and_are_told_in_both_languages(tmp_path: Path) -> None:
    error = refusal_of(tmp_path / "none")
    again = pickle.loads(pickle.dumps(error))
    assert again.as_dict("fr") == error.as_dict("fr") != error.as_dict("en")
    assert len([code for code in core_codes() if code.startswith("BOC-STO-")]) == 34


def test_a_twin_without_its_log_s_index_is_read_after_a_copy(filled: Path, tmp_path: Path) -> None:
    shutil.copytree(filled, tmp_path / "copie é")
    with open_store(tmp_path / "copie é", srid=SRID, read_only=True) as store:
        assert store.count_assets(LAMP) == 2000
