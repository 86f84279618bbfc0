"""Who may act: the owner of the assets and the contract that covers them decide."""

import datetime as dt

import polars as pl
import pytest

from bocage.vocabulary.columns import shared_asset_tables
from bocage.vocabulary.responsibility import NO_END_YEAR, assign_standing

OURS, THEIRS = "210000011", "250000022"


def contracts(**changes: object) -> pl.DataFrame:
    row = {
        "asset_id": "market", "kind": "CPE", "scope": ["maintenance"],
        "starts_on": dt.date(2020, 1, 1), "ends_on": dt.date(2028, 6, 30),
    } | changes  # fmt: skip
    return shared_asset_tables()["contract"].conform(pl.DataFrame([row]))


def action(**changes: object) -> pl.DataFrame:
    row = {"kind": "led", "owner_siren": OURS, "contract_id": None, "first_year": 2027} | changes
    types = {"kind": pl.String, "owner_siren": pl.String, "contract_id": pl.String, "first_year": pl.Int64}
    return pl.DataFrame([row], schema=types)


def standing(actions: pl.DataFrame, held: pl.DataFrame, *, first_year: int = 2027) -> tuple[str, int, str]:
    done = assign_standing(actions, held, siren=OURS, first_year=first_year)
    return done["standing"][0], done["first_year"][0], done["owner_siren"][0]


@pytest.mark.parametrize(
    ("changes", "contract", "expected"),
    [
        ({}, {}, ("own", 2027, OURS)),
        ({"owner_siren": ""}, {}, ("own", 2027, OURS)),
        ({"owner_siren": None}, {}, ("own", 2027, OURS)),
        ({"owner_siren": THEIRS}, {}, ("request", 2027, THEIRS)),
        ({"contract_id": "market"}, {}, ("waits", 2029, OURS)),
        ({"contract_id": "market"}, {"scope": ["led"]}, ("own", 2027, OURS)),
        ({"contract_id": "market"}, {"scope": ["*"]}, ("own", 2027, OURS)),
        ({"contract_id": "market"}, {"kind": "regie"}, ("own", 2027, OURS)),
        ({"contract_id": "market"}, {"ends_on": dt.date(2025, 12, 31)}, ("own", 2027, OURS)),
        ({"contract_id": "market"}, {"ends_on": dt.date(2026, 12, 31)}, ("own", 2027, OURS)),
        ({"contract_id": "market"}, {"ends_on": None}, ("waits", NO_END_YEAR, OURS)),
        ({"contract_id": "market"}, {"starts_on": dt.date(2028, 1, 1)}, ("own", 2027, OURS)),
        ({"contract_id": "market", "first_year": 2032}, {}, ("waits", 2032, OURS)),
        ({"contract_id": "market", "owner_siren": THEIRS}, {}, ("request", 2029, THEIRS)),
        ({"contract_id": "unknown"}, {}, ("own", 2027, OURS)),
        ({"first_year": None}, {}, ("own", 2027, OURS)),
        ({"first_year": 2020}, {}, ("own", 2027, OURS)),
    ],
)
def test_standing(changes: dict[str, object], contract: dict[str, object], expected: tuple[str, int, str]) -> None:
    assert standing(action(**changes), contracts(**contract)) == expected


def test_without_contracts_everything_is_ours() -> None:
    assert standing(action(), shared_asset_tables()["contract"].empty()) == ("own", 2027, OURS)
