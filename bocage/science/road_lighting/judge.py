"""A lit road against its class: each requirement of EN 13201-2, met or not."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from bocage.science.road_lighting.fields import Fields
from bocage.science.road_lighting.standard import RoadClass

Array = NDArray[np.float64]
Truth = NDArray[np.bool_]

AT_MOST = frozenset({"threshold_increment_percent", "illuminance_average_maximum_lx"})
LEVELS = frozenset({"luminance_average_cd_m2", "illuminance_average_lx", "illuminance_minimum_lx"})
"""What more flux brings; the other requirements are met by where the light goes."""
INDICATIVE = "indicative_"
MARGIN_ROUNDING = 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)
class Requirement:
    """One requirement of a class, for several roads.

    Attributes:
        criterion: name in `RoadClass`, without `indicative_`.
        limit: what is asked, same unit.
        at_most: True for a highest value.
        indicative: True where the standard gives it for information; it does not count.
        value: array (n,) of what the roads have.
        margin: array (n,), value over limit, or limit over value of a highest value; 1 just meets it [1].
    """

    criterion: str
    limit: float
    at_most: bool
    indicative: bool
    value: Array
    margin: Array

    @property
    def met(self) -> Truth:
        """Array (n,), whether each road meets it."""
        return np.asarray(self.margin >= 1 - MARGIN_ROUNDING)


def judge(found: Fields, road_class: RoadClass) -> tuple[Requirement, ...]:
    """Hold roads against a class.

    Args:
        found: results of n roads.
        road_class: one of `road_classes()`.

    >>> from bocage.science.road_lighting.standard import road_classes
    >>> roads = Fields(**{one.name: np.array([0.6]) for one in fields(Fields)})
    >>> [(one.criterion, bool(one.met[0])) for one in judge(roads, road_classes()["M5"])]
    [('luminance_average_cd_m2', True), ('luminance_uniformity', True), ('longitudinal_uniformity', True),
     ('threshold_increment_percent', True), ('edge_illuminance_ratio', True)]
    """
    asked = []
    for one in fields(RoadClass):
        limit = getattr(road_class, one.name)
        if one.name == "name" or limit is None:
            continue
        criterion = one.name.removeprefix(INDICATIVE)
        at_most = criterion in AT_MOST
        value = getattr(found, criterion.replace("_maximum_", "_"))
        with np.errstate(divide="ignore"):
            margin = limit / value if at_most else value / limit
        asked.append(
            Requirement(
                criterion=criterion,
                limit=limit,
                at_most=at_most,
                indicative=criterion != one.name,
                value=value,
                margin=np.asarray(margin),
            )
        )
    return tuple(asked)


def meets(found: Fields, road_class: RoadClass) -> Truth:
    """Whether each of n roads meets all that its class requires, array (n,).

    >>> from bocage.science.road_lighting.standard import road_classes
    >>> roads = Fields(**{one.name: np.array([0.3, 0.6]) for one in fields(Fields)})
    >>> meets(roads, road_classes()["M5"]).tolist()
    [False, True]
    """
    return np.asarray(np.all([one.met for one in judge(found, road_class) if not one.indicative], axis=0))


def spread_margin(found: Fields, road_class: RoadClass) -> Array:
    """Least margin among what flux does not bring: uniformities, glare, edges, excess of light, array (n,) [1].

    >>> from bocage.science.road_lighting.standard import road_classes
    >>> roads = Fields(**{one.name: np.array([0.28]) for one in fields(Fields)})
    >>> round(float(spread_margin(roads, road_classes()["M5"])[0]), 3)  # 0.28 of the 0.40 that Ul must have
    0.7
    """
    margins = [one.margin for one in judge(found, road_class) if not one.indicative and one.criterion not in LEVELS]
    return np.asarray(np.min(margins, axis=0))
