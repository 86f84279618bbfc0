"""Export: the twin for QGIS, for spreadsheets, for other software, for open data."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bocage import __version__
from bocage.publish.csv_file import write_csv
from bocage.publish.workbook import write_workbook
from bocage.twin.answer import Answer, Section
from bocage.twin.assumptions import all_assumptions
from bocage.twin.diagnose import DomainState, examine
from bocage.twin.open_data import write_entities, write_features, write_opendata
from bocage.twin.tables import completed_frames, exported_tables
from bocage.twin.territory import Territory
from bocage.twin.wording import _
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import GEOMETRY
from bocage.vocabulary.text import Message, current_language


def export(territory: Territory, *, into: Path, formats: Sequence[str] = ("gpkg", "csv", "xlsx")) -> Answer:
    """Write the twin in each of the formats.

    `gpkg` (a snapshot for QGIS), `csv` and `xlsx` (labelled tables) hold imputed values, their origins
    and the figures of each asset. `opendata` (CSV that follow the Table Schemas), `geojson` and `sdm`
    (Smart Data Models, NGSI-LD) hold the public columns of the inventory and nothing that was
    estimated: imported again, they make the same twin.

    Args:
        territory: open territory.
        into: folder to write to; files of the same names are replaced.
        formats: some of `gpkg`, `csv`, `xlsx`, `opendata`, `geojson`, `sdm`.

    Raises:
        BocageError: BOC-TWI-014 unknown format, BOC-TWI-009 a folder that cannot be written.
    """
    for name in formats:
        if name not in FORMATS:
            raise BocageError("BOC-TWI-014", value=name, known=", ".join(FORMATS))
    try:
        into.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise BocageError("BOC-TWI-009", where={"folder": into}, fault=fault) from fault
    diagnosed = any(name in _WRITERS for name in formats)
    states = [examine(territory, domain) for domain in territory.chosen_domains(None)] if diagnosed else []
    files: list[Path] = []
    for name in formats:
        written = _WRITERS[name](territory, states, into) if name in _WRITERS else _OPEN[name](territory, into)
        files += written
    return Answer(
        title=_("Export of {name}", name=territory.name),
        sections=[Section(title=_("Files"), lines=[_("{path}", path=path) for path in files])],
        data={"files": [str(path) for path in files]},
        files=files,
    )


def _write_snapshot(territory: Territory, states: Sequence[DomainState], into: Path) -> list[Path]:
    tables, extra = territory.asset_tables, {}
    for name, frame in completed_frames(states).items():
        derived = not territory.store.count_assets(tables[name])
        extra[name] = frame if derived else frame.drop(GEOMETRY, strict=False)
    figures = {name: columns for state in states for name, columns in state.domain.figures.items()}
    path = into / f"{territory.code}.gpkg"
    return [territory.store.snapshot(path, extra=extra, described=figures, language=current_language())]


def _write_csv_files(territory: Territory, states: Sequence[DomainState], into: Path) -> list[Path]:
    return [
        write_csv(table, into / f"{territory.code}-{table.name}.csv", language=current_language())
        for table in exported_tables(territory, states)
    ]


def _write_workbook(territory: Territory, states: Sequence[DomainState], into: Path) -> list[Path]:
    return [
        write_workbook(
            exported_tables(territory, states),
            into / f"{territory.code}.xlsx",
            language=current_language(),
            assumptions=all_assumptions([state.domain for state in states], _date(territory, states)),
            notes=identity_notes(territory),
            timezone=territory.config.text("territory", "timezone"),
        )
    ]


def identity_notes(territory: Territory) -> list[Message]:
    """Sentences that say which twin a table comes from, and that it is fictional where it is."""
    notes = [
        _(
            "{name} ({code}), twin {fingerprint}, Bocage {version}",
            name=territory.name, code=territory.code,
            fingerprint=territory.fingerprint(), version=__version__,
        )
    ]  # fmt: skip
    if territory.synthetic:
        notes.append(_("Fictional territory: no figure describes a real commune."))
    return notes


def _date(territory: Territory, states: Sequence[DomainState]) -> dt.date:
    return states[0].site.date if states else territory.today()


_WRITERS: Mapping[str, Callable[[Territory, Sequence[DomainState], Path], list[Path]]] = {
    "gpkg": _write_snapshot,
    "csv": _write_csv_files,
    "xlsx": _write_workbook,
}
_OPEN: Mapping[str, Callable[[Territory, Path], list[Path]]] = {
    "opendata": write_opendata,
    "geojson": write_features,
    "sdm": write_entities,
}
FORMATS = (*_WRITERS, *_OPEN)
