"""Civil time: years and daily windows of wall-clock hours as UTC intervals, summer time included."""

import datetime as dt
import re
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from bocage.science.intervals import EMPTY, intersect, merge

Array = NDArray[np.float64]

_CLOCK = re.compile(r"\s*(\d{1,2})\s*(?:[:hH.]\s*(\d{2})?)?(?::\d{2})?\s*")
MIDNIGHT_MINUTE = 24 * 60
LAST_MINUTE = 59


def clock_minute(text: str) -> int | None:
    """Minute of the day that a wall-clock time names; None where it names none.

    >>> clock_minute("23:30"), clock_minute("5h"), clock_minute("24:00"), clock_minute("25:00")
    (1410, 300, 0, None)
    """
    match = _CLOCK.fullmatch(text)
    if match is None:
        return None
    hour, minute = int(match[1]), int(match[2] or 0)
    total = 60 * hour + minute
    return total % MIDNIGHT_MINUTE if minute <= LAST_MINUTE and total <= MIDNIGHT_MINUTE else None


def year_bounds_s(year: int, timezone: str) -> tuple[float, float]:
    """Unix times of the beginning and end of a civil year.

    >>> start, end = year_bounds_s(2025, "Europe/Paris")
    >>> (end - start) / 3600
    8760.0
    """
    zone = ZoneInfo(timezone)
    return dt.datetime(year, 1, 1, tzinfo=zone).timestamp(), dt.datetime(year + 1, 1, 1, tzinfo=zone).timestamp()


def month_edges_s(year: int, timezone: str) -> Array:
    """The 13 edges of the months of a civil year, Unix time [s].

    >>> len(month_edges_s(2025, "Europe/Paris"))
    13
    """
    zone = ZoneInfo(timezone)
    firsts = [dt.datetime(year + month // 12, month % 12 + 1, 1, tzinfo=zone) for month in range(13)]
    return np.array([first.timestamp() for first in firsts])


def daily_window(start_s: float, end_s: float, from_minute: int, to_minute: int, timezone: str) -> Array:
    """Intervals of [start, end) that fall within a daily window of wall-clock time.

    A window whose end is not after its beginning passes midnight; equal bounds make an empty
    window. Over the night of the change to summer time a window such as 23:00-05:00 lasts an
    hour less, in autumn an hour more, as a clock on the wall would do.

    Args:
        start_s: first instant, Unix time [s].
        end_s: instant after the last, Unix time [s].
        from_minute: beginning, minute of the day [min].
        to_minute: end, minute of the day [min].
        timezone: IANA name.

    Returns:
        Array (n, 2), disjoint and sorted [s].

    >>> start, end = year_bounds_s(2025, "Europe/Paris")
    >>> window = daily_window(start, end, 23 * 60, 5 * 60, "Europe/Paris")
    >>> float((window[:, 1] - window[:, 0]).sum()) / 3600
    2190.0
    """
    if from_minute == to_minute:
        return EMPTY
    zone = ZoneInfo(timezone)
    first = dt.datetime.fromtimestamp(start_s, zone).date() - dt.timedelta(days=1)
    last = dt.datetime.fromtimestamp(end_s, zone).date()
    days = [first + dt.timedelta(days=number) for number in range((last - first).days + 1)]
    crosses = dt.timedelta(days=1 if to_minute < from_minute else 0)
    windows = np.array([[_instant(day, from_minute, zone), _instant(day + crosses, to_minute, zone)] for day in days])
    kept = windows[windows[:, 1] > windows[:, 0]]
    return intersect(merge(kept), np.array([[start_s, end_s]]))


def _instant(day: dt.date, minute: int, zone: ZoneInfo) -> float:
    return dt.datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=zone).timestamp()
