"""What the domain declares beside its code: folder, table, parameters and settings at a site."""

from functools import cache
from pathlib import Path

import polars as pl

from bocage.parameters.reader import CORE_FOLDER, Parameters
from bocage.vocabulary.columns import GEOMETRY, Table, declared_asset_tables
from bocage.vocabulary.domain import Site
from bocage.vocabulary.settings import Setting, read_settings

FOLDER = Path(__file__).parents[1]
LOCALE = FOLDER / "locale"
LUMINAIRE = "luminaire"
LIT_ROAD = "lit_road"


@cache
def asset_table(name: str) -> Table:
    """The declared table of an asset type of the domain; StopIteration for another.

    >>> asset_table("lit_road").column("spacing_m").unit
    'm'
    """
    return next(table for table in declared_asset_tables(FOLDER) if table.name == name)


def with_all_columns(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """Rows of an asset type with its declared columns first, in their types and defaults; companions are kept.

    The geometry is not added where there is none.
    """
    declared = asset_table(name)
    others = frame.select(pl.exclude(*declared.polars_schema()))
    conformed = declared.conform(frame)
    if GEOMETRY not in frame.columns and GEOMETRY in conformed.columns:
        conformed = conformed.drop(GEOMETRY)
    return pl.concat([conformed, others], how="horizontal") if others.width else conformed


def luminaire_table() -> Table:
    """The declared table of luminaires.

    >>> luminaire_table().column("lamp_power_w").unit
    'W'
    """
    return asset_table(LUMINAIRE)


@cache
def _settings() -> dict[str, Setting]:
    return {setting.name: setting for setting in read_settings(FOLDER / "settings.csv")}


def setting(site: Site, name: str) -> object:
    """The setting of the territory, or its declared default; KeyError for an undeclared name.

    >>> import datetime as dt
    >>> setting(Site(territory_id="35238", longitude_deg=-1.7, latitude_deg=48.1, date=dt.date(2026, 1, 1)),
    ...         "clock_elevation_deg")
    -3.0
    """
    declared = _settings()[name]
    value = site.settings.get(name)
    return declared.default_value() if value is None or value == "" else declared.parse(value)


def real_setting(site: Site, name: str) -> float:
    """A setting that is a number; TypeError for another type or where there is none."""
    value = setting(site, name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name} is no number")
    return float(value)


def text_setting(site: Site, name: str) -> str:
    """A setting that is a text."""
    return str(setting(site, name))


def lighting_parameters(site: Site) -> Parameters:
    """Parameters of the domain at the date of the site."""
    return Parameters(FOLDER / "parameters", site.date)


def electricity_parameters(site: Site) -> Parameters:
    """Parameters of electricity, common to all domains, at the date of the site."""
    return Parameters(CORE_FOLDER, site.date)
