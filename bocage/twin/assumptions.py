"""The numbers of the outside world on which results rest, each with its status and source."""

import csv
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from operator import itemgetter
from pathlib import Path
from typing import Any

import polars as pl

from bocage.parameters.reader import CORE_FOLDER, Parameter, ParameterError, Value, load
from bocage.publish.report.content import AssumptionLine
from bocage.publish.texts import say
from bocage.vocabulary.domain import Domain
from bocage.vocabulary.text import LANGUAGES


def parameter_folders(domains: Sequence[Domain]) -> list[Path]:
    """Folders of parameters: that of the core, then that of each domain."""
    return [CORE_FOLDER, *(domain.folder / "parameters" for domain in domains)]


def decisive_names(domains: Sequence[Domain]) -> list[str]:
    """The parameters that weigh most on the decisions of these domains, in order: `decisive.csv` of each.

    A domain without that file has none; ranks of several domains alternate.
    """
    ranked: list[tuple[int, str]] = []
    for domain in domains:
        path = domain.folder / "parameters" / "decisive.csv"
        if path.is_file():
            with path.open(encoding="utf-8", newline="") as stream:
                ranked += [(rank, row["name"]) for rank, row in enumerate(csv.DictReader(stream))]
    return list(dict.fromkeys(name for _rank, name in sorted(ranked, key=itemgetter(0))))


def all_assumptions(
    domains: Sequence[Domain], date: dt.date, realised: pl.DataFrame | None = None
) -> list[AssumptionLine]:
    """Every parameter that has a value on that date: the decisive ones, then what a council should question.

    Args:
        domains: domains whose parameters are told, with those of the core.
        date: date of the values.
        realised: shares of savings that a plan counted (see `realisation_frame`): they replace the parameters.
    """
    learned = {} if realised is None else {f"realisation.{row['domain']}": row for row in realised.to_dicts()}
    rank_of = {name: rank for rank, name in enumerate(decisive_names(domains))}
    lines = []
    for folder in reversed(parameter_folders(domains)):
        for name, parameter in load(folder).items():
            try:
                line = _as_learned(assumption_line(parameter, parameter.at(date)), learned.get(name))
            except ParameterError:
                continue  # not yet, or no longer, in force: nothing rests on it
            lines.append((rank_of.get(name, len(rank_of)), _weight(line), line))
    return [line for _rank, _order, line in sorted(lines, key=itemgetter(0, 1))]


def _as_learned(line: AssumptionLine, share: Mapping[str, Any] | None) -> AssumptionLine:
    """A share of savings as the plan counted it; what was learned, or that nothing was, comes before its source."""
    if share is None:
        return line
    reference: dict[str, str] = {
        language: f"{share[f'told_{language}']} — {say(line.reference, language)}" for language in LANGUAGES
    }
    return replace(line, value=share["median"], low=share["low"], high=share["high"], reference=reference)


def _weight(line: AssumptionLine) -> tuple[bool, bool, float]:
    """To be verified first, then money, the widest interval first: that is what a council should question."""
    low, high = line.low or 0.0, line.high or 0.0
    return line.status != "to_verify", not line.unit.startswith("EUR"), -(high / low if low > 0 else 1.0)


def assumption_line(parameter: Parameter, value: Value) -> AssumptionLine:
    """One parameter as a line of the report; a structured value is written as text."""
    return AssumptionLine(
        label=parameter.description,
        value=float(value.value) if _is_number(value.value) else _written(value.value),
        unit=value.unit,
        since=value.since,
        status=value.status,  # type: ignore[arg-type]  # the reader accepts the declared statuses only
        reference=value.reference,
        low=value.low,
        high=value.high,
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _written(value: object) -> str:
    """A structured value in one line, what is within another in brackets.

    >>> _written({"LED": 0.5, "HPS": [1, 2], "MH": {35: 1.2, 70: 1.1}})
    'LED: 0.5, HPS: 1 2, MH (35: 1.2, 70: 1.1)'
    """
    if isinstance(value, dict):
        return ", ".join(
            f"{key} ({_written(item)})" if isinstance(item, dict) else f"{key}: {_written(item)}"
            for key, item in value.items()
        )
    if isinstance(value, list):
        return " ".join(_written(item) for item in value)
    return str(value)
