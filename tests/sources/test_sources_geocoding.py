"""Addresses turned into coordinates: the client against a service on loopback, its cache, and what waits."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from geocoding_service import LAT, LON, Service, running

from bocage.sources.addresses import geocode_rows, without_location
from bocage.sources.ban import FEW, SERVICE, NationalGeocoder, service_address
from bocage.sources.files import read_raw
from bocage.sources.geocode_cache import BATCH, CachedGeocoder
from bocage.sources.geocoding import ADDRESS_SCHEMA, ANSWER_SCHEMA, Geocoder, Geocoding
from bocage.sources.inventory import Reading, check_inventory
from bocage.sources.propose import propose_mapping
from bocage.sources.web import Courier
from bocage.vocabulary.codes import BocageError
from bocage.vocabulary.columns import Table

TODAY = dt.date(2026, 11, 22)
AREA = (650_000.0, 6_858_000.0, 655_000.0, 6_863_000.0)


@pytest.fixture
def service() -> Iterator[Service]:
    with running() as server:
        yield server


class Clock:
    """Time that passes only when somebody waits."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waits: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.waits.append(round(seconds, 3))
        self.now += seconds


def client(service: Service, clock: Clock | None = None, **options: float) -> NationalGeocoder:
    clock = clock or Clock()
    courier = Courier(per_second=1e9, sleep=clock.sleep, clock=lambda: clock.now, **{"timeout_s": 5.0, **options})  # type: ignore[arg-type]
    return NationalGeocoder(courier, service.address)


def addresses(*texts: str) -> pl.DataFrame:
    return pl.DataFrame([(text, "75005", "75105") for text in texts], schema=dict(ADDRESS_SCHEMA), orient="row")


def many(count: int, name: str = "Rue Haute") -> pl.DataFrame:
    return addresses(*(f"{number} {name}" for number in range(1, count + 1)))


def test_a_few_are_asked_one_by_one(service: Service) -> None:
    answers = client(service).geocode(addresses("3 Rue Haute", "Rue inconnue")).answers
    assert answers.schema == dict(ANSWER_SCHEMA)
    assert answers.row(0) == pytest.approx((LON + 3e-4, LAT, 0.93, "3 Rue Haute Paris", "housenumber", "found"))
    assert answers["status"].to_list() == ["found", "not_found"]
    assert service.asked[0] == {
        "q": "3 Rue Haute", "limit": "1", "autocomplete": "0", "postcode": "75005", "citycode": "75105",
    }  # fmt: skip


def test_many_are_asked_in_one_batch(service: Service) -> None:
    answers = client(service).geocode(many(FEW + 1)).answers
    assert answers["longitude"].to_list() == pytest.approx([LON + n * 1e-4 for n in range(1, FEW + 2)])
    [asked] = service.asked
    assert asked["path"] == "/geocodage/search/csv/"
    assert (asked["columns"], asked["postcode"], asked["citycode"]) == (["address"], ["postcode"], ["citycode"])
    assert {"longitude", "latitude", "result_score"} <= set(asked["result_columns"])


def test_quotes_and_line_ends_in_an_address_arrive_whole(service: Service) -> None:
    odd = '4 Rue "Haute", bât. B;\nà côté'
    answers = client(service).geocode(addresses(*([odd] + [f"{n} Rue" for n in range(10, 20)]))).answers
    assert answers["label"][0] == f"{odd} Paris"


def test_too_many_requests_wait_as_long_as_the_service_says(service: Service) -> None:
    service.faults = [429, 500]
    clock = Clock()
    answers = client(service, clock).geocode(addresses("3 Rue Haute"))
    assert answers.answers["status"].to_list() == ["found"]
    assert [wait for wait in clock.waits if wait > 0.1] == [5.0, 2.0]
    assert not answers.outage


@pytest.mark.parametrize(
    ("fault", "tries", "said"),
    [
        (503, 5, "HTTP status 503"),
        (400, 1, "HTTP status 400"),
        ("cut", 5, "IncompleteRead"),
        ("html", 1, "its answer cannot be read"),
    ],
)
def test_what_fails_for_good_waits(fault: object, tries: int, said: str, service: Service) -> None:
    service.forever = fault
    clock = Clock()
    for count in (2, FEW + 2):
        clock.waits.clear()
        result = client(service, clock).geocode(many(count))
        assert result.answers["status"].to_list() == ["waiting"] * count
        assert said in result.outage["en"]
        assert len([wait for wait in clock.waits if wait > 0.1]) == tries - 1


def test_a_silent_service_is_given_up(service: Service) -> None:
    service.forever = "slow"
    result = client(service, timeout_s=0.05, tries=2).geocode(addresses("3 Rue Haute"))
    assert result.outage["en"] == "no answer in time"
    assert result.outage["fr"] == "pas de réponse à temps"


def test_nobody_there_is_said() -> None:
    clock = Clock()
    courier = Courier(per_second=1e9, sleep=clock.sleep, clock=lambda: clock.now, tries=2)
    result = NationalGeocoder(courier, "http://127.0.0.1:9/none").geocode(addresses("3 Rue Haute"))
    assert result.answers["status"].to_list() == ["waiting"]
    assert "no connection" in result.outage["en"]


def test_requests_keep_to_the_admitted_rate(service: Service) -> None:
    clock = Clock()
    courier = Courier(per_second=40.0, sleep=clock.sleep, clock=lambda: clock.now)
    NationalGeocoder(courier, service.address).geocode(many(FEW))
    assert clock.now == pytest.approx((FEW - 1) / 40.0)


def test_another_service_of_the_same_interface(monkeypatch: pytest.MonkeyPatch) -> None:
    assert service_address() == SERVICE
    monkeypatch.setenv("BOCAGE_GEOCODER_URL", "http://addok.example/ ")
    assert service_address() == "http://addok.example"


class Counted:
    """A geocoder that notes what it is asked, and fails from a given call on."""

    def __init__(self, inner: Geocoder, fails_from: int = 10**9) -> None:
        self.inner, self.fails_from = inner, fails_from
        self.calls: list[int] = []

    def geocode(self, asked: pl.DataFrame) -> Geocoding:
        self.calls.append(len(asked))
        if len(self.calls) >= self.fails_from:
            raise KeyboardInterrupt
        return self.inner.geocode(asked)


def test_an_interrupted_lookup_goes_on_where_it_stopped(service: Service, tmp_path: Path) -> None:
    everything = many(2 * BATCH + 10)
    counted = Counted(client(service), fails_from=2)
    with pytest.raises(KeyboardInterrupt):
        CachedGeocoder(tmp_path / "kept.sqlite", counted, TODAY).geocode(everything)
    again = Counted(client(service))
    result = CachedGeocoder(tmp_path / "kept.sqlite", again, TODAY).geocode(everything)
    assert again.calls == [BATCH, 10]
    assert result.answers["status"].to_list() == ["found"] * len(everything)
    assert service.rows == len(everything)


def test_offline_answers_from_what_was_kept(service: Service, tmp_path: Path) -> None:
    CachedGeocoder(tmp_path / "kept.sqlite", client(service), TODAY).geocode(addresses("3 Rue Haute", "Rue inconnue"))
    result = CachedGeocoder(tmp_path / "kept.sqlite", None, TODAY).geocode(
        addresses("3, rue HAUTE", "Rue inconnue", "5 Rue Basse")
    )
    assert result.answers["status"].to_list() == ["found", "not_found", "waiting"]
    assert result.outage["fr"] == "hors ligne"


def test_what_was_not_found_is_asked_again_after_a_month(service: Service, tmp_path: Path) -> None:
    counted = Counted(client(service))
    for day in (TODAY, TODAY + dt.timedelta(days=29), TODAY + dt.timedelta(days=31)):
        CachedGeocoder(tmp_path / "kept.sqlite", counted, day).geocode(addresses("3 Rue Haute", "Rue inconnue"))
    assert counted.calls == [2, 1]


def test_a_damaged_file_of_answers_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "kept.sqlite"
    path.write_bytes(b"not a database" * 100)
    with pytest.raises(BocageError) as caught:
        CachedGeocoder(path, None, TODAY).geocode(addresses("3 Rue Haute"))
    assert caught.value.code == "BOC-IMP-034"
    assert path.read_bytes().startswith(b"not a database")


def _read(path: Path, luminaire: Table, values: dict[str, Path], geocoder: Geocoder) -> Reading:
    raw = read_raw(path)
    mapping = propose_mapping(raw, [luminaire], values=values)
    assert mapping.place.kind == "address" or "x" in raw.frame.columns
    headers = mapping.place.headers if mapping.place.kind == "address" else ("", "rue", "", "cp", "")
    addressed = geocode_rows(
        raw,
        headers,
        without_location(raw, mapping.place, luminaire),
        geocoder,
        citycode="75105",
        minimum_score=0.5,
    )
    reading = check_inventory(
        raw, table=luminaire, mapping=mapping, srid=2154, area=AREA, values=values, addressed=addressed
    )
    assert len(reading.rows) + len(reading.refused) + reading.duplicates == len(raw.numbers)
    return reading


LINES = (
    "id;numero_voie;rue;cp;puissance\n"
    "1;3;Rue Haute;75005;70\n"
    "2;;12 Rue Haute;75005;70\n"
    "3;;Rue Basse;75005;70\n"
    "4;;Rue inconnue;75005;70\n"
    "5;;Rue douteuse;75005;70\n"
    "6;;;75005;70\n"
    "7;3;Rue Haute;75005;100\n"
)


def test_a_file_of_addresses(service: Service, tmp_path: Path, luminaire: Table, values: dict[str, Path]) -> None:
    path = tmp_path / "a.csv"
    path.write_text(LINES, encoding="utf-8")
    cached = CachedGeocoder(tmp_path / "kept.sqlite", client(service), TODAY)
    reading = _read(path, luminaire, values, cached)
    assert reading.rows["asset_id"].to_list() == ["1", "2", "3", "7"]
    assert dict(reading.refused.select("bocage_row", "bocage_code").iter_rows()) == {
        5: "BOC-IMP-112", 6: "BOC-IMP-113", 7: "BOC-IMP-101",
    }  # fmt: skip
    said = {verdict.code: verdict.count for verdict in reading.verdicts}
    assert (said["BOC-IMP-325"], said["BOC-IMP-337"]) == (4, 1)
    assert service.rows == 5  # each distinct address once
    # known without network afterwards
    again = _read(path, luminaire, values, CachedGeocoder(tmp_path / "kept.sqlite", None, TODAY))
    assert again.rows.equals(reading.rows)


def test_addresses_that_wait_are_kept_aside(tmp_path: Path, luminaire: Table, values: dict[str, Path]) -> None:
    path = tmp_path / "a.csv"
    path.write_text(LINES, encoding="utf-8")
    reading = _read(path, luminaire, values, CachedGeocoder(tmp_path / "kept.sqlite", None, TODAY))
    assert len(reading.rows) == 0
    assert reading.refused["bocage_code"].to_list() == ["BOC-IMP-114"] * 5 + ["BOC-IMP-101", "BOC-IMP-114"]
    said = {verdict.code: verdict for verdict in reading.verdicts}
    assert said["BOC-IMP-326"].count == 6
    assert "hors ligne" in said["BOC-IMP-326"].say("what", "fr")
    assert "--geocode" in said["BOC-IMP-114"].say("fix", "fr")


def test_coordinates_prevail_over_addresses(
    service: Service, tmp_path: Path, luminaire: Table, values: dict[str, Path]
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "id;x;y;rue;cp;puissance\n1;652000;6860000;3 Rue Haute;75005;70\n2;;;3 Rue Haute;75005;70\n"
        "3;0;0;4 Rue Haute;75005;70\n",
        encoding="utf-8",
    )
    reading = _read(path, luminaire, values, client(service))
    assert reading.rows["asset_id"].to_list() == ["1", "2", "3"]
    assert service.rows == 2


def test_rows_that_could_be_located_are_told(tmp_path: Path, import_file: Callable[..., Reading]) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "id;x;y;rue;puissance\n1;652000;6860000;Rue Haute;70\n2;;;Rue Haute;70\n3;;;;70\n", encoding="utf-8"
    )
    said = {verdict.code: verdict.count for verdict in import_file(path).verdicts}
    assert said["BOC-IMP-336"] == 1


def test_an_answer_outside_the_territory_is_refused(tmp_path: Path, luminaire: Table, values: dict[str, Path]) -> None:
    class Elsewhere:
        def geocode(self, asked: pl.DataFrame) -> Geocoding:
            row = (-1.55, 47.22, 0.99, "3 Rue Haute Nantes", "housenumber", "found")
            return Geocoding(answers=pl.DataFrame([row] * len(asked), schema=dict(ANSWER_SCHEMA), orient="row"))

    path = tmp_path / "a.csv"
    path.write_text("id;adresse;puissance\n1;3 Rue Haute;70\n", encoding="utf-8")
    reading = _read(path, luminaire, values, Elsewhere())
    assert reading.refused["bocage_code"].to_list() == ["BOC-IMP-103"]
    assert np.isfinite(len(reading.rows))
