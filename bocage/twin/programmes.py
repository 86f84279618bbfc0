"""Every programme for the territory as a whole: open, refused, or what fact is missing to tell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from bocage.decide.funding.eligibility import Facts, judge
from bocage.decide.funding.judged import Judged, judge_programmes
from bocage.decide.funding.offers import named_facts, read_terms, territory_facts
from bocage.decide.funding.refusal import refusals, said
from bocage.decide.value.economy import own_share_parameter
from bocage.parameters.funding_rules import Fact
from bocage.parameters.reader import CORE_FOLDER, Parameters
from bocage.twin.answer import Answer, Heading, Section
from bocage.twin.funding_facts import (
    LocalFunding,
    funding_facts,
    listed_programmes,
    local_funding,
    unknown_actions,
)
from bocage.twin.territory import Territory
from bocage.twin.wording import _, both
from bocage.vocabulary.codes import core_codes
from bocage.vocabulary.columns import noun_tables
from bocage.vocabulary.text import LANGUAGES, Language, current_language, fill

REFUSED, UNKNOWN = "BOC-DEC-205", "BOC-DEC-213"
WHATEVER_THE_ACTION = ("BOC-DEC-206", "BOC-DEC-207", "BOC-DEC-208", "BOC-DEC-209", "BOC-DEC-210")
"""Reasons that do not look at the action: place, narrower rule, setting, dates."""


@dataclass(frozen=True)
class _Here:
    """A programme for the territory as a whole: what it says whatever the action."""

    one: Judged
    verdict: str
    why: Mapping[Language, str]
    missing: tuple[Fact, ...] = ()


def programmes(territory: Territory) -> Answer:
    """Tell every programme with its status, what it says of the territory, and the facts to fill in.

    Args:
        territory: open territory.

    Raises:
        BocageError: BOC-PAR, a local rule or fact that is badly written.
    """
    funding = local_funding(territory)
    judged = _judged_here(territory, funding)
    frame = pl.DataFrame([_row(one) for one in judged], infer_schema_length=None).cast({"checked_on": pl.Date})
    missing = _facts_to_fill(judged)
    language = current_language()
    headings = [
        Heading(name="programme", label=_("Programme")),
        Heading(name="verdict", label=_("Answer")),
        Heading(name="rule_state", label=_("Rule")),
        Heading(name="checked_on", label=_("Checked on")),
    ]
    counts = dict(frame.group_by("rule_state").len().iter_rows())
    actions = territory.store.read_rows(noun_tables()["action"])
    strangers = unknown_actions(actions, funding.written) if len(actions) else []
    lines = [
        _(
            "{count} programmes: {verified} verified, {doubtful} to be verified, {expired} expired",
            count=len(frame), verified=counts.get("verified", 0), doubtful=counts.get("to_verify", 0),
            expired=counts.get("expired", 0),
        ),
        _("Local rules and facts are read from {folder}", folder=funding.folder),
    ]  # fmt: skip
    if strangers:
        lines.append(_("Facts written of actions that do not exist: {actions}", actions=", ".join(strangers)))
    sections = [Section(title=_("Programmes"), lines=lines, table=frame, headings=headings)]
    sections.append(
        Section(
            title=_("What they are"),
            table=frame,
            headings=[
                Heading(name="programme", label=_("Programme")),
                Heading(name=f"label_{language}", label=_("Name")),
            ],
        )
    )
    closed = frame.filter(pl.col("verdict") != "open")
    if len(closed):
        why = [Heading(name="programme", label=_("Programme")), Heading(name=f"why_{language}", label=_("Why"))]
        sections.append(Section(title=_("What stands in the way"), table=closed, headings=why))
    if len(missing):
        sections.append(
            Section(
                title=_("Facts to fill in"),
                table=missing,
                headings=[
                    Heading(name=f"label_{language}", label=_("Fact")),
                    Heading(name=f"where_{language}", label=_("Where to write it")),
                    Heading(name="programmes", label=_("Programmes")),
                ],
            )
        )
    example = actions["action_id"][0] if len(actions) else None
    return Answer(
        title=_("Funding of {name}", name=territory.name),
        sections=sections,
        data={"programmes": frame.to_dicts(), "facts": missing.to_dicts(), "unknown_actions": strangers},
        next_step=_('bocage funding "{action}"', action=example) if example else _("bocage actions"),
    )


def _judged_here(territory: Territory, funding: LocalFunding) -> list[_Here]:
    date = territory.today()
    parameters = Parameters(CORE_FOLDER, date)
    facts = territory_facts(funding_facts(territory, funding.written))
    terms = read_terms(
        parameters,
        own_share=parameters.number(own_share_parameter(facts)),
        count_on=frozenset(listed_programmes(territory, "count_on")),
        leave_out=frozenset(listed_programmes(territory, "leave_out")),
    )
    judged = judge_programmes({}, facts, funding.rules, date, cost_eur=0.0, terms=terms, known=funding.known)
    own = {name: value for name, value in named_facts({}, facts).items() if name.startswith("territory.")}
    found = [_here(one, own, funding.known) for one in judged]
    return sorted(found, key=lambda here: here.verdict == "expired")


def _here(one: Judged, facts: Facts, known: Mapping[str, Fact]) -> _Here:
    """Only facts of the territory count: the action is not known yet."""
    rule = one.rule
    if one.code in WHATEVER_THE_ACTION:
        return _Here(one, one.verdict, {language: one.say("what", language) for language in LANGUAGES})
    holds, unknown = judge(rule.eligibility, facts)
    if holds is False:
        words = said(refusals(rule.eligibility, facts), known)
        sentence = core_codes()[REFUSED].what
        return _Here(
            one, "refused", {tongue: fill(sentence[tongue], {"refusals": words}, tongue) for tongue in LANGUAGES}
        )
    names = unknown | {fact.name for fact in one.missing}
    missing = tuple(known[name] for name in sorted(names) if name.startswith("territory.") and name in known)
    if missing:
        listed = {language: ", ".join(fact.label[language] for fact in missing) for language in LANGUAGES}
        return _Here(one, "missing_fact", both(_("Missing: {facts}", facts=listed)), missing)
    if rule.amount_unknown:
        told = core_codes()[UNKNOWN].what
        return _Here(one, "amount_unknown", {language: fill(told[language], {}, language) for language in LANGUAGES})
    return _Here(one, "open", {language: rule.note[language] for language in LANGUAGES})


def _row(here: _Here) -> dict[str, object]:
    rule = here.one.rule
    row: dict[str, object] = {
        "programme": rule.name,
        "cash": rule.cash,
        "verdict": here.verdict,
        "rule_state": here.one.status,
        "checked_on": rule.checked_on,
        "missing": ", ".join(fact.name for fact in here.missing),
    }
    for language in LANGUAGES:
        row |= {
            f"label_{language}": rule.label[language],
            f"funder_{language}": rule.funder[language],
            f"why_{language}": here.why[language],
            f"reference_{language}": rule.reference[language],
        }
    return row


def _facts_to_fill(judged: Sequence[_Here]) -> pl.DataFrame:
    """Facts of the territory that some programme waits for, with where to write them."""
    wanted: dict[str, dict[str, object]] = {}
    for here in judged:
        for fact in here.missing:
            row = wanted.setdefault(
                fact.name,
                {
                    "fact": fact.name,
                    **{f"label_{language}": fact.label[language] for language in LANGUAGES},
                    **{f"where_{language}": fact.where[language] for language in LANGUAGES},
                    "programmes": [],
                },
            )
            row["programmes"].append(here.one.programme)  # type: ignore[attr-defined]  # the list above
    schema: dict[str, Any] = {
        **dict.fromkeys(("fact", "label_fr", "label_en", "where_fr", "where_en"), pl.String),
        "programmes": pl.List(pl.String),
    }
    return pl.DataFrame([wanted[name] for name in sorted(wanted)], schema=schema)
