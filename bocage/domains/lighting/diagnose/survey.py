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
from bocage.domains.lighting.diagnose.signatures import Signatures, sign
from bocage.domains.lighting.diagnose.variants import VARIANTS, touch
from bocage.domains.lighting.inventory import complete
from bocage.domains.lighting.inventory.declared import LUMINAIRE, lighting_parameters
from bocage.domains.lighting.physics.load import with_load
from bocage.domains.lighting.simulate.bill import Bill, bill_of
from bocage.domains.lighting.simulate.embodied import embodied_each_kgco2e
from bocage.domains.lighting.simulate.factors import Factors
from bocage.domains.lighting.simulate.indicators import state, state_shares, table
from bocage.domains.lighting.simulate.totals import SUMMED, Totals
from bocage.vocabulary.domain import COMMUNE_PREFIX, WHOLE_TERRITORY, Assets, Site, Surveyed
from bocage.vocabulary.draws import Array, DrawTable, difference, forecast_share

REFERENCE = "reference"
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
    signatures = sign(frame, communes, [name for rule in judges for name in rule.applies.meta.root_names()])
    loaded = judged(with_load(signatures.rows, site), site)
    bill = bill_of(completed, site)
    today = signatures.totals(loaded, site)
    scopes = [WHOLE_TERRITORY, *(COMMUNE_PREFIX + code for code in communes)]
    keys = pl.DataFrame({"scope": scopes})
    outcomes = [_named(REFERENCE, table(state(today, site, bill), state_shares(today, bill), keys))]
    figures = loaded.rename({"energy_kwh": "energy_kwh_year"}).select(FIGURES)
    lots: Lots = {}
    for name, kinds in VARIANTS.items():
        after, cost, embodied = _variant(signatures, loaded, kinds, scopes, site, lots)
        effects = _effects(signatures.totals(after, site), today, site, bill)
        effects |= {"embodied_carbon_kgco2e": embodied, "investment_eur": cost}
        outcomes.append(_named(name, table(effects, {key: forecast_share(effects[key]) for key in effects}, keys)))
        figures = figures.with_columns(after["energy_kwh"].alias(f"energy_kwh_year_{name}"))
    points = pl.concat([frame.select("asset_id", "commune_code"), figures[signatures.at]], how="horizontal")
    hits = loaded.select(rule.applies.fill_null(value=False).cast(pl.Int64).alias(rule.code) for rule in judges)
    counts = signatures.sums(hits).with_columns(pl.Series("scope", scopes))
    findings = counts.unpivot(index="scope", variable_name="code", value_name="count").filter(pl.col("count") > 0)
    return Surveyed(points, DrawTable.stack(outcomes), findings)


def _variant(
    signatures: Signatures, loaded: pl.DataFrame, kinds: tuple[str, ...], scopes: list[str], site: Site, lots: Lots
) -> tuple[pl.DataFrame, Array, Array]:
    """The signatures with their load once a variant is done; its cost and what it embodies for each scope (c, K)."""
    touched = touch(signatures.rows, kinds, site)
    edited = with_load(edit(touched.rows, site), site)
    order = pl.concat([pl.arg_where(~touched.chosen, eager=True), pl.arg_where(touched.chosen, eager=True)])
    both = pl.concat([loaded.select(SUMMED).filter(~touched.chosen), edited.select(SUMMED)], how="vertical_relaxed")
    after = both[np.argsort(order.to_numpy())]
    embodied = np.zeros((len(scopes), site.draws))
    for kind, marks in touched.kinds.items():
        count = np.zeros(signatures.rows.height)
        count[touched.chosen.to_numpy()] = marks.to_numpy()
        embodied += signatures.sums(pl.DataFrame({"count": count})).to_numpy() * embodied_each_kgco2e(kind, site)
    return after, _cost_eur(signatures, touched.chosen, touched.rows, touched.kinds, scopes, site, lots), embodied


def _cost_eur(
    signatures: Signatures,
    chosen: pl.Series,
    rows: pl.DataFrame,
    kinds: Mapping[str, pl.Series],
    scopes: list[str],
    site: Site,
    lots: Lots,
) -> Array:
    """Cost of a variant; what is let in one commune is one lot of each kind of works, the whole is their sum."""
    parameters = lighting_parameters(site)
    total = np.zeros((len(scopes), site.draws))
    for kind, marks in kinds.items():
        priced = rows.select(pl.lit(kind).alias("kind"), "lantern").select(unit_cost_eur(parameters).alias("cost"))
        unit = np.zeros(signatures.rows.height)
        unit[chosen.to_numpy()] = np.where(marks.to_numpy(), priced["cost"].to_numpy(), 0.0)
        central = signatures.sums(pl.DataFrame({"cost": unit}))["cost"].round(2).to_numpy()
        for rank in (np.flatnonzero(central[1:]) + 1).tolist():
            if (kind, rank) not in lots:
                lots[kind, rank] = Factors(site).cost(COST_PARAMETERS[kind], lot_name(kind, scopes[rank]))
            total[rank] += central[rank] * lots[kind, rank]
    total[0] = total[1:].sum(axis=0)
    return total


def lot_name(kind: str, scope: str) -> str:
    """Name of the works of one kind in one commune, as an action would be identified."""
    return f"LIG-{kind.upper()}-{scope.removeprefix(COMMUNE_PREFIX)}"


def _effects(after: Totals, today: Totals, site: Site, bill: Bill) -> dict[str, Array]:
    nothing, done = state(today, site, bill), state(after, site, bill, today=today)
    return {name: difference(done[name], nothing[name]) for name in done}


def _named(action_set: str, outcomes: DrawTable) -> DrawTable:
    keys = outcomes.keys.select(pl.lit(action_set).alias("action_set"), pl.all())
    return DrawTable(keys, outcomes.draws, outcomes.default_share)
