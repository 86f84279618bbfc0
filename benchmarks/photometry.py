"""Photometry: flux closure on ten real EULUMDAT files, closed forms, and reading speed against a peer."""

import importlib
import importlib.util
import os
import statistics
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.frame import Figure, at_most, figure, median_s
from bocage.science.photometry.flux import CIE_ZONES_DEG, cie_flux_codes, flux_within, light_output
from bocage.science.photometry.generic import isotropic, lambertian
from bocage.science.photometry.intensity import tabulate
from bocage.sources.photometry import read_photometry

CLOSURE_GOAL_POINTS = 0.3
CLOSED_FORM_GOAL = 1e-6
UNEVEN_TABLES = 200


def run(*, seed: int) -> dict[str, Any]:
    """Largest difference from the declared output ratios, errors of closed forms, files read per second.

    Args:
        seed: seed of the random uneven planes.
    """
    figures = [*_closed_forms(), _uneven_planes(np.random.default_rng(seed))]
    files = sorted(_folder().glob("*.ldt")) if _folder().is_dir() else []
    return {"name": "photometry", "figures": [*_real_files(files), *figures]}


def _folder() -> Path:
    root = Path(os.environ.get("BOCAGE_DATA", Path(__file__).parents[2] / "shared" / "data"))
    return root / "lighting" / "photometry"


def _real_files(files: list[Path]) -> list[Figure]:
    what = "largest difference from the declared LOR, ten real files"
    if not files:
        return [at_most(f"{what} (the data are absent)", None, "percentage point", CLOSURE_GOAL_POINTS)]
    gaps = []
    for path in files:
        table = read_photometry(path).table
        if table.declared_lor is not None:
            gaps.append(100 * abs(light_output(table).lor - table.declared_lor))
    own_s = median_s(lambda: [read_photometry(path) for path in files])
    figures = [
        figure("real EULUMDAT files with a declared LOR", len(gaps), "", goal=10, holds=len(gaps) == len(files)),
        at_most(what, max(gaps), "percentage point", CLOSURE_GOAL_POINTS),
    ]
    speed = len(files) / own_s
    if importlib.util.find_spec("pyldt") is None:
        return [*figures, figure("files read and checked per second (eulumdat-py is not installed)", speed, "1/s")]
    reader: Any = importlib.import_module("pyldt").LdtReader
    peer_s = median_s(lambda: [reader.read(path) for path in files])
    worst = max(
        float(np.abs(read_photometry(path).table.intensity_cd_klm[:-1] - _peer_planes(reader.read(path))).max())
        for path in files
    )
    return [
        *figures,
        at_most("largest difference of an intensity from eulumdat-py, ten files", worst, "cd/klm", 1e-9),
        figure("files read and checked per second", speed, "1/s", peer=len(files) / peer_s),
    ]


def _peer_planes(read: Any) -> Any:  # noqa: ANN401 - the peer is not typed
    planes = np.array(read.intensities)
    return planes[:1] if read.header.isym == 1 else planes


def _closed_forms() -> list[Figure]:
    sphere, surface = isotropic(), lambertian(15.0)
    even = [1 - np.cos(np.radians(zone)) for zone in CIE_ZONES_DEG]
    squares = [np.sin(np.radians(zone)) ** 2 for zone in CIE_ZONES_DEG]
    errors = {
        "isotropic source: flux": abs(flux_within(sphere, 180.0) / 1000 - 1),
        "isotropic source: ULR": abs(light_output(sphere).ulr - 0.5),
        "isotropic source: CIE flux codes": _gap(cie_flux_codes(sphere), (*even, 0.5, 1.0)),
        "Lambertian surface in steps of 15°: flux": abs(flux_within(surface, 180.0) / 1000 - 1),
        "Lambertian surface in steps of 15°: CIE flux codes": _gap(cie_flux_codes(surface), (*squares, 1.0, 1.0)),
    }
    figures = [
        at_most(f"error of the closed form, {what}", value, "1", CLOSED_FORM_GOAL) for what, value in errors.items()
    ]
    tilted = max(
        float(abs(light_output(lambertian(), tilt_deg=tilt).ulr - (1 - np.cos(np.radians(tilt))) / 2))
        for tilt in (5.0, 10.0, 20.0, 45.0)
    )
    return [
        *figures,
        at_most("error of the closed form, ULR of a tilted Lambertian surface", tilted, "1", CLOSED_FORM_GOAL),
    ]


def _gap(found: tuple[float, ...], expected: tuple[float, ...]) -> float:
    return float(np.abs(np.subtract(found, expected)).max())


def _uneven_planes(random: np.random.Generator) -> Figure:
    """Planes that stand at random, of a flux that is linear between them; against the mean of the planes."""
    errors, naive = [], []
    for _ in range(UNEVEN_TABLES):
        planes = np.concatenate([[0.0], np.sort(random.choice(np.arange(1, 360), 8, replace=False))])
        levels = random.uniform(0.0, 500.0, len(planes))
        table = tabulate(planes, [0.0, 90.0, 180.0], np.repeat(levels[:, None], 3, axis=1))
        closed = np.append(planes, 360.0)
        around = np.append(levels, levels[0])
        exact = 2 * np.radians(np.sum(np.diff(closed) * (around[1:] + around[:-1]) / 2))
        errors.append(float(abs(flux_within(table, 180.0) / exact - 1)))
        naive.append(float(abs(4 * np.pi * levels.mean() / exact - 1)))
    return figure(
        "largest error of flux on planes that stand unevenly",
        max(errors),
        "1",
        goal=CLOSED_FORM_GOAL,
        peer=f"{statistics.median(naive):.3f} (median, mean of the planes)",
        holds=max(errors) <= CLOSED_FORM_GOAL,
    )
