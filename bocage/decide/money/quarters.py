"""Cash by quarter: when works are invoiced within their year, and how low the balance may fall."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bocage.decide.funding.gates import Agenda
from bocage.decide.money.books import Books
from bocage.decide.money.ledger import PayerLedger

Array = NDArray[np.float64]
QUARTERS_SCHEMA: Mapping[str, Any] = {
    "payer_siren": pl.String, "budget": pl.String, "year": pl.Int64, "quarter": pl.Int64,
    **dict.fromkeys(("own_funds_eur", "received_eur", "spent_eur", "balance_eur"), pl.Float64),
}  # fmt: skip


def quarter_shares(start: dt.date, end: dt.date, year: int) -> Array:
    """Share of works that is invoiced in each quarter of the year in which they are paid, array (4,) [1].

    Works are invoiced evenly from their start to their end; what falls before the year is invoiced in its
    first quarter.

    Args:
        start: start of the works.
        end: end of the works.
        year: year in which they are paid.

    >>> quarter_shares(dt.date(2027, 4, 1), dt.date(2027, 9, 30), 2027).round(2).tolist()
    [0.0, 0.5, 0.5, 0.0]
    """
    days = np.arange((end - start).days + 1) + start.toordinal()
    edges = [dt.date(year, month, 1).toordinal() for month in (4, 7, 10)]
    counts = np.bincount(np.searchsorted(edges, days, side="right"), minlength=4)
    return np.asarray(counts / counts.sum())


def cash_quarters(books: Books, ledgers: Sequence[PayerLedger]) -> pl.DataFrame:
    """Cash of each payer by quarter, in means, prudent where a date is not known.

    Works are invoiced between the dates that the back-schedule gives them. Own funds are there in the first
    quarter, and so are annuities and other expenses; aids, VAT returned and loans come in the last one.

    Args:
        books: the plan.
        ledgers: of its payers.

    Returns:
        Frame `payer_siren`, `budget`, `year`, `quarter`, `own_funds_eur`, `received_eur`, `spent_eur`,
        `balance_eur` (at the end of the quarter).
    """
    rows: list[dict[str, Any]] = []
    for ledger in ledgers:
        works = _works(books.of_payer(ledger.number), ledger.count)
        rows += _rows(books, ledger, works)
    return pl.DataFrame(rows, schema=dict(QUARTERS_SCHEMA))


def _works(books: Books, count: int) -> Array:
    """Share of the works of each year that falls in each quarter, array (count, 4) [1]."""
    agenda, request = Agenda(books.request.parameters, books.request.date), books.request
    paid = np.zeros((count, 4))
    for action, start, factor in zip(
        books.actions.tolist(), books.starts.tolist(), books.cost_factors.tolist(), strict=True
    ):
        cost, year = float(books.worth.mean_cost[action]) * factor, request.first_year + start
        dates = agenda.works(year, books.columns.facts[action], cost)
        paid[start] += cost * (1 + books.worth.vat[action]) * quarter_shares(dates.start, dates.end, year)
    whole = paid.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(paid, whole, out=np.tile([1.0, 0.0, 0.0, 0.0], (count, 1)), where=whole > 0))


def _rows(books: Books, ledger: PayerLedger, shares: Array) -> list[dict[str, Any]]:
    funds = (ledger.line("own_funds") + ledger.line("later_funds")).mean(axis=1)
    works = 0.0 - ledger.line("works_ttc").mean(axis=1)
    others = sum((line.draws.mean(axis=1).clip(max=0) for line in ledger.lines), np.zeros(ledger.count))
    paid_first = -others - works
    received = ledger.flow.mean(axis=1) - funds + works + paid_first
    first, last = np.eye(4)[0], np.eye(4)[3]
    spent = shares * works[:, None] + paid_first[:, None] * first
    own, late = funds[:, None] * first, received[:, None] * last
    flow = own + late - spent
    balance = np.cumsum(flow).reshape(flow.shape) if ledger.carried else np.cumsum(flow, axis=1)
    siren, budget = books.columns.payers[ledger.number]
    return [
        {
            "payer_siren": siren, "budget": budget, "year": books.request.first_year + year, "quarter": quarter + 1,
            "own_funds_eur": float(own[year, quarter]), "received_eur": float(late[year, quarter]),
            "spent_eur": float(spent[year, quarter]), "balance_eur": float(balance[year, quarter]),
        }
        for year in range(ledger.count)
        for quarter in range(4)
    ]  # fmt: skip
