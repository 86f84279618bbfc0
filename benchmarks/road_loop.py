"""Road lighting the plain way, point by point and lamp by lamp: oracle of the tests, peer of `road-fields`.

Written from the standard on its own, with scalars, loops and rotation matrices; it shares nothing
with `bocage.science.road_lighting` but the numbers of the standard and the tables it is handed.
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bocage.science.photometry.intensity import IntensityTable
from bocage.science.road_lighting.standard import Standard

Lamp = tuple[float, float, float]
"""Place along the road, place across it, and 1 or -1 for the side that it faces."""
Surface = Callable[[float, float], float]
"""r at tan γ and β in degrees."""


@dataclass(frozen=True, kw_only=True)
class PlainRoad:
    """One road, as in `bocage.science.road_lighting.road.Roads`."""

    width_m: float
    lanes: int
    spacing_m: float
    height_m: float
    overhang_m: float = 0.0
    tilt_deg: float = 0.0
    arrangement: str = "single"
    median_m: float = 0.0
    source_flux_lm: float = 1000.0
    maintenance_factor: float = 1.0


def plain_fields(road: PlainRoad, table: IntensityTable, surface: Surface, edition: Standard) -> dict[str, float]:
    """All results of one road, under the names of `Fields`."""
    kilolumens = road.source_flux_lm / 1000
    lit = illuminances(road, table, edition, _across(road.width_m, edition), 0.0)
    flat = [value for row in lit for value in row]
    average = sum(flat) / len(flat)
    uniformities, longitudinal, averages, increments = [], [], [], []
    for lane in range(road.lanes):
        seen = luminances(road, table, surface, edition, lane)
        every = [value for row in seen for value in row]
        mean = sum(every) / len(every)
        axis = [row[lane * int(edition.points_per_lane) + 1] for row in seen]
        averages.append(mean)
        uniformities.append(min(every) / mean)
        longitudinal.append(min(axis) / max(axis))
        new = mean / road.maintenance_factor
        for step in range(_along(road, edition)):
            veil = kilolumens * veiling(road, table, edition, lane, step)
            low = new <= edition.increment_bright_cd_m2
            increments.append(65 * veil / new**0.8 if low else 95 * veil / new**1.05)
    return {
        "luminance_average_cd_m2": min(averages),
        "luminance_uniformity": min(uniformities),
        "longitudinal_uniformity": min(longitudinal),
        "threshold_increment_percent": max(increments),
        "edge_illuminance_ratio": min(_edge(road, table, edition, side) for side in (0, 1)),
        "illuminance_average_lx": average,
        "illuminance_minimum_lx": min(flat),
        "illuminance_uniformity": min(flat) / average,
    }


def illuminances(
    road: PlainRoad, table: IntensityTable, edition: Standard, across: Sequence[float], start_m: float
) -> list[list[float]]:
    """Illuminance by place along and across the road, the places across counted from `start_m`."""
    count = _along(road, edition)
    reach = edition.illuminance_reach * road.height_m
    rows = []
    for i in range(count):
        x = (i + 0.5) * road.spacing_m / count
        row = []
        for y in across:
            total = 0.0
            for lamp in lamps(road, x - reach, x + reach):
                dx, dy = x - lamp[0], start_m + y - lamp[1]
                cosine = road.height_m / math.sqrt(dx * dx + dy * dy + road.height_m**2)
                total += intensity(road, table, lamp, dx, dy, road.height_m) * cosine**3
            row.append(total * road.source_flux_lm / 1000 * road.maintenance_factor / road.height_m**2)
        rows.append(row)
    return rows


def luminances(
    road: PlainRoad, table: IntensityTable, surface: Surface, edition: Standard, lane: int
) -> list[list[float]]:
    """Luminance by place along and across the road, for the observer of a lane."""
    count, per_lane = _along(road, edition), int(edition.points_per_lane)
    height, lane_width = road.height_m, road.width_m / road.lanes
    eye_x, eye_y = -edition.observer_distance_m, (lane + 0.5) * lane_width
    rows = []
    for i in range(count):
        x = (i + 0.5) * road.spacing_m / count
        row = []
        for j in range(road.lanes * per_lane):
            y = (j + 0.5) * lane_width / per_lane
            total = 0.0
            near, far = x - edition.luminance_reach_before * height, x + edition.luminance_reach_after * height
            for lamp in lamps(road, near, far):
                dx, dy = x - lamp[0], y - lamp[1]
                tangent = math.hypot(dx, dy) / height
                beta = 0.0
                if tangent > 0:
                    sight = (x - eye_x, y - eye_y)
                    cosine = -(sight[0] * dx + sight[1] * dy) / math.hypot(*sight) / math.hypot(dx, dy)
                    beta = math.degrees(math.acos(max(-1.0, min(1.0, cosine))))
                total += intensity(road, table, lamp, dx, dy, height) * surface(tangent, beta)
            row.append(total * road.source_flux_lm / 1000 * road.maintenance_factor / height**2)
        rows.append(row)
    return rows


def veiling(road: PlainRoad, table: IntensityTable, edition: Standard, lane: int, step: int) -> float:
    """Veiling luminance of one kilolumen per lamp, at one place of the moving observer of a lane."""
    rise = road.height_m - edition.eye_height_m
    eye_x = -edition.glare_first_distance_heights * rise + step * road.spacing_m / _along(road, edition)
    eye_y = (lane + 0.5) * road.width_m / road.lanes
    down = math.radians(edition.sight_depression_degree)
    total = 0.0
    for lamp in lamps(road, eye_x, eye_x + edition.glare_reach_m):
        ahead, side = lamp[0] - eye_x, lamp[1] - eye_y
        if ahead <= 0 or rise / ahead > math.tan(math.radians(edition.glare_screen_degree)):
            continue
        distance = math.sqrt(ahead * ahead + side * side + rise * rise)
        cosine = (ahead * math.cos(down) - rise * math.sin(down)) / distance
        theta = math.degrees(math.acos(cosine))
        at_eye = intensity(road, table, lamp, -ahead, -side, rise) * cosine / distance**2
        age = edition.glare_age_years
        if 1.5 < theta < 60:
            total += at_eye * 9.86 * (1 + (age / 66.4) ** 4) / theta**2
        elif 0.1 < theta <= 1.5:
            total += at_eye * (10 / theta**3 + 5 * (1 + (age / 62.5) ** 4) / theta**2)
    return total


def lamps(road: PlainRoad, start_m: float, end_m: float) -> list[Lamp]:
    """The luminaires that stand along the road between two places."""
    rows: list[tuple[float, float, float]] = [(0.0, road.overhang_m, 1.0)]
    if road.arrangement == "opposite":
        rows.append((0.0, road.width_m - road.overhang_m, -1.0))
    elif road.arrangement == "staggered":
        rows.append((road.spacing_m / 2, road.width_m - road.overhang_m, -1.0))
    elif road.arrangement == "central":
        rows.append((0.0, -road.median_m - road.overhang_m, -1.0))
    found = []
    for shift, y, facing in rows:
        first = math.ceil((start_m - shift) / road.spacing_m - 1e-12)
        last = math.floor((end_m - shift) / road.spacing_m + 1e-12)
        found += [(shift + k * road.spacing_m, y, facing) for k in range(first, last + 1)]
    return found


def intensity(road: PlainRoad, table: IntensityTable, lamp: Lamp, dx: float, dy: float, drop: float) -> float:
    """Intensity of a lamp towards a point: the direction is turned into the luminaire's own axes."""
    if lamp[2] < 0:
        dx, dy = -dx, -dy
    tilt = math.radians(road.tilt_deg)
    z = -drop
    across = dy * math.cos(tilt) + z * math.sin(tilt)
    upward = -dy * math.sin(tilt) + z * math.cos(tilt)
    c = math.degrees(math.atan2(across, dx)) % 360
    gamma = math.degrees(math.acos(max(-1.0, min(1.0, -upward / math.sqrt(dx * dx + dy * dy + z * z)))))
    return bilinear(table, c, gamma)


def bilinear(table: IntensityTable, c: float, gamma: float) -> float:
    """Intensity between four measured directions."""
    planes, angles, values = table.c_deg, table.gamma_deg, table.intensity_cd_klm
    if gamma > angles[-1] or gamma < angles[0]:
        return 0.0
    i = min(bisect_right(planes, c) - 1, len(planes) - 2)
    j = min(bisect_right(angles, gamma) - 1, len(angles) - 2)
    u = (c - planes[i]) / (planes[i + 1] - planes[i])
    v = (gamma - angles[j]) / (angles[j + 1] - angles[j])
    low = values[i, j] * (1 - v) + values[i, j + 1] * v
    high = values[i + 1, j] * (1 - v) + values[i + 1, j + 1] * v
    return float(low * (1 - u) + high * u)


def table_surface(tan_gamma: Sequence[float], beta_deg: Sequence[float], r: Sequence[Sequence[float]]) -> Surface:
    """An r-table as a function, bilinear between its nodes, 0 beyond its last tan γ."""

    def read(tangent: float, beta: float) -> float:
        if tangent > tan_gamma[-1]:
            return 0.0
        i = min(bisect_right(tan_gamma, tangent) - 1, len(tan_gamma) - 2)
        j = min(bisect_right(beta_deg, beta) - 1, len(beta_deg) - 2)
        u = (tangent - tan_gamma[i]) / (tan_gamma[i + 1] - tan_gamma[i])
        v = (beta - beta_deg[j]) / (beta_deg[j + 1] - beta_deg[j])
        low = r[i][j] * (1 - v) + r[i][j + 1] * v
        high = r[i + 1][j] * (1 - v) + r[i + 1][j + 1] * v
        return low * (1 - u) + high * u

    return read


def _along(road: PlainRoad, edition: Standard) -> int:
    count = int(edition.longitudinal_points_minimum)
    while road.spacing_m > 30 and road.spacing_m / count > edition.longitudinal_step_maximum_m + 1e-9:
        count += 1
    return count


def _across(width_m: float, edition: Standard) -> list[float]:
    count = int(edition.transverse_points_minimum)
    while width_m / count > edition.transverse_step_maximum_m + 1e-9:
        count += 1
    return [(j + 0.5) * width_m / count for j in range(count)]


def _edge(road: PlainRoad, table: IntensityTable, edition: Standard, side: int) -> float:
    strip = road.width_m / road.lanes
    places = _across(strip, edition)
    outside, inside = (-strip, 0.0) if side == 0 else (road.width_m, road.width_m - strip)
    sums = [sum(map(sum, illuminances(road, table, edition, places, start))) for start in (outside, inside)]
    return sums[0] / sums[1]
