"""The tables of a plan: its actions, their aids, what had to be done, what was bought together."""

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import polars as pl

from bocage.decide.columns.purchases import ALONE, quantity
from bocage.decide.funding.aid_cash import aid_status
from bocage.decide.funding.financing import Aid, Terms, is_counted, offers_of
from bocage.decide.funding.gates import Agenda
from bocage.decide.money.ledger import Books
from bocage.decide.question.request import Aim
from bocage.decide.question.telling import MEASURES
from bocage.parameters.funding_rules import FundingRule
from bocage.vocabulary.columns import noun_tables


def plan_lines(books: Books, reasons: pl.DataFrame) -> pl.DataFrame:
    """Frame of the noun `plan`, one row per action; costs are those paid, grouped purchases included.

    Args:
        books: the chosen plan.
        reasons: why each action is in or out, in the order of the actions.
    """
    request, columns = books.request, books.columns
    column_of = {int(columns.portfolio.action[column]): column for column in books.chosen}
    rows = []
    for number, (row, reason) in enumerate(
        zip(request.actions.iter_rows(named=True), reasons.iter_rows(named=True), strict=True)
    ):
        column = column_of.get(number)
        cost = float(books.worth.mean_cost[number]) * (1.0 if column is None else float(columns.cost_factor[column]))
        plan = columns.plans[column] if column is not None else None
        rows.append(
            {
                "plan_id": request.plan_id,
                "action_id": row["action_id"],
                "decision": reason["decision"],
                "year": None if column is None else request.first_year + int(columns.portfolio.year[column]),
                "payer_siren": row["owner_siren"],
                "budget": row["budget"],
                "cost_eur": cost,
                "own_eur": None if plan is None else cost - plan.total_eur,
                "funding": None
                if plan is None
                else json.dumps({aid.rule.name: round(aid.amount_eur, 2) for aid in plan.aids}),
                "reason_fr": reason["reason_fr"],
                "reason_en": reason["reason_en"],
            }
        )
    table = noun_tables()["plan"]
    return pl.DataFrame(rows, schema=table.polars_schema())


def financing_lines(books: Books, terms: Terms) -> tuple[pl.DataFrame, tuple[FundingRule, ...]]:
    """Aids of the plan, then those that are hoped for or that a missing fact leaves open; and the rules behind them.

    Args:
        books: the chosen plan.
        terms: own share, price of certificates, programmes added or left out.
    """
    request, worth = books.request, books.worth
    rows: list[dict[str, Any]] = []
    rules: dict[tuple[str, Any], FundingRule] = {}
    agenda = Agenda(request.parameters, request.date)
    ids = request.actions["action_id"].to_list()
    for column, action, start in zip(books.chosen, books.actions.tolist(), books.starts.tolist(), strict=True):
        plan = books.columns.plans[column]
        given = {aid.rule.name for aid in plan.aids}
        for aid in plan.aids:
            rows.append(_aid_row(ids[action], aid, aid_status(aid.rule)))
            rules[aid.rule.name, aid.rule.since] = aid.rule
        facts = books.columns.facts[action]
        cost = float(worth.mean_cost[action]) * float(books.columns.cost_factor[column])
        for rule, works in agenda.in_time(request.rules, request.first_year + start, facts, cost):
            offers = offers_of(rule, facts, request.territory, works.order, cost_eur=cost, terms=terms)
            if offers and rule.name not in given and (offers[0].missing or not is_counted(rule, terms)):
                rows.append(_aid_row(ids[action], offers[-1], "to_check" if offers[0].missing else "hoped"))
                rules[rule.name, rule.since] = rule
    schema: dict[str, Any] = {
        **dict.fromkeys(("action_id", "programme", "label_fr", "label_en"), pl.String),
        **dict.fromkeys(("amount_eur", "low_eur", "high_eur"), pl.Float64),
        **dict.fromkeys(("status", "rule_status", "missing", "note_fr", "note_en"), pl.String),
    }
    return pl.DataFrame(rows, schema=schema), tuple(rules.values())


def _aid_row(action_id: str, aid: Aid, status: str) -> dict[str, Any]:
    return {
        "action_id": action_id,
        "programme": aid.rule.name,
        "label_fr": aid.rule.label["fr"],
        "label_en": aid.rule.label["en"],
        "amount_eur": aid.amount_eur,
        "low_eur": aid.low_eur,
        "high_eur": aid.high_eur,
        "status": status,
        "rule_status": aid.status or aid.rule.status,
        "missing": ", ".join(sorted(aid.missing)),
        "note_fr": aid.rule.note["fr"],
        "note_en": aid.rule.note["en"],
    }


def aim_lines(aims: Sequence[Aim]) -> pl.DataFrame:
    """What the plan reaches of each objective: `objective`, labels, `rank`, `weight`, `value`, `unit`."""
    rows = [
        {
            "objective": aim.objective,
            "label_fr": MEASURES[aim.objective].total["fr"],
            "label_en": MEASURES[aim.objective].total["en"],
            "rank": aim.rank,
            "weight": aim.weight,
            "value": aim.value,
            "unit": aim.unit,
        }
        for aim in aims
    ]
    schema: dict[str, Any] = {
        **dict.fromkeys(("objective", "label_fr", "label_en"), pl.String),
        "rank": pl.Int64, "weight": pl.Float64, "value": pl.Float64, "unit": pl.String,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema)


def duty_lines(books: Books) -> pl.DataFrame:
    """What had to be done, and what does it: `duty`, `origin`, `reason`, `due_year`, `action_id`, `year`."""
    request, portfolio = books.request, books.columns.portfolio
    start = portfolio.starts(books.chosen)
    ids = request.actions["action_id"].to_list()
    rows = []
    for obligation in books.columns.wishes.obligations:
        done = [row for row in obligation.actions if start.get(row, request.years) <= obligation.latest]
        row = min(done, key=lambda one: start[one], default=None)
        rows.append(
            {
                "duty": obligation.label,
                "origin": obligation.origin,
                "reason": obligation.reason,
                "due_year": obligation.due_year,
                "action_id": ids[obligation.actions[0] if row is None else row],
                "year": None if row is None else request.first_year + start[row],
            }
        )
    schema: dict[str, Any] = {
        **dict.fromkeys(("duty", "origin", "reason"), pl.String),
        "due_year": pl.Int64, "action_id": pl.String, "year": pl.Int64,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema)


def purchase_lines(books: Books) -> pl.DataFrame:
    """Grouped purchases made: lot, year, quantity and its threshold, actions, cost and what the lower price saves."""
    request, columns = books.request, books.columns
    lots = {purchase.name: purchase for purchase in request.purchases}
    joined: dict[tuple[str, int], list[int]] = defaultdict(list)
    for column in books.chosen:
        if columns.purchase[column] != ALONE:
            joined[columns.purchase[column], int(columns.portfolio.year[column])].append(column)
    rows = []
    for (name, start), members in sorted(joined.items(), key=lambda item: (item[0][1], item[0][0])):
        lot, usual, paid = lots[name], 0.0, 0.0
        for column in members:
            cost = float(books.worth.mean_cost[columns.portfolio.action[column]])
            usual, paid = usual + cost, paid + cost * float(columns.cost_factor[column])
        rows.append(
            {
                "purchase": name,
                "label_fr": lot.label["fr"],
                "label_en": lot.label["en"],
                "year": request.first_year + start,
                "quantity": sum(quantity(lot, columns.facts[columns.portfolio.action[one]]) for one in members),
                "minimum": lot.minimum,
                "actions": len(members),
                "cost_eur": paid,
                "saved_eur": usual - paid,
            }
        )
    schema: dict[str, Any] = {
        **dict.fromkeys(("purchase", "label_fr", "label_en"), pl.String),
        "year": pl.Int64, "quantity": pl.Float64, "minimum": pl.Float64, "actions": pl.Int64,
        "cost_eur": pl.Float64, "saved_eur": pl.Float64,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema)


def street_lines(books: Books) -> pl.DataFrame:
    """Streets where works of several domains start in one year: who does what, and what each budget pays.

    Returns:
        Frame `commune_code`, `place`, `year`, `domains`, `budgets`, `actions`, `cost_eur` (excluding VAT).
    """
    request, columns = books.request, books.columns
    rows = request.actions.select("commune_code", "place", "domain", "budget").to_dicts()
    found: dict[tuple[str, str, int], list[tuple[dict[str, Any], float]]] = defaultdict(list)
    for column in books.chosen:
        action = int(columns.portfolio.action[column])
        row, cost = rows[action], float(books.worth.mean_cost[action] * columns.cost_factor[column])
        if row["place"]:
            year = request.first_year + int(columns.portfolio.year[column])
            found[row["commune_code"] or "", row["place"], year].append((row, cost))
    lines = [
        {
            "commune_code": commune,
            "place": place,
            "year": year,
            "domains": _listed([row["domain"] for row, _ in members]),
            "budgets": _listed([row["budget"] for row, _ in members]),
            "actions": len(members),
            "cost_eur": sum(cost for _, cost in members),
        }
        for (commune, place, year), members in sorted(found.items())
        if len({row["domain"] for row, _ in members}) > 1
    ]
    schema = {
        "commune_code": pl.String, "place": pl.String, "year": pl.Int64, "domains": pl.String, "budgets": pl.String,
        "actions": pl.Int64, "cost_eur": pl.Float64,
    }  # fmt: skip
    return pl.DataFrame(lines, schema=schema)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(sorted(set(names)))
