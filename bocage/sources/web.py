"""Requests to a public service: bounded in rate and in time, tried again where that may help."""

import datetime as dt
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http.client import HTTPException, HTTPResponse, IncompleteRead

import bocage
from bocage.sources.wording import LOCALE, by_language
from bocage.vocabulary.text import Message

RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses after which the same request may succeed."""
LONGEST_WAIT_S = 60.0
MAX_ANSWER_BYTES = 200_000_000


class OutageError(Exception):
    """The service gave no usable answer; `cause` says why, by language."""

    def __init__(self, cause: Mapping[str, str]) -> None:
        super().__init__(cause["en"])
        self.cause = cause


@dataclass
class Courier:
    """Sends requests, not more than so many each second, and tries again with growing pauses.

    Attributes:
        per_second: requests each second [1/s].
        timeout_s: time given to one request [s].
        tries: how often a request is sent at most.
        pause_s: pause before the second try, doubled each time; the service's `Retry-After` prevails [s].
        sleep: how to wait; a test gives its own.
        clock: seconds that only grow; a test gives its own.
    """

    per_second: float
    timeout_s: float = 30.0
    tries: int = 5
    pause_s: float = 1.0
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    _next: float = field(default=0.0, init=False)

    def send(self, url: str, *, data: bytes | None = None, headers: Mapping[str, str] | None = None) -> bytes:
        """The body of the answer to a GET, or to a POST where there are data.

        Args:
            url: http or https address.
            data: body to post, None to get.
            headers: headers beside the name of this program.

        Raises:
            OutageError: refused, or no answer after all the tries.
        """
        if not url.startswith(("https://", "http://")):
            raise OutageError(by_language(Message("not a web address", {}, LOCALE)))
        own = {"User-Agent": f"bocage/{bocage.__version__}", **(headers or {})}
        request = urllib.request.Request(url, data=data, headers=own)  # noqa: S310 - the scheme was checked
        pause = self.pause_s
        for left in range(self.tries - 1, -1, -1):
            self._take_turn()
            try:
                with urllib.request.urlopen(request, timeout=self.timeout_s) as answer:  # noqa: S310 - same
                    return _body(answer)
            except urllib.error.HTTPError as error:
                cause = by_language(Message("HTTP status {status}", {"status": str(error.code)}, LOCALE))
                wait = _retry_after(error.headers.get("Retry-After"))
                error.close()
                if error.code not in RETRIED:
                    raise OutageError(cause) from error
            except (urllib.error.URLError, HTTPException, OSError) as error:
                cause, wait = _cause(error), None
            if not left:
                raise OutageError(cause)
            self.sleep(min(pause if wait is None else wait, LONGEST_WAIT_S))
            pause *= 2
        raise AssertionError("the loop returns or raises")

    def _take_turn(self) -> None:
        now = self.clock()
        if now < self._next:
            self.sleep(self._next - now)
        self._next = max(now, self._next) + 1 / self.per_second


def _body(answer: HTTPResponse) -> bytes:
    """The whole body; IncompleteRead where the service announced more than it sent."""
    body = answer.read(MAX_ANSWER_BYTES + 1)
    if len(body) > MAX_ANSWER_BYTES:
        raise OutageError(by_language(Message("the answer is too long", {}, LOCALE)))
    announced = answer.headers.get("Content-Length", "")
    if announced.isdigit() and len(body) < int(announced):
        raise IncompleteRead(body, int(announced) - len(body))
    return body


def _cause(error: BaseException) -> Mapping[str, str]:
    reason = getattr(error, "reason", error)
    if isinstance(reason, TimeoutError | socket.timeout):
        return by_language(Message("no answer in time", {}, LOCALE))
    if isinstance(reason, socket.gaierror):
        return by_language(Message("no network, or an unknown host", {}, LOCALE))
    return by_language(Message("no connection ({reason})", {"reason": str(reason) or type(reason).__name__}, LOCALE))


def _retry_after(text: str | None) -> float | None:
    """Seconds that a service asks to wait, from a number or a date; None where it asks nothing.

    >>> _retry_after("5"), _retry_after(None), _retry_after("soon")
    (5.0, None, None)
    """
    if not text:
        return None
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (date - dt.datetime.now(tz=dt.UTC)).total_seconds()) if date.tzinfo else None
