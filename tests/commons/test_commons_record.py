"""Records of feedback: a sound one is read whole, each broken one is refused where it is broken, in both languages."""

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from commons_samples import altered, sound

import bocage
from bocage.commons.flat import flat_columns, read_flat, write_flat
from bocage.commons.published_schema import RECORD_FILE, TABLE_FILE, record_schema, table_schema
from bocage.commons.reading import read_record, record_files, write_record
from bocage.commons.schema import INDICATOR_UNITS, action_kinds, parts
from bocage.commons.shelf import SHIPPED, judged_files, shipped_records, usable_records
from bocage.commons.validate import judge, verdicts_of
from bocage.domains.lighting import DOMAIN as LIGHTING
from bocage.vocabulary.codes import BocageError, core_codes
from bocage.vocabulary.text import LANGUAGES
from bocage.vocabulary.units import units

SCHEMAS = Path(bocage.__file__).parents[1] / "schemas" / "feedback"
LONG_SENTENCE = "La consommation a baissé de plus de la moitié"

BROKEN: list[tuple[str, object, str, str]] = [
    ("titel", "LED", "BOC-COM-101", "titel"),
    ("action.count", "3", "BOC-COM-101", "action.count"),
    ("costs.0.amount", "3", "BOC-COM-101", "costs[1].amount"),
    ("title", None, "BOC-COM-102", "title"),
    ("negative_effects", None, "BOC-COM-102", "negative_effects"),
    ("evidence", None, "BOC-COM-102", "evidence"),
    ("territory.code", None, "BOC-COM-102", "territory.code"),
    ("funding.0.programme", None, "BOC-COM-102", "funding[1].programme"),
    ("action.quantity", "cent vingt", "BOC-COM-103", "action.quantity"),
    ("action.quantity", "1,5", "BOC-COM-103", "action.quantity"),
    ("action.quantity", "nan", "BOC-COM-103", "action.quantity"),
    ("dates.accepted", "14/06/2024", "BOC-COM-103", "dates.accepted"),
    ("procurement.grouped", "maybe", "BOC-COM-103", "procurement.grouped"),
    ("title", ["two", "titles"], "BOC-COM-103", "title"),
    ("action.quantity", "-3", "BOC-COM-104", "action.quantity"),
    ("iso_37101.0.score", "3", "BOC-COM-104", "iso_37101[1].score"),
    ("costs.1.vat_rate", "20", "BOC-COM-104", "costs[2].vat_rate"),
    ("status", "finished", "BOC-COM-105", "status"),
    ("schema", "bocage-feedback/9.9", "BOC-COM-105", "schema"),
    ("action.kind", "heating", "BOC-COM-105", "action.kind"),
    ("action.quantity_unit", None, "BOC-COM-106", "action.quantity"),
    ("territory.code", "1004", "BOC-COM-107", "territory.code"),
    ("funding.1.reason", None, "BOC-COM-108", "funding[2].reason"),
    ("status", "abandoned", "BOC-COM-108", "reason"),
    ("status", "planned", "BOC-COM-109", "measured_effects"),
    ("costs", {"works": "3"}, "BOC-COM-110", "costs"),
    ("action", ["led"], "BOC-COM-110", "action"),
    ("dates.accepted", "2024-01-01", "BOC-COM-112", "dates.accepted"),
    ("measured_effects.0.to", "2024-01-01", "BOC-COM-112", "measured_effects[1].to"),
    ("negative_effects", ["not_reported"], "BOC-COM-113", "negative_effects"),
    ("positive_effects", ["none_observed", LONG_SENTENCE], "BOC-COM-114", "positive_effects"),
    ("positive_effects", ["bien"], "BOC-COM-115", "positive_effects"),
    ("predicted_effects.0.unit", "EUR/year", "BOC-COM-116", "predicted_effects[1].unit"),
    ("measured_effects.0.from", None, "BOC-COM-117", "measured_effects[1]"),
    ("measured_effects.0.counterfactual", None, "BOC-COM-118", "measured_effects[1].counterfactual"),
    ("measured_effects.0.low", "39000", "BOC-COM-119", "measured_effects[1]"),
    ("predicted_cost.high_eur", "90000", "BOC-COM-119", "predicted_cost"),
    ("costs.0.line", "all", "BOC-COM-120", "costs"),
    ("anonymous", "true", "BOC-COM-121", "territory"),
    ("funding.0.paid_eur", "21000", "BOC-COM-122", "funding[1].paid_eur"),
    ("funding.0.obtained_eur", "25000", "BOC-COM-122", "funding[1].obtained_eur"),
    ("contact_role", "mairie@exemple.fr", "BOC-COM-124", "contact_role"),
    ("difficulties", "Appeler le 06 12 34 56 78 le matin", "BOC-COM-124", "difficulties"),
    ("redo", "Demander à Mme Dupont", "BOC-COM-124", "redo"),
    ("baseline.energy_kwh_year", "30000", "BOC-COM-125", "measured_effects[1].value"),
    ("draft", "true", "BOC-COM-130", "draft"),
    (
        "predicted_effects.0",
        {"indicator": "energy_kwh_year", "value": "10", "unit": "kWh/year"},
        "BOC-COM-131",
        "measured_effects[1].value",
    ),
]


def test_a_sound_record_is_read_whole_and_typed() -> None:
    judged = judge(sound())
    assert judged.verdicts == []
    assert judged.sound
    record = judged.record
    assert record.get("territory.code") == "01004"
    assert record.get("dates.accepted") == dt.date(2024, 6, 14)
    assert record.get("procurement.grouped") is True
    assert record.get("staff_days") == 6.5
    assert record.family == "led"
    assert record.get("nothing.at_all", "else") == "else"


def test_cost_leaves_studies_out_and_taxes_aside() -> None:
    # 92,000 of works and 6,000 with 20% of VAT, that is 5,000 without; the study of 4,000 is left out
    amount, vat, quality = judge(sound()).record.cost() or (0.0, "", "")
    assert (amount, vat, quality) == (pytest.approx(97_000.0), "excluded", "invoiced")
    amount, vat, quality = judge(altered("costs", None)).record.cost() or (0.0, "", "")
    assert (amount, vat, quality) == (96_000.0, "excluded", "announced")
    mixed = judge(altered("costs.1.vat_rate", None)).record.cost()
    assert mixed == (98_000.0, "unknown", "invoiced")


@pytest.mark.parametrize(("path", "value", "code", "place"), BROKEN, ids=[f"{one[2]}-{one[0]}" for one in BROKEN])
def test_a_broken_record_is_refused_where_it_is_broken(path: str, value: object, code: str, place: str) -> None:
    judged = judge(altered(path, value))
    found = {(verdict.code, verdict.place): verdict for verdict in judged.verdicts}
    assert (code, place) in found, sorted(found)
    assert judged.sound == (code in {"BOC-COM-130", "BOC-COM-131"})
    for language in LANGUAGES:
        for part in ("what", "why", "fix"):
            said = found[code, place].say(part, language)  # type: ignore[arg-type]
            assert said
            assert "{" not in said.replace("{ }", "")


def test_an_unknown_key_is_told_its_nearest_one() -> None:
    verdict = judge(altered("titel", "LED")).verdicts[0]
    assert verdict.say("fix", "en") == "Did you mean: title?"


def test_one_cell_of_the_grid_is_scored_once() -> None:
    record = sound()
    record["iso_37101"].append(dict(record["iso_37101"][0]))
    assert [verdict.code for verdict in judge(record).verdicts] == ["BOC-COM-123"]


def test_an_identifier_is_borne_once() -> None:
    other = altered("title", "Une autre fiche du même nom")
    found = dict(verdicts_of({"a.yaml": sound(), "b.yaml": other}))
    assert found["a.yaml"].verdicts == []
    assert [verdict.code for verdict in found["b.yaml"].verdicts] == ["BOC-COM-111"]
    assert "a.yaml" in found["b.yaml"].verdicts[0].say("what", "en")


def test_a_refused_project_needs_no_effect_but_its_reason() -> None:
    record = sound()
    for section in ("measured_effects", "costs", "iso_37101"):
        del record[section]
    record |= {"status": "refused", "reason": "Aucune aide n'a été obtenue"}
    assert judge(record).verdicts == []


@pytest.mark.parametrize("suffix", [".yaml", ".json"])
def test_a_record_written_is_read_again(tmp_path: Path, suffix: str) -> None:
    path = write_record(
        judge(sound()).record.values["record"] | {"territory": {"code": "01004"}}, tmp_path / f"r{suffix}"
    )
    found = read_record(path)
    assert found["record_id"] == sound()["record_id"]
    assert found["territory"]["code"] == "01004"
    assert found["written_on"] == "2026-02-01"


def test_a_code_without_quotes_keeps_its_zero(tmp_path: Path) -> None:
    path = tmp_path / "bare.yaml"
    path.write_text("record_id: x\nterritory: {code: 01004, name: NO}\n", encoding="utf-8")
    assert read_record(path)["territory"] == {"code": "01004", "name": "NO"}


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("list.yaml", "- a\n- b\n", "BOC-COM-002"),
        ("empty.yaml", "", "BOC-COM-002"),
        ("odd.yaml", "a: [1, 2\n", "BOC-COM-002"),
        ("odd.json", '{"a": 1,}', "BOC-COM-002"),
        ("twice.yaml", "title: a\ntitle: b\n", "BOC-COM-002"),
        ("twice.json", '{"title": "a", "title": "b"}', "BOC-COM-002"),
        ("alias.yaml", "a: &x [1, 2]\nb: [*x, *x]\n", "BOC-COM-002"),
        ("deep.yaml", "a: " + "[" * 20 + "1" + "]" * 20, "BOC-COM-002"),
        ("deep.json", '{"a": ' + "[" * 5000 + "]" * 5000 + "}", "BOC-COM-002"),
        ("python.yaml", "a: !!python/object/apply:os.system [echo]\n- b", "BOC-COM-002"),
        ("large.yaml", "a: " + "x" * 1_100_000, "BOC-COM-002"),
    ],
)
def test_a_file_that_is_no_record_is_refused(tmp_path: Path, name: str, text: str, code: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BocageError) as refused:
        read_record(path)
    assert refused.value.code == code
    assert name in str(refused.value.say("what", "en"))


def test_a_file_in_latin_1_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes("title: rénovation\n".encode("latin-1"))
    with pytest.raises(BocageError, match="BOC-COM-002"):
        read_record(path)


def test_paths_that_hold_no_record_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BocageError, match="BOC-COM-001"):
        record_files([tmp_path / "absent.yaml"])
    with pytest.raises(BocageError, match="BOC-COM-003"):
        record_files([tmp_path])
    with pytest.raises(BocageError, match="BOC-COM-006"):
        write_record({"a": 1}, tmp_path)


def test_the_flat_exchange_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "records.csv"
    path.write_text(write_flat([judge(sound()).record, *shipped_records()]), encoding="utf-8")
    found = judged_files([path])
    assert [judged.verdicts for judged in found.values()] == [[]] * (1 + len(shipped_records()))
    assert [judged.record.values for judged in found.values()] == [
        judge(sound()).record.values,
        *(record.values for record in shipped_records()),
    ]


@pytest.mark.parametrize(
    "text", ["record_id,colour\na,b\n", "title\nLED\n", 'record_id,costs\na,"{odd"\n', "record_id,title\na,b,c\n"]
)
def test_a_flat_file_of_other_columns_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "odd.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BocageError, match="BOC-COM-008"):
        read_flat(path)


def test_a_record_without_rows_of_a_flat_file_is_judged_not_lost(tmp_path: Path) -> None:
    path = tmp_path / "few.csv"
    path.write_text("record_id;title\na;LED\n", encoding="utf-8")
    (judged,) = judged_files([path]).values()
    assert {verdict.code for verdict in judged.verdicts} == {"BOC-COM-102"}


def test_shipped_records_are_sound_and_bear_the_names_of_their_files() -> None:
    found = judged_files([SHIPPED])
    assert {place: judged.verdicts for place, judged in found.items() if judged.verdicts} == {}
    assert [judged.record.record_id for judged in found.values()] == [Path(place).stem for place in found]
    assert len(found) >= 40
    # what a text does not say is not filled: no shipped record claims what only its author could know
    assert not [one for one in shipped_records() if one.get("staff_days") or one.rows("iso_37101")]
    told = [text for one in shipped_records() for text in one.get("negative_effects") if text != "not_reported"]
    assert len(told) >= 5


def test_shipped_records_are_written_with_french_typography() -> None:
    loose = re.compile(r" [;:!?%](\s|$)|« | »|\w'\w")
    for path in sorted(SHIPPED.glob("*.yaml")):
        record = read_record(path)
        texts = [record["title"], *record["positive_effects"], *record["negative_effects"]]
        texts += [one[key] for one in record["evidence"] for key in ("title", "note") if key in one]
        assert [text for text in texts if loose.search(text)] == [], path.name


def test_a_draft_and_a_known_identifier_are_left_aside(tmp_path: Path) -> None:
    write_record(altered("draft", "true"), tmp_path / "draft.yaml")
    write_record(altered("record_id", "vitre-2024"), tmp_path / "known.yaml")
    write_record(altered("title", None), tmp_path / "broken.yaml")
    write_record(sound(), tmp_path / "sound.yaml")
    kept, aside = usable_records([tmp_path])
    assert [record.record_id for record in kept[len(shipped_records()) :]] == [sound()["record_id"]]
    assert sorted(Path(place).name for place in aside) == ["broken.yaml", "draft.yaml", "known.yaml"]


def _as_json(values: Any) -> Any:
    return json.loads(json.dumps(values, default=str))


def test_the_json_schema_says_what_the_validator_says() -> None:
    validator = jsonschema.Draft202012Validator(record_schema(), format_checker=jsonschema.FormatChecker())
    for record in [judge(sound()).record, *shipped_records()]:
        document = _as_json({**record.values, **record.values["record"]})
        del document["record"]
        assert list(validator.iter_errors(document)) == []
    for path, value, code, _place in BROKEN:
        if code in {"BOC-COM-101", "BOC-COM-102", "BOC-COM-105"} and path not in {"territory.code", "action.kind"}:
            judged = altered(path, value)
            assert list(validator.iter_errors(judged)), path


def test_published_schemas_are_those_of_the_code() -> None:
    assert json.loads((SCHEMAS / RECORD_FILE).read_text(encoding="utf-8")) == record_schema()
    assert json.loads((SCHEMAS / TABLE_FILE).read_text(encoding="utf-8")) == table_schema()
    assert [field["name"] for field in table_schema()["fields"]] == flat_columns()


def test_fields_name_what_they_are_in_the_schemas_of_the_state(data: Path) -> None:
    known = {
        "projets-territoire": {
            field["name"] for field in json.loads((data / "schemas/projets-territoire.json").read_text())["fields"]
        },
        "scdl-subventions": {
            field["name"] for field in json.loads((data / "schemas/scdl/subventions.json").read_text())["fields"]
        },
    }
    named = [
        name.strip().split(":")
        for part in parts().values()
        for field in part.fields
        for name in field.maps_to.split(";")
        if name
    ]
    assert len(named) >= 10
    assert [f"{schema}:{name}" for schema, name in named if name not in known[schema]] == []


def test_declared_fields_and_kinds_are_complete() -> None:
    for part in parts().values():
        assert all(part.label.values()), part.name
        assert all(part.description.values()), part.name
        for field in part.fields:
            assert field.unit in units(), field.name
    codes = parts()["measured_effects"].field("indicator").codes
    assert set(codes) == set(INDICATOR_UNITS)
    assert set(INDICATOR_UNITS.values()) == set(parts()["measured_effects"].field("unit").codes)
    assert {domain for domain, _kind in action_kinds()} == {"lighting", "water", "climate", "buildings"}
    assert judge(altered("action.domain", "waste")).verdicts == []
    assert {kind.quantity_unit for kind in action_kinds().values()} <= set(
        parts()["action"].field("quantity_unit").codes
    )
    for kind, label in LIGHTING.code_labels["kind"].items():
        if (LIGHTING.name, kind) in action_kinds():
            assert action_kinds()[LIGHTING.name, kind].label == label
    catalogue = {kind for domain, kind in action_kinds() if domain == LIGHTING.name}
    of_assets = {code for table in LIGHTING.tables for column in table.columns for code in column.codes}
    assert set(LIGHTING.code_labels["kind"]) - of_assets == catalogue - {"voltage_reduction", "programme"}


def test_every_verdict_is_tried() -> None:
    tried = {one[2] for one in BROKEN} | {"BOC-COM-111", "BOC-COM-123"}
    declared = {code for code, one in core_codes().items() if code.startswith("BOC-COM-") and one.kind == "verdict"}
    assert declared == tried


@pytest.mark.parametrize("page", ["feedback.md", "feedback.fr.md"])
def test_the_documents_give_the_mapping_that_is_declared(page: str) -> None:
    text = (SCHEMAS.parents[1] / "docs" / page).read_text(encoding="utf-8")
    told = {
        (field, schema, name)
        for field, *names in re.findall(r"^\| `([a-z_.]+)` \| (.+?) \| (.+?) \|$", text, re.M)
        for schema, name in zip(("projets-territoire", "scdl-subventions"), names, strict=True)
        if name != "–"
    }
    declared = {
        (field.name if part.name == "record" else f"{part.name}.{field.name}", *name.strip().split(":"))
        for part in parts().values()
        for field in part.fields
        for name in field.maps_to.split(";")
        if name
    }
    assert {(field, schema, name.strip("`")) for field, schema, name in told} == declared
