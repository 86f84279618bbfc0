"""What a wider territory knows of each of its communes: assets, outcomes, findings, origins, works."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from bocage.twin.diagnose import DomainState
from bocage.twin.members import members
from bocage.twin.plan_record import PlanRecord
from bocage.twin.propose import Proposal
from bocage.twin.territory import Territory
from bocage.vocabulary.domain import COMMUNE_PREFIX
from bocage.vocabulary.origin import ORIGINS, origin_column

COMMUNE = "commune_code"
COUNTED = ("certain", "discretionary")
"""Statuses of the grants that a plan counts on."""


@dataclass(frozen=True)
class Communes:
    """Tables by commune of a territory.

    Attributes:
        known: `commune_code`, `name`, `population`, `assets`; one row per commune that has assets.
        outcomes: rows of the diagnosis, `commune_code`, `indicator`, `unit`, value, interval, share on defaults.
        findings: `commune_code`, `code`, `count`, in the order of importance of the codes.
        origins: `commune_code`, `domain`, `asset_type`, `column` and the share of each origin.
        works: chosen actions, with `commune_code`, their kind, year, place, cost, grants, own funds, savings.
        left_out: `commune_code`, `count` of actions studied and not chosen.
    """

    known: pl.DataFrame
    outcomes: pl.DataFrame
    findings: pl.DataFrame
    origins: pl.DataFrame
    works: pl.DataFrame
    left_out: pl.DataFrame


def by_commune(territory: Territory, proposals: Sequence[Proposal], record: PlanRecord | None) -> Communes:
    """Cut the diagnosis and the plan by commune.

    Args:
        territory: open territory.
        proposals: the domains examined and their actions.
        record: the current plan, None where there is none.
    """
    states = [proposal.state for proposal in proposals]
    works, left_out = _works(proposals, record)
    return Communes(
        known=_known(territory, states),
        outcomes=_outcomes(states),
        findings=_findings(states),
        origins=_origins(states),
        works=works,
        left_out=left_out,
    )


def _of_assets(states: Sequence[DomainState]) -> pl.DataFrame:
    """`asset_type`, `asset_id` and commune of every asset of the domains."""
    frames = [
        state.assets[table.name].select(pl.lit(table.name).alias("asset_type"), "asset_id", COMMUNE)
        for state in states
        for table in state.domain.tables
        if table.name in state.assets and COMMUNE in state.assets[table.name].columns
    ]
    empty = pl.DataFrame(schema={"asset_type": pl.String, "asset_id": pl.String, COMMUNE: pl.String})
    return pl.concat([empty, *frames]).filter(pl.col(COMMUNE).fill_null("") != "")


def _known(territory: Territory, states: Sequence[DomainState]) -> pl.DataFrame:
    counts = _of_assets(states).group_by(COMMUNE).agg(pl.len().cast(pl.Int64).alias("assets"))
    named = members(territory).select(pl.col("territory_id").alias(COMMUNE), "name", "population")
    known = counts.join(named, on=COMMUNE, how="left").sort(COMMUNE)
    return known.with_columns(pl.col("name").fill_null(pl.col(COMMUNE)))


def _outcomes(states: Sequence[DomainState]) -> pl.DataFrame:
    frames = [
        state.diagnosis.outcomes.where(pl.col("scope").str.starts_with(COMMUNE_PREFIX)).summary() for state in states
    ]
    return pl.concat(frames, how="diagonal").with_columns(
        pl.col("scope").str.strip_prefix(COMMUNE_PREFIX).alias(COMMUNE)
    )


def _findings(states: Sequence[DomainState]) -> pl.DataFrame:
    """How many assets of each commune each finding concerns."""
    assets = _of_assets(states)
    frames = [
        pl.DataFrame({"asset_id": list(finding.asset_ids)}, schema={"asset_id": pl.String}).select(
            "asset_id", pl.lit(finding.asset_type).alias("asset_type"), pl.lit(finding.code).alias("code")
        )
        for state in states
        for finding in state.diagnosis.findings
    ]
    if not frames:
        return pl.DataFrame(schema={COMMUNE: pl.String, "code": pl.String, "count": pl.Int64})
    concerned = pl.concat(frames).join(assets, on=["asset_type", "asset_id"], how="inner", maintain_order="left")
    return concerned.group_by(COMMUNE, "code", maintain_order=True).agg(pl.len().cast(pl.Int64).alias("count"))


def _origins(states: Sequence[DomainState]) -> pl.DataFrame:
    """Share of the values of each imputable column of each commune by origin."""
    frames = []
    for state in states:
        for table in state.domain.tables:
            frame = state.assets.get(table.name)
            if frame is None or COMMUNE not in frame.columns:
                continue
            for column in table.imputable:
                if (origin := origin_column(column.name)) in frame.columns:
                    shares = [(pl.col(origin) == name).mean().fill_null(0.0).alias(name) for name in ORIGINS]
                    frames.append(
                        frame.group_by(COMMUNE).agg(shares).select(
                            COMMUNE, pl.lit(state.domain.name).alias("domain"), pl.lit(table.name).alias("asset_type"),
                            pl.lit(column.name).alias("column"), *ORIGINS,
                        )
                    )  # fmt: skip
    schema = {COMMUNE: pl.String, "domain": pl.String, "asset_type": pl.String, "column": pl.String}
    empty = pl.DataFrame(schema={**schema, **dict.fromkeys(ORIGINS, pl.Float64)})
    worst_first = [pl.col("default").round(12), pl.col("inferred").round(12)]
    names = [pl.col(name) for name in ("domain", "asset_type", "column")]
    return pl.concat([empty, *frames]).sort(COMMUNE, *worst_first, *names, descending=[False, True, True, *[False] * 3])


def _works(proposals: Sequence[Proposal], record: PlanRecord | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    names = ("action_id", COMMUNE, "domain", "kind", "place", "unit_count")
    actions = pl.concat([proposal.actions.select(names) for proposal in proposals], how="diagonal_relaxed")
    effects = pl.concat([_savings(proposal) for proposal in proposals])
    lines = record.frames["plan"] if record else pl.DataFrame(schema=_PLAN_SCHEMA)
    grants = record.frames["financing"] if record else pl.DataFrame(schema=_GRANT_SCHEMA)
    granted = (
        grants.filter(pl.col("status").is_in(COUNTED))
        .group_by("action_id")
        .agg(pl.col("amount_eur").sum().alias("grants_eur"))
    )
    joined = (
        lines.select("action_id", "decision", "year", "cost_eur", "own_eur")
        .join(actions, on="action_id", how="inner", maintain_order="left")
        .join(granted, on="action_id", how="left", maintain_order="left")
        .join(effects, on="action_id", how="left", maintain_order="left")
        .with_columns(pl.col("grants_eur").fill_null(0.0))
    )
    chosen = joined.filter(pl.col("decision") == "in").sort("year", "cost_eur", descending=[False, True])
    others = joined.filter(pl.col("decision") != "in").group_by(COMMUNE).agg(pl.len().cast(pl.Int64).alias("count"))
    return chosen, others


_PLAN_SCHEMA = {
    "action_id": pl.String,
    "decision": pl.String,
    "year": pl.Int64,
    "cost_eur": pl.Float64,
    "own_eur": pl.Float64,
}
_GRANT_SCHEMA = {"action_id": pl.String, "status": pl.String, "amount_eur": pl.Float64}


def _savings(proposal: Proposal) -> pl.DataFrame:
    """What each action alone saves each year: `saving_kwh`, `saving_eur` (means)."""
    roles = {name: indicator.role for name, indicator in proposal.state.domain.indicators.items()}
    values = proposal.appraisal.keys.select(
        "action_id",
        pl.col("indicator").replace_strict(roles, default="").alias("role"),
        pl.Series("value", -proposal.appraisal.draws.mean(axis=1), dtype=pl.Float64),
    )
    return values.group_by("action_id").agg(
        pl.col("value").filter(pl.col("role") == "energy").sum().alias("saving_kwh"),
        pl.col("value").filter(pl.col("role") == "cash").sum().alias("saving_eur"),
    )
