"""Actions and effects kept beside the plan, so that a question asked again needs no examination of the territory."""

import datetime as dt
import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from bocage import __version__
from bocage.twin.asked import Asked, Further
from bocage.twin.plan_inputs import Inputs
from bocage.vocabulary.draws import DrawTable

FOLDER, ABOUT = "plan_inputs", "about.json"


def save_inputs(results: Path, inputs: Inputs, asked: Asked, fingerprint: str) -> None:
    """Keep the inputs of a plan and what it was asked for, whole or not at all.

    Args:
        results: folder of the results of a territory.
        inputs: its actions and their effects.
        asked: what the plan was asked for.
        fingerprint: fingerprint of the territory.
    """
    folder, part = results / FOLDER, results / f"{FOLDER}.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    inputs.actions.write_ipc(part / "actions.arrow")
    inputs.interactions.write_ipc(part / "interactions.arrow")
    inputs.appraisal.keys.write_ipc(part / "keys.arrow")
    np.savez(part / "draws.npz", draws=inputs.appraisal.draws, default_share=inputs.appraisal.default_share)
    about = {
        "version": __version__,
        "fingerprint": fingerprint,
        "first_year": inputs.first_year,
        "date": inputs.date.isoformat(),
        "seed": inputs.seed,
        "roles": dict(inputs.roles),
        "drivers": dict(inputs.drivers),
        "asked": asdict(asked),
    }
    (part / ABOUT).write_text(json.dumps(about), encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    part.replace(folder)


def load_inputs(results: Path, fingerprint: str, date: dt.date) -> tuple[Inputs, Asked] | None:
    """The inputs of the last plan and what it was asked for; None where they are not there or no longer hold.

    Args:
        results: folder of the results of a territory.
        fingerprint: fingerprint of the territory as it is now.
        date: date of the computation: parameters are dated.
    """
    folder = results / FOLDER
    try:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        now = (__version__, fingerprint, date.isoformat())
        if (about["version"], about["fingerprint"], about["date"]) != now:
            return None
        return _inputs(folder, about), _asked(about["asked"])
    except (OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError):
        return None


def _inputs(folder: Path, about: dict[str, Any]) -> Inputs:
    with np.load(folder / "draws.npz") as arrays:
        draws, default_share = arrays["draws"], arrays["default_share"]
    return Inputs(
        actions=_frame(folder / "actions.arrow"),
        appraisal=DrawTable(_frame(folder / "keys.arrow"), draws, default_share),
        interactions=_frame(folder / "interactions.arrow"),
        roles=about["roles"],
        drivers=about["drivers"],
        first_year=int(about["first_year"]),
        date=dt.date.fromisoformat(about["date"]),
        seed=int(about["seed"]),
    )


def _frame(path: Path) -> pl.DataFrame:
    return pl.read_ipc(path.read_bytes())  # read whole: a mapped file could not be replaced on Windows


def _asked(told: dict[str, Any]) -> Asked:
    further = told.pop("further")
    return Asked(**told, further=Further(**{**further, "then": tuple(further["then"])}))
