"""The tables of the trade: what a finance officer reads of a plan, under the names of his own documents."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from bocage.decide.money.aid_files import file_data, files_frame, files_of
from bocage.decide.money.books import Books
from bocage.decide.money.digital import digital_frame
from bocage.decide.money.ledger import PayerLedger, ledgers_of
from bocage.decide.money.operation_cash import operation_cash
from bocage.decide.money.operations import operations_frame, operations_of
from bocage.decide.money.orientation import orientation
from bocage.decide.money.payers import payers_frame
from bocage.decide.money.programming import (
    cumulated_cost,
    financing_plans_frame,
    programme_of_investments,
    programme_totals,
)
from bocage.decide.money.quarters import cash_quarters
from bocage.vocabulary.draws import interval_of

SPENT = ("works_ttc", "renewals", "loan_interest", "loan_capital", "advance_repaid", "given")
"""Lines of a ledger by which money leaves a budget."""


def trade_tables(books: Books) -> Mapping[str, pl.DataFrame]:
    """Frames by name, each declared by the function that makes it.

    `payers`, `operations`, `operation_actions` (which actions each gathers), `ppi`, `ppi_totals`, `funding_plan`,
    `cash_calendar`, `cash_quarters`, `orientation`, `cost_curve`, `aid_files`, `file_data`, `digital`.

    Args:
        books: the plan.
    """
    ledgers, operations, files = ledgers_of(books), operations_of(books), files_of(books)
    count = max((ledger.count for ledger in ledgers), default=books.request.years)
    money = operation_cash(books, operations, count)
    ppi = programme_of_investments(books, operations, money, ledgers)
    ids = books.request.actions["action_id"].to_list()
    members = [
        {"operation_id": one.operation_id, "action_id": ids[int(books.actions[rank])]}
        for one in operations
        for rank in one.members
    ]
    return {
        "payers": payers_frame(books),
        "operations": operations_frame(books, operations, [float(cash.works.sum()) for cash in money]),
        "operation_actions": pl.DataFrame(members, schema={"operation_id": pl.String, "action_id": pl.String}),
        "ppi": ppi,
        "ppi_totals": programme_totals(ppi),
        "funding_plan": financing_plans_frame(books, operations),
        "cash_calendar": cash_calendar(books, ledgers),
        "cash_quarters": cash_quarters(books, ledgers),
        "orientation": orientation(books, ledgers),
        "cost_curve": cumulated_cost(books, ledgers),
        "aid_files": files_frame(books, files, operations),
        "file_data": file_data(books, files, operations),
        "digital": digital_frame(books, operations),
    }


def cash_calendar(books: Books, ledgers: Sequence[PayerLedger]) -> pl.DataFrame:
    """What enters and leaves each budget every year, and what is left: the ledger in five figures.

    Returns:
        Frame `payer_siren`, `budget`, `year`, `own_funds_eur`, `received_eur` (aids, VAT returned, loans,
        savings spent again), `spent_eur` (works, annuities), `balance_eur`, `balance_low_eur`, `balance_high_eur`.
    """
    rows = [row for ledger in ledgers for row in _calendar_rows(books, ledger)]
    texts, numbers = ("payer_siren", "budget"), ("own_funds_eur", "received_eur", "spent_eur")
    schema = {
        **dict.fromkeys(texts, pl.String), "year": pl.Int64, **dict.fromkeys(numbers, pl.Float64),
        **dict.fromkeys(("balance_eur", "balance_low_eur", "balance_high_eur"), pl.Float64),
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema)


def _calendar_rows(books: Books, ledger: PayerLedger) -> list[dict[str, Any]]:
    payer = books.columns.payers[ledger.number]
    funds = ledger.line("own_funds").mean(axis=1) + ledger.line("later_funds").mean(axis=1)
    spent = 0.0 - sum((ledger.line(name).mean(axis=1) for name in SPENT), np.zeros_like(funds))
    received = ledger.flow.mean(axis=1) - funds + spent
    names = ("own_funds_eur", "received_eur", "spent_eur", "balance_eur", "balance_low_eur", "balance_high_eur")
    table = np.array([funds, received, spent, *interval_of(ledger.balance)])
    return [
        {
            "payer_siren": payer[0], "budget": payer[1], "year": books.request.first_year + year,
            **dict(zip(names, table[:, year].tolist(), strict=True)),
        }
        for year in range(ledger.count)
    ]  # fmt: skip
