"""From actions to a funded plan and its proof."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from bocage.decide.checks import check_request
from bocage.decide.columns import build_columns
from bocage.decide.economy import read_economy
from bocage.decide.explain import MEASURES, Explainer
from bocage.decide.financing import Aid, Terms, is_counted, offers_of
from bocage.decide.gates import Agenda
from bocage.decide.greedy import greedy, polish
from bocage.decide.ledger import Books, payers_ledgers, society_frame
from bocage.decide.options import additive_effect, compare_options
from bocage.decide.portfolio import Floor, Pair, Portfolio
from bocage.decide.request import PlanRequest, PlanResult, SolveFacts
from bocage.decide.search import search
from bocage.decide.solve import Solve, relative_gap
from bocage.decide.worth import read_worth
from bocage.parameters.funding_rules import FundingRule
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import noun_tables


def make_plan(request: PlanRequest) -> PlanResult:
    """Choose what to do, when and with whose money, and say why.

    A plan always comes out, be it empty: where the solver is interrupted, killed or dead, the best
    plan it had found or the greedy one is given, and `solve.status` and `solve.source` say so.

    Args:
        request: what the plan is asked for.

    Raises:
        BocageError: the request does not fit (BOC-DEC-001 to 009), or its floors are out of reach (005).
    """
    check_request(request)
    request = replace(request, territory=territory_facts(request.territory))
    longest = int(np.ceil(request.actions["lifetime_years"].fill_null(0.0).max() or 0.0))  # type: ignore[arg-type]
    economy = read_economy(
        request.parameters, request.territory, first_year=request.first_year, horizon=request.years + longest + 10
    )
    worth = read_worth(request, economy)
    low, high = request.parameters.bounds("cee.price")
    terms = Terms(
        own_share=economy.own_share,
        certificate_price=request.parameters.number("cee.price"),
        certificate_low=low,
        certificate_high=high,
        count_on=request.count_on,
        leave_out=request.leave_out,
    )
    columns = build_columns(request, worth, terms)
    facts, chosen, baseline = _choose(request, columns.portfolio)
    books = Books(request=request, worth=worth, columns=columns, chosen=chosen)
    reasons = Explainer(books, facts.gap).reasons()
    financing, rules = _financing(books, terms)
    return PlanResult(
        plan=_plan(books, reasons),
        reasons=reasons,
        financing=financing,
        ledgers=payers_ledgers(books),
        society=society_frame(books),
        options=compare_options(books, baseline),
        additive=additive_effect(books),
        solve=facts,
        assumptions=tuple(request.parameters.used.values()),
        rules=rules,
    )


def territory_facts(territory: Mapping[str, Any]) -> dict[str, Any]:
    """The facts of a territory, completed with what follows from them.

    `overseas` follows from the département; a territory that declares no local rule has none.

    >>> territory_facts({"department": "974"})["overseas"]
    True
    """
    facts = {"funding_rules": [], **territory}
    if facts.get("overseas") is None and facts.get("department"):
        facts["overseas"] = str(facts["department"]).startswith(("97", "98"))
    return facts


def _choose(request: PlanRequest, portfolio: Portfolio) -> tuple[SolveFacts, list[int], list[int]]:
    """Solve; the facts, the columns of the plan and those of the greedy baseline."""
    unit = MEASURES[request.objective].unit
    if not len(portfolio.action):
        if request.floors and any(minimum > 0 for minimum in request.floors.values()):
            _out_of_reach(request, portfolio)
        empty = SolveFacts(
            status="empty", source="greedy", objective=0.0, bound=0.0, gap=0.0, seconds=0.0, variables=0, rows=0,
            greedy_objective=0.0, greedy_loss=0.0, unit=unit,
        )  # fmt: skip
        return empty, [], []
    baseline = greedy(portfolio)
    start = polish(portfolio, baseline)
    admissible = not portfolio.violations(start)
    solved = _search(request, portfolio, start if admissible else None)
    if solved.status == "infeasible" or (solved.columns is None and not admissible):
        _out_of_reach(request, portfolio)
    chosen, source = _best(portfolio, solved, start if admissible else None)
    objective, base = portfolio.objective(chosen), portfolio.objective(baseline)
    facts = SolveFacts(
        status=solved.status,
        source=source,
        objective=objective,
        bound=max(solved.bound, objective),
        gap=relative_gap(objective, max(solved.bound, objective)),
        seconds=solved.seconds,
        variables=solved.variables,
        rows=solved.rows,
        greedy_objective=base,
        greedy_loss=1.0 - base / objective if objective > 0 else 0.0,
        unit=unit,
        message=solved.message,
    )
    return facts, chosen, baseline


def _search(request: PlanRequest, portfolio: Portfolio, start: list[int] | None) -> Solve:
    return search(
        portfolio,
        start,
        gap=request.gap,
        time_limit_s=request.time_limit_s,
        seed=request.seed,
        on_progress=request.on_progress,
    )


def _best(portfolio: Portfolio, solved: Solve, start: list[int] | None) -> tuple[list[int], Any]:
    """The better of the solver's plan, finished, and of the greedy one."""
    candidates: list[tuple[list[int], str]] = [] if start is None else [(start, "greedy")]
    if solved.columns is not None and not portfolio.violations(solved.columns):
        finished = polish(portfolio, list(solved.columns))
        candidates.append((list(solved.columns), "solver"))
        if not portfolio.violations(finished):
            candidates.append((finished, "solver"))
    return max(candidates, key=lambda candidate: (portfolio.objective(candidate[0]), candidate[1]))


def _out_of_reach(request: PlanRequest, portfolio: Portfolio) -> None:
    """Say how much of the first floor that cannot be held could be reached at best."""
    for floor in portfolio.floors:
        best = 0.0
        if len(portfolio.action):
            alone = replace(portfolio, floors=(), value=floor.weights[portfolio.action], pairs=_only(portfolio, floor))
            solved = _search(request, alone, None)
            best = portfolio.reached(floor, portfolio.starts(solved.columns or ()))
        if best < floor.minimum or floor is portfolio.floors[-1]:
            raise BocageError("BOC-DEC-005", role=floor.role, minimum=floor.minimum, best=best)


def _only(portfolio: Portfolio, floor: Floor) -> list[Pair]:
    """The interactions, counted in the unit of the floor."""
    every = np.ones((1, portfolio.years), dtype=bool)
    return [
        replace(pair, with_a=every, with_b=every, worth=np.array([pair.saving.get(floor.role, 0.0)]))
        for pair in portfolio.pairs
    ]


def _plan(books: Books, reasons: pl.DataFrame) -> pl.DataFrame:
    request, columns = books.request, books.columns
    column_of = {int(columns.portfolio.action[column]): column for column in books.chosen}
    rows = []
    for number, (row, reason) in enumerate(
        zip(request.actions.iter_rows(named=True), reasons.iter_rows(named=True), strict=True)
    ):
        cost = float(books.worth.mean_cost[number])
        column = column_of.get(number)
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


def _financing(books: Books, terms: Terms) -> tuple[pl.DataFrame, tuple[FundingRule, ...]]:
    """Aids of the plan, then those that are hoped for or that a missing fact leaves open."""
    request, worth = books.request, books.worth
    rows: list[dict[str, Any]] = []
    rules: dict[tuple[str, Any], FundingRule] = {}
    agenda = Agenda(request.parameters, request.date)
    ids = request.actions["action_id"].to_list()
    for column, action, start in zip(books.chosen, books.actions.tolist(), books.starts.tolist(), strict=True):
        plan = books.columns.plans[column]
        given = {aid.rule.name for aid in plan.aids}
        for aid in plan.aids:
            rows.append(_aid_row(ids[action], aid, "certain" if aid.rule.award == "automatic" else "discretionary"))
            rules[aid.rule.name, aid.rule.since] = aid.rule
        facts, cost = books.columns.facts[action], float(worth.mean_cost[action])
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
        "rule_status": aid.rule.status,
        "missing": ", ".join(sorted(aid.missing)),
        "note_fr": aid.rule.note["fr"],
        "note_en": aid.rule.note["en"],
    }
