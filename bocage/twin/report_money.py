"""What the report says of money: who pays, and the cash of each payer by year."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

import polars as pl

from bocage.publish.report.content import FundingLine, FundingStatus, Ledger, LedgerLine
from bocage.twin.plan_record import PlanRecord
from bocage.twin.wording import _, both
from bocage.vocabulary.code_labels import core_code_labels
from bocage.vocabulary.text import Message

CARRIED, MEMO, DEBT, AID = "balance", "savings", "debt", "grant:"
LOAN, ADVANCES, GIFTS = "loan", "advance:", "given:"
"""Lines of the ledgers that page 4 sets apart: the balance, what the plan does not spend, what is owed, the aids."""


def option_row(record: PlanRecord, name: str) -> Mapping[str, Any]:
    """The measures of one of the options compared."""
    return next(row for row in record.frames["options"].iter_rows(named=True) if row["option"] == name)


def named_body(siren: str, names: Mapping[str, str]) -> Message | str:
    """The name of a public body, its SIREN where the name is not known."""
    return names.get(siren) or _("SIREN {siren}", siren=siren)


FUNDING_STATUS: Mapping[str, FundingStatus] = {"certain": "certain", "discretionary": "hoped", "lent": "lent"}


def funding_lines(record: PlanRecord) -> list[FundingLine]:
    """Who pays: programmes counted on, the VAT refund, loans, own funds; then what may be asked for besides."""
    chosen = record.frames["plan"].filter(pl.col("decision") == "in")["action_id"]
    if not len(chosen):
        return []
    financing = record.frames["financing"].filter(pl.col("action_id").is_in(chosen.implode()))
    by_programme = financing.group_by("programme", "status", maintain_order=True).agg(
        pl.col("amount_eur", "low_eur", "high_eur").sum(),
        pl.col("label_fr", "label_en", "note_fr", "note_en", "rule_status").first(),
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
                rule_status=row["rule_status"],
            )
        )
    chosen_row = option_row(record, "chosen")
    refund = FundingLine(
        programme=_("FCTVA (VAT compensation)"),
        amount_eur=chosen_row["fctva_eur"],
        status="refund",
        condition=_("Paid back after the works, by law"),
    )
    loans = _drawn(record, LOAN)
    if loans:
        words = _("Voted apart, repaid by later budgets")
        counted.append(FundingLine(programme=_("Loans"), amount_eur=loans, status="lent", condition=words))
    # What one payer of the plan gives to another is among the aids: it is counted once.
    covered = lent_eur(record) + _drawn(record, GIFTS)
    left = chosen_row["own_eur"] - covered
    own = FundingLine(
        programme=_("Own funds"),
        amount_eur=left,
        low_eur=chosen_row["own_low_eur"] - covered,
        high_eur=chosen_row["own_high_eur"] - covered,
        status="own",
        condition=_("Negative: the VAT refund comes once works are paid by loans") if left < 0 else "",
    )
    return [*counted, refund, own, *besides]


def lent_eur(record: PlanRecord) -> float:
    """Money that payers have to give back: loans, and advances of programmes [EUR]."""
    return _drawn(record, LOAN) + _drawn(record, ADVANCES)


def _drawn(record: PlanRecord, name: str) -> float:
    """Sum over payers and years of the lines of the ledgers of a name, or of a family that ends with a colon [EUR]."""
    line = pl.col("line")
    named = line.str.starts_with(name) if name.endswith(":") else line == name
    return abs(float(record.frames["ledgers"].filter(named)["amount_eur"].sum()))


def ledgers_of(record: PlanRecord, names: Mapping[str, str]) -> list[Ledger]:
    """Cash of each payer by year; lines of nothing but zeros are left to the workbook.

    The savings of the works stay apart: the plan does not spend them. The debt is told in the finance annex.
    """
    found = []
    if not option_row(record, "chosen")["actions"]:
        return []
    for (siren, budget), rows in record.frames["ledgers"].group_by("payer_siren", "budget", maintain_order=True):
        years = sorted(rows["year"].unique().to_list())
        lines = _ledger_lines(rows, years)
        flows = [line for name, line in lines.items() if name not in (CARRIED, MEMO, DEBT)]
        if not flows:
            continue
        purse = core_code_labels()["budget"][str(budget)]
        payer = _("{body}, {budget}", body=both(named_body(str(siren), names)), budget=purse)
        found.append(
            Ledger(
                payer=payer,
                years=years,
                lines=flows,
                carried_eur=_carried(flows, lines[CARRIED].amounts_eur if CARRIED in lines else ()),
                memo=[lines[MEMO]] if MEMO in lines else [],
            )
        )
    return found


def _ledger_lines(rows: pl.DataFrame, years: Sequence[int]) -> dict[str, LedgerLine]:
    """Lines of one ledger that are not zero every year, by their name."""
    lines = {}
    for (name, french, english), amounts in rows.group_by("line", "label_fr", "label_en", maintain_order=True):
        if not amounts["amount_eur"].abs().max():
            continue
        by_year = dict(amounts.group_by("year", maintain_order=True).agg(pl.col("amount_eur").sum()).iter_rows())
        lines[str(name)] = LedgerLine(
            label={"fr": str(french), "en": str(english)},
            amounts_eur=[by_year.get(year, 0.0) for year in years],
            aid=str(name).startswith(AID),
        )
    return lines


def _carried(flows: Sequence[LedgerLine], balance: Sequence[float]) -> Sequence[float]:
    """The balance of the plan where it is carried from year to year; none where each year stands alone."""
    running = accumulate(sum(year) for year in zip(*[line.amounts_eur for line in flows], strict=True))
    carried = all(abs(own - run) < 0.01 for own, run in zip(balance, running, strict=False))
    return balance if carried else ()
