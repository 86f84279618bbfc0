"""Texts in the user's language: gettext catalogues for prose, numbers the French way or the English way."""

import gettext
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, get_args

Language = Literal["fr", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
NARROW_SPACE = "\u202f"

_language: ContextVar[Language] = ContextVar("language", default="fr")


def current_language() -> Language:
    """The language in which texts are rendered when none is asked for; French unless set."""
    return _language.get()


def use_language(language: Language) -> None:
    """Set the language of the current context (the command line does it once)."""
    _language.set(language)


@cache
def _catalogue(folder: Path, language: Language) -> gettext.NullTranslations:
    return gettext.translation("bocage", localedir=folder, languages=[language], fallback=True)


def translate(text: str, language: Language | None = None, *, catalogue: Path) -> str:
    """Translate an English text; the English text itself where the language is English.

    Args:
        text: the English text, key of the catalogue.
        language: `fr` or `en`; the current language where None.
        catalogue: folder `locale` of the package or domain that says it.

    >>> translate("nothing", "en", catalogue=Path("locale"))
    'nothing'
    """
    language = language or current_language()
    if language == "en":
        return text
    return _catalogue(catalogue, language).gettext(text)


def format_number(value: float, language: Language | None = None, *, digits: int = 0) -> str:
    """Write a number with thousands separated and the decimal mark of the language.

    >>> format_number(12480.5, "en", digits=1)
    '12,480.5'
    >>> format_number(12480.5, "fr", digits=1)
    '12\\u202f480,5'
    """
    text = f"{value:,.{digits}f}"
    if float(text.replace(",", "")) == 0:
        text = text.lstrip("-")
    if (language or current_language()) == "en":
        return text
    return text.replace(",", "\0").replace(".", ",").replace("\0", NARROW_SPACE)


@dataclass(frozen=True)
class Message:
    """A sentence to be said in any language: an English template and its values.

    Attributes:
        template: English text with `{name}` placeholders; `{name:2}` asks for two decimals.
        values: numbers or texts for the placeholders; a Mapping by language is a bilingual text.
        catalogue: folder `locale` that translates the template.
    """

    template: str
    values: Mapping[str, object]
    catalogue: Path

    def say(self, language: Language | None = None) -> str:
        """The sentence in the language.

        >>> Message("{count} lamps above {limit} K", {"count": 174, "limit": 3000}, Path("locale")).say("en")
        '174 lamps above 3,000 K'
        """
        language = language or current_language()
        return fill(translate(self.template, language, catalogue=self.catalogue), self.values, language)


def fill(template: str, values: Mapping[str, object], language: Language) -> str:
    """Put values into the placeholders of a template that is already in the language.

    >>> fill("{share:1} %", {"share": 12.34}, "fr")
    '12,3 %'
    """
    return template.format_map({key: _Written(value, language) for key, value in values.items()})


class _Written:
    """A value that formats itself in a language; the format specification is the number of decimals."""

    def __init__(self, value: object, language: Language) -> None:
        self.value, self.language = value, language

    def __format__(self, specification: str) -> str:
        value = self.value
        if isinstance(value, Mapping):
            return str(value[self.language])
        if isinstance(value, bool) or not isinstance(value, int | float):
            return str(value)
        return format_number(value, self.language, digits=int(specification or 0))
