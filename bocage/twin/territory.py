"""A territory is a folder: `territory.toml`, the twin, its series, mappings, quarantine and results."""

import csv
import datetime as dt
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import shapely
from pyproj import Transformer

from bocage.store.opening import open_twin
from bocage.store.transfer import Transferable
from bocage.twin.configuration import (
    FILE,
    Configuration,
    configuration_text,
    read_configuration,
    write_configuration,
)
from bocage.twin.domains import discover_domains
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import GEOMETRY, Table, noun_tables, shared_asset_tables
from bocage.vocabulary.domain import Assets, Domain, Site
from bocage.vocabulary.text import Language, current_language

CODE_SHAPE = re.compile(r"\d{5}|2[AB]\d{3}|\d{9}")
PLACES = ("mappings", "quarantine", "results")
FUNDING = "funding"
SCENARIOS = "scenarios"
"""Folder of the rules and facts of funding that the territory writes itself."""


@dataclass
class Territory:
    """An open territory; use it as a context manager so that the twin is closed.

    Attributes:
        folder: folder of the territory.
        config: its settings.
        store: its twin.
        domains: the domains that were discovered.
    """

    folder: Path
    config: Configuration
    store: Transferable
    domains: Sequence[Domain]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.store.close()

    @property
    def code(self) -> str:
        """INSEE or SIREN code."""
        return self.config.text("territory", "code")

    @property
    def name(self) -> str:
        """Name of the territory."""
        return self.config.text("territory", "name")

    @property
    def siren(self) -> str:
        """SIREN of the body that decides; the territory's code where none is given."""
        return self.config.text("territory", "siren") or self.code

    @property
    def srid(self) -> int:
        """EPSG code of the legal projection."""
        return int(self.config.required_number("territory", "srid"))

    @property
    def synthetic(self) -> bool:
        """Whether the territory is fictional."""
        return bool(self.config.sections["territory"]["synthetic"])

    @property
    def language(self) -> Language:
        """Language of its documents."""
        return "en" if self.config.text("territory", "language") == "en" else "fr"

    @property
    def asset_tables(self) -> dict[str, Table]:
        """Every asset type that can be in the twin: shared ones, then those of each domain."""
        own = {table.name: table for domain in self.domains for table in domain.tables}
        return {**shared_asset_tables(), **own}

    def domain(self, name: str) -> Domain:
        """The domain of that name; BOC-TWI-005 where none was discovered."""
        for domain in self.domains:
            if domain.name == name:
                return domain
        raise BocageError("BOC-TWI-005", name=name, known=", ".join(domain.name for domain in self.domains))

    def today(self) -> dt.date:
        """Today's date where the territory is."""
        return dt.datetime.now(tz=ZoneInfo(self.config.text("territory", "timezone"))).date()

    def chosen_domains(self, name: str | None) -> list[Domain]:
        """The domain of that name, or all that have assets in the twin."""
        if name is not None:
            return [self.domain(name)]
        return [domain for domain in self.domains if any(self.store.count_assets(table) for table in domain.tables)]

    def assets(self, domain: Domain, site: Site) -> Assets:
        """The completed assets of a domain, imputed values said so, and the shared assets that it reads."""
        shared = {name: self.store.read_assets(shared_asset_tables()[name]) for name in domain.reads}
        return domain.complete(
            {**shared, **{table.name: self.store.read_assets(table) for table in domain.tables}}, site
        )

    def site(self, domain: Domain, *, date: dt.date | None = None) -> Site:
        """The conditions of a computation for that domain."""
        longitude, latitude = self.centre
        number = self.config.required_number
        population = self.config.number("territory", "population")
        return Site(
            territory_id=self.code,
            siren=self.siren,
            kind=self.config.text("territory", "kind"),
            longitude_deg=longitude,
            latitude_deg=latitude,
            timezone=self.config.text("territory", "timezone"),
            srid=self.srid,
            date=date or self.today(),
            population=None if population is None else int(population),
            seed=int(number("computation", "seed")),
            draws=int(number("computation", "draws")),
            settings=self.config.sections[domain.name],
        )

    @cached_property
    def centre(self) -> tuple[float, float]:
        """Longitude and latitude of the centre [degrees]: as set, or the middle of the assets.

        Raises:
            BocageError: BOC-TWI-006 where neither is known.
        """
        longitude = self.config.number("territory", "longitude_deg")
        latitude = self.config.number("territory", "latitude_deg")
        if longitude is not None and latitude is not None:
            return longitude, latitude
        for table in self.asset_tables.values():
            if table.geometry == "none" or not self.store.count_assets(table):
                continue
            geometry = self.store.read_assets(table, columns=[GEOMETRY])[GEOMETRY].to_numpy()
            x, y = np.median(shapely.get_coordinates(shapely.centroid(shapely.from_wkb(geometry))), axis=0)
            found = Transformer.from_crs(self.srid, 4326, always_xy=True).transform(x, y)
            return float(found[0]), float(found[1])
        raise BocageError("BOC-TWI-006", where={"file": self.folder / FILE})

    def fingerprint(self) -> str:
        """Hash of what every figure rests on: the inventory, the settings, its own rules (12 hexadecimal digits).

        Results do not count: planning again on the same data prints the same hash. Neither does the form of the twin.
        """
        settings = {name: dict(section) for name, section in self.config.sections.items()}
        settings["territory"].pop("store")
        rests_on = [self.store.fingerprint(inventory_only=True), settings, *self._own_rules()]
        content = json.dumps(rests_on, default=str, sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()[:12]

    def _own_rules(self) -> list[dict[str, str]]:
        """Hash of each rule, fact of funding and scenario that the territory wrote, by file, folder by folder."""
        written = [sorted((self.folder / name).glob("*.yaml")) for name in (FUNDING, SCENARIOS)]
        return [
            {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files} for files in written if files
        ]

    def body_names(self) -> dict[str, str]:
        """Name of each public body that is known, by SIREN: its own, then those imported as `public_body`."""
        bodies = self.store.read_assets(shared_asset_tables()["public_body"], columns=["siren", "name"])
        return {**dict(bodies.select("siren", "name").drop_nulls().iter_rows()), self.siren: self.name}

    def place(self, name: str) -> Path:
        """A folder of the territory (`mappings`, `quarantine`, `results`), made where it is missing."""
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        return folder


def legal_projection(code: str) -> tuple[int, str]:
    """EPSG code and IANA time zone that hold for an INSEE code.

    >>> legal_projection("97411"), legal_projection("35238")
    ((2975, 'Indian/Reunion'), (2154, 'Europe/Paris'))
    """
    with (Path(__file__).parent / "legal_projections.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if len(code) == 5 and code.startswith(row["prefix"]):
                return int(row["srid"]), row["timezone"]
    return 2154, "Europe/Paris"


def create_territory(
    folder: Path,
    *,
    code: str,
    name: str,
    settings: Mapping[str, object] | None = None,
    sections: Mapping[str, Mapping[str, object]] | None = None,
    language: Language | None = None,
) -> Territory:
    """Create the folder of a territory, its settings file and an empty twin.

    Args:
        folder: new or empty folder.
        code: INSEE code (5 characters) or SIREN (9 digits).
        name: name of the territory.
        settings: other keys of the section `[territory]`; None values are left to their default.
        sections: keys of the other sections.
        language: language of the comments of the file.

    Raises:
        BocageError: BOC-TWI-007 odd code, BOC-TWI-008 folder already in use or not writable,
            BOC-TWI-003 and 004 a setting that cannot be, BOC-TWI-009 a folder that cannot be made.
    """
    if not CODE_SHAPE.fullmatch(code):
        raise BocageError("BOC-TWI-007", value=code)
    srid, timezone = legal_projection(code)
    values: dict[str, object] = {"code": code, "name": name, "srid": srid, "timezone": timezone}
    values |= {key: value for key, value in (settings or {}).items() if value not in {None, ""}}
    domains = discover_domains()
    given = {**(sections or {}), "territory": values}
    language = language or current_language()
    configuration_text(folder / FILE, given, domains, language)  # refused before anything is made
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise BocageError("BOC-TWI-008", where={"folder": folder})
        write_configuration(folder / FILE, given, domains, language)
    except OSError as fault:
        raise BocageError("BOC-TWI-009", where={"folder": folder}, fault=fault) from fault
    config = read_configuration(folder / FILE, domains)
    try:
        territory = Territory(folder, config, _open_twin(folder, config, create=True), domains)
    except BocageError:
        # A database that refuses must not leave a folder that the next attempt would find in use.
        (folder / FILE).unlink()
        folder.rmdir()
        raise
    declare(territory)
    return territory


def open_territory(folder: Path, *, read_only: bool = False) -> Territory:
    """Open a territory that exists.

    Raises:
        BocageError: BOC-TWI-001 no such territory, those of its settings, those of the store.
    """
    if not (folder / FILE).is_file():
        raise BocageError("BOC-TWI-001", where={"folder": folder}, path=folder)
    domains = discover_domains()
    config = read_configuration(folder / FILE, domains)
    territory = Territory(folder, config, _open_twin(folder, config, read_only=read_only), domains)
    if not read_only:
        declare(territory)
    return territory


def _open_twin(folder: Path, config: Configuration, *, create: bool = False, read_only: bool = False) -> Transferable:
    return open_twin(
        folder,
        form=config.text("territory", "store"),
        territory=config.text("territory", "code"),
        srid=int(config.required_number("territory", "srid")),
        create=create,
        read_only=read_only,
    )


def declare(territory: Territory) -> None:
    """Make the twin hold every declared table, and the row that describes the territory."""
    nouns = noun_tables()
    kept = [table for name, table in nouns.items() if name not in {"asset", "observation"}]
    territory.store.declare([*kept, *territory.asset_tables.values()])
    section = territory.config.sections["territory"]
    row = {
        "territory_id": territory.code,
        "name": territory.name,
        "kind": section["kind"],
        "siren": territory.siren,
        "population": section["population"],
        "srid": territory.srid,
        "timezone": section["timezone"],
    }
    table = nouns["territory"]
    frame = table.conform(pl.DataFrame([row]))
    known = territory.store.read_rows(table, {"territory_id": territory.code})
    if not known.drop(GEOMETRY, strict=False).equals(frame.drop(GEOMETRY, strict=False)):
        territory.store.write_rows(table, frame, replace={"territory_id": territory.code})
