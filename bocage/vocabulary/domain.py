"""The Domain protocol: what a domain declares and the verbs it must know.

A domain is a folder that declares its asset types, indicators and codes as CSV and gives
functions of tables. It sees neither the store nor money over time: it is handed tables and
hands back tables.
"""

import csv
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal, Protocol

import polars as pl

from bocage.vocabulary.code_labels import CodeLabels, read_code_labels
from bocage.vocabulary.codes import Code, read_codes
from bocage.vocabulary.columns import Column, Table, declared_asset_tables, noun_tables, read_figures
from bocage.vocabulary.draws import DrawTable
from bocage.vocabulary.settings import Setting, read_settings
from bocage.vocabulary.text import Message

WHOLE_TERRITORY = "territory"
"""Scope of an outcome of the whole territory."""
SECTOR_PREFIX = "sector:"
"""What the scope of an outcome of one sector begins with, before its name."""
COMMUNE_PREFIX = "commune:"
"""What the scope of an outcome of one commune of a wider territory begins with, before its INSEE code."""

IndicatorRole = Literal["energy", "cash", "carbon", "water", "risk", "investment", "quality", "stock"]
Assets = Mapping[str, pl.DataFrame]
"""Assets by type; each frame has the declared columns and, once completed, their origins and bounds."""


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """A declared indicator.

    Attributes:
        name: snake_case name, unit included where it is a quantity.
        unit: declared unit code.
        role: `cash` is a yearly expense in EUR/year (less is better) that enters the ledger of the
            payer; `carbon` yearly kgCO2e/year; `energy` yearly kWh/year; `water` yearly m3/year;
            `risk` expected yearly damage in EUR/year, borne by society; `investment` EUR spent once,
            excluding VAT; `stock` and `quality` describe and enter no ledger.
        label: label by language.
        driver: variable of scenarios that moves its yearly value (`variables.csv`); empty where it is constant
            in real terms. What a domain computes holds at today's value of the driver, and its draws hold
            what is not known of its level: a scenario moves it and never draws it again.
        description: one sentence by language.
        source: where its definition comes from.
    """

    name: str
    unit: str
    role: IndicatorRole
    driver: str
    label: Mapping[str, str]
    description: Mapping[str, str]
    source: str


@dataclass(frozen=True, kw_only=True)
class Site:
    """The conditions of a computation: where, when, with how many draws. All that is not an asset.

    Attributes:
        territory_id: INSEE or SIREN code.
        siren: SIREN of the territory's own public body, empty where unknown.
        kind: kind of that body (`commune`, `epci`, `syndicate`…).
        longitude_deg: longitude of the territory's centre, WGS 84 [degrees east].
        latitude_deg: latitude of the territory's centre, WGS 84 [degrees north].
        timezone: IANA name.
        srid: EPSG code of the projection of all geometries.
        date: date at which dated parameters are read.
        population: inhabitants of the territory, None where unknown.
        seed: seed of all draws.
        draws: K, number of draws.
        settings: the domain's own section of `territory.toml`, declared in its `settings.csv`.
    """

    territory_id: str
    siren: str = ""
    kind: str = "commune"
    longitude_deg: float
    latitude_deg: float
    timezone: str = "Europe/Paris"
    srid: int = 2154
    date: dt.date
    population: int | None = None
    seed: int = 1
    draws: int = 200
    settings: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that the diagnosis found.

    Attributes:
        code: stable code declared in the domain's `codes.csv`, kind `finding` or `verdict`.
        sentence: what was found, in any language.
        asset_type: type of the assets concerned.
        asset_ids: assets concerned.
        blocking: True where the figures cannot be trusted until it is mended.
    """

    code: str
    sentence: Message
    asset_type: str
    asset_ids: Sequence[str]
    blocking: bool = False


@dataclass(frozen=True)
class ResultTable:
    """A table that a diagnosis hands beside its figures; its columns are declared in the domain's `tables.csv`.

    Attributes:
        name: name under which `tables.csv` declares its columns, all of them and in that order.
        title: title of the table.
        rows: a column whose name ends with `_fr` or `_en` is a text shown in that language only.
    """

    name: str
    title: Message
    rows: pl.DataFrame


@dataclass(frozen=True)
class Diagnosis:
    """The outcome of doing nothing, by scope, and what was found.

    Attributes:
        outcomes: draws with keys `scope` (`territory`, or `sector:NAME`…), `indicator`, `unit`.
        findings: in order of importance.
        per_asset: by asset type, `asset_id` and the figures of each asset that maps and tables show.
        tables: further tables for the reader, such as comparisons and the completeness of the data.
    """

    outcomes: DrawTable
    findings: Sequence[Finding]
    per_asset: Mapping[str, pl.DataFrame]
    tables: Sequence[ResultTable] = ()


class Complete(Protocol):
    """Fill the imputable columns: adds `<name>_origin`, and `<name>_low`, `<name>_high` for numbers."""

    def __call__(self, assets: Assets, site: Site) -> Assets: ...


class Diagnose(Protocol):
    """The Outcome of doing nothing, on completed assets."""

    def __call__(self, assets: Assets, site: Site) -> Diagnosis: ...


class Propose(Protocol):
    """Actions that could be done, as a frame of the noun `action`, on completed assets."""

    def __call__(self, assets: Assets, site: Site) -> pl.DataFrame: ...


class Simulate(Protocol):
    """State of the territory once all the given actions are done together: keys `indicator`, `unit`.

    Yearly indicators in the steady state; `investment` is the cost of the given actions. With an
    empty frame of actions it is the state of doing nothing. Assets are completed.
    """

    def __call__(self, assets: Assets, actions: pl.DataFrame, site: Site) -> DrawTable: ...


class Appraise(Protocol):
    """Each action alone: keys `action_id`, `indicator`, `unit`; draws are state with it minus without.

    Equals `simulate(assets, the action alone) - simulate(assets, none)`, computed for all at once.
    """

    def __call__(self, assets: Assets, actions: pl.DataFrame, site: Site) -> DrawTable: ...


class Interact(Protocol):
    """What pairs of actions lose or gain together: `action_a`, `action_b`, `indicator`, `value` (mean).

    `value` is the effect of both minus the sum of the effects of each, for pairs that may both be
    chosen and share assets. Empty where effects simply add up.
    """

    def __call__(self, assets: Assets, actions: pl.DataFrame, site: Site) -> pl.DataFrame: ...


class Watch(Protocol):
    """What meters should read: `time` (UTC), `group`, `quantity`, `unit`, `expected`, `low`, `high`."""

    def __call__(self, assets: Assets, site: Site, *, start: dt.datetime, end: dt.datetime) -> pl.DataFrame: ...


class Evaluate(Protocol):
    """How the chosen actions will be evaluated: rows of the noun `evaluation` without effect yet."""

    def __call__(self, actions: pl.DataFrame, site: Site) -> pl.DataFrame: ...


class Detect(Protocol):
    """Deviations of the stored series from what the twin expects, as rows of the noun `alert`.

    `series` and `observations` are rows of those nouns, observations within [start, end). The same
    call gives the same identifiers: an alert is known by its rule, its asset and its group.
    """

    def __call__(
        self,
        assets: Assets,
        series: pl.DataFrame,
        observations: pl.DataFrame,
        site: Site,
        *,
        start: dt.datetime,
        end: dt.datetime,
    ) -> pl.DataFrame: ...


class Measure(Protocol):
    """What works really did, from invoices and meters: rows of the noun `evaluation` with effect and interval.

    `works` are rows of that noun.
    """

    def __call__(self, assets: Assets, works: pl.DataFrame, site: Site) -> pl.DataFrame: ...


@dataclass(frozen=True)
class Quantities:
    """What actions order, item by item, at the prices of the territory's own schedule where it has them.

    Attributes:
        lines: one row per action and price: `action_id`, `framework`, `lot`, `item`, `designation`,
            `price_unit` (of the schedule, null where a parameter prices it), `works_item` (item of works),
            `per`, `quantity`, `unit_price_eur`, `amount_eur`, `origin` (`schedule` or `default`). The
            amounts of an action add up to the central value of its investment.
        schedule: one row per line of the schedule: `asset_id`, `framework`, `lot`, `item`, `designation`,
            `price_unit`, `price_eur`, `works_item`, `per`, `read_from` (`declared` or `designation`, null
            where it prices nothing that is proposed).
    """

    lines: pl.DataFrame
    schedule: pl.DataFrame


class Order(Protocol):
    """What the given actions order, item by item; assets are completed."""

    def __call__(self, assets: Assets, actions: pl.DataFrame, site: Site) -> Quantities: ...


@dataclass(frozen=True)
class Surveyed:
    """What a survey found in one part of a very large inventory.

    Attributes:
        points: `asset_id`, `commune_code` and the figures of each asset.
        outcomes: draws with keys `action_set` (`reference`: doing nothing; else the name of a variant,
            whose draws are its effect), `scope` (`territory`, `commune:CODE`), `indicator`, `unit`.
        findings: `scope`, `code`, `count`: how many assets each finding concerns.
    """

    points: pl.DataFrame
    outcomes: DrawTable
    findings: pl.DataFrame


class Survey(Protocol):
    """Diagnosis and standard variants of millions of assets, by commune, without any list of assets.

    The figures are those of `complete`, `diagnose` and `appraise` on the same rows; assets are not
    completed yet.
    """

    def __call__(self, assets: Assets, site: Site) -> Surveyed: ...


def no_alerts(
    assets: Assets,  # noqa: ARG001 - the verb's own signature
    series: pl.DataFrame,  # noqa: ARG001
    observations: pl.DataFrame,  # noqa: ARG001
    site: Site,  # noqa: ARG001
    *,
    start: dt.datetime,  # noqa: ARG001
    end: dt.datetime,  # noqa: ARG001
) -> pl.DataFrame:
    """The verb `detect` of a domain that has no detector."""
    return noun_tables()["alert"].empty()


def no_effects(assets: Assets, works: pl.DataFrame, site: Site) -> pl.DataFrame:  # noqa: ARG001 - the verb's own
    """The verb `measure` of a domain that cannot measure yet."""
    return noun_tables()["evaluation"].empty()


@dataclass(frozen=True, kw_only=True)
class Domain:
    """A domain: its folder of declarations and its verbs.

    Attributes:
        name: folder name, also the prefix of its tables.
        label: label by language.
        folder: folder that holds `asset_types.csv`, `<type>.csv`, `figures.csv`, `code_labels.csv`,
            `indicators.csv`, `codes.csv`, `settings.csv`, `layers.yml`, `parameters/` and `locale/`.
        order: what actions order, item by item, None where the domain has no such verb.
        survey: the same for millions of assets at once, None where the domain has no such verb.
        reads: shared asset types (`road`, `invoice`…) that it is handed beside its own, as they are.
    """

    name: str
    label: Mapping[str, str]
    folder: Path
    complete: Complete
    diagnose: Diagnose
    propose: Propose
    simulate: Simulate
    appraise: Appraise
    interact: Interact
    watch: Watch
    evaluate: Evaluate
    detect: Detect = no_alerts
    measure: Measure = no_effects
    order: Order | None = None
    survey: Survey | None = None
    reads: tuple[str, ...] = ()

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """Tables of its asset types."""
        return declared_asset_tables(self.folder)

    @cached_property
    def figures(self) -> Mapping[str, tuple[Column, ...]]:
        """By asset type, the columns that a diagnosis computes for each asset, from `figures.csv`."""
        return read_figures(self.folder / "figures.csv")

    @cached_property
    def result_columns(self) -> Mapping[str, tuple[Column, ...]]:
        """By name of a table of the diagnosis, its columns, from `tables.csv`."""
        return read_figures(self.folder / "tables.csv")

    @cached_property
    def code_labels(self) -> CodeLabels:
        """What its codes mean to a reader, from `code_labels.csv`."""
        return read_code_labels(self.folder)

    @cached_property
    def indicators(self) -> Mapping[str, Indicator]:
        """Its indicators by name, from `indicators.csv`."""
        with (self.folder / "indicators.csv").open(encoding="utf-8", newline="") as stream:
            return {
                row["name"]: Indicator(
                    name=row["name"],
                    unit=row["unit"],
                    role=row["role"],  # type: ignore[arg-type]  # conformance suite checks the value
                    driver=row.get("driver", ""),
                    label={"fr": row["label_fr"], "en": row["label_en"]},
                    description={"fr": row["description_fr"], "en": row["description_en"]},
                    source=row["source"],
                )
                for row in csv.DictReader(stream)
            }

    @cached_property
    def codes(self) -> Mapping[str, Code]:
        """Its finding codes, from `codes.csv`."""
        return read_codes(self.folder / "codes.csv")

    @cached_property
    def settings(self) -> tuple[Setting, ...]:
        """The keys it reads in its section of `territory.toml`, from `settings.csv`."""
        return read_settings(self.folder / "settings.csv")

    @property
    def locale(self) -> Path:
        """Folder of its translations."""
        return self.folder / "locale"
