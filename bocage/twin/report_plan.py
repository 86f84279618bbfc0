"""What the report says of the plan: the decision, options, funding, calendar, cash, requests, evaluation."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from bocage.publish.report.content import (
    Decision,
    EvaluationLine,
    Figure,
    FundingLine,
    FundingStatus,
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
from bocage.vocabulary.text import Message

MEMO_LINES = ("recycled", "balance")
BUDGETS: Mapping[str, Mapping[str, str]] = {
    "M57_main": {"fr": "principal (M57)", "en": "main (M57)"},
    "M49_water": {"fr": "eau (M49)", "en": "water (M49)"},
    "syndicate": {"fr": "du syndicat", "en": "of the syndicate"},
    "epci": {"fr": "de l'EPCI", "en": "of the EPCI"},
}
CHARTED = 3
"""Rank of the net present value among the criteria of `options`."""


def chosen_lines(record: PlanRecord, actions: pl.DataFrame) -> pl.DataFrame:
    """Lines of the plan that were chosen, with the labels of their actions, by year then cost."""
    names = ("action_id", "label_fr", "label_en", "place", "unit_count")
    return (
        record.frames["plan"]
        .filter(pl.col("decision") == "in")
        .join(actions.select(names).with_columns(kind_labels()), on="action_id", how="left")
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
            "This choice is within {gap:1} % of the best that could be done under the budget.",
            gap=100 * min(record.solve.gap, 1.0),
        ),
    )  # fmt: skip


def headlines(record: PlanRecord) -> list[Figure]:
    """The three figures of the first page: energy saved, money saved each year, own funds needed."""
    row = option_row(record, "chosen")
    labels = (("energy", _("Energy saved each year")), ("cash", _("Running costs saved each year")))
    savings = [_saving(record, role, label) for role, label in labels]
    own = Figure(
        label=_("Own funds needed"),
        value=row["own_eur"],
        unit="EUR",
        low=row["own_low_eur"],
        high=row["own_high_eur"],
        default_share=1.0,
        note=_("VAT included, grants and FCTVA deducted"),
    )
    return [*(saving for saving in savings if saving is not None), own]


def _saving(record: PlanRecord, role: str, label: Message) -> Figure | None:
    """What is saved in one role once the plan is complete."""
    rows = record.frames["savings"].filter(pl.col("role") == role).sort("year")
    if not rows.height:
        return None
    last = rows.row(-1, named=True)
    return Figure(
        label=label,
        value=last["value"],
        unit=last["unit"],
        low=last["low"],
        high=last["high"],
        default_share=last["default_share"],
        note=_("once all the works are done, as far as predicted savings come true"),
    )


def options_of(record: PlanRecord) -> list[Option]:
    """The options compared, doing nothing first, the same criteria for each."""
    return [
        Option(
            name={"fr": row["label_fr"], "en": row["label_en"]},
            figures=[
                Figure(label=_("Works excl. VAT"), value=row["cost_eur"], unit="EUR"),
                Figure(label=_("Grants"), value=row["grants_eur"], unit="EUR"),
                Figure(
                    label=_("Own funds, net"),
                    value=row["own_eur"], unit="EUR", low=row["own_low_eur"], high=row["own_high_eur"],
                ),
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
    "nothing": _("Bills follow the price of energy; equipment goes on ageing."),
    "low_cost": _("Most of the old equipment stays as it is."),
    "greedy": _("Takes the best ratios first, whatever that leaves for later years."),
    "without": _("Does without what saves the most; accepted more easily where residents fear it."),
    "chosen": _("Rests on the grants it counts on being awarded, and on the price of energy."),
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


def request_lines(record: PlanRecord, actions: pl.DataFrame, names: Mapping[str, str]) -> list[RequestLine]:
    """Works that other owners decide, by owner and kind.

    Args:
        record: the plan.
        actions: frame of the noun `action`.
        names: name of public bodies by SIREN, where known.
    """
    grouped = _grouped(record, actions, "request", ["owner_siren", "kind"])
    return [
        RequestLine(
            owner=named_body(row["owner_siren"], names),
            label={"fr": row["kind_fr"], "en": row["kind_en"]},
            actions=row["actions"],
            cost_eur=row["cost_eur"],
        )
        for row in grouped.iter_rows(named=True)
    ]


def named_body(siren: str, names: Mapping[str, str]) -> Message | str:
    """The name of a public body, its SIREN where the name is not known."""
    return names.get(siren) or _("SIREN {siren}", siren=siren)


def waiting_lines(record: PlanRecord, actions: pl.DataFrame) -> list[WaitingLine]:
    """Works that a contract delays, by contract and kind."""
    grouped = _grouped(record, actions, "waits", ["contract_id", "kind", "first_year"])
    return [
        WaitingLine(
            contract=str(row["contract_id"]),
            label={"fr": row["kind_fr"], "en": row["kind_en"]},
            actions=row["actions"],
            from_year=None if row["first_year"] >= NO_END_YEAR else row["first_year"],
        )
        for row in grouped.iter_rows(named=True)
    ]


PLACE_IN_LABEL = r"[\s\x{00a0}\x{202f}]*:\s.*$"
"""What follows the kind of works in the label of an action: " : rue des Bleuets, 12 points"."""


def kind_labels() -> list[pl.Expr]:
    """Labels of an action without its place: `kind_fr` and `kind_en`."""
    return [
        pl.col(f"label_{language}").str.replace(PLACE_IN_LABEL, "").alias(f"kind_{language}")
        for language in ("fr", "en")
    ]


def _grouped(record: PlanRecord, actions: pl.DataFrame, decision: str, by: Sequence[str]) -> pl.DataFrame:
    """Lines of one decision by some columns of their actions; of variants that exclude each other, the dearest."""
    lines = record.frames["plan"].filter(pl.col("decision") == decision).select("action_id", "cost_eur")
    joined = lines.join(actions, on="action_id", how="inner").with_columns(kind_labels())
    variants = joined.sort("cost_eur", descending=True).unique(
        pl.coalesce("exclusive_group", "action_id"), keep="first", maintain_order=True
    )
    return (
        variants.group_by(by, maintain_order=True)
        .agg(pl.len().alias("actions"), pl.col("cost_eur").sum(), pl.col("kind_fr", "kind_en").first())
        .sort("cost_eur", descending=True)
    )


FUNDING_STATUS: Mapping[str, FundingStatus] = {"certain": "certain", "discretionary": "hoped"}


def funding_lines(record: PlanRecord) -> list[FundingLine]:
    """Who pays: programmes counted on, the VAT refund, own funds; then what may be asked for besides."""
    chosen = record.frames["plan"].filter(pl.col("decision") == "in")["action_id"]
    financing = record.frames["financing"].filter(pl.col("action_id").is_in(chosen.implode()))
    by_programme = financing.group_by("programme", "status", maintain_order=True).agg(
        pl.col("amount_eur", "low_eur", "high_eur").sum(),
        pl.col("label_fr", "label_en", "note_fr", "note_en").first(),
    )
    counted: list[FundingLine] = []
    besides: list[FundingLine] = []
    for row in by_programme.sort("amount_eur", descending=True).iter_rows(named=True):
        status = FUNDING_STATUS.get(row["status"], "uncounted")
        (besides if status == "uncounted" else counted).append(
            FundingLine(
                programme={"fr": row["label_fr"], "en": row["label_en"]},
                amount_eur=row["amount_eur"],
                low_eur=row["low_eur"],
                high_eur=row["high_eur"],
                status=status,
                condition={"fr": row["note_fr"], "en": row["note_en"]},
            )
        )
    chosen_row = option_row(record, "chosen")
    refund = FundingLine(
        programme=_("FCTVA (VAT compensation)"),
        amount_eur=chosen_row["fctva_eur"],
        status="refund",
        condition=_("Paid back after the works, by law"),
    )
    own = FundingLine(
        programme=_("Own funds"),
        amount_eur=chosen_row["own_eur"],
        low_eur=chosen_row["own_low_eur"],
        high_eur=chosen_row["own_high_eur"],
        status="own",
    )
    return [*counted, refund, own, *besides]


def work_lines(lines: pl.DataFrame) -> list[PlannedWork]:
    """The works of the plan, by year then cost."""
    return [
        PlannedWork(
            year=row["year"],
            place=row["place"] or "",
            label={"fr": row["kind_fr"], "en": row["kind_en"]},
            cost_eur=row["cost_eur"],
        )
        for row in lines.iter_rows(named=True)
    ]


def ledgers_of(record: PlanRecord, names: Mapping[str, str]) -> list[Ledger]:
    """Cash of each payer by year; memo lines, and those of nothing but zeros, are left to the workbook."""
    found = []
    for (siren, budget), rows in record.frames["ledgers"].group_by("payer_siren", "budget", maintain_order=True):
        years = sorted(rows["year"].unique().to_list())
        lines = []
        for (line, french, english), amounts in rows.group_by("line", "label_fr", "label_en", maintain_order=True):
            if line in MEMO_LINES or not amounts["amount_eur"].abs().max():
                continue
            by_year = dict(amounts.group_by("year").agg(pl.col("amount_eur").sum()).iter_rows())
            lines.append(
                LedgerLine(
                    label={"fr": str(french), "en": str(english)},
                    amounts_eur=[by_year.get(year, 0.0) for year in years],
                )
            )
        if not lines:
            continue
        payer = _("{body}, budget {budget}", body=_both(named_body(str(siren), names)), budget=BUDGETS[str(budget)])
        found.append(Ledger(payer=payer, years=years, lines=lines))
    return found


def _both(text: Message | str) -> Mapping[str, str]:
    if isinstance(text, str):
        return {"fr": text, "en": text}
    return {"fr": text.say("fr"), "en": text.say("en")}


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
            baseline=_span(row["baseline_from"].year, row["baseline_to"].year),
            report=_("the year after the works"),
        )
        for row in grouped.iter_rows(named=True)
    ]


def _span(first: int, last: int) -> Message | str:
    return str(first) if first == last else _("{first} to {last}", first=str(first), last=str(last))
