"""The expert view of a plan: its proof, the futures that would undo it, what is worth measuring, every assumption."""

from collections.abc import Mapping, Sequence

import polars as pl

from bocage import __version__
from bocage.decide.question.request import SolveFacts
from bocage.decide.question.telling import MEASURES
from bocage.decide.robustness.standing import Robustness
from bocage.publish.annex.content import AnnexContent, AnnexSection, Picture
from bocage.publish.curves import Spot, Swing, describe_front, describe_swings, draw_front, draw_swings
from bocage.publish.tables import NamedTable, TableColumn
from bocage.publish.texts import Text, parameter, say, unit_label
from bocage.twin.assumptions import all_assumptions
from bocage.twin.code_labels import all_code_labels
from bocage.twin.domains import discover_domains
from bocage.twin.front import FrontRecord, load_front
from bocage.twin.futures import by_future, contested, told, tornado_rows
from bocage.twin.futures_record import FuturesRecord, futures_of_plan
from bocage.twin.plan_record import PlanRecord
from bocage.twin.territory import Territory
from bocage.twin.wording import _, amount
from bocage.vocabulary.columns import ColumnType, noun_tables
from bocage.vocabulary.text import LANGUAGES, Language, Message

MOST_SWINGS = 12


def expert_annex(territory: Territory, record: PlanRecord, language: Language) -> AnnexContent:
    """The expert view as data.

    Args:
        territory: open territory.
        record: its plan.
        language: `fr` or `en`.
    """
    found = futures_of_plan(territory.folder / "results", record)
    sections = [*_proof(record, language)]
    actions = territory.store.read_rows(noun_tables()["action"])
    sections += _futures(found, actions, language) if found else [_no_futures()]
    front = load_front(territory.folder / "results", record.fingerprint)
    sections += [_front(front, language)] if front and front.points.height > 1 else []
    return AnnexContent(
        title=_("Expert view of the plan"),
        place=territory.name,
        code=territory.code,
        subtitle=_("How the plan was found, and how it stands when the world is not as expected."),
        data_date=record.made_on,
        version=__version__,
        fingerprint=record.fingerprint,
        synthetic=bool(territory.config.sections["territory"]["synthetic"]),
        sections=[*sections, *_realised(record, language), _assumptions(record, language), *_rules(record, language)],
    )


def _proof(record: PlanRecord, language: Language) -> list[AnnexSection]:
    solve = record.solve
    facts: list[tuple[Message, Text]] = [
        (_("How the search ended"), _words("solve_status", solve.status)),
        (_("Plan found by"), _words("solve_source", solve.source)),
        (_("Value that the search maximises, what breaks ties included"), amount(solve.objective, solve.unit)),
        (_("Value that no plan can exceed"), amount(solve.bound, solve.unit)),
        *_worst_futures(solve),
        (_("Gap proved"), _("{gap:3}%", gap=100 * solve.gap)),
        (_("Time of the solver"), _("{seconds:1} s", seconds=solve.seconds)),
        (_("Variables and constraints"), _("{variables} and {rows}", variables=solve.variables, rows=solve.rows)),
        (_("Lost by ranking by ratio"), _("{loss:1}%", loss=100 * solve.greedy_loss)),
    ]
    frame = pl.DataFrame(
        {
            "fact": [label.say(language) for label, _said in facts],
            "said": [say(said, language) for _label, said in facts],
        }
    )
    columns = [_text("fact", _("Fact")), _text("said", _("Value"))]
    return [AnnexSection(title=_("Proof"), table=_table("proof", frame, columns))]


def _worst_futures(solve: SolveFacts) -> list[tuple[Message, Text]]:
    """The mean of what the plan is best at over all draws, and that of its worst ones."""
    if solve.mean is None or solve.worst_mean is None:
        return []
    worst = _("Mean over the worst {share}% of futures (CVaR)", share=100 * solve.worst_share)
    return [
        (_("Mean over all futures"), amount(solve.mean, solve.unit)),
        (worst, amount(solve.worst_mean, solve.unit)),
    ]


def _words(column: str, code: str) -> Mapping[str, str] | str:
    """What a code means, by language."""
    return dict(all_code_labels(discover_domains()).get(column, {}).get(code, {})) or code


def _no_futures() -> AnnexSection:
    return AnnexSection(
        title=_("Before the unknown"),
        lead=_("Not computed for this plan yet: bocage futures, then bocage report."),
    )


def _futures(found: FuturesRecord, actions: pl.DataFrame, language: Language) -> list[AnnexSection]:
    robust = found.found
    return [
        _in_each_future(robust, language),
        _swings(robust, language),
        AnnexSection(
            title=_("What is worth measuring first"),
            lead=_("What knowing each thing before deciding would bring on average, among the plans found."),
            table=_table(
                "information",
                robust.information,
                [_text(f"label_{language}", _("To know")), _number("value", _("Is worth"), robust.unit)],
            ),
        ),
        AnnexSection(
            title=_("Actions that not every future asks for"),
            table=_table(
                "contested",
                contested(robust, actions, language),
                [
                    _text(f"label_{language}", _("Action")),
                    _text("told", _("In the plan")),
                    _number("percent", _("Futures and draws that ask for it"), "%"),
                ],
            ),
        ),
    ]


def _in_each_future(robust: Robustness, language: Language) -> AnnexSection:
    return AnnexSection(
        title=_("In each future"),
        lead={of: f"{'. '.join(line.say(of) for line in told(robust))}." for of in LANGUAGES},
        table=_table(
            "futures",
            by_future(robust),
            [
                _text(f"future_{language}", _("Future")),
                _number("value", _("Value of the plan"), robust.unit),
                _number("regret", _("Regret"), robust.unit),
                _number("moved", _("Actions that its own plan does otherwise"), "", "integer"),
            ],
        ),
        note=_("Regret: what the plan loses beside the plan that this future would have asked for."),
    )


def _swings(robust: Robustness, language: Language) -> AnnexSection:
    rows, unit = tornado_rows(robust, language), robust.unit
    swings = [
        Swing(label=row[f"label_{language}"], low=row["at_low"], high=row["at_high"])
        for row in rows.head(MOST_SWINGS).iter_rows(named=True)
    ]
    picture = Picture(
        title=_("Value of the plan where one number is at its low or high bound, the plan being fixed"),
        svg=draw_swings(swings, robust.value, unit, language),
        alt=describe_swings(swings, robust.value, unit, language),
        source=_(
            "Source: computation by Bocage; bounds are 10th and 90th percentiles, or the two ends of a choice "
            "(horizon, discount rate, path of the carbon value)."
        ),
    )
    return AnnexSection(
        title=_("What moves the value of the plan"),
        picture=picture,
        table=_table(
            "tornado",
            rows,
            [
                _text(f"label_{language}", _("Number")),
                _text("from", _("Low (P10)")),
                _text("to", _("High (P90)")),
                _number("at_low", _("Value at the low one"), unit),
                _number("at_high", _("Value at the high one"), unit),
            ],
        ),
        new_page=True,
    )


def _front(front: FrontRecord, language: Language) -> AnnexSection:
    """Plans between two objectives, with the one of the plan among them."""
    first, second = MEASURES[front.first], MEASURES[front.second]
    spots = [
        Spot(x=row["second"], y=row["first"], label=str(row["point"])) for row in front.points.iter_rows(named=True)
    ]
    own = Spot(x=front.plan[1], y=front.plan[0], label=_("this plan"), chosen=True)
    x, y = (_objective(front.second), second.unit), (_objective(front.first), first.unit)
    shown = [*spots, own]
    return AnnexSection(
        title=_("Plans between two objectives"),
        lead=_("None of them is beaten in both; one gives up so much of one objective for so much of the other."),
        picture=Picture(
            title=_("What each plan reaches"),
            svg=draw_front(shown, language, x=x, y=y),
            alt=describe_front(shown, language, x=x, y=y),
            source=_("Source: computation by Bocage."),
        ),
        table=_table(
            "front",
            front.points,
            [
                _number("point", _("Plan"), "", "integer"),
                _number("first", _objective(front.first), first.unit),
                _number("second", _objective(front.second), second.unit),
                _number("actions", _("Actions"), "", "integer"),
                _number("cost_eur", _("Cost excl. VAT"), "EUR"),
                _number("own_eur", _("Own funds"), "EUR"),
            ],
        ),
        new_page=True,
    )


def _realised(record: PlanRecord, language: Language) -> list[AnnexSection]:
    """What was learned of the savings that come true, and from how many records."""
    shares = record.frames.get("realised")
    if shares is None or not shares.height:
        return []
    names = {domain.name: domain.label[language] for domain in discover_domains()}
    frame = shares.with_columns(
        pl.col("domain").replace_strict(names, default=pl.col("domain")), pl.col("median", "low", "high") * 100
    )
    columns = [
        _text("domain", _("Domain")),
        _number("median", _("Share of savings that comes true"), "%"),
        _number("low", _("Low (P10)"), "%"),
        _number("high", _("High (P90)"), "%"),
        _number("records", _("Records of projects"), "", "integer"),
        _text(f"told_{language}", _("What it rests on")),
    ]
    return [AnnexSection(title=_("What was learned from finished works"), table=_table("realised", frame, columns))]


def _assumptions(record: PlanRecord, language: Language) -> AnnexSection:
    """Every number of the outside world, what is to be verified first."""
    lines = all_assumptions(discover_domains(), record.made_on)
    frame = pl.DataFrame(
        {
            "label": [say(line.label, language) for line in lines],
            "value": [_figure(line.value, line.unit, language) for line in lines],
            "low": [_figure(line.low, line.unit, language) for line in lines],
            "high": [_figure(line.high, line.unit, language) for line in lines],
            "unit_label": [unit_label(line.unit, language) if line.unit != "1" else "" for line in lines],
            "status": [line.status for line in lines],
            "reference": [say(line.reference, language) for line in lines],
        },
        schema=dict.fromkeys(("label", "value", "low", "high", "unit_label", "status", "reference"), pl.String),
    )
    columns = [
        _text("label", _("Number")), _text("value", _("Value")), _text("low", _("Low (P10)")),
        _text("high", _("High (P90)")), _text("unit_label", _("Unit")), _status(), _text("reference", _("Source")),
    ]  # fmt: skip
    return AnnexSection(
        title=_("Assumptions"), table=_table("assumptions", frame, columns), new_page=True,
        lead=_("What is to be verified comes first; your own values replace these."),
    )  # fmt: skip


def _figure(value: object, unit: str, language: Language) -> str:
    if value is None:
        return ""
    return number_words(value, unit, language) if isinstance(value, int | float) else str(value)


def number_words(value: float, unit: str, language: Language) -> str:
    """A parameter as it was given; a year without separator."""
    return str(int(value)) if unit == "" and value == int(value) else parameter(value, language)


def _rules(record: PlanRecord, language: Language) -> list[AnnexSection]:
    """The versions of the funding rules that the plan or its hopes rest on."""
    if not record.rules:
        return []
    frame = pl.DataFrame(
        {
            "programme": [rule.name for rule in record.rules],
            "label": [rule.label[language] for rule in record.rules],
            "since": [rule.since for rule in record.rules],
            "until": [rule.until for rule in record.rules],
            "checked_on": [rule.checked_on for rule in record.rules],
            "status": [rule.status for rule in record.rules],
            "reference": [rule.reference[language] for rule in record.rules],
        },
        schema_overrides={"since": pl.Date, "until": pl.Date, "checked_on": pl.Date},
    )
    columns = [
        _text("programme", _("Programme")), _text("label", _("Name")),
        TableColumn(name="since", label=_("In force since"), kind="date"),
        TableColumn(name="until", label=_("Until"), kind="date"),
        TableColumn(name="checked_on", label=_("Checked on"), kind="date"),
        _status(), _text("reference", _("Source")),
    ]  # fmt: skip
    return [AnnexSection(title=_("Funding rules"), table=_table("rules", frame, columns))]


def _status() -> TableColumn:
    words = all_code_labels(discover_domains()).get("rule_status", {})
    return TableColumn(name="status", label=_("Status"), kind="text", labels=words)


def _objective(code: str) -> Mapping[str, str]:
    return dict(all_code_labels(discover_domains())["objective"][code])


def _text(name: str, label: Message) -> TableColumn:
    return TableColumn(name=name, label=label, kind="text")


def _number(name: str, label: Text, unit: str, kind: ColumnType = "real") -> TableColumn:
    return TableColumn(name=name, label=label, kind=kind, unit=unit)


def _table(name: str, frame: pl.DataFrame, columns: Sequence[TableColumn]) -> NamedTable:
    return NamedTable(name=name, label=name, frame=frame, columns=columns)
