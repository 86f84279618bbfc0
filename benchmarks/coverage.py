"""Intervals of shared experience: how often they hold held-out projects, simulated and real, by pooling."""

import csv
import os
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.coverage_instances import CASES, Case, Works, simulate
from benchmarks.frame import Figure, at_most, figure, median_s
from bocage.commons.titles_reader import read_title
from bocage.science.pooling import Pooling, Records, cost_prior, fit_pooled, predict

Rows = NDArray[np.intp]

DATA = Path(os.environ.get("BOCAGE_DATA", Path(__file__).parents[2] / "shared" / "data"))
AWARDS = DATA / "decision" / "fonds_vert_2023.csv"

WORLDS = 25
"""Simulated worlds of each case: what counts is the median over them."""
POOLINGS: tuple[Pooling, ...] = ("partial", "none", "complete")
NAMES: Mapping[Pooling, str] = {"partial": "partial", "none": "no pooling", "complete": "complete pooling"}
WITHIN: Mapping[str, tuple[float, float]] = {"80 %": (0.77, 0.83), "95 %": (0.93, 0.97)}
"""Where the coverage of an interval must lie."""
WIDE: Mapping[str, tuple[float, float]] = {"80 %": (0.77, 0.92), "95 %": (0.93, 1.0)}
"""The same with some twenty records: the priors, written for real works, then rule; intervals may be too wide only."""
QUANTILES = (0.025, 0.1, 0.5, 0.9, 0.975)
PRIOR = cost_prior(tails="student")
DRAWS = 1000
FOLDS, TERRITORY_FOLDS = 10, 5
SECONDS = 0.5
"""Time that 2,000 draws of some 180 projects may take."""


@dataclass(frozen=True)
class Score:
    """How well intervals did.

    Attributes:
        coverage: share of held-out values inside each interval, by its name [1].
        error: root mean square of the logarithm of value over median.
        width: median of the 90th percentile over the 10th [1].
    """

    coverage: Mapping[str, float]
    error: float
    width: float

    @staticmethod
    def of(quantiles: NDArray[np.float64], values: NDArray[np.float64]) -> "Score":
        """Score of quantiles (5, m) of `QUANTILES` against values (m,)."""
        least, low, middle, high, most = quantiles
        return Score(
            {
                "80 %": float(np.mean((values >= low) & (values <= high))),
                "95 %": float(np.mean((values >= least) & (values <= most))),
            },
            float(np.sqrt(np.mean(np.log(values / middle) ** 2))),
            float(np.median(high / low)),
        )

    @staticmethod
    def median(scores: Sequence["Score"]) -> "Score":
        """Median over worlds, figure by figure."""
        return Score(
            {name: statistics.median(one.coverage[name] for one in scores) for name in WITHIN},
            statistics.median(one.error for one in scores),
            statistics.median(one.width for one in scores),
        )


def run(*, seed: int) -> dict[str, Any]:
    """Coverage of 80 % and 95 % intervals, error of the median, and time, against no and complete pooling.

    Args:
        seed: seed of the first world and of the folds; the other worlds follow.
    """
    figures: list[Figure] = []
    for name, case in CASES.items():
        figures += _simulated(name, case, seed)
    figures += [_declared(seed), _time(seed)]
    if AWARDS.is_file():
        figures += [*_counted_awards(seed), *_new_departements(seed)]
    else:
        figures.append(figure("the real awards are absent (set BOCAGE_DATA)", None, ""))
    return {"name": "coverage", "figures": figures}


def _simulated(name: str, case: Case, seed: int) -> list[Figure]:
    scores: dict[str, dict[Pooling, list[Score]]] = {}
    for world in range(seed, seed + WORLDS):
        works, *held = simulate(case, world)
        for pooling in POOLINGS:
            found = _scored(_records(works), [_exact(one) for one in held], pooling, world)
            for where, score in zip(("known", "new"), found, strict=True):
                scores.setdefault(where, {}).setdefault(pooling, []).append(score)
    figures: list[Figure] = []
    for where, by_pooling in scores.items():
        medians = {pooling: Score.median(found) for pooling, found in by_pooling.items()}
        few = name == "few records"
        what = f"{name}, {where} territories" + (" (at least)" if few else "")
        figures += _compared(what, medians, WIDE if few else WITHIN)
    return figures


def _compared(what: str, scores: Mapping[Pooling, Score], within: Mapping[str, tuple[float, float]]) -> list[Figure]:
    """Coverage of each interval, its width, and the error of the median, against the other ways to pool."""
    figures = []
    for name, (low, high) in within.items():
        share = scores["partial"].coverage[name]
        others = ", ".join(f"{NAMES[one]} {scores[one].coverage[name]:.2f}" for one in POOLINGS[1:] if one in scores)
        goal = float(name.removesuffix(" %")) / 100
        figures.append(
            figure(f"coverage of {name}, {what}", share, "1", goal=goal, peer=others, ratio=share / goal,
                   holds=low <= share <= high)
        )  # fmt: skip
    least = min(scores[one].error for one in POOLINGS[1:] if one in scores)
    widths = ", ".join(f"{NAMES[one]} {scores[one].width:.1f}" for one in POOLINGS[1:] if one in scores)
    width = scores["partial"].width
    return [
        *figures,
        figure(f"error of ln median, {what}", scores["partial"].error, "1", peer=least),
        figure(f"90th percentile over 10th, {what}", width, "1", peer=widths),
    ]


def _declared(seed: int) -> Figure:
    """What it brings to know that declared sizes are not exact: error in new territories, medians of worlds."""
    case = CASES["counts known to a factor of two"]
    errors: dict[bool, list[float]] = {True: [], False: []}
    for world in range(seed, seed + WORLDS):
        works, _, new = simulate(case, world)
        for knows, found in errors.items():
            records = _records(works) if knows else replace(_records(works), size_log_sd=None)
            found.append(_scored(records, [_exact(new)], "partial", world)[0].error)
    told, untold = (statistics.median(errors[one]) for one in (True, False))
    return at_most("error of ln median, sizes known to a factor of two, new territories, over taking them as exact",
                   told, "1", untold, peer=untold)  # fmt: skip


def _time(seed: int) -> Figure:
    works = simulate(CASES["usual"], seed)[0]
    records = _records(works.rows(np.arange(len(works.cost)) < 183))
    spent = median_s(lambda: fit_pooled(records, PRIOR, np.random.default_rng(seed)), clock=time.process_time)
    return at_most(f"2,000 draws of {len(records)} projects, one core", spent, "s", SECONDS)


def _counted_awards(seed: int) -> list[Figure]:
    """Subsidies of lighting whose title says a number of light points, each predicted from nine tenths of them."""
    awards = [(count, amount, departement) for count, amount, departement in _lighting() if count]
    sizes, amounts, departements = zip(*awards, strict=True)
    exact = np.array(sizes, dtype=np.float64)
    records = Records(np.array(amounts), exact, ["lighting"] * len(awards), list(departements))
    order = np.random.default_rng(seed).permutation(len(awards))
    folds = [order[fold::FOLDS] for fold in range(FOLDS)]
    return _folded(f"{len(awards)} real awards that say a count", records, folds, seed)


def _new_departements(seed: int) -> list[Figure]:
    """Subsidies of lighting, each predicted from those of other départements alone."""
    _, amounts, departements = zip(*_lighting(), strict=True)
    count, names = len(amounts), np.array(departements)
    records = Records(np.array(amounts), np.ones(count), ["lighting"] * count, list(departements))
    known = np.unique(names)
    shuffled = known[np.random.default_rng(seed).permutation(len(known))]
    folds = [np.flatnonzero(np.isin(names, shuffled[fold::TERRITORY_FOLDS])) for fold in range(TERRITORY_FOLDS)]
    return _folded(
        f"{count} real awards of lighting, départements never seen",
        records,
        folds,
        seed,
        poolings=("partial", "complete"),
    )


def _folded(
    what: str, records: Records, folds: Sequence[Rows], seed: int, *, poolings: Sequence[Pooling] = POOLINGS
) -> list[Figure]:
    scores: dict[Pooling, Score] = {}
    for pooling in poolings:
        quantiles = np.empty((len(QUANTILES), len(records)))
        for held in folds:
            others = np.setdiff1d(np.arange(len(records)), held)
            quantiles[:, held] = _quantiles(records.rows(others), [records.rows(held)], pooling, seed)[0]
        scores[pooling] = Score.of(quantiles, records.value)
    # awards of a département are alike: there are no more independent ones than départements
    independent = len(set(records.territory))
    within = {}
    for name in WITHIN:
        goal = float(name.removesuffix(" %")) / 100
        margin = 2 * (goal * (1 - goal) / independent) ** 0.5
        within[name] = (goal - margin, goal + margin)
    return _compared(what, scores, within)


def _scored(records: Records, held: Sequence[Records], pooling: Pooling, seed: int) -> list[Score]:
    found = _quantiles(records, held, pooling, seed)
    return [Score.of(quantiles, one.value) for quantiles, one in zip(found, held, strict=True)]


def _quantiles(records: Records, held: Sequence[Records], pooling: Pooling, seed: int) -> list[NDArray[np.float64]]:
    random = np.random.default_rng(seed)
    fit = fit_pooled(records, PRIOR, random, pooling=pooling, draws=DRAWS)
    return [np.quantile(predict(fit, one.projects(), random), QUANTILES, axis=1) for one in held]


def _records(works: Works) -> Records:
    covariates = {"year": works.year, "grouped": works.grouped, "rural": works.rural}
    return Records(
        works.cost, works.size, works.kind.tolist(), works.territory.tolist(), works.cost_log_sd, works.size_log_sd,
        covariates,
    )  # fmt: skip


def _exact(works: Works) -> Records:
    return replace(_records(works), value=works.true_cost, size=works.true_size)


def _lighting() -> list[tuple[int | None, float, str]]:
    """Number of light points, where the title says one, amount [EUR] and département of awards of lighting."""
    found = []
    with AWARDS.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if "luminaires" in row["nom_demarche_ds"]:
                read = read_title(row["nom_du_projet"], row["nom_demarche_ds"])
                count = read.count if read.unit == "points" else None
                found.append((count, float(row["montant_engage"]), row["code_departement"]))
    return found
