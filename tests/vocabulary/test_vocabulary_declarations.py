"""What the core declares is complete: nouns, shared assets, units, codes, parameters, settings."""

from pathlib import Path

import pytest

from bocage.parameters.reader import CORE_FOLDER, Parameter, load
from bocage.twin.configuration import core_settings
from bocage.twin.conformance.declarations import (
    code_faults,
    parameter_faults,
    setting_faults,
    table_declaration_faults,
)
from bocage.vocabulary import codes
from bocage.vocabulary.codes import Code, core_codes, read_codes
from bocage.vocabulary.columns import Table, noun_tables, shared_asset_tables
from bocage.vocabulary.text import LANGUAGES
from bocage.vocabulary.units import units

AREAS = sorted((Path(codes.__file__).parent / "codes").glob("*.csv"))
EXITS = {1, 2, 3, 4, 70, 130}


@pytest.mark.parametrize("table", [*noun_tables().values(), *shared_asset_tables().values()], ids=lambda one: one.name)
def test_declared_table_is_complete(table: Table) -> None:
    assert [str(fault) for fault in table_declaration_faults(table)] == []


def test_there_are_eleven_nouns() -> None:
    assert sorted(noun_tables()) == [
        "action", "alert", "asset", "evaluation", "observation", "outcome", "plan", "scenario", "series",
        "territory", "works",
    ]  # fmt: skip


def test_every_unit_is_said_in_both_languages() -> None:
    assert [unit.code for unit in units().values() if unit.code not in {"", "1"} and not all(unit.label.values())] == []
    assert [unit.code for unit in units().values() if not 0 <= unit.digits <= 6] == []


@pytest.mark.parametrize("code", core_codes().values(), ids=lambda code: code.code)
def test_declared_code_is_complete(code: Code) -> None:
    assert [str(fault) for fault in code_faults(code)] == []
    if code.kind == "error":
        assert code.exit in EXITS


@pytest.mark.parametrize("path", AREAS, ids=lambda path: path.stem)
def test_each_area_has_its_own_letters(path: Path) -> None:
    prefixes = {code.split("-")[1] for code in read_codes(path)}
    others = {code.split("-")[1] for area in AREAS if area != path for code in read_codes(area)}
    assert len(prefixes) >= 1
    assert not prefixes & others


def test_codes_are_not_declared_twice() -> None:
    declared = [code for path in AREAS for code in read_codes(path)]
    assert len(declared) == len(set(declared)) == len(core_codes())


@pytest.mark.parametrize("parameter", load(CORE_FOLDER).values(), ids=lambda one: one.name)
def test_core_parameter_is_complete(parameter: Parameter) -> None:
    assert [str(fault) for fault in parameter_faults(parameter)] == []


def test_core_settings_are_complete() -> None:
    faults = [fault for settings in core_settings().values() for one in settings for fault in setting_faults(one)]
    assert [str(fault) for fault in faults] == []


def test_french_texts_are_french() -> None:
    """A French cell equal to a long English one was never translated."""
    same = [
        code.code
        for code in core_codes().values()
        for part in ("what", "why")
        if len({getattr(code, part)[language] for language in LANGUAGES}) == 1
    ]
    assert same == []
