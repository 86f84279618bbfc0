"""The numbers of EN 13201 by year of the standard: constants of part 3, classes of part 2."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "parameters"
YEAR = 2015
"""The edition in force; prEN 13201-3:2026 was in public enquiry from March to June 2026."""


@dataclass(frozen=True, kw_only=True)
class Standard:
    """The constants of one edition of EN 13201-3; each is described in `parameters/en_13201_3.yaml`."""

    year: int
    longitudinal_points_minimum: float
    longitudinal_step_maximum_m: float
    points_per_lane: float
    transverse_points_minimum: float
    transverse_step_maximum_m: float
    luminance_reach_before: float
    luminance_reach_after: float
    illuminance_reach: float
    eye_height_m: float
    observer_distance_m: float
    sight_depression_degree: float
    glare_first_distance_heights: float
    glare_screen_degree: float
    glare_reach_m: float
    glare_age_years: float
    glare_angle_minimum_degree: float
    glare_angle_near_degree: float
    glare_angle_maximum_degree: float
    glare_far_factor: float
    glare_far_age: float
    glare_near_cubic: float
    glare_near_square: float
    glare_near_age: float
    increment_factor: float
    increment_exponent: float
    increment_bright_cd_m2: float
    increment_bright_factor: float
    increment_bright_exponent: float
    edge_strip_lanes: float


@dataclass(frozen=True, kw_only=True)
class RoadClass:
    """What a lighting class of EN 13201-2 asks, at least or at most; None where it asks nothing.

    Attributes:
        name: `M1` to `M6`, `C0` to `C5`, `P1` to `P6`.
        luminance_average_cd_m2: average luminance, maintained, at least [cd/m²].
        luminance_uniformity: Uo, lowest over average luminance, at least [1].
        longitudinal_uniformity: Ul, lowest over highest luminance of a lane axis, at least [1].
        threshold_increment_percent: fTI, at most [%].
        edge_illuminance_ratio: EIR, at least [1].
        illuminance_average_lx: average illuminance, maintained, at least [lx].
        illuminance_average_maximum_lx: average illuminance, at most [lx].
        illuminance_minimum_lx: lowest illuminance, maintained, at least [lx].
        illuminance_uniformity: lowest over average illuminance, at least [1].
        indicative_threshold_increment_percent: fTI that the standard gives for information [%].
    """

    name: str
    luminance_average_cd_m2: float | None = None
    luminance_uniformity: float | None = None
    longitudinal_uniformity: float | None = None
    threshold_increment_percent: float | None = None
    edge_illuminance_ratio: float | None = None
    illuminance_average_lx: float | None = None
    illuminance_average_maximum_lx: float | None = None
    illuminance_minimum_lx: float | None = None
    illuminance_uniformity: float | None = None
    indicative_threshold_increment_percent: float | None = None


@cache
def standard(year: int = YEAR) -> Standard:
    """The constants of the edition in force in a year.

    Args:
        year: year of the edition, or a later one.

    Raises:
        ValueError: no edition is known for that year.

    >>> standard(2015).luminance_reach_after
    12.0
    """
    held = _held("en_13201_3.yaml", year)
    edition, _ = next(iter(held.values()))
    return Standard(year=edition, **{name: float(value) for name, (_, value) in held.items()})


@cache
def road_classes(year: int = YEAR) -> Mapping[str, RoadClass]:
    """The lighting classes of the edition in force in a year, by name.

    Args:
        year: year of the edition, or a later one.

    Raises:
        ValueError: no edition is known for that year.

    >>> road_classes()["M4"].luminance_average_cd_m2, road_classes()["P4"].illuminance_average_maximum_lx
    (0.75, 7.5)
    """
    held = {name: value for name, (_, value) in _held("en_13201_2.yaml", year).items()}
    excess = held.pop("pedestrian_excess")["illuminance_ratio"]
    classes = {}
    for key, asked in held.items():
        name = key.upper()
        limits = {criterion: float(limit) for criterion, limit in asked.items()}
        if name.startswith("P"):
            limits["illuminance_average_maximum_lx"] = excess * limits["illuminance_average_lx"]
        classes[name] = RoadClass(name=name, **limits)
    return classes


@cache
def unverified(year: int = YEAR) -> tuple[str, ...]:
    """Names of the constants and classes that were not checked against the text of the standard.

    >>> "edge_strip_lanes" in unverified()
    True
    """
    names = []
    for path in sorted(FOLDER.glob("en_13201_*.yaml")):
        for name, leaf in _leaves(path.name).items():
            latest = max((since for since in leaf["values"] if since.year <= year), default=None)
            if latest is not None and leaf["values"][latest]["status"] != "verified":
                names.append(name)
    return tuple(names)


def _held(file: str, year: int) -> dict[str, tuple[int, Any]]:
    """Year and value of each parameter of a file in the edition in force in a year."""
    held = {}
    for name, leaf in _leaves(file).items():
        since = max((since for since in leaf["values"] if since.year <= year), default=None)
        if since is None:
            raise ValueError(f"no edition of EN 13201 is known for {year}")
        held[name] = (since.year, leaf["values"][since]["value"])
    return held


@cache
def _leaves(file: str) -> Mapping[str, Any]:
    leaves: Mapping[str, Any] = yaml.safe_load((FOLDER / file).read_text(encoding="utf-8"))
    return leaves


CONSTANTS = tuple(one.name for one in fields(Standard) if one.name != "year")
"""Names of the constants, as the parameter file must hold them."""
