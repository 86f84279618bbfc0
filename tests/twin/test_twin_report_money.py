"""Who pays, in the report: what is borrowed is not said to be own, and every table adds up to the works."""

from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from bocage.twin.report_money import funding_lines, ledgers_of, lent_eur

WORKS_TTC = 120000.0


def record_of(lines: dict[str, list[float]], *, aid_status: str = "certain", own_eur: float) -> Any:
    """A plan of one action of 100 000 EUR excluding VAT, an aid of 10 000 EUR and the FCTVA of 19 684.80 EUR."""
    ledgers = [
        {"payer_siren": "259999999", "budget": "syndicate", "year": 2027 + year, "line": name, "label_fr": name,
         "label_en": name, "amount_eur": amount}
        for name, amounts in lines.items()
        for year, amount in enumerate(amounts)
    ]  # fmt: skip
    aid = {
        "action_id": "A", "programme": "AID", "status": aid_status, "amount_eur": 10000.0, "low_eur": 10000.0,
        "high_eur": 10000.0, "label_fr": "Aide", "label_en": "Aid", "note_fr": "", "note_en": "",
        "rule_status": "verified",
    }  # fmt: skip
    chosen = {"option": "chosen", "actions": 1, "fctva_eur": 19684.8, "own_eur": own_eur, "own_low_eur": own_eur - 1e4,
              "own_high_eur": own_eur + 1e4}  # fmt: skip
    frames = {
        "plan": pl.DataFrame({"action_id": ["A"], "decision": ["in"]}),
        "financing": pl.DataFrame([aid]),
        "options": pl.DataFrame([chosen]),
        "ledgers": pl.DataFrame(ledgers),
    }
    return SimpleNamespace(frames=frames)


def amounts(record: Any) -> dict[str, float]:
    said = {}
    for line in funding_lines(record):
        name = line.programme if isinstance(line.programme, dict) else line.programme.say("en")  # type: ignore[union-attr]
        said[name["en"] if isinstance(name, dict) else name] = line.amount_eur
    return said


CASH = {
    "own_funds": [60000.0, 10000.0, 0.0],
    "works_ttc": [-WORKS_TTC, 0.0, 0.0],
    "grant:AID": [10000.0, 0.0, 0.0],
    "fctva": [0.0, 0.0, 19684.8],
    "loan": [50000.0, 0.0, 0.0],
    "loan_interest": [0.0, -1500.0, -1000.0],
    "loan_capital": [0.0, -8000.0, -8500.0],
    "debt": [50000.0, 42000.0, 33500.0],
    "savings": [0.0, 9000.0, 9000.0],
    "balance": [0.0, 500.0, 10684.8],
}


def test_a_loan_is_told_apart_from_own_funds() -> None:
    own = WORKS_TTC - 10000 - 19684.8
    record = record_of(CASH, own_eur=own)
    said = amounts(record)
    assert said["Loans"] == 50000
    assert said["Own funds"] == pytest.approx(own - 50000)
    assert sum(said.values()) == pytest.approx(WORKS_TTC)
    assert {line.status for line in funding_lines(record)} == {"certain", "refund", "lent", "own"}
    assert lent_eur(record) == 50000


def test_an_advance_of_a_programme_is_counted_as_lent() -> None:
    cash = {name: line for name, line in CASH.items() if name not in ("loan", "grant:AID")}
    record = record_of({**cash, "advance:AID": [6000.0, 4000.0, 0.0]}, aid_status="lent", own_eur=WORKS_TTC - 19684.8)
    said = amounts(record)
    assert said["Aid"] == lent_eur(record) == 10000
    assert sum(said.values()) == pytest.approx(WORKS_TTC)


def test_what_a_payer_of_the_plan_gives_to_another_is_counted_once() -> None:
    # The contribution is among the aids, and was left in the own funds of the one who gives it.
    record = record_of({**CASH, "given:AID": [-10000.0, 0.0, 0.0]}, own_eur=WORKS_TTC - 19684.8)
    assert sum(amounts(record).values()) == pytest.approx(WORKS_TTC)


def test_debt_and_savings_are_no_flow_of_the_year() -> None:
    (ledger,) = ledgers_of(record_of(CASH, own_eur=1.0), {})
    years = [sum(year) for year in zip(*[line.amounts_eur for line in ledger.lines], strict=True)]
    assert years == pytest.approx([0.0, 500.0, 10184.8])
    assert list(ledger.carried_eur) == pytest.approx([0.0, 500.0, 10684.8])
