"""Smart Data Models as NGSI-LD: lights, their models, cabinets and groups as one array of keys and values.

The attributes are those of the layout by which the same entities are read: the first one that the
layout names for a column is the one that is written, so that what goes out comes back.

References: ETSI GS CIM 009 (NGSI-LD), simplified representation; smart-data-models/dataModel.Streetlighting.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import quote

import polars as pl

from bocage.publish.open_data.published import degrees_of, public_columns
from bocage.publish.replacing import replacing
from bocage.sources.layouts import Layout, Part
from bocage.vocabulary.columns import Column, Table

MODEL_CONTEXT = "https://raw.githubusercontent.com/smart-data-models/dataModel.Streetlighting/master/context.jsonld"
OWN_CONTEXT = "https://raw.githubusercontent.com/bocage/bocage/main/schemas/street-lighting/context.jsonld"
TERMS = "https://github.com/bocage/bocage/blob/main/docs/formats.md#"
LIGHT, MODEL, GROUP, CABINET = "Streetlight", "StreetlightModel", "StreetlightGroup", "StreetlightControlCabinet"
UNNAMED = "unnamed"
"""Name of a model that the inventory does not name: the schema wants one."""
_STATUS: Mapping[str, str] = {"broken_lantern": "brokenLantern", "broken_support": "columnIssue"}
_TECHNOLOGIES = frozenset({"LED", "LPS", "HPS"})
"""Those that the schema knows; the others are in the extension `lampTechnologyCode` alone."""
_SAFE = ":-._~"
Attributes = dict[str, Any]


@dataclass
class _Writing:
    """An array of entities on its way to a file."""

    stream: BinaryIO
    code: str
    counts: dict[str, int] = field(default_factory=dict)
    models: dict[tuple[tuple[str, Any], ...], str] = field(default_factory=dict)
    places: list[pl.DataFrame] = field(default_factory=list)

    def put(self, entities: Iterable[Attributes]) -> None:
        for entity in entities:
            before = ",\n" if self.counts else "[\n"
            self.counts[entity["type"]] = self.counts.get(entity["type"], 0) + 1
            self.stream.write((before + json.dumps(entity, ensure_ascii=False, separators=(",", ":"))).encode())

    def urn(self, kind: str, identifier: str) -> str:
        return f"urn:ngsi-ld:{kind}:{self.code}:{quote(identifier, safe=_SAFE)}"

    def entity(self, kind: str, identifier: str) -> Attributes:
        return {
            "id": self.urn(kind, identifier),
            "type": kind,
            "@context": [OWN_CONTEXT, MODEL_CONTEXT],
            "inventoryId": identifier,
        }


def write_smart_data_models(
    streams: Mapping[str, Iterable[pl.DataFrame]],
    path: Path,
    *,
    layout: Layout,
    tables: Mapping[str, Table],
    code: str,
) -> Mapping[str, int]:
    """Write the entities of an inventory of street lighting.

    Args:
        streams: rows by type of asset (`luminaire`, `cabinet`, `circuit`), points as WKB in WGS 84.
        path: file to write.
        layout: layout of the Smart Data Models.
        tables: declared types.
        code: code of the territory, which keeps the identifiers of two communes apart.

    Returns:
        The number of entities by type.

    Raises:
        BocageError: BOC-PUB-001 where the file cannot be written.
    """
    parts = {part.asset_type: part for part in layout.parts}
    circuits = pl.concat([*streams.get("circuit", ()), tables["circuit"].empty()])
    with replacing(path) as stream:
        writing = _Writing(stream, code)
        cabinets: dict[str, tuple[float, float]] = {}
        for chunk in streams.get("cabinet", ()):
            writing.put(_cabinets(writing, chunk, parts["cabinet"], tables["cabinet"], circuits, cabinets))
        for chunk in streams.get("luminaire", ()):
            writing.put(_lights(writing, chunk, parts["luminaire"], tables["luminaire"]))
        writing.put(_groups(writing, circuits, parts["circuit"], tables["circuit"], cabinets))
        stream.write(b"\n]\n" if writing.counts else b"[]\n")
    return writing.counts


def context_document(layout: Layout) -> dict[str, Any]:
    """The JSON-LD context of the attributes that this project adds."""
    return {"@context": {name: f"{TERMS}{name}" for name in sorted(layout.extensions)}}


def _attributes(chunk: pl.DataFrame, part: Part, table: Table) -> Iterator[tuple[str, list[Any]]]:
    """The attribute of each public column that the layout names, `role.name` for another entity, and its values."""
    public = {column.name: column for column in public_columns(table)}
    for rule in part.columns:
        if rule.column in public and rule.column in chunk.columns:
            yield rule.origins[0], _values(chunk[rule.column], public[rule.column], rule.origins[0])


def _values(cells: pl.Series, column: Column, attribute: str) -> list[Any]:
    if column.type == "date" and attribute.startswith("date"):
        return [f"{day.isoformat()}T00:00:00Z" if day else None for day in cells.to_list()]
    if column.type == "real":
        return [int(value) if value is not None and value == int(value) else value for value in cells.to_list()]
    return [value.isoformat() if isinstance(value, dt.date) else value for value in cells.to_list()]


def _rows(chunk: pl.DataFrame, part: Part, table: Table) -> Iterator[tuple[Attributes, Attributes]]:
    """Attributes of each row, its own and those of its model, without the empty ones."""
    columns = list(_attributes(chunk, part, table))
    for index in range(chunk.height):
        own: Attributes = {}
        model: Attributes = {}
        for name, values in columns:
            value = values[index]
            if value is None:
                continue
            role, _, bare = name.rpartition(".")
            (model if role else own)[bare] = value
        if "streetAddress" in own:
            own["address"] = {"streetAddress": own.pop("streetAddress")}
        yield own, model


def _point(longitude: float, latitude: float) -> Attributes:
    return {"type": "Point", "coordinates": [longitude, latitude]}


def _lights(writing: _Writing, chunk: pl.DataFrame, part: Part, table: Table) -> Iterator[Attributes]:
    across, up = degrees_of(chunk)
    writing.places.append(chunk.select("circuit_id").with_columns(across, up).drop_nulls())
    rows = zip(
        chunk["asset_id"], across, up, chunk["cabinet_id"], chunk["circuit_id"], _rows(chunk, part, table), strict=True
    )
    for identifier, longitude, latitude, cabinet, circuit, (own, model) in rows:
        entity = writing.entity(LIGHT, identifier)
        entity["location"] = _point(longitude, latitude)
        entity["status"] = _status(own)
        entity |= own
        if "remoteManagement" in own:
            entity["controllingMethod"] = "individual" if own["remoteManagement"] else "group"
        if model:
            reference, fresh = _model(writing, model)
            if fresh is not None:
                yield fresh
            entity["refStreetlightModel"] = reference
        if cabinet is not None:
            entity["refStreetlightControlCabinet"] = writing.urn(CABINET, cabinet)
        if circuit is not None:
            entity["refStreetlightGroup"] = writing.urn(GROUP, circuit)
        yield entity


def _status(own: Attributes) -> str:
    """The state that the schema wants: `ok` where no defect is known, the nearest of its four otherwise."""
    defect = own.get("defectKind")
    return "ok" if defect is None else _STATUS.get(defect, "defectiveLamp")


def _model(writing: _Writing, attributes: Attributes) -> tuple[str, Attributes | None]:
    """Identifier of the model of a light, and the model itself the first time."""
    key = tuple(sorted(attributes.items()))
    if key in writing.models:
        return writing.models[key], None
    identifier = hashlib.blake2b(repr(key).encode(), digest_size=6).hexdigest()
    entity = writing.entity(MODEL, identifier)
    writing.models[key] = entity["id"]
    entity["name"] = attributes.get("lanternModelName", UNNAMED)
    entity |= attributes
    if attributes.get("lampTechnologyCode") in _TECHNOLOGIES:
        entity["lampTechnology"] = attributes["lampTechnologyCode"]
    return entity["id"], entity


def _cabinets(
    writing: _Writing,
    chunk: pl.DataFrame,
    part: Part,
    table: Table,
    circuits: pl.DataFrame,
    places: dict[str, tuple[float, float]],
) -> Iterator[Attributes]:
    groups: dict[str, list[str]] = {}
    for circuit, cabinet in circuits.select("asset_id", "cabinet_id").iter_rows():
        groups.setdefault(cabinet, []).append(writing.urn(GROUP, circuit))
    across, up = degrees_of(chunk)
    for identifier, longitude, latitude, (own, _) in zip(
        chunk["asset_id"], across, up, _rows(chunk, part, table), strict=True
    ):
        places[identifier] = (longitude, latitude)
        entity = writing.entity(CABINET, identifier)
        entity["location"] = _point(longitude, latitude)
        entity["workingMode"] = "automatic"  # the schema wants one, and a cabinet of street lighting switches by itself
        entity["refStreetlightGroup"] = groups.get(identifier, [])
        if own.get("controlDevice") == "astronomical_clock":
            entity["features"] = ["astronomicalClock"]
        yield entity | own


def _groups(
    writing: _Writing, circuits: pl.DataFrame, part: Part, table: Table, cabinets: Mapping[str, tuple[float, float]]
) -> Iterator[Attributes]:
    """One group for each circuit, where its lights are, or its cabinet; the schema wants a place."""
    lights = pl.concat(writing.places) if writing.places else pl.DataFrame(schema={"circuit_id": pl.String})
    of_circuit: Mapping[tuple[object, ...], pl.DataFrame] = lights.partition_by("circuit_id", as_dict=True)
    for identifier, cabinet, (own, _) in zip(
        circuits["asset_id"], circuits["cabinet_id"], _rows(circuits, part, table), strict=True
    ):
        place = _place(of_circuit.get((identifier,)), cabinets.get(cabinet))
        if place is None:
            continue
        entity = writing.entity(GROUP, identifier)
        entity["location"] = place
        entity["refStreetlightControlCabinet"] = writing.urn(CABINET, cabinet)
        if "name" in own:
            entity["circuitId"] = own["name"]
        yield entity | own


def _place(lights: pl.DataFrame | None, cabinet: Sequence[float] | None) -> Attributes | None:
    if lights is not None and lights.height:
        return {"type": "MultiPoint", "coordinates": [list(xy) for xy in lights.select("longitude", "latitude").rows()]}
    return None if cabinet is None else _point(*cabinet)
