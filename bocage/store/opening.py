"""The choice between the forms of a twin: a file of the territory's folder, or a database of a server."""

from pathlib import Path

from bocage.store.geopackage import TWIN, open_store
from bocage.store.transfer import Transferable
from bocage.vocabulary.codes import BocageError

GEOPACKAGE, POSTGIS = "geopackage", "postgis"
FORMS = (GEOPACKAGE, POSTGIS)


def open_twin(
    folder: Path, *, form: str, territory: str, srid: int, create: bool = False, read_only: bool = False
) -> Transferable:
    """Open the twin of a territory, whichever form it has.

    Args:
        folder: territory folder.
        form: `geopackage`, or `postgis` in the database that `BOCAGE_DATABASE_URL` names.
        territory: key of the territory in the database (INSEE or SIREN code).
        srid: EPSG code of the territory's projection.
        create: the territory is new. A database that already has it refuses (BOC-STO-032).
        read_only: refuse every write.

    Raises:
        BocageError: those of the form; BOC-STO-026 where the libraries of the server form are not installed.
    """
    if form == GEOPACKAGE:
        return open_store(folder, srid=srid, create=create or not (folder / TWIN).exists(), read_only=read_only)
    try:
        from bocage.store.postgis.store import open_postgis  # noqa: PLC0415 - of the extra `server`
    except ModuleNotFoundError as error:
        raise BocageError("BOC-STO-026", detail=str(error)) from error
    return open_postgis(territory, srid=srid, create=create, new=create, read_only=read_only)
