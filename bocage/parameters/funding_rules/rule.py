"""One version of one funding programme, as data: conditions, amounts, ceilings, payments and gates."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bocage.parameters.funding_rules.gates import FREE, Calendar

Test = Literal["is", "one_of", "contains", "at_least", "at_most", "above", "below"]
Scope = Literal["unit", "file", "beneficiary_year", "total"]


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One test of a fact, or a combination of conditions.

    Attributes:
        fact: `territory.NAME` or `action.NAME`; empty for a combination.
        test: how the fact is compared, or `any`, `all`, `not`.
        value: what it is compared with.
        parts: conditions combined.
    """

    fact: str = ""
    test: str
    value: Any = None
    parts: tuple["Condition", ...] = ()


@dataclass(frozen=True, kw_only=True)
class Forfait:
    """A fixed amount per unit: fact that counts the units (less another), quantity, `EUR` or `kWhc`."""

    fact: str
    less: str
    quantity: float
    unit: str


@dataclass(frozen=True, kw_only=True)
class Rate:
    """An interval of rates [1] and the positions in it (0 low, 1 high) that a plan may count on."""

    low: float
    high: float
    levels: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Cap:
    """A ceiling [EUR] on the aid or on the eligible spending, per unit, file, beneficiary and year, or in all."""

    scope: Scope
    eur: float
    of: Literal["aid", "spending"]
    fact: str


@dataclass(frozen=True, kw_only=True)
class GroupCondition:
    """What the actions of one file must reach together: the total of a fact, or its mean weighted by cost."""

    fact: str
    total_at_least: float | None
    mean_at_least: float | None


@dataclass(frozen=True, kw_only=True)
class FundingRule:
    """One version of one programme.

    Attributes:
        name: stable name of the programme.
        label: label by language.
        funder: who pays, by language.
        note: what the reader must know, by language.
        award: `automatic`, or `discretionary` where an authority decides.
        public: True where the aid counts as public money in the 80 % rule.
        file: `action` where each action is a file, `year` where a payer groups the year's actions in one.
        advance: share paid in the year of the works [1].
        lag_years: years between the works and the balance.
        incompatible: programmes that cannot be added to it.
        since: first engagement date.
        until: last engagement date, None while in force.
        counted: True where a plan may count on it without being told to.
        status: `verified`, `to_verify` or `expired`.
        reference: source by language.
        checked_on: date of the last check.
        eligibility: conditions that must all hold.
        forfaits: fixed amounts per unit.
        rate: rate of the eligible cost, None for forfaits.
        amount_unknown: True where the amount could not be found: nothing is promised.
        caps: ceilings.
        group: conditions on the actions of one file together.
        minimum_project_eur: smallest cost of a file, excluding VAT [EUR].
        files_per_year: most files of one beneficiary in a year, None without limit.
        envelope_eur_year: what the programme can give in a year to all payers, None where unknown [EUR/year].
        calendar: when to ask, when to order, when to finish; free where nothing is known.
    """

    name: str
    label: Mapping[str, str]
    funder: Mapping[str, str]
    note: Mapping[str, str]
    award: Literal["automatic", "discretionary"]
    public: bool
    file: Literal["action", "year"]
    advance: float
    lag_years: int
    incompatible: frozenset[str]
    since: dt.date
    until: dt.date | None
    counted: bool
    status: str
    reference: Mapping[str, str]
    checked_on: dt.date | None
    eligibility: tuple[Condition, ...]
    forfaits: tuple[Forfait, ...] = ()
    rate: Rate | None = None
    amount_unknown: bool = False
    caps: tuple[Cap, ...] = ()
    group: tuple[GroupCondition, ...] = ()
    minimum_project_eur: float = 0.0
    files_per_year: int | None = None
    envelope_eur_year: float | None = None
    calendar: Calendar = FREE

    def in_force(self, engaged_on: dt.date) -> bool:
        """True where works engaged on that date fall under this version."""
        return self.since <= engaged_on and (self.until is None or engaged_on <= self.until)


@dataclass(frozen=True, kw_only=True)
class WorkedExample:
    """A worked example of a rule pack, run by the tests."""

    programme: str
    title: str
    engaged_on: dt.date
    territory: Mapping[str, Any]
    action: Mapping[str, Any]
    cost_eur: float
    expect: Mapping[str, Any]
