"""What columns mean: the proposal, its file, and the refusal of a file that says something else."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bocage.sources.files import read_raw
from bocage.sources.inventory import Reading, check_inventory
from bocage.sources.mapping import InventoryMapping, load_mapping, write_mapping
from bocage.sources.propose import layer_fit, propose_mapping
from bocage.sources.values import read_values
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import Table, declared_asset_tables

CONTENT = (
    "Matricule;X (L93);Y (L93);Type de lampe;Puissance (kW);Libellé de la voie;Année de pose;remarque\n"
    "A1;652000;6860000;SHP;0,07;Rue Haute;2009;\n"
    "A2;652010;6860000;LED;0,03;Rue Haute;2019;neuf\n"
)


def _propose(folder: Path, content: str, tables: list[Table], values: dict[str, Path]) -> InventoryMapping:
    path = folder / "a.csv"
    path.write_text(content, encoding="utf-8")
    return propose_mapping(read_raw(path), tables, values=values)


def test_headers_of_a_commune(tmp_path: Path, tables: list[Table], values: dict[str, Path]) -> None:
    mapping = _propose(tmp_path, CONTENT, tables, values)
    assert mapping.asset_type == "luminaire"
    assert mapping.identifier == "Matricule"
    assert mapping.place.headers == ("X (L93)", "Y (L93)")
    assert mapping.headers == {
        "technology": "Type de lampe",
        "lamp_power_w": "Puissance (kW)",
        "street": "Libellé de la voie",
        "installed_on": "Année de pose",
    }
    assert {match.column: match.unit for match in mapping.matches}["lamp_power_w"] == "kW"
    assert mapping.unmatched == ("remarque",)


def test_columns_are_known_by_content_where_the_name_says_nothing(
    tmp_path: Path, tables: list[Table], values: dict[str, Path]
) -> None:
    content = "id;x;y;c1;puissance\n" + "".join(
        f"{i};65200{i};6860000;{lamp};70\n" for i, lamp in enumerate(["LED", "SHP"])
    )
    mapping = _propose(tmp_path, content, tables, values)
    match = next(match for match in mapping.matches if match.column == "technology")
    assert match.header == "c1"
    assert match.reason.say("fr") == "ses valeurs sont des codes de la colonne"
    assert match.confidence < 0.9


def test_life_of_the_pole_is_not_that_of_the_lamp(tmp_path: Path, tables: list[Table], values: dict[str, Path]) -> None:
    content = "id;x;y;puissance;dureevie_s;dureevie_l;duree\n1;652000;6860000;70;80;15;4108\n"
    assert "rated_life_h" not in _propose(tmp_path, content, tables, values).headers


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("PUISSANCE LAMPE", "lamp_power_w"),
        ("puissance_n", None),
        ("puissance_", None),
        ("puissance_nominal", "lamp_power_w"),
        ("puissance_", None),
        ("flux_lumin", "source_flux_lm"),
        ("température couleur", "colour_temperature_k"),
        ("mounting_height_m", "mounting_height_m"),
        ("prix", None),
    ],
)  # fmt: skip
def test_names_near_a_declared_one(
    header: str, column: str | None, tmp_path: Path, luminaire: Table, values: dict[str, Path]
) -> None:
    value = {"source_flux_lm": "5000", "colour_temperature_k": "3000", "mounting_height_m": "8"}.get(column or "", "70")
    mapping = _propose(tmp_path, f"id;x;y;{header}\n1;652000;6860000;{value}\n", [luminaire], values)
    if column is not None:
        assert mapping.headers.get(column) == header
    elif header == "prix":
        assert header not in mapping.headers.values()


def test_row_numbers_of_a_gis_are_not_identifiers(tmp_path: Path, tables: list[Table], values: dict[str, Path]) -> None:
    mapping = _propose(tmp_path, "fid;x;y;puissance;lampe\n1;652000;6860000;70;LED\n", tables, values)
    assert mapping.identifier == ""


def test_a_file_of_no_known_type_is_refused(tmp_path: Path, tables: list[Table], values: dict[str, Path]) -> None:
    with pytest.raises(BocageError) as caught:
        _propose(tmp_path, "a;b;c\n1;2;3\n", tables, values)
    assert caught.value.code == "BOC-IMP-017"


def test_a_layer_fits_by_two_names(tables: list[Table]) -> None:
    fit = layer_fit(tables)
    assert fit(["id", "Puissance (W)", "type_lampe"]) == 2
    assert fit(["id", "puissance"]) == 0


def test_mapping_file_gives_the_same_rows(
    tmp_path: Path, luminaire: Table, tables: list[Table], values: dict[str, Path]
) -> None:
    mapping = _propose(tmp_path, CONTENT, tables, values)
    path = write_mapping(mapping, tmp_path / "a.toml")
    text = path.read_text(encoding="utf-8")
    assert 'technology = "Type de lampe"' in text
    assert "#   'remarque'" in text
    loaded = load_mapping(path)
    options = {"table": luminaire, "srid": 2154, "values": values}
    first = check_inventory(read_raw(tmp_path / "a.csv"), mapping=mapping, **options)  # type: ignore[arg-type]
    again = check_inventory(read_raw(tmp_path / "a.csv"), mapping=loaded, **options)  # type: ignore[arg-type]
    assert again.rows.equals(first.rows)
    assert first.rows["lamp_power_w"].to_list() == [70.0, 30.0]


def test_odd_headers_survive_the_mapping_file(tmp_path: Path, luminaire: Table, values: dict[str, Path]) -> None:
    content = 'id;x;y;"puissance ""nominale""\\";rue\n1;652000;6860000;70;A\n'
    mapping = _propose(tmp_path, content, [luminaire], values)
    loaded = load_mapping(write_mapping(mapping, tmp_path / "a.toml"))
    assert loaded.headers == mapping.headers


SOUND = 'asset_type = "luminaire"\n[place]\nkind = "xy"\ncolumns = ["x", "y"]\n[columns]\nstreet = "rue"\n'


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("asset_type = ", "BOC-IMP-019"),
        ("[columns]\n", "BOC-IMP-019"),
        (f"colour = 1\n{SOUND}", "BOC-IMP-019"),
        (SOUND.replace("columns = [", "colums = ["), "BOC-IMP-019"),
        (SOUND.replace('"xy"', '"yx"'), "BOC-IMP-019"),
        (SOUND.replace('["x", "y"]', '["x"]'), "BOC-IMP-019"),
        (SOUND.replace('"rue"', "3"), "BOC-IMP-019"),
        (SOUND.replace('"rue"', '{ header = "rue", units = "m" }'), "BOC-IMP-019"),
        (SOUND.replace("street", "strasse"), "BOC-IMP-019"),
        (SOUND.replace('"rue"', '"rua"'), "BOC-IMP-020"),
        (SOUND.replace('"y"]', '"z"]'), "BOC-IMP-020"),
        (f'identifier = "ident"\n{SOUND}', "BOC-IMP-020"),
        (SOUND.replace("[columns]", "srid = 999999\n[columns]"), "BOC-IMP-026"),
    ],
)  # fmt: skip
def test_a_wrong_mapping_is_refused(
    text: str, code: str, tmp_path: Path, luminaire: Table, values: dict[str, Path]
) -> None:
    data, mapping = tmp_path / "a.csv", tmp_path / "a.toml"
    data.write_text("id;x;y;rue\n1;652000;6860000;A\n", encoding="utf-8")
    mapping.write_text(text, encoding="utf-8")
    with pytest.raises(BocageError) as caught:
        check_inventory(read_raw(data), table=luminaire, mapping=load_mapping(mapping), srid=2154, values=values)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("text", "english", "french"),
    [
        ("asset_type = ", "it is not TOML: see its last line", "ce n'est pas du TOML\u202f: voir sa dernière ligne"),
        ("a = 1\na = 2\n", "see line 2, column 6", "voir ligne 2, colonne 6"),
        ("a = 'é'", "it is not a text in UTF-8", "ce n'est pas un texte en UTF-8"),
        (f"colour = 1\n{SOUND}", "unknown key colour", "clé inconnue colour"),
        (SOUND.replace("rue", ""), "columns.street must name a column", "columns.street doit nommer une colonne"),
        (SOUND.replace('"xy"', '"pair"'), "does not suit kind pair", "n'a pas le nombre de colonnes de kind = pair"),
    ],
)  # fmt: skip
def test_a_refusal_speaks_the_language_of_the_reader(text: str, english: str, french: str, tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(BocageError) as caught:
        load_mapping(path)
    assert caught.value.code == "BOC-IMP-019"
    assert english in caught.value.say("what", "en")
    assert french in caught.value.say("what", "fr")


def test_a_mapping_that_cannot_be_opened_is_no_toml_fault(tmp_path: Path) -> None:
    with pytest.raises(BocageError) as caught:
        load_mapping(tmp_path)
    assert caught.value.code == "BOC-IMP-025"


def test_a_mapping_that_cannot_be_written_leaves_the_earlier_one(
    tmp_path: Path, luminaire: Table, values: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk fills up in the middle of the text."""
    mapping = _propose(tmp_path, CONTENT, [luminaire], values)
    path = write_mapping(mapping, tmp_path / "a.toml")
    before, write = path.read_text(encoding="utf-8"), Path.write_text

    def fill_up(target: Path, text: str, **options: str) -> None:
        write(target, text[: len(text) // 2], **options)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", fill_up)
    with pytest.raises(OSError, match="No space"):
        write_mapping(replace(mapping, identifier=""), path)
    assert path.read_text(encoding="utf-8") == before
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.csv", "a.toml"]


def test_a_mapping_written_by_hand_commands(tmp_path: Path, luminaire: Table, values: dict[str, Path]) -> None:
    data, mapping = tmp_path / "a.csv", tmp_path / "a.toml"
    data.write_text("n;est;nord;p\nL1;652000;6860000;0,07\n", encoding="utf-8")
    mapping.write_text(
        'asset_type = "luminaire"\nidentifier = "n"\n[place]\nkind = "xy"\ncolumns = ["est", "nord"]\nsrid = 2154\n'
        '[columns]\nlamp_power_w = { header = "p", unit = "kW" }\n',
        encoding="utf-8",
    )
    reading = check_inventory(read_raw(data), table=luminaire, mapping=load_mapping(mapping), srid=2154, values=values)
    assert reading.rows.select("asset_id", "lamp_power_w").rows() == [("L1", 70.0)]


def test_values_file_names_its_fault(tmp_path: Path) -> None:
    path = tmp_path / "values.csv"
    path.write_text("column,code,written\ntechnology,LED,led\ntechnology,HPS,led\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"values\.csv:3: 'led' already means LED"):
        read_values(path)


def test_declared_writings_mean_declared_codes(values: dict[str, Path]) -> None:
    path = values["luminaire"]
    tables = declared_asset_tables(path.parent)
    for name, writings in read_values(path).items():
        [column, *others] = [table.column(name) for table in tables if name in table.names]
        codes = {*writings.exact.values(), *(code for _, code in writings.starts)}
        if column.codes:
            assert codes <= {code for one in (column, *others) for code in one.codes}
        if column.type == "real":
            assert all(column.minimum <= float(code) <= column.maximum for code in codes)  # type: ignore[operator]


def test_the_order_of_rows_changes_no_value(tmp_path: Path, import_file: Callable[..., Reading]) -> None:
    lines = CONTENT.splitlines(keepends=True)
    for number, body in enumerate((lines[1:], lines[:0:-1])):
        (tmp_path / f"{number}.csv").write_text(lines[0] + "".join(body), encoding="utf-8")
    one, other = (import_file(tmp_path / f"{number}.csv").rows.sort("asset_id") for number in (0, 1))
    assert one.equals(other)


def test_a_beginning_of_words_is_not_one_of_letters(values: dict[str, Path]) -> None:
    technology = read_values(values["luminaire"])["technology"]
    assert technology.code("IM 70 W") == "MH"
    assert technology.code("Impossible à dire") is None
    assert technology.code("Tube LED") == "LED"
    assert technology.code("Tube fluorescent 58 W") == "FLUO"
