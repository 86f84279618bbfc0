"""Who may see what: functions that say whose session it is, and row-level security on every table of rows."""

from collections.abc import Iterator

from bocage.store.postgis.bookkeeping import KEY
from bocage.store.postgis.session import APPLICATION, OWNER, SCHEMA
from bocage.store.statement import quoted

CENSUS, ROLLUP = "bocage_census", "bocage_rollup"
"""`bocage_census` owns the roll-up views and nobody is it; `bocage_rollup` may read those views and nothing else."""

ROLES = (OWNER, APPLICATION, CENSUS, ROLLUP)

CREATE_ROLE = """DO $do$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN CREATE ROLE {role} NOLOGIN NOINHERIT; END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $do$"""

_TERRITORY = """CREATE OR REPLACE FUNCTION {schema}.territory() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = {schema}, pg_temp AS $body$
    SELECT asked FROM (SELECT nullif(current_setting('bocage.territory', true), '') AS asked) AS session
    WHERE pg_has_role(session_user, '{owner}', 'MEMBER') OR EXISTS (
        SELECT FROM {schema}.bocage_access AS a WHERE a.login = session_user AND a.territory IN (asked, '*'))
    $body$"""
_SRID = """CREATE OR REPLACE FUNCTION {schema}.srid() RETURNS integer LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = {schema}, pg_temp AS $body$
    SELECT t.srid FROM {schema}.bocage_territory AS t WHERE t.{key} = {schema}.territory()
    $body$"""
_ALLOW = """CREATE OR REPLACE FUNCTION {schema}.allow(login text, territory text) RETURNS void LANGUAGE plpgsql
    AS $body$ BEGIN
        EXECUTE format('GRANT {app} TO %I', login);
        EXECUTE 'SET LOCAL ROLE {owner}';
        EXECUTE 'INSERT INTO {schema}.bocage_access VALUES ($1, $2) ON CONFLICT DO NOTHING' USING login, territory;
        EXECUTE 'RESET ROLE';
    END $body$"""
_MAKE_PARTITION = """CREATE OR REPLACE FUNCTION {schema}.make_partition(day date) RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = {schema}, pg_temp SET timezone = 'UTC' AS $body$
    DECLARE
        first date := date_trunc('month', day)::date;
        name text := 'bocage_observation_' || to_char(first, 'YYYY_MM');
    BEGIN
        IF first < '1950-01-01' OR first >= '2150-01-01' OR EXISTS (SELECT FROM pg_class c
            WHERE c.relname = name AND c.relnamespace = '{schema}'::regnamespace) THEN RETURN;
        END IF;
        PERFORM pg_advisory_xact_lock(hashtextextended('bocage:partition', 0));
        -- Asked of the catalogue itself: to_regclass may remember what was true before the lock was waited for.
        IF EXISTS (SELECT FROM pg_class c
            WHERE c.relname = name AND c.relnamespace = '{schema}'::regnamespace) THEN RETURN;
        END IF;
        EXECUTE format('CREATE TABLE {schema}.%I (LIKE {schema}.bocage_observation INCLUDING ALL)', name);
        EXECUTE format('ALTER TABLE {schema}.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE {schema}.%I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE {schema}.bocage_observation ATTACH PARTITION {schema}.%I'
            ' FOR VALUES FROM (%L) TO (%L)', name, first::timestamptz, (first + interval '1 month')::timestamptz);
    END $body$"""
"""Attaching takes no lock that a reader waits for; the application has no right on a partition itself."""

_FAR = (
    """CREATE TABLE {schema}.bocage_observation_before PARTITION OF {schema}.bocage_observation
    FOR VALUES FROM (MINVALUE) TO ('1950-01-01 00:00:00+00')""",
    """CREATE TABLE {schema}.bocage_observation_after PARTITION OF {schema}.bocage_observation
    FOR VALUES FROM ('2150-01-01 00:00:00+00') TO (MAXVALUE)""",
)
"""Instants out of two centuries, which a broken clock sends: kept, without a partition for each month."""

_CALLED = ("territory()", "srid()", "make_partition(date)")


def function_statements() -> Iterator[str]:
    """The functions, and who may call them; as the owner, once the books exist."""
    for function in (_TERRITORY, _SRID, _MAKE_PARTITION, _ALLOW):
        yield function.format(schema=SCHEMA, owner=OWNER, app=APPLICATION, key=KEY)
    yield f"REVOKE ALL ON ALL FUNCTIONS IN SCHEMA {SCHEMA} FROM PUBLIC"
    for signature in _CALLED:
        yield f"GRANT EXECUTE ON FUNCTION {SCHEMA}.{signature} TO {APPLICATION}, {CENSUS}"


def far_partitions() -> Iterator[str]:
    """The two partitions that hold what no month holds."""
    for statement in _FAR:
        yield statement.format(schema=SCHEMA)
    for name in ("before", "after"):
        yield f"ALTER TABLE {SCHEMA}.bocage_observation_{name} ENABLE ROW LEVEL SECURITY"
        yield f"ALTER TABLE {SCHEMA}.bocage_observation_{name} FORCE ROW LEVEL SECURITY"


def secured(table: str, *, spatial: bool = False, rights: str = "SELECT, INSERT, UPDATE, DELETE") -> Iterator[str]:
    """The statements that close a table to every territory but that of the session.

    A geometry must be in the projection of its territory: the policy says so, since each territory has its own.

    Args:
        table: name of the table.
        spatial: whether it has a column `geometry`.
        rights: what the application may do.
    """
    name, own = f"{SCHEMA}.{quoted(table)}", f"{KEY} = (SELECT {SCHEMA}.territory())"
    placed = f" AND (geometry IS NULL OR ST_SRID(geometry) = (SELECT {SCHEMA}.srid()))" if spatial else ""
    yield f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY"
    yield f"CREATE POLICY own_rows ON {name} USING ({own}) WITH CHECK ({own}{placed})"
    yield f"CREATE POLICY census ON {name} FOR SELECT TO {CENSUS} USING (true)"
    yield f"GRANT {rights} ON {name} TO {APPLICATION}"
    yield f"GRANT SELECT ON {name} TO {CENSUS}"
