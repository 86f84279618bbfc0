"""The command line described as data, for the manual: `python -m bocage.cli.describe`."""

import json
import sys
from collections.abc import Iterator

import click

from bocage.cli.program import program
from bocage.cli.wording import worded
from bocage.vocabulary.text import LANGUAGES


def described_commands() -> list[dict[str, object]]:
    """Every command with its help and its options in both languages, in the order of `--help`.

    >>> [command["name"] for command in described_commands()][0]
    'demo'
    """
    return [
        {
            "name": name,
            "arguments": [_argument(param) for param in command.params if isinstance(param, click.Argument)],
            "help": {language: worded(command.help or "", language) for language in LANGUAGES},
            "options": [_option(param) for param in command.params if isinstance(param, click.Option)],
        }
        for name, command in _leaves(program)
    ]


def _leaves(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    """The commands of a group by their whole name, a group before its own commands."""
    for name, command in group.commands.items():
        yield before + name, command
        if isinstance(command, click.Group):
            yield from _leaves(command, f"{before}{name} ")


def _argument(param: click.Argument) -> str:
    return (param.metavar or str(param.name)).upper()


def _option(param: click.Option) -> dict[str, object]:
    names = ", ".join(sorted([*param.opts, *param.secondary_opts], key=len))
    choices = list(param.type.choices) if isinstance(param.type, click.Choice) else []
    return {
        "names": names,
        "required": param.required,
        "choices": choices,
        "help": {language: worded(param.help or "", language) for language in LANGUAGES},
    }


if __name__ == "__main__":
    json.dump(described_commands(), sys.stdout)
