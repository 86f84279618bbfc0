"""Reader of the packs of scenarios: dated, sourced views of the future, one YAML file each.

Carbon contents are not written in the packs: they follow from the mixes, which are facts of the source,
and from the factors of the techniques, which are parameters. The content of electricity is scaled so that the
mix of 2020 has the content of the parameter `electricity.carbon_content`, from which domains compute: what the
mixes leave out (losses, imports, fuel supply) is deemed to move in proportion.
"""

import datetime as dt
from collections.abc import Mapping
from functools import cache
from pathlib import Path as File
from typing import Any

import yaml

from bocage.parameters.reader import CORE_FOLDER, STATUSES, Parameter, ParameterError, Value, load, read_reference
from bocage.parameters.scenarios.mix import Mixes, contents
from bocage.parameters.scenarios.paths import TREND, Path, Scenario
from bocage.vocabulary.futures import variables
from bocage.vocabulary.text import LANGUAGES

PACKS = File(__file__).parent / "packs"
COMMON = "common"
"""File of the paths that every scenario shares unless it has its own."""
OFFICIAL = "electricity.carbon_content"
TEXTS = {f"{part}_{language}" for part in ("label", "description") for language in LANGUAGES}
MIXES = {"electricity", "gas", "power_to_gas_efficiency", "status", "reference"}
CELLS = {"unit", "points", "low", "high", "status", "reference"}
EARLIEST, LATEST = 1900, 2200


class PackError(ParameterError):
    """A pack is unknown or badly written.

    Args:
        english: what is wrong, file first.
        french: the same.

    Attributes:
        told: what is wrong, by language.
    """

    def __init__(self, english: str, french: str) -> None:
        super().__init__(english)
        self.told: Mapping[str, str] = {"fr": french, "en": english}


def scenario_names(*folders: File) -> tuple[str, ...]:
    """Names of the scenarios of some folders, the trend first; those of the project where no folder is named.

    >>> scenario_names()
    ('trend', 'S1', 'S2', 'S3-nuclear', 'S3-renewables', 'S4')
    """
    names = {path.stem for folder in folders or (PACKS,) for path in folder.glob("*.yaml")} - {COMMON}
    return tuple(sorted(names, key=lambda name: (name != TREND, name)))


def load_scenario(name: str, *folders: File, date: dt.date | None = None) -> Scenario:
    """Read a pack, and compute the carbon contents that its mixes make.

    A pack may start from another one (`base`) and say only what it sees otherwise.

    Args:
        name: name of the pack.
        folders: folders of packs, a later one before an earlier one; that of the project where none is named.
        date: date at which the factors of the techniques are read; the last ones known where None.

    Raises:
        ParameterError: there is no such pack, or it is badly written; says which file and what.

    >>> load_scenario("S1").paths["electricity_demand"].at([2020, 2050]).round().tolist()
    [469.0, 407.0]
    """
    return _read(name, folders, date) if folders else _known(name, date)


@cache
def _known(name: str, date: dt.date | None) -> Scenario:
    return _read(name, (PACKS,), date)


def _read(name: str, folders: tuple[File, ...], date: dt.date | None) -> Scenario:
    path = _found(name, folders)
    if path is None:
        known = ", ".join(scenario_names(*folders))
        raise PackError(f"unknown scenario {name}; known: {known}", f"scénario inconnu {name} ; connus : {known}")
    content = _content(path)
    odd = set(content) - TEXTS - {"base", "mixes", "paths"}
    if odd or not set(content) >= TEXTS:
        needed, more = ", ".join(sorted(TEXTS)), ", ".join(sorted(map(str, odd)))
        raise PackError(
            f"{path.name}: needs {needed}; odd: {more}", f"{path.name} : il faut {needed} ; en trop : {more}"
        )
    base = _base(path, content, folders, date)
    written = content.get("paths") or {}
    if not isinstance(written, Mapping):
        raise PackError(
            f"{path.name}: paths is a mapping of variables", f"{path.name} : paths range des trajectoires par variable"
        )
    mixed = _mixed(path.name, content["mixes"], date) if "mixes" in content else {}
    own = {variable: _path(path.name, variable, cell) for variable, cell in written.items()}
    return Scenario(
        name=name,
        label={language: content[f"label_{language}"] for language in LANGUAGES},
        description={language: content[f"description_{language}"] for language in LANGUAGES},
        paths={**base, **mixed, **own},
    )


def _found(name: str, folders: tuple[File, ...]) -> File | None:
    """The file of a name, in the last folder that has it."""
    return next((path for folder in reversed(folders) if (path := folder / f"{name}.yaml").is_file()), None)


def _base(
    path: File, content: Mapping[str, Any], folders: tuple[File, ...], date: dt.date | None
) -> Mapping[str, Path]:
    """Paths that a pack starts from: those of its base, else today's contents and the paths that all share."""
    base = content.get("base")
    if base is not None:
        # A pack may take the name of the one that it starts from: it is then looked for in the folders before its own.
        before = tuple(folder for folder in folders if folder != path.parent) if base == path.stem else folders
        if not before or _found(str(base), before) is None:
            raise PackError(
                f"{path.name}: starts from {base}, which is no scenario",
                f"{path.name} : part de {base}, qui n’est pas un scénario",
            )
        if base != path.stem and "base" in _content(_found(str(base), before) or path):
            raise PackError(
                f"{path.name}: starts from {base}, which starts from another one itself",
                f"{path.name} : part de {base}, qui part lui-même d’un autre",
            )
        return _read(str(base), before, date).paths
    common = _found(COMMON, folders)
    shared = _content(common) if common is not None else {"paths": {}}
    if set(shared) != {"paths"}:
        raise PackError(f"{COMMON}.yaml: holds paths and nothing else", f"{COMMON}.yaml : ne contient que paths")
    told = {variable: _path(f"{COMMON}.yaml", variable, cell) for variable, cell in shared["paths"].items()}
    return {**_level(date), **told}


def _content(path: File) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
        content = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - safe
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as fault:
        raise PackError(f"{path.name}: it cannot be read: {fault}", f"{path.name} : illisible : {fault}") from fault
    if not isinstance(content, dict):
        raise PackError(f"{path.name}: it must be a mapping", f"{path.name} : il faut des clés et des valeurs")
    return content


def _path(file: str, variable: str, cell: Mapping[str, Any]) -> Path:
    declared = variables().get(variable)
    if declared is None:
        known = ", ".join(variables())
        raise PackError(
            f"{file}: unknown variable {variable}; known: {known}",
            f"{file} : variable inconnue {variable} ; connues : {known}",
        )
    if not isinstance(cell, Mapping) or set(cell) - CELLS or not {"unit", "points", "status", "reference"} <= set(cell):
        raise PackError(
            f"{file}, {variable}: needs unit, points, status and reference, and low and high together",
            f"{file}, {variable} : il faut unit, points, status et reference, et low et high ensemble",
        )
    if cell["unit"] != declared.unit:
        raise PackError(
            f"{file}, {variable}: is in {declared.unit}, not {cell['unit']}",
            f"{file}, {variable} : est en {declared.unit}, non en {cell['unit']}",
        )
    points, low, high = (_points(file, variable, cell.get(part, {})) for part in ("points", "low", "high"))
    if not points or bool(low) != bool(high):
        raise PackError(
            f"{file}, {variable}: points are needed, and low and high together",
            f"{file}, {variable} : il faut des points, et low et high ensemble",
        )
    found = Path(
        variable=variable,
        unit=cell["unit"],
        points=points,
        low=low,
        high=high,
        status=_status(file, variable, cell["status"]),
        reference=_reference(file, variable, cell["reference"]),
    )
    years = sorted({*points, *low, *high})
    if (found.at(years, "low") > found.at(years)).any() or (found.at(years) > found.at(years, "high")).any():
        raise PackError(
            f"{file}, {variable}: low <= value <= high does not hold in every year",
            f"{file}, {variable} : low ≤ valeur ≤ high n’est pas vrai chaque année",
        )
    return found


def _points(file: str, name: str, written: object) -> dict[int, float]:
    if not isinstance(written, Mapping):
        raise PackError(
            f"{file}, {name}: points are a mapping of years to numbers",
            f"{file}, {name} : les points donnent un nombre par année",
        )
    for year, value in written.items():
        if not isinstance(year, int) or not EARLIEST <= year <= LATEST:
            raise PackError(f"{file}, {name}: {year!r} is not a year", f"{file}, {name} : {year!r} n’est pas une année")
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
            raise PackError(
                f"{file}, {name}: {value!r} in {year} is not a number >= 0",
                f"{file}, {name} : {value!r} en {year} n’est pas un nombre ≥ 0",
            )
    return {year: float(value) for year, value in written.items()}


def _status(file: str, name: str, status: object) -> str:
    if status not in STATUSES:
        known = ", ".join(STATUSES)
        raise PackError(
            f"{file}, {name}: status must be one of {known}", f"{file}, {name} : status est l’un de {known}"
        )
    return str(status)


def _reference(file: str, name: str, written: object) -> Mapping[str, str]:
    try:
        return read_reference(written)
    except ParameterError as fault:
        raise PackError(
            f"{file}, {name}: {fault}",
            f"{file}, {name} : la référence est une citation, ou un texte par langue (fr, en)",
        ) from fault


def _held(parameter: Parameter, date: dt.date | None) -> Value:
    return parameter.at(date) if date is not None else parameter.values[-1]


def _technology(date: dt.date | None) -> dict[str, Value]:
    known = load(CORE_FOLDER)
    return {
        name.removeprefix("technology."): _held(parameter, date)
        for name, parameter in known.items()
        if name.startswith("technology.")
    }


def _mixed(file: str, written: Mapping[str, Any], date: dt.date | None) -> dict[str, Path]:
    """Paths of the carbon contents and of the demand that the mixes of a pack make."""
    if not isinstance(written, Mapping) or set(written) != MIXES:
        needed = ", ".join(sorted(MIXES))
        raise PackError(f"{file}, mixes: needs {needed}", f"{file}, mixes : il faut {needed}")
    factors = _technology(date)
    mixes = Mixes(
        electricity=_families(file, "electricity", written["electricity"], factors),
        gas=_families(file, "gas", written["gas"], {**factors, "power_to_gas": None}),
        efficiency=_points(file, "power_to_gas_efficiency", written["power_to_gas_efficiency"]),
    )
    _check_years(file, mixes)
    years = mixes.years
    status, reference = _status(file, "mixes", written["status"]), _reference(file, "mixes", written["reference"])
    bounds = {
        bound: {
            year: contents(mixes, {name: getattr(value, bound) for name, value in factors.items()}, year)
            for year in years
        }
        for bound in ("value", "low", "high")
    }
    start = bounds["value"][years[0]][0]
    official = float(_held(load(CORE_FOLDER)[OFFICIAL], date).value)
    # Facts of the source, but factors that are not all verified: the contents are no surer than their factors.
    unsure = {status, *(value.status for value in factors.values())} - {"verified"}
    paths = {}
    for place, (variable, scale) in enumerate((("electricity_carbon", official / start), ("gas_carbon", 1.0))):
        points, low, high = (
            {year: scale * both[place] for year, both in bounds[bound].items()} for bound in ("value", "low", "high")
        )
        paths[variable] = Path(
            variable=variable,
            unit="kgCO2e/kWh",
            points=points,
            low=low,
            high=high,
            anchor=years[0],
            status="to_verify" if unsure else "verified",
            reference=reference,
        )
    demand = {year: sum(points[year] for points in mixes.electricity.values()) for year in years}
    paths["electricity_demand"] = Path(
        variable="electricity_demand", unit="TWh/year", points=demand, status=status, reference=reference
    )
    return paths


def _check_years(file: str, mixes: Mixes) -> None:
    """All the families of the mixes of a pack are told for the same years."""
    years = mixes.years
    for family, points in (
        *mixes.electricity.items(),
        *mixes.gas.items(),
        ("power_to_gas_efficiency", mixes.efficiency),
    ):
        if sorted(points) != years:
            raise PackError(
                f"{file}, {family}: its years are not those of the others, {years}",
                f"{file}, {family} : ses années ne sont pas celles des autres, {years}",
            )


def _families(file: str, mix: str, written: object, factors: Mapping[str, Any]) -> dict[str, dict[int, float]]:
    if not isinstance(written, Mapping) or not written:
        raise PackError(
            f"{file}, {mix}: is a mapping of families to years", f"{file}, {mix} : donne des années par filière"
        )
    odd = sorted(set(written) - set(factors))
    if odd:
        told = ", ".join(odd)
        raise PackError(
            f"{file}, {mix}: {told} has no factor technology.*",
            f"{file}, {mix} : {told} n’a pas de facteur technology.*",
        )
    return {family: _points(file, family, points) for family, points in written.items()}


def _level(date: dt.date | None) -> dict[str, Path]:
    """Paths of the carbon contents of today, kept level."""
    known = load(CORE_FOLDER)
    found = {}
    for variable, name in (("electricity_carbon", OFFICIAL), ("gas_carbon", "technology.natural_gas")):
        value = _held(known[name], date)
        found[variable] = Path(
            variable=variable,
            unit=value.unit,
            points={value.since.year: float(value.value)},
            low={} if value.low is None else {value.since.year: value.low},
            high={} if value.high is None else {value.since.year: value.high},
            status=value.status,
            reference=value.reference,
        )
    return found
