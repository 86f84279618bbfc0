"""Pooled models against closed forms, and what must not matter."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bocage.science.pooling import (
    KindPrior,
    Normal,
    Prior,
    Project,
    Rate,
    Records,
    Spread,
    cost_prior,
    fit_pooled,
    leave_one_out,
    predict,
    realisation_prior,
    shares,
)
from bocage.science.pooling.convergence import effective_size, split_r_hat

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


@given(st.floats(0.05, 0.5), st.floats(0.6, 2.0))
@settings(max_examples=5, deadline=None)
def test_a_figure_that_is_less_well_known_weighs_less(small: float, large: float) -> None:
    records = some_records()
    weights = []
    for error in (small, large):
        errors = np.full(24, 0.1)
        errors[4] = error
        fit = fit_pooled(replace(records, value_log_sd=errors), KNOWN, random(), draws=40, warm_up=1)
        weights.append(abs(shares(fit, records.projects()[4]).records[4]))
    assert weights[1] < weights[0]


KINDS_OF_RECORDS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c"]),
        st.sampled_from(["", "x", "y"]),
        st.floats(-20, 20),
        st.floats(-8, 8),
        st.sampled_from([0.0, 0.1, 3.0, 50.0]),
        st.sampled_from([0.0, 0.5, 3.0]),
        st.sampled_from(["", "green"]),
    ),
    min_size=1,
    max_size=6,
)


@given(KINDS_OF_RECORDS, st.sampled_from(["partial", "none", "complete"]), st.sampled_from(["normal", "student"]))
@settings(max_examples=25, deadline=None)
def test_whatever_the_records_draws_are_numbers(rows: list, pooling: str, tails: str) -> None:
    kinds, territories, values, sizes, value_sd, size_sd, through = zip(*rows, strict=True)
    records = Records(
        np.exp(values), np.exp(sizes), kinds, territories, np.array(value_sd), np.array(size_sd), through=through
    )
    prior = cost_prior({"a": KindPrior(1000.0, 0.2, 50.0)}, tails=tails, rates={"green": Rate(0.3, 0.5, 0.2)})
    fit = fit_pooled(records, prior, random(), pooling=pooling, draws=40, warm_up=20)  # type: ignore[arg-type]
    projects = [Project("a", 2.0, "x"), Project("unseen", 2.0), Project("b", 1e5, "new")]
    assert np.isfinite(predict(fit, projects, random(), count=99)).all()
    found, left = shares(fit, projects[0]), leave_one_out(fit)
    parts = (found.own_territory, found.same_kind, found.others, found.prior)
    assert min(parts) >= 0
    assert sum(parts) == pytest.approx(1)
    assert np.isfinite(found.without).all()
    assert np.isfinite(left.surprise).all()


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


@given(st.floats(0.01, 100.0))
@settings(max_examples=5, deadline=None)
def test_the_unit_of_cost_only_moves_the_level(factor: float) -> None:
    records, project = some_records(), Project("a", 5.0, "t1", {"year": 2.0})
    prior = replace(cost_prior(), level=Normal(1.0, 2.0))
    moved = replace(prior, level=Normal(1.0 + np.log(factor), 2.0))
    one = predict(fit_pooled(records, prior, random(), draws=64), [project], random(2))
    other_records = replace(records, value=records.value * factor)
    other = predict(fit_pooled(other_records, moved, random(), draws=64), [project], random(2))
    assert other == pytest.approx(one * factor, rel=1e-6)


def test_the_order_of_records_does_not_matter() -> None:
    records, project = some_records(), Project("a", 5.0, "t1", {"year": 2.0})
    unsure = replace(records, size_log_sd=np.full(24, 0.3))
    order = random(9).permutation(24)
    prior = replace(cost_prior(), tails="student")
    first, second = (fit_pooled(one, prior, random(), draws=64) for one in (unsure, unsure.rows(order)))
    assert np.array_equal(predict(first, [project], random(2)), predict(second, [project], random(2)))
    assert shares(first, project).records[order] == pytest.approx(shares(second, project).records)


def test_the_same_seed_gives_the_same_draws_and_another_gives_others() -> None:
    records, project = some_records(), Project("a", 5.0, "t1")
    drawn = [
        predict(fit_pooled(records, cost_prior(), random(seed), draws=64), [project], random(2)) for seed in (1, 1, 2)
    ]
    assert np.array_equal(drawn[0], drawn[1])
    assert not np.array_equal(drawn[0], drawn[2])


def test_projects_of_a_new_territory_share_its_effect() -> None:
    """The spread of a bundle in one new territory is wider than over many, and its mean above its median."""
    fit = fit_pooled(some_records(count=60), cost_prior(), random())
    one = predict(fit, [Project("a", 7.0, "new")] * 10, random(2)).sum(axis=0)
    many = predict(fit, [Project("a", 7.0, f"new {number}") for number in range(10)], random(2)).sum(axis=0)
    assert np.log(one).std() > 1.3 * np.log(many).std()
    single = predict(fit, [Project("a", 7.0, "new")], random(2), count=20_000)[0]
    assert single.mean() > 1.05 * np.median(single)


def test_a_commune_without_records_learns_from_its_departement() -> None:
    """Two départements of thirty communes, one twice as dear: a third commune of either is foreseen like its own."""
    source = random(14)
    area = np.repeat(["cheap", "dear"], 30)
    logs = np.where(area == "dear", 2.7, 2.0) + source.normal(0, 0.2, 60) + source.normal(0, 0.2, 60)
    records = Records(
        np.exp(logs), np.ones(60), ["a"] * 60, [f"t{row}" for row in range(60)], area=[str(one) for one in area]
    )
    fit = fit_pooled(records, Prior(), random())
    projects = [Project("a", 1.0, "new", area=one) for one in ("cheap", "dear", "elsewhere")]
    drawn = np.log(predict(fit, projects, random(2), rest=False))
    assert np.median(drawn, axis=1)[:2] == pytest.approx([2.0, 2.7], abs=0.15)
    assert drawn[2].std() > 1.3 * drawn[0].std()
    named, unnamed = predict(
        fit, [Project("a", 1.0, "t3", area="cheap"), Project("a", 1.0, "t3")], random(2), rest=False
    )
    assert np.array_equal(named, unnamed)
    blind = fit_pooled(replace(records, area=None), Prior(), random())
    assert np.log(predict(blind, projects[:1], random(2), rest=False)).std() > 1.3 * drawn[0].std()
    assert not blind.between_areas.any()


def test_a_kind_never_seen_is_wider_than_one_that_was() -> None:
    fit = fit_pooled(some_records(count=60), Prior(level=Normal(1.0, 1.0)), random())
    seen, unseen = np.log(predict(fit, [Project("a", 7.0, "t1"), Project("z", 7.0, "t1")], random(2)))
    assert unseen.std() > 1.2 * seen.std()


def test_extremes_of_pooling_leave_territories_alone_or_forget_them() -> None:
    records = some_records(count=60)
    alone, forgotten = (
        fit_pooled(records, cost_prior(), random(), pooling=pooling)
        for pooling in ("none", "complete")  # type: ignore[arg-type]
    )
    project = Project("a", 7.0, "t1")
    assert np.abs(forgotten.effects).max() == 0
    partial = fit_pooled(records, cost_prior(), random())
    own = [name == "t1" for name in records.territory]
    weights = [shares(fit, project).records[own].sum() for fit in (alone, partial, forgotten)]
    assert pytest.approx(weights[0], abs=0.1) == 1
    assert weights[0] > weights[1] > weights[2]


def test_students_law_is_not_led_by_one_wrong_record() -> None:
    """A cost typed a thousand times too high, among twenty alike."""
    source = random(6)
    value = np.exp(source.normal(2.0, 0.1, 20))
    value[3] *= 1000
    records = Records(value, np.ones(20), ["a"] * 20, [f"t{row % 5}" for row in range(20)])
    normal, student = (fit_pooled(records, Prior(tails=tails), random()) for tails in ("normal", "student"))  # type: ignore[arg-type]
    gaps = [abs(np.log(np.median(predict(fit, [Project("a")], random(2)))) - 2.0) for fit in (normal, student)]
    assert gaps[1] < 0.1 < gaps[0]
    assert leave_one_out(normal).surprise.argmax() == 3


def test_what_is_wrong_is_said() -> None:
    one = np.ones(1)
    with pytest.raises(ValueError, match="kind has 2 values for 1 records"):
        Records(one, one, ["a", "b"], ["t"])
    with pytest.raises(ValueError, match="value of record 0 is 0"):
        Records(np.zeros(1), one, ["a"], ["t"])
    with pytest.raises(ValueError, match="year of record 0 is nan"):
        Records(one, one, ["a"], ["t"], covariates={"year": np.array([np.nan])})
    with pytest.raises(ValueError, match="value_log_sd of record 0 is -1"):
        Records(one, one, ["a"], ["t"], value_log_sd=-one)
    records = Records(one, one, ["a"], ["t"], through=["green"])
    with pytest.raises(ValueError, match="no prior of the rate green"):
        fit_pooled(records, Prior(), random())
    fit = fit_pooled(Records(one, one, ["a"], ["t"]), Prior(), random(), draws=64)
    with pytest.raises(ValueError, match="no covariate year"):
        predict(fit, [Project("a", covariates={"year": 1.0})], random())
    with pytest.raises(ValueError, match="size of a project"):
        predict(fit, [Project("a", 0.0)], random())
    with pytest.raises(ValueError, match="10 chains need 40 draws"):
        fit_pooled(records, Prior(), random(), draws=8)
    with pytest.raises(ValueError, match="no record to leave out"):
        leave_one_out(fit_pooled(Records.none(), Prior(), random()))
    for wrong in (lambda: Spread(0.0), lambda: Normal(0.0, 0.0), lambda: KindPrior(0.0, 1.0), lambda: Rate(0.5, 0, 0)):
        with pytest.raises(ValueError, match="above zero"):
            wrong()


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
