"""Thematic maps: each theme of a domain's `layers.yml` drawn as a picture, points or lines by class."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import shapely

from bocage.publish.map import draw_map
from bocage.publish.replacing import replace_file
from bocage.publish.report.content import MapClass, MapData
from bocage.publish.tokens import GREY, HEDGE, OCHRE, RED, WATER, Mark, Stroke
from bocage.twin.answer import Answer, Section
from bocage.twin.diagnose import DomainState, examine
from bocage.twin.report_state import street_lines, street_names, themes
from bocage.twin.tables import completed_frames
from bocage.twin.territory import Territory
from bocage.twin.wording import _
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import GEOMETRY, shared_asset_tables
from bocage.vocabulary.domain import Finding
from bocage.vocabulary.text import LANGUAGES, NARROW_SPACE, current_language
from bocage.vocabulary.units import units

COLOURS = {"hedge": HEDGE, "water": WATER, "ochre": OCHRE, "critical": RED, "grey": GREY}
"""Names of tokens that `layers.yml` may use."""
WIDTH_PT, HEIGHT_PT = 740.0, 560.0
NO_VALUE = Mark(GREY, "plus"), Stroke(GREY, 0.8)


def write_maps(territory: Territory, *, into: Path, theme: str | None = None) -> Answer:
    """Write one SVG for each theme of each domain, or the one asked.

    Args:
        territory: open territory.
        into: folder to write to; files of the same names are replaced.
        theme: `type.theme`, such as `lit_road.installed_flux`, or the code of a finding, whose assets
            are then shown among the others; all the themes where None.

    Raises:
        BocageError: BOC-TWI-010 nothing to map, BOC-TWI-065 no such theme, BOC-TWI-009 a folder that
            cannot be written.
    """
    states = [examine(territory, domain) for domain in territory.chosen_domains(None)]
    if not states:
        raise BocageError("BOC-TWI-010", where={"folder": territory.folder})
    known = {
        f"{asset_type}.{layer['theme']}": (state, asset_type, layer)
        for state in states
        for asset_type, layers in themes(state).items()
        for layer in layers
    }
    chosen = known
    if theme is not None:
        shown = {**known, **_of_findings(states)}
        if theme not in shown:
            raise BocageError("BOC-TWI-065", value=theme, known=", ".join(shown))
        chosen = {theme: shown[theme]}
    try:
        into.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise BocageError("BOC-TWI-009", where={"folder": into}, fault=fault) from fault
    files = []
    for name, (state, asset_type, layer) in chosen.items():
        drawn = themed_map(territory, state, asset_type, layer)
        if drawn is not None:
            path = into / f"{territory.code}-{name.replace('.', '-')}.svg"
            picture = draw_map(drawn, current_language(), width=WIDTH_PT, height=HEIGHT_PT, titled=True)
            files.append(replace_file(path, picture.encode()))
    return Answer(
        title=_("Maps of {name}", name=territory.name),
        sections=[Section(title=_("Files"), lines=[_("{path}", path=path) for path in files])],
        data={"files": [str(path) for path in files]},
        files=files,
    )


def _of_findings(states: Sequence[DomainState]) -> dict[str, tuple[DomainState, str, Mapping[str, Any]]]:
    """By code of a finding that has assets, the theme that shows them among the others."""
    return {
        finding.code: (state, finding.asset_type, _theme_of(state, finding))
        for state in states
        for finding in state.diagnosis.findings
        if finding.asset_ids
    }


def _theme_of(state: DomainState, finding: Finding) -> Mapping[str, Any]:
    code = state.domain.codes[finding.code]
    colour = "critical" if code.severity == "critical" else "ochre"
    concerned, others = _("Concerned by {code}", code=finding.code), _("Not concerned")
    words = [{f"label_{key}": text.say(key) for key in LANGUAGES} for text in (concerned, others)]
    return {
        "kind": "category",
        "column": "asset_id",
        **{f"title_{key}": code.what[key] for key in LANGUAGES},
        "classes": [
            {"values": list(finding.asset_ids), "colour": colour, "symbol": "triangle", "width": 2.4, **words[0]},
            {"values": _rest(state, finding), "colour": "grey", "symbol": "circle", "width": 1.0, **words[1]},
        ],
    }


def _rest(state: DomainState, finding: Finding) -> list[str]:
    ids = state.assets[finding.asset_type]["asset_id"]
    found: list[str] = ids.filter(~ids.is_in(list(finding.asset_ids))).to_list()
    return found


def themed_map(territory: Territory, state: DomainState, asset_type: str, layer: Mapping[str, Any]) -> MapData | None:
    """The map of one theme; None where no asset of the type has a place.

    Args:
        territory: open territory.
        state: its domain.
        asset_type: type of asset.
        layer: theme, as `layers.yml` declares it.
    """
    frame = completed_frames([state]).get(asset_type)
    if frame is None or GEOMETRY not in frame.columns or frame.is_empty():
        return None
    shapes = shapely.from_wkb(frame[GEOMETRY].to_numpy())
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    if not there.any():
        return None
    shapes, ranks = shapes[there], class_ranks(frame[layer["column"]], layer)[there]
    as_lines = bool((shapely.get_dimensions(shapes) == 1).all())
    legend = _legend(layer, as_lines=as_lines)
    if not (ranks == 0).any():
        ranks, legend = ranks - 1, legend[1:]
    roads = territory.store.read_assets(shared_asset_tables()["road"])
    drawn: dict[str, Any] = {"points": np.zeros((0, 2)), "classes": np.zeros(0, dtype=np.int64)}
    if as_lines:
        pieces, owner = shapely.get_parts(shapes, return_index=True)
        drawn |= {"lines": [shapely.get_coordinates(piece) for piece in pieces], "line_classes": ranks[owner]}
    else:
        drawn |= {"points": shapely.get_coordinates(shapely.centroid(shapes)), "classes": ranks}
    return MapData(
        title={language: layer[f"title_{language}"] for language in LANGUAGES},
        legend=legend,
        streets=street_lines(roads),
        names=street_names(roads),
        attribution=_("Inventory of the territory"),
        **drawn,
    )


def class_ranks(values: pl.Series, layer: Mapping[str, Any]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Rank of the class of each value: 0 for no class, then the classes from the least important.

    An interval holds its lower bound, the last one its upper bound too.

    >>> layer = {"kind": "interval", "classes": [{"from": 0, "to": 1}, {"from": 1, "to": 4}]}
    >>> class_ranks(pl.Series([0.0, 1.0, 4.0, 5.0, None]), layer).tolist()
    [1, 2, 2, 0, 0]
    """
    ordered = ordered_classes(layer)
    found = pl.lit(0)
    for rank, one in enumerate(ordered, start=1):
        if layer["kind"] == "category":
            inside = pl.col("value").is_in(list(one["values"]))
        else:
            last = one["to"] == max(other["to"] for other in ordered)
            inside = pl.col("value").is_between(one["from"], one["to"], closed="both" if last else "left")
        found = pl.when(inside).then(rank).otherwise(found)
    ranks = values.alias("value").to_frame().select(found.fill_null(0).cast(pl.Int64)).to_series()
    return np.asarray(ranks.to_numpy(), dtype=np.int64)


def ordered_classes(layer: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Classes from the one drawn first to the one drawn on top: categories are declared from the top."""
    classes: Sequence[Mapping[str, Any]] = layer["classes"]
    return list(reversed(classes)) if layer["kind"] == "category" else classes


def _legend(layer: Mapping[str, Any], *, as_lines: bool) -> list[MapClass]:
    unit = units()[layer.get("unit", "")].label
    legend = [MapClass(label=_("No value"), mark=NO_VALUE[as_lines])]
    for one in ordered_classes(layer):
        colour = COLOURS[one["colour"]]
        mark = Stroke(colour, float(one["width"])) if as_lines else Mark(colour, one["symbol"])
        label: dict[str, str] = {
            code: f"{one[f'label_{code}']}{NARROW_SPACE}{unit[code]}".rstrip(NARROW_SPACE) for code in LANGUAGES
        }
        legend.append(MapClass(label=label, mark=mark))
    return legend
