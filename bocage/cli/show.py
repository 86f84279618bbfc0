"""Showing an answer: sections and tables for people, one JSON document for programs."""

import datetime as dt
import json
import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from bocage.cli.console import put, talk
from bocage.cli.tables import show_table
from bocage.cli.wording import mark, worded
from bocage.twin.answer import Answer, Section, said


def show(answer: Answer, *, as_json: bool) -> None:
    """Print an answer: data on stdout, the next step on stderr."""
    if as_json:
        put(as_document(answer.as_dict()))
        return
    put(said(answer.title))
    for section in answer.sections:
        put("")
        _show_section(section, said(section.title))
    if answer.files:
        put("")
        put(worded(mark("Files written:")))
        for path in answer.files:
            put(f"  {path}")
    if answer.next_step is not None:
        talk()
        talk(worded(mark("Next:")) + " " + said(answer.next_step))


def as_document(value: object) -> str:
    """A value as one JSON document; NaN and infinities become null, dates ISO 8601, paths text.

    >>> as_document({"value": float("nan"), "on": dt.date(2026, 1, 2)})
    '{"value": null, "on": "2026-01-02"}'
    """
    ascii_only = (sys.stdout.encoding or "utf-8").lower().replace("-", "") != "utf8"
    return json.dumps(_plain(value), ensure_ascii=ascii_only, allow_nan=False)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, str | int | float | None):
        return value
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Sequence):
        return [_plain(item) for item in value]
    if hasattr(value, "item"):  # a numpy scalar
        return _plain(value.item())
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def _show_section(section: Section, title: str) -> None:
    if title:
        put(title)
        put("-" * len(title))
    for line in section.lines:
        put(said(line))
    if section.table is not None:
        show_table(section.table, section.headings)
