"""What a column asks from its payer: cash by year, what stays to pay in the end, present value of its aids."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bocage.decide.columns.credit import nominal_rate
from bocage.decide.funding.aid_cash import net_shares, present_share
from bocage.decide.funding.financing import FinancingPlan
from bocage.decide.question.request import PlanRequest
from bocage.decide.value.accounting import section_of
from bocage.decide.value.economy import late, renewed_within
from bocage.decide.value.taxes import taxes_of
from bocage.decide.value.worth import Worth
from bocage.parameters.funding_rules import FundingRule

Array = NDArray[np.float64]
LEAST_OWN_EUR = 1.0
"""Own cost below which an action is deemed to ask one euro, so that a ratio to it exists."""


@dataclass(frozen=True, kw_only=True)
class Outlay:
    """Money of one column.

    Attributes:
        cash: array (T,), what it asks each year of the plan, aids and VAT returned deducted [EUR].
        own_eur: what stays to the payer in the end [EUR].
        grants_eur: present value of its aids, money lent counting for what it gains or loses [EUR].
        lendable: array (T,), its investments of each year, less all the aids given to them: what loans may pay [EUR].
    """

    cash: Array
    own_eur: float
    grants_eur: float
    lendable: Array


class Outlays:
    """Money of any column of a request.

    Args:
        request: what the plan is asked for.
        worth: costs and gains.
        saved: array (n,), yearly saving of each action that a plan may spend again, excluding VAT [EUR/year].
        facts: facts of each action.
    """

    def __init__(self, request: PlanRequest, worth: Worth, saved: Array, facts: Sequence[Mapping[str, Any]]) -> None:
        self.request, self.worth, self.saved = request, worth, saved
        self._invested = [section_of(told) == "investment" for told in facts]
        self.taxes = taxes_of(request, worth)
        self._profiles: dict[tuple[int, int], tuple[Array, float]] = {}

    def of(self, action: int, start: int, plan: FinancingPlan, factor: float = 1.0) -> Outlay:
        """Money of an action in a year with its aids.

        Args:
            action: row of the action.
            start: index of its start year.
            plan: its aids.
            factor: share of its usual cost that is paid [1].
        """
        years, worth, taxes = self.request.years, self.worth, self.taxes
        ttc = float(worth.mean_cost[action] * factor * (1 + worth.vat[action]))
        back = ttc * float(taxes.returned[action])
        # What wears out within the plan is renewed on its budget, without aid.
        works = ttc * renewed_within(float(worth.lifetime[action]), start, years)
        works[start] += ttc
        cash = works - float(taxes.returned[action]) * late(works, int(taxes.lag[action]), years)
        lendable = works.copy()
        grants = 0.0
        for aid in plan.aids:
            shares, present = self._profile(aid.rule, start)
            cash -= aid.amount_eur * shares
            lendable[start] -= aid.amount_eur
            grants += aid.amount_eur * present
        cash[start + 1 :] -= self.request.recycled_share * float(self.saved[action]) * (1 + taxes.running[action])
        own = max(LEAST_OWN_EUR, ttc - back - plan.total_eur)
        lent = np.maximum(lendable, 0.0) if self._invested[action] else np.zeros(years)
        return Outlay(cash=cash, own_eur=own, grants_eur=grants, lendable=lent)

    def _profile(self, rule: FundingRule, start: int) -> tuple[Array, float]:
        """What a euro of aid leaves each year of the plan, and its present value, later years included."""
        key = id(rule), start
        if key not in self._profiles:
            rates = {"real_rate": self.worth.economy.financial_rate, "nominal_rate": nominal_rate(self.request)}
            shares = net_shares(rule, start, self.request.years)
            self._profiles[key] = shares, present_share(rule, start, **rates)
        return self._profiles[key]
