"""Badly written funding rules: each is refused with its file, its key, what is wrong and what to write."""

import copy
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from bocage.parameters.funding_rules import EXAMPLES_FOLDER, FUNDING_FOLDER, RuleError, load_rules
from bocage.parameters.reader import ParameterError
from bocage.vocabulary.codes import BocageError, core_codes

GOOD: dict[str, Any] = yaml.safe_load((EXAMPLES_FOLDER / "detr_example.yaml").read_text(encoding="utf-8"))
Edit = Callable[[dict[str, Any]], None]
SOURCED = {"status": "to_verify", "reference": "CGCT R2334-24"}


def written(folder: Path, pack: Any, name: str = "local.yaml") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(yaml.safe_dump(pack, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return folder


def refusal(folder: Path, edit: Edit) -> RuleError:
    pack = copy.deepcopy(GOOD)
    edit(pack)
    with pytest.raises(RuleError) as caught:
        load_rules(FUNDING_FOLDER, written(folder, pack))
    return caught.value


def version(pack: dict[str, Any]) -> dict[str, Any]:
    return pack["versions"][0]


def again(pack: dict[str, Any], **changes: Any) -> None:
    pack["versions"].append({**copy.deepcopy(version(pack)), **changes})


def put(key: str, value: object) -> Edit:
    return lambda pack: pack.__setitem__(key, value)


def put_version(key: str, value: object) -> Edit:
    return lambda pack: version(pack).__setitem__(key, value)


def drop_version(key: str) -> Edit:
    return lambda pack: version(pack).pop(key)


FAULTS: list[tuple[Edit, str, str, str]] = [
    (lambda pack: pack.pop("funder_fr"), "BOC-PAR-002", "funder_fr", "Add funder_fr"),
    (drop_version("reference"), "BOC-PAR-002", "versions[1].reference", "a citation"),
    (put("colour", "blue"), "BOC-PAR-003", "colour", "Write one of: award"),
    (put_version("elegibility", []), "BOC-PAR-003", "versions[1].elegibility", "eligibility"),
    (put("name", "detr 31"), "BOC-PAR-004", "name", "as DETR-31"),
    (put("versions", []), "BOC-PAR-004", "versions", "at least one version"),
    (put("award", "certain"), "BOC-PAR-004", "award", "automatic, discretionary"),
    (
        put_version("rate", {"low": 0.2, "high": 0.4, "levels": []}),
        "BOC-PAR-004",
        "versions[1].rate.levels",
        "one level",
    ),
    (put("funder_kind", "europe"), "BOC-PAR-004", "funder_kind", "eu, "),
    (put("counts_as_public", "oui"), "BOC-PAR-004", "counts_as_public", "true or false"),
    (put_version("from", "2026"), "BOC-PAR-004", "versions[1].from", "a date, as 2026-01-31"),
    (put_version("reference", {"fr": "Estimation"}), "BOC-PAR-004", "versions[1].reference", "fr and en"),
    (put_version("status", "sure"), "BOC-PAR-004", "versions[1].status", "verified"),
    (put_version("rate", {"low": 0.2, "high": 20}), "BOC-PAR-004", "versions[1].rate.high", "a share from 0 to 1"),
    (put_version("rate", {"low": 0.4, "high": 0.2}), "BOC-PAR-004", "versions[1].rate.high", "not below the first"),
    (put_version("rate", {"low": 0.2, "high": float("nan")}), "BOC-PAR-004", "rate.high", "a share from 0 to 1"),
    (put_version("files_per_year", -1), "BOC-PAR-004", "files_per_year", "a whole number"),
    (put_version("caps", [{"scope": "unit", "eur": 500, "of": "aid"}]), "BOC-PAR-004", "caps[1]", "counts the units"),
    (put_version("caps", [{"scope": "file", "of": "aid"}]), "BOC-PAR-004", "caps[1]", "a ceiling in euros"),
    (put_version("caps", [{"scope": "remainder", "eur": 5, "of": "aid"}]), "BOC-PAR-004", "caps[1]", "share"),
    (put_version("eligibility", [{"fact": "territory.population"}]), "BOC-PAR-004", "eligibility[1]", "one test"),
    (put_version("eligibility", ["small"]), "BOC-PAR-004", "eligibility[1]", "one fact and one test"),
    (
        put_version("eligibility", [{"fact": "territory.populaton", "at_most": 2000}]),
        "BOC-PAR-005",
        "versions[1].eligibility[1].fact",
        "Write territory.population",
    ),
    (put_version("group", [{"fact": "parc", "total_at_least": 1}]), "BOC-PAR-005", "group[1].fact", "declare the fact"),
    (
        put_version("eligibility", [{"fact": "action.led", "at_least": 1}]),
        "BOC-PAR-006",
        "eligibility[1]",
        "Write one of: is",
    ),
    (
        put_version("eligibility", [{"fact": "territory.population", "at_most": "2000"}]),
        "BOC-PAR-004",
        "eligibility[1].at_most",
        "Write a number",
    ),
    (
        put_version("eligibility", [{"fact": "action.chantier", "is": "lights"}]),
        "BOC-PAR-004",
        "eligibility[1].is",
        "buildings, climate, lighting, water",
    ),
    (
        put_version("until", GOOD["versions"][0]["from"].replace(year=2020)),
        "BOC-PAR-007",
        "versions[1]",
        "Correct from",
    ),
    (again, "BOC-PAR-008", "versions[1]", "until: 2025-12-31"),
    (
        lambda pack: again(pack, **{"from": version(pack)["from"].replace(month=7), "until": None}),
        "BOC-PAR-008",
        "versions[1]",
        "Write until: 2026-06-30 in the version of 2026-01-01",
    ),
    (put("incompatible", ["DETTR"]), "BOC-PAR-009", "incompatible[1]", "Write DETR"),
    (put("replaces", "DTER"), "BOC-PAR-009", "replaces", "Write"),
    (put("name", "DETR"), "BOC-PAR-010", "", "replaces: DETR"),
    (drop_version("rate"), "BOC-PAR-011", "versions[1]", "forfaits, rate, amount_unknown"),
    (put_version("amount_unknown", True), "BOC-PAR-011", "versions[1]", "Keep one of these keys"),
    (put("cash", "loan"), "BOC-PAR-012", "versions[1]", "repayment"),
    (put("repayment", {"years": 10, "rate": 0.02, "from": "savings"}), "BOC-PAR-012", "versions[1]", "repayment"),
    (
        put("payment", {"advance": 0.5, "interim": [{"after_years": 1, "share": 0.6}], "lag_years": 2}),
        "BOC-PAR-013",
        "payment",
        "does not exceed 1",
    ),
    (lambda pack: pack.pop("scope"), "BOC-PAR-014", "", 'scope: {department: ["31"]}'),
    (
        put_version(
            "calendar", {"deposit": [{"from": "02-30", "until": "03-31"}], "status": "to_verify", "reference": "X"}
        ),
        "BOC-PAR-004",
        "calendar.deposit[1].from",
        "03-31",
    ),
    (
        put_version("calendar", {**SOURCED, "order": "whenever"}),
        "BOC-PAR-004",
        "calendar.order",
        "after_receipt",
    ),
    (put("tests", [{"title": "x"}]), "BOC-PAR-002", "tests[1].engaged_on", "a date"),
]


def test_the_pack_that_is_damaged_here_is_sound(tmp_path: Path) -> None:
    rules = load_rules(FUNDING_FOLDER, written(tmp_path / "funding", GOOD))
    assert sum(rule.name == "DETR-EXAMPLE" for rule in rules) == 1


@pytest.mark.parametrize(
    ("edit", "code", "key", "remedy"), FAULTS, ids=[f"{f[1]}-{f[2]}-{n}" for n, f in enumerate(FAULTS)]
)
def test_a_fault_says_file_key_and_what_to_write(tmp_path: Path, edit: Edit, code: str, key: str, remedy: str) -> None:
    fault = refusal(tmp_path / "funding", edit)
    assert fault.code == code
    assert fault.where["file"] == "local.yaml"
    assert key in str(fault.where["key"])
    assert remedy in fault.say("fix", "en")
    for language in ("fr", "en"):
        for part in ("what", "why", "fix"):
            assert fault.say(part, language)  # type: ignore[arg-type]


def test_each_code_of_rules_is_raised_by_a_test() -> None:
    raised = {code for _, code, _, _ in FAULTS} | {"BOC-PAR-001"}
    declared = {code for code in core_codes() if code.startswith("BOC-PAR-0") and code <= "BOC-PAR-014"}
    assert raised == declared


@pytest.mark.parametrize("text", ["name: [", "\tname: x", "name: x\nname: {", "\x00", "&a [*a"])
def test_a_file_that_is_not_yaml_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(RuleError) as caught:
        load_rules(tmp_path)
    assert caught.value.code in {"BOC-PAR-001", "BOC-PAR-004"}
    assert caught.value.where["file"] == "bad.yaml"


@pytest.mark.parametrize("text", ["", "- a\n- b\n", "just words", "12", "2026-01-01"])
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(RuleError) as caught:
        load_rules(tmp_path)
    assert caught.value.code == "BOC-PAR-004"
    assert "keys and their values" in caught.value.say("fix", "en")


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_bytes("label_fr: éclairage".encode("latin-1"))
    with pytest.raises(RuleError) as caught:
        load_rules(tmp_path)
    assert caught.value.code == "BOC-PAR-001"


def test_a_fault_is_an_error_for_the_user_and_for_the_reader_of_parameters(tmp_path: Path) -> None:
    fault = refusal(tmp_path / "funding", put("award", "certain"))
    assert isinstance(fault, BocageError)
    assert isinstance(fault, ParameterError)


def test_a_pack_may_declare_a_fact_of_its_own(tmp_path: Path) -> None:
    pack = copy.deepcopy(GOOD)
    fact = {"name": "territory.twinned", "type": "boolean"}
    fact |= {f"{part}_{language}": "x" for part in ("label", "where") for language in ("fr", "en")}
    pack["facts"] = [fact]
    version(pack)["eligibility"].append({"fact": "territory.twinned", "is": True})
    rules = load_rules(FUNDING_FOLDER, written(tmp_path / "funding", pack))
    assert any(rule.name == "DETR-EXAMPLE" for rule in rules)


def test_a_folder_that_does_not_exist_holds_no_rule(tmp_path: Path) -> None:
    assert load_rules(FUNDING_FOLDER, tmp_path / "none") == load_rules()


def test_a_file_that_is_corrected_is_read_again(tmp_path: Path) -> None:
    folder = written(tmp_path / "funding", {**GOOD, "award": "certain"})
    with pytest.raises(RuleError):
        load_rules(FUNDING_FOLDER, folder)
    for note in ("First.", "Second."):
        path = written(folder, {**GOOD, "note_en": note}) / "local.yaml"
        os.utime(path, ns=(0, len(note)))
        assert {rule.note["en"] for rule in load_rules(FUNDING_FOLDER, folder) if rule.name == "DETR-EXAMPLE"} == {note}
