"""Where an account wants to be told beside the pages: addresses it adds, and takes away again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gridmap.actions.office import Office
from gridmap.channels.declared import Ways
from gridmap.channels.push import is_subscription
from gridmap.db import deliveries
from gridmap.db.loop_models import Channel
from gridmap.domain.notices import PUSH, SMS, WECOM
from gridmap.domain.scope import Actor
from gridmap.errors import ConflictError, InvalidInputError, NotFoundError

MOST_ADDRESSES = 10
ADDRESS_LIMIT = 600
_SHAPES = {SMS: re.compile(r"\+?\d{6,20}", re.ASCII), WECOM: re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}")}


def add_address(
    office: Office, actor: Actor, ways: Ways, way: str, address: str, keys: Mapping[str, Any] | None = None
) -> int:
    """Have notices go to an address of one's own, too; commits. Its key; again the same one.

    A browser that was somebody else's is theirs no more. Raises ForbiddenError for a wall, InvalidInputError
    `channel_not_offered`, `address_invalid`, ConflictError `too_many_addresses`.
    """
    actor.require("read")
    _check(ways, way, address, keys)
    with office.work() as work:
        mine = deliveries.addresses_of(work.session, actor.account_id)
        for one in mine:
            if (one.channel, one.address) == (way, address):
                one.keys = keys
                return one.id
        if len(mine) >= MOST_ADDRESSES:
            raise ConflictError("too_many_addresses", limit=MOST_ADDRESSES)
        if way == PUSH:
            deliveries.forget_address(work.session, way, address)
        row = Channel(account_id=actor.account_id, channel=way, address=address, keys=keys)
        row.created_at = work.now
        work.session.add(row)
        work.session.flush()
        return row.id


def _check(ways: Ways, way: str, address: str, keys: Mapping[str, Any] | None) -> None:
    if way not in ways.providers:
        raise InvalidInputError("channel_not_offered", channel=way, choices=sorted(ways.providers))
    if way == PUSH:
        is_one = ways.push is not None and ways.push.takes(address) and is_subscription(keys or {})
    else:
        is_one = _SHAPES[way].fullmatch(address) is not None
    if not is_one or len(address) > ADDRESS_LIMIT:
        raise InvalidInputError("address_invalid", channel=way)


def remove_address(office: Office, actor: Actor, address_id: int) -> None:
    """Have no more notices go there; commits. Raises NotFoundError `address_not_found`."""
    with office.work() as work:
        row = work.session.get(Channel, address_id)
        if row is None or row.account_id != actor.account_id:
            raise NotFoundError("address_not_found", address_id=address_id)
        work.session.delete(row)
