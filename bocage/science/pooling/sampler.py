"""One Gibbs sampler for all of shared experience, its chains side by side in the same arrays."""

import math

import numpy as np

from bocage.science.pooling.priors import Spread
from bocage.science.pooling.problem import Problem
from bocage.science.pooling.records import Array
from bocage.science.pooling.walk import Walk, half_normal, rayleigh

FREEDOMS = np.array([3.0, 4.0, 6.0, 10.0, 20.0, 50.0, 200.0])
"""Degrees of freedom of Student's law that the data choose from, each as likely as the others beforehand."""
RESIDUAL_STEPS = 2
"""Steps of the spreads of kinds in a sweep: they cost little and mix slowest."""
SIZE_MEAN_SD, SIZE_FREEDOM = 3.0, 3.0
"""Prior of true log sizes of a kind: their mean is the usual one ± 3, their variance around 1, worth three records."""
LOG_NORMALISERS = np.array([math.lgamma((f + 1) / 2) - math.lgamma(f / 2) - 0.5 * math.log(f) for f in FREEDOMS])


class Chains:
    """The state of all chains, and one sweep over it.

    With V the variances of rows given everything else, y = Xθ + u + e; θ ~ N(m, P⁻¹), u ~ N(0, τ²). The
    territories' effects u are integrated out whenever τ and θ are drawn, and θ too when the spreads of
    kinds are (Liu, JASA 89, 1994; van Dyk and Park, JASA 103, 2008), so that chains do not stick where a
    spread is near zero. True sizes and the weights of Student's law are drawn as missing data (Carroll and
    others, Measurement Error in Nonlinear Models, 2nd ed., 2006, ch. 9).
    """

    def __init__(self, problem: Problem, chains: int, random: np.random.Generator) -> None:
        self.problem, self.random, self.chains = problem, random, chains
        prior, shape = problem.layout.prior, (chains,)
        rows, kinds = len(problem.log_value), len(problem.layout.kinds)
        start = np.exp(random.normal(math.log(0.3), 0.5, (5, chains)))
        self.territories = Walk.of(prior.between_territories, start[0])
        self.kinds = Walk.of(prior.between_kinds, start[1])
        self.slopes = Walk.of(prior.between_slopes, start[2])
        self.middle = Walk.of(prior.residual, start[3])
        self.areas = Walk.of(prior.between_areas if problem.layout.areas else Spread(0.0, fixed=True), start[4])
        alone = prior.residual_kinds == 0
        self.residual = Walk(np.repeat(self.middle.log[:, None], kinds, axis=1), still=alone)
        self.all_residuals, self.split = Walk(np.zeros(shape)), Walk(np.zeros(shape))
        self.theta: Array = np.zeros((chains, len(problem.layout.columns)))
        self.effect: Array = np.zeros((chains, len(problem.layout.territories)))
        self.scale = np.ones((chains, rows))
        self.freedom = np.full(shape, len(FREEDOMS) - 1)
        self.unsure = np.flatnonzero(problem.size_variance > 0)
        self.log_size = np.repeat(problem.log_size[None], chains, axis=0)
        self.size_mean, self.size_sd = np.zeros((chains, kinds)), np.ones((chains, kinds))
        self.columns = self._start_columns()
        self._measure()

    def sweep(self, tuning: float) -> None:
        """Draw everything once."""
        self._draw_coefficients(tuning)
        self._draw_effects()
        if len(self.unsure):
            self._draw_sizes()
        if self.problem.layout.prior.tails == "student":
            self._draw_tails()
        self._draw_residual_spreads(tuning)
        self._measure()
        self._draw_all_residual_spreads(tuning)
        self._draw_middle(tuning)
        self._draw_territory_spread(tuning)

    def _start_columns(self) -> Array:
        """Columns of each chain, or of all where sizes are known."""
        sized = self.problem.layout.sized
        columns = self.problem.base * np.where(sized, self.problem.log_size[:, None], 1.0)
        return np.repeat(columns[None], self.chains if len(self.unsure) else 1, axis=0)

    def _resize(self) -> None:
        """Follow true sizes that were drawn anew."""
        sized = np.flatnonzero(self.problem.layout.sized)
        self.columns[..., sized] = self.problem.base[:, sized] * self.log_size[..., None]

    def _residual_variance(self, log_sd: Array) -> Array:
        return np.asarray(np.exp(2 * log_sd)[:, self.problem.kind] / (self.scale * self.problem.weight))

    def _measure(self) -> None:
        """Precisions, and their sums by territory."""
        self.precision = 1 / (self._residual_variance(self.residual.log) + self.problem.value_variance)
        self.sums = self._by_territory(self.precision)
        self.rest: Array = self.problem.log_value - self._fitted()

    def _fitted(self) -> Array:
        return np.asarray((self.columns @ self.theta[..., None])[..., 0])

    def _by_territory(self, rows: Array) -> Array:
        return np.asarray(np.add.reduceat(rows, self.problem.starts, axis=1))

    def _draw_territory_spread(self, tuning: float) -> None:
        walk, prior = self.territories, self.problem.layout.prior.between_territories
        if walk.still:
            return
        pulls = self._by_territory(self.precision * self.rest)

        # with effects integrated out: a territory brings ½ ln(c/τ²) + ½ c pull², c its variance given τ
        def density(log_sd: Array) -> Array:
            shrunk = np.exp(2 * log_sd)[:, None] / (1 + np.exp(2 * log_sd)[:, None] * self.sums)
            fit = np.log(shrunk).sum(axis=1) - 2 * log_sd * self.sums.shape[1] + (shrunk * pulls**2).sum(axis=1)
            return np.asarray(0.5 * fit + half_normal(log_sd, prior.scale))

        proposal = walk.proposal(self.random)
        walk.settle(proposal, density(proposal) - density(walk.log), self.random, tuning)

    def _shrinkage(self) -> Array:
        """1 / (1/τ² + Σ precision) of each territory (C, G)."""
        variance = self.territories.sd[:, None] ** 2
        return np.asarray(variance / (1 + variance * self.sums))

    def _normal_equations(self) -> tuple[Array, Array]:
        """Precision matrix and right-hand side of θ from the records, territories integrated out."""
        weighted = self.precision[..., None] * self.columns
        turned = np.swapaxes(weighted, 1, 2)
        matrix, side = turned @ self.columns, turned @ self.problem.log_value
        shrunk = self._shrinkage()[..., None]
        by_territory = self._by_territory(weighted)
        values = self._by_territory(self.precision * self.problem.log_value)
        shrunk_rows = np.swapaxes(shrunk * by_territory, 1, 2)
        return matrix - shrunk_rows @ by_territory, side - (shrunk_rows @ values[..., None])[..., 0]

    def _draw_coefficients(self, tuning: float) -> None:
        layout, (matrix, side) = self.problem.layout, self._normal_equations()

        def density(precision: Array, root: Array) -> Array:
            pull = side + precision * layout.mean
            fit = (np.linalg.solve(root, pull[..., None])[..., 0] ** 2).sum(axis=1)
            inside = np.log(precision).sum(axis=1) - (precision * layout.mean**2).sum(axis=1)
            return np.asarray(0.5 * (inside + fit) - np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1))

        prior = layout.prior
        precision = 1 / self._held_variance()
        root = _factor(matrix, precision)
        for walk, spread in (
            (self.kinds, prior.between_kinds),
            (self.slopes, prior.between_slopes),
            (self.areas, prior.between_areas),
        ):
            if walk.still:
                continue
            before, proposal = walk.log, walk.proposal(self.random)
            walk.log = proposal
            new = 1 / self._held_variance()
            new_root = _factor(matrix, new)
            walk.log = before
            gain = half_normal(proposal, spread.scale) - half_normal(before, spread.scale)
            gain = gain + density(new, new_root) - density(precision, root)
            moved = walk.settle(proposal, gain, self.random, tuning)
            precision = np.where(moved[:, None], new, precision)
            root = np.where(moved[:, None, None], new_root, root)
        pull = side + precision * layout.mean
        noise = self.random.standard_normal(pull.shape)
        half = np.linalg.solve(root, pull[..., None]) + noise[..., None]
        self.theta = np.asarray(np.linalg.solve(np.swapaxes(root, 1, 2), half)[..., 0], dtype=np.float64)

    def _held_variance(self) -> Array:
        return self.problem.layout.variance(self.kinds.sd, self.slopes.sd, self.areas.sd)

    def _draw_effects(self) -> None:
        self.rest = self.problem.log_value - self._fitted()
        shrunk = self._shrinkage()
        mean = shrunk * self._by_territory(self.precision * self.rest)
        self.effect = np.asarray(mean + np.sqrt(shrunk) * self.random.standard_normal(mean.shape), dtype=np.float64)
        self.rest = self.rest - self.effect[:, self.problem.territory]

    def _draw_sizes(self) -> None:
        """True sizes of records whose size is not exact, given what they cost and what sizes are like."""
        problem, rows = self.problem, self.unsure
        sized = problem.layout.sized
        slope = self.theta[:, sized] @ problem.base[rows][:, sized].T
        beside = self.rest[:, rows] + slope * self.log_size[:, rows]
        kind = problem.kind[rows]
        usual = 1 / self.size_sd[:, kind] ** 2
        seen, told = 1 / problem.size_variance[rows], self.precision[:, rows] * slope
        precision = usual + seen + told * slope
        mean = (usual * self.size_mean[:, kind] + seen * problem.log_size[rows] + told * beside) / precision
        self.log_size[:, rows] = mean + self.random.standard_normal(mean.shape) / np.sqrt(precision)
        self.rest[:, rows] = beside - slope * self.log_size[:, rows]
        self._draw_usual_sizes()
        self._resize()

    def _draw_usual_sizes(self) -> None:
        """Mean and standard deviation of true log sizes of each kind."""
        counts = self.problem.kind_is.sum(axis=0)
        precision = counts / self.size_sd**2 + SIZE_MEAN_SD**-2
        mean = (self.log_size @ self.problem.kind_is) / self.size_sd**2 / precision
        self.size_mean = mean + self.random.standard_normal(mean.shape) / np.sqrt(precision)
        gaps = (self.log_size - self.size_mean[:, self.problem.kind]) ** 2 @ self.problem.kind_is
        self.size_sd = np.sqrt(
            (SIZE_FREEDOM + gaps) / self.random.chisquare(np.broadcast_to(SIZE_FREEDOM + counts, gaps.shape))
        )

    def _draw_tails(self) -> None:
        """Weights of rows under Student's law, and its degrees of freedom with the weights integrated out."""
        problem = self.problem
        own = self._residual_variance(self.residual.log)
        share = own / (own + problem.value_variance)
        noise = self.random.standard_normal(own.shape)
        true = share * self.rest + np.sqrt(share * problem.value_variance) * noise
        squares = true**2 / (own * self.scale)
        logs = np.log1p(squares[..., None] / FREEDOMS).sum(axis=1)
        density = squares.shape[1] * LOG_NORMALISERS - (FREEDOMS + 1) / 2 * logs
        self.freedom = (density + self.random.gumbel(size=density.shape)).argmax(axis=1)
        freedom = FREEDOMS[self.freedom][:, None]
        self.scale = 2 * self.random.standard_gamma((freedom + 1) / 2, squares.shape) / (freedom + squares)

    def _draw_residual_spreads(self, tuning: float) -> None:
        """Of each kind, given the effects of territories."""
        walk, prior = self.residual, self.problem.layout.prior
        if walk.still:
            return
        squares = self.rest**2

        def density(log_sd: Array) -> Array:
            variance = self._residual_variance(log_sd) + self.problem.value_variance
            fit = -0.5 * (np.log(variance) + squares / variance) @ self.problem.kind_is
            return np.asarray(fit - 0.5 * ((log_sd - self.middle.log[:, None]) / prior.residual_kinds) ** 2)

        present = density(walk.log)
        for _ in range(RESIDUAL_STEPS):
            proposal = walk.proposal(self.random)
            there = density(proposal)
            moved = walk.settle(proposal, there - present, self.random, tuning)
            present = np.where(moved, there, present)

    def _draw_all_residual_spreads(self, tuning: float) -> None:
        """Those of all kinds together, alone then against that of territories; these effects integrated out."""
        if self.middle.still:
            return
        prior, rest, tau = self.problem.layout.prior, self.rest, self.territories

        # |V + τ²11'| = |V| (1 + τ² Σ 1/V)
        def density(shift: Array, log_tau: Array) -> Array:
            inverse = 1 / (self._residual_variance(self.residual.log + shift[:, None]) + self.problem.value_variance)
            variance = np.exp(2 * log_tau)[:, None]
            spread = 1 + variance * self._by_territory(inverse)
            pulls = self._by_territory(inverse * rest)
            fit = np.log(inverse).sum(axis=1) - (inverse * rest**2).sum(axis=1)
            fit += (variance / spread * pulls**2).sum(axis=1) - np.log(spread).sum(axis=1)
            held = 0.0 if tau.still else half_normal(log_tau, prior.between_territories.scale)
            return np.asarray(0.5 * fit + rayleigh(self.middle.log + shift, prior.residual.scale) + held)

        self.all_residuals.log = np.zeros(self.chains)
        proposal = self.all_residuals.proposal(self.random)
        present, there = density(self.all_residuals.log, tau.log), density(proposal, tau.log)
        moved = self.all_residuals.settle(proposal, there - present, self.random, tuning)
        shift, present = self.all_residuals.log, np.where(moved, there, present)
        if not tau.still:
            # τ² + σ² stays and is split anew: ln τ and ln σ are linear in its logarithm and, with a constant
            # Jacobian, in the logit of the split
            typical = 0.5 * np.log(np.exp(2 * self.residual.log) @ self.problem.kind_is.mean(axis=0)) + shift
            self.split.log = 2 * (tau.log - typical)
            proposal = self.split.proposal(self.random)
            log_tau = tau.log + 0.5 * (_log_share(proposal) - _log_share(self.split.log))
            other = shift + 0.5 * (_log_share(-proposal) - _log_share(-self.split.log))
            moved = self.split.settle(proposal, density(other, log_tau) - present, self.random, tuning)
            shift, tau.log = np.where(moved, other, shift), np.where(moved, log_tau, tau.log)
        self.residual.log = self.residual.log + shift[:, None]
        self.middle.log = self.middle.log + shift
        self._measure()

    def _draw_middle(self, tuning: float) -> None:
        """Middle of the spreads of kinds."""
        walk, prior = self.middle, self.problem.layout.prior
        if walk.still or self.residual.still:
            return

        def density(log_sd: Array) -> Array:
            gaps = (self.residual.log - log_sd[:, None]) / prior.residual_kinds
            return np.asarray(rayleigh(log_sd, prior.residual.scale) - 0.5 * (gaps**2).sum(axis=1))

        proposal = walk.proposal(self.random)
        walk.settle(proposal, density(proposal) - density(walk.log), self.random, tuning)


def _log_share(logit: Array) -> Array:
    """Logarithm of a share from its logit."""
    return -np.logaddexp(0.0, -logit)


def _factor(matrix: Array, precision: Array) -> Array:
    """Cholesky root of the precision of θ (C, p, p)."""
    full = matrix.copy()
    diagonal = np.arange(matrix.shape[-1])
    full[:, diagonal, diagonal] += precision
    return np.asarray(np.linalg.cholesky(full))
