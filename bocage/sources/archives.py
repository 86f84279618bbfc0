"""A zip that holds one data set: its members judged before anything is unpacked, then read as if they stood alone."""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from zipfile import BadZipFile, ZipFile, ZipInfo

from bocage.sources.formats import FORMATS, format_of_extension
from bocage.vocabulary.codes import BocageError

Pick = Callable[[Mapping[str, Sequence[str]]], str]
"""Chooses one of several data sets by name; raises where it cannot."""

_UNTOLD = frozenset({".txt", ".dat", ".tab", ".zip", ".kmz", ".xml", ""})
"""Extensions that do not make a member a data set where a surer one is there: notices, licences, projections."""


@contextmanager
def unpacked(path: Path, pick: Pick) -> Iterator[Path]:
    """Unpack the only data set of a zip into a folder that is removed afterwards.

    Args:
        path: the archive, whose unpacked size has been checked (see `limits.check_archive`).
        pick: asked where the archive holds several data sets, with their names.

    Raises:
        BocageError: BOC-IMP-007 protected, 013 a companion is missing, 014, 021 several data sets,
            015 damaged, 022 no data set, 031 a member that would be written elsewhere.
    """
    with TemporaryDirectory(prefix="bocage-") as name, ZipFile(path) as archive:
        members = _members(path, archive)
        sets = data_sets(list(members))
        if not sets:
            shown = ", ".join(list(members)[:3])
            raise BocageError("BOC-IMP-022", where={"path": path}, format=f"zip ({shown})")
        chosen = next(iter(sets)) if len(sets) == 1 else pick({one: [] for one in sets})
        _check_companions(path, chosen, sets[chosen])
        stem = PurePosixPath(chosen).stem
        for member in sets[chosen]:
            target = Path(name) / f"{_plain(stem)}{PurePosixPath(member).suffix.lower()}"
            _extract(path, archive, members[member], target)
        yield Path(name) / f"{_plain(stem)}{PurePosixPath(chosen).suffix.lower()}"


def data_sets(names: Sequence[str]) -> dict[str, list[str]]:
    """Members of each data set by its main member, surest formats only.

    Args:
        names: names of the members.

    >>> data_sets(["a/points.shp", "a/points.SHX", "a/points.dbf", "lisez-moi.txt"])
    {'a/points.shp': ['a/points.shp', 'a/points.SHX', 'a/points.dbf']}
    """
    mains = [name for name in names if _kind(name) is not None]
    surest = [name for name in mains if PurePosixPath(name).suffix.lower() not in _UNTOLD]
    tables = [name for name in names if PurePosixPath(name).suffix.lower() == ".tab"]
    mapinfo = [name for name in tables if _beside(name, ".map", names)]
    found = [*surest, *mapinfo] or mains
    return {name: _family(name, names) for name in found}


def _kind(name: str) -> str | None:
    suffix = PurePosixPath(name).suffix.lower()
    return None if suffix in {".dbf", ".shx", ".dat", ".zip"} else format_of_extension(suffix)


def _beside(name: str, suffix: str, names: Sequence[str]) -> bool:
    wanted = PurePosixPath(name).with_suffix(suffix).as_posix().lower()
    return any(other.lower() == wanted for other in names)


def _family(name: str, names: Sequence[str]) -> list[str]:
    """The member and those of the same name with the extensions that belong to its format."""
    suffix = PurePosixPath(name).suffix.lower()
    kind = "tab" if suffix == ".tab" and _beside(name, ".map", names) else format_of_extension(suffix)
    known = FORMATS[kind] if kind else None
    ends = {suffix, *(known.companions if known else ()), *(known.extras if known else ())}
    own = PurePosixPath(name)
    return [
        other
        for other in names
        if PurePosixPath(other).parent == own.parent
        and PurePosixPath(other).stem.lower() == own.stem.lower()
        and PurePosixPath(other).suffix.lower() in ends
    ]


def _check_companions(path: Path, chosen: str, members: Sequence[str]) -> None:
    kind = format_of_extension(PurePosixPath(chosen).suffix.lower())
    there = {PurePosixPath(member).suffix.lower() for member in members}
    for suffix in FORMATS[kind].companions if kind else ():
        if suffix not in there:
            missing = f"{PurePosixPath(chosen).stem}{suffix}"
            raise BocageError("BOC-IMP-013", where={"path": path, "member": chosen}, missing=missing)


def _members(path: Path, archive: ZipFile) -> dict[str, ZipInfo]:
    """Members that are files, by name; an archive that would write elsewhere is refused whole."""
    found = {}
    for member in archive.infolist():
        name = member.filename.replace("\\", "/")
        parts = PurePosixPath(name).parts
        if name.startswith("/") or ".." in parts or (parts and ":" in parts[0]):
            raise BocageError("BOC-IMP-031", where={"path": path}, member=member.filename)
        if member.flag_bits & 1:
            raise BocageError("BOC-IMP-007", where={"path": path})
        hidden = any(part.startswith((".", "__MACOSX")) for part in parts)
        if not member.is_dir() and not hidden:
            found[name] = member
    return found


def _plain(stem: str) -> str:
    """A file name without anything that a file system might refuse."""
    return "".join(letter if letter.isalnum() or letter in "-_ ." else "_" for letter in stem)[:80] or "data"


def _extract(path: Path, archive: ZipFile, member: ZipInfo, target: Path) -> None:
    try:
        with archive.open(member) as source, target.open("wb") as out:
            shutil.copyfileobj(source, out, 1 << 20)
    except (BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise BocageError("BOC-IMP-015", where={"path": path, "member": member.filename}, cause=str(error)) from error
