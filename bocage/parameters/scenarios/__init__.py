"""Scenarios: dated, sourced views of the future, their paths and their reader."""

from bocage.parameters.scenarios.mix import Mixes, contents
from bocage.parameters.scenarios.paths import TREND, Bound, Path, Scenario
from bocage.parameters.scenarios.reading import COMMON, PACKS, PackError, load_scenario, scenario_names

__all__ = [
    "COMMON",
    "PACKS",
    "TREND",
    "Bound",
    "Mixes",
    "PackError",
    "Path",
    "Scenario",
    "contents",
    "load_scenario",
    "scenario_names",
]
