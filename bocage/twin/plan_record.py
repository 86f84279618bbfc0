"""The proof of a plan, kept beside the twin: what was asked, answered and assumed, as plain JSON."""

import csv
import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, Self

import polars as pl
import polars.selectors as cs

from bocage import __version__
from bocage.decide.question.request import PlanRequest, PlanResult, SolveFacts
from bocage.decide.value.realisation import realisation_frame
from bocage.parameters.funding_rules import FundingRule, load_rules
from bocage.parameters.reader import Value, read_reference
from bocage.twin.funding_facts import rule_folders
from bocage.twin.territory import Territory
from bocage.vocabulary.codes import BocageError

FILE = "plan.json"
PLAN_TABLES = Path(__file__).parent / "plan_tables.csv"
FRAMES = (
    "plan", "reasons", "financing", "ledgers", "society", "options", "additive", "aims", "entry", "duties", "purchases",
    "streets",
)  # fmt: skip
KINDS: Mapping[str, pl.DataType] = {
    str(kind): kind for kind in (pl.Float64(), pl.Int64(), pl.String(), pl.Boolean(), pl.List(pl.String()), pl.Null())
}
_SOLVE_FACTS = {field.name for field in fields(SolveFacts)}


@dataclass(frozen=True, kw_only=True)
class PlanRecord:
    """A plan as it was made.

    Attributes:
        made_on: date of the plan.
        version: version of the software.
        fingerprint: fingerprint of the territory when the plan was made.
        objective: what the plan is best at.
        first_year: first year.
        budgets: own funds by payer (`SIREN budget`) and year [EUR].
        frames: the frames of the result by name; `effects`, all actions together by year;
            `savings`, by role and as far as they come true; `joint`, beside their sum;
            `schedule`, the last day of each step; `realised`, the share of savings counted by domain.
        solve: how the plan was found.
        assumptions: parameters that were read.
        rules: (name, first day) of the funding rules it rests on.
    """

    made_on: dt.date
    version: str
    fingerprint: str
    objective: str
    first_year: int
    budgets: Mapping[str, Sequence[float]]
    frames: Mapping[str, pl.DataFrame]
    solve: SolveFacts
    assumptions: Sequence[Value]
    rules: Sequence[FundingRule]

    @classmethod
    def of(
        cls, territory: Territory, request: PlanRequest, result: PlanResult, simulated: Mapping[str, pl.DataFrame]
    ) -> Self:
        """The record of a plan that was just made for a territory, with what was simulated jointly."""
        return cls(
            made_on=request.date,
            version=__version__,
            fingerprint=territory.fingerprint(),
            objective=request.objective,
            first_year=request.first_year,
            budgets={f"{siren} {budget}": list(amounts) for (siren, budget), amounts in request.budgets.items()},
            frames={
                **{name: getattr(result, name) for name in FRAMES},
                **result.tables,
                "realised": realisation_frame(request),
                **simulated,
            },
            solve=result.solve,
            assumptions=result.assumptions,
            rules=result.rules,
        )


def save_plan(folder: Path, record: PlanRecord) -> Path:
    """Write the record into the folder, whole or not at all."""
    content = {
        "made_on": record.made_on.isoformat(),
        "version": record.version,
        "fingerprint": record.fingerprint,
        "objective": record.objective,
        "first_year": record.first_year,
        "budgets": dict(record.budgets),
        "frames": {name: frame_columns(frame) for name, frame in record.frames.items()},
        "solve": asdict(record.solve),
        "assumptions": [asdict(value) for value in record.assumptions],
        "rules": [[rule.name, rule.since.isoformat()] for rule in record.rules],
    }
    target = folder / FILE
    temporary = folder / f"{FILE}.part"
    temporary.write_text(json.dumps(content, default=_as_text, ensure_ascii=False), encoding="utf-8")
    temporary.replace(target)
    return target


def frame_columns(frame: pl.DataFrame) -> dict[str, dict[str, object]]:
    """A frame as JSON columns; integers of any width are kept as Int64."""
    wide = frame.with_columns(cs.integer().cast(pl.Int64), cs.date().cast(pl.String))
    return {name: {"type": str(wide[name].dtype), "values": wide[name].to_list()} for name in wide.columns}


def frame_of(columns: Mapping[str, Any]) -> pl.DataFrame:
    """The frame that `frame_columns` wrote."""
    return pl.DataFrame({key: pl.Series(cell["values"], dtype=KINDS[cell["type"]]) for key, cell in columns.items()})


def load_plan(folder: Path) -> PlanRecord:
    """Read the record of the last plan.

    Raises:
        BocageError: BOC-TWI-012 there is none, or it cannot be read, BOC-TWI-092 it lacks columns that later versions
            add; those of local rules.
    """
    rules = load_rules(*rule_folders(folder.parent))  # its refusals speak for themselves
    try:
        record = _record(json.loads((folder / FILE).read_text(encoding="utf-8")), rules)
    except (OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError) as fault:
        raise BocageError("BOC-TWI-012", where={"file": folder / FILE}) from fault
    lacking = [
        f"{table}.{column}"
        for table, column in declared_names()
        if table in record.frames and column not in record.frames[table].columns
    ]
    if lacking:
        raise BocageError("BOC-TWI-092", where={"file": folder / FILE}, version=record.version, lacking=lacking[0])
    return record


@cache
def declared_names() -> Sequence[tuple[str, str]]:
    """Table and name of each declared column of a plan."""
    with PLAN_TABLES.open(encoding="utf-8", newline="") as stream:
        return tuple((row["table"], row["column"]) for row in csv.DictReader(stream) if row["column"])


def load_current_plan(territory: Territory) -> PlanRecord:
    """The record of the last plan, as long as the inventory and the settings are those it was made on.

    Raises:
        BocageError: BOC-TWI-012 there is none, BOC-TWI-017 the territory has changed since.
    """
    folder = territory.folder / "results"
    record = load_plan(folder)
    if record.fingerprint != territory.fingerprint():
        raise BocageError("BOC-TWI-017", where={"file": folder / FILE}, date=record.made_on.isoformat())
    return record


def _record(content: Mapping[str, Any], rules: Sequence[FundingRule]) -> PlanRecord:
    known = {(rule.name, rule.since.isoformat()): rule for rule in rules}
    return PlanRecord(
        made_on=dt.date.fromisoformat(content["made_on"]),
        version=content["version"],
        fingerprint=content["fingerprint"],
        objective=content["objective"],
        first_year=content["first_year"],
        budgets=content["budgets"],
        frames={name: frame_of(frame) for name, frame in content["frames"].items()},
        solve=SolveFacts(**{name: value for name, value in content["solve"].items() if name in _SOLVE_FACTS}),
        assumptions=[_value(value) for value in content["assumptions"]],
        rules=[known[name, since] for name, since in map(tuple, content["rules"])],
    )


def _value(content: Mapping[str, Any]) -> Value:
    dated = dict(content)
    for name in ("since", "checked_on"):
        dated[name] = dt.date.fromisoformat(content[name]) if content[name] else None
    return Value(**{**dated, "reference": read_reference(content["reference"])})


def _as_text(value: object) -> str:
    if isinstance(value, dt.date | Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be kept in a plan record")
