"""Texts of the command line, those of click included, in the language of the user."""

import gettext
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from bocage.vocabulary.text import LANGUAGES, Language, translate, use_language

LOCALE = Path(__file__).parent / "locale"
LANGUAGE_VARIABLE = "BOCAGE_LANG"


def mark(text: str) -> str:
    """Mark a text for translation where it is written; it is translated where it is shown."""
    return text


CLICK_TEXTS = (
    mark("Usage:"),
    mark("Options"),
    mark("Commands"),
    mark("Missing command."),
    mark("Missing argument"),
    mark("Missing option"),
    mark("default: {default}"),
    mark("required"),
    mark("env var: {var}"),
    mark("file"),
    mark("directory"),
    mark("path"),
    mark("{name} {filename!r} does not exist."),
    mark("{name} {filename!r} is a file."),
    mark("{name} {filename!r} is a directory."),
    mark("{name} {filename!r} is not readable."),
    mark("{name} {filename!r} is not writable."),
    mark("{value!r} is not {choice}."),
    mark("Option {name!r} requires an argument."),
    mark("Option {name!r} does not take a value."),
    mark("Got unexpected extra argument ({args})"),
    mark("{value!r} is not a valid {number_type}."),
    mark("{value} is not in the range {range}."),
    mark("Invalid value for {param_hint}: {message}"),
    mark("Invalid value: {message}"),
)
"""Texts of click that a user of Bocage can meet; click looks them up through the standard gettext."""


def asked_language(arguments: Sequence[str], environment: Mapping[str, str]) -> Language:
    """The language that the arguments ask for, else the environment, else French.

    Args:
        arguments: arguments of the command line, not yet parsed: help and errors need the language first.
        environment: environment variables.

    >>> asked_language(["plan", "--lang", "en"], {})
    'en'
    >>> asked_language(["plan"], {"BOCAGE_LANG": "en_GB.UTF-8"})
    'en'
    """
    asked = environment.get(LANGUAGE_VARIABLE, "")[:2].lower()
    for position, argument in enumerate(arguments):
        if argument == "--lang" and position + 1 < len(arguments):
            asked = arguments[position + 1]
        elif argument.startswith("--lang="):
            asked = argument.removeprefix("--lang=")
    return next((language for language in LANGUAGES if language == asked), "fr")


def speak(language: Language) -> None:
    """Set the language of our own texts and of those of click."""
    use_language(language)
    os.environ["LANGUAGE"] = language
    gettext.bindtextdomain("bocage", LOCALE)
    gettext.textdomain("bocage")


def worded(text: str, language: Language | None = None) -> str:
    """A marked text in the language."""
    return translate(text, language, catalogue=LOCALE)
