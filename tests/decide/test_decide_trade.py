"""The tables of the trade: what they tell adds up to the ledgers, and to the law."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from bocage.decide.answer.planning import make_plan
from bocage.decide.columns.giving import givers
from bocage.decide.money.operations import MOST_OPERATIONS
from bocage.decide.money.quarters import quarter_shares
from bocage.decide.question.request import Accounts, Borrowing, PlanRequest
from bocage.decide.value.accounting import accounts

SIREN, OTHER = "111111118", "222222226"
MAIN, WATER, EPCI = (SIREN, "M57_main"), (SIREN, "M49_water"), (OTHER, "epci")
RequestOf = Callable[..., PlanRequest]
LOAN = Borrowing(limit_eur=[30000.0] * 3, rate=[0.04] * 3, years=[10] * 3)
KINDS = {"led": {"fr": "rénovation en LED", "en": "renewal with LED"}}


def rows_of(count: int) -> list[dict[str, Any]]:
    rng = np.random.default_rng(5)
    budgets = [{}, {"budget": "M49_water", "competence": "water"}, {"owner_siren": OTHER, "budget": "epci"}]
    return [
        {"cost": float(rng.uniform(3e3, 9e3)), "kwh": float(rng.uniform(6e3, 2e4)), "place": f"Rue {number % 7}",
         "commune_code": "53001", **budgets[number % 3]}
        for number in range(count)
    ]  # fmt: skip


@pytest.fixture
def planned(request_of: RequestOf) -> Any:
    """A plan of three payers with grants, certificates and loans."""
    return make_plan(
        request_of(
            rows_of(24),
            budgets={MAIN: [16000.0, 12000.0, 9000.0], WATER: [9000.0] * 3, EPCI: [9000.0] * 3},
            borrowing={MAIN: LOAN},
            accounts={MAIN: Accounts(debt_eur=[500000.0] * 3, gross_savings_eur=[80000.0] * 3)},
            kinds=KINDS,
            gap=0.02,
        )
    )


def of_ledgers(result: Any, *names: str) -> Mapping[tuple[str, str, int], float]:
    """Sum of some lines by payer and year."""
    wanted = pl.any_horizontal(pl.col("line") == name for name in names) | pl.any_horizontal(
        pl.col("line").str.starts_with(f"{name}:") for name in names
    )
    sums = result.ledgers.filter(wanted).group_by("payer_siren", "budget", "year").agg(pl.col("amount_eur").sum())
    return {(siren, budget, year): amount for siren, budget, year, amount in sums.iter_rows() if abs(amount) > 1e-6}


def of_table(frame: pl.DataFrame, name: str) -> Mapping[tuple[str, str, int], float]:
    sums = frame.group_by("payer_siren", "budget", "year").agg(pl.col(name).sum())
    return {(siren, budget, year): amount for siren, budget, year, amount in sums.iter_rows() if abs(amount) > 1e-6}


def test_the_programme_adds_up_to_the_ledgers_of_the_payers(planned: Any) -> None:
    ppi = planned.tables["ppi"]
    works = {key: -amount for key, amount in of_ledgers(planned, "works_ttc", "renewals", "given").items()}
    # The ledgers are means of draws, the programme the mean costs to the cent.
    assert of_table(ppi, "cp_eur") == pytest.approx(works, abs=0.5)
    assert of_table(ppi, "aids_eur") == pytest.approx(of_ledgers(planned, "grant"), abs=0.5)
    assert of_table(ppi, "vat_returned_eur") == pytest.approx(of_ledgers(planned, "fctva", "vat_deducted"), abs=0.5)
    assert of_table(ppi, "loan_eur") == pytest.approx(of_ledgers(planned, "loan"), abs=0.5)
    assert of_table(ppi, "loan_eur"), "the plan was meant to borrow"


def test_authorisations_are_the_credits_and_totals_the_operations(planned: Any) -> None:
    ppi, totals, operations = (planned.tables[name] for name in ("ppi", "ppi_totals", "operations"))
    by_operation = ppi.group_by("operation_id").agg(pl.col("ap_eur", "cp_eur").sum()).sort("operation_id")
    assert by_operation["ap_eur"].to_list() == pytest.approx(by_operation["cp_eur"].to_list())
    told = operations.sort("operation_id")
    assert told["ap_eur"].to_list() == pytest.approx(by_operation["ap_eur"].to_list())
    assert (told["cost_eur"] + told["vat_eur"]).to_list() == pytest.approx(told["ap_eur"].to_list())
    left = (
        pl.col("cp_eur") - pl.col("aids_eur") - pl.col("advance_eur") - pl.col("vat_returned_eur") - pl.col("loan_eur")
    )
    assert ppi.select((left - pl.col("own_eur")).abs().max()).item() < 1e-6
    for name in ("ap_eur", "cp_eur", "aids_eur", "own_eur"):
        assert totals[name].sum() == pytest.approx(ppi[name].sum())
    chosen = planned.options.filter(pl.col("option") == "chosen").row(0, named=True)
    assert operations["cost_eur"].sum() == pytest.approx(chosen["cost_eur"])
    assert operations["actions"].sum() == chosen["actions"] == len(planned.tables["operation_actions"])
    assert ppi["own_eur"].sum() + ppi["loan_eur"].sum() == pytest.approx(chosen["own_eur"], abs=1.0)


def test_each_financing_plan_is_balanced_and_within_the_law(planned: Any) -> None:
    frame = planned.tables["funding_plan"]
    sums = frame.group_by("operation_id", "side").agg(pl.col("amount_eur", "share").sum())
    sides = sums.pivot("side", index="operation_id", values=["amount_eur", "share"])
    assert sides["amount_eur_resource"].to_list() == pytest.approx(sides["amount_eur_expense"].to_list())
    assert sides["share_resource"].to_list() == pytest.approx([1.0] * len(sides))
    operations = planned.tables["operations"]
    assert (operations["public_aid_share"] <= 1 - operations["own_share_least"] + 1e-9).all()
    assert (operations["public_aid_share"] > 0).any()
    grants = frame.filter(pl.col("status").is_in(["certain", "discretionary"]))["amount_eur"].sum()
    assert grants == pytest.approx(planned.options.filter(pl.col("option") == "chosen")["grants_eur"].item())


def test_operations_are_few_whatever_the_number_of_actions(request_of: RequestOf) -> None:
    # Forty streets of one kind and one commune: by place there would be forty operations, by commune there is one.
    many = [{"cost": 900.0, "kwh": 3000.0, "place": f"Rue {number}", "commune_code": "53001"} for number in range(40)]
    for rows, expected in ((many, 1), (many[:12], 12)):
        result = make_plan(request_of(rows, budgets={MAIN: [90000.0, 0.0, 0.0]}, gap=0.05, kinds=KINDS))
        operations = result.tables["operations"]
        assert len(operations) == expected
        assert operations["actions"].sum() == len(rows)
    assert "Rénovation en LED – Rue 1" in operations["label_fr"].to_list()
    assert set(result.tables["operations"]["account"]) == {"21534"}


def test_beyond_thirty_kinds_the_smallest_are_gathered(request_of: RequestOf) -> None:
    rows = [{"cost": 500.0 + 10 * number, "kwh": 3000.0, "kind": f"kind{number:02d}"} for number in range(35)]
    result = make_plan(request_of(rows, budgets={MAIN: [90000.0, 0.0, 0.0]}, gap=0.05))
    operations = result.tables["operations"]
    assert len(operations) == MOST_OPERATIONS
    other = operations.filter(pl.col("kind") == "other").row(0, named=True)
    assert other["actions"] == 6
    assert other["cost_eur"] == pytest.approx(sum(500 + 10 * number for number in range(6)), rel=0.001)
    assert operations["actions"].sum() == 35


def test_the_orientation_report_tells_the_debt_of_a_loan_by_hand(planned: Any) -> None:
    report = planned.tables["orientation"].filter((pl.col("payer_siren") == SIREN) & (pl.col("budget") == "M57_main"))
    drawn = report["loan_eur"].to_numpy()
    assert drawn.sum() > 0
    yearly = 0.04 / (1 - 1.04**-10)
    owed, debt, interest = 0.0, [], []
    loans: list[list[float]] = []
    for amount in drawn:
        interest.append(sum(loan[0] * 0.04 for loan in loans))
        for loan in loans:
            loan[0] -= loan[1] - loan[0] * 0.04
        if amount > 0.01:
            loans.append([amount, amount * yearly])
        owed = sum(loan[0] for loan in loans)
        debt.append(owed)
    assert report["plan_debt_eur"].to_list() == pytest.approx(debt, abs=0.01)
    assert report["interest_eur"].to_list() == pytest.approx(interest, abs=0.01)
    first = report.row(0, named=True)
    assert first["debt_eur"] == pytest.approx(500000 + first["plan_debt_eur"])
    assert first["debt_years"] == pytest.approx(first["debt_eur"] / first["gross_savings_eur"])
    assert report["debt_eur"].to_list()[3] is None
    others = planned.tables["orientation"].filter(pl.col("budget") != "M57_main")
    assert others["debt_years"].null_count() == len(others)


def test_the_cumulated_cost_ends_at_the_cost_of_the_plan(planned: Any) -> None:
    curve = planned.tables["cost_curve"].filter(pl.col("payer_siren").is_null()).sort("year")
    chosen = planned.options.filter(pl.col("option") == "chosen").row(0, named=True)
    last = curve.row(-1, named=True)
    assert last["net_eur"] == pytest.approx(chosen["own_eur"], abs=1.0)
    assert last["net_low_eur"] == pytest.approx(chosen["own_low_eur"], abs=1.0)
    assert curve["works_eur"].is_sorted()
    assert (curve["works_low_eur"] <= curve["works_eur"]).all()
    assert (curve["works_eur"] <= curve["works_high_eur"]).all()


def test_the_cash_calendar_carries_its_balance(planned: Any) -> None:
    for _, calendar in planned.tables["cash_calendar"].group_by("payer_siren", "budget"):
        flow = calendar["own_funds_eur"] + calendar["received_eur"] - calendar["spent_eur"]
        assert calendar["balance_eur"].to_list() == pytest.approx(flow.cum_sum().to_list(), abs=1e-6)
        assert calendar["balance_eur"].to_numpy()[:3].min() >= -1.0


def test_a_file_says_what_it_asks_and_what_is_left_to_write(planned: Any) -> None:
    files, data = planned.tables["aid_files"], planned.tables["file_data"]
    detr = files.filter(pl.col("programme") == "DETR")
    assert len(detr) > 0
    assert set(data["programme"]) == set(files.filter(pl.col("status") == "discretionary")["programme"])
    row = detr.row(0, named=True)
    told = data.filter(
        (pl.col("programme") == "DETR") & (pl.col("year") == row["year"]) & (pl.col("budget") == row["budget"])
        & (pl.col("payer_siren") == row["payer_siren"])
    )  # fmt: skip
    amounts = {field: value for field, value in told.select("field", "amount").iter_rows() if value is not None}
    others = told.filter(pl.col("field") == "other_aid")["amount"].sum()
    assert amounts["aid"] == pytest.approx(row["aid_eur"])
    assert amounts["cost_ht"] == pytest.approx(row["cost_eur"])
    assert amounts["aid"] + others + amounts["own"] == pytest.approx(amounts["cost_ht"])
    assert amounts["public_share"] <= 0.8 + 1e-9
    assert {"to_write", "to_attach"} <= set(told["state"])
    assert told["rank"].to_list() == list(range(1, len(told) + 1))


def test_digital_equipment_is_told_with_what_it_embodies(request_of: RequestOf) -> None:
    node = {"devices": 40, "embodied_kgco2e": 200.0, "running_eur_year": 320.0, "kwh_year": 100.0,
            "investment_eur": 3600.0, "lifetime_years": 5.0, "reconditioned_share": 0.25}  # fmt: skip
    rows = [
        {"cost": 4000, "kwh": 6000, "facts": {"digital": node}, "kind": "managed"},
        {"cost": 4000, "kwh": 6000, "kind": "led"},
    ]
    table = make_plan(request_of(rows, budgets={MAIN: [20000.0, 0.0, 0.0]})).tables["digital"]
    told = table.row(0, named=True)
    assert len(table) == 1
    # Five years of life: bought twice in ten years; a quarter of it, reconditioned, embodies nothing new.
    assert (told["devices"], told["reconditioned_share"]) == (40, 0.25)
    assert told["investment_eur"] == pytest.approx(2 * 3600)
    assert told["cost_eur"] == pytest.approx(2 * 3600 + 10 * 320)
    assert told["embodied_kgco2e"] == pytest.approx(2 * 0.75 * 200)
    assert told["net_kgco2e"] == pytest.approx(told["avoided_kgco2e"] - 300)
    assert told["negative"] is False
    # Works that wear out before ten years are renewed, as their equipment is: they avoid as much in ten years.
    worn = [{**rows[0], "lifetime_years": 4.0}, rows[1]]
    short = make_plan(request_of(worn, budgets={MAIN: [20000.0, 0.0, 0.0]})).tables["digital"].row(0, named=True)
    assert short["avoided_kgco2e"] == pytest.approx(told["avoided_kgco2e"])
    assert short["embodied_kgco2e"] == pytest.approx(300)


def test_a_plan_without_works_has_empty_tables(request_of: RequestOf) -> None:
    result = make_plan(request_of([{"cost": 90000, "kwh": 100}]))
    assert all(result.tables[name].is_empty() for name in ("operations", "ppi", "funding_plan", "aid_files", "digital"))
    assert result.tables["cash_calendar"]["balance_eur"].to_list() == pytest.approx([20000, 40000, 60000, 60000, 60000])


def test_accounts_are_declared_once_and_say_what_they_rest_on() -> None:
    for (chart, competence, section), account in accounts().items():
        assert account.status in ("verified", "to_verify")
        assert account.source
        assert account.label["fr"] != account.label["en"], (chart, competence, section)
        assert (chart, "*", section) in accounts()


def test_what_wears_out_within_the_plan_is_in_its_programme(request_of: RequestOf) -> None:
    # Two years of life: the works of 2027 are renewed in 2029, paid by the same budget.
    rows = [{"cost": 2000.0, "kwh": 9000.0, "lifetime_years": 2.0, "last_year": 2027}]
    result = make_plan(request_of(rows, territory={"kind": "commune", "population": 60000}, kinds=KINDS))
    voted = dict(result.tables["ppi"].select("year", "cp_eur").iter_rows())
    assert voted[2027] == pytest.approx(2400)
    assert voted[2029] == pytest.approx(2400)
    assert result.tables["operations"]["ap_eur"].item() == pytest.approx(4800)
    spent = of_ledgers(result, "works_ttc", "renewals")
    assert sum(spent.values()) == pytest.approx(-4800, rel=0.001)
    back = of_ledgers(result, "fctva")
    assert sum(back.values()) == pytest.approx(0.16404 * 4800, rel=0.001)
    assert of_table(result.tables["ppi"], "vat_returned_eur") == pytest.approx(back, rel=0.001)


def test_a_contribution_of_the_epci_is_its_own_spending(request_of: RequestOf) -> None:
    # The EPCI has 800 EUR a year and nothing else to do: a quarter of 2 000 EUR is 500 EUR, a half 1 000 EUR.
    rows = [{"cost": 2000.0, "kwh": 9000.0, "facts": {"led": False}} for _ in range(6)]
    settings: dict[str, Any] = {
        "budgets": {MAIN: [20000.0, 0.0, 0.0], EPCI: [800.0, 800.0, 800.0]},
        "territory": {"kind": "commune", "population": 60000, "department": "35", "epci_gives_funds": True},
        "count_on": frozenset({"FONDS-DE-CONCOURS"}),
    }  # fmt: skip
    request = request_of(rows, **settings)
    paid_by = givers(request.rules, list(request.budgets), SIREN)
    assert paid_by["FONDS-DE-CONCOURS"] == EPCI
    free = make_plan(request)
    tied = make_plan(replace(request, paid_by=paid_by))
    curve = tied.tables["cost_curve"].filter(pl.col("payer_siren") == OTHER).sort("year")
    voted = tied.tables["ppi"].filter(pl.col("payer_siren") == OTHER)["cp_eur"].sum()
    assert curve["works_eur"].to_list()[-1] == pytest.approx(voted)
    everyone = tied.tables["cost_curve"].filter(pl.col("payer_siren").is_null()).sort("year")
    assert everyone["works_eur"].to_list()[-1] == pytest.approx(-sum(of_ledgers(tied, "works_ttc").values()))
    outside = -sum(of_ledgers(free, "given").values())
    given = -sum(of_ledgers(tied, "given").values())
    received = sum(of_ledgers(tied, "grant").values())
    assert outside == 0
    assert 0 < given == pytest.approx(received)
    assert received < sum(of_ledgers(free, "grant").values())
    balance = tied.ledgers.filter((pl.col("payer_siren") == OTHER) & (pl.col("line") == "balance"))
    assert balance["amount_eur"].min() >= -1e-6
    # What one gives the other receives: the sum of what is left to both is the cost less the VAT returned.
    chosen = tied.options.filter(pl.col("option") == "chosen").row(0, named=True)
    assert chosen["own_eur"] == pytest.approx(chosen["cost_eur"] * 1.2 - chosen["fctva_eur"], rel=1e-6)
    ppi = tied.tables["ppi"]
    gifts = ppi.filter(pl.col("operation_id").str.starts_with("FC-"))
    assert gifts["cp_eur"].sum() == pytest.approx(given)
    assert (gifts["payer_siren"] == OTHER).all()
    assert ppi["own_eur"].sum() == pytest.approx(chosen["own_eur"], abs=1.0)


def test_no_loan_pays_for_running_costs(request_of: RequestOf) -> None:
    upkeep = {"spending": "network_upkeep", "led": False}
    rows = [
        {"cost": 9000.0, "kwh": 20000.0, "last_year": 2027, "kind": "led"},
        {"cost": 2000.0, "kwh": 9000.0, "last_year": 2027, "kind": "curfew", "facts": upkeep},
    ]
    loan = {MAIN: LOAN}
    result = make_plan(request_of(rows, budgets={MAIN: [6000.0, 4000.0, 4000.0]}, borrowing=loan, kinds=KINDS))
    assert set(result.plan["decision"]) == {"in"}
    lent = dict(result.tables["ppi"].group_by("section").agg(pl.col("loan_eur").sum()).iter_rows())
    assert lent["investment"] > 0
    assert lent["running"] == 0
    accounts_of = dict(result.tables["operations"].select("section", "account").iter_rows())
    assert accounts_of == {"investment": "21534", "running": "615232"}


def test_quarters_add_up_to_their_year_and_follow_the_dates_of_works(planned: Any) -> None:
    quarters, years = planned.tables["cash_quarters"], planned.tables["cash_calendar"]
    by = ["payer_siren", "budget", "year"]
    names = ["own_funds_eur", "received_eur", "spent_eur"]
    sums = quarters.group_by(by).agg(pl.col(names).sum(), pl.col("balance_eur").sort_by("quarter").last()).sort(by)
    told = years.sort(by)
    for name in (*names, "balance_eur"):
        assert sums[name].to_list() == pytest.approx(told[name].to_list(), abs=0.01), name
    works = quarters.filter(pl.col("spent_eur") > 0)
    assert works["quarter"].n_unique() > 1


def test_works_of_two_years_are_invoiced_from_the_first_quarter_of_the_second() -> None:
    shares = quarter_shares(dt.date(2026, 10, 1), dt.date(2027, 3, 31), 2027)
    assert shares.tolist() == [1.0, 0.0, 0.0, 0.0]
    assert quarter_shares(dt.date(2027, 12, 1), dt.date(2027, 12, 1), 2027).tolist() == [0.0, 0.0, 0.0, 1.0]
