"""Why each action is in the plan or out of it, with the number that decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from bocage.decide.columns.purchases import ALONE
from bocage.decide.columns.staff import days_of
from bocage.decide.money.ledger import Books
from bocage.decide.portfolio.selection import AIM, BUDGET, GROUP, LIMIT, PREREQUISITE, Selection
from bocage.decide.question.choices import Obligation
from bocage.decide.question.telling import measure_of
from bocage.vocabulary.codes import core_codes
from bocage.vocabulary.responsibility import NO_END_YEAR
from bocage.vocabulary.text import LANGUAGES, fill, format_number

FINE_UNITS = frozenset({"1", "tCO2e"})
"""Units in which whole numbers are too coarse: points and tonnes."""
TOTALS = frozenset({"value", "alternative", "alone"})
"""Values of reasons told in the unit of what the plan is best at."""


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why an action is in or out: code, decision, values of the sentence, the number that decided."""

    code: str
    decision: str
    values: Mapping[str, Any]
    value: float | None = None
    threshold: float | None = None


class Explainer:
    """Reasons of one plan.

    Args:
        books: the plan and what it was chosen from.
        gap: relative gap reached [1].
    """

    def __init__(self, books: Books, gap: float) -> None:
        self.books, self.gap = books, gap
        self.request, self.portfolio = books.request, books.columns.portfolio
        self.measure = measure_of(self.request)
        self.actions = list(self.request.actions.iter_rows(named=True))
        self.place = {row["action_id"]: number for number, row in enumerate(self.actions)}
        self.selection = Selection(self.portfolio, books.chosen)
        self.starts, self.wishes = books.columns.starts, books.columns.wishes
        self.days = days_of(books.columns.facts)
        self.obliged = self._obliged()
        self.columns_of: dict[int, list[int]] = {}
        for column, action in enumerate(self.portfolio.action.tolist()):
            self.columns_of.setdefault(action, []).append(column)
        self.marginal = self._marginals()

    def _marginals(self) -> dict[int, float]:
        """Least value per own euro of what each payer does (what a chosen action needs is left aside)."""
        least: dict[int, float] = {}
        for action, column in list(self.selection.chosen.items()):
            ratio = self._marginal_gain(action) / self.portfolio.own[column] * self.measure.scale
            payer = int(self.portfolio.payer[action])
            if ratio > 0:
                least[payer] = min(least.get(payer, np.inf), float(ratio))
        return least

    def _obliged(self) -> dict[int, Obligation]:
        """By chosen action, the obligation that it fulfils; one that the action alone fulfils comes first."""
        found: dict[int, Obligation] = {}
        for duty in sorted(self.wishes.obligations, key=lambda one: (one.origin == "wish", len(one.actions))):
            for action in duty.actions:
                column = self.selection.chosen.get(action)
                if column is not None and int(self.portfolio.year[column]) <= duty.latest:
                    found.setdefault(action, duty)
        return found

    def _marginal_gain(self, action: int) -> float:
        """What a chosen action brings beside the others."""
        column = self.selection.remove(action)
        gain = self.selection.gain(column)
        self.selection.add(column)
        return gain

    def reasons(self) -> pl.DataFrame:
        """Frame `action_id`, `code`, `decision`, `reason_fr`, `reason_en`, `value`, `threshold`, `unit`."""
        rows = []
        for number, row in enumerate(self.actions):
            reason = self._reason(number, row)
            said = core_codes()[reason.code].what
            values = {**reason.values, **self._totals(reason.values)}
            rows.append(
                {
                    "action_id": row["action_id"],
                    "code": reason.code,
                    "decision": reason.decision,
                    "reason_fr": fill(said["fr"], values, "fr"),
                    "reason_en": fill(said["en"], values, "en"),
                    "value": reason.value,
                    "threshold": reason.threshold,
                    "unit": self.measure.unit,
                }
            )
        schema = dict.fromkeys(("action_id", "code", "decision", "reason_fr", "reason_en"), pl.String)
        return pl.DataFrame(rows, schema={**schema, "value": pl.Float64, "threshold": pl.Float64, "unit": pl.String})

    def _totals(self, values: Mapping[str, Any]) -> dict[str, Mapping[str, str]]:
        """Totals of what the plan is best at, written; small ones of points and tonnes keep their decimals."""
        if "total_unit" not in values or self.measure.unit not in FINE_UNITS:
            return {}
        return {
            name: {language: format_number(value, language, digits=_digits(value)) for language in LANGUAGES}
            for name, value in values.items()
            if name in TOTALS
        }

    def _reason(self, action: int, row: Mapping[str, Any]) -> Reason:
        if row["standing"] == "request":
            return Reason(code="BOC-DEC-108", decision="request", values={"owner": row["owner_siren"]})
        if action in self.selection.chosen:
            return self._chosen(action)
        unable = self._unable(action, row)
        return unable or self._left_out(action)

    def _chosen(self, action: int) -> Reason:
        column, row = self.selection.chosen[action], self.actions[action]
        year = str(self.request.first_year + int(self.portfolio.year[column]))
        gain = self._marginal_gain(action)
        ratio = float(gain / self.portfolio.own[column] * self.measure.scale)
        duty = self.obliged.get(action)
        if duty is not None:
            values = {"year": year, "reason": duty.reason or _COUNCIL, "ratio": ratio, "unit": self.measure.ratio}
            return Reason(code="BOC-DEC-116", decision="in", values=values, value=ratio)
        if gain <= 0:
            return self._needed(action, year, gain, ratio)
        marginal = self.marginal.get(int(self.portfolio.payer[action]), ratio)
        values = {"year": year, "ratio": ratio, "marginal": marginal, "unit": self.measure.ratio}
        code = "BOC-DEC-101"
        if row["standing"] == "waits":
            code, values = "BOC-DEC-115", {**values, "first": str(row["first_year"]), "contract": _contract(row)}
        elif self.books.columns.purchase[column] != ALONE:
            code, values = "BOC-DEC-120", {**values, **self._bought(action, column)}
        elif action in self.wishes.votes:
            code, values = "BOC-DEC-118", {**values, "votes": self.wishes.votes[action]}
        return Reason(code=code, decision="in", values=values, value=ratio, threshold=marginal)

    def _bought(self, action: int, column: int) -> dict[str, Any]:
        """The grouped purchase of a column, and what it saves."""
        name = self.books.columns.purchase[column]
        lot = next(purchase for purchase in self.request.purchases if purchase.name == name)
        spared = float(self.books.worth.mean_cost[action]) * (1.0 - float(self.books.columns.cost_factor[column]))
        return {"lot": lot.label, "spared": spared}

    def _needed(self, action: int, year: str, gain: float, ratio: float) -> Reason:
        """Why an action that costs more than it brings is in: another one needs it, or what is asked of the plan."""
        followers = [later for later in self.selection.needed_by.get(action, ()) if later in self.selection.chosen]
        if followers:
            values: dict[str, Any] = {"year": year, "other": self._label(followers[0])}
            return Reason(code="BOC-DEC-102", decision="in", values=values, value=ratio, threshold=0.0)
        values = {"year": year, "value": gain, "total_unit": self.measure.total}
        return Reason(code="BOC-DEC-122", decision="in", values=values, value=gain, threshold=0.0)

    def _unable(self, action: int, row: Mapping[str, Any]) -> Reason | None:
        """Why an action could not be in any plan."""
        first, last = row["first_year"] or self.request.first_year, self.request.first_year + self.request.years - 1
        if row["standing"] == "waits" and first >= NO_END_YEAR:
            return Reason(code="BOC-DEC-114", decision="waits", values={"contract": _contract(row)})
        if row["standing"] == "waits" and first > last:
            return Reason(
                code="BOC-DEC-107",
                decision="waits",
                values={"year": str(first), "last": str(last), "contract": _contract(row)},
                value=float(first),
                threshold=float(last),
            )
        if (row["owner_siren"], row["budget"]) not in self.books.columns.payers:
            return Reason(
                code="BOC-DEC-109",
                decision="out",
                values={"owner": row["owner_siren"], "budget": row["budget"]},
            )
        missing = [needed for needed in row["requires"] or [] if self.place[needed] not in self.selection.chosen]
        if missing and not len(self.starts[action]):
            return self._without(missing[0])
        if action in self.wishes.excluded:
            values = {"reason": self.wishes.excluded[action] or _COUNCIL}
            return Reason(code="BOC-DEC-117", decision="out", values=values)
        if not len(self.starts[action]):
            return Reason(code="BOC-DEC-112", decision="out", values={})
        return None

    def _without(self, needed: str) -> Reason:
        return Reason(code="BOC-DEC-110", decision="out", values={"other": self._label(self.place[needed])})

    def _left_out(self, action: int) -> Reason:
        """Why an action that could be done is not."""
        columns = self.columns_of[action]
        positive = bool((self.portfolio.value[columns] > 0).any())
        soonest = self.portfolio.year[columns].min()
        # Told for the first year it could start: later, a loss only looks smaller.
        alone = max(float(self.portfolio.value[c]) for c in columns if self.portfolio.year[c] == soonest)
        best = max(columns, key=lambda column: (self.selection.gain(column), -column))
        beside = float(self.selection.gain(best))
        total = self.measure.total
        rival = next((r for r in sorted(self.selection.rivals.get(action, ())) if r in self.selection.chosen), None)
        if rival is not None:
            kept = float(self.portfolio.value[self.selection.chosen[rival]])
            values = {"other": self._label(rival), "value": kept, "alternative": alone, "total_unit": total}
            return Reason(code="BOC-DEC-105", decision="out", values=values, value=alone, threshold=kept)
        if not positive:
            values = {"value": alone, "total_unit": total}
            return Reason(code="BOC-DEC-106", decision="out", values=values, value=alone, threshold=0.0)
        needs = self.selection.needs.get(action, ())
        missing = [needed for needed in needs if needed not in self.selection.chosen]
        if missing:
            return self._without(self.actions[missing[0]]["action_id"])
        if beside <= 0:
            met = [pair for pair in self.selection.pairs_of.get(action, ()) if pair[0] in self.selection.chosen]
            taken, other = min(((float(credit.min()), other) for other, credit in met), default=(0.0, -1))
            if taken >= 0:
                values = {"value": beside, "alone": alone, "total_unit": total}
                return Reason(code="BOC-DEC-125", decision="out", values=values, value=beside, threshold=0.0)
            values = {"other": self._label(other), "value": beside, "alone": alone, "total_unit": total}
            return Reason(code="BOC-DEC-111", decision="out", values=values, value=beside, threshold=0.0)
        return self._for_room(action, columns, best)

    def _for_room(self, action: int, columns: list[int], best: int) -> Reason:
        """Why an action that would bring something finds no room: its prerequisite, staff, money, or none of these."""
        useful = [column for column in columns if self.selection.gain(column) > 0]
        obstacles = {self.selection.obstacle(column) for column in useful}
        if BUDGET in obstacles:
            return self._for_money(action, columns, best)
        if obstacles == {PREREQUISITE}:
            return self._too_late(action, useful)
        if LIMIT in obstacles and (short := self._for_staff(action, useful)) is not None:
            return short
        if obstacles == {AIM}:
            gain = max(float(self.selection.gain(column)) for column in useful)
            values = {"value": gain, "total_unit": self.measure.total}
            return Reason(code="BOC-DEC-124", decision="out", values=values, value=gain)
        if obstacles and obstacles <= {LIMIT, GROUP}:
            return self._without_aid(useful)
        ratio = max(self.selection.gain(column) / float(self.portfolio.own[column]) for column in columns)
        gap = 100 * self.gap if np.isfinite(self.gap) else 100.0
        values = {"ratio": ratio * self.measure.scale, "unit": self.measure.ratio, "gap": gap}
        return Reason(code="BOC-DEC-113", decision="out", values=values, value=ratio * self.measure.scale)

    def _without_aid(self, useful: list[int]) -> Reason:
        """The aid without which an action brings nothing, and that has no room left for it."""
        best = max(useful, key=lambda column: (self.selection.gain(column), -column))
        gain = float(self.selection.gain(best))
        labels = [aid.rule.label for aid in self.books.columns.plans[best].aids] or [_COUNCIL]
        told = {language: ", ".join(label[language] for label in labels) for language in LANGUAGES}
        values = {"programme": told, "value": gain, "total_unit": self.measure.total}
        return Reason(code="BOC-DEC-123", decision="out", values=values, value=gain)

    def _too_late(self, action: int, useful: list[int]) -> Reason:
        """What an action needs is done, but later than the action could wait."""
        last = max(int(self.portfolio.year[column]) for column in useful)
        done, needed = max(
            (int(self.portfolio.year[self.selection.chosen[one]]), one) for one in self.selection.needs[action]
        )
        years = (self.request.first_year + done, self.request.first_year + last)
        values = {"other": self._label(needed), "done": str(years[0]), "last": str(years[1])}
        value, threshold = (float(year) for year in years)
        return Reason(code="BOC-DEC-121", decision="out", values=values, value=value, threshold=threshold)

    def _for_staff(self, action: int, useful: list[int]) -> Reason | None:
        """Days of staff that an action asks for and that are taken; None where days are not what lacks."""
        payer, days = self.books.columns.payers[int(self.portfolio.payer[action])], float(self.days[action])
        bounds = self.request.staff_days.get(payer)
        if bounds is None or not days:
            return None
        taken = np.zeros(self.request.years)
        for other, column in self.selection.chosen.items():
            if self.portfolio.payer[other] == self.portfolio.payer[action]:
                taken[int(self.portfolio.year[column])] += self.days[other]
        left = {int(self.portfolio.year[c]): bounds[int(self.portfolio.year[c])] for c in useful}
        year, most = max(((year, bound - taken[year]) for year, bound in left.items()), key=lambda one: one[1])
        if days <= most:
            return None
        values = {"days": days, "left": max(0.0, float(most)), "year": str(self.request.first_year + year)}
        return Reason(code="BOC-DEC-119", decision="out", values=values, value=days, threshold=float(most))

    def _for_money(self, action: int, columns: list[int], best: int) -> Reason:
        ratio = max(self.selection.gain(column) / float(self.portfolio.own[column]) for column in columns)
        ratio *= self.measure.scale
        marginal = self.marginal.get(int(self.portfolio.payer[action]))
        values: dict[str, Any] = {"ratio": ratio, "unit": self.measure.ratio}
        if marginal is not None and ratio < marginal:
            values["marginal"] = marginal
            return Reason(code="BOC-DEC-103", decision="out", values=values, value=ratio, threshold=marginal)
        values["needed"] = float(self.portfolio.cash[best, int(self.portfolio.year[best])])
        return Reason(code="BOC-DEC-104", decision="out", values=values, value=ratio, threshold=marginal)

    def _label(self, action: int) -> Mapping[str, str]:
        row = self.actions[action]
        return {"fr": row["label_fr"], "en": row["label_en"]}


def _digits(value: float) -> int:
    """Decimals that leave two significant ones at least to a value of one or more, and tell smaller ones apart.

    >>> _digits(1.96), _digits(24.0), _digits(-240.0)
    (2, 1, 0)
    """
    return 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0


_COUNCIL: Mapping[str, str] = {"fr": "choix de la collectivité", "en": "choice of the council"}


def _contract(row: Mapping[str, Any]) -> Mapping[str, str]:
    """The contract that delays an action: its identifier, or that it is the one in force."""
    known = row["contract_id"]
    return {"fr": known or "en cours", "en": known or "in force"}
