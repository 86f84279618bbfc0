"""Watch: every domain's detectors run on the stored series; alerts are kept, followed and shown."""

import datetime as dt

import polars as pl

from bocage.store.interface import Store
from bocage.twin.answer import Answer, Heading, Section
from bocage.twin.territory import Territory
from bocage.twin.wording import _
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import noun_tables
from bocage.vocabulary.domain import Domain
from bocage.vocabulary.text import Message, current_language

USUAL_DAYS = 45
"""Length of the window where none is asked for: the last days that were measured."""
HANDLED = ("resolved", "closed_without_action")
EARLIEST = dt.datetime(1990, 1, 1, tzinfo=dt.UTC)


def watch(
    territory: Territory, *, domain: str | None = None, first: dt.date | None = None, last: dt.date | None = None
) -> Answer:
    """Run the detectors on the observations of a window, and keep what they find as alerts.

    An alert that is already known keeps its first sight and its handling; one whose series were
    observed and that is no longer found is over. One that was closed and is found later is new again.
    The exit status of the answer is 1 where an alert is active.

    Args:
        territory: open territory.
        domain: name of a domain; all that have assets where None.
        first: first day, UTC; `USUAL_DAYS` before the last observation where None.
        last: last day, UTC; that of the last observation where None.

    Raises:
        BocageError: BOC-TWI-063 no observation to judge, 064 the window is empty.
    """
    nouns, store = noun_tables(), territory.store
    series = store.read_rows(nouns["series"])
    start, end = _window(store, series, first, last)
    observations = _observations(store, series, start, end)
    if observations.is_empty():
        raise BocageError("BOC-TWI-063", where={"folder": territory.folder})
    kept = []
    for one in territory.chosen_domains(domain):
        site = territory.site(one, date=end.date())
        found = one.detect(territory.assets(one, site), series, observations, site, start=start, end=end)
        kept.append(followed(store.read_rows(nouns["alert"], {"domain": one.name}), found, one, series, observations))
    alerts = pl.concat([nouns["alert"].empty(), *kept])
    if alerts.height:
        store.write_rows(nouns["alert"], alerts)
    return _answer(territory, alerts, observations, start, end)


def followed(
    known: pl.DataFrame, found: pl.DataFrame, domain: Domain, series: pl.DataFrame, observations: pl.DataFrame
) -> pl.DataFrame:
    """Alerts after a round of detection: those found, joined to what was known, and those that are over.

    Args:
        known: alerts of the domain in the twin.
        found: alerts that the detectors have just found.
        domain: whose alerts they are.
        series: rows of the noun `series`.
        observations: those of the window.
    """
    table = noun_tables()["alert"]
    before = {row["alert_id"]: row for row in known.iter_rows(named=True)}
    rows = [_joined(row, before.get(row["alert_id"])) for row in found.iter_rows(named=True)]
    seen_assets = set(
        series.filter(pl.col("series_id").is_in(observations["series_id"].unique().implode()))["asset_id"].drop_nulls()
    )
    current = set(found["alert_id"])
    rows += [
        {**row, "condition": "over"}
        for identifier, row in before.items()
        if identifier not in current and row["condition"] == "active" and row["asset_id"] in seen_assets
    ]
    if not rows:
        return table.empty()
    return table.conform(pl.DataFrame(rows, schema=table.polars_schema())).with_columns(
        pl.lit(domain.name).alias("domain")
    )


def _joined(row: dict[str, object], former: dict[str, object] | None) -> dict[str, object]:
    if former is None:
        return row
    ended, begins = former["last_seen"], row["first_seen"]
    is_new_episode = (
        former["handling"] in HANDLED
        and isinstance(ended, dt.datetime)
        and isinstance(begins, dt.datetime)
        and begins > ended
    )
    if is_new_episode:
        return row
    first_seen = min(value for value in (former["first_seen"], begins) if isinstance(value, dt.datetime))
    last_seen = max(value for value in (ended, row["last_seen"]) if isinstance(value, dt.datetime))
    return {**row, "first_seen": first_seen, "last_seen": last_seen, "handling": former["handling"]}


def _window(
    store: Store, series: pl.DataFrame, first: dt.date | None, last: dt.date | None
) -> tuple[dt.datetime, dt.datetime]:
    if last is None:
        ends = [_last_instant(store, name) for name in series["series_id"]]
        known = [instant for instant in ends if instant is not None]
        end = (max(known).date() if known else EARLIEST.date()) + dt.timedelta(days=1)
    else:
        end = last + dt.timedelta(days=1)
    begins = first or end - dt.timedelta(days=USUAL_DAYS)
    if begins >= end:
        raise BocageError("BOC-TWI-064", first=begins.isoformat(), last=(end - dt.timedelta(days=1)).isoformat())
    return tuple(dt.datetime.combine(day, dt.time(), dt.UTC) for day in (begins, end))  # type: ignore[return-value]


def _last_instant(store: Store, series_id: str) -> dt.datetime | None:
    far = dt.datetime(2200, 1, 1, tzinfo=dt.UTC)
    days = store.read_observations(series_id, start=EARLIEST, end=far, step="day")
    found = days["time"].max()
    return found if isinstance(found, dt.datetime) else None


def _observations(store: Store, series: pl.DataFrame, start: dt.datetime, end: dt.datetime) -> pl.DataFrame:
    table = noun_tables()["observation"]
    frames = [
        store.read_observations(name, start=start, end=end).with_columns(pl.lit(name).alias("series_id"))
        for name in series["series_id"]
    ]
    return pl.concat([table.empty(), *(table.conform(frame) for frame in frames)])


def _answer(
    territory: Territory, alerts: pl.DataFrame, observations: pl.DataFrame, start: dt.datetime, end: dt.datetime
) -> Answer:
    language = current_language()
    shown = alerts.with_columns(pl.col(f"sentence_{language}").alias("sentence")).sort(
        pl.col("condition") == "over", "cost_if_ignored_eur_year", descending=[False, True], nulls_last=True
    )
    active = alerts.filter(pl.col("condition") == "active").height
    last_day = (end - dt.timedelta(days=1)).date().isoformat()
    return Answer(
        title=_("Watch of {name}", name=territory.name),
        sections=[
            Section(
                title=_("Alerts"),
                lines=[
                    _(
                        "From {first} to {last}: {values} values of {series} series;"
                        " active alerts: {active}, over: {over}",
                        first=start.date().isoformat(), last=last_day, values=observations.height,
                        series=observations["series_id"].n_unique(), active=active, over=alerts.height - active,
                    )
                ],
                table=shown if shown.height else None,
                headings=_headings(),
            )
        ],
        data={"from": start.date().isoformat(), "to": last_day, "alerts": alerts.to_dicts()},
        next_step=_next_step(shown.filter(pl.col("condition") == "active")),
        exit=1 if active else 0,
    )  # fmt: skip


def _next_step(active: pl.DataFrame) -> Message | None:
    """What to type next: the code of the dearest alert explained."""
    return _("bocage explain {code}, for what to do about it", code=active["code"][0]) if active.height else None


def _headings() -> list[Heading]:
    return [
        Heading(name="code", label=_("Code")),
        Heading(name="condition", label=_("Condition")),
        Heading(name="handling", label=_("Handling")),
        Heading(name="severity", label=_("Severity")),
        Heading(name="cost_if_ignored_eur_year", label=_("Cost if ignored"), unit="EUR/year"),
        Heading(name="sentence", label=_("What happened")),
    ]
