"""Where the costs of a plan stand among those of shared experience."""

from collections.abc import Sequence

import polars as pl

from bocage.commons.costs import CostModel, unit_of
from bocage.commons.schema import action_kinds, family_of
from bocage.twin.answer import Heading, Section
from bocage.twin.territory import Territory
from bocage.twin.wording import _
from bocage.vocabulary.columns import noun_tables
from bocage.vocabulary.text import Message, current_language

COUNTED = frozenset({"points", "buildings", "dwellings"})
"""Units in which the number of assets of an action is its size."""
ODD_PERCENTILES = (5.0, 95.0)
"""A cost outside of these asks for a look."""


def cost_ranks(territory: Territory, model: CostModel) -> pl.DataFrame:
    """For each kind of action of the plan, its unit cost and its percentile among shared experience.

    The lots of one kind are added: a commune buys them together, and size is what makes a point cheap.

    Args:
        territory: open territory.
        model: learned costs.

    Returns:
        `domain`, `kind`, `label`, `quantity`, `quantity_unit`, `cost_eur`, `unit_cost_eur`, `percentile`,
        `foreseen_eur` (median per unit at that quantity).
    """
    nouns = noun_tables()
    lines = territory.store.read_rows(nouns["plan"]).filter(pl.col("decision") == "in").select("action_id", "cost_eur")
    actions = territory.store.read_rows(nouns["action"]).select("action_id", "domain", "kind", "unit_count")
    kinds = lines.join(actions, on="action_id", how="inner")
    grouped = kinds.group_by("domain", "kind", maintain_order=True).agg(
        pl.col("unit_count").sum(), pl.col("cost_eur").sum()
    )
    labels = {name: one.label[current_language()] for name, one in action_kinds().items()}
    rows = []
    for domain, kind, quantity, cost in grouped.iter_rows():
        countable = unit_of(domain, family_of(domain, kind)) in COUNTED
        if not countable or not model.knows(domain, kind) or not quantity or not cost:
            continue
        draws = model.draws(domain, kind, float(quantity), territory=territory.code)
        rows.append(
            {
                "domain": domain,
                "kind": kind,
                "label": labels.get((domain, kind), kind),
                "quantity": float(quantity),
                "quantity_unit": unit_of(domain, family_of(domain, kind)),
                "cost_eur": cost,
                "unit_cost_eur": cost / quantity,
                "percentile": 100.0 * float((draws <= cost).mean()),
                "foreseen_eur": float(sorted(draws)[len(draws) // 2]) / quantity,
            }
        )
    schema = {
        "domain": pl.String, "kind": pl.String, "label": pl.String, "quantity": pl.Float64, "quantity_unit": pl.String,
        "cost_eur": pl.Float64, "unit_cost_eur": pl.Float64, "percentile": pl.Float64, "foreseen_eur": pl.Float64,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema)


def rank_section(ranks: pl.DataFrame) -> list[Section]:
    """The costs of the plan beside shared experience, with a word on those that are odd.

    Args:
        ranks: as `cost_ranks` gives them.
    """
    if ranks.is_empty():
        return []
    headings = [
        Heading(name="label", label=_("Kind of action")),
        Heading(name="quantity", label=_("Quantity")),
        Heading(name="quantity_unit", label=_("Unit")),
        Heading(name="unit_cost_eur", label=_("Cost of one in the plan"), unit="EUR"),
        Heading(name="foreseen_eur", label=_("Median of shared experience"), unit="EUR"),
        Heading(name="percentile", label=_("Percentile"), unit="%"),
    ]
    lines = [*_odd(ranks)]
    return [Section(title=_("Costs of your plan among shared experience"), lines=lines, table=ranks, headings=headings)]


def _odd(ranks: pl.DataFrame) -> Sequence[Message]:
    low, high = ODD_PERCENTILES
    odd = ranks.filter((pl.col("percentile") < low) | (pl.col("percentile") > high))
    return [
        _(
            "{kind}: at percentile {percentile}, your unit cost of {cost} EUR asks for a look",
            kind=row["label"], percentile=row["percentile"], cost=row["unit_cost_eur"],
        )
        for row in odd.iter_rows(named=True)
    ]  # fmt: skip
