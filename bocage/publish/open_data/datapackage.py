"""The description of a set of open files: Frictionless Data Package, which catalogues turn into DCAT.

Reference: Data Package v1, https://specs.frictionlessdata.io/data-package/
"""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bocage.publish.replacing import replace_file
from bocage.sources.table_schema import SchemaDeclaration


@dataclass(frozen=True, kw_only=True)
class OpenFile:
    """One file of the set.

    Attributes:
        path: the file, beside the description.
        declaration: schema that it follows.
        schema: the schema itself, so that the set stands alone.
        rows: number of its rows.
    """

    path: Path
    declaration: SchemaDeclaration
    schema: Mapping[str, Any]
    rows: int


def write_datapackage(
    files: Sequence[OpenFile], path: Path, *, name: str, code: str, on: dt.date, notes: Sequence[str]
) -> Path:
    """Write `datapackage.json`.

    The licence is left to whoever publishes: it is theirs to choose.

    Args:
        files: files of the set.
        path: file to write.
        name: name of the territory.
        code: its INSEE or SIREN code.
        on: date of the extract.
        notes: sentences that say where the data come from.

    Raises:
        BocageError: BOC-PUB-001 where the file cannot be written.
    """
    content = {
        "profile": "tabular-data-package",
        "name": f"eclairage-public-{code.lower()}",
        "title": f"Éclairage public de {name}",
        "description": " ".join(notes),
        "created": f"{on.isoformat()}T00:00:00Z",
        "keywords": ["éclairage public", "point lumineux", "luminaire", code],
        "contributors": [{"title": name, "role": "publisher"}],
        "resources": [_resource(file) for file in files],
    }
    return replace_file(path, json.dumps(content, ensure_ascii=False, indent=2).encode() + b"\n")


def _resource(file: OpenFile) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": file.declaration.name,
        "path": file.path.name,
        "title": file.declaration.title,
        "description": file.declaration.description,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": file.path.stat().st_size,
        "rows": file.rows,
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True},
        "schema": dict(file.schema),
    }
