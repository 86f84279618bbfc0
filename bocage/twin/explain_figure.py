"""A figure of a plan explained: formula, inputs, parameters with their status, and its value in the last plan."""

import polars as pl

from bocage.decide.answer.figures import Figure, figures
from bocage.parameters.reader import CORE_FOLDER, load
from bocage.publish.texts import parameter as written_number
from bocage.publish.texts import status_word
from bocage.twin.answer import Heading, Section, Text
from bocage.twin.plan_record import PlanRecord
from bocage.twin.wording import _
from bocage.vocabulary.text import LANGUAGES, current_language, format_number
from bocage.vocabulary.units import units

ROLE_WORDS = {
    "cash": {"fr": "argent", "en": "money"},
    "carbon": {"fr": "carbone", "en": "carbon"},
    "energy": {"fr": "énergie", "en": "energy"},
}


def figure_named(word: str) -> Figure | None:
    """The figure of that name, upper or lower case; None where there is none."""
    return figures().get(word.strip().casefold())


def figure_section(figure: Figure, record: PlanRecord | None) -> Section:
    """What a figure is, what it is made from, and what it is worth in a plan.

    Args:
        figure: declared figure.
        record: the last plan, None where none is given.
    """
    unit = units()[figure.unit].label
    lines: list[Text] = [
        _("{label} ({unit})", label=figure.label, unit=unit),
        _("Formula: {text}", text=figure.formula),
        _("Made from: {text}", text=figure.inputs),
        _("Source: {text}", text=figure.source),
    ]
    if record is not None:
        lines += _in_plan(figure, record)
    return Section(
        title=_("Figure of a plan"),
        lines=lines,
        table=_parameters(figure, record),
        headings=[
            Heading(name="name", label=_("Parameter")),
            Heading(name="label", label=_("Label")),
            Heading(name="value", label=_("Value")),
            Heading(name="unit", label=_("Unit")),
            Heading(name="status", label=_("Status")),
            Heading(name="reference", label=_("Source")),
        ],
    )


def figure_data(figure: Figure, record: PlanRecord | None) -> dict[str, object]:
    """A figure as data, with its value in a plan."""
    value = figure_value(figure, record) if record is not None else None
    return {
        "name": figure.name,
        "unit": figure.unit,
        "label": dict(figure.label),
        "formula": dict(figure.formula),
        "inputs": dict(figure.inputs),
        "source": dict(figure.source),
        "parameters": list(figure.parameters),
        "value": value[0] if value else None,
        "low": value[1] if value else None,
        "high": value[2] if value else None,
        "default_share": default_shares(figure, record) if record is not None else {},
    }


def _in_plan(figure: Figure, record: PlanRecord) -> list[Text]:
    found = figure_value(figure, record)
    if found is None:
        return [_("The last plan has no such figure")]
    value, low, high = found
    lines: list[Text] = [
        _("In the last plan: {value}", value=_number(value))
        if low is None or high is None
        else _(
            "In the last plan: {value}, from {low} to {high} in eight futures out of ten",
            value=_number(value), low=_number(low), high=_number(high),
        )
    ]  # fmt: skip
    shares = default_shares(figure, record)
    if shares:
        told = {
            language: ", ".join(
                f"{ROLE_WORDS[role][language]} {format_number(100 * share, language, digits=0)}\u202f%"
                for role, share in shares.items()
            )
            for language in LANGUAGES
        }
        lines.append(_("Share that rests on default or inferred data: {shares}", shares=told))
    return lines


def _number(value: float) -> dict[str, str]:
    digits = 0 if abs(value) >= 100 else 2
    return {language: format_number(value, language, digits=digits) for language in LANGUAGES}


def figure_value(figure: Figure, record: PlanRecord) -> tuple[float, float | None, float | None] | None:
    """Value, low and high of a figure in a plan; None where the plan has none."""
    society = record.frames["society"].filter(pl.col("indicator") == figure.name)
    if len(society) and society["value"].item() is not None:
        row = society.row(0, named=True)
        return row["value"], row["low"], row["high"]
    chosen = record.frames["options"].filter(pl.col("option") == "chosen")
    if figure.name not in chosen.columns or chosen.is_empty():
        return None
    row = chosen.row(0, named=True)
    base = figure.name.removesuffix("_eur")
    return row[figure.name], row.get(f"{base}_low_eur"), row.get(f"{base}_high_eur")


def default_shares(figure: Figure, record: PlanRecord) -> dict[str, float]:
    """Share of the savings of each role that a figure rests on which rests on default or inferred data [1]."""
    savings = record.frames["savings"]
    last = savings.filter(pl.col("year") == savings["year"].max()).filter(pl.col("role").is_in(figure.roles))
    return dict(last.select("role", "default_share").iter_rows())


def _parameters(figure: Figure, record: PlanRecord | None) -> pl.DataFrame | None:
    """The parameters that a figure reads, as they were on the date of the plan, or as they are today."""
    if not figure.parameters:
        return None
    language = current_language()
    known = {value.name: value for value in record.assumptions} if record is not None else {}
    rows = []
    for name in figure.parameters:
        parameter = load(CORE_FOLDER)[name]
        value = known.get(name) or parameter.values[-1]
        # A number without unit that is whole is a year or a count: it is written as it stands.
        number = isinstance(value.value, float) or (isinstance(value.value, int) and bool(value.unit))
        rows.append(
            {
                "name": name,
                "label": parameter.description[language],
                "value": written_number(value.value, language) if number else str(value.value),
                "unit": units()[value.unit].label[language],
                "status": status_word(value.status, language),
                "reference": value.reference[language],
            }
        )
    return pl.DataFrame(rows)
