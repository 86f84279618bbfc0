"""Fit records and predict projects, of territories that have records and of those that never did any."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bocage.science.pooling.convergence import effective_size, split_r_hat
from bocage.science.pooling.layout import Indices, Layout
from bocage.science.pooling.priors import Pooling, Prior, Spread
from bocage.science.pooling.problem import Problem
from bocage.science.pooling.records import Array, Project, Records
from bocage.science.pooling.sampler import FREEDOMS, Chains

CHAINS, DRAWS, WARM_UP = 10, 2000, 150
LARGEST_LOG = 700.0
"""Beyond it an exponential is no number."""
STATES = 64
"""States kept whole (true sizes, Student's weights), from which shares of records are computed."""


@dataclass(frozen=True)
class Convergence:
    """Whether the chains agree on one quantity.

    Attributes:
        r_hat: split R-hat; from 1.1, draw more. Twenty half-chains that are worth 300 draws have 1.03.
        effective: effective number of draws; a hundred tell a mean to a tenth of its standard deviation.
    """

    r_hat: float
    effective: float


@dataclass(frozen=True)
class States:
    """Whole states of the chains, rows in the order of the sampler.

    Attributes:
        draw: position of each among the draws (M,).
        columns: columns of the regression (M or 1, n, p).
        precision: precision of each row (M, n).
    """

    draw: Indices
    columns: Array
    precision: Array


@dataclass(frozen=True)
class Fit:
    """What records and prior say together, as K draws.

    Attributes:
        records: what it was fitted to.
        layout: names of coefficients, kinds and territories.
        coefficients: (K, p).
        effects: of the territories (K, G).
        between_territories: standard deviation between territories (K,).
        between_areas: between areas (K,); zero where records name none.
        between_kinds: between levels of kinds (K,).
        between_slopes: between elasticities (K,).
        residual: standard deviation of what is left, by kind (K, S).
        residual_middle: in the middle of the kinds (K,).
        freedom: degrees of freedom of Student's law (K,), infinite under the normal.
        convergence: by name of the quantity; empty where nothing was sampled.
        states: whole states, none where there is no record.
        problem: records as the sampler saw them, none where there is no record.
    """

    records: Records
    layout: Layout
    coefficients: Array
    effects: Array
    between_territories: Array
    between_areas: Array
    between_kinds: Array
    between_slopes: Array
    residual: Array
    residual_middle: Array
    freedom: Array
    convergence: Mapping[str, Convergence]
    states: States | None = None
    problem: Problem | None = None

    @property
    def rests_on_prior_alone(self) -> bool:
        """True where there was no record: what it says is what was held before."""
        return len(self.records) == 0

    @property
    def worst(self) -> Convergence:
        """The largest R-hat and the smallest effective size of all quantities."""
        found = self.convergence.values()
        return Convergence(
            max((one.r_hat for one in found), default=1.0),
            min((one.effective for one in found), default=float(len(self.coefficients))),
        )

    def count(self, *, kind: str | None = None, territory: str | None = None) -> int:
        """Number of records of a kind, of a territory, or of both."""
        return sum(
            (kind is None or kind == own) and (territory is None or territory == whose)
            for own, whose in zip(self.records.kind, self.records.territory, strict=True)
        )

    def coefficient(self, name: str) -> Array:
        """Draws (K,) of a coefficient by the name of its column; KeyError where there is none."""
        return self.coefficients[:, self.layout.position(name)]

    def elasticity(self, kind: str) -> Array:
        """Draws (K,) of the elasticity of a kind to the size; that of kinds in general where it has no record."""
        common = self.coefficient("elasticity")
        return common + self.coefficient(f"elasticity {kind}") if kind in self.layout.kinds else common


def fit_pooled(
    records: Records,
    prior: Prior,
    random: np.random.Generator,
    *,
    pooling: Pooling = "partial",
    draws: int = DRAWS,
    warm_up: int = WARM_UP,
    chains: int = CHAINS,
) -> Fit:
    """Partially pooled regression of the logarithm of a value.

    ln y_i = a_k + b_k ln(q_i / q_k) + γ'x_i + u_g + ε_i + s_i e_i, for project i of kind k and territory g:

    - levels a_k ~ N(a, κ²), or the prior of the kind; elasticities b_k ~ N(b, ω²); q_k is the usual size;
    - territories u_g ~ N(0, τ²); with their covariates among x this is α_g ~ N(a_k + δ'z_g, τ²); where
      records name areas, u_g ~ N(w_d, τ²) with w_d ~ N(0, φ²) for area d;
    - rest ε_i ~ N(0, σ_k²) or Student's, ln σ_k ~ N(ln σ, h²); error of the value s_i known;
    - true sizes: ln q_i ~ N(m_k, v_k²), observed with an error of known standard deviation;
    - κ, ω, τ, φ half-normal (Gelman, Bayesian Analysis 1, 2006); σ of Rayleigh's law, which keeps off zero as
      projects are never alike (Chung and others, Psychometrika 78, 2013).

    Of a realisation, y is realised over predicted and q the predicted share. No record gives the prior back.

    Args:
        records: what was observed.
        prior: what is held beforehand; see `cost_prior` and `realisation_prior`.
        random: source of chance.
        pooling: partial, or one of its extremes (`Prior.pooled`).
        draws: K, over all chains.
        warm_up: sweeps that are thrown away.
        chains: chains side by side.

    Raises:
        ValueError: a rate is not among those of the prior, or there are fewer draws than four per chain.

    A hundred projects at 1,000 EUR a unit, whatever their size:

    >>> random = np.random.default_rng(1)
    >>> size = np.exp(random.normal(3.0, 1.0, 100))
    >>> records = Records(1000 * size * np.exp(random.normal(0, 0.1, 100)), size, ["lamps"] * 100, ["a", "b"] * 50)
    >>> fit = fit_pooled(records, Prior(), random)
    >>> abs(float(fit.elasticity("lamps").mean()) - 1) < 0.03
    True
    """
    if draws < 4 * chains:
        raise ValueError(f"{chains} chains need {4 * chains} draws, not {draws}")
    missing = {name for name in records.through or () if name} - set(prior.rates)
    if missing:
        raise ValueError(f"no prior of the rate {', '.join(sorted(missing))}")
    layout = Layout.of(records, prior.pooled(pooling))
    if not len(records):
        return _from_prior(records, layout, draws, random)
    problem = Problem.of(records, layout)
    state = Chains(problem, chains, random)
    for sweep in range(warm_up):
        state.sweep(tuning=(sweep + 1) ** -0.5)
    each = -(-draws // chains)
    history = _History(each)
    for number in range(each):
        state.sweep(tuning=0.0)
        history.keep(state, number)
    return history.fit(records, layout, problem, draws)


def predict(
    fit: Fit,
    projects: Sequence[Project],
    random: np.random.Generator,
    *,
    count: int | None = None,
    rest: bool = True,
) -> Array:
    """Draws of the values of projects, together: sum the rows for a bundle, and take quantiles of the sum.

    A territory without records is drawn anew, once for all its projects, around its area if that has any;
    so is an area, where records name any, and a kind. The mean of a
    lognormal law is found by simulation, never by the exponential of a mean. Under Student's law a value
    has no mean at all: take quantiles.

    Args:
        fit: result of `fit_pooled`.
        projects: m projects.
        random: source of chance.
        count: number of draws, taken from those of the fit in turn; all of them where not given.
        rest: whether what is left from project to project is in; without it, the median project is drawn.

    Returns:
        Array (m, K) in the unit of the values of the records.

    Raises:
        ValueError: a size is not above zero, or a covariate is not one of the fit.

    Without any record, a kind of which nothing but the prior is held:

    >>> from bocage.science.pooling.priors import KindPrior
    >>> random = np.random.default_rng(1)
    >>> fit = fit_pooled(Records.none(), Prior(kinds={"lamps": KindPrior(1000.0, 0.3)}), random)
    >>> 900 < float(np.median(predict(fit, [Project("lamps")], random))) < 1100
    True
    """
    base, kinds, territories = fit.layout.projects(projects)
    held = len(fit.coefficients)
    rows = np.arange(held) if count is None else np.arange(count) % held
    logs = base @ fit.coefficients[rows].T
    logs += _new_kinds(fit, projects, kinds, rows, random)
    logs += _new_areas(fit, projects, rows, random)
    logs += _territory_effects(fit, projects, territories, rows, random)
    if rest:
        logs += _rest(fit, projects, kinds, rows, random)
    return np.asarray(np.exp(np.clip(logs, -LARGEST_LOG, LARGEST_LOG)))


def _new_kinds(
    fit: Fit, projects: Sequence[Project], kinds: Indices, rows: Indices, random: np.random.Generator
) -> Array:
    """Gap between kinds never seen and the mean of kinds (m, K)."""
    found = np.zeros((len(projects), len(rows)))
    for name in sorted({project.kind for project, kind in zip(projects, kinds, strict=True) if kind < 0}):
        gap = fit.between_kinds[rows] * random.standard_normal(len(rows))
        found[[project.kind == name for project in projects]] = gap
    return found


def _new_areas(fit: Fit, projects: Sequence[Project], rows: Indices, random: np.random.Generator) -> Array:
    """Effects of areas never seen, of territories that were not seen either (m, K)."""
    found = np.zeros((len(projects), len(rows)))
    drawn: dict[str, Array] = {}
    for number, project in enumerate(projects):
        if fit.layout.area(project) in fit.layout.areas or project.territory in fit.layout.territories:
            continue
        name = project.area or f"\x00{project.territory or number}"
        if name not in drawn:
            drawn[name] = fit.between_areas[rows] * random.standard_normal(len(rows))
        found[number] = drawn[name]
    return found


def _territory_effects(
    fit: Fit, projects: Sequence[Project], territories: Indices, rows: Indices, random: np.random.Generator
) -> Array:
    """Effects of known territories as fitted, of new ones drawn (m, K)."""
    found = np.zeros((len(projects), len(rows)))
    drawn: dict[str, Array] = {}
    for number, (project, territory) in enumerate(zip(projects, territories, strict=True)):
        if territory >= 0:
            found[number] = fit.effects[rows, territory]
            continue
        name = project.territory or f"\x00{number}"
        if name not in drawn:
            drawn[name] = fit.between_territories[rows] * random.standard_normal(len(rows))
        found[number] = drawn[name]
    return found


def _rest(fit: Fit, projects: Sequence[Project], kinds: Indices, rows: Indices, random: np.random.Generator) -> Array:
    """What is left from project to project (m, K)."""
    found = random.standard_normal((len(projects), len(rows)))
    freedom = fit.freedom[rows]
    if np.isfinite(freedom).all():
        found /= np.sqrt(random.chisquare(np.broadcast_to(freedom, found.shape)) / freedom)
    between = fit.layout.prior.residual_kinds
    for number, kind in enumerate(kinds):
        new = fit.residual_middle[rows] * np.exp(between * random.standard_normal(len(rows)))
        found[number] *= fit.residual[rows, kind] if kind >= 0 else new
    return found


class _History:
    """Draws as they are kept, chains in rows."""

    def __init__(self, each: int) -> None:
        self.each = each
        self.kept: dict[str, list[Array]] = {}
        self.states: list[tuple[int, Array, Array]] = []

    def keep(self, state: Chains, number: int) -> None:
        found = {
            "coefficients": state.theta,
            "effects": state.effect,
            "between_territories": state.territories.sd,
            "between_areas": state.areas.sd,
            "between_kinds": state.kinds.sd,
            "between_slopes": state.slopes.sd,
            "residual": state.residual.sd,
            "residual_middle": state.middle.sd,
            "freedom": FREEDOMS[state.freedom],
        }
        for name, value in found.items():
            self.kept.setdefault(name, []).append(np.array(value))
        wanted = max(STATES // state.chains, 1)
        if number % max(self.each // wanted, 1) == 0 and len(self.states) < wanted:
            self.states.append((number, state.columns.copy(), state.precision.copy()))

    def fit(self, records: Records, layout: Layout, problem: Problem, draws: int) -> Fit:
        stacked = {name: np.stack(values, axis=1) for name, values in self.kept.items()}
        convergence = _convergence(stacked, layout)
        if layout.prior.tails == "normal":
            stacked["freedom"] = np.full(stacked["freedom"].shape, np.inf)
        # draws of the same sweep stand together, so that any first K of them come from all chains
        flat = {name: np.swapaxes(value, 0, 1).reshape(-1, *value.shape[2:])[:draws] for name, value in stacked.items()}
        return Fit(records, layout, **flat, convergence=convergence, states=self._states(draws), problem=problem)

    def _states(self, draws: int) -> States:
        chains = self.states[0][2].shape[0]
        draw = np.concatenate([number * chains + np.arange(chains) for number, _, _ in self.states])
        columns = [found for _, found, _ in self.states]
        whole = columns[0] if columns[0].shape[0] == 1 else np.concatenate(columns)
        precision = np.concatenate([found for _, _, found in self.states])
        inside = draw < draws
        return States(draw[inside], whole if len(whole) == 1 else whole[inside], precision[inside])


def _convergence(stacked: Mapping[str, Array], layout: Layout) -> dict[str, Convergence]:
    named: dict[str, Array] = {
        column.name: stacked["coefficients"][..., position] for position, column in enumerate(layout.columns)
    }
    for name in ("between_territories", "between_areas", "between_kinds", "between_slopes", "residual_middle"):
        named[name.replace("_", " ")] = stacked[name]
    for position, kind in enumerate(layout.kinds):
        named[f"residual {kind}"] = stacked["residual"][..., position]
    if layout.prior.tails == "student":
        named["freedom"] = np.log(stacked["freedom"])
    return {name: Convergence(split_r_hat(value), effective_size(value)) for name, value in named.items()}


def _from_prior(records: Records, layout: Layout, draws: int, random: np.random.Generator) -> Fit:
    prior = layout.prior
    kinds, slopes = _spread(prior.between_kinds, draws, random), _spread(prior.between_slopes, draws, random)
    areas = np.zeros(draws)
    sd = np.sqrt(layout.variance(kinds, slopes, areas))
    fixed = np.full(draws, prior.residual.scale)
    middle = fixed if prior.residual.fixed else fixed * np.sqrt(random.standard_exponential(draws))
    gaps = prior.residual_kinds * random.standard_normal((draws, len(layout.kinds)))
    student = prior.tails == "student"
    return Fit(
        records,
        layout,
        coefficients=layout.mean + sd * random.standard_normal(sd.shape),
        effects=np.empty((draws, 0)),
        between_territories=_spread(prior.between_territories, draws, random),
        between_areas=areas,
        between_kinds=kinds,
        between_slopes=slopes,
        residual=middle[:, None] * np.exp(gaps),
        residual_middle=middle,
        freedom=random.choice(FREEDOMS, draws) if student else np.full(draws, np.inf),
        convergence={},
    )


def _spread(spread: Spread, draws: int, random: np.random.Generator) -> Array:
    return np.full(draws, spread.scale) if spread.fixed else np.abs(random.standard_normal(draws)) * spread.scale
