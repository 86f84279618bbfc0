"""Whose experience an estimate rests on: what each record weighs in it, and what it would be without that record."""

from dataclasses import dataclass

import numpy as np

from bocage.science.pooling.fit import Fit, States
from bocage.science.pooling.problem import Problem
from bocage.science.pooling.records import Array, Project


@dataclass(frozen=True)
class Shares:
    """What an estimate rests on; the four shares sum to 1.

    A record weighs as much as the logarithm of the estimate moves with that of its value: were it 1 % dearer,
    the estimate would be `records` % dearer. Weights may be negative: other kinds tell whether a
    territory is dear by comparison, and small projects what big ones cost. Shares are those of the absolute
    weights of the prior and of all records of a kind and place together.

    Attributes:
        own_territory: records of the territory of the project, of any kind [1].
        same_kind: records of the same kind elsewhere [1].
        others: records of other kinds elsewhere [1].
        prior: what was held before any record [1].
        records: weight of each record, in the order given (n,) [1].
        without: relative change of the estimate if a record were not there (n,) [1].
    """

    own_territory: float
    same_kind: float
    others: float
    prior: float
    records: Array
    without: Array


@dataclass(frozen=True)
class LeftOut:
    """Each record as all the others foresee it.

    Attributes:
        median: median foreseen for what was observed (n,), in the unit of the values.
        log_sd: standard deviation of its logarithm (n,).
        surprise: gap between observed and foreseen over that deviation (n,); beyond 3, look at the record.
    """

    median: Array
    log_sd: Array
    surprise: Array


def shares(fit: Fit, project: Project) -> Shares:
    """What the estimate of a project rests on.

    Given the spreads, the estimate is linear in the logarithms of the values, η = c + Σ h_i y_i; with territories
    integrated out, h = V⁻¹X A⁻¹(x - c_g X_g'w) + c_g w, A = X'V⁻¹X + P (best linear unbiased prediction,
    Henderson, Biometrics 31, 1975). The prior weighs 1 - Σ h. Weights are averaged over draws of the spreads,
    summed by kind and place, and taken as proportions of the absolute sums, as those of direct evidence in
    a network of trials (Papakonstantinou and others, F1000Research 7:610, 2018). Without record i the
    estimate moves by -h_i (y_i - ŷ_-i).

    Args:
        fit: result of `fit_pooled`.
        project: what is estimated.

    Without any record, the prior alone:

    >>> from bocage.science.pooling import Prior, Records, fit_pooled
    >>> shares(fit_pooled(Records.none(), Prior(), np.random.default_rng(1)), Project("lamps")).prior
    1.0
    """
    if fit.states is None or fit.problem is None:
        return Shares(0.0, 0.0, 0.0, 1.0, np.empty(0), np.empty(0))
    problem, layout = fit.problem, fit.layout
    base, _, territories = layout.projects([project])
    own = int(territories[0])
    algebra = _Algebra(fit, problem, fit.states)
    weights = algebra.weights(base[0], own)
    change = -(weights * algebra.gaps()[0]).mean(axis=0)
    mean, without = np.empty(len(fit.records)), np.empty(len(fit.records))
    mean[problem.order], without[problem.order] = weights.mean(axis=0), np.expm1(change)
    same = np.array([kind == project.kind for kind in fit.records.kind])
    mine = np.zeros(len(mean), dtype=bool)
    mine[problem.order] = (problem.territory == own) & (own >= 0)
    groups = (mine & same, mine & ~same, same & ~mine, ~same & ~mine)
    own_same, own_other, same_elsewhere, elsewhere = (abs(float(mean[rows].sum())) for rows in groups)
    held = abs(1 - float(mean.sum()))
    whole = own_same + own_other + same_elsewhere + elsewhere + held
    return Shares(
        (own_same + own_other) / whole, same_elsewhere / whole, elsewhere / whole, held / whole, mean, without
    )


def leave_one_out(fit: Fit) -> LeftOut:
    """Each record as the others foresee it, the spreads staying as fitted to all.

    With Σ the covariance of the log values, territories and coefficients integrated out, the gap of a
    record to its foresight is [Σ⁻¹(y - Xm)]_i / [Σ⁻¹]_ii and its variance 1 / [Σ⁻¹]_ii (Sundararajan and
    Keerthi, Neural Computation 13, 2001). Means and variances are those over draws of the spreads.

    Args:
        fit: result of `fit_pooled`.

    Raises:
        ValueError: there is no record.
    """
    if fit.states is None or fit.problem is None:
        raise ValueError("no record to leave out")
    gaps, variances = _Algebra(fit, fit.problem, fit.states).gaps()
    order = fit.problem.order
    gap, log_sd = np.empty(len(order)), np.empty(len(order))
    gap[order] = gaps.mean(axis=0)
    log_sd[order] = np.sqrt(variances.mean(axis=0) + gaps.var(axis=0))
    return LeftOut(np.asarray(fit.records.value * np.exp(-gap)), log_sd, gap / log_sd)


class _Algebra:
    """Matrices of the conditional normal law of each whole state."""

    def __init__(self, fit: Fit, problem: Problem, states: States) -> None:
        self.problem, self.columns, self.precision = problem, states.columns, states.precision
        layout = fit.layout
        variance = fit.between_territories[states.draw, None] ** 2
        sums = self._by_territory(self.precision)
        self.shrunk = variance / (1 + variance * sums)
        self.weighted = self.precision[..., None] * self.columns
        self.by_territory = self._by_territory(self.weighted)
        # V⁻¹X: each row less what its territory already says
        taken = (self.shrunk[..., None] * self.by_territory)[:, problem.territory]
        self.inverse_columns = self.weighted - self.precision[..., None] * taken
        spreads = (fit.between_kinds, fit.between_slopes, fit.between_areas)
        held = 1 / layout.variance(*(one[states.draw] for one in spreads))
        matrix = np.swapaxes(self.inverse_columns, 1, 2) @ self.columns
        diagonal = np.arange(len(layout.columns))
        matrix[:, diagonal, diagonal] += held
        self.inverse = np.linalg.inv(matrix)
        side = (np.swapaxes(self.inverse_columns, 1, 2) @ problem.log_value) + held * layout.mean
        self.theta = (self.inverse @ side[..., None])[..., 0]

    def _by_territory(self, rows: Array) -> Array:
        return np.asarray(np.add.reduceat(rows, self.problem.starts, axis=1))

    def weights(self, row: Array, territory: int) -> Array:
        """Weight of each record in the estimate of a project with these columns (M, n)."""
        target = np.broadcast_to(row, self.theta.shape)
        if territory >= 0:
            target = target - self.shrunk[:, territory, None] * self.by_territory[:, territory]
        found = (self.inverse_columns @ (self.inverse @ target[..., None]))[..., 0]
        if territory >= 0:
            mine = self.problem.territory == territory
            found = found + mine * self.shrunk[:, territory, None] * self.precision
        return np.asarray(found)

    def gaps(self) -> tuple[Array, Array]:
        """Gap of each record to what the others foresee, and its variance (M, n)."""
        territory = self.problem.territory
        rest = self.problem.log_value - (self.columns @ self.theta[..., None])[..., 0]
        pulls = self._by_territory(self.precision * rest)
        shrunk = self.shrunk[:, territory]
        turned = self.precision * (rest - shrunk * pulls[:, territory])
        own = self.precision - shrunk * self.precision**2
        own = own - ((self.inverse_columns @ self.inverse) * self.inverse_columns).sum(axis=2)
        return turned / own, 1 / own
