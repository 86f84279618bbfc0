"""Works whose true costs are known: what `coverage` holds the models of shared experience to."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

KINDS: Mapping[str, tuple[float, float]] = {
    "lamps": (60.0, 1_100.0),
    "roofs": (400.0, 140.0),
    "boilers": (1.0, 90_000.0),
    "meters": (25.0, 900.0),
}
"""By kind of works: usual size and cost of one unit at that size [EUR]; round numbers that nothing rests on."""


@dataclass(frozen=True)
class Works:
    """Works with their costs; what is known of each may differ from what is true.

    Attributes:
        kind: kind of works (n,).
        territory: whose works (n,).
        cost: as declared (n,) [EUR].
        size: as declared (n,), in units of the kind.
        cost_log_sd: standard deviation of the logarithm of what is declared about the true cost (n,).
        size_log_sd: the same for the size (n,).
        year: years since the first (n,).
        grouped: 1 where bought with other territories (n,).
        rural: 1 where the territory is rural (n,).
        true_cost: what was paid in the end (n,) [EUR].
        true_size: what was done in the end (n,).
    """

    kind: NDArray[np.str_]
    territory: NDArray[np.str_]
    cost: Array
    size: Array
    cost_log_sd: Array
    size_log_sd: Array
    year: Array
    grouped: Array
    rural: Array
    true_cost: Array
    true_size: Array

    def rows(self, wanted: NDArray[np.bool_]) -> "Works":
        """The works of a mask (n,)."""
        return Works(**{name: column[wanted] for name, column in vars(self).items()})


@dataclass(frozen=True)
class Case:
    """How works are simulated.

    Attributes:
        territories: number of territories with records.
        works: mean number of records of a territory.
        declared: share of records whose cost and size are declared, not invoiced.
        size_error: standard deviation of the logarithm of declared sizes.
        freedom: degrees of freedom of Student's law of what is left, none for the normal.
    """

    territories: int = 60
    works: float = 3.0
    declared: float = 0.5
    size_error: float = 0.15
    freedom: float | None = None


CASES: Mapping[str, Case] = {
    "usual": Case(),
    "counts known to a factor of two": Case(size_error=0.5),
    "heavy tails": Case(freedom=4.0),
    "few records": Case(territories=12, works=2.0),
}
HELD_TERRITORIES = 40
HELD_EACH = 3
"""Works held out: three in each of the known territories and in each of forty new ones."""


def simulate(case: Case, seed: int) -> tuple[Works, Works, Works]:
    """Records, works held out in the same territories, works held out in territories never seen.

    ln cost = level of the kind + elasticity of the kind × ln size + territory + year + grouped purchase +
    rural + rest. Every coefficient is drawn anew for each seed; sizes and costs of works held out are exact.

    Args:
        case: one of `CASES`.
        seed: seed of everything drawn.
    """
    random = np.random.default_rng([seed, 4])
    world = _World.drawn(case, random)
    counts = np.maximum(random.poisson(case.works - 1, case.territories) + 1, 1)
    known = np.repeat(np.arange(case.territories), counts)
    again = np.repeat(np.arange(case.territories), HELD_EACH)
    new = np.repeat(np.arange(case.territories, case.territories + HELD_TERRITORIES), HELD_EACH)
    held = Case(**{**vars(case), "declared": 0.0})
    return world.works(case, known, random), world.works(held, again, random), world.works(held, new, random)


@dataclass(frozen=True)
class _World:
    level: Array
    elasticity: Array
    spread: Array
    territory: Array
    rural: Array
    trend: float
    discount: float
    remoteness: float

    @classmethod
    def drawn(cls, case: Case, random: np.random.Generator) -> "_World":
        count = case.territories + HELD_TERRITORIES
        return cls(
            level=random.normal(0.0, 0.3, len(KINDS)),
            elasticity=random.uniform(0.7, 1.0, len(KINDS)),
            spread=random.uniform(0.3, 0.5, len(KINDS)),
            territory=random.normal(0.0, random.uniform(0.15, 0.45), count),
            rural=(random.random(count) < 0.6).astype(np.float64),
            trend=random.normal(0.03, 0.02),
            discount=random.normal(-0.1, 0.05),
            remoteness=random.normal(0.08, 0.08),
        )

    def works(self, case: Case, territory: NDArray[np.int_], random: np.random.Generator) -> Works:
        count, names = len(territory), np.array(list(KINDS))
        usual = np.array(list(KINDS.values()))
        kind = random.choice(len(KINDS), count, p=[0.5, 0.25, 0.15, 0.1])
        scale = random.normal(0.0, 0.9, count)
        year = random.integers(0, 6, count).astype(np.float64)
        grouped = (random.random(count) < 0.3).astype(np.float64)
        rest = random.standard_normal(count) if case.freedom is None else random.standard_t(case.freedom, count)
        log_cost = (
            np.log(usual[kind].prod(axis=1))
            + self.level[kind]
            + self.elasticity[kind] * scale
            + self.territory[territory]
            + self.trend * year
            + self.discount * grouped
            + self.remoteness * self.rural[territory]
            + self.spread[kind] * rest
        )
        log_size = np.log(usual[kind, 0]) + scale
        declared = random.random(count) < case.declared
        cost_sd, size_sd = np.where(declared, 0.15, 0.0), np.where(declared, case.size_error, 0.0)
        return Works(
            kind=names[kind],
            territory=np.char.add("territory ", territory.astype(np.str_)),
            cost=np.exp(log_cost + cost_sd * random.standard_normal(count)),
            size=np.exp(log_size + size_sd * random.standard_normal(count)),
            cost_log_sd=cost_sd,
            size_log_sd=size_sd,
            year=year,
            grouped=grouped,
            rural=self.rural[territory],
            true_cost=np.exp(log_cost),
            true_size=np.exp(log_size),
        )
