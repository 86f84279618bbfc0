"""Drafts of records from a twin: what was foreseen, ordered, invoiced and measured, and what is still to be said."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from bocage.commons.draft import draft_text, gaps, stratum
from bocage.commons.schema import VERSION, action_kinds
from bocage.twin.answer import Answer, Heading, Section
from bocage.twin.evaluate import foreseen_energy
from bocage.twin.feedback import DRAFTS, FOLDER, file_name_of
from bocage.twin.funding_facts import funding_facts
from bocage.twin.plan_record import FILE, load_plan
from bocage.twin.territory import Territory
from bocage.twin.wording import _
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import noun_tables
from bocage.vocabulary.domain import Domain
from bocage.vocabulary.draws import Z90
from bocage.vocabulary.text import Language, current_language

KINDS = {"commune": "commune", "epci": "epci", "syndicate": "syndicate", "departement": "departement"}
EFFECTS: Mapping[str, tuple[str, str]] = {
    "energy": ("energy_kwh_year", "kWh/year"),
    "carbon": ("carbon_kgco2e_year", "kgCO2e/year"),
    "water": ("water_m3_year", "m3/year"),
    "risk": ("risk_eur_year", "EUR/year"),
}
"""Effect of the exchange by role of an indicator; a yearly expense mixes bills and upkeep, and has none."""


@dataclass(frozen=True)
class _Known:
    """What the twin knows of one piece of works: rows of the nouns, None where it has none."""

    key: str
    action: Mapping[str, Any] | None
    works: Mapping[str, Any] | None
    plan: Mapping[str, Any] | None
    evaluations: list[Mapping[str, Any]]


def export_drafts(territory: Territory, *, into: Path | None = None) -> Answer:
    """Write a draft of a record for each action that is planned, done, abandoned, refused or evaluated.

    A draft is never overwritten: what an agent has written in it stays.

    Args:
        territory: open territory.
        into: folder to write to; `feedback/drafts` of the territory where None.

    Raises:
        BocageError: BOC-COM-005 there is nothing to tell of, 006 a file cannot be written.
    """
    known = list(_known(territory))
    if not known:
        raise BocageError("BOC-COM-005", where={"folder": territory.folder})
    folder = into or territory.folder / FOLDER / DRAFTS
    foreseen = _foreseen_by_action(territory, known)
    language = current_language()
    rows, written = [], []
    for one in known:
        content = _content(territory, one, foreseen.get(one.key, {}), language)
        path = folder / f"{file_name_of(str(content['record_id']))}.yaml"
        missing = gaps(content, str(path))
        fresh = _write(path, draft_text(content, missing, language))
        written += [path] if fresh else []
        rows.append(
            {
                "record": content["record_id"],
                "title": content.get("title") or one.key,
                "status": content["status"],
                "missing": ", ".join(verdict.place for verdict in missing),
                "file": str(path),
                "written": fresh,
            }
        )
    headings = [
        Heading(name="record", label=_("Record")),
        Heading(name="title", label=_("Action")),
        Heading(name="status", label=_("Status")),
    ]
    if any(row["missing"] for row in rows):
        headings.append(Heading(name="missing", label=_("To fill in")))
    lines = [_("{count} drafts written", count=len(written))]
    if len(written) < len(rows):
        lines.append(_("{count} drafts were there already and stay as they are", count=len(rows) - len(written)))
    return Answer(
        title=_("Drafts of feedback for {name}", name=territory.name),
        sections=[Section(title=_("Drafts"), lines=lines, table=pl.DataFrame(rows), headings=headings)],
        data={"drafts": rows},
        files=written,
        next_step=_("bocage feedback check FILE, once completed"),
    )


def _known(territory: Territory) -> Iterator[_Known]:
    """Actions with something to tell, then works that belong to no action."""
    nouns = noun_tables()
    read = {name: territory.store.read_rows(nouns[name]) for name in ("action", "works", "plan", "evaluation")}
    actions = {row["action_id"]: row for row in read["action"].iter_rows(named=True)}
    plans = {row["action_id"]: row for row in read["plan"].filter(pl.col("decision") == "in").iter_rows(named=True)}
    measured = read["evaluation"].filter(pl.col("effect").is_not_null())
    evaluations = list(measured.iter_rows(named=True))
    works = {row["action_id"] or row["works_id"]: row for row in read["works"].iter_rows(named=True)}
    for key in dict.fromkeys([*works, *plans, *(row["action_id"] for row in evaluations if row["action_id"])]):
        yield _Known(
            key=key,
            action=actions.get(key),
            works=works.get(key),
            plan=plans.get(key),
            evaluations=[row for row in evaluations if _tells_of(row, key, works.get(key))],
        )


def _tells_of(evaluation: Mapping[str, Any], key: str, works: Mapping[str, Any] | None) -> bool:
    if evaluation["action_id"]:
        return bool(evaluation["action_id"] == key)
    return works is not None and str(evaluation["evaluation_id"]).startswith(f"{works['works_id']}-")


def _foreseen_by_action(territory: Territory, known: list[_Known]) -> dict[str, dict[str, tuple[float, float, float]]]:
    """By action and effect, the saving foreseen: mean, 10th and 90th percentiles.

    For works that have begun, on the assets of the day before: those of today have changed already.
    """
    found: dict[str, dict[str, tuple[float, float, float]]] = {}
    domains = {domain.name: domain for domain in territory.domains}
    planned: dict[str, list[str]] = {}
    for one in known:
        if one.action is None or one.action["domain"] not in domains:
            continue
        begun = (one.works or {}).get("started") or (one.works or {}).get("accepted")
        if begun is None:
            planned.setdefault(one.action["domain"], []).append(one.key)
            continue
        energy = foreseen_energy(territory, domains[one.action["domain"]], one.key, begun)
        if energy:
            found[one.key] = {"energy_kwh_year": (-energy, -energy, -energy)}
    for name, keys in planned.items():
        found |= _appraised(territory, domains[name], keys)
    return found


def _appraised(
    territory: Territory, domain: Domain, keys: list[str]
) -> dict[str, dict[str, tuple[float, float, float]]]:
    site = territory.site(domain)
    actions = territory.store.read_rows(noun_tables()["action"], {"domain": domain.name})
    chosen = actions.filter(pl.col("action_id").is_in(keys))
    if chosen.is_empty() or domain not in territory.chosen_domains(None):
        return {}
    summary = domain.appraise(territory.assets(domain, site), chosen, site).summary()
    found: dict[str, dict[str, tuple[float, float, float]]] = {}
    for row in summary.iter_rows(named=True):
        role = domain.indicators[row["indicator"]].role if row["indicator"] in domain.indicators else ""
        if role in EFFECTS and row["value"]:
            found.setdefault(row["action_id"], {})[EFFECTS[role][0]] = (-row["value"], -row["high"], -row["low"])
    return found


def _content(
    territory: Territory, one: _Known, foreseen: Mapping[str, tuple[float, float, float]], language: Language
) -> dict[str, Any]:
    """The draft in the order of a record; what is not known is left out."""
    action, works, plan = one.action or {}, one.works or {}, one.plan or {}
    content: dict[str, Any] = {
        "schema": VERSION,
        "record_id": f"{territory.code}-{one.key}",
        "title": action.get(f"label_{language}"),
        "licence": "etalab-2.0",
        "origin": "own",
        "written_on": territory.today(),
        "draft": True,
        "status": works.get("status") or "planned",
        "positive_effects": _sentences(one, "positive_effects"),
        "negative_effects": _sentences(one, "negative_effects"),
        "territory": _place(territory),
        "action": _action(action),
        "dates": {"started": works.get("started"), "accepted": works.get("accepted"), "year_from": plan.get("year")},
        "baseline": _baseline(one),
        "predicted_cost": _predicted_cost(territory, plan),
        "predicted_effects": [_predicted(territory, name, figures) for name, figures in foreseen.items()],
        "costs": _costs(works),
        "measured_effects": [_measured(territory, row) for row in one.evaluations],
        "evidence": _evidence(territory, one, language),
    }
    return _without_gaps(content)


def _sentences(one: _Known, name: str) -> list[str]:
    return [row[name] for row in one.evaluations if row[name]]


def _place(territory: Territory) -> dict[str, Any]:
    population = territory.config.number("territory", "population")
    people = None if population is None else int(population)
    return {
        "code": territory.code,
        "name": territory.name,
        "kind": KINDS.get(territory.config.text("territory", "kind")),
        "department": funding_facts(territory)["department"],
        "country": "FR",
        "population": people,
        "stratum": stratum(people),
    }


def _action(action: Mapping[str, Any]) -> dict[str, Any]:
    if not action:
        return {}
    kind = action_kinds().get((action["domain"], action["kind"]))
    counted = kind is not None and kind.quantity_unit in {"points", "buildings", "dwellings"}
    return {
        "domain": action["domain"],
        "kind": action["kind"],
        "quantity": action["unit_count"] if counted else None,
        "quantity_unit": kind.quantity_unit if kind is not None and counted else None,
    }


def _baseline(one: _Known) -> dict[str, Any]:
    dated = [row for row in one.evaluations if row["baseline_from"]]
    if not dated:
        return {}
    return {"source": "invoice", "from": dated[0]["baseline_from"], "to": dated[0]["baseline_to"]}


def _predicted_cost(territory: Territory, plan: Mapping[str, Any]) -> dict[str, Any]:
    if not plan:
        return {}
    return {"amount_eur": round(plan["cost_eur"]), "vat": "excluded", "made_on": _plan_date(territory)}


def _plan_date(territory: Territory) -> dt.date | None:
    folder = territory.folder / "results"
    if not (folder / FILE).is_file():
        return None
    try:
        return load_plan(folder).made_on
    except BocageError:
        return None


def _predicted(territory: Territory, name: str, figures: tuple[float, float, float]) -> dict[str, Any]:
    value, low, high = figures
    unit = next(unit for effect, unit in EFFECTS.values() if effect == name)
    told = {"indicator": name, "value": _rounded(value), "unit": unit, "method": "Bocage"}
    interval = {"low": _rounded(low), "high": _rounded(high)} if low <= value <= high and low < high else {}
    return {**told, **interval, "made_on": _plan_date(territory)}


def _costs(works: Mapping[str, Any]) -> list[dict[str, Any]]:
    if works.get("invoiced_eur") is None:
        return []
    return [{"line": "works", "amount_eur": works["invoiced_eur"], "vat": "excluded", "quality": "invoiced"}]


def _measured(territory: Territory, row: Mapping[str, Any]) -> dict[str, Any]:
    roles = {name: one.role for domain in territory.domains for name, one in domain.indicators.items()}
    indicator, unit = EFFECTS.get(roles.get(row["indicator"], ""), (None, None))
    found = {"indicator": indicator, "value": _rounded(-row["effect"]), "unit": unit, "method": row["method"]}
    if row["low"] is not None and row["high"] is not None:
        found["low"], found["high"] = _rounded(-row["high"]), _rounded(-row["low"])
        found["standard_error"] = _rounded((row["high"] - row["low"]) / (2 * Z90))
    # the period after the works and what was compared with are the agent's to say
    return {**found, "quality": "invoiced"}


def _rounded(value: float) -> float:
    return float(f"{value:.6g}")


def _evidence(territory: Territory, one: _Known, language: Language) -> list[dict[str, Any]]:
    """What the twin itself can show; contracts, invoices and pictures are the agent's to add."""
    found = []
    if one.plan:
        made = _plan_date(territory)
        title = _("Plan of {date}", date=made.isoformat() if made else "-").say(language)
        found.append({"title": title, "address": f"results/{FILE}", "kind": "primary"})
    for row in one.evaluations:
        title = _("Measured on invoices: {method}", method=row["method"]).say(language)
        found.append({"title": title, "address": row["evaluation_id"], "kind": "primary"})
    return found


def _without_gaps(content: Mapping[str, Any]) -> dict[str, Any]:
    """The content without what is empty, dates as texts."""
    found: dict[str, Any] = {}
    for key, value in content.items():
        plain = _plain(value)
        if plain not in (None, "", [], {}):
            found[key] = plain
    return found


def _plain(value: object) -> Any:  # noqa: ANN401 - a tree of mappings, lists and plain values
    if isinstance(value, Mapping):
        return _without_gaps(value)
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, dt.date) else value


def _write(path: Path, text: str) -> bool:
    """Whether the file was written: one that is there stays."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
    except FileExistsError:
        return False
    except OSError as fault:
        raise BocageError("BOC-COM-006", where={"file": path}, reason=fault.strerror or str(fault)) from fault
    return True
