"""Pooled models against another engine: mixed models of statsmodels, by restricted likelihood."""

import warnings

import numpy as np
import pytest

from bocage.science.pooling import Normal, Prior, Project, Records, fit_pooled, shares

mixed = pytest.importorskip(
    "statsmodels.regression.mixed_linear_model",
    reason="statsmodels is not installed (pip install -e .[peers])",
    exc_type=ImportError,
)


def test_what_restricted_likelihood_finds() -> None:
    """Elasticity, spreads and effects of eighty territories agree within a part of their standard errors."""
    source, count = np.random.default_rng(8), 400
    territory = np.repeat(np.arange(80), 5)
    log_size, year = source.normal(0.0, 1.0, count), source.integers(0, 5, count).astype(float)
    log_value = 5.0 + 0.8 * log_size + 0.05 * year + source.normal(0, 0.5, 80)[territory] + source.normal(0, 0.4, count)
    design = np.column_stack([np.ones(count), log_size, year])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the other engine's own, of the libraries below it
        found = mixed.MixedLM(log_value, design, territory).fit(reml=True)
    records = Records(
        np.exp(log_value),
        np.exp(log_size),
        ["a"] * count,
        [f"{one:02d}" for one in territory],
        covariates={"year": year},
    )
    prior = Prior(level=Normal(0.0, 10.0), slope=Normal(0.0, 10.0), effect=Normal(0.0, 10.0), usual_sizes={"a": 1.0})
    fit = fit_pooled(records, prior, np.random.default_rng(1), draws=4000)
    level = fit.coefficient("level") + fit.coefficient("kind a")
    for draws, place in ((level, 0), (fit.elasticity("a"), 1), (fit.coefficient("covariate year"), 2)):
        assert draws.mean() == pytest.approx(found.fe_params[place], abs=0.2 * found.bse_fe[place])
        if place:  # of the level, territories and kinds hold a part
            assert draws.std() == pytest.approx(found.bse_fe[place], rel=0.1)
    assert fit.residual[:, 0].mean() == pytest.approx(np.sqrt(found.scale), rel=0.03)
    assert fit.between_territories.mean() == pytest.approx(np.sqrt(found.cov_re[0, 0]), rel=0.06)
    effects = np.array([float(np.asarray(found.random_effects[one])[0]) for one in range(80)])
    assert fit.effects.mean(axis=0) == pytest.approx(effects, abs=0.03)
    shrinkage = 5 * found.cov_re[0, 0] / (5 * found.cov_re[0, 0] + found.scale)
    own = shares(fit, Project("a", 1.0, "07", {"year": 2.0})).own_territory
    assert own == pytest.approx(shrinkage, abs=0.03)
