"""`bocage explain`: what a declared word means, where it comes from and what to do about it."""

import difflib
from collections.abc import Mapping

from bocage.parameters.reader import Parameter
from bocage.publish.texts import parameter as written_number
from bocage.publish.texts import status_word
from bocage.twin.answer import Answer, Section, Text
from bocage.twin.explain_figure import figure_data, figure_named, figure_section
from bocage.twin.glossary import Declared, glossary
from bocage.twin.plan_record import PlanRecord
from bocage.twin.wording import _
from bocage.vocabulary.codes import BocageError, Code
from bocage.vocabulary.columns import Column
from bocage.vocabulary.domain import Indicator
from bocage.vocabulary.settings import Setting
from bocage.vocabulary.text import LANGUAGES
from bocage.vocabulary.units import units


def explain(word: str, record: PlanRecord | None = None) -> Answer:
    """Explain a code, an indicator, a column (`name` or `table.name`), a parameter, a setting or a figure of plans.

    Args:
        word: what is declared under that name, upper or lower case.
        record: a plan, whose value of the figure is told.

    Raises:
        BocageError: BOC-CLI-014 nothing is declared under that name.
    """
    found, figure = [one for one in glossary() if word.strip().casefold() in _names(one)], figure_named(word)
    if not found and figure is None:
        raise BocageError("BOC-CLI-014", word=word, nearest=_nearest(word))
    data: dict[str, object] = {"word": word, "declarations": [declaration_data(one) for one in found]}
    sections = [_section(one) for one in found]
    if figure is not None:
        sections.insert(0, figure_section(figure, record))
        data["figure"] = figure_data(figure, record)
    name = figure.name if figure is not None else found[0].name
    return Answer(title=_("What {word} means", word=name), sections=sections, data={**data, "word": name})


def _names(one: Declared) -> set[str]:
    name = one.name.casefold()
    qualifier = one.table.name if one.table else one.section
    return {name, f"{qualifier}.{name}"} if qualifier else {name}


def _nearest(word: str) -> str:
    folded = {one.name.casefold(): one.name for one in glossary()}
    holders = sorted((name for name in folded if word.casefold() in name), key=len)
    begun = [name for name in holders if name.startswith(word.casefold())]
    close = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.5)
    return folded[(begun or close or holders or ["boc-twi-001"])[0]]


def _section(one: Declared) -> Section:
    thing = one.thing
    match thing:
        case Code():
            return Section(title=_("Code {name} ({owner})", name=one.name, owner=one.owner), lines=_code_lines(thing))
        case Indicator():
            title = _("Indicator of the domain {owner}", owner=one.owner)
            return Section(title=title, lines=_indicator_lines(thing))
        case Column():
            title = _("Column of the table {table}", table=one.table.label if one.table else "")
            return Section(title=title, lines=_column_lines(thing))
        case Parameter():
            title = _("Parameter ({owner})", owner=one.owner)
            return Section(title=title, lines=_parameter_lines(thing))
        case Setting():
            title = _("Setting of territory.toml, section [{section}]", section=one.section)
            return Section(title=title, lines=_setting_lines(thing))


def _code_lines(code: Code) -> list[Text]:
    # the template is shown as it stands: its placeholders are what the message will say
    return [code.what, _("Why: {text}", text=code.why), _("Next: {text}", text=code.fix)]


def _indicator_lines(indicator: Indicator) -> list[Text]:
    return [
        _("{label} ({unit})", label=indicator.label, unit=_unit(indicator.unit)),
        indicator.description,
        _("Source: {text}", text=indicator.source),
    ]


def _column_lines(column: Column) -> list[Text]:
    lines: list[Text] = [
        _("{label} ({unit})", label=column.label, unit=_unit(column.unit)) if column.unit else column.label,
        column.description,
    ]
    if column.minimum is not None or column.maximum is not None:
        low, high = (_bound(bound) for bound in (column.minimum, column.maximum))
        lines.append(_("Admitted values: {low} to {high}", low=low, high=high))
    if column.codes:
        lines.append(_("Admitted values: {codes}", codes=", ".join(column.codes)))
    if column.synonyms:
        lines.append(_("Also recognised as: {names}", names=", ".join(column.synonyms)))
    if column.impute:
        lines.append(_("Imputed where the file does not say it; its origin is kept beside it."))
    if column.source:
        lines.append(_("Source: {text}", text=column.source))
    return lines


def _parameter_lines(parameter: Parameter) -> list[Text]:
    return [
        parameter.description,
        *(
            _(
                "From {date}: {value} {unit} [{low}; {high}], {status}. {reference}",
                date=value.since.isoformat(),
                value=_written(value.value),
                unit=_unit(value.unit),
                low=_written(value.low),
                high=_written(value.high),
                status={language: status_word(value.status, language) for language in LANGUAGES},
                reference=value.reference,
            )
            for value in parameter.values
        ),
    ]


def _setting_lines(setting: Setting) -> list[Text]:
    lines: list[Text] = [setting.description]
    if setting.default:
        lines.append(_("Default: {value} {unit}", value=setting.default, unit=_unit(setting.unit)))
    if setting.codes:
        lines.append(_("Admitted values: {codes}", codes=", ".join(setting.codes)))
    return lines


def _unit(code: str) -> Mapping[str, str]:
    return units()[code].label


def _written(value: object) -> Mapping[str, str]:
    """A value of a parameter: a number the way of each language, the rest as it stands, a dash for none.

    >>> _written(0.035), _written("HPS")["fr"]
    ({'fr': '0,035', 'en': '0.035'}, 'HPS')
    """
    if value is None:
        return dict.fromkeys(LANGUAGES, "\u2013")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return {language: written_number(value, language) for language in LANGUAGES}
    return dict.fromkeys(LANGUAGES, str(value))


def _bound(bound: float | None) -> str:
    return "\u2013" if bound is None else f"{bound:g}"


def declaration_data(one: Declared) -> dict[str, object]:
    """A declaration as data: its kind, its owner and its texts in both languages."""
    thing = one.thing
    data: dict[str, object] = {"kind": type(thing).__name__.lower(), "name": one.name, "owner": one.owner}
    match thing:
        case Code():
            data |= {"what": dict(thing.what), "why": dict(thing.why), "fix": dict(thing.fix), "exit": thing.exit}
        case Indicator():
            data |= {"unit": thing.unit, "role": thing.role, "label": dict(thing.label), "source": thing.source}
            data["driver"] = thing.driver
            data |= {"description": dict(thing.description)}
        case Column():
            data |= {"table": one.table.name if one.table else "", "unit": thing.unit, "type": thing.type}
            data |= {"label": dict(thing.label), "description": dict(thing.description)}
        case Parameter():
            data |= {"unit": thing.unit, "description": dict(thing.description)}
            data["values"] = [
                {
                    "since": value.since,
                    "value": value.value,
                    "low": value.low,
                    "high": value.high,
                    "status": value.status,
                    "reference": dict(value.reference),
                }
                for value in thing.values
            ]
        case Setting():
            data |= {"section": one.section, "unit": thing.unit, "default": thing.default}
            data |= {"description": dict(thing.description)}
    return data
