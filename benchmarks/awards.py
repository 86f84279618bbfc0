"""Titles of 10,782 awards: how often kind and count are read as a person did, and what the subsidies tell."""

import datetime as dt
import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.frame import Figure, at_most, figure
from bocage.commons.awards import count_log_sd, counted_awards, read_awards
from bocage.commons.confusion import Rate, accuracy, compare, count_precision, labels, precision, recall, tally
from bocage.commons.costs import PREFIX, learn_costs
from bocage.commons.estimate import Estimate
from bocage.commons.shelf import shipped_records
from bocage.commons.titles_reader import read_title
from bocage.parameters.reader import CORE_FOLDER, Parameters

DATA = Path(os.environ.get("BOCAGE_DATA", Path(__file__).parents[2] / "shared" / "data"))
AWARDS = DATA / "decision" / "fonds_vert_2023.csv"
DAY = dt.date(2026, 1, 1)
LED = f"{PREFIX}lighting.led"
LEAST_ACCURACY = 0.9
"""Share of titles whose kind must be read rightly, the form of the request being known."""
LEAST_AWARDS = 5
"""Kinds are told apart from that many test titles on."""
SECONDS = 60.0
"""Time that a whole list may take to read."""


def run(*, seed: int) -> dict[str, Any]:
    """Accuracy on the part that was labelled once the reader was frozen, by kind; size and spread of subsidies.

    Args:
        seed: seed of the sampler of costs.
    """
    if not AWARDS.is_file():
        return {"name": "awards", "figures": [figure("the real awards are absent (set BOCAGE_DATA)", None, "")]}
    raw = pl.read_csv(AWARDS, infer_schema=False)
    files, titles, forms = (raw[name].to_list() for name in ("numero_dossier_ds", "nom_du_projet", "nom_demarche_ds"))
    start = time.perf_counter()
    for title, form in zip(titles, forms, strict=True):
        read_title(title, form)
    spent = time.perf_counter() - start
    compared = compare(files, titles, forms)
    wrong = Parameters(CORE_FOLDER, DAY).number("feedback.count_error_wrong")
    figures = [
        figure("awards", raw.height, "", goal=10_782, holds=raw.height == 10_782),
        at_most("time to read all titles", spent, "s", SECONDS),
        figure("titles labelled by hand", len(labels()), ""),
        *_accuracies(_blind(files, forms)),
        *_by_kind(compared),
        *_rate("counts of light points read rightly", count_precision("points")),
        figure("error of ln(count) used downstream", count_log_sd("points", wrong), "1"),
        *_subsidies(),
        *_learned(seed),
    ]
    return {"name": "awards", "figures": figures}


def _accuracies(blind: float) -> list[Figure]:
    figures = _rate("kind read rightly, 200 drawn at random", accuracy(["test"]), goal=LEAST_ACCURACY)
    figures += _rate("the same from the title alone", accuracy(["test_alone"]))
    figures += _rate("the same on the part it was written on", accuracy(["tuning"]))
    figures.append(figure("what the form alone would tell, without reading the title", blind, "1"))
    return figures


def _blind(files: list[str], forms: list[str]) -> float:
    """Share of the random test part that the usual kind of each form gets right."""
    first = dict(reversed(list(zip(files, forms, strict=True))))
    tested = [label for label in labels() if label.part == "test"]
    return sum(read_title("", first[label.file]).kind == label.kind for label in tested) / len(tested)


def _by_kind(compared: pl.DataFrame) -> list[Figure]:
    tested = tally(compared).filter(pl.col("part").is_in(["test", "test_counts"]))
    common = {
        kind
        for side in ("kind", "read")
        for kind, count in tested.group_by(side).agg(pl.col("awards").sum()).iter_rows()
        if count >= LEAST_AWARDS
    }
    figures = []
    for kind in sorted(common):
        figures += _rate(f"precision of {kind}", precision(kind))
        figures += _rate(f"recall of {kind}", recall(kind))
    return figures


def _rate(what: str, rate: Rate, *, goal: float | None = None) -> list[Figure]:
    """The share, then the bounds of its 80 % interval in words."""
    holds = None if goal is None else rate.value >= goal
    told = f"{what} ({rate.right}/{rate.of}, 80 % interval {rate.low:.3f} to {rate.high:.3f})"
    return [figure(told, rate.value if rate.of else None, "1", goal=goal, holds=holds)]


def _subsidies() -> list[Figure]:
    """Least squares of ln(subsidy) on ln(points), and its standard error."""
    kept = counted_awards(read_awards(AWARDS), "lighting", "points")
    points, subsidy = np.log(kept["count"].to_numpy()), np.log(kept["subsidy_eur"].to_numpy())
    columns = np.column_stack([np.ones(len(points)), points])
    solution, *_ = np.linalg.lstsq(columns, subsidy, rcond=None)
    rest = subsidy - columns @ solution
    variance = rest @ rest / (len(rest) - 2)
    error = float(np.sqrt(variance * np.linalg.inv(columns.T @ columns)[1, 1]))
    return [
        figure("lighting awards that say a count", kept.height, "", peer=61),
        figure("median subsidy of a light point", float(np.median(np.exp(subsidy - points))), "EUR/point", peer=245.0),
        figure("elasticity of subsidy to size", float(solution[1]), "1", peer=0.84),
        figure("its standard error", error, "1", peer=0.09),
        figure("spread that is left of ln(subsidy)", float(np.sqrt(variance)), "1", peer=0.66),
    ]


def _learned(seed: int) -> list[Figure]:
    """Cost of an LED point with and without the awards, and how each record is foreseen by the others."""
    parameters = Parameters(CORE_FOLDER, DAY)
    plain = learn_costs(shipped_records(), parameters, seed=seed)
    joined = learn_costs(shipped_records(), parameters, seed=seed, awards=read_awards(AWARDS))
    figures = []
    for name, model in (("without awards", plain), ("with awards", joined)):
        found = model.estimate(LED)
        figures.append(figure(f"cost of an LED point, {name}, median", found.median, "EUR/point"))
        figures.append(figure(f"its 90th over its 10th percentile, {name}", found.high / found.low, "1"))
        figures.append(_foreseen(name, found))
        figures.append(at_most(f"largest R-hat, {name}", found.r_hat, "1", 1.05))
    return figures


def _foreseen(name: str, found: Estimate) -> Figure:
    share = found.inside / found.all_records
    return figure(f"records inside the 80 % interval that the others foresee, {name}", share, "1", goal=0.8)
