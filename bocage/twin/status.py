"""Status: what the twin holds, from where, and what can be done next."""

import datetime as dt

import polars as pl

from bocage import __version__
from bocage.twin.answer import Answer, Heading, Section
from bocage.twin.plan_record import FILE, load_plan
from bocage.twin.territory import Territory
from bocage.twin.wording import _
from bocage.vocabulary.text import current_language


def status(territory: Territory) -> Answer:
    """Count the assets by type and source, and the results kept in the twin."""
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
            {
                "type": table.label[language],
                "asset_type": table.name,
                "source": row["source"] or "",
                "count": row["count"],
                "data_of": row["data_of"],
            }
            for row in sources.iter_rows(named=True)
        ]
    schema = {"type": pl.String, "asset_type": pl.String, "source": pl.String, "count": pl.Int64, "data_of": pl.Date}
    assets = pl.DataFrame(rows, schema=schema)
    layers = territory.store.layers()
    results = {name: layers.get(name, 0) for name in ("action", "outcome", "plan", "evaluation")}
    made_on = _plan_date(territory)
    return Answer(
        title=_("{name} ({code})", name=territory.name, code=territory.code),
        sections=[
            Section(
                title=_("Assets"),
                lines=[] if rows else [_("The twin is empty.")],
                table=assets if rows else None,
                headings=[
                    Heading(name="type", label=_("Type")),
                    Heading(name="source", label=_("Source")),
                    Heading(name="count", label=_("Count")),
                    Heading(name="data_of", label=_("Data of")),
                ],
            ),
            Section(
                title=_("Results"),
                lines=[
                    _(
                        "{action} actions, {outcome} outcomes, {plan} lines of plan, {evaluation} evaluations planned",
                        **results,
                    ),
                    *([] if made_on is None else [_("Plan computed on {date}", date=_day(made_on))]),
                ],
            ),
        ],
        data={
            "territory": {"code": territory.code, "name": territory.name, "synthetic": territory.synthetic},
            "version": __version__,
            "fingerprint": territory.fingerprint(),
            "assets": assets.drop("type").to_dicts(),
            "results": results,
            "plan_made_on": made_on,
        },
        next_step=_("bocage diagnose") if rows else _("bocage import inventory.csv"),
    )


def _plan_date(territory: Territory) -> dt.date | None:
    folder = territory.folder / "results"
    return load_plan(folder).made_on if (folder / FILE).is_file() else None


def _day(date: dt.date) -> dict[str, str]:
    return {"fr": date.strftime("%d/%m/%Y"), "en": date.isoformat()}
