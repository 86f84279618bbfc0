"""What is published is whole: an export that fails leaves the former file as it was, and no draft behind."""

import io
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from publish_samples import made_up_content

from bocage.publish.csv_file import write_csv
from bocage.publish.deliberation import write_deliberation
from bocage.publish.replacing import replace_file
from bocage.publish.report.typeset import write_report
from bocage.publish.tables import NamedTable, TableColumn
from bocage.publish.workbook import write_workbook
from bocage.vocabulary.codes import BocageError

TABLE = NamedTable(
    name="t",
    label="t",
    frame=pl.DataFrame({"a": [f"row {rank}" for rank in range(20_000)]}),
    columns=[TableColumn(name="a", label="a", kind="text")],
)
WRITERS: dict[str, Callable[[Path], Path]] = {
    "csv": lambda path: write_csv(TABLE, path, language="fr"),
    "xlsx": lambda path: write_workbook([TABLE], path, language="fr"),
    "docx": lambda path: write_deliberation(made_up_content(), path, language="fr"),
    "pdf": lambda path: write_report(made_up_content(), path, language="fr"),
}


@pytest.mark.parametrize("kind", list(WRITERS))
def test_a_disk_that_fills_up_leaves_the_former_file_whole(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = WRITERS[kind](tmp_path / f"report.{kind}")  # so that what the libraries open is open already
    path.write_bytes(b"the former file")
    fail_midway(OSError(28, "No space left on device"), monkeypatch)
    with pytest.raises(BocageError) as caught:
        WRITERS[kind](path)
    assert caught.value.code == "BOC-PUB-001"
    assert path.read_bytes() == b"the former file"
    assert list(tmp_path.iterdir()) == [path]


def test_an_interruption_leaves_the_former_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"the former file")
    fail_midway(KeyboardInterrupt(), monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        replace_file(path, bytes(1000))
    assert path.read_bytes() == b"the former file"
    assert list(tmp_path.iterdir()) == [path]


def fail_midway(fault: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file that is opened to be written from here on fails after its first 500 bytes."""
    real = Path.open

    class Failing(io.FileIO):
        def write(self, content: object) -> int:
            super().write(bytes(memoryview(content))[:500])  # type: ignore[arg-type]  # bytes-like
            raise fault

    def open_failing(path: Path, mode: str = "r", *args: object, **options: object) -> object:
        return Failing(path, "w") if "w" in mode else real(path, mode, *args, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", open_failing)
