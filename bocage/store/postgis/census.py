"""Roll-up views over all territories of an instance: counts, results and plans, never the rows of anyone.

`bocage_census` owns the views and may see every row through a policy of its own; `bocage_rollup` may read the views.
Low and high of a result are those of one territory: they are listed, never added.
"""

from collections.abc import Iterator, Mapping

from bocage.store.postgis.bookkeeping import KEY
from bocage.store.postgis.security import CENSUS, ROLLUP
from bocage.store.postgis.session import OWNER, SCHEMA, Connection
from bocage.store.statement import quoted
from bocage.vocabulary.domain import WHOLE_TERRITORY

# ruff: noqa: S608 - the names in these statements are those of this module and of checked declarations
_OF_NOUNS: Mapping[str, str] = {
    "outcome": f"""SELECT {KEY} AS territory, domain, action_set, scenario_id, year, indicator, unit, value,
        low, high, default_share FROM {SCHEMA}.outcome WHERE scope = '{WHOLE_TERRITORY}'""",
    "plan": f"""SELECT {KEY} AS territory, plan_id, decision, year, count(*) AS actions, sum(cost_eur) AS cost_eur,
        sum(own_eur) AS own_eur FROM {SCHEMA}.plan GROUP BY {KEY}, plan_id, decision, year""",
}
_NEEDED: Mapping[str, frozenset[str]] = {
    "outcome": frozenset(
        [
            "domain",
            "scope",
            "action_set",
            "scenario_id",
            "year",
            "indicator",
            "unit",
            "value",
            "low",
            "high",
            "default_share",
        ]
    ),
    "plan": frozenset(["plan_id", "decision", "year", "cost_eur", "own_eur"]),
}
_ASSETS = """SELECT {key} AS territory, {literal}::text COLLATE "C" AS asset_type, count(*) AS assets,
    min(valid_from) AS first_valid_from, max(valid_from) AS last_valid_from FROM {schema}.{table} GROUP BY {key}"""
_NO_ASSETS = """SELECT NULL::text COLLATE "C" AS territory, NULL::text COLLATE "C" AS asset_type, 0::bigint AS assets,
    NULL::date AS first_valid_from, NULL::date AS last_valid_from WHERE false"""


def refresh_views(connection: Connection) -> None:
    """Make the views anew for the tables that there are; as the owner, inside its transaction."""
    held = _columns(connection)
    connection.execute(f"SET LOCAL ROLE {CENSUS}")
    for name, query in _views(held):
        connection.execute(f"CREATE OR REPLACE VIEW {SCHEMA}.{name} AS {query}".encode())
        connection.execute(f"GRANT SELECT ON {SCHEMA}.{name} TO {ROLLUP}")
    connection.execute(f"SET LOCAL ROLE {OWNER}")


def _views(held: Mapping[str, frozenset[str]]) -> Iterator[tuple[str, str]]:
    yield "rollup_territory", f"SELECT {KEY} AS territory, srid, created_at FROM {SCHEMA}.bocage_territory"
    counts = [
        _ASSETS.format(key=KEY, schema=SCHEMA, table=quoted(name), literal=f"'{name}'")
        for name in sorted(held)
        if f"{name}_history" in held
    ]
    yield "rollup_asset", " UNION ALL ".join(counts) or _NO_ASSETS
    for name, query in _OF_NOUNS.items():
        if _NEEDED[name] <= held.get(name, frozenset()):
            yield f"rollup_{name}", query


def _columns(connection: Connection) -> dict[str, frozenset[str]]:
    rows = connection.execute(
        "SELECT c.relname, array_agg(a.attname::text) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.relnamespace = %s::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped"
        " GROUP BY c.relname",
        [SCHEMA],
    )
    return {name: frozenset(columns) for name, columns in rows}
