"""One name, one quantity, one unit: `docs/nomenclature.md` binds what the declarations declare."""

import csv
import re

from docs_pages import ROOT, read

from bocage.vocabulary.columns import Table, declared_asset_tables, noun_tables, shared_asset_tables
from bocage.vocabulary.units import units

DOMAINS = [path.parent for path in sorted((ROOT / "bocage" / "domains").glob("*/asset_types.csv"))]


def tables() -> list[Table]:
    return [
        *noun_tables().values(),
        *shared_asset_tables().values(),
        *(table for folder in DOMAINS for table in declared_asset_tables(folder)),
    ]


def declared_quantities() -> dict[str, set[str]]:
    """Units of each declared indicator and of each declared column that has one, by name."""
    found: dict[str, set[str]] = {}
    for table in tables():
        for column in table.columns:
            if column.unit:
                found.setdefault(column.name, set()).add(column.unit)
    for folder in DOMAINS:
        with (folder / "indicators.csv").open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                found.setdefault(row["name"], set()).add(row["unit"])
    return found


def nomenclature() -> dict[str, str]:
    """Unit of each name that the page binds."""
    text = read("docs/nomenclature.md")
    rows = re.findall(r"^\| `([a-z0-9_]+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", text, re.M)
    names = [row[0] for row in rows]
    assert len(names) == len(set(names)), "a name is bound twice"
    assert all(cell.strip() for row in rows for cell in row)
    return {row[0]: row[3].strip() for row in rows}


def test_each_quantity_has_one_unit_and_its_entry() -> None:
    declared = declared_quantities()
    assert {name: units for name, units in declared.items() if len(units) > 1} == {}
    assert nomenclature() == {name: next(iter(found)) for name, found in declared.items()}


def suffixes() -> dict[str, str]:
    text = read("docs/nomenclature.md")
    rows = re.findall(r"^\| ((?:`_[a-z0-9_]+`(?:, )?)+) \| ([^|]+) \| [^|]+ \|$", text, re.M)
    return {suffix: unit.strip() for cell, unit in rows for suffix in re.findall(r"`(_\w+)`", cell)}


def test_each_name_ends_with_the_suffix_of_its_unit() -> None:
    bound = suffixes()
    assert set(bound.values()) <= set(units())
    for name, unit in nomenclature().items():
        fitting = [suffix for suffix in sorted(bound, key=len, reverse=True) if name.endswith(suffix)]
        if fitting:
            assert bound[fitting[0]] == unit, name
        else:
            assert unit in {"points", "inhabitants"}, f"{name} does not carry its unit"
