"""Digital equipment of a plan: what it costs, uses and embodies over ten years, beside what its actions avoid."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from bocage.decide.money.books import Books
from bocage.decide.money.operations import Operation

SPAN_YEARS = 10
"""Years over which digital equipment is told: the order check of use cases against what they avoid."""
FACT = "digital"
"""Fact of an action: `devices` (number), `embodied_kgco2e`, `running_eur_year` (subscriptions, hosting, excluding
VAT), `kwh_year` (their own use), `investment_eur`, `lifetime_years`, `reconditioned_share`, all for the action."""
DIGITAL_SCHEMA: Mapping[str, Any] = {
    **dict.fromkeys(("operation_id", "payer_siren", "budget", "label_fr", "label_en"), pl.String),
    **dict.fromkeys(
        ("devices", "reconditioned_share", "investment_eur", "running_eur_year", "cost_eur", "energy_kwh_year",
         "embodied_kgco2e", "use_kgco2e", "avoided_kgco2e", "net_kgco2e"),
        pl.Float64,
    ),
    "negative": pl.Boolean,
}  # fmt: skip


def digital_frame(books: Books, operations: Sequence[Operation]) -> pl.DataFrame:
    """One row per operation that brings digital equipment, over ten years from its works.

    Equipment that lasts less than ten years is renewed: its price and what it embodies count as often. Works
    that wear out before are renewed too, as in the value of the plan, so that all is told over the same years.
    A reconditioned device embodies nothing new. What the actions avoid is net of the use of the
    equipment, which their appraisal holds already; so `net_kgco2e` is what they avoid in ten years less
    what the equipment embodies, and `negative` says where it is below zero.

    Returns:
        Frame `operation_id`, `payer_siren`, `budget`, `label_fr`, `label_en`, `devices`,
        `reconditioned_share` [1], `investment_eur`, `running_eur_year`, `cost_eur` (over ten years,
        excluding VAT), `energy_kwh_year`, `embodied_kgco2e`, `use_kgco2e`, `avoided_kgco2e`, `net_kgco2e`,
        `negative`.

    Source: Pirson & Bol 2021 (arXiv 2105.02082) for the order of what a device embodies.
    """
    rows = [row for one in operations if (row := _row(books, one)) is not None]
    return pl.DataFrame(rows, schema=dict(DIGITAL_SCHEMA))


def _row(books: Books, operation: Operation) -> dict[str, Any] | None:
    worth = books.worth
    totals: dict[str, float] = defaultdict(float)
    content = _carbon_content(books)
    for rank in operation.members:
        action = int(books.actions[rank])
        told = books.columns.facts[action].get(FACT)
        if not isinstance(told, Mapping) or not told.get("devices"):
            continue
        sets = max(1.0, SPAN_YEARS / float(told.get("lifetime_years") or SPAN_YEARS))
        number, kwh = float(told["devices"]), float(told.get("kwh_year") or 0.0)
        reused = float(told.get("reconditioned_share") or 0.0)
        totals["devices"] += number
        totals["reused"] += number * reused
        totals["investment_eur"] += sets * float(told.get("investment_eur") or 0.0)
        totals["running_eur_year"] += float(told.get("running_eur_year") or 0.0)
        totals["energy_kwh_year"] += kwh
        totals["embodied_kgco2e"] += sets * (1 - reused) * float(told.get("embodied_kgco2e") or 0.0)
        totals["use_kgco2e"] += SPAN_YEARS * kwh * content
        totals["avoided_kgco2e"] += SPAN_YEARS * float(worth.mean_gains["carbon"][action])
    if not totals["devices"]:
        return None
    net = totals["avoided_kgco2e"] - totals["embodied_kgco2e"]
    reused, paid = totals.pop("reused"), totals["investment_eur"] + SPAN_YEARS * totals["running_eur_year"]
    return {
        "operation_id": operation.operation_id, "payer_siren": operation.payer[0], "budget": operation.payer[1],
        "label_fr": operation.label["fr"], "label_en": operation.label["en"], **totals, "cost_eur": paid,
        "reconditioned_share": reused / totals["devices"], "net_kgco2e": net, "negative": net < 0,
    }  # fmt: skip


def _carbon_content(books: Books) -> float:
    """Carbon content of electricity [kgCO2e/kWh]."""
    return books.request.parameters.number("electricity.carbon_content")
