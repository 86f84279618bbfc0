"""Who may act: an action belongs to a public body, a statutory power, a budget, maybe a contract."""

import datetime as dt

import polars as pl

NO_END_YEAR = 9999


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
