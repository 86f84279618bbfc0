"""Presence detection: how much of the dimmed time people bring back to full output."""

import polars as pl

from bocage.parameters.reader import Parameters

QUIET_LANTERNS = ("pedestrian", "heritage")


def is_quiet() -> pl.Expr:
    """Whether a luminaire lights a quiet place: a path, a square, an alley, as its lantern tells; a road otherwise."""
    return pl.col("lantern").is_in(QUIET_LANTERNS).fill_null(value=False)


def full_share(parameters: Parameters, *, quiet: bool) -> tuple[float, float, float]:
    """Share of the dimmed hours spent at full output because somebody passes.

    Args:
        parameters: of the domain.
        quiet: a path or a square rather than a road.

    Returns:
        Value, low, high [1].

    >>> import datetime as dt
    >>> from bocage.domains.lighting.inventory.declared import FOLDER
    >>> full_share(Parameters(FOLDER / "parameters", dt.date(2026, 1, 1)), quiet=True)
    (0.15, 0.05, 0.35)
    """
    name = f"operation.detection_full_share_{'path' if quiet else 'road'}"
    low, high = parameters.bounds(name)
    return parameters.number(name), low, high
