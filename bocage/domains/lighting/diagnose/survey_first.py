"""What to survey first: which missing datum, known, would narrow the interval of the energy most."""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from bocage.domains.lighting.diagnose.rule import sure
from bocage.domains.lighting.inventory.declared import LOCALE, LUMINAIRE, luminaire_table
from bocage.domains.lighting.simulate.totals import SUMMED, totals
from bocage.vocabulary.domain import Finding, ResultTable, Site
from bocage.vocabulary.draws import HIGH_PERCENTILE, LOW_PERCENTILE, Array
from bocage.vocabulary.text import LANGUAGES, Message

CHAIN = ("technology", "lamp_power_w", "system_power_w")
"""From the datum that says least to the one that settles the power: the first one missing is to be read."""
REST = ""
SURVEY = "_survey"
PLACE = "_place"
PERCENT = 100.0
DRAWS = 1000
"""Draws of this comparison alone: with fewer, chance correlations hide small gains."""
MOST_PLACES = 50
"""Places compared, those with most points to survey."""
LEAST_GAIN = 0.1
"""Narrowing of the interval below which nothing is worth a survey [points of percent]."""


@dataclass(frozen=True)
class Gain:
    """What a survey would bring.

    Attributes:
        datum: column to read.
        place: sector, commune or street; empty for all places.
        points: number of luminaires to visit.
        before_percent: width of the interval of the energy today, over its mean [%].
        after_percent: the same once the datum is known [%].
    """

    datum: str
    place: str
    points: int
    before_percent: float
    after_percent: float


def survey_gains(rows: pl.DataFrame, site: Site) -> list[Gain]:
    """Gains of reading each missing datum everywhere, then of reading all of them place by place.

    The energy is drawn again with the power of the surveyed points known, all else equal: the
    expected value of perfect information on the width of the interval. Hours are left out: what is
    uncertain of them (the exact switching of each device) no label tells.

    Args:
        rows: luminaires after `with_load`.
        site: seed.

    Returns:
        The most useful first, data before places.
    """
    site = replace(site, draws=DRAWS)
    missing = pl.coalesce(pl.when(~sure(name).fill_null(value=False)).then(pl.lit(name)) for name in CHAIN)
    settled = sure("system_power_w").fill_null(value=False)
    narrow = rows.with_columns(
        pl.when(settled).then(pl.lit(REST)).otherwise(missing).alias(SURVEY), _place(rows).alias(PLACE)
    ).select(list(dict.fromkeys([SURVEY, PLACE, *SUMMED])))
    unsure = narrow.filter(pl.col(SURVEY) != REST)
    if unsure.is_empty():
        return []
    whole = totals(narrow.with_columns(pl.lit("all").alias("_key")), "_key", ["all"], site).draws["energy_kwh"][0]
    by_datum = _gains(unsure, SURVEY, whole, site)
    named = unsure.filter(pl.col(PLACE) != "")
    sizes = named.group_by(PLACE).len().sort("len", PLACE, descending=[True, False])
    busiest = named.filter(pl.col(PLACE).is_in(sizes[PLACE].head(MOST_PLACES).implode()))
    by_place = _gains(busiest, PLACE, whole, site) if len(sizes) > 1 else []
    order = sorted(by_datum, key=lambda gain: gain.after_percent)
    return [*order, *sorted(by_place, key=lambda gain: gain.after_percent)]


def _place(rows: pl.DataFrame) -> pl.Expr:
    """Where a survey team would go: communes where there are several, else sectors, else streets."""
    several = rows["commune_code"].drop_nulls().n_unique() > 1
    names = ("commune_code", "sector", "street") if several else ("sector", "street")
    return pl.coalesce(pl.when(pl.col(name) != "").then(pl.col(name)) for name in names).fill_null("")


def _gains(unsure: pl.DataFrame, key: str, whole: Array, site: Site) -> list[Gain]:
    """Width of the interval once the rows of each value of the key have their power known."""
    counts = dict(unsure.group_by(key).len().sort(key).iter_rows())
    names = list(counts)
    today = totals(unsure, key, names, site).draws["energy_kwh"]
    certain = unsure.with_columns(ratio_low=pl.lit(1.0), ratio_high=pl.lit(1.0))
    known = totals(certain, key, names, site).draws["energy_kwh"]
    before = _width_percent(whole)
    return [
        Gain(
            datum=name if key == SURVEY else "",
            place=name if key == PLACE else "",
            points=counts[name],
            before_percent=before,
            # Knowing more never widens: what remains above is chance correlation between draws.
            after_percent=min(_width_percent(whole - today[rank] + known[rank]), before),
        )
        for rank, name in enumerate(names)
    ]


def _width_percent(draws: Array) -> float:
    low, high = np.percentile(draws, [LOW_PERCENTILE, HIGH_PERCENTILE])
    mean = float(draws.mean())
    return PERCENT * float(high - low) / mean if mean > 0 else 0.0


def survey_finding(rows: pl.DataFrame, gains: list[Gain]) -> list[Finding]:
    """The finding that says what to read first, and where to begin; none where nothing would be gained.

    Args:
        rows: luminaires after `with_load`.
        gains: of `survey_gains`.
    """
    data = [gain for gain in gains if gain.datum]
    places = [gain for gain in gains if gain.place]
    if not data or data[0].before_percent - data[0].after_percent < LEAST_GAIN:
        return []
    best = data[0]
    values: dict[str, object] = {
        "datum": {language: luminaire_table().column(best.datum).label[language].lower() for language in LANGUAGES},
        "count": best.points,
        "before": best.before_percent,
        "after": best.after_percent,
    }
    if places:
        values |= {"place": places[0].place, "points": places[0].points}
        sentence = Message(
            "Read first the {datum} of {count} light points: the interval of the energy would narrow from {before:1}%"
            " to {after:1}% of its value; the place to begin with is {place} ({points} points)",
            values,
            LOCALE,
        )
    else:
        sentence = Message(
            "Read first the {datum} of {count} light points: the interval of the energy would narrow from {before:1}%"
            " to {after:1}% of its value",
            values,
            LOCALE,
        )
    concerned = _first_missing(rows, best.datum)
    return [Finding(code="BOC-LIG-028", sentence=sentence, asset_type=LUMINAIRE, asset_ids=concerned)]


def _first_missing(rows: pl.DataFrame, datum: str) -> list[str]:
    earlier = CHAIN[: CHAIN.index(datum)]
    wanted = ~sure(datum) & ~sure("system_power_w")
    for name in earlier:
        wanted = wanted & sure(name)
    found: list[str] = rows.filter(wanted.fill_null(value=False))["asset_id"].sort().to_list()
    return found


def survey_table(gains: list[Gain]) -> ResultTable:
    """The gains as a table: what to read or where, how many points, interval before and after."""
    title = Message("What to survey first: width of the interval of the energy, before and after", {}, LOCALE)
    lines = [
        {
            **{
                f"label_{language}": luminaire_table().column(gain.datum).label[language] if gain.datum else gain.place
                for language in LANGUAGES
            },
            "light_points": gain.points,
            "before_percent": gain.before_percent,
            "after_percent": gain.after_percent,
        }
        for gain in gains
    ]
    schema = {"label_fr": pl.String, "label_en": pl.String, "light_points": pl.Int64}
    return ResultTable("survey", title, pl.DataFrame(lines, schema_overrides=schema))
