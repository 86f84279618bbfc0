"""The loop in a territory: drafts out, records kept, figures learned, the plan told, an estimate explained."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pypdf
import pytest
import shapely
import yaml
from commons_samples import altered, sound

from bocage.cli.program import run
from bocage.commons.draft import template_text
from bocage.commons.reading import as_text, read_record, write_record
from bocage.commons.schema import parts
from bocage.commons.shelf import judged_files, shipped_records
from bocage.commons.validate import judge
from bocage.decide.value.realisation import realised_mean
from bocage.parameters.reader import CORE_FOLDER, Parameters
from bocage.publish.evidence import page as evidence_page
from bocage.publish.evidence.content import EvidenceContent, Seen, Spread
from bocage.publish.evidence.typeset import evidence_html, typeset_evidence
from bocage.twin.backup import backup, restore
from bocage.twin.feedback import DRAFTS, FOLDER, LEARNED, add_record, learn, learn_models, own_paths, plan_realisation
from bocage.twin.feedback_check import cost_ranks, rank_section
from bocage.twin.feedback_export import export_drafts
from bocage.twin.feedback_page import write_page
from bocage.twin.feedback_share import share_records
from bocage.twin.plan import plan
from bocage.twin.plan_record import load_plan
from bocage.twin.territory import Territory, create_territory
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import noun_tables
from bocage.vocabulary.text import LANGUAGES, use_language

DAY = dt.date(2026, 1, 1)
CHANGE = '{"technology": "LED", "led_efficacy_lm_w": 130.0, "utilisation_ratio": 0.65, "installed_on": "2026-07-01"}'
ACTION: dict[str, Any] = {
    "action_id": "A1", "domain": "lighting", "kind": "led", "label_fr": "Rénover la rue Haute en LED",
    "label_en": "Renew the rue Haute with LED", "asset_type": "luminaire", "asset_ids": ["L1", "L2"],
    "unit_count": 2, "owner_siren": "99999", "competence": "lighting", "budget": "M57_main", "first_year": 2026,
    "lifetime_years": 20.0, "vat_rate": 0.2, "change": CHANGE, "standing": "own",
}  # fmt: skip
PLAN: dict[str, Any] = {
    "plan_id": "plan", "action_id": "A1", "decision": "in", "year": 2026, "payer_siren": "99999",
    "budget": "M57_main", "cost_eur": 1900.0, "reason_fr": "r", "reason_en": "r",
}  # fmt: skip
WORKS: dict[str, Any] = {
    "works_id": "W1", "action_id": "A1", "started": dt.date(2025, 3, 1), "accepted": dt.date(2025, 4, 1),
    "invoiced_eur": 2100.0, "status": "done",
}  # fmt: skip
EVALUATION: dict[str, Any] = {
    "evaluation_id": "W1-energy_kwh_year-measured", "action_id": "A1", "indicator": "energy_kwh_year",
    "unit": "kWh/year", "method": "Factures avant et après",
    "baseline_from": dt.date(2024, 1, 1), "baseline_to": dt.date(2024, 12, 31),
    "effect": -700.0, "low": -900.0, "high": -500.0, "verdict": "shown",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _french() -> Iterator[None]:
    yield
    use_language("fr")


@pytest.fixture
def territory(tmp_path: Path) -> Iterator[Territory]:
    settings = {"longitude_deg": -0.6, "latitude_deg": 48.2, "srid": 2154, "population": 812}
    with create_territory(tmp_path / "t", code="99999", name="Valbocage", settings=settings) as made:
        yield made


def fill(territory: Territory, **rows: dict[str, Any]) -> None:
    for noun, row in rows.items():
        table = noun_tables()[noun]
        territory.store.write_rows(table, table.conform(pl.DataFrame([row], strict=False)))


def lamps(territory: Territory) -> None:
    table = territory.asset_tables["luminaire"]
    points = shapely.to_wkb(shapely.points([(430_000.0, 6_790_000.0), (430_030.0, 6_790_000.0)]))
    frame = pl.DataFrame(
        {"asset_id": ["L1", "L2"], "technology": ["HPS", "HPS"], "lamp_power_w": [100.0, 100.0]}
    ).with_columns(pl.Series("geometry", points.tolist(), dtype=pl.Binary))
    territory.store.merge_assets(table, table.conform(frame), source="test", on=dt.date(2024, 1, 1))


def lighting_record(number: int, ratio: float) -> dict[str, Any]:
    record = altered("record_id", f"town-{number}")
    record["territory"]["code"] = f"{20_000 + number}"
    measured = 41_000 * ratio
    record["measured_effects"][0] |= {"value": f"{measured}", "low": f"{0.95 * measured}", "high": f"{1.05 * measured}"}
    return record


def test_a_territory_without_anything_has_nothing_to_tell(territory: Territory) -> None:
    with pytest.raises(BocageError, match="BOC-COM-005"):
        export_drafts(territory)


def test_a_planned_action_becomes_a_draft_that_lacks_nothing(territory: Territory) -> None:
    lamps(territory)
    fill(territory, action=ACTION, plan=PLAN)
    answer = export_drafts(territory)
    (path,) = answer.files
    assert path.parent == territory.folder / FOLDER / DRAFTS
    assert answer.data["drafts"][0]["missing"] == ""  # type: ignore[index]
    record = judge(read_record(path)).record
    assert record.get("status") == "planned"
    assert record.get("territory.stratum") == "500-1999"
    assert record.get("action.quantity") == 2
    assert record.values["predicted_cost"]["amount_eur"] == 1900
    energy = {row["indicator"]: row for row in record.rows("predicted_effects")}["energy_kwh_year"]
    assert 0 < energy["low"] <= energy["value"] <= energy["high"]
    assert own_paths(territory) == []  # a draft is not learned from


def test_works_that_were_measured_become_a_draft_with_its_gaps(territory: Territory) -> None:
    lamps(territory)
    fill(territory, action=ACTION, plan=PLAN, works=WORKS, evaluation=EVALUATION)
    answer = export_drafts(territory)
    (path,) = answer.files
    record = judge(read_record(path)).record
    assert record.get("status") == "done"
    assert record.cost() == (2100.0, "excluded", "invoiced")
    (measured,) = record.rows("measured_effects")
    assert (measured["value"], measured["low"], measured["high"]) == (700.0, 500.0, 900.0)
    predicted = {row["indicator"]: row["value"] for row in record.rows("predicted_effects")}
    assert predicted["energy_kwh_year"] > 0
    missing = answer.data["drafts"][0]["missing"]  # type: ignore[index]
    assert missing == "positive_effects, negative_effects, measured_effects[1]"
    head = path.read_text(encoding="utf-8").partition("schema:")[0]
    assert "positive_effects manque" in head
    assert all(line.startswith("#") for line in head.splitlines())


def test_a_draft_completed_by_an_agent_is_never_overwritten(territory: Territory) -> None:
    lamps(territory)
    fill(territory, action=ACTION, plan=PLAN)
    (path,) = export_drafts(territory).files
    path.write_text("record_id: mine\n", encoding="utf-8")
    again = export_drafts(territory)
    assert again.files == []
    assert path.read_text(encoding="utf-8") == "record_id: mine\n"


def test_abandoned_works_without_an_action_ask_for_what_they_were(territory: Territory) -> None:
    fill(territory, works={"works_id": "W9", "status": "abandoned"})
    answer = export_drafts(territory)
    missing = answer.data["drafts"][0]["missing"].split(", ")  # type: ignore[index]
    assert {"title", "action", "reason", "evidence", "negative_effects"} <= set(missing)


def test_a_sound_record_is_kept_and_an_unsound_one_refused(territory: Territory, tmp_path: Path) -> None:
    good = write_record(sound(), tmp_path / "good.yaml")
    (kept,) = add_record(territory, good).files
    assert own_paths(territory) == [kept]
    assert judge(read_record(kept)).record.values == judge(sound()).record.values
    with pytest.raises(BocageError, match="BOC-COM-007"):
        add_record(territory, good)
    for path, value in (("draft", "true"), ("title", None), ("costs.0.line", "all")):
        bad = write_record({**altered(path, value), "record_id": "other"}, tmp_path / "bad.yaml")
        with pytest.raises(BocageError, match="BOC-COM-004") as refused:
            add_record(territory, bad)
        assert all("{" not in refused.value.say("what", language) for language in LANGUAGES)
    shipped = write_record(altered("record_id", "vitre-2024"), tmp_path / "shipped.yaml")
    with pytest.raises(BocageError, match="BOC-COM-007"):
        add_record(territory, shipped)


def test_no_identifier_leads_out_of_the_folder(territory: Territory, tmp_path: Path) -> None:
    odd = write_record(altered("record_id", "../../../etc/odd"), tmp_path / "odd.yaml")
    (kept,) = add_record(territory, odd).files
    assert kept.parent == territory.folder / FOLDER


def test_a_plan_learns_from_the_records_of_its_territory(territory: Territory, tmp_path: Path) -> None:
    parameters = Parameters(CORE_FOLDER, DAY)
    before = plan_realisation(territory, ["lighting"], parameters, 1)["lighting"]
    assert before.records == 0
    for number in range(3):
        add_record(territory, write_record(lighting_record(number, 0.7), tmp_path / f"{number}.yaml"))
    after = plan_realisation(territory, ["lighting"], parameters, 1)["lighting"]
    assert after.records == 3
    assert after.median < before.median - 0.05
    learn(territory)
    assert plan_realisation(territory, ["lighting"], parameters, 1)["lighting"].records == 3
    # what was kept is of the past once a record comes
    add_record(territory, write_record(lighting_record(9, 0.7), tmp_path / "9.yaml"))
    assert plan_realisation(territory, ["lighting"], parameters, 1)["lighting"].records == 4
    (territory.folder / "results" / LEARNED).write_text("{odd", encoding="utf-8")
    assert plan_realisation(territory, ["lighting"], parameters, 1)["lighting"].records == 4


def test_records_given_aside_count_until_the_next_change(territory: Territory, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    for number in range(4):
        write_record(lighting_record(number, 0.6), shared / f"{number}.yaml")
    write_record(altered("title", None), shared / "broken.yaml")
    answer = learn(territory, others=[shared])
    assert answer.data["left_aside"] == [str(shared / "broken.yaml")]
    told = plan_realisation(territory, ["lighting"], Parameters(CORE_FOLDER, DAY), 1)["lighting"]
    assert told.records == 4
    assert told.median < 0.8


def test_costs_of_the_plan_are_ranked_among_shared_experience(territory: Territory) -> None:
    model = learn_models(territory, shipped_records()).costs
    assert cost_ranks(territory, model).is_empty()
    assert rank_section(cost_ranks(territory, model)) == []
    fill(territory, action={**ACTION, "unit_count": 100}, plan={**PLAN, "cost_eur": 100 * 9000.0})
    ranks = cost_ranks(territory, model)
    assert ranks["percentile"].item() > 97
    assert ranks["unit_cost_eur"].item() == 9000
    (section,) = rank_section(ranks)
    assert len(section.lines) == 1  # a cost that is odd is said so


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_estimate_is_explained_on_one_page(territory: Territory, language: Any) -> None:
    use_language(language)
    answer = write_page(territory, "cost:lighting.led", language=language)
    pdf, html = answer.files
    document = pypdf.PdfReader(pdf)
    assert len(document.pages) == 1
    text = " ".join(document.pages[0].extract_text().split())
    assert "SICECO" in text
    assert {"fr": "Fiches", "en": "records"}[language].casefold() in text.casefold()
    web = html.read_text(encoding="utf-8")
    assert f'<html lang="{language}">' in web
    assert web.count("<tr>") == 1 + 5
    assert "<script" not in web
    assert answer.data["records"] == 5


@pytest.mark.parametrize("name", ["realisation:lighting", "realisation:buildings.guaranteed", "cost:lighting.curfew"])
def test_each_estimate_has_its_page(territory: Territory, name: str) -> None:
    answer = write_page(territory, name, language="fr")
    assert all(path.stat().st_size > 1000 for path in answer.files)


def test_an_unknown_estimate_is_refused_with_the_known_ones(territory: Territory) -> None:
    with pytest.raises(BocageError, match="BOC-COM-009") as refused:
        write_page(territory, "cost:lighting.leds", language="fr")
    assert "cost:lighting.led" in refused.value.say("fix", "en")


def some_content(**changes: Any) -> EvidenceContent:
    seen = [
        Seen(
            f"<b>Travaux</b> {n} & autres",
            "Là",
            {"fr": "déclaré", "en": "declared"},
            100.0 + n,
            0.01,
            -0.01,
            120.0,
            n % 7,
        )
        for n in range(90)
    ]
    content: dict[str, Any] = {
        "subject": "Coût", "territory": "Valbocage", "synthetic": True, "unit": "EUR/point", "at": "",
        "prior": Spread(950.0, 400.0, 2200.0), "posterior": Spread(800.0, 500.0, 1300.0), "prior_share": 0.2,
        "prior_source": "", "seen": seen, "inside": 70, "of": 90, "r_hat": 1.2, "formula": ["f"], "cautions": ["c"],
        "date": DAY,
    }  # fmt: skip
    return EvidenceContent(**{**content, **changes})


def test_many_records_are_cut_to_one_page_and_all_in_the_web_page() -> None:
    assert typeset_evidence(some_content(), "fr").startswith(b"%PDF")
    web = evidence_html(some_content(), "en")
    assert web.count("<tr>") == 1 + 90
    assert "<b>Travaux</b>" not in web
    assert "do not agree" in web
    assert "\u25b2" in web  # what surprises is said by a mark, not by a colour alone


def test_a_text_without_end_is_refused_not_cut() -> None:
    with pytest.raises(BocageError, match="BOC-PUB-005"):
        typeset_evidence(some_content(cautions=["mot " * 9000]), "fr")


def test_a_share_without_spread_is_drawn() -> None:
    flat = Spread(1.0, 1.0, 1.0)
    model = evidence_page.evidence_model(
        some_content(unit="1", prior=flat, posterior=flat, seen=[], of=0), "en", evidence_page.EvidenceRoom()
    )
    assert model["figures"][0]["value"] == "100%"
    assert model["records"] is None
    assert "nan" not in model["chart"]["svg"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_template_holds_every_field_and_is_a_record_once_filled(language: Any) -> None:
    text = template_text(language)
    bare = yaml.safe_load(text)
    assert "record_id" in bare
    for name, part in parts().items():
        for field in part.fields:
            assert f"{field.name}: " in text, (name, field.name)
    verdicts = judge(as_text(bare)).verdicts
    assert {verdict.code for verdict in verdicts} == {"BOC-COM-102"}  # only what is not filled


def test_commands_of_feedback(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, record = str(tmp_path / "town"), str(tmp_path / "record.yaml")
    assert run(["new", folder, "--code", "35238", "--name", "Rennes"]) == 0
    assert run(["feedback", "template", "--into", record]) == 0
    assert run(["feedback", "template", "--into", record]) == 2  # never overwritten
    assert run(["feedback", "check", record]) == 1
    write_record(sound(), tmp_path / "sound.yaml")
    assert run(["feedback", "check", str(tmp_path / "sound.yaml")]) == 0
    assert run(["feedback", "add", str(tmp_path / "sound.yaml"), "-t", folder]) == 0
    capsys.readouterr()
    assert run(["feedback", "learn", "-t", folder, "--json", "--lang", "en"]) == 0
    learned = json.loads(capsys.readouterr().out)["data"]
    assert {one["name"] for one in learned["realisation"]} >= {"realisation:lighting", "realisation:buildings"}
    assert next(one for one in learned["realisation"] if one["name"] == "realisation:lighting")["records"] == 1
    assert run(["feedback", "share", "-t", folder, "--into", str(tmp_path / "shared")]) == 0
    assert run(["feedback", "page", "realisation:lighting", "-t", folder, "--into", str(tmp_path / "out")]) == 0
    assert len(list((tmp_path / "out").glob("*.pdf"))) == 1
    assert run(["feedback", "export", "-t", folder]) == 3  # nothing to tell of
    assert run(["feedback", "check", str(tmp_path / "absent.yaml")]) == 2
    assert run(["feedback", "learn", "-t", folder, "--awards", record]) == 2  # no table at all
    (tmp_path / "odd.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert run(["feedback", "learn", "-t", folder, "--awards", str(tmp_path / "odd.csv")]) == 3
    assert run(["feedback", "chek"]) == 2
    assert "Traceback" not in "".join(capsys.readouterr())


def test_records_are_in_the_backup(territory: Territory, tmp_path: Path) -> None:
    (kept,) = add_record(territory, write_record(sound(), tmp_path / "good.yaml")).files
    archive = tmp_path / "saved.zip"
    backup(territory.folder, archive)
    restore(archive, tmp_path / "again")
    assert (tmp_path / "again" / FOLDER / kept.name).read_bytes() == kept.read_bytes()


def test_what_is_shared_keeps_embargoes_and_comes_back_whole(territory: Territory, tmp_path: Path) -> None:
    with pytest.raises(BocageError, match="BOC-COM-003"):
        share_records(territory, tmp_path / "out")
    add_record(territory, write_record(sound(), tmp_path / "open.yaml"))
    closed = altered("embargo_until", "2999-01-01") | {"record_id": "closed"}
    add_record(territory, write_record(closed, tmp_path / "closed.yaml"))
    over = altered("embargo_until", "2020-01-01") | {"record_id": "over"}
    add_record(territory, write_record(over, tmp_path / "over.yaml"))
    write_record(altered("title", None), territory.folder / FOLDER / "broken.yaml")
    answer = share_records(territory, tmp_path / "out")
    assert answer.data == {"shared": ["over", sound()["record_id"]], "embargo": ["closed"], "left_aside": 1}
    table, *schemas = answer.files
    assert len(schemas) == 2
    back = judged_files([table])
    assert {judged.record.record_id for judged in back.values()} == {"over", sound()["record_id"]}
    assert all(judged.sound for judged in back.values())
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    with pytest.raises(BocageError, match="BOC-COM-006"):
        share_records(territory, blocked / "out")


def saved_kwh(territory: Territory) -> float:
    plan(territory, budget_eur_year=20_000.0, years=2)
    savings = load_plan(territory.folder / "results").frames["savings"]
    return float(savings.filter(pl.col("role") == "energy")["value"].max())  # type: ignore[arg-type]


def test_the_savings_of_a_plan_are_those_that_experience_tells(territory: Territory, tmp_path: Path) -> None:
    lamps(territory)
    before = saved_kwh(territory)
    for number in range(6):
        add_record(territory, write_record(lighting_record(number, 0.5), tmp_path / f"{number}.yaml"))
    after = saved_kwh(territory)
    told = plan_realisation(territory, ["lighting"], Parameters(CORE_FOLDER, DAY), 1)["lighting"]
    assert before > 0
    assert after / before == pytest.approx(realised_mean(told) / 0.955, rel=0.02)
    assert after < 0.7 * before
