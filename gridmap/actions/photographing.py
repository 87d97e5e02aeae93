"""Add a photo to a matter: kept once under the sender's id, an event in the chain."""

from __future__ import annotations

import hashlib

from sqlalchemy import select

from gridmap.actions.handling import visible_issue
from gridmap.actions.office import Office, Work, add_event, tie_of
from gridmap.actions.reporting import news_of
from gridmap.db import issues
from gridmap.db.models import CategoryRow, Issue, Photo
from gridmap.domain.scope import Actor
from gridmap.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from gridmap.files.photos import Picture, redraw, store

MAX_PHOTOS = 20
KINDS = ("before", "after", "evidence")
"""What a photo shows, where its sender says so: the matter as it was found, as it was left, what was done."""


def add_photo(
    office: Office, actor: Actor, number: str, client_id: str, sent: bytes, kind: str | None = None
) -> tuple[int, bool]:
    """Keep a photo of the matter `number`; commits. Its key, and whether it is new. `kind`: one of KINDS or None.

    Anybody who may act and sees the matter may add one. Raises NotFoundError, ForbiddenError,
    ConflictError `client_id_reused`, `photos_too_many`, InvalidInputError `photo_kind_unknown`, and what
    `redraw` raises.
    """
    if kind is not None and kind not in KINDS:
        raise InvalidInputError("photo_kind_unknown", kind=kind, choices=KINDS)
    if not 0 < len(client_id) <= 64:
        raise InvalidInputError("client_id_invalid", limit=64)
    if not actor.may("act"):
        raise ForbiddenError("forbidden", kind=actor.kind, permission="act")
    sent_digest = hashlib.sha256(sent).hexdigest()
    with office.database.reading() as session:
        if issues.one(session, actor.scope, number) is None:
            raise NotFoundError("issue_not_found", number=number)
    picture = redraw(sent)
    with office.work() as work:
        issue = visible_issue(work, actor, number)
        photos = list(work.session.scalars(select(Photo).where(Photo.issue_id == issue.id)))
        for photo in photos:
            if photo.client_id == client_id:
                if photo.sent_digest != sent_digest:
                    raise ConflictError("client_id_reused", client_id=client_id, number=number)
                return photo.id, False
        if len(photos) >= MAX_PHOTOS:
            raise ConflictError("photos_too_many", limit=MAX_PHOTOS)
        photo_id = keep_photo(office, work, issue, actor.account_id, client_id, sent_digest, picture, kind)
        return photo_id, True


def keep_photo(
    office: Office,
    work: Work,
    issue: Issue,
    account_id: int | None,
    client_id: str,
    sent_digest: str,
    picture: Picture,
    kind: str | None = None,
) -> int:
    """Keep a photo of a locked matter, its file and its event; not committed. Its key."""
    # The file first: a row without its file would be a lost photo, a file without a row is only waste.
    store(office.data_dir, picture)
    photo = Photo(
        district_code=issue.district_code,
        issue_id=issue.id,
        account_id=account_id,
        client_id=client_id,
        kind=kind,
        sent_digest=sent_digest,
        digest=picture.digest,
        width=picture.width,
        height=picture.height,
        size=len(picture.data),
        taken_at=work.now,
    )
    work.session.add(photo)
    work.session.flush()
    told = {"photo": photo.id, "digest": picture.digest}
    add_event(work, issue, "photo", account_id, told | ({"photo_kind": kind} if kind else {}))
    news = news_of(issue, work.session.get_one(CategoryRow, issue.category_id), "photo")
    tie = tie_of(issue)
    work.tell("issue", news, district_code=issue.district_code, before=tie, after=tie)
    return photo.id
