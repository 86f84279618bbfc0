"""One version of one funding programme, as data: conditions, amounts, ceilings, payments and gates."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bocage.parameters.funding_rules.gates import FREE, Calendar

Test = Literal["is", "one_of", "contains", "at_least", "at_most", "above", "below"]
Scope = Literal["unit", "file", "beneficiary_year", "total", "remainder", "fund"]
FunderKind = Literal[
    "state", "region", "departement", "epci", "syndicate", "agency", "eu", "public_bank", "bank", "private", "own"
]
Cash = Literal["grant", "certificate", "refund", "repayable_advance", "loan"]
"""What the money is: a grant, white certificates sold, VAT that comes back, or money that is paid back."""
Base = Literal["cost", "cost_with_vat", "vat"]
GIVEN: frozenset[Cash] = frozenset({"grant", "certificate"})
"""Money that is never paid back and that takes the place of own funds."""
LENT: frozenset[Cash] = frozenset({"repayable_advance", "loan"})


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
class Step:
    """A number read from a table by a fact: by its code, or by the highest threshold that it reaches.

    The numbers of the codes of a list are added up.

    Attributes:
        fact: `territory.NAME` or `action.NAME`.
        by_code: number by code; empty where thresholds are used.
        by_threshold: (threshold, number), thresholds increasing; the fact itself where both are empty.
        whole_from: value of the fact from which it counts for 1, where the fact itself is the number.
    """

    fact: str
    by_code: Mapping[str, float]
    by_threshold: tuple[tuple[float, float], ...] = ()
    whole_from: float | None = None


@dataclass(frozen=True, kw_only=True)
class Forfait:
    """A fixed amount per unit.

    Attributes:
        fact: fact of the action that counts the units; `file` for one.
        less: fact that counts units to leave out.
        quantity: amount per unit, in `unit`.
        unit: `EUR` or `kWhc`.
        steps: tables that multiply the quantity.
        when: conditions under which it is due.
    """

    fact: str
    less: str
    quantity: float
    unit: str
    steps: tuple[Step, ...] = ()
    when: tuple[Condition, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Bonus:
    """A factor on the forfaits where its conditions hold: `times`, or 1 + `times` x the fact `per`."""

    when: tuple[Condition, ...]
    times: float
    per: str = ""


@dataclass(frozen=True, kw_only=True)
class RateCase:
    """A rate interval that takes the place of the general one where its conditions hold."""

    when: tuple[Condition, ...]
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Supplement:
    """Points added to the rate where conditions hold [1]."""

    when: tuple[Condition, ...]
    add: float


@dataclass(frozen=True, kw_only=True)
class Rate:
    """An interval of rates [1] and the positions in it (0 low, 1 high) that a plan may count on.

    Attributes:
        low: lowest rate [1].
        high: highest rate [1].
        levels: positions in the interval that become plans.
        of: what the rate applies to.
        cases: intervals for particular cases; the first whose conditions hold is used.
        plus: supplements, each added where its conditions hold.
    """

    low: float
    high: float
    levels: tuple[float, ...]
    of: Base = "cost"
    cases: tuple[RateCase, ...] = ()
    plus: tuple[Supplement, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Cap:
    """A ceiling on the aid or on the eligible spending.

    Attributes:
        scope: per unit, file, beneficiary and year, in all; `remainder`, a share of what the other aids leave;
            or `fund`, what a fact says is left in the fund.
        eur: ceiling [EUR]; per unit [EUR/unit] for `unit`; 0 for `remainder` and `fund`.
        of: what is capped.
        fact: fact that counts the units, for `unit`; full name of the fact that holds the balance, for `fund`.
        share: ceiling as a share of what the other aids leave to pay, for `remainder` [1].
    """

    scope: Scope
    eur: float
    of: Literal["aid", "spending"]
    fact: str
    share: float = 0.0


@dataclass(frozen=True, kw_only=True)
class GroupCondition:
    """What the actions of one file must reach together: the total of a fact, or its mean weighted by cost."""

    fact: str
    total_at_least: float | None
    mean_at_least: float | None


@dataclass(frozen=True, kw_only=True)
class Repayment:
    """How money that is lent comes back.

    Attributes:
        years: number of yearly instalments.
        rate: yearly interest rate [1].
        source: what pays the instalments, `savings` of the works or the `budget`.
        principal: `annuity` where instalments are equal, `straight` where the principal is.
    """

    years: int
    rate: float
    source: Literal["savings", "budget"]
    principal: Literal["annuity", "straight"] = "annuity"


@dataclass(frozen=True, kw_only=True)
class Payment:
    """When an aid is paid.

    Attributes:
        advance: share paid in the year of the works [1].
        interim: (years after the works, share [1]) of instalments between the advance and the balance.
        lag_years: years between the works and the balance.
        lag_by: years to the balance by a fact of the territory or the action, where it decides.
    """

    advance: float
    lag_years: int
    interim: tuple[tuple[int, float], ...] = ()
    lag_by: Step | None = None


@dataclass(frozen=True, kw_only=True)
class Replacement:
    """Where and when a narrower programme takes the place of this one."""

    by: str
    scope: tuple[Condition, ...]
    since: dt.date
    until: dt.date | None


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
        payment: when it is paid.
        incompatible: programmes that cannot be added to it; classes of funders already named.
        since: first engagement date.
        until: last engagement date, None while in force.
        counted: True where a plan may count on it without being told to.
        status: `verified`, `to_verify` or `expired`.
        reference: source by language.
        checked_on: date of the last check.
        eligibility: conditions that must all hold.
        funder_kind: class of the funder.
        cash: what the money is.
        forfaits: fixed amounts per unit.
        rate: rate of the eligible cost, None for forfaits.
        bonuses: factors on the forfaits; they are never added up, the largest one holds.
        amount_unknown: True where the amount could not be found: nothing is promised.
        caps: ceilings.
        group: conditions on the actions of one file together.
        minimum_project_eur: smallest cost of a file, excluding VAT [EUR].
        files_per_year: most files of one beneficiary in a year, None without limit.
        envelope_eur_year: what the programme can give in a year to all payers, None where unknown [EUR/year].
        calendar: when to ask, when to order, when to finish; free where nothing is known.
        repayment: how it is paid back, for money that is lent.
        scope: conditions on the territory where it holds; everywhere where empty.
        replaces: programme that it replaces in its scope; empty where none.
        replaced: where narrower programmes replace it.
        legal_basis: articles that found it; empty where none is named.
        example: True where it stands as a model to copy, not as law.
    """

    name: str
    label: Mapping[str, str]
    funder: Mapping[str, str]
    note: Mapping[str, str]
    award: Literal["automatic", "discretionary"]
    public: bool
    file: Literal["action", "year"]
    payment: Payment
    incompatible: frozenset[str]
    since: dt.date
    until: dt.date | None
    counted: bool
    status: str
    reference: Mapping[str, str]
    checked_on: dt.date | None
    eligibility: tuple[Condition, ...]
    funder_kind: FunderKind
    cash: Cash = "grant"
    forfaits: tuple[Forfait, ...] = ()
    rate: Rate | None = None
    bonuses: tuple[Bonus, ...] = ()
    amount_unknown: bool = False
    caps: tuple[Cap, ...] = ()
    group: tuple[GroupCondition, ...] = ()
    minimum_project_eur: float = 0.0
    files_per_year: int | None = None
    envelope_eur_year: float | None = None
    calendar: Calendar = FREE
    repayment: Repayment | None = None
    scope: tuple[Condition, ...] = ()
    replaces: str = ""
    replaced: tuple[Replacement, ...] = ()
    legal_basis: str = ""
    example: bool = False

    @property
    def advance(self) -> float:
        """Share paid in the year of the works [1]."""
        return self.payment.advance

    @property
    def lag_years(self) -> int:
        """Years between the works and the balance."""
        return self.payment.lag_years

    def in_force(self, engaged_on: dt.date) -> bool:
        """True where works engaged on that date fall under this version."""
        return self.since <= engaged_on and (self.until is None or engaged_on <= self.until)

    def status_on(self, engaged_on: dt.date) -> str:
        """Status of the rule for works engaged on a date: `verified`, `to_verify` or `expired`.

        Law of finances may change any programme on 1 January: what was checked in a year is not known
        to hold in a later one.

        Args:
            engaged_on: date on which the works are ordered.
        """
        if self.status == "expired" or (self.until is not None and engaged_on > self.until):
            return "expired"
        if self.status == "verified" and (self.checked_on is None or engaged_on.year > self.checked_on.year):
            return "to_verify"
        return self.status


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
