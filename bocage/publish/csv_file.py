"""CSV that opens right in the spreadsheet of the reader's country."""

import csv
import datetime as dt
import io
import re
from pathlib import Path

from bocage.publish.replacing import replace_file
from bocage.publish.tables import NamedTable, TableColumn, Value, cells
from bocage.publish.texts import _
from bocage.vocabulary.text import Language

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
_MISREAD = re.compile(r"[\s0-9.,:/+\-eE]*")
GUARD = "\t"
"""A spreadsheet takes what follows a tab as text and does not show the tab; readers that strip lose nothing."""


def write_csv(table: NamedTable, path: Path, *, language: Language, timezone: str = "Europe/Paris") -> Path:
    """Write a table as UTF-8 CSV with a byte-order mark: `;` and decimal comma in French, `,` and point in English.

    A column of codes keeps them, so that the file can be imported again; beside it stands what they mean.
    A text that a spreadsheet would run as a formula, and a code that it would read as a number or a
    date (`01004`, `1E13`), begin with a tab: the spreadsheet then keeps them as text.

    Args:
        table: table to publish.
        path: file to write.
        language: `fr` or `en`.
        timezone: IANA name of the zone in which times are written.

    Raises:
        BocageError: BOC-PUB-001 where the file cannot be written.
    """
    header, written = [], []
    for column in table.columns:
        values = cells(table, column, language, timezone=timezone)
        header.append(guard(table.header(column, language)))
        written.append([_write(value, column, language) for value in values])
        if column.labels:
            words = cells(table, column, language, timezone=timezone, in_words=True)
            header.append(guard(_("{name}, in words", language).format(name=table.header(column, language))))
            written.append([guard(str(value)) if value is not None else "" for value in words])
    whole = io.StringIO(newline="")
    writer = csv.writer(whole, delimiter=";" if language == "fr" else ",", lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(zip(*written, strict=True))
    return replace_file(path, whole.getvalue().encode("utf-8-sig", errors="replace"))


def guard(text: str) -> str:
    r"""The text, after a tab where a spreadsheet would take it for a formula.

    >>> guard("=1+1"), guard("rue")
    ('\t=1+1', 'rue')
    """
    return f"{GUARD}{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def _write(value: Value, column: TableColumn, language: Language) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        text = repr(value)
        return text.replace(".", ",") if language == "fr" else text
    if isinstance(value, int):
        return str(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(" ", timespec="seconds")
    if isinstance(value, dt.date):
        return value.isoformat()
    text = value.replace("\0", "")
    if column.kind == "code" and text and _MISREAD.fullmatch(text):
        return f"{GUARD}{text}"
    return guard(text)
