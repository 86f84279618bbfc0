"""Story: a small commune asks the funding counter, writes facts and a local rule, plans, and exports its deadlines."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result
from python_calamine import CalamineWorkbook

from bocage.cli.program import program
from bocage.parameters.funding_rules import FUNDING_FOLDER, LENT, load_rules
from bocage.parameters.funding_rules.local import read_local_facts
from bocage.publish.ics import LINE_OCTETS
from bocage.twin.build import import_file
from bocage.twin.counter import actions_of, ask_for, matching
from bocage.twin.funding import funding
from bocage.twin.plan import plan
from bocage.twin.plan_record import load_plan
from bocage.twin.programmes import programmes
from bocage.twin.schedule import plan_schedule
from bocage.twin.tables import plan_tables
from bocage.twin.territory import Territory, create_territory, open_territory
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import noun_tables
from bocage.vocabulary.text import use_language

TODAY = dt.date(2026, 11, 22)
LAMPS = ["id;technologie;puissance;rue;secteur;insee;longitude;latitude"] + [
    f"L{number};sodium haute pression;{70 if number % 2 else 150};Rue {'Haute' if number < 30 else 'Basse'};Bourg;"
    f"53001;{-0.68 + number / 5000};48.11"
    for number in range(60)
]
LOCAL_RULE = """
name: LOCAL-LIGHTS
label_fr: Aide locale
label_en: Local aid
funder_fr: Syndicat local
funder_en: Local syndicate
funder_kind: syndicate
note_fr: Règle écrite pour un test.
note_en: Rule written for a test.
award: automatic
counts_as_public: true
file: action
payment: {advance: 0.0, lag_years: 1}
incompatible: []
versions:
  - from: 2020-01-01
    counted: true
    status: to_verify
    reference: test
    eligibility:
      - {fact: action.chantier, is: lighting}
    rate: {low: 0.1, high: 0.1}
tests: []
"""


@pytest.fixture(scope="module", autouse=True)
def _today() -> Iterator[None]:
    """Programmes open and end: the story is told on one day."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Territory, "today", lambda _self: TODAY)
        yield


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A commune of 900 inhabitants with sixty lamps, and its plan."""
    folder = tmp_path_factory.mktemp("funding") / "territory"
    settings = {"population": 900, "department": "53", "siren": "215300013"}
    create_territory(folder, code="53001", name="Ahuillé-les-Lampes", settings=settings).store.close()
    (folder.parent / "lamps.csv").write_text("\n".join(LAMPS), encoding="utf-8")
    with open_territory(folder) as territory:
        import_file(territory, folder.parent / "lamps.csv")
        plan(territory, budget_eur_year=60_000, years=3, objective="energy")
    return folder


@pytest.fixture
def territory(place: Path) -> Iterator[Territory]:
    use_language("fr")
    with open_territory(place) as opened:
        yield opened
    for name in ("facts.yaml", "local.yaml"):
        (place / "funding" / name).unlink(missing_ok=True)


def write(territory: Territory, name: str, text: str) -> None:
    folder = territory.folder / "funding"
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


def some_led(territory: Territory) -> str:
    rows = territory.store.read_rows(noun_tables()["action"])
    return str(rows.filter(pl.col("kind").str.contains("led"))["action_id"][0])


def test_every_programme_says_what_it_is_worth_here(territory: Territory) -> None:
    answer = programmes(territory)
    told = {row["programme"]: row for row in answer.data["programmes"]}
    assert told["DETR"]["verdict"] == "open"
    assert told["CEE-RES-EC-103"]["verdict"] == "expired"
    assert told["AGENCE-LOIRE-BRETAGNE"]["verdict"] == "missing_fact"
    assert "territory.water_agency" in {row["fact"] for row in answer.data["facts"]}
    write(territory, "facts.yaml", "territory: {water_agency: AESN}\n")
    again = {row["programme"]: row for row in programmes(territory).data["programmes"]}
    assert again["AGENCE-LOIRE-BRETAGNE"]["verdict"] == "refused"


def test_an_action_is_found_by_its_street_whatever_case_and_accents(territory: Territory) -> None:
    actions = actions_of(territory)
    found = matching(actions.frame, "rue HAUTE")
    assert len(found) > 1
    assert set(found["place"]) == {"Rue Haute"}
    listed = funding(territory, action="rué haute")
    assert {row["action_id"] for row in listed.data["actions"]} == set(found["action_id"])
    exact = found["action_id"][0]
    assert matching(actions.frame, exact)["action_id"].to_list() == [exact]
    with pytest.raises(BocageError, match="BOC-TWI-070"):
        funding(territory, action="boulevard inconnu")
    with pytest.raises(BocageError, match="BOC-TWI-071"):
        funding(territory, into=territory.folder / "nothing")


def test_the_counter_agrees_with_the_plan(territory: Territory) -> None:
    record = load_plan(territory.folder / "results")
    chosen = record.frames["plan"].filter((pl.col("decision") == "in") & (pl.col("funding") != "{}"))
    actions = actions_of(territory)
    for row in chosen.head(3).iter_rows(named=True):
        asked = ask_for(territory, actions, row["action_id"])
        request = asked.counter.request
        assert asked.chosen
        assert request.year == row["year"]
        assert request.cost_eur == pytest.approx(row["cost_eur"])
        lent = {rule.name for rule in load_rules() if rule.cash in LENT}
        given = {name: amount for name, amount in json.loads(row["funding"]).items() if name not in lent}
        same = [stack for stack in asked.counter.stacks if {aid.rule.name for aid in stack.plan.aids} == set(given)]
        assert len(same) == 1
        for aid in same[0].plan.aids:
            assert aid.low_eur - 0.01 <= given[aid.rule.name] <= aid.amount_eur + 0.01


def test_a_local_rule_and_a_signed_order_change_the_answer(territory: Territory) -> None:
    action = some_led(territory)
    before = ask_for(territory, actions_of(territory), action).counter
    write(territory, "local.yaml", LOCAL_RULE)
    with_rule = ask_for(territory, actions_of(territory), action).counter
    assert with_rule.best.plan.total_eur > before.best.plan.total_eur
    assert "LOCAL-LIGHTS" in {aid.rule.name for aid in with_rule.best.plan.aids}
    write(territory, "facts.yaml", f"actions:\n  {action}: {{ordered_on: 2026-01-15}}\n")
    ordered = {one.judged.programme: one for one in ask_for(territory, actions_of(territory), action).counter.stamped}
    assert ordered["DETR"].code == "BOC-DEC-221"
    assert "15/01/2026" in ordered["DETR"].say("what", "fr") or "2026-01-15" in ordered["DETR"].say("what", "fr")
    assert ordered["LOCAL-LIGHTS"].verdict == "granted"


def test_works_that_began_count_as_ordered(territory: Territory) -> None:
    action = some_led(territory)
    table = noun_tables()["works"]
    row = {"works_id": "W1", "action_id": action, "started": dt.date(2026, 2, 1), "status": "in_progress"}
    territory.store.write_rows(table, table.conform(pl.DataFrame([row])))
    asked = ask_for(territory, actions_of(territory), action)
    assert asked.counter.works.order == dt.date(2026, 2, 1)
    assert {one.code for one in asked.counter.stamped if one.judged.programme == "DETR"} == {"BOC-DEC-221"}
    territory.store.write_rows(table, table.conform(pl.DataFrame([row])).clear(), replace={"works_id": "W1"})


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("facts.yaml", "territory: [", "BOC-PAR-001"),
        ("facts.yaml", "commune: {}", "BOC-PAR-003"),
        ("facts.yaml", "territory: {population: many}", "BOC-PAR-004"),
        ("facts.yaml", "territory: {inhabitants: 3}", "BOC-PAR-005"),
        ("facts.yaml", "actions: {A: {ordered_on: yesterday}}", "BOC-PAR-004"),
        ("facts.yaml", "actions: {A: {files: {DETRR: {deposited_on: 2026-01-01}}}}", "BOC-PAR-009"),
        ("facts.yaml", "actions: {A: {files: {DETR: {sent_on: 2026-01-01}}}}", "BOC-PAR-003"),
        ("facts.yaml", "actions: 3", "BOC-PAR-004"),
        ("local.yaml", "name: X", "BOC-PAR-002"),
    ],
)
def test_a_fact_or_a_rule_that_is_badly_written_is_named(territory: Territory, name: str, text: str, code: str) -> None:
    write(territory, name, text)
    with pytest.raises(BocageError) as refused:
        programmes(territory)
    assert refused.value.code == code
    assert refused.value.where["file"] == name


def test_facts_of_actions_that_do_not_exist_are_said(territory: Territory) -> None:
    write(territory, "facts.yaml", "actions: {NO-SUCH-ACTION: {masts: 3}}\n")
    assert programmes(territory).data["unknown_actions"] == ["NO-SUCH-ACTION"]


def test_the_folder_of_the_file_holds_what_the_screen_says(territory: Territory, tmp_path: Path) -> None:
    action = some_led(territory)
    answer = funding(territory, action=action, into=tmp_path / "file")
    names = {path.name.removeprefix(f"53001-{action}") for path in answer.files}
    assert names == {
        ".xlsx", "-dossier.csv", "-stacks.csv", "-programmes.csv", "-cash.csv", "-loans.csv", "-schedule.csv", ".ics",
        ".docx",
    }  # fmt: skip
    workbook = next(path for path in answer.files if path.suffix == ".xlsx")
    sheets = CalamineWorkbook.from_path(workbook)
    assert len(sheets.sheet_names) >= 7
    assert "215300013" in (tmp_path / "file" / f"53001-{action}-dossier.csv").read_text(encoding="utf-8-sig")
    missing = [row for row in answer.data["dossier"] if not row["known"]]
    assert missing
    assert all(row["holder_fr"] and row["holder_en"] for row in missing)


def test_the_deadlines_of_the_plan_are_a_table_and_a_diary(territory: Territory, tmp_path: Path) -> None:
    record = load_plan(territory.folder / "results")
    (table,) = [one for one in plan_tables(record) if one.name == "schedule"]
    assert table.frame.schema["latest"] == pl.Date
    answer = plan_schedule(territory, ics=tmp_path / "plan.ics")
    rows = answer.data["schedule"]
    assert sum(row["operations"] for row in rows) == len(table.frame)
    events = read_ics((tmp_path / "plan.ics").read_bytes())
    assert len(events) == len(rows)
    assert len({event["UID"] for event in events}) == len(events)
    assert [event["DTSTART;VALUE=DATE"] for event in events] == [f"{row['latest']:%Y%m%d}" for row in rows]
    deposit = next(event for event in events if "DETR" in event["SUMMARY"])
    assert deposit["SUMMARY"].startswith("Dépôt du dossier – Dotation d'équipement des territoires ruraux (DETR)")
    names = answer.sections[1].table
    assert names is not None
    assert set(names["programme"]) == {row["programme"] for row in rows} - {""}
    assert "Ahuillé-les-Lampes, travaux de" in deposit["SUMMARY"]
    again = plan_schedule(territory, ics=tmp_path / "again.ics")
    assert again.files[0].read_bytes() == (tmp_path / "plan.ics").read_bytes()


def read_ics(content: bytes) -> list[dict[str, str]]:
    """A strict reader of what RFC 5545 asks: CRLF, folding at 75 octets, escapes, balanced components."""
    assert content.endswith(b"\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")
    physical = content.split(b"\r\n")[:-1]
    assert all(len(line) <= LINE_OCTETS for line in physical)
    logical: list[str] = []
    for line in physical:
        text = line.decode()  # no character may be cut
        if text.startswith(" "):
            logical[-1] += text[1:]
        else:
            logical.append(text)
    assert logical[:3] == ["BEGIN:VCALENDAR", "VERSION:2.0", logical[2]]
    assert logical[2].startswith("PRODID:")
    assert logical[-1] == "END:VCALENDAR"
    events: list[dict[str, str]] = []
    stack: list[str] = []
    for line in logical:
        name, _, value = line.partition(":")
        if name == "BEGIN":
            stack.append(value)
            if value == "VEVENT":
                events.append({})
        elif name == "END":
            assert stack.pop() == value
        elif stack[-1] == "VEVENT":
            assert name not in events[-1]
            assert ";" not in value.replace("\\;", "") and "," not in value.replace("\\,", "")
            unescaped = value.replace("\\n", "\n").replace("\\,", ",").replace("\\;", ";").replace("\\\\", "\\")
            events[-1][name] = unescaped
    assert not stack
    assert all({"UID", "DTSTAMP", "DTSTART;VALUE=DATE", "SUMMARY"} <= set(event) for event in events)
    return events


def run(*arguments: str) -> Result:
    return CliRunner().invoke(program, list(arguments))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_commands_speak_both_languages_and_json(place: Path, language: str) -> None:
    use_language(language)  # type: ignore[arg-type]
    with open_territory(place) as opened:
        action = some_led(opened)
    told = {
        "fr": ("Ce que répond chaque programme", "Échéancier à rebours", "hors délai"),
        "en": ("What each programme answers", "Back-schedule", "out of time"),
    }[language]
    shown = run("funding", action, "-t", str(place), "--year", "2026")
    assert shown.exit_code == 0, shown.output
    assert all(words in shown.output for words in told)
    found = json.loads(run("funding", action, "-t", str(place), "--json").stdout)["data"]
    assert found["stacks"][0]["rest_eur"] <= found["stacks"][-1]["rest_eur"] + found["spending_eur"]
    assert {row["programme"] for row in found["programmes"]} > {"DETR", "CEE-RES-EC-104", "DSIL"}
    listed = json.loads(run("schedule", "-t", str(place), "--json").stdout)["data"]["schedule"]
    assert {row["milestone"] for row in listed} >= {"council", "deposit", "order", "end", "balance"}


def test_a_rule_written_after_the_plan_makes_it_out_of_date(place: Path, territory: Territory) -> None:
    before = territory.fingerprint()
    write(territory, "local.yaml", LOCAL_RULE)
    assert territory.fingerprint() != before
    with pytest.raises(BocageError, match="BOC-TWI-017"):
        plan_schedule(territory)
    assert actions_of(territory).record is None


@pytest.mark.parametrize("page", ["funding.md", "funding.fr.md"])
def test_the_facts_that_the_page_prints_are_facts(page: str, tmp_path: Path) -> None:
    written = (Path(__file__).parents[2] / "docs" / page).read_text(encoding="utf-8")
    (tmp_path / "facts.yaml").write_text(written.split("```yaml\n")[1].split("```")[0], encoding="utf-8")
    read = read_local_facts(tmp_path, load_rules())
    assert read.territory == {"zonings": ["FRR"], "fctva_regime": "commune_early"}
    assert read.actions["LIG-LED-21974a4999"]["files"]["DETR"]["received_on"] == "2027-02-03"


def test_the_rule_of_a_departement_brings_its_window(territory: Territory) -> None:
    example = (FUNDING_FOLDER / "examples" / "detr_example.yaml").read_text(encoding="utf-8")
    mine = example.replace("DETR-EXAMPLE", "DETR-53").replace('["00"]', '["53"]').replace("    until: 2026-12-31\n", "")
    write(territory, "local.yaml", mine)
    action = some_led(territory)
    actions = actions_of(territory)
    soon = {one.judged.programme: one for one in ask_for(territory, actions, action, year=2027).counter.stamped}
    assert soon["DETR"].code == "BOC-DEC-207"  # replaced here
    assert soon["DETR-53"].code == "BOC-DEC-222"  # no council before the window closes on 31 January 2027
    assert soon["DETR-53"].filing is not None
    assert soon["DETR-53"].filing.first_order == dt.date(2028, 2, 1)
    assert 'bocage funding "' in soon["DETR-53"].say("fix", "en")
    assert soon["DETR-53"].say("fix", "en").endswith("--year 2028")
    next_year = ask_for(territory, actions, action, year=2028)
    kept = {one.judged.programme: one for one in next_year.counter.stamped}["DETR-53"]
    assert kept.verdict == "possible"
    assert kept.filing is not None
    assert kept.filing.deposit == dt.date(2028, 1, 31)
