"""All that is declared, gathered from the core and from every domain: what `explain` and the manual tell."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from bocage.parameters.reader import CORE_FOLDER, Parameter, load
from bocage.science.photometry.generic import PARAMETERS as OPTIC_PARAMETERS
from bocage.science.road_lighting.standard import FOLDER as STANDARD_PARAMETERS
from bocage.twin.configuration import declared_settings
from bocage.twin.domains import discover_domains
from bocage.vocabulary.codes import Code, core_codes
from bocage.vocabulary.columns import Column, Table, noun_tables, shared_asset_tables
from bocage.vocabulary.domain import Indicator
from bocage.vocabulary.settings import Setting

CORE = "core"


@dataclass(frozen=True)
class Declared:
    """One declared thing.

    Attributes:
        name: the name under which it is looked up.
        owner: `core`, or the domain that declares it.
        thing: the declaration.
        table: table of a column, None for the rest.
        section: section of a setting, empty for the rest.
    """

    name: str
    owner: str
    thing: Code | Indicator | Column | Parameter | Setting
    table: Table | None = None
    section: str = ""


@cache
def glossary() -> tuple[Declared, ...]:
    """Everything declared: codes, indicators, columns, parameters, settings, each in the order of its file.

    >>> sorted({one.owner for one in glossary() if one.name == "BOC-TWI-001"})
    ['core']
    """
    return (*_codes(), *_indicators(), *_columns(), *_parameters(), *_settings())


def _codes() -> Iterator[Declared]:
    for code in sorted(core_codes().values(), key=lambda one: one.code):
        yield Declared(code.code, CORE, code)
    for domain in discover_domains():
        for code in sorted(domain.codes.values(), key=lambda one: one.code):
            yield Declared(code.code, domain.name, code)


def _indicators() -> Iterator[Declared]:
    for domain in discover_domains():
        for indicator in domain.indicators.values():
            yield Declared(indicator.name, domain.name, indicator)


def _columns() -> Iterator[Declared]:
    figures = {name: columns for domain in discover_domains() for name, columns in domain.figures.items()}
    for table, owner in _tables():
        common = set(noun_tables()["asset"].names) if table.name not in noun_tables() else set()
        for column in table.columns:
            if column.name not in common:
                yield Declared(column.name, owner, column, table)
        for column in figures.get(table.name, ()):
            yield Declared(column.name, owner, column, table)


def _tables() -> Iterator[tuple[Table, str]]:
    for table in (*noun_tables().values(), *shared_asset_tables().values()):
        yield table, CORE
    for domain in discover_domains():
        for table in domain.tables:
            yield table, domain.name


def _parameters() -> Iterator[Declared]:
    for folder in (CORE_FOLDER, STANDARD_PARAMETERS, OPTIC_PARAMETERS):
        for parameter in load(folder).values():
            yield Declared(parameter.name, CORE, parameter)
    for domain in discover_domains():
        for parameter in load(domain.folder / "parameters").values():
            yield Declared(parameter.name, domain.name, parameter)


def _settings() -> Iterator[Declared]:
    domains = discover_domains()
    names = {domain.name for domain in domains}
    for section, settings in declared_settings(domains).items():
        for setting in settings:
            yield Declared(setting.name, section if section in names else CORE, setting, section=section)
