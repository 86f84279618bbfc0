"""The territory against national figures: per point, per km of lit road, per inhabitant."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from bocage.domains.lighting.inventory.declared import LOCALE, LUMINAIRE, lighting_parameters
from bocage.vocabulary.domain import WHOLE_TERRITORY, Finding, ResultTable, Site
from bocage.vocabulary.draws import HIGH_PERCENTILE, LOW_PERCENTILE, Array, DrawTable
from bocage.vocabulary.text import LANGUAGES, Language, Message
from bocage.vocabulary.units import METRES_PER_KM, WATTS_PER_KILOWATT, units

PERCENT = 100.0


@dataclass(frozen=True)
class Comparison:
    """One figure of the territory against the national one.

    Attributes:
        name: parameter of `national.yaml`.
        unit: declared unit code.
        draws: figure of the territory (K,).
        reference: national figure, with its range where one was published.
    """

    name: str
    unit: str
    draws: Array
    reference: tuple[float, float | None, float | None]

    @property
    def interval(self) -> tuple[float, float]:
        """10th and 90th percentiles of the figure of the territory."""
        low, high = np.percentile(self.draws, [LOW_PERCENTILE, HIGH_PERCENTILE])
        return float(low), float(high)

    @property
    def verdict(self) -> str:
        """`below`, `within` or `above` the published range; `` where none was published.

        A figure is outside only where its own interval does not meet the range.
        """
        _, low, high = self.reference
        if low is None or high is None:
            return ""
        mine = self.interval
        return "above" if mine[0] > high else "below" if mine[1] < low else "within"


def compared(rows: pl.DataFrame, outcomes: DrawTable, roads: pl.DataFrame | None, site: Site) -> list[Comparison]:
    """Figures of the territory that have a national counterpart; those that cannot be computed are left out.

    Args:
        rows: luminaires after `with_load`, at least one.
        outcomes: of the diagnosis.
        roads: figures of lit roads, None where none is known.
        site: population, date.
    """
    whole = outcomes.where(pl.col("scope") == WHOLE_TERRITORY)
    points = whole.draws_of("light_points")
    if not points.all():
        return []
    energy = whole.draws_of("energy_kwh_year")
    certain = np.ones_like(energy)
    figures = {
        "power_per_point": WATTS_PER_KILOWATT * whole.draws_of("installed_power_kw") / points,
        "energy_per_point": energy / points,
        "led_share": PERCENT * float(rows["is_led"].mean() or 0.0) * certain,  # type: ignore[arg-type]  # a real column
    }
    if roads is not None:
        lit = roads.filter(pl.col("luminaires") > 0).select(pl.col("luminaires", "length_m").sum()).row(0)
        if lit[1]:
            figures["points_per_km"] = METRES_PER_KM * lit[0] / lit[1] * certain
    if site.population:
        figures["energy_per_inhabitant"] = energy / site.population
        figures["cost_per_inhabitant"] = whole.draws_of("electricity_cost_eur_year") / site.population
    parameters = lighting_parameters(site)
    found = []
    for name, draws in figures.items():
        value = parameters[f"national.{name}"]
        found.append(Comparison(name, value.unit, draws, (float(value.value), value.low, value.high)))
    return found


def national_table(comparisons: list[Comparison], site: Site) -> ResultTable:
    """The comparisons as a table: figure, interval, national value and range, ratio, verdict, source."""
    parameters = lighting_parameters(site)
    lines = []
    for one in comparisons:
        value = parameters[f"national.{one.name}"]
        lines.append(
            {
                **{f"label_{language}": _label(one.name).say(language) for language in LANGUAGES},
                "value": float(one.draws.mean()),
                "low": one.interval[0],
                "high": one.interval[1],
                **{f"unit_{language}": units()[one.unit].label[language] for language in LANGUAGES},
                "national": one.reference[0],
                "national_low": one.reference[1],
                "national_high": one.reference[2],
                "ratio": float(one.draws.mean()) / one.reference[0],
                **{f"verdict_{language}": _verdict(one.verdict, language) for language in LANGUAGES},
                **{f"source_{language}": value.reference[language] for language in LANGUAGES},
            }
        )
    schema = {"national_low": pl.Float64, "national_high": pl.Float64}
    title = Message("Against national figures (sources to verify)", {}, LOCALE)
    return ResultTable("national", title, pl.DataFrame(lines, schema_overrides=schema))


def national_finding(comparisons: list[Comparison]) -> list[Finding]:
    """The finding that says which figures lie above the range published for France; none where none does."""
    above = [one for one in comparisons if one.verdict == "above" and one.name != "led_share"]
    if not above:
        return []
    said = {language: "; ".join(_said(one, language) for one in above) for language in LANGUAGES}
    said["fr"] = said["fr"].replace("; ", "\u202f; ")
    sentence = Message("Above the national figures (sources to verify): {figures}", {"figures": said}, LOCALE)
    return [Finding(code="BOC-LIG-029", sentence=sentence, asset_type=LUMINAIRE, asset_ids=[])]


def _said(one: Comparison, language: Language) -> str:
    _, low, high = one.reference
    numbers = {
        "value": float(one.draws.mean()),
        "low": low,
        "high": high,
        "label": {key: _label(one.name).say(key).lower() for key in LANGUAGES},
        "unit": {key: units()[one.unit].label[key] for key in LANGUAGES},
    }
    return Message("{label} {value} {unit} against {low} to {high}", numbers, LOCALE).say(language)


def _label(name: str) -> Message:
    labels = {
        "power_per_point": Message("Power per point", {}, LOCALE),
        "energy_per_point": Message("Energy per point", {}, LOCALE),
        "led_share": Message("Share of LEDs", {}, LOCALE),
        "points_per_km": Message("Points per km of lit road", {}, LOCALE),
        "energy_per_inhabitant": Message("Energy per inhabitant", {}, LOCALE),
        "cost_per_inhabitant": Message("Electricity bill per inhabitant", {}, LOCALE),
    }
    return labels[name]


def _verdict(verdict: str, language: Language) -> str:
    words = {
        "below": Message("below", {}, LOCALE),
        "within": Message("within", {}, LOCALE),
        "above": Message("above", {}, LOCALE),
        "": Message("no range published", {}, LOCALE),
    }
    return words[verdict].say(language)
