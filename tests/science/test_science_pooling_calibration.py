"""Simulation-based calibration: parameters drawn from the prior must lie anywhere in their posterior alike.

Talts and others, Validating Bayesian inference algorithms with simulation-based calibration, arXiv:1804.06788.
"""

from dataclasses import replace

import numpy as np
import pytest

from bocage.science.pooling import KindPrior, Normal, Prior, Project, Records, Spread, fit_pooled, predict

KINDS = np.array(["a", "b", "c"])
PRIOR = Prior(
    level=Normal(1.0, 0.7),
    between_kinds=Spread(0.6),
    kinds={"c": KindPrior(3.0, 0.5)},
    usual_sizes={"a": 1.0, "b": 1.0},
    slope=Normal(0.8, 0.3),
    between_slopes=Spread(0.3),
    between_territories=Spread(0.5),
    between_areas=Spread(0.5),
    residual=Spread(0.6),
    covariates={"late": Normal(0.0, 0.4)},
)
WORLDS, RECORDS, TERRITORIES, AREAS, BINS = 40, 30, 9, 3, 5
CHI_SQUARE_999 = 18.5
"""Quantile 0.999 of the chi-square law of four degrees of freedom."""


def world(random: np.random.Generator, *, student: bool, unsure: bool) -> tuple[Records, dict[str, float]]:
    """Records of parameters drawn from the prior; sizes are drawn from the law that true sizes have."""
    kappa, omega = abs(random.normal(0, 0.6)), abs(random.normal(0, 0.3))
    tau, middle = abs(random.normal(0, 0.5)), 0.6 * np.sqrt(random.standard_exponential())
    sigma = middle * np.exp(PRIOR.residual_kinds * random.standard_normal(3))
    level = random.normal(1.0, 0.7) + np.array([*(kappa * random.standard_normal(2)), 0.0])
    level[2] = random.normal(np.log(3.0), 0.5)
    common = random.normal(0.8, 0.3)
    slope = common + omega * random.standard_normal(3)
    late_effect = random.normal(0.0, 0.4)
    territory, kind = random.integers(0, TERRITORIES, RECORDS), random.integers(0, 3, RECORDS)
    late = (random.random(RECORDS) < 0.4).astype(float)
    size_sd = np.where(random.random(RECORDS) < 0.5, 0.6, 0.0) if unsure else np.zeros(RECORDS)
    error = np.where(random.random(RECORDS) < 0.5, 0.4, 0.01)
    spread = np.sqrt(3 / random.chisquare(3, 3))
    true_size = random.normal(0, 3, 3)[kind] + spread[kind] * random.standard_normal(RECORDS)
    freedom = float(random.choice([3.0, 4.0, 6.0, 10.0, 20.0, 50.0, 200.0]))
    rest = random.standard_t(freedom, RECORDS) if student else random.standard_normal(RECORDS)
    phi = abs(random.normal(0, 0.5))
    area = np.arange(TERRITORIES) % AREAS
    effect = tau * random.standard_normal(TERRITORIES) + (phi * random.standard_normal(AREAS))[area]
    logs = level[kind] + slope[kind] * true_size + late_effect * late + effect[territory] + sigma[kind] * rest
    records = Records(
        np.exp(logs + error * random.standard_normal(RECORDS)),
        np.exp(true_size + size_sd * random.standard_normal(RECORDS)),
        KINDS[kind].tolist(),
        territory.astype(str).tolist(),
        value_log_sd=error,
        size_log_sd=size_sd,
        covariates={"late": late},
        area=area[territory].astype(str).tolist(),
    )
    truth = {
        "between territories": tau,
        "between areas": phi,
        "residual middle": middle,
        "elasticity": common,
        "between kinds": kappa,
        "covariate late": late_effect,
        "known": float(level[2] + effect[0]),
    }
    return records, truth


def ranks(seed: int, *, student: bool, unsure: bool, worlds: int = WORLDS) -> dict[str, np.ndarray]:
    """Rank of the truth among the last draws of 32 chains, over 33, by quantity and world."""
    found: dict[str, list[float]] = {}
    prior = replace(PRIOR, tails="student" if student else "normal")
    for number in range(worlds):
        random = np.random.default_rng([seed, number])
        records, truth = world(random, student=student, unsure=unsure)
        fit = fit_pooled(records, prior, random, chains=32, draws=128, warm_up=100)
        draws = {
            "between territories": fit.between_territories,
            "between areas": fit.between_areas,
            "residual middle": fit.residual_middle,
            "elasticity": fit.coefficient("elasticity"),
            "between kinds": fit.between_kinds,
            "covariate late": fit.coefficient("covariate late"),
            "known": np.log(predict(fit, [Project("c", 1.0, "0")], random, rest=False)[0]),
        }
        for name, values in draws.items():
            below = int((values[-32:] < truth[name]).sum())
            found.setdefault(name, []).append((below + random.random()) / 33)
    return {name: np.array(values) for name, values in found.items()}


@pytest.mark.parametrize(("student", "unsure"), [(False, False), (True, True)])
def test_truth_lies_anywhere_in_its_posterior_alike(student: bool, unsure: bool) -> None:
    for name, shares in ranks(11, student=student, unsure=unsure).items():
        counts = np.histogram(shares, bins=BINS, range=(0, 1))[0]
        expected = len(shares) / BINS
        statistic = float(((counts - expected) ** 2 / expected).sum())
        assert statistic < CHI_SQUARE_999, (name, counts)
