"""Backups: complete, verified by restoring them, and restored without harm."""

import hashlib
import json
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from store_samples import DAY, LAMP, LATER, SRID, lamps
from test_store_series import observations

from bocage.store import backup as module
from bocage.store.backup import backup, restore, verify_backup
from bocage.store.geopackage import GeoPackageStore, open_store
from bocage.vocabulary.codes import BocageError


@pytest.fixture
def store(file_store: GeoPackageStore) -> GeoPackageStore:
    return file_store


def fill(store: GeoPackageStore, folder: Path) -> None:
    store.merge_assets(LAMP, lamps(60), source="a", on=DAY)
    store.correct(LAMP, "L000001", "power_w", 12.0, author="agent", on=LATER)
    store.write_observations(observations(200))
    (folder / "territory.toml").write_text("name = 'Saint-Étienne'\n", encoding="utf-8")
    (folder / "grids" / "flood é").mkdir(parents=True)
    (folder / "grids" / "flood é" / "depth.tif").write_bytes(b"II*\0" * 100)
    (folder / "mappings").mkdir()
    (folder / "mappings" / "paris.toml").write_text("a = 1\n")
    (folder / "instance.sqlite").write_bytes(b"secret")
    (folder / "notes.txt").write_text("mine")


def test_a_backup_taken_while_open_restores_the_same_territory(store: GeoPackageStore, folder: Path) -> None:
    fill(store, folder)
    archive = folder.parent / "sauvegarde d'été.zip"
    report = backup(folder, archive)
    assert verify_backup(archive).fingerprint == report.fingerprint == store.fingerprint()
    assert report.rows == {
        "bocage_correction": 2, "lamp": 60, "lamp_history": 1, "observation": 200,
    }  # fmt: skip
    assert report.left_out == ["instance.sqlite", "notes.txt"]
    assert set(report.files) == {
        "twin.gpkg", "series.sqlite", "territory.toml", "grids/flood é/depth.tif", "mappings/paris.toml",
    }  # fmt: skip
    assert b"secret" not in archive.read_bytes()
    again = restore(archive, folder.parent / "restored")
    assert again == report
    assert (folder.parent / "restored" / "grids" / "flood é" / "depth.tif").read_bytes() == b"II*\0" * 100
    with open_store(folder.parent / "restored", srid=SRID) as twin:
        assert twin.check() == []
        assert twin.read_assets(LAMP).equals(store.read_assets(LAMP))
        assert twin.history(LAMP, "L000001").equals(store.history(LAMP, "L000001"))
    assert sorted(path.name for path in folder.parent.iterdir()) == sorted([archive.name, folder.name, "restored"])


def test_a_backup_of_a_transaction_that_is_not_finished_holds_the_state_before(
    store: GeoPackageStore, folder: Path
) -> None:
    fill(store, folder)
    content = store.fingerprint()
    with store._writing() as twin:
        twin.execute("DELETE FROM lamp")
        report = backup(folder, folder.parent / "b.zip")
    assert report.fingerprint == content
    assert report.rows["lamp"] == 60


def test_a_backup_written_inside_the_territory_does_not_hold_itself(store: GeoPackageStore, folder: Path) -> None:
    fill(store, folder)
    for _ in range(2):
        report = backup(folder, folder / "archive" / "b.zip")
        assert not [name for name in report.files if name.startswith("archive/")]
    assert verify_backup(folder / "archive" / "b.zip").fingerprint == store.fingerprint()


def test_a_restoration_never_overwrites(store: GeoPackageStore, folder: Path) -> None:
    fill(store, folder)
    backup(folder, folder.parent / "b.zip")
    with pytest.raises(BocageError) as refusal:
        restore(folder.parent / "b.zip", folder)
    assert refusal.value.code == "BOC-STO-020"
    (folder.parent / "empty").mkdir()
    restore(folder.parent / "b.zip", folder.parent / "empty")


def rewrite(archive: Path, change: Callable[[dict[str, bytes]], None], *, link: str = "") -> Path:
    with zipfile.ZipFile(archive) as pack:
        content = {name: pack.read(name) for name in pack.namelist()}
    change(content)
    target = archive.with_name("changed.zip")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, data in content.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (stat.S_IFLNK | 0o777) << 16 if name == link else 0
            pack.writestr(entry, data)
    return target


def announced(content: dict[str, bytes], name: str, data: bytes) -> None:
    """Put a file into the archive and into its manifest."""
    manifest = json.loads(content["manifest.json"])
    manifest["files"][name] = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    content["manifest.json"] = json.dumps(manifest).encode()
    content[name] = data


def flipped(data: bytes) -> bytes:
    return data[:5000] + bytes([data[5000] ^ 1]) + data[5001:]


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content.update({"../evil.txt": b"x"}),
        lambda content: announced(content, "../evil.txt", b"x"),
        lambda content: announced(content, "/evil.txt", b"x"),
        lambda content: announced(content, "C:evil.txt", b"x"),
        lambda content: announced(content, "grids\\..\\evil.txt", b"x"),
        lambda content: content.pop("manifest.json"),
        lambda content: content.pop("twin.gpkg"),
        lambda content: content.update({"manifest.json": b"{}"}),
        lambda content: content.update({"manifest.json": b"not json"}),
        lambda content: content.update({"manifest.json": b'{"format": 1, "files": 3}'}),
        lambda content: content.update({"twin.gpkg": flipped(content["twin.gpkg"])}),
        lambda content: content.update({"twin.gpkg": content["twin.gpkg"] + b"more"}),
    ],
)
def test_an_archive_made_to_harm_or_damaged_is_refused(
    store: GeoPackageStore, folder: Path, change: Callable[[dict[str, bytes]], None]
) -> None:
    fill(store, folder)
    backup(folder, folder.parent / "b.zip")
    archive = rewrite(folder.parent / "b.zip", change)
    with pytest.raises(BocageError) as refusal:
        restore(archive, folder.parent / "restored")
    assert refusal.value.code == "BOC-STO-019"
    assert sorted(path.name for path in folder.parent.iterdir()) == sorted(["b.zip", "changed.zip", folder.name])


def test_a_symbolic_link_is_refused(store: GeoPackageStore, folder: Path) -> None:
    fill(store, folder)
    backup(folder, folder.parent / "b.zip")
    archive = rewrite(
        folder.parent / "b.zip", lambda content: announced(content, "grids/link", b"/etc/passwd"), link="grids/link"
    )
    with pytest.raises(BocageError, match="BOC-STO-019"):
        restore(archive, folder.parent / "restored")


def test_a_bomb_is_refused(store: GeoPackageStore, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(store, folder)
    backup(folder, folder.parent / "b.zip")
    archive = rewrite(folder.parent / "b.zip", lambda content: announced(content, "grids/zero.tif", bytes(60 << 20)))
    monkeypatch.setattr(module, "_BOMB_BYTES", 32 << 20)
    with pytest.raises(BocageError, match="BOC-STO-019"):
        restore(archive, folder.parent / "restored")


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 cut"])
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "b.zip").write_bytes(content)
    for archive in (tmp_path / "b.zip", tmp_path / "absent.zip"):
        with pytest.raises(BocageError) as refusal:
            restore(archive, tmp_path / "t")
        assert refusal.value.code == "BOC-STO-019"
    assert not (tmp_path / "t").exists()


def test_the_verification_compares_what_was_restored(store: GeoPackageStore, folder: Path) -> None:
    fill(store, folder)
    backup(folder, folder.parent / "b.zip")

    def lie(content: dict[str, bytes]) -> None:
        manifest = json.loads(content["manifest.json"])
        manifest["rows"]["lamp"] = 61
        content["manifest.json"] = json.dumps(manifest).encode()

    with pytest.raises(BocageError, match="BOC-STO-019"):
        verify_backup(rewrite(folder.parent / "b.zip", lie))


def test_a_cut_archive_is_refused(store: GeoPackageStore, folder: Path) -> None:
    fill(store, folder)
    backup(folder, folder.parent / "b.zip")
    data = (folder.parent / "b.zip").read_bytes()
    for size in (100, len(data) // 2, len(data) - 10):
        (folder.parent / "cut.zip").write_bytes(data[:size])
        with pytest.raises(BocageError, match="BOC-STO-019"):
            verify_backup(folder.parent / "cut.zip")
