"""Draws: sums and differences are taken draw by draw, the same name gives the same draws."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bocage.vocabulary.draws import Z90, DrawTable, factor_draws, generator


def table(rows: dict[str, list[float]], **keys: list[str]) -> DrawTable:
    frame = pl.DataFrame({"indicator": list(rows), "unit": ["kWh"] * len(rows), **keys})
    return DrawTable(frame, np.array(list(rows.values()), dtype=float), np.zeros(len(rows)))


@given(low=st.floats(0.05, 5), ratio=st.floats(1.0, 20.0), seed=st.integers(0, 2**31), count=st.integers(2, 300))
def test_factors_have_mean_one_and_are_positive(low: float, ratio: float, seed: int, count: int) -> None:
    factors = factor_draws(low, low * ratio, count, seed=seed, name="x")
    assert factors.shape == (count,)
    assert (factors > 0).all()
    assert factors.mean() == pytest.approx(1.0)


def test_factors_have_the_percentiles_asked_for() -> None:
    """Lognormal: the ratio of P90 to P10 is high / low; 2 % at 200,000 draws."""
    low, high = np.percentile(factor_draws(0.8, 1.6, 200_000, seed=3, name="x"), [10, 90])
    assert high / low == pytest.approx(2.0, rel=0.02)
    assert pytest.approx(1.2816, abs=1e-4) == Z90


def test_a_certain_quantity_has_equal_draws() -> None:
    assert np.array_equal(factor_draws(2.0, 2.0, 5, seed=1, name="x"), np.ones(5))


@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-1.0, 1.0), (2.0, 1.0), (float("nan"), 1.0)])
def test_an_impossible_interval_is_refused(low: float, high: float) -> None:
    with pytest.raises(ValueError, match="interval"):
        factor_draws(low, high, 10, seed=1, name="x")


def test_a_name_has_its_own_draws_whatever_was_drawn_before() -> None:
    first = generator(7, "price").random(3)
    generator(7, "other").random(100)
    assert np.array_equal(generator(7, "price").random(3), first)
    assert not np.array_equal(generator(7, "prices").random(3), first)
    assert not np.array_equal(generator(8, "price").random(3), first)
    assert not np.array_equal(generator(7, "a", "bc").random(3), generator(7, "ab", "c").random(3))


def test_bounds_of_a_sum_are_not_sums_of_bounds() -> None:
    """Two independent quantities partly compensate: the interval of the sum is narrower than the sum of intervals."""
    draws = [factor_draws(0.5, 2.0, 4000, seed=1, name=name).tolist() for name in ("a", "b")]
    parts = DrawTable(pl.DataFrame({"indicator": ["e", "e"], "unit": ["", ""]}), np.array(draws), np.zeros(2))
    whole, bounds = parts.total([]).summary(), parts.summary()
    assert whole["value"][0] == pytest.approx(bounds["value"].sum())
    assert whole["high"][0] - whole["low"][0] < 0.9 * (bounds["high"].sum() - bounds["low"].sum())


def test_common_draws_cancel_in_a_difference() -> None:
    factor = factor_draws(0.5, 2.0, 50, seed=1, name="price")
    before, after = (DrawTable(pl.DataFrame({"indicator": ["c"], "unit": ["EUR"]}), x * factor[None], np.zeros(1)) for x
                     in (10.0, 10.0))  # fmt: skip
    assert not before.minus(after, ["indicator"]).draws.any()


@given(st.lists(st.lists(st.floats(-1e6, 1e6), min_size=4, max_size=4), min_size=1, max_size=8), st.randoms())
def test_a_total_does_not_depend_on_the_order_of_rows(rows: list[list[float]], random) -> None:  # noqa: ANN001
    keys = pl.DataFrame(
        {
            "indicator": [f"i{number % 2}" for number in range(len(rows))],
            "unit": [""] * len(rows),
            "sector": [f"s{number % 3}" for number in range(len(rows))],
        }
    )
    order = list(range(len(rows)))
    random.shuffle(order)
    straight = DrawTable(keys, np.array(rows), np.zeros(len(rows))).total(["sector"])
    shuffled = DrawTable(keys[order], np.array(rows)[order], np.zeros(len(rows))).total(["sector"])
    names = ["sector", "indicator"]
    first, second = straight.summary().sort(names), shuffled.summary().sort(names)
    assert first.select(names).equals(second.select(names))
    assert np.allclose(first["value"], second["value"], atol=1e-6)


def test_the_share_on_defaults_of_a_total_is_weighted_by_value() -> None:
    """By hand: (300 x 1 + 100 x 0) / 400 = 0.75."""
    keys = pl.DataFrame({"indicator": ["e", "e"], "unit": ["kWh", "kWh"]})
    total = DrawTable(keys, np.array([[300.0, 300.0], [100.0, 100.0]]), np.array([1.0, 0.0])).total([])
    assert total.default_share[0] == pytest.approx(0.75)


def test_a_difference_without_counterpart_is_refused() -> None:
    with pytest.raises(KeyError):
        table({"a": [1.0]}).minus(table({"b": [1.0]}), ["indicator"])


def test_draws_of_an_ambiguous_indicator_are_refused() -> None:
    twice = DrawTable.stack([table({"a": [1.0]}), table({"a": [2.0]})])
    with pytest.raises(KeyError, match="2 rows"):
        twice.draws_of("a")
    assert table({"a": [1.0], "b": [2.0]}).draws_of("b").tolist() == [2.0]


def test_as_many_rows_of_draws_as_of_keys() -> None:
    with pytest.raises(ValueError, match="as many rows"):
        DrawTable(pl.DataFrame({"indicator": ["a"], "unit": [""]}), np.zeros((2, 3)), np.zeros(2))


def test_an_empty_table_has_an_empty_summary() -> None:
    nothing = table({"a": [1.0]}).where(pl.col("indicator") == "z")
    assert nothing.summary().height == 0
    assert {"value", "low", "high", "default_share"} <= set(nothing.summary().columns)
