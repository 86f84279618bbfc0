"""Regret: what a plan loses in each future beside the plan that this future would have asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bocage.decide.answer.planning import Prepared, decided, prepare
from bocage.decide.money.plan_value import Selected, value_of
from bocage.decide.question.request import Objective
from bocage.decide.wording import label_of
from bocage.parameters.scenarios import TREND, Scenario

Array = NDArray[np.float64]
CURRENT = "plan"
"""Name of the plan that is judged."""
PRICES = ("electricity_price", "gas_price")
VARIANTS: Mapping[str, Literal["low", "high"]] = {"cheap_energy": "low", "dear_energy": "high"}


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A plan with the future that asked for it.

    Attributes:
        name: `plan`, or the name of the future.
        label: by language.
        plan: the plan.
    """

    name: str
    label: Mapping[str, str]
    plan: Selected


@dataclass(frozen=True, kw_only=True)
class Regrets:
    """Plans by futures.

    Attributes:
        futures: the futures, with what was prepared in each.
        candidates: the plan that is judged, then the best plan found in each future.
        values: array (P, F), value of each plan in each future.
        gap: share of its value that the search of a plan may leave [1].
    """

    futures: Sequence[tuple[Scenario, Prepared]]
    candidates: Sequence[Candidate]
    values: Array
    gap: float

    @property
    def regret(self) -> Array:
        """Array (P, F), what each plan loses beside the best one known for the future, >= 0."""
        return np.asarray(self.values.max(axis=0) - self.values)

    @property
    def minimax(self) -> int:
        """The plan of least worst regret: the one that is judged, unless another is better by more than the gap.

        Searches stop within the gap: below it, a smaller regret says nothing.
        """
        worst = self.regret.max(axis=1)
        told = self.gap * float(np.abs(self.values).max(initial=0.0))
        return 0 if worst[0] <= worst.min() + told else int(worst.argmin())


def futures_of(scenarios: Sequence[Scenario], base_year: int) -> list[Scenario]:
    """The scenarios, then the trend with the price of energy held at each of its bounds.

    Nothing published tells the prices of the scenarios apart: the two last futures are what a price that is
    not known may do.

    Args:
        scenarios: scenarios; without the trend, no variant is added.
        base_year: year in which today's prices hold.
    """
    found = list(scenarios)
    for base, (name, bound) in product([one for one in scenarios if one.name == TREND][:1], VARIANTS.items()):
        moved = {price: base.paths[price].held_at(bound, base_year) for price in PRICES if price in base.paths}
        french, english = label_of(name)
        label = {"fr": french, "en": english}
        found.append(replace(base, name=name, label=label, paths={**base.paths, **moved}))
    return found


def regrets_of(
    prepared: Prepared, chosen: Sequence[int], scenarios: Sequence[Scenario], objective: Objective
) -> Regrets:
    """Solve each future, from the plan that is judged, and value every plan in every future.

    Args:
        prepared: the request, valued.
        chosen: columns of the plan that is judged.
        scenarios: futures.
        objective: what is counted.
    """
    request, columns = prepared.request, prepared.steering.columns
    current = Selected(columns=columns, chosen=chosen)
    ids = request.actions["action_id"].to_list()
    warm = {ids[row]: request.first_year + start for row, start in current.starts.items()}
    french, english = label_of("plan_judged")
    candidates = [Candidate(name=CURRENT, label={"fr": french, "en": english}, plan=current)]
    futures = []
    for scenario in scenarios:
        valued = prepare(replace(request, scenario=scenario, warm=warm), [objective])
        found = Selected(columns=valued.steering.columns, chosen=decided(valued).columns)
        futures.append((scenario, valued))
        candidates.append(Candidate(name=scenario.name, label=scenario.label, plan=found))
    values = np.array(
        [
            [value_of(one.request, one.worth, candidate.plan, objective) for _, one in futures]
            for candidate in candidates
        ]
    ).reshape(len(candidates), len(futures))
    return Regrets(futures=futures, candidates=candidates, values=values, gap=request.gap)


def regret_frame(regrets: Regrets) -> pl.DataFrame:
    """Frame `plan`, `plan_fr`, `plan_en`, `future`, `future_fr`, `future_en`, `value`, `regret`."""
    rows = [
        {
            "plan": candidate.name, "plan_fr": candidate.label["fr"], "plan_en": candidate.label["en"],
            "future": future.name, "future_fr": future.label["fr"], "future_en": future.label["en"],
            "value": float(value), "regret": float(lost),
        }
        for candidate, values, losses in zip(regrets.candidates, regrets.values, regrets.regret, strict=True)
        for (future, _), value, lost in zip(regrets.futures, values, losses, strict=True)
    ]  # fmt: skip
    texts = dict.fromkeys(("plan", "plan_fr", "plan_en", "future", "future_fr", "future_en"), pl.String)
    return pl.DataFrame(rows, schema={**texts, "value": pl.Float64, "regret": pl.Float64})


def plans_frame(regrets: Regrets) -> pl.DataFrame:
    """Frame `plan`, `label_fr`, `label_en`, `actions`, `worst_regret`, `mean_regret`, `moved`, `minimax`.

    `moved` counts the actions that are not done as in the plan that is judged: in another year, added or left out.
    """
    base = regrets.candidates[0].plan.starts
    rows = []
    for number, (candidate, losses) in enumerate(zip(regrets.candidates, regrets.regret, strict=True)):
        starts = candidate.plan.starts
        rows.append(
            {
                "plan": candidate.name,
                "label_fr": candidate.label["fr"],
                "label_en": candidate.label["en"],
                "actions": len(starts),
                "worst_regret": float(losses.max(initial=0.0)),
                "mean_regret": float(losses.mean()) if len(losses) else 0.0,
                "moved": sum(starts.get(row) != base.get(row) for row in {*starts, *base}),
                "minimax": number == regrets.minimax,
            }
        )
    texts = dict.fromkeys(("plan", "label_fr", "label_en"), pl.String)
    numbers = {"actions": pl.Int64, "worst_regret": pl.Float64, "mean_regret": pl.Float64, "moved": pl.Int64}
    return pl.DataFrame(rows, schema={**texts, **numbers, "minimax": pl.Boolean})
