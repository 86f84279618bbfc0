"""Why each action is in the plan or out of it, with the number that decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from bocage.decide.columns import possible_starts
from bocage.decide.ledger import Books
from bocage.decide.request import Objective
from bocage.decide.selection import BUDGET, Selection
from bocage.vocabulary.codes import core_codes
from bocage.vocabulary.responsibility import NO_END_YEAR
from bocage.vocabulary.text import fill


@dataclass(frozen=True)
class Measure:
    """How an objective is told: unit of a total, unit of a ratio to the own euro, scale of the ratio."""

    total: Mapping[str, str]
    ratio: Mapping[str, str]
    scale: float
    unit: str


MEASURES: Mapping[Objective, Measure] = {
    "npv": Measure(
        {"fr": "€ de valeur nette", "en": "EUR of net value"},
        {"fr": "€ de valeur nette par euro à charge", "en": "EUR of net value per own euro"},
        1.0,
        "EUR",
    ),
    "cash": Measure(
        {"fr": "€ de trésorerie actualisée", "en": "EUR of present cash"},
        {"fr": "€ de trésorerie actualisée par euro à charge", "en": "EUR of present cash per own euro"},
        1.0,
        "EUR",
    ),
    "carbon": Measure(
        {"fr": "t de CO₂ évitées (actualisées)", "en": "t of CO₂ avoided (discounted)"},
        {"fr": "kg de CO₂ évités (actualisés) par euro à charge", "en": "kg of CO₂ avoided (discounted) per own euro"},
        1000.0,
        "tCO2e",
    ),
    "water": Measure(
        {"fr": "m³ d’eau économisés (actualisés)", "en": "m³ of water saved (discounted)"},
        {"fr": "m³ économisés (actualisés) par euro à charge", "en": "m³ saved (discounted) per own euro"},
        1.0,
        "m3",
    ),
    "risk": Measure(
        {"fr": "€ de dommages évités (actualisés)", "en": "EUR of damage avoided (discounted)"},
        {"fr": "€ de dommages évités par euro à charge", "en": "EUR of damage avoided per own euro"},
        1.0,
        "EUR",
    ),
    "energy": Measure(
        {"fr": "kWh économisés (actualisés)", "en": "kWh saved (discounted)"},
        {"fr": "kWh économisés (actualisés) par euro à charge", "en": "kWh saved (discounted) per own euro"},
        1.0,
        "kWh",
    ),
}


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
        self.measure = MEASURES[self.request.objective]
        self.actions = list(self.request.actions.iter_rows(named=True))
        self.place = {row["action_id"]: number for number, row in enumerate(self.actions)}
        self.selection = Selection(self.portfolio, books.chosen)
        self.starts = possible_starts(self.request, books.columns.payers)
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
            rows.append(
                {
                    "action_id": row["action_id"],
                    "code": reason.code,
                    "decision": reason.decision,
                    "reason_fr": fill(said["fr"], reason.values, "fr"),
                    "reason_en": fill(said["en"], reason.values, "en"),
                    "value": reason.value,
                    "threshold": reason.threshold,
                    "unit": self.measure.unit,
                }
            )
        schema = dict.fromkeys(("action_id", "code", "decision", "reason_fr", "reason_en"), pl.String)
        return pl.DataFrame(rows, schema={**schema, "value": pl.Float64, "threshold": pl.Float64, "unit": pl.String})

    def _reason(self, action: int, row: Mapping[str, Any]) -> Reason:
        if row["standing"] == "request":
            return Reason(code="BOC-DEC-108", decision="request", values={"owner": row["owner_siren"]})
        if action in self.selection.chosen:
            return self._chosen(action)
        unable = self._unable(action, row)
        return unable or self._left_out(action)

    def _chosen(self, action: int) -> Reason:
        column = self.selection.chosen[action]
        year = str(self.request.first_year + int(self.portfolio.year[column]))
        gain = self._marginal_gain(action)
        ratio = float(gain / self.portfolio.own[column] * self.measure.scale)
        payer = int(self.portfolio.payer[action])
        followers = [later for later in self.selection.needed_by.get(action, ()) if later in self.selection.chosen]
        if gain <= 0 and followers:
            return Reason(
                code="BOC-DEC-102",
                decision="in",
                values={"year": year, "other": self._label(followers[0])},
                value=ratio,
                threshold=0.0,
            )
        marginal = self.marginal.get(payer, ratio)
        values: dict[str, Any] = {"year": year, "ratio": ratio, "marginal": marginal, "unit": self.measure.ratio}
        code, row = "BOC-DEC-101", self.actions[action]
        if row["standing"] == "waits":
            code, values = "BOC-DEC-115", {**values, "first": str(row["first_year"]), "contract": _contract(row)}
        return Reason(code=code, decision="in", values=values, value=ratio, threshold=marginal)

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
            other = min(
                (pair for pair in self.selection.pairs_of[action] if pair[0] in self.selection.chosen),
                key=lambda pair: float(pair[1].min()),
            )[0]
            values = {"other": self._label(other), "value": beside, "alone": alone, "total_unit": total}
            return Reason(code="BOC-DEC-111", decision="out", values=values, value=beside, threshold=0.0)
        return self._for_money(action, columns, best)

    def _for_money(self, action: int, columns: list[int], best: int) -> Reason:
        ratio = max(self.selection.gain(column) / float(self.portfolio.own[column]) for column in columns)
        ratio *= self.measure.scale
        marginal = self.marginal.get(int(self.portfolio.payer[action]))
        values: dict[str, Any] = {"ratio": ratio, "unit": self.measure.ratio}
        obstacles = {self.selection.obstacle(column) for column in columns}
        if BUDGET not in obstacles:
            gap = 100 * self.gap if np.isfinite(self.gap) else 100.0
            return Reason(code="BOC-DEC-113", decision="out", values={**values, "gap": gap}, value=ratio)
        if marginal is not None and ratio < marginal:
            values["marginal"] = marginal
            return Reason(code="BOC-DEC-103", decision="out", values=values, value=ratio, threshold=marginal)
        values["needed"] = float(self.portfolio.cash[best, int(self.portfolio.year[best])])
        return Reason(code="BOC-DEC-104", decision="out", values=values, value=ratio, threshold=marginal)

    def _label(self, action: int) -> Mapping[str, str]:
        row = self.actions[action]
        return {"fr": row["label_fr"], "en": row["label_en"]}


def _contract(row: Mapping[str, Any]) -> Mapping[str, str]:
    """The contract that delays an action: its identifier, or that it is the one in force."""
    known = row["contract_id"]
    return {"fr": known or "en cours", "en": known or "in force"}
