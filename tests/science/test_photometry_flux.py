"""Flux, output ratios and CIE codes against closed forms, plain integration and the ten real files."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bocage.science.photometry.flux import CIE_ZONES_DEG, cie_flux_codes, flux_within, light_output
from bocage.science.photometry.generic import generic_road_optics, isotropic, lambertian
from bocage.science.photometry.intensity import IntensityTable, intensity_at, tabulate, turned
from bocage.sources.photometry import read_photometry

SAMPLES = [f"sample{number}" for number in range(1, 11)]
LORL_POINTS = 0.3


def lopsided(c_deg: np.ndarray, gamma_deg: np.ndarray) -> IntensityTable:
    """More light to the street than to the houses, some of it upwards."""
    c, gamma = np.radians(c_deg)[:, None], np.radians(gamma_deg)[None, :]
    return tabulate(c_deg, gamma_deg, 120 + 60 * np.sin(c) * np.sin(gamma) + 80 * np.cos(gamma))


def test_isotropic_source() -> None:
    for tilt in (0.0, 12.0, -30.0):
        output = light_output(isotropic(), tilt_deg=tilt)
        assert output.lor == pytest.approx(1.0, abs=1e-12)
        assert output.ulr == pytest.approx(0.5, abs=1e-9)
    shares = [1 - np.cos(np.radians(zone)) for zone in CIE_ZONES_DEG]
    assert cie_flux_codes(isotropic()) == pytest.approx((*shares, 0.5, 1.0), abs=1e-12)


@pytest.mark.parametrize("step", [0.5, 2.5, 5.0, 15.0])
def test_lambertian_surface_at_any_step(step: float) -> None:
    """Φ = π I₀; a share sin²α of it goes within α."""
    surface = lambertian(step)
    assert light_output(surface).lor == pytest.approx(1.0, abs=1e-12)
    assert flux_within(surface, 37.3) / 1000 == pytest.approx(np.sin(np.radians(37.3)) ** 2, abs=1e-12)
    shares = [np.sin(np.radians(zone)) ** 2 for zone in CIE_ZONES_DEG]
    assert cie_flux_codes(surface) == pytest.approx((*shares, 1.0, 1.0), abs=1e-12)


@pytest.mark.parametrize("tilt", [5.0, -5.0, 15.0, 60.0])
def test_tilted_lambertian_surface(tilt: float) -> None:
    """A plane tilted by δ sends (1 − cos δ) / 2 of its light above the horizon."""
    output = light_output(lambertian(), tilt_deg=tilt)
    assert output.ulr == pytest.approx((1 - np.cos(np.radians(tilt))) / 2, abs=1e-9)
    assert output.ulor + output.dlor == pytest.approx(output.lor)


@pytest.mark.parametrize("power", [2, 5, 20])
def test_error_falls_with_the_square_of_the_step(power: int) -> None:
    """I = cosⁿ γ carries 2π / (n + 1)."""
    errors = []
    for step in (5.0, 2.5, 1.25):
        gamma = np.arange(0.0, 90.0 + step / 2, step)
        beam = tabulate([0.0], gamma, np.clip(np.cos(np.radians(gamma)), 0, None)[None, :] ** power)
        errors.append(abs(flux_within(beam, 180.0) * (power + 1) / (2 * np.pi) - 1))
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.1)
    assert errors[1] / errors[2] == pytest.approx(4, rel=0.1)


def test_planes_that_stand_unevenly_weigh_what_they_span() -> None:
    """A flux that grows linearly from C 0° to 180° and back; the mean of the planes is 11 points wrong."""
    planes = np.array([0.0, 10.0, 20.0, 30.0, 40.0, 90.0, 180.0, 270.0, 320.0])
    values = (1 - np.abs(planes - 180) / 180)[:, None] * np.ones((1, 3))
    uneven = tabulate(planes, [0.0, 90.0, 180.0], values)
    assert flux_within(uneven, 180.0) == pytest.approx(2 * np.pi, rel=1e-12)
    naive = 4 * np.pi * values[:, 0].mean()
    assert abs(naive / (2 * np.pi) - 1) > 0.1


@given(
    extra=st.lists(st.floats(1.0, 359.0), min_size=1, max_size=8),
    half_angle=st.floats(0.0, 180.0),
    tilt=st.sampled_from([0.0, 10.0]),
)
def test_interpolated_planes_change_nothing(extra: list[float], half_angle: float, tilt: float) -> None:
    coarse = lopsided(np.arange(0.0, 360.0, 30.0), np.arange(0.0, 181.0, 15.0))
    planes = np.unique(np.concatenate([coarse.c_deg[:-1], np.round(extra, 3)]))
    values = intensity_at(coarse, planes[:, None], coarse.gamma_deg[None, :])
    fine = tabulate(planes, coarse.gamma_deg, values)
    assert flux_within(fine, half_angle, tilt_deg=tilt) == pytest.approx(
        flux_within(coarse, half_angle, tilt_deg=tilt), abs=1e-9 if not tilt else 0.3
    )


@given(angles=st.lists(st.floats(0.0, 180.0), min_size=2, max_size=6), tilt=st.floats(-40.0, 40.0))
def test_wider_cones_hold_more(angles: list[float], tilt: float) -> None:
    table = lopsided(np.arange(0.0, 360.0, 45.0), np.arange(0.0, 181.0, 20.0))
    fluxes = [flux_within(table, angle, tilt_deg=tilt) for angle in sorted(angles)]
    assert all(after >= before - 1e-9 for before, after in pairwise(fluxes))
    assert fluxes[-1] <= flux_within(table, 180.0) * (1 + 1e-12)


@pytest.mark.parametrize("tilt", [0.0, 7.0, -25.0])
@pytest.mark.parametrize("half_angle", [20.0, 75.5, 90.0])
def test_tilted_cones_against_a_sum_over_directions(half_angle: float, tilt: float) -> None:
    """Directions spread evenly over the cap of the place, turned into the frame of the luminaire."""
    table = lopsided(np.arange(0.0, 360.0, 10.0), np.arange(0.0, 181.0, 2.5))
    height = 1 - np.cos(np.radians(half_angle))
    turns = np.radians(np.arange(0.25, 360.0, 0.5))
    down = (1 - height * (np.arange(1000) + 0.5) / 1000)[:, None]
    side = np.sqrt(1 - down**2)
    x, y = side * np.cos(turns), side * np.sin(turns)
    delta = np.radians(tilt)
    across = y * np.cos(delta) - down * np.sin(delta)
    axis = y * np.sin(delta) + down * np.cos(delta)
    found = intensity_at(table, np.degrees(np.arctan2(across, x)), np.degrees(np.arccos(np.clip(axis, -1, 1))))
    expected = found.sum() * (height / 1000 * np.radians(0.5))
    assert flux_within(table, half_angle, tilt_deg=tilt) == pytest.approx(expected, rel=5e-4)


def test_tilting_the_other_way_is_looking_from_the_other_side() -> None:
    table = lopsided(np.arange(0.0, 360.0, 15.0), np.arange(0.0, 181.0, 10.0))
    mirrored = tabulate(table.c_deg[:-1], table.gamma_deg, table.intensity_cd_klm[::-1][:-1])
    assert light_output(table, tilt_deg=8.0).ulr == pytest.approx(light_output(mirrored, tilt_deg=-8.0).ulr, abs=1e-12)
    assert light_output(table, tilt_deg=8.0).ulr > light_output(table).ulr, "raised to the side that it lights"


@given(turn=st.floats(-720.0, 720.0), tilt=st.sampled_from([0.0, 8.0]))
def test_turning_moves_light_and_loses_none(turn: float, tilt: float) -> None:
    table = lopsided(np.arange(0.0, 360.0, 30.0), np.arange(0.0, 181.0, 15.0))
    moved = turned(table, turn)
    assert light_output(moved).ulr == pytest.approx(light_output(table).ulr, rel=2e-2)
    assert intensity_at(moved, 50.0 + turn, 40.0) == pytest.approx(intensity_at(table, 50.0, 40.0), rel=1e-6)
    back = turned(turned(table, 30.0), -30.0)
    assert light_output(back, tilt_deg=tilt).ulr == pytest.approx(light_output(table, tilt_deg=tilt).ulr)


def test_code_3_is_counted_within_75_degrees_and_not_within_40() -> None:
    """A beam between 45° and 70° has nothing within 41.4° and everything within 75.5°."""
    gamma = np.array([0.0, 45.0, 45.001, 70.0, 70.001, 90.0])
    ring = tabulate([0.0], gamma, [[0.0, 0.0, 1.0, 1.0, 0.0, 0.0]])
    codes = cie_flux_codes(ring)
    assert codes[0] == 0.0
    assert codes[2] == pytest.approx(1.0)
    assert 0.0 < codes[1] < 1.0


def test_generic_road_optics_obey_the_arrete() -> None:
    for name, table in generic_road_optics().items():
        codes = cie_flux_codes(table)
        assert codes[2] > 0.95, name
        assert light_output(table).ulr == 0.0, name
        assert codes[4] == pytest.approx(1.0), name


def test_what_gives_no_light_has_no_ratio() -> None:
    dark = tabulate([0.0], [0.0, 90.0], [[0.0, 0.0]])
    with pytest.raises(ValueError, match="without light"):
        light_output(dark)


@pytest.mark.parametrize(
    ("c", "gamma", "values", "fault"),
    [
        ([0.0, 90.0], [0.0, 90.0], [[1.0, 1.0]], "shape"),
        ([0.0], [90.0, 0.0], [[1.0, 1.0]], "increase"),
        ([0.0], [0.0, 190.0], [[1.0, 1.0]], "within 0 and 180"),
        ([5.0], [0.0, 90.0], [[1.0, 1.0]], "from 0 to 360"),
        ([0.0], [0.0, 90.0], [[1.0, -1.0]], "negative"),
        ([0.0], [0.0, 90.0], [[1.0, np.nan]], "finite"),
    ],
)
def test_tables_that_cannot_be(c: list[float], gamma: list[float], values: list[list[float]], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        tabulate(c, gamma, values)


@pytest.mark.data
@pytest.mark.parametrize("name", SAMPLES)
def test_real_files_close_on_their_declared_output_ratio(data: Path, name: str) -> None:
    table = read_photometry(data / "lighting" / "photometry" / f"{name}.ldt").table
    assert table.declared_lor is not None
    assert abs(light_output(table).lor - table.declared_lor) * 100 <= LORL_POINTS
