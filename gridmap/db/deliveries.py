"""Asking for deliveries: what is due, what was given up; and for the addresses they go to."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, select
from sqlalchemy.orm import Session

from gridmap.db.loop_models import Channel, Delivery, Notice
from gridmap.db.models import Account

PASSED_BY = ("read", "removed", "gone", "joined")
"""Not delivered, and nothing is wrong with that."""


def has_due(session: Session, now: datetime) -> bool:
    """Whether anything is to be sent."""
    return session.scalar(select(Delivery.id).where(Delivery.next_at <= now).limit(1)) is not None


def locked_due(session: Session, now: datetime, limit: int) -> list[Delivery]:
    """What is to be sent, longest due first, the rows locked; what others have locked is left to them."""
    query = select(Delivery).where(Delivery.next_at <= now).order_by(Delivery.next_at, Delivery.id)
    return list(session.scalars(query.limit(limit).with_for_update(skip_locked=True)))


def unread_of(session: Session, notice_ids: Collection[int]) -> set[int]:
    """Those of the notices that have not been read, by an account that is still active."""
    query = select(Notice.id).join(Account, Account.id == Notice.account_id)
    mine = query.where(Notice.id.in_(sorted(notice_ids)), Notice.read_at.is_(None), Account.is_active)
    return set(session.scalars(mine))


def keys_of(session: Session, ids: Collection[int]) -> dict[int, Any]:
    """Of deliveries to persons whose address is still theirs, the keys of that address, by delivery."""
    query = (
        select(Delivery.id, Channel.keys)
        .join(Notice, Notice.id == Delivery.notice_id)
        .join(
            Channel,
            (Channel.account_id == Notice.account_id)
            & (Channel.channel == Delivery.channel)
            & (Channel.address == Delivery.target),
        )
    )
    return {one: keys for one, keys in session.execute(query.where(Delivery.id.in_(sorted(ids))))}


def forget_address(session: Session, way: str, address: str) -> None:
    """Nobody is there any more: delete the address, whoever had it."""
    session.execute(delete(Channel).where(Channel.channel == way, Channel.address == address))


def given_up(session: Session, limit: int) -> list[Row[Any]]:
    """The newest that could not be delivered: channel, tries, fault, created_at, body."""
    query = select(Delivery.channel, Delivery.tries, Delivery.fault, Delivery.created_at, Delivery.body)
    lost = (
        Delivery.next_at.is_(None),
        Delivery.sent_at.is_(None),
        Delivery.fault.is_not(None),
        Delivery.fault.not_in(PASSED_BY),
    )
    return list(session.execute(query.where(*lost).order_by(Delivery.id.desc()).limit(limit)))


def waiting(session: Session) -> int:
    """How many are still to be sent."""
    return session.scalar(select(func.count(Delivery.id)).where(Delivery.next_at.is_not(None))) or 0


def addresses_of(session: Session, account_id: int) -> list[Channel]:
    """Where an account wants to be told, in the order it said so."""
    return list(session.scalars(select(Channel).where(Channel.account_id == account_id).order_by(Channel.id)))
