"""All that shared experience tells, in one object: draws of costs, of realised shares, and what each rests on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from bocage.commons.costs import DRAWS, CostModel, learn_costs
from bocage.commons.estimate import Estimate
from bocage.commons.realisation import (
    GUARANTEED,
    OPEN,
    RealisationModel,
    as_realisation,
    learn_realisation,
)
from bocage.commons.record import Record
from bocage.decide.question.request import Realisation
from bocage.parameters.reader import Parameters
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.draws import Array

GUARANTEES = ("buildings",)
"""Domains in which contracts guarantee results."""


@dataclass(frozen=True)
class Learned:
    """Costs and realised shares as records and priors say together.

    Attributes:
        costs: model of costs.
        shares: by domain and kind (`open`, `guaranteed`), model of the share that comes true.
    """

    costs: CostModel
    shares: Mapping[tuple[str, str], RealisationModel]

    def cost_draws(self, domain: str, kind: str, quantity: float, *, territory: str = "", count: int = DRAWS) -> Array:
        """Draws (K,) of the cost of one more project, excluding VAT [EUR]; divide by the quantity for a unit cost.

        Args:
            domain: domain of the works.
            kind: kind of action.
            quantity: size in the unit of its family, > 0.
            territory: code of the territory.
            count: K, number of draws.
        """
        return self.costs.draws(domain, kind, quantity, territory=territory, count=count)

    def share_draws(self, domain: str, *, kind: str = OPEN, territory: str = "", count: int = DRAWS) -> Array:
        """Draws (K,) of the share of predicted savings that comes true in a domain [1].

        Args:
            domain: name of the domain.
            kind: `open`, or `guaranteed` by a contract.
            territory: code of the territory.
            count: K, number of draws.
        """
        return self.shares[domain, kind].draws(territory=territory, count=count)

    def realisation(self, domain: str, *, territory: str = "") -> Realisation:
        """The same share as a plan uses it.

        Args:
            domain: name of the domain.
            territory: code of the territory.
        """
        return as_realisation(self.shares[domain, OPEN].estimate(territory=territory))

    @cached_property
    def names(self) -> list[str]:
        """Names of all estimates, costs first."""
        return [*self.costs.names, *sorted(model.name for model in self.shares.values())]

    def estimate(self, name: str, *, territory: str = "") -> Estimate:
        """An estimate and what it rests on.

        Args:
            name: one of `names`.
            territory: code of the territory.

        Raises:
            BocageError: BOC-COM-009 no estimate has that name.
        """
        if name in self.costs.names:
            return self.costs.estimate(name, territory=territory)
        for model in self.shares.values():
            if model.name == name:
                return model.estimate(territory=territory)
        raise BocageError("BOC-COM-009", value=name, known=", ".join(self.names))


def learn_all(
    records: Sequence[Record],
    parameters: Parameters,
    domains: Iterable[str],
    *,
    seed: int,
    awards: pl.DataFrame | None = None,
) -> Learned:
    """Learn all that the records tell.

    Args:
        records: checked records.
        parameters: dated parameters of the core.
        domains: names of the domains whose shares are wanted.
        seed: seed of the run.
        awards: frame of `read_awards`, None for none.
    """
    wanted = sorted(set(domains))
    kinds = [*((domain, OPEN) for domain in wanted), *((one, GUARANTEED) for one in GUARANTEES if one in wanted)]
    return Learned(
        learn_costs(records, parameters, seed=seed, awards=awards),
        {
            (domain, kind): learn_realisation(domain, parameters, records, seed=seed, kind=kind)
            for domain, kind in kinds
        },
    )
