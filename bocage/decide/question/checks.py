"""What a request must be for a plan to make sense; each refusal says what to do."""

import json
from collections.abc import Mapping, Sequence

import numpy as np

from bocage.decide.question.request import PlanRequest
from bocage.decide.question.telling import MEASURES
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import noun_tables

LONGEST_PLAN = 30


def check_request(request: PlanRequest) -> None:
    """Refuse a request that no plan can answer.

    Args:
        request: what the plan is asked for.

    Raises:
        BocageError: budgets (BOC-DEC-001), actions (002), prerequisites (004), settings (006),
            programmes (007), effects (008) or first year (009) that do not fit.
    """
    _check_budgets(request.budgets)
    if request.first_year < request.date.year:
        written = {"fr": request.date.strftime("%d/%m/%Y"), "en": request.date.isoformat()}
        following = str(request.date.year + 1)
        raise BocageError("BOC-DEC-009", first_year=str(request.first_year), date=written, next=following)
    _check_settings(request)
    _check_actions(request)
    _check_prerequisites(request)
    faulty = np.flatnonzero(~np.isfinite(request.appraisal.draws).all(axis=1))
    if len(faulty):
        raise BocageError("BOC-DEC-008", where={"action": request.appraisal.keys["action_id"][int(faulty[0])]})


def _check_budgets(budgets: Mapping[tuple[str, str], Sequence[float]]) -> None:
    lengths = {len(years) for years in budgets.values()}
    reason = None
    if not budgets:
        reason = {"fr": "aucun payeur", "en": "no payer"}
    elif len(lengths) > 1:
        reason = {"fr": "les payeurs n'ont pas le même nombre d'années", "en": "payers have different numbers of years"}
    elif not 1 <= next(iter(lengths)) <= LONGEST_PLAN:
        reason = {"fr": f"il faut de 1 à {LONGEST_PLAN} années", "en": f"1 to {LONGEST_PLAN} years are needed"}
    elif not all(np.isfinite(years).all() and (np.asarray(years) >= 0).all() for years in budgets.values()):
        reason = {"fr": "un montant est négatif ou n'est pas un nombre", "en": "an amount is negative or not a number"}
    if reason:
        raise BocageError("BOC-DEC-001", reason=reason)


def _check_settings(request: PlanRequest) -> None:
    named = ", ".join(MEASURES)
    aims = ", ".join(f"{name}={weight:g}" for name, weight in request.aims.items())
    weighed = all(name in MEASURES and 0 < weight < np.inf for name, weight in request.aims.items())
    expected = [
        ("objective", request.objective, request.objective in MEASURES, named),
        ("aims", aims, weighed, f"{named}; > 0"),
        ("then", ", ".join(request.then), set(request.then) <= set(MEASURES), named),
        ("prudence", request.prudence, 0 <= request.prudence <= 1, "0 – 1"),
        ("tail", request.tail, 0 < request.tail <= 1, "0 – 1"),
        ("gap", request.gap, 0 <= request.gap < 1, "0 – 1"),
        ("time_limit_s", request.time_limit_s, 0 < request.time_limit_s <= 86400, "0 – 86400 s"),
        ("recycled_share", request.recycled_share, 0 <= request.recycled_share <= 1, "0 – 1"),
        (
            "floors",
            ", ".join(request.floors),
            set(request.floors) <= {"energy", "carbon", "cash"},
            "energy, carbon, cash",
        ),
    ]
    for purchase in request.purchases:
        fits = 0 <= purchase.discount < 1 and 0 <= purchase.minimum < np.inf
        expected.append(("purchases", f"{purchase.name}: {purchase.discount:g}", fits, "0 – 1"))
    for payer, days in request.staff_days.items():
        fits = len(days) == request.years and all(day >= 0 for day in days)
        expected.append(("staff_days", " ".join(payer), fits, f"{request.years} x >= 0"))
    for name, value, fits, wanted in expected:
        if not fits:
            raise BocageError("BOC-DEC-006", where={"name": name}, value=str(value), expected=wanted)
    known = sorted({rule.name for rule in request.rules})
    for programme in sorted(request.count_on | request.leave_out):
        if programme not in known:
            raise BocageError("BOC-DEC-007", where={"programme": programme}, known=", ".join(known))


def _check_actions(request: PlanRequest) -> None:
    needed = noun_tables()["action"].names
    missing = [name for name in needed if name not in request.actions.columns]
    reason = None
    if missing:
        reason = {"fr": f"colonnes absentes ({', '.join(missing)})", "en": f"missing columns ({', '.join(missing)})"}
    elif request.actions["action_id"].is_duplicated().any():
        twice = request.actions.filter(request.actions["action_id"].is_duplicated())["action_id"][0]
        reason = {"fr": f"l'identifiant {twice} est donné deux fois", "en": f"identifier {twice} is given twice"}
    elif (unread := _unreadable_facts(request)) is not None:
        reason = {
            "fr": f"les faits de {unread} ne sont pas un objet JSON",
            "en": f"facts of {unread} are no JSON object",
        }
    if reason:
        raise BocageError("BOC-DEC-002", reason=reason)


def _unreadable_facts(request: PlanRequest) -> str | None:
    """First action whose facts cannot be read."""
    for row in request.actions.select("action_id", "facts").iter_rows(named=True):
        try:
            facts = json.loads(row["facts"] or "{}")
        except ValueError:
            return str(row["action_id"])
        if not isinstance(facts, dict):
            return str(row["action_id"])
    return None


def _check_prerequisites(request: PlanRequest) -> None:
    columns = request.actions.select("action_id", "requires", "exclusive_group")
    needs = {row["action_id"]: list(row["requires"] or []) for row in columns.iter_rows(named=True)}
    group = {row["action_id"]: row["exclusive_group"] for row in columns.iter_rows(named=True)}
    for action, needed in needs.items():
        for other in needed:
            if other not in needs:
                _refuse(action, f"{other} n'existe pas", f"{other} does not exist")
            if group[action] and group[action] == group[other]:
                _refuse(action, f"{other} est une variante de la même action", f"{other} is an alternative to it")
    done: set[str] = set()
    for action in needs:
        _walk(action, needs, done)


def _walk(first: str, needs: Mapping[str, Sequence[str]], done: set[str]) -> None:
    """Depth-first search of a cycle among the prerequisites."""
    path: list[str] = []
    stack = [(first, iter(needs[first]))] if first not in done else []
    path = [first]
    while stack:
        action, rest = stack[-1]
        following = next((other for other in rest if other not in done), None)
        if following is None:
            done.add(action)
            stack.pop()
            path.pop()
        elif following in path:
            _refuse(following, "elle finit par se demander elle-même", "it ends up requiring itself")
        else:
            path.append(following)
            stack.append((following, iter(needs[following])))


def _refuse(action: str, french: str, english: str) -> None:
    raise BocageError("BOC-DEC-004", where={"action": action}, reason={"fr": french, "en": english})
