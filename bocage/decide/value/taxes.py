"""VAT of each action: what comes back to its payer, when, by which channel, and what stays on running costs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from bocage.decide.question.request import PlanRequest
from bocage.decide.value.accounting import INVESTMENT
from bocage.decide.value.worth import Worth
from bocage.finance.public import deducted_vat_eur, fctva_eur
from bocage.vocabulary.responsibility import main_budget

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
Channel = Literal["fctva", "deduction", "none"]
"""How VAT comes back: the State's compensation fund, the payer's own VAT return, or not at all."""
WATER_BUDGET = "M49_water"
CLOUD = "cloud"
COMPENSATED = (INVESTMENT, "building_upkeep", "road_upkeep", "network_upkeep", CLOUD)
"""Natures of spending that FCTVA compensates, as the fact `spending` of an action tells them."""


@dataclass(frozen=True, kw_only=True)
class Taxes:
    """VAT of n actions.

    Attributes:
        channel: how the VAT of the works of each action comes back.
        returned: array (n,), share of the spending, all taxes included, that comes back [1].
        lag: array (n,), years between the works and its return.
        running: array (n,), VAT that stays on the running expenses of the payer [1].
    """

    channel: Sequence[Channel]
    returned: Array
    lag: Ints
    running: Array

    @property
    def longest_lag(self) -> int:
        """Most years between works and the return of their VAT."""
        return int(self.lag.max(initial=0))


def taxes_of(request: PlanRequest, worth: Worth) -> Taxes:
    """Tell how the VAT of each action comes back.

    A water service that is subject to VAT deducts it in the year, and is given no FCTVA: the same tax
    never comes back twice. Others are given FCTVA with the lag of their regime. An action whose fact
    `fctva_eligible` is false (works for a third party, taxed activity…) is given nothing.

    Args:
        request: what the plan is asked for.
        worth: costs and gains.

    Source: CGCT L1615-1 to L1615-7; CGI 256 B and 260 A; Sénat, answer of 09/09/1993 to question 01817.
    """
    lags: Mapping[str, int] = request.parameters["public_finance.fctva_lag"].value
    channel: list[Channel] = []
    returned, lag, running = (np.zeros(len(worth.vat)) for _ in range(3))
    rows = request.actions.select("budget", "competence", "facts").iter_rows()
    for row, (budget, competence, written) in enumerate(rows):
        rate, facts = float(worth.vat[row]), json.loads(written or "{}")
        found = _channel(request, budget, competence, facts)
        channel.append(found if rate > 0 else "none")
        if found == "deduction":
            returned[row] = deducted_vat_eur(1.0, rate)
            continue
        running[row] = worth.economy.running_vat
        if found == "fctva" and rate > 0:
            returned[row] = fctva_eur(1.0, _fctva_rate(request, worth, facts), vat_rate=rate)
            lag[row] = lags.get(fctva_regime(budget, request.territory), lags["commune"])
    return Taxes(channel=channel, returned=returned, lag=lag.astype(np.int64), running=running)


def _fctva_rate(request: PlanRequest, worth: Worth, facts: Mapping[str, Any]) -> float:
    """Rate of the FCTVA on the spending of an action [1]."""
    if facts.get("spending") == CLOUD:
        return request.parameters.number("payers.fctva_cloud_rate")
    return worth.economy.fctva_rate


def fctva_regime(budget: str, territory: Mapping[str, Any]) -> str:
    """Regime of FCTVA of a budget: that of the territory for its own, the usual one of its kind for others.

    >>> fctva_regime("M57_main", {"kind": "commune", "fctva_regime": "commune_early"})
    'commune_early'
    >>> fctva_regime("epci", {"kind": "commune"}), fctva_regime("M57_main", {"kind": "syndicate"})
    ('epci', 'commune')
    """
    kind = str(territory.get("kind") or "commune")
    if budget == main_budget(kind) or (budget == WATER_BUDGET and kind != "syndicate"):
        return str(territory.get("fctva_regime") or kind)
    return budget if budget in ("epci", "syndicate") else "commune"


def _channel(request: PlanRequest, budget: str, competence: str, facts: Mapping[str, Any]) -> Channel:
    told = facts.get("vat_deductible")
    if told or (told is None and budget == WATER_BUDGET and is_subject_to_vat(competence, request)):
        return "deduction"
    return "fctva" if facts.get("spending", INVESTMENT) in COMPENSATED else "none"


def is_subject_to_vat(competence: str, request: PlanRequest) -> bool:
    """Whether a service of water or sanitation is subject to VAT, and so takes back its own.

    Drinking water is where the population reaches the threshold; below it, and for sanitation, only
    where the body has chosen to be, which the fact `vat_deductible` of an action says. Where the
    population is not known, it is not: FCTVA gives less, and later.

    Args:
        competence: statutory power, `water` or `sanitation`.
        request: its territory and parameters.
    """
    population = request.territory.get("population")
    threshold = request.parameters.number("payers.water_vat_population")
    return competence == "water" and population is not None and float(population) >= threshold
