"""Dimming profiles: several windows of the night, each at its own level."""

import re
from dataclasses import dataclass
from functools import lru_cache

from bocage.science.civil import clock_minute

FULL_PERCENT = 100.0
_STEP = re.compile(r"\s*([^-–@;]+?)\s*[-–]\s*([^-–@;]+?)\s*@\s*(\d+(?:[.,]\d+)?)\s*%?\s*")


@dataclass(frozen=True)
class Step:
    """A daily window of wall-clock time and the light level within it.

    Attributes:
        from_minute: beginning, minute of the day [min].
        to_minute: end, minute of the day; a window whose end is not after its beginning passes midnight [min].
        level: light level, 0 for switched off [1].
    """

    from_minute: int
    to_minute: int
    level: float


@lru_cache(maxsize=4096)
def read_profile(text: str) -> tuple[Step, ...] | None:
    """The steps of a written profile, in their order; None where one of them cannot be read.

    Args:
        text: windows `HH:MM-HH:MM@level` separated by semicolons, levels in percent from 0 to 100.

    >>> [(step.from_minute, step.to_minute, step.level) for step in read_profile("22:00-00:00@70;00:00-05:00@30")]
    [(1320, 0, 0.7), (0, 300, 0.3)]
    >>> read_profile("22:00-05:00") is None, read_profile("22:00-05:00@130") is None
    (True, True)
    """
    steps = []
    for part in text.split(";"):
        if not part.strip():
            continue
        match = _STEP.fullmatch(part)
        if match is None:
            return None
        bounds = clock_minute(match[1]), clock_minute(match[2])
        level = float(match[3].replace(",", "."))
        if bounds[0] is None or bounds[1] is None or bounds[0] == bounds[1] or level > FULL_PERCENT:
            return None
        steps.append(Step(bounds[0], bounds[1], level / FULL_PERCENT))
    return tuple(steps) or None


def write_profile(steps: tuple[Step, ...]) -> str:
    """The profile as files carry it.

    >>> write_profile((Step(1320, 0, 0.7), Step(0, 300, 0.3)))
    '22:00-00:00@70;00:00-05:00@30'
    """
    return ";".join(
        f"{_clock(step.from_minute)}-{_clock(step.to_minute)}@{step.level * FULL_PERCENT:g}" for step in steps
    )


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
