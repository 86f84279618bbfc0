"""Survey: a whole country of assets, read from Parquet files, part by part, on all cores.

A survey needs no territory and keeps no twin: it tells a ministry or a département what its inventories hold, what
they use, and what standard variants would change, by commune. Parts already done are not done again.
"""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import polars as pl

from bocage.twin.answer import Answer, Heading, Section
from bocage.twin.domains import discover_domains
from bocage.twin.noun_headings import outcome_headings, outcome_rows
from bocage.twin.parallel import over_processes
from bocage.twin.survey_part import WHOLE_DRAWS, Part, PartFacts, do_part, known_facts
from bocage.twin.wording import _
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.domain import COMMUNE_PREFIX, Domain
from bocage.vocabulary.draws import DrawTable
from bocage.vocabulary.text import current_language

SETTINGS = "survey.json"
PARTS = "parts"
REFERENCE = "reference"
ADDED = frozenset({"energy", "cash", "carbon", "investment", "stock"})
MEANS = frozenset({"h/year", "%", "1"})
"""An indicator adds up over communes by its role, unless its unit is that of a mean or of a share."""
SHOWN = 10


def survey(
    folder: Path,
    *,
    output: Path,
    date: dt.date | None = None,
    seed: int = 1,
    draws: int = 200,
    workers: int | None = None,
) -> Answer:
    """Survey every Parquet file of a folder, each as one part, and add the parts up.

    Each file holds the assets of whole communes (a département, as a rule), in the declared columns;
    `asset_id` and `commune_code` are required, and a geometry that says where it lies. Nights are
    those of the middle of the file.

    Args:
        folder: folder of Parquet files, read with its sub-folders.
        output: folder of the results; parts that it holds for the same files and settings are kept.
        date: date of the computation; that of the survey begun in this folder, else today, where None.
        seed: seed of the draws.
        draws: number of draws.
        workers: number of processes; one per core where None.

    Raises:
        BocageError: BOC-TWI-030 no Parquet file or no domain that can survey, 034 a commune lies in
            several files, 009 the output cannot be written, and those of the first part refused
            (031 to 033), once all the others are done.
    """
    domain = _domain()
    sources = sorted(path for path in folder.rglob("*.parquet") if output not in path.parents)
    if domain is None or not sources:
        raise BocageError("BOC-TWI-030", where={"folder": folder})
    asked = _settings(output, date)
    parts = [
        Part(
            name=name, source=path, target=output / PARTS / name, domain=domain.name, date=asked, seed=seed, draws=draws
        )
        for name, path in zip(_names(folder, sources), sources, strict=True)
    ]
    known = {part.name: known_facts(part) for part in parts}
    results = over_processes(do_part, [part for part in parts if known[part.name] is None], workers=workers)
    refusals = [result for result in results if isinstance(result, BocageError)]
    if refusals:
        raise refusals[0]
    done = [facts for facts in [*known.values(), *results] if isinstance(facts, PartFacts)]
    files = _gather(output, [part.target for part in parts])
    skipped = len(parts) - len(results)
    return _answer(folder, domain, sorted(done, key=lambda facts: facts.name), skipped, files)


def _domain() -> Domain | None:
    return next((domain for domain in discover_domains() if domain.survey is not None), None)


def _names(folder: Path, sources: Sequence[Path]) -> list[str]:
    """A name for each part: the value of its partition (`departement=35`), else its path without its ending.

    >>> _names(Path("in"), [Path("in/departement=35/points.parquet"), Path("in/2A.parquet")])
    ['35', '2A']
    """
    names = []
    for path in sources:
        keyed = [part.split("=", 1)[1] for part in path.parts if "=" in part]
        alone = len([other for other in sources if other.parent == path.parent]) == 1
        whole = "-".join(path.relative_to(folder).with_suffix("").parts).replace("=", "-")
        names.append(keyed[-1] if keyed and alone else whole)
    return names if len(set(names)) == len(names) else [f"{number:04d}" for number in range(len(sources))]


def _settings(output: Path, date: dt.date | None) -> dt.date:
    """The date of the survey, kept beside its results so that a survey resumed another day is the same one."""
    path = output / SETTINGS
    try:
        output.mkdir(parents=True, exist_ok=True)
        if date is None and path.is_file():
            return dt.date.fromisoformat(json.loads(path.read_text(encoding="utf-8"))["date"])
        date = date or dt.datetime.now(tz=dt.UTC).date()
        path.write_text(json.dumps({"date": date.isoformat()}), encoding="utf-8")
    except (OSError, ValueError, KeyError) as fault:
        raise BocageError("BOC-TWI-009", where={"folder": output}, fault=fault) from fault
    return date


def _gather(output: Path, targets: Sequence[Path]) -> list[Path]:
    """Write the tables of all parts together: communes, parts, the whole, findings."""
    frames = [pl.read_parquet(target / "outcomes.parquet") for target in targets]
    named = [
        frame.with_columns(pl.lit(target.name).alias("part")) for frame, target in zip(frames, targets, strict=True)
    ]
    every = pl.concat(named)
    local = every.filter(pl.col("scope").str.starts_with(COMMUNE_PREFIX)).with_columns(
        pl.col("scope").str.strip_prefix(COMMUNE_PREFIX).alias("commune_code")
    )
    _refuse_shared(local)
    findings = pl.concat(
        pl.read_parquet(target / "findings.parquet").with_columns(pl.lit(target.name).alias("part"))
        for target in targets
    )
    tables = {
        "communes": local.drop("scope"),
        "parts": every.filter(~pl.col("scope").str.starts_with(COMMUNE_PREFIX)).drop("scope"),
        "whole": whole_of(targets).summary(),
        "findings": findings,
    }
    files = []
    for name, table in tables.items():
        path = output / f"{name}.parquet"
        draft = path.with_suffix(".parquet.part")
        table.write_parquet(draft)
        draft.replace(path)
        files.append(path)
    return files


def _refuse_shared(local: pl.DataFrame) -> None:
    shared = (
        local.select("commune_code", "part").unique().group_by("commune_code").len().filter(pl.col("len") > 1)
    ).sort("commune_code")
    if shared.height:
        raise BocageError("BOC-TWI-034", communes=", ".join(shared["commune_code"].head(SHOWN)), count=shared.height)


def whole_of(targets: Sequence[Path]) -> DrawTable:
    """The sum of the parts, draw by draw, of the indicators that add up.

    Args:
        targets: folders of the parts.
    """
    frames = pl.concat(pl.read_parquet(target / f"{WHOLE_DRAWS}.parquet") for target in targets)
    table = DrawTable(
        frames.drop("draws", "default_share"),
        np.array(frames["draws"].to_list(), dtype=np.float64),
        frames["default_share"].to_numpy(),
    )
    domain = _domain()
    adds = (
        [name for name, one in domain.indicators.items() if one.role in ADDED and one.unit not in MEANS]
        if domain
        else []
    )
    return table.where(pl.col("indicator").is_in(adds)).total(["action_set"])


def _answer(folder: Path, domain: Domain, done: Sequence[PartFacts], skipped: int, files: Sequence[Path]) -> Answer:
    language = current_language()
    whole = pl.read_parquet(next(path for path in files if path.stem == "whole"))
    findings = pl.read_parquet(next(path for path in files if path.stem == "findings"))
    counts = (
        findings.filter(~pl.col("scope").str.starts_with(COMMUNE_PREFIX)).group_by("code").agg(pl.col("count").sum())
    )
    said = {code: declared.what[language] for code, declared in domain.codes.items()}
    counts = counts.with_columns(pl.col("code").replace_strict(said, default="").alias("what")).sort(
        "count", descending=True
    )
    totals: Mapping[str, int] = {
        name: sum(int(getattr(facts, name)) for facts in done)
        for name in ("read", "kept", "refused", "set_aside", "communes")
    }
    sections = [
        Section(
            title=_("Inventory"),
            lines=[
                _("{kept} assets of {communes} communes, in {parts} files", parts=len(done), **totals),
                _("{refused} rows refused, {set_aside} values deemed unknown", **totals),
                _("{skipped} files were already done", skipped=skipped),
            ],
        )
    ]
    for name in whole["action_set"].unique(maintain_order=True):
        title = _("Doing nothing") if name == REFERENCE else _("What the variant “{name}” changes", name=name)
        rows = whole.filter(pl.col("action_set") == name)
        sections.append(
            Section(title=title, table=outcome_rows(rows, domain.indicators, language), headings=outcome_headings())
        )
    headings = [
        Heading(name="code", label=_("Code")),
        Heading(name="what", label=_("Finding")),
        Heading(name="count", label=_("Assets"), unit="1"),
    ]
    sections.append(Section(title=_("Findings"), table=counts, headings=headings))
    return Answer(
        title=_("Survey of {folder}", folder=folder),
        sections=sections,
        data={
            **totals,
            "parts": len(done),
            "skipped": skipped,
            "largest_process_mb": max((facts.peak_mb for facts in done), default=0.0),
            "whole": whole.to_dicts(),
            "findings": counts.to_dicts(),
        },
        files=files,
    )
