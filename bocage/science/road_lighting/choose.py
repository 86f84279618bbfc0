"""The least power that meets a class: every quantity but glare is linear in flux."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bocage.science.road_lighting.fields import Fields, road_fields
from bocage.science.road_lighting.judge import LEVELS, judge, meets
from bocage.science.road_lighting.optics import Optics
from bocage.science.road_lighting.reflection import ReflectionTable
from bocage.science.road_lighting.road import Roads
from bocage.science.road_lighting.standard import RoadClass, Standard

Array = NDArray[np.float64]
Index = NDArray[np.intp]
NONE = -1


@dataclass(frozen=True, kw_only=True, eq=False)
class Offers:
    """Luminaires on offer, arrays (m,).

    Attributes:
        optic: place of the photometry of each.
        flux_minimum_lm: lowest source flux that it can be ordered or set at [lm].
        flux_maximum_lm: highest [lm].
        efficacy_lm_w: source flux over power drawn, gear included [lm/W].
        base_power_w: power drawn whatever the flux: standby of the controls [W].
    """

    optic: Index
    flux_minimum_lm: Array
    flux_maximum_lm: Array
    efficacy_lm_w: Array
    base_power_w: Array


def offers(
    *,
    optic: ArrayLike,
    flux_minimum_lm: ArrayLike,
    flux_maximum_lm: ArrayLike,
    efficacy_lm_w: ArrayLike,
    base_power_w: ArrayLike = 0.0,
) -> Offers:
    """Make offers from numbers or arrays (m,), a number being repeated.

    Args:
        optic: see `Offers`, as the others.

    Raises:
        ValueError: a lowest flux exceeds the highest, or an efficacy is not positive.

    >>> offers(optic=[0, 1], flux_minimum_lm=1000, flux_maximum_lm=8000, efficacy_lm_w=130).efficacy_lm_w.tolist()
    [130.0, 130.0]
    """
    parts = np.broadcast_arrays(
        *(np.atleast_1d(part) for part in (optic, flux_minimum_lm, flux_maximum_lm, efficacy_lm_w, base_power_w))
    )
    made = Offers(
        optic=parts[0].astype(np.intp),
        flux_minimum_lm=parts[1].astype(float),
        flux_maximum_lm=parts[2].astype(float),
        efficacy_lm_w=parts[3].astype(float),
        base_power_w=parts[4].astype(float),
    )
    if (made.flux_minimum_lm > made.flux_maximum_lm).any() or (made.efficacy_lm_w <= 0).any():
        raise ValueError("an offer needs a lowest flux below its highest and an efficacy above 0")
    return made


@dataclass(frozen=True, kw_only=True, eq=False)
class Choice:
    """What was chosen for each of n roads.

    Attributes:
        offer: place of the offer, -1 where none meets the class.
        source_flux_lm: its flux, NaN where there is none [lm].
        power_w: power drawn by one luminaire, NaN where there is none [W].
        found: what the road has with it, NaN where there is none.
    """

    offer: Index
    source_flux_lm: Array
    power_w: Array
    found: Fields


def needed_flux_lm(found: Fields, source_flux_lm: Array, road_class: RoadClass) -> Array:
    """Source flux at which roads reach the levels of a class, all else being equal.

    Φ = Φ₀ · max(limit / value) over average luminance, average and lowest illuminance.

    Args:
        found: results of n roads.
        source_flux_lm: array (n,), flux at which they were computed [lm].
        road_class: the class.

    Returns:
        Array (n,) [lm]; infinite where no light arrives.

    Half the luminance asked for takes twice the flux:

    >>> from dataclasses import fields
    >>> from bocage.science.road_lighting.standard import road_classes
    >>> found = Fields(**{one.name: np.array([0.25]) for one in fields(Fields)})
    >>> needed_flux_lm(found, np.array([3000.0]), road_classes()["M5"]).tolist()
    [6000.0]
    """
    levels = [one.margin for one in judge(found, road_class) if one.criterion in LEVELS]
    with np.errstate(divide="ignore"):
        return np.asarray(source_flux_lm / np.min(levels, axis=0))


def choose(
    roads: Roads,
    optics: Optics,
    on_offer: Offers,
    road_class: RoadClass,
    *,
    edition: Standard | None = None,
    surface: ReflectionTable | None = None,
) -> Choice:
    """For each road, the offer that meets the class with the least power.

    More flux than the levels need never helps: glare grows with the flux up to 5 cd/m², uniformity
    does not move. So each offer is tried at the flux it needs, or at its lowest where that is more.

    Args:
        roads: n roads; their fluxes and photometries are not looked at.
        optics: photometries of the offers.
        on_offer: m offers.
        road_class: the class that all the roads must meet.
        edition: constants of the standard, those of 2015 where None.
        surface: r-table of the carriageways, R3 where None.

    Of two luminaires of the same light, the one of twice the efficacy, at half the power:

    >>> from bocage.science.photometry.generic import generic_road_optics
    >>> from bocage.science.road_lighting.optics import gather_optics
    >>> from bocage.science.road_lighting.standard import road_classes
    >>> optics = gather_optics([generic_road_optics()["generic_c"]])
    >>> street = Roads(width_m=6.0, spacing_m=28.0, height_m=8.0)
    >>> old = offers(optic=0, flux_minimum_lm=500, flux_maximum_lm=9000, efficacy_lm_w=75)
    >>> both = offers(optic=[0, 0], flux_minimum_lm=500, flux_maximum_lm=9000, efficacy_lm_w=[75, 150])
    >>> before, after = (choose(street, optics, some, road_classes()["M5"]) for some in (old, both))
    >>> after.offer.tolist(), round(float(before.power_w[0] / after.power_w[0]), 9)
    ([1], 2.0)
    """
    count, tried = len(roads), len(on_offer.optic)
    whole = roads.take(np.repeat(np.arange(count), tried))
    whole = replace(whole, optic=np.tile(on_offer.optic, count), source_flux_lm=1000.0)
    unit = road_fields(whole, optics, edition=edition, surface=surface)
    needed = needed_flux_lm(unit, whole.of("source_flux_lm"), road_class)
    flux = np.maximum(needed, np.tile(on_offer.flux_minimum_lm, count))
    possible = flux <= np.tile(on_offer.flux_maximum_lm, count) * (1 + 1e-12)
    set_at = replace(whole, source_flux_lm=np.where(possible, flux, 1000.0))
    found = road_fields(set_at, optics, edition=edition, surface=surface)
    fit = possible & meets(found, road_class)
    power = flux / np.tile(on_offer.efficacy_lm_w, count) + np.tile(on_offer.base_power_w, count)
    grid = np.where(fit, power, np.inf).reshape(count, tried)
    best = grid.argmin(axis=1)
    held = np.isfinite(grid[np.arange(count), best])
    place = np.arange(count) * tried + best
    return Choice(
        offer=np.where(held, best, NONE),
        source_flux_lm=np.where(held, flux[place], np.nan),
        power_w=np.where(held, power[place], np.nan),
        found=Fields(**{name: np.where(held, values[place], np.nan) for name, values in vars(found).items()}),
    )
