"""Choices of council and inhabitants, and grouped purchases, as the tables and the actions of a territory tell them."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from bocage.decide.question.request import Choice, GroupedPurchase
from bocage.sources.names import plain

CHOICES = "action_choice"
PURCHASE = "purchase"
"""Fact of an action that may be bought with others: `lot`, `fact` that is counted, `minimum`, `discount`."""
Kinds = Mapping[str, Mapping[str, str]]


def read_choices(frame: pl.DataFrame, actions: pl.DataFrame, kinds: Kinds) -> list[Choice]:
    """The choices of a table, each with the actions it is about.

    A row is about the actions that all its cells fit: identifier, kind (its code or its words), place,
    commune; one whose cells are all empty is about none. A mandatory row without identifier asks for one
    action at least in each place that it is about.

    Args:
        frame: shared asset type `action_choice`.
        actions: frame of the noun `action`.
        kinds: what each kind of actions is called, by language.
    """
    found: list[Choice] = []
    columns = actions.select("action_id", "kind", "place", "commune_code").to_dicts()
    for row in frame.iter_rows(named=True):
        # A row that names nothing is about nothing: an empty cell must never oblige or exclude every action.
        about = [action for action in columns if _fits(row, action, kinds)] if _words(row) else []
        choice: dict[str, Any] = {
            "choice": row["choice"],
            "by_year": row["by_year"],
            "votes": int(row["votes"] or 0),
            "reason": row["reason"] or "",
        }
        if row["choice"] == "excluded" or row["action_id"]:
            found.append(Choice(actions=[action["action_id"] for action in about] or _named(row), **choice))
            continue
        by_place: dict[tuple[Any, Any], list[str]] = defaultdict(list)
        for action in about:
            by_place[action["commune_code"], action["place"]].append(action["action_id"])
        found += [Choice(actions=ids, **choice) for ids in by_place.values()] or [Choice(actions=_named(row), **choice)]
    return found


def _fits(row: Mapping[str, Any], action: Mapping[str, Any], kinds: Kinds) -> bool:
    if row["action_id"] and row["action_id"] != action["action_id"]:
        return False
    if row["commune_code"] and row["commune_code"] != action["commune_code"]:
        return False
    if row["place"] and plain(row["place"]) != plain(action["place"] or ""):
        return False
    names = {plain(action["kind"]), *(plain(word) for word in kinds.get(action["kind"], {}).values())}
    return not row["kind"] or plain(row["kind"]) in names


def _named(row: Mapping[str, Any]) -> list[str]:
    """What a row is about, in its own words, where no action fits it."""
    return [_words(row) or str(row.get("asset_id") or row["choice"])]


def _words(row: Mapping[str, Any]) -> str:
    return ", ".join(str(row[name]) for name in ("action_id", "kind", "place", "commune_code") if row[name])


def read_purchases(actions: pl.DataFrame, kinds: Kinds) -> list[GroupedPurchase]:
    """The purchases that actions of several communes may make together; none within one commune.

    Args:
        actions: frame of the noun `action`; the fact `purchase` says which may be bought together.
        kinds: what each kind of actions is called, by language.
    """
    lots: dict[str, list[str]] = defaultdict(list)
    terms: dict[str, Mapping[str, Any]] = {}
    communes: dict[str, set[str]] = defaultdict(set)
    for row in actions.select("action_id", "commune_code", "standing", "facts").iter_rows(named=True):
        told = json.loads(row["facts"] or "{}").get(PURCHASE)
        if told and row["standing"] != "request":
            lots[told["lot"]].append(row["action_id"])
            communes[told["lot"]].add(row["commune_code"] or "")
            terms[told["lot"]] = told
    return [
        GroupedPurchase(
            name=lot,
            label=kinds.get(lot, {"fr": lot, "en": lot}),
            actions=ids,
            fact=str(terms[lot]["fact"]),
            minimum=float(terms[lot]["minimum"]),
            discount=float(terms[lot]["discount"]),
        )
        for lot, ids in lots.items()
        if len(communes[lot]) > 1 and float(terms[lot]["discount"]) > 0
    ]


def unmatched(choices: Sequence[Choice], actions: pl.DataFrame) -> list[str]:
    """Choices that no proposed action fits, in their own words."""
    known = set(actions["action_id"])
    return [", ".join(choice.actions) for choice in choices if not known & set(choice.actions)]
