"""One territory can neither read nor write another's rows, whatever SQL goes through the connection of its clerk."""

import itertools
import secrets
from collections.abc import Iterator
from typing import Any

import polars as pl
import pytest
import shapely
from store_samples import DAY, LAMP, LATER, Twins, drop_login, lamps
from test_store_nouns import NOUNS, outcomes
from test_store_series import START, observations

from bocage.vocabulary.codes import BocageError

psycopg = pytest.importorskip("psycopg")
from bocage.store.postgis.address import address_in  # noqa: E402 - of an extra

MINE, THEIRS = "mine", "theirs"


def fill(store: Any, prefix: str) -> None:
    store.merge_assets(LAMP, lamps(50, prefix=prefix), source="a", on=DAY)
    store.merge_assets(LAMP, lamps(50, prefix=prefix, seed=2), source="a", on=LATER)
    store.correct(LAMP, f"{prefix}000001", "power_w", 12.0, author="agent", on=LATER)
    store.write_rows(NOUNS["outcome"], outcomes(None, [1.0, 2.0]))
    store.write_observations(observations(100, series=f"{prefix} inflow"))


class Clerk:
    """A login that may act on one territory."""

    def __init__(self, twins: Twins, connection: Any) -> None:
        self.twins, self.connection = twins, connection
        self.name, self.password = f"clerk_{secrets.token_hex(4)}", secrets.token_hex(8)
        connection.execute(f"CREATE ROLE {self.name} LOGIN PASSWORD '{self.password}'")
        connection.execute("SELECT bocage.allow(%s, %s)", [self.name, twins.code(MINE)])

    @property
    def address(self) -> Any:
        parts = psycopg.conninfo.conninfo_to_dict(self.twins.address.conninfo)
        url = f"postgresql://{self.name}:{self.password}@{parts['host']}:{parts['port']}/{parts['dbname']}"
        return address_in({"BOCAGE_DATABASE_URL": url})

    def connect(self) -> Any:
        return psycopg.connect(self.address.conninfo, autocommit=True, prepare_threshold=None)


@pytest.fixture
def clerk(postgis: Twins) -> Iterator[Clerk]:
    for name, prefix in ((MINE, "M"), (THEIRS, "T")):
        fill(postgis.open(name), prefix)
    with psycopg.connect(postgis.address.conninfo, autocommit=True) as connection:
        made = Clerk(postgis, connection)
        yield made
        connection.execute("DELETE FROM bocage.bocage_access WHERE login = %s", [made.name])
        drop_login(connection, made.name)


def test_a_clerk_works_on_the_territory_that_was_given_to_them_and_on_no_other(clerk: Clerk, postgis: Twins) -> None:
    postgis.address, admin = clerk.address, postgis.address
    mine = postgis.open(MINE, create=False)
    assert mine.count_assets(LAMP) == 50
    assert len(mine.merge_assets(LAMP, lamps(60, prefix="M"), source="a", on=LATER).added) == 10
    mine.correct(LAMP, "M000002", "power_w", 1.0, author="agent", on=LATER)
    assert mine.write_rows(NOUNS["outcome"], outcomes(2030, [1.0])) == 1
    assert mine.write_observations(observations(10, series="new")) == 10
    assert mine.check() == []
    for create in (False, True):
        with pytest.raises(BocageError) as refusal:
            postgis.open(THEIRS, create=create)
        assert refusal.value.code == "BOC-STO-029"
        assert clerk.name in refusal.value.say("fix", "fr")
        assert clerk.password not in str(refusal.value.as_dict())
    postgis.address = admin


# Whatever a clerk may send. {theirs} is the other territory; each is run after each way of asking to be someone else.
BECOMING = [
    "SELECT 1",
    "SET bocage.territory = '{theirs}'",
    "SELECT set_config('bocage.territory', '{theirs}', false)",
    "SET ROLE bocage_app; SET bocage.territory = '{theirs}'",
    "SET ROLE bocage_owner",
    "SET ROLE bocage_census",
    "SET ROLE bocage_rollup",
    "SET SESSION AUTHORIZATION bocage_owner",
    "SET row_security = off",
    "SET bocage.territory = '*'",
    "INSERT INTO bocage.bocage_access VALUES (session_user, '{theirs}')",
    "UPDATE bocage.bocage_access SET territory = '*'",
    "SELECT bocage.allow(session_user, '{theirs}')",
    "ALTER TABLE bocage.lamp DISABLE ROW LEVEL SECURITY",
    "DROP POLICY own_rows ON bocage.lamp",
    "CREATE POLICY mine ON bocage.lamp USING (true)",
    "CREATE OR REPLACE FUNCTION bocage.territory() RETURNS text LANGUAGE sql AS $$ SELECT '{theirs}' $$",
    "ALTER FUNCTION bocage.territory() SECURITY INVOKER",
    (
        "CREATE FUNCTION pg_temp.territory() RETURNS text LANGUAGE sql AS $$ SELECT '{theirs}' $$;"
        " SET search_path = pg_temp"
    ),
    "CREATE TEMP TABLE bocage_access AS SELECT session_user::text AS login, '*'::text AS territory",
]
READING = [
    "SELECT asset_id FROM bocage.lamp",
    "SELECT asset_id FROM bocage.lamp_history",
    "SELECT asset_id FROM bocage.lamp WHERE territory_key = '{theirs}' OR true",
    "SELECT asset_id FROM ONLY bocage.lamp ORDER BY ctid",
    "SELECT asset_id FROM bocage.bocage_correction",
    "SELECT series_id FROM bocage.bocage_series",
    "SELECT s.series_id FROM bocage.bocage_observation o JOIN bocage.bocage_series s ON s.id = o.series",
    "SELECT 'T' FROM bocage.bocage_observation_2026_03",
    "SELECT 'T' FROM bocage.bocage_observation WHERE territory_key = '{theirs}'",
    "SELECT 'T' FROM bocage.bocage_hourly WHERE territory_key = '{theirs}'",
    "SELECT 'T' FROM bocage.bocage_territory WHERE territory_key = '{theirs}'",
    "SELECT 'T' FROM bocage.bocage_declaration WHERE territory_key = '{theirs}'",
    "SELECT 'T' FROM bocage.outcome WHERE territory_key = '{theirs}'",
    "SELECT 'T' FROM bocage.rollup_asset WHERE territory = '{theirs}'",
    "SELECT 'T' FROM bocage.rollup_territory WHERE territory = '{theirs}'",
    "SELECT 'T' FROM bocage.bocage_access WHERE territory = '{theirs}'",
    "COPY bocage.lamp TO STDOUT",
    "COPY (SELECT asset_id FROM bocage.lamp) TO STDOUT",
    "SELECT unnest(most_common_vals::text::text[]) FROM pg_stats WHERE tablename = 'lamp'",
    "WITH gone AS (DELETE FROM bocage.lamp WHERE territory_key = '{theirs}' RETURNING asset_id) SELECT * FROM gone",
    "WITH x AS (UPDATE bocage.lamp SET heads = 9 WHERE territory_key = '{theirs}' RETURNING asset_id) SELECT * FROM x",
]
WRITING = [
    "INSERT INTO bocage.lamp (territory_key, asset_id) VALUES ('{theirs}', 'X')",
    (
        "INSERT INTO bocage.lamp (territory_key, asset_id) VALUES ('{theirs}', 'T000001')"
        " ON CONFLICT (territory_key, asset_id) DO UPDATE SET power_w = 0"
    ),
    "UPDATE bocage.lamp SET power_w = 0",
    "UPDATE bocage.lamp SET territory_key = '{theirs}', asset_id = 'X' || asset_id",
    "DELETE FROM bocage.lamp",
    "DELETE FROM bocage.bocage_observation",
    "DELETE FROM bocage.bocage_observation_2026_03",
    "DELETE FROM bocage.bocage_correction",
    "DELETE FROM bocage.outcome",
    "DELETE FROM bocage.bocage_territory",
    "UPDATE bocage.bocage_territory SET srid = 4326",
    (
        "INSERT INTO bocage.bocage_observation (territory_key, series, ts, value)"
        " SELECT '{theirs}', series, ts + interval '1 minute', 0 FROM bocage.bocage_observation"
    ),
    "UPDATE bocage.bocage_series SET series_id = 'stolen'",
    (
        "MERGE INTO bocage.lamp l USING (SELECT '{theirs}' k, 'T000001' i) s"
        " ON l.territory_key = s.k AND l.asset_id = s.i"
        " WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (territory_key, asset_id) VALUES (s.k, s.i || 'x')"
    ),
    "TRUNCATE bocage.lamp",
    "DROP TABLE bocage.lamp",
    "ALTER TABLE bocage.lamp ADD COLUMN bait text",
    "CREATE TABLE bocage.bait (x int)",
    "CREATE RULE bait AS ON INSERT TO bocage.lamp DO ALSO DELETE FROM bocage.lamp",
    "DO $$ BEGIN EXECUTE 'DELETE FROM bocage.lamp WHERE territory_key = ''{theirs}'''; END $$",
]


def attempt(connection: Any, statement: str) -> list[str]:
    """First cells of what the statement returned; none where it was refused."""
    try:
        if statement.startswith("COPY"):
            with connection.cursor().copy(statement) as copy:
                return [cell for row in copy for cell in bytes(row).decode().split("\t")]
        cursor = connection.execute(statement)
        return [str(row[0]) for row in cursor.fetchall()] if cursor.description else []
    except psycopg.Error:
        return []


def test_crafted_sql_neither_shows_nor_changes_another_territory(clerk: Clerk, postgis: Twins) -> None:
    theirs = postgis.open(THEIRS, create=False)
    before = theirs.fingerprint()
    values = {"theirs": postgis.code(THEIRS), "mine": postgis.code(MINE)}
    seen_of_mine = 0
    with clerk.connect() as connection:
        for becoming, statement in itertools.product(BECOMING, (*READING, *WRITING)):
            connection.execute("DISCARD ALL")
            attempt(connection, f"SET bocage.territory = '{values['mine']}'")
            attempt(connection, becoming.replace("{theirs}", values["theirs"]))
            seen = attempt(connection, statement.replace("{theirs}", values["theirs"]))
            assert [cell for cell in seen if cell.startswith("T")] == [], (becoming, statement)
            seen_of_mine += sum(cell.startswith("M") for cell in seen)
    assert seen_of_mine > 50
    assert theirs.fingerprint() == before
    assert theirs.check() == []


def test_the_attacks_would_succeed_without_the_policies(clerk: Clerk, postgis: Twins) -> None:
    """The same statements sent by the administrator, whom no policy binds, do show and change the rows."""
    values = {"theirs": postgis.code(THEIRS)}
    with psycopg.connect(postgis.address.conninfo) as connection:
        seen = [
            cell for text in READING[:7] for cell in attempt(connection, text.replace("{theirs}", values["theirs"]))
        ]
        assert any(cell.startswith("T0") for cell in seen)
        assert connection.execute("DELETE FROM bocage.lamp").rowcount > 50
        connection.rollback()


def test_a_leaky_function_is_called_on_no_row_of_others(clerk: Clerk, postgis: Twins) -> None:
    with clerk.connect() as connection:
        told: list[str] = []
        connection.add_notice_handler(lambda diagnostic: told.append(diagnostic.message_primary))
        connection.execute("SET bocage.territory = '%s'" % postgis.code(MINE))  # noqa: UP031 - no f-string in SQL
        connection.execute(
            "CREATE FUNCTION pg_temp.leak(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS"
            " $$ BEGIN RAISE NOTICE '%', $1; RETURN true; END $$"
        )
        assert connection.execute("SELECT count(*) FROM bocage.lamp WHERE pg_temp.leak(asset_id)").fetchone() == (50,)
        assert len(told) == 50
        assert not [name for name in told if not name.startswith("M")]


def test_a_connection_that_says_no_territory_sees_nothing(clerk: Clerk) -> None:
    with clerk.connect() as connection:
        for table in ("lamp", "bocage_series", "bocage_observation", "bocage_territory"):
            assert connection.execute(f"SELECT count(*) FROM bocage.{table}").fetchone() == (0,)


def test_the_store_s_own_connection_owns_nothing_even_for_an_administrator(postgis: Twins) -> None:
    fill(postgis.open(THEIRS), "T")
    mine = postgis.open(MINE)
    mine.merge_assets(LAMP, lamps(5, prefix="M"), source="a", on=DAY)
    with mine.session.reading() as connection:
        role = "SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
        assert connection.execute(role).fetchone() == ("bocage_app", False, False)
        assert connection.execute("SELECT count(*) FROM bocage.lamp").fetchone() == (5,)
        owners = connection.execute("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'bocage'").fetchall()
        assert owners == [("bocage_owner",)]
        open_tables = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'bocage'::regnamespace AND relkind IN ('r', 'p')"
            " AND NOT (relrowsecurity AND relforcerowsecurity)"
            " AND relname NOT IN ('bocage_meta', 'bocage_access') ORDER BY 1"
        ).fetchall()
        assert open_tables == []


def test_the_owner_is_bound_too(postgis: Twins) -> None:
    fill(postgis.open(THEIRS), "T")
    mine = postgis.open(MINE)
    mine.merge_assets(LAMP, lamps(5, prefix="M"), source="a", on=DAY)
    with mine.session.owning() as connection:
        assert connection.execute("SELECT count(*) FROM bocage.lamp").fetchone() == (5,)


def test_each_territory_has_its_own_projection_in_the_same_table(postgis: Twins) -> None:
    places = {2154: (650_000.0, 6_860_000.0), 2975: (340_000.0, 7_690_000.0), 5490: (690_000.0, 1_620_000.0)}
    for srid, place in places.items():
        store = postgis.open(str(srid), srid=srid)
        rows = pl.DataFrame({"asset_id": ["a"], "geometry": [shapely.Point(place).wkb]})
        store.merge_assets(LAMP, rows, source="a", on=DAY)
    for srid, (x, y) in places.items():
        store = postgis.open(str(srid), srid=srid)
        assert store.read_assets(LAMP, bounds=(x - 1, y - 1, x + 1, y + 1))["asset_id"].to_list() == ["a"]
        assert store.read_assets(LAMP, bounds=(x + 1, y + 1, x + 2, y + 2)).is_empty()
        assert store.check() == []
        with pytest.raises(BocageError) as refusal, store.session.writing() as connection:
            connection.execute("UPDATE bocage.lamp SET geometry = ST_SetSRID(geometry, 4326)")
        assert refusal.value.code == "BOC-STO-029"
    with pytest.raises(BocageError) as refusal:
        postgis.open("2154", srid=2975)
    assert refusal.value.code == "BOC-STO-009"


@pytest.fixture
def reader(postgis: Twins) -> Iterator[str]:
    """A login that may read the roll-up views alone."""
    name, password = f"prefect_{secrets.token_hex(4)}", secrets.token_hex(8)
    fill(postgis.open(MINE), "M")
    fill(postgis.open(THEIRS), "T")
    with psycopg.connect(postgis.address.conninfo, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{password}' IN ROLE bocage_rollup")
        parts = psycopg.conninfo.conninfo_to_dict(postgis.address.conninfo)
        yield f"postgresql://{name}:{password}@{parts['host']}:{parts['port']}/{parts['dbname']}"
        drop_login(connection, name)


def test_roll_ups_show_all_territories_and_nobody_s_rows(reader: str, postgis: Twins) -> None:
    mine, theirs = postgis.code(MINE), postgis.code(THEIRS)
    plan = pl.DataFrame(
        {"plan_id": "p", "action_id": ["a", "b", "c"], "decision": ["chosen", "chosen", "refused"],
         "year": [2027, 2027, None], "payer_siren": "1", "budget": "M57_main", "cost_eur": [100.0, 50.0, 7.0],
         "own_eur": [40.0, 10.0, None], "reason_fr": "r", "reason_en": "r"}
    )  # fmt: skip
    postgis.open(MINE).write_rows(NOUNS["plan"], plan)
    whole = outcomes(2030, [3.0]).with_columns(scope=pl.lit("territory"))
    postgis.open(THEIRS).write_rows(NOUNS["outcome"], whole)
    with psycopg.connect(reader, autocommit=True) as connection:
        counts = "SELECT territory, assets, first_valid_from FROM bocage.rollup_asset WHERE territory = ANY(%s) AND"
        held = connection.execute(counts + " asset_type = 'lamp' ORDER BY 1", [[mine, theirs]]).fetchall()
        assert held == [(mine, 50, LATER), (theirs, 50, LATER)]
        sums = "SELECT decision, year, actions, cost_eur, own_eur FROM bocage.rollup_plan WHERE territory = %s"
        assert sorted(connection.execute(sums, [mine]).fetchall()) == [
            ("chosen", 2027, 2, 150.0, 50.0), ("refused", None, 1, 7.0, None),
        ]  # fmt: skip
        values = "SELECT year, value, low, high FROM bocage.rollup_outcome WHERE territory = %s"
        assert connection.execute(values, [theirs]).fetchall() == [(2030, 3.0, 3.0, 3.0)]
        assert connection.execute(values, [mine]).fetchall() == []  # sectors are not the whole territory
        rows = "SELECT srid FROM bocage.rollup_territory WHERE territory = %s"
        assert connection.execute(rows, [mine]).fetchall() == [(2154,)]
        for table in ("lamp", "lamp_history", "outcome", "plan", "bocage_territory", "bocage_observation"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"SELECT * FROM bocage.{table}")
        for statement in ("DELETE FROM bocage.rollup_territory", "UPDATE bocage.rollup_outcome SET value = 0"):
            with pytest.raises(psycopg.Error):
                connection.execute(statement)


def test_observations_of_a_night_are_not_those_of_others(postgis: Twins) -> None:
    one, two = postgis.open(MINE), postgis.open(THEIRS)
    one.write_observations(observations(10, series="same", first=1.0))
    two.write_observations(observations(10, series="same", first=100.0))
    far = START.replace(year=1960), START.replace(year=2100)
    for store, first in ((one, 1.0), (two, 100.0)):
        assert store.read_observations("same", start=far[0], end=far[1])["value"][0] == first
        assert store.layers()["observation"] == 10
