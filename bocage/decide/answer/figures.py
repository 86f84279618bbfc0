"""The figures of a plan, declared: formula in words, inputs, parameters and source of each."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

Words = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure of a plan.

    Attributes:
        name: name in the tables of a plan.
        unit: declared unit code.
        roles: roles of the indicators that it rests on.
        parameters: parameters of the core that it reads.
        label: label by language.
        formula: formula in words, by language.
        inputs: what it is made from, by language.
        source: where its definition comes from, by language.
    """

    name: str
    unit: str
    roles: Sequence[str]
    parameters: Sequence[str]
    label: Words
    formula: Words
    inputs: Words
    source: Words


@cache
def figures() -> Mapping[str, Figure]:
    """The figures by name.

    >>> figures()["npv"].unit, figures()["carbon_value"].roles
    ('EUR', ('carbon',))
    """
    path = Path(__file__).parent / "figures.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        return {row["figure"]: _figure(row) for row in csv.DictReader(stream)}


def _figure(row: Mapping[str, str]) -> Figure:
    words = {
        name: {"fr": row[f"{name}_fr"], "en": row[f"{name}_en"]} for name in ("label", "formula", "inputs", "source")
    }
    return Figure(
        name=row["figure"],
        unit=row["unit"],
        roles=tuple(row["roles"].split(";")),
        parameters=tuple(name for name in row["parameters"].split(";") if name),
        **words,
    )
