"""Sources in the documented shapes of the known layouts, written by this project: only Paris had a real file."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import polars as pl

import bocage
from bocage.sources.bundle import recognise_source
from bocage.sources.derive import derive
from bocage.sources.inventory import Reading, check_inventory
from bocage.sources.layout_match import Recognised
from bocage.sources.layouts import Layout, read_layouts
from bocage.sources.mapping import InventoryMapping
from bocage.vocabulary.columns import Table, declared_asset_tables

LIGHTING = Path(bocage.__file__).parent / "domains" / "lighting"
TABLES: Mapping[str, Table] = {table.name: table for table in declared_asset_tables(LIGHTING)}
LAYOUTS: Sequence[Layout] = read_layouts(LIGHTING / "layouts")
VALUES = dict.fromkeys(TABLES, LIGHTING / "values.csv")


@dataclass(frozen=True)
class Found:
    """What a source gave, by type of asset."""

    recognised: Recognised
    readings: Mapping[str, Reading]
    mappings: Mapping[str, InventoryMapping]

    def row(self, asset_type: str, asset_id: str) -> dict[str, object]:
        return self.readings[asset_type].rows.row(by_predicate=pl.col("asset_id") == asset_id, named=True)

    def codes(self, asset_type: str) -> set[str]:
        return {verdict.code for verdict in self.readings[asset_type].verdicts}


def read_known(path: Path) -> Found:
    recognised, _ = recognise_source(path, LAYOUTS)
    assert recognised is not None
    readings, mappings = {}, {}
    for part in recognised.layout.parts:
        if part.table not in recognised.tables:
            continue
        raw, mapping = derive(recognised, part, TABLES[part.asset_type])
        table = TABLES[part.asset_type]
        reading = check_inventory(raw, table=table, mapping=mapping, srid=2154, values=VALUES)
        assert len(reading.rows) + len(reading.refused) + reading.duplicates == raw.frame.height
        readings[part.asset_type], mappings[part.asset_type] = reading, mapping
    return Found(recognised, readings, mappings)


def write_json(path: Path, content: object) -> Path:
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


LAMPS = [
    {"highway": "street_lamp", "light:method": "LED", "light:colour": "3000 K", "height": "6", "support": "pole"},
    {
        "highway": "street_lamp", "lamp_type": "high_pressure_sodium", "light:count": "2", "lamp_mount": "bent_mast",
        "height": "8 m", "ref": "12", "operator": "Valbocage", "start_date": "1998",
    },
    {"highway": "street_lamp", "lamp_type": "electric", "support": "wall_mounted", "light:colour": "white"},
]  # fmt: skip
PLACES = [(2.3450, 48.8450), (2.3460, 48.8460), (2.3470, 48.8470)]
OTHER = {"highway": "crossing"}


def overpass(path: Path) -> Path:
    """The answer of Overpass `out meta`, which also names who drew the nodes."""
    nodes = [
        {"type": "node", "id": 100 + n, "lat": lat, "lon": lon, "user": "somebody", "uid": 7, "tags": tags}
        for n, (tags, (lon, lat)) in enumerate(zip([*LAMPS, OTHER], [*PLACES, (2.35, 48.85)], strict=True))
    ]
    return write_json(path, {"version": 0.6, "generator": "Overpass API", "elements": nodes})


def osm_geojson(path: Path, *, nested: bool) -> Path:
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [lon, lat]},
            "properties": {"osm_id": f"node/{100 + n}", "tags": tags} if nested else {"@id": f"node/{100 + n}", **tags},
        }
        for n, (tags, (lon, lat)) in enumerate(zip([*LAMPS, OTHER], [*PLACES, (2.35, 48.85)], strict=True))
    ]
    if nested:
        for feature in features:
            feature["properties"]["highway"] = feature["properties"]["tags"]["highway"]  # type: ignore[index]
    return write_json(path, {"type": "FeatureCollection", "features": features})


def osm_xml(path: Path, *, head: str = "") -> Path:
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', head, '<osm version="0.6" generator="test">']
    for n, (tags, (lon, lat)) in enumerate(zip([*LAMPS, OTHER], [*PLACES, (2.35, 48.85)], strict=True)):
        lines.append(f'<node id="{100 + n}" lat="{lat}" lon="{lon}" user="somebody" uid="7">')
        lines += [f'<tag k="{key}" v="{value}"/>' for key, value in tags.items()]
        lines.append("</node>")
    lines += ['<way id="1"><nd ref="100"/><tag k="highway" v="street_lamp"/></way>', "</osm>"]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


URN = "urn:ngsi-ld:"
KEY_VALUES: list[dict[str, object]] = [
    {
        "id": f"{URN}Streetlight:L1", "type": "Streetlight", "status": "ok", "lanternHeight": 6,
        "location": {"type": "Point", "coordinates": [2.345, 48.845]}, "powerState": False, "powerRating": 70,
        "refStreetlightModel": f"{URN}StreetlightModel:M1", "refStreetlightGroup": f"{URN}StreetlightGroup:G1",
        "streetPoleNum": "S9", "controllingMethod": "individual", "locationCategory": "park",
    },
    {
        "id": f"{URN}Streetlight:L2", "type": "Streetlight", "status": "defectiveLamp", "circuit": "C-7",
        "location": {"type": "Point", "coordinates": [2.346, 48.846]}, "powerConsumption": 0,
        "dateLastLampChange": "2016-07-08T08:02:21.753Z",
        "refStreetlightControlCabinet": f"{URN}StreetlightControlCabinet:A1",
    },
    {
        "id": f"{URN}StreetlightModel:M1", "type": "StreetlightModel", "name": "Mât 6 m", "lampTechnology": "HPS",
        "luminousFlux": 6500, "colorTemperature": 2000, "workingLife": 24000, "lanternModelName": "Ville 2",
    },
    {
        "id": f"{URN}StreetlightGroup:G1", "type": "StreetlightGroup", "circuitId": "D1",
        "location": {"type": "Point", "coordinates": [2.345, 48.845]},
        "refStreetlightControlCabinet": f"{URN}StreetlightControlCabinet:A1",
    },
    {
        "id": f"{URN}StreetlightControlCabinet:A1", "type": "StreetlightControlCabinet", "workingMode": "automatic",
        "location": {"type": "Point", "coordinates": [2.344, 48.844]}, "features": ["astronomicalClock"],
        "refStreetlightGroup": [f"{URN}StreetlightGroup:G1"], "name": "Armoire de la mairie",
    },
]  # fmt: skip


def normalized_ld(entity: Mapping[str, object]) -> dict[str, object]:
    """An entity as NGSI-LD brokers store it."""
    done: dict[str, object] = {"@context": ["https://example.org/context.jsonld"]}
    for name, value in entity.items():
        if name in {"id", "type"}:
            done[name] = value
        elif name == "location":
            done[name] = {"type": "GeoProperty", "value": value}
        elif name.startswith("ref"):
            done[name] = {"type": "Relationship", "object": value}
        elif name.startswith("date"):
            done[name] = {"type": "Property", "value": {"@type": "DateTime", "@value": value}}
        else:
            done[name] = {"type": "Property", "value": value}
    return done


def normalized_v2(entity: Mapping[str, object]) -> dict[str, object]:
    """An entity of the second version, whose identifiers are no URN."""
    done: dict[str, object] = {}
    for name, value in entity.items():
        if name in {"id", "type"}:
            done[name] = value
        else:
            done[name] = {"type": "geo:json" if name == "location" else "Text", "value": value, "metadata": {}}
    return done


ECL: Mapping[str, str] = {
    "geo_ecl_noeud": (
        "id_noeud;depart;insee;dat_pos;situation;geom\n"
        "1;50;60159;2001-05-03 00:00:00;10;SRID=2154;POINT(686000 6923000)\n"
        "2;50;60159;;10;SRID=2154;POINT(686030 6923000)\n"
        "3;;60159;;12;SRID=2154;POINT(686060 6923000)\n"
        "9;;60159;;10;SRID=2154;POINT(686090 6923010)\n"
    ).replace("SRID=2154;", ""),
    "an_ecl_support": ("id_supp;id_mod_sup;ty_supp;etat_supp;haut_supp\n1;2;10;20;8\n2;1;30;40;0\n3;1;10;00;6\n"),
    "an_ecl_foyer": (
        "id_foyer;id_supp;id_mod_ln;id_mod_lm;ty_lantern;haut_feu;dat_pos_ln;situation\n"
        "101;1;4;7;20;7,5;2015-06-01 00:00:00;10\n102;1;4;7;20;7,5;;10\n103;2;1;8;10;;;10\n104;3;4;7;20;;;12\n"
        "105;77;4;7;20;;;10\n"
    ),
    "an_ecl_ouvrage_electrique": (
        "id_ouvelec;nom_ouv;ty_ouvelec;ty_comm;puis_sous;etat_ouvel\n9;Armoire A;10;20;12;20\n"
    ),
    "an_ecl_depart": "id_depart;id_ouvelec;nom_depart;situation\n50;9;Rue du Lac;10\n",
    "an_ecl_modele_lanterne": "id_mod_ln;nom_mod_ln\n1;Non renseigné\n4;Routière 4\n",
    "an_ecl_modele_lampe": "id_mod_lm;ty_lampe;puis_lam;telgest;cou_ecl\n1;00;00;00;00\n7;20;40;20;00\n8;50;05;10;20\n",
    "an_ecl_modele_support": "id_mod_sup;mat_supp\n1;00\n2;10\n",
}


def ecl_folder(folder: Path, **changed: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {**ECL, **changed}.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def ecl_zip(path: Path) -> Path:
    with ZipFile(path, "w") as archive:
        for name, text in ECL.items():
            archive.writestr(f"export/m_reseau_sec.{name}.csv", text)
    return path
