"""Files of records: YAML or JSON read as plain text values, so that no code loses a zero; CSV for exchange."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from bocage.vocabulary.codes import BocageError

LARGEST_BYTES = 1_000_000
SUFFIXES = (".yaml", ".yml", ".json")
ABSENT = frozenset({"", "~", "null", "Null", "NULL"})
"""Texts of a file that stand for nothing."""
DEEPEST = 6
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def read_record(path: Path) -> Mapping[str, Any]:
    """Read one record as nested mappings and lists of text; what is empty is left out.

    Args:
        path: YAML or JSON file that holds one record.

    Raises:
        BocageError: BOC-COM-001 it cannot be opened, 002 it is not one record in YAML or JSON.
    """
    text = _text(path)
    try:
        content = _from_json(text) if path.suffix.lower() == ".json" else _from_yaml(text)
        plain = as_text(content)
    except (yaml.YAMLError, ValueError, RecursionError) as fault:
        raise BocageError("BOC-COM-002", where={"file": path}, fault=_first_line(fault)) from fault
    if not isinstance(plain, Mapping) or not plain:
        raise BocageError("BOC-COM-002", where={"file": path}, fault="{}")
    return plain


def record_files(paths: Sequence[Path]) -> list[Path]:
    """The files of records among the paths, those of folders included, in order of name.

    Args:
        paths: files and folders.

    Raises:
        BocageError: BOC-COM-001 a path does not exist, 003 a folder holds no record.
    """
    found: list[Path] = []
    for path in paths:
        try:
            path.stat()
        except OSError as fault:
            raise BocageError("BOC-COM-001", where={"file": path}, reason=fault.strerror or str(fault)) from fault
        if not path.is_dir():
            found.append(path)
            continue
        inside = sorted(one for one in path.rglob("*") if one.suffix.lower() in SUFFIXES and one.is_file())
        if not inside:
            raise BocageError("BOC-COM-003", where={"folder": path})
        found.extend(inside)
    return found


def as_text(content: object, depth: int = 0) -> Any:  # noqa: ANN401 - a tree of mappings, lists and texts
    """The same tree with every leaf as text; keys without a value are left out.

    >>> as_text({"code": "01004", "note": None, "score": 2, "draft": True})
    {'code': '01004', 'score': '2', 'draft': 'true'}
    """
    if depth > DEEPEST:
        raise ValueError(f"nested more than {DEEPEST} deep")
    if isinstance(content, Mapping):
        pairs = {str(key): as_text(value, depth + 1) for key, value in content.items()}
        return {key: value for key, value in pairs.items() if value not in (None, [], {})}
    if isinstance(content, list):
        return [value for value in (as_text(one, depth + 1) for one in content) if value not in (None, [], {})]
    if content is None or (isinstance(content, str) and content.strip() in ABSENT):
        return None
    if isinstance(content, bool):
        return "true" if content else "false"
    return str(content).strip()


def write_record(record: Mapping[str, Any], path: Path) -> Path:
    """Write a record as JSON where the name ends so, else as YAML; codes and dates stay text.

    Args:
        record: nested mappings and lists of plain values.
        path: file to write.

    Raises:
        BocageError: BOC-COM-006 it cannot be written.
    """
    if path.suffix.lower() == ".json":
        text = json.dumps(record, ensure_ascii=False, indent=2, default=str) + "\n"
    else:
        text = yaml.safe_dump(_dateless(record), allow_unicode=True, sort_keys=False, width=110)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as fault:
        raise BocageError("BOC-COM-006", where={"file": path}, reason=fault.strerror or str(fault)) from fault
    return path


def _dateless(content: object) -> Any:  # noqa: ANN401 - as above
    if isinstance(content, Mapping):
        return {key: _dateless(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_dateless(value) for value in content]
    return content if isinstance(content, str | int | float | bool | None) else str(content)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise BocageError("BOC-COM-002", where={"file": path}, fault=f"> {LARGEST_BYTES // 1000} kB")
        return path.read_text(encoding="utf-8-sig")
    except OSError as fault:
        raise BocageError("BOC-COM-001", where={"file": path}, reason=fault.strerror or str(fault)) from fault
    except UnicodeDecodeError as fault:
        raise BocageError("BOC-COM-002", where={"file": path}, fault="UTF-8") from fault


def _from_yaml(text: str) -> object:
    """The document of a YAML text, without aliases (they can grow without end) and without a key given twice."""
    node = yaml.compose(text, Loader=_LOADER)
    seen: set[int] = set()
    stack = [node] if node is not None else []
    while stack:
        one = stack.pop()
        if id(one) in seen:
            raise ValueError(f"&{one.start_mark.line + 1}")
        seen.add(id(one))
        if isinstance(one, yaml.MappingNode):
            keys = [str(key.value) for key, _value in one.value]
            twice = sorted({key for key in keys if keys.count(key) > 1})
            if twice:
                raise ValueError(f"{', '.join(twice)} \u00d7 2 ({one.start_mark.line + 1})")
            stack.extend(value for _key, value in one.value)
        elif isinstance(one, yaml.SequenceNode):
            stack.extend(one.value)
    return yaml.load(text, Loader=_LOADER)  # noqa: S506 - the base loader makes texts only


def _from_json(text: str) -> object:
    def pairs(items: list[tuple[str, object]]) -> dict[str, object]:
        found = dict(items)
        if len(found) < len(items):
            raise ValueError(f"{', '.join(sorted({key for key, _value in items}))} \u00d7 2")
        return found

    return json.loads(text, parse_float=str, parse_int=str, object_pairs_hook=pairs)


def _first_line(fault: Exception) -> str:
    return " ".join(str(fault).split())[:160]
