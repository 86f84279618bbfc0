"""The national geocoding service (IGN Géoplateforme, Base adresse nationale), address by address or in batches.

Shapes: adresse.data.gouv.fr/api-doc/adresse and geoservices.ign.fr (API Géoplateforme - Géocodage):
`GET /search?q=…&limit=1&postcode=…&citycode=…` answers a GeoJSON collection; `POST /search/csv/` takes a
CSV as multipart `data`, the names of its columns as `columns`, `postcode` and `citycode`, and answers the
same CSV with `longitude`, `latitude`, `result_score`, `result_label`, `result_type`, `result_status`.
"""

import csv
import io
import json
import math
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

import polars as pl

from bocage.sources.geocoding import ANSWER_SCHEMA, FOUND, NOT_FOUND, WAITING, Geocoding, waiting
from bocage.sources.web import Courier, OutageError
from bocage.sources.wording import LOCALE, by_language
from bocage.vocabulary.text import Message

SERVICE = "https://data.geopf.fr/geocodage"
SERVICE_VARIABLE = "BOCAGE_GEOCODER_URL"
"""Environment variable that names another service of the same interface, such as one's own instance of addok."""
FEW = 5
"""Up to so many addresses are asked one by one: a batch is slower to start."""
_RESULTS = ("longitude", "latitude", "result_score", "result_label", "result_type", "result_status")


def service_address() -> str:
    """Address of the service: that of the environment, else the national one."""
    return os.environ.get(SERVICE_VARIABLE, "").strip().rstrip("/") or SERVICE


@dataclass
class NationalGeocoder:
    """A `Geocoder` that asks the national service.

    Attributes:
        courier: sends the requests.
        service: address of the service.
    """

    courier: Courier
    service: str = field(default_factory=service_address)

    def geocode(self, addresses: pl.DataFrame) -> Geocoding:
        """Look up addresses; where the service fails all those of the call wait.

        Args:
            addresses: distinct rows under `geocoding.ADDRESS_SCHEMA`.
        """
        rows = addresses.to_dicts()
        try:
            answers = [self._one(row) for row in rows] if len(rows) <= FEW else self._batch(rows)
        except OutageError as error:
            return Geocoding(answers=waiting(len(rows)), outage=error.cause)
        unasked = any(answer["status"] == WAITING for answer in answers)
        outage = by_language(Message("it left some addresses aside", {}, LOCALE)) if unasked else {}
        return Geocoding(answers=pl.DataFrame(answers, schema=ANSWER_SCHEMA), outage=outage)

    def _one(self, row: Mapping[str, str | None]) -> dict[str, object]:
        asked = {"q": row["address"] or "", "limit": "1", "autocomplete": "0"}
        asked |= {name: value for name in ("postcode", "citycode") if (value := row[name])}
        body = self.courier.send(f"{self.service}/search?{urlencode(asked)}")
        try:
            features = json.loads(body)["features"]
            if not features:
                return _answer(None, None, None, "", "", NOT_FOUND)
            found = features[0]
            longitude, latitude = found["geometry"]["coordinates"][:2]
            properties = found["properties"]
            label, kind = str(properties.get("label", "")), str(properties.get("type", ""))
            return _answer(longitude, latitude, properties["score"], label, kind, FOUND)
        except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
            raise _unreadable() from error

    def _batch(self, rows: Sequence[Mapping[str, str | None]]) -> list[dict[str, object]]:
        body, content_type = _form(rows)
        answer = self.courier.send(f"{self.service}/search/csv/", data=body, headers={"Content-Type": content_type})
        try:
            reader = csv.DictReader(io.StringIO(answer.decode("utf-8-sig"), newline=""), strict=True)
            found = {int(one["row"]): one for one in reader if one.get("row")}
            known = set(reader.fieldnames or ())
        except (ValueError, csv.Error, TypeError) as error:
            raise _unreadable() from error
        if not {"longitude", "latitude", "result_score"} <= known or not found:
            raise _unreadable()
        return [_from_csv(found.get(index)) for index in range(len(rows))]


def _from_csv(row: Mapping[str, str | None] | None) -> dict[str, object]:
    """One line of a batch; a line that did not come back, or that failed there, waits."""
    status = (row or {}).get("result_status") or ""
    if row is None or status == "error":
        return _answer(None, None, None, "", "", WAITING)
    if not row.get("latitude") or not row.get("longitude"):
        return _answer(None, None, None, "", "", NOT_FOUND)
    label, kind = row.get("result_label") or "", row.get("result_type") or ""
    return _answer(row["longitude"], row["latitude"], row.get("result_score") or 0, label, kind, FOUND)


def _answer(
    longitude: object, latitude: object, score: object, label: str, kind: str, status: str
) -> dict[str, object]:
    """An answer, its numbers checked: a place outside the world is an unreadable answer."""
    values: list[float | None] = [None, None, None]
    if status == FOUND:
        try:
            numbers = [float(value) for value in (longitude, latitude, score)]  # type: ignore[arg-type]  # refused below
        except (TypeError, ValueError) as error:
            raise _unreadable() from error
        if not all(map(math.isfinite, numbers)) or abs(numbers[0]) > 180 or abs(numbers[1]) > 90:
            raise _unreadable()
        values = [*numbers]
    return dict(zip(ANSWER_SCHEMA, (*values, label, kind, status), strict=True))


def _unreadable() -> OutageError:
    return OutageError(by_language(Message("its answer cannot be read", {}, LOCALE)))


def _form(rows: Sequence[Mapping[str, str | None]]) -> tuple[bytes, str]:
    """The multipart body of a batch, and its content type."""
    table = io.StringIO(newline="")
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(("row", "address", "postcode", "citycode"))
    for index, row in enumerate(rows):
        writer.writerow((index, *(row[name] or "" for name in ("address", "postcode", "citycode"))))
    fields = [("columns", "address")]
    fields += [(name, name) for name in ("postcode", "citycode") if any(row[name] for row in rows)]
    fields += [("result_columns", name) for name in _RESULTS]
    mark = f"bocage-{secrets.token_hex(12)}"
    parts = [f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields]
    head = 'Content-Disposition: form-data; name="data"; filename="addresses.csv"\r\nContent-Type: text/csv'
    parts += [f"--{mark}\r\n{head}\r\n\r\n{table.getvalue()}\r\n", f"--{mark}--\r\n"]
    return "".join(parts).encode(), f"multipart/form-data; boundary={mark}"
