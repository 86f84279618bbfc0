"""A geocoding service on loopback, which answers in the shapes that adresse.data.gouv.fr documents.

The shapes are crafted from the documentation, not recorded: `GET /search` gives a GeoJSON collection,
`POST /search/csv/` the CSV it was sent with the result columns that were asked for.
"""

import csv
import email
import io
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

LON, LAT = 2.346, 48.844


class Service(ThreadingHTTPServer):
    """The service; `faults` are served first, one for each request: a status, or `slow`, `cut`, `html`, `shuffle`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.faults: list[object] = []
        self.forever: object = None
        self.asked: list[dict[str, Any]] = []
        self.rows = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/geocodage"


def place_of(text: str) -> tuple[float, float, float, str] | None:
    """What the service knows: streets whose name says what must come of them."""
    if "inconnue" in text.lower():
        return None
    number = text.split(" ", maxsplit=1)[0]
    kind = "housenumber" if number.isdigit() else "street"
    score = 0.31 if "douteuse" in text.lower() else 0.93
    shift = int(number) if number.isdigit() else 0
    return LON + shift * 1e-4, LAT, score, kind


class _Handler(BaseHTTPRequestHandler):
    server: Service

    def log_message(self, *_: object) -> None:
        pass

    def _fault(self) -> bool:
        fault = self.server.faults.pop(0) if self.server.faults else self.server.forever
        if isinstance(fault, int):
            self.send_response(fault)
            if fault == 429:
                self.send_header("Retry-After", "5")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif fault == "slow":
            time.sleep(1.0)
        elif fault == "cut":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"row,long")
        elif fault == "html":
            self._send(b"<html>maintenance</html>")
        return fault is not None and fault != "shuffle"

    def _send(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        if self._fault():
            return
        asked = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        self.server.asked.append(asked)
        self.server.rows += 1
        found = place_of(asked["q"])
        features = []
        if found:
            properties = {"label": f"{asked['q']} Paris", "score": found[2], "type": found[3], "citycode": "75105"}
            geometry = {"type": "Point", "coordinates": [found[0], found[1]]}
            features = [{"type": "Feature", "geometry": geometry, "properties": properties}]
        self._send(json.dumps({"type": "FeatureCollection", "features": features}).encode())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self._fault():
            return
        message = email.message_from_bytes(
            b"Content-Type: " + self.headers["Content-Type"].encode() + b"\r\n\r\n" + body
        )
        fields: dict[str, list[str]] = {}
        for part in message.get_payload():  # type: ignore[union-attr]
            name = part.get_param("name", header="content-disposition")  # type: ignore[union-attr]
            fields.setdefault(str(name), []).append(part.get_payload(decode=True).decode())  # type: ignore[union-attr]
        table = list(csv.DictReader(io.StringIO(fields["data"][0].strip("\r\n"))))
        self.server.asked.append({"path": self.path, **{k: v for k, v in fields.items() if k != "data"}})
        self.server.rows += len(table)
        out = io.StringIO(newline="")
        writer = csv.DictWriter(out, [*table[0], *fields["result_columns"]])
        writer.writeheader()
        for row in table:
            found = place_of(row["address"])
            answer: dict[str, object] = {"result_status": "ok" if found else "not-found"}
            if found:
                answer |= {
                    "longitude": found[0], "latitude": found[1], "result_score": found[2],
                    "result_label": f"{row['address']} Paris", "result_type": found[3],
                }  # fmt: skip
            writer.writerow({**row, **{k: v for k, v in answer.items() if k in fields["result_columns"]}})
        self._send(out.getvalue().encode())


@contextmanager
def running() -> Iterator[Service]:
    """The service, while it is needed."""
    server = Service()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
