"""Every euro of a small plan, computed again in the test: works, VAT, balances, PPI, accounts, values, rates."""

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from bocage.decide.answer.planning import make_plan
from bocage.decide.question.request import Accounts, PlanRequest, Realisation

SIREN = "111111118"
PAYER = (SIREN, "M57_main")
RequestOf = Callable[..., PlanRequest]
# A town too large for DETR, without certificates: nothing but its own money and FCTVA.
PLAIN: dict[str, Any] = {
    "territory": {"kind": "commune", "population": 60000, "department": "35"},
    "leave_out": frozenset({"CEE-RES-EC-104"}),
    "realisation": {"lighting": Realisation(median=0.9, low=0.9, high=0.9, records=0, told={})},
}
WORKS_HT, UPKEEP_HT, KWH = 10000.0, 1000.0, 29000.0
TTC = (WORKS_HT + UPKEEP_HT) * 1.2
FCTVA = 0.16404 * TTC
SAVED = KWH * 0.9 * 0.2
REAL = 1.035 / 1.02 - 1
HORIZON = 30


@pytest.fixture
def planned(request_of: RequestOf) -> Any:
    """Luminaires in the section of investment, settings in the running one, both in 2027; all of it certain."""
    rows = [
        {"cost": WORKS_HT, "kwh": 20000.0, "last_year": 2027, "facts": {"led": False}},
        {"cost": UPKEEP_HT, "kwh": 9000.0, "last_year": 2027, "kind": "dimming",
         "facts": {"led": False, "spending": "network_upkeep"}},
    ]  # fmt: skip
    accounts = {PAYER: Accounts(debt_eur=[500000.0] * 3, gross_savings_eur=[80000.0] * 3)}
    result = make_plan(request_of(rows, budgets={PAYER: [20000.0, 0.0, 0.0]}, accounts=accounts, **PLAIN))
    assert result.plan["decision"].to_list() == ["in", "in"]
    return result


def line(result: Any, name: str) -> list[float]:
    return result.ledgers.filter(pl.col("line") == name).sort("year")["amount_eur"].to_list()  # type: ignore[no-any-return]


def society(result: Any) -> dict[str, float]:
    return dict(result.society.select("indicator", "value").iter_rows())


def test_the_ledger_pays_works_once_and_gets_vat_back_two_years_later(planned: Any) -> None:
    # 13 200 EUR of 20 000, then 16.404 % of them in 2029, then nothing: five years are told.
    assert line(planned, "works_ttc") == pytest.approx([-13200, 0, 0, 0, 0])
    assert line(planned, "fctva") == pytest.approx([0, 0, 2165.328, 0, 0])
    assert line(planned, "balance") == pytest.approx([6800, 6800, 8965.328, 8965.328, 8965.328])
    # 29 000 kWh at 0.20 EUR, of which 90 % comes true, with the VAT of 20 % that no commune gets back.
    assert line(planned, "savings") == pytest.approx([0, 6264, 6264, 6264, 6264])


def test_the_programme_tells_the_sections_apart_and_is_what_the_ledger_pays(planned: Any) -> None:
    totals = {
        (row["section"], row["year"]): (row["ap_eur"], row["cp_eur"], row["vat_returned_eur"], row["own_eur"])
        for row in planned.tables["ppi_totals"].iter_rows(named=True)
    }
    assert totals == {
        ("investment", 2027): pytest.approx((12000, 12000, 0, 12000)),
        ("investment", 2029): pytest.approx((0, 0, 1968.48, -1968.48)),
        ("running", 2027): pytest.approx((1200, 1200, 0, 1200)),
        ("running", 2029): pytest.approx((0, 0, 196.848, -196.848)),
    }
    chosen = planned.options.filter(pl.col("option") == "chosen").row(0, named=True)
    assert chosen["own_eur"] == pytest.approx(TTC - FCTVA) == pytest.approx(11034.672)
    assert (chosen["saving_eur_year"], chosen["energy_kwh_year"]) == pytest.approx((5220, 26100))


def test_running_works_are_no_investment_and_weigh_on_gross_savings(planned: Any) -> None:
    told = planned.tables["orientation"].sort("year")
    assert told["investment_eur"].to_list() == pytest.approx([12000, 0, 0, 0, 0])
    assert told["running_works_eur"].to_list() == pytest.approx([1200, 0, 0, 0, 0])
    assert told["own_funds_used_eur"].to_list() == pytest.approx([13200, 0, -2165.328, 0, 0])
    # 80 000 EUR a year without the plan; settings cost 1 200 EUR, of which 196.848 EUR come back.
    assert told["gross_savings_eur"].to_list()[:3] == pytest.approx([78800, 86264, 86264 + 196.848])
    assert told["debt_years"].to_list()[0] == pytest.approx(500000 / 78800)


def test_the_value_for_society_is_the_sum_of_its_years(planned: Any) -> None:
    # Renewed after 20 years, so that ten of the second life are left after 30: half its price. A kilogram is worth
    # 0.30 EUR in 2030 and 3.2 % more each year, the rate of society: each year's carbon has the same present value.
    cost = 11000 + 11000 / 1.032**20 - 5500 / 1.032**30
    cash = SAVED * sum(1.032**-year for year in range(1, HORIZON + 1))
    carbon = KWH * 0.08 * 0.9 * 0.3 * 1.032**-3 * HORIZON
    figures = society(planned)
    assert figures["carbon_value"] == pytest.approx(carbon)
    assert figures["npv"] == pytest.approx(cash + carbon - cost)
    tonnes = KWH * 0.08 * 0.9 / 1000 * sum(1.032**-year for year in range(1, HORIZON + 1))
    assert figures["npv_per_own_euro"] == pytest.approx((cash + carbon - cost) / (TTC - FCTVA))
    # In the draws of this request works and gains move together: ratios are those of the means.
    assert figures["abatement_cost"] == pytest.approx((cost - cash) / tonnes)
    assert figures["benefit_cost"] == pytest.approx((cash + carbon) / cost)
    yearly = [-11000.0, *(SAVED + KWH * 0.072 * 0.3 * 1.032 ** (year - 3) for year in range(1, HORIZON + 1))]
    yearly[20] -= 11000
    yearly[30] += 5500
    rate = figures["internal_rate"]
    assert sum(flow * (1 + rate) ** -year for year, flow in enumerate(yearly)) == pytest.approx(0.0, abs=1e-3)
    # 5 220 EUR and 570 EUR of carbon a year, discounted: 5 628, then 5 470 EUR; 11 000 EUR are back in year 2.
    assert figures["payback"] == 2


def test_the_value_for_the_payer_is_that_of_its_cash(planned: Any) -> None:
    net = TTC - FCTVA * (1 + REAL) ** -2
    later = net * (1 + REAL) ** -20 - 0.5 * (TTC - FCTVA) * (1 + REAL) ** -HORIZON
    saved = 1.2 * SAVED * sum((1 + REAL) ** -year for year in range(1, HORIZON + 1))
    assert society(planned)["cash_npv"] == pytest.approx(saved - net - later)


def test_the_cost_to_date_is_the_programme_summed_up_renewals_included(request_of: RequestOf) -> None:
    # Two years of life over three: 1 200 EUR in 2027 and again in 2029, each with its FCTVA two years later.
    row = {"cost": 1000.0, "kwh": 9000.0, "lifetime_years": 2.0, "last_year": 2027, "facts": {"led": False}}
    result = make_plan(request_of([row], budgets={PAYER: [1200.0, 0.0, 1200.0]}, **PLAIN))
    curve = result.tables["cost_curve"].sort("year")
    assert curve["works_eur"].to_list() == pytest.approx([1200, 1200, 2400, 2400, 2400])
    back = 1200 * 0.16404
    assert curve["net_eur"].to_list() == pytest.approx([1200, 1200, 2400 - back, 2400 - back, 2400 - 2 * back])
    told = result.tables["orientation"].sort("year")
    assert told["investment_eur"].to_list() == pytest.approx([1200, 0, 1200, 0, 0])
    assert told["vat_returned_eur"].to_list() == pytest.approx([0, 0, back, 0, back])
    ppi = result.tables["ppi"].sort("year")
    assert ppi["cp_eur"].sum() == pytest.approx(result.tables["operations"]["ap_eur"].item()) == pytest.approx(2400)


def test_a_grant_is_paid_as_its_rule_says_and_the_rest_is_left_to_pay(request_of: RequestOf) -> None:
    # 1 500 inhabitants: DETR brings 20 or 30 % of the works excluding VAT, 30 % at the order and the rest a year later.
    row = {"cost": 10000.0, "kwh": 20000.0, "last_year": 2027, "facts": {"led": False}}
    settings = {**PLAIN, "territory": {"kind": "commune", "population": 1500, "department": "53", "overseas": False}}
    result = make_plan(request_of([row], budgets={PAYER: [20000.0, 0.0, 0.0]}, **settings))
    plan = result.tables["funding_plan"].sort("rank")
    aid = plan.filter(pl.col("line") == "DETR")["amount_eur"].item()
    assert aid in (pytest.approx(2000), pytest.approx(3000))
    assert line(result, "grant:DETR") == pytest.approx([0.3 * aid, 0.7 * aid, 0, 0, 0])
    resources = plan.filter(pl.col("side") == "resource")["amount_eur"].to_list()
    assert sum(resources) == pytest.approx(10000)
    assert result.tables["operations"]["public_aid_share"].item() == pytest.approx(aid / 10000)
    ppi = result.tables["ppi"]
    left = ppi["ap_eur"].sum() - ppi["aids_eur"].sum() - ppi["vat_returned_eur"].sum()
    assert left == pytest.approx(12000 - aid - 0.16404 * 12000) == pytest.approx(ppi["own_eur"].sum())
    assert line(result, "balance")[-1] == pytest.approx(20000 - left)
