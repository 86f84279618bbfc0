"""Writing to the console: data on stdout, talk on stderr, on any encoding."""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from bocage.vocabulary.text import NARROW_SPACE


def prepare_streams() -> None:
    """Make both streams replace what their encoding lacks; a Windows console may be in cp1252."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def fitted(text: str, encoding: str) -> str:
    """The text with spaces and dashes that the encoding can hold.

    >>> fitted("12\\u202f480", "cp1252")
    '12\\xa0480'
    >>> fitted("12\\u202f480 €", "ascii")
    '12 480 €'
    """
    for wide, narrow, plain in ((NARROW_SPACE, "\u00a0", " "), ("\u2013", "-", "-"), ("\u2192", "->", "->")):
        if wide in text and not _can_hold(wide, encoding):
            text = text.replace(wide, narrow if _can_hold(narrow, encoding) else plain)
    return text


def _can_hold(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


class ReaderGoneError(Exception):
    """Whoever read the data (head, less) has closed; click would make a failure of a BrokenPipeError."""


def put(text: str) -> None:
    """Write a line of data; ReaderGoneError where nobody reads any more."""
    try:
        sys.stdout.write(fitted(text, sys.stdout.encoding or "utf-8") + "\n")
    except BrokenPipeError as fault:
        raise ReaderGoneError from fault


def talk(text: str = "") -> None:
    """Write a line that is not data."""
    sys.stderr.write(fitted(text, sys.stderr.encoding or "utf-8") + "\n")
    sys.stderr.flush()


def has_screen() -> bool:
    """Whether somebody sits before a desktop, where a document can be opened."""
    desktop = sys.platform in {"win32", "darwin"} or {"DISPLAY", "WAYLAND_DISPLAY"} & set(os.environ)
    return bool(desktop) and sys.stdout.isatty()


@contextmanager
def busy(sentence: str) -> Iterator[None]:
    """Show that work goes on, on a terminal only."""
    if not sys.stderr.isatty():
        yield
        return
    try:
        from rich.console import Console  # noqa: PLC0415 - 0.2 s of start-up, only where somebody watches
    except ModuleNotFoundError:
        talk(sentence)
        yield
        return
    with Console(stderr=True).status(sentence):
        yield
