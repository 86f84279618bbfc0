"""`territory.toml`: what it accepts, what it refuses, and that it says so."""

from pathlib import Path

import pytest

from bocage.twin.configuration import MOST_KEYS, declared_settings, read_configuration, write_configuration
from bocage.twin.domains import discover_domains
from bocage.twin.territory import create_territory, legal_projection, open_territory
from bocage.vocabulary.codes import BocageError


def written(folder: Path, text: str) -> Path:
    path = folder / "territory.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_there_are_at_most_forty_keys() -> None:
    assert 0 < sum(len(settings) for settings in declared_settings(discover_domains()).values()) <= MOST_KEYS


def test_every_default_satisfies_its_own_declaration() -> None:
    for settings in declared_settings(discover_domains()).values():
        for setting in settings:
            default = setting.default_value()
            assert default is None or setting.parse(default) == default


@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_is_written_is_read_again(tmp_path: Path, language: str) -> None:
    values = {"territory": {"code": "01004", "name": 'L’Haÿ "des" \\ Roses', "population": 3400, "synthetic": True}}
    path = tmp_path / "territory.toml"
    write_configuration(path, values, discover_domains(), language)  # type: ignore[arg-type]
    config = read_configuration(path, discover_domains())
    assert config.text("territory", "code") == "01004"
    assert config.text("territory", "name") == 'L’Haÿ "des" \\ Roses'
    assert config.number("territory", "population") == 3400
    assert config.sections["territory"]["synthetic"] is True
    assert ("territory", "kind") not in config.given


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[territory\n", "BOC-TWI-002"),
        ("[territory]\nnmae = 'x'\n", "BOC-TWI-003"),
        ("[lightning]\na = 1\n", "BOC-TWI-003"),
        ("territory = 3\n", "BOC-TWI-003"),
        ("[territory]\ncode = 35238\n", "BOC-TWI-004"),
        ("[territory]\nlatitude_deg = 148.0\n", "BOC-TWI-004"),
        ("[territory]\nkind = 'royaume'\n", "BOC-TWI-004"),
        ("[computation]\ndraws = true\n", "BOC-TWI-004"),
        ("[territory]\ntimezone = 'Europe/Lutèce'\n", "BOC-TWI-004"),
    ],
)
def test_a_wrong_file_is_refused_with_its_reason(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(BocageError) as refusal:
        read_configuration(written(tmp_path, text), discover_domains())
    assert refusal.value.code == code
    assert "territory.toml" in str(refusal.value.where["file"])


def test_a_misspelt_key_is_guessed(tmp_path: Path) -> None:
    with pytest.raises(BocageError) as refusal:
        read_configuration(written(tmp_path, "[territory]\nnmae = 'x'\n"), discover_domains())
    assert "territory.name" in refusal.value.say("fix", "en")


@pytest.mark.parametrize("code", ["3523", "1004", "352380", "1,2E+13", "", "2C004"])
def test_a_territory_code_is_checked(tmp_path: Path, code: str) -> None:
    with pytest.raises(BocageError) as refusal:
        create_territory(tmp_path / "t", code=code, name="X")
    assert refusal.value.code == "BOC-TWI-007"
    assert not (tmp_path / "t").exists()


def test_a_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("keep me")
    with pytest.raises(BocageError) as refusal:
        create_territory(tmp_path, code="35238", name="Rennes")
    assert refusal.value.code == "BOC-TWI-008"
    assert [path.name for path in tmp_path.iterdir()] == ["precious.txt"]


def test_opening_what_is_not_a_territory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BocageError) as refusal:
        open_territory(tmp_path)
    assert refusal.value.code == "BOC-TWI-001"


def test_a_new_territory_opens_again_with_its_legal_projection(tmp_path: Path) -> None:
    create_territory(tmp_path / "là bas", code="97411", name="Saint-Denis").store.close()
    with open_territory(tmp_path / "là bas") as territory:
        assert (territory.code, territory.srid) == ("97411", 2975)
        assert territory.config.text("territory", "timezone") == "Indian/Reunion"


@pytest.mark.parametrize(("code", "srid"), [("97105", 5490), ("97302", 2972), ("97611", 4471), ("2A004", 2154)])
def test_legal_projections(code: str, srid: int) -> None:
    assert legal_projection(code)[0] == srid


@pytest.mark.parametrize(
    ("settings", "code"), [({"kind": "royaume"}, "BOC-TWI-004"), ({"colour": "red"}, "BOC-TWI-003")]
)
def test_a_wrong_setting_is_refused_before_anything_is_made(
    tmp_path: Path, settings: dict[str, object], code: str
) -> None:
    with pytest.raises(BocageError) as refusal:
        create_territory(tmp_path / "t", code="35238", name="Rennes", settings=settings)
    assert refusal.value.code == code
    assert not (tmp_path / "t").exists()
