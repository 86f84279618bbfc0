"""Windows of wall-clock time: summer time, midnight, the shares of the night that a curfew removes."""

import datetime as dt
import itertools
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bocage.science.civil import clock_minute, daily_window, year_bounds_s
from bocage.science.intervals import duration_s, intersect, merge, overlap_s, subtract
from bocage.science.night import nights

PARIS = "Europe/Paris"
CURFEWS = {(22, 6): (2864, 2909), (23, 5): (2190, 2190), (23, 6): (2514, 2544), (0, 5): (1825, 1825),
           (0, 6): (2149, 2179), (1, 5): (1460, 1460)}  # fmt: skip


@pytest.mark.parametrize("window", CURFEWS)
def test_hours_that_a_curfew_removes_lie_in_the_reference_range(window: tuple[int, int]) -> None:
    start_s, end_s = year_bounds_s(2025, PARIS)
    clock = daily_window(start_s, end_s, window[0] * 60, window[1] * 60, PARIS)
    for latitude, longitude in ((43.3, 5.37), (48.85, 2.35), (50.63, 3.06)):
        night = nights(start_s, end_s, latitude_deg=latitude, longitude_deg=longitude, threshold_deg=-3)
        removed = duration_s(intersect(night, clock)) / 3600
        low, high = CURFEWS[window]
        assert low - 1 <= removed <= high + 1


@pytest.mark.parametrize(("day", "hours"), [((2025, 3, 30), 5), ((2025, 10, 26), 7), ((2025, 7, 1), 6)])
def test_a_window_over_the_change_of_hour_follows_the_clock_on_the_wall(day: tuple[int, int, int], hours: int) -> None:
    noon_after = dt.datetime(*day, 12, tzinfo=ZoneInfo(PARIS)).timestamp()
    window = daily_window(noon_after - 86_400, noon_after, 23 * 60, 5 * 60, PARIS)
    assert duration_s(window) == hours * 3600


def test_equal_bounds_make_no_window_and_a_day_window_does_not_cross_midnight() -> None:
    start_s, end_s = year_bounds_s(2025, PARIS)
    assert len(daily_window(start_s, end_s, 300, 300, PARIS)) == 0
    assert duration_s(daily_window(start_s, end_s, 9 * 60, 17 * 60, PARIS)) == 365 * 8 * 3600


@pytest.mark.parametrize(
    ("text", "minute"),
    [("23:00", 1380), ("5h", 300), ("5h30", 330), ("05:00:00", 300), ("24:00", 0), ("0", 0), (" 23.15 ", 1395),
     ("23:60", None), ("25:00", None), ("minuit", None), ("", None), ("-1:00", None)],
)  # fmt: skip
def test_clock_times_are_read_as_written_or_not_at_all(text: str, minute: int | None) -> None:
    assert clock_minute(text) == minute


spans = st.lists(st.tuples(st.integers(0, 200), st.integers(1, 30)), max_size=12).map(
    lambda found: merge(np.array([[start, start + length] for start, length in found], dtype=float).reshape(-1, 2))
)


def minutes(intervals: np.ndarray) -> set[int]:
    return {minute for start, end in intervals for minute in range(int(start), int(end))}


@settings(max_examples=200, deadline=None)
@given(spans, spans)
def test_sets_of_intervals_behave_as_sets_of_minutes(first: np.ndarray, second: np.ndarray) -> None:
    assert minutes(intersect(first, second)) == minutes(first) & minutes(second)
    assert minutes(subtract(first, second)) == minutes(first) - minutes(second)
    edges = np.arange(0.0, 260.0, 7.0)
    spent = overlap_s(first, edges)
    expected = [len(minutes(first) & set(range(int(low), int(high)))) for low, high in itertools.pairwise(edges)]
    assert spent.tolist() == pytest.approx(expected)
