"""A file of addresses becomes assets through the command: online, offline, and what waits goes to the quarantine."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "sources"))
from geocoding_service import Service, running

from bocage.cli.program import run
from bocage.sources.ban import SERVICE_VARIABLE
from bocage.twin.build import import_file
from bocage.twin.reach import departement_middles, neighbourhood
from bocage.twin.territory import create_territory, legal_projection, open_territory
from bocage.vocabulary.codes import BocageError

LAMPS = "id;adresse;puissance\n1;3 Rue Haute;70\n2;4 Rue Haute;100\n3;Rue inconnue;100\n"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    settings: dict[str, object] = {"longitude_deg": 2.35, "latitude_deg": 48.845}
    create_territory(tmp_path / "twin", code="75105", name="Paris 5e", settings=settings).store.close()
    (tmp_path / "lampes.csv").write_text(LAMPS, encoding="utf-8")
    return tmp_path


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    with running() as server:
        monkeypatch.setenv(SERVICE_VARIABLE, server.address)
        yield server


def command(place: Path, capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, object]:
    status = run(["import", str(place / "lampes.csv"), "--territory", str(place / "twin"), "--json", *options])
    answer = json.loads(capsys.readouterr().out)
    assert status in {0, None}, answer
    data: dict[str, object] = answer.get("data", answer)
    return data


def test_addresses_are_asked_once_and_serve_offline(
    place: Path, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_territory(place / "twin") as territory, pytest.raises(BocageError) as caught:
        import_file(territory, place / "lampes.csv")
    assert caught.value.code == "BOC-IMP-029"
    assert "--geocode" in caught.value.say("fix", "fr")
    assert service.rows == 0

    offline = command(place, capsys, "--offline")
    assert (offline["read"], offline["refused"]) == (0, 3)
    quarantine = (place / "twin" / "quarantine" / "lampes-refused.csv").read_text(encoding="utf-8-sig")
    assert quarantine.count("BOC-IMP-114") == 3
    assert "3 Rue Haute" in quarantine

    online = command(place, capsys, "--geocode")
    assert (online["read"], online["refused"], online["added"]) == (2, 1, 2)
    assert service.rows == 3
    assert all(asked["citycode"] == "75105" for asked in service.asked)

    again = command(place, capsys, "--offline")
    assert (again["read"], again["unchanged"]) == (2, 2)
    assert service.rows == 3


def test_a_service_that_is_down_loses_nothing(
    place: Path, service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    service.forever = 400
    answer = command(place, capsys, "--geocode")
    assert (answer["read"], answer["refused"]) == (0, 3)
    verdicts = answer["verdicts"]
    assert isinstance(verdicts, list)
    assert {"BOC-IMP-114", "BOC-IMP-326"} <= {verdict["code"] for verdict in verdicts}


def test_a_territory_knows_near_where_it_lies(tmp_path: Path) -> None:
    with create_territory(tmp_path / "a", code="57463", name="Metz") as territory:
        assert neighbourhood(territory) == departement_middles()["57"]
    with create_territory(tmp_path / "b", code="200012345", name="EPCI", settings={"department": "35"}) as territory:
        assert neighbourhood(territory) == departement_middles()["35"]
    with create_territory(tmp_path / "c", code="97411", name="Saint-Denis") as territory:
        assert neighbourhood(territory) is None


def test_every_metropolitan_departement_has_its_middle() -> None:
    codes = {f"{number:02d}" for number in range(1, 96) if number != 20} | {"2A", "2B"}
    assert set(departement_middles()) == codes
    prefectures = {
        "35": (-1.68, 48.11),
        "13": (5.37, 43.30),
        "67": (7.75, 48.58),
        "2A": (8.74, 41.92),
        "59": (3.06, 50.64),
    }
    for code, (longitude, latitude) in prefectures.items():
        east, north = departement_middles()[code]
        assert abs(east - longitude) < 1.0
        assert abs(north - latitude) < 0.7


def test_web_mercator_is_told_from_lambert_by_the_departement(tmp_path: Path) -> None:
    """Points of Metz in Web Mercator have numbers that are Lambert-93 ones of the Tarn."""
    (tmp_path / "a.csv").write_text(
        "id;x;y;puissance\n" + "".join(f"{i};{687_600 + i};{6_304_000 + i};70\n" for i in range(9)), encoding="utf-8"
    )
    with create_territory(tmp_path / "metz", code="57463", name="Metz") as territory:
        answer = import_file(territory, tmp_path / "a.csv", dry_run=True)
        assert "EPSG:3857" in str(answer.data["verdicts"])
    with create_territory(tmp_path / "albi", code="81004", name="Albi") as territory:
        answer = import_file(territory, tmp_path / "a.csv", dry_run=True)
        assert "EPSG:2154" in str(answer.data["verdicts"])
    with create_territory(tmp_path / "epci", code="200012345", name="EPCI") as territory:
        answer = import_file(territory, tmp_path / "a.csv", dry_run=True)
        assert "BOC-IMP-327" in str(answer.data["verdicts"])


def test_what_is_said_of_the_system_prevails_over_the_mapping_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id;x_l93;y_l93;puissance\n1;652000;6860000;70\n2;652010;6860000;70\n", encoding="utf-8")
    with create_territory(tmp_path / "twin", code="75105", name="Paris 5e") as territory:
        import_file(territory, path)
        kept = territory.folder / "mappings" / "a.toml"
        assert "srid = 2154" in kept.read_text(encoding="utf-8")
        import_file(territory, path, srid=9794)
        assert "srid = 9794" in kept.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("code", "srid"),
    [("97105", 5490), ("97302", 2972), ("97502", 4467), ("97608", 4471), ("98818", 3163), ("98735", 3297)],
)
def test_legal_projections_overseas(code: str, srid: int) -> None:
    assert legal_projection(code)[0] == srid
