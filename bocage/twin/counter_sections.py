"""What the funding counter says of one action, as tables: stacks, programmes, cash, loans, dates, dossier."""

from collections.abc import Sequence

import polars as pl

from bocage.decide.answer.schedule import Dated, Operation, schedule_of_dated
from bocage.decide.funding.counter import Counter, Stack, Stamped, cash_of, lent, written
from bocage.parameters.funding_rules import FundingRule
from bocage.twin.answer import Heading, Section
from bocage.twin.counter import Asked
from bocage.twin.wording import _
from bocage.vocabulary.columns import noun_tables
from bocage.vocabulary.text import LANGUAGES, Message, current_language

NO_AID = {"fr": "sans aide", "en": "no aid"}
STACKS_SHOWN = 10
REFUSED = ("refused", "expired", "not_yet")


def stacks_frame(counter: Counter) -> pl.DataFrame:
    """The stacks as a table.

    Returns:
        Frame `rank`, `programmes`, `counted` (a plan counts on all of them), amounts, `order_by`,
        `to_verify` (programmes whose rule is not verified).
    """
    cost = counter.request.cost_eur
    rows = [
        {
            "rank": rank,
            "counted": stack.counted,
            "programmes": " + ".join(aid.rule.name for aid in stack.plan.aids) or NO_AID[current_language()],
            "grants_eur": stack.plan.total_eur,
            "share_percent": 100.0 * stack.plan.total_eur / cost if cost else 0.0,
            "own_eur": stack.own_eur,
            "vat_back_eur": counter.request.vat_back_eur,
            "rest_eur": stack.rest_eur,
            "order_by": stack.works.order,
            "to_verify": ", ".join(aid.rule.name for aid in stack.plan.aids if aid.status != "verified"),
        }
        for rank, stack in enumerate(counter.stacks, start=1)
    ]
    schema = {
        "rank": pl.Int64, "counted": pl.Boolean, "programmes": pl.String,
        "grants_eur": pl.Float64, "share_percent": pl.Float64,
        "own_eur": pl.Float64, "vat_back_eur": pl.Float64, "rest_eur": pl.Float64, "order_by": pl.Date,
        "to_verify": pl.String,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema)


def programmes_frame(stamped: Sequence[Stamped]) -> pl.DataFrame:
    """Frame of what every programme says: verdict, amount, why and what to do in both languages, status of the rule."""
    rows = []
    for one in stamped:
        rule, filing = one.judged.rule, one.filing
        row: dict[str, object] = {
            "programme": rule.name,
            "cash": rule.cash,
            "verdict": one.verdict,
            "code": one.code,
            "amount_eur": one.judged.amount_eur or None,
            "low_eur": one.judged.low_eur or None,
            "high_eur": one.judged.high_eur or None,
            "rule_state": one.judged.status,
            "checked_on": rule.checked_on,
            "deposit_by": None if filing is None else filing.deposit,
            "missing": ", ".join(fact.name for fact in one.judged.missing),
        }
        for language in LANGUAGES:
            row |= {
                f"label_{language}": rule.label[language],
                f"funder_{language}": rule.funder[language],
                f"why_{language}": one.say("what", language),
                f"fix_{language}": one.say("fix", language),
                f"reference_{language}": rule.reference[language],
            }
        rows.append(row)
    texts = ("label", "funder", "why", "fix", "reference")
    schema = {
        **dict.fromkeys(("programme", "cash", "verdict", "code"), pl.String),
        **dict.fromkeys(("amount_eur", "low_eur", "high_eur"), pl.Float64),
        "rule_state": pl.String, "checked_on": pl.Date, "deposit_by": pl.Date, "missing": pl.String,
        **dict.fromkeys((f"{text}_{language}" for text in texts for language in LANGUAGES), pl.String),
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema)


def schedule_frame_of(asked: Asked) -> pl.DataFrame:
    """The back-schedule of the action with the aids of its best stack and those that it may hope for."""
    counter = asked.counter
    stack = counter.best
    given = {aid.rule.name for aid in stack.plan.aids}
    files = [
        (one.judged.rule, _aid_status(one, given), one.filing)
        for one in counter.stamped
        if one.filing is not None and one.filing.kept and (one.judged.programme in given or _is_hoped(one))
    ]
    operation = Operation(
        action_id=counter.request.action_id,
        year=counter.request.year,
        cost_eur=counter.request.cost_eur,
        facts=counter.request.facts,
        aids=[(rule, status) for rule, status, _filing in files],
        payer=f"{asked.row['owner_siren']} {asked.row['budget']}",
        label={language: asked.row[f"label_{language}"] for language in LANGUAGES},
    )
    return schedule_of_dated([Dated(operation=operation, works=stack.works, files=files)], counter.agenda)


def _is_hoped(one: Stamped) -> bool:
    return one.code == "BOC-DEC-203"


def _aid_status(one: Stamped, given: set[str]) -> str:
    if one.judged.programme not in given:
        return "hoped"
    return "certain" if one.judged.rule.award == "automatic" else "discretionary"


def cash_table(counter: Counter, stack: Stack) -> pl.DataFrame:
    """The cash of a stack as it is printed: one row per line, one column per year."""
    label = f"label_{current_language()}"
    frame = cash_of(counter.request, stack)
    return frame.pivot("year", index=["line", label], values="amount_eur", maintain_order=True)


def sections_of(asked: Asked, dossier: pl.DataFrame) -> list[Section]:
    """The answer of the counter for the screen."""
    counter, language = asked.counter, current_language()
    return [
        _operation(asked),
        _stacks(counter),
        _programmes(counter),
        _cash(counter),
        *_loans(counter),
        _schedule(asked),
        _dossier(dossier, language),
    ]


def _operation(asked: Asked) -> Section:
    counter, request = asked.counter, asked.counter.request
    lines: list[Message | dict[str, str]] = [
        {language: asked.row[f"label_{language}"] for language in LANGUAGES},
        _(
            "Works of {year}: {cost} EUR excl. VAT, {spending} EUR incl. VAT",
            year=str(request.year), cost=request.cost_eur, spending=request.spending_eur,
        ),
    ]  # fmt: skip
    if asked.chosen:
        lines.append(_("The plan has it in that year."))
    if asked.row["standing"] == "request":
        lines.append(
            _(
                "It belongs to {owner}: the answers below are those of this territory, to be asked again by its owner.",
                owner=asked.owner,
            )
        )
    lines.append(_when(counter))
    return Section(title=_("The operation"), lines=lines)


def _when(counter: Counter) -> Message:
    """When the works are ordered, or why that is too late."""
    works, year = counter.works, str(counter.request.year)
    if works.ordered:
        return _("Ordered on {date}: an aid whose file had to come first is lost.", date=written(works.order))
    if works.order < works.first_order:
        return _(
            "The works cannot be ordered in {year}: on {date} at the earliest, after a vote and a consultation.",
            year=year, date=written(works.first_order),
        )  # fmt: skip
    if works.end.year > counter.request.year:
        return _(
            "The works cannot end in {year}: ordered on {date} at the earliest, they would end on {end}.",
            year=year, date=written(works.order), end=written(works.end),
        )  # fmt: skip
    return _("To end in that year, they are ordered by {date}.", date=written(works.order))


def _stacks(counter: Counter) -> Section:
    frame = stacks_frame(counter)
    headings = [
        Heading(name="programmes", label=_("Aids added up")),
        Heading(name="counted", label=_("Counted")),
        Heading(name="grants_eur", label=_("Aids"), unit="EUR"),
        Heading(name="share_percent", label=_("Share of cost"), unit="%"),
        Heading(name="rest_eur", label=_("Left to pay"), unit="EUR"),
        Heading(name="order_by", label=_("Order by")),
    ]
    lines = [
        _(
            "Left to pay: VAT included, once aids are paid and {vat} EUR of VAT has come back.",
            vat=counter.request.vat_back_eur,
        )
    ]
    doubtful = frame["to_verify"][0]
    if doubtful:
        lines.append(_("The best one rests on rules to be verified: {rules}", rules=doubtful))
    if len(frame) > STACKS_SHOWN:
        lines.append(_("{count} combinations, the first ones here; all with --json", count=len(frame)))
    return Section(title=_("What can be added up"), lines=lines, table=frame.head(STACKS_SHOWN), headings=headings)


def shown(counter: Counter) -> list[Stamped]:
    """The programmes worth showing: those for this kind of action, and not those that ended before the plan."""
    made_on = counter.agenda.made_on
    return [
        one
        for one in counter.stamped
        if one.judged.concerns and not (one.judged.rule.until is not None and one.judged.rule.until < made_on)
    ]


def _programmes(counter: Counter) -> Section:
    language = current_language()
    kept = shown(counter)
    frame = programmes_frame(kept)
    headings = [
        Heading(name="programme", label=_("Programme")),
        Heading(name="verdict", label=_("Answer")),
        Heading(name="rule_state", label=_("Rule")),
        Heading(name=f"why_{language}", label=_("Why")),
    ]
    others = len(counter.stamped) - len(kept)
    lines = (
        [_("{count} programmes for other kinds of works, or ended: all with --json", count=others)] if others else []
    )
    order = pl.col("verdict").is_in(REFUSED)
    return Section(
        title=_("What each programme answers"), lines=lines, table=frame.sort(order, "programme"), headings=headings
    )


def _cash(counter: Counter) -> Section:
    frame = cash_table(counter, counter.best)
    years = [name for name in frame.columns if name.isdigit()]
    headings = [
        Heading(name=f"label_{current_language()}", label=_("Cash of the best stack, VAT included")),
        *(Heading(name=year, label={"fr": year, "en": year}, unit="EUR") for year in years),
    ]
    return Section(title=_("Cash calendar"), table=frame, headings=headings)


def _loans(counter: Counter) -> list[Section]:
    frame = lent(counter)
    if frame.is_empty():
        return []
    headings = [
        Heading(name=f"label_{current_language()}", label=_("Lender")),
        Heading(name="principal_eur", label=_("Amount lent at most"), unit="EUR"),
        Heading(name="years", label=_("Years")),
        Heading(name="rate_percent", label=_("Rate"), unit="%", digits=2),
        Heading(name="annuity_eur_year", label=_("First annuity"), unit="EUR/year"),
        Heading(name="repaid_by", label=_("Paid back by")),
        Heading(name="rule_state", label=_("Rule")),
    ]
    table = frame.with_columns((100.0 * pl.col("rate")).alias("rate_percent"), rule_state=pl.col("rule_status"))
    return [Section(title=_("Money that may be lent"), table=table, headings=headings)]


def _schedule(asked: Asked) -> Section:
    return Section(
        title=_("Back-schedule"),
        lines=schedule_notes(asked),
        table=schedule_frame_of(asked),
        headings=[heading for heading in schedule_headings() if heading.name != "earliest"],
    )


def asks_for_a_window(rule: FundingRule) -> bool:
    """True for an aid that an authority awards, as a rule once a year, and whose window nobody wrote."""
    return rule.award == "discretionary" and rule.cash == "grant" and not rule.calendar.deposit


def schedule_notes(asked: Asked) -> list[Message]:
    """What the dates rest on: durations that are guesses, and windows of deposit that nobody wrote."""
    counter = asked.counter
    told = counter.durations
    notes = [
        _(
            "Durations to be verified (parameters calendar.*): {council} days to a council, {consultation} months of "
            "consultation, {preparation} of preparation, {works} of works.",
            council=told.council_days, consultation=told.consultation_months,
            preparation=told.preparation_months, works=told.works_months,
        )
    ]  # fmt: skip
    unknown = [aid.rule.name for aid in counter.best.plan.aids if asks_for_a_window(aid.rule)]
    if unknown:
        notes.append(
            _(
                "No window of deposit is written for {programmes}: ask the funder, then write it under calendar: of "
                "the rule, in funding/ of the territory.",
                programmes=", ".join(unknown),
            )
        )
    return notes


def schedule_headings() -> list[Heading]:
    """Headings of a back-schedule of one operation."""
    return [
        Heading(name="latest", label=_("Latest day")),
        Heading(name="milestone", label=_("Milestone")),
        Heading(name="programme", label=_("Programme")),
        Heading(name="earliest", label=_("Earliest day")),
        Heading(name="slack_days", label=_("Slack"), unit="day"),
        Heading(name="aid_status", label=_("Aid")),
    ]


def _dossier(dossier: pl.DataFrame, language: str) -> Section:
    missing = dossier.filter(~pl.col("known"))
    known = len(dossier) - len(missing)
    headings = [
        Heading(name=f"label_{language}", label=_("Still missing from the file")),
        Heading(name=f"holder_{language}", label=_("Who has it")),
    ]
    lines = [
        _("{known} items of the file are known to the twin, {missing} are missing", known=known, missing=len(missing))
    ]
    return Section(title=_("The file, the same at every counter"), lines=lines, table=missing, headings=headings)


def action_headings() -> list[Heading]:
    """Headings of a list of actions to choose from."""
    columns = {column.name: column for column in noun_tables()["action"].columns}
    language = current_language()
    return [Heading(name=name, label=columns[name].label) for name in ("action_id", f"label_{language}")]
