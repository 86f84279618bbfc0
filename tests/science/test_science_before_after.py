"""Before and after, and steps: closed forms, and what must not matter."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bocage.science.before_after import (
    before_after,
    least_squares,
    remembering_error,
    seasonal_design,
    student_quantile,
)
from bocage.science.steps import largest_step

MONTHS = np.arange(36)
SEASON = (MONTHS + 0.5) * np.pi / 6
AFTER = MONTHS >= 24
HOURS = 345 + 120 * np.cos(SEASON)


def noisy(seed: int, meters: int = 4, *, change: float = -0.3, sd: float = 0.05) -> np.ndarray:
    random = np.random.default_rng(seed)
    level = random.uniform(1, 5, (meters, 1))
    return np.asarray(level * np.where(AFTER, 1 + change, 1.0) * (1 + sd * random.standard_normal((meters, 36))))


def weights(meters: int) -> np.ndarray:
    return np.broadcast_to(HOURS, (meters, 36))


def test_an_exact_change_is_found_with_no_interval() -> None:
    level = np.array([[2.0], [3.0]]) * np.where(AFTER, 0.6, 1.0)
    found = before_after(level, weights(2), AFTER, SEASON, scale=4000.0)
    assert found is not None
    assert found.effect == pytest.approx(-0.4 * 5 * 4000)
    assert found.baseline == pytest.approx(5 * 4000)
    assert found.low == pytest.approx(found.high, abs=1e-6)
    assert found.effects.tolist() == pytest.approx([-3200.0, -4800.0])
    assert found.periods == (24, 12)


def test_a_season_is_no_change() -> None:
    """A use that follows the season exactly, and does not change, has no effect, even over half a year after."""
    level = 3 + np.cos(SEASON) + 0.5 * np.sin(SEASON)
    kept = MONTHS < 30
    found = before_after(level[None, kept], weights(1)[:, kept], AFTER[kept], SEASON[kept])
    assert found is not None
    assert found.effect == pytest.approx(0.0, abs=1e-9)


def test_what_happens_everywhere_is_taken_off() -> None:
    anyway = np.where(AFTER, 0.9, 1.0)
    works = np.where(AFTER, 0.9 - 0.4, 1.0)
    found = before_after(2 * works[None], weights(1), AFTER, SEASON, control=np.array([[5.0], [7.0]]) * anyway)
    assert found is not None
    assert found.effect == pytest.approx(-0.8)


def test_too_few_values_give_no_answer() -> None:
    level = np.where(AFTER, 1.0, 2.0)[None]
    assert before_after(np.where(MONTHS < 21, np.nan, level), weights(1), AFTER, SEASON) is None
    assert before_after(np.where(MONTHS > 25, np.nan, level), weights(1), AFTER, SEASON) is None
    assert before_after(level, weights(1), AFTER, SEASON, control=np.full((3, 36), np.nan)) is None


@given(seed=st.integers(0, 10_000), factor=st.floats(0.01, 100))
@settings(max_examples=15, deadline=None)
def test_units_and_order_of_meters_do_not_matter(seed: int, factor: float) -> None:
    level = noisy(seed)
    plain = before_after(level, weights(4), AFTER, SEASON)
    other = before_after(factor * level[::-1], weights(4), AFTER, SEASON)
    assert plain is not None
    assert other is not None
    for one, two in zip((plain.effect, plain.low, plain.high), (other.effect, other.low, other.high), strict=True):
        assert two == pytest.approx(factor * one, rel=1e-6)
    assert plain.relative == pytest.approx(other.relative, rel=1e-9)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=10, deadline=None)
def test_the_effect_is_the_sum_over_meters(seed: int) -> None:
    level = noisy(seed)
    whole = before_after(level, weights(4), AFTER, SEASON)
    parts = [before_after(row[None], weights(1), AFTER, SEASON) for row in level]
    assert whole is not None
    assert whole.effect == pytest.approx(sum(part.effect for part in parts if part is not None))


def test_the_interval_widens_with_noise_and_with_memory() -> None:
    widths = []
    for sd in (0.01, 0.05, 0.2):
        found = before_after(noisy(3, sd=sd), weights(4), AFTER, SEASON)
        assert found is not None
        widths.append(found.high - found.low)
    assert widths == sorted(widths)
    design = seasonal_design(AFTER, SEASON, HOURS)
    random = np.random.default_rng(5)
    shocks = random.standard_normal(36)
    slow = np.convolve(shocks, np.ones(8) / 8**0.5, mode="same")
    quick, remembering = (
        remembering_error(values - design @ least_squares(design, values, HOURS), design, HOURS)
        for values in (shocks, slow)
    )
    assert remembering > 1.3 * quick


def test_the_error_of_independent_values_is_that_of_the_textbook() -> None:
    """With errors that do not remember, the error of the mean of n values is σ/√n, within a tenth, over many draws."""
    random = np.random.default_rng(11)
    ratios = []
    for _ in range(40):
        values = random.standard_normal(120)
        error = remembering_error(values - values.mean(), np.ones((120, 1)), np.ones(120), column=0)
        ratios.append(error * math.sqrt(120))
    assert 0.95 < np.median(ratios) < 1.25


def test_student_against_tables() -> None:
    for freedom, value in ((5, 1.476), (8, 1.397), (20, 1.325), (60, 1.296)):
        assert student_quantile(freedom) == pytest.approx(value, abs=0.003)


@pytest.mark.parametrize("position", [6, 17, 33])
def test_a_step_is_dated(position: int) -> None:
    random = np.random.default_rng(position)
    level = np.where(position > MONTHS, 4.0, 2.0) + 0.5 * np.cos(SEASON) + 0.05 * random.standard_normal(36)
    step = largest_step(level, HOURS, SEASON)
    assert step is not None
    assert step.position == position
    assert step.relative == pytest.approx(-0.5, abs=0.05)
    assert step.is_sure


def test_gaps_do_not_move_a_step_and_short_series_have_none() -> None:
    level = np.where(MONTHS < 20, 4.0, 3.0).astype(float)
    level[[3, 11, 25]] = np.nan
    step = largest_step(level, HOURS, SEASON)
    assert step is not None
    assert step.position == 20
    assert largest_step(level[:8], HOURS[:8], SEASON[:8]) is None


def test_noise_alone_rarely_makes_a_sure_step() -> None:
    sure = 0
    for seed in range(40):
        random = np.random.default_rng([seed, 1])
        step = largest_step(3 + 0.2 * random.standard_normal(36), HOURS, SEASON)
        sure += step is not None and step.is_sure
    assert sure <= 2
