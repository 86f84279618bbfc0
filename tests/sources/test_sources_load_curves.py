"""Load curves: the shapes in which meters are exported, their clocks and their units."""

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from bocage.sources.load_curves import LoadCurves, read_load_curves
from bocage.vocabulary.codes import BocageError

PARIS = "Europe/Paris"
PORTAL = (
    "Identifiant PRM;Type de donnees;Date de debut;Date de fin;Grandeur physique;Grandeur metier;Etape metier;Unite;"
    "Pas en minutes\n"
)


def read(folder: Path, text: str, name: str = "courbe.csv", **options: object) -> LoadCurves:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_load_curves(path, timezone=PARIS, **options)  # type: ignore[arg-type]


def at(hour: int, minute: int = 0, *, day: int = 25, month: int = 10) -> dt.datetime:
    return dt.datetime(2025, month, day, hour, minute, tzinfo=dt.UTC)


def test_a_portal_export_marks_the_end_of_its_steps(tmp_path: Path) -> None:
    text = PORTAL + (
        "12345678901234;Courbe de charge;25/10/2025;26/10/2025;Energie active;Consommation;Comptage Brut;W;30\n"
        "Horodate;Valeur\n2025-10-26T00:30:00+02:00;1200\n2025-10-26T01:00:00+02:00;\n2025-10-26T01:30:00+02:00;800\n"
    )
    curves = read(tmp_path, text)
    assert curves.stamp == "end"
    assert curves.empty == 1
    assert curves.rows["time"].to_list() == [at(22), at(23)]
    assert curves.rows.select("key", "quantity", "unit", "period_s").row(0) == (
        "12345678901234", "active_power", "W", 1800.0,
    )  # fmt: skip
    started = read(tmp_path, text, stamp="start")
    assert started.rows["time"].to_list() == [at(22, 30), at(23, 30)]


def test_several_points_follow_each_other_in_one_portal_file(tmp_path: Path) -> None:
    part = (
        "{prm};Courbe de charge;25/10/2025;26/10/2025;{kind};Consommation;Comptage Brut;{unit};10\n"
        "Horodate;Valeur\n2025-10-25T12:10:00Z;{value}\n"
    )
    text = "".join(
        PORTAL + part.format(prm=prm, kind=kind, unit=unit, value=value)
        for prm, kind, unit, value in (
            ("11111111111111", "Energie active", "kW", "1,5"),
            ("22222222222222", "Energie reactive", "kvar", "0,4"),
        )
    )
    rows = read(tmp_path, text).rows
    assert rows.select("key", "quantity", "unit", "value").rows() == [
        ("11111111111111", "active_power", "kW", 1.5),
        ("22222222222222", "reactive_power", "kvar", 0.4),
    ]
    assert set(rows["time"]) == {at(12)}


def test_a_long_table_with_nature_and_step(tmp_path: Path) -> None:
    curves = read(
        tmp_path,
        "Identifiant PRM;Date de début;Grandeur physique;Unité;Horodate;Valeur;Nature;Pas\n"
        "30000000000001;2026-01-01;EA;Wh;2025-10-25T00:00:00+02:00;10;R;PT5M\n"
        "30000000000001;2026-01-01;EA;Wh;2025-10-25T00:05:00+02:00;20;E;PT5M\n",
    )
    assert curves.stamp == "start"
    assert curves.rows["value"].to_list() == [120.0, 240.0], "10 Wh in 5 minutes are 120 W"
    assert curves.rows["unit"].unique().to_list() == ["W"]
    assert curves.rows["quality"].to_list() == ["good", "estimated"]


def test_a_wide_table_has_a_column_for_each_cabinet(tmp_path: Path) -> None:
    curves = read(tmp_path, "Date;Heure;A01 (kW);A02 (kW)\n25/10/2025;10:00;1,5;2\n25/10/2025;10:10;;2,5\n")
    assert curves.rows.select("key", "value").rows() == [("A01", 1.5), ("A02", 2.0), ("A02", 2.5)]
    assert curves.rows["time"].to_list() == [at(8), at(8), at(8, 10)]
    assert curves.empty == 1


def test_the_hour_that_comes_twice(tmp_path: Path) -> None:
    """02:00 is summer time the first time, winter time the second; what comes once is said so."""
    text = "horodate;valeur;unite\n" + "".join(
        f"26/10/2025 {clock};{value};W\n"
        for value, clock in enumerate(["01:30", "02:00", "02:30", "02:00", "02:30", "03:00"])
    )
    curves = read(tmp_path, text)
    assert curves.rows["time"].to_list() == [
        at(23, 30), *(at(hour, minute, day=26) for hour, minute in ((0, 0), (0, 30), (1, 0), (1, 30), (2, 0))),
    ]  # fmt: skip
    assert curves.rows["value"].to_list() == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    assert curves.twice == 0
    once = read(tmp_path, "horodate;valeur;unite\n26/10/2025 02:00;1;W\n26/10/2025 03:00;1;W\n")
    assert once.twice == 1


def test_an_empty_first_writing_leaves_the_second_in_winter(tmp_path: Path) -> None:
    curves = read(tmp_path, "horodate;valeur;unite\n26/10/2025 02:00;;W\n26/10/2025 02:00;7;W\n26/10/2025 03:00;8;W\n")
    assert curves.rows["time"].to_list() == [at(1, day=26), at(2, day=26)]


def test_the_hour_that_never_was_is_counted(tmp_path: Path) -> None:
    curves = read(tmp_path, "horodate;valeur;unite\n30/03/2025 01:30;1;W\n30/03/2025 02:30;2;W\nhier;3;W\n")
    assert curves.unreadable == 2
    assert curves.rows["value"].to_list() == [1.0]


def test_a_value_written_twice_is_kept_once(tmp_path: Path) -> None:
    curves = read(tmp_path, "horodate;valeur;unite\n2025-10-25T10:00:00Z;1;W\n2025-10-25T10:00:00Z;2;W\n")
    assert curves.rows["value"].to_list() == [2.0]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("horodate;commentaire\n2025-10-25 10:00;vu\n", "BOC-IMP-341"),
        ("nom;valeur;unite\nA;1;W\n", "BOC-IMP-340"),
        ("horodate;valeur\n2025-10-25 10:00;1\n", "BOC-IMP-341"),
        ("horodate;valeur;unite\n2025-10-25 10:00;1;lumens\n", "BOC-IMP-342"),
        ("horodate;unite\n2025-10-25 10:00;W\n", "BOC-IMP-340"),
        ("", "BOC-IMP-003"),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(BocageError) as refusal:
        read(tmp_path, text)
    assert refusal.value.code == code


def test_the_unit_may_be_told(tmp_path: Path) -> None:
    curves = read(tmp_path, "horodate;valeur\n2025-10-25 10:00;1\n2025-10-25 10:10;3\n", unit="kWh")
    assert curves.rows["unit"].to_list() == ["kW", "kW"]
    assert curves.rows["value"].to_list() == [6.0, 18.0]


def test_rows_are_in_order_whatever_the_file(tmp_path: Path) -> None:
    curves = read(tmp_path, "horodate;valeur;unite\n2025-10-25 10:10;2;W\n2025-10-25 10:00;1;W\n")
    assert curves.rows.select(pl.col("time").is_sorted()).item()
    assert curves.rows["period_s"].unique().to_list() == [600.0]
