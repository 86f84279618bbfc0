"""Road fields against an independent point-by-point implementation, on generated and on real photometries."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.road_loop import PlainRoad, Surface, plain_fields, table_surface
from bocage.science.photometry.generic import generic_road_optics
from bocage.science.photometry.intensity import IntensityTable, tabulate
from bocage.science.road_lighting.fields import road_fields
from bocage.science.road_lighting.optics import gather_optics
from bocage.science.road_lighting.reflection import FOLDER
from bocage.science.road_lighting.road import Arrangement, Roads
from bocage.science.road_lighting.standard import standard
from bocage.sources.photometry import read_photometry


def published_surface() -> Surface:
    """R3 read on its own from the file that is shipped."""
    with (FOLDER / "r3.csv").open(encoding="utf-8", newline="") as stream:
        header, *rows = list(csv.reader(stream))
    numbers = [[float(cell) for cell in row] for row in rows]
    betas = [float(cell.removeprefix("beta_")) for cell in header[1:]]
    return table_surface([row[0] for row in numbers], betas, [[r / 1e4 for r in row[1:]] for row in numbers])


R3 = published_surface()


def random_table(seed: int) -> IntensityTable:
    """A lopsided distribution on uneven planes and angles, light above the horizon included."""
    random = np.random.default_rng(seed)
    c = np.concatenate([[0.0], np.sort(random.choice(np.arange(5, 360, 5), 7, replace=False))]).astype(float)
    gamma = np.concatenate([[0.0], np.sort(random.choice(np.arange(1, 180), 12, replace=False)), [180.0]])
    return tabulate(c, gamma, random.uniform(0.0, 500.0, (len(c), len(gamma))))


def compare(road: PlainRoad, table: IntensityTable, relative: float = 1e-9) -> None:
    roads = Roads(
        width_m=road.width_m,
        lanes=road.lanes,
        spacing_m=road.spacing_m,
        height_m=road.height_m,
        overhang_m=road.overhang_m,
        tilt_deg=road.tilt_deg,
        arrangement=Arrangement[road.arrangement.upper()],
        median_m=road.median_m,
        source_flux_lm=road.source_flux_lm,
        maintenance_factor=road.maintenance_factor,
    )
    found = road_fields(roads, gather_optics([table])).at(0)
    expected = plain_fields(road, table, R3, standard())
    assert found == pytest.approx(expected, rel=relative, abs=1e-12)
    assert all(math.isfinite(value) for value in found.values())


ROADS = [
    PlainRoad(width_m=7.0, lanes=2, spacing_m=30.0, height_m=8.0, source_flux_lm=6000.0, maintenance_factor=0.8),
    PlainRoad(width_m=6.0, lanes=1, spacing_m=37.3, height_m=6.5, overhang_m=-1.2, tilt_deg=10.0),
    PlainRoad(width_m=10.5, lanes=3, spacing_m=33.0, height_m=10.0, overhang_m=0.7, arrangement="opposite"),
    PlainRoad(width_m=9.0, lanes=2, spacing_m=44.0, height_m=9.0, tilt_deg=-5.0, arrangement="staggered"),
    PlainRoad(width_m=8.0, lanes=2, spacing_m=28.0, height_m=12.0, arrangement="central", median_m=3.0, overhang_m=1.0),
]


@pytest.mark.parametrize("road", ROADS, ids=lambda road: road.arrangement)
@pytest.mark.parametrize("optic", ["generic_a", "generic_d"])
def test_generic_optics_agree_with_the_plain_loop(road: PlainRoad, optic: str) -> None:
    compare(road, generic_road_optics()[optic])


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    width_m=st.floats(3.0, 12.0),
    lanes=st.integers(1, 3),
    spacing_m=st.floats(12.0, 55.0),
    height_m=st.floats(3.5, 13.0),
    overhang_m=st.floats(-2.0, 2.0),
    tilt_deg=st.floats(-15.0, 15.0),
    arrangement=st.sampled_from(["single", "opposite", "staggered", "central"]),
)
def test_any_road_agrees_with_the_plain_loop(
    seed: int,
    width_m: float,
    lanes: int,
    spacing_m: float,
    height_m: float,
    overhang_m: float,
    tilt_deg: float,
    arrangement: str,
) -> None:
    road = PlainRoad(
        width_m=width_m,
        lanes=lanes,
        spacing_m=spacing_m,
        height_m=height_m,
        overhang_m=overhang_m,
        tilt_deg=tilt_deg,
        arrangement=arrangement,
        median_m=2.0,
    )
    compare(road, random_table(seed), relative=1e-7)


@pytest.mark.data
@pytest.mark.parametrize("name", ["sample1", "sample8"])
def test_real_photometries_agree_with_the_plain_loop(data: Path, name: str) -> None:
    table = read_photometry(data / "lighting" / "photometry" / f"{name}.ldt").table
    compare(ROADS[0], table)
    compare(ROADS[1], table)
