"""One trial of a domain: its sample completed, and what its verbs answer on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from bocage.vocabulary.columns import noun_tables
from bocage.vocabulary.domain import WHOLE_TERRITORY, Assets, Diagnosis, Domain, Site
from bocage.vocabulary.draws import Array, DrawTable

PAIRS_TRIED, ACTIONS_TRIED = 6, 10


@dataclass(frozen=True)
class Trial:
    """A domain on its sample; verbs are called once and their answers kept.

    Attributes:
        domain: the domain.
        raw: the sample as a file would give it, conformed to the declared tables.
        site: the conditions.
    """

    domain: Domain
    raw: Assets
    site: Site

    @classmethod
    def of(cls, domain: Domain, assets: Assets, site: Site) -> "Trial":
        """Prepare a trial; ValueError where the sample lacks a type or has no row."""
        tables = {table.name: table for table in domain.tables}
        if set(assets) != set(tables) or not all(len(frame) for frame in assets.values()):
            raise ValueError(f"the sample must have rows of each of {sorted(tables)}; it has {sorted(assets)}")
        raw = {name: tables[name].conform(frame) for name, frame in assets.items()}
        trial = cls(domain, raw, site)
        if not set(raw) <= set(trial.assets) <= {*raw, *domain.reads}:
            raise ValueError(f"complete() was given {sorted(raw)} and returned {sorted(trial.assets)}")
        return trial

    @cached_property
    def assets(self) -> Assets:
        """The completed sample."""
        return self.domain.complete(self.raw, self.site)

    @cached_property
    def diagnosis(self) -> Diagnosis:
        """The outcome of doing nothing."""
        return self.domain.diagnose(self.assets, self.site)

    @cached_property
    def actions(self) -> pl.DataFrame:
        """What the domain proposes."""
        return self.domain.propose(self.assets, self.site)

    @cached_property
    def no_action(self) -> pl.DataFrame:
        """A frame of actions without rows, of the types of the noun."""
        return noun_tables()["action"].empty()

    @cached_property
    def reference(self) -> Mapping[str, Array]:
        """Draws by indicator with no action."""
        return by_indicator(self.domain.simulate(self.assets, self.no_action, self.site))

    @cached_property
    def tried(self) -> pl.DataFrame:
        """Some actions of every kind: those on which exact laws are checked."""
        some = self.actions.with_columns(pl.int_range(pl.len()).over("kind").alias("_rank")).sort("_rank", "action_id")
        return some.drop("_rank").head(ACTIONS_TRIED)

    @cached_property
    def interactions(self) -> pl.DataFrame:
        """What pairs lose or gain together."""
        return self.domain.interact(self.assets, self.actions, self.site)

    def state(self, action_ids: Sequence[str]) -> Mapping[str, Array]:
        """Draws by indicator once these actions are done together."""
        chosen = self.actions.filter(pl.col("action_id").is_in(list(action_ids)))
        return by_indicator(self.domain.simulate(self.assets, chosen, self.site))

    def territory(self, assets: Assets, site: Site | None = None) -> Mapping[str, Array]:
        """Draws by indicator of the whole territory, for other assets or another site."""
        diagnosis = self.domain.diagnose(assets, site or self.site)
        return by_indicator(diagnosis.outcomes.where(pl.col("scope") == WHOLE_TERRITORY))


def by_indicator(table: DrawTable) -> dict[str, Array]:
    """Draws (K,) by indicator; ValueError where an indicator has several rows."""
    names = table.keys["indicator"].to_list()
    if len(set(names)) != len(names):
        raise ValueError(f"several rows for one indicator: {sorted(names)}")
    return {name: np.asarray(table.draws[row]) for row, name in enumerate(names)}


def same(first: Mapping[str, Array], second: Mapping[str, Array], *, factor: float = 1.0) -> list[str]:
    """Indicators whose draws in `second` are not `factor` times those in `first`; absent means zero."""
    different = []
    for name in sorted({*first, *second}):
        expected = factor * first[name] if name in first else np.zeros(1)
        seen = second.get(name, np.zeros(1))
        scale = max(float(np.abs(expected).max()), float(np.abs(seen).max()))
        if not np.allclose(expected, seen, rtol=1e-6, atol=1e-9 * max(scale, 1.0)):
            different.append(name)
    return different
