"""From an exception to what the user reads and the exit status; no traceback ever reaches the screen."""

import difflib
import tempfile
import traceback
from collections.abc import Iterable
from pathlib import Path

import click

from bocage.cli.console import put, talk
from bocage.cli.show import as_document
from bocage.cli.wording import mark, worded
from bocage.vocabulary.codes import BocageError

WHERE_LABELS = {
    "path": mark("file"),
    "file": mark("file"),
    "folder": mark("folder"),
    "layer": mark("layer"),
    "table": mark("table"),
    "row": mark("row"),
    "line": mark("line"),
    "column": mark("column"),
    "value": mark("value"),
    "key": mark("key"),
    "command": mark("command"),
    "option": mark("option"),
}


def report(error: BaseException, *, as_json: bool) -> int:
    """Say what happened, where, why it matters and what to do next; return the exit status.

    Args:
        error: whatever ended the command.
        as_json: print `{"error": …}` on stdout instead of sentences on stderr.
    """
    refusal = as_refusal(error)
    if as_json:
        put(as_document({"error": refusal.as_dict()}))
    else:
        for line in sentences(refusal):
            talk(line)
    return refusal.declared.exit


def sentences(refusal: BocageError) -> list[str]:
    """The lines of a refusal: code and what, where after an arrow, why, what to do next."""
    lines = [f"{refusal.code}  {refusal.say('what')}"]
    if refusal.where:
        places = (
            f"{worded(WHERE_LABELS[key]) if key in WHERE_LABELS else key} {value}"
            for key, value in refusal.where.items()
        )
        lines.append("  \u2192 " + ", ".join(places))
    lines.append("  " + refusal.say("why"))
    lines.append("  " + worded(mark("Next:")) + " " + refusal.say("fix"))
    return lines


def as_refusal(error: BaseException) -> BocageError:
    """The declared refusal that says an exception; an unexpected one leaves its traceback in a file."""
    match error:
        case BocageError():
            return error
        case KeyboardInterrupt() | click.Abort():
            return BocageError("BOC-CLI-002")
        case click.NoSuchOption():
            return _unknown_option(error)
        case click.UsageError():
            command = error.ctx.command_path if error.ctx else "bocage"
            return BocageError("BOC-CLI-013", where={"command": command}, reason=error.format_message().strip())
        case click.ClickException():
            return BocageError("BOC-CLI-013", where={"command": "bocage"}, reason=error.format_message())
        case OSError() if error.filename is not None:
            return BocageError("BOC-CLI-003", where={"path": error.filename}, reason=error.strerror or str(error))
        case _:
            return BocageError("BOC-CLI-001", where={"path": _log(error)}, kind=type(error).__name__)


def unknown_command(name: str, known: Iterable[str]) -> BocageError:
    """The refusal of a command that does not exist, with the nearest one that does."""
    nearest = _nearest(name, known)
    return BocageError("BOC-CLI-011", name=name, try_this=f"bocage {nearest or '--help'}")


def _unknown_option(error: click.NoSuchOption) -> BocageError:
    command = error.ctx.command_path if error.ctx else "bocage"
    known = [option for param in error.ctx.command.params for option in param.opts] if error.ctx else []
    nearest = _nearest(error.option_name, known)
    return BocageError(
        "BOC-CLI-012",
        where={"command": command},
        name=error.option_name,
        try_this=f"{command} {nearest or '--help'}",
    )


def _nearest(name: str, known: Iterable[str]) -> str | None:
    names = list(known)
    close = difflib.get_close_matches(name, names, n=1)
    return close[0] if close else next((one for one in names if one.startswith(name)), None)


def _log(error: BaseException) -> Path:
    with tempfile.NamedTemporaryFile("w", prefix="bocage-", suffix=".log", encoding="utf-8", delete=False) as stream:
        stream.write("".join(traceback.format_exception(error)))
    return Path(stream.name)
