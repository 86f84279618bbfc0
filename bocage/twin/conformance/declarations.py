"""Declarations: tables, indicators, codes, settings, parameters and layers are complete and consistent."""

import re
from collections.abc import Iterator, Mapping
from string import Formatter
from typing import get_args

import yaml

from bocage.parameters.reader import Parameter, load
from bocage.twin.conformance.citation import reference_faults
from bocage.twin.conformance.fault import Fault
from bocage.vocabulary.code_labels import CodeLabels, core_code_labels, merged
from bocage.vocabulary.codes import Code, core_codes
from bocage.vocabulary.columns import Column, GeometryType, Table, noun_tables, parse_value, shared_asset_tables
from bocage.vocabulary.domain import Domain, Indicator, IndicatorRole
from bocage.vocabulary.futures import variables
from bocage.vocabulary.settings import Setting
from bocage.vocabulary.text import LANGUAGES
from bocage.vocabulary.units import units

ROLE_UNITS = {
    "cash": "EUR/year",
    "carbon": "kgCO2e/year",
    "energy": "kWh/year",
    "water": "m3/year",
    "risk": "EUR/year",
    "investment": "EUR",
}
PRIVACIES = {"public", "internal", "personal"}
STATUSES = {"stable", "provisional"}
SETTING_TYPES = {"text", "real", "integer", "boolean", "date"}
SEVERITIES = {"critical", "watch", "information"}
MOST_SETTINGS = 20


def declaration_faults(domain: Domain) -> Iterator[Fault]:
    """Faults of what a domain declares in its files."""
    if not re.fullmatch(r"[a-z][a-z0-9_]*", domain.name):
        yield Fault(rule="name", what=f"{domain.name!r} is not a lower-case Python name")
    yield from _both_languages("label", domain.name, domain.label)
    if not domain.tables:
        yield Fault(rule="tables", what="asset_types.csv declares no asset type")
    for table in domain.tables:
        yield from table_declaration_faults(table)
        if table.name in noun_tables() or table.name in shared_asset_tables():
            yield Fault(rule="tables", what=f"{table.name} is already the name of a table of the core")
    yield from _figure_faults(domain)
    yield from _code_label_faults(domain)
    for indicator in domain.indicators.values():
        yield from _indicator_faults(indicator)
    for code in domain.codes.values():
        yield from code_faults(code)
        if code.code in core_codes():
            yield Fault(rule="codes", what=f"{code.code} is already a code of the core")
    for setting in domain.settings:
        yield from setting_faults(setting)
    if len(domain.settings) > MOST_SETTINGS:
        yield Fault(rule="settings", what=f"{len(domain.settings)} settings where {MOST_SETTINGS} are too many already")
    for parameter in load(domain.folder / "parameters").values():
        yield from parameter_faults(parameter)
    yield from _layer_faults(domain)


def table_declaration_faults(table: Table) -> Iterator[Fault]:
    """Faults of one declared table: geometry, texts, columns, names under which files carry them."""
    if table.geometry not in get_args(GeometryType):
        yield Fault(rule="tables", what=f"{table.name}: unknown geometry {table.geometry!r}")
    yield from _both_languages("tables", table.name, table.label)
    yield from _both_languages("tables", table.name, table.description)
    for column in table.columns:
        for what in _column_faults(column):
            yield Fault(rule="columns", what=f"{table.name}.{column.name}: {what}")
    owners: dict[str, str] = {}
    for column in table.columns:
        for name in {column.name, *column.synonyms}:
            other = owners.setdefault(name.casefold(), column.name)
            if other != column.name:
                yield Fault(rule="synonyms", what=f"{table.name}: {name!r} names both {other} and {column.name}")


def _figure_faults(domain: Domain) -> Iterator[Fault]:
    names = {table.name: set(table.names) for table in domain.tables}
    names |= {name: set(shared_asset_tables()[name].names) for name in domain.reads}
    for asset_type, columns in domain.figures.items():
        if asset_type not in names:
            yield Fault(rule="figures", what=f"figures.csv describes {asset_type}, which is no asset type")
            continue
        for column in columns:
            for what in _column_faults(column):
                yield Fault(rule="figures", what=f"{asset_type}.{column.name}: {what}")
            if column.name in names[asset_type]:
                yield Fault(rule="figures", what=f"{asset_type}.{column.name} is already a column of the type")


def _code_label_faults(domain: Domain) -> Iterator[Fault]:
    """Codes without a label, and codes to which the core already gives another one."""
    labels = merged([domain.code_labels, core_code_labels()])
    for table in domain.tables:
        for what in unlabelled(table, labels):
            yield Fault(rule="code-labels", what=what)
    for column, codes in domain.code_labels.items():
        for code, label in codes.items():
            yield from _both_languages("code-labels", f"{column} {code}", label)
            if core_code_labels().get(column, {}).get(code, label) != label:
                yield Fault(rule="code-labels", what=f"{column} {code} has another label in the core")


def unlabelled(table: Table, labels: CodeLabels) -> Iterator[str]:
    """Codes of a declared table that have no label for a reader."""
    for column in table.columns:
        for code in column.codes:
            if code not in labels.get(column.name, {}):
                yield f"{table.name}.{column.name}: {code} has no label in code_labels.csv"


def _column_faults(column: Column) -> Iterator[str]:
    if column.unit not in units():
        yield f"unknown unit {column.unit!r}"
    if column.privacy not in PRIVACIES or column.status not in STATUSES:
        yield f"privacy {column.privacy!r} or status {column.status!r} is unknown"
    if column.minimum is not None and column.maximum is not None and column.minimum > column.maximum:
        yield f"the minimum {column.minimum:g} is above the maximum {column.maximum:g}"
    if column.required and column.impute:
        yield "a required column has no use for an imputation rule"
    if not column.default:
        return
    try:
        default = parse_value(column, column.default)
    except ValueError as fault:
        yield f"the default does not read: {fault}"
        return
    if column.codes and default not in column.codes:
        yield f"the default {default!r} is not one of its codes"
    if isinstance(default, int | float) and not isinstance(default, bool):
        low = column.minimum if column.minimum is not None else default
        high = column.maximum if column.maximum is not None else default
        if not low <= default <= high:
            yield f"the default {default!r} lies outside [{low:g}, {high:g}]"


def _indicator_faults(indicator: Indicator) -> Iterator[Fault]:
    if indicator.unit not in units():
        yield Fault(rule="indicators", what=f"{indicator.name}: unknown unit {indicator.unit!r}")
    if indicator.role not in get_args(IndicatorRole):
        yield Fault(rule="indicators", what=f"{indicator.name}: unknown role {indicator.role!r}")
    if indicator.unit != ROLE_UNITS.get(indicator.role, indicator.unit):
        yield Fault(rule="indicators", what=f"{indicator.name}: {indicator.role} is in {ROLE_UNITS[indicator.role]}")
    known = variables().get(indicator.driver)
    if indicator.driver and (known is None or known.drives != indicator.role):
        yield Fault(
            rule="indicators",
            what=f"{indicator.name}: {indicator.driver!r} drives no indicator of role {indicator.role}",
        )
    yield from _both_languages("indicators", indicator.name, indicator.label)
    yield from _both_languages("indicators", indicator.name, indicator.description)
    if not indicator.source:
        yield Fault(rule="indicators", what=f"{indicator.name}: its source is empty")


def code_faults(code: Code) -> Iterator[Fault]:
    """Faults of one declared code: its form, its severity, placeholders equal in both languages."""
    if not re.fullmatch(r"BOC-[A-Z]{3}-\d{3}", code.code):
        yield Fault(rule="codes", what=f"{code.code} is not of the form BOC-ABC-001")
    if code.severity not in SEVERITIES:
        yield Fault(rule="codes", what=f"{code.code}: unknown severity {code.severity!r}")
    for part in ("what", "why", "fix"):
        texts: Mapping[str, str] = getattr(code, part)
        yield from _both_languages("codes", f"{code.code} {part}", texts)
        french, english = (placeholders(texts[language]) for language in LANGUAGES)
        if french != english:
            yield Fault(rule="codes", what=f"{code.code} {part}: placeholders {french} in French, {english} in English")


def placeholders(template: str) -> set[str]:
    """Names of the placeholders of a template.

    >>> placeholders("{count} lamps above {limit:2} K") == {"count", "limit"}
    True
    """
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def setting_faults(setting: Setting) -> Iterator[Fault]:
    """Faults of one declared setting: type, unit, default, texts."""
    if setting.type not in SETTING_TYPES:
        yield Fault(rule="settings", what=f"{setting.name}: unknown type {setting.type!r}")
    if setting.unit not in units():
        yield Fault(rule="settings", what=f"{setting.name}: unknown unit {setting.unit!r}")
    yield from _both_languages("settings", setting.name, setting.description)
    try:
        setting.default_value()
    except ValueError as fault:
        yield Fault(rule="settings", what=f"{setting.name}: its default is refused: {fault}")


def parameter_faults(parameter: Parameter) -> Iterator[Fault]:
    """Faults of one dated parameter: unit, texts, sources, value within its interval (the reader checks the rest)."""
    if parameter.unit not in units():
        yield Fault(rule="parameters", what=f"{parameter.name}: unknown unit {parameter.unit!r}")
    yield from _both_languages("parameters", parameter.name, parameter.description)
    for value in parameter.values:
        for what in reference_faults(value.reference):
            yield Fault(rule="parameters", what=f"{parameter.name}: {what}")
        bounds = (value.low, value.high)
        if (value.low is None) != (value.high is None):
            yield Fault(rule="parameters", what=f"{parameter.name}: one bound without the other on {value.since}")
        elif value.low is not None and not bounds[0] <= value.value <= bounds[1]:
            yield Fault(rule="parameters", what=f"{parameter.name}: {value.value} lies outside {bounds}")


def _layer_faults(domain: Domain) -> Iterator[Fault]:
    path = domain.folder / "layers.yml"
    if not path.is_file():
        yield Fault(rule="layers", what="layers.yml is missing: the map cannot show this domain")
        return
    layers = yaml.safe_load(path.read_text(encoding="utf-8"))
    names = {table.name for table in domain.tables}
    if not isinstance(layers, dict) or not layers:
        yield Fault(rule="layers", what="layers.yml must be a mapping by asset type")
    elif set(layers) - names:
        yield Fault(rule="layers", what=f"layers.yml styles {sorted(set(layers) - names)}, which are no asset types")


def _both_languages(rule: str, name: str, texts: Mapping[str, str]) -> Iterator[Fault]:
    for language in LANGUAGES:
        if not texts.get(language, "").strip():
            yield Fault(rule=rule, what=f"{name} has no text in {language}")
