"""What the routes of notices take: which of one's own, which were read, where else one wants to be told."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from gridmap.web.params import Key, LanguageQuery, Strict


class NoticeQuery(LanguageQuery):
    """Which of one's own notices."""

    unread: bool = False
    limit: int = Field(30, ge=1, le=100)


class LineQuery(LanguageQuery):
    """How many lines of one's own notices."""

    limit: int = Field(30, ge=1, le=100)


class ReadBody(Strict):
    """Which notices were read: those of some keys, or all up to one."""

    ids: list[Key] | None = Field(None, max_length=4000)
    until: Key | None = None


class AddressBody(Strict):
    """Where one wants to be told: of `push` the endpoint and the keys that the browser gave."""

    way: Literal["push", "wecom", "sms"]
    address: str = Field(min_length=1, max_length=600)
    keys: dict[Literal["p256dh", "auth"], str] | None = None


class AddressPath(Strict):
    """An address of one's own."""

    address_id: Key
