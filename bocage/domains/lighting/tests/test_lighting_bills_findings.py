"""Bills and meters: each finding is provoked alone, and a sound cabinet has none."""

import datetime as dt
import itertools
from collections.abc import Callable

import polars as pl
import pytest

from bocage.domains.lighting import DOMAIN
from bocage.domains.lighting.inventory.invoices import billed_periods, read_periods, summed_periods
from bocage.domains.lighting.physics.load import with_load
from bocage.domains.lighting.physics.periods import expected_kwh, night_hours
from bocage.vocabulary.domain import Assets, Finding, Site
from bocage.vocabulary.text import LANGUAGES

Stock = Callable[..., Assets]
PRM = "01234567890123"
LAMP = {"technology": "HPS", "system_power_w": 100.0, "cabinet_id": "A1", "switching": "astronomical_clock"}
BILLS = {f"BOC-LIG-{number:03d}" for number in range(40, 57)}


def months(year: int = 2025) -> list[tuple[dt.date, dt.date]]:
    firsts = [dt.date(year + number // 12, number % 12 + 1, 1) for number in range(13)]
    return [(first, after - dt.timedelta(days=1)) for first, after in itertools.pairwise(firsts)]


def invoices(
    energy: Callable[[dt.date, dt.date], float | None],
    *,
    prm: str = PRM,
    price: float = 0.15,
    periods: list[tuple[dt.date, dt.date]] | None = None,
    **values: object,
) -> pl.DataFrame:
    rows = []
    for first, last in periods or months():
        kwh = energy(first, last)
        amount = None if kwh is None else price * kwh + 5
        rows.append({"asset_id": f"{prm}-{first}", "prm": prm, "period_from": first, "period_to": last,
                     "energy_kwh": kwh, "amount_eur": amount, **values})  # fmt: skip
    return pl.DataFrame(rows, infer_schema_length=None)


@pytest.fixture
def cabinet(stock: Stock, site: Site) -> Callable[..., Assets]:
    """Ten lamps of 100 W on one cabinet and its delivery point, billed what they need."""

    def build(*, share: float = 1.0, bills: pl.DataFrame | None = None, lamps: int = 10, **changes: object) -> Assets:
        completed = stock(*[LAMP] * max(lamps, 1))
        if not lamps:
            completed = {"luminaire": completed["luminaire"].clear()}
        if bills is None:
            bills = invoices(lambda first, last: share * lamps_kwh(completed, site, first, last))
        box = pl.DataFrame([{"asset_id": "A1", "prm": changes.pop("cabinet_prm", PRM)}], schema={
            "asset_id": pl.String, "prm": pl.String})  # fmt: skip
        point = pl.DataFrame([{"asset_id": "P", "prm": PRM, "use": "lighting", **changes}])
        return DOMAIN.complete({**completed, "cabinet": box, "delivery_point": point, "invoice": bills}, site)

    return build


def lamps_kwh(assets: Assets, site: Site, first: dt.date, last: dt.date) -> float:
    rows = with_load(assets["luminaire"], site).with_columns(prm=pl.lit("x"))
    period = pl.DataFrame({"prm": ["x"], "start": [first], "end": [last + dt.timedelta(days=1)]})
    return float(expected_kwh(rows, period, site, key="prm").item())


def found(assets: Assets, site: Site) -> dict[str, Finding]:
    findings = [one for one in DOMAIN.diagnose(assets, site).findings if one.code in BILLS]
    for one in findings:
        sentences = {one.sentence.say(language) for language in LANGUAGES}
        assert len(sentences) == 2
        assert not any("{" in sentence for sentence in sentences)
    return {one.code: one for one in findings}


def test_a_sound_cabinet_has_no_finding(cabinet: Callable[..., Assets], site: Site) -> None:
    assets = cabinet(subscribed_power_kva=1.5, metered=True)
    assert found(assets, site) == {}
    figures = DOMAIN.diagnose(assets, site).per_asset["delivery_point"].row(0, named=True)
    assert figures["billing"] == "match"
    assert figures["billed_ratio"] == pytest.approx(1.0)
    assert figures["light_points_fed"] == 10
    assert figures["installed_power_kw"] == pytest.approx(1.0)
    assert (figures["billed_from"], figures["billed_to"]) == (dt.date(2025, 1, 1), dt.date(2025, 12, 31))


def test_expected_energy_is_that_of_the_nights_of_the_period(site: Site, stock: Stock) -> None:
    """A kilowatt lit by the clock uses the hours of night: over 455 h in December, under 245 in June at Paris."""
    lamps = stock(*[LAMP] * 10)
    december = lamps_kwh(lamps, site, dt.date(2025, 12, 1), dt.date(2025, 12, 31))
    june = lamps_kwh(lamps, site, dt.date(2025, 6, 1), dt.date(2025, 6, 30))
    assert december == pytest.approx(469, abs=6)
    assert june == pytest.approx(220, abs=6)
    hours = night_hours([dt.date(2025, 12, 1), dt.date(2026, 1, 1)], site)[1]
    assert december == pytest.approx(hours, rel=1e-9)
    parts = [lamps_kwh(lamps, site, first, last) for first, last in months()]
    whole = lamps_kwh(lamps, site, dt.date(2025, 1, 1), dt.date(2025, 12, 31))
    assert sum(parts) == pytest.approx(whole, rel=1e-9)


def test_orphans(cabinet: Callable[..., Assets], site: Site) -> None:
    stranger = invoices(lambda *_: 100.0, prm="99999999999999")
    codes = found(cabinet(bills=stranger), site)
    assert list(codes["BOC-LIG-040"].asset_ids) == ["99999999999999"]
    assert list(codes["BOC-LIG-055"].asset_ids) == ["P"]
    sentence = codes["BOC-LIG-040"].sentence.say("en")
    assert "billed 1,201 kWh and 240 EUR once brought to a year" in sentence, "365 days billed, 365.25 in a year"
    without = found(cabinet(cabinet_prm=None), site)
    assert list(without["BOC-LIG-041"].asset_ids) == ["A1"]
    assert list(without["BOC-LIG-040"].asset_ids) == ["P"]


def test_a_point_of_another_use_is_no_orphan(cabinet: Callable[..., Assets], site: Site) -> None:
    assets = cabinet()
    hall = pl.DataFrame([{"asset_id": "H", "prm": "55555555555555", "use": "building"}])
    gas = pl.DataFrame([{"asset_id": "G", "prm": "66666666666666", "carrier": "gas"}])
    points = pl.concat([assets["delivery_point"], hall, gas], how="diagonal")
    assert found({**assets, "delivery_point": points}, site) == {}


def test_luminaires_without_a_cabinet(cabinet: Callable[..., Assets], site: Site) -> None:
    assets = cabinet()
    lamps = assets["luminaire"].with_columns(
        pl.when(pl.col("asset_id") == "p3").then(None).otherwise(pl.col("cabinet_id")).alias("cabinet_id")
    )
    assert list(found({**assets, "luminaire": lamps}, site)["BOC-LIG-042"].asset_ids) == ["p3"]


def test_dead_and_useless_points(cabinet: Callable[..., Assets], site: Site) -> None:
    assert set(found(cabinet(bills=invoices(lambda *_: 0.0)), site)) == {"BOC-LIG-043"}
    assert "BOC-LIG-044" in found(cabinet(lamps=0, bills=invoices(lambda *_: 100.0)), site)


def test_flat_rate(cabinet: Callable[..., Assets], site: Site) -> None:
    assert set(found(cabinet(metered=False), site)) == {"BOC-LIG-045"}


def test_subscribed_power(cabinet: Callable[..., Assets], site: Site) -> None:
    """1 kW needs 1.1 to 1.5 kVA, a dated guess: 2 kVA are kept, 4 are two too many, 1 is not enough."""
    assert found(cabinet(subscribed_power_kva=2.0), site) == {}
    over = found(cabinet(subscribed_power_kva=4.0), site)["BOC-LIG-046"]
    assert "2 kVA too many, about 24 EUR" in over.sentence.say("en")
    assert set(found(cabinet(subscribed_power_kva=1.0), site)) == {"BOC-LIG-047"}


@pytest.mark.parametrize(("share", "code"), [(1.6, "BOC-LIG-048"), (0.6, "BOC-LIG-049")])
def test_bills_that_depart_from_the_inventory(
    cabinet: Callable[..., Assets], site: Site, share: float, code: str
) -> None:
    assert set(found(cabinet(share=share), site)) == {code}
    assert found(cabinet(share=1 + (share - 1) / 10), site) == {}


def test_missing_months(cabinet: Callable[..., Assets], site: Site) -> None:
    gap = [period for period in months() if period[0].month not in {5, 6}]
    finding = found(cabinet(bills=invoices(lambda *_: 350.0, periods=gap)), site)["BOC-LIG-050"]
    assert "2 months missing" in finding.sentence.say("en")


def test_estimated_readings(cabinet: Callable[..., Assets], site: Site, stock: Stock) -> None:
    lamps = stock(*[LAMP] * 10)
    bills = invoices(lambda first, last: lamps_kwh(lamps, site, first, last), reading="estimated")
    assert set(found(cabinet(bills=bills), site)) == {"BOC-LIG-051"}


def test_the_same_period_twice(cabinet: Callable[..., Assets], site: Site) -> None:
    once = cabinet()["invoice"]
    again = once.head(1).with_columns(pl.lit("again").alias("asset_id"))
    codes = found(cabinet(bills=pl.concat([once, again])), site)
    assert "1 periods" in codes["BOC-LIG-052"].sentence.say("en")
    halves = once.head(1).with_columns(pl.lit("off-peak").alias("asset_id"), pl.col("energy_kwh") / 3)
    split = pl.concat([once.with_columns(pl.col("energy_kwh") * 2 / 3).head(1), halves, once.tail(11)])
    assert "BOC-LIG-052" not in found(cabinet(bills=split), site), "peak and off-peak lines are one invoice"


def test_a_price_out_of_line_with_the_contract(cabinet: Callable[..., Assets], site: Site) -> None:
    price = {"asset_id": ["x"], "energy_price_eur_kwh": [0.15], "fixed_price_eur_year": [60.0]}
    assets = cabinet()
    assert found({**assets, "supply_price": pl.DataFrame(price)}, site) == {}
    cheaper = pl.DataFrame({**price, "energy_price_eur_kwh": [0.12]})
    assert set(found({**assets, "supply_price": cheaper}, site)) == {"BOC-LIG-053"}


def test_references_written_several_ways_meet(cabinet: Callable[..., Assets], site: Site) -> None:
    assets = cabinet()
    spaced = assets["invoice"].with_columns(pl.lit("1 234 567 890 123").alias("prm"))
    codes = found({**assets, "invoice": spaced}, site)
    assert set(codes) == {"BOC-LIG-054"}
    assert DOMAIN.diagnose({**assets, "invoice": spaced}, site).per_asset["delivery_point"]["billing"].item() == "match"


def test_invoices_that_cannot_be_used(cabinet: Callable[..., Assets], site: Site) -> None:
    once = cabinet()["invoice"]
    blank = once.head(1).with_columns(
        pl.lit("blank").alias("asset_id"), pl.lit(None, dtype=pl.Float64).alias("energy_kwh")
    )
    assert list(found(cabinet(bills=pl.concat([once, blank])), site)["BOC-LIG-056"].asset_ids) == ["blank"]


def test_periods_without_an_end_are_months_and_their_edges_are_left_out() -> None:
    firsts = [dt.date(2025, month, 1) for month in range(1, 7)]
    bills = pl.DataFrame({"asset_id": [str(day) for day in firsts], "prm": [PRM] * 6, "period_from": firsts,
                          "energy_kwh": [10.0, 30.0, 20.0, 25.0, 28.0, 3.0]})  # fmt: skip
    periods = billed_periods({"invoice": bills})
    assert periods["days"].to_list() == [31, 28, 31, 30, 31, 30]
    assert read_periods(summed_periods(periods))["energy_kwh"].to_list() == [30.0, 20.0, 25.0, 28.0]
