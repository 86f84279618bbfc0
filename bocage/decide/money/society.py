"""What a selection is worth to society, and what it leaves to its payers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bocage.decide.columns.credit import nominal_rate
from bocage.decide.funding.aid_cash import is_lent, payment_shares, repaid_share
from bocage.decide.money.books import (
    Books,
    aid_draws,
    cash_savings,
    later_works,
    later_works_paid,
    vat_returned,
    works_ttc,
    yearly_cost,
    yearly_gain,
)
from bocage.decide.money.debt import plan_debts
from bocage.decide.wording import label_of
from bocage.finance.discounting import discount_factors, discounted_payback_years
from bocage.finance.internal_rate import internal_rates_of_return
from bocage.finance.ratios import abatement_cost, benefit_cost_ratio, npv_per_own_euro
from bocage.vocabulary.draws import interval_of

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Society:
    """Society's books of a selection, each array of draws (K,) [EUR], and the mean flow of each year.

    `own` is what is left to the payers, VAT included, aids and VAT returned deducted; `own_eur` its mean.
    """

    npv: Array
    npv_2019_carbon: Array
    carbon_value: Array
    cost: Array
    abatement_t: Array
    cash_npv: Array
    own: Array
    flows: Array

    @property
    def own_eur(self) -> float:
        """Mean of what is left to the payers [EUR]."""
        return float(self.own.mean())


def horizon(books: Books) -> int:
    """Years from the first until the last effect, aid, return of VAT or annuity of a selection."""
    last = books.worth.economy.horizon + books.taxes.longest_lag
    return max(last, books.settled_years(), plan_debts(books).last_year) + 1


def society_of(books: Books) -> Society:
    """Present values of a selection for society, and of the payers' cash.

    Costs and savings excluding taxes; grants and loans are transfers and cancel out. Damage avoided
    counts for society, not for the payers. Present values are at the first year of the plan, effects up to
    its horizon: renewals are paid, and what is left of the works is deducted; annuities are nominal and
    discounted at the nominal rate.
    """
    economy, count = books.worth.economy, horizon(books)
    social = discount_factors(count, economy.social_rate)[:, None]
    payer = discount_factors(count, economy.financial_rate)[:, None]
    cost = yearly_cost(books, count, with_vat=False) + later_works(books, count)
    cash, carbon = yearly_gain(books, "cash", count), yearly_gain(books, "carbon", count)
    cash = cash + yearly_gain(books, "risk", count)
    value, value_2019 = (_until(count, path)[:, None] for path in (economy.carbon_eur_kg, economy.carbon_2019_eur_kg))
    present_cost, present_cash = (cost * social).sum(axis=0), (cash * social).sum(axis=0)
    present_carbon = (carbon * value * social).sum(axis=0)
    carbon_2019 = (carbon * value_2019 * social).sum(axis=0)
    paid = yearly_cost(books, count, with_vat=True) + later_works_paid(books, count)
    flows = cash_savings(books, count) - paid + vat_returned(books, count)
    for action, start, aid in books.aids():
        if books.giver_of(action, aid) is None:
            flows += payment_shares(aid.rule, start, count)[:, None] * aid_draws(books, aid)
    return Society(
        npv=present_cash + present_carbon - present_cost,
        npv_2019_carbon=present_cash + carbon_2019 - present_cost,
        carbon_value=present_carbon,
        cost=present_cost,
        abatement_t=(carbon / 1000.0 * social).sum(axis=0),
        cash_npv=(flows * payer).sum(axis=0)
        + plan_debts(books).worth(books.request, economy)
        - _advances_repaid(books),
        own=own_draws(books),
        flows=(cash + carbon * value - cost).mean(axis=1),
    )


def _advances_repaid(books: Books) -> float:
    """Present value of what is paid back of the advances of a selection [EUR]."""
    real, nominal = books.worth.economy.financial_rate, nominal_rate(books.request)
    return sum(
        aid.amount_eur * repaid_share(aid.rule, start, real_rate=real, nominal_rate=nominal)
        for _, start, aid in books.aids()
    )


def _until(count: int, path: Array) -> Array:
    """A path up to the horizon, then nothing: no effect counts after it."""
    return np.concatenate([path, np.zeros(max(0, count - len(path)))])[:count]


def own_draws(books: Books) -> Array:
    """Draws (K,) of what is left to the payers, VAT included, aids given and VAT returned deducted [EUR].

    Money that is lent is no aid: it stays to be paid, and only its interest comes on top, in the ledgers.
    What a payer of the plan gives to another is paid by one for the other: it changes nothing to their sum.
    """
    own = yearly_cost(books, books.request.years, with_vat=True).sum(axis=0)
    own = own - (works_ttc(books) * books.taxes.returned[books.actions][:, None]).sum(axis=0)
    for action, _, aid in books.aids():
        if not is_lent(aid.rule) and books.giver_of(action, aid) is None:
            own = own - aid_draws(books, aid)
    return np.asarray(own)


def society_frame(books: Books) -> pl.DataFrame:
    """Frame `indicator`, `unit`, `value`, `low`, `high`, labels: what the plan is worth to society and to its payers.

    Ratios are taken draw by draw. Null where a figure does not exist (no payback, several internal
    rates of return, nothing avoided).
    """
    society = society_of(books)
    ratio = [benefit_cost_ratio(n + c, c) for n, c in zip(society.npv, society.cost, strict=True)]
    tonne = [
        abatement_cost(n - c, t) for n, c, t in zip(society.npv, society.carbon_value, society.abatement_t, strict=True)
    ]
    per_euro = [npv_per_own_euro(n, society.own_eur) for n in society.npv]
    payback = discounted_payback_years(
        society.flows.tolist(),
        books.worth.economy.social_rate,
        last_works=int(books.starts.max(initial=0)),
    )
    rates = internal_rates_of_return(society.flows.tolist())
    rows = [
        _figure("npv", "EUR", society.npv),
        _figure("npv_2019_carbon", "EUR", society.npv_2019_carbon),
        _figure("carbon_value", "EUR", society.carbon_value),
        _figure("benefit_cost", "1", ratio),
        _figure("npv_per_own_euro", "1", per_euro),
        _figure("abatement_cost", "EUR/t", tonne),
        _figure("cash_npv", "EUR", society.cash_npv),
        _figure("payback", "year", [] if payback is None or not len(books.chosen) else [float(payback)]),
        _figure("internal_rate", "1", rates if len(rates) == 1 else []),
    ]
    texts = dict.fromkeys(("label_fr", "label_en"), pl.String)
    numbers = dict.fromkeys(("value", "low", "high"), pl.Float64)
    return pl.DataFrame(rows, schema={"indicator": pl.String, "unit": pl.String, **numbers, **texts})


def _figure(indicator: str, unit: str, draws: Sequence[float] | Array) -> dict[str, Any]:
    values = np.asarray(draws, dtype=float)
    value, low, high = (None, None, None)
    if len(values) and bool(np.isfinite(values).all()):
        mean, least, most = interval_of(values)
        value = float(mean)
        low, high = (float(least), float(most)) if len(values) > 1 else (None, None)
    label_fr, label_en = label_of(indicator)
    clean = value is not None and not math.isnan(value)
    return {
        "indicator": indicator, "unit": unit, "value": value if clean else None, "low": low, "high": high,
        "label_fr": label_fr, "label_en": label_en,
    }  # fmt: skip
