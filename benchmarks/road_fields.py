"""Road fields per second on one core (EN 13201-3: luminance, illuminance, glare, edges), against the plain loop.

A field is one road with one photometry, all different: every luminance point for an observer in each
lane, the illuminance grid, the threshold increment of each lane at every place of the moving
observer with luminaires up to 500 m, and the edge illuminance ratio of both sides.
"""

import csv
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.frame import at_most, figure, median_s
from benchmarks.road_loop import PlainRoad, plain_fields, table_surface
from bocage.science.photometry.generic import generic_road_optics
from bocage.science.photometry.intensity import IntensityTable, tabulate
from bocage.science.road_lighting.fields import Fields, road_fields
from bocage.science.road_lighting.minimum_flux import FluxTable, Pattern, minimum_flux_table
from bocage.science.road_lighting.optics import Optics, gather_optics
from bocage.science.road_lighting.reflection import FOLDER
from bocage.science.road_lighting.road import Arrangement, Roads
from bocage.science.road_lighting.standard import road_classes, standard

FIELDS = 4000
LOOPED = 40
GOAL_PER_S = 2000.0
ERROR_GOAL = 1e-9
PHOTOMETRIES = 40
SIZED = 400_000
SIZED_GOAL_S = 1.0
CHECKED = 300
SIZING_GOAL_PERCENT = 10.0
WIDTHS_M = (3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0, 12.0, 15.0)
SPACINGS_M = (10.0, 13.0, 16.0, 20.0, 25.0, 30.0, 35.0, 40.0, 50.0, 60.0)
HEIGHTS_M = (3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0, 12.0)
PATTERN = Pattern(maintenance_factor=0.8)


def run(*, seed: int) -> dict[str, Any]:
    """Fields per second of the batch and of the plain loop, their largest difference, and sizing by table.

    Args:
        seed: seed of roads and photometries.
    """
    tables = _tables(seed)
    optics = gather_optics(tables)
    roads = _roads(seed)
    whole_s = median_s(lambda: road_fields(roads, optics), clock=time.process_time)
    simple = roads.take(np.flatnonzero((roads.of("arrangement") == 0) & (roads.of("lanes") == 2)))
    simple_s = median_s(lambda: road_fields(simple, optics), clock=time.process_time) / len(simple)
    start = time.process_time()
    plain = [_plain(roads, place, tables) for place in range(LOOPED)]
    loop_s = (time.process_time() - start) / LOOPED
    error = _largest_error(road_fields(roads.take(np.arange(LOOPED)), optics), plain)
    speed, peer = len(roads) / whole_s, 1 / loop_s
    family = gather_optics(list(generic_road_optics().values()))
    sizing = minimum_flux_table(
        family, road_classes(), width_m=WIDTHS_M, spacing_m=SPACINGS_M, height_m=HEIGHTS_M, pattern=PATTERN
    )
    random = np.random.default_rng(seed)
    names = random.choice(sizing.classes, SIZED)
    places = [random.uniform(low, high, SIZED) for low, high in ((4, 12), (15, 60), (4, 12))]
    sized_s = median_s(lambda: sizing.at(names, *places), clock=time.process_time)
    return {
        "name": "road-fields",
        "figures": [
            figure(
                "road fields per second and core, any arrangement, 1 to 3 lanes",
                speed,
                "1/s",
                goal=GOAL_PER_S,
                peer=peer,
                holds=speed >= GOAL_PER_S,
            ),
            figure(
                "road fields per second and core, one row, two lanes",
                1 / simple_s,
                "1/s",
                goal=GOAL_PER_S,
                holds=1 / simple_s >= GOAL_PER_S,
            ),
            at_most(f"largest relative difference from the plain loop, {LOOPED} fields", error, "1", ERROR_GOAL),
            at_most(
                "90th percentile of the error of sizing by table, M4, M5, C4 and P4",
                _sizing_error(sizing, family, seed),
                "%",
                SIZING_GOAL_PERCENT,
            ),
            at_most(f"{SIZED} luminaires sized by interpolation", sized_s, "s", SIZED_GOAL_S),
        ],
    }


def _tables(seed: int) -> list[IntensityTable]:
    """Photometries in steps of 5° and 2.5°, as makers publish them: synthetic optics, each lopsided in its own way."""
    random = np.random.default_rng(seed)
    family = list(generic_road_optics().values())
    made = []
    for rank in range(PHOTOMETRIES):
        base = family[rank % len(family)]
        planes = np.radians(base.c_deg[:-1])
        swing = 1 + 0.2 * np.sin(planes + random.uniform(0, 2 * np.pi))
        made.append(tabulate(base.c_deg[:-1], base.gamma_deg, base.intensity_cd_klm[:-1] * swing[:, None]))
    return made


def _roads(seed: int) -> Roads:
    random = np.random.default_rng(seed + 1)
    return Roads(
        width_m=random.uniform(5.0, 10.0, FIELDS),
        lanes=random.choice([1, 2, 2, 2, 3], FIELDS),
        spacing_m=random.uniform(20.0, 45.0, FIELDS),
        height_m=random.uniform(5.0, 10.0, FIELDS),
        overhang_m=random.uniform(-1.0, 1.0, FIELDS),
        tilt_deg=random.choice([0.0, 0.0, 5.0], FIELDS),
        arrangement=random.choice([0, 0, 0, 1, 2, 3], FIELDS),
        median_m=2.0,
        source_flux_lm=random.uniform(2000.0, 9000.0, FIELDS),
        maintenance_factor=0.8,
        optic=random.integers(0, PHOTOMETRIES, FIELDS),
    )


def _plain(roads: Roads, place: int, tables: list[IntensityTable]) -> dict[str, float]:
    def at(name: str) -> Any:  # noqa: ANN401 - a number of its own kind
        return roads.of(name)[place].item()

    lengths = {name: at(name) for name in ("width_m", "spacing_m", "height_m", "overhang_m", "median_m")}
    road = PlainRoad(
        **lengths,
        lanes=at("lanes"),
        tilt_deg=at("tilt_deg"),
        arrangement=Arrangement(at("arrangement")).name.lower(),
        source_flux_lm=at("source_flux_lm"),
        maintenance_factor=at("maintenance_factor"),
    )
    return plain_fields(road, tables[at("optic")], SURFACE, standard())


def _largest_error(found: Fields, plain: list[dict[str, float]]) -> float:
    return max(
        abs(found.at(place)[name] / expected - 1) for place, one in enumerate(plain) for name, expected in one.items()
    )


def _sizing_error(sizing: FluxTable, family: Optics, seed: int) -> float:
    """Streets drawn between the nodes: flux read in the table against a table of that street alone [%]."""
    random = np.random.default_rng(seed + 2)
    names = random.choice(["M4", "M5", "C4", "P4"], CHECKED)
    places = [random.uniform(low, high, CHECKED) for low, high in ((4, 9), (18, 45), (4, 10))]
    read = sizing.at(names, *places).source_flux_lm
    classes = road_classes()
    exact = []
    for name, width, spacing, height in zip(names.tolist(), *places, strict=True):
        alone = minimum_flux_table(
            family, {name: classes[name]}, width_m=width, spacing_m=spacing, height_m=height, pattern=PATTERN
        )
        exact.append(float(alone.source_flux_lm.ravel()[0]))
    needed = np.array(exact)
    lit = np.isfinite(read) & np.isfinite(needed)  # a corner out of reach of every luminaire needs an infinite flux
    return float(100 * np.quantile(np.abs(read[lit] / needed[lit] - 1), 0.9))


def _published_surface() -> Callable[[float, float], float]:
    with (FOLDER / "r3.csv").open(encoding="utf-8", newline="") as stream:
        header, *rows = list(csv.reader(stream))
    numbers = [[float(cell) for cell in row] for row in rows]
    betas = [float(cell.removeprefix("beta_")) for cell in header[1:]]
    return table_surface([row[0] for row in numbers], betas, [[r / 1e4 for r in row[1:]] for row in numbers])


SURFACE = _published_surface()
