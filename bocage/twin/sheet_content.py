"""What the sheet of one commune says: its share of the diagnosis and of the plan of the wider territory."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
import shapely

from bocage import __version__
from bocage.publish.report.content import Figure, FindingLine, MapClass, MapData, Place, QualityLine
from bocage.publish.sheet.content import BillLine, SheetContent, YearLine
from bocage.publish.tokens import GREY, OCHRE, RED, Mark
from bocage.twin.code_labels import all_code_labels
from bocage.twin.communes import COMMUNE, Communes
from bocage.twin.diagnose import DomainState
from bocage.twin.plan_record import PlanRecord
from bocage.twin.report_state import figure_of
from bocage.twin.sheet_bills import bill_lines
from bocage.twin.sheet_peers import Measure, compare, peers_note
from bocage.twin.territory import Territory
from bocage.twin.wording import _
from bocage.vocabulary.code_labels import label_of
from bocage.vocabulary.columns import GEOMETRY
from bocage.vocabulary.domain import Indicator
from bocage.vocabulary.text import LANGUAGES, Message

HEAD_ROLES = ("stock", "energy", "cash", "carbon")
"""Roles of the first figures of a sheet: the first indicator of each."""
MOST_NAMES = 12
PRIORITIES = (
    ("none", _("Nothing found"), Mark(GREY, "circle")),
    ("watch", _("To watch"), Mark(OCHRE, "diamond")),
    ("critical", _("Critical"), Mark(RED, "triangle")),
)


@dataclass(frozen=True)
class Shared:
    """What all the sheets of a territory share.

    Attributes:
        place: the territory that decides: name, whether it is fictional.
        states: its domains.
        data_date: date of the latest inventory.
        computed_on: date of the plan, or of the diagnosis.
        fingerprint: of the territory.
        department: code of the département.
        sources: sources of the inventories.
    """

    name: str
    synthetic: bool
    states: Sequence[DomainState]
    data_date: dt.date
    computed_on: dt.date
    fingerprint: str
    department: str
    sources: Sequence[Message]

    @classmethod
    def of(cls, territory: Territory, states: Sequence[DomainState], record: PlanRecord | None) -> "Shared":
        """What the sheets share, read once."""
        from bocage.twin.report import data_date, sources  # noqa: PLC0415 - see there

        return cls(
            name=territory.name,
            synthetic=territory.synthetic,
            states=states,
            data_date=data_date(territory, states),
            computed_on=record.made_on if record else states[0].site.date,
            fingerprint=territory.fingerprint(),
            department=territory.config.text("territory", "department"),
            sources=sources(territory),
        )

    @cached_property
    def indicators(self) -> Mapping[str, Indicator]:
        """Indicators of the domains by name."""
        return {name: one for state in self.states for name, one in state.domain.indicators.items()}

    @cached_property
    def points(self) -> pl.DataFrame:
        """Position, commune, street and priority of every located asset that has a priority."""
        frames = []
        for state in self.states:
            for asset_type, figures in state.diagnosis.per_asset.items():
                frame = state.assets.get(asset_type)
                if frame is None or "priority" not in figures.columns or GEOMETRY not in frame.columns:
                    continue
                street = pl.col("street") if "street" in frame.columns else pl.lit(None, dtype=pl.String)
                frames.append(
                    frame.select("asset_id", COMMUNE, street.alias("street"), GEOMETRY).join(
                        figures.select("asset_id", "priority"), on="asset_id", how="inner"
                    )
                )
        empty = {
            "asset_id": pl.String,
            COMMUNE: pl.String,
            "street": pl.String,
            GEOMETRY: pl.Binary,
            "priority": pl.String,
        }
        return pl.concat([pl.DataFrame(schema=empty), *frames])

    @cached_property
    def bills(self) -> Mapping[str, Sequence[BillLine]]:
        """Delivery points by commune, those to look at first."""
        return bill_lines(self.states)


def sheet_of(code: str, tables: Communes, shared: Shared, measures: Sequence[Measure]) -> SheetContent:
    """The content of the sheet of one commune.

    Args:
        code: INSEE code.
        tables: tables by commune.
        shared: what all sheets share.
        measures: what communes are compared by.
    """
    known = tables.known.row(by_predicate=pl.col(COMMUNE) == code, named=True)
    outcomes = {row["indicator"]: row for row in _of(tables.outcomes, code).iter_rows(named=True)}
    works = _works(_of(tables.works, code), shared)
    energy = next((name for name, one in shared.indicators.items() if one.role == "energy"), "")
    others = _of(tables.left_out, code)["count"]
    return SheetContent(
        place=Place(
            name=known["name"], code=code, kind="commune", department=shared.department,
            population=known["population"], synthetic=shared.synthetic,
        ),
        body=shared.name,
        data_date=shared.data_date,
        computed_on=shared.computed_on,
        version=__version__,
        fingerprint=shared.fingerprint,
        figures=_figures(outcomes, works, shared),
        findings=_findings(_of(tables.findings, code), shared),
        map=_map(_of(shared.points, code)),
        works=works,
        left_out=int(others.sum()),
        similar=compare(code, tables.known, measures),
        similar_note=peers_note(code, tables.known),
        bills=shared.bills.get(code, ()),
        quality=_quality(_of(tables.origins, code), shared),
        rests_on_defaults=outcomes[energy]["default_share"] if energy in outcomes else None,
        sources=shared.sources,
    )  # fmt: skip


def _of(frame: pl.DataFrame, code: str) -> pl.DataFrame:
    return frame.filter(pl.col(COMMUNE) == code)


def _figures(outcomes: Mapping[str, Mapping[str, Any]], works: Sequence[YearLine], shared: Shared) -> list[Figure]:
    """The first indicator of each role, then what the plan saves here."""
    figures = []
    for role in HEAD_ROLES:
        name = next((name for name, one in shared.indicators.items() if one.role == role and name in outcomes), None)
        if name is not None:
            figures.append(figure_of(shared.indicators[name], outcomes[name]))
    energy = next((one for one in shared.indicators.values() if one.role == "energy"), None)
    saved = [line.saving_kwh for line in works if line.saving_kwh is not None]
    if energy is not None and works and saved:
        before = outcomes.get(energy.name, {}).get("value", 0.0)
        figures.append(
            Figure(
                label=_("Energy saved by the plan"),
                value=sum(saved),
                unit=energy.unit,
                rounded=True,
                note=_("{share}% of today, each action alone", share=100 * sum(saved) / before) if before else "",
            )
        )
    return figures


def _findings(counts: pl.DataFrame, shared: Shared) -> list[FindingLine]:
    codes = {code: declared for state in shared.states for code, declared in state.domain.codes.items()}
    return [
        FindingLine(
            code=code,
            sentence={language: codes[code].what[language] for language in LANGUAGES},
            count=count,
            severity=codes[code].severity,  # type: ignore[arg-type]  # declared severities
        )
        for _commune, code, count in counts.iter_rows()
    ]


def _map(points: pl.DataFrame) -> MapData | None:
    geometry = shapely.from_wkb(points[GEOMETRY].to_numpy()) if points.height else np.array([])
    there = ~(shapely.is_missing(geometry) | shapely.is_empty(geometry)) if points.height else np.array([], dtype=bool)
    if not there.any():
        return None
    located = points.filter(pl.Series(there))
    places = shapely.get_coordinates(shapely.centroid(geometry[there]))
    ranks = {name: rank for rank, (name, _label, _mark) in enumerate(PRIORITIES)}
    return MapData(
        title=_("Points by priority"),
        points=places,
        classes=np.array([ranks.get(name, 0) for name in located["priority"]], dtype=np.int64),
        legend=[MapClass(label=label, mark=mark) for _name, label, mark in PRIORITIES],
        names=_street_names(located["street"], places),
        attribution=_("Inventory of the territory"),
    )


def _street_names(streets: pl.Series, places: np.ndarray[Any, np.dtype[np.float64]]) -> list[tuple[str, float, float]]:
    """The streets with most points, each named at its middle point."""
    rows = pl.DataFrame({"street": streets, "x": places[:, 0], "y": places[:, 1]}).filter(
        pl.col("street").fill_null("") != ""
    )
    grouped = (
        rows.group_by("street").agg(pl.len(), pl.col("x", "y").median()).sort("len", "street", descending=[True, False])
    )
    return [(name, x, y) for name, _count, x, y in grouped.head(MOST_NAMES).iter_rows()]


def _works(rows: pl.DataFrame, shared: Shared) -> list[YearLine]:
    kinds = all_code_labels([state.domain for state in shared.states]).get("kind", {})
    grouped = rows.group_by("year", "kind", maintain_order=True).agg(
        pl.col("cost_eur", "grants_eur", "own_eur", "saving_kwh", "saving_eur").sum(),
        pl.col("place").sort_by("cost_eur", descending=True).drop_nulls(),
    )
    return [
        YearLine(
            year=row["year"],
            label={language: _title(label_of(row["kind"], kinds, language)) for language in LANGUAGES},
            places=list(dict.fromkeys(row["place"])),
            cost_eur=row["cost_eur"],
            grants_eur=row["grants_eur"],
            own_eur=row["own_eur"],
            saving_kwh=row["saving_kwh"],
            saving_eur=row["saving_eur"],
        )
        for row in grouped.sort("year", "cost_eur", descending=[False, True]).iter_rows(named=True)
    ]


def _title(words: str) -> str:
    return words[:1].upper() + words[1:]


def _quality(rows: pl.DataFrame, shared: Shared) -> list[QualityLine]:
    labels = {
        (state.domain.name, table.name, column.name): column.label
        for state in shared.states
        for table in state.domain.tables
        for column in table.columns
    }
    return [
        QualityLine(
            label=labels[row["domain"], row["asset_type"], row["column"]],
            measured=row["measured"], declared=row["declared"], inferred=row["inferred"], default=row["default"],
        )
        for row in rows.iter_rows(named=True)
        if row["default"] + row["inferred"] > 0
    ]  # fmt: skip
