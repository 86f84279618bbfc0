"""What the report says of the plan: the decision, options, funding, calendar, cash, requests, evaluation."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from bocage.publish.report.content import (
    Decision,
    EvaluationLine,
    Figure,
    JointLine,
    Option,
    PlannedWork,
    RequestLine,
    WaitingLine,
)
from bocage.publish.texts import Text
from bocage.twin.plan_record import PlanRecord
from bocage.twin.report_money import funding_lines, lent_eur, named_body, option_row
from bocage.twin.report_state import JOINTS
from bocage.twin.report_wishes import statement_of
from bocage.twin.wording import _
from bocage.vocabulary.code_labels import label_of
from bocage.vocabulary.domain import Indicator
from bocage.vocabulary.responsibility import NO_END_YEAR
from bocage.vocabulary.text import LANGUAGES, Message
from bocage.vocabulary.units import units

CHARTED = 3
"""Rank of the net present value among the criteria of `options`."""


def chosen_lines(record: PlanRecord, actions: pl.DataFrame) -> pl.DataFrame:
    """Lines of the plan that were chosen, with the words of their kinds, by year then cost."""
    names = ("action_id", "kind_fr", "kind_en", "place", "unit_count", "contract_id", "first_year")
    return (
        record.frames["plan"]
        .filter(pl.col("decision") == "in")
        .join(actions.select(names), on="action_id", how="left")
        .sort(["year", "cost_eur"], descending=[False, True])
    )


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
        lent_eur=lent_eur(record),
        first_year=int(years.min()),  # type: ignore[arg-type]  # a year, since an action was chosen
        last_year=int(years.max()),  # type: ignore[arg-type]
        actions=row["actions"],
        statement=statement_of(record),
    )  # fmt: skip


def headlines(record: PlanRecord) -> list[Figure]:
    """The three figures of the first page: energy saved, money saved each year, own funds needed."""
    row = option_row(record, "chosen")
    labels = (("energy", _("Energy saved each year")), ("cash", _("Running costs saved each year")))
    if not row["actions"]:
        return []
    savings = [saving_of(record, role, label) for role, label in labels]
    hoped = sum(line.amount_eur for line in funding_lines(record) if line.status == "hoped")
    note = _("VAT included, grants and FCTVA deducted")
    if hoped:
        note = _(
            "VAT included, grants and FCTVA deducted; €{more} if the aids hoped for are not granted",
            more=row["own_eur"] + hoped,
        )
    own = Figure(
        label=_("Own funds and loans needed") if lent_eur(record) else _("Own funds needed"),
        value=row["own_eur"],
        unit="EUR",
        low=row["own_low_eur"],
        high=row["own_high_eur"],
        default_share=1.0,
        note=note,
    )
    return [*(saving for saving in savings if saving is not None), own]


def saving_of(record: PlanRecord, role: str, label: Message) -> Figure | None:
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
        rounded=True,
        note=_NOTES.get(role, _("once all the works are done, as far as predicted savings come true")),
    )


_NOTES = {"cash": _("excl. VAT, once all the works are done, as far as predicted savings come true")}


def options_of(record: PlanRecord, unpriced: Sequence[Message] = ()) -> list[Option]:
    """The options compared, doing nothing first, the same criteria for each; none that does nothing but the first.

    Args:
        record: the plan.
        unpriced: sentences on what the plan changes and no money stands for, shown among its risks.
    """
    return [
        Option(
            name={"fr": row["label_fr"], "en": row["label_en"]},
            figures=_criteria(record, row),
            risk=_risk(row["option"], unpriced),
            chosen=row["option"] == "chosen",
        )
        for row in record.frames["options"].iter_rows(named=True)
        if row["actions"] or row["option"] == "nothing"
    ]


def _criteria(record: PlanRecord, row: Mapping[str, Any]) -> list[Figure]:
    money = [
        Figure(label=_("Works excl. VAT"), value=row["cost_eur"], unit="EUR"),
        Figure(label=_("Grants"), value=row["grants_eur"], unit="EUR"),
        Figure(
            label=_("Own funds and loans, net") if lent_eur(record) else _("Own funds, net"),
            value=row["own_eur"], unit="EUR", low=row["own_low_eur"], high=row["own_high_eur"],
        ),
        Figure(
            label=_("Net present value for society"), rounded=True,
            value=row["npv_eur"], unit="EUR", low=row["npv_low_eur"], high=row["npv_high_eur"],
        ),
    ]  # fmt: skip
    savings = [
        ("cash", _("Running costs saved, excl. VAT"), row["saving_eur_year"], "EUR/year"),
        ("energy", _("Energy saved"), row["energy_kwh_year"], "kWh/year"),
        ("carbon", _("Emissions avoided"), row["carbon_kg_year"], "kgCO2e/year"),
    ]
    for role, label, value, unit in savings:
        # the plan itself was simulated as a whole: the same figure as on the first page, with its interval
        simulated = saving_of(record, role, label) if row["option"] == "chosen" else None
        money.append(simulated or Figure(label=label, value=value, unit=unit, rounded=True))
    return money


def _risk(option: str, unpriced: Sequence[Message]) -> Text:
    sentence = _RISKS.get(option)
    if sentence is None or option != "chosen" or not unpriced:
        return sentence or ""
    changes = {language: JOINTS[language].join(one.say(language) for one in unpriced) for language in LANGUAGES}
    uncounted = _("No value to society, good or bad, is counted for these: {changes}.", changes=changes)
    return {language: f"{sentence.say(language)} {uncounted.say(language)}" for language in LANGUAGES}


def unpriced_changes(
    record: PlanRecord, indicators: Mapping[str, Indicator], today: Mapping[str, float]
) -> list[Message]:
    """What the plan changes for people without any money standing for it: indicators of the role `quality`.

    Args:
        record: the plan.
        indicators: declared indicators by name.
        today: value of each indicator for the whole territory today.
    """
    effects = record.frames["effects"]
    last = effects.filter(pl.col("year") == effects["year"].max()) if effects.height else effects
    return [
        _(
            "{label}, from {before} to {after} {unit}",
            label={language: _as_clause(text) for language, text in indicators[row["indicator"]].label.items()},
            before=today[row["indicator"]],
            after=today[row["indicator"]] + row["value"],
            unit=units()[row["unit"]].label,
        )
        for row in last.iter_rows(named=True)
        if indicators[row["indicator"]].role == "quality" and row["indicator"] in today and row["value"]
    ]


def _as_clause(label: str) -> str:
    """A label inside a sentence: without its capital, unless it is an acronym.

    >>> _as_clause("Dark roads"), _as_clause("DSFLI")
    ('dark roads', 'DSFLI')
    """
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def joint_note(record: PlanRecord) -> Message | str:
    """Says that the joint table comes before the share of predicted savings that is realised."""
    realised = record.frames.get("realised")
    shares = [] if realised is None else realised["mean"].to_list()
    if not shares or not option_row(record, "chosen")["actions"]:
        return ""
    return _(
        "As predicted, before the share that comes true (multiplied by {share:3} for the savings of the other tables).",
        share=sum(shares) / len(shares),
    )


_RISKS = {
    "nothing": _("Bills follow the price of energy; equipment goes on ageing."),
    "low_cost": _("Most of the old equipment stays as it is."),
    "greedy": _("Takes the best ratios first, whatever that leaves for later years."),
    "without": _("Does without what saves the most."),
    "chosen": _("Rests on the grants it counts on being awarded, and on the price of energy."),
}


def joint_lines(record: PlanRecord, indicators: Mapping[str, Indicator]) -> list[JointLine]:
    """The sum of the actions beside all of them together, in the last year, where money or energy is at stake."""
    joint = record.frames["joint"]
    if not joint.height or not option_row(record, "chosen")["actions"]:
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
        actions: frame of the noun `action`, with the words of its kinds.
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


def waiting_lines(record: PlanRecord, actions: pl.DataFrame, contracts: Mapping[str, str]) -> list[WaitingLine]:
    """Works that a contract delays, by contract and kind.

    Args:
        record: the plan.
        actions: frame of the noun `action`, with the words of its kinds.
        contracts: name of contracts by identifier, with their holder, where known.
    """
    grouped = _grouped(record, actions, "waits", ["contract_id", "kind", "first_year"])
    return [
        WaitingLine(
            contract=contracts.get(row["contract_id"], str(row["contract_id"])),
            label={"fr": row["kind_fr"], "en": row["kind_en"]},
            actions=row["actions"],
            from_year=None if row["first_year"] >= NO_END_YEAR else row["first_year"],
        )
        for row in grouped.iter_rows(named=True)
    ]


def with_kind_words(actions: pl.DataFrame, labels: Mapping[str, Mapping[str, str]]) -> pl.DataFrame:
    """Actions with the words of their kind, `kind_fr` and `kind_en`; the code itself where it has none.

    Args:
        actions: frame of the noun `action`.
        labels: what the codes of kinds mean, by language.

    >>> words = {"led": {"fr": "rénovation en LED", "en": "renewal with LED"}}
    >>> with_kind_words(pl.DataFrame({"kind": ["led", "V12"]}), words)["kind_en"].to_list()
    ['Renewal with LED', 'V12']
    """
    words = {
        f"kind_{language}": [_title(label_of(kind, labels, language)) for kind in actions["kind"]]
        for language in LANGUAGES
    }
    return actions.with_columns(pl.Series(name, said, dtype=pl.String) for name, said in words.items())


def _title(words: str) -> str:
    return words[:1].upper() + words[1:]


def _grouped(record: PlanRecord, actions: pl.DataFrame, decision: str, by: Sequence[str]) -> pl.DataFrame:
    """Lines of one decision by some columns of their actions; of variants that exclude each other, the dearest."""
    lines = record.frames["plan"].filter(pl.col("decision") == decision).select("action_id", "cost_eur")
    joined = lines.join(actions, on="action_id", how="inner")
    variants = joined.sort("cost_eur", descending=True).unique(
        pl.coalesce("exclusive_group", "action_id"), keep="first", maintain_order=True
    )
    return (
        variants.group_by(by, maintain_order=True)
        .agg(pl.len().alias("actions"), pl.col("cost_eur").sum(), pl.col("kind_fr", "kind_en").first())
        .sort("cost_eur", descending=True)
    )


def work_lines(record: PlanRecord, lines: pl.DataFrame) -> list[PlannedWork]:
    """The works of the plan, by year then cost; those that a contract put off say so.

    Args:
        record: the plan.
        lines: `chosen_lines` of it.
    """
    return [
        PlannedWork(
            year=row["year"],
            place=row["place"] or "",
            label={"fr": row["kind_fr"], "en": row["kind_en"]},
            cost_eur=row["cost_eur"],
            delay=_delay(row, record.first_year),
        )
        for row in lines.iter_rows(named=True)
    ]


def _delay(row: Mapping[str, Any], first_year: int) -> Message | str:
    if not row["contract_id"] or row["first_year"] <= first_year:
        return ""
    return _("from {year} on, contract {contract}", year=str(row["first_year"]), contract=row["contract_id"])


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
