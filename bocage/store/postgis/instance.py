"""An instance prepared and brought up to date: roles, books, functions, views, one version after the other."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import psycopg
import sqlalchemy as sa

from bocage.store.postgis import security
from bocage.store.postgis.bookkeeping import BOOKS, KEYED, META, TERRITORY
from bocage.store.postgis.census import refresh_views
from bocage.store.postgis.refusals import refusing
from bocage.store.postgis.session import APPLICATION, OWNER, SCHEMA, Connection, Session
from bocage.store.postgis.sql import define, run


@dataclass(frozen=True)
class Step:
    """A step from the layout before to `version`; run by the owner, inside one transaction for all steps."""

    version: int
    apply: Callable[[Connection], None]


def _first_layout(connection: Connection) -> None:
    connection.execute("SET LOCAL check_function_bodies = off")  # the functions and the books need each other
    for statement in security.function_statements():
        connection.execute(statement.encode())
    define(connection, *(sa.schema.CreateTable(table) for table in BOOKS.sorted_tables))
    for statement in security.far_partitions():
        connection.execute(statement.encode())
    for table in KEYED:
        rights = "SELECT, INSERT" if table is TERRITORY else "SELECT, INSERT, UPDATE, DELETE"
        for statement in security.secured(table.name, rights=rights):
            connection.execute(statement.encode())
    connection.execute(f"GRANT SELECT ON {SCHEMA}.{META.name} TO {APPLICATION}")
    refresh_views(connection)


STEPS: Sequence[Step] = (Step(1, _first_layout),)


def known_version() -> int:
    """Version of the layout that this program writes."""
    return STEPS[-1].version


def version_of(connection: Connection) -> int:
    """Version of the layout that the database has; 0 where Bocage has none there."""
    # Asked of the catalogue itself: to_regclass may remember what was true before a lock was waited for.
    query = (
        "SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %s AND c.relname = %s"
    )
    if connection.execute(query, [SCHEMA, META.name]).fetchone() is None:
        return 0
    row = run(connection, sa.select(META.c.value).where(META.c.key == "schema_version")).fetchone()
    return 0 if row is None else int(row[0])


def prepare_instance(session: Session) -> None:
    """Bring the database to the present layout: roles, extension, books; all or nothing.

    Raises:
        BocageError: BOC-STO-028 the login may not do it, 030 PostGIS is not to be had.
    """
    connection = session.open()
    with refusing(session.place, patience_s=session.patience_s):
        connection.execute("BEGIN")
        try:
            connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('bocage:layout', 0))")
            found = version_of(connection)
            if found == 0:
                _found(connection, session)
            connection.execute(f"SET LOCAL ROLE {OWNER}")
            for step in STEPS:
                if step.version > found:
                    step.apply(connection)
            _note_version(connection)
            connection.execute("COMMIT")
        except psycopg.errors.InsufficientPrivilege as error:
            connection.execute("ROLLBACK")
            raise session.place.refused("BOC-STO-028", error.diag.message_primary or "") from error
        except BaseException:
            if not connection.closed:
                connection.execute("ROLLBACK")
            raise
    session.look_around()


def _found(connection: Connection, session: Session) -> None:
    """Roles, extension and schema: what only an administrator may make."""
    for role in security.ROLES:
        connection.execute(security.CREATE_ROLE.format(role=role).encode())
    superuser = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = session_user").fetchone()
    if superuser != (True,):
        connection.execute(f"GRANT {OWNER}, {APPLICATION}, {security.CENSUS} TO session_user")
    if connection.execute(_IS_MEMBER, [OWNER, security.CENSUS]).fetchone() == (False,):
        connection.execute(f"GRANT {security.CENSUS} TO {OWNER}")
    try:
        with connection.transaction():
            connection.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    except psycopg.Error as error:
        raise session.place.refused("BOC-STO-030", (error.diag.message_primary or str(error)).strip()) from error
    with suppress(psycopg.errors.InsufficientPrivilege), connection.transaction():
        # Row-level security would keep the spatial index from being used: the test of two boxes is not declared to
        # leak nothing. It compares numbers and raises nothing that quotes them.
        connection.execute("ALTER FUNCTION geometry_overlaps(geometry, geometry) LEAKPROOF")
    connection.execute(f"CREATE SCHEMA {SCHEMA} AUTHORIZATION {OWNER}")
    connection.execute(f"SET LOCAL ROLE {OWNER}")
    connection.execute(f"GRANT USAGE ON SCHEMA {SCHEMA} TO {APPLICATION}, {security.CENSUS}, {security.ROLLUP}")
    connection.execute(f"GRANT CREATE ON SCHEMA {SCHEMA} TO {security.CENSUS}")
    connection.execute("RESET ROLE")


_IS_MEMBER = "SELECT pg_has_role(%s, %s, 'MEMBER')"
"""Roles belong to the whole server: another database may have been prepared before, or be at this moment."""


def _note_version(connection: Connection) -> None:
    version = str(known_version())
    connection.execute(
        f"INSERT INTO {SCHEMA}.{META.name} VALUES ('schema_version', %s)"  # noqa: S608 - names of this module
        " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        [version],
    )
