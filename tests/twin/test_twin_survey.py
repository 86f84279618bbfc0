"""Survey: what it says of fifty thousand points is what the ordinary verbs say of the same points."""

import datetime as dt
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from benchmarks.national_points import department, write_country, write_geoparquet
from bocage.domains.lighting import DOMAIN
from bocage.domains.lighting.actions.propose import considered
from bocage.domains.lighting.diagnose.findings import rules
from bocage.domains.lighting.diagnose.survey import lot_name
from bocage.domains.lighting.diagnose.variants import VARIANTS
from bocage.twin.answer import Answer
from bocage.twin.parallel import MEMORY_VARIABLES, over_processes
from bocage.twin.survey import survey, whole_of
from bocage.twin.survey_part import BLOCK, FACTS, centre, judge, read_part, summary_of
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import noun_tables
from bocage.vocabulary.domain import Assets, Site, Surveyed
from bocage.vocabulary.draws import DrawTable

DATE = dt.date(2026, 11, 1)
SITE = Site(
    territory_id="35", kind="departement", longitude_deg=-1.6, latitude_deg=48.1, date=DATE, draws=40,
    settings={setting.name: setting.default_value() for setting in DOMAIN.settings},
)  # fmt: skip
RELATIVE = 1e-9


@pytest.fixture(scope="module")
def points() -> pl.DataFrame:
    """Fifty thousand points with their gaps and odd values, judged as a survey judges them."""
    raw = department(34, points=50_000, seed=5).drop("geometry")
    rows, _refused, _unknown = judge(raw, DOMAIN.tables[0])
    return rows


@pytest.fixture(scope="module")
def surveyed(points: pl.DataFrame) -> Surveyed:
    assert DOMAIN.survey is not None
    return DOMAIN.survey({"luminaire": points}, SITE)


@pytest.fixture(scope="module")
def completed(points: pl.DataFrame) -> Assets:
    return DOMAIN.complete({"luminaire": points}, SITE)


def close(found: pl.DataFrame, expected: pl.DataFrame) -> None:
    """Same keys, and numbers equal to a relative 1e-9."""
    keys = ["scope", "indicator", "unit"]
    both = expected.join(found, on=keys, how="full", suffix="_found")
    assert both.null_count().sum_horizontal().item() == 0
    for name in ("value", "low", "high"):
        np.testing.assert_allclose(both[f"{name}_found"], both[name], rtol=RELATIVE, atol=1e-6)
    there = both.filter(pl.col("value").abs() > 1e-6)  # what a difference of roundings rests on means nothing
    np.testing.assert_allclose(there["default_share_found"], there["default_share"], rtol=RELATIVE)


def test_doing_nothing_is_what_the_diagnosis_says(surveyed: Surveyed, completed: Assets) -> None:
    diagnosis = DOMAIN.diagnose(completed, SITE)
    local = diagnosis.outcomes.where(~pl.col("scope").str.starts_with("sector:")).summary()
    found = surveyed.outcomes.where(pl.col("action_set") == "reference").summary().drop("action_set")
    assert found["scope"].n_unique() > 300
    close(found, local)


def test_flags_are_those_of_the_diagnosis(surveyed: Surveyed, completed: Assets) -> None:
    figures = DOMAIN.diagnose(completed, SITE).per_asset["luminaire"]
    assert surveyed.points["asset_id"].to_list() == figures["asset_id"].to_list()
    for name in ("flags", "priority", "technology", "system_power_w", "on_defaults"):
        assert surveyed.points[name].to_list() == figures[name].to_list(), name
    np.testing.assert_allclose(surveyed.points["energy_kwh_year"], figures["energy_kwh_year"], rtol=RELATIVE)


def test_findings_count_the_assets_of_the_diagnosis(surveyed: Surveyed, completed: Assets) -> None:
    judged = {rule.code for rule in rules(SITE)}  # the others compare communes with each other: not for a survey
    expected = {
        finding.code: len(finding.asset_ids)
        for finding in DOMAIN.diagnose(completed, SITE).findings
        if finding.code in judged
    }
    assert len(expected) > 5
    whole = surveyed.findings.filter(pl.col("scope") == "territory")
    assert dict(whole.select("code", "count").iter_rows()) == expected
    one = surveyed.points["commune_code"][0]
    part = completed["luminaire"].filter(pl.col("commune_code") == one)
    of_one = {
        finding.code: len(finding.asset_ids)
        for finding in DOMAIN.diagnose({"luminaire": part}, SITE).findings
        if finding.code in judged
    }
    local = surveyed.findings.filter(pl.col("scope") == f"commune:{one}")
    assert dict(local.select("code", "count").iter_rows()) == of_one


def test_a_summary_in_blocks_is_the_summary() -> None:
    count = 2 * BLOCK + 3
    draws = np.random.default_rng(7).lognormal(0, 1, (count, 41))
    draws[::3] = draws[::3, :1]  # rows whose draws are all the same
    keys = pl.DataFrame({"scope": [str(row) for row in range(count)]})
    outcomes = DrawTable(keys, draws, np.linspace(0, 1, count))
    assert_frame_equal(summary_of(outcomes), outcomes.summary(), rel_tol=1e-12, abs_tol=0)
    empty = outcomes.where(pl.col("scope") == "")
    assert_frame_equal(summary_of(empty), empty.summary())


def actions_of(completed: Assets, kinds: tuple[str, ...]) -> pl.DataFrame:
    """One action for each kind and commune, on every luminaire where the kind can be done."""
    rows = []
    seen: set[str] = set()
    for one in considered(SITE):
        if one.kind not in kinds or one.kind in seen:
            continue
        seen.add(one.kind)
        where = completed["luminaire"].filter(one.applies.fill_null(value=False))
        for (code,), members in where.group_by("commune_code", maintain_order=True):
            rows.append(
                {
                    "action_id": lot_name(one.kind, f"commune:{code}"), "domain": "lighting", "kind": one.kind,
                    "asset_ids": members["asset_id"].to_list(), "unit_count": members.height,
                    "change": json.dumps(one.change), "commune_code": code, "asset_type": "luminaire",
                }
            )  # fmt: skip
    return noun_tables()["action"].conform(pl.DataFrame(rows, infer_schema_length=None))


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_is_what_simulation_says_of_its_actions(name: str, surveyed: Surveyed, completed: Assets) -> None:
    actions = actions_of(completed, VARIANTS[name])
    found = surveyed.outcomes.where(pl.col("action_set") == name).summary().drop("action_set")
    communes = actions["commune_code"].unique().sort()
    for scope in ("territory", f"commune:{communes[0]}", f"commune:{communes[-1]}"):
        code = scope.removeprefix("commune:")
        assets, chosen = completed, actions
        if scope != "territory":
            assets = {"luminaire": completed["luminaire"].filter(pl.col("commune_code") == code)}
            chosen = actions.filter(pl.col("commune_code") == code)
        after = DOMAIN.simulate(assets, chosen, SITE)
        effect = after.minus(DOMAIN.simulate(assets, chosen.clear(), SITE), on=["indicator"]).summary()
        close(found.filter(pl.col("scope") == scope), effect.with_columns(pl.lit(scope).alias("scope")))


def test_a_variant_touches_what_the_proposed_actions_touch(completed: Assets) -> None:
    part = {"luminaire": completed["luminaire"].head(4000)}
    proposed = DOMAIN.propose(part, SITE)
    for kind in {kind for kinds in VARIANTS.values() for kind in kinds}:
        first = next(one for one in considered(SITE) if one.kind == kind)
        expected = set(part["luminaire"].filter(first.applies.fill_null(value=False))["asset_id"])
        same = proposed.filter(
            (pl.col("kind") == kind) & (pl.col("change") == json.dumps(first.change, sort_keys=True))
        )
        assert set(same["asset_ids"].explode()) == expected
        assert expected


def test_points_of_no_known_commune_cost_what_the_others_do() -> None:
    """Twice the same lamps: the whole costs twice as much, whether or not their commune is told."""
    lamps = pl.DataFrame({"asset_id": [f"p{rank}" for rank in range(40)], "commune_code": ["35001"] * 20 + [None] * 20})
    assert DOMAIN.survey is not None
    found = DOMAIN.survey({"luminaire": lamps.with_columns(technology=pl.lit("HG"))}, replace(SITE, draws=400))
    cost = found.outcomes.where((pl.col("indicator") == "investment_eur") & (pl.col("action_set") == "led"))
    by_scope = dict(zip(cost.keys["scope"], cost.draws.mean(axis=1), strict=True))
    assert by_scope["territory"] == pytest.approx(2 * by_scope["commune:35001"], rel=0.03)
    assert by_scope["commune:35001"] > 0


def test_the_whole_is_the_sum_of_the_parts(tmp_path: Path) -> None:
    answer = _survey_two(tmp_path)
    targets = [tmp_path / "out" / "parts" / name for name in ("01", "2B")]
    whole = whole_of(targets).summary()
    parts = pl.concat(pl.read_parquet(target / "outcomes.parquet") for target in targets)
    for name in ("energy_kwh_year", "investment_eur", "light_points"):
        one = parts.filter((pl.col("scope") == "territory") & (pl.col("indicator") == name))
        summed = one.group_by("action_set").agg(pl.col("value").sum())
        both = whole.filter(pl.col("indicator") == name).join(summed, on="action_set", suffix="_sum")
        assert both.height == one["action_set"].n_unique()
        np.testing.assert_allclose(both["value"], both["value_sum"], rtol=1e-12)
    assert "burning_hours_h_year" not in whole["indicator"].to_list()
    assert answer.data["parts"] == 2
    assert answer.data["read"] == 4000
    assert answer.data["kept"] + answer.data["refused"] == 4000  # type: ignore[operator]  # numbers


def _survey_two(folder: Path) -> Answer:
    for rank, name in ((0, "01"), (95, "2B")):
        frame = department(rank, points=2000, seed=3)
        write_geoparquet(frame, folder / "in" / f"departement={name}" / "points.parquet")
    return survey(folder / "in", output=folder / "out", date=DATE, draws=20, workers=1)


def test_parts_already_done_are_kept_and_the_others_done(tmp_path: Path) -> None:
    _survey_two(tmp_path)
    kept, gone = (tmp_path / "out" / "parts" / name for name in ("01", "2B"))
    before = (kept / FACTS).stat().st_mtime_ns
    shutil.rmtree(gone)
    (kept.parent / ".2B.part").mkdir()  # what a process that was killed leaves behind
    again = survey(tmp_path / "in", output=tmp_path / "out", draws=20, workers=1)  # no date: that of the survey begun
    assert again.data["skipped"] == 1
    assert (kept / FACTS).stat().st_mtime_ns == before
    assert (gone / "points.parquet").is_file()
    assert not (kept.parent / ".2B.part").exists()
    other = survey(tmp_path / "in", output=tmp_path / "out", draws=30, workers=1)
    assert other.data["skipped"] == 0


def test_two_processes_say_what_one_says(tmp_path: Path) -> None:
    _survey_two(tmp_path)
    survey(tmp_path / "in", output=tmp_path / "two", date=DATE, draws=20, workers=2)
    for name in ("communes", "whole", "findings"):
        one, two = (pl.read_parquet(tmp_path / folder / f"{name}.parquet") for folder in ("out", "two"))
        assert_frame_equal(one, two, rel_tol=1e-12, abs_tol=1e-9)


def test_no_row_is_lost(tmp_path: Path) -> None:
    _survey_two(tmp_path)
    raw = pl.read_parquet(tmp_path / "in" / "departement=01" / "points.parquet")
    target = tmp_path / "out" / "parts" / "01"
    refused = pl.read_parquet(target / "refused.parquet")
    assert pl.read_parquet(target / "points.parquet").height + refused.height == raw.height
    assert set(refused["reason"]) <= {"no_identifier", "repeated"}


def test_odd_values_are_unknown_and_rows_without_name_refused() -> None:
    raw = pl.DataFrame(
        {
            "asset_id": ["a", "a", None, "b"],
            "commune_code": ["35001"] * 4,
            "technology": ["LED", "HPS", "HPS", "?"],
            "lamp_power_w": [-1.0, 70.0, 70.0, 70.0],
        }
    )
    rows, refused, unknown = judge(raw, DOMAIN.tables[0])
    assert rows["asset_id"].to_list() == ["a", "b"]
    assert rows["lamp_power_w"].to_list() == [None, 70.0]
    assert rows["technology"].to_list() == ["LED", None]
    assert refused["reason"].to_list() == ["repeated", "no_identifier"]
    assert unknown == 2


def test_the_centre_is_read_in_any_projection(tmp_path: Path) -> None:
    frame = department(0, points=300, seed=3)
    path = write_geoparquet(frame, tmp_path / "a.parquet")
    longitude, latitude = centre(path)
    assert -3.5 < longitude < -1.5
    assert 42 < latitude < 44
    geo = {"columns": {"geometry": {"bbox": [351000, 6788000, 353000, 6790000], "crs": "EPSG:2154"}}}
    geo["primary_column"] = "geometry"  # type: ignore[assignment]  # a mapping of anything
    frame.write_parquet(tmp_path / "b.parquet", metadata={"geo": json.dumps(geo)})
    assert centre(tmp_path / "b.parquet") == pytest.approx((-1.68, 48.1), abs=0.1)


@pytest.mark.parametrize(
    ("write", "code"),
    [
        (lambda folder: (folder / "a.csv").write_text("x"), "BOC-TWI-030"),
        (lambda folder: (folder / "a.parquet").write_bytes(b"PAR1 no"), "BOC-TWI-031"),
        (lambda folder: (folder / "a.parquet").write_bytes(b""), "BOC-TWI-031"),
        (lambda folder: pl.DataFrame({"asset_id": ["a"]}).write_parquet(folder / "a.parquet"), "BOC-TWI-032"),
        (
            lambda folder: department(0, points=300, seed=1).drop("geometry").write_parquet(folder / "a.parquet"),
            "BOC-TWI-033",
        ),
        (
            lambda folder: [
                write_geoparquet(department(0, points=300, seed=1), folder / f"{name}.parquet") for name in "ab"
            ],
            "BOC-TWI-034",
        ),
    ],
)
def test_what_cannot_be_surveyed_is_refused_with_a_code(write: object, code: str, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    write(folder)  # type: ignore[operator]  # a function
    with pytest.raises(BocageError) as refusal:
        survey(folder, output=tmp_path / "out", draws=20, workers=1)
    assert refusal.value.code == code
    assert not list((tmp_path / "out").rglob("*.part"))


def test_a_broken_file_does_not_stop_the_others(tmp_path: Path) -> None:
    write_country(tmp_path / "in", points=1000, seed=1)
    (tmp_path / "in" / "broken.parquet").write_bytes(b"nothing")
    with pytest.raises(BocageError, match="BOC-TWI-031"):
        survey(tmp_path / "in", output=tmp_path / "out", date=DATE, draws=20, workers=1)
    assert len(list((tmp_path / "out" / "parts").glob("*/points.parquet"))) == 1


def test_a_file_read_column_by_column_has_declared_columns_only(tmp_path: Path) -> None:
    frame = department(0, points=300, seed=1).with_columns(pl.lit(1).alias("unheard_of"))
    path = write_geoparquet(frame, tmp_path / "a.parquet")
    assert set(read_part(path, DOMAIN.tables[0]).columns) < set(DOMAIN.tables[0].polars_schema())


def test_a_part_without_a_row_to_keep_has_no_light_point(tmp_path: Path) -> None:
    nameless = department(0, points=300, seed=1).with_columns(pl.lit(None, dtype=pl.String).alias("asset_id"))
    write_geoparquet(nameless, tmp_path / "in" / "a.parquet")
    answer = survey(tmp_path / "in", output=tmp_path / "out", date=DATE, draws=20, workers=1)
    assert (answer.data["kept"], answer.data["refused"]) == (0, 300)
    assert set(pl.read_parquet(tmp_path / "out" / "whole.parquet")["value"]) == {0.0}


def test_work_over_processes_leaves_the_environment_as_it_was() -> None:
    before = dict(os.environ)
    assert over_processes(os.getenv, ["POLARS_MAX_THREADS", *MEMORY_VARIABLES], workers=2)[0] == "1"
    assert dict(os.environ) == before


def test_work_over_processes_comes_back_in_order() -> None:
    assert over_processes(abs, [-3, 2, -1, 0], workers=2) == [3, 2, 1, 0]
