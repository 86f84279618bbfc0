"""One part of a survey: a Parquet file read, judged, surveyed and written whole or not at all."""

import datetime as dt
import hashlib
import json
import shutil
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from bocage import __version__
from bocage.twin.domains import discover_domains
from bocage.twin.territory import legal_projection
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import GEOMETRY, Table
from bocage.vocabulary.domain import WHOLE_TERRITORY, Domain, Site, Surveyed
from bocage.vocabulary.draws import DrawTable

FACTS = "part.json"
REQUIRED = ("asset_id", "commune_code")
WHOLE_DRAWS = "whole_draws"
BLOCK = 512
"""Rows of draws summarised together: 200 draws of each fit in the cache of a core."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """What one process is asked.

    Attributes:
        name: name of the part, that of its folder.
        source: Parquet file.
        target: folder of its results.
        domain: name of the domain.
        date: date of the computation.
        seed: seed of the draws.
        draws: number of draws.
    """

    name: str
    source: Path
    target: Path
    domain: str
    date: dt.date
    seed: int
    draws: int

    @property
    def key(self) -> str:
        """Hash of the file (name, size, time) and of what is asked: same key, same results."""
        status = self.source.stat()
        content = [self.source.name, status.st_size, status.st_mtime_ns, self.domain, self.seed, self.draws]
        return hashlib.sha256(json.dumps([*content, self.date.isoformat(), __version__]).encode()).hexdigest()[:16]


@dataclass(frozen=True, kw_only=True)
class PartFacts:
    """What became of a part.

    Attributes:
        name: name of the part.
        key: `Part.key` of what was done.
        read: rows of the file.
        kept: rows surveyed.
        refused: rows without identifier or that repeat one.
        set_aside: values that are no declared code or lie out of bounds, deemed unknown.
        communes: number of communes.
        seconds: time that it took [s].
        peak_mb: largest memory of the process so far [MB].
    """

    name: str
    key: str
    read: int = 0
    kept: int = 0
    refused: int = 0
    set_aside: int = 0
    communes: int = 0
    seconds: float = 0.0
    peak_mb: float = 0.0


def known_facts(part: Part) -> PartFacts | None:
    """The facts of a part that was done on the same file with the same settings, None where it must be done."""
    try:
        facts = PartFacts(**json.loads((part.target / FACTS).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return facts if facts.key == part.key else None


def do_part(part: Part) -> PartFacts | BocageError:
    """Read, survey and write one part; a refusal is handed back, so that the other parts go on.

    Args:
        part: what is asked.
    """
    try:
        return _done(part)
    except BocageError as refusal:
        return refusal


def _done(part: Part) -> PartFacts:
    start = time.perf_counter()
    domain = next(domain for domain in discover_domains() if domain.name == part.domain)
    assert domain.survey is not None
    table = domain.tables[0]
    raw = read_part(part.source, table)
    rows, refused, set_aside = judge(raw, table)
    surveyed = domain.survey({table.name: rows}, _site(part, rows, domain))
    facts = PartFacts(
        name=part.name,
        key=part.key,
        read=raw.height,
        kept=rows.height,
        refused=refused.height,
        set_aside=set_aside,
        communes=rows["commune_code"].n_unique(),
        seconds=round(time.perf_counter() - start, 3),
        peak_mb=peak_memory_mb(),
    )
    _write(part, surveyed, refused, facts)
    return facts


def read_part(path: Path, table: Table) -> pl.DataFrame:
    """The declared columns of a Parquet file, without its geometry.

    Raises:
        BocageError: BOC-TWI-031 it is no Parquet file, BOC-TWI-032 it lacks a column without which
            nothing can be told.
    """
    try:
        names = pl.read_parquet_schema(path)
        wanted = [name for name in table.polars_schema() if name in names and name != GEOMETRY]
        absent = [name for name in REQUIRED if name not in wanted]
        if absent:
            raise BocageError("BOC-TWI-032", where={"file": path}, columns=", ".join(absent))
        return pl.read_parquet(path, columns=wanted)
    except (OSError, pl.exceptions.PolarsError) as fault:
        raise BocageError("BOC-TWI-031", where={"file": path}, fault=str(fault).split("\n")[0]) from fault


def judge(raw: pl.DataFrame, table: Table) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    """Rows that can be surveyed, rows refused with the reason, and the number of values deemed unknown.

    A value that is no declared code or lies out of its bounds is unknown; a row without identifier, or
    that repeats one, is refused.

    Args:
        raw: some of the declared columns.
        table: their declaration.
    """
    schema = table.polars_schema()
    typed = raw.select(pl.col(name).cast(schema[name], strict=False) for name in raw.columns)
    before = sum(raw.null_count().row(0))
    checks = []
    for name in raw.columns:
        column = table.column(name)
        if column.codes:
            checks.append(pl.when(pl.col(name).is_in(list(column.codes))).then(pl.col(name)).alias(name))
        elif column.minimum is not None or column.maximum is not None:
            low = column.minimum if column.minimum is not None else -np.inf
            high = column.maximum if column.maximum is not None else np.inf
            checks.append(pl.when(pl.col(name).is_between(low, high)).then(pl.col(name)).alias(name))
    sound = typed.with_columns(checks)
    set_aside = sum(sound.null_count().row(0)) - before
    absent = sound["asset_id"].fill_null("") == ""
    again = ~sound["asset_id"].is_first_distinct() & ~absent
    reasons = pl.select(pl.when(absent).then(pl.lit("no_identifier")).when(again).then(pl.lit("repeated"))).to_series()
    refused = raw.with_columns(reasons.alias("reason")).filter(absent | again)
    return sound.filter(~(absent | again)), refused, set_aside


def _site(part: Part, rows: pl.DataFrame, domain: Domain) -> Site:
    longitude, latitude = centre(part.source)
    code = next((code for code in rows["commune_code"] if code), "")
    _, timezone = legal_projection(code)
    return Site(
        territory_id=part.name,
        kind="departement",
        longitude_deg=longitude,
        latitude_deg=latitude,
        timezone=timezone,
        date=part.date,
        seed=part.seed,
        draws=part.draws,
        settings={setting.name: setting.default_value() for setting in domain.settings},
    )


def centre(path: Path) -> tuple[float, float]:
    """Longitude and latitude of the middle of a GeoParquet file [degrees], from its header where it tells its bounds.

    Raises:
        BocageError: BOC-TWI-033 it has no geometry that says where it lies.
    """
    try:
        geo: dict[str, Any] = json.loads(pl.read_parquet_metadata(path).get("geo", "{}"))
        column = geo["columns"][geo["primary_column"]]
        box = column.get("bbox")
        if not box:
            points = pl.read_parquet(path, columns=[geo["primary_column"]]).to_series().drop_nulls()
            box = shapely.total_bounds(shapely.from_wkb(points.to_numpy())).tolist()
        half = len(box) // 2
        x, y = (box[0] + box[half]) / 2, (box[1] + box[half + 1]) / 2
        crs = column.get("crs", "OGC:CRS84")
        longitude, latitude = Transformer.from_crs(CRS.from_user_input(crs), 4326, always_xy=True).transform(x, y)
    except (KeyError, ValueError, TypeError, shapely.errors.ShapelyError) as fault:
        raise BocageError("BOC-TWI-033", where={"file": path}) from fault
    if not (abs(longitude) <= 180 and abs(latitude) <= 90):
        raise BocageError("BOC-TWI-033", where={"file": path})
    return float(longitude), float(latitude)


def _write(part: Part, surveyed: Surveyed, refused: pl.DataFrame, facts: PartFacts) -> None:
    """Write the results into a folder beside, then put it in the place of the former one."""
    draft = part.target.with_name(f".{part.target.name}.part")
    try:
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        surveyed.points.write_parquet(draft / "points.parquet", compression="lz4")
        summary_of(surveyed.outcomes).write_parquet(draft / "outcomes.parquet")
        surveyed.findings.write_parquet(draft / "findings.parquet")
        refused.write_parquet(draft / "refused.parquet")
        _whole(surveyed.outcomes).write_parquet(draft / f"{WHOLE_DRAWS}.parquet")
        (draft / FACTS).write_text(json.dumps(asdict(facts)), encoding="utf-8")
        shutil.rmtree(part.target, ignore_errors=True)
        draft.rename(part.target)
    except OSError as fault:
        raise BocageError("BOC-TWI-009", where={"folder": part.target}, fault=fault) from fault


def summary_of(outcomes: DrawTable) -> pl.DataFrame:
    """The summary of a table of many rows, in blocks that stay close to the processor.

    A row whose draws are all the same is certain: its first draw says it all.

    Args:
        outcomes: table of draws.

    >>> table = DrawTable(pl.DataFrame({"indicator": ["a", "b"]}), np.array([[1.0, 3.0], [2.0, 2.0]]), np.zeros(2))
    >>> summary_of(table).select("indicator", "value").rows()
    [('a', 2.0), ('b', 2.0)]
    """
    certain = np.concatenate(
        [(block == block[:, :1]).all(axis=1) for block in _blocks(outcomes.draws)] or [np.zeros(0, dtype=bool)]
    )
    rows = [np.flatnonzero(certain), *_blocks(np.flatnonzero(~certain))]
    parts = []
    for block in rows:
        # ten times faster to sort in vectors than to select; one draw is enough where all are the same
        draws = outcomes.draws[block, :1] if block is rows[0] else np.sort(outcomes.draws[block], axis=1)
        parts.append(DrawTable(outcomes.keys[block], draws, outcomes.default_share[block]).summary())
    return pl.concat(parts)[np.argsort(np.concatenate(rows))]


def _blocks(values: NDArray[Any]) -> list[NDArray[Any]]:
    return [values[start : start + BLOCK] for start in range(0, len(values), BLOCK)]


def _whole(outcomes: DrawTable) -> pl.DataFrame:
    """The draws of the whole part, so that parts can be added draw by draw."""
    whole = outcomes.where(pl.col("scope") == WHOLE_TERRITORY)
    return whole.keys.with_columns(
        pl.Series("draws", whole.draws.tolist(), dtype=pl.List(pl.Float64)),
        pl.Series("default_share", whole.default_share, dtype=pl.Float64),
    )


def peak_memory_mb() -> float:
    """Largest resident memory of this process so far [MB]; 0 where the system does not tell.

    >>> peak_memory_mb() >= 0
    True
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    line = next((line for line in status.splitlines() if line.startswith("VmHWM:")), "VmHWM: 0 kB")
    return int(line.split()[1]) / 1024
