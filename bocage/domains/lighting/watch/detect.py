"""Alerts: the rules run on every cabinet that is metered, each deviation said in both languages with its evidence."""

import datetime as dt
import json
from collections.abc import Mapping

import polars as pl

from bocage.domains.lighting.inventory.declared import FOLDER, LOCALE, lighting_parameters
from bocage.domains.lighting.watch.curves import ACTIVE_POWER, Curve, curves
from bocage.domains.lighting.watch.rules import RULES, Deviation
from bocage.vocabulary.codes import read_codes
from bocage.vocabulary.columns import noun_tables
from bocage.vocabulary.domain import Assets, Site
from bocage.vocabulary.text import Message

DOMAIN = "lighting"
CABINET_GROUP = "cabinet:"


def _(template: str) -> Message:
    return Message(template, {}, LOCALE)


SENTENCES: Mapping[str, Message] = {
    "BOC-LIG-060": _("Cabinet {cabinet}: about {count} of {of} lamps out since {date}"),
    "BOC-LIG-061": _("Cabinet {cabinet}: lit by day for {hours:1} h a day, on {days} days since {date}"),
    "BOC-LIG-062": _(
        "Cabinet {cabinet}: switches on {on} min late and off {off} min late since {date} (negative: early)"
    ),
    "BOC-LIG-063": _("Cabinet {cabinet}: power factor of {now:2} since {date}, {then:2} before"),
    "BOC-LIG-064": _("Cabinet {cabinet}: one phase {share}% away from the mean since {date}, {then}% before"),
    "BOC-LIG-065": _(
        "Cabinet {cabinet}: {peak:1} kVA drawn for {subscribed:1} kVA subscribed, {nights} nights since {date}"
    ),
    "BOC-LIG-066": _(
        "Cabinet {cabinet}: draws {share}% of full power where {wanted}% is wanted, since {date}: the level is stuck"
    ),
}
LEAK = _("Cabinet {cabinet}: {leak:2} A leak to earth since {date}")


def detect(
    assets: Assets,
    series: pl.DataFrame,
    observations: pl.DataFrame,
    site: Site,
    *,
    start: dt.datetime,
    end: dt.datetime,
) -> pl.DataFrame:
    """Deviations of the load curves of cabinets from what their luminaires should draw.

    The series are those of a cabinet (`asset_id`): `active_power`, and where they exist
    `reactive_power`, `current_l1` to `current_l3`, `leakage_current`. What is usual at a cabinet is told
    by the first quarter of its nights, at least three: a window that begins after the fault sees
    nothing of the rules that compare with it.

    Args:
        assets: completed.
        series: rows of the noun `series`.
        observations: rows of the noun `observation` within [start, end).
        site: where, settings.
        start: first instant, UTC.
        end: instant after the last, UTC.

    Returns:
        Rows of the noun `alert`, at most one for each rule and cabinet, the dearest first.
    """
    table, parameters = noun_tables()["alert"], lighting_parameters(site)
    declared = read_codes(FOLDER / "codes.csv")
    names = _names(assets)
    rows = [
        _alert(
            curve,
            code,
            deviation,
            severity=declared[code].severity,
            series=series,
            name=names.get(curve.cabinet_id, curve.cabinet_id),
        )
        for curve in curves(assets, series, observations, site, start=start, end=end)
        for code, rule in RULES.items()
        if (deviation := rule(curve, parameters)) is not None
    ]
    if not rows:
        return table.empty()
    found = table.conform(pl.DataFrame(rows, infer_schema_length=None))
    return found.sort("cost_if_ignored_eur_year", "alert_id", descending=[True, False], nulls_last=True)


def _names(assets: Assets) -> dict[str, str]:
    """What people call the cabinets that have a name, by identifier."""
    if "cabinet" not in assets or "name" not in assets["cabinet"].columns:
        return {}
    return dict(assets["cabinet"].select("asset_id", "name").drop_nulls().iter_rows())


def _alert(
    curve: Curve, code: str, deviation: Deviation, *, severity: str, series: pl.DataFrame, name: str
) -> dict[str, object]:
    first, last = curve.instant(deviation.first), curve.instant(deviation.last + 1)
    sentence = LEAK if "leak" in deviation.values else SENTENCES[code]
    values = {
        **deviation.values,
        "cabinet": name,
        "date": {"fr": first.strftime("%d/%m/%Y"), "en": first.date().isoformat()},
    }
    said = Message(sentence.template, values, LOCALE)
    own = series.filter(pl.col("asset_id") == curve.cabinet_id, pl.col("quantity") == ACTIVE_POWER)
    evidence = {
        "series_id": own["series_id"][0],
        "from": first.isoformat(),
        "to": last.isoformat(),
        "measured": round(deviation.measured, 4),
        "expected": round(deviation.expected, 4),
        "unit": deviation.unit,
        "asset_ids": curve.asset_ids,
    }
    return {
        "alert_id": f"{code}:{curve.cabinet_id}",
        "code": code,
        "asset_id": curve.cabinet_id,
        "condition": "active" if deviation.lasts else "over",
        "handling": "new",
        "first_seen": first,
        "last_seen": last,
        "severity": severity,
        "cost_if_ignored_eur_year": deviation.cost_eur_year,
        "domain": DOMAIN,
        "group": f"{CABINET_GROUP}{curve.cabinet_id}",
        "sentence_fr": said.say("fr"),
        "sentence_en": said.say("en"),
        "evidence": json.dumps(evidence, ensure_ascii=False, sort_keys=True),
    }
