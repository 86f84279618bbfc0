"""Sizing: the least power that meets a class, against bisection; the table of fluxes, against its own computation."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bocage.parameters.reader import load
from bocage.science.photometry import generic
from bocage.science.photometry.generic import generic_road_optics
from bocage.science.road_lighting import standard as standards
from bocage.science.road_lighting.choose import NONE, choose, needed_flux_lm, offers
from bocage.science.road_lighting.energy import OperationPeriod, annual_energy_indicator, power_density_indicator
from bocage.science.road_lighting.fields import Fields, road_fields
from bocage.science.road_lighting.judge import judge, meets, spread_margin
from bocage.science.road_lighting.minimum_flux import Pattern, minimum_flux_table, rescaled
from bocage.science.road_lighting.optics import gather_optics
from bocage.science.road_lighting.road import Arrangement, Roads
from bocage.science.road_lighting.standard import CONSTANTS, FOLDER, RoadClass, road_classes, standard, unverified

OPTICS = gather_optics(list(generic_road_optics().values()))
CLASSES = road_classes()
WIDTHS, SPACINGS, HEIGHTS = [5.0, 6.0, 7.0, 8.0], [20.0, 25.0, 30.0, 35.0], [6.0, 7.0, 8.0, 9.0]


def one_road(width_m: float, spacing_m: float, height_m: float, optic: int = 0) -> Roads:
    return Roads(width_m=width_m, spacing_m=spacing_m, height_m=height_m, optic=optic, maintenance_factor=0.8)


@settings(max_examples=15, deadline=None)
@given(
    width_m=st.floats(5.0, 8.0),
    spacing_m=st.floats(20.0, 38.0),
    height_m=st.floats(6.0, 10.0),
    name=st.sampled_from(["M3", "M4", "M5", "M6", "C4", "P3", "P4"]),
    optic=st.integers(0, 7),
)
def test_the_flux_chosen_is_the_least_that_bisection_finds(
    width_m: float, spacing_m: float, height_m: float, name: str, optic: int
) -> None:
    road = one_road(width_m, spacing_m, height_m)
    made = offers(optic=optic, flux_minimum_lm=1.0, flux_maximum_lm=50_000.0, efficacy_lm_w=100.0)
    choice = choose(road, OPTICS, made, CLASSES[name])

    def fits(flux_lm: float) -> bool:
        return bool(meets(road_fields(replace(road, source_flux_lm=flux_lm, optic=optic), OPTICS), CLASSES[name])[0])

    if choice.offer[0] == NONE:
        assert not any(fits(flux_lm) for flux_lm in np.geomspace(10.0, 50_000.0, 60))
        return
    flux = float(choice.source_flux_lm[0])
    low, high = flux / 3, flux
    assert fits(high)
    assert not fits(low)
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (low, middle) if fits(middle) else (middle, high)
    assert flux == pytest.approx(high, rel=1e-6)
    assert choice.power_w[0] == pytest.approx(flux / 100)


def test_the_least_power_is_taken_not_the_least_flux() -> None:
    road = one_road(7.0, 28.0, 8.0)
    made = offers(optic=[0, 0], flux_minimum_lm=500.0, flux_maximum_lm=20_000.0, efficacy_lm_w=[100.0, 150.0])
    choice = choose(road, OPTICS, made, CLASSES["M5"])
    assert choice.offer.tolist() == [1]
    standby = offers(optic=[0, 0], flux_minimum_lm=500, flux_maximum_lm=20_000, efficacy_lm_w=150, base_power_w=[1, 0])
    assert choose(road, OPTICS, standby, CLASSES["M5"]).offer.tolist() == [1]


def test_what_no_offer_can_do_is_said() -> None:
    weak = offers(optic=0, flux_minimum_lm=100.0, flux_maximum_lm=300.0, efficacy_lm_w=150.0)
    choice = choose(one_road(7.0, 30.0, 8.0), OPTICS, weak, CLASSES["M3"])
    assert choice.offer.tolist() == [NONE]
    assert np.isnan(choice.power_w).all()
    assert np.isnan(choice.found.luminance_average_cd_m2).all()


def test_an_offer_that_is_too_strong_overlights_or_fails_a_pedestrian_class() -> None:
    """A P class bounds its average from above: a lowest flux far beyond the need cannot be used."""
    strong = offers(optic=3, flux_minimum_lm=20_000.0, flux_maximum_lm=30_000.0, efficacy_lm_w=150.0)
    assert choose(one_road(5.0, 25.0, 6.0), OPTICS, strong, CLASSES["P5"]).offer.tolist() == [NONE]


@pytest.mark.parametrize("fault", [{"flux_minimum_lm": 9000.0}, {"efficacy_lm_w": 0.0}])
def test_offers_that_cannot_be(fault: dict[str, float]) -> None:
    given_ = {"optic": 0, "flux_minimum_lm": 100.0, "flux_maximum_lm": 8000.0, "efficacy_lm_w": 100.0} | fault
    with pytest.raises(ValueError, match="offer"):
        offers(**given_)


@pytest.fixture(scope="module")
def table() -> object:
    return minimum_flux_table(
        OPTICS,
        CLASSES,
        width_m=WIDTHS,
        spacing_m=SPACINGS,
        height_m=HEIGHTS,
        pattern=Pattern(maintenance_factor=0.8),
    )


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_nodes_of_the_table_are_what_choose_finds(table: object, name: str) -> None:
    widths, spacings, heights = (axis.ravel() for axis in np.meshgrid(WIDTHS, SPACINGS, HEIGHTS, indexing="ij"))
    roads = Roads(
        width_m=widths,
        lanes=np.maximum(1, np.floor(widths / 3.0 + 1e-9)),
        spacing_m=spacings,
        height_m=heights,
        maintenance_factor=0.8,
    )
    made = offers(optic=np.arange(len(OPTICS)), flux_minimum_lm=0.001, flux_maximum_lm=1e7, efficacy_lm_w=100.0)
    choice = choose(roads, OPTICS, made, CLASSES[name])
    found = table.at(name, widths, spacings, heights)  # type: ignore[attr-defined]
    possible = choice.offer != NONE
    assert (found.margin >= 1 - 1e-9).tolist() == possible.tolist()
    assert found.source_flux_lm[possible] == pytest.approx(choice.source_flux_lm[possible], rel=1e-9)
    assert found.inside.all()


def test_between_nodes_the_table_is_near(table: object) -> None:
    """One photometry alone, so that the choice does not jump: within 3 % in the middle of every cell."""
    alone = gather_optics([generic_road_optics()["generic_c"]])
    pattern = Pattern(maintenance_factor=0.8, lane_width_m=100.0)
    one = minimum_flux_table(
        alone, {"M5": CLASSES["M5"]}, width_m=WIDTHS, spacing_m=SPACINGS, height_m=HEIGHTS, pattern=pattern
    )
    random = np.random.default_rng(4)
    width, spacing, height = random.uniform(5, 8, 200), random.uniform(20, 35, 200), random.uniform(6, 9, 200)
    roads = Roads(width_m=width, lanes=1, spacing_m=spacing, height_m=height, maintenance_factor=0.8)
    exact = needed_flux_lm(road_fields(roads, alone), roads.of("source_flux_lm"), CLASSES["M5"])
    error = one.at("M5", width, spacing, height).source_flux_lm / exact - 1
    assert np.abs(error).max() < 0.03


def test_roads_outside_the_table_are_said(table: object) -> None:
    found = table.at(["M4", "P4"], [7.0, 30.0], 30.0, 8.0)  # type: ignore[attr-defined]
    assert found.inside.tolist() == [True, False]
    assert found.source_flux_lm[1] == table.at("P4", 8.0, 30.0, 8.0).source_flux_lm[0]  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="no class X1"):
        table.at("X1", 7.0, 30.0, 8.0)  # type: ignore[attr-defined]


def test_a_road_that_cannot_be_lit_is_infinite_and_spoils_no_neighbour() -> None:
    far = minimum_flux_table(OPTICS, {"P4": CLASSES["P4"]}, width_m=[5.0], spacing_m=[20.0, 60.0], height_m=[4.0, 8.0])
    found = far.at("P4", 5.0, [60.0, 20.0, 40.0], [4.0, 4.0, 4.0])
    assert np.isinf(found.source_flux_lm[[0, 2]]).all()
    assert np.isfinite(found.source_flux_lm[1])
    assert found.margin[0] == 0.0


def test_bright_roads_are_computed_and_not_rescaled() -> None:
    """With so low a maintenance factor the new road passes 5 cd/m², where the glare formula changes."""
    pattern = Pattern(maintenance_factor=0.3, lane_width_m=3.5)
    bright = minimum_flux_table(
        OPTICS, {"M1": CLASSES["M1"]}, width_m=[7.0], spacing_m=[25.0], height_m=[8.0], pattern=pattern
    )
    optic = int(bright.optic.ravel()[0])
    road = Roads(
        width_m=7.0,
        spacing_m=25.0,
        height_m=8.0,
        maintenance_factor=0.3,
        optic=optic,
        source_flux_lm=float(bright.source_flux_lm.ravel()[0]),
    )
    assert bright.margin.ravel()[0] == pytest.approx(spread_margin(road_fields(road, OPTICS), CLASSES["M1"])[0])


def test_rescaled_results_are_recomputed_results() -> None:
    roads = Roads(width_m=[6.0, 8.0], spacing_m=30.0, height_m=8.0, arrangement=Arrangement.STAGGERED, optic=2)
    factor = np.array([3.0, 0.4])
    fast = rescaled(road_fields(roads, OPTICS), factor, standard())
    exact = road_fields(replace(roads, source_flux_lm=1000 * factor), OPTICS)
    for name, values in vars(exact).items():
        assert getattr(fast, name) == pytest.approx(values, rel=1e-12), name


def test_classes_are_those_of_the_standard() -> None:
    """Luminances and illuminances fall from class to class; what the reference prints is there."""
    assert list(CLASSES) == [
        f"{letter}{n}" for letter, ns in (("M", range(1, 7)), ("C", range(6)), ("P", range(1, 7))) for n in ns
    ]
    m1, m6, c0, p1 = (CLASSES[name] for name in ("M1", "M6", "C0", "P1"))
    assert (m1.luminance_average_cd_m2, m1.luminance_uniformity, m1.longitudinal_uniformity) == (2.0, 0.4, 0.7)
    assert (m1.threshold_increment_percent, m1.edge_illuminance_ratio) == (10.0, 0.35)
    assert (m6.luminance_average_cd_m2, m6.threshold_increment_percent) == (0.3, 20.0)
    assert (c0.illuminance_average_lx, c0.illuminance_uniformity, c0.threshold_increment_percent) == (50, 0.4, None)
    assert (p1.illuminance_average_lx, p1.illuminance_average_maximum_lx, p1.illuminance_minimum_lx) == (15, 22.5, 3)
    for letter, quantity in (
        ("M", "luminance_average_cd_m2"),
        ("C", "illuminance_average_lx"),
        ("P", "illuminance_average_lx"),
    ):
        levels = [getattr(one, quantity) for name, one in CLASSES.items() if name.startswith(letter)]
        assert levels == sorted(levels, reverse=True)


def test_numbers_of_the_standard_are_dated_parameters_like_all_others() -> None:
    """The package's own reader takes the files: unit, status, reference and both languages are there."""
    parameters = load(FOLDER)
    assert {name.split(".")[1] for name in parameters if name.startswith("en_13201_3.")} == set(CONSTANTS)
    doubtful = {
        name.split(".")[1] for name, one in parameters.items() if any(v.status != "verified" for v in one.values)
    }
    assert set(unverified()) == doubtful
    # The text of the standard is not free: what was read in published code or at a maker's is no verification.
    assert doubtful == {name.split(".")[1] for name in parameters}
    shapes = load(generic.PARAMETERS)
    assert {value.status for one in shapes.values() for value in one.values} == {"to_verify"}
    assert len(shapes) == len(generic_road_optics())


def test_an_edition_is_known_by_its_year() -> None:
    assert standard(2015) == standard(2025)
    assert standards.YEAR == standard().year == 2015
    with pytest.raises(ValueError, match="2003"):
        standard(2003)
    with pytest.raises(ValueError, match="2003"):
        road_classes(2003)


def test_requirements_and_their_margins() -> None:
    found = Fields(
        luminance_average_cd_m2=np.array([0.75, 0.7]),
        luminance_uniformity=np.array([0.5, 0.5]),
        longitudinal_uniformity=np.array([0.6, 0.7]),
        threshold_increment_percent=np.array([10.0, 20.0]),
        edge_illuminance_ratio=np.array([0.3, np.inf]),
        illuminance_average_lx=np.array([11.0, 11.0]),
        illuminance_minimum_lx=np.array([3.0, 3.0]),
        illuminance_uniformity=np.array([0.27, 0.27]),
    )
    assert meets(found, CLASSES["M4"]).tolist() == [True, False]
    assert spread_margin(found, CLASSES["M4"]) == pytest.approx([1.0, 0.75])
    conflict = {one.criterion: one for one in judge(found, CLASSES["C4"])}
    assert conflict["threshold_increment_percent"].indicative
    assert conflict["threshold_increment_percent"].met.tolist() == [True, False]
    assert meets(found, CLASSES["C4"]).tolist() == [False, False], "uniformity, not the glare for information"
    assert meets(found, CLASSES["P2"]).tolist() == [True, True]
    assert meets(found, CLASSES["P3"]).tolist() == [True, True], "11 lx lie below 1.5 times 7.5"
    assert meets(found, CLASSES["P4"]).tolist() == [False, False], "11 lx lie above 1.5 times 5"
    assert needed_flux_lm(found, np.array([1000.0, 1000.0]), RoadClass(name="x", luminance_average_cd_m2=1.5)) == (
        pytest.approx([2000.0, 1500 / 0.7])
    )


def test_energy_indicators() -> None:
    """EN 13201-5: watts over lux and square metres; watt-hours a year over square metres."""
    assert power_density_indicator(60.0, [10.0, 5.0], [210.0, 100.0]) == pytest.approx(60 / 2600)
    dimmed = [
        OperationPeriod(hours_year=2000.0, power_w=60.0),
        OperationPeriod(hours_year=2100.0, power_w=20.0, detected_power_w=60.0, detected_share=0.25),
        OperationPeriod(hours_year=4660.0, power_w=1.0),
    ]
    assert annual_energy_indicator(dimmed, 300.0) == pytest.approx((120_000 + 2100 * 30 + 4660) / 300)
    with pytest.raises(ValueError, match="light"):
        power_density_indicator(60.0, [0.0], [210.0])
    with pytest.raises(ValueError, match="area"):
        annual_energy_indicator(dimmed, 0.0)
