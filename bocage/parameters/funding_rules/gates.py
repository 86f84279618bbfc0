"""Calendar of a programme: when to deposit the file, when the works may be ordered, when they must start and end."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from bocage.parameters.funding_rules.cell import Cell
from bocage.parameters.reader import STATUSES

Order = Literal["free", "after_deposit", "after_receipt", "after_agreement"]
"""Before what no order may be signed: nothing, the deposit of the file, its receipt by the funder, the agreement."""
MONTHS = ("receipt_months", "decision_months", "start_within_months", "finish_within_months")
A_LEAP_YEAR = 2024


@dataclass(frozen=True, kw_only=True)
class DepositWindow:
    """Days of the year, (month, day) both included, between which a file may be deposited; may run over New Year."""

    opens: tuple[int, int]
    closes: tuple[int, int]

    def contains(self, date: dt.date) -> bool:
        """True where a file may be deposited on that date.

        >>> winter = DepositWindow(opens=(11, 1), closes=(1, 31))
        >>> winter.contains(dt.date(2027, 1, 15)), winter.contains(dt.date(2027, 2, 1))
        (True, False)
        """
        day = (date.month, date.day)
        if self.opens <= self.closes:
            return self.opens <= day <= self.closes
        return day >= self.opens or day <= self.closes


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """Gates in time of a programme; a month count is None where it is not known.

    Attributes:
        deposit: windows in which files are taken; any day where empty.
        order: what must have happened before the works are ordered; an order signed earlier loses the aid.
        receipt_months: longest time from deposit to receipt, or to the day when the file is deemed complete [month].
        decision_months: usual time from deposit to decision [month].
        start_within_months: works begin within this time of the decision, or the aid lapses [month].
        finish_within_months: works end within this time of their start, or the aid lapses [month].
        status: `verified`, `to_verify` or `expired`; empty where nothing is declared.
        reference: source by language; empty where nothing is declared.
    """

    deposit: tuple[DepositWindow, ...] = ()
    order: Order = "free"
    receipt_months: int | None = None
    decision_months: int | None = None
    start_within_months: int | None = None
    finish_within_months: int | None = None
    status: str = ""
    reference: Mapping[str, str] | None = None

    def takes_files(self, date: dt.date) -> bool:
        """True where a file may be deposited on that date."""
        return not self.deposit or any(window.contains(date) for window in self.deposit)

    def last_deposit(self, before: dt.date) -> dt.date:
        """The last day, not after the date given, on which a file may be deposited.

        >>> spring = DepositWindow(opens=(1, 15), closes=(3, 31))
        >>> Calendar(deposit=(spring,)).last_deposit(dt.date(2027, 6, 1)).isoformat()
        '2027-03-31'
        """
        return self._nearest(before, -1)

    def next_deposit(self, after: dt.date) -> dt.date:
        """The first day, not before the date given, on which a file may be deposited."""
        return self._nearest(after, 1)

    def _nearest(self, date: dt.date, step: int) -> dt.date:
        days = (date + dt.timedelta(days=step * count) for count in range(367))
        return next(day for day in days if self.takes_files(day))

    def allows_order(
        self,
        ordered_on: dt.date,
        *,
        deposited_on: dt.date | None,
        received_on: dt.date | None,
        agreed_on: dt.date | None,
    ) -> bool:
        """True where an order signed on that date keeps the aid.

        The order may be signed on the very day of what it waits for.

        Args:
            ordered_on: date on which the works are ordered (signature of the estimate or of the contract).
            deposited_on: date of deposit of the file, None while it is not.
            received_on: date of receipt by the funder, None while it is not.
            agreed_on: date of agreement, None while there is none.

        >>> detr = Calendar(order="after_receipt")
        >>> detr.allows_order(dt.date(2027, 3, 1), deposited_on=dt.date(2027, 1, 5), received_on=None, agreed_on=None)
        False
        """
        gates = {"after_deposit": deposited_on, "after_receipt": received_on, "after_agreement": agreed_on}
        if self.order == "free":
            return True
        passed = gates[self.order]
        return passed is not None and passed <= ordered_on


FREE = Calendar()
"""A programme of which no gate is known."""


def read_calendar(cell: Cell) -> Calendar:
    """The calendar written in a version of a rule.

    Raises:
        RuleError: a key, a day, a count of months or an order is not one; says which and what to write.

    >>> read_calendar(Cell("detr.yaml", "calendar", {"deposit": [{"from": "01-15", "until": "03-31"}],
    ...     "order": "after_receipt", "status": "to_verify", "reference": "CGCT R2334-24"})).deposit[0].closes
    (3, 31)
    """
    cell.mapping(("status", "reference"), ("deposit", "order", *MONTHS))
    order = cell.get("order")
    months = {name: found.whole() for name in MONTHS if (found := cell.get(name))}
    return Calendar(
        deposit=tuple(_window(one) for one in cell.under("deposit")),
        order=order.text(get_args(Order)) if order else "free",  # type: ignore[arg-type]  # checked by text()
        status=cell["status"].text(STATUSES),
        reference=cell["reference"].reference(),
        **months,
    )


def _window(cell: Cell) -> DepositWindow:
    cell.mapping(("from", "until"))
    return DepositWindow(opens=_day(cell["from"]), closes=_day(cell["until"]))


def _day(cell: Cell) -> tuple[int, int]:
    try:
        date = dt.date.fromisoformat(f"{A_LEAP_YEAR}-{cell.value}")
    except ValueError as fault:
        raise cell.unfit("day") from fault
    return date.month, date.day
