"""Plans between two objectives: kept beside the plan, none beaten in both."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bocage.cli.program import run
from bocage.twin.build import import_file
from bocage.twin.front import FILE, front_of, load_front
from bocage.twin.plan import plan
from bocage.twin.territory import Territory, create_territory, open_territory
from bocage.vocabulary.codes import BocageError

LAMPS = ["id;technologie;puissance;rue;secteur;longitude;latitude"] + [
    f"L{n};sodium haute pression;{(70, 100, 150)[n % 3]};Rue {'ABC'[n // 15]};Bourg;{-1.68 + n / 5000};{48.11}"
    for n in range(45)
]


@pytest.fixture
def territory(tmp_path: Path) -> Iterator[Territory]:
    settings = {"siren": "219999999", "longitude_deg": -1.68, "latitude_deg": 48.11}
    create_territory(tmp_path / "twin", code="35238", name="Bourg", settings=settings).store.close()
    (tmp_path / "lamps.csv").write_text("\n".join(LAMPS), encoding="utf-8")
    with open_territory(tmp_path / "twin") as opened:
        import_file(opened, tmp_path / "lamps.csv")
        plan(opened, budget_eur_year=9000, years=3)
        yield opened


def test_no_plan_of_the_front_is_beaten_in_both(territory: Territory) -> None:
    answer = front_of(territory, points=4)
    points = answer.data["points"]
    assert isinstance(points, list)
    assert len(points) >= 2
    firsts, seconds = ([point[name] for point in points] for name in ("first", "second"))
    assert firsts == sorted(firsts, reverse=True)
    assert seconds == sorted(seconds)
    own, carbon = answer.data["plan"]  # type: ignore[misc]
    # The last plan is the best of the first objective: no plan of the front gives more of it.
    assert own >= firsts[0] - 0.006 * abs(own)
    assert carbon <= seconds[-1] + 1e-6


def test_the_front_is_kept_as_long_as_the_territory_is_what_it_was(territory: Territory) -> None:
    results = territory.folder / "results"
    assert load_front(results, territory.fingerprint()) is None
    answer = front_of(territory, points=3)
    kept = load_front(results, territory.fingerprint())
    assert kept is not None
    assert kept.points.to_dicts() == answer.data["points"]
    assert (kept.first, kept.second) == ("npv", "carbon")
    assert load_front(results, "another") is None
    (results / FILE).write_text("{", encoding="utf-8")
    assert load_front(results, territory.fingerprint()) is None


def test_a_front_of_one_objective_is_refused(territory: Territory) -> None:
    with pytest.raises(BocageError) as refusal:
        front_of(territory, first="npv", second="npv")
    assert refusal.value.code == "BOC-TWI-083"


def test_the_command_line_shows_the_front_in_both_languages(
    territory: Territory, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["front", "-t", str(territory.folder), "--points", "3", "--between", "cash", "--and", "energy"]
    told = {}
    for language in ("fr", "en"):
        assert run([*asked, "--lang", language]) == 0
        told[language] = capsys.readouterr().out
    assert "Plans entre deux objectifs" in told["fr"]
    assert "Plans between two objectives" in told["en"]
    assert run([*asked, "--json"]) == 0
    data = json.loads(capsys.readouterr().out)["data"]
    kept = load_front(territory.folder / "results", territory.fingerprint())
    assert kept is not None
    assert data["points"] == kept.points.to_dicts()
    assert (kept.first, kept.second) == ("cash", "energy")
    assert run(["front", "-t", str(territory.folder), "--between", "npv", "--and", "npv"]) == 2
    assert "BOC-" in capsys.readouterr().err
