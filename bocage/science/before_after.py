"""Before and after: how much meters changed at a date, with an interval that the memory of time widens."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

LEAST_BEFORE, LEAST_AFTER = 6, 3
"""Values that a meter needs on either side of the date."""
SEASONAL_BEFORE = 12
"""Values before the date from which the season is told from the change."""
LEAST_SIZE = 0.2
"""Errors after the date are never held to be smaller than this share of those before."""
MEMORIES = tuple(number / 50 for number in range(48))
"""Values tried for the memory of the errors: 0 to 0.94."""


@dataclass(frozen=True)
class Change:
    """What changed at the date.

    Attributes:
        effect: change of the intensity of all meters together, times the scale.
        low: 10th percentile.
        high: 90th percentile.
        baseline: their intensity before, at an average season, times the scale.
        effects: of each meter (m,), nan where it has too few values.
        baselines: of each meter (m,).
        used: meters that count (m,).
        periods: number of periods with a value (before, after).
    """

    effect: float
    low: float
    high: float
    baseline: float
    effects: Array
    baselines: Array
    used: Mask
    periods: tuple[int, int]

    @property
    def relative(self) -> float:
        """Effect over baseline [1]."""
        return self.effect / self.baseline if self.baseline else float("nan")


def before_after(
    intensity: Array,
    weight: Array,
    after: Mask,
    season: Array,
    *,
    scale: float = 1.0,
    control: Array | None = None,
) -> Change | None:
    """Change of meters at a date, by one regression per meter and an interval common to all.

    Meter i, period t: y = a + b cos s + c sin s + d·after + u, weighted by `weight`; the season enters
    where there are at least twelve values before. The effect is Σ d times the scale. Residuals are
    summed over the meters of each period, which may thus move together in any way (Driscoll and Kraay,
    Review of Economics and Statistics 80, 1998), and the sums remember the period before
    (`remembering_error`); the interval takes Student's quantiles.

    Args:
        intensity: energy per hour of need (m, T), nan where unknown [kWh/h].
        weight: hours of need of each value (m, T) [h].
        after: periods after the date (T,).
        season: angle of the middle of each period in the year (T,) [rad].
        scale: hours of need of a year [h/year].
        control: intensity of meters without works over the same periods (n, T), whose relative change
            is what would have happened anyway; none is taken off where None.

    Returns:
        None where no meter, or no control, has enough values.

    Two meters that lose half of what they use lose half:

    >>> level = np.where(np.arange(24) < 12, 2.0, 1.0)
    >>> found = before_after(np.array([level, 3 * level]), np.ones((2, 24)), np.arange(24) >= 12,
    ...                      np.arange(24) * np.pi / 6, scale=100.0)
    >>> round(found.effect), round(found.relative, 3)
    (-400, -0.5)
    """
    own = _Fits.of(intensity, weight, after, season)
    if not own.used.any():
        return None
    effect, baseline, residuals = own.total(scale)
    if control is not None:
        others = _Fits.of(control, np.broadcast_to(weight.mean(axis=0), control.shape), after, season)
        if not others.used.any():
            return None
        drift, level, wobble = others.total(scale)
        effect, residuals = effect - baseline / level * drift, residuals - baseline / level * wobble
    seen = own.seen
    mean_weight = weight[own.used].mean(axis=0)[seen]
    design = seasonal_design(after[seen], season[seen], mean_weight)
    # what a meter does not foresee is a share of what it uses: errors shrink with the use
    size = np.where(after[seen], max(1 + effect / baseline, LEAST_SIZE), 1.0) if baseline > 0 else None
    error = remembering_error(residuals[seen], design, mean_weight, size=size)
    margin = student_quantile(len(design) - design.shape[1]) * error
    return Change(
        effect=effect,
        low=effect - margin,
        high=effect + margin,
        baseline=baseline,
        effects=own.effects * scale,
        baselines=own.levels * scale,
        used=own.used,
        periods=(int((seen & ~after).sum()), int((seen & after).sum())),
    )


@dataclass(frozen=True)
class _Fits:
    """The regressions of all meters: effect, level and residuals of each, and the periods with a value."""

    effects: Array
    levels: Array
    residuals: Array
    used: Mask
    seen: Mask

    @classmethod
    def of(cls, intensity: Array, weight: Array, after: Mask, season: Array) -> "_Fits":
        count, _ = intensity.shape
        effects, levels = np.full(count, np.nan), np.full(count, np.nan)
        residuals = np.full(intensity.shape, np.nan)
        known = np.isfinite(intensity) & (weight > 0)
        used = ((known & ~after).sum(axis=1) >= LEAST_BEFORE) & ((known & after).sum(axis=1) >= LEAST_AFTER)
        for meter in np.flatnonzero(used):
            rows = known[meter]
            weights = weight[meter, rows]
            design = seasonal_design(after[rows], season[rows], weights)
            found = least_squares(design, intensity[meter, rows], weights)
            levels[meter], effects[meter] = found[0], found[1]
            residuals[meter, rows] = intensity[meter, rows] - design @ found
        return cls(effects, levels, residuals, used, known[used].any(axis=0))

    def total(self, scale: float) -> tuple[float, float, Array]:
        """Effect, baseline and residual of each period, of the meters that count; absent meters move as the rest."""
        effect, level = self.effects[self.used].sum(), self.levels[self.used].sum()
        rows = self.residuals[self.used]
        present = np.isfinite(rows).sum(axis=0)
        sums = np.nansum(rows, axis=0) * np.divide(len(rows), present, out=np.zeros(rows.shape[1]), where=present > 0)
        return float(scale * effect), float(scale * level), np.asarray(scale * sums)


def seasonal_design(after: Mask, season: Array, weight: Array) -> Array:
    """Columns of a regression: level, change and, from twelve values before, the season.

    The season is centred on its weighted mean, so that the level is that of a whole year.

    Args:
        after: values after the date (n,).
        season: angle of each value in the year (n,) [rad].
        weight: weight of each value (n,).

    >>> seasonal_design(np.array([False, True]), np.zeros(2), np.ones(2)).tolist()
    [[1.0, 0.0], [1.0, 1.0]]
    """
    columns = [np.ones(len(after)), after.astype(np.float64)]
    if (~after).sum() >= SEASONAL_BEFORE:
        waves = np.stack([np.cos(season), np.sin(season)])
        columns += list(waves - np.average(waves, axis=1, weights=weight)[:, None])
    return np.column_stack(columns)


def least_squares(design: Array, values: Array, weight: Array) -> Array:
    """Weighted least squares.

    Args:
        design: columns of a regression (n, k).
        values: values (n,).
        weight: weights (n,).

    Returns:
        Array (k,).

    >>> least_squares(np.array([[1.0, 0.0], [1.0, 1.0]]), np.array([2.0, 5.0]), np.ones(2)).round(9).tolist()
    [2.0, 3.0]
    """
    return np.asarray(_solver(design, weight) @ values)


def _solver(design: Array, weight: Array) -> Array:
    root = np.sqrt(weight)
    return np.asarray(np.linalg.pinv(design * root[:, None]) * root)


def remembering_error(
    residuals: Array, design: Array, weight: Array, *, column: int = 1, size: Array | None = None
) -> float:
    """Standard error of a coefficient of a regression whose errors remember the period before.

    Errors are u(t) = r u(t-1) + e(t), with correlation R(r). The memory r of a short series is poorly
    known: the variance of the coefficient is averaged over r in [0, 0.94], each weighted by its
    restricted likelihood |R|^(-1/2) |X'R⁻¹X|^(-1/2) S^(-(n-k)/2), with S the generalised sum of squares
    (Harville, JASA 72, 1977); a negative r is taken for none.

    Args:
        residuals: in order of time (n,).
        design: columns of the regression (n, k).
        weight: its weights (n,).
        column: whose coefficient.
        size: relative size of the errors (n,), the same everywhere where None [1].

    Errors that alternate have no memory to speak of; the error of the mean of 100 of them is near 0.1:

    >>> signs = np.tile([1.0, -1.0], 50)
    >>> round(remembering_error(signs, np.ones((100, 1)), np.ones(100), column=0), 2)
    0.1
    """
    count, parameters = design.shape
    if count <= parameters or float(residuals @ residuals) == 0:
        return 0.0
    size = np.ones(count) if size is None else size
    influence = _solver(design, weight)[column] * size
    residuals, design = residuals / size, design / size[:, None]
    lags = np.abs(np.subtract.outer(np.arange(count), np.arange(count)))
    likelihood, variance = [], []
    for memory in MEMORIES:
        correlation = memory**lags
        # the inverse of a first-order correlation has three diagonals and the determinant (1 - r²)^(n-1)
        inverse = _inverse_correlation(memory, count)
        normal = design.T @ inverse @ design
        rest = residuals - design @ (np.linalg.pinv(normal) @ design.T @ inverse @ residuals)
        squares = max(float(rest @ inverse @ rest), np.finfo(np.float64).tiny)
        likelihood.append(
            -0.5 * (count - 1) * np.log(1 - memory**2)
            - 0.5 * _log_determinant(normal)
            - 0.5 * (count - parameters) * np.log(squares)
        )
        variance.append(squares / (count - parameters) * float(influence @ correlation @ influence))
    share = np.exp(np.array(likelihood) - max(likelihood))
    return float(np.sqrt(np.average(variance, weights=share)))


def _log_determinant(matrix: Array) -> float:
    """Of the directions that the columns do span."""
    values = np.linalg.eigvalsh(matrix)
    return float(np.log(values[values > 1e-12 * values.max()]).sum())


def _inverse_correlation(memory: float, count: int) -> Array:
    diagonal = np.full(count, 1 + memory**2)
    diagonal[[0, -1]] = 1.0
    beside = np.full(count - 1, -memory)
    return np.asarray((np.diag(diagonal) + np.diag(beside, 1) + np.diag(beside, -1)) / (1 - memory**2))


def student_quantile(freedom: int, share: float = 0.9) -> float:
    """Student's quantile by the expansion of Cornish and Fisher; within 0.01 from three degrees of freedom.

    Args:
        freedom: degrees of freedom; fewer than one count as one.
        share: probability [1].

    >>> round(student_quantile(10), 2), round(student_quantile(30), 2)
    (1.37, 1.31)
    """
    z, freedom = NormalDist().inv_cdf(share), max(freedom, 1)
    first = (z**3 + z) / 4
    second = (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / freedom + second / freedom**2 + third / freedom**3
