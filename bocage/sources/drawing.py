"""A DXF drawing as a table: its points and inserted blocks, with their layer and their attributes as columns."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import shapely

from bocage.sources.delimited import detect_decimal
from bocage.sources.raw import RawTable, clean_headers
from bocage.sources.verdict import Verdict
from bocage.sources.wording import LOCALE, by_language
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.text import Message

Choose = Callable[[Mapping[str, Sequence[str]]], str]
MAX_ATTRIBUTES = 500
_RENAMED = {"Layer": "layer", "BlockName": "block", "BlockAngle": "rotation", "EntityHandle": "handle"}


def read_drawing(raw: RawTable, choose: Choose) -> RawTable:
    """Points of one layer of a drawing; its lines, areas and texts are counted and left out.

    A drawing has no coordinate system, and the unit that it declares is seldom the true one: both are
    found later by where its points fall.

    Args:
        raw: the entities of the drawing as GDAL gives them.
        choose: asked for a layer of the drawing, with the columns of each that holds points.

    Raises:
        BocageError: BOC-IMP-004 no point, 014, 021 several layers with points.
    """
    kinds = _kinds(raw)
    texts = _filled(raw.frame, "Text")
    points = np.isin(kinds, [0, 4]) & ~(texts & ~_filled(raw.frame, "BlockName"))
    if not points.any():
        raise BocageError("BOC-IMP-004", where={"path": raw.path, "layer": "entities"})
    frame = _columns(raw.frame.filter(pl.Series(points)))
    numbers, geometry = raw.numbers.filter(pl.Series(points)), _only(raw, points)
    layers = frame["layer"].fill_null("0")
    headers = {name: _used(frame.filter(layers == name)) for name in layers.unique(maintain_order=True).to_list()}
    chosen = choose(headers)
    mine = layers == chosen
    frame = frame.filter(mine).select("layer", *(name for name in headers[chosen] if name != "layer"))
    said = [
        Verdict(code="BOC-IMP-335", count=count, values={"layer": chosen})
        for count in [len(raw.frame) - len(frame)]
        if count
    ]
    return replace(
        raw,
        frame=frame,
        numbers=numbers.filter(mine),
        faults=pl.Series("fault", [None] * len(frame), dtype=pl.String),
        geometry=geometry.filter(mine),
        srid=None,
        layer=chosen,
        facts={**raw.facts, "layer": chosen, "decimal": detect_decimal(frame)},
        verdicts=(*raw.verdicts, *said),
    )


def check_end(path: Path) -> None:
    """Refuse a drawing that does not end as it must (BOC-IMP-015): GDAL reads what there is without a word."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - 256))
        if b"EOF" not in stream.read():
            cause = by_language(Message("it does not end with EOF", {}, LOCALE))
            raise BocageError("BOC-IMP-015", where={"path": path}, cause=cause)


def attributes_of(cells: Sequence[Sequence[str] | None]) -> list[dict[str, str]]:
    """Attributes of blocks by their tag.

    Args:
        cells: for each block the list of `TAG value`, None where it has none.

    >>> attributes_of([["NUMERO A 1", "PUISSANCE 70", "NOTE "], None])
    [{'NUMERO': 'A 1', 'PUISSANCE': '70'}, {}]
    """
    found = []
    for cell in cells:
        parts = (text.partition(" ") for text in cell or ())
        found.append({tag: value.strip() for tag, _, value in parts if tag and value.strip()})
    return found


def _kinds(raw: RawTable) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    if raw.geometry is None:
        return np.full(len(raw.frame), -1)
    wkb = np.array(raw.geometry.to_list(), dtype=object)
    return np.asarray(shapely.get_type_id(shapely.from_wkb(wkb, on_invalid="ignore")))


def _only(raw: RawTable, mask: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> pl.Series:
    assert raw.geometry is not None
    return raw.geometry.filter(pl.Series(mask))


def _filled(frame: pl.DataFrame, name: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    if name not in frame.columns:
        return np.zeros(len(frame), dtype=bool)
    return frame[name].is_not_null().to_numpy()


def _columns(frame: pl.DataFrame) -> pl.DataFrame:
    """Layer, block, rotation and handle, then one column for each tag of the attributes."""
    kept = frame.select(
        pl.col(source).alias(name) if source in frame.columns else pl.lit(None, dtype=pl.String).alias(name)
        for source, name in _RENAMED.items()
    )
    if "BlockAttributes" not in frame.columns:
        return kept
    attributes = attributes_of(frame["BlockAttributes"].to_list())
    tags = list(dict.fromkeys(tag for one in attributes for tag in one))[:MAX_ATTRIBUTES]
    names, _ = clean_headers([*kept.columns, *tags])
    columns = [
        pl.Series(name, [one.get(tag) for one in attributes], dtype=pl.String)
        for tag, name in zip(tags, names[len(kept.columns) :], strict=True)
    ]
    return kept.with_columns(columns)


def _used(frame: pl.DataFrame) -> list[str]:
    return [name for name in frame.columns if frame[name].null_count() < len(frame)]
