"""Funding programmes and limits of the law as rows of the manual."""

from collections.abc import Iterator

from bocage.parameters.funding_rules import FundingRule, LegalRule, Rate, load_law, load_rules
from bocage.vocabulary.text import format_number

HEADS = ("from", "until", "amount", "status", "checked on", "legal basis", "source (fr)", "source (en)")


def programme_sections() -> Iterator[tuple[str, str, list[tuple[object, ...]]]]:
    """Name, words and versions of every national programme, in order of name.

    >>> name, _, rows = next(programme_sections())
    >>> name, rows[0][2]
    ('ACTEE-CHENE-AMO', 'not found')
    """
    rules = load_rules()
    for name in sorted({rule.name for rule in rules}):
        versions = [rule for rule in rules if rule.name == name]
        first = versions[0]
        words = f"{first.label['fr']} \u00b7 {first.label['en']} \u2014 {first.note['fr']} \u00b7 {first.note['en']}"
        yield name, words, [_row(rule) for rule in versions]


def limit_sections() -> Iterator[tuple[str, str, list[tuple[object, ...]]]]:
    """Name, words and versions of every limit of the law, in order of name."""
    laws = load_law()
    for name in sorted({law.name for law in laws}):
        versions = [law for law in laws if law.name == name]
        rows: list[tuple[object, ...]] = [
            (
                law.since.isoformat(),
                law.until,
                "; ".join(f"{case.label['en']}: {_limit(law, case.value)}" for case in law.cases),
                law.status,
                law.checked_on,
                law.legal_basis,
                law.reference["fr"],
                law.reference["en"],
            )
            for law in versions
        ]
        yield name, f"{versions[0].label['fr']} \u00b7 {versions[0].label['en']}", rows


def _limit(law: LegalRule, value: float) -> str:
    if law.measure == "transfer":
        return "allowed" if value else "banned"
    return _interval(value, value)


def _row(rule: FundingRule) -> tuple[object, ...]:
    return (
        rule.since.isoformat(),
        rule.until,
        _amount(rule),
        rule.status,
        rule.checked_on,
        rule.legal_basis,
        rule.reference["fr"],
        rule.reference["en"],
    )


def _amount(rule: FundingRule) -> str:
    if rule.amount_unknown:
        return "not found"
    if rule.rate is None:
        return "fixed amounts per unit"
    cases = [_interval(rule.rate.low, rule.rate.high), *(_interval(one.low, one.high) for one in rule.rate.cases)]
    return " or ".join(dict.fromkeys(cases)) + _base(rule.rate)


def _interval(low: float, high: float) -> str:
    ends = [format_number(100.0 * end, "en", digits=3).rstrip("0").rstrip(".") for end in dict.fromkeys((low, high))]
    return " to ".join(ends) + "%"


def _base(rate: Rate) -> str:
    return {"cost": "", "cost_with_vat": " of the cost including VAT", "vat": " of the VAT"}[rate.of]
