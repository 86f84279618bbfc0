"""Status: what the twin holds, from where, and what can be done next."""

import polars as pl

from bocage import __version__
from bocage.twin.answer import Answer, Heading, Section
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
        sources = territory.store.read_assets(table, columns=["source"]).group_by("source").len().sort("source")
        rows += [
            {"type": table.label[language], "asset_type": table.name, "source": source or "", "count": count}
            for source, count in sources.iter_rows()
        ]
    schema = {"type": pl.String, "asset_type": pl.String, "source": pl.String, "count": pl.Int64}
    assets = pl.DataFrame(rows, schema=schema)
    results = {name: territory.store.layers().get(name, 0) for name in ("action", "outcome", "plan", "evaluation")}
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
                ],
            ),
            Section(
                title=_("Results"),
                lines=[
                    _(
                        "{action} actions, {outcome} outcomes, {plan} lines of plan, {evaluation} evaluations planned",
                        **results,
                    )
                ],
            ),
        ],
        data={
            "territory": {"code": territory.code, "name": territory.name, "synthetic": territory.synthetic},
            "version": __version__,
            "fingerprint": territory.fingerprint(),
            "assets": assets.drop("type").to_dicts(),
            "results": results,
        },
        next_step=_("bocage diagnose") if rows else _("bocage import inventory.csv"),
    )
