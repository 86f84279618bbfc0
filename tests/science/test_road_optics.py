"""Photometries laid on uniform angles: the same surface as the table, or nearly so where angles are strange."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bocage.science.photometry.intensity import IntensityTable, intensity_at, tabulate
from bocage.science.road_lighting.optics import FINEST_STEP_DEG, gather_optics


def smooth(c_deg: np.ndarray, gamma_deg: np.ndarray) -> IntensityTable:
    c, gamma = np.radians(c_deg)[:, None], np.radians(gamma_deg)[None, :]
    return tabulate(c_deg, gamma_deg, 200 + 100 * np.cos(gamma) + 50 * np.sin(c) * np.sin(gamma))


def read_back(table: IntensityTable, count: int = 400, seed: int = 1, highest: float = 180.0) -> tuple[np.ndarray, ...]:
    random = np.random.default_rng(seed)
    c, gamma = random.uniform(0, 360, count), random.uniform(0, highest, count)
    optics = gather_optics([smooth(np.arange(0.0, 360.0, 90.0), np.array([0.0, 180.0])), table])
    found = optics.towards(np.full(count, 1), np.radians(c), np.radians(gamma))
    return found, intensity_at(table, c, gamma)


@settings(max_examples=25, deadline=None)
@given(
    c_step=st.sampled_from([2.5, 5.0, 15.0, 22.5, 90.0]),
    gamma_step=st.sampled_from([1.0, 2.5, 5.0, 7.5]),
    seed=st.integers(0, 100),
)
def test_usual_angles_are_the_same_surface(c_step: float, gamma_step: float, seed: int) -> None:
    table = smooth(np.arange(0.0, 360.0, c_step), np.arange(0.0, 180.01, gamma_step))
    found, expected = read_back(table, seed=seed)
    assert found == pytest.approx(expected, rel=1e-9)


def test_uneven_angles_are_the_same_surface() -> None:
    table = smooth(np.array([0.0, 10.0, 12.5, 80.0, 275.0]), np.array([0.0, 30.0, 32.5, 60.0, 180.0]))
    found, expected = read_back(table)
    assert found == pytest.approx(expected, rel=1e-9)


def test_strange_angles_are_nearly_the_same_surface() -> None:
    """Angles to the hundredth of a degree, which no step of 0.25° holds."""
    table = smooth(np.array([0.0, 33.37, 91.11, 200.03]), np.array([0.0, 21.41, 47.77, 63.01, 89.99, 180.0]))
    assert np.gcd.reduce(np.round(np.diff(table.gamma_deg) * 100).astype(int)) * 0.01 < FINEST_STEP_DEG
    found, expected = read_back(table)
    assert found == pytest.approx(expected, rel=2e-3)


def test_no_light_outside_the_measured_angles() -> None:
    """Down to the horizon only, and up from it only: zero beyond the next step of the grid."""
    down = tabulate([0.0], [0.0, 45.0, 90.0], [[100.0, 100.0, 100.0]])
    up = tabulate([0.0], [90.0, 135.0, 180.0], [[100.0, 100.0, 100.0]])
    optics = gather_optics([down, up])
    gamma = np.radians([10.0, 89.0, 140.0, 170.0])
    assert optics.towards(np.zeros(4, dtype=int), np.zeros(4), gamma).tolist() == pytest.approx([100, 100, 0, 0])
    assert optics.towards(np.ones(4, dtype=int), np.zeros(4), gamma)[2:].tolist() == pytest.approx([100, 100])


def test_the_edges_of_the_circle() -> None:
    table = smooth(np.arange(0.0, 360.0, 10.0), np.arange(0.0, 181.0, 10.0))
    optics = gather_optics([table])
    ends = optics.towards(
        np.zeros(3, dtype=int), np.array([0.0, 2 * np.pi, np.pi]), np.array([np.pi / 2, np.pi / 2, np.pi])
    )
    assert ends[0] == pytest.approx(ends[1])
    assert ends[2] == pytest.approx(float(intensity_at(table, 180.0, 180.0)))


def test_a_batch_needs_a_photometry() -> None:
    with pytest.raises(ValueError, match="at least one"):
        gather_optics([])
