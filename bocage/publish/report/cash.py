"""The cash of the payer, year by year: a picture, and a table whose lines add up to its balance."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bocage.publish.chart import balances, describe_cash, draw_cash
from bocage.publish.report.content import Ledger, LedgerLine, ReportContent
from bocage.publish.report.table import Cell, Room, heading, make_table
from bocage.publish.texts import _, number, say, shorten
from bocage.vocabulary.text import Language

MOST_AIDS = 2


def gather_aids(ledger: Ledger, language: Language, *, most: int = MOST_AIDS) -> Ledger:
    """The ledger with its smallest aids as one line, so that the table stays short and still adds up.

    Args:
        ledger: cash of a payer.
        language: of the label of that line.
        most: aids that keep a line of their own; one more does too where it would be alone.
    """
    aids = sorted((line for line in ledger.lines if line.aid), key=lambda line: -sum(line.amounts_eur))
    if len(aids) <= most + 1:
        return ledger
    small = aids[most:]
    sums = [sum(year) for year in zip(*[line.amounts_eur for line in small], strict=True)]
    others = LedgerLine(label=_("Other aids", language), amounts_eur=sums, aid=True)
    kept = [line for line in ledger.lines if not any(line is one for one in small)]
    return replace(ledger, lines=[*kept, others])


def _first_ledger(content: ReportContent, language: Language) -> Ledger | None:
    found = next((ledger for ledger in content.ledgers if ledger.lines and ledger.years), None)
    return gather_aids(found, language) if found else None


def cash_picture(content: ReportContent, language: Language) -> dict[str, str] | None:
    """The chart of the first payer, its text alternative and its source; None where there is no cash."""
    ledger = _first_ledger(content, language)
    if ledger is None:
        return None
    others = len(content.ledgers) - 1
    source = _("Source: computation by Bocage; cash including VAT, by year.", language)
    if others:
        source += " " + _("Other payers ({count}): see the workbook.", language).format(count=others)
    return {
        "title": _("Cash of {payer}", language).format(payer=shorten(say(ledger.payer, language), 50)),
        "svg": draw_cash(ledger, language, width=206, height=158),
        "alt": describe_cash(ledger, language),
        "source": source,
    }


def cash_table(content: ReportContent, language: Language, room: Room) -> dict[str, Any] | None:
    """The first ledger, years across; years beyond the room are summed in one column.

    Every line is shown: a reader must be able to add them up.
    """
    ledger = _first_ledger(content, language)
    if ledger is None:
        return None
    shown = list(ledger.years[: room.years])
    rest = len(ledger.years) > len(shown)
    columns = [heading(_("Cash, € incl. VAT", language), width="1fr")]
    columns += [heading(str(year), "right") for year in shown]
    columns += [heading(_("then", language), "right")] if rest else []
    columns.append(heading(_("Total", language), "right"))
    flows = [(shorten(say(line.label, language), 60), list(line.amounts_eur)) for line in ledger.lines]
    rows = [_flow(label, amounts, len(shown), rest, language) for label, amounts in flows]
    rows.append(_strong(_flow(_("Balance of the year", language), balances(ledger), len(shown), rest, language)))
    if ledger.carried_eur:
        rows.append(_strong(_carried(ledger.carried_eur, len(shown), rest, language)))
    for memo in ledger.memo:
        label = {
            "text": shorten(say(memo.label, language), 60),
            "note": _("for the record: not spent by the plan", language),
        }
        rows.append([label, *_flow("", memo.amounts_eur, len(shown), rest, language)[1:]])
    return make_table(columns, rows, language, limit=len(rows))


def _flow(label: str, amounts: Sequence[float], shown: int, rest: bool, language: Language) -> list[Cell]:
    values = [*amounts[:shown], *([sum(amounts[shown:])] if rest else []), sum(amounts)]
    return [label, *[number(value, "EUR", language) for value in values]]


def _carried(amounts: Sequence[float], shown: int, rest: bool, language: Language) -> list[Cell]:
    """A balance is not summed: what comes after the years shown is where it ends."""
    values = [*amounts[:shown], *([amounts[-1]] if rest else [])]
    words = [number(value, "EUR", language) for value in values]
    return [_("Carried balance of the plan", language), *words, ""]


def _strong(row: Sequence[Cell]) -> list[Cell]:
    return [{"text": cell, "strong": "yes"} if isinstance(cell, str) else cell for cell in row]
