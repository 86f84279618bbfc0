"""What a record says against itself: dates, amounts, effects and statuses that cannot stand together."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bocage.commons.record import Record
from bocage.commons.schema import INDICATOR_UNITS, NONE_OBSERVED, NOT_REPORTED, ROOT, action_kinds, parts
from bocage.commons.verdict import Verdict

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.\w")
_TELEPHONE = re.compile(r"(?<![\w.-])(?:\+33|0)\s?[1-9](?:[\s.-]?\d{2}){4}(?![\w-])")
_PERSON = re.compile(r"\b(?:M\.|Mme|Mlle|Monsieur|Madame|Mr\.?|Mrs\.?|Ms\.?)\s+[A-ZÉÈÀÂÎÔ]")
_CODE = re.compile(r"\d{5}|2[AB]\d{3}|\d{9}")
_ROOF = 1.0 + 1e-9
_SHARE = "_share"
ODD_RATIOS = (0.1, 3.0)
"""Measured over predicted outside of which a unit or a perimeter is doubted first."""


def consistency_verdicts(record: Record) -> Iterator[Verdict]:
    """Faults of a record taken as a whole.

    Args:
        record: the values that could be read one by one.
    """
    yield from _kind(record)
    yield from _place(record)
    yield from _status(record)
    yield from _dates(record)
    yield from _said_effects(record)
    yield from _effects(record)
    yield from _against_baseline(record)
    yield from _cost(record)
    yield from _funding(record)
    yield from _grid(record)
    yield from _persons(record)
    if record.get("draft"):
        yield Verdict("BOC-COM-130", "draft")


def _kind(record: Record) -> Iterator[Verdict]:
    domain, kind = record.get("action.domain"), record.get("action.kind")
    known = [one for where, one in action_kinds() if where == domain]
    # a domain of another package has kinds of its own
    if domain and known and kind and kind not in known:
        yield Verdict("BOC-COM-105", "action.kind", {"value": kind, "known": ", ".join(known)})
    if record.get("action.quantity") is not None and not record.get("action.quantity_unit"):
        yield Verdict("BOC-COM-106", "action.quantity", {"unit": "action.quantity_unit"})


def _place(record: Record) -> Iterator[Verdict]:
    code = record.get("territory.code")
    if code is not None and not _CODE.fullmatch(code):
        yield Verdict("BOC-COM-107", "territory.code", {"value": code})
    if record.get("origin") == "own" and not record.get("anonymous") and not code:
        yield Verdict("BOC-COM-102", "territory.code", {"field": "territory.code"})
    if record.get("anonymous") and (code or record.get("territory.name")):
        yield Verdict("BOC-COM-121", "territory", {"field": "territory.code, territory.name"})


def _status(record: Record) -> Iterator[Verdict]:
    status = record.get("status")
    if status in {"abandoned", "refused"} and not record.get("reason"):
        yield Verdict("BOC-COM-108", "reason", {"status": status})
    if status in {"planned", "abandoned", "refused"} and record.rows("measured_effects"):
        yield Verdict("BOC-COM-109", "measured_effects", {"status": status})


def _dates(record: Record) -> Iterator[Verdict]:
    ordered = (
        ("dates", "decided", "accepted"),
        ("dates", "planned_start", "planned_end"),
        ("dates", "started", "accepted"),
        ("dates", "year_from", "year_to"),
        ("baseline", "from", "to"),
    )
    for section, first, last in ordered:
        yield from _order(record.values.get(section, {}), section, first, last)
    for section, first, last in (("measured_effects", "from", "to"), ("funding", "asked_on", "paid_on")):
        for number, row in enumerate(record.rows(section), start=1):
            yield from _order(row, f"{section}[{number}]", first, last)
    started = record.get("dates.started")
    for number, row in enumerate(record.rows("measured_effects"), start=1):
        if started and row.get("to") and row["to"] <= started:
            place = f"measured_effects[{number}].to"
            yield Verdict("BOC-COM-112", place, {"first": f"dates.started ({started})", "last": f"to ({row['to']})"})


def _order(row: Mapping[str, Any], place: str, first: str, last: str) -> Iterator[Verdict]:
    start, end = row.get(first), row.get(last)
    if start is not None and end is not None and end < start:
        yield Verdict("BOC-COM-112", f"{place}.{last}", {"first": f"{first} ({start})", "last": f"{last} ({end})"})


def _said_effects(record: Record) -> Iterator[Verdict]:
    for name in ("positive_effects", "negative_effects"):
        said = record.get(name)
        if said is None:
            # works that are only planned have shown nothing yet
            if record.get("status") not in {None, "planned"}:
                yield Verdict("BOC-COM-102", name, {"field": name})
            continue
        if NOT_REPORTED in said and record.get("origin") == "own":
            yield Verdict("BOC-COM-113", name)
        if len(said) > 1 and {NONE_OBSERVED, NOT_REPORTED} & set(said):
            yield Verdict("BOC-COM-114", name, {"value": ", ".join({NONE_OBSERVED, NOT_REPORTED} & set(said))})
        if not {NONE_OBSERVED, NOT_REPORTED} & set(said) and any(len(text.split()) < 3 for text in said):
            yield Verdict("BOC-COM-115", name, {"value": min(said, key=lambda text: len(text.split()))})


def _effects(record: Record) -> Iterator[Verdict]:
    for section in ("predicted_effects", "measured_effects"):
        for number, row in enumerate(record.rows(section), start=1):
            place = f"{section}[{number}]"
            unit = INDICATOR_UNITS[row["indicator"]]
            if row["unit"] != unit:
                yield Verdict("BOC-COM-116", f"{place}.unit", {"unit": unit, "value": row["unit"]})
            yield from _interval(row["value"], row.get("low"), row.get("high"), place)
            if row["indicator"].endswith(_SHARE) and row["indicator"] != "realised_share" and row["value"] > _ROOF:
                yield Verdict("BOC-COM-104", f"{place}.value", {"value": row["value"], "low": "-\u221e", "high": "1"})
    for number, row in enumerate(record.rows("measured_effects"), start=1):
        place = f"measured_effects[{number}]"
        if record.get("origin") == "own" and row["quality"] != "declared" and not (row.get("from") and row.get("to")):
            yield Verdict("BOC-COM-117", place, {"quality": row["quality"]})
        if row["quality"] == "causally_estimated" and not row.get("counterfactual"):
            yield Verdict("BOC-COM-118", f"{place}.counterfactual")


def _against_baseline(record: Record) -> Iterator[Verdict]:
    """A saving beyond what was consumed cannot be; one far from its prediction asks for a look."""
    predicted = {row["indicator"]: row["value"] for row in record.rows("predicted_effects")}
    for section in ("predicted_effects", "measured_effects"):
        for number, row in enumerate(record.rows(section), start=1):
            place = f"{section}[{number}].value"
            baseline = record.get(f"baseline.{row['indicator']}")
            if baseline is not None and row["value"] > baseline:
                yield Verdict("BOC-COM-125", place, {"value": row["value"], "baseline": baseline})
            foreseen = predicted.get(row["indicator"], 0.0) if section == "measured_effects" else 0.0
            ratio = row["value"] / foreseen if foreseen > 0 else 1.0
            if not ODD_RATIOS[0] <= ratio <= ODD_RATIOS[1]:
                yield Verdict("BOC-COM-131", place, {"ratio": ratio})


def _interval(value: float, low: float | None, high: float | None, place: str) -> Iterator[Verdict]:
    lowest, highest = value if low is None else low, value if high is None else high
    if not lowest <= value <= highest:
        yield Verdict("BOC-COM-119", place, {"low": lowest, "value": value, "high": highest})


def _cost(record: Record) -> Iterator[Verdict]:
    cost = record.values.get("predicted_cost")
    if cost and "amount_eur" in cost:
        yield from _interval(cost["amount_eur"], cost.get("low_eur"), cost.get("high_eur"), "predicted_cost")
    lines = [row["line"] for row in record.rows("costs")]
    if "all" in lines and len(lines) > 1:
        yield Verdict("BOC-COM-120", "costs", {"lines": ", ".join(lines)})


def _funding(record: Record) -> Iterator[Verdict]:
    for number, row in enumerate(record.rows("funding"), start=1):
        place = f"funding[{number}]"
        for more, less in (("obtained_eur", "asked_eur"), ("paid_eur", "obtained_eur")):
            if row.get(more) is not None and row.get(less) is not None and row[more] > row[less]:
                yield Verdict("BOC-COM-122", f"{place}.{more}", {"more": more, "less": less})
        if row["status"] in {"refused", "lost"} and not row.get("reason"):
            yield Verdict("BOC-COM-108", f"{place}.reason", {"status": row["status"]})


def _grid(record: Record) -> Iterator[Verdict]:
    seen: set[tuple[str, str]] = set()
    for number, row in enumerate(record.rows("iso_37101"), start=1):
        cell = (row["purpose"], row["issue"])
        if cell in seen:
            yield Verdict("BOC-COM-123", f"iso_37101[{number}]", {"value": " \u00d7 ".join(cell)})
        seen.add(cell)


def _persons(record: Record) -> Iterator[Verdict]:
    for place, text in _texts(record):
        for shape in (_EMAIL, _TELEPHONE, _PERSON):
            found = shape.search(text)
            if found:
                yield Verdict("BOC-COM-124", place, {"value": found[0]})


def _texts(record: Record) -> Iterator[tuple[str, str]]:
    """Every text of a record with its path; addresses of evidence are public."""
    for name, part in parts().items():
        section = record.values.get(name)
        if section is None:
            continue
        for number, row in enumerate(section if part.many else [section], start=1):
            for key, value in row.items():
                place = f"{name}[{number}].{key}" if part.many else key if name == ROOT else f"{name}.{key}"
                for text in value if isinstance(value, list) else [value]:
                    if isinstance(text, str):
                        yield place, text
