"""Shared experience: what projects of all territories say of one more, each territory with its own share."""

from bocage.science.pooling.fit import Convergence, Fit, fit_pooled, predict
from bocage.science.pooling.priors import (
    KindPrior,
    Normal,
    Pooling,
    Prior,
    Rate,
    Spread,
    cost_prior,
    realisation_prior,
)
from bocage.science.pooling.records import Project, Records
from bocage.science.pooling.shares import LeftOut, Shares, leave_one_out, shares

__all__ = [
    "Convergence",
    "Fit",
    "KindPrior",
    "LeftOut",
    "Normal",
    "Pooling",
    "Prior",
    "Project",
    "Rate",
    "Records",
    "Shares",
    "Spread",
    "cost_prior",
    "fit_pooled",
    "leave_one_out",
    "predict",
    "realisation_prior",
    "shares",
]
