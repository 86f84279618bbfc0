"""The sun against pvlib's NREL SPA, and nights against the table of reference hours for France."""

import datetime as dt
import importlib
import os
from types import ModuleType

import numpy as np
import pytest

from bocage.science.civil import month_edges_s, year_bounds_s
from bocage.science.intervals import duration_s, overlap_s
from bocage.science.night import nights
from bocage.science.sun import elevation_deg

PARIS = {"latitude_deg": 48.85, "longitude_deg": 2.35}
PLACES = {"marseille": (43.3, 5.37), "centre": (46.6, 2.5), "paris": (48.85, 2.35), "lille": (50.63, 3.06)}
HOURS_2025 = {
    -0.83: (4300, 4293, 4288, 4282),
    -2.0: (4215, 4202, 4191, 4181),
    -3.0: (4142, 4123, 4108, 4094),
    -4.0: (4069, 4044, 4025, 4007),
    -6.0: (3921, 3886, 3857, 3831),
}
PARIS_MONTHS_2025 = (455, 373, 359, 294, 254, 220, 241, 286, 330, 397, 430, 469)


def oracle(name: str) -> ModuleType:
    """The library that checks; the test is skipped where it is absent, and fails where all tests are asked for."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        if os.environ.get("BOCAGE_TEST_ALL") == "1":
            pytest.fail(f"{name} is required: {error}")
        pytest.skip(f"{name} is absent: {error}")


def hours_below(threshold_deg: float, latitude_deg: float, longitude_deg: float) -> float:
    start_s, end_s = year_bounds_s(2025, "Europe/Paris")
    found = nights(start_s, end_s, latitude_deg=latitude_deg, longitude_deg=longitude_deg, threshold_deg=threshold_deg)
    return duration_s(found) / 3600


def test_elevation_is_that_of_the_nrel_algorithm_within_two_hundredths_of_a_degree() -> None:
    pvlib, pandas = oracle("pvlib"), oracle("pandas")
    random = np.random.default_rng(7)
    start, end = (dt.datetime(year, 1, 1, tzinfo=dt.UTC).timestamp() for year in (2000, 2050))
    times = np.sort(random.uniform(start, end, 20_000)).round()
    for latitude, longitude in ((48.85, 2.35), (-21.1, 55.5), (5.0, -52.6), (0.0, 0.0), (69.6, 18.9)):
        stamps = pandas.to_datetime(times, unit="s", utc=True)
        true_deg = pvlib.solarposition.spa_python(stamps, latitude, longitude)["elevation"].to_numpy()
        assert np.abs(elevation_deg(times, latitude, longitude) - true_deg).max() < 0.02


def test_an_oracle_that_is_required_is_not_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOCAGE_TEST_ALL", "1")
    with pytest.raises(pytest.fail.Exception, match="no_such_oracle"):
        oracle("no_such_oracle")
    monkeypatch.delenv("BOCAGE_TEST_ALL")
    with pytest.raises(pytest.skip.Exception, match="no_such_oracle"):
        oracle("no_such_oracle")


@pytest.mark.parametrize("threshold_deg", HOURS_2025)
def test_hours_below_a_threshold_are_those_of_the_reference_table(threshold_deg: float) -> None:
    found = [hours_below(threshold_deg, *place) for place in PLACES.values()]
    assert found == pytest.approx(HOURS_2025[threshold_deg], abs=1.5)


def test_monthly_hours_of_paris_are_those_of_the_reference_table() -> None:
    start_s, end_s = year_bounds_s(2025, "Europe/Paris")
    found = nights(start_s, end_s, threshold_deg=-3.0, **PARIS)
    months = overlap_s(found, month_edges_s(2025, "Europe/Paris")) / 3600
    assert months == pytest.approx(PARIS_MONTHS_2025, abs=0.6)
    assert months.sum() == pytest.approx(duration_s(found) / 3600, abs=1e-9)


def test_crossings_stand_on_the_threshold_to_the_second() -> None:
    start_s, end_s = year_bounds_s(2025, "Europe/Paris")
    edges = nights(start_s, end_s, threshold_deg=-3.0, **PARIS).ravel()[1:-1]
    assert len(edges) == 2 * 365
    assert np.abs(elevation_deg(edges, 48.85, 2.35) + 3.0).max() < 0.15 / 240 * 1.01  # 15° an hour = 1/240° a second


def test_a_lower_threshold_never_gives_a_longer_night() -> None:
    hours = [hours_below(threshold, 48.85, 2.35) for threshold in (2.0, 0.0, -2.0, -6.0, -12.0)]
    assert hours == sorted(hours, reverse=True)


def test_polar_night_and_midnight_sun_are_whole() -> None:
    day = 86_400.0
    december = dt.datetime(2025, 12, 21, tzinfo=dt.UTC).timestamp()
    june = dt.datetime(2025, 6, 21, tzinfo=dt.UTC).timestamp()
    dark = nights(december, december + day, latitude_deg=80, longitude_deg=0, threshold_deg=0)
    light = nights(june, june + day, latitude_deg=80, longitude_deg=0, threshold_deg=0)
    assert dark.tolist() == [[december, december + day]]
    assert light.shape == (0, 2)


def test_a_period_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValueError, match="end after its start"):
        nights(10.0, 10.0, latitude_deg=0, longitude_deg=0, threshold_deg=0)
