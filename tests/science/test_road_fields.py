"""Road fields against closed forms, and the laws they must obey."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bocage.science.photometry.flux import flux_within
from bocage.science.photometry.generic import generic_road_optics, isotropic, lambertian
from bocage.science.photometry.intensity import tabulate
from bocage.science.road_lighting.fields import Fields, road_fields
from bocage.science.road_lighting.glare import threshold_increment_percent, veil_per_lux, veiling_luminance
from bocage.science.road_lighting.illuminance import horizontal_illuminance, illuminance_grid
from bocage.science.road_lighting.layout import centres, longitudinal_points, transverse_points
from bocage.science.road_lighting.luminance import luminance_grid
from bocage.science.road_lighting.optics import gather_optics
from bocage.science.road_lighting.reflection import published_table, reflection_table
from bocage.science.road_lighting.road import Arrangement, Roads
from bocage.science.road_lighting.standard import standard

EVEN = gather_optics([isotropic(), lambertian()])
FAMILY = gather_optics(list(generic_road_optics().values()))
STREET = Roads(width_m=7.0, spacing_m=30.0, height_m=8.0, source_flux_lm=6000.0, overhang_m=0.5)
NAMES = [one.name for one in fields(Fields)]


def test_one_isotropic_lamp() -> None:
    """E = I cos³γ / H², the other lamps being out of reach."""
    alone = Roads(width_m=7.0, spacing_m=400.0, height_m=9.0, source_flux_lm=5000.0, maintenance_factor=0.9)
    x, y = np.array([[0.0, 3.0, 20.0, 44.0]]), np.array([[0.0, 5.0, -30.0]])
    found = horizontal_illuminance(alone, EVEN, x, y, edition=standard())[0]
    distance = np.sqrt(x[0][:, None] ** 2 + y[0][None, :] ** 2 + 81)
    expected = 5000 / (4 * np.pi) * 0.9 * (9 / distance) ** 3 / 81
    assert found == pytest.approx(expected, rel=1e-6)


def test_lamps_out_of_reach_are_not_counted() -> None:
    alone = Roads(width_m=7.0, spacing_m=400.0, height_m=9.0)
    found = horizontal_illuminance(alone, EVEN, np.array([[44.9, 45.1]]), np.zeros((1, 1)), edition=standard())
    assert found[0, 0, 0] > 0
    assert found[0, 1, 0] == 0


def test_one_lambertian_lamp() -> None:
    """E = Φ cos⁴γ / (π H²)."""
    alone = Roads(width_m=7.0, spacing_m=400.0, height_m=6.0, source_flux_lm=1000.0, optic=1)
    fine = gather_optics([isotropic(), lambertian(0.5)])
    y = np.array([[0.0, 3.0, 6.0]])
    found = horizontal_illuminance(alone, fine, np.zeros((1, 1)), y, edition=standard())[0, 0]
    assert found == pytest.approx(1000 / np.pi / 36 * np.cos(np.arctan(y[0] / 6)) ** 4, rel=1e-4)


@pytest.mark.parametrize("tilt", [0.0, 10.0])
@pytest.mark.parametrize("arrangement", list(Arrangement))
def test_all_that_goes_down_arrives_on_the_road(arrangement: Arrangement, tilt: float) -> None:
    """Over one spacing and the whole width of the ground, lux times square metres are lumens."""
    gamma = np.arange(0.0, 91.0, 1.0)
    cut = np.where(gamma < 65, 300 * np.cos(np.radians(gamma)) ** 0.5, 0.0)
    planes = np.arange(0.0, 360.0, 10.0)
    beam = tabulate(planes, gamma, cut * (1 + 0.5 * np.sin(np.radians(planes)))[:, None])
    road = Roads(
        width_m=7.0, spacing_m=25.0, height_m=8.0, tilt_deg=tilt, arrangement=arrangement, source_flux_lm=2000.0
    )
    edition = replace(standard(), illuminance_reach=20.0)
    x = centres(np.array([25.0]), 50)
    y = np.linspace(-80.0, 87.0, 1500)[None, :]
    lit = horizontal_illuminance(road, gather_optics([beam]), x, y, edition=edition)[0]
    lumens = np.trapezoid(lit.mean(axis=0) * 25.0, y[0])
    lamps = 1 if arrangement == Arrangement.SINGLE else 2
    assert lumens == pytest.approx(lamps * 2 * flux_within(beam, 90.0, tilt_deg=tilt), rel=2e-3)


def test_a_matt_road_is_as_bright_as_it_is_lit() -> None:
    """With r = q₀ cos³γ, L = q₀ E at every point and for every observer."""
    tangent = np.linspace(0.0, 20.0, 20_001)
    q0 = 0.07
    matt = reflection_table(
        "matt", tangent, np.array([0.0, 180.0]), np.tile(q0 / (1 + tangent[:, None] ** 2) ** 1.5, 2)
    )
    wide = replace(standard(), illuminance_reach=9.0, luminance_reach_before=9.0, luminance_reach_after=9.0)
    seen = luminance_grid(STREET, FAMILY, edition=wide, surface=matt)
    lit = horizontal_illuminance(STREET, FAMILY, seen.x_m, seen.y_m, edition=wide)
    for observer in range(2):
        assert seen.luminance_cd_m2[0, observer] == pytest.approx(q0 * lit[0], rel=1e-6)


def test_r3_is_the_published_asphalt() -> None:
    """S1 = r(0, 2) / r(0, 0) = 1.11 and Q0 = 0.07, the mean of q over the solid angle of CIE 144."""
    road = published_table("R3")
    at = {float(tangent): row for row, tangent in enumerate(road.tan_gamma)}
    assert road.coefficient[at[2.0], 0] / road.coefficient[0, 0] == pytest.approx(1.11, abs=0.005)
    x, y = np.meshgrid(np.arange(-3.95, 12.0, 0.1), np.arange(-2.95, 3.0, 0.1))
    tangent, beta = np.hypot(x, y), np.degrees(np.abs(np.arctan2(y, x)))
    row = np.clip(np.round(tangent / 0.25).astype(int), 0, len(road.tan_gamma) - 1)
    q = road.coefficient[row, np.round(beta).astype(int)] * (1 + tangent**2) ** 1.5
    solid = (1 + tangent**2) ** -1.5
    assert (q * solid).sum() / solid.sum() == pytest.approx(0.07, abs=0.005)


def test_light_is_proportional_to_flux_and_glare_to_its_fifth_root() -> None:
    twice = replace(STREET, source_flux_lm=12_000.0, maintenance_factor=0.5)
    one, two = road_fields(STREET, FAMILY).at(0), road_fields(twice, FAMILY).at(0)
    assert two["luminance_average_cd_m2"] == pytest.approx(one["luminance_average_cd_m2"])
    assert two["illuminance_minimum_lx"] == pytest.approx(one["illuminance_minimum_lx"])
    assert two["threshold_increment_percent"] == pytest.approx(one["threshold_increment_percent"] * 2**0.2)
    for name in ("luminance_uniformity", "longitudinal_uniformity", "edge_illuminance_ratio"):
        assert two[name] == pytest.approx(one[name])


@given(scale=st.floats(0.5, 2.0))
def test_twice_as_large_is_four_times_as_dark(scale: float) -> None:
    """All lengths by k, all light by 1/k²: the observer's distance and eye included."""
    edition = standard()
    small = Roads(width_m=6.0, spacing_m=14.0, height_m=5.0, overhang_m=0.4)
    large = Roads(width_m=6.0 * scale, spacing_m=14.0 * scale, height_m=5.0 * scale, overhang_m=0.4 * scale)
    stretched = replace(
        edition,
        eye_height_m=edition.eye_height_m * scale,
        observer_distance_m=edition.observer_distance_m * scale,
        glare_reach_m=edition.glare_reach_m * scale,
    )
    surface = published_table()
    one = luminance_grid(small, FAMILY, edition=edition, surface=surface).luminance_cd_m2
    two = luminance_grid(large, FAMILY, edition=stretched, surface=surface).luminance_cd_m2
    assert two * scale**2 == pytest.approx(one, rel=1e-9)
    veil = [veiling_luminance(r, FAMILY, edition=e) for r, e in ((small, edition), (large, stretched))]
    assert veil[1] * scale**2 == pytest.approx(veil[0], rel=1e-9)


def test_two_rows_add_up() -> None:
    """Opposite rows are a row and its mirror image; staggered ones, the mirror half a spacing on."""
    edition, surface = standard(), published_table()
    both = replace(STREET, arrangement=Arrangement.OPPOSITE)
    one = illuminance_grid(STREET, FAMILY, edition=edition).illuminance_lx[0]
    two = illuminance_grid(both, FAMILY, edition=edition).illuminance_lx[0]
    assert two == pytest.approx(one + one[:, ::-1])
    seen = luminance_grid(both, FAMILY, edition=edition, surface=surface).luminance_cd_m2[0]
    assert seen[0] == pytest.approx(seen[1][:, ::-1]), "observers of both lanes see mirror images"
    shifted = replace(STREET, arrangement=Arrangement.STAGGERED)
    three = illuminance_grid(shifted, FAMILY, edition=edition).illuminance_lx[0]
    assert three == pytest.approx(one + np.roll(one[:, ::-1], 5, axis=0))


def test_a_row_that_faces_away_is_a_row_beyond_the_median() -> None:
    edition = standard()
    central = replace(STREET, arrangement=Arrangement.CENTRAL, median_m=2.0)
    x, y = centres(np.array([30.0]), 10), np.array([[-1.0, 3.0]])
    back = horizontal_illuminance(central, FAMILY, x, y, edition=edition)
    front = horizontal_illuminance(STREET, FAMILY, x, np.concatenate([y, -2.0 - y], axis=1), edition=edition)
    assert back[0] == pytest.approx(front[0][:, :2] + front[0][:, 2:])


def test_light_is_the_same_before_and_after_a_lamp() -> None:
    lit = illuminance_grid(STREET, FAMILY, edition=standard()).illuminance_lx[0]
    assert lit == pytest.approx(lit[::-1])


def test_narrow_lanes_seen_from_one_point_are_the_same_observer() -> None:
    """A single lane has one observer: the worst of one is the one."""
    road = replace(STREET, lanes=1)
    grid = luminance_grid(road, FAMILY, edition=standard(), surface=published_table()).luminance_cd_m2
    assert grid.shape == (1, 1, 10, 3)
    found = road_fields(road, FAMILY).at(0)
    assert found["luminance_average_cd_m2"] == pytest.approx(grid.mean())
    assert found["longitudinal_uniformity"] == pytest.approx(grid[0, 0, :, 1].min() / grid[0, 0, :, 1].max())


def random_roads(seed: int, count: int) -> Roads:
    random = np.random.default_rng(seed)
    return Roads(
        width_m=random.uniform(4.0, 12.0, count),
        lanes=random.integers(1, 4, count),
        spacing_m=random.uniform(15.0, 50.0, count),
        height_m=random.uniform(4.0, 12.0, count),
        overhang_m=random.uniform(-1.0, 1.0, count),
        tilt_deg=random.choice([0.0, 5.0], count),
        arrangement=random.integers(0, 4, count),
        median_m=2.0,
        optic=random.integers(0, len(FAMILY), count),
        source_flux_lm=random.uniform(1000.0, 9000.0, count),
        maintenance_factor=random.uniform(0.6, 1.0, count),
    )


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000), count=st.integers(2, 40))
def test_a_batch_is_its_roads_one_by_one_in_any_order(seed: int, count: int) -> None:
    roads = random_roads(seed, count)
    together = road_fields(roads, FAMILY)
    order = np.random.default_rng(seed).permutation(count)
    shuffled = road_fields(roads.take(order), FAMILY)
    alone = [road_fields(roads.take([place]), FAMILY).at(0) for place in range(count)]
    for name in NAMES:
        values = getattr(together, name)
        assert values == pytest.approx([one[name] for one in alone], rel=1e-9)
        assert getattr(shuffled, name) == pytest.approx(values[order], rel=1e-9)
        assert np.isfinite(values).all()


@pytest.mark.parametrize(("spacing", "points"), [(10.0, 10), (30.0, 10), (30.01, 11), (33.0, 11), (36.1, 13)])
def test_points_along(spacing: float, points: int) -> None:
    road = Roads(width_m=7.0, spacing_m=spacing, height_m=8.0)
    assert longitudinal_points(road, standard()).tolist() == [points]
    assert centres(np.array([spacing]), points)[0, 0] == pytest.approx(spacing / points / 2)


def test_points_across() -> None:
    assert transverse_points(np.array([2.0, 4.5, 4.6, 9.0]), standard()).tolist() == [3, 3, 4, 6]


def test_glare_formulas_at_their_bounds() -> None:
    edition = standard()
    assert float(veil_per_lux(np.array(1.0), edition)) == pytest.approx(10 + 5 * (1 + (23 / 62.5) ** 4))
    assert float(veil_per_lux(np.array(2.0), edition)) == pytest.approx(9.86 * (1 + (23 / 66.4) ** 4) / 4)
    percent = threshold_increment_percent(np.array([0.2, 0.2, 0.0]), np.array([2.0, 8.0, 0.0]), edition)
    assert percent.tolist() == pytest.approx([65 * 0.2 / 2**0.8, 95 * 0.2 / 8**1.05, 0.0])


def test_the_old_constant_650_is_the_same_formula() -> None:
    """641 [1 + (A/66.4)⁴] = 650 of CIE 31 is 65 times 9.86 [1 + (A/66.4)⁴] at 23 years."""
    assert 65 * float(veil_per_lux(np.array(10.0), standard())) * 100 == pytest.approx(650, rel=2e-3)


def test_a_lamp_above_the_screen_does_not_glare() -> None:
    """Only lamps more than (H − 1.5) / tan 20° ahead are seen; with one lamp near, none is left."""
    edition = replace(standard(), glare_reach_m=17.0)
    road = Roads(width_m=7.0, spacing_m=30.0, height_m=8.0)
    veil = veiling_luminance(road, EVEN, edition=edition)[0]
    assert 6.5 / np.tan(np.radians(20)) > 17
    assert (veil == 0).all()


@pytest.mark.parametrize(
    ("name", "value"), [("width_m", 0.0), ("spacing_m", -3.0), ("height_m", np.nan), ("maintenance_factor", 1.2)]
)
def test_roads_that_cannot_be(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=name):
        Roads(**{"width_m": 7.0, "spacing_m": 30.0, "height_m": 8.0, name: value})


def test_a_photometry_that_is_not_there() -> None:
    with pytest.raises(ValueError, match="photometry 9 of 2"):
        road_fields(replace(STREET, optic=9), EVEN)
