"""Options set side by side, and the plan as a sum set beside the plan computed as a whole."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from bocage.decide.money.ledger import Books, society_of
from bocage.decide.portfolio.greedy import greedy, polish
from bocage.decide.portfolio.statement import Loans, Portfolio
from bocage.decide.wording import label_of
from bocage.vocabulary.draws import DrawTable, interval_of


def compare_options(books: Books, baseline: Sequence[int]) -> pl.DataFrame:
    """Doing nothing, only what pays for itself within the plan, the greedy baseline, the plan, and doing without.

    The last option does without the kind of actions that saves the most money in the plan: it is the
    one that a council most wants to see argued. What pays for itself is left out where it is
    nearly the greedy plan.

    Args:
        books: the chosen plan.
        baseline: columns of the greedy baseline.

    Returns:
        Frame `option`, `label_fr`, `label_en`, `actions`, `cost_eur` (excluding VAT), `grants_eur`,
        `fctva_eur`, `own_eur`, `own_low_eur`, `own_high_eur` (all aids and FCTVA deducted, VAT
        included), `saving_eur_year` (excluding VAT), `energy_kwh_year`, `carbon_kg_year`,
        `npv_eur`, `npv_low_eur`, `npv_high_eur`, `cash_npv_eur`; gains are yearly, once the option is complete.
    """
    options: dict[str, list[int]] = {"nothing": [], "low_cost": low_cost(books), "greedy": list(baseline)}
    rows = [measured_option(name, label_of(name), replace(books, chosen=columns)) for name, columns in options.items()]
    rows = [row for row in rows if row["option"] != "low_cost" or not _alike(row, rows[-1])]
    kind = main_kind(books)
    if kind is not None:
        rows.append(measured_option("without", _without(books, kind), replace(books, chosen=without_kind(books, kind))))
    rows.append(measured_option("chosen", label_of("chosen"), books))
    return pl.DataFrame(rows)


def _alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two options differ by less than one percent in cost and in value."""
    return all(abs(one[name] - other[name]) <= 0.01 * abs(other[name]) for name in ("cost_eur", "npv_eur"))


def main_kind(books: Books) -> str | None:
    """The kind of actions that saves the most money in the plan; None where the plan has but one kind."""
    kinds = books.request.actions["kind"].to_list()
    savings: dict[str, float] = {}
    for action in books.actions.tolist():
        saved = float(books.worth.mean_gains["cash"][action])
        savings[kinds[action]] = savings.get(kinds[action], 0.0) + saved
    return max(savings, key=lambda kind: savings[kind]) if len(savings) > 1 else None


def without_kind(books: Books, kind: str) -> list[int]:
    """Greedy plan among the actions of other kinds."""
    portfolio = books.columns.portfolio
    other = (books.request.actions["kind"] != kind).to_numpy()
    kept = np.flatnonzero(other[portfolio.action])
    restricted = _restricted(portfolio, kept)
    return kept[polish(restricted, greedy(restricted))].tolist() if len(kept) else []


def _without(books: Books, kind: str) -> tuple[str, str]:
    """Label of the option that does without a kind of actions, in French and English."""
    words = books.request.kinds.get(kind, {"fr": kind, "en": kind})
    return f"Sans «\u202f{words['fr']}\u202f»", f"Without “{words['en']}”"


def low_cost(books: Books) -> list[int]:
    """Greedy plan among the actions whose savings repay what they leave to the payer within the plan's years."""
    portfolio, worth = books.columns.portfolio, books.worth
    repaid = worth.mean_gains["cash"] * (1 + books.taxes.running) * portfolio.years
    kept = np.flatnonzero(portfolio.own <= repaid[portfolio.action])
    restricted = _restricted(portfolio, kept)
    return kept[polish(restricted, greedy(restricted))].tolist() if len(kept) else []


def _restricted(portfolio: Portfolio, kept: np.ndarray[Any, np.dtype[np.int64]]) -> Portfolio:
    """The portfolio with some of its columns only; group conditions and what is asked of the plan are dropped."""
    place = np.full(len(portfolio.action), -1)
    place[kept] = np.arange(len(kept))
    scarce = {int(column) for switch in portfolio.switches for column in switch.users}
    kept_value = portfolio.value[kept].copy()
    # A column that rests on a group condition cannot be judged alone: the low-cost option does without it.
    kept_value[[int(place[column]) for column in scarce if place[column] >= 0]] = -np.inf
    limits = []
    for limit in portfolio.limits:
        inside = place[limit.columns] >= 0
        limits.append(replace(limit, columns=place[limit.columns][inside], weights=limit.weights[inside]))
    return replace(
        portfolio,
        action=portfolio.action[kept],
        year=portfolio.year[kept],
        value=kept_value,
        cash=portfolio.cash[kept],
        own=portfolio.own[kept],
        limits=limits,
        switches=(),
        floors=(),
        musts=(),
        goals=(),
        loans=_loans_of(portfolio, kept),
        risk=None if portfolio.risk is None else replace(portfolio.risk, value=portfolio.risk.value[kept]),
    )


def _loans_of(portfolio: Portfolio, kept: np.ndarray[Any, np.dtype[np.int64]]) -> Loans | None:
    loans = portfolio.loans
    return loans if loans is None or loans.works is None else replace(loans, works=loans.works[kept])


def measured_option(name: str, label: tuple[str, str], books: Books) -> dict[str, Any]:
    """Figures of one option, as a row of `compare_options`.

    Args:
        name: name of the option.
        label: in French and in English.
        books: the selection.
    """
    worth, actions = books.worth, books.actions
    society = society_of(books)
    _, low, high = interval_of(society.npv)
    _, own_low, own_high = interval_of(society.own)
    pairs = [pair for pair, _ in books.pairs_done()]
    gains = {
        role: float(worth.mean_gains[role][actions].sum() + sum(worth.pair_gain(pair, role).mean() for pair in pairs))
        for role in ("cash", "energy", "carbon")
    }
    cost = worth.mean_cost[actions] * books.cost_factors
    back = cost * (1 + worth.vat[actions]) * books.taxes.returned[actions]
    label_fr, label_en = label
    return {
        "option": name,
        "label_fr": label_fr,
        "label_en": label_en,
        "actions": len(books.chosen),
        "cost_eur": float(cost.sum() + sum(pair.cost_eur for pair in pairs)),
        "grants_eur": float(sum(books.columns.plans[column].total_eur for column in books.chosen)),
        "fctva_eur": float(back.sum()),
        "own_eur": society.own_eur,
        "own_low_eur": float(own_low),
        "own_high_eur": float(own_high),
        "saving_eur_year": gains["cash"],
        "energy_kwh_year": gains["energy"],
        "carbon_kg_year": gains["carbon"],
        "npv_eur": float(society.npv.mean()),
        "npv_low_eur": float(low),
        "npv_high_eur": float(high),
        "cash_npv_eur": float(society.cash_npv.mean()),
    }


def additive_effect(books: Books) -> pl.DataFrame:
    """Yearly effect of the plan as a sum of its actions, before realisation.

    The bare sum of what the domain said of each action alone, and `paired`: the same corrected by
    what it said of pairs, which is what the plan was chosen on. Both are to be compared with what
    the domain says of all together (`compare_joint`).

    Returns:
        Frame `indicator`, `unit`, `year`, `value`, `paired`; effect of the works done up to the end
        of the year.
    """
    request = books.request
    ids = request.actions["action_id"].to_list()
    chosen = {ids[action]: int(start) for action, start in zip(books.actions, books.starts, strict=True)}
    means = request.appraisal.draws.mean(axis=1)
    units: dict[str, str] = {}
    totals: dict[tuple[str, int], float] = {}
    corrections: dict[tuple[str, int], float] = {}
    for mean, action, indicator, unit in zip(
        means.tolist(), *(request.appraisal.keys[name] for name in ("action_id", "indicator", "unit")), strict=True
    ):
        if indicator in request.roles:
            units[indicator] = unit
            if action in chosen:
                _accumulate(totals, indicator, chosen[action], request.years, mean)
    for row in request.interactions.iter_rows(named=True):
        if row["action_a"] in chosen and row["action_b"] in chosen and row["indicator"] in units:
            later = max(chosen[row["action_a"]], chosen[row["action_b"]])
            _accumulate(corrections, row["indicator"], later, request.years, row["value"])
    rows = [
        {
            "indicator": name,
            "unit": unit,
            "year": request.first_year + year,
            "value": totals.get((name, year), 0.0),
            "paired": totals.get((name, year), 0.0) + corrections.get((name, year), 0.0),
        }
        for name, unit in units.items()
        for year in range(request.years)
    ]
    kinds = {"indicator": pl.String, "unit": pl.String, "year": pl.Int64, "value": pl.Float64, "paired": pl.Float64}
    return pl.DataFrame(rows, schema=kinds)


def _accumulate(totals: dict[tuple[str, int], float], indicator: str, start: int, years: int, value: float) -> None:
    for year in range(start, years):
        totals[indicator, year] = totals.get((indicator, year), 0.0) + value


def compare_joint(additive: pl.DataFrame, joint_by_year: Mapping[int, DrawTable]) -> pl.DataFrame:
    """The plan as a sum beside the plan computed as a whole by the domain.

    Args:
        additive: frame `additive` of a plan.
        joint_by_year: for each year, draws of the state with all the works done by then minus the
            state of doing nothing; keys `indicator`, `unit`.

    Returns:
        Frame `indicator`, `unit`, `year`, `additive`, `paired`, `joint`, `joint_low`, `joint_high`,
        `difference` (joint minus additive) and `share` of the joint effect, null where it is zero.
    """
    joint = [
        table.summary()
        .select("indicator", joint="value", joint_low="low", joint_high="high")
        .with_columns(pl.lit(year, dtype=pl.Int64).alias("year"))
        for year, table in joint_by_year.items()
    ]
    schema = {"indicator": pl.String, "joint": pl.Float64, "joint_low": pl.Float64, "joint_high": pl.Float64}
    frame = pl.concat(joint) if joint else pl.DataFrame(schema={**schema, "year": pl.Int64})
    return (
        additive.rename({"value": "additive"})
        .join(frame, on=["indicator", "year"], how="inner", maintain_order="left")
        .with_columns((pl.col("joint") - pl.col("additive")).alias("difference"))
        .with_columns(
            pl.when(pl.col("joint").abs() > 0).then(pl.col("difference") / pl.col("joint").abs()).alias("share")
        )
        .select(
            "indicator", "unit", "year", "additive", "paired", "joint", "joint_low", "joint_high", "difference", "share"
        )
    )
