"""Evaluate: what works really did, from the meters, against what was foreseen."""

import datetime as dt

import polars as pl

from bocage.twin.answer import Answer, Heading, Section
from bocage.twin.noun_headings import indicators_of
from bocage.twin.territory import Territory
from bocage.twin.wording import _
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import noun_tables, shared_asset_tables
from bocage.vocabulary.domain import Domain
from bocage.vocabulary.text import Language, current_language

METERED = ("invoice",)
"""Shared assets from which a domain can measure without an inventory of its own."""
SINCE = "since-"


def evaluate(territory: Territory, *, domain: str | None = None, since: dt.date | None = None) -> Answer:
    """Measure the effect of works on the meters, and keep it in the twin as evaluations.

    Args:
        territory: open territory.
        domain: name of a domain; all that can measure where None.
        since: measure what changed from this day on, whatever its cause, as if works on everything had
            been accepted that day; the works of the twin are left aside.

    Raises:
        BocageError: BOC-TWI-060 no works have been accepted and no date is given, 061 no domain has
            anything to measure with.
    """
    works = _works(territory, since)
    if works.filter(pl.col("accepted").is_not_null()).is_empty():
        raise BocageError("BOC-TWI-060", where={"folder": territory.folder})
    chosen = metering_domains(territory, domain)
    if not chosen:
        raise BocageError("BOC-TWI-061", where={"folder": territory.folder})
    language = current_language()
    sections: list[Section] = []
    data: dict[str, object] = {}
    for one in chosen:
        site = territory.site(one)
        rows = one.measure(territory.assets(one, site), works, site)
        _record(territory, rows)
        compared = _with_predictions(territory, one, rows, works)
        sections.append(
            Section(
                title=one.label,
                lines=[{"fr": f"- {text}", "en": f"- {text}"} for text in rows["method"].unique(maintain_order=True)],
                table=_readable(compared, one, language),
                headings=_headings(),
            )
        )
        data[one.name] = compared.to_dicts()
    return Answer(
        title=_("Measured effect of works in {name}", name=territory.name),
        sections=sections,
        data=data,
        next_step=_("bocage export, for all evaluations as a table"),
    )


def metering_domains(territory: Territory, name: str | None) -> list[Domain]:
    """The domain of that name, or those that have assets or metered data of their own kind."""
    if name is not None:
        return [territory.domain(name)]
    shared = shared_asset_tables()
    metered = {kind for kind in METERED if territory.store.count_assets(shared[kind])}
    return [
        domain
        for domain in territory.domains
        if metered & set(domain.reads) or any(territory.store.count_assets(table) for table in domain.tables)
    ]


def _works(territory: Territory, since: dt.date | None) -> pl.DataFrame:
    table = noun_tables()["works"]
    if since is None:
        return territory.store.read_rows(table)
    row = {"works_id": f"{SINCE}{since.isoformat()}", "started": since, "accepted": since, "status": "done"}
    return table.conform(pl.DataFrame([row]))


def _record(territory: Territory, rows: pl.DataFrame) -> None:
    if rows.height:
        territory.store.write_rows(noun_tables()["evaluation"], rows)


def _with_predictions(territory: Territory, domain: Domain, rows: pl.DataFrame, works: pl.DataFrame) -> pl.DataFrame:
    """Add what the actions were foreseen to save, on the inventory before the works, and measured over foreseen."""
    foreseen = {
        row["action_id"]: foreseen_energy(territory, domain, row["action_id"], row["started"] or row["accepted"])
        for row in works.iter_rows(named=True)
        if row["action_id"] and row["accepted"]
    }
    predicted = pl.Series("predicted", [foreseen.get(key) for key in rows["action_id"]], dtype=pl.Float64)
    realised = pl.when(pl.col("predicted") != 0).then(100 * pl.col("effect") / pl.col("predicted"))
    return rows.with_columns(predicted).with_columns(realised.alias("realised_percent"))


def foreseen_energy(territory: Territory, domain: Domain, action_id: str, day: dt.date) -> float | None:
    """Mean yearly energy effect of an action as the domain appraises it on the assets of the day before the works.

    Args:
        territory: open territory.
        domain: domain of the action.
        action_id: action.
        day: first day of the works.

    Returns:
        Change of the yearly energy [kWh/year], below zero where energy is saved; None where the action is not known.
    """
    action = territory.store.read_rows(noun_tables()["action"], {"action_id": action_id, "domain": domain.name})
    if action.is_empty():
        return None
    site = territory.site(domain)
    before = day - dt.timedelta(days=1)
    assets = {table.name: territory.store.read_assets(table, on=before) for table in domain.tables}
    if not any(frame.height for frame in assets.values()):
        assets = {table.name: territory.store.read_assets(table) for table in domain.tables}
    found = domain.appraise(domain.complete(assets, site), action, site)
    energy = [name for name, one in domain.indicators.items() if one.role == "energy"]
    rows = found.where(pl.col("indicator").is_in(energy))
    return float(rows.draws.mean(axis=1).sum()) if len(rows.draws) else None


def _readable(rows: pl.DataFrame, domain: Domain, language: Language) -> pl.DataFrame:
    labels = {name: one.label[language] for name, one in indicators_of([domain]).items()}
    return rows.with_columns(pl.col("indicator").replace_strict(labels, default=pl.col("indicator")).alias("label"))


def _headings() -> list[Heading]:
    return [
        Heading(name="evaluation_id", label=_("Evaluation")),
        Heading(name="label", label=_("Indicator")),
        Heading(name="effect", label=_("Measured")),
        Heading(name="low", label=_("Low (P10)")),
        Heading(name="high", label=_("High (P90)")),
        Heading(name="unit", label=_("Unit")),
        Heading(name="placebo_effect", label=_("Placebo")),
        Heading(name="predicted", label=_("Foreseen")),
        Heading(name="realised_percent", label=_("Measured over foreseen"), unit="%"),
        Heading(name="verdict", label=_("Verdict")),
    ]
