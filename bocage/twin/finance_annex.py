"""The finance annex of a plan: what a finance committee, a trésorier and a préfecture ask, in their own tables."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import polars as pl

from bocage import __version__
from bocage.publish.annex.content import AnnexContent, AnnexSection, Picture
from bocage.publish.curves import Band, describe_band, draw_band
from bocage.publish.tables import NamedTable, TableColumn
from bocage.twin.code_labels import all_code_labels
from bocage.twin.domains import discover_domains
from bocage.twin.plan_record import PlanRecord
from bocage.twin.report_money import named_body
from bocage.twin.tables import dated, declared_plan_columns
from bocage.twin.territory import Territory
from bocage.twin.wording import _, both
from bocage.vocabulary.columns import ColumnType, noun_tables
from bocage.vocabulary.text import Language, Message

MOST_ROWS = 60
"""Rows of a table in print; the workbook has them all."""
TOTAL = {"fr": "Total", "en": "Total"}
Names = Mapping[str, str]
"""Public bodies by SIREN."""


def finance_annex(territory: Territory, record: PlanRecord, language: Language) -> AnnexContent:
    """The finance annex as data: PPI, financing plans, cash, budget orientation, files, calendar, purchases.

    Args:
        territory: open territory.
        record: its plan.
        language: `fr` or `en`.
    """
    names = territory.body_names()
    parts: Sequence[Callable[[PlanRecord, Language], Sequence[AnnexSection]]] = (
        partial(_programme, names=names), partial(_costs, names=names), _financing, _files, _calendar,
        partial(_cash, names=names), partial(_orientation, names=names), _purchases,
        partial(_duties, actions=territory.store.read_rows(noun_tables()["action"])), _digital, _file_data,
    )  # fmt: skip
    return AnnexContent(
        title=_("Finance annex of the plan"),
        place=territory.name,
        code=territory.code,
        subtitle=_("Amounts in constant euros; VAT included unless said. Years are budget years."),
        data_date=record.made_on,
        version=__version__,
        fingerprint=record.fingerprint,
        synthetic=bool(territory.config.sections["territory"]["synthetic"]),
        sections=[section for part in parts for section in part(record, language)],
    )


def _programme(record: PlanRecord, language: Language, *, names: Names) -> list[AnnexSection]:
    """The PPI, then works of the running section: one row by operation, payments by year, then what pays for them."""
    operations = _voted(record)
    found = []
    for (siren, budget), paid in operations.group_by("payer_siren", "budget", maintain_order=True):
        for section in ("investment", "running"):
            own = paid.filter(pl.col("section") == section)
            if own.height:
                table = _payments(record.frames["ppi"], own, section, language)
                title, note = _PROGRAMMES[section]
                lead = _payer(siren, budget, names)
                found.append(AnnexSection(title=title, lead=lead, table=table, totals=1, note=note))
    return found


def _voted(record: PlanRecord) -> pl.DataFrame:
    """Operations of the plan, then what payers give to the works of others."""
    names = ("operation_id", "payer_siren", "budget", "label_fr", "label_en", "section", "account")
    operations = record.frames["operations"].select(*names, "units")
    gifts = record.frames["ppi"].join(operations, on="operation_id", how="anti").select(names).unique()
    return pl.concat([operations, gifts.sort("operation_id")], how="diagonal")


_PROGRAMMES: Mapping[str, tuple[Message, Message]] = {
    "investment": (
        _("Multi-year programme of investments (PPI)"),
        _(
            "AP: authorised when the operation starts; CP: paid each year. Left to the budget: AP less aids "
            "and VAT refund, before loans. Accounts are proposals, to be confirmed by the accountant."
        ),
    ),
    "running": (
        _("Works of the running section"),
        _(
            "AE: committed when the operation starts; CP: paid each year. Upkeep and settings: neither loans nor "
            "grants for investment pay for them. Accounts are proposals, to be confirmed by the accountant."
        ),
    ),
}
"""Title and note of the table of each section of the budget."""


def _payments(lines: pl.DataFrame, own: pl.DataFrame, section: str, language: Language) -> NamedTable:
    """One row by operation of a payer: authorised, paid each year, aids, VAT that comes back, loans, what is left."""
    mine = lines.filter(pl.col("operation_id").is_in(own["operation_id"].to_list()))
    years = sorted(mine.filter(pl.col("cp_eur") != 0)["year"].unique().to_list())
    sums = mine.group_by("operation_id").agg(
        pl.col("aids_eur", "vat_returned_eur", "loan_eur").sum(), pl.col("ap_eur").sum().alias("ap_eur")
    )
    paid = [
        mine.filter(pl.col("year") == year).group_by("operation_id").agg(pl.col("cp_eur").sum().alias(str(year)))
        for year in years
    ]
    frame = own.select("operation_id", f"label_{language}", "section", "account", "units")
    for part in (sums, *paid):
        frame = frame.join(part, on="operation_id", how="left", maintain_order="left")
    amounts = ["ap_eur", *map(str, years), "aids_eur", "vat_returned_eur", "loan_eur"]
    net = pl.col("ap_eur") - pl.col("aids_eur") - pl.col("vat_returned_eur")
    frame = frame.with_columns(pl.col(amounts).fill_null(0.0)).with_columns(net.alias("net_eur"))
    frame = _with_total(frame, f"label_{language}", [*amounts, "net_eur"])
    declared = _columns("ppi", language)
    committed = _euros("ap_eur", _("Commitment authorisation (AE) incl. VAT"))
    authorised = declared["ap_eur"] if section == "investment" else committed
    shown = [
        *_chosen("operations", language, "operation_id", "label", "section", "account", "units"),
        authorised,
        *(_euros(str(year), _("CP {year}", year=str(year))) for year in years),
        declared["aids_eur"], declared["vat_returned_eur"],
        *([declared["loan_eur"]] if float(frame["loan_eur"].sum()) else []),
        _euros("net_eur", _("Left to the budget")),
    ]  # fmt: skip
    return _table("ppi", frame, shown)


def _costs(record: PlanRecord, language: Language, *, names: Names) -> list[AnnexSection]:
    curve = record.frames["cost_curve"]
    sections = []
    for (siren, budget), own in curve.group_by("payer_siren", "budget", maintain_order=True):
        if float(own["works_eur"].max() or 0.0) <= 0:  # type: ignore[arg-type]  # a number
            continue
        band = Band(
            years=own["year"].to_list(),
            low=own["net_low_eur"].to_list(),
            value=own["net_eur"].to_list(),
            high=own["net_high_eur"].to_list(),
            unit="EUR",
        )
        picture = Picture(
            title=_("Cumulated cost, aids and VAT refund deducted"),
            svg=draw_band(band, language),
            alt=describe_band(band, language),
            source=_("Source: computation by Bocage; the band holds 8 chances in 10."),
        )
        shown = _chosen("cost_curve", language, "year", "works_eur", "works_low_eur", "works_high_eur",
                        "net_eur", "net_low_eur", "net_high_eur")  # fmt: skip
        sections.append(
            AnnexSection(
                title=_("Cumulated cost"),
                lead=_payer(siren, budget, names),
                picture=picture,
                table=_table("cost_curve", own, shown),
            )
        )
    return sections


def _financing(record: PlanRecord, language: Language) -> list[AnnexSection]:
    lines = record.frames["funding_plan"]
    if not lines.height:
        return []
    named = lines.join(
        record.frames["operations"].select("operation_id", pl.col(f"label_{language}").alias("operation")),
        on="operation_id", how="left", maintain_order="left",
    ).sort("operation_id", "rank")  # fmt: skip
    shown = [
        *_chosen("funding_plan", language, "operation_id"),
        TableColumn(name="operation", label=_("Operation"), kind="text"),
        *_chosen("funding_plan", language, "side", "label", "funder", "amount_eur", "low_eur", "high_eur"),
        TableColumn(name="percent", label=_("Share"), kind="real", unit="%"),
        *_chosen("funding_plan", language, "status", "rule_status"),
    ]
    # The name of an operation is read once: the rows below it are its own.
    again = pl.col("operation_id") == pl.col("operation_id").shift()
    named = named.with_columns(
        (pl.col("share") * 100).alias("percent"), pl.when(~again.fill_null(value=False)).then("operation")
    )
    note = _("Public aids are held under the ceiling of CGCT L1111-10. A rule to verify is said so in the last column.")
    return [
        AnnexSection(
            title=_("Financing plan of each operation"),
            table=_table("funding_plan", named, shown, limit=3 * MOST_ROWS),
            note=note,
            new_page=True,
        )
    ]


def _files(record: PlanRecord, language: Language) -> list[AnnexSection]:
    names = ("programme", "label", "year", "operations", "cost_eur", "aid_eur", "low_eur", "high_eur",
             "status", "rule_status")  # fmt: skip
    return _simple(record, "aid_files", language, _("Files of aid to deposit"), names)


def _calendar(record: PlanRecord, language: Language) -> list[AnnexSection]:
    """Latest date of each step: the first of an operation in a year, those of one day together."""
    steps = record.frames.get("schedule")
    if steps is None or not steps.height:
        return []
    of = record.frames["operation_actions"].select("action_id", "operation_id")
    counted = steps.filter(~pl.col("aid_status").is_in(["hoped", "to_check"]).fill_null(value=False))
    step = ("year", "milestone", "programme", "gate")
    frame = (
        counted.join(of, on="action_id", how="inner")
        .group_by("operation_id", *step)
        .agg(pl.col("latest").min(), pl.col("slack_days").min())
        .sort("latest", "operation_id")
        .group_by("latest", *step, maintain_order=True)
        .agg(pl.col("operation_id").str.join(", ").alias("operations"), pl.col("slack_days").min())
    )
    shown = [
        *_chosen("schedule", language, "latest", "milestone", "programme", "gate"),
        TableColumn(name="operations", label=_("Operations"), kind="text"),
        *_chosen("schedule", language, "year", "slack_days"),
    ]
    return [
        AnnexSection(
            title=_("Back-schedule: the latest date of each step"),
            lead=_(
                "An order signed before its gate loses the aid: the plan counts on these dates being kept. Campaigns "
                "of DETR and DSIL often close in January, on a date set by each prefecture: write yours in funding/."
            ),
            table=_table("schedule", dated(frame, shown), shown, limit=3 * MOST_ROWS),
            new_page=True,
        )
    ]


def _cash(record: PlanRecord, language: Language, *, names: Names) -> list[AnnexSection]:
    shown = ("year", "own_funds_eur", "received_eur", "spent_eur", "balance_eur", "balance_low_eur", "balance_high_eur")
    return _by_payer(record, "cash_calendar", language, _("Cash calendar"), shown, names)


def _orientation(record: PlanRecord, language: Language, *, names: Names) -> list[AnnexSection]:
    shown = ("year", "investment_eur", "running_works_eur", "aids_eur", "vat_returned_eur", "loan_eur",
             "own_funds_used_eur", "savings_eur", "interest_eur", "capital_eur", "plan_debt_eur", "debt_eur",
             "gross_savings_eur", "net_savings_eur", "debt_years")  # fmt: skip
    note = _(
        "Debt, savings and years to repay are filled where the table of budgets tells debt and gross savings of each "
        "year (bocage import budgets.xlsx --type budget_year)."
    )
    title = _("Annex to the budget orientation debate (ROB)")
    return _by_payer(record, "orientation", language, title, shown, names, note)


def _purchases(record: PlanRecord, language: Language) -> list[AnnexSection]:
    names = ("label", "year", "quantity", "minimum", "actions", "cost_eur", "saved_eur")
    return _simple(record, "purchases", language, _("Grouped purchases"), names)


def _duties(record: PlanRecord, language: Language, *, actions: pl.DataFrame) -> list[AnnexSection]:
    duties = record.frames.get("duties")
    if duties is None or not duties.height:
        return []
    label = f"label_{language}"
    named = duties.join(actions.select("action_id", label), on="action_id", how="left", maintain_order="left")
    shown = [
        *_chosen("duties", language, "reason", "due_year"),
        TableColumn(name=label, label=_("Action"), kind="text"),
        *_chosen("duties", language, "year"),
    ]
    return [AnnexSection(title=_("Obligations"), table=_table("duties", named, shown))]


def _digital(record: PlanRecord, language: Language) -> list[AnnexSection]:
    names = ("label", "devices", "reconditioned_share", "investment_eur", "running_eur_year", "cost_eur",
             "energy_kwh_year", "embodied_kgco2e", "use_kgco2e", "avoided_kgco2e", "net_kgco2e")  # fmt: skip
    return _simple(record, "digital", language, _("Digital equipment: cost, energy and carbon over ten years"), names)


def _file_data(record: PlanRecord, language: Language) -> list[AnnexSection]:
    frame = record.frames["file_data"]
    if not frame.height:
        return []
    names = ("programme", "year", "label", "text", "amount", "unit", "state", "source")
    rate = pl.col("unit") == "1"
    said = frame.with_columns(
        pl.when(rate).then(100 * pl.col("amount")).otherwise("amount").alias("amount"),
        pl.when(rate).then(pl.lit("%")).otherwise("unit").alias("unit"),
    )
    table = _table("file_data", said, _chosen("file_data", language, *names), limit=2 * MOST_ROWS)
    return [AnnexSection(title=_("Data of the files of aid"), table=table, new_page=True)]


def _simple(
    record: PlanRecord, name: str, language: Language, title: Message, columns: Sequence[str]
) -> list[AnnexSection]:
    frame = record.frames.get(name)
    if frame is None or not frame.height:
        return []
    return [AnnexSection(title=title, table=_table(name, frame, _chosen(name, language, *columns)))]


def _by_payer(
    record: PlanRecord,
    name: str,
    language: Language,
    title: Message,
    columns: Sequence[str],
    names: Names,
    note: Message | str = "",
) -> list[AnnexSection]:
    frame = record.frames.get(name)
    if frame is None:
        return []
    sections = []
    for (siren, budget), own in frame.group_by("payer_siren", "budget", maintain_order=True):
        shown = [
            column
            for column in _chosen(name, language, *columns)
            if column.kind != "real" or (column.name in own.columns and own[column.name].drop_nulls().abs().sum() > 0)
        ]
        if len(shown) > 1:
            sections.append(
                AnnexSection(title=title, lead=_payer(siren, budget, names), table=_table(name, own, shown), note=note)
            )
    return sections


def _payer(siren: object, budget: object, names: Names) -> Message:
    words = all_code_labels(discover_domains()).get("budget", {}).get(str(budget), {})
    return _("{body}, {budget}", body=both(named_body(str(siren), names)), budget=dict(words) or str(budget))


def _table(name: str, frame: pl.DataFrame, shown: Sequence[TableColumn], *, limit: int = MOST_ROWS) -> NamedTable:
    left_out = frame.height - limit
    note = _("and {count} more rows, in the workbook", count=left_out) if left_out > 0 else ""
    labels = all_code_labels(discover_domains())
    said = [replace(column, labels=labels.get(column.name, {})) if not column.labels else column for column in shown]
    return NamedTable(name=name, label=name, frame=frame.head(limit), columns=said, note=note)


def _columns(table: str, language: Language) -> dict[str, TableColumn]:
    """Declared columns of a table of the plan; texts in two languages under their bare name."""
    found = {column.name: column for column in declared_plan_columns()[table][1]}
    ending = f"_{language}"
    for name, column in list(found.items()):
        if name.endswith(ending):
            found.setdefault(name.removesuffix(ending), column)
    return found


def _chosen(table: str, language: Language, *names: str) -> list[TableColumn]:
    declared = _columns(table, language)
    return [declared[name] for name in names]


def _euros(name: str, label: Message, kind: ColumnType = "real") -> TableColumn:
    return TableColumn(name=name, label=label, kind=kind, unit="EUR")


def _with_total(frame: pl.DataFrame, label: str, amounts: Sequence[str]) -> pl.DataFrame:
    """The rows, then their total."""
    total = frame.select(pl.col(amounts).sum()).with_columns(pl.lit("Total").alias(label))
    return pl.concat([frame, total], how="diagonal_relaxed")
