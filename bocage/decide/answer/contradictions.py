"""What no plan can meet, said before any search where it can be seen."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bocage.decide.columns.building import Columns
from bocage.decide.portfolio.statement import TOLERANCE, Portfolio
from bocage.decide.question.choices import Obligation
from bocage.decide.question.request import PlanRequest
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.responsibility import NO_END_YEAR

Words = Mapping[str, str]


def check_obligations(request: PlanRequest, columns: Columns) -> None:
    """Refuse an obligation of the council that no plan can meet, and say which thing prevents it.

    An obligation of law that cannot be met is no error: the reasons of its actions say what prevents it.

    Args:
        request: what the plan is asked for.
        columns: its columns.

    Raises:
        BocageError: excluded too (BOC-DEC-010), held by a contract (011), without budget (012), another
            owner's (013), outside its window (014), dearer than the whole budget (016).
    """
    for obligation in columns.wishes.obligations:
        if obligation.origin == "council":
            _check(request, columns, obligation)


def _check(request: PlanRequest, columns: Columns, obligation: Obligation) -> None:
    able = [row for row in obligation.actions if any(start <= obligation.latest for start in columns.starts[row])]
    if not able:
        raise _prevented(request, columns, obligation)
    payable = _payable(request, columns, obligation, able)
    if payable is not None:
        raise payable


def _prevented(request: PlanRequest, columns: Columns, obligation: Obligation) -> BocageError:
    """Why none of the actions of an obligation can start in time; the first one speaks for all."""
    excluded = columns.wishes.excluded
    rows = [row for row in obligation.actions if row not in excluded]
    number = rows[0] if rows else obligation.actions[0]
    row = request.actions.row(number, named=True)
    duty: dict[str, Any] = {
        "duty": obligation.reason or _label(row),
        "action": _label(row),
        "year": str(request.first_year + obligation.latest),
    }
    if not rows:
        return BocageError("BOC-DEC-010", **duty, reason=excluded[number] or _UNSAID)
    if row["standing"] == "request":
        return BocageError("BOC-DEC-013", **duty, owner=row["owner_siren"])
    if (row["owner_siren"], row["budget"]) not in columns.payers:
        return BocageError("BOC-DEC-012", **duty, owner=row["owner_siren"], budget=row["budget"])
    if row["standing"] == "waits" and row["first_year"] > request.first_year + obligation.latest:
        known = row["first_year"] < NO_END_YEAR
        first = dict.fromkeys(("fr", "en"), str(row["first_year"])) if known else _NO_END
        return BocageError("BOC-DEC-011", **duty, contract=row["contract_id"] or _IN_FORCE, first=first)
    return BocageError("BOC-DEC-014", **duty)


_UNSAID: Words = {"fr": "sans motif", "en": "no reason given"}
_NO_END: Words = {"fr": "une date qui n'est pas connue", "en": "a date that is not known"}
_IN_FORCE: Words = {"fr": "en cours", "en": "in force"}


def _payable(request: PlanRequest, columns: Columns, obligation: Obligation, able: Sequence[int]) -> BocageError | None:
    """The refusal of an obligation that asks more than its payer has, were nothing else done."""
    portfolio = columns.portfolio
    if request.recycled_share > 0:
        return None  # the savings of other works may pay for it: only the search can tell
    ways = np.flatnonzero(np.isin(portfolio.action, able) & (portfolio.year <= obligation.latest))
    payers = portfolio.payer[portfolio.action[ways]]
    lacking = -TOLERANCE * max(1.0, float(np.abs(portfolio.budgets).max(initial=0.0)))
    for way, payer in zip(ways.tolist(), payers.tolist(), strict=True):
        if portfolio.balances([way])[payer].min() >= lacking:
            return None
    yearly, least = min((_yearly(portfolio, way), way) for way in ways.tolist())
    row = request.actions.row(int(portfolio.action[least]), named=True)
    payer, year = int(portfolio.payer[portfolio.action[least]]), int(portfolio.year[least])
    available = portfolio.budgets[payer]
    if portfolio.loans is not None:
        available = available + portfolio.loans.limit[payer]
    return BocageError(
        "BOC-DEC-016",
        duty=obligation.reason or _label(row),
        action=_label(row),
        year=str(request.first_year + year),
        needed=float(portfolio.cash[least, year]),
        available=float(available[: year + 1].sum() if portfolio.carried else available[year]),
        owner=row["owner_siren"],
        budget=row["budget"],
        yearly=str(int(np.ceil(yearly / 100.0)) * 100),
    )


def _yearly(portfolio: Portfolio, way: int) -> float:
    """Own funds a year that would pay for a column, were nothing else done and nothing borrowed [EUR/year]."""
    asked = portfolio.cash[way]
    if not portfolio.carried:
        return float(asked.max())
    return float((np.cumsum(asked) / np.arange(1, len(asked) + 1)).max())


def _label(row: Mapping[str, Any]) -> Words:
    return {"fr": row["label_fr"], "en": row["label_en"]}
