"""Laws: what must hold between the answers of the verbs, whatever the domain."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import polars as pl

from bocage.twin.conformance.fault import Fault
from bocage.twin.conformance.trial import PAIRS_TRIED, Trial, by_indicator, same
from bocage.vocabulary.domain import SECTOR_PREFIX, WHOLE_TERRITORY
from bocage.vocabulary.draws import Array

ADDITIVE_ROLES = {"energy", "cash", "carbon"}
LEDGER_ROLES = ADDITIVE_ROLES | {"investment"}
"""Roles that a plan adds up; means such as hours per point do not add, and need no interaction."""


def law_faults(trial: Trial) -> Iterator[Fault]:
    """Faults against the laws of zero action, difference, interaction, order, duplication, seeds and sums."""
    state = np.random.get_state(legacy=False)  # noqa: NPY002 - it is the global state that must not be touched
    yield from _zero_action(trial)
    yield from _difference(trial)
    yield from _interaction(trial)
    yield from _order(trial)
    yield from _duplication(trial)
    yield from _seeds(trial)
    yield from _sums(trial)
    after = np.random.get_state(legacy=False)  # noqa: NPY002 - same
    if (
        not np.array_equal(state["state"]["key"], after["state"]["key"])
        or state["state"]["pos"] != after["state"]["pos"]
    ):
        yield Fault(rule="global-state", what="the global random state was drawn from")


def _zero_action(trial: Trial) -> Iterator[Fault]:
    """Doing nothing is the diagnosis, and has no effect."""
    diagnosis = by_indicator(trial.diagnosis.outcomes.where(pl.col("scope") == WHOLE_TERRITORY))
    shared = {name: draws for name, draws in trial.reference.items() if name in diagnosis}
    for name in same({name: diagnosis[name] for name in shared}, shared):
        yield Fault(rule="zero-action", what=f"{name}: simulating no action is not the diagnosis")
    if any(trial.reference[name].any() for name in trial.reference if _role(trial, name) == "investment"):
        yield Fault(rule="zero-action", what="doing nothing costs an investment")
    if len(trial.domain.appraise(trial.assets, trial.no_action, trial.site).keys):
        yield Fault(rule="zero-action", what="no action has an effect")


def _difference(trial: Trial) -> Iterator[Fault]:
    """The appraisal of an action is the difference of two simulations."""
    appraisal = trial.domain.appraise(trial.assets, trial.tried, trial.site)
    for action_id in trial.tried["action_id"]:
        alone = by_indicator(appraisal.where(pl.col("action_id") == action_id))
        for name in same(_minus(trial.state([action_id]), trial.reference), alone):
            yield Fault(rule="difference", what=f"{action_id}, {name}: appraise is not simulate with minus without")


def _interaction(trial: Trial) -> Iterator[Fault]:
    """What a pair gains or loses is what `interact` says; nothing where it says nothing."""
    said: dict[frozenset[str], dict[str, float]] = {}
    for row in trial.interactions.iter_rows(named=True):
        said.setdefault(frozenset((row["action_a"], row["action_b"])), {})[row["indicator"]] = row["value"]
    for first, second in _pairs(trial, list(said)):
        alone = [_minus(trial.state([one]), trial.reference) for one in (first, second)]
        both = _minus(trial.state([first, second]), trial.reference)
        expected = said.get(frozenset((first, second)), {})
        for name in (name for name in both if _role(trial, name) in LEDGER_ROLES):
            effects = [one.get(name, np.zeros(1)) for one in alone]
            seen = float((both[name] - effects[0] - effects[1]).mean())
            scale = max(float(np.abs(effect).max()) for effect in (both[name], *effects))
            if abs(seen - expected.get(name, 0.0)) > 1e-6 * max(scale, 1.0):
                yield Fault(
                    rule="interact",
                    what=f"{first}, {second}, {name}: together {seen:g}, declared {expected.get(name, 0.0):g}",
                )


def _pairs(trial: Trial, declared: list[frozenset[str]]) -> list[tuple[str, str]]:
    """Some declared pairs, and some of the others that may both be chosen."""
    rows = trial.tried.select("action_id", "exclusive_group").rows()
    free = [
        (first[0], second[0])
        for first, second in itertools.combinations(rows, 2)
        if not (first[1] and first[1] == second[1]) and frozenset((first[0], second[0])) not in declared
    ]
    known = [(min(pair), max(pair)) for pair in declared if len(pair) > 1]
    return [*sorted(known)[:PAIRS_TRIED], *free[:PAIRS_TRIED]]


def _order(trial: Trial) -> Iterator[Fault]:
    """The order of assets and of actions changes nothing."""
    reverse = {name: frame.reverse() for name, frame in trial.raw.items()}
    seen = trial.territory(trial.domain.complete(reverse, trial.site))
    for name in same(trial.territory(trial.assets), seen):
        yield Fault(rule="order", what=f"{name} depends on the order of the assets")
    group = pl.coalesce("exclusive_group", "action_id")
    compatible = trial.tried.filter(group.is_first_distinct())
    forth = trial.domain.simulate(trial.assets, compatible, trial.site)
    back = trial.domain.simulate(trial.assets, compatible.reverse(), trial.site)
    for name in same(by_indicator(forth), by_indicator(back)):
        yield Fault(rule="order", what=f"{name} depends on the order of the actions")


def _duplication(trial: Trial) -> Iterator[Fault]:
    """Twice the same territory uses, costs and emits twice as much."""
    twice = {
        name: pl.concat([frame, frame.with_columns(pl.col("asset_id") + "-again")]) for name, frame in trial.raw.items()
    }
    single = _additive(trial, trial.territory(trial.assets))
    double = _additive(trial, trial.territory(trial.domain.complete(twice, trial.site)))
    for name in same(single, double, factor=2.0):
        yield Fault(rule="duplication", what=f"{name} of twice the assets is not twice as large")


def _seeds(trial: Trial) -> Iterator[Fault]:
    """The same seed gives the same draws; the draws of another seed differ where anything is uncertain."""
    first = trial.territory(trial.assets)
    again = trial.territory(trial.domain.complete(trial.raw, trial.site))
    if set(first) != set(again) or any(not np.array_equal(first[name], again[name]) for name in first):
        yield Fault(rule="seeds", what="the same seed gave other draws")
    other = trial.territory(trial.assets, replace(trial.site, seed=trial.site.seed + 1))
    uncertain = [name for name in first if np.ptp(first[name]) > 0]
    if not uncertain:
        yield Fault(rule="seeds", what="no indicator is uncertain: every draw is the same")
    elif all(np.array_equal(first[name], other[name]) for name in uncertain):
        yield Fault(rule="seeds", what="the draws do not depend on the seed")


def _sums(trial: Trial) -> Iterator[Fault]:
    """Draws of the parts add up to the draws of the whole, which sums of bounds do not."""
    parts = trial.diagnosis.outcomes.where(pl.col("scope").str.starts_with(SECTOR_PREFIX))
    if not len(parts.keys):
        return
    whole = _additive(trial, by_indicator(trial.diagnosis.outcomes.where(pl.col("scope") == WHOLE_TERRITORY)))
    total = _additive(trial, by_indicator(parts.total([])))
    for name in same({name: whole[name] for name in total}, total):
        yield Fault(rule="sums", what=f"{name}: the draws of the sectors do not add up to those of the territory")


def _role(trial: Trial, name: str) -> str:
    return trial.domain.indicators[name].role


def _additive(trial: Trial, draws: Mapping[str, Array]) -> dict[str, Array]:
    return {name: values for name, values in draws.items() if _role(trial, name) in ADDITIVE_ROLES}


def _minus(state: Mapping[str, Array], reference: Mapping[str, Array]) -> dict[str, Array]:
    names = {*state, *reference}
    return {name: state.get(name, np.zeros(1)) - reference.get(name, np.zeros(1)) for name in names}
