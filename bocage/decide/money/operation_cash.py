"""Money of each operation by year: works, aids, advances, VAT returned, its share of the loans, what is left to pay."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bocage.decide.funding.aid_cash import is_lent, payment_shares
from bocage.decide.money.books import Books
from bocage.decide.money.operations import Operation
from bocage.decide.value.economy import late, renewed_within

Array = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class OperationCash:
    """Mean money of one operation, each an array (count,) by year from the first of the plan [EUR].

    Attributes:
        works: payment credits, all taxes included, renewals within the plan among them.
        aids: aids received.
        advances: money lent by programmes, received.
        vat_returned: FCTVA received or VAT deducted.
        loan: its share of the loans of its payer.
        lendable: payment credits less all the aids and advances given to the works of the year: what loans may pay.
    """

    works: Array
    aids: Array
    advances: Array
    vat_returned: Array
    loan: Array
    lendable: Array

    @property
    def own(self) -> Array:
        """What is left to the own funds of the payer each year; negative where money comes back after the works."""
        return self.works - self.aids - self.advances - self.vat_returned - self.loan


def operation_cash(books: Books, operations: Sequence[Operation], count: int) -> list[OperationCash]:
    """Money of each operation.

    The loans of a payer are shared between the investments that it pays in the year, as their payment
    credits less the aids given to them: no loan pays for running costs (CGCT L1612-4), and none goes
    beyond what it pays for. A loan of a year without works is shared as the works of the whole plan.

    Args:
        books: the plan.
        operations: of the plan.
        count: number of years to tell.
    """
    found = [_alone(books, one, count) for one in operations]
    drawn = np.zeros((len(books.columns.payers), count))
    drawn[:, : books.request.years] = books.borrowed
    for number, payer in enumerate(books.columns.payers):
        paid = [row for row, one in enumerate(operations) if one.payer == payer]
        mine = [row for row in paid if operations[row].account.section == "investment"] or paid
        works = np.array([found[row].lendable for row in mine]).reshape(len(mine), count)
        for row, loan in zip(mine, _shared(drawn[number], works), strict=True):
            found[row].loan[:] = loan
    return found


def _alone(books: Books, operation: Operation, count: int) -> OperationCash:
    works, aids, advances, back, loan, given = (np.zeros(count) for _ in range(6))
    vat, taxes = books.worth.vat, books.taxes
    for rank in operation.members:
        action, start = int(books.actions[rank]), int(books.starts[rank])
        ttc = float(books.worth.mean_cost[action] * books.cost_factors[rank] * (1 + vat[action]))
        # What wears out within the plan is renewed on the same budget, without aid.
        spent = ttc * renewed_within(float(books.worth.lifetime[action]), start, books.request.years)
        spent[start] += ttc
        works += late(spent, 0, count)
        back += float(taxes.returned[action]) * late(spent, int(taxes.lag[action]), count)
        for aid in books.columns.plans[books.chosen[rank]].aids:
            paid = aid.amount_eur * payment_shares(aid.rule, start, count)
            given[start] += aid.amount_eur
            if is_lent(aid.rule):
                advances += paid
            else:
                aids += paid
    lendable = np.maximum(works - given, 0.0)
    return OperationCash(works=works, aids=aids, advances=advances, vat_returned=back, loan=loan, lendable=lendable)


def _shared(drawn: Array, works: Array) -> Array:
    """Loans of a payer by operation and year, array (operations, count)."""
    if not len(works):
        return works
    whole = works.sum(axis=1, keepdims=True)
    of_plan = whole / max(float(whole.sum()), 1e-300)
    yearly = works.sum(axis=0)
    shares = np.where(yearly > 0, works / np.where(yearly > 0, yearly, 1.0), of_plan)
    return np.asarray(shares * drawn)
