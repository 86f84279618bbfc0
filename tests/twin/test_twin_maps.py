"""Thematic maps: every theme that a domain declares is drawn, each asset in its class."""

import datetime as dt
import json
import re
import sqlite3
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import shapely

from bocage.cli.program import run
from bocage.publish.map import describe_map, draw_map
from bocage.publish.report.content import MapClass, MapData
from bocage.publish.tokens import HEDGE, OCHRE, Stroke
from bocage.twin.build import import_file
from bocage.twin.diagnose import examine
from bocage.twin.export import export
from bocage.twin.report_state import themes
from bocage.twin.territory import Territory, create_territory
from bocage.twin.thematic_map import class_ranks, themed_map, write_maps
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.text import use_language

WEST, SOUTH = 433_000.0, 6_794_000.0


@pytest.fixture
def territory(tmp_path: Path) -> Territory:
    """Twelve lamps along one of two roads, a hundred metres each."""
    settings = {"longitude_deg": -0.5943, "latitude_deg": 48.1917}
    made = create_territory(tmp_path / "twin", code="99999", name="Valbocage", settings=settings)
    lamps = tmp_path / "lampes.csv"
    rows = [f"L{n};{WEST + 5 + 8 * n};{SOUTH + 4};SHP;110;Rue Haute\n" for n in range(12)]
    lamps.write_text("Identifiant;X;Y;Type lampe;Puissance consommée;Voie\n" + "".join(rows), encoding="utf-8")
    import_file(made, lamps, on=dt.date(2026, 3, 1))
    features = [
        {
            "type": "Feature",
            "properties": {"id": name, "nom": name, "largeur": 6},
            "geometry": {"type": "LineString", "coordinates": [[WEST, y], [WEST + 100, y]]},
        }
        for name, y in (("Rue Haute", SOUTH), ("Rue Basse", SOUTH + 300))
    ]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::2154"}}
    roads = tmp_path / "voies.geojson"
    roads.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}), encoding="utf-8")
    import_file(made, roads, asset_type="road")
    return made


def test_each_declared_theme_has_its_picture(territory: Territory, tmp_path: Path) -> None:
    use_language("fr")
    files = {path.name: path.read_text(encoding="utf-8") for path in write_maps(territory, into=tmp_path / "m").files}
    state = examine(territory, territory.domain("lighting"))
    declared = {f"99999-{kind}-{layer['theme']}.svg" for kind, layers in themes(state).items() for layer in layers}
    assert set(files) == declared
    for picture in files.values():
        assert picture.startswith("<svg")
        assert "nan" not in picture
    roads = files["99999-lit_road-installed_flux.svg"]
    assert "Flux installé par m² (DSFLI)" in roads
    assert re.search(r"lm/m² \(1\)", roads.replace("\u202f", " ")), "one road is lit, and stands in one class"


def test_a_map_counts_each_asset_once(territory: Territory) -> None:
    state = examine(territory, territory.domain("lighting"))
    for asset_type, layers in themes(state).items():
        for layer in layers:
            drawn = themed_map(territory, state, asset_type, layer)
            assert drawn is not None
            expected = {"luminaire": 12, "lit_road": 1}[asset_type]
            assert len(drawn.classes) + len(drawn.line_classes) == expected
            assert {*drawn.classes, *drawn.line_classes} <= set(range(len(drawn.legend)))


def test_one_theme_may_be_asked_and_an_unknown_one_is_refused(
    territory: Territory, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert [path.name for path in write_maps(territory, into=tmp_path, theme="lit_road.priority").files] == [
        "99999-lit_road-priority.svg"
    ]
    with pytest.raises(BocageError) as refused:
        write_maps(territory, into=tmp_path, theme="lit_road.colour")
    assert refused.value.code == "BOC-TWI-065"
    arguments = ["map", "-t", str(territory.folder), "--into", str(tmp_path / "cli"), "--theme", "luminaire.priority"]
    assert run(arguments) == 0
    assert "luminaire-priority.svg" in capsys.readouterr().out
    assert run([*arguments[:-1], "nothing"]) == 2
    assert "BOC-TWI-065" in capsys.readouterr().err


def test_a_finding_has_its_map(territory: Territory, tmp_path: Path) -> None:
    use_language("en")
    (path,) = write_maps(territory, into=tmp_path, theme="BOC-LIG-005").files
    picture = path.read_text(encoding="utf-8")
    assert "Concerned by BOC-LIG-005 (12)" in picture
    assert "Not concerned (0)" in picture
    assert ">High-pressure sodium lamps soon lose their exemption</text>" in picture
    use_language("fr")


def test_values_without_class_are_shown_as_such() -> None:
    layer = {"kind": "category", "classes": [{"values": ["a", "b"]}, {"values": ["c"]}]}
    assert class_ranks(pl.Series(["a", "c", "b", "z", None]), layer).tolist() == [2, 1, 2, 0, 0]


def test_lines_are_drawn_by_class_and_counted() -> None:
    lines = [np.array([[0.0, 0.0], [100.0, 0.0]]), np.array([[0.0, 50.0], [100.0, 50.0]])]
    legend = [MapClass(label="thin", mark=Stroke(HEDGE, 1.0)), MapClass(label="thick", mark=Stroke(OCHRE, 2.5))]
    data = MapData(
        title="Roads", points=np.zeros((0, 2)), classes=np.zeros(0, dtype=np.int64), legend=legend,
        lines=lines, line_classes=np.array([1, 1]),
    )  # fmt: skip
    picture = draw_map(data, "en", titled=True)
    assert len(re.findall(rf'd="M[^"]*M[^"]*"[^>]*stroke="{OCHRE}" stroke-width="2.5"', picture)) == 1
    assert not re.search(rf'd="[^"]*"[^>]*fill="none" stroke="{HEDGE}" stroke-width="1" ', picture)
    assert describe_map(data, "en") == "Roads. thin: 0; thick: 2."
    assert ">Roads</text>" in picture
    assert ">Roads</text>" not in draw_map(data, "en")


def test_roads_that_the_domain_derives_leave_in_the_geopackage(territory: Territory, tmp_path: Path) -> None:

    export(territory, into=tmp_path / "out", formats=["gpkg"])
    connection = sqlite3.connect(tmp_path / "out" / "99999.gpkg")
    try:
        rows = connection.execute("select road_id, luminaires, dsfli_lm_m2, length_m from lit_road").fetchall()
        blob = connection.execute("select geometry from lit_road").fetchone()[0]
    finally:
        connection.close()
    assert [(row[0], row[1]) for row in rows] == [("Rue Haute", 12)]
    assert rows[0][3] == pytest.approx(100.0)
    assert shapely.from_wkb(bytes(blob[40:])).length == pytest.approx(100.0)
