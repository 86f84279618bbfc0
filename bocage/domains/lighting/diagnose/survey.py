"""Survey: diagnosis and standard variants of millions of luminaires, by commune.

The physics of a luminaire depends on few values, and most luminaires share them: it is computed once for each
distinct set of values, then carried back to the rows. Sums, draws and indicators are those of the other verbs.
"""

from collections.abc import Mapping

import numpy as np
import polars as pl

from bocage.domains.lighting.actions.change import edit
from bocage.domains.lighting.actions.cost import COST_PARAMETERS, unit_cost_eur
from bocage.domains.lighting.diagnose.findings import judged, rules
from bocage.domains.lighting.diagnose.signatures import Ints, Signatures, sign, technical
from bocage.domains.lighting.diagnose.variants import VARIANTS, Touched, feasible, touch
from bocage.domains.lighting.inventory import complete
from bocage.domains.lighting.inventory.declared import LUMINAIRE, lighting_parameters
from bocage.domains.lighting.physics.load import with_load
from bocage.domains.lighting.simulate.bill import Bill, bill_of
from bocage.domains.lighting.simulate.embodied import embodied_each_kgco2e
from bocage.domains.lighting.simulate.factors import Factors
from bocage.domains.lighting.simulate.indicators import state, state_shares, table
from bocage.vocabulary.domain import COMMUNE_PREFIX, WHOLE_TERRITORY, Assets, Site, Surveyed
from bocage.vocabulary.draws import Array, DrawTable, difference, forecast_share

REFERENCE, SIGNATURE = "reference", "_signature"
Lots = dict[tuple[str, int], Array]
"""Factors of the cost of each kind of works in each commune: several variants ask for the same."""
FIGURES = ("technology", "system_power_w", "energy_kwh_year", "flags", "priority", "on_defaults")


def survey(assets: Assets, site: Site) -> Surveyed:
    """Present state, findings and variants of very many luminaires, for the whole and by commune.

    Args:
        assets: not completed; luminaires alone count, each with its `commune_code`.
        site: where, when, seed and number of draws.

    Returns:
        For each luminaire its figures and its energy under each variant; outcomes of doing nothing and
        effect of each variant; how many luminaires each finding concerns.

    100 W day and night are 876 kWh a year, wherever they are counted:

    >>> import datetime as dt
    >>> site = Site(territory_id="00", longitude_deg=2.0, latitude_deg=47.0, date=dt.date(2026, 1, 1), draws=20)
    >>> lamp = pl.DataFrame({"asset_id": ["a"], "commune_code": ["00001"], "technology": ["HG"],
    ...                      "system_power_w": [100.0], "regime": ["permanent"]})
    >>> found = survey({"luminaire": lamp}, site)
    >>> found.points["energy_kwh_year"].item(), found.outcomes.keys["scope"].unique().sort().to_list()
    (876.0, ['commune:00001', 'territory'])
    """
    completed = complete(assets, site)
    frame = completed[LUMINAIRE]
    communes = [code for code in frame["commune_code"].unique().sort() if code]
    judges = rules(site)
    physical, judging = technical(frame, [name for rule in judges for name in rule.applies.meta.root_names()])
    # whether works can be done may rest on what only rules read, such as the age: it is part of a signature
    possible = frame.select(feasible(site))
    signatures = sign(frame.with_columns(possible), communes, [*physical, *possible.columns])
    every, states, variants = _states(signatures.rows.drop(possible.columns), site)
    scopes = [WHOLE_TERRITORY, *(COMMUNE_PREFIX + code for code in communes)]
    outcomes = _outcomes(signatures, every, states, variants, scopes, site, bill_of(completed, site))
    cases = sign(
        frame.select("commune_code", *judging, pl.lit(pl.Series(SIGNATURE, signatures.at))),
        communes,
        [SIGNATURE, *judging],
    )
    of = cases.rows[SIGNATURE].to_numpy()
    loaded = judged(every[of].with_columns(cases.rows.select(judging)), site)
    figures = loaded.rename({"energy_kwh": "energy_kwh_year"}).select(
        *FIGURES,
        *(every["energy_kwh"][states[name][of]].alias(f"energy_kwh_year_{name}") for name in variants),
    )
    points = pl.concat([frame.select("asset_id", "commune_code"), figures[cases.at]], how="horizontal")
    hits = loaded.select(rule.applies.fill_null(value=False).cast(pl.Int64).alias(rule.code) for rule in judges)
    counts = cases.sums(hits).with_columns(pl.Series("scope", scopes))
    findings = counts.unpivot(index="scope", variable_name="code", value_name="count").filter(pl.col("count") > 0)
    return Surveyed(points, outcomes, findings)


def _states(rows: pl.DataFrame, site: Site) -> tuple[pl.DataFrame, dict[str, Ints], dict[str, Touched]]:
    """Load of the signatures as they are and as each variant makes those that it touches, all at once.

    Returns:
        The rows with their load, the signatures first; by state, the row that each signature then is;
        by variant, the signatures that it touches.
    """
    variants = {name: touch(rows, kinds, site) for name, kinds in VARIANTS.items()}
    edited = edit(pl.concat([touched.rows for touched in variants.values()]), site)
    every = with_load(pl.concat([rows, edited], how="diagonal_relaxed"), site)
    states = {REFERENCE: np.arange(rows.height)}
    after = rows.height
    for name, touched in variants.items():
        states[name] = np.arange(rows.height)
        states[name][touched.chosen.to_numpy()] = np.arange(after, after + touched.rows.height)
        after += touched.rows.height
    return every, states, variants


def _outcomes(
    signatures: Signatures,
    every: pl.DataFrame,
    states: Mapping[str, Ints],
    variants: Mapping[str, Touched],
    scopes: list[str],
    site: Site,
    bill: Bill,
) -> DrawTable:
    """Outcomes of doing nothing, then the effect of each variant, for the whole and by commune."""
    keys = pl.DataFrame({"scope": scopes})
    today, *after = signatures.totals(every, list(states.values()), site)
    nothing = state(today, site, bill)
    outcomes = [_named(REFERENCE, table(nothing, state_shares(today, bill), keys))]
    works = _works(signatures, variants, scopes, site)
    for name, total in zip(variants, after, strict=True):
        done = state(total, site, bill, today=today)
        effects = {key: difference(done[key], nothing[key]) for key in done} | works[name]
        outcomes.append(_named(name, table(effects, {key: forecast_share(effects[key]) for key in effects}, keys)))
    return DrawTable.stack(outcomes)


def _works(
    signatures: Signatures, variants: Mapping[str, Touched], scopes: list[str], site: Site
) -> dict[str, dict[str, Array]]:
    """What the works of each variant cost and embody for each scope (c, K)."""
    price, size = unit_cost_eur(lighting_parameters(site)), signatures.rows.height
    columns: dict[str, Array] = {}
    for name, touched in variants.items():
        chosen = touched.chosen.to_numpy()
        for kind, marks in touched.kinds.items():
            priced = touched.rows.select(pl.lit(kind).alias("kind"), "lantern").select(price)
            count, unit = np.zeros(size), np.zeros(size)
            count[chosen] = marks.to_numpy()
            unit[chosen] = np.where(marks.to_numpy(), priced.to_series().to_numpy(), 0.0)
            columns |= {f"{name} {kind} count": count, f"{name} {kind} cost": unit}
    sums = signatures.sums(pl.DataFrame(columns))
    factors = Factors(site)
    lots: Lots = {}
    works = {}
    for name, touched in variants.items():
        embodied, cost = (np.zeros((len(scopes), site.draws)) for _ in range(2))
        for kind in touched.kinds:
            embodied += sums[f"{name} {kind} count"].to_numpy()[:, None] * embodied_each_kgco2e(kind, site)
            _add_cost(cost, sums[f"{name} {kind} cost"], kind, scopes, factors, lots)
        cost[0] = cost.sum(axis=0)
        works[name] = {"embodied_carbon_kgco2e": embodied, "investment_eur": cost}
    return works


def _add_cost(total: Array, cost_eur: pl.Series, kind: str, scopes: list[str], factors: Factors, lots: Lots) -> None:
    """Add the cost of a kind of works; what is let in one commune is one lot of each kind.

    Luminaires of no known commune are one lot more, in the place of the whole.
    """
    sums = cost_eur.to_numpy()
    central = np.round([sums[0] - sums[1:].sum(), *sums[1:]], 2)
    for rank in np.flatnonzero(central).tolist():
        if (kind, rank) not in lots:
            lots[kind, rank] = factors.cost(COST_PARAMETERS[kind], lot_name(kind, scopes[rank]))
        total[rank] += central[rank] * lots[kind, rank]


def lot_name(kind: str, scope: str) -> str:
    """Name of the works of one kind in one commune, as an action would be identified."""
    return f"LIG-{kind.upper()}-{scope.removeprefix(COMMUNE_PREFIX)}"


def _named(action_set: str, outcomes: DrawTable) -> DrawTable:
    keys = outcomes.keys.select(pl.lit(action_set).alias("action_set"), pl.all())
    return DrawTable(keys, outcomes.draws, outcomes.default_share)
