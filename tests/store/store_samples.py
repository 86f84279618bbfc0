"""Made tables and rows for the tests of the store; all figures are invented for the tests."""

import contextlib
import datetime as dt
import itertools
import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import shapely

from bocage.store.geopackage import open_store
from bocage.vocabulary.columns import Column, Table

SRID = 2154
DAY = dt.date(2026, 1, 1)
LATER = dt.date(2026, 6, 1)


def column(name: str, kind: str, **more: object) -> Column:
    texts = {"label": {"fr": f"{name} fr", "en": f"{name} en"}, "description": {"fr": "dit", "en": "said"}}
    return Column(name=name, type=kind, **{**texts, **more})


def asset(name: str, geometry: str, *own: Column) -> Table:
    kept = ("valid_from", "date"), ("valid_to", "date"), ("source", "text")
    return Table(
        name=name,
        geometry=geometry,
        columns=(column("asset_id", "code", required=True), *own, *(column(n, k) for n, k in kept)),
        key=("asset_id",),
        label={"fr": f"Les {name}", "en": f"The {name}"},
        description={"fr": "essai", "en": "test"},
    )


LAMP = asset(
    "lamp",
    "point",
    column("power_w", "real", unit="W", impute="power", minimum=0.0, maximum=2000.0),
    column("technology", "text", codes=("led", "sodium", "mercury")),
    column("street", "text"),
    column("installed_on", "date"),
    column("ballast", "boolean"),
    column("heads", "integer"),
    column("regime", "text", default="night"),
    column("tags", "list"),
    column("seen_at", "datetime"),
)
PIPE = asset("pipe", "line", column("diameter_mm", "real", unit="mm"))
ZONE = asset("zone", "polygon", column("name", "text"))
THING = asset("thing", "any", column("name", "text"))
DEED = asset("deed", "none", column("name", "text"))


def lamps(count: int, *, seed: int = 1, prefix: str = "L") -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    places = rng.uniform((650_000.0, 6_860_000.0), (652_000.0, 6_862_000.0), (count, 2))
    return pl.DataFrame(
        {
            "asset_id": [f"{prefix}{number:06d}" for number in range(count)],
            "power_w": rng.choice([39.0, 70.0, 100.5, 150.0], count),
            "technology": rng.choice(["led", "sodium"], count),
            "street": rng.choice(["rue de l'Église", "avenue Jean-Jaurès"], count),
            "geometry": shapely.to_wkb(shapely.points(places)).tolist(),
        }
    )


def brute_force(frame: pl.DataFrame, box: tuple[float, float, float, float]) -> set[str]:
    """Identifiers within bounds without any index."""
    xmin, ymin, xmax, ymax = box
    edges = shapely.bounds(shapely.from_wkb(frame["geometry"].to_numpy()))
    inside = (edges[:, 2] >= xmin) & (edges[:, 0] <= xmax) & (edges[:, 3] >= ymin) & (edges[:, 1] <= ymax)
    return set(frame.filter(pl.Series(inside, dtype=pl.Boolean))["asset_id"].to_list())


def here() -> Path:
    return Path(__file__).parent


CODES = itertools.count(10_000)


class Twins:
    """Opens twins of one form by name; the same name is the same twin."""

    def __init__(self, form: str, root: Path, address: Any) -> None:
        self.form, self.root, self.address = form, root, address
        self.codes: dict[str, str] = {}
        self.stack = contextlib.ExitStack()

    def code(self, name: str) -> str:
        """Key of the territory of that name in the database."""
        return self.codes.setdefault(name, str(next(CODES)))

    def open(self, name: str = "twin", *, srid: int = SRID, create: bool = True, **options: Any) -> Any:
        """A store, closed at the end of the test."""
        if self.form == "geopackage":
            store: Any = open_store(self.root / name, srid=srid, create=create, **options)
        else:
            from bocage.store.postgis.store import open_postgis  # noqa: PLC0415 - of an extra

            store = open_postgis(self.code(name), srid=srid, create=create, address=self.address, **options)
        return self.stack.enter_context(store)

    def where(self, name: str = "twin") -> str:
        """What a child process needs to open the same twin: see `open_in_child`."""
        return str(self.root / name) if self.form == "geopackage" else self.code(name)

    @property
    def environment(self) -> dict[str, str]:
        """Environment of a child process."""
        if self.form == "geopackage":
            return dict(os.environ)
        return {**os.environ, "BOCAGE_DATABASE_URL": self.address.conninfo}


def open_in_child(form: str, where: str, patience_s: float) -> Any:
    """Open, in another process, a twin that `Twins` opened in this one."""
    if form == "geopackage":
        return open_store(Path(where), srid=SRID, patience_s=patience_s)
    from bocage.store.postgis.store import open_postgis  # noqa: PLC0415 - of an extra

    return open_postgis(where, srid=SRID, patience_s=patience_s)


def drop_login(connection: Any, login: str, *, patience_s: float = 30.0) -> None:
    """Drop a login; the server forgets the temporary objects of a session a moment after its client has left."""
    deadline = time.monotonic() + patience_s
    while connection.execute("SELECT count(*) FROM pg_proc WHERE proowner = %s::regrole", [login]).fetchone()[0]:
        assert time.monotonic() < deadline, f"a session of {login} is still open"
        time.sleep(0.05)
    connection.execute(f"DROP OWNED BY {login}")
    connection.execute(f"DROP ROLE {login}")
