"""Measured effects: a known truth is found, nothing is found where nothing was done, and little data says so."""

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from bocage.domains.lighting import DOMAIN
from bocage.domains.lighting.evaluate.meters import panel
from bocage.domains.lighting.example.meters import MeteredTown, metered_town
from bocage.vocabulary.columns import noun_tables
from bocage.vocabulary.domain import Site
from bocage.vocabulary.text import current_language, use_language


@pytest.fixture(scope="module")
def town(site: Site) -> MeteredTown:
    return metered_town(site, seed=5)


def works(accepted: dt.date, *, asset_ids: list[str] | None = None, name: str = "W") -> pl.DataFrame:
    row = {"works_id": name, "accepted": accepted, "started": accepted, "status": "done", "asset_ids": asset_ids or []}
    return noun_tables()["works"].conform(pl.DataFrame([row], schema_overrides={"asset_ids": pl.List(pl.String)}))


def measured(town: MeteredTown, site: Site, given: pl.DataFrame) -> pl.DataFrame:
    assets = DOMAIN.complete({"invoice": town.invoices}, site)
    return DOMAIN.measure(assets, given, site)


def test_the_truth_lies_in_the_interval(town: MeteredTown, site: Site) -> None:
    row = measured(town, site, works(town.works_on, asset_ids=list(town.treated))).row(0, named=True)
    assert row["low"] <= town.effect_kwh_year <= row["high"]
    assert row["effect"] == pytest.approx(town.effect_kwh_year, rel=0.1)
    assert row["verdict"] == "shown"
    assert row["placebo_low"] <= 0 <= row["placebo_high"]
    assert row["unit"] == "kWh/year"
    assert row["baseline_to"] < town.works_on


def test_nothing_done_is_seldom_shown(site: Site) -> None:
    """An interval of 80 % leaves zero out one time in five; the placebo takes most of these away."""
    verdicts = []
    for seed in range(10):
        quiet = metered_town(site, seed=seed, change=0.0)
        given = works(quiet.works_on, asset_ids=list(quiet.treated))
        verdicts.append(measured(quiet, site, given).row(0, named=True)["verdict"])
    assert verdicts.count("not_shown") >= 7


@pytest.mark.parametrize("accepted", [dt.date(2023, 6, 1), dt.date(2025, 11, 15), dt.date(2031, 1, 1)])
def test_too_few_months_are_said_so(town: MeteredTown, site: Site, accepted: dt.date) -> None:
    row = measured(town, site, works(accepted, asset_ids=list(town.treated))).row(0, named=True)
    assert row["verdict"] == "insufficient_data"
    assert row["effect"] is None


def test_works_that_are_not_accepted_are_not_measured(town: MeteredTown, site: Site) -> None:
    planned = works(town.works_on).with_columns(pl.lit(None, dtype=pl.Date).alias("accepted"))
    assert not measured(town, site, planned)["evaluation_id"].str.contains("measured").any()


def test_a_step_is_told_unless_works_explain_it(town: MeteredTown, site: Site) -> None:
    steps = measured(town, site, works(dt.date(2023, 2, 1)).clear())
    found = {name.removeprefix("step-") for name in steps["evaluation_id"]}
    assert len(found & set(town.treated)) >= 12
    assert len(found - set(town.treated)) <= 1
    explained = measured(town, site, works(town.works_on, asset_ids=list(town.treated)))
    assert not set(town.treated) & {name.removeprefix("step-") for name in explained["evaluation_id"]}


def test_invoices_of_any_periods_measure_the_same(town: MeteredTown, site: Site) -> None:
    """Two months on one invoice, read, say what the months say: each period counts for its own nights."""
    pair = (pl.col("period_from").dt.month() - 1) // 2
    joined = (
        town.invoices.group_by("prm", pl.col("period_from").dt.year().alias("y"), pair.alias("p"), maintain_order=True)
        .agg(pl.col("asset_id").first(), pl.col("period_from").first(), pl.col("period_to").last(),
             pl.col("energy_kwh", "amount_eur").sum())
        .drop("y", "p")
    )  # fmt: skip
    given = works(town.works_on, asset_ids=list(town.treated))
    monthly = measured(town, site, given).row(0, named=True)
    assets = DOMAIN.complete({"invoice": joined}, site)
    every_two = DOMAIN.measure(assets, given, site).row(0, named=True)
    assert every_two["effect"] == pytest.approx(monthly["effect"], rel=0.02)


def test_order_of_invoices_does_not_matter(town: MeteredTown, site: Site) -> None:
    given = works(town.works_on, asset_ids=list(town.treated))
    shuffled = town.invoices.sample(fraction=1.0, shuffle=True, seed=3)
    one = measured(town, site, given)
    other = DOMAIN.measure(DOMAIN.complete({"invoice": shuffled}, site), given, site)
    assert one.drop("method").equals(other.drop("method"))


def test_without_invoices_nothing_is_measured(site: Site) -> None:
    rows = DOMAIN.measure({}, works(dt.date(2025, 1, 1)), site)
    assert rows["verdict"].to_list() == ["insufficient_data"]
    assert panel({}, site) is None


@pytest.mark.data
def test_bethune_2019_is_missing_bills_more_than_saved_energy(data: Path) -> None:
    """The invoices as they stand fall by 17 %; the meters that still bill fall by about 7 %, which no placebo backs."""
    raw = pl.read_csv(data / "lighting/bethune_monthly_meters_2017_2019.csv", try_parse_dates=True)
    bills = raw.select(
        pl.concat_str("BatimentOuRue", "Date").alias("asset_id"), pl.col("BatimentOuRue").alias("prm"),
        pl.col("Date").alias("period_from"), pl.col("Consommation").alias("energy_kwh"),
    )  # fmt: skip
    place = Site(territory_id="62119", longitude_deg=2.64, latitude_deg=50.53, date=dt.date(2020, 1, 1))
    assets = DOMAIN.complete({"invoice": bills}, place)
    found = panel(assets, place)
    assert found is not None
    assert len(found.meters) == 128
    assert found.billed[dt.date(2018, 12, 1)][1] == 124
    assert found.billed[dt.date(2019, 12, 1)][1] == 68
    former = current_language()
    use_language("fr")
    try:
        rows = DOMAIN.measure(assets, works(dt.date(2019, 1, 1)), place)
    finally:
        use_language(former)
    row = rows.row(0, named=True)
    assert "17,0" in row["method"]
    assert -320_000 < row["low"] < row["effect"] < row["high"] < 0
    assert row["effect"] == pytest.approx(-164_000, abs=10_000)
    assert row["placebo_low"] < 0 < row["placebo_high"]
    assert row["verdict"] == "not_shown"
    steps = rows.filter(pl.col("evaluation_id").str.starts_with("step-"))
    assert "step-14 RUE ARTHUR LAMENDIN" in steps["evaluation_id"].to_list()
    assert steps.filter(pl.col("effect") < 0)["effect"].sum() > row["effect"] / 2
