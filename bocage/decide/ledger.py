"""The ledger of each payer, year by year, and that of society: what a selection of columns means in euros."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bocage.decide.columns import Columns
from bocage.decide.financing import Aid
from bocage.decide.overlap import acting_until
from bocage.decide.request import PlanRequest
from bocage.decide.wording import label_of
from bocage.decide.worth import PairWorth, Worth
from bocage.finance.discounting import discount_factors, discounted_payback_years
from bocage.finance.internal_rate import internal_rates_of_return
from bocage.finance.public import paid_over_years
from bocage.finance.ratios import abatement_cost, benefit_cost_ratio, npv_per_own_euro
from bocage.vocabulary.draws import HIGH_PERCENTILE, LOW_PERCENTILE, factor_draws

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Books:
    """A selection of columns with all that is needed to write its books."""

    request: PlanRequest
    worth: Worth
    columns: Columns
    chosen: Sequence[int]

    @property
    def actions(self) -> NDArray[np.int64]:
        """Rows of the chosen actions."""
        return np.asarray(self.columns.portfolio.action[list(self.chosen)], dtype=np.int64)

    @property
    def starts(self) -> NDArray[np.int64]:
        """Index of the start year of each of them."""
        return np.asarray(self.columns.portfolio.year[list(self.chosen)], dtype=np.int64)

    def pairs_done(self) -> list[tuple[PairWorth, int, float]]:
        """Pairs whose two actions are chosen: from the later start to the earlier end [years from the first]."""
        start, life = dict(zip(self.actions.tolist(), self.starts.tolist(), strict=True)), self.worth.lifetime
        return [
            (pair, *acting_until(start[pair.a], float(life[pair.a]), start[pair.b], float(life[pair.b])))
            for pair in self.worth.pairs
            if pair.a in start and pair.b in start
        ]


def yearly_gain(books: Books, role: str, count: int) -> Array:
    """Draws (count, K) of the yearly gain of a role, interactions included, from the first year on.

    Works of a year bring their gain from the next year on, to the end of their lifetime. What two of
    them lose or gain together lasts as long as both act.
    """
    worth = books.worth
    gain = np.zeros((count, worth.cost.shape[1]))
    for action, start in zip(books.actions.tolist(), books.starts.tolist(), strict=True):
        _stream(gain, worth.gains[role][action], start, start + float(worth.lifetime[action]))
    for pair, begin, end in books.pairs_done():
        _stream(gain, worth.pair_gain(pair, role), begin, end)
    return gain


def _stream(total: Array, yearly: Array, begin: int, end: float) -> None:
    """Add a yearly amount from the year after `begin` to `end`, for the fraction of the last year that is covered."""
    if end <= begin:
        return
    whole = int(end)
    total[begin + 1 : whole + 1] += yearly
    if whole + 1 < len(total):
        total[whole + 1] += yearly * (end - whole)


def yearly_cost(books: Books, count: int, *, with_vat: bool, payer: int | None = None) -> Array:
    """Draws (count, K) of the works of each year, interactions on cost included [EUR]."""
    worth = books.worth
    cost = np.zeros((count, worth.cost.shape[1]))
    for action, start in zip(books.actions.tolist(), books.starts.tolist(), strict=True):
        if payer is None or books.columns.portfolio.payer[action] == payer:
            cost[start] += worth.cost[action] * (1 + worth.vat[action] if with_vat else 1.0)
    if payer is None:
        for pair, later, _ in books.pairs_done():
            cost[later] += pair.cost_eur * (1 + worth.vat[pair.a] if with_vat else 1.0)
    return cost


def payers_ledgers(books: Books) -> pl.DataFrame:
    """Frame `payer_siren`, `budget`, `year`, `line`, labels, `amount_eur`, `low_eur`, `high_eur`.

    Years go on after the plan until the last aid and FCTVA are paid. Interactions count in the
    savings of the payer of the first action of the pair.
    """
    rows: list[dict[str, Any]] = []
    for number in range(len(books.columns.payers)):
        rows += _payer_rows(books, number)
    schema = {
        "payer_siren": pl.String, "budget": pl.String, "year": pl.Int64, "line": pl.String, "label_fr": pl.String,
        "label_en": pl.String, "amount_eur": pl.Float64, "low_eur": pl.Float64, "high_eur": pl.Float64,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema)


def _payer_rows(books: Books, payer: int) -> list[dict[str, Any]]:
    request, economy, portfolio = books.request, books.worth.economy, books.columns.portfolio
    own = [column for column in books.chosen if portfolio.payer[portfolio.action[column]] == payer]
    mine = Books(request=request, worth=books.worth, columns=books.columns, chosen=own)
    lags = [aid.rule.lag_years for column in own for aid in books.columns.plans[column].aids]
    count = request.years + max([economy.fctva_lag, *lags], default=0)
    works = yearly_cost(mine, count, with_vat=True)
    taxed = _taxed_share(mine, count)
    back = np.zeros_like(works)
    back[economy.fctva_lag :] = (works * taxed * economy.fctva_rate)[: count - economy.fctva_lag]
    savings = yearly_gain(mine, "cash", count) * (1 + economy.running_vat)
    recycled = request.recycled_share * np.maximum(savings, 0.0)
    # After the plan its own money stops: what its savings bring then is free.
    recycled[request.years :] = 0.0
    funds = np.zeros((count, 1))
    funds[: request.years, 0] = portfolio.budgets[payer]
    grants, labels = _grants(mine, count)
    balance = funds - works + back + recycled + sum(grants.values(), np.zeros((count, 1)))
    drawn: list[tuple[str, Array, Mapping[str, str] | None]] = [
        ("own_funds", funds, None),
        ("works_ttc", -works, None),
        ("fctva", back, None),
        ("savings", savings, None),
        ("recycled", recycled, None),
        *((f"grant:{name}", draws, labels[name]) for name, draws in grants.items()),
        ("balance", np.cumsum(balance, axis=0) if request.carried else balance, None),
    ]
    return [row for line, draws, label in drawn for row in _rows(books, payer, line, _bounds(draws), label)]


def _taxed_share(books: Books, count: int) -> Array:
    """Share of the works of each year that bore VAT, array (count, 1)."""
    worth, taxed, total = books.worth, np.zeros(count), np.zeros(count)
    for action, start in zip(books.actions.tolist(), books.starts.tolist(), strict=True):
        ttc = worth.mean_cost[action] * (1 + worth.vat[action])
        total[start] += ttc
        taxed[start] += ttc if worth.vat[action] > 0 else 0.0
    return np.asarray(np.divide(taxed, total, out=np.zeros(count), where=total > 0)[:, None])


def aid_draws(books: Books, aid: Aid) -> Array:
    """Draws (K,) of an aid, of mean the amount planned on; one factor for all the aids of a programme [EUR]."""
    count = books.worth.cost.shape[1]
    if not 0 < aid.low_eur < aid.high_eur:
        return np.full(count, aid.amount_eur)
    seed, name = books.request.seed, f"aid {aid.rule.name}"
    return np.asarray(aid.amount_eur * factor_draws(aid.low_eur, aid.high_eur, count, seed=seed, name=name))


def _spread(aid: Aid, drawn: Array, start: int, count: int) -> Array:
    """Draws (count, K) of what an aid pays each year."""
    shares = paid_over_years(1.0, start, count, advance=aid.rule.advance, lag=aid.rule.lag_years)
    return np.asarray(shares[:, None] * drawn)


def _grants(books: Books, count: int) -> tuple[dict[str, Array], dict[str, Mapping[str, str]]]:
    """By programme, draws (count, K) of the aids paid each year; and labels."""
    paid: dict[str, Array] = {}
    labels: dict[str, Mapping[str, str]] = {}
    for column, start in zip(books.chosen, books.starts.tolist(), strict=True):
        for aid in books.columns.plans[column].aids:
            labels[aid.rule.name] = aid.rule.label
            spread = _spread(aid, aid_draws(books, aid), start, count)
            paid[aid.rule.name] = paid.get(aid.rule.name, np.zeros_like(spread)) + spread
    return paid, labels


Bounds = tuple[Array, Array, Array]


def _bounds(draws: Array) -> Bounds:
    """Mean, 10th and 90th percentiles by year."""
    low, high = np.percentile(draws, [LOW_PERCENTILE, HIGH_PERCENTILE], axis=1)
    return draws.mean(axis=1), low, high


def _rows(
    books: Books, payer: int, line: str, bounds: Bounds, programme: Mapping[str, str] | None
) -> list[dict[str, Any]]:
    siren, budget = books.columns.payers[payer]
    label_fr, label_en = label_of(line.split(":", maxsplit=1)[0], programme)
    return [
        {
            "payer_siren": siren, "budget": budget, "year": books.request.first_year + index, "line": line,
            "label_fr": label_fr, "label_en": label_en,
            "amount_eur": float(amount), "low_eur": float(low), "high_eur": float(high),
        }
        for index, (amount, low, high) in enumerate(zip(*bounds, strict=True))
    ]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Society:
    """Society's books of a selection, each array of draws (K,) [EUR], and the mean flow of each year.

    `own` is what is left to the payers, VAT included, aids and FCTVA deducted; `own_eur` its mean.
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


def society_of(books: Books) -> Society:
    """Present values of a selection for society, and of the payers' cash.

    Costs and savings excluding taxes; grants are transfers and cancel out. Present values are at the
    first year of the plan.
    """
    worth, economy = books.worth, books.worth.economy
    lags = [aid.rule.lag_years for column in books.chosen for aid in books.columns.plans[column].aids]
    longest = max([int(np.ceil(worth.lifetime[books.actions].max(initial=0.0))), economy.fctva_lag, *lags])
    count = books.request.years + longest + 1
    social = discount_factors(count, economy.social_rate)[:, None]
    payer = discount_factors(count, economy.financial_rate)[:, None]
    cost = yearly_cost(books, count, with_vat=False)
    cash, carbon = yearly_gain(books, "cash", count), yearly_gain(books, "carbon", count)
    value = economy.carbon_eur_kg[:count, None]
    present_cost, present_cash = (cost * social).sum(axis=0), (cash * social).sum(axis=0)
    present_carbon = (carbon * value * social).sum(axis=0)
    carbon_2019 = (carbon * economy.carbon_2019_eur_kg[:count, None] * social).sum(axis=0)
    ttc = yearly_cost(books, count, with_vat=True)
    returned = np.zeros_like(ttc)
    own = ttc.sum(axis=0)
    for column, action, start in zip(books.chosen, books.actions.tolist(), books.starts.tolist(), strict=True):
        if worth.vat[action] > 0:
            back = worth.cost[action] * (1 + worth.vat[action]) * economy.fctva_rate
            returned[start + economy.fctva_lag] += back
            own = own - back
        for aid in books.columns.plans[column].aids:
            drawn = aid_draws(books, aid)
            own = own - drawn
            returned += _spread(aid, drawn, start, count)
    cash_flows = cash * (1 + economy.running_vat) - ttc + returned
    return Society(
        npv=present_cash + present_carbon - present_cost,
        npv_2019_carbon=present_cash + carbon_2019 - present_cost,
        carbon_value=present_carbon,
        cost=present_cost,
        abatement_t=(carbon / 1000.0 * social).sum(axis=0),
        cash_npv=(cash_flows * payer).sum(axis=0),
        own=own,
        flows=(cash + carbon * value - cost).mean(axis=1),
    )


def society_frame(books: Books) -> pl.DataFrame:
    """Frame `indicator`, `unit`, `value`, `low`, `high`, labels: what the plan is worth to society and to its payers.

    Ratios are taken draw by draw. Null where a figure does not exist (no payback, several internal
    rates of return, nothing avoided).
    """
    society = society_of(books)
    ratio = np.array([benefit_cost_ratio(n + c, c) for n, c in zip(society.npv, society.cost, strict=True)])
    tonne = np.array(
        [
            abatement_cost(n - c, t)
            for n, c, t in zip(society.npv, society.carbon_value, society.abatement_t, strict=True)
        ]
    )
    per_euro = np.array([npv_per_own_euro(n, society.own_eur) for n in society.npv])
    payback = discounted_payback_years(society.flows.tolist(), books.worth.economy.social_rate)
    rates = internal_rates_of_return(society.flows.tolist())
    rows = [
        _figure("npv", "EUR", society.npv),
        _figure("npv_2019_carbon", "EUR", society.npv_2019_carbon),
        _figure("carbon_value", "EUR", society.carbon_value),
        _figure("benefit_cost", "1", ratio),
        _figure("npv_per_own_euro", "1", per_euro),
        _figure("abatement_cost", "EUR/t", tonne),
        _figure("cash_npv", "EUR", society.cash_npv),
        _figure("payback", "year", None if payback is None or not len(books.chosen) else np.array([float(payback)])),
        _figure("internal_rate", "1", np.array(rates) if len(rates) == 1 else None),
    ]
    return pl.DataFrame(
        rows,
        schema={
            "indicator": pl.String, "unit": pl.String, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64,
            "label_fr": pl.String, "label_en": pl.String,
        },
    )  # fmt: skip


def _figure(indicator: str, unit: str, draws: Array | None) -> dict[str, Any]:
    known = draws is not None and len(draws) > 0 and bool(np.isfinite(draws).all())
    value, low, high = (None, None, None)
    if known and draws is not None:
        value = float(draws.mean())
        if len(draws) > 1:
            low, high = (float(bound) for bound in np.percentile(draws, [LOW_PERCENTILE, HIGH_PERCENTILE]))
    label_fr, label_en = label_of(indicator)
    clean = value is not None and not math.isnan(value)
    return {
        "indicator": indicator, "unit": unit, "value": value if clean else None, "low": low, "high": high,
        "label_fr": label_fr, "label_en": label_en,
    }  # fmt: skip
