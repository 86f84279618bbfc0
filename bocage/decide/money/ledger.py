"""The ledger of each payer, year by year: what its budget pays, is given, borrows, repays and saves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bocage.decide.funding.aid_cash import is_lent, payment_shares, repayment
from bocage.decide.money.books import Books, aid_draws, cash_savings, renewals_paid, vat_returned, works_ttc
from bocage.decide.money.debt import Debt, plan_debts
from bocage.decide.money.society import Society, society_frame, society_of
from bocage.decide.wording import label_of
from bocage.vocabulary.draws import interval_of

__all__ = ["Books", "Society", "payers_ledgers", "society_frame", "society_of"]

Array = NDArray[np.float64]
MEMO = ("savings", "debt")
"""Lines that say something beside the cash of the plan, and are not added up."""
REPAYMENTS = ("loan_interest", "loan_capital", "advance_repaid")
LEDGER_SCHEMA: Mapping[str, Any] = {
    "payer_siren": pl.String, "budget": pl.String, "year": pl.Int64, "line": pl.String, "label_fr": pl.String,
    "label_en": pl.String, "amount_eur": pl.Float64, "low_eur": pl.Float64, "high_eur": pl.Float64,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a ledger, as draws (count, K) [EUR]; inflows positive."""

    name: str
    draws: Array
    label: Mapping[str, str] | None = None


@dataclass(frozen=True, kw_only=True)
class PayerLedger:
    """Cash of one payer of a plan.

    Attributes:
        number: its rank among the payers.
        lines: own funds, works, VAT returned, savings spent again, aids, loans, aids given to others.
        savings: draws (count, K), what running costs save [EUR].
        debt: its loans.
        carried: True where what is left stays available the next year.
    """

    number: int
    lines: Sequence[Line]
    savings: Array
    debt: Debt
    carried: bool = True

    @property
    def count(self) -> int:
        """Number of years."""
        return len(self.savings)

    @property
    def flow(self) -> Array:
        """Draws (count, K) of what is left of each year alone [EUR]."""
        return sum((line.draws for line in self.lines), np.zeros_like(self.savings))

    @property
    def balance(self) -> Array:
        """Draws (count, K) of what is left at the end of each year [EUR]."""
        return np.cumsum(self.flow, axis=0) if self.carried else self.flow

    def line(self, name: str) -> Array:
        """Draws of the lines of a name (or of its family, `grant` for all the grants), zero where there is none."""
        found = [line.draws for line in self.lines if line.name == name or line.name.startswith(f"{name}:")]
        return sum(found, np.zeros_like(self.savings))


def payers_ledgers(books: Books) -> pl.DataFrame:
    """Frame `payer_siren`, `budget`, `year`, `line`, labels, `amount_eur`, `low_eur`, `high_eur`.

    Years go on after the plan until the last aid and return of VAT are paid; annuities that fall after
    the plan's own years are paid by the budgets of those years (`later_funds`). Interactions count in
    the savings of the payer of the first action of the pair.
    """
    rows = [row for ledger in ledgers_of(books) for row in _ledger_rows(books, ledger)]
    return pl.DataFrame(rows, schema=dict(LEDGER_SCHEMA))


def ledgers_of(books: Books) -> list[PayerLedger]:
    """The ledger of each payer, in the order of the budgets."""
    debts, count = plan_debts(books).by_payer, books.settled_years()
    return [payer_ledger(books, number, debts[number], count) for number in range(len(books.columns.payers))]


def payer_ledger(books: Books, number: int, debt: Debt, count: int) -> PayerLedger:
    """Cash of one payer.

    Args:
        books: the plan.
        number: rank of the payer.
        debt: its loans.
        count: number of years to tell.
    """
    request, mine = books.request, books.of_payer(number)
    draws = books.worth.cost.shape[1]
    savings = cash_savings(mine, count)
    recycled = request.recycled_share * np.maximum(savings, 0.0)
    # After the plan its own money stops: what its savings bring then is free.
    recycled[request.years :] = 0.0
    funds = np.zeros((count, 1))
    funds[: request.years, 0] = books.columns.portfolio.budgets[number]
    lines = [
        Line(name="own_funds", draws=funds + np.zeros((count, draws))),
        Line(name="works_ttc", draws=-_works(mine, count)),
        *_returned(mine, count),
        Line(name="recycled", draws=recycled),
        *_aid_lines(mine, count),
        *_gift_lines(books, number, count),
        *_debt_lines(debt, count, draws),
    ]
    lines += _later_funds(lines, request.years)
    renewed, _ = renewals_paid(mine, count)
    if renewed.any():
        lines.append(Line(name="renewals", draws=-renewed))
    return PayerLedger(number=number, lines=lines, savings=savings, debt=debt, carried=request.carried)


def _works(books: Books, count: int) -> Array:
    works = np.zeros((count, books.worth.cost.shape[1]))
    for start, ttc in zip(books.starts.tolist(), works_ttc(books), strict=True):
        works[start] += ttc
    return works


def _returned(books: Books, count: int) -> list[Line]:
    """VAT that comes back, told apart by channel: a payer may have both."""
    channels = {books.taxes.channel[action] for action in books.actions.tolist()} - {"none"}
    if len(channels) < 2:
        name = "vat_deducted" if channels == {"deduction"} else "fctva"
        return [Line(name=name, draws=_vat(books, count))]
    portfolio = books.columns.portfolio
    found = []
    for channel, name in (("fctva", "fctva"), ("deduction", "vat_deducted")):
        kept = [one for one in books.chosen if books.taxes.channel[int(portfolio.action[one])] == channel]
        part = Books(request=books.request, worth=books.worth, columns=books.columns, chosen=kept)
        found.append(Line(name=name, draws=_vat(part, count)))
    return found


def _vat(books: Books, count: int) -> Array:
    """VAT that comes back of the works and of their renewals within the plan."""
    _, renewed = renewals_paid(books, count)
    return np.asarray(vat_returned(books, count) + renewed)


def _aid_lines(books: Books, count: int) -> list[Line]:
    """By programme, what is paid each year; for money that is lent, what is given back too."""
    paid: dict[str, Array] = {}
    labels: dict[str, Mapping[str, str]] = {}
    for _, start, aid in books.aids():
        drawn, lent = aid_draws(books, aid), is_lent(aid.rule)
        parts = {f"{'advance' if lent else 'grant'}:{aid.rule.name}": payment_shares(aid.rule, start, count)}
        terms = repayment(aid.rule)
        if terms is not None:
            back = np.zeros(count)
            annuity = terms.annuity[: max(0, count - start - 1)]
            back[start + 1 : start + 1 + len(annuity)] = -annuity
            parts[f"advance_repaid:{aid.rule.name}"] = back
        for name, shares in parts.items():
            labels[name] = aid.rule.label
            paid[name] = paid.get(name, np.zeros((count, len(drawn)))) + shares[:, None] * drawn
    return [Line(name=name, draws=draws, label=labels[name]) for name, draws in paid.items()]


def _gift_lines(books: Books, number: int, count: int) -> list[Line]:
    """By programme, what a payer gives out of its own funds to the actions of others."""
    if not books.request.paid_by:
        return []
    given: dict[str, Array] = {}
    labels: dict[str, Mapping[str, str]] = {}
    for action, start, aid in books.aids():
        if books.giver_of(action, aid) == number:
            paid = payment_shares(aid.rule, start, count)[:, None] * aid_draws(books, aid)
            given[aid.rule.name] = given.get(aid.rule.name, np.zeros_like(paid)) - paid
            labels[aid.rule.name] = aid.rule.label
    return [Line(name=f"given:{name}", draws=draws, label=labels[name]) for name, draws in given.items()]


def _debt_lines(debt: Debt, count: int, draws: int) -> list[Line]:
    if not debt.loans:
        return []
    amounts = {
        "loan": debt.drawn(count), "loan_interest": -debt.interest(count), "loan_capital": -debt.capital(count)
    }  # fmt: skip
    return [Line(name=name, draws=np.repeat(part[:, None], draws, axis=1)) for name, part in amounts.items()]


def _later_funds(lines: Sequence[Line], years: int) -> list[Line]:
    """What budgets after the plan owe to its loans and advances, and pay; none without a debt."""
    owed = [line.draws for line in lines if line.name.split(":", maxsplit=1)[0] in REPAYMENTS]
    if not owed:
        return []
    later = -np.sum(owed, axis=0)
    later[:years] = 0.0
    return [Line(name="later_funds", draws=later)]


def _ledger_rows(books: Books, ledger: PayerLedger) -> list[dict[str, Any]]:
    shown = [*ledger.lines, Line(name="savings", draws=ledger.savings)]
    if ledger.debt.loans:
        owed = ledger.debt.outstanding(ledger.count)
        shown.append(Line(name="debt", draws=np.repeat(owed[:, None], ledger.savings.shape[1], axis=1)))
    shown.append(Line(name="balance", draws=ledger.balance))
    siren, budget = books.columns.payers[ledger.number]
    rows = []
    for line in shown:
        label_fr, label_en = label_of(line.name.split(":", maxsplit=1)[0], line.label)
        for index, (amount, low, high) in enumerate(zip(*interval_of(line.draws), strict=True)):
            rows.append({
                "payer_siren": siren, "budget": budget, "year": books.request.first_year + index, "line": line.name,
                "label_fr": label_fr, "label_en": label_en,
                "amount_eur": float(amount), "low_eur": float(low), "high_eur": float(high),
            })  # fmt: skip
    return rows
