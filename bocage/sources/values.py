"""Codes as files write them: a CSV of each domain says which writings mean which code."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from bocage.sources.names import plain
from bocage.vocabulary.columns import Column

TIME_OF_DAY = "HH:MM"
"""Reserved code of `values.csv`: the column holds times of day."""


@dataclass(frozen=True)
class Writings:
    """Writings of one column: whole ones, and beginnings (written with a final `*`), longest first."""

    exact: Mapping[str, str] = field(default_factory=dict)
    starts: tuple[tuple[str, str], ...] = ()
    time_of_day: bool = False

    def code(self, text: str) -> str | None:
        """The code that a text means; None where nobody has declared it.

        >>> Writings({"shp": "HPS"}, (("sodium_haute", "HPS"),)).code("Sodium haute pression 150 W")
        'HPS'
        """
        bare = plain(text)
        if bare in self.exact:
            return self.exact[bare]
        for start, code in self.starts:
            if bare.startswith(start):
                return code
        return None


@cache
def read_values(path: Path) -> Mapping[str, Writings]:
    """Read a `values.csv` (column,code,written); ValueError names the faulty line.

    Args:
        path: of a domain, for all its asset types; `written` is compared without accents nor case,
            a final `*` accepts any continuation, ` *` any further words.
    """
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    if not rows or rows[0] != ["column", "code", "written"]:
        raise ValueError(f"{path.name}: the header must be column,code,written")
    exact: dict[str, dict[str, str]] = {}
    starts: dict[str, list[tuple[str, str]]] = {}
    times: set[str] = set()
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != 3 or not all(row):
            raise ValueError(f"{path.name}:{number}: three cells must be filled")
        column, code, written = row
        exact.setdefault(column, {})
        starts.setdefault(column, [])
        if code == TIME_OF_DAY:
            times.add(column)
        elif written.endswith("*"):
            whole_word = "_" if written[-2:-1] in {"", " "} else ""  # `im *` is not the beginning of `impossible`
            starts[column].append((plain(written) + whole_word, code))
        elif exact[column].setdefault(plain(written), code) != code:
            raise ValueError(f"{path.name}:{number}: {written!r} already means {exact[column][plain(written)]}")
    return {
        column: Writings(
            exact[column], tuple(sorted(starts[column], key=lambda pair: -len(pair[0]))), time_of_day=column in times
        )
        for column in exact
    }


def code_map(column: Column, texts: Iterable[str], writings: Writings | None) -> dict[str, str]:
    """Code of each text that has one.

    Args:
        column: declared column; its codes, where it has some, are understood as they are.
        texts: distinct texts of the file.
        writings: declared writings of the column.

    >>> code_map(Column(name="lamp", type="text", codes=("LED", "HPS")), ["led", "Néon"], None)
    {'led': 'LED'}
    """
    own = {plain(code): code for code in column.codes}
    found = {}
    for text in texts:
        code = own.get(plain(text)) or (writings.code(text) if writings else None)
        if code is not None:
            found[text] = code
    return found
