"""Eligibility: conditions of a funding rule tested on facts, with a third answer where a fact is missing."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bocage.parameters.funding_rules import Condition

Facts = Mapping[str, Any]


def judge(conditions: Sequence[Condition], facts: Facts) -> tuple[bool | None, frozenset[str]]:
    """Whether all conditions hold: True, False, or None where a missing fact decides; and the missing facts.

    Kleene's logic: one false condition refuses whatever else is unknown.

    Args:
        conditions: conditions that must all hold.
        facts: by full name, `territory.population`…; None counts as missing.

    >>> from bocage.parameters.funding_rules import Condition
    >>> small = Condition(fact="territory.population", test="at_most", value=2000)
    >>> judge([small], {"territory.population": 3400})
    (False, frozenset())
    >>> judge([small], {})
    (None, frozenset({'territory.population'}))
    """
    return _all(_judge(condition, facts) for condition in conditions)


Judgement = tuple[bool | None, frozenset[str]]
_NOTHING: frozenset[str] = frozenset()


def _judge(condition: Condition, facts: Facts) -> Judgement:
    match condition.test:
        case "all":
            return _all(_judge(part, facts) for part in condition.parts)
        case "any":
            return _negate(_all(_negate(_judge(part, facts)) for part in condition.parts))
        case "not":
            return _negate(_judge(condition.parts[0], facts))
    fact = facts.get(condition.fact)
    if fact is None:
        return None, frozenset({condition.fact})
    return _compare(condition.test, fact, condition.value), _NOTHING


def _all(judgements: Iterable[Judgement]) -> Judgement:
    missing = _NOTHING
    for holds, names in judgements:
        if holds is False:
            return False, _NOTHING
        missing |= names
    return (None, missing) if missing else (True, _NOTHING)


def _negate(judgement: Judgement) -> Judgement:
    holds, missing = judgement
    return (None if holds is None else not holds), missing


def _compare(test: str, fact: Any, value: Any) -> bool:  # noqa: ANN401 - a fact is a number, a text or a list
    match test:
        case "is":
            return bool(fact == value)
        case "one_of":
            return fact in value
        case "contains":
            return value in fact
        case "at_least":
            return bool(fact >= value)
        case "at_most":
            return bool(fact <= value)
        case "above":
            return bool(fact > value)
        case _:
            return bool(fact < value)
