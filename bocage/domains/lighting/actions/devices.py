"""Digital equipment that actions bring: nodes and detectors, what they cost each year, use and embody."""

from collections.abc import Mapping

from bocage.parameters.reader import Parameters

HOURS_PER_YEAR = 8760
NODE_KINDS = ("remote_management",)
DETECTOR_KINDS = ("led_detection", "detection")
UPKEEP_KINDS = ("repair", "subscribed_power", "curfew", "curfew_partial", "dimming")
"""Kinds that bring no new asset: they are upkeep of the network, in the running section of the accounts."""


def digital_fact(kind: str, points: int, parameters: Parameters) -> Mapping[str, float] | None:
    """What a plan reads of the digital equipment of an action; None where it brings none.

    Detectors work alone; nodes have a subscription, hosting, and draw their own power all the year. Gateways
    of cabinets and the server are left out: no reliable footprint of either was found.

    Args:
        kind: kind of action.
        points: number of points equipped.
        parameters: of the domain (`works`, `operation`).
    """
    if not points or kind not in (*NODE_KINDS, *DETECTOR_KINDS):
        return None
    node, number = kind in NODE_KINDS, parameters.number
    each = {
        "investment_eur": number("works.node_cost" if node else "works.detection_cost"),
        "running_eur_year": number("operation.node_running_cost") if node else 0.0,
        "kwh_year": number("operation.node_power") * HOURS_PER_YEAR / 1000 if node else 0.0,
        "embodied_kgco2e": number("works.embodied_node"),
    }
    return {
        "devices": points,
        **{name: round(value * points, 2) for name, value in each.items()},
        "lifetime_years": number("works.setting_life"),
        "reconditioned_share": number("operation.node_reconditioned_share"),
    }
