"""Mixes of ADEME Transition(s) 2050 by family, from the published tables: what the packs of scenarios state as facts.

`python tests/parameters/ademe_mixes.py TABLE.csv` writes them as YAML, to be pasted into the packs.
"""

import csv
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

YEARS = (2020, 2030, 2050)
SCENARIOS = {"S1": "S1", "S2": "S2", "S3-renewables": "S3 Renew", "S3-nuclear": "S3 Nuc", "S4": "S4"}
POWER = "Production|Electricity|"
ELECTRICITY = {
    "nuclear": ("Nuclear",),
    "gas": ("Conventional|Mix gas|Cycle Turbines total", "Conventional|Mix gas|CHP"),
    "coal": ("Conventional|Coal",),
    "oil": ("Conventional|Fuel oil|CHP",),
    "solar": ("Renewable|Photovoltaic total",),
    "wind_onshore": ("Renewable|Wind turbines|Onshore total",),
    "wind_offshore": ("Renewable|Wind turbines|Offshore total",),
    "hydro": ("Hydro Total",),
    "biogas": ("Renewable|Biogas|CHP",),
    "biomass": ("Renewable|Biomass|CHP",),
    "waste": ("Conventional|Waste",),
    "sea": ("Renewable|Sea",),
    "geothermal": ("Renewable|Geothermal",),
}
"""Lines of the table by family; fuel oil and gas of combined heat and power are told apart."""
GAS: Mapping[str, Callable[[str], bool]] = {
    "natural_gas": lambda line: "|Imports|Fossil" in line,
    "fossil_pyrogas": lambda line: "Pyrogasification" in line and line.endswith("|Fossil"),
    "biomethane": lambda line: (
        line.endswith(("|Biogas to biomethane", "|Imports|Renewable"))
        or ("Pyrogasification" in line and line.endswith("|Renewable"))
    ),
    "power_to_gas": lambda line: line.endswith("|Power to gas"),
}
"""Which lines of gas production make each family; raw biogas does not enter the network."""
Table = Mapping[tuple[str, str], tuple[float, ...]]
Mix = dict[str, dict[int, float]]


def read_table(path: Path) -> Table:
    """Values of 2020, 2030 and 2050 by scenario and variable."""
    with path.open(encoding="utf-8", newline="") as stream:
        return {
            (row["scenario"], row["variables"]): tuple(float(row[str(year)] or 0) for year in YEARS)
            for row in csv.DictReader(stream)
        }


def electricity_mix(table: Table, name: str) -> Mix:
    """Production by family [TWh/year]."""
    return {
        family: _sum(table[SCENARIOS[name], POWER + line] for line in lines) for family, lines in ELECTRICITY.items()
    }


def gas_mix(table: Table, name: str) -> Mix:
    """Gas injected in the network by family [Gm3/year]."""
    lines = {key: cells for key, cells in table.items() if key[0] == SCENARIOS[name]}
    found: Mix = {}
    for family, belongs in GAS.items():
        kept = [
            cells for (_, line), cells in lines.items() if line.startswith("Production|Natural gas|") and belongs(line)
        ]
        found[family] = {year: volume / 1e9 for year, volume in _sum(kept).items()}
    return found


def power_to_gas_efficiency(table: Table, name: str) -> dict[int, float]:
    """Energy of the gas over that of the electricity: electrolysis, then methanation [1]."""
    electrolysis = table[SCENARIOS[name], "Efficiency|Hydrogen|Electrolyzer"]
    methanation = table[SCENARIOS[name], "Efficiency|Natural gas|Power to gas|Methanation"]
    return {year: a * b / 1e4 for year, a, b in zip(YEARS, electrolysis, methanation, strict=True)}


def _sum(lines: Iterable[tuple[float, ...]]) -> dict[int, float]:
    kept = list(lines)
    return {year: sum(cells[place] for cells in kept) for place, year in enumerate(YEARS)}


def _written(values: Mapping[int, float], digits: int) -> str:
    return "{" + ", ".join(f"{year}: {round(value, digits):g}" for year, value in values.items()) + "}"


def main(path: Path) -> None:
    """Write the mixes of every scenario."""
    table, lines = read_table(path), []
    for name in SCENARIOS:
        lines.append(f"# {name}")
        for title, mix in (("electricity", electricity_mix(table, name)), ("gas", gas_mix(table, name))):
            lines += [f"{title}:", *(f"  {family}: {_written(values, 3)}" for family, values in mix.items())]
        lines.append(f"power_to_gas_efficiency: {_written(power_to_gas_efficiency(table, name), 4)}")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
