"""Why conditions fail, in the fewest words: the facts that decide, their values and the thresholds."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from bocage.decide.funding.eligibility import Facts, judge
from bocage.parameters.funding_rules import Condition, Fact, core_facts
from bocage.vocabulary.text import LANGUAGES, Language, format_number
from bocage.vocabulary.units import quantity

SIGNS = {"at_most": ">", "at_least": "<", "above": "≤", "below": "≥"}
OPPOSITE = {"at_most": "≤", "at_least": "≥", "above": ">", "below": "<"}
PLAIN_UNITS = frozenset({"", "1", "inhabitants", "points"})
"""Units that the label of the fact already says."""


@cache
def words() -> Mapping[str, Mapping[Language, str]]:
    """The words between facts and thresholds, by language.

    >>> words()["yes"]["fr"]
    'oui'
    """
    with (Path(__file__).parent / "refusal_words.csv").open(encoding="utf-8", newline="") as stream:
        return {row["key"]: {"fr": row["text_fr"], "en": row["text_en"]} for row in csv.DictReader(stream)}


@dataclass(frozen=True)
class Refusal:
    """One test that a fact fails.

    Attributes:
        fact: full name.
        value: value of the fact.
        test: the test.
        threshold: what it is compared with.
        negated: True where the rule asks that the test fail.
    """

    fact: str
    value: Any
    test: str
    threshold: Any
    negated: bool = False


Explanation = list[Refusal]


def refusals(conditions: Sequence[Condition], facts: Facts) -> tuple[Refusal, ...]:
    """The tests that refuse, one explanation for each condition that fails; none where no condition fails.

    Of several cases that all fail, those of another kind (overseas, another chantier) are left unsaid;
    the fewest facts that refuse every other case are named, with the threshold that is the least hard to meet.

    >>> small = Condition(fact="territory.population", test="at_most", value=2000)
    >>> middle = Condition(fact="territory.population", test="at_most", value=20000)
    >>> either = Condition(test="any", parts=(small, middle))
    >>> [(one.value, one.threshold) for one in refusals([either], {"territory.population": 50000})]
    [(50000, 20000)]
    """
    found: list[Refusal] = []
    for condition in conditions:
        if judge([condition], facts)[0] is False:
            shortest: Explanation = min(_explanations(condition, facts, wanted=True), key=len)
            found += shortest
    return tuple(_loosest(found))


def _explanations(condition: Condition, facts: Facts, *, wanted: bool) -> list[Explanation]:
    """Sets of refusals, each of which is enough to make the condition other than wanted."""
    if condition.test == "not":
        return _explanations(condition.parts[0], facts, wanted=not wanted)
    if condition.test in ("all", "any"):
        parts = [_explanations(part, facts, wanted=wanted) for part in condition.parts]
        if (condition.test == "all") is wanted:
            return [one for part in parts for one in part]
        return [_covering(_own_kind(parts))] if all(parts) else []
    if judge([condition], facts)[0] is not (not wanted):
        return []
    value = facts[condition.fact]
    return [[Refusal(condition.fact, value, condition.test, _fixed(condition.value), negated=not wanted)]]


def _fixed(value: Any) -> Any:  # noqa: ANN401 - what a fact is compared with
    return tuple(value) if isinstance(value, list) else value


def _own_kind(parts: Sequence[Sequence[Explanation]]) -> Sequence[Sequence[Explanation]]:
    """The cases written for this kind of territory or action; all of them where none is.

    A rule that asks for 2,000 inhabitants at most, or for 3,500 overseas, refuses a commune of the
    mainland for its 2,000.
    """
    own = [part for part in parts if not any(one.test not in SIGNS for each in part for one in each)]
    return own or parts


def _covering(parts: Sequence[Sequence[Explanation]]) -> Explanation:
    """One explanation of every part, with few facts: the fact that explains most parts comes first."""
    chosen: Explanation = []
    named: set[str] = set()
    left = list(parts)
    while left:
        scores = {
            fact: sum(any(_facts(one) <= named | {fact} for one in part) for part in left)
            for part in left
            for one in part
            for fact in sorted(_facts(one))
        }
        named.add(max(scores, key=lambda fact: scores[fact]))
        explained = [part for part in left if any(_facts(one) <= named for one in part)]
        for part in explained:
            chosen += next(one for one in part if _facts(one) <= named)
        left = [part for part in left if part not in explained]
    return chosen


def _facts(explanation: Explanation) -> set[str]:
    return {one.fact for one in explanation}


def _loosest(found: Sequence[Refusal]) -> list[Refusal]:
    """Each refusal once; for each fact and threshold test, only the threshold that is the least hard to meet."""
    kept: list[Refusal] = []
    for one in found:
        same = [other for other in kept if (other.fact, other.test, other.negated) == (one.fact, one.test, one.negated)]
        if one.test not in SIGNS or not same:
            kept += [] if one in kept else [one]
            continue
        easier = max if (one.test in ("at_most", "below")) is not one.negated else min
        kept[kept.index(same[0])] = easier(same[0], one, key=lambda each: float(each.threshold))
    return kept


def said(found: Sequence[Refusal], known: Mapping[str, Fact] | None = None) -> Mapping[Language, str]:
    """The refusals in words, by language.

    Args:
        found: refusals.
        known: declared facts; those of the project where None.

    >>> said([Refusal("territory.population", 3400, "at_most", 2000)])["en"]
    'population 3,400 > 2,000'
    >>> said([Refusal("action.led", False, "is", True)])["fr"]
    'luminaires LED neufs\\u202f: non'
    """
    declared = core_facts() if known is None else known
    return {
        language: words()["and_also"][language].join(_said(one, declared.get(one.fact), language) for one in found)
        for language in LANGUAGES
    }


def _said(one: Refusal, fact: Fact | None, language: Language) -> str:
    label = fact.label[language] if fact else one.fact
    if one.test == "above" and one.threshold == 0 and not one.negated:
        return words()["is"][language].format(label=label, value=write(one.value, fact, language))
    if one.test in SIGNS:
        sign = OPPOSITE[one.test] if one.negated else SIGNS[one.test]
        return f"{label} {write(one.value, fact, language)} {sign} {write(one.threshold, fact, language)}"
    if isinstance(one.value, bool):
        form = "is"
    elif one.test == "contains":
        form = "has" if one.negated else "lacks"
    else:
        form = "is" if one.negated else "instead"
    wanted = one.threshold if isinstance(one.threshold, tuple) else (one.threshold,)
    return words()[form][language].format(
        label=label,
        value=write(one.value, fact, language),
        threshold=words()["or"][language].join(write(each, fact, language) for each in wanted),
    )


def write(value: Any, fact: Fact | None, language: Language) -> str:  # noqa: ANN401 - value of a fact
    """A value of a fact in the language: a share in percent, a number with its unit, a code in words.

    >>> write(0.05, core_facts()["action.park_share"], "en"), write(True, None, "fr")
    ('5%', 'oui')
    """
    if isinstance(value, bool):
        return words()["yes" if value else "no"][language]
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(write(one, fact, language) for one in value)
    if not isinstance(value, int | float):
        return fact.code_label(str(value), language) if fact else str(value)
    if fact and fact.unit == "1" and fact.name.endswith("_share"):
        return _decimals(100.0 * value, language) + ("\u202f%" if language == "fr" else "%")
    if fact is None or fact.unit in PLAIN_UNITS:
        return _decimals(value, language)
    digits = 0 if float(value).is_integer() else 2
    return quantity(value, fact.unit, language, digits=digits)


def _decimals(value: float, language: Language) -> str:
    digits = next((count for count in (0, 1, 2) if abs(round(value, count) - value) < 1e-9), 3)
    return format_number(value, language, digits=digits)
