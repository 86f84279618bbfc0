"""What would have to change for an action to enter the plan, all other actions being what they are.

An action enters where what it adds, less what its rival adds, is worth the own money that it takes from
others: g - g0 >= m (c - c0), m being the least value per own euro that the plan retains where money is short,
and 0 where it is not. What it adds is linear in its cost, in aids and in prices, so that each condition is one
division; `bocage why` tries them by planning again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from bocage.decide.answer.explain import Explainer
from bocage.decide.money.ledger import Books
from bocage.decide.portfolio.selection import Selection
from bocage.decide.value.aims import TIE_BREAK, Mix, Placed, mixed, tallies
from bocage.decide.value.worth import Worth

SHORT_OF_MONEY = ("BOC-DEC-103", "BOC-DEC-104")
WEIGHED = (*SHORT_OF_MONEY, "BOC-DEC-105", "BOC-DEC-106", "BOC-DEC-111")
"""Reasons that a change of cost, aid, price or budget may undo."""
SCHEMA = {
    "action_id": pl.String, "cost_cut": pl.Float64, "aid_eur": pl.Float64, "price_driver": pl.String,
    "price_factor": pl.Float64, "budget_eur": pl.Float64,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Way:
    """One column that an action could take, as its entry depends on it.

    Attributes:
        gain: what it adds, less what its rival adds.
        own: own euros that it takes, less those of its rival [EUR].
        works: what its own cost takes from the gain.
        payable: own euros of the column itself [EUR].
        by_driver: by variable of scenarios, what doubling it adds to the gain.
        short: own funds that lack in its year, 0 where nothing does [EUR].
    """

    gain: float
    own: float
    works: float
    payable: float
    by_driver: Mapping[str, float]
    short: float


def entry_conditions(books: Books, explainer: Explainer, mix: Mix, reasons: pl.DataFrame) -> pl.DataFrame:
    """For each action that value or money leaves out, the least change of each kind that would bring it in.

    Args:
        books: the plan.
        explainer: its reasons.
        mix: what one unit of each objective is worth in the value of the plan.
        reasons: frame of the reasons, in the order of the actions.

    Returns:
        Frame `action_id`, `cost_cut` (share of its cost [1]), `aid_eur`, `price_driver` and `price_factor` (times
        today's value), `budget_eur` (own funds that lack in its best year); null where no such change would do.
    """
    if not mix:  # nothing serves what is asked: no change of an action would
        return pl.DataFrame(schema=SCHEMA)
    values = _Values(books, mix)
    short = {
        int(books.columns.portfolio.payer[row]) for row, code in enumerate(reasons["code"]) if code in SHORT_OF_MONEY
    }
    tie = sum(weight * (1.0 if one == "cash" else TIE_BREAK[one]) for one, weight in mix.items())
    rows = []
    for action, (name, code) in enumerate(reasons.select("action_id", "code").iter_rows()):
        if code not in WEIGHED:
            continue
        payer = int(books.columns.portfolio.payer[action])
        least = explainer.marginal.get(payer, 0.0) / explainer.measure.scale if payer in short else 0.0
        ways = values.ways(action, explainer.columns_of.get(action, ()))
        rows.append({"action_id": name, **_least_changes(ways, least, tie)})
    return pl.DataFrame(rows, schema=SCHEMA)


def _least_changes(ways: Sequence[Way], least: float, tie: float) -> dict[str, object]:
    """The smallest change of each kind over the columns that an action could take."""
    cuts = [cut for way in ways if (cut := cost_cut(way, least)) is not None]
    aids = [aid for way in ways if (aid := aid_needed(way, least, tie)) is not None]
    prices = [(factor, driver) for way in ways for driver, factor in price_factors(way, least).items()]
    lacking = [way.short for way in ways if way.short > 0 and _lacks(way, least) <= 0]
    factor, driver = min(prices, key=lambda one: one[0], default=(None, None))
    return {
        "cost_cut": min(cuts, default=None),
        "aid_eur": min(aids, default=None),
        "price_driver": driver,
        "price_factor": factor,
        "budget_eur": min(lacking, default=None),
    }


def _lacks(way: Way, least: float) -> float:
    """What the gain lacks for the column to be worth its money."""
    return least * way.own - way.gain


def cost_cut(way: Way, least: float) -> float | None:
    """Share by which the cost has to fall; None where it need not, or where even works for nothing would not do.

    >>> way = Way(gain=-20.0, own=100.0, works=100.0, payable=100.0, by_driver={}, short=0.0)
    >>> cost_cut(way, 0.0)
    0.2
    """
    lacks, relief = _lacks(way, least), way.works + least * way.payable
    if lacks <= 0 or relief <= 0 or lacks >= relief:
        return None
    return lacks / relief


def aid_needed(way: Way, least: float, tie: float) -> float | None:
    """Further aid that would do [EUR]; None where none is needed, or where none up to what is paid would do."""
    lacks = _lacks(way, least)
    if lacks <= 0 or tie + least <= 0:
        return None
    aid = lacks / (tie + least)
    return aid if aid <= way.payable else None


def price_factors(way: Way, least: float) -> dict[str, float]:
    """By variable of scenarios, how many times today's value would do.

    >>> way = Way(gain=-20.0, own=0.0, works=9.0, payable=9.0, by_driver={"electricity_price": 80.0}, short=0.0)
    >>> price_factors(way, 0.0)
    {'electricity_price': 1.25}
    """
    lacks = _lacks(way, least)
    if lacks <= 0:
        return {}
    return {driver: 1.0 + lacks / more for driver, more in way.by_driver.items() if more > 0}


class _Values:
    """What columns add beside the plan: as it is, were works free, and were each price twice what it is."""

    def __init__(self, books: Books, mix: Mix) -> None:
        self.books, self.mix, self.portfolio = books, mix, books.columns.portfolio
        worth, still = books.worth, self.portfolio
        self.now = Selection(still, books.chosen)
        self.usual = self._valued(worth)
        self.free = self._valued(replace(worth, cost=np.zeros_like(worth.cost)))
        self.dear = {
            driver: self._valued(replace(worth, index={**worth.index, driver: 2.0 * index}))
            for driver, index in worth.index.items()
            if driver
        }
        self.left = still.balances(books.chosen)

    def _valued(self, worth: Worth) -> Selection:
        """The plan with its values reckoned again; ties and aversion to risk left out."""
        columns = self.books.columns
        at = Placed(
            action=self.portfolio.action,
            year=self.portfolio.year,
            cost_factor=columns.cost_factor,
            grants=columns.grants,
        )
        pairs, found, _ = tallies(self.books.request, worth, list(self.mix), at)
        tally = mixed(found, self.mix)
        valued = [replace(pair, worth=states) for pair, states in zip(pairs, tally.pairs, strict=True)]
        return Selection(replace(self.portfolio, value=tally.columns, pairs=valued, risk=None), self.books.chosen)

    def ways(self, action: int, columns: Sequence[int]) -> list[Way]:
        """The columns of an action, each in place of its rival where it has one."""
        rival = next((one for one in sorted(self.now.rivals.get(action, ())) if one in self.now.chosen), None)
        if rival is None:
            return [self._way(column, None, {}) for column in columns]
        taken = self.now.chosen[rival]
        given = {"now": _given(self.now, rival), **{name: _given(one, rival) for name, one in self.dear.items()}}
        usual = _given(self.usual, rival)
        moved = {name: value - usual for name, value in given.items() if name != "now"}
        return [self._way(column, taken, {"now": given["now"], **moved}) for column in columns]

    def _way(self, column: int, taken: int | None, given: Mapping[str, float]) -> Way:
        """One column; `given` is what its rival adds, and what doubling each price adds to the rival."""
        own, usual = float(self.portfolio.own[column]), self.usual.gain(column)
        return Way(
            gain=self.now.gain(column) - given.get("now", 0.0),
            own=own - (0.0 if taken is None else float(self.portfolio.own[taken])),
            works=self.free.gain(column) - usual,
            payable=own,
            by_driver={name: one.gain(column) - usual - given.get(name, 0.0) for name, one in self.dear.items()},
            short=self._short(column, taken),
        )

    def _short(self, column: int, taken: int | None) -> float:
        """Own funds that lack for a column beside the plan [EUR]."""
        cash = self.portfolio.cash[column]
        if taken is not None:
            cash = cash - self.portfolio.cash[taken]
        asked = np.cumsum(cash) if self.portfolio.carried else cash
        payer = int(self.portfolio.payer[self.portfolio.action[column]])
        return float(max(0.0, -(self.left[payer] - asked).min()))


def _given(selection: Selection, action: int) -> float:
    """What a chosen action adds beside the others."""
    column = selection.remove(action)
    gain = selection.gain(column)
    selection.add(column)
    return gain
