"""Addresses of a file located by the national service, or by the answers already received."""

from typing import Literal

from bocage.parameters.reader import CORE_FOLDER, Parameters
from bocage.sources.address_columns import propose_address
from bocage.sources.addresses import Addressed, geocode_rows, without_location
from bocage.sources.ban import NationalGeocoder
from bocage.sources.geocode_cache import CachedGeocoder
from bocage.sources.geocoding import Geocoder
from bocage.sources.mapping import InventoryMapping
from bocage.sources.raw import RawTable
from bocage.sources.web import Courier
from bocage.twin.territory import Territory
from bocage.vocabulary.columns import Table

Addresses = Literal["leave", "ask", "offline"]
"""What is done with addresses: nothing, ask the service, or take only what it has already answered."""
CACHE = "geocoding.sqlite"
SHARE_OF_LIMIT = 0.8
"""Share of the admitted rate that is used: other programs of the same office ask too."""
BATCH_TIMEOUT_S = 90.0


def locate_addresses(
    territory: Territory, raw: RawTable, meaning: InventoryMapping, table: Table, addresses: Addresses
) -> Addressed | None:
    """Look up the addresses of the rows that have no coordinates.

    Args:
        territory: open territory; the answers are kept in its folder.
        raw: the file as read.
        meaning: meaning of its columns.
        table: asset type.
        addresses: whether the service is asked.

    Returns:
        What was found; None where nothing was to be looked up.

    Raises:
        BocageError: BOC-IMP-034, the answers kept cannot be read.
    """
    if addresses == "leave" or table.geometry not in {"point", "any"}:
        return None
    by_address = meaning.place.kind == "address"
    headers = meaning.place.headers if by_address else propose_address(raw.frame)
    if headers is None:
        return None
    parameters = Parameters(CORE_FOLDER, territory.today())
    return geocode_rows(
        raw,
        headers,
        without_location(raw, meaning.place, table),
        geocoder(territory, parameters, online=addresses == "ask"),
        citycode=territory.code if len(territory.code) == 5 else "",
        minimum_score=parameters.number("geocoding.minimum_score"),
    )


def geocoder(territory: Territory, parameters: Parameters, *, online: bool) -> Geocoder:
    """The national service behind the answers kept in the territory, or these alone.

    Args:
        territory: open territory.
        parameters: parameters of the core.
        online: whether the service may be asked.
    """
    rate = parameters.number("geocoding.requests_per_second") * SHARE_OF_LIMIT
    service = NationalGeocoder(Courier(per_second=rate, timeout_s=BATCH_TIMEOUT_S)) if online else None
    return CachedGeocoder(territory.folder / CACHE, service, territory.today())
