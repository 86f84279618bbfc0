"""How much a file may hold, so that no file can exhaust the machine that reads it."""

import zlib
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from bocage.vocabulary.codes import BocageError

MAX_FILE_BYTES = 2_000_000_000
MAX_UNPACKED_BYTES = 2_000_000_000
MAX_RATIO = 400
RATIO_FROM_BYTES = 50_000_000
"""Below this unpacked size a high ratio harms nobody: a sheet of repeated values packs 100 times."""
MAX_COLUMNS = 2_000
MAX_ROWS = 5_000_000
MAX_CELLS = 100_000_000
MAX_CELL_CHARACTERS = 100_000
READER_SECONDS = 300.0
READER_BYTES = 6_000_000_000
"""Address space of the process that runs GDAL; it takes 0.8 GB before it has read anything."""

_CHUNK = 1 << 20


def check_size(path: Path) -> None:
    """Refuse a file larger than `MAX_FILE_BYTES` (BOC-IMP-011)."""
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise BocageError(
            "BOC-IMP-011", where={"path": path}, found=size // 1_000_000, limit=MAX_FILE_BYTES // 1_000_000
        )


def check_columns(path: Path, count: int) -> None:
    """Refuse a table of more than `MAX_COLUMNS` columns (BOC-IMP-008)."""
    if count > MAX_COLUMNS:
        raise BocageError("BOC-IMP-008", where={"path": path}, found=count, limit=MAX_COLUMNS)


def check_rows(path: Path, count: int, columns: int = 1) -> None:
    """Refuse a table of too many rows or cells (BOC-IMP-012)."""
    if count > MAX_ROWS or count * columns > MAX_CELLS:
        raise BocageError("BOC-IMP-012", where={"path": path}, found=count, columns=columns, limit=MAX_ROWS)


def check_archive(path: Path) -> None:
    """Refuse an archive that unpacks to too much, whatever sizes it declares (BOC-IMP-009).

    Declared sizes are read first; each member is then unpacked in a stream, counted and thrown away,
    because a forged directory can declare less than the data hold.
    """
    packed = max(path.stat().st_size, 1)
    try:
        with ZipFile(path) as archive, path.open("rb") as stream:
            members = archive.infolist()
            _check_unpacked(path, sum(member.file_size for member in members), packed)
            unpacked = 0
            for member in members:
                stream.seek(member.header_offset + 26)
                lengths = stream.read(4)
                name, extra = int.from_bytes(lengths[:2], "little"), int.from_bytes(lengths[2:], "little")
                stream.seek(name + extra, 1)
                if member.compress_type != 8:  # stored: what is packed is what there is
                    unpacked += member.compress_size
                    continue
                unpacker, left = zlib.decompressobj(-15), member.compress_size
                while left > 0 and not unpacker.eof:
                    data = stream.read(min(_CHUNK, left))
                    if not data:
                        break
                    left -= len(data)
                    while data:
                        unpacked += len(unpacker.decompress(data, _CHUNK))
                        data = unpacker.unconsumed_tail
                        _check_unpacked(path, unpacked, packed)
    except (BadZipFile, zlib.error, OSError, ValueError, NotImplementedError) as error:
        raise BocageError("BOC-IMP-015", where={"path": path}, cause=str(error)) from error


def _check_unpacked(path: Path, unpacked: int, packed: int) -> None:
    bomb = unpacked > RATIO_FROM_BYTES and unpacked / packed > MAX_RATIO
    if bomb or unpacked > MAX_UNPACKED_BYTES:
        raise BocageError(
            "BOC-IMP-009",
            where={"path": path},
            found=unpacked // 1_000_000,
            ratio=unpacked // packed,
            times=MAX_RATIO,
            limit=MAX_UNPACKED_BYTES // 1_000_000,
        )
