"""Synthetic municipal portfolios, drawn before any solver sees them.

Four kinds of works, groups of alternatives (one of 1 to 5 depths of the same works), six funding
programmes with rates, minimum sizes, envelopes, files per year and incompatibilities. Amounts in kEUR.
No open benchmark of municipal portfolios was found; real ones have fewer and more correlated actions.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

YEARS, DISCOUNT_RATE, FCTVA_RATE, RECYCLED_SHARE, PUBLIC_CAP = 6, 0.032, 0.16404, 0.5, 0.8
LIGHTING, ENVELOPE_WORKS = 0, 3


@dataclass(frozen=True, kw_only=True)
class Programme:
    """A synthetic funding programme: rates, minimum size [kEUR], yearly envelope in budgets, files, depth, works."""

    name: str
    rates: tuple[float, float]
    minimum: float
    envelope: float
    files_per_300: int
    minimum_depth: float
    works: tuple[int, ...]


PROGRAMMES = (
    Programme(name="DETR", rates=(0.2, 0.4), minimum=5, envelope=0.6, files_per_300=3, minimum_depth=0,
              works=(0, 1, 2, 3)),
    Programme(name="DSIL", rates=(0.2, 0.4), minimum=50, envelope=0.6, files_per_300=2, minimum_depth=0, works=(0, 3)),
    Programme(name="FVERT", rates=(0.2, 0.5), minimum=20, envelope=0.8, files_per_300=3, minimum_depth=0.4, works=(3,)),
    Programme(name="FVEP", rates=(0.2, 0.3), minimum=10, envelope=0.3, files_per_300=2, minimum_depth=0.5, works=(0,)),
    Programme(name="EAU", rates=(0.3, 0.5), minimum=15, envelope=0.5, files_per_300=4, minimum_depth=0, works=(1,)),
    Programme(name="BARN", rates=(0.4, 0.5), minimum=10, envelope=0.5, files_per_300=2, minimum_depth=0, works=(2,)),
)  # fmt: skip
INCOMPATIBLE = frozenset({frozenset({"DSIL", "FVERT"}), frozenset({"DETR", "FVEP"}), frozenset({"DETR", "DSIL"})})
MEAN_DEPTH_PROGRAMME, MEAN_DEPTH = "FVEP", 0.5


@dataclass(frozen=True, kw_only=True)
class Instance:
    """A synthetic portfolio; arrays have one value per action.

    Attributes:
        group: group of alternatives, at most one of which may be done.
        works: kind of works (0 lighting, 1 water, 2 floods, 3 buildings).
        depth: saving share [1].
        cost: investment [kEUR].
        saving: yearly saving [kEUR/year].
        benefit: present value of the savings over the lifetime [kEUR].
        rates: by programme, rate of aid of each action, 0 where it is not eligible.
        certificates: white certificates [kEUR].
        budget: own funds by year [kEUR].
    """

    group: NDArray[np.int64]
    works: NDArray[np.int64]
    depth: NDArray[np.float64]
    cost: NDArray[np.float64]
    saving: NDArray[np.float64]
    benefit: NDArray[np.float64]
    rates: dict[str, NDArray[np.float64]]
    certificates: NDArray[np.float64]
    budget: NDArray[np.float64]


def draw_instance(count: int, seed: int) -> Instance:
    """Draw a portfolio of `count` actions.

    Args:
        count: number of actions.
        seed: seed of the draw.
    """
    rng = np.random.default_rng(seed)
    group = _groups(count, rng)
    groups = int(group.max()) + 1
    works = rng.integers(0, 4, groups)[group]
    size = np.exp(rng.normal(3.6, 1.0, groups))
    depth = rng.uniform(0.15, 0.85, count)
    cost = size[group] * (depth / 0.5) ** 1.3 * np.exp(rng.normal(0, 0.25, count))
    yield_rate = np.where(works == LIGHTING, 0.16, np.where(works == ENVELOPE_WORKS, 0.055, 0.07))
    saving = cost * yield_rate * (depth / 0.5) ** -0.5 * np.exp(rng.normal(0, 0.5, count))
    # Drawn by the first writing of this family and no longer used: drawn still, so that its seeds give its instances.
    rng.normal(0, 0.4, count)
    lifetime = np.where(works == LIGHTING, 20, np.where(works == ENVELOPE_WORKS, 30, 40))
    benefit = saving * (1 - (1 + DISCOUNT_RATE) ** -lifetime.astype(float)) / DISCOUNT_RATE
    rates = {}
    for programme in PROGRAMMES:
        eligible = (
            np.isin(works, programme.works)
            & (cost >= programme.minimum)
            & (depth >= programme.minimum_depth)
            & (rng.random(count) < 0.7)
        )
        rates[programme.name] = np.where(eligible, rng.uniform(*programme.rates, count), 0.0)
    return Instance(
        group=group,
        works=works,
        depth=depth,
        cost=cost,
        saving=saving,
        benefit=benefit,
        rates=rates,
        certificates=np.where(np.isin(works, (LIGHTING, ENVELOPE_WORKS)), 0.08 * cost, 0.0),
        budget=np.full(YEARS, 0.02 * cost.sum()),
    )


def _groups(count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    groups: list[int] = []
    number = 0
    while len(groups) < count:
        groups += [number] * min(int(rng.integers(1, 6)), count - len(groups))
        number += 1
    return np.array(groups, dtype=np.int64)
