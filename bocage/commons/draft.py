"""Records to be completed: an empty one to fill in, and the words that say what is missing."""

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from bocage.commons.reading import as_text
from bocage.commons.schema import ROOT, VERSION, Part, parts
from bocage.commons.validate import Judged, judge
from bocage.commons.verdict import Verdict
from bocage.commons.wording import _
from bocage.vocabulary.columns import Column
from bocage.vocabulary.text import Language
from bocage.vocabulary.units import units

STRATA: Sequence[tuple[int, str]] = (
    (500, "0-499"),
    (2_000, "500-1999"),
    (10_000, "2000-9999"),
    (50_000, "10000-49999"),
)


def stratum(population: int | None) -> str | None:
    """Stratum of a population, None where it is not known.

    >>> stratum(812), stratum(120_000), stratum(None)
    ('500-1999', '50000+', None)
    """
    if population is None:
        return None
    return next((name for limit, name in STRATA if population < limit), "50000+")


def gaps(content: Mapping[str, Any], place: str) -> list[Verdict]:
    """What must still be filled or mended before a draft can be shared.

    Args:
        content: nested mappings and lists of plain values.
        place: name of its file.
    """
    judged: Judged = judge(as_text(content), place=place)
    return [verdict for verdict in judged.verdicts if verdict.blocking]


def draft_text(content: Mapping[str, Any], missing: Sequence[Verdict], language: Language) -> str:
    """A draft as YAML, headed by what its author still has to say.

    Args:
        content: nested mappings and lists of plain values.
        missing: what is still to be filled.
        language: language of the heading.
    """
    lines = [
        _("Draft of a record of feedback: what the twin knows. To complete, then remove the line draft.").say(language)
    ]
    lines += [f"- {verdict.say('what', language)}. {verdict.say('fix', language)}" for verdict in missing]
    lines.append(_("Check it with: bocage feedback check FILE").say(language))
    head = "".join(f"# {line}\n" for line in lines)
    return head + yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=110)


def template_text(language: Language) -> str:
    """An empty record with a line for every field: what is not required is a comment.

    Args:
        language: language of the comments.
    """
    lines = [_("A record of feedback. Fill in what is known; a line that begins with # is left out.").say(language), ""]
    lines = [f"# {line}" if line else "" for line in lines]
    for name, part in parts().items():
        lines += ["", f"# {part.label[language]}: {part.description[language]}"]
        lines += _part_lines(part, language) if name != ROOT else _field_lines(part, "", language)
    return "\n".join(lines) + "\n"


def _part_lines(part: Part, language: Language) -> list[str]:
    mark = "" if part.required else "# "
    fields = _field_lines(part, mark, language, first="  - " if part.many else "  ", rest="    " if part.many else "  ")
    return [f"{mark}{part.name}:", *fields]


def _field_lines(part: Part, mark: str, language: Language, *, first: str = "", rest: str = "") -> list[str]:
    lines = []
    for number, field in enumerate(part.fields):
        before = mark or ("" if field.required or number == 0 else "# ")
        indent = first if number == 0 else rest
        lines.append(f"{before}{indent}{field.name}: {_example(field)}  # {_about(field, language)}")
    return lines


def _example(field: Column) -> str:
    if field.name == "schema":
        return VERSION
    return "[]" if field.type == "list" else '""'


def _about(field: Column, language: Language) -> str:
    told = field.description[language]
    if field.unit not in {"", "1"}:
        told += f" [{units()[field.unit].label[language]}]"
    if field.codes:
        told += f" ({' | '.join(field.codes)})"
    return told
