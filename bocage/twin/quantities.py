"""Quantities: what the last plan orders, item by item, at the territory's own unit prices (DQE)."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from bocage.publish.csv_file import write_csv
from bocage.publish.tables import NamedTable, TableColumn
from bocage.publish.workbook import write_workbook
from bocage.twin.answer import Answer, Heading, Section, Text
from bocage.twin.assumptions import all_assumptions
from bocage.twin.code_labels import all_code_labels
from bocage.twin.export import identity_notes
from bocage.twin.plan_record import PlanRecord, load_current_plan
from bocage.twin.territory import Territory
from bocage.twin.wording import _
from bocage.vocabulary.code_labels import CodeLabels
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import noun_tables
from bocage.vocabulary.text import Message, current_language

PRICED, UNPRICED, SCHEDULE = "quantities", "unpriced", "unit_prices"
CODED = ("works_item", "per", "read_from")
_ITEM = ("framework", "lot", "item", "designation", "price_unit", "unit_price_eur")
_WORK = ("works_item", "per", "unit_price_eur")


@dataclass(frozen=True)
class Bill:
    """The bill of quantities of a plan.

    Attributes:
        priced: by lot, year, commune and item of the schedule: quantity, unit price, amount.
        unpriced: by year, commune and item of works that no line of the schedule prices: the same, at
            default prices.
        schedule: how each line of the schedule was read.
        planned_eur: investment of the plan, of the actions counted here [EUR].
    """

    priced: pl.DataFrame
    unpriced: pl.DataFrame
    schedule: pl.DataFrame
    planned_eur: float

    @property
    def priced_eur(self) -> float:
        """Amount at the prices of the schedule [EUR]."""
        return float(self.priced["amount_eur"].sum())

    @property
    def unpriced_eur(self) -> float:
        """Amount at default prices [EUR]."""
        return float(self.unpriced["amount_eur"].sum())


def bill_of_quantities(territory: Territory, record: PlanRecord) -> Bill:
    """Count what the chosen actions of a plan order.

    Args:
        territory: open territory.
        record: its plan.

    Raises:
        BocageError: BOC-TWI-040 no domain of the plan tells what its actions order.
    """
    actions = territory.store.read_rows(noun_tables()["action"])
    plan = record.frames["plan"].filter(pl.col("decision") == "in")
    lines, schedules, counted = [], [], 0.0
    for domain in territory.chosen_domains(None):
        if domain.order is None:
            continue
        site = territory.site(domain, date=record.made_on)
        chosen = actions.filter(pl.col("domain") == domain.name).join(plan.select("action_id"), on="action_id")
        found = domain.order(territory.assets(domain, site), chosen, site)
        lines.append(
            found.lines.join(
                chosen.select("action_id", "commune_code"), on="action_id", how="left", maintain_order="left"
            )
        )
        schedules.append(found.schedule)
        counted += float(plan.join(chosen.select("action_id"), on="action_id", how="semi")["cost_eur"].sum())
    if not lines:
        raise BocageError("BOC-TWI-040", where={"folder": territory.folder})
    dated = pl.concat(lines).join(plan.select("action_id", "year"), on="action_id", how="left", maintain_order="left")
    by_schedule = pl.col("origin") == "schedule"
    return Bill(
        priced=_summed(dated.filter(by_schedule), ("framework", "lot", "year", "commune_code", *_ITEM[2:])),
        unpriced=_summed(dated.filter(~by_schedule), ("year", "commune_code", *_WORK)),
        schedule=pl.concat(schedules),
        planned_eur=counted,
    )


def _summed(lines: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    order = [name for name in keys if name != "unit_price_eur"]
    return (
        lines.group_by(keys)
        .agg(pl.col("quantity").sum(), pl.col("amount_eur").sum().round(2))
        .sort(order, nulls_last=True)
        .select(*keys[: keys.index("unit_price_eur")], "quantity", "unit_price_eur", "amount_eur",
                *keys[keys.index("unit_price_eur") + 1 :])
    )  # fmt: skip


def write_quantities(territory: Territory, *, into: Path | None = None) -> Answer:
    """Write the bill of quantities of the last plan as a workbook and CSV files.

    Args:
        territory: open territory, its plan up to date.
        into: folder to write to; that of the results where None.

    Raises:
        BocageError: BOC-TWI-012 and 017 no plan, or one out of date; BOC-TWI-040 nothing can be ordered;
            BOC-PUB-001 a file that cannot be written.
    """
    record = load_current_plan(territory)
    bill = bill_of_quantities(territory, record)
    folder = into or territory.place("results")
    language = current_language()
    tables = named_tables(bill, all_code_labels(territory.domains))
    domains = [domain for domain in territory.chosen_domains(None) if domain.order is not None]
    files = [
        write_workbook(
            tables,
            folder / f"{territory.code}-quantities.xlsx",
            language=language,
            assumptions=all_assumptions(domains, record.made_on),
            notes=[*identity_notes(territory), *_sentences(bill)],
            timezone=territory.config.text("territory", "timezone"),
        )
    ]
    files += [
        write_csv(table, folder / f"{territory.code}-{table.name}.csv", language=language)
        for table in tables
        if table.name != SCHEDULE
    ]
    return _answer(territory, bill, tables, files)


def _sentences(bill: Bill) -> list[Message]:
    total = bill.priced_eur + bill.unpriced_eur
    return [
        _(
            "Works of the plan {planned} EUR excl. VAT: {priced} at the unit prices of the territory,"
            " {unpriced} at default prices",
            planned=bill.planned_eur, priced=bill.priced_eur, unpriced=bill.unpriced_eur,
        ),
        _("{share:1}% of the amount is priced by the schedule", share=100 * bill.priced_eur / total if total else 0.0),
    ]  # fmt: skip


def _answer(territory: Territory, bill: Bill, tables: Sequence[NamedTable], files: Sequence[Path]) -> Answer:
    sections = [Section(title=_("Amounts"), lines=_sentences(bill))]
    sections += [
        Section(title=_text(table.label), table=_shown(table), headings=_headings(table))
        for table in tables
        if table.frame.height
    ]
    if not bill.schedule.height:
        sections.append(
            Section(
                title=_("Unit prices"),
                lines=[_("No schedule of unit prices: bocage import prices.xlsx --type unit_price")],
            )
        )
    return Answer(
        title=_("Bill of quantities of {name}", name=territory.name),
        sections=sections,
        data={
            "planned_eur": bill.planned_eur,
            "priced_eur": bill.priced_eur,
            "unpriced_eur": bill.unpriced_eur,
            **{table.name: table.frame.to_dicts() for table in tables},
            "files": [str(path) for path in files],
        },
        files=files,
    )


def named_tables(bill: Bill, labels: CodeLabels) -> list[NamedTable]:
    """The tables of a bill, as they are published.

    Args:
        bill: what the plan orders.
        labels: what codes mean, by name of column.
    """
    frames = {PRICED: bill.priced, UNPRICED: bill.unpriced, SCHEDULE: bill.schedule}
    notes = {
        PRICED: _("The prices of the schedule are those that the territory imported, excluding VAT"),
        UNPRICED: _("Default prices are dated parameters, most of them to be verified: see the last sheet"),
        SCHEDULE: _("To correct a reading, fill the columns action_kind and per of the schedule and import it again"),
    }
    found: dict[str, tuple[dict[str, str], list[TableColumn]]] = {}
    with (Path(__file__).parent / "quantities_tables.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            label = {"fr": row["label_fr"], "en": row["label_en"]}
            if not row["column"]:
                found[row["table"]] = label, []
                continue
            found[row["table"]][1].append(
                TableColumn(
                    name=row["column"],
                    label=label,
                    kind=row["kind"],  # type: ignore[arg-type]  # package data, tested
                    unit=row["unit"],
                    labels=labels.get(row["column"], {}) if row["column"] in CODED else {},
                )
            )
    return [
        NamedTable(name=name, label=label, frame=frames[name], columns=columns, note=notes[name])
        for name, (label, columns) in found.items()
    ]


def _shown(table: NamedTable) -> pl.DataFrame:
    """The table for a screen: codes in words."""
    language = current_language()
    return table.frame.with_columns(
        pl.col(column.name).replace({code: label[language] for code, label in column.labels.items()})
        for column in table.columns
        if column.labels
    )


def _headings(table: NamedTable) -> list[Heading]:
    filled = [column for column in table.columns if table.frame[column.name].null_count() < table.frame.height]
    return [
        Heading(name=column.name, label=_text(column.label), digits=2 if column.name.endswith("_eur") else None)
        for column in filled
    ]


def _text(label: object) -> Text:
    assert isinstance(label, Mapping)
    return label
