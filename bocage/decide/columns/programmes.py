"""Ceilings and group conditions that funding programmes put on the columns of a plan."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bocage.decide.funding.financing import Aid, FinancingPlan
from bocage.decide.portfolio.statement import Limit, Switch

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Given = tuple[int, Aid]


@dataclass(frozen=True, kw_only=True)
class Financed:
    """The columns that programmes look at.

    Attributes:
        action: array (C,), action of each column.
        year: array (C,), index of its start year.
        plans: financing plan of each column.
        cost: array (C,), what is paid excluding VAT [EUR].
        payer: array (n,), payer of each action.
        facts: facts of each action.
    """

    action: Ints
    year: Ints
    plans: Sequence[FinancingPlan]
    cost: Array
    payer: Ints
    facts: Sequence[Mapping[str, Any]]


def programme_constraints(columns: Financed) -> tuple[list[Limit], list[Switch]]:
    """Ceilings and group conditions of each programme, by payer and year, by payer, and by year.

    Args:
        columns: the columns with their aids.
    """
    by_year: dict[tuple[str, int], list[Given]] = defaultdict(list)
    by_payer: dict[tuple[str, int], list[Given]] = defaultdict(list)
    by_file: dict[tuple[str, int, int], list[Given]] = defaultdict(list)
    payers = columns.payer[columns.action].tolist() if len(columns.action) else []
    for column, (plan, who, start) in enumerate(zip(columns.plans, payers, columns.year.tolist(), strict=True)):
        for aid in plan.aids:
            by_year[aid.rule.name, start].append((column, aid))
            by_payer[aid.rule.name, who].append((column, aid))
            by_file[aid.rule.name, who, start].append((column, aid))
    limits, switches = [], []
    for (name, start), given in by_year.items():
        bound = given[0][1].rule.envelope_eur_year
        if bound is not None:
            limits.append(_limit(f"envelope {name} {start}", given, "aid", bound))
    for (name, who), given in by_payer.items():
        caps = [cap for cap in given[-1][1].rule.caps if cap.scope == "total"]
        limits += [_limit(f"total {name} {who}", given, cap.of, cap.eur) for cap in caps]
    for (name, who, start), given in by_file.items():
        limits += _file_limits(f"{name} {who} {start}", given)
        switches += _file_switches(f"{name} {who} {start}", given, columns)
    return limits, switches


def _limit(label: str, given: Sequence[Given], of: str, bound: float) -> Limit:
    weights = {
        "aid": [aid.amount_eur for _, aid in given],
        "spending": [aid.spending_eur for _, aid in given],
        "files": [1.0 for _ in given],
    }[of]
    return Limit(
        label=label, columns=np.array([column for column, _ in given]), weights=np.array(weights), bound=float(bound)
    )


def _file_limits(label: str, given: Sequence[Given]) -> list[Limit]:
    rule = given[0][1].rule
    limits = [
        _limit(f"{cap.scope} {label}", given, cap.of, cap.eur)
        for cap in rule.caps
        if cap.scope == "beneficiary_year" or (cap.scope == "file" and rule.file == "year")
    ]
    if rule.files_per_year is not None and rule.file == "action":
        limits.append(_limit(f"files {label}", given, "files", rule.files_per_year))
    return limits


def _file_switches(label: str, given: Sequence[Given], financed: Financed) -> list[Switch]:
    rule = given[0][1].rule
    columns = np.array([column for column, _ in given])
    cost = financed.cost[columns]
    conditions: list[tuple[str, Array, float]] = []
    if rule.file == "year" and rule.minimum_project_eur > 0:
        conditions.append(("minimum", cost, rule.minimum_project_eur))
    for condition in rule.group:
        facts = (financed.facts[action] for action in financed.action[columns].tolist())
        fact = np.array([float(own.get(condition.fact) or 0.0) for own in facts])
        if condition.total_at_least is not None:
            conditions.append((condition.fact, fact, condition.total_at_least))
        if condition.mean_at_least is not None:
            conditions.append((condition.fact, cost * (fact - condition.mean_at_least), 0.0))
    return [
        Switch(label=f"{what} {label}", users=columns, columns=columns, weights=weights, threshold=float(threshold))
        for what, weights, threshold in conditions
    ]
