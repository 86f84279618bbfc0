"""Shared experience at hand: check records, keep them with a territory, learn from them, tell the plan."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import polars as pl

from bocage.commons.awards import read_awards
from bocage.commons.costs import PREFIX
from bocage.commons.draft import template_text
from bocage.commons.estimate import Estimate
from bocage.commons.learned import Learned, learn_all
from bocage.commons.reading import SUFFIXES, read_record, write_record
from bocage.commons.realisation import (
    OPEN,
    learned_realisation,
    losses,
    prior_figures,
)
from bocage.commons.record import Record
from bocage.commons.schema import action_kinds
from bocage.commons.shelf import judged_files, usable_records
from bocage.commons.validate import judge
from bocage.decide.question.request import Realisation
from bocage.parameters.reader import CORE_FOLDER, Parameters
from bocage.twin.answer import Answer, Heading, Section
from bocage.twin.feedback_check import cost_ranks, rank_section
from bocage.twin.feedback_words import label_of
from bocage.twin.territory import Territory
from bocage.twin.wording import _
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.text import LANGUAGES, Language, Message, current_language

FOLDER = "feedback"
DRAFTS = "drafts"
"""Folder of the drafts, among the records: what is in it is not learned from."""
LEARNED = "feedback.json"


def check_records(paths: Sequence[Path]) -> Answer:
    """Judge records and say what is wrong with each; the status is 1 where one cannot be used.

    Args:
        paths: YAML, JSON and CSV files, and folders.

    Raises:
        BocageError: BOC-COM-001 to 003, 008, where a file cannot be read at all.
    """
    found = judged_files(paths)
    wrong = [place for place, judged in found.items() if not judged.sound]
    rows = [
        {"file": Path(place).name, "code": verdict.code, "place": verdict.place, "what": verdict.say("what"),
         "fix": verdict.say("fix")}
        for place, judged in found.items()
        for verdict in judged.verdicts
    ]  # fmt: skip
    told = _("{sound} sound records, {wrong} to be mended", sound=len(found) - len(wrong), wrong=len(wrong))
    headings = [
        Heading(name="file", label=_("File")),
        Heading(name="code", label=_("Code")),
        Heading(name="what", label=_("What is wrong")),
        Heading(name="fix", label=_("What to do")),
    ]
    return Answer(
        title=_("Records checked: {count}", count=len(found)),
        sections=[
            Section(title=_("Verdict"), lines=[told], table=pl.DataFrame(rows) if rows else None, headings=headings)
        ],
        data={
            "records": {
                place: [
                    {"code": one.code, "place": one.place, "blocking": one.blocking, "what": one.say("what"),
                     "why": one.say("why"), "fix": one.say("fix")}
                    for one in judged.verdicts
                ]
                for place, judged in found.items()
            }
        },
        next_step=_("bocage feedback add FILE, to keep a sound record with the territory") if not wrong else None,
        exit=1 if wrong else 0,
    )  # fmt: skip


def add_record(territory: Territory, path: Path) -> Answer:
    """Keep a sound record with the territory, where its next plan learns from it.

    Args:
        territory: open territory.
        path: YAML or JSON file.

    Raises:
        BocageError: BOC-COM-001 and 002 it cannot be read, 004 it is not sound or still a draft, 006 it
            cannot be written, 007 its identifier is already known.
    """
    content = read_record(path)
    judged = judge(content, place=str(path))
    faults = judged.verdicts  # a draft too is refused: what is kept is learned from
    if faults:
        raise BocageError(
            "BOC-COM-004",
            where={"file": path},
            count=len(faults),
            place=faults[0].place,
            first={language: faults[0].say("what", language) for language in LANGUAGES},
        )
    record, kept = judged.record, territory.folder / FOLDER
    known, _aside = usable_records(own_paths(territory))
    target = kept / f"{file_name_of(record.record_id)}.yaml"
    if target.exists() or record.record_id in {one.record_id for one in known}:
        raise BocageError("BOC-COM-007", where={"folder": kept}, record=record.record_id)
    write_record(content, target)
    return Answer(
        title=_("Kept with {name}: {title}", name=territory.name, title=str(record.get("title"))),
        data={"record_id": record.record_id, "family": record.family},
        files=[target],
        next_step=_("bocage feedback learn"),
    )


def write_template(path: Path, language: Language) -> Answer:
    """Write an empty record to fill in, a comment beside each field.

    Args:
        path: file to write; never overwritten.
        language: language of the comments.

    Raises:
        BocageError: BOC-COM-006 it exists or cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(template_text(language))
    except OSError as fault:
        raise BocageError("BOC-COM-006", where={"file": path}, reason=fault.strerror or str(fault)) from fault
    return Answer(title=_("An empty record"), files=[path], next_step=_("bocage feedback check FILE"))


def learn(territory: Territory, *, others: Sequence[Path] = (), awards: Path | None = None) -> Answer:
    """Learn what works cost and what share of savings comes true, and keep it for the plan.

    Args:
        territory: open territory; its own records count.
        others: files and folders of further records.
        awards: published list of awards of the Fonds vert, from which sizes and spreads are learned too.

    Raises:
        BocageError: BOC-COM-001 to 003, 008, 010, where a file cannot be read.
    """
    records, aside = usable_records([*own_paths(territory), *others])
    learned = learn_models(territory, records, awards=awards)
    found = [learned.estimate(name, territory=territory.code) for name in learned.names]
    costs = [one for one in found if one.name.startswith(PREFIX)]
    shares = [one for one in found if one not in costs]
    ranks = cost_ranks(territory, learned.costs)
    told = {
        domain: learned.realisation(domain, territory=territory.code) for domain, kind in learned.shares if kind == OPEN
    }
    _keep(territory, told, others)
    return Answer(
        title=_("What {name} learns from shared experience", name=territory.name),
        sections=[
            Section(
                title=_("Share of the predicted savings that comes true"),
                lines=[*_told_of(records, aside), *_told_losses(records)],
                table=_table(shares, 100.0),
                headings=_headings("%"),
            ),
            Section(title=_("Unit cost excluding VAT"), table=_table(costs, 1.0), headings=_headings("")),
            *rank_section(ranks),
        ],
        data={
            "realisation": [asdict(one) for one in shares],
            "costs": [asdict(one) for one in costs],
            "plan": ranks.to_dicts(),
            "records": len(records),
            "left_aside": aside,
        },
        files=[territory.folder / "results" / LEARNED],
        next_step=_("bocage feedback page cost:lighting.led, to see what an estimate rests on"),
    )


def learn_models(territory: Territory, records: Sequence[Record], *, awards: Path | None = None) -> Learned:
    """All that records tell at today's date, with the seed of the territory.

    Args:
        territory: open territory.
        records: checked records.
        awards: published list of awards, None for none.
    """
    domains = {domain for domain, _kind in action_kinds()} | {domain.name for domain in territory.domains}
    return learn_all(
        records,
        Parameters(CORE_FOLDER, territory.today()),
        domains,
        seed=int(territory.config.required_number("computation", "seed")),
        awards=None if awards is None else read_awards(awards),
    )


def plan_realisation(
    territory: Territory, domains: Sequence[str], parameters: Parameters, seed: int
) -> dict[str, Realisation]:
    """Share of the predicted savings of each domain that comes true, for its plan.

    What `bocage feedback learn` kept holds as long as the records of the territory are the same; else it
    is learned anew from the shipped and the own records.

    Args:
        territory: open territory.
        domains: names of the domains of the plan.
        parameters: dated parameters of the core.
        seed: seed of the run.
    """
    kept = _kept(territory)
    if all(domain in kept for domain in domains):
        for domain in domains:
            prior_figures(domain, parameters)  # read, so that the plan lists it among its assumptions
        return {domain: kept[domain] for domain in domains}
    records, _aside = usable_records(own_paths(territory))
    return {
        domain: learned_realisation(domain, parameters, records, seed, territory=territory.code) for domain in domains
    }


def own_paths(territory: Territory) -> list[Path]:
    """The files of records that the territory keeps, its drafts aside; none where it has none."""
    folder = territory.folder / FOLDER
    if not folder.is_dir():
        return []
    found = [path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file()]
    return sorted(path for path in found if path.relative_to(folder).parts[0] != DRAFTS)


def file_name_of(record_id: str) -> str:
    """A name of file for a record, without anything that leads elsewhere.

    >>> file_name_of("led-2024"), file_name_of("../x").startswith("---x-")
    ('led-2024', True)
    """
    safe = "".join(one if one.isalnum() or one in "-_" else "-" for one in record_id)[:80]
    return safe if safe == record_id else f"{safe}-{hashlib.sha256(record_id.encode()).hexdigest()[:8]}"


def _digest(territory: Territory) -> str:
    """Hash of the records of the territory (16 hexadecimal digits)."""
    found = hashlib.sha256()
    for path in own_paths(territory):
        found.update(path.name.encode() + b"\0" + path.read_bytes())
    return found.hexdigest()[:16]


def _keep(territory: Territory, learned: dict[str, Realisation], others: Sequence[Path]) -> None:
    content = {
        "made_on": territory.today().isoformat(),
        "own_records": _digest(territory),
        "with": [str(path) for path in others],
        "realisation": {domain: asdict(one) for domain, one in learned.items()},
    }
    target = territory.place("results") / LEARNED
    target.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _kept(territory: Territory) -> dict[str, Realisation]:
    try:
        content: dict[str, Any] = json.loads((territory.folder / "results" / LEARNED).read_text(encoding="utf-8"))
        if content["own_records"] != _digest(territory):
            return {}
        return {domain: Realisation(**one) for domain, one in content["realisation"].items()}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _told_of(records: Sequence[Record], aside: Sequence[str]) -> list[Message]:
    shipped = sum(record.shipped for record in records)
    lines = [_("{shipped} shipped records and {own} others", shipped=shipped, own=len(records) - shipped)]
    if aside:
        names = ", ".join(Path(place).name for place in aside[:5])
        lines.append(
            _("{count} records left aside (draft, faulty or already known): {names}", count=len(aside), names=names)
        )
    return lines


def _told_losses(records: Sequence[Record]) -> list[Message]:
    found = losses(records)
    if not found:
        return []
    names = ", ".join(record.record_id for record in found[:5])
    return [
        _("{count} records saved nothing; a share above zero cannot hold them: {names}", count=len(found), names=names)
    ]


def _table(estimates: Sequence[Estimate], scale: float) -> pl.DataFrame:
    language = current_language()
    rows = [
        {"name": one.name, "label": label_of(one)[language], "median": scale * one.median, "low": scale * one.low,
         "high": scale * one.high, "unit": "%" if one.unit == "1" else one.unit, "records": one.records,
         "prior": 100 * one.prior_share}
        for one in estimates
    ]  # fmt: skip
    return pl.DataFrame(rows)


def _headings(unit: str) -> list[Heading]:
    return [
        Heading(name="label", label=_("Of what")),
        Heading(name="median", label=_("Median"), unit=unit),
        Heading(name="low", label=_("Low (P10)"), unit=unit),
        Heading(name="high", label=_("High (P90)"), unit=unit),
        Heading(name="unit", label=_("Unit")),
        Heading(name="records", label=_("Records")),
        Heading(name="prior", label=_("Weight of the prior"), unit="%"),
        Heading(name="name", label=_("Name for its page")),
    ]
