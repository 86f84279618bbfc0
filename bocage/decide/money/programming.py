"""The multi-year programme of investments (PPI), the financing plan of each operation, the cumulated cost."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bocage.decide.funding.aid_cash import aid_status
from bocage.decide.money.books import Books, aid_draws
from bocage.decide.money.ledger import PayerLedger
from bocage.decide.money.operation_cash import OperationCash
from bocage.decide.money.operations import Operation
from bocage.decide.wording import label_of, lines
from bocage.vocabulary.draws import interval_of

if TYPE_CHECKING:
    from bocage.parameters.funding_rules import FundingRule

Array = NDArray[np.float64]
PPI_AMOUNTS = ("ap_eur", "cp_eur", "aids_eur", "advance_eur", "vat_returned_eur", "loan_eur", "own_eur")
PPI_SCHEMA: Mapping[str, Any] = {
    **dict.fromkeys(("operation_id", "payer_siren", "budget", "label_fr", "label_en", "section", "chapter", "account"),
                    pl.String),
    "year": pl.Int64,
    **dict.fromkeys(PPI_AMOUNTS, pl.Float64),
}  # fmt: skip
GIFT_ACCOUNT = {"chapter": "204", "account": "2041"}
"""Grants of equipment paid to public bodies, M57."""
FUNDING_SCHEMA: Mapping[str, Any] = {
    "operation_id": pl.String, "rank": pl.Int64,
    **dict.fromkeys(("side", "line", "label_fr", "label_en", "funder_fr", "funder_en"), pl.String),
    **dict.fromkeys(("amount_eur", "low_eur", "high_eur", "share"), pl.Float64),
    "public": pl.Boolean, "status": pl.String, "rule_status": pl.String,
}  # fmt: skip


def programme_of_investments(
    books: Books, operations: Sequence[Operation], money: Sequence[OperationCash], ledgers: Sequence[PayerLedger]
) -> pl.DataFrame:
    """The PPI: one row per operation and year in which it moves money.

    What a payer gives to the actions of another is an operation of its own, a grant of equipment.

    Args:
        books: the plan.
        operations: of the plan.
        money: money of each, in the same order.
        ledgers: of the payers.

    Returns:
        Frame `operation_id`, `payer_siren`, `budget`, `label_fr`, `label_en`, `section`, `chapter`,
        `account`, `year`, `ap_eur` (programme authorisation, whole in the first year of the operation),
        `cp_eur` (payment credits), `aids_eur`, `advance_eur`, `vat_returned_eur`, `loan_eur` (all
        received in the year) and `own_eur` (credits less what is received), all taxes included.
    """
    rows = []
    for one, cash in zip(operations, money, strict=True):
        about = {
            "operation_id": one.operation_id, "payer_siren": one.payer[0], "budget": one.payer[1],
            "label_fr": one.label["fr"], "label_en": one.label["en"], "section": one.account.section,
            "chapter": one.account.chapter, "account": one.account.account,
        }  # fmt: skip
        amounts = (cash.works, cash.aids, cash.advances, cash.vat_returned, cash.loan, cash.own)
        rows += _ppi_rows(about, np.array(amounts), books.request.first_year)
    return pl.DataFrame([*rows, *_gift_rows(books, ledgers)], schema=dict(PPI_SCHEMA))


def _ppi_rows(about: Mapping[str, str], amounts: Array, first_year: int) -> list[dict[str, Any]]:
    """Rows of one operation: credits, what is received, what is left, array (6, count)."""
    moving = np.flatnonzero(amounts.any(axis=0)).tolist()
    rows = []
    for year in moving:
        authorised = float(amounts[0].sum()) if year == moving[0] else 0.0
        told = dict(zip(PPI_AMOUNTS, (authorised, *amounts[:, year].tolist()), strict=True))
        rows.append({**about, "year": first_year + year, **told})
    return rows


def _gift_rows(books: Books, ledgers: Sequence[PayerLedger]) -> list[dict[str, Any]]:
    rows = []
    for ledger in ledgers:
        siren, budget = books.columns.payers[ledger.number]
        for number, line in enumerate((one for one in ledger.lines if one.name.startswith("given:")), start=1):
            label_fr, label_en = label_of("given", line.label)
            about = {
                "operation_id": f"FC-{ledger.number + 1:02d}-{number:02d}", "payer_siren": siren, "budget": budget,
                "label_fr": label_fr, "label_en": label_en, "section": "investment", **GIFT_ACCOUNT,
            }  # fmt: skip
            given = -line.draws.mean(axis=1)
            nothing = np.zeros_like(given)
            amounts = np.array([given, nothing, nothing, nothing, nothing, given])
            rows += _ppi_rows(about, amounts, books.request.first_year)
    return rows


def programme_totals(ppi: pl.DataFrame) -> pl.DataFrame:
    """Totals of the PPI by payer, section and year.

    Args:
        ppi: frame of `programme_of_investments`.
    """
    by = ("payer_siren", "budget", "section", "year")
    return ppi.group_by(by, maintain_order=True).agg(pl.col(PPI_AMOUNTS).sum()).sort(by)


def financing_plans_frame(books: Books, operations: Sequence[Operation]) -> pl.DataFrame:
    """The financing plan of each operation, excluding VAT: its expense, then its resources, which add up to it.

    Returns:
        Frame `operation_id`, `rank`, `side` (`expense`, `resource`), `line` (`works_ht`, a programme,
        `own_and_loans`), `label_fr`, `label_en`, `funder_fr`, `funder_en`, `amount_eur`, `low_eur`,
        `high_eur`, `share` (of the expense [1]), `public` (whether public persons pay it), `status`
        (`certain`, `discretionary`, `lent`, `own`, empty for the expense), `rule_status`.
    """
    rows = [row for one in operations for row in _financing_rows(books, one)]
    return pl.DataFrame(rows, schema=dict(FUNDING_SCHEMA))


def _financing_rows(books: Books, operation: Operation) -> list[dict[str, Any]]:
    ranks = np.asarray(operation.members, dtype=np.int64)
    factors = books.cost_factors[ranks][:, None]
    cost = (books.worth.cost[books.actions[ranks]] * factors).sum(axis=0)
    amount = float((books.worth.mean_cost[books.actions[ranks]] * factors[:, 0]).sum())
    drawn: dict[str, Array] = defaultdict(lambda: np.zeros(cost.shape))
    planned: dict[str, float] = defaultdict(float)
    rules: dict[str, FundingRule] = {}
    statuses: dict[str, str] = {}
    for rank in operation.members:
        for aid in books.columns.plans[books.chosen[rank]].aids:
            rules[aid.rule.name], statuses[aid.rule.name] = aid.rule, aid.status or aid.rule.status
            drawn[aid.rule.name] += aid_draws(books, aid)
            planned[aid.rule.name] += aid.amount_eur
    own = cost - sum(drawn.values(), np.zeros(cost.shape))
    left = amount - sum(planned.values())
    told = [_financing_row("expense", "works_ht", amount, cost, lines()["works_ht"], amount)]
    for name in sorted(rules, key=lambda name: -planned[name]):
        row = _financing_row("resource", name, planned[name], drawn[name], rules[name].label, amount)
        row |= {"funder_fr": rules[name].funder["fr"], "funder_en": rules[name].funder["en"]}
        told.append({**row, "public": rules[name].public, "status": aid_status(rules[name]),
                     "rule_status": statuses[name]})  # fmt: skip
    own_row = _financing_row("resource", "own_and_loans", left, own, lines()["own_and_loans"], amount)
    told.append({**own_row, "public": True, "status": "own"})
    return [{**row, "operation_id": operation.operation_id, "rank": rank} for rank, row in enumerate(told, start=1)]


def _financing_row(
    side: str, line: str, amount: float, draws: Array, label: Mapping[str, str], whole: float
) -> dict[str, Any]:
    _, low, high = interval_of(draws)
    return {
        "side": side, "line": line, "label_fr": label["fr"], "label_en": label["en"], "funder_fr": "", "funder_en": "",
        "amount_eur": amount, "low_eur": float(low), "high_eur": float(high),
        "share": amount / whole if whole else 0.0, "public": None, "status": "", "rule_status": "",
    }  # fmt: skip


CURVE_SCHEMA: Mapping[str, Any] = {
    "payer_siren": pl.String, "budget": pl.String, "year": pl.Int64,
    **dict.fromkeys(("works_eur", "works_low_eur", "works_high_eur", "net_eur", "net_low_eur", "net_high_eur"),
                    pl.Float64),
}  # fmt: skip


def cumulated_cost(books: Books, ledgers: Sequence[PayerLedger]) -> pl.DataFrame:
    """Works since the first year, and what of them is left to own funds and loans, with their intervals.

    Draws are added up year after year and only then summed up, so that the interval of a total is that
    of the total. What a payer gives to the works of another counts as its own, as in the programme. The last
    rows, without payer, are those of all the payers together, where it is counted once.

    Returns:
        Frame `payer_siren`, `budget` (null for all), `year`, `works_eur`, `works_low_eur`,
        `works_high_eur` (cumulated, all taxes included), `net_eur`, `net_low_eur`, `net_high_eur`
        (the same less aids and VAT returned).
    """
    count = max((ledger.count for ledger in ledgers), default=0)
    rows = []
    works_of, net_of = [], []
    for ledger in ledgers:
        works = np.cumsum(-ledger.line("works_ttc") - ledger.line("renewals"), axis=0)
        given = np.cumsum(-ledger.line("given"), axis=0)
        back = ledger.line("grant") + ledger.line("fctva") + ledger.line("vat_deducted")
        works_of.append(works)
        net_of.append(works + given - np.cumsum(back, axis=0))
        rows += _curve_rows(books, books.columns.payers[ledger.number], works + given, net_of[-1])
    if len(ledgers) > 1 and count:
        rows += _curve_rows(books, (None, None), sum(works_of, np.zeros(1)), sum(net_of, np.zeros(1)))
    return pl.DataFrame(rows, schema=dict(CURVE_SCHEMA))


def _curve_rows(books: Books, payer: tuple[str | None, str | None], works: Array, net: Array) -> list[dict[str, Any]]:
    bounds = zip(*interval_of(works), *interval_of(net), strict=True)
    names = ("works_eur", "works_low_eur", "works_high_eur", "net_eur", "net_low_eur", "net_high_eur")
    return [
        {"payer_siren": payer[0], "budget": payer[1], "year": books.request.first_year + year,
         **{name: float(value) for name, value in zip(names, values, strict=True)}}
        for year, values in enumerate(bounds)
    ]  # fmt: skip
