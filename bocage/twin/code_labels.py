"""What every code means to a reader: those of the core, of every domain, names of indicators, types and units."""

from collections.abc import Mapping, Sequence

from bocage.vocabulary.code_labels import CodeLabels, core_code_labels, merged
from bocage.vocabulary.domain import Domain
from bocage.vocabulary.units import units


def all_code_labels(domains: Sequence[Domain]) -> CodeLabels:
    """Labels by column and code, for tables that leave the twin.

    >>> all_code_labels([])["budget"]["M57_main"]["en"]
    'main budget (M57)'
    """
    named: dict[str, Mapping[str, Mapping[str, str]]] = {
        "domain": {domain.name: domain.label for domain in domains},
        "indicator": {name: one.label for domain in domains for name, one in domain.indicators.items()},
        "asset_type": {table.name: table.label for domain in domains for table in domain.tables},
        "unit": {unit.code: unit.label for unit in units().values() if unit.label["fr"]},
        "scope": merged(domain.code_labels for domain in domains).get("kind", {}),  # what a contract allows
    }
    return merged([named, *(domain.code_labels for domain in domains), core_code_labels()])
