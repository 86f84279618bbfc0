"""A plan with what it was made from: what the report, the record and the answer read of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from bocage.decide.answer.options import compare_joint
from bocage.decide.answer.schedule import schedule_frame
from bocage.decide.question.request import PlanRequest, PlanResult
from bocage.decide.value.realisation import realised_by_domain, realised_gain
from bocage.twin.asked import Asked
from bocage.twin.plan_inputs import Inputs
from bocage.twin.propose import Proposal
from bocage.vocabulary.draws import Array, DrawTable

SAVING_ROLES = ("cash", "energy", "carbon")


@dataclass(frozen=True)
class Planned:
    """A plan with what it was made from.

    Attributes:
        proposals: the actions, by domain.
        request: what was asked.
        result: what was answered.
        changes: for each year, effect of all the works done by then together: draws with keys
            `domain`, `indicator`, `unit`.
        inputs: the actions and their effects.
        asked: what was asked, in the words of the territory.
    """

    proposals: Sequence[Proposal]
    request: PlanRequest
    result: PlanResult
    changes: Mapping[int, DrawTable]
    inputs: Inputs
    asked: Asked

    def effects(self) -> pl.DataFrame:
        """Effect by year and indicator: `year`, `domain`, `indicator`, `unit`, value, interval, share on defaults."""
        return pl.concat(
            change.summary().with_columns(pl.lit(year, dtype=pl.Int64).alias("year"))
            for year, change in self.changes.items()
        )

    def savings_by_role(self) -> pl.DataFrame:
        """What the plan saves each year by role (`cash`, `energy`, `carbon`), as far as savings come true.

        Savings are multiplied by the share of predictions that comes true, expenses that are added count whole;
        draws are added, and only then summed up: `year`, `role`, `unit`, value, interval, share on defaults.
        """
        frames = []
        for year, change in self.changes.items():
            roles = change.keys["indicator"].replace_strict(self.request.roles, default=None)
            named = DrawTable(
                change.keys.with_columns(roles.alias("role"), roles.alias("indicator")),
                realised_gain(change.draws, self._realisation(change)),
                change.default_share,
            )
            kept = named.where(pl.col("role").is_in(SAVING_ROLES).fill_null(value=False))
            frames.append(kept.total(["role"]).summary().with_columns(pl.lit(year, dtype=pl.Int64).alias("year")))
        return pl.concat(frames)

    def _realisation(self, change: DrawTable) -> Array:
        shares = realised_by_domain(self.request, change.draws.shape[1])
        return np.array([shares[domain] for domain in change.keys["domain"]]).reshape(change.draws.shape)

    def joint(self) -> pl.DataFrame:
        """The plan as a sum of its actions beside all of them together, by year and indicator."""
        return compare_joint(self.result.additive, self.changes)

    def schedule(self) -> pl.DataFrame:
        """The last day of each step of each operation, and of each of its aids."""
        return schedule_frame(self.request, self.result)
