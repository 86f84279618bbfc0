"""The words of a conflict: what cannot be done together, and the least change of each demand that would do."""

from collections.abc import Mapping, Sequence

import numpy as np

from bocage.decide.columns.building import Columns
from bocage.decide.columns.staff import staff_label
from bocage.decide.portfolio.conflict import Conflict, Part, find_conflict
from bocage.decide.portfolio.statement import Portfolio
from bocage.decide.question.choices import Obligation
from bocage.decide.question.request import PlanRequest
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.text import LANGUAGES, Language, format_number

Words = Mapping[Language, str]
LEAST_TIME_S = 20.0
UNITS: Mapping[str, Words] = {
    "energy": {"fr": "kWh/an", "en": "kWh/year"},
    "carbon": {"fr": "kg de CO₂/an", "en": "kg of CO₂/year"},
    "cash": {"fr": "€/an", "en": "EUR/year"},
}
TEXTS: Mapping[str, Words] = {
    "must": {"fr": "faire «\u202f{what}\u202f» avant la fin de {year}", "en": "do “{what}” by the end of {year}"},
    "budget": {"fr": "s’en tenir au budget de {owner} ({budget})", "en": "keep to the budget of {owner} ({budget})"},
    "floor": {"fr": "économiser au moins {least} {unit}", "en": "save at least {least} {unit}"},
    "staff": {"fr": "s’en tenir à {least} jours d’agents en {year}", "en": "keep to {least} days of staff in {year}"},
    "limit": {"fr": "respecter le plafond {label}", "en": "keep to the ceiling {label}"},
    "switch": {"fr": "remplir la condition {label}", "en": "meet the condition {label}"},
    "goal": {"fr": "garder ce qui est atteint ({label})", "en": "keep what is reached ({label})"},
    "later": {
        "fr": "reporter «\u202f{what}\u202f» à {year} (bocage import choix.csv --type action_choice)",
        "en": "postpone “{what}” to {year} (bocage import choices.csv --type action_choice)",
    },
    "drop": {
        "fr": "renoncer à «\u202f{what}\u202f» (bocage import choix.csv --type action_choice)",
        "en": "give up “{what}” (bocage import choices.csv --type action_choice)",
    },
    "law": {
        "fr": "ne pas obliger le plan à tenir «\u202f{what}\u202f» (bocage plan --ignore-deadlines)",
        "en": "do not oblige the plan to meet “{what}” (bocage plan --ignore-deadlines)",
    },
    "money": {
        "fr": "ajouter {amounts} au budget de {owner} ({budget}), soit bocage plan --budget {yearly}",
        "en": "add {amounts} to the budget of {owner} ({budget}), that is bocage plan --budget {yearly}",
    },
    "year": {"fr": "{amount} € en {year}", "en": "EUR {amount} in {year}"},
    "less": {"fr": "demander {reached} {unit} au plus", "en": "ask for {reached} {unit} at most"},
    "days": {
        "fr": "ajouter {more} jours d’agents en {year} (bocage import budgets.csv --type budget_year)",
        "en": "add {more} days of staff in {year} (bocage import budgets.csv --type budget_year)",
    },
    "ease": {"fr": "desserrer de {more} {label}", "en": "ease {label} by {more}"},
}
DOUBT: Mapping[bool, Words] = {
    True: {"fr": "", "en": ""},
    False: {
        "fr": " (d’autres suffiraient peut-être\u202f: la liste n’a pas pu être réduite dans le temps donné)",
        "en": " (fewer may do: the list could not be cut down within the time given)",
    },
}
UNTOLD: Words = {
    "fr": "les obligations, les minimums et les budgets du plan",
    "en": "the obligations, minimums and budgets of the plan",
}
NO_REMEDY: Words = {"fr": "bocage plan --time-limit 120", "en": "bocage plan --time-limit 120"}


def refuse(request: PlanRequest, columns: Columns, portfolio: Portfolio) -> BocageError:
    """The error of a request that no plan can answer: what contradicts what, and what would do.

    Args:
        request: what the plan is asked for.
        columns: its columns.
        portfolio: what could not be solved.
    """
    if not len(portfolio.action):
        floor = next(floor for floor in portfolio.floors if floor.minimum > 0)
        return BocageError("BOC-DEC-005", role=floor.role, minimum=floor.minimum, best=0.0)
    limit = max(LEAST_TIME_S, request.time_limit_s)
    conflict = find_conflict(portfolio, time_limit_s=limit, seed=request.seed)
    if conflict is None or not conflict.parts:
        return BocageError("BOC-DEC-015", demands=UNTOLD, doubt=DOUBT[False], remedies=NO_REMEDY)
    if (alone := _floor_alone(portfolio, conflict)) is not None:
        return alone
    wording = _Wording(request, columns, portfolio)
    return BocageError(
        "BOC-DEC-015",
        demands=_listed([wording.demand(part) for part in conflict.parts]),
        doubt=DOUBT[conflict.smallest],
        remedies=_listed([text for part in conflict.parts for text in wording.remedies(part)]) or NO_REMEDY,
    )


def _floor_alone(portfolio: Portfolio, conflict: Conflict) -> BocageError | None:
    """The refusal of one minimum that budgets, or nothing at all, put out of reach: told by the best there is."""
    floors = [part for part in conflict.parts if part.kind == "floor"]
    if len(floors) != 1 or any(part.kind not in {"floor", "budget"} for part in conflict.parts):
        return None
    floor, change = portfolio.floors[floors[0].number], floors[0].change
    if change is None:
        return None
    best = max(0.0, floor.minimum - float(change.amounts.sum()))
    return BocageError("BOC-DEC-005", role=floor.role, minimum=floor.minimum, best=best)


def _listed(texts: Sequence[Words]) -> Words:
    """Several texts as one, by language; empty where there is none."""
    between: Words = {"fr": "\u202f; ", "en": "; "}
    return (
        {language: between[language].join(text[language] for text in texts) for language in LANGUAGES} if texts else {}
    )


class _Wording:
    """Words of the constraints of one plan."""

    def __init__(self, request: PlanRequest, columns: Columns, portfolio: Portfolio) -> None:
        self.request, self.columns, self.portfolio = request, columns, portfolio
        self.duties = {duty.label: duty for duty in columns.wishes.obligations}
        self.staff = {
            staff_label(payer, request.first_year + year): request.first_year + year
            for payer, days in request.staff_days.items()
            for year in range(len(days))
        }

    def demand(self, part: Part) -> Words:
        """What is asked."""
        match part.kind:
            case "must":
                duty = self.duties[part.label]
                return _said("must", what=self._what(duty), year=self._year(duty.latest))
            case "budget":
                owner, budget = self.columns.payers[part.number]
                return _said("budget", owner=owner, budget=budget)
            case "floor":
                least = self.portfolio.floors[part.number].minimum
                return _said("floor", least=_number(least), unit=UNITS.get(part.label, {"fr": "", "en": ""}))
            case "limit" if part.label in self.staff:
                bound = self.portfolio.limits[part.number].bound
                return _said("staff", least=_number(bound), year=str(self.staff[part.label]))
            case _:
                return _said(part.kind, label=part.label)

    def remedies(self, part: Part) -> list[Words]:
        """What would do by itself, with the command to paste; none where nothing is known to."""
        change = part.change
        if part.kind == "must":
            duty = self.duties[part.label]
            if duty.origin == "law":
                return [_said("law", what=self._what(duty))]
            if change is not None and change.latest is not None:
                return [_said("later", what=self._what(duty), year=self._year(change.latest))]
            return [_said("drop", what=self._what(duty))]
        if change is None or not change.amounts.sum() > 0:
            return []
        more = float(change.amounts.sum())
        match part.kind:
            case "budget":
                return [self._money(part.number, change.amounts)]
            case "floor":
                reached = self.portfolio.floors[part.number].minimum - more
                return [_said("less", reached=_number(reached), unit=UNITS.get(part.label, {"fr": "", "en": ""}))]
            case "limit" if part.label in self.staff:
                return [_said("days", more=_number(more, 1), year=str(self.staff[part.label]))]
            case _:
                return [_said("ease", more=_number(more), label=part.label)]

    def _money(self, payer: int, amounts: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Words:
        owner, budget = self.columns.payers[payer]
        years = [
            _said("year", amount=_number(np.ceil(amount)), year=self._year(year))
            for year, amount in enumerate(amounts.tolist())
            if amount >= 1.0
        ]
        wanted = self.portfolio.budgets[payer] + amounts
        reached = np.cumsum(wanted) / np.arange(1, len(wanted) + 1) if self.portfolio.carried else wanted
        yearly = str(int(np.ceil(float(reached.max()) / 100.0)) * 100)
        return _said("money", amounts=_listed(years), owner=owner, budget=budget, yearly=yearly)

    def _what(self, duty: Obligation) -> str | Words:
        if duty.reason:
            return duty.reason
        row = self.request.actions.row(duty.actions[0], named=True)
        return {"fr": row["label_fr"], "en": row["label_en"]}

    def _year(self, index: int) -> str:
        return str(self.request.first_year + index)


def _number(value: float, digits: int = 0) -> Words:
    return {language: format_number(value, language, digits=digits) for language in LANGUAGES}


def _said(name: str, **values: str | Words) -> Words:
    """A text with its values, by language."""
    return {
        language: TEXTS[name][language].format(
            **{key: value if isinstance(value, str) else value[language] for key, value in values.items()}
        )
        for language in LANGUAGES
    }
