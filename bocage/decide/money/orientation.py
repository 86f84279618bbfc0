"""Annex to the budget orientation report (ROB): investment, debt, annuities and self-financing by payer and year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bocage.decide.funding.aid_cash import is_lent, payment_shares, repayment
from bocage.decide.money.books import Books, renewals_paid, vat_returned, works_ttc
from bocage.decide.money.ledger import PayerLedger
from bocage.decide.question.request import Accounts
from bocage.decide.value.accounting import section_of

Array = NDArray[np.float64]
A_CENT = 0.01
ORIENTATION_SCHEMA: Mapping[str, Any] = {
    "payer_siren": pl.String, "budget": pl.String, "year": pl.Int64,
    **dict.fromkeys(
        ("investment_eur", "running_works_eur", "aids_eur", "vat_returned_eur", "loan_eur", "own_funds_used_eur",
         "savings_eur", "interest_eur", "capital_eur", "annuity_eur", "plan_debt_eur", "debt_eur", "gross_savings_eur",
         "net_savings_eur", "debt_years"),
        pl.Float64,
    ),
    "loans_within_works": pl.Boolean,
}  # fmt: skip


def orientation(books: Books, ledgers: Sequence[PayerLedger]) -> pl.DataFrame:
    """What the plan does to the accounts of each payer, year by year, in means.

    `investment_eur` holds works and renewals of the section of investment and contributions given to other
    payers, `running_works_eur` those of the running section; `own_funds_used_eur` is what both take from own
    funds once aids, VAT returned and loans are received; `savings_eur` the running costs saved.
    `loans_within_works` says whether the loans of the year finance investments of the year and no annuity,
    as the budget of a public body must (CGCT L1612-4). `plan_debt_eur` is the capital of loans and advances
    of the plan owed at the end of the year. Where the accounts without the plan are known, `debt_eur` adds
    both debts, `gross_savings_eur` adds the running costs saved and takes off the interest of the plan and
    its running works, less what comes back of them, `net_savings_eur` takes off the capital repaid for the
    plan, and `debt_years` is the debt over the gross savings (capacité de désendettement); elsewhere they
    are null.

    Args:
        books: the plan.
        ledgers: of its payers.
    """
    rows = [row for ledger in ledgers for row in _rows(books, ledger)]
    return pl.DataFrame(rows, schema=dict(ORIENTATION_SCHEMA))


def _rows(books: Books, ledger: PayerLedger) -> list[dict[str, Any]]:
    payer, count = books.columns.payers[ledger.number], ledger.count
    advances = advances_owed(books.of_payer(ledger.number), count)

    def mean(name: str) -> Array:
        return np.asarray(ledger.line(name).mean(axis=1))

    upkeep = running_works(books.of_payer(ledger.number), count)
    works, aids = 0.0 - mean("works_ttc") - mean("renewals") - mean("given"), mean("grant")
    back = mean("fctva") + mean("vat_deducted")
    loan = ledger.debt.drawn(count) + mean("advance")
    interest = ledger.debt.interest(count) + advances.interest
    capital = ledger.debt.capital(count) + advances.capital
    columns = {
        "investment_eur": works - upkeep.paid, "running_works_eur": upkeep.paid, "aids_eur": aids,
        "vat_returned_eur": back, "loan_eur": loan, "own_funds_used_eur": works - aids - back - loan,
        "savings_eur": ledger.savings.mean(axis=1),
        "interest_eur": interest, "capital_eur": capital, "annuity_eur": interest + capital,
        "plan_debt_eur": ledger.debt.outstanding(count) + advances.owed,
    }  # fmt: skip
    accounts = books.request.accounts.get(payer)
    return [
        {
            "payer_siren": payer[0], "budget": payer[1], "year": books.request.first_year + year,
            **{name: float(values[year]) for name, values in columns.items()},
            "loans_within_works": bool(loan[year] <= works[year] - upkeep.paid[year] + A_CENT),
            **_with_accounts(
                accounts,
                year,
                {name: float(values[year]) for name, values in columns.items()},
                upkeep_eur=float(upkeep.paid[year] - upkeep.back[year]),
            ),
        }
        for year in range(count)
    ]  # fmt: skip


def _with_accounts(
    accounts: Accounts | None, year: int, told: Mapping[str, float], *, upkeep_eur: float
) -> dict[str, float | None]:
    """Debt, savings and their ratio, the plan included; null where the accounts are not known."""
    debt = _at(accounts.debt_eur, year) if accounts else None
    savings = _at(accounts.gross_savings_eur, year) if accounts else None
    owed = None if debt is None else debt + told["plan_debt_eur"]
    gross = None if savings is None else savings + told["savings_eur"] - told["interest_eur"] - upkeep_eur
    return {
        "debt_eur": owed,
        "gross_savings_eur": gross,
        "net_savings_eur": None if gross is None else gross - told["capital_eur"],
        "debt_years": owed / gross if owed is not None and gross is not None and gross > 0 else None,
    }


def _at(values: Sequence[float | None], year: int) -> float | None:
    return values[year] if year < len(values) else None


@dataclass(frozen=True, kw_only=True)
class RunningWorks:
    """Works entered in the running section, means by year, each array (count,) [EUR].

    Attributes:
        paid: works and renewals, as the lines of the ledger tell them.
        back: VAT returned and aids of these works.
    """

    paid: Array
    back: Array


def running_works(books: Books, count: int) -> RunningWorks:
    """Works of a selection that are upkeep or settings: no investment, though the plan decides them.

    Args:
        books: selection of one payer.
        count: number of years.
    """
    facts, action = books.columns.facts, books.columns.portfolio.action
    chosen = [one for one in books.chosen if section_of(facts[int(action[one])]) == "running"]
    upkeep = replace(books, chosen=chosen)
    renewed, renewed_vat = renewals_paid(upkeep, count)
    paid = renewed.mean(axis=1)
    np.add.at(paid, upkeep.starts, works_ttc(upkeep).mean(axis=1))
    back = (vat_returned(upkeep, count) + renewed_vat).mean(axis=1)
    for _, start, aid in upkeep.aids():
        if not is_lent(aid.rule):
            back += payment_shares(aid.rule, start, count) * aid.amount_eur
    return RunningWorks(paid=paid, back=back)


class Advances:
    """Money lent by programmes: interest, capital repaid and capital owed by year, arrays (count,) [EUR]."""

    def __init__(self, count: int) -> None:
        self.interest, self.capital, self.owed = np.zeros(count), np.zeros(count), np.zeros(count)


def advances_owed(books: Books, count: int) -> Advances:
    """What the repayable advances of a selection cost and leave to be repaid.

    An advance is deemed drawn whole in the year of the works.

    Args:
        books: selection of one payer.
        count: number of years.
    """
    found = Advances(count)
    for _, start, aid in books.aids():
        terms = repayment(aid.rule)
        if terms is None:
            continue
        found.owed[start] += aid.amount_eur
        for into, part in (
            (found.interest, terms.interest), (found.capital, terms.capital), (found.owed, terms.outstanding)
        ):  # fmt: skip
            kept = part[: max(0, count - start - 1)]
            into[start + 1 : start + 1 + len(kept)] += aid.amount_eur * kept
    return found
