"""Pooled models: what must not matter, what must, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pooling_samples import KNOWN, random, some_records

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
    shares,
)


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
