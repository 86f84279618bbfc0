"""What the report says of today: the territory, its figures, findings, charts, data quality and map."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
import shapely
import yaml

from bocage.publish.report.content import (
    Breakdown,
    Figure,
    FindingLine,
    MapClass,
    MapData,
    Place,
    QualityLine,
)
from bocage.publish.tokens import CATEGORICAL, GREY, HEDGE, OCHRE, Mark
from bocage.twin.diagnose import DomainState
from bocage.twin.territory import Territory
from bocage.twin.wording import _
from bocage.vocabulary.columns import GEOMETRY, shared_asset_tables
from bocage.vocabulary.domain import SECTOR_PREFIX, WHOLE_TERRITORY, Indicator
from bocage.vocabulary.origin import ORIGINS, origin_column
from bocage.vocabulary.text import LANGUAGES, Message

MOST_BARS = 7
MOST_NAMES = 40
KIND_MARKS = (Mark(CATEGORICAL[1], "plus"), Mark(CATEGORICAL[5], "cross"))
PERIOD_MARKS = (Mark(HEDGE, "square"), Mark(CATEGORICAL[2], "triangle"), Mark(CATEGORICAL[3], "down"))
"""No two classes of one map share a shape: the circle is for no works, the diamond for those of others."""
KIND_WORDS = ("kind_fr", "kind_en")


def place_of(territory: Territory) -> Place:
    """The territory as the report names it."""
    section = territory.config.sections["territory"]
    population = territory.config.number("territory", "population")
    return Place(
        name=territory.name,
        code=territory.code,
        kind=section["kind"],  # type: ignore[arg-type]  # the setting admits these codes only
        department=territory.config.text("territory", "department"),
        population=None if population is None else int(population),
        synthetic=territory.synthetic,
    )


def figure_of(indicator: Indicator, row: Mapping[str, Any]) -> Figure:
    """An outcome as a figure; a value without spread has no interval."""
    exact = row["high"] - row["low"] <= 1e-9 * max(abs(row["value"]), 1.0)
    return Figure(
        label=indicator.label,
        value=row["value"],
        unit=row["unit"],
        low=None if exact else row["low"],
        high=None if exact else row["high"],
        default_share=row["default_share"],
    )


def state_figures(states: Sequence[DomainState]) -> list[Figure]:
    """The indicators of the whole territory, doing nothing."""
    figures = []
    for state in states:
        whole = state.diagnosis.outcomes.where(pl.col("scope") == WHOLE_TERRITORY).summary()
        indicators = state.domain.indicators
        figures += [
            figure_of(indicators[row["indicator"]], row)
            for row in whole.iter_rows(named=True)
            if indicators[row["indicator"]].role != "investment"
        ]
    return figures


def values_today(states: Sequence[DomainState]) -> dict[str, float]:
    """Value of each indicator for the whole territory, doing nothing."""
    wholes = [state.diagnosis.outcomes.where(pl.col("scope") == WHOLE_TERRITORY).summary() for state in states]
    return {row["indicator"]: row["value"] for whole in wholes for row in whole.iter_rows(named=True)}


def finding_lines(states: Sequence[DomainState]) -> list[FindingLine]:
    """The findings of every domain, in its order of importance."""
    return [
        FindingLine(
            code=finding.code,
            sentence=finding.sentence,
            count=len(finding.asset_ids),
            severity=state.domain.codes[finding.code].severity,  # type: ignore[arg-type]  # declared severities
        )
        for state in states
        for finding in state.diagnosis.findings
    ]


def breakdowns(states: Sequence[DomainState]) -> list[Breakdown]:
    """Assets by class of the first theme of the map, then energy by sector."""
    charts: list[Breakdown] = []
    for state in states:
        charts += _by_class(state)
        charts += _by_sector(state)
    return charts


def themes(state: DomainState) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Themes of the maps of a domain by asset type, from its `layers.yml`."""
    with (state.domain.folder / "layers.yml").open(encoding="utf-8") as stream:
        found: Mapping[str, Sequence[Mapping[str, Any]]] = yaml.safe_load(stream) or {}
    return found


def _by_class(state: DomainState) -> list[Breakdown]:
    for asset_type, layers in themes(state).items():
        figures = state.diagnosis.per_asset.get(asset_type)
        layer = next((layer for layer in layers if layer["kind"] == "category"), None)
        if figures is None or layer is None or not figures.height:
            continue
        table = next(table for table in state.domain.tables if table.name == asset_type)
        bars = [
            Figure(
                label={"fr": found["label_fr"], "en": found["label_en"]},
                value=float(figures[layer["column"]].is_in(list(found["values"])).sum()),
                unit="",
            )
            for found in layer["classes"]
        ]
        theme = {language: layer[f"title_{language}"].lower() for language in LANGUAGES}
        title = _("{table}: {theme}", table=table.label, theme=theme)
        return [Breakdown(title=title, bars=[bar for bar in bars if bar.value > 0], source=_("Source: inventory"))]
    return []


def _by_sector(state: DomainState) -> list[Breakdown]:
    energy = next((indicator for indicator in state.domain.indicators.values() if indicator.role == "energy"), None)
    if energy is None:
        return []
    sectors = (
        state.diagnosis.outcomes.where(
            pl.col("scope").str.starts_with(SECTOR_PREFIX) & (pl.col("indicator") == energy.name)
        )
        .summary()
        .sort("value", descending=True)
    )
    bars = [
        Figure(
            label=row["scope"].removeprefix(SECTOR_PREFIX),
            value=row["value"],
            unit=row["unit"],
            low=row["low"],
            high=row["high"],
            default_share=row["default_share"],
        )
        for row in sectors.head(MOST_BARS).iter_rows(named=True)
    ]
    if not bars:
        return []
    bars += _other_sectors(state, energy.name, sectors["scope"][MOST_BARS:])
    title = _("{indicator} by sector", indicator=energy.label)
    return [Breakdown(title=title, bars=bars, source=_("Source: inventory and nights of the site; P10 to P90"))]


def _other_sectors(state: DomainState, indicator: str, scopes: pl.Series) -> list[Figure]:
    """All the sectors that have no bar of their own as one: their draws are added, never their bounds."""
    others = state.diagnosis.outcomes.where(
        pl.col("scope").is_in(scopes.implode()) & (pl.col("indicator") == indicator)
    )
    label = _("1 other sector") if len(scopes) == 1 else _("{count} other sectors", count=len(scopes))
    return [
        Figure(
            label=label,
            value=row["value"],
            unit=row["unit"],
            low=row["low"],
            high=row["high"],
            default_share=row["default_share"],
        )
        for row in others.total(["indicator"]).summary().iter_rows(named=True)
    ]


def quality_lines(states: Sequence[DomainState]) -> list[QualityLine]:
    """Where the values of each imputable column come from, the weakest first."""
    lines = []
    for state in states:
        for table in state.domain.tables:
            frame = state.assets.get(table.name)
            if frame is None or not frame.height:
                continue
            for column in table.imputable:
                if origin_column(column.name) not in frame.columns or not frame[column.name].count():
                    continue
                counts = dict(frame[origin_column(column.name)].value_counts().iter_rows())
                shares = {name: counts.get(name, 0) / frame.height for name in ORIGINS}
                lines.append(QualityLine(label=column.label, **shares))
    return sorted(lines, key=lambda line: (-line.default, -line.inferred))


_Part = tuple[Message | dict[str, str], Mark, pl.Series]
"""A class of the map: label, mark, identifiers of its assets."""


def plan_map(
    territory: Territory, states: Sequence[DomainState], lines: pl.DataFrame, actions: pl.DataFrame
) -> MapData | None:
    """Where the works of the plan are, by year; what is asked of others; what stays as it is.

    Args:
        territory: open territory.
        states: its domains.
        lines: frame of the noun `plan`.
        actions: frame of the noun `action`, with the words of its kinds.
    """
    touched = set(actions["asset_type"])
    points = [
        state.assets[table.name].select("asset_id", GEOMETRY)
        for state in states
        for table in state.domain.tables
        if table.name in (touched or {state.domain.tables[0].name})
        and GEOMETRY in state.assets.get(table.name, pl.DataFrame()).columns
    ]
    if not points:
        return None
    located = pl.concat(points)
    geometry = shapely.from_wkb(located[GEOMETRY].to_numpy())
    there = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    if not there.any():
        return None
    located, centres = located.filter(pl.Series(there)), shapely.centroid(geometry[there])
    ranks, legend = _classes(located["asset_id"], lines, actions)
    note = _touched(located["asset_id"], lines, actions)
    roads = territory.store.read_assets(shared_asset_tables()["road"])
    return MapData(
        title=_("Works of the plan") if (lines["decision"] == "in").any() else _("Assets of the territory"),
        points=shapely.get_coordinates(centres),
        classes=ranks,
        legend=legend,
        streets=street_lines(roads),
        names=street_names(roads),
        attribution=_("Inventory of the territory"),
        note=note,
    )


JOINTS = {"fr": "\u202f; ", "en": "; "}


def _touched(asset_ids: pl.Series, lines: pl.DataFrame, actions: pl.DataFrame) -> Message | str:
    """How many assets of the map each kind of chosen action touches: classes show only the dearest of each."""
    chosen = lines.filter(pl.col("decision") == "in").select("action_id")
    touched = (
        chosen.join(actions, on="action_id", how="inner", maintain_order="left")
        .explode("asset_ids")
        .filter(pl.col("asset_ids").is_in(asset_ids.implode()))
        .group_by("kind", maintain_order=True)
        .agg(pl.col("asset_ids").n_unique().alias("count"), pl.col(KIND_WORDS).first())
        .sort("count", descending=True)
    )
    if touched.height < 2:
        return ""
    counts = {
        language: JOINTS[language].join(
            _("{kind}, {count}", kind=row[f"kind_{language}"], count=row["count"]).say(language)
            for row in touched.iter_rows(named=True)
        )
        for language in LANGUAGES
    }
    return _("Points that each kind of works touches: {counts}", counts=counts)


def _classes(
    asset_ids: pl.Series, lines: pl.DataFrame, actions: pl.DataFrame
) -> tuple[np.ndarray[Any, np.dtype[np.int64]], list[MapClass]]:
    """Rank of the class of each asset, and the classes: unchanged, asked of others, then years of works.

    An asset that several actions touch is shown at the year of the dearest one: a curfew covers a
    whole sector, and would hide where lanterns are replaced.
    """
    main = (
        lines.join(
            actions.select("action_id", "kind", "asset_ids", "unit_count", *KIND_WORDS), on="action_id", how="inner"
        )
        .filter(pl.col("decision") != "out")
        .sort(pl.col("decision") != "in", -pl.col("cost_eur") / pl.col("unit_count"))
        .explode("asset_ids")
        .with_columns((pl.col("decision") == "in").sum().over("asset_ids").alias("kinds"))
        .unique("asset_ids", keep="first", maintain_order=True)
    )
    chosen = main.filter(pl.col("decision") == "in")
    parts: list[_Part] = [(_("No works in this plan"), Mark(GREY, "circle"), pl.Series([], dtype=pl.String))]
    others = main.filter(pl.col("decision") != "in")["asset_ids"]
    if len(others):
        parts.append((_("Asked of another owner, or waiting"), Mark(OCHRE, "diamond"), others))
    parts += _classes_of_works(chosen)
    rank_of = {asset: rank for rank, (_label, _mark, assets) in enumerate(parts) for asset in assets}
    legend = [MapClass(label=label, mark=mark) for label, mark, _assets in parts]
    return np.array([rank_of.get(asset, 0) for asset in asset_ids], dtype=np.int64), legend


def _classes_of_works(chosen: pl.DataFrame) -> list[_Part]:
    """The dearest kind of works by period, each of the next ones as a whole."""
    kinds = (
        chosen.group_by("kind", maintain_order=True)
        .agg(pl.col("cost_eur").unique().sum(), pl.col(KIND_WORDS).first())
        .sort("cost_eur", descending=True)
    )
    parts: list[_Part] = []
    for found, mark in zip(_other_kinds(chosen, kinds["kind"].to_list()[1:]), KIND_MARKS, strict=False):
        name: Message | dict[str, str] = {"fr": found["kind_fr"][0], "en": found["kind_en"][0]}
        if found["kind"].n_unique() > 1:
            name = _("Other works")
        elif found["kinds"].max() == 1:
            name = _("{kind}, nothing else", kind=name)
        parts.append((name, mark, found["asset_ids"]))
    for kind, _cost, french, english in kinds.head(1).iter_rows():
        same = chosen.filter(pl.col("kind") == kind)
        # the last class is drawn on top and named first: the first years
        for (first, last), mark in reversed(
            list(zip(_periods(sorted(same["year"].unique().to_list())), PERIOD_MARKS, strict=False))
        ):
            assets = same.filter(pl.col("year").is_between(first, last))["asset_ids"]
            span = str(first) if first == last else f"{first}–{last}"
            parts.append((_("{kind}, {years}", kind={"fr": french, "en": english}, years=span), mark, assets))
    return parts


def _other_kinds(chosen: pl.DataFrame, kinds: Sequence[str]) -> list[pl.DataFrame]:
    """The assets of each of the other kinds, the most numerous first; beyond the marks there are, as one class."""
    found = sorted((chosen.filter(pl.col("kind") == kind) for kind in kinds), key=lambda frame: -frame.height)
    alone = len(KIND_MARKS) if len(found) <= len(KIND_MARKS) else len(KIND_MARKS) - 1
    return [*found[:alone], *([pl.concat(found[alone:])] if found[alone:] else [])]


def _periods(years: Sequence[int]) -> list[tuple[int, int]]:
    """At most three runs of years of about the same length, each from its first year of works to its last.

    >>> _periods([2027, 2028, 2029, 2030, 2031, 2032])
    [(2027, 2028), (2029, 2030), (2031, 2032)]
    >>> _periods([2027, 2032])
    [(2027, 2027), (2032, 2032)]
    """
    if not years:
        return []
    runs = np.array_split(np.arange(years[0], years[-1] + 1), 3)
    groups = [[year for year in years if year in run] for run in runs]
    return [(group[0], group[-1]) for group in groups if group]


def street_lines(roads: pl.DataFrame) -> list[np.ndarray[Any, np.dtype[np.float64]]]:
    """Lines of the roads, for the ground of a map [m]."""
    if not roads.height:
        return []
    geometry = shapely.from_wkb(roads[GEOMETRY].to_numpy())
    parts = shapely.get_parts(geometry[~shapely.is_missing(geometry)])
    return [shapely.get_coordinates(part) for part in parts]


def street_names(roads: pl.DataFrame) -> list[tuple[str, float, float]]:
    """Names of the longest streets and where to write them."""
    if not roads.height:
        return []
    geometry = shapely.from_wkb(roads[GEOMETRY].to_numpy())
    named = roads.select("name").with_columns(
        pl.Series("length_m", shapely.length(geometry)), pl.int_range(pl.len()).alias("row")
    )
    longest = (
        named.filter(pl.col("name").is_not_null() & (pl.col("name") != ""))
        .group_by("name")
        .agg(pl.col("length_m").sum(), pl.col("row").sort_by("length_m").last())
        .sort("length_m", "name", descending=[True, False])
        .head(MOST_NAMES)
    )
    labels = []
    for name, _length, row in longest.iter_rows():
        middle = shapely.line_interpolate_point(shapely.get_parts(geometry[row])[0], 0.5, normalized=True)
        labels.append((name, float(middle.x), float(middle.y)))
    return labels
