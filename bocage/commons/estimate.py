"""An estimate learned from shared experience: its interval, what it rests on, and how well it foresees its own data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bocage.science.pooling import Fit, Project, leave_one_out, shares
from bocage.vocabulary.draws import HIGH_PERCENTILE, LOW_PERCENTILE, Z90, Array


@dataclass(frozen=True)
class Witness:
    """One record behind an estimate.

    Attributes:
        kind: kind of the record in the model.
        record_id: identifier of the record; empty for an award of a public programme.
        title: title of the record.
        place: name of the territory.
        quality: how its value is known.
        value: value seen, in the unit of the estimate.
        weight: how much the estimate moves with it [1].
        without: relative change of the estimate if it were not there [1].
        foreseen: what the other records foresee for it, in the unit of the estimate.
        surprise: gap to what was foreseen, in standard deviations; look at the record beyond 3.
    """

    kind: str
    record_id: str
    title: str
    place: str
    quality: str
    value: float
    weight: float
    without: float
    foreseen: float
    surprise: float


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """What is expected of one more project.

    Attributes:
        name: name under which it is asked for, such as `cost:lighting.led`.
        unit: unit code.
        quantity: size at which it is stated, in `quantity_unit`; 1 for a share.
        quantity_unit: unit of the size; empty for a share.
        median: median [unit].
        low: 10th percentile [unit].
        high: 90th percentile [unit].
        records: number of records of its own kind.
        all_records: number of records of all kinds.
        prior_share: how much of it is the prior [1].
        prior: median, 10th and 90th percentiles before any record [unit].
        witnesses: the records that it is read from, those that weigh most first.
        inside: number of records of all kinds that fall into the 80 % interval that the others foresee.
        r_hat: largest split R-hat of the fit.
    """

    name: str
    unit: str
    quantity: float
    quantity_unit: str
    median: float
    low: float
    high: float
    records: int
    all_records: int
    prior_share: float
    prior: tuple[float, float, float]
    witnesses: Sequence[Witness]
    inside: int
    r_hat: float


def percentiles(draws: Array) -> tuple[float, float, float]:
    """Median, 10th and 90th percentiles of draws.

    >>> percentiles(np.arange(101.0))
    (50.0, 10.0, 90.0)
    """
    low, median, high = np.percentile(draws, [LOW_PERCENTILE, 50.0, HIGH_PERCENTILE])
    return float(median), float(low), float(high)


def weigh(
    fit: Fit, project: Project, told: Sequence[Mapping[str, str]], units: Array
) -> tuple[float, list[Witness], int]:
    """What an estimate rests on: share of the prior, the records, how many of them the others foresee well.

    Args:
        fit: fitted model.
        project: what is estimated.
        told: of each record of the fit (n,), `record_id`, `title`, `place`, `quality`.
        units: by what each value is divided to be in the unit of the estimate (n,).
    """
    if fit.rests_on_prior_alone:
        return 1.0, [], 0
    found, left = shares(fit, project), leave_one_out(fit)
    inside = int((np.abs(left.surprise) <= Z90).sum())
    witnesses = [
        Witness(
            kind=fit.records.kind[row],
            **told[row],
            value=float(fit.records.value[row] / units[row]),
            weight=float(found.records[row]),
            without=float(found.without[row]),
            foreseen=float(left.median[row] / units[row]),
            surprise=float(left.surprise[row]),
        )
        for row in range(len(fit.records))
    ]
    return found.prior, sorted(witnesses, key=lambda one: -abs(one.weight)), inside
