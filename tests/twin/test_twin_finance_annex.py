"""The finance annex adds up to the tables of the plan."""

from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from bocage.twin.finance_annex import _programme

MAIN, EPCI = ("219999999", "M57_main"), ("249999999", "epci")


def line(operation: str, payer: tuple[str, str], year: int, paid: float, aids: float = 0.0) -> dict[str, Any]:
    return {
        "operation_id": operation, "payer_siren": payer[0], "budget": payer[1], "label_fr": operation,
        "label_en": operation, "section": "investment", "chapter": "21", "account": "21534", "year": year,
        "ap_eur": paid, "cp_eur": paid, "aids_eur": aids, "advance_eur": 0.0, "vat_returned_eur": 0.0,
        "loan_eur": 0.0, "own_eur": paid - aids,
    }  # fmt: skip


def test_the_programme_in_print_holds_what_a_payer_gives_to_the_works_of_another() -> None:
    # The commune pays 1 200 EUR and is given 500 EUR; the EPCI has no works of its own.
    ppi = pl.DataFrame([
        line("OP-01", MAIN, 2027, 1200.0), line("OP-01", MAIN, 2028, 0.0, 500.0), line("FC-02-01", EPCI, 2028, 500.0)
    ])  # fmt: skip
    operations = ppi.filter(pl.col("operation_id") == "OP-01").head(1).with_columns(units=pl.lit(4))
    record: Any = SimpleNamespace(frames={"ppi": ppi, "operations": operations})
    sections = _programme(record, "en", names={})
    totals = [section.table.frame.row(-1, named=True) for section in sections if section.table]
    assert [total["ap_eur"] for total in totals] == [1200, 500]
    assert [total["net_eur"] for total in totals] == [700, 500]
    assert sum(total["ap_eur"] for total in totals) == pytest.approx(ppi["cp_eur"].sum())


def test_a_plan_without_works_has_no_programme() -> None:
    ppi = pl.DataFrame([line("OP-01", MAIN, 2027, 1.0)]).clear()
    operations = ppi.with_columns(units=pl.lit(4))
    record: Any = SimpleNamespace(frames={"ppi": ppi, "operations": operations})
    assert _programme(record, "en", names={}) == []
