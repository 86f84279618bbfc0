"""Reader of the parts of a rule: conditions, tables, forfaits, rates, ceilings, payments and repayments."""

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Literal, Protocol, get_args

from bocage.parameters.funding_rules.cell import Cell
from bocage.parameters.funding_rules.facts import SUITED, Fact, nearest
from bocage.parameters.funding_rules.rule import (
    Base,
    Bonus,
    Cap,
    Condition,
    Forfait,
    GroupCondition,
    Payment,
    Rate,
    RateCase,
    Repayment,
    Scope,
    Step,
    Supplement,
    Test,
)

Facts = Mapping[str, Fact]
ONE_FILE = "file"
"""The fact that counts one, for an amount that is the same whatever the size."""


def read_conditions(cell: Cell | None, facts: Facts) -> tuple[Condition, ...]:
    """Conditions that must all hold; none where nothing is written."""
    return () if cell is None else tuple(_condition(one, facts) for one in cell.items())


def _condition(cell: Cell, facts: Facts) -> Condition:
    if not isinstance(cell.value, Mapping):
        raise cell.unfit("condition")
    for word in ("any", "all", "not"):
        if set(cell.value) == {word}:
            parts = cell[word].items() if word != "not" else [cell[word]]
            return Condition(test=word, parts=tuple(_condition(part, facts) for part in parts))
    tests = set(cell.value) - {"fact"}
    if "fact" not in cell.value or len(tests) != 1 or not tests <= set(get_args(Test)):
        raise cell.unfit("condition")
    (test,) = tests
    fact = known_fact(cell["fact"], facts)
    if test not in SUITED[fact.type]:
        known = ", ".join(SUITED[fact.type])
        raise cell.fault("BOC-PAR-006", test=test, fact=fact.name, type=fact.type, known=known)
    compared = cell[test]
    return Condition(fact=fact.name, test=test, value=_compared(compared, test, fact))


def _compared(cell: Cell, test: str, fact: Fact) -> object:
    if test == "one_of":
        if cell.value == []:
            raise cell.unfit("condition")
        return [_single(one, fact) for one in cell.items()]
    return _single(cell, fact)


def _single(cell: Cell, fact: Fact) -> object:
    match fact.type:
        case "boolean":
            return cell.flag()
        case "number":
            return cell.number("number")
        case _:
            return cell.text(fact.codes)


def known_fact(cell: Cell, facts: Facts, *, whose: str = "") -> Fact:
    """The fact that a cell names.

    Args:
        cell: holds the name.
        facts: known facts.
        whose: `action.` where the name is written without it.

    Raises:
        RuleError: BOC-PAR-005, with the nearest names.
    """
    name = cell.text()
    full = name if name.startswith(("action.", "territory.")) else whose + name
    if full not in facts:
        raise cell.fault("BOC-PAR-005", fact=name, nearest=nearest(full, facts))
    return facts[full]


def _counting(cell: Cell, facts: Facts) -> str:
    if cell.value == ONE_FILE:
        return ONE_FILE
    fact = known_fact(cell, facts, whose="action.")
    if fact.type != "number" or not fact.name.startswith("action."):
        raise cell.unfit("counting")
    return fact.name.removeprefix("action.")


def _step(cell: Cell, facts: Facts) -> Step:
    cell.mapping(("fact",), ("of", "from", "whole_from"))
    fact = known_fact(cell["fact"], facts)
    codes, thresholds, whole = cell.get("of"), cell.get("from"), cell.get("whole_from")
    if (codes and thresholds) or (codes is None and fact.type != "number") or (codes and not codes.value):
        raise cell.unfit("table")
    by_code = {}
    for code in codes.mapping().value if codes else ():
        if fact.codes and code not in fact.codes:
            raise cell["of"].fault("BOC-PAR-003", known=", ".join(fact.codes))
        by_code[str(code)] = cell["of"][code].number("number")
    by_threshold: list[tuple[float, float]] = []
    for pair in thresholds.items() if thresholds else ():
        numbers = [one.number("number") for one in pair.items()]
        if len(numbers) != 2 or (by_threshold and numbers[0] <= by_threshold[-1][0]):
            raise pair.unfit("table")
        by_threshold.append((numbers[0], numbers[1]))
    return Step(
        fact=fact.name, by_code=by_code, by_threshold=tuple(by_threshold), whole_from=whole.number() if whole else None
    )


def read_forfait(cell: Cell, facts: Facts) -> Forfait:
    """A fixed amount per unit."""
    cell.mapping(("fact", "quantity", "in"), ("less", "by", "when"))
    less = cell.get("less")
    return Forfait(
        fact=_counting(cell["fact"], facts),
        less=_counting(less, facts) if less else "",
        quantity=cell["quantity"].number("number"),
        unit=cell["in"].text(("EUR", "kWhc")),
        steps=tuple(_step(one, facts) for one in cell.under("by")),
        when=read_conditions(cell.get("when"), facts),
    )


def read_bonus(cell: Cell, facts: Facts) -> Bonus:
    """A factor on the forfaits."""
    cell.mapping(("when", "times"), ("per",))
    per = cell.get("per")
    return Bonus(
        when=read_conditions(cell["when"], facts),
        times=cell["times"].number(),
        per=known_fact(per, facts).name if per else "",
    )


def read_rate(cell: Cell, facts: Facts) -> Rate:
    """A rate or an interval of rates, with its particular cases and supplements."""
    cell.mapping(("low", "high"), ("levels", "of", "cases", "plus"))
    low, high = _interval(cell)
    levels = cell.get("levels")
    if levels and not levels.value:
        # A rate without a level would give nothing, and say nothing of it.
        raise levels.unfit("levels")
    base = cell.get("of")
    cases = []
    for one in cell.under("cases"):
        one.mapping(("when", "low", "high"))
        least, most = _interval(one)
        cases.append(RateCase(when=read_conditions(one["when"], facts), low=least, high=most))
    plus = []
    for one in cell.under("plus"):
        one.mapping(("when", "add"))
        plus.append(Supplement(when=read_conditions(one["when"], facts), add=one["add"].number("share")))
    return Rate(
        low=low,
        high=high,
        levels=tuple(one.number("share") for one in levels.items()) if levels else (0.0,),
        of=base.text(get_args(Base)) if base else "cost",  # type: ignore[arg-type]  # checked by text()
        cases=tuple(cases),
        plus=tuple(plus),
    )


def _interval(cell: Cell) -> tuple[float, float]:
    low, high = cell["low"].number("share"), cell["high"].number("share")
    if high < low:
        raise cell["high"].unfit("order")
    return low, high


def read_cap(cell: Cell, facts: Facts) -> Cap:
    """A ceiling."""
    cell.mapping(("scope", "of"), ("eur", "share", "fact"))
    scope = cell["scope"].text(get_args(Scope))
    of = cell["of"].text(("aid", "spending"))
    wanted = {"remainder": "share", "fund": "fact"}.get(scope, "eur")
    if wanted not in cell.value or ("share" in cell.value) != (scope == "remainder"):
        raise cell.unfit("scope_eur")
    if ("fact" in cell.value) != (scope in ("unit", "fund")):
        raise cell.unfit("unit_fact")
    fact = known_fact(cell["fact"], facts).name if scope == "fund" else ""
    return Cap(
        scope=scope,  # type: ignore[arg-type]  # checked by text()
        eur=cell["eur"].number() if wanted == "eur" else 0.0,
        of=of,  # type: ignore[arg-type]  # checked by text()
        fact=_counting(cell["fact"], facts) if scope == "unit" else fact,
        share=cell["share"].number("share") if scope == "remainder" else 0.0,
    )


def read_group(cell: Cell, facts: Facts) -> GroupCondition:
    """What the actions of a file must reach together."""
    cell.mapping(("fact",), ("total_at_least", "mean_at_least"))
    total, mean = cell.get("total_at_least"), cell.get("mean_at_least")
    return GroupCondition(
        fact=_counting(cell["fact"], facts),
        total_at_least=total.number() if total else None,
        mean_at_least=mean.number() if mean else None,
    )


def read_payment(cell: Cell, facts: Facts) -> Payment:
    """When an aid is paid."""
    cell.mapping(("advance", "lag_years"), ("interim", "lag_by"))
    interim = []
    for one in cell.under("interim"):
        one.mapping(("after_years", "share"))
        interim.append((one["after_years"].whole(), one["share"].number("share")))
    advance = cell["advance"].number("share")
    total = advance + sum(share for _, share in interim)
    if total > 1.0 + 1e-9:
        raise cell.fault("BOC-PAR-013", total=f"{total:g}")
    lag_by = cell.get("lag_by")
    return Payment(
        advance=advance,
        lag_years=cell["lag_years"].whole(),
        interim=tuple(interim),
        lag_by=_step(lag_by, facts) if lag_by else None,
    )


def read_repayment(cell: Cell) -> Repayment:
    """How money that is lent comes back."""
    cell.mapping(("years", "rate", "from"), ("principal",))
    principal: Literal["annuity", "straight"] = "annuity"
    if cell.get("principal") and cell["principal"].text(("annuity", "straight")) == "straight":
        principal = "straight"
    return Repayment(
        years=cell["years"].whole(),
        rate=cell["rate"].number("share"),
        source="savings" if cell["from"].text(("savings", "budget")) == "savings" else "budget",
        principal=principal,
    )


class Dated(Protocol):
    """A version of a programme or of a law."""

    @property
    def name(self) -> str:
        """Name of the programme or law."""

    @property
    def since(self) -> dt.date:
        """First day on which it holds."""

    @property
    def until(self) -> dt.date | None:
        """Last day, None while in force."""


def refuse_overlaps(versions: Sequence[Dated], places: Sequence[Cell]) -> None:
    """Refuse versions of one programme or law that hold on the same day, or are not in order.

    Args:
        versions: in the order of the file.
        places: where each is written.

    Raises:
        RuleError: BOC-PAR-008 two versions overlap.
    """
    for (first, second), place in zip(pairwise(versions), places, strict=False):
        if first.until is None or first.until >= second.since:
            raise place.fault(
                "BOC-PAR-008",
                programme=first.name,
                first=first.since.isoformat(),
                second=second.since.isoformat(),
                until=(second.since - dt.timedelta(days=1)).isoformat(),
            )
