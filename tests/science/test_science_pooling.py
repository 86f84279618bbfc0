"""Pooled models against closed forms and known truths."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pooling_samples import KNOWN, dense, random, some_records

from bocage.science.pooling import (
    KindPrior,
    Normal,
    Prior,
    Project,
    Rate,
    Records,
    Spread,
    fit_pooled,
    leave_one_out,
    predict,
    realisation_prior,
    shares,
)
from bocage.science.pooling.convergence import effective_size, split_r_hat


@pytest.mark.parametrize(
    "project",
    [
        Project("a", 5.0, "t1", {"year": 2.0}, "d1"),
        Project("b", 2.0, "new", {"year": 6.0}, "d0"),
        Project("b", 2.0, "new", {"year": 6.0}, "d9"),
    ],
)
def test_known_spreads_give_the_best_linear_unbiased_prediction(project: Project) -> None:
    """Draws have the mean and variance of the closed form, and records exactly its weights."""
    records = some_records()
    mean, variance, weights = dense(records, KNOWN, project)
    fit = fit_pooled(records, KNOWN, random(), draws=20_000)
    drawn = np.log(predict(fit, [project], random(2), rest=False)[0])
    assert drawn.mean() == pytest.approx(mean, abs=4 * np.sqrt(variance / 20_000))
    assert drawn.std() == pytest.approx(np.sqrt(variance), rel=0.03)
    found = shares(fit, project)
    assert found.records == pytest.approx(weights, abs=1e-9)
    own = np.array([name == project.territory for name in records.territory])
    same = np.array([name == project.kind for name in records.kind])
    groups = [abs(weights[rows].sum()) for rows in (own & same, own & ~same, ~own & same, ~own & ~same)]
    whole = sum(groups) + abs(1 - weights.sum())
    assert found.prior == pytest.approx(abs(1 - weights.sum()) / whole, abs=1e-9)
    assert found.own_territory == pytest.approx((groups[0] + groups[1]) / whole, abs=1e-9)
    assert found.same_kind == pytest.approx(groups[2] / whole, abs=1e-9)
    assert found.own_territory + found.same_kind + found.others + found.prior == pytest.approx(1)


def test_leaving_a_record_out_is_the_fit_without_it() -> None:
    records, project = some_records(), Project("a", 5.0, "t1", {"year": 2.0}, "d1")
    fit = fit_pooled(records, KNOWN, random(), draws=64)
    left, found = leave_one_out(fit), shares(fit, project)
    whole = dense(records, KNOWN, project)[0]
    for row in (0, 7, 23):
        others = records.rows(one for one in range(24) if one != row)
        mean, variance, _ = dense(others, KNOWN, records.projects()[row])
        error = records.column("value_log_sd", 0.0)[row]
        assert np.log(left.median[row]) == pytest.approx(mean, abs=1e-9)
        assert left.log_sd[row] ** 2 == pytest.approx(variance + 0.4**2 + error**2, abs=1e-9)
        change = np.exp(dense(others, KNOWN, project)[0] - whole) - 1
        assert found.without[row] == pytest.approx(change, abs=1e-9)


@given(st.integers(1, 12), st.floats(0.1, 1.0), st.floats(0.1, 1.0))
@settings(max_examples=10, deadline=None)
def test_a_territory_counts_by_the_ratio_of_variances(count: int, between: float, within: float) -> None:
    """The level known, n records of a territory weigh n τ² / (n τ² + σ²): its shrinkage."""
    prior = Prior(
        kinds={"a": KindPrior(1.0, 1e-6)},
        slope=Normal(0.0, 1e-6),
        between_slopes=Spread(0.0, fixed=True),
        between_territories=Spread(between, fixed=True),
        residual=Spread(within, fixed=True),
        residual_kinds=0.0,
    )
    records = Records(np.full(count, 2.0), np.ones(count), ["a"] * count, ["here"] * count)
    fit = fit_pooled(records, prior, random(), draws=64, warm_up=2)
    expected = count * between**2 / (count * between**2 + within**2 + 0.01**2)
    assert shares(fit, Project("a", 1.0, "here")).own_territory == pytest.approx(expected, abs=1e-6)
    assert shares(fit, Project("a", 1.0, "elsewhere")).prior == pytest.approx(1.0, abs=1e-6)


def test_two_like_records_are_one_of_twice_the_weight() -> None:
    """Up to the rounding that each figure has."""
    twice = Records(np.array([2.0, 2.0, 5.0]), np.ones(3), ["a"] * 3, ["t", "t", "u"])
    once = Records(np.array([2.0, 5.0]), np.ones(2), ["a"] * 2, ["t", "u"], weight=np.array([2.0, 1.0]))
    project = Project("a", 1.0, "t")
    fits = [fit_pooled(records, KNOWN, random(), draws=64) for records in (twice, once)]
    drawn = [predict(fit, [project], random(2), rest=False) for fit in fits]
    found = [shares(fit, project) for fit in fits]
    assert found[0].own_territory == pytest.approx(found[1].own_territory, abs=1e-3)
    assert found[0].records[:2].sum() == pytest.approx(found[1].records[0], abs=1e-3)
    assert drawn[0] == pytest.approx(drawn[1], rel=1e-2)


def test_spreads_are_found() -> None:
    """Of many territories and records, standard deviations between and within come out as simulated."""
    source, count = random(3), 1200
    territory = np.repeat(np.arange(300), 4)
    logs = 2.0 + source.normal(0.0, 0.4, 300)[territory] + source.normal(0.0, 0.25, count)
    fit = fit_pooled(
        Records(np.exp(logs), np.ones(count), ["a"] * count, territory.astype(str).tolist()), Prior(), random()
    )
    assert fit.between_territories.mean() == pytest.approx(0.4, abs=0.05)
    assert fit.residual[:, 0].mean() == pytest.approx(0.25, abs=0.02)
    assert fit.worst.r_hat < 1.05
    assert fit.worst.effective > 150


def test_no_record_gives_the_prior_back() -> None:
    fit = fit_pooled(Records.none(), realisation_prior(0.65, 0.35), random(), draws=8000)
    drawn = np.log(predict(fit, [Project("roof", 0.3, "here")], random(2))[0])
    assert fit.rests_on_prior_alone
    assert fit.convergence == {}
    assert drawn.mean() == pytest.approx(np.log(0.65), abs=0.02)
    assert drawn.std() == pytest.approx(0.35, rel=0.05)
    assert np.quantile(drawn, [0.1, 0.9]) == pytest.approx(np.log(0.65) + np.array([-0.4485, 0.4485]), abs=0.05)


@pytest.mark.parametrize("count", [1, 2])
def test_one_record_moves_the_prior_a_little_and_its_own_territory_more(count: int) -> None:
    prior = realisation_prior(0.65, 0.35)
    fit = fit_pooled(
        Records(np.full(count, 1.2), np.full(count, 0.3), ["roof"] * count, ["here"] * count), prior, random()
    )
    here, elsewhere = (np.median(predict(fit, [Project("roof", 0.3, name)], random(2))) for name in ("here", "there"))
    assert 0.65 < elsewhere < here < 1.2
    found = shares(fit, Project("roof", 0.3, "there"))
    assert 0 < found.same_kind < 1
    assert found.prior == pytest.approx(1 - found.same_kind, abs=1e-9)


def test_measured_schools_take_over_from_the_prior() -> None:
    """Forty projects that bring 0.5 of what was promised: median and spread become theirs, not those of the guess."""
    source = random(12)
    territory = np.arange(40) // 2
    logs = np.log(0.5) + source.normal(0, 0.1, 20)[territory] + source.normal(0, 0.15, 40)
    error = np.full(40, 0.1)
    records = Records(
        np.exp(logs + 0.1 * source.standard_normal(40)),
        np.full(40, 0.3),
        ["school"] * 40,
        [f"t{one}" for one in territory],
        value_log_sd=error,
    )
    fit = fit_pooled(records, realisation_prior(0.65, 0.35), random())
    drawn = np.log(predict(fit, [Project("school", 0.3, "never did any")], random(2), count=20_000)[0])
    assert np.exp(np.median(drawn)) == pytest.approx(0.5, abs=0.04)
    assert drawn.std() == pytest.approx(np.hypot(0.1, 0.15), abs=0.05)
    assert shares(fit, Project("school", 0.3, "never did any")).prior < 0.1


def test_declared_sizes_would_flatten_the_elasticity() -> None:
    """Least squares on sizes known to 0.8 in logarithm misses a third of the elasticity; the model does not."""
    source, count = random(4), 300
    true = source.normal(3.0, 1.0, count)
    seen = true + 0.8 * source.standard_normal(count)
    value = np.exp(2.0 + true + 0.3 * source.standard_normal(count))
    flat = np.polyfit(seen, np.log(value), 1)[0]
    records = Records(value, np.exp(seen), ["a"] * count, [""] * count, size_log_sd=np.full(count, 0.8))
    fit = fit_pooled(records, Prior(slope=Normal(0.0, 1.0)), random())
    assert flat == pytest.approx(1 / (1 + 0.8**2), abs=0.08)
    assert fit.elasticity("a").mean() == pytest.approx(1.0, abs=0.12)
    naive = fit_pooled(replace(records, size_log_sd=None), Prior(slope=Normal(0.0, 1.0)), random())
    assert naive.elasticity("a").mean() == pytest.approx(flat, abs=0.05)


def test_subsidies_tell_costs_through_their_rate() -> None:
    """Sixty subsidies of about 30 %, and ten costs: the rate of the programme is found, and the costs are not its."""
    source = random(5)
    cost = np.exp(7.0 + 0.3 * source.standard_normal(70))
    value = np.where(np.arange(70) < 60, cost * 0.3 * np.exp(0.2 * source.standard_normal(70)), cost)
    through = ["green"] * 60 + [""] * 10
    prior = Prior(level=Normal(7.0, 2.0), rates={"green": Rate(0.45, 0.5, 0.2)})
    fit = fit_pooled(Records(value, np.ones(70), ["a"] * 70, [""] * 70, through=through), prior, random())
    assert np.exp(fit.coefficient("rate green")).mean() == pytest.approx(0.3, abs=0.05)
    assert np.median(predict(fit, [Project("a")], random(2))) == pytest.approx(np.exp(7.0), rel=0.15)
    alone = fit_pooled(Records(value[:60], np.ones(60), ["a"] * 60, [""] * 60, through=through[:60]), prior, random())
    # without any cost the level is no better known than the rate
    assert alone.coefficient("rate green").std() > 0.4


def test_memory_of_chains_is_told() -> None:
    """Of a first-order autoregression of memory r, n draws are worth n (1 - r) / (1 + r)."""
    source, memory = random(7), 0.8
    chain = np.zeros((8, 4000))
    for step in range(1, 4000):
        chain[:, step] = memory * chain[:, step - 1] + source.standard_normal(8)
    assert effective_size(chain) == pytest.approx(32_000 * 0.2 / 1.8, rel=0.15)
    assert split_r_hat(chain) == pytest.approx(1.0, abs=0.01)
    assert split_r_hat(chain + 5 * np.arange(8)[:, None]) > 2
    assert split_r_hat(np.ones((4, 10))) == 1.0
    assert effective_size(np.ones((4, 10))) == 40
