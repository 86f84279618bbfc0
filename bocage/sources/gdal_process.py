"""GDAL in a process of its own: a crash, a hang or a second SQLite library stays there.

Run as `python -m bocage.sources.gdal_process read|write < request.json`; the answer is one
JSON object on standard output, tables pass as Arrow IPC files. The drivers that it may use and the
memory that it may take are in its environment, because both must be known before GDAL is loaded.
"""

import json
import os
import sys
import warnings
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    # pyogrio imports these where they are installed, for frames that are never made here: half of the start
    _UNUSED = ("geopandas", "pandas", "pyarrow", "pyproj", "shapely")
    sys.modules.update(dict.fromkeys(_UNUSED))  # type: ignore[arg-type]  # None: not importable

import numpy as np
import polars as pl
import pyogrio
from pyogrio.errors import CRSError, DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

MEMORY = "BOCAGE_READER_BYTES"
"""Name of the variable that limits the address space of the process [bytes]; it does nothing on Windows."""
GEOMETRY = "geometry"
_FAILURES = (DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError, CRSError)


def layers(request: dict[str, Any]) -> dict[str, Any]:
    """Layers of a file: name and column names of each."""
    found = []
    for name, _ in pyogrio.list_layers(request["path"]):
        information = pyogrio.read_info(request["path"], layer=name, encoding=request.get("encoding"))
        found.append({"name": str(name), "columns": [str(column) for column in information["fields"]]})
    return {"layers": found}


def read(request: dict[str, Any]) -> dict[str, Any]:
    """Read one layer into an Arrow IPC file: its columns, then `geometry` (WKB).

    Without a layer, the only one is read; where there are several, or where the one asked for is
    not there, they are described instead, unless `merge` names the column that shall tell them apart.
    """
    if request.get("options"):
        pyogrio.set_gdal_config_options(request["options"])
    names = [str(name) for name, _ in pyogrio.list_layers(request["path"])]
    if not request["layer"] and len(names) > 1 and request.get("merge"):
        return _merged(request, names)
    if not request["layer"] and len(names) == 1:
        request = {**request, "layer": names[0]}
    if request["layer"] not in names:
        return layers(request)
    attributes, geometry, meta = _read_layer(request, request["layer"])
    announced = pyogrio.read_info(request["path"], layer=request["layer"])["features"] if request.get("counted") else -1
    if announced >= 0 and announced != len(attributes):
        raise ValueError(f"{len(attributes)} / {announced}")
    return _answer(request, attributes, geometry, meta)


def _read_layer(request: dict[str, Any], layer: str) -> tuple[pl.DataFrame, pl.Series | None, dict[str, Any]]:
    options = {"layer": layer, "encoding": request.get("encoding")}
    with pyogrio.open_arrow(
        request["path"], use_pyarrow=False, **{key: value for key, value in options.items() if value}
    ) as (meta, stream):
        frame = pl.DataFrame(stream)
    spatial = meta["geometry_type"] is not None
    source = meta["geometry_name"] or "wkb_geometry"
    geometry = frame[source].to_physical() if spatial and source in frame.columns else None
    fields = [frame[str(name)] for name in meta["fields"]]
    extension = getattr(pl.datatypes, "BaseExtension", ())  # JSON members; older polars has no such types
    plain = [cells.ext.storage() if isinstance(cells.dtype, extension) else cells for cells in fields]
    attributes = pl.DataFrame(plain).with_columns(pl.selectors.binary().cast(pl.String, strict=False))
    return attributes, None if geometry is None else _storage(geometry), {**meta, "layer": layer}


def _merged(request: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """All layers as one, with a column that names the layer of each row."""
    parts, shapes = [], []
    meta: dict[str, Any] = {}
    for name in names:
        attributes, geometry, meta = _read_layer(request, name)
        column = pl.lit(name, dtype=pl.String).alias(request["merge"])
        parts.append(attributes.drop(request["merge"], strict=False).with_columns(column))
        shapes.append(geometry if geometry is not None else pl.Series([None] * len(attributes), dtype=pl.Binary))
    whole = pl.concat(_alike(parts), how="diagonal_relaxed")
    return _answer(request, whole, pl.concat(shapes), {**meta, "layer": ""})


def _alike(parts: list[pl.DataFrame]) -> list[pl.DataFrame]:
    """The parts, their numbers as plain text in the columns that are text in another part."""
    texts = {name for part in parts for name, kind in part.schema.items() if kind == pl.String}
    return [
        part.with_columns(
            pl.col(name).cast(pl.String).str.replace(r"\.0$", "")
            for name, kind in part.schema.items()
            if name in texts and kind.is_numeric()
        )
        for part in parts
    ]


def _answer(
    request: dict[str, Any], attributes: pl.DataFrame, geometry: pl.Series | None, meta: dict[str, Any]
) -> dict[str, Any]:
    names = [f"column:{index}" for index in range(attributes.width)]  # a column may itself be named geometry
    result = attributes.rename(dict(zip(attributes.columns, names, strict=True)))
    if geometry is not None:
        result = result.with_columns(geometry.alias(GEOMETRY))
    result.write_ipc(request["out"])
    return {
        "layer": meta["layer"],
        "columns": attributes.columns,
        "crs": meta["crs"],
        "encoding": meta["encoding"],
    }


def _storage(geometry: pl.Series) -> pl.Series:
    """Plain binary of a column that GDAL hands over as the extension type geoarrow.wkb."""
    if geometry.dtype == pl.Binary:
        return geometry
    return geometry.ext.storage()


def write(request: dict[str, Any]) -> dict[str, Any]:
    """Write an Arrow IPC file as a layer."""
    frame = pl.read_ipc(Path(request["table"]).read_bytes())
    names = [name for name in frame.columns if name != request["geometry"]]
    spatial = request["geometry"] in frame.columns
    data, masks = zip(*(_column(frame[name]) for name in names), strict=True) if names else ((), ())
    pyogrio.raw.write(
        request["path"],
        geometry=np.array(frame[request["geometry"]].to_list(), dtype=object) if spatial else None,
        field_data=list(data),
        fields=names,
        field_mask=list(masks),
        layer=request["layer"],
        driver=request["driver"],
        geometry_type=request["geometry_type"] if spatial else None,
        crs=f"EPSG:{request['srid']}" if spatial else None,
        encoding=request.get("encoding"),
        append=request.get("append", False),
        nan_as_null=True,
    )
    return {}


def _column(values: pl.Series) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any] | None]:
    """Values and mask (True where null) as GDAL takes them."""
    mask = values.is_null().to_numpy() if values.null_count() else None
    if values.dtype == pl.String:
        return np.array(values.to_list(), dtype=object), None
    if values.dtype == pl.Date:
        return values.cast(pl.Datetime("ms")).to_numpy().astype("datetime64[D]"), None
    if values.dtype == pl.Datetime:
        return values.dt.replace_time_zone(None).cast(pl.Datetime("ms")).to_numpy(), None
    if values.dtype == pl.List:
        return np.array(values.cast(pl.List(pl.String)).list.join(";").to_list(), dtype=object), None
    if values.dtype == pl.Boolean:
        return values.fill_null(value=False).to_numpy(), mask
    if values.dtype.is_integer():
        return values.fill_null(0).to_numpy(), mask
    if values.dtype.is_float():
        return values.to_numpy().astype(np.float64), None
    return np.array(values.cast(pl.String).to_list(), dtype=object), None


def limit_memory(limit: int) -> None:
    """Limit the address space of this process [bytes]; nothing where the system cannot (Windows)."""
    try:
        import resource  # noqa: PLC0415 - POSIX alone has it
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def main() -> int:
    """Serve the request on standard input; the exit status is 1 where GDAL refuses the file."""
    if os.environ.get(MEMORY):
        limit_memory(int(os.environ[MEMORY]))
    request = json.load(sys.stdin)
    failures = (*_FAILURES, pl.exceptions.PolarsError, ValueError, UnicodeDecodeError, OSError, MemoryError)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            answer = {"read": read, "write": write}[sys.argv[1]](request)
        except failures as error:
            json.dump({"error": str(error), "memory": isinstance(error, MemoryError)}, sys.stdout)
            return 1
    json.dump(answer, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
