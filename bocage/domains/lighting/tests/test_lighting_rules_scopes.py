"""Outcomes by commune and by sector: parts add up, and communes never mix."""

from collections.abc import Callable

import numpy as np
import polars as pl

from bocage.domains.lighting import DOMAIN
from bocage.vocabulary.domain import COMMUNE_PREFIX, SECTOR_PREFIX, WHOLE_TERRITORY, Assets, Site

Stock = Callable[..., Assets]
LAMP = {"technology": "HPS", "lamp_power_w": 100.0}


def scopes(assets: Assets, site: Site) -> pl.DataFrame:
    outcomes = DOMAIN.diagnose(assets, site).outcomes
    return outcomes.where(pl.col("indicator") == "light_points").summary().select("scope", "value")


def test_sectors_of_the_same_name_in_two_communes_stay_apart(stock: Stock, site: Site) -> None:
    lamps = stock(
        *({**LAMP, "commune_code": "35001", "sector": "Bourg"} for _ in range(3)),
        *({**LAMP, "commune_code": "35002", "sector": "Bourg"} for _ in range(2)),
        {**LAMP, "commune_code": None, "sector": "Bourg"},
    )
    assert scopes(lamps, site).rows() == [
        ("territory", 6.0),
        ("commune:35001", 3.0),
        ("commune:35002", 2.0),
        ("sector:35001/Bourg", 3.0),
        ("sector:35002/Bourg", 2.0),
        ("sector:Bourg", 1.0),
    ]


def test_a_single_commune_names_its_sectors_plainly(stock: Stock, site: Site) -> None:
    lamps = stock({**LAMP, "commune_code": "35001", "sector": "Bourg"}, {**LAMP, "commune_code": "", "sector": ""})
    assert scopes(lamps, site).rows() == [("territory", 2.0), ("commune:35001", 1.0), ("sector:Bourg", 1.0)]


def test_draws_of_communes_add_up_to_those_of_the_territory(stock: Stock, site: Site) -> None:
    rows = [
        {"technology": name, "commune_code": code, "sector": "x", "lamp_power_w": power}
        for name, code, power in (("HPS", "1", 70.0), ("LED", "2", 40.0), ("HG", "1", None), ("MH", "3", 150.0))
    ]
    outcomes = DOMAIN.diagnose(stock(*rows), site).outcomes.where(pl.col("indicator") == "energy_kwh_year")
    whole = outcomes.where(pl.col("scope") == WHOLE_TERRITORY).draws[0]
    for prefix in (COMMUNE_PREFIX, SECTOR_PREFIX):
        parts = outcomes.where(pl.col("scope").str.starts_with(prefix)).draws
        assert len(parts) == 3
        assert np.allclose(parts.sum(axis=0), whole, rtol=1e-12)
