"""A road lit by a measured luminaire: EN 13201 results, requirement by requirement."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace

import polars as pl

from bocage.science.photometry.flux import light_output
from bocage.science.road_lighting.choose import needed_flux_lm
from bocage.science.road_lighting.energy import power_density_indicator
from bocage.science.road_lighting.fields import Fields, road_fields
from bocage.science.road_lighting.illuminance import illuminance_grid
from bocage.science.road_lighting.judge import judge, meets
from bocage.science.road_lighting.luminance import luminance_grid
from bocage.science.road_lighting.optics import Optics, gather_optics
from bocage.science.road_lighting.reflection import published_table
from bocage.science.road_lighting.road import RANGES, Arrangement, Roads
from bocage.science.road_lighting.standard import YEAR, RoadClass, road_classes, standard, unverified
from bocage.sources.photometry import PhotometricFile
from bocage.twin.answer import Heading, Section
from bocage.twin.wording import _
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.text import LANGUAGES, Message, current_language

WATTS_PER_MILLIWATT = 1e-3


@dataclass(frozen=True, kw_only=True)
class AskedRoad:
    """The road that a user asks for; lengths may still be missing.

    Attributes:
        class_name: lighting class of EN 13201-2.
        width_m: width of the carriageway [m].
        spacing_m: distance between luminaires of a row [m].
        height_m: height of the light centre [m].
        lanes: number of lanes.
        overhang_m: from the edge of the carriageway to the light centre [m].
        arrangement: `single`, `opposite`, `staggered` or `central`.
        median_m: width of the median, for `central` [m].
        maintenance_factor: maintained over initial light [1].
    """

    class_name: str
    width_m: float | None = None
    spacing_m: float | None = None
    height_m: float | None = None
    lanes: int = 2
    overhang_m: float = 0.0
    arrangement: str = "single"
    median_m: float = 0.0
    maintenance_factor: float = 1.0


@dataclass(frozen=True, kw_only=True)
class RoadFound:
    """What a luminaire does for a road.

    Attributes:
        data: results for `--json`.
        rows: one row per result, for a reader.
        meets: whether the class is met.
        sentences: what follows from it.
    """

    data: dict[str, object]
    rows: pl.DataFrame
    meets: bool
    sentences: list[Message]


def road_data(one: PhotometricFile, asked: AskedRoad, *, tilt_deg: float, source_flux_lm: float | None) -> RoadFound:
    """Compute the road and hold it against its class.

    Args:
        one: the photometry.
        asked: the road.
        tilt_deg: tilt of the luminaires [degrees].
        source_flux_lm: flux of the source, that of the file where None [lm].

    Raises:
        BocageError: BOC-PHO-011 no such class, BOC-PHO-012 a length is missing, BOC-PHO-013 out of bounds.
    """
    road_class = _class_of(asked)
    flux = one.table.source_flux_lm if source_flux_lm is None else source_flux_lm
    roads = _roads(asked, tilt_deg=tilt_deg, source_flux_lm=flux)
    optics = gather_optics([one.table])
    found = road_fields(roads, optics)
    met = bool(meets(found, road_class)[0])
    needed = float(needed_flux_lm(found, roads.of("source_flux_lm"), road_class)[0])
    sized = _sized(roads, optics, needed, road_class)
    power_w = None if one.table.power_w is None else one.table.power_w * needed / one.table.source_flux_lm
    data: dict[str, object] = {
        "class": road_class.name,
        "standard": YEAR,
        "surface": "R3",
        "source_flux_lm": flux,
        "meets": met,
        "needed_source_flux_lm": needed,
        "meets_with_needed_flux": sized,
        "power_with_needed_flux_w": power_w,
        **found.at(0),
        "requirements": [
            {
                "criterion": requirement.criterion,
                "value": float(requirement.value[0]),
                "limit": requirement.limit,
                "at_most": requirement.at_most,
                "indicative": requirement.indicative,
                "met": bool(requirement.met[0]),
            }
            for requirement in judge(found, road_class)
        ],
        "unverified": list(unverified()),
        "grids": _grids(roads, optics),
    }
    sentences = [_("Class {name} is met.", name=road_class.name) if met else _not_met(road_class, found)]
    sentences.append(_flux_sentence(flux, needed, road_class))
    density = _power_density(one, asked, found, flux)
    if density is not None:
        data["power_density_indicator_w_lx_m2"] = density * WATTS_PER_MILLIWATT
        sentences.append(_("Power density indicator: {density:1} mW/(lx·m²), carriageway alone.", density=density))
    sentences.append(
        _(
            "EN 13201:{year}, R3 surface; {count} constants and classes are still to be verified in its text.",
            year=str(YEAR),
            count=len(unverified()),
        )
    )
    return RoadFound(data=data, rows=_rows(found, road_class), meets=met, sentences=sentences)


def road_section(file: str, found: RoadFound, asked: AskedRoad) -> Section:
    """The road as a part of an answer."""
    return Section(
        title=_("{file} on a road of class {name}", file=file, name=asked.class_name.upper()),
        lines=found.sentences,
        table=found.rows,
        headings=[
            Heading(name="criterion", label=_("Criterion")),
            Heading(name="value", label=_("Value")),
            Heading(name="asked", label=_("Asked")),
            Heading(name="unit", label=_("Unit")),
            Heading(name="verdict", label=_("Verdict")),
        ],
    )


def ranking_section(found: Sequence[tuple[str, RoadFound]], asked: AskedRoad) -> Section:
    """The luminaires by the power that each would draw at the flux that the class needs, those that meet it first."""
    rows = [
        {
            "file": file,
            "flux": one.data["needed_source_flux_lm"],
            "power": one.data["power_with_needed_flux_w"],
            "verdict": (_("met") if one.data["meets_with_needed_flux"] else _("not met")).say(current_language()),
            "_failing": not one.data["meets_with_needed_flux"],
        }
        for file, one in found
    ]
    table = pl.DataFrame(rows, schema_overrides={"flux": pl.Float64, "power": pl.Float64})
    return Section(
        title=_("Class {name} with just the flux it needs, power taken as proportional", name=asked.class_name.upper()),
        table=table.sort("_failing", "power", "flux", nulls_last=True, maintain_order=True).drop("_failing"),
        headings=[
            Heading(name="file", label=_("File")),
            Heading(name="flux", label=_("Source flux"), unit="lm"),
            Heading(name="power", label=_("Power"), unit="W", digits=1),
            Heading(name="verdict", label=_("Verdict")),
        ],
    )


def _sized(roads: Roads, optics: Optics, needed_lm: float, road_class: RoadClass) -> bool:
    """Whether the class is met with the flux that its levels need."""
    if not math.isfinite(needed_lm):
        return False
    return bool(meets(road_fields(replace(roads, source_flux_lm=needed_lm), optics), road_class)[0])


def _grids(roads: Roads, optics: Optics) -> dict[str, object]:
    """Every point that was computed, for whoever wants to hold it against another program."""
    seen = luminance_grid(roads, optics, edition=standard(), surface=published_table())
    lit = illuminance_grid(roads, optics, edition=standard())
    return {
        "luminance_x_m": seen.x_m[0].tolist(),
        "luminance_y_m": seen.y_m[0].tolist(),
        "luminance_cd_m2_by_observer_x_y": seen.luminance_cd_m2[0].tolist(),
        "illuminance_x_m": lit.x_m[0].tolist(),
        "illuminance_y_m": lit.y_m[0].tolist(),
        "illuminance_lx_by_x_y": lit.illuminance_lx[0].tolist(),
    }


def check_bounds(given: Mapping[str, float | None]) -> None:
    """Refuse quantities of a road outside what can be computed (BOC-PHO-013); None is not looked at."""
    for name, low, high in (*RANGES, ("turn_deg", -360.0, 360.0)):
        value = given.get(name)
        if value is not None and not low <= value <= high:
            raise BocageError("BOC-PHO-013", field=name, value=f"{value:g}", low=f"{low:g}", high=f"{high:g}")


LABELS: Mapping[str, tuple[Message, str]] = {
    "luminance_average_cd_m2": (_("Average luminance (darkest lane)"), "cd/m2"),
    "luminance_uniformity": (_("Overall uniformity Uo"), "1"),
    "longitudinal_uniformity": (_("Longitudinal uniformity Ul"), "1"),
    "threshold_increment_percent": (_("Threshold increment fTI (at most)"), "%"),
    "edge_illuminance_ratio": (_("Edge illuminance ratio EIR"), "1"),
    "illuminance_average_lx": (_("Average illuminance"), "lx"),
    "illuminance_average_maximum_lx": (_("Average illuminance (at most)"), "lx"),
    "illuminance_minimum_lx": (_("Lowest illuminance"), "lx"),
    "illuminance_uniformity": (_("Uniformity of illuminance"), "1"),
}
"""Name and unit of each result, in the order in which they are shown."""


def _class_of(asked: AskedRoad) -> RoadClass:
    classes = road_classes()
    name = asked.class_name.strip().upper()
    if name not in classes:
        raise BocageError("BOC-PHO-011", asked=asked.class_name)
    return classes[name]


def _roads(asked: AskedRoad, *, tilt_deg: float, source_flux_lm: float) -> Roads:
    given = {one.name: getattr(asked, one.name) for one in fields(asked) if one.name != "class_name"}
    given |= {"tilt_deg": tilt_deg, "source_flux_lm": source_flux_lm}
    missing = [f"--{name.removesuffix('_m')}" for name in ("width_m", "spacing_m", "height_m") if given[name] is None]
    if missing:
        raise BocageError("BOC-PHO-012", missing=", ".join(missing))
    given["arrangement"] = Arrangement[asked.arrangement.upper()]
    check_bounds(given)
    return Roads(**given)


def _rows(found: Fields, road_class: RoadClass) -> pl.DataFrame:
    asked = {one.criterion: one for one in judge(found, road_class)}
    rows = []
    for name, (label, unit) in LABELS.items():
        one = asked.get(name)
        if one is None and name not in vars(found):
            continue
        rows.append(
            {
                "criterion": label.say(current_language()),
                "value": float((getattr(found, name) if one is None else one.value)[0]),
                "asked": None if one is None else one.limit,
                "unit": unit,
                "verdict": "" if one is None else _said_of(bool(one.met[0]), indicative=one.indicative),
            }
        )
    return pl.DataFrame(rows, schema_overrides={"asked": pl.Float64})


def _said_of(met: bool, *, indicative: bool) -> str:
    sentence = _("met") if met else _("not met")
    if indicative:
        sentence = _("met (for information)") if met else _("not met (for information)")
    return sentence.say(current_language())


def _not_met(road_class: RoadClass, found: Fields) -> Message:
    names = [one for one in judge(found, road_class) if not one.indicative and not one.met[0]]
    labels = {language: ", ".join(LABELS[one.criterion][0].say(language) for one in names) for language in LANGUAGES}
    return _("Class {name} is not met: {labels}.", name=road_class.name, labels=labels)


def _flux_sentence(flux_lm: float, needed_lm: float, road_class: RoadClass) -> Message:
    if math.isinf(needed_lm):
        return _("No flux of this luminaire would reach the levels of the class.")
    return _(
        "Its {flux} lm of source flux against {needed} lm needed to reach the levels of {name} ({share}%).",
        flux=flux_lm,
        needed=needed_lm,
        name=road_class.name,
        share=100 * flux_lm / needed_lm,
    )


def _power_density(one: PhotometricFile, asked: AskedRoad, found: Fields, flux_lm: float) -> float | None:
    """PDI of the carriageway in mW/(lx·m²); power is taken as proportional to the flux asked for."""
    table = one.table
    if table.power_w is None or asked.width_m is None or asked.spacing_m is None or not light_output(table).lor:
        return None
    rows = 1 if asked.arrangement == "single" else 2
    areas = 2 if asked.arrangement == "central" else 1
    power_w = rows * table.power_w * flux_lm / table.source_flux_lm
    lit = float(found.illuminance_average_lx[0])
    area = areas * asked.width_m * asked.spacing_m
    return power_density_indicator(power_w, lit, area) / WATTS_PER_MILLIWATT if lit > 0 else None
