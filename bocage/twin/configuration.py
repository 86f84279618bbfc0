"""`territory.toml`: one small file of declared keys; an unknown key or a wrong value is an error."""

import csv
import difflib
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.domain import Domain
from bocage.vocabulary.settings import Setting, read_settings
from bocage.vocabulary.text import Language

FILE = "territory.toml"
MOST_KEYS = 40
_DECLARATION = Path(__file__).parent / "settings.csv"


@dataclass(frozen=True)
class Configuration:
    """The settings of a territory: declared defaults under what its file says.

    Attributes:
        sections: value of each key by section; None where neither the file nor a default gives one.
        given: (section, key) that the file itself gives.
    """

    sections: Mapping[str, Mapping[str, object]]
    given: frozenset[tuple[str, str]]

    def text(self, section: str, key: str) -> str:
        """The value as text, empty where there is none."""
        value = self.sections[section][key]
        return "" if value is None else str(value)

    def required_number(self, section: str, key: str) -> float:
        """The value of a key whose declaration gives a default; KeyError for one that gives none."""
        value = self.number(section, key)
        if value is None:
            raise KeyError(f"{section}.{key} has neither a value nor a default")
        return value

    def number(self, section: str, key: str) -> float | None:
        """The value as a number, None where there is none."""
        value = self.sections[section][key]
        return float(value) if isinstance(value, int | float) else None


@cache
def core_settings() -> Mapping[str, tuple[Setting, ...]]:
    """Settings of the core by section.

    >>> sorted(core_settings())
    ['computation', 'plan', 'territory']
    """
    with _DECLARATION.open(encoding="utf-8", newline="") as stream:
        sections = [row["section"] for row in csv.DictReader(stream)]
    settings: dict[str, list[Setting]] = {}
    for section, setting in zip(sections, read_settings(_DECLARATION), strict=True):
        settings.setdefault(section, []).append(setting)
    return {section: tuple(found) for section, found in settings.items()}


def declared_settings(domains: Sequence[Domain]) -> Mapping[str, tuple[Setting, ...]]:
    """Settings of the core and of each domain, by section of the file."""
    return {**core_settings(), **{domain.name: domain.settings for domain in domains}}


def read_configuration(path: Path, domains: Sequence[Domain]) -> Configuration:
    """Read and check a `territory.toml`.

    Raises:
        BocageError: BOC-TWI-002 unreadable file, BOC-TWI-003 unknown key, BOC-TWI-004 wrong value.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise BocageError("BOC-TWI-002", where={"file": path}, fault=fault) from fault
    declared = declared_settings(domains)
    _refuse_unknown(content, declared, path)
    sections: dict[str, dict[str, object]] = {}
    given = set()
    for section, settings in declared.items():
        found = content.get(section, {})
        sections[section] = {}
        for setting in settings:
            if setting.name in found:
                sections[section][setting.name] = _parsed(setting, found[setting.name], section, path)
                given.add((section, setting.name))
            else:
                sections[section][setting.name] = setting.default_value()
    return Configuration(sections, frozenset(given))


def _refuse_unknown(content: Mapping[str, object], declared: Mapping[str, tuple[Setting, ...]], path: Path) -> None:
    for section, found in content.items():
        if section not in declared or not isinstance(found, dict):
            raise _unknown(path, section, declared)
        names = [setting.name for setting in declared[section]]
        for key in found:
            if key not in names:
                raise _unknown(path, f"{section}.{key}", [f"{section}.{name}" for name in names])


def _unknown(path: Path, key: str, known: Mapping[str, object] | Sequence[str]) -> BocageError:
    near = difflib.get_close_matches(key, list(known), n=1)
    return BocageError("BOC-TWI-003", where={"file": path}, key=key, near=near[0] if near else ", ".join(known))


def _parsed(setting: Setting, value: object, section: str, path: Path) -> object:
    try:
        if (section, setting.name) == ("territory", "timezone"):
            ZoneInfo(str(value))
        return setting.parse(value)
    except (ValueError, ZoneInfoNotFoundError) as fault:
        raise BocageError("BOC-TWI-004", where={"file": path}, key=f"{section}.{setting.name}", fault=fault) from fault


def configuration_text(
    path: Path, values: Mapping[str, Mapping[str, object]], domains: Sequence[Domain], language: Language
) -> str:
    """The text of a `territory.toml` that shows every key: the given ones, the others as comments with their default.

    Args:
        path: file that will hold the text, named in refusals.
        values: given keys by section.
        domains: domains that declare settings.
        language: language of the comments.

    Raises:
        BocageError: BOC-TWI-003 a key that is not declared, BOC-TWI-004 a value that cannot be.
    """
    _refuse_unknown({name: dict(section) for name, section in values.items()}, declared_settings(domains), path)
    lines = []
    for section, settings in declared_settings(domains).items():
        lines.append(f"[{section}]")
        for setting in settings:
            lines.append(f"# {setting.description[language]}" + (f" [{setting.unit}]" if setting.unit else ""))
            value = values.get(section, {}).get(setting.name)
            if value is None:
                default = setting.default_value()
                lines.append(f"# {setting.name} = {_toml(default) if default is not None else ''}".rstrip())
            else:
                lines.append(f"{setting.name} = {_toml(_parsed(setting, value, section, path))}")
        lines.append("")
    return "\n".join(lines)


def write_configuration(
    path: Path, values: Mapping[str, Mapping[str, object]], domains: Sequence[Domain], language: Language
) -> None:
    """Write a `territory.toml` (see `configuration_text`), whole or not at all."""
    draft = path.with_name(f"{path.name}.part")
    draft.write_text(configuration_text(path, values, domains, language), encoding="utf-8", newline="\n")
    draft.replace(path)


def with_store(path: Path, form: str, domains: Sequence[Domain]) -> str:
    """The text of a `territory.toml` that says another form of the twin, the rest as it was written.

    Args:
        path: the file.
        form: `geopackage` or `postgis`.
        domains: domains that declare settings.
    """
    text = path.read_text(encoding="utf-8")
    given = dict(tomllib.loads(text))
    given["territory"] = {**given.get("territory", {}), "store": form}
    changed = _STORE_LINE.sub(f'store = "{form}"', text, count=1)
    if tomllib.loads(changed) == given:
        return changed
    language: Language = "en" if given["territory"].get("language") == "en" else "fr"
    return configuration_text(path, given, domains, language)


_STORE_LINE = re.compile(r"^store *=[^\n]*$|^# store *=[^\n]*$", flags=re.MULTILINE)


def _toml(value: object) -> str:
    """A scalar as TOML; JSON's texts, numbers and booleans are TOML's.

    >>> _toml("L'Haÿ"), _toml(True), _toml(0.5)
    ('"L\\'Haÿ"', 'true', '0.5')
    """
    return json.dumps(value, ensure_ascii=False, default=str)
