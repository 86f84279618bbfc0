"""Forms of commands and options: help is translated when it is shown, not when it is declared."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from bocage.cli.failures import unknown_command
from bocage.cli.wording import mark, worded
from bocage.vocabulary.text import LANGUAGES

Function = TypeVar("Function", bound=Callable[..., Any])
STORES = ("geopackage", "postgis")
"""Forms of a twin, as `bocage.store.opening` knows them; this package does not wait for it."""


class _Worded(click.Command):
    """What says its help in the language."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """The option `--help`, said in the language."""
        return _worded_help_option(super().get_help_option(ctx))

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """Write the help."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(worded(self.help or ""))


class Command(_Worded):
    """A command whose help is translated."""

    def get_short_help_str(self, limit: int = 45) -> str:  # noqa: ARG002 - signature of click
        """First sentence of the help."""
        return worded(self.help or "").split("\n")[0].rstrip(".")


class Group(_Worded, click.Group):
    """The program: its help is translated, an unknown command is answered with the nearest."""

    command_class = Command

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - signature of click
        """Names of the commands in the order in which one needs them."""
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; the refusal of an unknown one names the nearest."""
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            raise unknown_command(args[0], self.commands)
        return super().resolve_command(ctx, args)


class Option(click.Option):
    """An option whose help is translated."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Name and help of the option, in the language."""
        english, self.help = self.help, worded(self.help or "")
        try:
            return super().get_help_record(ctx)
        finally:
            self.help = english


def _worded_help_option(option: click.Option | None) -> click.Option | None:
    if option is not None:
        option.help = worded(mark("Show this help."))
    return option


def option(*names: str, **attributes: Any) -> Callable[[Function], Function]:  # noqa: ANN401 - handed on to click
    """An option with translated help; the same arguments as `click.option`."""
    return click.option(*names, cls=Option, **attributes)


if TYPE_CHECKING:
    _Form = click.ParamType[Any]
else:
    _Form = click.ParamType  # not generic before click 8.3


class Amount(_Form):
    """A number as people write it: thousands may be cut by spaces, the decimal mark may be a comma."""

    name = "number"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number; a click error where it is none or negative.

        >>> Amount().convert("120 000,50", None, None)
        120000.5
        """
        if isinstance(value, int | float):
            return float(value)
        text = "".join(str(value).split()).removesuffix("€").replace(",", ".")
        try:
            number = float(text)
        except ValueError:
            number = float("nan")
        if not 0 <= number < float("inf"):
            self.fail(
                worded(mark("a positive number is expected, such as 120000 or \u201c120 000,50\u201d")), param, ctx
            )
        return number


class Day(_Form):
    """A date, written 2026-03-31 or 31/03/2026."""

    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        """The date; a click error where it is none.

        >>> Day().convert("31/03/2026", None, None)
        datetime.date(2026, 3, 31)
        """
        if isinstance(value, dt.date):
            return value
        for form in ("%Y-%m-%d", "%d/%m/%Y"):
            try:
                return dt.datetime.strptime(str(value), form).date()  # noqa: DTZ007 - a civil date has no zone
            except ValueError:
                continue
        self.fail(worded(mark("a date is expected, such as 2026-03-31 or 31/03/2026")), param, ctx)
        raise AssertionError  # `fail` never returns; older click does not say so


json_option = option("--json", "as_json", is_flag=True, help=mark("Print data as one JSON document."))
language_option = option(
    "--lang",
    type=click.Choice(LANGUAGES),
    expose_value=False,  # read before parsing, so that help and errors speak it too
    help=mark("Language of what is printed (BOCAGE_LANG; French by default)."),
)
territory_option = option(
    "-t",
    "--territory",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    envvar="BOCAGE_TERRITORY",
    help=mark("Folder of the territory (BOCAGE_TERRITORY; the current folder by default)."),
)


def talks(function: Function) -> Function:
    """Give a command the options that all share: language and JSON."""
    return language_option(json_option(function))


def on_territory(function: Function) -> Function:
    """Give a command the options of what works on a territory."""
    return territory_option(talks(function))
