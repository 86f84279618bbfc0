"""GeoJSON of RFC 7946: WGS 84, seven decimals, exterior rings counter-clockwise, written as the rows come."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray

from bocage.publish.open_data.published import DEGREE_DECIMALS
from bocage.publish.replacing import replacing
from bocage.vocabulary.columns import GEOMETRY, Column

POINT = 0


def write_geojson(
    chunks: Iterable[pl.DataFrame], path: Path, *, columns: Sequence[Column], name: str, identifier: str = "asset_id"
) -> int:
    """Write the rows of a table as features, chunk by chunk.

    Args:
        chunks: rows, geometry as WKB in WGS 84.
        path: file to write.
        columns: columns that become properties.
        name: name of the collection, which QGIS shows.
        identifier: column that becomes the identifier of the feature.

    Returns:
        The number of features.

    Raises:
        BocageError: BOC-PUB-001 where the file cannot be written.
    """
    rows = 0
    with replacing(path) as stream:
        stream.write(
            f'{{"type":"FeatureCollection","name":{json.dumps(name, ensure_ascii=False)},"features":[\n'.encode()
        )
        for chunk in chunks:
            lines = features(chunk, columns, identifier)
            if lines:
                stream.write((",\n" if rows else "").encode() + ",\n".join(lines).encode())
            rows += len(lines)
        stream.write(b"\n]}\n")
    return rows


def features(chunk: pl.DataFrame, columns: Sequence[Column], identifier: str) -> list[str]:
    """Each row as the text of a feature.

    >>> frame = pl.DataFrame({"asset_id": ["L1"], "geometry": [shapely.to_wkb(shapely.Point(2.25, 48.5))]})
    >>> features(frame, [Column(name="asset_id", type="code")], "asset_id")[0][:66]
    '{"type":"Feature","id":"L1","geometry":{"type":"Point","coordinate'
    """
    if not chunk.height:
        return []
    shapes = geometry_texts(shapely.from_wkb(chunk[GEOMETRY].to_numpy()))
    properties = chunk.select(pl.struct(column.name for column in columns).struct.json_encode().alias("p"))["p"]
    names = [json.dumps(text, ensure_ascii=False) for text in chunk[identifier].to_list()]
    return [
        f'{{"type":"Feature","id":{name},"geometry":{shape},"properties":{text}}}'
        for name, shape, text in zip(names, shapes, properties.to_list(), strict=True)
    ]


def geometry_texts(geometries: NDArray[Any]) -> list[str]:
    """Geometries (n,) as GeoJSON texts, rounded; `null` where there is none."""
    found = np.full(len(geometries), "null", dtype=object)
    kinds = shapely.get_type_id(geometries)
    points = (kinds == POINT) & ~shapely.is_empty(geometries)
    xy = np.round(shapely.get_coordinates(geometries[points]), DEGREE_DECIMALS)
    found[points] = [f'{{"type":"Point","coordinates":[{x},{y}]}}' for x, y in xy.tolist()]
    for index in np.flatnonzero(~points & (kinds >= 0) & ~shapely.is_empty(geometries)):
        found[index] = json.dumps(_rounded(shapely.geometry.mapping(_right_handed(geometries[index]))))
    return [str(text) for text in found]


def _right_handed(geometry: Any) -> Any:  # noqa: ANN401 - shapely is not typed
    if geometry.geom_type == "Polygon":
        return shapely.geometry.polygon.orient(geometry, 1.0)
    if geometry.geom_type == "MultiPolygon":
        return shapely.MultiPolygon([shapely.geometry.polygon.orient(part, 1.0) for part in geometry.geoms])
    return geometry


def _rounded(value: Any) -> Any:  # noqa: ANN401 - nested coordinates
    if isinstance(value, float):
        return round(value, DEGREE_DECIMALS)
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(one) for one in value]
    return value
