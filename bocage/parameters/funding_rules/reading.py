"""Reader of funding rules: one YAML file per programme, dated versions, conditions as data.

A condition names a fact (`territory.population`, `action.points`…) and one test; `any`, `all` and
`not` combine them. Nothing is evaluated as code. Worked examples stand in the same file (`tests:`).
"""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, get_args

import yaml

from bocage.parameters.funding_rules.gates import read_calendar
from bocage.parameters.funding_rules.rule import (
    Cap,
    Condition,
    Forfait,
    FundingRule,
    GroupCondition,
    Rate,
    Test,
    WorkedExample,
)
from bocage.parameters.reader import STATUSES, ParameterError, read_reference

FUNDING_FOLDER = Path(__file__).parent.parent / "funding"


@cache
def load_rules(folder: Path = FUNDING_FOLDER) -> tuple[FundingRule, ...]:
    """All versions of all programmes of a folder; ParameterError says which file and what.

    >>> sorted({rule.name for rule in load_rules()})[0]
    'CEE-RES-EC-104'
    """
    rules: list[FundingRule] = []
    for path in sorted(folder.glob("*.yaml")):
        pack = _read(path)
        try:
            rules += [_rule(pack, version) for version in pack["versions"]]
        except (KeyError, TypeError, ValueError) as error:
            raise ParameterError(f"{path.name}: {error!r}") from error
    return tuple(rules)


def load_examples(folder: Path = FUNDING_FOLDER) -> tuple[WorkedExample, ...]:
    """The worked examples of all programmes of a folder."""
    return tuple(
        WorkedExample(programme=pack["name"], **test)
        for pack in map(_read, sorted(folder.glob("*.yaml")))
        for test in pack["tests"]
    )


def _read(path: Path) -> dict[str, Any]:
    with path.open(encoding="utf-8") as stream:
        pack = yaml.safe_load(stream)
    if not isinstance(pack, dict):
        raise ParameterError(f"{path.name}: a rule pack is a mapping")
    return pack


_VERSION_KEYS = {
    "from", "until", "counted", "status", "reference", "checked_on", "eligibility", "forfaits", "rate",
    "amount_unknown", "caps", "group", "minimum_project_eur", "files_per_year", "envelope_eur_year",
    "calendar",
}  # fmt: skip


def _rule(pack: Mapping[str, Any], version: Mapping[str, Any]) -> FundingRule:
    odd = set(version) - _VERSION_KEYS
    if odd or version["status"] not in STATUSES or "reference" not in version:
        raise ParameterError(f"{pack['name']}: odd keys {sorted(odd)}, or no status or reference")
    rate = version.get("rate")
    return FundingRule(
        name=pack["name"],
        label={"fr": pack["label_fr"], "en": pack["label_en"]},
        funder={"fr": pack["funder_fr"], "en": pack["funder_en"]},
        note={"fr": pack["note_fr"], "en": pack["note_en"]},
        award=pack["award"],
        public=pack["public"],
        file=pack["file"],
        advance=float(pack["payment"]["advance"]),
        lag_years=int(pack["payment"]["lag_years"]),
        incompatible=frozenset(pack["incompatible"]),
        since=version["from"],
        until=version.get("until"),
        counted=version["counted"],
        status=version["status"],
        reference=read_reference(version["reference"]),
        checked_on=version.get("checked_on"),
        eligibility=_conditions(version["eligibility"]),
        forfaits=tuple(
            Forfait(fact=cell["fact"], less=cell.get("less", ""), quantity=float(cell["quantity"]), unit=cell["in"])
            for cell in version.get("forfaits", ())
        ),
        rate=Rate(low=rate["low"], high=rate["high"], levels=tuple(rate.get("levels", (0.0,)))) if rate else None,
        amount_unknown=version.get("amount_unknown", False),
        caps=tuple(Cap(**{"fact": "", **cell}) for cell in version.get("caps", ())),
        group=tuple(
            GroupCondition(**{"total_at_least": None, "mean_at_least": None, **cell})
            for cell in version.get("group", ())
        ),
        minimum_project_eur=float(version.get("minimum_project_eur", 0.0)),
        files_per_year=version.get("files_per_year"),
        envelope_eur_year=version.get("envelope_eur_year"),
        calendar=read_calendar(version.get("calendar")),
    )


def _conditions(cells: Sequence[Mapping[str, Any]]) -> tuple[Condition, ...]:
    return tuple(_condition(cell) for cell in cells)


def _condition(cell: Mapping[str, Any]) -> Condition:
    for word in ("any", "all", "not"):
        if word in cell and len(cell) == 1:
            parts = cell[word] if word != "not" else [cell[word]]
            return Condition(test=word, parts=_conditions(parts))
    tests = set(cell) - {"fact"}
    if len(tests) != 1 or not tests <= set(get_args(Test)):
        raise ParameterError(f"a condition is a fact and one of {', '.join(get_args(Test))}, not {dict(cell)}")
    (test,) = tests
    if cell["fact"].split(".")[0] not in {"territory", "action"}:
        raise ParameterError(f"a fact starts with territory. or action., not {cell['fact']}")
    return Condition(fact=cell["fact"], test=test, value=cell[test])
