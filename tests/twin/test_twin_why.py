"""Why an action is in or out, what would bring it in, and what a figure of the plan is made of."""

import json
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from bocage.cli.program import run
from bocage.decide.answer.figures import figures
from bocage.twin.answer import said
from bocage.twin.build import import_file
from bocage.twin.explain import explain
from bocage.twin.explain_figure import figure_value
from bocage.twin.plan import plan
from bocage.twin.plan_record import load_plan
from bocage.twin.territory import Territory, create_territory, open_territory
from bocage.twin.why import conditions_of, why
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.text import LANGUAGES, use_language

LAMPS = ["id;technologie;puissance;rue;secteur;longitude;latitude"] + [
    f"L{n};sodium haute pression;{(70, 100, 150)[n % 3]};Rue {'ABC'[n // 15]};Bourg;{-1.68 + n / 5000};{48.11}"
    for n in range(45)
]


@pytest.fixture(scope="module")
def territory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Territory]:
    place = tmp_path_factory.mktemp("why")
    settings = {"siren": "219999999", "longitude_deg": -1.68, "latitude_deg": 48.11}
    create_territory(place / "twin", code="35238", name="Bourg", settings=settings).store.close()
    (place / "lamps.csv").write_text("\n".join(LAMPS), encoding="utf-8")
    with open_territory(place / "twin") as opened:
        import_file(opened, place / "lamps.csv")
        plan(opened, budget_eur_year=9000, years=3)
        yield opened


def test_every_action_of_a_street_is_explained_in_both_languages(territory: Territory) -> None:
    answer = why(territory, "Rue A")
    record = load_plan(territory.folder / "results")
    told = {one["action_id"]: one for one in answer.data["actions"]}  # type: ignore[union-attr]
    assert len(told) == len(answer.sections) >= 2
    for section in answer.sections:
        for language in LANGUAGES:
            assert "Rue A" in said(section.title, language)
            lines = [said(line, language) for line in section.lines]
            assert all("{" not in line and "None" not in line for line in lines)
    reasons = dict(record.frames["reasons"].select("action_id", "code").iter_rows())
    assert all(told[name]["code"] == reasons[name] for name in told)


def test_what_is_left_out_says_what_would_bring_it_in(territory: Territory) -> None:
    record = load_plan(territory.folder / "results")
    rows = record.frames["entry"].filter(pl.col("cost_cut").is_not_null())
    assert len(rows)
    name = rows["action_id"][0]
    lines = [said(line, "en") for line in why(territory, name).sections[0].lines]
    share = f"{100 * rows['cost_cut'][0]:.1f}"
    assert any(share in line and "cost" in line for line in lines)


def test_conditions_are_one_sentence_each() -> None:
    entry = {"cost_cut": 0.125, "aid_eur": 1500.0, "price_driver": "electricity_price", "price_factor": 1.4,
             "budget_eur": 34000.0}  # fmt: skip
    french = [said(line, "fr") for line in conditions_of(entry)]
    assert ["12,5" in french[0], "1\u202f500" in french[1], "1,40" in french[2], "34\u202f000" in french[3]] == [
        True
    ] * 4
    nothing = dict.fromkeys(entry)
    assert conditions_of(nothing) == []


def test_too_many_actions_are_refused(territory: Territory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bocage.twin.why.MOST_ACTIONS", 2)
    with pytest.raises(BocageError) as refusal:
        why(territory, "rue")
    assert refusal.value.code == "BOC-TWI-082"


@pytest.mark.parametrize("name", sorted(figures()))
def test_each_figure_is_found_in_the_plan_and_told(territory: Territory, name: str) -> None:
    record = load_plan(territory.folder / "results")
    figure = figures()[name]
    value = figure_value(figure, record)
    society = record.frames["society"].filter(pl.col("indicator") == name)
    known = society["value"].item() if len(society) else record.frames["options"].row(-1, named=True)[name]
    assert (value[0] if value else None) == known
    answer = explain(name, record)
    for language in LANGUAGES:
        lines = [said(line, language) for line in answer.sections[0].lines]
        assert figure.formula[language] in " ".join(lines)
        assert all("{" not in line for line in lines)
    assert answer.data["figure"]["parameters"] == list(figure.parameters)  # type: ignore[index]


def test_the_commands_speak_and_refuse(territory: Territory, capsys: pytest.CaptureFixture[str]) -> None:
    use_language("en")
    place = str(territory.folder)
    for language, word in (("en", "Renew with LED: Rue B"), ("fr", "Renouveler en LED\u202f: Rue B")):
        assert run(["why", "-t", place, "--lang", language, "Rue B"]) == 0
        assert word in capsys.readouterr().out
    assert run(["why", "-t", place, "--lang", "en", "Rue B", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["data"]["actions"]
    assert run(["explain", "npv", "-t", place, "--lang", "en"]) == 0
    told = capsys.readouterr().out
    assert "Formula" in told
    assert "In the last plan" in told
    assert run(["explain", "npv", "--lang", "en"]) == 0
    assert "In the last plan" not in capsys.readouterr().out
    assert run(["why", "-t", place, "--lang", "en", "Rue Z"]) == 2
    assert run(["explain", "npv", "-t", str(Path(place) / "nowhere"), "--lang", "en"]) == 3
    assert "BOC-TWI-012" in capsys.readouterr().err
