"""Deadlines as a calendar file (iCalendar, RFC 5545) that any diary reads."""

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

LINE_OCTETS = 75
"""Longest line of content, without its end (RFC 5545, 3.1)."""
PRODUCT = "-//Bocage//Bocage//FR"


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """A day by which something must be done.

    Attributes:
        key: what tells this deadline from the others, whatever its date: the diary then moves it.
        on: last day.
        title: what must be done.
        body: for what, and what comes next.
        alert_days: days before it on which the diary warns, None for no warning [day].
    """

    key: str
    on: dt.date
    title: str
    body: str = ""
    alert_days: int | None = None


def calendar_file(deadlines: Sequence[Deadline], *, name: str, made_on: dt.date) -> str:
    r"""A calendar of whole-day deadlines, lines ended and folded as RFC 5545 asks.

    Args:
        deadlines: what it holds, in the order wanted; keys are unique.
        name: name shown by the diary.
        made_on: date of the plan; the stamp of each entry, so that the same plan writes the same file.

    >>> vote = Deadline(key="council", on=dt.date(2027, 3, 1), title="Council; vote")
    >>> text = calendar_file([vote], name="Plan", made_on=dt.date(2026, 11, 1))
    >>> [line for line in text.split("\r\n") if line.startswith(("DTSTART", "DTEND", "SUMMARY"))]
    ['DTSTART;VALUE=DATE:20270301', 'DTEND;VALUE=DATE:20270302', 'SUMMARY:Council\\; vote']
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    lines.append(f"X-WR-CALNAME:{_text(name)}")
    for deadline in deadlines:
        lines += _event(deadline, made_on)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line))


def _event(deadline: Deadline, made_on: dt.date) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{hashlib.sha256(deadline.key.encode()).hexdigest()[:32]}@bocage"
    yield f"DTSTAMP:{made_on:%Y%m%d}T000000Z"
    yield f"DTSTART;VALUE=DATE:{deadline.on:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{deadline.on + dt.timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{_text(deadline.title)}"
    if deadline.body:
        yield f"DESCRIPTION:{_text(deadline.body)}"
    yield "TRANSP:TRANSPARENT"
    if deadline.alert_days is not None:
        yield "BEGIN:VALARM"
        yield "ACTION:DISPLAY"
        yield f"DESCRIPTION:{_text(deadline.title)}"
        yield f"TRIGGER:-P{deadline.alert_days}D"
        yield "END:VALARM"
    yield "END:VEVENT"


def _text(text: str) -> str:
    r"""A TEXT value: backslash, semicolon, comma and line ends escaped (RFC 5545, 3.3.11).

    >>> _text("a, b\nc")
    'a\\, b\\nc'
    """
    escaped = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    plain = escaped.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")
    return "".join(letter for letter in plain if letter >= " " or letter == "\t")


def _folded(line: str) -> Iterator[str]:
    """A line cut so that none has more than 75 octets, continuations begun by a space; no character is cut."""
    start, piece, size = "", "", 0
    for letter in line:
        octets = len(letter.encode())
        if size + octets > LINE_OCTETS:
            yield start + piece
            start, piece, size = " ", "", 1
        piece += letter
        size += octets
    yield start + piece
