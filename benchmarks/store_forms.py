"""The two forms of the store side by side: a million light points merged, read, and a million observations written.

The server is started for the purpose, with its default settings (a commit waits for the disk, as in the file).
"""

import datetime as dt
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np
import polars as pl

import bocage
from benchmarks.bbox import ROWS, SRID, Window, inventory, points, windows
from benchmarks.database_cluster import ServerMissingError, running_cluster
from benchmarks.frame import Figure, figure
from bocage.store.geopackage import open_store
from bocage.store.interface import Store
from bocage.vocabulary.columns import Table, declared_asset_tables

SERIES, INSTANTS = 100, 10_000
DAY, LATER = dt.date(2026, 1, 1), dt.date(2026, 6, 1)
CHANGED_SHARE = 0.1
WHATS = (
    ("assets merged into an empty twin", "row/s"),
    ("the same inventory again, nothing written", "row/s"),
    ("an inventory with one row in ten changed", "row/s"),
    ("all assets read", "row/s"),
    ("bounds query, 100 hits, median", "ms"),
    ("observations written, with their rollups", "row/s"),
)


def run(*, seed: int) -> dict[str, object]:
    """Measure both forms on the same rows; without a server the figures are those of the file alone."""
    table = declared_asset_tables(Path(bocage.__file__).parent / "domains" / "lighting")[0]
    places = points(ROWS, seed=seed)
    rows, asked = inventory(places, seed=seed), windows(places, seed=seed)
    measured, content = {}, {}
    with tempfile.TemporaryDirectory(prefix="bocage-") as name, ExitStack() as stack:
        stores: dict[str, Store] = {
            "file": stack.enter_context(open_store(Path(name) / "twin", srid=SRID, create=True))
        }
        server = _server(stack)
        if server is not None:
            stores["server"] = server
        for form, store in stores.items():
            measured[form] = _measure(store, table, rows, asked, seed=seed)
            content[form] = store.fingerprint()
    figures = [_compared(number, measured) for number in range(len(WHATS))]
    same = None if server is None else content["file"] == content["server"]
    figures.append(
        figure("both forms hold the same content (fingerprint)", None if same is None else int(same), "", holds=same)
    )
    return {"name": "store-forms", "figures": figures}


def _server(stack: ExitStack) -> Store | None:
    try:
        from bocage.store.postgis.address import address_in  # noqa: PLC0415 - of an extra
        from bocage.store.postgis.store import open_postgis  # noqa: PLC0415 - of an extra

        url = stack.enter_context(running_cluster(durable=True)).url
    except (ModuleNotFoundError, ServerMissingError):
        return None
    address = address_in({"BOCAGE_DATABASE_URL": url})
    return stack.enter_context(open_postgis("35238", srid=SRID, create=True, address=address))


def _measure(store: Store, table: Table, rows: pl.DataFrame, asked: Sequence[Window], *, seed: int) -> list[float]:
    store.declare([table])
    draw = np.random.default_rng(seed)
    changed = rows.with_columns(
        pl.when(pl.Series(draw.random(len(rows)) < CHANGED_SHARE)).then(20.0).otherwise(pl.col("lamp_power_w"))
        .alias("lamp_power_w")
    )  # fmt: skip
    first = _seconds(lambda: store.merge_assets(table, rows, source="made", on=DAY))
    again = _seconds(lambda: store.merge_assets(table, rows, source="made", on=DAY))
    newer = _seconds(lambda: store.merge_assets(table, changed, source="made", on=LATER))
    whole = _seconds(lambda: store.read_assets(table))
    columns = ["asset_id", "technology", "geometry"]
    queries = [_seconds(partial(store.read_assets, table, columns=columns, bounds=bounds)) for bounds in asked]
    observed = observations(seed=seed)
    written = _seconds(lambda: store.write_observations(observed))
    rates = [len(rows) / first, len(rows) / again, len(rows) / newer, len(rows) / whole]
    return [*rates, 1000 * median(queries), len(observed) / written]


def observations(*, seed: int) -> pl.DataFrame:
    """A synthetic million: a hundred meters, ten minutes apart, for ten weeks."""
    draw = np.random.default_rng(seed)
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    times = pl.datetime_range(
        start, start + dt.timedelta(minutes=10) * (INSTANTS - 1), dt.timedelta(minutes=10), eager=True
    )
    return pl.DataFrame(
        {
            "series_id": np.repeat([f"meter-{number}" for number in range(SERIES)], INSTANTS),
            "time": pl.concat([times] * SERIES),
            "value": draw.gamma(2.0, 50.0, SERIES * INSTANTS),
        }
    )


def _compared(number: int, measured: dict[str, list[float]]) -> Figure:
    what, unit = WHATS[number]
    file = measured["file"][number]
    if "server" not in measured:
        return figure(f"{what} (server: absent; the value is that of the file)", file, unit)
    return figure(f"{what}: server (peer: file)", measured["server"][number], unit, peer=file)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
