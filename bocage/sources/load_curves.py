"""Load curves as meters and their operators export them: long, wide, or with a preamble for each point."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import polars as pl

from bocage.sources.delimited import detect_delimiter
from bocage.sources.encoding import decode
from bocage.sources.files import read_raw
from bocage.sources.names import plain, split_unit
from bocage.sources.written import numbers
from bocage.vocabulary.codes import BocageError

Stamp = Literal["start", "end"]
TIME_NAMES = ("horodate", "date_heure", "date_et_heure", "datetime", "timestamp", "time", "date_time", "horodatage")
DAY_NAMES, HOUR_NAMES = ("date", "jour"), ("heure", "hour")
VALUE_NAMES = ("valeur", "value", "puissance", "power", "puissance_active", "active_power", "kw", "w", "valeurs")
KEY_NAMES = (
    "prm", "pdl", "identifiant_prm", "id_prm", "point", "armoire", "cabinet", "compteur", "meter", "serie", "asset_id",
)  # fmt: skip
UNIT_NAMES, STEP_NAMES, NATURE_NAMES = ("unite", "unit"), ("pas", "pas_en_minutes", "step"), ("nature",)
KIND_NAMES = ("grandeur_physique", "quantity", "grandeur")
SIDE_NAMES = frozenset({
    "type_de_donnees", "date_de_debut", "date_de_fin", "grandeur_metier", "etape_metier", "mode_calcul", "tc", "ec",
    "indice_de_vraisemblance", "indice_de_qualite", "etat_compl", *UNIT_NAMES, *STEP_NAMES, *NATURE_NAMES, *KIND_NAMES,
})  # fmt: skip
"""Columns of a wide file that are no meter."""
POWER_UNITS = {"w": "W", "kw": "kW", "var": "var", "kvar": "kvar", "a": "A"}
ENERGY_UNITS = {"wh": ("W", 1.0), "kwh": ("kW", 1.0), "varh": ("var", 1.0), "kvarh": ("kvar", 1.0)}
"""Energies of a step become the mean power of the step."""
REACTIVE = ("react", "er", "pri", "prc")
MEASURED = ("", "R", "B")
"""Nature of a value that was read: real, or raw; any other is kept as estimated."""
SCHEMA = {"key": pl.String, "quantity": pl.String, "unit": pl.String, "time": pl.String, "value": pl.Float64,
          "step_s": pl.Float64, "quality": pl.String}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class LoadCurves:
    """The curves of a file.

    Attributes:
        rows: `key` (of the point as the file writes it, empty where it says none), `quantity`, `unit`,
            `time` (UTC), `value`, `quality`, `period_s`, in order of key and time.
        stamp: whether the instants of the file mark the beginning or the end of a step.
        empty: number of rows without a value.
        unreadable: number of rows whose instant cannot be read or never was (spring clock change).
        twice: number of local instants that only one row writes in the hour that comes twice.
    """

    rows: pl.DataFrame
    stamp: Stamp
    empty: int
    unreadable: int
    twice: int


def read_load_curves(
    path: Path, *, timezone: str, stamp: Stamp | None = None, unit: str = "", quantity: str = "active_power"
) -> LoadCurves:
    """Read a file of load curves.

    Instants with an offset are taken as they are; others are local, and of the hour that comes twice in
    autumn the first writing is summer time. Gaps are kept as gaps.

    Args:
        path: CSV, or a workbook with one header; a CSV may have the preamble of a customer's portal
            (`Identifiant PRM;Type de donnees;…;Unite`, then `Horodate;Valeur`), once or several times.
        timezone: IANA name of local instants.
        stamp: what an instant marks; where None, the end of the step in a file with a preamble (as
            the portal of Enedis writes it), else its beginning.
        unit: unit of the values where the file tells none.
        quantity: what the values are where the file tells nothing.

    Raises:
        BocageError: BOC-IMP-340 no column of instants or of values, 341 no unit, 342 an odd unit; those
            of a file that cannot be read.
    """
    sections = _sections(path)
    if sections is None:
        raw = read_raw(path)
        rows, default_stamp = _tabular(path, raw.frame, raw.decimal, unit, quantity), "start"
    else:
        rows, default_stamp = pl.concat([_of_section(path, one, unit, quantity) for one in sections]), "end"
    chosen: Stamp = stamp or ("end" if default_stamp == "end" else "start")
    return _timed(rows, timezone, chosen)


@dataclass(frozen=True)
class _Section:
    described: dict[str, str]
    lines: list[list[str]]


def _sections(path: Path) -> list[_Section] | None:
    """The parts of a CSV with preambles; None for any other file."""
    if path.suffix.lower() not in {".csv", ".txt"} or not path.is_file():
        return None
    lines = [line for line in decode(path.read_bytes()).text.splitlines() if line.strip()]
    delimiter = detect_delimiter(lines[:60]) or ";"
    cells = [[cell.strip(' "\ufeff') for cell in line.split(delimiter)] for line in lines]
    starts = [number for number, row in enumerate(cells) if [plain(cell) for cell in row[:2]] == ["horodate", "valeur"]]
    if not starts or starts[0] < 1:
        return None
    sections = []
    for number, start in enumerate(starts):
        end = starts[number + 1] - 2 if number + 1 < len(starts) else len(cells)
        heads, values = (cells[start - 2], cells[start - 1]) if start >= 2 else ([], [])
        described = {plain(head): value for head, value in zip(heads, values, strict=False)}
        sections.append(_Section(described, cells[start + 1 : end]))
    return sections


def _of_section(path: Path, section: _Section, unit: str, quantity: str) -> pl.DataFrame:
    told = section.described
    kept = [row for row in section.lines if len(row) >= 2]
    values = numbers(pl.Series([row[1] or None for row in kept], dtype=pl.String), decimal=",")
    step = _first(told, STEP_NAMES)
    written = _first(told, UNIT_NAMES) or unit
    return _framed(
        path,
        keys=pl.Series([_first(told, KEY_NAMES)] * len(kept), dtype=pl.String),
        times=pl.Series([row[0] for row in kept], dtype=pl.String),
        values=values,
        unit=written,
        quantity=_quantity(_first(told, KIND_NAMES), quantity),
        steps=pl.Series([_step_s(step)] * len(kept), dtype=pl.Float64),
        natures=pl.Series([""] * len(kept), dtype=pl.String),
    )


def _tabular(path: Path, frame: pl.DataFrame, decimal: str, unit: str, quantity: str) -> pl.DataFrame:
    names = {plain(split_unit(header)[0]): header for header in frame.columns}
    texts = frame.select(pl.all().cast(pl.String))
    times = _times(path, texts, names)
    value = _header(names, VALUE_NAMES)
    nature, step, key = (_header(names, group) for group in (NATURE_NAMES, STEP_NAMES, KEY_NAMES))
    natures = texts[nature] if nature else pl.Series([""] * frame.height, dtype=pl.String)
    steps = (
        pl.Series([_step_s(text) for text in texts[step]], dtype=pl.Float64)
        if step
        else pl.Series([None] * frame.height, dtype=pl.Float64)
    )
    if value:
        columns = [(texts[key] if key else pl.Series([""] * frame.height, dtype=pl.String), value)]
    else:
        columns = [
            (pl.Series([split_unit(header)[0]] * frame.height, dtype=pl.String), header)
            for name, header in names.items()
            if name not in {*TIME_NAMES, *DAY_NAMES, *HOUR_NAMES, *SIDE_NAMES, *KEY_NAMES}
        ]
    if not columns:
        raise BocageError("BOC-IMP-340", where={"path": path}, what={"fr": "valeurs", "en": "values"})
    unit_column, kind = _header(names, UNIT_NAMES), _header(names, KIND_NAMES)
    told_unit = str(texts[unit_column].drop_nulls().first() or "") if unit_column else ""
    told_kind = str(texts[kind].drop_nulls().first() or "") if kind else ""
    return pl.concat(
        [
            _framed(
                path, keys=keys, times=times, values=numbers(texts[header], decimal=decimal),
                unit=split_unit(header)[1] or told_unit or unit, quantity=_quantity(told_kind, quantity),
                steps=steps, natures=natures.fill_null(""),
            )
            for keys, header in columns
        ]
    )  # fmt: skip


def _times(path: Path, texts: pl.DataFrame, names: dict[str, str]) -> pl.Series:
    whole = _header(names, TIME_NAMES)
    if whole:
        return texts[whole]
    day, hour = _header(names, DAY_NAMES), _header(names, HOUR_NAMES)
    if day and hour:
        return texts.select(pl.concat_str(day, pl.lit(" "), hour).alias("time"))["time"]
    if day and texts[day].str.contains(r"\d[T ]\d{1,2}[:h]").any():
        return texts[day]
    raise BocageError("BOC-IMP-340", where={"path": path}, what={"fr": "instants", "en": "instants"})


def _framed(
    path: Path, *, keys: pl.Series, times: pl.Series, values: pl.Series, unit: str, quantity: str, steps: pl.Series,
    natures: pl.Series,
) -> pl.DataFrame:  # fmt: skip
    bare = unit.strip().lower()
    if not bare:
        raise BocageError("BOC-IMP-341", where={"path": path})
    if bare not in POWER_UNITS and bare not in ENERGY_UNITS:
        raise BocageError(
            "BOC-IMP-342", where={"path": path}, value=unit, known=", ".join((*POWER_UNITS, *ENERGY_UNITS))
        )
    frame = pl.DataFrame({"key": keys, "time": times, "value": values, "step_s": steps, "nature": natures})
    is_energy = bare in ENERGY_UNITS
    return frame.select(
        pl.col("key").fill_null("").str.strip_chars(),
        pl.lit(quantity).alias("quantity"),
        pl.lit(ENERGY_UNITS[bare][0] if is_energy else POWER_UNITS[bare]).alias("unit"),
        "time",
        "value",
        "step_s",
        pl.when(pl.col("nature").is_in(MEASURED)).then(pl.lit("good")).otherwise(pl.lit("estimated")).alias("quality"),
        pl.lit(is_energy).alias("is_energy"),
    )


def _timed(rows: pl.DataFrame, timezone: str, stamp: Stamp) -> LoadCurves:
    empty = int(rows["value"].null_count())
    # read before empty values are left out: of two writings of one hour the first may be the empty one
    read = _instants(rows.with_row_index("_row"), timezone).filter(pl.col("value").is_not_null())
    unreadable = int(read["instant"].null_count())
    sound = read.filter(pl.col("instant").is_not_null()).sort("key", "quantity", "instant", "_row")
    gap = pl.col("instant").diff().dt.total_seconds().over("key", "quantity")
    usual = gap.filter(gap > 0).mode().min().over("key", "quantity")
    timed = sound.with_columns(
        pl.coalesce("step_s", usual.cast(pl.Float64), pl.lit(3600.0)).alias("period_s")
    ).with_columns(
        pl.when(pl.col("is_energy"))
        .then(pl.col("value") * 3600 / pl.col("period_s"))
        .otherwise(pl.col("value"))
        .alias("value"),
        (pl.col("instant") - pl.duration(seconds=pl.col("period_s") if stamp == "end" else 0)).alias("time"),
    )
    kept = timed.unique(["key", "quantity", "time"], keep="last", maintain_order=True)
    return LoadCurves(
        rows=kept.select("key", "quantity", "unit", "time", "value", "quality", "period_s").sort("key", "time"),
        stamp=stamp,
        empty=empty,
        unreadable=unreadable,
        twice=int(read["alone"].sum()),
    )


def _instants(rows: pl.DataFrame, timezone: str) -> pl.DataFrame:
    """Add `instant` (UTC), and `alone`: a local instant that comes twice and is written once."""
    text = pl.col("time").str.strip_chars()
    with_offset = text.str.contains(r"\d[zZ]$|[+-]\d{2}:?\d{2}$") & text.str.contains(":")
    iso = text.str.replace(" ", "T", literal=True)
    aware = (
        pl.when(with_offset)
        .then(iso.str.replace(r"[zZ]$", "+00:00").str.replace(r"([+-]\d{2})(\d{2})$", "$1:$2"))
        .str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%:z", strict=False, time_unit="us", time_zone="UTC")
    )
    short = (
        pl.when(with_offset)
        .then(iso.str.replace(r"[zZ]$", "+00:00"))
        .str.to_datetime("%Y-%m-%dT%H:%M%:z", strict=False, time_unit="us", time_zone="UTC")
    )
    local_text = pl.when(~with_offset).then(
        text.str.replace("T", " ", literal=True).str.replace("h", ":", literal=True)
    )
    local = pl.coalesce(
        local_text.str.to_datetime(form, strict=False, time_unit="us")
        for form in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%Y/%m/%d %H:%M")
    )
    dated = rows.with_columns(pl.coalesce(aware, short).alias("_aware"), local.alias("_local"))
    rank = pl.int_range(pl.len()).over("key", "quantity", "_local")
    ranked = dated.with_columns(
        pl.when((rank > 0) & pl.col("_local").is_not_null())
        .then(pl.lit("latest"))
        .otherwise(pl.lit("earliest"))
        .alias("_which"),
        pl.len().over("key", "quantity", "_local").alias("_times"),
    )
    return _resolved(ranked, timezone)


def _resolved(ranked: pl.DataFrame, timezone: str) -> pl.DataFrame:
    def zoned(which: Literal["earliest", "latest"]) -> pl.Expr:
        return pl.col("_local").dt.replace_time_zone(timezone, ambiguous=which, non_existent="null")

    early, late = zoned("earliest"), zoned("latest")
    chosen = pl.when(pl.col("_which") == "latest").then(late).otherwise(early)
    alone = (early != late) & (pl.col("_times") == 1) & pl.col("_local").is_not_null()
    return ranked.with_columns(
        pl.coalesce(pl.col("_aware"), chosen.dt.convert_time_zone("UTC")).alias("instant"),
        alone.fill_null(value=False).alias("alone"),
    )


def _header(names: dict[str, str], wanted: Sequence[str]) -> str | None:
    return next((names[name] for name in wanted if name in names), None)


def _first(told: dict[str, str], wanted: Sequence[str]) -> str:
    return next((told[name] for name in wanted if told.get(name)), "")


def _step_s(text: str | None) -> float | None:
    """Seconds of a step, from minutes or an ISO 8601 duration.

    >>> _step_s("30"), _step_s("PT10M"), _step_s("PT1H"), _step_s(None)
    (1800.0, 600.0, 3600.0, None)
    """
    found = re.fullmatch(r"\s*(?:(\d+)|PT(?:(\d+)H)?(?:(\d+)M)?)\s*", text or "")
    if not found or not any(found.groups()):
        return None
    minutes, hours, more = (int(part) if part else 0 for part in found.groups())
    return 60.0 * (minutes + 60 * hours + more)


def _quantity(told: str, otherwise: str) -> str:
    """The quantity that a text names.

    >>> _quantity("Energie reactive", "active_power"), _quantity("EA", "active_power")
    ('reactive_power', 'active_power')
    """
    bare = plain(told)
    if not bare:
        return otherwise
    return "reactive_power" if any(bare == mark or "react" in bare for mark in REACTIVE) else "active_power"
