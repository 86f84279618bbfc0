"""What a twin cannot do is refused with its code, in both languages, and leaves nothing half made."""

import csv
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import polars as pl
import pytest

from bocage.sources.judge import judge
from bocage.sources.mapping import Match
from bocage.twin.build import import_file
from bocage.twin.demo import run_demo
from bocage.twin.diagnose import diagnose
from bocage.twin.export import export
from bocage.twin.plan import plan
from bocage.twin.propose import propose
from bocage.twin.simulate import simulate
from bocage.twin.territory import Territory, create_territory
from bocage.vocabulary.codes import BocageError, core_codes
from bocage.vocabulary.columns import Column
from bocage.vocabulary.text import LANGUAGES, Message

LAMPS = "Identifiant;X;Y;Type lampe;Puissance (W)\nL1;433000,5;6794000,0;SHP;100\nL2;433100,5;6794000,0;LED;40\n"


@pytest.fixture
def territory(tmp_path: Path) -> Iterator[Territory]:
    """A new territory: no coordinates, no asset, no budget."""
    with create_territory(tmp_path / "twin", code="99999", name="Valbocage") as created:
        yield created


def refused(use_case: Callable[[], object], code: str) -> BocageError:
    """The refusal of a use case, whole in both languages."""
    with pytest.raises(BocageError) as refusal:
        use_case()
    assert refusal.value.code == code
    for part in ("what", "why", "fix"):
        french, english = (refusal.value.say(part, language) for language in LANGUAGES)
        assert "{" not in french + english
    assert refusal.value.say("what", "fr") != refusal.value.say("what", "en")
    return refusal.value


def with_lamps(territory: Territory, folder: Path) -> Territory:
    path = folder / "lampes.csv"
    path.write_text(LAMPS, encoding="utf-8")
    import_file(territory, path)
    return territory


def test_an_unknown_domain_is_refused_with_those_that_are_known(territory: Territory) -> None:
    for use_case in (diagnose, propose):
        refusal = refused(partial(use_case, territory, domain="lightning"), "BOC-TWI-005")
        assert "lightning" in refusal.say("what", "en")
        assert "lighting" in refusal.say("fix", "en").replace("lightning", "")
    assert territory.domain("lighting").name == "lighting"


def test_a_territory_without_place_is_refused_until_it_has_an_asset(territory: Territory, tmp_path: Path) -> None:
    refusal = refused(lambda: territory.centre, "BOC-TWI-006")
    assert refusal.where["file"] == territory.folder / "territory.toml"
    assert str(territory.folder / "territory.toml") in refusal.say("fix", "fr")
    refused(lambda: territory.site(territory.domain("lighting")), "BOC-TWI-006")
    longitude, latitude = with_lamps(territory, tmp_path).centre
    assert (longitude, latitude) == pytest.approx((-0.59, 48.19), abs=0.02)


def test_a_folder_that_cannot_be_made_is_refused(territory: Territory, tmp_path: Path) -> None:
    file = tmp_path / "file.txt"
    file.write_text("keep me", encoding="utf-8")
    inside = file / "inside"
    for use_case in (
        lambda: create_territory(inside, code="35238", name="Rennes"),
        lambda: export(territory, into=inside),
        lambda: run_demo(into=inside, language="fr", serve=False),
    ):
        refusal = refused(use_case, "BOC-TWI-009")
        assert refusal.where["folder"] == inside
        assert "inside" in refusal.say("what", "fr")
    assert file.read_text(encoding="utf-8") == "keep me"


@pytest.mark.parametrize(
    "use_case",
    [diagnose, propose, simulate, lambda territory: plan(territory, budget_eur_year=1000.0)],
    ids=["diagnose", "propose", "simulate", "plan"],
)
def test_an_empty_twin_has_nothing_to_study(territory: Territory, use_case: Callable[[Territory], object]) -> None:
    before = territory.store.fingerprint()
    refusal = refused(lambda: use_case(territory), "BOC-TWI-010")
    assert refusal.where["folder"] == territory.folder
    assert refusal.say("fix", "en").startswith("bocage import")
    assert territory.store.fingerprint() == before


def test_a_domain_without_asset_is_refused(tmp_path: Path) -> None:
    settings = {"longitude_deg": -0.59, "latitude_deg": 48.19}
    with create_territory(tmp_path / "placed", code="99999", name="Valbocage", settings=settings) as placed:
        refusal = refused(lambda: diagnose(placed, domain="lighting"), "BOC-TWI-010")
    assert refusal.where["domain"] == "lighting"


def test_a_plan_without_budget_is_refused_whatever_the_twin_holds(territory: Territory, tmp_path: Path) -> None:
    refused(lambda: plan(territory), "BOC-TWI-013")
    refusal = refused(lambda: plan(with_lamps(territory, tmp_path), years=3), "BOC-TWI-013")
    assert refusal.say("fix", "fr").startswith("bocage plan --budget")
    assert territory.config.number("plan", "budget_eur_year") is None


def test_a_contract_without_its_kind_goes_to_quarantine(territory: Territory, tmp_path: Path) -> None:
    path = tmp_path / "contrats.csv"
    path.write_text("asset_id;kind;scope\nM1;marche;led\nM2;;led\n", encoding="utf-8")
    answer = import_file(territory, path, asset_type="contract")
    assert answer.data["added"] == 1
    assert [verdict["code"] for verdict in answer.data["verdicts"]] == ["BOC-IMP-106"]  # type: ignore[attr-defined]
    aside = (territory.folder / "quarantine" / "contrats-refused.csv").read_text(encoding="utf-8-sig")
    (row,) = csv.DictReader(aside.splitlines(), delimiter=";")
    assert (row["bocage_code"], row["asset_id"]) == ("BOC-IMP-106", "M2")
    assert row["bocage_reason_fr"].endswith("kind")
    assert row["bocage_reason_en"].endswith("kind")


def test_a_yes_or_no_that_cannot_be_read_is_set_aside() -> None:
    column = Column(name="lit", type="boolean", label={"fr": "allumé", "en": "lit"})
    cells = pl.Series(["oui", "non", "peut-être", None])
    match = Match(column="lit", header="lit", confidence=1.0, reason=Message("same name", {}, Path("locale")))
    read = judge(column, cells, match, decimal=",", writings=None)
    assert read.values.to_list() == [True, False, None, None]
    assert read.aside.to_list() == [None, None, "BOC-IMP-206", None]
    assert core_codes()["BOC-IMP-206"].kind == "verdict"
