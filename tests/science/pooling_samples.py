"""Records, a prior whose spreads are known, and the closed form of what it gives."""

import numpy as np

from bocage.science.pooling import Normal, Prior, Project, Records, Spread

KNOWN = Prior(
    level=Normal(0.0, 2.0),
    between_kinds=Spread(0.8, fixed=True),
    slope=Normal(0.9, 0.3),
    between_slopes=Spread(0.2, fixed=True),
    between_territories=Spread(0.5, fixed=True),
    between_areas=Spread(0.6, fixed=True),
    residual=Spread(0.4, fixed=True),
    residual_kinds=0.0,
    covariates={"year": Normal(0.0, 0.5)},
    usual_sizes={"a": 1.0, "b": 1.0},
)
"""All spreads known: the posterior is a normal law that can be written down."""


def random(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def some_records(seed: int = 1, count: int = 24, *, slope: float = 0.9) -> Records:
    source = random(seed)
    size = np.exp(source.normal(2.0, 1.0, count))
    territory = source.integers(0, 6, count)
    effect = source.normal(0.0, 0.5, 6)
    rest = source.normal(0.0, 0.4, count)
    return Records(
        np.exp(1.0 + slope * np.log(size) + effect[territory] + rest),
        size,
        source.choice(["a", "b"], count).tolist(),
        [f"t{one}" for one in territory],
        value_log_sd=source.choice([0.01, 0.3], count),
        covariates={"year": source.integers(0, 5, count).astype(float)},
        area=[f"d{one % 2}" for one in territory],
    )


def dense(records: Records, prior: Prior, project: Project) -> tuple[float, float, np.ndarray]:
    """Mean, variance and weights of ln of a median project, by the covariances of all values at once."""

    def covariance(first: list[Project], second: list[Project]) -> np.ndarray:
        found = np.zeros((len(first), len(second)))
        for i, one in enumerate(first):
            for j, two in enumerate(second):
                sizes = np.log(one.size) * np.log(two.size)
                found[i, j] = (
                    prior.level.sd**2
                    + (one.kind == two.kind) * (prior.between_kinds.scale**2 + prior.between_slopes.scale**2 * sizes)
                    + prior.slope.sd**2 * sizes
                    + prior.covariates["year"].sd ** 2 * one.covariates["year"] * two.covariates["year"]
                    + (one.territory == two.territory) * prior.between_territories.scale**2
                    + (one.area == two.area) * prior.between_areas.scale**2
                )
        return found

    seen, asked = records.projects(), [project]
    inner = covariance(seen, seen) + np.diag(prior.residual.scale**2 + records.column("value_log_sd", 0.0) ** 2)
    outer = covariance(asked, seen)[0]
    weights = np.linalg.solve(inner, outer)
    mean = prior.slope.mean * np.log(records.size)
    found = prior.slope.mean * np.log(project.size) + weights @ (np.log(records.value) - mean)
    return float(found), float(covariance(asked, asked)[0, 0] - weights @ outer), weights
