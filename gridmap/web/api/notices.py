"""Routes of one's own notices, of where else one wants to be told, and of what could not be delivered."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Response, jsonify

from gridmap.actions.noticing import read_notices
from gridmap.actions.reaching import add_address, remove_address
from gridmap.channels.posting import origin_of
from gridmap.channels.wording import line_words, words_of
from gridmap.db import deliveries, notices
from gridmap.db.loop_models import Channel, Notice
from gridmap.domain.gathering import Line, lines
from gridmap.domain.notices import PUSH, USUAL
from gridmap.errors import InvalidInputError
from gridmap.web.access import actor, needs, office, parts
from gridmap.web.answers import (
    CHANGE_ERRORS,
    ERRORS,
    WRITE_ERRORS,
    AddressAnswer,
    Done,
    LostList,
    NoticeLines,
    NoticeList,
    Unread,
    WayList,
)
from gridmap.web.api.blueprint import PEOPLE, api
from gridmap.web.language import language
from gridmap.web.params import LanguageQuery, iso
from gridmap.web.params_notices import AddressBody, AddressPath, LineQuery, NoticeQuery, ReadBody

_LOST = 50
_LOOKED_AT = 2000
"""So many of the newest are summed up: two weeks of a busy seat."""


@api.get("/notices", tags=[PEOPLE], responses={200: NoticeList, **ERRORS})
@needs("read")
def list_notices(query: NoticeQuery) -> Response:
    """One's own notices, newest first."""
    me = actor().account_id
    with office().database.reading() as session:
        rows = notices.page(session, me, only_unread=query.unread, limit=query.limit)
        return jsonify(notices=[_notice(row) for row in rows], unread=notices.unread(session, me))


def _notice(row: Notice) -> dict[str, Any]:
    title, about = words_of(row.kind, language(), row.data)
    return {
        "id": row.id,
        "kind": row.kind,
        "title": title,
        "about": about,
        "number": row.data.get("number"),
        "urgency": row.data.get("urgency", USUAL),
        "at": iso(row.at),
        "read_at": iso(row.read_at),
    }


@api.get("/notices/lines", tags=[PEOPLE], responses={200: NoticeLines, **ERRORS})
@needs("read")
def list_lines(query: LineQuery) -> Response:
    """One's own notices summed up as the bell shows them, newest first: of a kind and a day one line where there are many."""
    with office().database.reading() as session:
        told = notices.recent(session, actor().account_id, _LOOKED_AT)
    found = lines(told, office().zone)
    unread = sum(not line.newest.is_read for line in found)
    shown = [_line(line) for line in found[: query.limit]]
    return jsonify(lines=shown, unread=unread, until=told[0].id if told else None)


def _line(line: Line) -> dict[str, Any]:
    newest = line.newest
    title, about = line_words(line, language())
    return {
        "kind": newest.kind,
        "title": title,
        "about": about,
        "matters": line.matters,
        "number": newest.data.get("number") if line.matters == 1 else None,
        "opens": line.list_name,
        "urgency": newest.data.get("urgency", USUAL),
        "at": iso(newest.at),
        "is_read": newest.is_read,
        "ids": list(line.ids),
    }


@api.post("/notices/read", tags=[PEOPLE], responses={200: Unread, **WRITE_ERRORS})
@needs("read")
def read_own_notices(query: LanguageQuery, body: ReadBody) -> Response:
    """Mark notices as read: those of `ids`, or all up to the key `until`; one of the two."""
    if (body.ids is None) == (body.until is None):
        raise InvalidInputError("ids_or_until")
    left = read_notices(office(), actor().account_id, ids=body.ids, until=body.until)
    return jsonify(unread=left)


@api.get("/notices/ways", tags=[PEOPLE], responses={200: WayList, **ERRORS})
@needs("read")
def list_ways(query: LanguageQuery) -> Response:
    """Which ways to be told are offered beside the pages, and one's own addresses."""
    ways = parts().ways
    with office().database.reading() as session:
        mine = [_address(row) for row in deliveries.addresses_of(session, actor().account_id)]
    begins, ends = ways.quiet.begins, ways.quiet.ends
    quiet = None if begins == ends else {"begins": f"{begins:%H:%M}", "ends": f"{ends:%H:%M}"}
    key = ways.push.public_key if ways.push else None
    return jsonify(offered=sorted(ways.providers), push_key=key, quiet=quiet, addresses=mine)


def _address(row: Channel) -> dict[str, Any]:
    return {
        "id": row.id,
        "way": row.channel,
        "address": origin_of(row.address) if row.channel == PUSH else row.address,
        "mark": hashlib.sha256(row.address.encode()).hexdigest(),
        "since": iso(row.created_at),
    }


@api.post("/notices/ways", tags=[PEOPLE], responses={201: AddressAnswer, **WRITE_ERRORS})
@needs("read")
def add_way(query: LanguageQuery, body: AddressBody) -> tuple[Response, int]:
    """Have notices go to an address of one's own, too."""
    keys = {str(name): value for name, value in body.keys.items()} if body.keys else None
    key = add_address(office(), actor(), parts().ways, body.way, body.address, keys)
    with office().database.reading() as session:
        return jsonify(_address(session.get_one(Channel, key))), 201


@api.delete("/notices/ways/<int:address_id>", tags=[PEOPLE], responses={200: Done, **CHANGE_ERRORS})
@needs("read")
def end_way(path: AddressPath, query: LanguageQuery) -> Response:
    """Have no more notices go to one of one's own addresses."""
    remove_address(office(), actor(), path.address_id)
    return jsonify(status="removed")


@api.get("/notices/lost", tags=[PEOPLE], responses={200: LostList, **ERRORS})
@needs("manage")
def list_lost(query: LanguageQuery) -> Response:
    """What could not be delivered and why, newest first; no addresses, no matters."""
    with office().database.reading() as session:
        rows, waiting = deliveries.given_up(session, _LOST), deliveries.waiting(session)
    lost = [
        {
            "way": row.channel,
            "kind": row.body["kind"],
            "tries": row.tries,
            "fault": row.fault,
            "at": iso(row.created_at),
        }
        for row in rows
    ]
    return jsonify(lost=lost, waiting=waiting)
