"""What the report says of the plan: the decision, options, funding, calendar, cash, requests, evaluation."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from bocage.publish.report.content import (
    Decision,
    EvaluationLine,
    Figure,
    FundingLine,
    JointLine,
    Ledger,
    LedgerLine,
    Option,
    PlannedWork,
    RequestLine,
    WaitingLine,
)
from bocage.twin.plan_record import PlanRecord
from bocage.twin.wording import _
from bocage.vocabulary.domain import Indicator
from bocage.vocabulary.responsibility import NO_END_YEAR

COUNTED = ("certain", "discretionary")
CHARTED = 3
"""Rank of the net present value among the criteria of `options`."""


def chosen_lines(record: PlanRecord, actions: pl.DataFrame) -> pl.DataFrame:
    """Lines of the plan that were chosen, with the labels of their actions, by year then cost."""
    names = ("action_id", "label_fr", "label_en", "place", "unit_count")
    return (
        record.frames["plan"]
        .filter(pl.col("decision") == "in")
        .join(actions.select(names), on="action_id", how="left")
        .sort(["year", "cost_eur"], descending=[False, True])
    )


def option_row(record: PlanRecord, name: str) -> Mapping[str, Any]:
    """The measures of one of the options compared."""
    return next(row for row in record.frames["options"].iter_rows(named=True) if row["option"] == name)


def decision_of(record: PlanRecord, programme: Mapping[str, str]) -> Decision | None:
    """What the council is asked to decide; None where no action was chosen."""
    row = option_row(record, "chosen")
    if not row["actions"]:
        return None
    years = record.frames["plan"].filter(pl.col("decision") == "in")["year"]
    return Decision(
        programme=programme,
        cost_eur=row["cost_eur"],
        grants_eur=row["grants_eur"],
        own_eur=row["own_eur"],
        first_year=int(years.min()),  # type: ignore[arg-type]  # a year, since an action was chosen
        last_year=int(years.max()),  # type: ignore[arg-type]
        actions=row["actions"],
        statement=_(
            "The plan is within {gap:1} % of the best possible one; ranking the actions by ratio would lose {loss} %.",
            gap=100 * min(record.solve.gap, 1.0), loss=100 * record.solve.greedy_loss,
        ),
    )  # fmt: skip


def headlines(record: PlanRecord) -> list[Figure]:
    """The three figures of the first page: energy saved, money saved each year, own funds needed."""
    own = option_row(record, "chosen")["own_eur"]
    return [
        *(
            figure
            for role, label in (("energy", _("Energy saved each year")), ("cash", _("Running costs saved each year")))
            if (figure := _saving(record, role, label)) is not None
        ),
        Figure(
            label=_("Own funds needed"),
            value=own,
            unit="EUR",
            default_share=1.0,
            note=_("VAT included, grants and FCTVA deducted; interval of the costs in the workbook"),
        ),
    ]


def _saving(record: PlanRecord, role: str, label: Any) -> Figure | None:  # noqa: ANN401 - a text in any form
    """What a role falls by once the plan is complete."""
    rows = record.frames["by_role"].filter(pl.col("role") == role).sort("year")
    if not rows.height:
        return None
    last = rows.row(-1, named=True)
    return Figure(
        label=label,
        value=-last["value"],
        unit=last["unit"],
        low=-last["high"],
        high=-last["low"],
        default_share=last["default_share"],
        note=_("once all the works are done"),
    )


def options_of(record: PlanRecord) -> list[Option]:
    """The options compared, doing nothing first, the same criteria for each."""
    return [
        Option(
            name={"fr": row["label_fr"], "en": row["label_en"]},
            figures=[
                Figure(label=_("Works excl. VAT"), value=row["cost_eur"], unit="EUR"),
                Figure(label=_("Grants"), value=row["grants_eur"], unit="EUR"),
                Figure(label=_("Own funds, net"), value=row["own_eur"], unit="EUR"),
                Figure(
                    label=_("Net present value for society"),
                    value=row["npv_eur"], unit="EUR", low=row["npv_low_eur"], high=row["npv_high_eur"],
                ),
                Figure(label=_("Running costs saved"), value=row["saving_eur_year"], unit="EUR/year"),
                Figure(label=_("Energy saved"), value=row["energy_kwh_year"], unit="kWh/year"),
                Figure(label=_("Emissions avoided"), value=row["carbon_kg_year"], unit="kgCO2e/year"),
            ],
            risk=_RISKS.get(row["option"], ""),
            chosen=row["option"] == "chosen",
        )
        for row in record.frames["options"].iter_rows(named=True)
    ]  # fmt: skip


_RISKS = {
    "nothing": _("The bill follows the price of electricity; old lamps can no longer be bought."),
    "low_cost": _("Old lanterns stay; the saving is small."),
    "greedy": _("Takes the best ratios first and leaves money unused."),
    "chosen": _("Rests on grants still to be awarded and on the price of electricity."),
}


def joint_lines(record: PlanRecord, indicators: Mapping[str, Indicator]) -> list[JointLine]:
    """The sum of the actions beside all of them together, in the last year, where money or energy is at stake."""
    joint = record.frames["joint"]
    if not joint.height:
        return []
    last = joint.filter(pl.col("year") == joint["year"].max())
    return [
        JointLine(
            label=indicators[row["indicator"]].label, unit=row["unit"], additive=row["additive"], joint=row["joint"]
        )
        for row in last.iter_rows(named=True)
        if indicators[row["indicator"]].role in {"energy", "cash", "carbon", "investment"}
    ]


def request_lines(record: PlanRecord, actions: pl.DataFrame) -> list[RequestLine]:
    """Works that other owners decide, by owner and kind, dearest of the exclusive variants kept once."""
    grouped = _grouped(record, actions, "request", ["owner_siren", "kind"])
    return [
        RequestLine(
            owner=_("SIREN {siren}", siren=str(row["owner_siren"])),
            label={"fr": row["label_fr"], "en": row["label_en"]},
            actions=row["actions"],
            cost_eur=row["cost_eur"],
        )
        for row in grouped.iter_rows(named=True)
    ]


def waiting_lines(record: PlanRecord, actions: pl.DataFrame) -> list[WaitingLine]:
    """Works that a contract delays, by contract and kind."""
    grouped = _grouped(record, actions, "waits", ["contract_id", "kind", "first_year"])
    return [
        WaitingLine(
            contract=str(row["contract_id"]),
            label={"fr": row["label_fr"], "en": row["label_en"]},
            actions=row["actions"],
            until_year=None if row["first_year"] >= NO_END_YEAR else row["first_year"],
        )
        for row in grouped.iter_rows(named=True)
    ]


def _grouped(record: PlanRecord, actions: pl.DataFrame, decision: str, by: Sequence[str]) -> pl.DataFrame:
    """Lines of one decision by some columns of their actions, with the label of the kind of action."""
    lines = record.frames["plan"].filter(pl.col("decision") == decision).select("action_id", "cost_eur")
    joined = lines.join(actions, on="action_id", how="inner")
    return (
        joined.group_by(by, maintain_order=True)
        .agg(
            pl.len().alias("actions"),
            pl.col("cost_eur").sum(),
            pl.col("label_fr").str.split(" : ").list.first().first(),
            pl.col("label_en").str.split(": ").list.first().first(),
        )
        .sort("cost_eur", descending=True)
    )


def funding_lines(record: PlanRecord) -> list[FundingLine]:
    """Who pays: counted programmes, those hoped for, and the own funds."""
    chosen = record.frames["plan"].filter(pl.col("decision") == "in")["action_id"]
    financing = record.frames["financing"].filter(pl.col("action_id").is_in(chosen.implode()))
    by_programme = financing.group_by("programme", "status", maintain_order=True).agg(
        pl.col("amount_eur", "low_eur", "high_eur").sum(),
        pl.col("label_fr", "label_en", "note_fr", "note_en", "rule_status").first(),
    )
    lines = [
        FundingLine(
            programme={"fr": row["label_fr"], "en": row["label_en"]},
            amount_eur=row["amount_eur"],
            low_eur=row["low_eur"],
            high_eur=row["high_eur"],
            status="certain" if row["status"] == "certain" else "hoped",
            condition={"fr": row["note_fr"], "en": row["note_en"]},
        )
        for row in by_programme.sort(~pl.col("status").is_in(COUNTED), -pl.col("amount_eur")).iter_rows(named=True)
    ]
    row = option_row(record, "chosen")
    fctva = FundingLine(
        programme=_("FCTVA (VAT compensation)"), amount_eur=row["fctva_eur"], status="certain",
        condition=_("Paid back after the works, by law"),
    )  # fmt: skip
    own = FundingLine(programme=_("Own funds"), amount_eur=row["own_eur"], status="own", condition="")
    return [*lines, fctva, own]


def work_lines(lines: pl.DataFrame) -> list[PlannedWork]:
    """The works of the plan, by year then cost."""
    return [
        PlannedWork(
            year=row["year"],
            place=row["place"] or "",
            label={"fr": row["label_fr"], "en": row["label_en"]},
            cost_eur=row["cost_eur"],
        )
        for row in lines.iter_rows(named=True)
    ]


def ledgers_of(record: PlanRecord) -> list[Ledger]:
    """Cash of each payer by year."""
    found = []
    for (siren, budget), rows in record.frames["ledgers"].group_by("payer_siren", "budget", maintain_order=True):
        years = sorted(rows["year"].unique().to_list())
        lines = []
        for (_line, french, english), amounts in rows.group_by("line", "label_fr", "label_en", maintain_order=True):
            by_year = dict(amounts.group_by("year").agg(pl.col("amount_eur").sum()).iter_rows())
            lines.append(
                LedgerLine(
                    label={"fr": str(french), "en": str(english)},
                    amounts_eur=[by_year.get(year, 0.0) for year in years],
                )
            )
        payer = _("SIREN {siren}, budget {budget}", siren=str(siren), budget=str(budget))
        found.append(Ledger(payer=payer, years=years, lines=lines))
    return found


def evaluation_lines(planned: pl.DataFrame, indicators: Mapping[str, Indicator]) -> list[EvaluationLine]:
    """How effects will be measured: one line per indicator and method.

    Args:
        planned: rows of the noun `evaluation`.
        indicators: declared indicators by name.
    """
    grouped = planned.group_by("indicator", "method", maintain_order=True).agg(
        pl.col("baseline_from").min(), pl.col("baseline_to").max(), pl.len().alias("count")
    )
    return [
        EvaluationLine(
            indicator=indicators[row["indicator"]].label if row["indicator"] in indicators else row["indicator"],
            method=row["method"],
            baseline=_("{first} to {last}", first=str(row["baseline_from"].year), last=str(row["baseline_to"].year)),
            report=_("the year after the works"),
        )
        for row in grouped.iter_rows(named=True)
    ]
