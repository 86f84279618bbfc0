"""Figures that compare a benefit with what it costs, and with what it costs the one who pays."""

import math


def benefit_cost_ratio(benefits_eur: float, costs_eur: float) -> float:
    """Present benefits per present euro of cost [1]; nan where nothing is spent.

    Args:
        benefits_eur: present value of the benefits [EUR].
        costs_eur: present value of the costs, >= 0 [EUR].

    >>> benefit_cost_ratio(150.0, 100.0)
    1.5
    """
    return benefits_eur / costs_eur if costs_eur > 0 else math.nan


def npv_per_own_euro(npv_eur: float, own_eur: float) -> float:
    """Net present value per euro that the payer keeps to its charge; infinite where it pays nothing and gains.

    Args:
        npv_eur: net present value [EUR].
        own_eur: what stays to be paid, all aids and FCTVA deducted [EUR].

    >>> npv_per_own_euro(50.0, 20.0)
    2.5
    >>> npv_per_own_euro(50.0, 0.0)
    inf
    """
    if own_eur > 0:
        return npv_eur / own_eur
    return math.copysign(math.inf, npv_eur) if npv_eur else 0.0


def abatement_cost(npv_without_carbon_eur: float, discounted_abatement_t: float) -> float:
    """Cost of a tonne avoided, -NPV without carbon / sum of avoided tonnes, discounted [EUR/t].

    Both are discounted at the same rate: it is the constant carbon value at which the action breaks
    even. Negative where the action pays for itself; nan where it avoids nothing.

    Args:
        npv_without_carbon_eur: net present value without any carbon value [EUR].
        discounted_abatement_t: sum of the avoided tonnes of each year times its discount factor [t].

    >>> abatement_cost(-3000.0, 10.0)
    300.0
    """
    return -npv_without_carbon_eur / discounted_abatement_t if discounted_abatement_t > 0 else math.nan
