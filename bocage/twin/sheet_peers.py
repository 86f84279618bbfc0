"""A commune beside those of its size in the same territory."""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from bocage.publish.sheet.content import Comparison
from bocage.twin.communes import COMMUNE, Communes
from bocage.twin.wording import _
from bocage.vocabulary.domain import Indicator
from bocage.vocabulary.text import Message

Measure = tuple[Message, str, Mapping[str, float]]
"""Label, unit, value by commune."""
ROLES = ("stock", "energy", "cash")
PEERS = 20
LEAST_PEERS = 5


def peers_of(code: str, known: pl.DataFrame) -> list[str]:
    """The communes nearest in size: population where every commune has one, else number of assets.

    >>> known = pl.DataFrame({"commune_code": ["1", "2", "3"], "population": [10, 500, 12], "assets": [1, 2, 3]})
    >>> peers_of("1", known)[0]
    '3'
    """
    size = "population" if "population" in known.columns and not known["population"].null_count() else "assets"
    own = known.filter(pl.col(COMMUNE) == code)[size].item()
    ratio = (pl.col(size).clip(lower_bound=1).log() - float(np.log(max(own, 1)))).abs()
    others = known.filter(pl.col(COMMUNE) != code).sort(ratio, COMMUNE)
    return others[COMMUNE].head(PEERS).to_list()


def compare(code: str, known: pl.DataFrame, measures: Sequence[Measure]) -> list[Comparison]:
    """The commune beside its peers; none with fewer than five of them.

    Args:
        code: INSEE code.
        known: `commune_code`, `population`, `assets` of every commune.
        measures: see `measures_of`.
    """
    peers = peers_of(code, known)
    found = []
    for label, unit, values in measures:
        of_peers = np.array([values[peer] for peer in peers if peer in values])
        if len(of_peers) >= LEAST_PEERS:
            low, median, high = np.percentile(of_peers, [25, 50, 75])
            found.append(
                Comparison(
                    label=label,
                    unit=unit,
                    value=values.get(code),
                    low=float(low),
                    median=float(median),
                    high=float(high),
                )
            )
    return found


def measures_of(tables: Communes, indicators: Mapping[str, Indicator], points: pl.DataFrame) -> list[Measure]:
    """What communes are compared by: label, unit and value of each commune.

    Args:
        tables: tables by commune.
        indicators: declared indicators by name.
        points: `commune_code` and `priority` of each located asset.
    """
    first = {role: next((name for name, one in indicators.items() if one.role == role), "") for role in ROLES}
    wide = tables.outcomes.select(COMMUNE, "indicator", "value").pivot("indicator", index=COMMUNE, values="value")
    rows = tables.known.join(wide, on=COMMUNE, how="left")
    defaults = tables.outcomes.filter(pl.col("indicator") == first["energy"]).select(COMMUNE, "default_share")
    flagged = points.group_by(COMMUNE).agg((pl.col("priority") != "none").mean().alias("_flagged"))
    rows = rows.join(defaults, on=COMMUNE, how="left").join(flagged, on=COMMUNE, how="left")
    energy, stock, cash = (pl.col(first[role]) for role in ("energy", "stock", "cash"))
    wanted = (
        (_("Energy per point"), "kWh/year", energy / stock),
        (_("Energy per inhabitant"), "kWh/year", energy / pl.col("population")),
        (_("Bill per inhabitant"), "EUR/year", cash / pl.col("population")),
        (_("Points with a finding"), "%", 100 * pl.col("_flagged")),
        (_("Energy that rests on default or inferred values"), "%", 100 * pl.col("default_share")),
    )
    found: list[Measure] = []
    for label, unit, value in wanted:
        frame = rows.select(COMMUNE, value.cast(pl.Float64).alias("value")).filter(pl.col("value").is_finite())
        found.append((label, unit, dict(frame.iter_rows())))
    return found


def peers_note(code: str, known: pl.DataFrame) -> Message | str:
    """Which communes it was compared with; empty where there are too few."""
    count = len(peers_of(code, known))
    if count < LEAST_PEERS:
        return ""
    if known["population"].null_count():
        return _("The {count} communes of this territory nearest in number of points.", count=count)
    return _("The {count} communes of this territory nearest in population.", count=count)
