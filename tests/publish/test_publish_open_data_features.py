"""GeoJSON of RFC 7946 and entities of the Smart Data Models: valid by their own schemas, written as rows come."""

import json
import re
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import shapely
from jsonschema import Draft202012Validator
from open_data_samples import LIGHTING, TABLES, filled
from referencing import Registry, Resource

from bocage.publish.open_data.geojson import features, geometry_texts, write_geojson
from bocage.publish.open_data.published import public_columns
from bocage.publish.open_data.smart_data_models import (
    MODEL_CONTEXT,
    OWN_CONTEXT,
    context_document,
    write_smart_data_models,
)
from bocage.sources.layouts import Layout, read_layouts
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import Column

LAYOUT: Layout = next(layout for layout in read_layouts(LIGHTING / "layouts") if layout.form == "ngsi")
IDENTIFIER = r"^[\w\-\.\{\}\$\+\*\[\]`|~^@!,:\\]+$"
COORDINATES = {"Point": {"type": "number"}, "MultiPoint": {"type": "array", "items": {"type": "number"}, "minItems": 2}}
COMMON = {
    "$id": "https://smart-data-models.github.io/data-models/common-schema.json",
    "definitions": {
        "EntityIdentifierType": {"type": "string", "minLength": 1, "maxLength": 256, "pattern": IDENTIFIER},
        "GSMA-Commons": {"type": "object", "properties": {"id": {"$ref": "#/definitions/EntityIdentifierType"}}},
        "Location-Commons": {
            "type": "object",
            "properties": {
                "location": {
                    "oneOf": [
                        {
                            "required": ["type", "coordinates"],
                            "properties": {
                                "type": {"enum": [kind]},
                                "coordinates": {"type": "array", "minItems": 1, "items": items},
                            },
                        }
                        for kind, items in COORDINATES.items()
                    ]
                },
                "address": {"type": "object", "properties": {"streetAddress": {"type": "string"}}},
                "areaServed": {"type": "string"},
            },
        },
        "PhysicalObject-Commons": {"type": "object", "properties": {"color": {"type": "string"}}},
    },
}
"""What the definitions that the four schemas refer to ask of the attributes written here, told again."""


def entities(tmp_path: Path, **streams: pl.DataFrame) -> list[dict[str, Any]]:
    path = tmp_path / "x.jsonld"
    chunks = {name: [frame[:1], frame[1:]] for name, frame in streams.items()}
    counts = write_smart_data_models(chunks, path, layout=LAYOUT, tables=TABLES, code="35238")
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    assert sum(counts.values()) == len(found)
    return found


@pytest.fixture
def whole(tmp_path: Path) -> list[dict[str, Any]]:
    return entities(
        tmp_path, luminaire=filled("luminaire", rows=3), cabinet=filled("cabinet"), circuit=filled("circuit")
    )


@pytest.mark.data
def test_entities_are_valid_by_the_published_schemas(whole: list[dict[str, Any]], data: Path) -> None:
    registry = Registry().with_resource(COMMON["$id"], Resource.opaque(COMMON))
    assert {entity["type"] for entity in whole} == {
        "Streetlight", "StreetlightModel", "StreetlightGroup", "StreetlightControlCabinet",
    }  # fmt: skip
    attributes: set[str] = set()
    for entity in whole:
        schema = json.loads((data / "schemas" / "smart-data-models" / f"{entity['type']}.json").read_text("utf-8"))
        validator = Draft202012Validator(schema, registry=registry, format_checker=Draft202012Validator.FORMAT_CHECKER)
        assert [error.message for error in validator.iter_errors(entity)] == []
        own = {key for part in schema["allOf"] for key in part.get("properties", {})}
        common = {key for one in COMMON["definitions"].values() for key in one.get("properties", {})}  # type: ignore[attr-defined]
        attributes |= set(entity) - own - common - {"@context", "name"}
    assert attributes == set(LAYOUT.extensions) - {"deliveryPoint"}  # internal: read, never written


@pytest.mark.data
def test_the_schemas_refuse_what_is_wrong(whole: list[dict[str, Any]], data: Path) -> None:
    registry = Registry().with_resource(COMMON["$id"], Resource.opaque(COMMON))
    light = next(entity for entity in whole if entity["type"] == "Streetlight")
    schema = json.loads((data / "schemas" / "smart-data-models" / "Streetlight.json").read_text("utf-8"))
    validator = Draft202012Validator(schema, registry=registry)
    for change in ({"status": "fine"}, {"lanternHeight": "7"}, {"location": {"type": "Point"}}, {"id": "a b"}):
        assert list(validator.iter_errors({**light, **change})), change


def test_extensions_are_defined_once_and_in_the_documentation(whole: list[dict[str, Any]]) -> None:
    context = context_document(LAYOUT)["@context"]
    assert set(context) == LAYOUT.extensions
    assert all(entity["@context"] == [OWN_CONTEXT, MODEL_CONTEXT] for entity in whole)
    text = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")
    assert set(re.findall(r'<a id="(\w+)"></a>', text)) == LAYOUT.extensions


def test_references_lead_to_entities_of_the_same_file(whole: list[dict[str, Any]]) -> None:
    known = {entity["id"] for entity in whole}
    for entity in whole:
        for name, value in entity.items():
            if name.startswith("ref"):
                assert set(value if isinstance(value, list) else [value]) <= known, name
    light = next(entity for entity in whole if entity["type"] == "Streetlight")
    assert light["id"] == "urn:ngsi-ld:Streetlight:35238:L-0042"
    group = next(entity for entity in whole if entity["type"] == "StreetlightGroup")
    assert len(group["location"]["coordinates"]) == 3


def test_lights_alike_share_a_model_and_odd_identifiers_are_quoted(tmp_path: Path) -> None:
    lights = filled("luminaire", rows=4).with_columns(
        asset_id=pl.Series(["a b", "é/1", "c", "d"]),
        technology=pl.Series(["HG", "HG", "LED", "LED"]),
        defect=pl.Series([None, "broken_support", "cable", "broken_lantern"]),
    )
    found = entities(tmp_path, luminaire=lights)
    models = {entity["id"]: entity for entity in found if entity["type"] == "StreetlightModel"}
    assert len(models) == 2
    first = next(entity for entity in found if entity.get("inventoryId") == "a b")
    assert first["id"] == "urn:ngsi-ld:Streetlight:35238:a%20b"
    model = models[first["refStreetlightModel"]]
    assert "lampTechnology" not in model  # the schema knows no mercury
    assert model["lampTechnologyCode"] == "HG"
    states = [entity["status"] for entity in found if entity["type"] == "Streetlight"]
    assert states == ["ok", "columnIssue", "defectiveLamp", "brokenLantern"]


def test_nothing_makes_an_empty_array(tmp_path: Path) -> None:
    assert entities(tmp_path, luminaire=TABLES["luminaire"].empty()) == []


POINT = Column(name="asset_id", type="code")


def frame_of(*shapes: Any) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "asset_id": [f"A{n}" for n in range(len(shapes))],
            "geometry": [None if s is None else shapely.to_wkb(s) for s in shapes],
        },
        schema={"asset_id": pl.String, "geometry": pl.Binary},
    )


def test_features_follow_the_rfc(tmp_path: Path) -> None:
    clockwise = shapely.Polygon([(0, 0), (0, 1), (1, 1), (1, 0)], [[(0.2, 0.2), (0.4, 0.2), (0.4, 0.4)]])
    several = shapely.MultiPolygon([clockwise])
    line = shapely.LineString([(1 / 3, 2 / 3), (1, 2)])
    rows = frame_of(shapely.Point(1 / 3, 48.123456789), clockwise, several, line, None)
    path = tmp_path / "x.geojson"
    assert write_geojson([rows[:2], rows[2:]], path, columns=[POINT], name="Essai « é »") == 5
    content = json.loads(path.read_text(encoding="utf-8"))
    assert "crs" not in content  # section 4: WGS 84 and nothing else
    assert [one["id"] for one in content["features"]] == ["A0", "A1", "A2", "A3", "A4"]
    shapes = [one["geometry"] for one in content["features"]]
    assert shapes[0]["coordinates"] == [0.3333333, 48.1234568]
    for shape in (shapes[1]["coordinates"], shapes[2]["coordinates"][0]):  # section 3.1.6
        assert shapely.LinearRing(shape[0]).is_ccw
        assert not shapely.LinearRing(shape[1]).is_ccw
    assert shapes[3]["coordinates"][0] == [0.3333333, 0.6666667]
    assert shapes[4] is None


def test_values_of_every_type_are_json(tmp_path: Path) -> None:
    rows = filled("luminaire").with_columns(street=pl.lit('Rue "du\nLac" \\ 3'))
    columns = public_columns(TABLES["luminaire"])
    path = tmp_path / "x.geojson"
    write_geojson([rows], path, columns=columns, name="x")
    (feature,) = json.loads(path.read_text(encoding="utf-8"))["features"]
    found = feature["properties"]
    assert set(found) == {column.name for column in columns}
    assert (found["system_power_w"], found["in_town"], found["installed_on"]) == (39.5, True, "2021-05-04")
    assert found["street"] == 'Rue "du\nLac" \\ 3'
    assert features(rows.clear(), columns, "asset_id") == []


def test_a_failure_on_the_way_leaves_the_former_file(tmp_path: Path) -> None:
    path = tmp_path / "x.geojson"
    path.write_text("former", encoding="utf-8")

    def failing() -> Iterator[pl.DataFrame]:
        yield frame_of(shapely.Point(0, 0))
        raise BocageError("BOC-STO-001", where={"file": path}, path=path)

    with pytest.raises(BocageError):
        write_geojson(failing(), path, columns=[POINT], name="x")
    assert path.read_text(encoding="utf-8") == "former"
    assert [found.name for found in tmp_path.iterdir()] == ["x.geojson"]


@pytest.mark.parametrize("kind", ["geojson", "sdm"])
def test_memory_does_not_grow_with_the_rows(kind: str, tmp_path: Path) -> None:
    """Ten chunks of a thousand lights take little more than one: what was written is forgotten."""

    def peak(chunks: int) -> int:
        rows = filled("luminaire", rows=1000).with_columns(circuit_id=pl.lit(None, dtype=pl.String))
        stream = (rows for _ in range(chunks))
        tracemalloc.start()
        if kind == "geojson":
            write_geojson(stream, tmp_path / "x", columns=public_columns(TABLES["luminaire"]), name="x")
        else:
            write_smart_data_models({"luminaire": stream}, tmp_path / "x", layout=LAYOUT, tables=TABLES, code="1")
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(1)
    assert peak(10) < 1.5 * peak(1)


def test_no_geometry_is_null() -> None:
    assert geometry_texts(np.array([None, shapely.Point()], dtype=object)) == ["null", "null"]
