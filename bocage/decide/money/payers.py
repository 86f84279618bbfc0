"""Who pays in a plan, with what, and what no one can pay: one line per budget that has works to do."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from bocage.decide.funding.law import may_pay_for
from bocage.decide.funding.offers import named_facts
from bocage.decide.money.books import Books
from bocage.decide.question.request import Payer
from bocage.decide.value.taxes import WATER_BUDGET
from bocage.decide.wording import lines
from bocage.parameters.funding_rules import load_law

PAYERS_SCHEMA: Mapping[str, Any] = {
    "payer_siren": pl.String, "budget": pl.String, "actions": pl.Int64, "chosen": pl.Int64,
    **dict.fromkeys(("own_funds_eur", "loan_limit_eur", "works_eur"), pl.Float64),
    "vat": pl.String, "state": pl.String, "note_fr": pl.String, "note_en": pl.String,
}  # fmt: skip
NOTHING: Mapping[str, str] = {"fr": "", "en": ""}


def payers_frame(books: Books) -> pl.DataFrame:
    """One row per payer that has a budget or works that it alone may decide.

    Returns:
        Frame `payer_siren`, `budget`, `actions` (that it might pay), `chosen`, `own_funds_eur` and
        `loan_limit_eur` (over the plan), `works_eur` (chosen, all taxes included), `vat` (`fctva`,
        `deduction`, `none`: how most of the VAT of its actions comes back), `state` (`funded`,
        `without_budget`), `note_fr`, `note_en`.
    """
    request = books.request
    rows: dict[Payer, list[int]] = {payer: [] for payer in request.budgets}
    about = request.actions.select("owner_siren", "budget", "standing").iter_rows()
    for action, (siren, budget, standing) in enumerate(about):
        if standing != "request":
            rows.setdefault((siren, budget), []).append(action)
    return pl.DataFrame([_row(books, payer, mine) for payer, mine in rows.items()], schema=dict(PAYERS_SCHEMA))


def _row(books: Books, payer: Payer, mine: list[int]) -> dict[str, Any]:
    request, worth = books.request, books.worth
    kept = np.isin(books.actions, mine)
    chosen = books.actions[kept]
    cost = worth.mean_cost[chosen] * (1 + worth.vat[chosen]) * books.cost_factors[kept]
    channels = Counter(books.taxes.channel[action] for action in mine)
    funded, may = payer in request.budgets, request.borrowing.get(payer)
    note = _note(books, payer, mine) if funded else lines()["no_budget"]
    return {
        "payer_siren": payer[0], "budget": payer[1], "actions": len(mine), "chosen": len(chosen),
        "own_funds_eur": float(sum(request.budgets.get(payer, ()))),
        "loan_limit_eur": float(sum(may.limit_eur)) if may else 0.0,
        "works_eur": float(cost.sum()), "vat": channels.most_common(1)[0][0] if channels else "none",
        "state": "funded" if funded else "without_budget", "note_fr": note["fr"], "note_en": note["en"],
    }  # fmt: skip


def _note(books: Books, payer: Payer, mine: list[int]) -> Mapping[str, str]:
    """What the law says of help from the main budget, for a service of water or sanitation."""
    if payer[1] != WATER_BUDGET or not mine:
        return NOTHING
    facts = named_facts(books.columns.facts[mine[0]], books.request.territory)
    ruling = may_pay_for(load_law(), facts, books.request.date)
    if ruling is None:
        return NOTHING
    words = lines()["water_allowed" if ruling.value > 0 else "water_banned"]
    return {language: words[language].format(case=ruling.label[language]) for language in ("fr", "en")}
