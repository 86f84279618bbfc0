"""What is known of a plan before the unknown, kept beside it for the expert view, as plain JSON."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from bocage.decide.robustness.standing import Robustness
from bocage.twin.plan_record import PlanRecord, frame_columns, frame_of
from bocage.vocabulary.codes import BocageError

FILE = "futures.json"
FRAMES = ("regret", "plans", "tornado", "information", "actions")


@dataclass(frozen=True, kw_only=True)
class FuturesRecord:
    """A plan before the unknown, and which plan it was.

    Attributes:
        made_on: date of the computation.
        plan_made_on: date of the plan.
        fingerprint: fingerprint of the territory that the plan was made for.
        scenarios: names of the scenarios.
        found: what was found.
    """

    made_on: dt.date
    plan_made_on: dt.date
    fingerprint: str
    scenarios: Sequence[str]
    found: Robustness


def save_futures(folder: Path, record: FuturesRecord) -> Path:
    """Write the record into the folder of results, whole or not at all."""
    found = record.found
    content = {
        "made_on": record.made_on.isoformat(),
        "plan_made_on": record.plan_made_on.isoformat(),
        "fingerprint": record.fingerprint,
        "scenarios": list(record.scenarios),
        "objective": found.objective,
        "unit": found.unit,
        "value": found.value,
        "searches": found.searches,
        "frames": {name: frame_columns(getattr(found, name)) for name in FRAMES},
    }
    target, part = folder / FILE, folder / f"{FILE}.part"
    part.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    part.replace(target)
    return target


def load_futures(folder: Path) -> FuturesRecord:
    """Read the record of the last `bocage futures`.

    Args:
        folder: folder of results.

    Raises:
        BocageError: BOC-TWI-090 there is none, or it cannot be read.
    """
    try:
        content = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return FuturesRecord(
            made_on=dt.date.fromisoformat(content["made_on"]),
            plan_made_on=dt.date.fromisoformat(content["plan_made_on"]),
            fingerprint=content["fingerprint"],
            scenarios=content["scenarios"],
            found=Robustness(
                objective=content["objective"],
                unit=content["unit"],
                value=content["value"],
                searches=content["searches"],
                **{name: frame_of(content["frames"][name]) for name in FRAMES},
            ),
        )
    except (OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError) as fault:
        raise BocageError("BOC-TWI-090", where={"file": folder / FILE}) from fault


def futures_of_plan(folder: Path, plan: PlanRecord) -> FuturesRecord | None:
    """What is known of this very plan before the unknown; None where nothing is, or of another plan only.

    Args:
        folder: folder of results.
        plan: the plan.
    """
    try:
        record = load_futures(folder)
    except BocageError:
        return None
    planned = set(record.found.actions.filter(pl.col("planned"))["action_id"])
    own = set(plan.frames["plan"].filter(pl.col("decision") == "in")["action_id"])
    same = record.fingerprint == plan.fingerprint and record.plan_made_on == plan.made_on and planned == own
    return record if same else None
