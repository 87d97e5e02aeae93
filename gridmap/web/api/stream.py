"""The route of the stream: server-sent events, resumed by Last-Event-ID, each reader inside its scope."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator

from flask import Response, request
from pydantic import Field

from gridmap.domain.scope import Actor
from gridmap.errors import GridmapError, InvalidInputError, NotSignedInError, TooManyError, UnavailableError
from gridmap.live import Message, follow
from gridmap.web import access
from gridmap.web.access import Parts, actor, needs, parts
from gridmap.web.answers import ERRORS, Error
from gridmap.web.api.blueprint import STATE, api
from gridmap.web.params import LanguageQuery

RETRY_MS = 2000
ACCOUNT_LIMIT = 20
"""Streams of one account in one process: a browser shares one between its tabs, a wall has one."""
_open: Counter[int] = Counter()
_lock = threading.Lock()


class StreamQuery(LanguageQuery):
    """Where to resume, for readers that cannot send the header."""

    last_event_id: int | None = Field(None, ge=0, le=2**53)


@api.get(
    "/stream",
    tags=[STATE],
    responses={
        200: {
            "description": "Server-sent events",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        },
        **ERRORS,
        429: Error,
    },
)
@needs("read", "projection")
def stream(query: StreamQuery) -> Response:
    """Changes as they happen (server-sent events): issue, gone, areas, buildings, tiles, imported, steer, notice, reset, signed-out."""
    last = _last(query)
    who, here = actor(), parts()
    here.live.start()
    _enter(who.account_id, here.settings.stream_limit)
    look_again = _looker(here, who)
    messages = follow(here.live, who, last, look_again)
    response = Response(_lines(messages), mimetype="text/event-stream")
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Accel-Buffering"] = "no"
    response.call_on_close(lambda: _leave(who.account_id))
    return response


def _last(query: StreamQuery) -> int | None:
    header = request.headers.get("Last-Event-ID", "")
    if not header:
        return query.last_event_id
    if not (header.isascii() and header.isdigit() and len(header) < 17):
        raise InvalidInputError("last_event_id_invalid", value=header[:40])
    return int(header)


def _enter(account_id: int, limit: int) -> None:
    with _lock:
        if _open.total() >= limit:
            raise UnavailableError("streams_full", retry_after_s=10, limit=limit)
        if _open[account_id] >= ACCOUNT_LIMIT:
            raise TooManyError("streams_of_account_full", retry_after_s=10, limit=ACCOUNT_LIMIT)
        _open[account_id] += 1


def _leave(account_id: int) -> None:
    with _lock:
        _open[account_id] -= 1
        if not _open[account_id]:
            del _open[account_id]


def _looker(here: Parts, who: Actor) -> Callable[[], Actor | None]:
    credentials = access.credentials()

    def look_again() -> Actor | None:
        try:
            return access.actor_by(here, credentials)
        except NotSignedInError:
            return None
        except GridmapError:
            return who  # the store is away: decided when it is back

    return look_again


def _lines(messages: Iterator[Message | None]) -> Iterator[str]:
    yield f"retry: {RETRY_MS}\n\n"
    for message in messages:
        if message is None:
            yield ": beat\n\n"
        else:
            data = json.dumps(message.data, ensure_ascii=False, separators=(",", ":"))
            yield f"id: {message.number}\nevent: {message.event}\ndata: {data}\n\n"
