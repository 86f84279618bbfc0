"""Values declared for a whole file: used where the file says nothing, judged as its cells are, kept in the mapping."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bocage.sources.files import read_raw
from bocage.sources.inventory import Reading, check_inventory
from bocage.sources.mapping import load_mapping, write_mapping
from bocage.sources.propose import propose_mapping
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import Table

CONTENT = (
    "id;x;y;puissance;MO SIREN;année\n"
    "A;652000;6860000;70;219999999;2009\n"
    "B;652010;6860000;70;;2009\n"
    "C;652020;6860000;70;NC;2009\n"
    "D;652030;6860000;70;12;2009\n"
)
Run = Callable[[dict[str, str]], Reading]


@pytest.fixture
def run(tmp_path: Path, luminaire: Table, values: dict[str, Path]) -> Run:
    path = tmp_path / "a.csv"
    path.write_text(CONTENT, encoding="utf-8")
    raw = read_raw(path)
    proposed = propose_mapping(raw, [luminaire], values=values)
    assert proposed.headers["owner_siren"] == "MO SIREN"

    def check(constants: dict[str, str]) -> Reading:
        mapping = replace(proposed, constants=constants)
        return check_inventory(raw, table=luminaire, mapping=mapping, srid=2154, values=values)

    return check


def test_what_the_file_says_prevails_and_the_constant_fills_the_rest(run: Run) -> None:
    """A: its own owner; B and C: empty and NC; D: a value that was set aside is not silence."""
    reading = run({"owner_siren": "259999999"})
    assert reading.rows["owner_siren"].to_list() == ["219999999", "259999999", "259999999", None]
    assert reading.set_aside.select("asset_id", "value", "code").rows() == [("D", "12", "BOC-IMP-207")]
    [said] = [verdict for verdict in reading.verdicts if verdict.code == "BOC-IMP-324"]
    assert (said.count, said.columns) == (2, ("owner_siren",))
    assert "259999999" in said.say("what", "fr")


def test_a_column_that_the_file_lacks_is_whole(run: Run) -> None:
    reading = run({"contract_id": "2024-07", "budget": "syndicate", "dimming_level_percent": "50"})
    for name, value in (("contract_id", "2024-07"), ("budget", "syndicate"), ("dimming_level_percent", 50.0)):
        assert reading.rows[name].to_list() == [value] * 4
    assert run({}).rows["contract_id"].null_count() == 4


def test_a_constant_is_written_as_a_file_would_write_it(run: Run) -> None:
    """The writings of the domain, the French decimal comma and the date of a year alone are understood."""
    rows = run({"technology": "sodium haute pression", "mounting_height_m": "7,5", "curfew_from": "23h30"}).rows
    assert set(rows["technology"]) == {"HPS"}
    assert set(rows["mounting_height_m"]) == {7.5}
    assert set(rows["curfew_from"]) == {"23:30"}


def test_a_constant_prevails_over_the_default_of_the_column(run: Run) -> None:
    assert set(run({}).rows["lantern"]) == {"functional"}
    assert set(run({"lantern": "heritage"}).rows["lantern"]) == {"heritage"}


@pytest.mark.parametrize(
    ("name", "value", "cause"),
    [
        ("owner", "259999999", "luminaire n'a pas de colonne owner"),
        ("asset_id", "A", "asset_id ne peut pas être le même"),
        ("valid_from", "2026-01-01", "valid_from ne peut pas être le même"),
        ("owner_siren", "25", "identifiant qui n'a pas la bonne forme"),
        ("budget", "M99", "code inconnu"),
        ("lamp_power_w", "-70", "valeur hors des limites admises"),
        ("lamp_power_w", "0", "zéro"),
        ("lamp_power_w", "beaucoup", "nombre illisible"),
        ("installed_on", "31/02/2019", "date illisible"),
        ("contract_id", " ", "contract_id n'a pas de valeur"),
        ("contract_id", "NC", "contract_id n'a pas de valeur"),
    ],
)
def test_a_wrong_constant_is_refused(name: str, value: str, cause: str, run: Run) -> None:
    with pytest.raises(BocageError) as caught:
        run({name: value})
    assert caught.value.code == "BOC-IMP-019"
    assert cause in caught.value.say("what", "fr")
    assert "{" not in caught.value.say("what", "en")


def test_the_mapping_file_keeps_constants(tmp_path: Path, luminaire: Table, values: dict[str, Path]) -> None:
    data = tmp_path / "a.csv"
    data.write_text(CONTENT, encoding="utf-8")
    proposed = propose_mapping(read_raw(data), [luminaire], values=values)
    text = write_mapping(proposed, tmp_path / "a.toml").read_text(encoding="utf-8")
    assert '# owner_siren = "259999999"' in text
    assert load_mapping(tmp_path / "a.toml").constants == {}
    given = {"owner_siren": "259999999", "contract_id": 'lot "2"'}
    write_mapping(replace(proposed, constants=given), tmp_path / "a.toml")
    loaded = load_mapping(tmp_path / "a.toml")
    assert loaded.constants == given
    assert loaded.as_dict()["constants"] == given


def test_the_examples_of_the_proposal_are_sound_once_uncommented(
    tmp_path: Path, run: Run, luminaire: Table, values: dict[str, Path]
) -> None:
    (tmp_path / "b.csv").write_text(CONTENT, encoding="utf-8")
    path = write_mapping(propose_mapping(read_raw(tmp_path / "b.csv"), [luminaire], values=values), tmp_path / "b.toml")
    head, _, tail = path.read_text(encoding="utf-8").partition("[constants]")
    path.write_text(head + "[constants]" + tail.replace("# owner", "owner").replace("# contract", "contract")
                    .replace("# budget", "budget"), encoding="utf-8")  # fmt: skip
    constants = dict(load_mapping(path).constants)
    assert list(constants) == ["owner_siren", "contract_id", "budget"]
    assert set(run(constants).rows["budget"]) == {constants["budget"]}


def test_toml_values_of_every_kind(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text(
        'asset_type = "luminaire"\n[constants]\nlamp_power_w = 70\nmounting_height_m = 7.5\ninstalled_on = 2019-03-12\n'
        'lit = true\nactions = ["a", "b"]\n',
        encoding="utf-8",
    )
    assert dict(load_mapping(path).constants) == {
        "lamp_power_w": "70", "mounting_height_m": "7.5", "installed_on": "2019-03-12", "lit": "true", "actions": "a;b",
    }  # fmt: skip


@pytest.mark.parametrize("text", ["constants = 3", "[constants]\nbudget = { a = 1 }", "[constants]\nbudget = [1]"])
def test_constants_of_another_shape_are_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text(f'asset_type = "luminaire"\n{text}\n', encoding="utf-8")
    with pytest.raises(BocageError) as caught:
        load_mapping(path)
    assert caught.value.code == "BOC-IMP-019"


def test_a_mapping_file_that_may_have_been_edited_is_not_replaced(
    tmp_path: Path, luminaire: Table, values: dict[str, Path]
) -> None:
    (tmp_path / "a.csv").write_text(CONTENT, encoding="utf-8")
    proposed = propose_mapping(read_raw(tmp_path / "a.csv"), [luminaire], values=values)
    (tmp_path / "a.toml").write_text("mine", encoding="utf-8")
    with pytest.raises(BocageError) as caught:
        write_mapping(proposed, tmp_path / "a.toml", replace=False)
    assert caught.value.code == "BOC-IMP-027"
    assert (tmp_path / "a.toml").read_text(encoding="utf-8") == "mine"
