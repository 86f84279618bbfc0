"""Carbon of manufacture of the equipment that actions bring, as draws."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bocage.domains.lighting.inventory.declared import LUMINAIRE, lighting_parameters
from bocage.domains.lighting.simulate.factors import Factors
from bocage.vocabulary.domain import Assets, Site

Array = NDArray[np.float64]

EMBODIED = {
    "led": ("works.embodied_led",),
    "led_dimming": ("works.embodied_led",),
    "led_class": ("works.embodied_led",),
    "led_kit": ("works.embodied_led",),
    "led_detection": ("works.embodied_led", "works.embodied_node"),
    "detection": ("works.embodied_node",),
    "remote_management": ("works.embodied_node",),
    "cabinet_renewal": ("works.embodied_cabinet",),
}
"""New equipment that one unit of each kind of action brings."""


def embodied_each_kgco2e(kind: str, site: Site) -> Array:
    """Carbon of manufacture that one unit of a kind of action brings (K,) [kgCO2e].

    Args:
        kind: kind of action; one that brings no equipment embodies nothing.
        site: seed, number of draws, date.
    """
    parameters, factors = lighting_parameters(site), Factors(site)
    return np.asarray(
        sum((parameters.number(name) * factors.bounded(name) for name in EMBODIED.get(kind, ())), np.zeros(site.draws))
    )


def embodied_kgco2e(actions: pl.DataFrame, assets: Assets, site: Site) -> Array:
    """Carbon of manufacture of the equipment that each action brings, once.

    Args:
        actions: frame of the noun `action` (n rows).
        assets: completed.
        site: seed, number of draws, date.

    Returns:
        Array (n, K) [kgCO2e], in the order of the actions; no yearly emission, and in no ledger.
    """
    known = {name: set(frame["asset_id"]) for name, frame in assets.items() if name in (LUMINAIRE, "cabinet")}
    each = {kind: embodied_each_kgco2e(kind, site) for kind in set(actions["kind"]) & set(EMBODIED)}
    result = np.zeros((len(actions), site.draws))
    for row, (kind, asset_type, ids) in enumerate(actions.select("kind", "asset_type", "asset_ids").iter_rows()):
        if kind in each:
            result[row] = len(set(ids or []) & known.get(asset_type, set())) * each[kind]
    return result
