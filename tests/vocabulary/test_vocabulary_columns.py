"""Columns are declared once: what a badly written declaration says, and how frames conform to it."""

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bocage.vocabulary.columns import (
    HEADER,
    POLARS_TYPES,
    Column,
    Table,
    asset_table,
    noun_tables,
    parse_value,
    read_columns,
)
from bocage.vocabulary.settings import Setting

ROW = dict.fromkeys(HEADER, "") | {
    "name": "power_w", "type": "real", "unit": "W", "label_fr": "Puissance", "label_en": "Power",
    "description_fr": "Puissance", "description_en": "Power",
}  # fmt: skip


def declared(folder: Path, *rows: dict[str, str], header: tuple[str, ...] = HEADER) -> Path:
    path = folder / "thing.csv"
    lines = [",".join(header), *(",".join(row.values()) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_declaration_is_read(tmp_path: Path) -> None:
    row = ROW | {"min": "0", "max": "2000", "synonyms": "puissance; watt ;", "required": "yes"}
    (column,) = read_columns(declared(tmp_path, row))
    assert (column.minimum, column.maximum, column.required) == (0.0, 2000.0, True)
    assert column.synonyms == ("puissance", "watt")
    assert column.label == {"fr": "Puissance", "en": "Power"}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"type": "number"}, r"thing.csv:2: unknown type 'number'"),
        ({"label_en": ""}, r"thing.csv:2: label_en must be filled"),
        ({"name": ""}, r"thing.csv:2: name must be filled"),
    ],
)
def test_a_fault_names_file_and_row(change: dict[str, str], fault: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=fault):
        read_columns(declared(tmp_path, ROW | change))


def test_a_column_declared_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="declared twice"):
        read_columns(declared(tmp_path, ROW, ROW))


def test_another_header_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="the header must be"):
        read_columns(declared(tmp_path, header=HEADER[1:]))


def test_a_ragged_row_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"thing.csv:2: 19 cells where 18"):
        read_columns(declared(tmp_path, ROW | {"more": "x"}))


def test_an_asset_type_may_not_redeclare_what_every_asset_has(tmp_path: Path) -> None:
    path = declared(tmp_path, ROW | {"name": "owner_siren"})
    with pytest.raises(ValueError, match="owner_siren already belongs to every asset"):
        asset_table(path, geometry="point", label={}, description={})


TABLE = Table(
    name="thing",
    geometry="point",
    key=("asset_id",),
    columns=(
        Column(name="asset_id", type="code", required=True),
        Column(name="power_w", type="real", unit="W", impute="power"),
        Column(name="lantern", type="text", default="functional"),
        Column(name="installed_on", type="date"),
    ),
)


def test_a_frame_conforms() -> None:
    frame = pl.DataFrame({"lantern": [None, "heritage"], "asset_id": ["007", "12"], "power_w": [70, 100], "other": 1})
    done = TABLE.conform(frame)
    assert dict(done.schema) == TABLE.polars_schema()
    assert done["asset_id"].to_list() == ["007", "12"]
    assert done["lantern"].to_list() == ["functional", "heritage"]
    assert done["installed_on"].to_list() == [None, None]
    assert TABLE.conform(done).equals(done)


def test_a_value_that_cannot_be_cast_is_refused() -> None:
    with pytest.raises(pl.exceptions.InvalidOperationError):
        TABLE.conform(pl.DataFrame({"asset_id": ["1"], "power_w": ["soixante-dix"]}))


def test_tables_say_what_they_hold() -> None:
    assert [column.name for column in TABLE.imputable] == ["power_w"]
    assert TABLE.empty().height == 0
    with pytest.raises(KeyError, match="no column volume"):
        TABLE.column("volume")


def test_every_noun_has_a_key_among_its_columns() -> None:
    assert [table.name for table in noun_tables().values() if not set(table.key) <= set(table.names)] == []


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("code", "01004", "01004"),
        ("integer", "12", 12),
        ("real", "1.5", 1.5),
        ("boolean", "oui", True),
        ("boolean", "non", False),
        ("date", "2026-03-31", dt.date(2026, 3, 31)),
        ("datetime", "2026-03-31T12:00:00+02:00", dt.datetime(2026, 3, 31, 10, tzinfo=dt.UTC)),
        ("list", "a;b;", ["a", "b"]),
        ("text", "a;b", "a;b"),
    ],
)
def test_cells_are_read_as_their_type(kind: str, text: str, value: object) -> None:
    assert kind in POLARS_TYPES
    assert parse_value(Column(name="x", type=kind), text) == value  # type: ignore[arg-type]  # a declared type


def setting(kind: str, **changes: object) -> Setting:
    values: dict[str, object] = {
        "name": "x", "type": kind, "unit": "", "default": "", "codes": (), "minimum": None, "maximum": None,
        "description": {},
    }  # fmt: skip
    return Setting(**(values | changes))  # type: ignore[arg-type]  # as the reader fills them


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("real", "0.5"), ("real", True), ("integer", 1.5), ("integer", True), ("boolean", 1), ("date", "2026-01-01"),
        ("text", 12), ("moon", "x"),
    ],
)  # fmt: skip
def test_a_setting_of_another_type_is_refused(kind: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"{kind} expected"):
        setting(kind).parse(value)


@given(st.floats(allow_nan=False))
def test_a_setting_is_within_its_bounds_or_refused(value: float) -> None:
    bounded = setting("real", minimum=0.0, maximum=1.0)
    if 0 <= value <= 1:
        assert bounded.parse(value) == value
    else:
        with pytest.raises(ValueError, match=r"below|above"):
            bounded.parse(value)


def test_defaults_are_cast_and_checked() -> None:
    assert setting("integer", default="6").default_value() == 6
    assert setting("boolean", default="true").default_value() is True
    assert setting("date", default="2026-01-01").default_value() == dt.date(2026, 1, 1)
    assert setting("real").default_value() is None
    with pytest.raises(ValueError, match="is not one of"):
        setting("text", default="c", codes=("a", "b")).default_value()
