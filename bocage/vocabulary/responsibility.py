"""Who may act: an action belongs to a public body, a statutory power, a budget, maybe a contract."""

import datetime as dt
from collections.abc import Mapping

import polars as pl

from bocage.vocabulary.domain import Site

NO_END_YEAR = 9999
MAIN_BUDGETS: Mapping[str, str] = {"commune": "M57_main", "epci": "epci", "syndicate": "syndicate"}
"""Budget that carries the assets of a body by its kind, where nothing else is said."""


def main_budget(kind: str) -> str:
    """The budget that carries the assets of a body of that kind.

    >>> main_budget("syndicate"), main_budget("departement")
    ('syndicate', 'M57_main')
    """
    return MAIN_BUDGETS.get(kind, "M57_main")


def name_owners(assets: pl.DataFrame, site: Site, *, competence: str) -> pl.DataFrame:
    """Fill who decides and pays where the file does not say it: the territory itself, its main budget.

    Assets of another body without a budget are deemed to be carried by a syndicate, as those that
    communes transfer usually are.

    Args:
        assets: has `owner_siren`, `competence` and `budget`, null where unknown.
        site: SIREN and kind of the territory.
        competence: statutory power under which such assets are managed.

    >>> site = Site(territory_id="35238", siren="213502388", longitude_deg=-1.7, latitude_deg=48.1,
    ...             date=dt.date(2026, 1, 1))
    >>> unsaid = pl.DataFrame({"owner_siren": [None, "9"], "competence": [None, None], "budget": [None, None]},
    ...                       schema_overrides={"competence": pl.String, "budget": pl.String})
    >>> name_owners(unsaid, site, competence="roads").rows()
    [('213502388', 'roads', 'M57_main'), ('9', 'roads', 'syndicate')]
    """
    owner = pl.col("owner_siren").fill_null(site.siren)
    own = owner.is_in(["", site.siren])
    budget = pl.when(own).then(pl.lit(main_budget(site.kind))).otherwise(pl.lit("syndicate"))
    return assets.with_columns(
        owner.alias("owner_siren"), pl.col("competence").fill_null(competence), pl.col("budget").fill_null(budget)
    )


def assign_standing(actions: pl.DataFrame, contracts: pl.DataFrame, *, siren: str, first_year: int) -> pl.DataFrame:
    """Set `standing` and `first_year` from the owner of the assets and the contract that covers them.

    An action on assets of another public body is a `request`. An action that the contract in force
    does not allow (its `scope` has neither the kind nor `*`) `waits` until the year after the end of
    the contract; without an end date it waits for good (`NO_END_YEAR`).

    Args:
        actions: frame of the noun `action`.
        contracts: frame of the asset type `contract`.
        siren: SIREN of the body for which the plan is made; empty owners are deemed to be it.
        first_year: first year of the plan.

    Returns:
        The actions with `standing`, `first_year` and `owner_siren` filled.
    """
    rules = {row["asset_id"]: row for row in contracts.iter_rows(named=True)}
    standings, years = [], []
    for row in actions.select("kind", "owner_siren", "contract_id", "first_year").iter_rows(named=True):
        standing, year = "own", max(row["first_year"] or first_year, first_year)
        free_from = _free_from(rules.get(row["contract_id"] or ""), row["kind"], first_year)
        if free_from > first_year:
            standing, year = "waits", max(year, free_from)
        if row["owner_siren"] and siren and row["owner_siren"] != siren:
            standing = "request"
        standings.append(standing)
        years.append(year)
    return actions.with_columns(
        pl.Series("standing", standings, dtype=pl.String),
        pl.Series("first_year", years, dtype=pl.Int64),
        pl.when(pl.col("owner_siren").is_null() | (pl.col("owner_siren") == ""))
        .then(pl.lit(siren))
        .otherwise(pl.col("owner_siren"))
        .alias("owner_siren"),
    )


def _free_from(contract: dict[str, object] | None, kind: str, first_year: int) -> int:
    """First year in which the contract lets the action start; `first_year` where nothing forbids it."""
    if contract is None or contract["kind"] == "regie":
        return first_year
    scope = contract["scope"] or []
    starts, ends = contract["starts_on"], contract["ends_on"]
    if isinstance(scope, list) and ("*" in scope or kind in scope):
        return first_year
    if isinstance(starts, dt.date) and starts.year > first_year:
        return first_year
    if isinstance(ends, dt.date):
        return max(first_year, ends.year + 1)
    return NO_END_YEAR
