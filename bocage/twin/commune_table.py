"""The communes of a wider territory as one table: state today, works of the plan, who pays."""

from collections.abc import Mapping

import polars as pl

from bocage.publish.tables import NamedTable, TableColumn
from bocage.twin.communes import COMMUNE, Communes
from bocage.twin.wording import _
from bocage.vocabulary.domain import Indicator
from bocage.vocabulary.text import Message

NAME = "plan_by_commune"
MONEY: Mapping[str, tuple[Message, str]] = {
    "actions": (_("Actions of the plan"), ""),
    "cost_eur": (_("Works excl. VAT"), "EUR"),
    "grants_eur": (_("Grants counted on"), "EUR"),
    "own_eur": (_("Own share excl. VAT"), "EUR"),
    "saving_kwh": (_("Energy saved, each action alone"), "kWh/year"),
    "saving_eur": (_("Running costs saved, each action alone"), "EUR/year"),
}


def commune_table(tables: Communes, indicators: Mapping[str, Indicator]) -> NamedTable:
    """One row per commune: assets, each indicator with its interval, works of the plan, grants, own funds, savings.

    Args:
        tables: tables by commune.
        indicators: declared indicators by name.
    """
    works = tables.works.group_by(COMMUNE).agg(
        pl.len().cast(pl.Int64).alias("actions"), pl.col(*(name for name in MONEY if name != "actions")).sum()
    )
    frame = tables.known.join(works, on=COMMUNE, how="left").with_columns(pl.col(*MONEY).fill_null(0))
    columns = [
        TableColumn(name=COMMUNE, label=_("Commune (INSEE)"), kind="code"),
        TableColumn(name="name", label=_("Commune"), kind="text"),
        TableColumn(name="population", label=_("Inhabitants"), kind="integer", unit="inhabitants"),
        TableColumn(name="assets", label=_("Assets"), kind="integer"),
    ]
    for name in tables.outcomes["indicator"].unique(maintain_order=True):
        one = tables.outcomes.filter(pl.col("indicator") == name)
        bounds = [pl.col(part).alias(f"{name}_{part}") for part in ("low", "high")]
        frame = frame.join(one.select(COMMUNE, pl.col("value").alias(name), *bounds), on=COMMUNE, how="left")
        declared = indicators[name]
        columns.append(TableColumn(name=name, label=declared.label, kind="real", unit=declared.unit))
        for part, said in (("low", _("{label}, low (P10)", label=declared.label)),
                           ("high", _("{label}, high (P90)", label=declared.label))):  # fmt: skip
            columns.append(TableColumn(name=f"{name}_{part}", label=said, kind="real", unit=declared.unit))
    columns += [
        TableColumn(name=name, label=label, kind="real" if unit else "integer", unit=unit)
        for name, (label, unit) in MONEY.items()
    ]
    return NamedTable(name=NAME, label=_("Plan by commune"), frame=frame.sort(COMMUNE), columns=columns)
