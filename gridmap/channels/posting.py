"""One question to a provider: to the host that was configured, in time, TLS verified, nowhere else, and little is believed."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from gridmap.errors import SourceSilentError

STEP_S, PATIENCE_S = 5.0, 8.0
"""Each step of a question may take so long, the whole answer so long."""
MOST_BYTES = 65_536
LONGEST_WAIT_S = 24 * 3600.0
SENT, AGAIN, REFUSED, GONE = "sent", "again", "refused", "gone"
_BUSY = (408, 425, 429)


@dataclass(frozen=True)
class Outcome:
    """What came of sending: one of SENT, AGAIN (later), REFUSED (never so), GONE (nobody is at that address any more).

    `fault` says why in a word for people who run this; never an address or a key. `retry_after_s`: not before.
    """

    kind: str
    fault: str | None = None
    retry_after_s: float | None = None


DONE = Outcome(SENT)


class Answer(NamedTuple):
    """What a provider answered; the body at most MOST_BYTES."""

    status: int
    retry_after_s: float | None
    body: bytes

    @property
    def told(self) -> dict[str, Any]:
        """The body as a JSON object; {} where it is none."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def outcome(self) -> Outcome:
        """What the status alone says."""
        if 200 <= self.status < 300:
            return DONE
        is_busy = self.status in _BUSY or self.status >= 500
        return Outcome(AGAIN if is_busy else REFUSED, f"HTTP {self.status}", self.retry_after_s)


def origin_of(address: str) -> str:
    """Scheme, host and port of an address; "" where it is none we speak to, or carries a name and password."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("https", "http") or not parts.hostname or "@" in parts.netloc:
        return ""
    return f"{parts.scheme}://{parts.hostname}{f':{port}' if port else ''}"


def ask(address: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
    """Ask (GET without a body, else POST), follow nobody elsewhere. Raises SourceSilentError `channel_silent`.

    Of what goes wrong only its kind is told: messages and tracebacks hold addresses, and so keys.
    """
    said = {"User-Agent": "gridmap", "Accept-Encoding": "identity", **headers}
    request = Request(address, data=body, headers=said)  # noqa: S310  (http or https: see declared)
    try:
        try:
            with _OPENER.open(request, timeout=STEP_S) as answer:
                return _read(answer.status, answer.headers, answer)
        except HTTPError as error:
            with error:
                return _read(error.code, error.headers, error)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise SourceSilentError("channel_silent", reason=type(error).__name__) from None


def ask_json(address: str, body: Mapping[str, Any]) -> Answer:
    """The same with a JSON body."""
    return ask(address, as_json(body), {"Content-Type": "application/json; charset=utf-8"})


def as_json(body: Mapping[str, Any]) -> bytes:
    """JSON as it is sent, and signed."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _read(status: int, headers: Any, answer: Any) -> Answer:
    until, parts, length = time.monotonic() + PATIENCE_S, [], 0
    while length < MOST_BYTES and (part := answer.read1(MOST_BYTES - length)):
        length += len(part)
        parts.append(part)
        if time.monotonic() > until:
            raise TimeoutError
    return Answer(status, _seconds(headers.get("Retry-After")), b"".join(parts))


def _seconds(said: str | None) -> float | None:
    """Retry-After in seconds; a date is not read: then our own pauses count."""
    return min(float(said), LONGEST_WAIT_S) if said and said.isascii() and said.isdigit() else None


def _opener() -> OpenerDirector:
    opener = OpenerDirector()
    for handler in (
        ProxyHandler(),
        HTTPHandler(),
        HTTPSHandler(),
        HTTPDefaultErrorHandler(),
        HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener


_OPENER = _opener()
