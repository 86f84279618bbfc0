"""Status: what the twin holds, from where, and what can be done next."""

import datetime as dt

import polars as pl

from bocage import __version__
from bocage.twin.answer import Answer, Heading, Section
from bocage.twin.plan_record import PlanRecord, load_plan
from bocage.twin.territory import Territory
from bocage.twin.wording import _
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.text import Message, current_language

SCHEMA = {"type": pl.String, "asset_type": pl.String, "source": pl.String, "count": pl.Int64, "data_of": pl.Date}


def status(territory: Territory) -> Answer:
    """Count the assets by type and source, and the results kept in the twin."""
    assets = _inventories(territory)
    layers = territory.store.layers()
    results = {name: layers.get(name, 0) for name in ("action", "outcome", "plan", "evaluation")}
    plan = _plan(territory)
    fingerprint = territory.fingerprint()
    headings = [
        Heading(name="type", label=_("Type")),
        Heading(name="source", label=_("Source")),
        Heading(name="count", label=_("Count")),
        Heading(name="data_of", label=_("Data of")),
    ]
    return Answer(
        title=_("{name} ({code})", name=territory.name, code=territory.code),
        sections=[
            Section(
                title=_("Assets"),
                lines=[] if assets.height else [_("The twin is empty.")],
                table=assets if assets.height else None,
                headings=headings,
            ),
            Section(title=_("Results"), lines=_result_lines(results, plan, fingerprint)),
        ],
        data={
            "territory": {"code": territory.code, "name": territory.name, "synthetic": territory.synthetic},
            "version": __version__,
            "fingerprint": fingerprint,
            "assets": assets.drop("type").to_dicts(),
            "results": results,
            "plan_made_on": None if plan is None else plan.made_on,
            "plan_up_to_date": None if plan is None else plan.fingerprint == fingerprint,
        },
        next_step=_("bocage diagnose") if assets.height else _("bocage import inventory.csv"),
    )


def _inventories(territory: Territory) -> pl.DataFrame:
    """One row per type and source of assets: how many, and the date of the latest data."""
    language = current_language()
    rows = []
    for table in territory.asset_tables.values():
        if not territory.store.count_assets(table):
            continue
        sources = (
            territory.store.read_assets(table, columns=["source", "valid_from"])
            .group_by("source")
            .agg(pl.len().alias("count"), pl.col("valid_from").max().alias("data_of"))
            .sort("source")
        )
        rows += [
            {**row, "type": table.label[language], "asset_type": table.name, "source": row["source"] or ""}
            for row in sources.iter_rows(named=True)
        ]
    return pl.DataFrame(rows, schema=SCHEMA)


def _result_lines(results: dict[str, int], plan: PlanRecord | None, fingerprint: str) -> list[Message]:
    lines = [
        _("{action} actions, {outcome} outcomes, {plan} lines of plan, {evaluation} evaluations planned", **results)
    ]
    if plan is not None:
        lines.append(_("Plan computed on {date}", date=_day(plan.made_on)))
        if plan.fingerprint != fingerprint:
            lines.append(_("The inventory or the settings have changed since: plan again before reporting."))
    return lines


def _plan(territory: Territory) -> PlanRecord | None:
    """The last plan; None where there is none that can be read."""
    try:
        return load_plan(territory.folder / "results")
    except BocageError:
        return None


def _day(date: dt.date) -> dict[str, str]:
    return {"fr": date.strftime("%d/%m/%Y"), "en": date.isoformat()}
