"""Synthetic portfolios as columns: the bare family, and the same with what real plans are asked besides.

Written and committed before the solver was tuned on them.
"""

from collections import defaultdict
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.portfolio_instances import (
    DISCOUNT_RATE,
    FCTVA_RATE,
    INCOMPATIBLE,
    LIGHTING,
    MEAN_DEPTH,
    MEAN_DEPTH_PROGRAMME,
    PROGRAMMES,
    PUBLIC_CAP,
    RECYCLED_SHARE,
    YEARS,
    Instance,
)
from bocage.decide.portfolio.statement import Goal, Limit, Loans, Must, Pair, Portfolio, Risk, Switch

WATER, FLOODS = 1, 2
LOAN_RATE, LOAN_YEARS = 0.035, 15
FUTURES = 20
CARBON_T_KEUR = (0.3, 0.1, 0.0, 2.0)
"""Carbon avoided by thousand euros saved [t], by kind of works: orders of magnitude, buildings burn gas."""


def portfolio_of(instance: Instance) -> Portfolio:
    """Enumerate the financing plans (two aids at most) and start years of a synthetic instance [kEUR]."""
    count = len(instance.cost)
    action: list[int] = []
    year: list[int] = []
    value, cash, own_share = [], [], []
    awards: dict[tuple[str, int], list[tuple[int, float]]] = defaultdict(list)
    for number in range(count):
        for start in range(YEARS):
            for aids in _plans(instance, number):
                column = len(action)
                own = float(instance.cost[number] - instance.certificates[number] - sum(aids.values()))
                asked = np.zeros(YEARS)
                asked[start] = own
                asked[start + 1 :] -= RECYCLED_SHARE * instance.saving[number]
                asked[start + 2 : start + 3] -= FCTVA_RATE * instance.cost[number]
                action.append(number)
                year.append(start)
                value.append((instance.benefit[number] - own) * (1 + DISCOUNT_RATE) ** -start)
                cash.append(asked)
                own_share.append(own)
                for name, amount in aids.items():
                    awards[name, start].append((column, amount))
    limits, switches = _programme_rows(instance, awards, np.array(action), np.array(year))
    return Portfolio(
        years=YEARS,
        action=np.array(action),
        year=np.array(year),
        value=np.array(value),
        cash=np.array(cash),
        own=np.maximum(np.array(own_share), 1e-3),
        payer=np.zeros(count, dtype=np.int64),
        budgets=instance.budget[None, :],
        groups=[np.flatnonzero(instance.group == group) for group in np.unique(instance.group)],
        limits=limits,
        switches=switches,
    )


def _plans(instance: Instance, number: int) -> list[dict[str, float]]:
    cost, certificates = float(instance.cost[number]), float(instance.certificates[number])
    eligible = [name for name, rates in instance.rates.items() if rates[number] > 0]
    plans: list[dict[str, float]] = [{}]
    for size in (1, 2):
        for chosen in combinations(eligible, size):
            if frozenset(chosen) in INCOMPATIBLE:
                continue
            rates = {name: float(instance.rates[name][number]) for name in chosen}
            factor = min(1.0, (PUBLIC_CAP - certificates / cost) / sum(rates.values()))
            plans.append({name: rate * factor * cost for name, rate in rates.items()})
    return plans


def _programme_rows(
    instance: Instance,
    awards: dict[tuple[str, int], list[tuple[int, float]]],
    action: np.ndarray[Any, np.dtype[np.int64]],
    year: np.ndarray[Any, np.dtype[np.int64]],
) -> tuple[list[Limit], list[Switch]]:
    limits, switches = [], []
    programmes = {programme.name: programme for programme in PROGRAMMES}
    lighting = instance.works[action] == LIGHTING
    for (name, start), given in awards.items():
        columns = np.array([column for column, _ in given])
        files = max(1, int(programmes[name].files_per_300 * len(instance.cost) / 300))
        limits.append(Limit(label=f"files {name} {start}", columns=columns, weights=np.ones(len(columns)), bound=files))
        limits.append(
            Limit(
                label=f"envelope {name} {start}",
                columns=columns,
                weights=np.array([amount for _, amount in given]),
                bound=float(programmes[name].envelope * instance.budget[start]),
            )
        )
        if name == MEAN_DEPTH_PROGRAMME:
            counted = np.flatnonzero(lighting & (year == start))
            weights = (instance.depth[action[counted]] - MEAN_DEPTH) * instance.cost[action[counted]]
            switches.append(
                Switch(label=f"depth {start}", users=columns, columns=counted, weights=weights, threshold=0.0)
            )
    return limits, switches


def asked_of(instance: Instance, seed: int) -> Portfolio:
    """The same portfolio with three payers, loans, interactions, prerequisites, obligations and a goal.

    Lighting and buildings are the commune's, water is the water service's, floods the GEMAPI's, each with its
    budget of 2 % a year of the cost of its actions and loans of a quarter of it at most; three groups in ten
    lose part of what they bring beside another; an action in thirty waits for another; a group in a hundred
    is an obligation; at least a twentieth of the works against floods are to be done.

    Args:
        instance: the actions.
        seed: seed of what is asked.
    """
    rng = np.random.default_rng([seed, 1])
    portfolio = portfolio_of(instance)
    count = len(instance.cost)
    payer = np.select([instance.works == WATER, instance.works == FLOODS], [1, 2], 0)
    budgets = np.array([[0.02 * instance.cost[payer == number].sum()] * YEARS for number in range(3)])
    annuity = LOAN_RATE / (1 - (1 + LOAN_RATE) ** -LOAN_YEARS)
    repaid = annuity * (1 - (1 + DISCOUNT_RATE) ** -LOAN_YEARS) / DISCOUNT_RATE
    discount = (1 + DISCOUNT_RATE) ** -np.arange(YEARS, dtype=float)
    alone = rng.choice(count, size=(count // 30, 2), replace=False)
    floods = instance.works[portfolio.action] == FLOODS
    return replace(
        portfolio,
        payer=payer,
        budgets=budgets,
        pairs=_interactions(instance, rng, discount),
        requires=[(int(b), int(a)) for b, a in alone if instance.group[a] != instance.group[b]],
        musts=_obligations(instance, rng),
        goals=[
            Goal(
                label="works against floods",
                weights=np.where(floods, instance.cost[portfolio.action], 0.0),
                pair_worth=(),
                minimum=float(0.05 * instance.cost[instance.works == FLOODS].sum()),
            )
        ],
        loans=Loans(
            limit=0.25 * budgets,
            annuity=np.full(budgets.shape, annuity),
            years=np.full(budgets.shape, LOAN_YEARS),
            cost=np.tile((repaid - 1) * discount, (3, 1)),
            outstanding=budgets[:, 0],
        ),
    )


def _interactions(instance: Instance, rng: np.random.Generator, discount: NDArray[np.float64]) -> list[Pair]:
    """Losses of what two works save twice, from the year in which both are done."""
    done = np.tril(np.ones((YEARS, YEARS), dtype=bool))
    members = [np.flatnonzero(instance.group == group) for group in np.unique(instance.group)]
    pairs = []
    for number, group in enumerate(members):
        if rng.random() < 0.3 and len(members) > 1:
            other = members[(number + int(rng.integers(1, len(members)))) % len(members)]
            share = rng.uniform(0.05, 0.3)
            for a in group.tolist():
                for b in other.tolist():
                    lost = -share * min(instance.benefit[a], instance.benefit[b]) * discount
                    worth = lost - np.append(lost[1:], 0.0)
                    pairs.append(Pair(a=a, b=b, with_a=done, with_b=done, worth=worth))
    return pairs


def _obligations(instance: Instance, rng: np.random.Generator) -> list[Must]:
    groups = np.unique(instance.group)
    chosen = rng.choice(groups, size=max(1, len(groups) // 100), replace=False)
    return [
        Must(
            label=f"obligation {group}",
            actions=np.flatnonzero(instance.group == group),
            latest=int(rng.integers(2, YEARS)),
        )
        for group in np.sort(chosen).tolist()
    ]


def carbon_of(portfolio: Portfolio, instance: Instance) -> NDArray[np.float64]:
    """Carbon avoided a year by column [t]: what each kind of works spares emits more or less by euro.

    Args:
        portfolio: the columns.
        instance: the actions.
    """
    return (np.array(CARBON_T_KEUR)[instance.works] * instance.saving)[portfolio.action]


def risk_of(portfolio: Portfolio, instance: Instance, seed: int) -> Risk:
    """Twenty futures: what each kind of works and each action brings varies, what it costs does not.

    Args:
        portfolio: the columns.
        instance: the actions.
        seed: seed of the futures.
    """
    rng = np.random.default_rng([seed, 2])
    by_works, by_action = (
        rng.lognormal(-0.045, 0.3, (4, FUTURES)),
        rng.lognormal(-0.02, 0.2, (len(instance.cost), FUTURES)),
    )
    factor = by_works[instance.works] * by_action
    brought = instance.benefit[:, None] * (factor - factor.mean(axis=1, keepdims=True))
    discount = (1 + DISCOUNT_RATE) ** -portfolio.year.astype(float)
    return Risk(
        weight=0.5,
        tail=0.1,
        probability=np.full(FUTURES, 1 / FUTURES),
        value=portfolio.value[:, None] + brought[portfolio.action] * discount[:, None],
        pair_worth=[np.tile(pair.worth[:, None], (1, FUTURES)) for pair in portfolio.pairs],
    )
