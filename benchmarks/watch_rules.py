"""Rules of watching: precision and recall of each on load curves with injected faults, seeds that nobody has seen."""

import datetime as dt
from collections import Counter
from typing import Any

import numpy as np

from benchmarks.frame import Figure, figure
from bocage.domains.lighting import DOMAIN
from bocage.domains.lighting.example.load_curves import FAULTS, WatchedTown, watched_town
from bocage.domains.lighting.watch.rules import RULES
from bocage.vocabulary.domain import Site

SITE = Site(territory_id="99999", longitude_deg=-0.6, latitude_deg=48.2, date=dt.date(2026, 1, 1))
TOWNS, CABINETS = 8, 40
GOAL = 0.9
CODES = dict(zip(FAULTS, RULES, strict=True))
FOLLOWS = {"BOC-LIG-065": "power_factor"}
"""A dead capacitor really overloads the subscription: that alert is neither counted for nor against its rule."""
FIRST_DAYS = (dt.date(2026, 2, 2), dt.date(2026, 6, 1))
"""Long nights and short ones, in which dimming begins before dusk."""


def run(*, seed: int) -> dict[str, Any]:
    """Median precision and recall of each rule over towns, in winter and in summer; alerts on sound cabinets.

    Args:
        seed: seed of the first town; the others follow.
    """
    towns = [(seed + number, FIRST_DAYS[number % len(FIRST_DAYS)]) for number in range(TOWNS)]
    scores = [_score(watched_town(SITE, seed=town, cabinets=CABINETS, first=first)) for town, first in towns]
    figures: list[Figure] = []
    for fault, code in CODES.items():
        for what, share in (("precision", _precision), ("recall", _recall)):
            values = [value for score in scores if (value := share(score, code)) is not None]
            median = float(np.median(values)) if values else None
            figures.append(
                figure(f"median {what} of {fault} ({code})", median, "1", goal=GOAL,
                       holds=None if median is None else median >= GOAL)
            )  # fmt: skip
    pooled: Counter[tuple[str, str]] = sum((score["counts"] for score in scores), Counter())
    found, false, missed = (sum(pooled[kind, code] for code in RULES) for kind in ("found", "false", "missed"))
    sound, alerted = (sum(score[name] for score in scores) for name in ("sound", "alerted"))
    figures += [
        figure("precision of all rules", found / max(found + false, 1), "1", goal=GOAL,
               holds=found >= GOAL * (found + false)),
        figure("recall of all rules", found / max(found + missed, 1), "1", goal=GOAL,
               holds=found >= GOAL * (found + missed)),
        figure("share of sound cabinets with an alert", alerted / max(sound, 1), "1", goal=0.05,
               holds=alerted <= 0.05 * sound),
        figure("number of faults injected", found + missed, ""),
    ]  # fmt: skip
    return {"name": "watch-rules", "figures": figures}


def _score(town: WatchedTown) -> dict[str, Any]:
    assets = DOMAIN.complete({"luminaire": town.luminaires, "cabinet": town.cabinets}, SITE)
    alerts = DOMAIN.detect(assets, town.series, town.observations, SITE, start=town.start, end=town.end)
    found = set(alerts.select("code", "asset_id").iter_rows())
    truth = {(CODES[fault.kind], fault.cabinet_id) for fault in town.faults}
    kinds = {fault.cabinet_id: fault.kind for fault in town.faults}
    counts: Counter[tuple[str, str]] = Counter()
    for code, cabinet in found | truth:
        if (code, cabinet) not in truth and FOLLOWS.get(code) == kinds.get(cabinet, ""):
            continue
        kind = "missed" if (code, cabinet) not in found else "found" if (code, cabinet) in truth else "false"
        counts[kind, code] += 1
    sound = set(town.cabinets["asset_id"]) - set(kinds)
    return {"counts": counts, "sound": len(sound), "alerted": len({cabinet for _, cabinet in found} & sound)}


def _precision(score: dict[str, Any], code: str) -> float | None:
    counts = score["counts"]
    return _share(counts["found", code], counts["false", code])


def _recall(score: dict[str, Any], code: str) -> float | None:
    counts = score["counts"]
    return _share(counts["found", code], counts["missed", code])


def _share(part: int, rest: int) -> float | None:
    return part / (part + rest) if part + rest else None
