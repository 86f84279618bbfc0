"""Our own Table Schemas: generated from the declared columns, in the shape of the SCDL, and what the CSV follows."""

import csv
import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from open_data_samples import SCHEMAS, TABLES, filled

from bocage.publish.open_data.datapackage import OpenFile, write_datapackage
from bocage.publish.open_data.published import public_columns
from bocage.publish.open_data.table_csv import write_schema_csv
from bocage.sources.table_schema import LATITUDE, LONGITUDE, read_schemas
from bocage.twin.domains import discover_domains
from bocage.twin.open_data import domain_schemas, schema_files

ROOT = Path(__file__).parents[2]
LIGHTING = next(domain for domain in discover_domains() if domain.name == "lighting")
FOUND = {name: schema for name, (_, schema) in domain_schemas(LIGHTING).items()}


def faults(schema: dict[str, Any], text: str) -> list[str]:
    """What a file has against its schema, checked from the specification and not from our code."""
    rows = list(csv.reader(text.splitlines(), delimiter=","))
    fields = schema["fields"]
    found = [] if rows[0] == [field["name"] for field in fields] else [f"header {rows[0]}"]
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(fields):
            found.append(f"{number}: {len(row)} cells")
        found += [
            f"{number} {field['name']}: {cell!r}"
            for field, cell in zip(fields, row, strict=False)
            if not fits(field, cell)
        ]
    key = [row[[field["name"] for field in fields].index(schema["primaryKey"])] for row in rows[1:]]
    return found + ([] if len(set(key)) == len(key) else ["repeated key"])


def fits(field: dict[str, Any], cell: str) -> bool:
    limits = field.get("constraints", {})
    if cell == "":
        return not limits.get("required", False)
    value: Any = cell
    if field["type"] in {"number", "integer"}:
        if not re.fullmatch(r"-?\d+(\.\d+)?([eE][+-]?\d+)?" if field["type"] == "number" else r"-?\d+", cell):
            return False
        value = float(cell)
        if not limits.get("minimum", value) <= value <= limits.get("maximum", value):
            return False
    if field["type"] == "boolean":
        return cell in {*field["trueValues"], *field["falseValues"]}
    if field["type"] == "date":
        dt.date.fromisoformat(cell)
    pattern = limits.get("pattern")
    return (not pattern or re.search(pattern, cell) is not None) and cell in limits.get("enum", [cell])


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_public_column_is_a_field_and_no_other(name: str) -> None:
    named = {field.column for field in SCHEMAS[name].fields} - {LONGITUDE, LATITUDE}
    assert named == {column.name for column in public_columns(TABLES[name])}
    assert TABLES["cabinet"].column("prm").privacy == "internal"


def test_the_committed_schemas_are_those_of_today() -> None:
    folder = ROOT / "schemas" / "street-lighting"
    generated = schema_files(LIGHTING)
    assert {path.name for path in folder.iterdir()} == set(generated)
    for name, text in generated.items():
        assert (folder / name).read_text(encoding="utf-8") == text, name


@pytest.mark.data
def test_the_metadata_are_those_of_the_scdl(data: Path) -> None:
    """Every key that all SCDL schemas have, and none that no schema of schema.data.gouv.fr has but `primaryKey`."""
    known = [
        json.loads(path.read_text(encoding="utf-8")) for path in sorted((data / "schemas" / "scdl").glob("*.json"))
    ]
    known.append(json.loads((data / "schemas" / "projets-territoire.json").read_text(encoding="utf-8")))
    common = set.intersection(*(set(one) for one in known))
    anywhere = set.union(*(set(one) for one in known))
    of_fields = set.union(*({key for field in one["fields"] for key in field} for one in known))
    of_limits = set.union(*({key for field in one["fields"] for key in field.get("constraints", {})} for one in known))
    for schema in FOUND.values():
        assert common <= set(schema)
        assert set(schema) - anywhere <= {"primaryKey", "missingValues"}
        assert {key for field in schema["fields"] for key in field} <= of_fields
        limits = {key for field in schema["fields"] for key in field["constraints"]}
        assert limits - of_limits <= {"unique"}  # of the specification, though none of them uses it
        assert re.fullmatch(r"\d+\.\d+\.\d+", schema["version"])
        assert {"title", "role"} <= set(schema["contributors"][0])


def test_the_six_data_of_article_5_are_in_the_schema_of_luminaires() -> None:
    described = [field for field in FOUND["luminaire"]["fields"] if "art. 5" in field["description"]]
    assert {
        "ulr_pct", "code_flux_cie3_pct", "temperature_couleur_k", "puissance_totale_w", "flux_source_lm",
        "date_installation",
    } <= {field["name"] for field in described}  # fmt: skip


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_examples_follow_the_schema(name: str) -> None:
    assert [field["name"] for field in FOUND[name]["fields"] if not fits(field, field["example"])] == []


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_written_file_follows_its_schema(name: str, tmp_path: Path) -> None:
    rows = filled(name, rows=3)
    path = tmp_path / "x.csv"
    count = write_schema_csv([rows[:2], rows[2:]], path, declaration=SCHEMAS[name], table=TABLES[name])
    text = path.read_bytes().decode("utf-8")
    assert count == 3
    assert faults(FOUND[name], text) == []
    first = dict(zip(*csv.reader(text.splitlines()[:2]), strict=True))
    assert first == {field.name: field.example for field in SCHEMAS[name].fields}


def test_a_file_that_does_not_follow_is_seen() -> None:
    """The check above can fail: it is not made of the code that it checks."""
    names = [field["name"] for field in FOUND["luminaire"]["fields"]]
    sound = {field["name"]: field["example"] for field in FOUND["luminaire"]["fields"]}
    for name, bad in (
        ("puissance_totale_w", "99999"), ("technologie", "NEON"), ("extinction_debut", "24:10"), ("longitude", ""),
        ("date_installation", "2021"), ("siren_maitre_ouvrage", "12"),
    ):  # fmt: skip
        text = ",".join(names) + "\n" + ",".join({**sound, name: bad}[one] for one in names)
        try:
            found = faults(FOUND["luminaire"], text)
        except ValueError:
            continue
        assert found, name


def test_no_text_runs_as_a_formula(tmp_path: Path) -> None:
    rows = filled("luminaire").with_columns(street=pl.lit('=HYPERLINK("x")'), model=pl.lit('A,"B"\nC'))
    path = tmp_path / "x.csv"
    write_schema_csv([rows], path, declaration=SCHEMAS["luminaire"], table=TABLES["luminaire"])
    with path.open(encoding="utf-8", newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert row["voie"] == '\t=HYPERLINK("x")'
    assert row["modele"] == 'A,"B"\nC'


def test_the_package_stands_alone(tmp_path: Path) -> None:
    path = tmp_path / "eclairage-public-luminaires.csv"
    rows = write_schema_csv([filled("luminaire")], path, declaration=SCHEMAS["luminaire"], table=TABLES["luminaire"])
    file = OpenFile(path=path, declaration=SCHEMAS["luminaire"], schema=FOUND["luminaire"], rows=rows)
    package = write_datapackage(
        [file], tmp_path / "datapackage.json", name="Valbocage", code="99999", on=dt.date(2026, 1, 1), notes=["Fictif."]
    )
    content = json.loads(package.read_text(encoding="utf-8"))
    (resource,) = content["resources"]
    assert (tmp_path / resource["path"]).stat().st_size == resource["bytes"]
    assert resource["schema"]["fields"][0]["name"] == "id_luminaire"
    assert re.fullmatch(r"[a-z0-9._-]+", content["name"])  # what the specification allows
    assert "licenses" not in content  # it is the publisher's to choose


def test_a_declaration_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "schema.toml").write_text("[schemas]\n", encoding="utf-8")
    (tmp_path / "fields.csv").write_text("asset_type,column,field,example\na,b,c,d\na,b,e,f\n", encoding="utf-8")
    with pytest.raises(ValueError, match="declared twice"):
        read_schemas(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    assert read_schemas(other) == {}
