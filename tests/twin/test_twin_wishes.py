"""From tables to the plan: budgets by year, choices of the council, grouped purchases, and what-if on the last plan."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from bocage.cli.program import run
from bocage.decide.question.request import Choice
from bocage.twin.asked import Asked, Further
from bocage.twin.build import import_file
from bocage.twin.expert_annex import expert_annex
from bocage.twin.plan import decide_plan, plan
from bocage.twin.plan_cache import ABOUT, FOLDER, load_inputs
from bocage.twin.plan_record import load_plan
from bocage.twin.territory import Territory, create_territory, open_territory
from bocage.twin.what_if import Question, named_actions, what_if
from bocage.twin.wishes import read_choices, read_purchases, unmatched
from bocage.twin.wording import _
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import noun_tables, shared_asset_tables
from bocage.vocabulary.text import Message, use_language
from bocage.vocabulary.units import quantity

SIREN = "219999999"
LAMPS = ["id;technologie;puissance;rue;secteur;ulr;categorie;longitude;latitude"] + [
    f"L{n};sodium haute pression;{(70, 100, 150)[n % 3]};Rue {'ABCD'[n // 15]};Bourg;"
    f"{60 if n // 15 == 3 else 2};a;{-1.68 + n / 5000};{48.11 + n // 15 / 1000}"
    for n in range(60)
]
"""Four streets; the lamps of the last one send most of their light upwards, as declared."""
BUDGETS = """annee;fonds propres;jours agents;emprunt max
2027;16 000;100;0
2028;15000;100;20 000
"""
CHOICES = """choix;type;rue;avant;voix;motif
obligatoire;;Rue C;2027;;Délibération 12
écartée;;Rue A;;;Chantier du gaz
"""


@pytest.fixture
def territory(tmp_path: Path) -> Iterator[Territory]:
    settings = {"siren": SIREN, "longitude_deg": -1.68, "latitude_deg": 48.11}
    create_territory(tmp_path / "twin", code="35238", name="Bourg", settings=settings).store.close()
    (tmp_path / "lamps.csv").write_text("\n".join(LAMPS), encoding="utf-8")
    with open_territory(tmp_path / "twin") as opened:
        import_file(opened, tmp_path / "lamps.csv")
        yield opened


def given(territory: Territory, name: str, text: str, asset_type: str) -> None:
    path = territory.folder.parent / name
    path.write_text(text, encoding="utf-8")
    import_file(territory, path, asset_type=asset_type, on=dt.date(2026, 1, 1))


def test_tables_of_budgets_and_choices_drive_the_plan(territory: Territory) -> None:
    given(territory, "budgets.csv", BUDGETS, "budget_year")
    given(territory, "choix.csv", CHOICES, "action_choice")
    planned = decide_plan(territory, Asked(years=2, first_year=2027, further=Further(law_deadlines=False)))
    ((payer, amounts),) = planned.request.budgets.items()
    assert (payer, list(amounts)) == ((SIREN, "M57_main"), [16000.0, 15000.0])
    assert list(planned.request.staff_days[payer]) == [100.0, 100.0]
    assert list(planned.request.borrowing[payer].limit_eur) == [0.0, 20000.0]
    lines = planned.result.plan.join(planned.request.actions.select("action_id", "place"), on="action_id")
    done = lines.filter(pl.col("decision") == "in")
    assert "Rue A" not in done["place"].to_list()
    assert done.filter(place="Rue C")["year"].min() == 2027
    assert planned.result.duties["reason"].to_list() == ["Délibération 12"]


def test_lamps_that_the_law_wanted_replaced_are_an_obligation(territory: Territory) -> None:
    held = decide_plan(territory, Asked(budget_eur_year=20000, years=3))
    duties = held.result.duties
    assert duties["origin"].unique().to_list() == ["law"]
    assert duties["due_year"].unique().to_list() == [2024]
    places = dict(held.request.actions.select("action_id", "place").iter_rows())
    assert {places[action] for action in duties["action_id"]} == {"Rue D"}
    assert duties["year"].null_count() == 0
    free = decide_plan(territory, Asked(budget_eur_year=20000, years=3, further=Further(law_deadlines=False)))
    assert free.result.duties.is_empty()


def test_an_amount_given_on_the_spot_takes_the_place_of_the_table(territory: Territory) -> None:
    given(territory, "budgets.csv", BUDGETS, "budget_year")
    planned = decide_plan(territory, Asked(budget_eur_year=7000, years=2, first_year=2027))
    assert [list(amounts) for amounts in planned.request.budgets.values()] == [[7000.0, 7000.0]]
    assert planned.request.borrowing


def test_without_any_word_on_money_the_plan_is_refused(territory: Territory) -> None:
    with pytest.raises(BocageError) as refusal:
        decide_plan(territory, Asked())
    assert refusal.value.code == "BOC-TWI-013"


def test_what_if_answers_from_the_last_plan_and_writes_nothing(territory: Territory) -> None:
    plan(territory, budget_eur_year=6000, years=3, objective="energy")
    results = territory.folder / "results"
    before = (results / "plan.json").read_bytes()
    more = what_if(territory, Question(budget_eur_year=60000))
    assert (results / "plan.json").read_bytes() == before
    figures = {row["figure"]: row for row in more.data["figures"]}  # type: ignore[union-attr]
    assert figures["energy_kwh_year"]["difference"] > 0
    assert more.data["moves"]
    assert load_inputs(results, territory.fingerprint(), territory.today()) is not None


def test_what_if_gives_the_same_answer_without_what_was_kept(territory: Territory) -> None:
    plan(territory, budget_eur_year=15000, years=3)
    kept = what_if(territory, Question(unwanted=["Rue B"]))
    (territory.folder / "results" / FOLDER / ABOUT).write_text("{", encoding="utf-8")
    again = what_if(territory, Question(budget_eur_year=15000, unwanted=["Rue B"]))
    assert again.data["figures"] == kept.data["figures"]


def test_what_is_kept_becomes_the_plan(territory: Territory) -> None:
    plan(territory, budget_eur_year=15000, years=3)
    answer = what_if(territory, Question(wanted=["Rue B"], unwanted=["Rue C"]), keep=True)
    assert answer.data["kept"] is True
    record = load_plan(territory.folder / "results")
    actions = territory.store.read_rows(noun_tables()["action"])
    places = dict(actions.select("action_id", "place").iter_rows())
    chosen = {places[action] for action in record.frames["plan"].filter(pl.col("decision") == "in")["action_id"]}
    assert "Rue B" in chosen
    assert "Rue C" not in chosen


def test_worst_futures_are_told_where_prudence_weighs_them(territory: Territory) -> None:
    def decision(prudence: float) -> str:
        answer = plan(territory, budget_eur_year=15000, years=3, further=Further(prudence=prudence))
        return " ".join(str(line.say("en")) for line in answer.sections[0].lines if isinstance(line, Message))

    assert "worst 10%" not in decision(0.0)
    said = decision(0.5)
    record = load_plan(territory.folder / "results")
    npv = record.frames["society"].filter(indicator="npv").row(0, named=True)
    assert record.solve.mean == pytest.approx(npv["value"])
    assert record.solve.worst_mean is not None
    # The mean of the worst tenth is below the threshold of that tenth.
    assert record.solve.worst_mean < npv["low"]
    assert f"worst 10% of them {quantity(record.solve.worst_mean, 'EUR', 'en')}" in said
    (proof,) = [one for one in expert_annex(territory, record, "en").sections if one.title == _("Proof")]
    assert proof.table is not None
    facts = dict(proof.table.frame.rows())
    assert facts["Mean over the worst 10% of futures (CVaR)"] == quantity(record.solve.worst_mean, "EUR", "en")
    assert facts["Mean over all futures"] == quantity(npv["value"], "EUR", "en")


def test_what_if_without_a_plan_says_to_make_one(territory: Territory) -> None:
    with pytest.raises(BocageError) as refusal:
        what_if(territory, Question())
    assert refusal.value.code == "BOC-TWI-012"


def test_the_command_line_asks_and_refuses_plainly(territory: Territory, capsys: pytest.CaptureFixture[str]) -> None:
    place = str(territory.folder)
    use_language("en")
    assert run(["plan", "-t", place, "--lang", "en", "--budget", "15000", "--aim", "carbon=2", "--aim", "npv"]) == 0
    told = capsys.readouterr().out
    assert "Objectives" in told
    assert "t of CO₂ avoided" in told
    assert run(["what-if", "-t", place, "--lang", "en", "--with", "Rue B", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["data"]["kept"] is False
    assert run(["what-if", "-t", place, "--lang", "en", "--with", "Rue Z"]) == 2
    assert "BOC-TWI-081" in capsys.readouterr().err
    assert run(["plan", "-t", place, "--lang", "en", "--budget", "15000", "--scenario", "S9"]) == 2
    assert "BOC-TWI-080" in capsys.readouterr().err
    assert run(["plan", "-t", place, "--lang", "en", "--aim", "beauty=2"]) == 2


# What tables say, by hand


def actions() -> pl.DataFrame:
    rows = [
        ("A", "led", "Rue Haute", "35001"),
        ("B", "led", "Rue Basse", "35001"),
        ("C", "curfew", "Rue Haute", "35002"),
    ]
    schema = {"action_id": pl.String, "kind": pl.String, "place": pl.String, "commune_code": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


KINDS = {"led": {"fr": "Renouveler en LED", "en": "Renew with LED"}}


def choices(*rows: dict[str, object]) -> pl.DataFrame:
    table = shared_asset_tables()["action_choice"]
    return table.conform(pl.DataFrame([{"asset_id": str(n), **row} for n, row in enumerate(rows)]))


def test_a_choice_is_about_what_all_its_cells_fit() -> None:
    rows = choices(
        {"choice": "excluded", "place": "RUE HAUTE"},
        {"choice": "excluded", "kind": "Renouveler en LED", "commune_code": "35001"},
        {"choice": "preferred", "action_id": "C", "votes": 12},
        {"choice": "mandatory", "kind": "led", "by_year": 2028, "reason": "vœu"},
        {"choice": "mandatory", "place": "Rue Perdue"},
    )
    found = read_choices(rows, actions(), KINDS)
    assert [(choice.choice, list(choice.actions)) for choice in found] == [
        ("excluded", ["A", "C"]),
        ("excluded", ["A", "B"]),
        ("preferred", ["C"]),
        ("mandatory", ["A"]),
        ("mandatory", ["B"]),
        ("mandatory", ["Rue Perdue"]),
    ]
    assert (found[2].votes, found[3].by_year, found[3].reason) == (12, 2028, "vœu")
    assert unmatched(found, actions()) == ["Rue Perdue"]


def test_words_of_an_action_may_mean_several() -> None:
    named = actions().with_columns(
        pl.concat_str(pl.lit("Renouveler : "), "place").alias("label_fr"),
        pl.concat_str(pl.lit("Renew: "), "place").alias("label_en"),
    )
    assert named_actions(named, "C") == ["C"]
    assert named_actions(named, "rue haute") == ["A", "C"]
    with pytest.raises(BocageError) as refusal:
        named_actions(named, "place du marché")
    assert refusal.value.code == "BOC-TWI-081"


def test_purchases_gather_several_communes_and_nothing_else() -> None:
    told = json.dumps({"points": 10, "purchase": {"lot": "led", "fact": "points", "minimum": 15, "discount": 0.1}})
    frame = actions().with_columns(pl.lit("own").alias("standing"), pl.lit(told).alias("facts"))
    (lot,) = read_purchases(frame, KINDS)
    assert (lot.name, list(lot.actions), lot.minimum, lot.discount) == ("led", ["A", "B", "C"], 15.0, 0.1)
    assert lot.label == KINDS["led"]
    assert read_purchases(frame.filter(commune_code="35001"), KINDS) == []
    asked = frame.with_columns(pl.lit("request").alias("standing"))
    assert read_purchases(asked, KINDS) == []


def test_an_unmatched_choice_is_told_in_its_own_words() -> None:
    gone = Choice(choice="mandatory", actions=["LIG-LED-0"], reason="")
    assert unmatched([gone], actions()) == ["LIG-LED-0"]


@pytest.mark.parametrize("choice", ["mandatory", "excluded", "preferred"])
def test_a_choice_that_names_nothing_is_about_no_action(choice: str) -> None:
    empty = dict.fromkeys(("action_id", "kind", "place", "commune_code", "by_year", "votes", "reason"))
    frame = pl.DataFrame([{"asset_id": "C1", "choice": choice, **empty}])
    actions = pl.DataFrame([{"action_id": "A", "kind": "led", "place": "Rue C", "commune_code": "35238"}])
    choices = read_choices(frame, actions, {})
    assert unmatched(choices, actions) == ["C1"]
