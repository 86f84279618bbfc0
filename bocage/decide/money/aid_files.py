"""The files of aid that a plan rests on, and what prefectures ask in them: known, to be written, to be attached."""

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from bocage.decide.funding.aid_cash import aid_status, is_lent
from bocage.decide.funding.financing import Aid
from bocage.decide.money.books import Books
from bocage.decide.money.operations import Operation
from bocage.decide.question.request import Payer

FILES_SCHEMA: Mapping[str, Any] = {
    **dict.fromkeys(("programme", "label_fr", "label_en", "payer_siren", "budget"), pl.String),
    **dict.fromkeys(("year", "operations", "actions"), pl.Int64),
    **dict.fromkeys(("cost_eur", "aid_eur", "low_eur", "high_eur"), pl.Float64),
    **dict.fromkeys(("status", "rule_status"), pl.String),
}
DATA_SCHEMA: Mapping[str, Any] = {
    **dict.fromkeys(("programme", "payer_siren", "budget"), pl.String),
    "year": pl.Int64, "rank": pl.Int64,
    **dict.fromkeys(("field", "label_fr", "label_en", "text_fr", "text_en"), pl.String),
    "amount": pl.Float64, "unit": pl.String, "state": pl.String, "source": pl.String,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class AidFile:
    """What one payer asks of one programme in one year.

    Attributes:
        payer: SIREN and budget.
        start: index of the year.
        parts: for each action, its rank in the selection and its aid.
    """

    payer: Payer
    start: int
    parts: Sequence[tuple[int, Aid]]

    @property
    def aid(self) -> Aid:
        """One of its aids: they share their programme."""
        return self.parts[0][1]

    @property
    def ranks(self) -> list[int]:
        """Rank in the selection of each action."""
        return [rank for rank, _ in self.parts]


def files_of(books: Books) -> list[AidFile]:
    """The files of a plan: by programme, payer and year, in the order of programme then year."""
    parts: dict[tuple[str, Payer, int], list[tuple[int, Aid]]] = defaultdict(list)
    portfolio = books.columns.portfolio
    for rank, (column, action, start) in enumerate(
        zip(books.chosen, books.actions.tolist(), books.starts.tolist(), strict=True)
    ):
        payer = books.columns.payers[int(portfolio.payer[action])]
        for aid in books.columns.plans[column].aids:
            parts[aid.rule.name, payer, start].append((rank, aid))
    return [AidFile(payer=key[1], start=key[2], parts=found) for key, found in sorted(parts.items())]


def files_frame(books: Books, files: Sequence[AidFile], operations: Sequence[Operation]) -> pl.DataFrame:
    """One row per file of aid.

    Returns:
        Frame `programme`, `label_fr`, `label_en`, `payer_siren`, `budget`, `year`, `operations` and
        `actions` (their number), `cost_eur` (of the actions, excluding VAT), `aid_eur`, `low_eur`,
        `high_eur`, `status` (`certain`, `discretionary`, `lent`), `rule_status`.
    """
    of_rank = {rank: one.operation_id for one in operations for rank in one.members}
    rows = []
    for one in files:
        rule, aids = one.aid.rule, [aid for _, aid in one.parts]
        rows.append({
            "programme": rule.name, "label_fr": rule.label["fr"], "label_en": rule.label["en"],
            "payer_siren": one.payer[0], "budget": one.payer[1], "year": books.request.first_year + one.start,
            "operations": len({of_rank[rank] for rank in one.ranks}), "actions": len(one.parts),
            "cost_eur": _cost(books, one.ranks), "aid_eur": sum(aid.amount_eur for aid in aids),
            "low_eur": sum(aid.low_eur for aid in aids), "high_eur": sum(aid.high_eur for aid in aids),
            "status": aid_status(rule),
            "rule_status": one.aid.status or rule.status,
        })  # fmt: skip
    return pl.DataFrame(rows, schema=dict(FILES_SCHEMA))


def _cost(books: Books, ranks: Sequence[int], *, with_vat: bool = False) -> float:
    """Mean cost of some actions of the selection [EUR]."""
    rows = books.actions[list(ranks)]
    factors = books.cost_factors[list(ranks)] * ((1 + books.worth.vat[rows]) if with_vat else 1.0)
    return float((books.worth.mean_cost[rows] * factors).sum())


@cache
def file_fields() -> Sequence[Mapping[str, str]]:
    """What prefectures ask in a file of aid, in order.

    >>> file_fields()[0]["field"], {field["state"] for field in file_fields()} == {"known", "to_write", "to_attach"}
    ('object', True)
    """
    with (Path(__file__).parent / "file_fields.csv").open(encoding="utf-8", newline="") as stream:
        return tuple(csv.DictReader(stream))


def file_data(books: Books, files: Sequence[AidFile], operations: Sequence[Operation]) -> pl.DataFrame:
    """What goes into each file that an authority decides on, field by field.

    Fields are those that guides of prefectures ask for DETR; each prefecture has its own form. What the
    plan knows is filled; what the body writes or attaches is listed.

    Returns:
        Frame `programme`, `payer_siren`, `budget`, `year`, `rank`, `field`, `label_fr`, `label_en`,
        `text_fr`, `text_en`, `amount`, `unit`, `state` (`known`, `to_write`, `to_attach`), `source`.
    """
    rows = []
    for one in files:
        if one.aid.rule.award != "discretionary" or is_lent(one.aid.rule):
            continue
        values = _values(books, one, operations)
        rank = 0
        for field in file_fields():
            for value in values.get(field["field"], [{}] if field["state"] != "known" else []):
                rank += 1
                rows.append(_data_row(books, one, field, value, rank))
    return pl.DataFrame(rows, schema=dict(DATA_SCHEMA))


def _data_row(
    books: Books, one: AidFile, field: Mapping[str, str], value: Mapping[str, Any], rank: int
) -> dict[str, Any]:
    return {
        "programme": one.aid.rule.name, "payer_siren": one.payer[0], "budget": one.payer[1],
        "year": books.request.first_year + one.start, "rank": rank, "field": field["field"],
        "label_fr": field["label_fr"], "label_en": field["label_en"], "text_fr": value.get("fr", ""),
        "text_en": value.get("en", ""), "amount": value.get("amount"), "unit": value.get("unit", ""),
        "state": field["state"], "source": field["source"],
    }  # fmt: skip


def _values(books: Books, one: AidFile, operations: Sequence[Operation]) -> dict[str, list[dict[str, Any]]]:
    """What the plan knows of each field."""
    ranks, gains, rows = one.ranks, books.worth.mean_gains, books.actions[one.ranks]
    cost, asked = _cost(books, ranks), sum(aid.amount_eur for _, aid in one.parts)
    others = list(_other_aids(books, one))
    given = [other for other in others if other["given"]]
    own = cost - asked - sum(other["amount"] for other in given)
    public = asked * one.aid.rule.public + sum(other["amount"] for other in given if other["public"])
    brought = cost - asked * (not one.aid.rule.public) - sum(o["amount"] for o in given if not o["public"])
    mine = [operation for operation in operations if set(operation.members) & set(ranks)]
    year = books.request.first_year + one.start
    return {
        "object": [dict(operation.label) for operation in mine],
        "objectives": [
            {"fr": "Énergie économisée", "en": "Energy saved", "amount": float(gains["energy"][rows].sum()),
             "unit": "kWh/year"},
            {"fr": "Émissions évitées", "en": "Emissions avoided", "amount": float(gains["carbon"][rows].sum()),
             "unit": "kgCO2e/year"},
            {"fr": "Dépenses de fonctionnement évitées HT", "en": "Running costs saved, excl. VAT",
             "amount": float(gains["cash"][rows].sum()), "unit": "EUR/year"},
        ],
        "start_year": [{"fr": str(year), "en": str(year)}],
        "cost_ht": [{"amount": cost, "unit": "EUR"}],
        "cost_ttc": [{"amount": _cost(books, ranks, with_vat=True), "unit": "EUR"}],
        "eligible_ht": [{"amount": sum(aid.spending_eur for _, aid in one.parts), "unit": "EUR"}],
        "aid": [{"amount": asked, "unit": "EUR"}],
        "aid_share": [{"amount": asked / cost if cost else 0.0, "unit": "1"}],
        "other_aid": [{"fr": o["fr"], "en": o["en"], "amount": o["amount"], "unit": "EUR"} for o in others],
        "own": [{"amount": own, "unit": "EUR"}],
        "public_share": [{"amount": public / brought if brought > 0 else 0.0, "unit": "1"}],
    }  # fmt: skip


def _other_aids(books: Books, one: AidFile) -> Iterator[dict[str, Any]]:
    """What other programmes bring to the same actions."""
    totals: dict[str, float] = defaultdict(float)
    rules = {}
    for rank in one.ranks:
        for aid in books.columns.plans[books.chosen[rank]].aids:
            if aid.rule.name != one.aid.rule.name:
                totals[aid.rule.name] += aid.amount_eur
                rules[aid.rule.name] = aid.rule
    for name, amount in totals.items():
        label, rule = rules[name].label, rules[name]
        yield {
            "fr": label["fr"], "en": label["en"], "amount": amount, "public": rule.public, "given": not is_lent(rule)
        }  # fmt: skip
