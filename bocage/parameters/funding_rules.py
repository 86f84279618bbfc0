"""Reader of funding rules: one YAML file per programme, dated versions, conditions as data.

A condition names a fact (`territory.population`, `action.points`…) and one test; `any`, `all` and
`not` combine them. Nothing is evaluated as code. Worked examples stand in the same file (`tests:`).
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

from bocage.parameters.reader import STATUSES, ParameterError, read_reference

FUNDING_FOLDER = Path(__file__).parent / "funding"
Test = Literal["is", "one_of", "contains", "at_least", "at_most", "above", "below"]
Scope = Literal["unit", "file", "beneficiary_year", "total"]


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One test of a fact, or a combination of conditions.

    Attributes:
        fact: `territory.NAME` or `action.NAME`; empty for a combination.
        test: how the fact is compared, or `any`, `all`, `not`.
        value: what it is compared with.
        parts: conditions combined.
    """

    fact: str = ""
    test: str
    value: Any = None
    parts: tuple["Condition", ...] = ()


@dataclass(frozen=True, kw_only=True)
class Forfait:
    """A fixed amount per unit: fact that counts the units (less another), quantity, `EUR` or `kWhc`."""

    fact: str
    less: str
    quantity: float
    unit: str


@dataclass(frozen=True, kw_only=True)
class Rate:
    """An interval of rates [1] and the positions in it (0 low, 1 high) that a plan may count on."""

    low: float
    high: float
    levels: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Cap:
    """A ceiling [EUR] on the aid or on the eligible spending, per unit, file, beneficiary and year, or in all."""

    scope: Scope
    eur: float
    of: Literal["aid", "spending"]
    fact: str


@dataclass(frozen=True, kw_only=True)
class GroupCondition:
    """What the actions of one file must reach together: the total of a fact, or its mean weighted by cost."""

    fact: str
    total_at_least: float | None
    mean_at_least: float | None


@dataclass(frozen=True, kw_only=True)
class FundingRule:
    """One version of one programme.

    Attributes:
        name: stable name of the programme.
        label: label by language.
        funder: who pays, by language.
        note: what the reader must know, by language.
        award: `automatic`, or `discretionary` where an authority decides.
        public: True where the aid counts as public money in the 80 % rule.
        file: `action` where each action is a file, `year` where a payer groups the year's actions in one.
        advance: share paid in the year of the works [1].
        lag_years: years between the works and the balance.
        incompatible: programmes that cannot be added to it.
        since: first engagement date.
        until: last engagement date, None while in force.
        counted: True where a plan may count on it without being told to.
        status: `verified`, `to_verify` or `expired`.
        reference: source by language.
        checked_on: date of the last check.
        eligibility: conditions that must all hold.
        forfaits: fixed amounts per unit.
        rate: rate of the eligible cost, None for forfaits.
        amount_unknown: True where the amount could not be found: nothing is promised.
        caps: ceilings.
        group: conditions on the actions of one file together.
        minimum_project_eur: smallest cost of a file, excluding VAT [EUR].
        files_per_year: most files of one beneficiary in a year, None without limit.
        envelope_eur_year: what the programme can give in a year to all payers, None where unknown [EUR/year].
    """

    name: str
    label: Mapping[str, str]
    funder: Mapping[str, str]
    note: Mapping[str, str]
    award: Literal["automatic", "discretionary"]
    public: bool
    file: Literal["action", "year"]
    advance: float
    lag_years: int
    incompatible: frozenset[str]
    since: dt.date
    until: dt.date | None
    counted: bool
    status: str
    reference: Mapping[str, str]
    checked_on: dt.date | None
    eligibility: tuple[Condition, ...]
    forfaits: tuple[Forfait, ...] = ()
    rate: Rate | None = None
    amount_unknown: bool = False
    caps: tuple[Cap, ...] = ()
    group: tuple[GroupCondition, ...] = ()
    minimum_project_eur: float = 0.0
    files_per_year: int | None = None
    envelope_eur_year: float | None = None

    def in_force(self, engaged_on: dt.date) -> bool:
        """True where works engaged on that date fall under this version."""
        return self.since <= engaged_on and (self.until is None or engaged_on <= self.until)


@dataclass(frozen=True, kw_only=True)
class WorkedExample:
    """A worked example of a rule pack, run by the tests."""

    programme: str
    title: str
    engaged_on: dt.date
    territory: Mapping[str, Any]
    action: Mapping[str, Any]
    cost_eur: float
    expect: Mapping[str, Any]


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
