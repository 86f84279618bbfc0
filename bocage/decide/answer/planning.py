"""From actions to a funded plan and its proof."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bocage.decide.answer.choosing import Chosen, OutOfReachError, Steered, choose, steer
from bocage.decide.answer.contradictions import check_obligations
from bocage.decide.answer.entry import entry_conditions
from bocage.decide.answer.explain import Explainer
from bocage.decide.answer.options import additive_effect, compare_options
from bocage.decide.answer.plan_lines import (
    aim_lines,
    duty_lines,
    financing_lines,
    plan_lines,
    purchase_lines,
    street_lines,
)
from bocage.decide.answer.refusing import refuse
from bocage.decide.columns.building import build_columns
from bocage.decide.funding.offers import Terms, read_terms, territory_facts
from bocage.decide.money.ledger import Books, payers_ledgers, society_frame
from bocage.decide.money.plan_value import Selected, value_draws
from bocage.decide.money.trade_tables import trade_tables
from bocage.decide.portfolio.cvar import tail_mean
from bocage.decide.question.checks import check_request
from bocage.decide.question.request import Objective, PlanRequest, PlanResult, SolveFacts
from bocage.decide.value.economy import read_economy
from bocage.decide.value.worth import Worth, read_worth


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A request with all that does not depend on the search.

    Attributes:
        request: what the plan is asked for, facts of the territory completed.
        worth: costs and gains.
        terms: own share, price of certificates, programmes added or left out.
        steering: the columns and what the plan is best at.
    """

    request: PlanRequest
    worth: Worth
    terms: Terms
    steering: Steered

    def books(self, columns: Sequence[int]) -> Books:
        """The books of a selection of columns."""
        return Books(request=self.request, worth=self.worth, columns=self.steering.columns, chosen=columns)


def make_plan(request: PlanRequest) -> PlanResult:
    """Choose what to do, when and with whose money, and say why.

    A plan always comes out, be it empty: where the solver is interrupted, killed or dead, the best
    plan it had found or the greedy one is given, and `solve.status` and `solve.source` say so.

    Args:
        request: what the plan is asked for.

    Raises:
        BocageError: the request does not fit (BOC-DEC-001 to 009), its obligations cannot be met (010 to 014),
            or obligations, floors and budgets contradict each other (005, 015).
    """
    prepared = prepare(request)
    return written(prepared, decided(prepared))


def prepare(request: PlanRequest, objectives: Sequence[Objective] = ()) -> Prepared:
    """Check a request, value its actions, enumerate its columns: all that comes before the search.

    Args:
        request: what the plan is asked for.
        objectives: objectives to tally beside those of the request.

    Raises:
        BocageError: the request does not fit (BOC-DEC-001 to 014).
    """
    check_request(request)
    request = replace(request, territory=territory_facts(request.territory))
    economy = read_economy(request.parameters, request.territory, first_year=request.first_year, years=request.years)
    worth = read_worth(request, economy)
    terms = read_terms(
        request.parameters, own_share=economy.own_share, count_on=request.count_on, leave_out=request.leave_out
    )
    columns = build_columns(request, worth, terms, objectives)
    check_obligations(request, columns)
    return Prepared(request=request, worth=worth, terms=terms, steering=steer(request, worth, columns))


def decided(prepared: Prepared) -> Chosen:
    """Search for the plan; where there is none, say what contradicts what.

    Args:
        prepared: what the plan is asked for, valued.

    Raises:
        BocageError: obligations, floors and budgets contradict each other (BOC-DEC-005, 015).
    """
    try:
        return choose(prepared.request, prepared.steering)
    except OutOfReachError as nothing:
        raise refuse(prepared.request, prepared.steering.columns, nothing.portfolio) from nothing


def written(prepared: Prepared, chosen: Chosen) -> PlanResult:
    """The plan with its books, reasons and options.

    Args:
        prepared: what the plan was asked for, valued.
        chosen: what was found.
    """
    request, books = prepared.request, prepared.books(chosen.columns)
    explainer = Explainer(books, chosen.facts.gap)
    reasons = explainer.reasons()
    financing, rules = financing_lines(books, prepared.terms)
    tables = trade_tables(books)
    return PlanResult(
        plan=plan_lines(books, reasons),
        reasons=reasons,
        financing=financing,
        ledgers=payers_ledgers(books),
        society=society_frame(books),
        options=compare_options(books, chosen.baseline),
        additive=additive_effect(books),
        solve=_weighed(prepared, chosen),
        assumptions=tuple(request.parameters.used.values()),
        rules=rules,
        aims=aim_lines(chosen.aims),
        entry=entry_conditions(books, explainer, prepared.steering.mix, reasons),
        duties=duty_lines(books),
        purchases=purchase_lines(books),
        streets=street_lines(books),
        tables=tables,
    )


def _weighed(prepared: Prepared, chosen: Chosen) -> SolveFacts:
    """How the plan was found, with the mean of what it is best at and that of its worst futures."""
    request, mix = prepared.request, prepared.steering.mix
    # Money is drawn for the books anyway; anything else costs a reading of each draw, which only prudence is worth.
    if not request.prudence and not set(mix) <= {"npv", "cash"}:
        return chosen.facts
    plan = Selected(columns=prepared.steering.columns, chosen=chosen.columns)
    drawn = [weight * value_draws(request, prepared.worth, plan, objective) for objective, weight in mix.items()]
    values = sum(drawn, np.zeros(prepared.worth.cost.shape[1]))
    worst = tail_mean(values, np.full(len(values), 1 / len(values)), request.tail)
    return replace(chosen.facts, mean=float(values.mean()), worst_mean=worst, worst_share=request.tail)
