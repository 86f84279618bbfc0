"""Operations: the chosen actions gathered so that a council reads some thirty lines, not thousands."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bocage.decide.funding.law import own_share_of
from bocage.decide.funding.offers import named_facts
from bocage.decide.money.books import Books
from bocage.decide.question.request import Payer
from bocage.decide.value.accounting import Account, account_of, section_of
from bocage.parameters.funding_rules import GIVEN, load_law

Array = NDArray[np.float64]
MOST_OPERATIONS = 30
"""Most operations of one payer: what a council can read on a page."""
OTHER = "other"
OTHER_WORDS = {"fr": "Autres opérations", "en": "Other operations"}


@dataclass(frozen=True, kw_only=True)
class Operation:
    """Actions of one payer that are voted, funded and told together.

    Attributes:
        operation_id: rank among the operations of the plan, `OP-01`…
        payer: SIREN and budget.
        domain: domain of the actions, several joined by `+`.
        kind: kind of the actions, `other` where several small ones are gathered.
        commune_code: commune of the works, empty where several.
        place: street or sector, empty where several.
        label: by language.
        account: where it is entered.
        members: rank in the selection of each of its actions.
    """

    operation_id: str
    payer: Payer
    domain: str
    kind: str
    commune_code: str
    place: str
    label: Mapping[str, str]
    account: Account
    members: Sequence[int]


Row = Mapping[str, Any]
LEVELS: Sequence[Callable[[Row], tuple[str, str]]] = (
    lambda row: (row["commune_code"] or "", row["place"] or ""),
    lambda row: (row["commune_code"] or "", ""),
    lambda _row: ("", ""),
)
"""What tells apart the operations of one kind, from the finest to the coarsest: place, commune, nothing."""


def operations_of(books: Books) -> list[Operation]:
    """Gather the chosen actions of each payer.

    Actions of one payer, domain, kind and account make one operation, told apart by commune and place
    as long as the payer then has thirty operations at most; else by commune; else by kind alone. Beyond
    thirty kinds the smallest are gathered as other operations. The years of an operation are its payment credits.

    Args:
        books: the plan.
    """
    rows = _rows(books)
    found: list[tuple[float, Operation]] = []
    for payer in books.columns.payers:
        mine = [row for row in rows if row["payer"] == payer]
        found += [(sum(rows[rank]["cost"] for rank in one.members), one) for one in _of_payer(mine, books)]
    order = {payer: number for number, payer in enumerate(books.columns.payers)}
    found.sort(key=lambda item: (order[item[1].payer], -item[0], item[1].kind, item[1].commune_code, item[1].place))
    return [_numbered(one, number) for number, (_, one) in enumerate(found, start=1)]


def _numbered(operation: Operation, number: int) -> Operation:
    return Operation(**{**vars(operation), "operation_id": f"OP-{number:02d}"})


def _rows(books: Books) -> list[dict[str, Any]]:
    """What is read of each chosen action, in the order of the selection."""
    actions, portfolio = books.request.actions, books.columns.portfolio
    names = ("domain", "kind", "commune_code", "place", "competence")
    told = actions.select(names).to_dicts()
    costs = books.worth.mean_cost[books.actions] * books.cost_factors
    rows = []
    for rank, (action, cost) in enumerate(zip(books.actions.tolist(), costs.tolist(), strict=True)):
        facts, payer = books.columns.facts[action], books.columns.payers[int(portfolio.payer[action])]
        account = account_of(payer[1], told[action]["competence"] or "", section_of(facts))
        rows.append({**told[action], "rank": rank, "cost": cost, "payer": payer, "account": account})
    return rows


def _of_payer(rows: Sequence[Row], books: Books) -> list[Operation]:
    for level in LEVELS:
        groups: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
        for row in rows:
            account: Account = row["account"]
            groups[row["domain"], row["kind"], account.section, account.account, *level(row)].append(row)
        if len(groups) <= MOST_OPERATIONS:
            break
    ordered = sorted(groups.values(), key=lambda group: -sum(row["cost"] for row in group))
    kept = ordered if len(ordered) <= MOST_OPERATIONS else ordered[: MOST_OPERATIONS - 1]
    rest = ordered[len(kept) :]
    return [_operation(group, books) for group in kept] + _others(rest)


def _operation(group: Sequence[Row], books: Books) -> Operation:
    first = group[0]
    commune, place = _only(group, "commune_code"), _only(group, "place")
    words = books.request.kinds.get(first["kind"], {"fr": first["kind"], "en": first["kind"]})
    where = f" – {place}" if place else ""
    return Operation(
        operation_id="",
        payer=first["payer"],
        domain=first["domain"],
        kind=first["kind"],
        commune_code=commune,
        place=place,
        label={language: f"{text[:1].upper()}{text[1:]}{where}" for language, text in words.items()},
        account=first["account"],
        members=[row["rank"] for row in group],
    )


def _others(groups: Sequence[Sequence[Row]]) -> list[Operation]:
    """One operation of what is too small to be told apart, by section of the budget."""
    by_section: dict[str, list[Row]] = defaultdict(list)
    for row in (row for group in groups for row in group):
        by_section[row["account"].section].append(row)
    return [
        Operation(
            operation_id="",
            payer=rows[0]["payer"],
            domain="+".join(sorted({row["domain"] for row in rows})),
            kind=OTHER,
            commune_code=_only(rows, "commune_code"),
            place="",
            label=OTHER_WORDS,
            account=rows[0]["account"],
            members=[row["rank"] for row in rows],
        )
        for rows in by_section.values()
    ]


def _only(rows: Sequence[Row], name: str) -> str:
    """The value that all the rows share, empty where they differ."""
    values = {row[name] or "" for row in rows}
    return str(values.pop()) if len(values) == 1 else ""


def operations_frame(books: Books, operations: Sequence[Operation], authorised: Sequence[float]) -> pl.DataFrame:
    """One row per operation: who pays, where it is entered, what it costs, how much of it public aids bear.

    Args:
        books: the plan.
        operations: of the plan.
        authorised: programme authorisation of each [EUR].

    Returns:
        Frame `operation_id`, `payer_siren`, `budget`, `label_fr`, `label_en`, `domain`, `kind`,
        `commune_code`, `place`, `actions`, `units`, `first_year`, `last_year`, `nomenclature`, `section`,
        `chapter`, `account`, `account_fr`, `account_en`, `account_status`, `cost_eur` (excluding VAT),
        `vat_eur`, `ap_eur` (programme authorisation: all taxes and
        renewals within the plan included), `public_aid_share` (of the financing that public
        persons bring [1]), `own_share_least` (smallest own share of the law [1]).
    """
    units = books.request.actions["unit_count"].to_list()
    rows = []
    for one, authorised_eur in zip(operations, authorised, strict=True):
        ranks = np.asarray(one.members, dtype=np.int64)
        actions, years = books.actions[ranks], books.request.first_year + books.starts[ranks]
        cost = books.worth.mean_cost[actions] * books.cost_factors[ranks]
        rows.append({
            "operation_id": one.operation_id, "payer_siren": one.payer[0], "budget": one.payer[1],
            "label_fr": one.label["fr"], "label_en": one.label["en"], "domain": one.domain, "kind": one.kind,
            "commune_code": one.commune_code, "place": one.place, "actions": len(ranks),
            "units": sum(int(units[action] or 0) for action in actions.tolist()),
            "first_year": int(years.min()), "last_year": int(years.max()),
            "nomenclature": one.account.nomenclature, "section": one.account.section,
            "chapter": one.account.chapter, "account": one.account.account, "account_fr": one.account.label["fr"],
            "account_en": one.account.label["en"], "account_status": one.account.status,
            "cost_eur": float(cost.sum()), "vat_eur": float((cost * books.worth.vat[actions]).sum()),
            "ap_eur": authorised_eur,
            "public_aid_share": _public_share(books, one, float(cost.sum())),
            "own_share_least": _own_share(books, actions),
        })  # fmt: skip
    return pl.DataFrame(rows, schema=OPERATIONS_SCHEMA)


OPERATIONS_SCHEMA: Mapping[str, Any] = {
    "operation_id": pl.String, "payer_siren": pl.String, "budget": pl.String, "label_fr": pl.String,
    "label_en": pl.String, "domain": pl.String, "kind": pl.String, "commune_code": pl.String, "place": pl.String,
    "actions": pl.Int64, "units": pl.Int64, "first_year": pl.Int64, "last_year": pl.Int64,
    "nomenclature": pl.String, "section": pl.String, "chapter": pl.String, "account": pl.String,
    "account_fr": pl.String, "account_en": pl.String, "account_status": pl.String, "cost_eur": pl.Float64,
    "vat_eur": pl.Float64, "ap_eur": pl.Float64, "public_aid_share": pl.Float64, "own_share_least": pl.Float64,
}  # fmt: skip


def _own_share(books: Books, actions: NDArray[np.int64]) -> float:
    """Smallest own share that the law sets for one of some actions [1]."""
    request, usual, laws = books.request, books.worth.economy.own_share, load_law()
    facts = (named_facts(books.columns.facts[action], request.territory) for action in actions.tolist())
    return min((own_share_of(laws, one, request.date, otherwise=usual) for one in facts), default=usual)


def _public_share(books: Books, operation: Operation, cost_eur: float) -> float:
    """Share of public aids in what public persons bring, the owner included: at most 80 % by law [1]."""
    aids = [aid for rank in operation.members for aid in books.columns.plans[books.chosen[rank]].aids]
    given = [aid for aid in aids if aid.rule.cash in GIVEN]
    public = sum(aid.amount_eur for aid in given if aid.rule.public)
    whole = cost_eur - sum(aid.amount_eur for aid in given if not aid.rule.public)
    return public / whole if whole > 0 else 0.0
