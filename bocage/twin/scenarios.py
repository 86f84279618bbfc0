"""Views of the future that a territory may ask for: those of the project, then its own, in its folder `scenarios`."""

import datetime as dt
from pathlib import Path

from bocage.parameters.scenarios import PACKS, TREND, PackError, Scenario, load_scenario, scenario_names
from bocage.twin.territory import SCENARIOS, Territory
from bocage.vocabulary.codes import BocageError


def scenario_folders(territory: Territory) -> tuple[Path, ...]:
    """Folders of packs: that of the project, then the territory's own, whose packs come first."""
    return PACKS, territory.folder / SCENARIOS


def known_scenarios(territory: Territory) -> tuple[str, ...]:
    """Names of the views of the future that the territory may ask for, the trend first."""
    return scenario_names(*scenario_folders(territory))


def scenario_of(territory: Territory, name: str, date: dt.date) -> Scenario:
    """A view of the future; the trend where the name is empty.

    Args:
        territory: open territory.
        name: name of the scenario.
        date: date of the plan.

    Raises:
        BocageError: BOC-TWI-080 no such scenario, BOC-TWI-091 one of the territory's own is badly written.
    """
    wanted, known = name or TREND, known_scenarios(territory)
    if wanted not in known:
        raise BocageError("BOC-TWI-080", value=wanted, known=", ".join(known))
    try:
        return load_scenario(wanted, *scenario_folders(territory), date=date)
    except PackError as fault:
        folder = territory.folder / SCENARIOS
        raise BocageError("BOC-TWI-091", where={"folder": folder}, value=wanted, detail=fault.told) from fault
