"""What only the server form does: partitions, plans of queries, lost connections, versions of the layout, rights."""

import datetime as dt
import json
import secrets
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from store_samples import DAY, LAMP, LATER, SRID, Twins, asset, column, drop_login, lamps
from test_store_series import FAR, assert_rollups, observations

from bocage.store.opening import open_twin
from bocage.vocabulary.codes import BocageError

psycopg = pytest.importorskip("psycopg")
from bocage.store.postgis import instance  # noqa: E402 - of an extra
from bocage.store.postgis.address import address_in  # noqa: E402
from bocage.store.postgis.store import open_postgis  # noqa: E402


def refusal_of(work: Callable[[], object]) -> BocageError:
    with pytest.raises(BocageError) as refusal:
        work()
    for language in ("fr", "en"):
        for part in ("what", "why", "fix"):
            assert "{" not in refusal.value.say(part, language)
    return refusal.value


def at(url: str) -> Any:
    return address_in({"BOCAGE_DATABASE_URL": url})


@pytest.fixture
def fresh(database: str) -> Iterator[str]:
    """Address of a database of its own, without any table."""
    name = f"bocage_fresh_{secrets.token_hex(4)}"
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
        yield psycopg.conninfo.make_conninfo(database, dbname=name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def plan_of(store: Any, query: str) -> str:
    with store.session.reading() as connection:
        rows = connection.execute(f"EXPLAIN (FORMAT JSON, COSTS OFF) {query}").fetchone()
    return json.dumps(rows[0])


def test_a_month_has_its_partition_and_is_read_alone(postgis: Twins) -> None:
    store = postgis.open()
    year = pl.DataFrame(
        {
            "series_id": "s",
            "time": [dt.datetime(2024, month, 15, tzinfo=dt.UTC) for month in range(1, 13)],
            "value": 1.0,
        }
    )
    assert store.write_observations(year) == 12
    with store.session.reading() as connection:
        months = connection.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'bocage.bocage_observation'::regclass"
        ).fetchall()
    names = {name.removeprefix("bocage.") for (name,) in months}
    assert {f"bocage_observation_2024_{month:02d}" for month in range(1, 13)} <= names
    span = "ts >= '2024-03-10+00' AND ts < '2024-04-02+00'"
    plan = plan_of(store, f"SELECT ts, value FROM bocage.bocage_observation WHERE series = 1 AND {span}")
    assert {name for name in names if f'"{name}"' in plan} == {
        "bocage_observation_2024_03", "bocage_observation_2024_04",
    }  # fmt: skip
    read = store.read_observations(
        "s", start=dt.datetime(2024, 3, 10, tzinfo=dt.UTC), end=dt.datetime(2024, 4, 16, tzinfo=dt.UTC)
    )
    assert read["time"].dt.month().to_list() == [3, 4]
    with store.session.reading() as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("SELECT * FROM bocage.bocage_observation_2024_03")


def test_instants_of_a_broken_clock_are_kept_without_a_partition_each(postgis: Twins) -> None:
    store = postgis.open()
    odd = [dt.datetime(year, 1, 1, 12, tzinfo=dt.UTC) for year in (1900, 1949, 1950, 2149, 2150, 3000)]
    rows = pl.DataFrame({"series_id": "s", "time": odd, "value": 1.0})
    assert store.write_observations(rows) == 6
    far = dt.datetime(1800, 1, 1, tzinfo=dt.UTC), dt.datetime(4000, 1, 1, tzinfo=dt.UTC)
    assert store.read_observations("s", start=far[0], end=far[1])["time"].to_list() == odd
    assert store.check() == []


def test_two_writers_that_need_the_same_new_month_both_get_it(postgis: Twins) -> None:
    faults: list[BaseException] = []

    def write(name: str) -> None:
        try:
            with open_postgis(postgis.code(name), srid=SRID, create=True, address=postgis.address) as store:
                for month in range(1, 13):
                    when = pl.lit(dt.datetime(2031, month, 1, tzinfo=dt.UTC))
                    store.write_observations(observations(3, series=name).with_columns(time=when))
        except BaseException as fault:  # noqa: BLE001 - told to the main thread
            faults.append(fault)

    threads = [threading.Thread(target=write, args=(name,)) for name in ("a", "b", "c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert faults == []
    assert postgis.open("a").layers()["observation"] == 12


def test_a_query_by_bounds_uses_the_spatial_index_in_spite_of_the_policies(postgis: Twins) -> None:
    store = postgis.open()
    store.merge_assets(LAMP, lamps(20_000), source="a", on=DAY)
    with psycopg.connect(postgis.address.conninfo, autocommit=True) as connection:
        connection.execute("ANALYZE bocage.lamp")
    box = "ST_MakeEnvelope(650500, 6860500, 650520, 6860520, 2154)"
    assert "idx_lamp_geometry" in plan_of(store, f"SELECT asset_id FROM bocage.lamp WHERE geometry && {box}")


def test_a_stream_walks_an_index_and_sorts_nothing(postgis: Twins) -> None:
    store = postgis.open()
    store.merge_assets(LAMP, lamps(20_000), source="a", on=DAY)
    with store.session.reading() as connection:
        sent: list[str] = []
        real = connection.execute

        def listen(query: Any, *more: Any, **options: Any) -> Any:
            sent.append(query.decode() if isinstance(query, bytes) else query)
            return real(query, *more, **options)

        connection.execute = listen
    next(store.stream_assets(LAMP, columns=["asset_id"], chunk_rows=100))
    assert "SET LOCAL enable_sort = off" in sent
    with store.session.reading() as connection:
        connection.execute("SET LOCAL enable_sort = off")
        query = "SELECT asset_id FROM bocage.lamp WHERE asset_id > 'L000005' ORDER BY asset_id LIMIT 100"
        plan = json.dumps(connection.execute(f"EXPLAIN (FORMAT JSON, COSTS OFF) {query}").fetchone())
    assert "idx_lamp_key" in plan
    assert '"Sort"' not in plan


def test_a_connection_that_is_cut_is_said_then_made_anew(postgis: Twins) -> None:
    store = postgis.open()
    store.merge_assets(LAMP, lamps(5), source="a", on=DAY)
    before = store.fingerprint()
    with pytest.raises(BocageError) as refusal, store.session.writing() as writer:
        writer.execute("DELETE FROM bocage.lamp")
        cut(postgis, store)
        writer.execute("DELETE FROM bocage.lamp_history")
    assert refusal.value.code == "BOC-STO-027"
    assert store.fingerprint() == before
    cut(postgis, store)
    assert refusal_of(lambda: store.count_assets(LAMP)).code == "BOC-STO-027"
    assert store.count_assets(LAMP) == 5
    assert len(store.merge_assets(LAMP, lamps(6), source="a", on=DAY).added) == 1


def cut(twins: Twins, store: Any) -> None:
    with psycopg.connect(twins.address.conninfo, autocommit=True) as connection:
        pid = store.session.open().info.backend_pid
        connection.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "BOC-STO-025"),
        ("postgresql://clerk:hush-hush@[::1:bad", "BOC-STO-025"),
        ("hush-hush", "BOC-STO-025"),
        ("mysql://clerk:hush-hush@db/x", "BOC-STO-025"),
        ("postgresql://clerk:hush-hush@127.0.0.1:1/x", "BOC-STO-024"),
        ("postgresql+psycopg://clerk:hush-hush@127.0.0.1:1/x", "BOC-STO-024"),
        ("host=127.0.0.1 port=1 user=clerk password=hush-hush dbname=x", "BOC-STO-024"),
    ],
)
def test_an_address_that_leads_nowhere_is_said_without_the_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str, code: str
) -> None:
    monkeypatch.setenv("BOCAGE_DATABASE_URL", url)
    refusal = refusal_of(lambda: open_twin(tmp_path, form="postgis", territory="35238", srid=SRID))
    assert refusal.code == code
    assert "hush-hush" not in str([refusal.as_dict("fr"), refusal.as_dict("en"), refusal.values, str(refusal)])


def test_a_wrong_password_is_said_without_it(database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BOCAGE_DATABASE_URL", psycopg.conninfo.make_conninfo(database, password="hush-hush"))
    refusal = refusal_of(lambda: open_twin(tmp_path, form="postgis", territory="35238", srid=SRID))
    assert refusal.code == "BOC-STO-024"
    assert "hush-hush" not in str([refusal.as_dict("fr"), refusal.values])


def test_a_server_that_is_too_old_is_refused(postgis: Twins, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bocage.store.postgis.session.OLDEST_SERVER", 990_000)
    refusal = refusal_of(lambda: postgis.open("any"))
    assert refusal.code == "BOC-STO-030"
    assert "postgresql-postgis" in refusal.say("fix", "fr")


def test_without_its_libraries_the_server_form_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # The package is put back as it was: a second one would shadow the modules that other tests hold.
    monkeypatch.setattr("bocage.store.postgis", sys.modules["bocage.store.postgis"])
    for name in [name for name in sys.modules if name.startswith("bocage.store.postgis")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    refusal = refusal_of(lambda: open_twin(tmp_path, form="postgis", territory="35238", srid=SRID))
    assert refusal.code == "BOC-STO-026"
    assert "bocage[server]" in refusal.say("fix", "fr")


def test_a_territory_is_neither_made_by_opening_it_nor_covered_by_a_new_one(
    database: str, monkeypatch: pytest.MonkeyPatch, postgis: Twins, tmp_path: Path
) -> None:
    postgis.open().close()  # prepares the database
    monkeypatch.setenv("BOCAGE_DATABASE_URL", database)
    code = postgis.code("new")

    def opened(**options: Any) -> Any:
        return open_twin(tmp_path, form="postgis", territory=code, srid=SRID, **options)

    assert refusal_of(opened).code == "BOC-STO-033"
    opened(create=True).close()
    opened(create=True).close()  # nothing was written to it yet: a creation that was cut short can be repeated
    with opened() as store:
        store.merge_assets(LAMP, lamps(1), source="a", on=DAY)
    opened(read_only=True).close()
    assert refusal_of(lambda: opened(create=True)).code == "BOC-STO-032"
    assert list(tmp_path.iterdir()) == []


def test_a_database_without_tables_is_prepared_by_who_may(fresh: str) -> None:
    assert refusal_of(lambda: open_postgis("1", srid=SRID, address=at(fresh))).code == "BOC-STO-028"
    assert refusal_of(lambda: open_postgis("1", srid=SRID, create=True, read_only=True, address=at(fresh))).code in {
        "BOC-STO-028", "BOC-STO-008",
    }  # fmt: skip
    login, password = f"clerk_{secrets.token_hex(4)}", secrets.token_hex(6)
    clerk = psycopg.conninfo.make_conninfo(fresh, user=login, password=password)
    with psycopg.connect(fresh, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {login} LOGIN PASSWORD '{password}'")
        try:
            assert (
                refusal_of(lambda: open_postgis("1", srid=SRID, create=True, address=at(clerk))).code == "BOC-STO-028"
            )
            with open_postgis("1", srid=SRID, create=True, address=at(fresh)) as store:
                store.declare([LAMP])
                assert store.check() == []
            connection.execute("SELECT bocage.allow(%s, '1')", [login])
            with open_postgis("1", srid=SRID, address=at(clerk)) as store:
                assert len(store.merge_assets(LAMP, lamps(3), source="a", on=DAY).added) == 3
                refused = refusal_of(lambda: store.declare([asset("other", "point", column("x", "real"))]))
                assert refused.code == "BOC-STO-028"
                assert store.check() == []
        finally:
            drop_login(connection, login)


def test_a_keeper_who_is_no_superuser_prepares_and_declares(fresh: str) -> None:
    """With PostGIS already there, the right to make roles and schemas is enough."""
    login, password = f"keeper_{secrets.token_hex(4)}", secrets.token_hex(6)
    name = psycopg.conninfo.conninfo_to_dict(fresh)["dbname"]
    keeper = psycopg.conninfo.make_conninfo(fresh, user=login, password=password)
    with psycopg.connect(fresh, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION postgis")
        connection.execute(f"CREATE ROLE {login} LOGIN CREATEROLE PASSWORD '{password}'")
        connection.execute(f"GRANT CREATE ON DATABASE {name} TO {login}")
        try:
            with open_postgis("1", srid=SRID, create=True, address=at(keeper)) as store:
                assert len(store.merge_assets(LAMP, lamps(30), source="a", on=DAY).added) == 30
                assert len(store.merge_assets(LAMP, lamps(30, seed=2), source="a", on=LATER).changed) > 0
                assert store.write_observations(observations(30)) == 30
                assert_rollups(store, observations(30))
                assert store.check() == []
        finally:
            connection.execute("DROP SCHEMA bocage CASCADE")
            drop_login(connection, login)


def test_many_begin_at_once_in_an_empty_database(fresh: str) -> None:
    """Four territories opened, declared, filled and observed at the same time, in a database without any table."""
    faults: list[BaseException] = []
    prints: dict[str, str] = {}

    def work(code: str) -> None:
        try:
            with open_postgis(code, srid=SRID, create=True, patience_s=60, address=at(fresh)) as store:
                store.merge_assets(LAMP, lamps(500), source="a", on=DAY)
                store.merge_assets(LAMP, lamps(500, seed=2), source="a", on=LATER)
                store.write_observations(observations(200))
                prints[code] = store.fingerprint()
                assert store.check() == []
        except BaseException as fault:  # noqa: BLE001 - told to the main thread
            faults.append(fault)

    threads = [threading.Thread(target=work, args=(str(code),)) for code in range(10_000, 10_004)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert faults == []
    assert len(prints) == 4
    assert len(set(prints.values())) == 1


def set_version(url: str, version: int) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("UPDATE bocage.bocage_meta SET value = %s WHERE key = 'schema_version'", [str(version)])


def test_a_newer_layout_is_refused_untouched(fresh: str) -> None:
    open_postgis("1", srid=SRID, create=True, address=at(fresh)).close()
    set_version(fresh, instance.known_version() + 1)
    for read_only in (False, True):
        refusal = refusal_of(
            lambda read_only=read_only: open_postgis("1", srid=SRID, read_only=read_only, address=at(fresh))
        )
        assert refusal.code == "BOC-STO-007"


def test_an_older_layout_is_migrated_whole_or_not_at_all(fresh: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_postgis("1", srid=SRID, create=True, address=at(fresh)) as store:
        store.merge_assets(LAMP, lamps(20), source="a", on=DAY)
        before = store.fingerprint()
    half = instance.Step(2, lambda connection: connection.execute("CREATE TABLE bocage.half_done (x int)"))
    newer = instance.known_version() + 1

    def fail(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(instance, "STEPS", (*instance.STEPS, half, instance.Step(newer + 1, fail)))
    assert refusal_of(lambda: open_postgis("1", srid=SRID, read_only=True, address=at(fresh))).code == "BOC-STO-008"
    with pytest.raises(KeyboardInterrupt):
        open_postgis("1", srid=SRID, address=at(fresh))
    with psycopg.connect(fresh) as connection:
        assert connection.execute("SELECT to_regclass('bocage.half_done')").fetchone() == (None,)
        assert connection.execute("SELECT value FROM bocage.bocage_meta").fetchone() == (str(newer - 1),)
    monkeypatch.setattr(instance, "STEPS", instance.STEPS[:-1])
    with open_postgis("1", srid=SRID, address=at(fresh)) as store:
        assert store.fingerprint() == before
        assert store.check() == []
    with psycopg.connect(fresh) as connection:
        assert connection.execute("SELECT to_regclass('bocage.half_done')::text").fetchone() == ("bocage.half_done",)


def test_a_type_that_another_territory_uses_otherwise_is_refused(postgis: Twins) -> None:
    first = asset("clash", "none", column("x", "real"))
    second = replace(first, columns=tuple(replace(c, type="text") if c.name == "x" else c for c in first.columns))
    postgis.open("one").declare([first])
    refusal = refusal_of(lambda: postgis.open("two").declare([second]))
    assert refusal.code == "BOC-STO-031"
    assert postgis.open("two").layers() == {"observation": 0}


@pytest.mark.parametrize(
    ("table", "name"),
    [("bocage_x", "a"), ("lamp; DROP", "a"), ("lampe", "territory_key"), ("l" * 60, "a"), ("lampe", "fid")],
)
def test_names_that_the_database_cannot_hold_are_refused(postgis: Twins, table: str, name: str) -> None:
    store = postgis.open()
    assert refusal_of(lambda: store.declare([asset(table, "none", column(name, "text"))])).code == "BOC-STO-023"
    assert store.layers() == {"observation": 0}


def test_a_text_with_a_null_character_is_refused_whole(postgis: Twins) -> None:
    store = postgis.open()
    store.merge_assets(LAMP, lamps(3), source="a", on=DAY)
    before = store.fingerprint()
    spoilt = lamps(5).with_columns(street=pl.lit("a\0b"))
    assert refusal_of(lambda: store.merge_assets(LAMP, spoilt, source="a", on=LATER)).code == "BOC-STO-013"
    assert store.fingerprint() == before


def test_a_twin_opened_for_reading_refuses_every_write(postgis: Twins) -> None:
    postgis.open().merge_assets(LAMP, lamps(20), source="a", on=DAY)
    store = postgis.open(read_only=True, create=False)
    for attempt in (
        lambda: store.merge_assets(LAMP, lamps(1, prefix="Z"), source="a", on=DAY),
        lambda: store.correct(LAMP, "L000001", "power_w", 1.0, author="a", on=LATER),
        lambda: store.write_observations(observations(3)),
        lambda: store.declare([asset("further", "none")]),
    ):
        assert refusal_of(attempt).code == "BOC-STO-005"
    assert len(store.merge_assets(LAMP, lamps(1, prefix="Z"), source="a", on=DAY, dry_run=True).added) == 1
    assert store.read_observations("s", start=FAR[0], end=FAR[1]).is_empty()


SPOILS = [
    ("DROP INDEX bocage.idx_lamp_geometry", 1),
    ("ALTER TABLE bocage.lamp DISABLE ROW LEVEL SECURITY", 1),
    ("DROP POLICY own_rows ON bocage.bocage_observation", 3),  # closed to everyone: the rollups match nothing either
    ("ALTER TABLE bocage.lamp_history DROP COLUMN street", 1),
    ("UPDATE bocage.lamp SET geometry = ST_SetSRID(geometry, 4326) WHERE asset_id = 'L000001'", 1),
    ("UPDATE bocage.lamp_history SET valid_to = '1900-01-01'", 1),
    ("DELETE FROM bocage.bocage_hourly", 1),
    ("UPDATE bocage.bocage_daily SET count = count + 1", 1),
    ("UPDATE bocage.bocage_meta SET value = '99'", 1),
]


@pytest.mark.parametrize(("spoil", "count"), SPOILS)
def test_the_check_sees_what_was_spoilt(fresh: str, spoil: str, count: int) -> None:
    with open_postgis("1", srid=SRID, create=True, address=at(fresh)) as store:
        store.merge_assets(LAMP, lamps(30), source="a", on=DAY)
        store.merge_assets(LAMP, lamps(30, seed=2), source="a", on=LATER)
        store.write_observations(observations(30))
        assert store.check() == []
        with psycopg.connect(fresh, autocommit=True) as connection:
            connection.execute(spoil)
        assert len(store.check()) == count, store.check()
