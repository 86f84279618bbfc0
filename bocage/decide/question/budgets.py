"""What each budget can put into works: own funds, loans and staff time by year, from the table of budgets."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from bocage.decide.question.request import Accounts, Borrowing, Payer
from bocage.parameters.reader import Parameters
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.responsibility import main_budget


@dataclass(frozen=True, kw_only=True)
class Means:
    """What the payers of a plan can spend.

    Attributes:
        budgets: own funds by payer and year, all taxes included [EUR].
        borrowing: what each payer may borrow; payers that may not are absent.
        staff_days: days that staff can give, by payer and year [day]; payers without limit are absent.
        accounts: debt and savings without the plan; payers whose accounts are not known are absent.
    """

    budgets: Mapping[Payer, Sequence[float]]
    borrowing: Mapping[Payer, Borrowing] = field(default_factory=dict)
    staff_days: Mapping[Payer, Sequence[float]] = field(default_factory=dict)
    accounts: Mapping[Payer, Accounts] = field(default_factory=dict)


def read_budgets(
    frame: pl.DataFrame,
    *,
    siren: str,
    kind: str,
    first_year: int,
    years: int,
    parameters: Parameters,
    own_funds_eur_year: float | None = None,
) -> Means:
    """Read the table of budgets, one row per payer and year.

    A row without owner or budget is that of the body that decides, its main budget. Money of a budget
    pays for nothing of another: a payer that the table does not name has no budget at all, and its
    actions are told to be without one. A year that is missing has the usual amount for the body that
    decides, and nothing for others. A year without a limit of staff time has none.

    Args:
        frame: shared asset type `budget_year`; rows of other years are left out.
        siren: SIREN of the body that decides.
        kind: kind of that body (`commune`, `epci`, `syndicate`…).
        first_year: first year of the plan.
        years: number of years of the plan.
        parameters: dated parameters, for the usual rate and duration of loans.
        own_funds_eur_year: usual own funds of the body that decides, None where not said [EUR/year].

    Raises:
        BocageError: BOC-DEC-020 the same payer and year are told twice.
    """
    usual = (siren, main_budget(kind))
    rows = _rows(frame, usual, first_year, years)
    payers = list(dict.fromkeys([*([usual] if own_funds_eur_year is not None else []), *rows]))
    budgets: dict[Payer, Sequence[float]] = {}
    for payer in payers:
        missing = (own_funds_eur_year or 0.0) if payer == usual else 0.0
        told = rows.get(payer, {})
        budgets[payer] = [
            _number(told.get(year, {}).get("own_funds_eur"), 0.0 if year in told else missing) for year in range(years)
        ]
    return Means(
        budgets=budgets,
        borrowing={payer: may for payer, told in rows.items() if (may := _borrowing(told, years, parameters))},
        staff_days=_staff(rows, years),
        accounts={payer: accounts for payer, told in rows.items() if (accounts := _accounts(told, years))},
    )


Told = Mapping[int, Mapping[str, Any]]
"""Rows of one payer by index of the year."""


def _rows(frame: pl.DataFrame, usual: Payer, first_year: int, years: int) -> dict[Payer, dict[int, Mapping[str, Any]]]:
    found: dict[Payer, dict[int, Mapping[str, Any]]] = {}
    for row in frame.sort("year").iter_rows(named=True):
        index = int(row["year"]) - first_year
        if not 0 <= index < years:
            continue
        owner = row["owner_siren"] or usual[0]
        payer = owner, row["budget"] or (usual[1] if owner == usual[0] else "M57_main")
        told = found.setdefault(payer, {})
        if index in told:
            twice = f"{payer[0]} {payer[1]}"
            raise BocageError("BOC-DEC-020", where={"table": "budget_year", "payer": twice}, year=str(row["year"]))
        told[index] = row
    return found


def _number(value: object, missing: float) -> float:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else missing


def _borrowing(told: Told, years: int, parameters: Parameters) -> Borrowing | None:
    limit = [_number(told.get(year, {}).get("loan_limit_eur"), 0.0) for year in range(years)]
    if not any(limit):
        return None
    rate, duration = parameters.number("payers.loan_rate"), parameters.number("payers.loan_years")
    return Borrowing(
        limit_eur=limit,
        rate=[_number(told.get(year, {}).get("loan_rate"), rate) for year in range(years)],
        years=[int(_number(told.get(year, {}).get("loan_years"), duration)) for year in range(years)],
    )


def _staff(rows: Mapping[Payer, Told], years: int) -> dict[Payer, Sequence[float]]:
    found: dict[Payer, Sequence[float]] = {}
    for payer, told in rows.items():
        days = [_number(told.get(year, {}).get("staff_days"), math.inf) for year in range(years)]
        if any(math.isfinite(day) for day in days):
            found[payer] = days
    return found


def _accounts(told: Told, years: int) -> Accounts | None:
    def column(name: str) -> list[float | None]:
        values = [told.get(year, {}).get(name) for year in range(years)]
        return [float(value) if isinstance(value, int | float) else None for value in values]

    debt, savings = column("debt_eur"), column("gross_savings_eur")
    if all(value is None for value in (*debt, *savings)):
        return None
    return Accounts(debt_eur=debt, gross_savings_eur=savings)
