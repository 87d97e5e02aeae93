"""End one's own sessions and tokens: one of them, or all but the one in use."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gridmap.actions.office import Office
from gridmap.actions.signing_in import SESSION, TOKEN, note, secret_digest, tell_access
from gridmap.db import accounts
from gridmap.db.models import Token
from gridmap.domain.scope import Actor
from gridmap.errors import NotFoundError

_NOTES = {TOKEN: "token_revoked", SESSION: "session_ended"}


def end_own(office: Office, actor: Actor, token_id: int) -> None:
    """End one of one's own sessions or tokens, and the streams opened with it; commits.

    Raises NotFoundError `token_not_found` for one that is not there, or somebody else's.
    """
    with office.work() as work:
        token = work.session.get(Token, token_id)
        if token is None or token.kind not in _NOTES or token.account_id != actor.account_id:
            raise NotFoundError("token_not_found", token_id=token_id)
        accounts.revoke_with_children(work.session, token, work.now)
        note(work, actor.account_id, _NOTES[token.kind])
        tell_access(work, actor.account_id)


def end_others(office: Office, actor: Actor, secret: str) -> None:
    """End all one's own sessions and tokens but the one with this secret, and those it was made with; commits."""
    with office.work() as work:
        digest = secret_digest(secret)
        others = (Token.account_id == actor.account_id) & Token.revoked_at.is_(None)
        others &= Token.kind.in_(_NOTES) & Token.id.not_in(_made_with(work.session, digest))
        work.session.execute(update(Token).where(others).values(revoked_at=work.now))
        note(work, actor.account_id, "others_ended")
        tell_access(work, actor.account_id)


def _made_with(session: Session, digest: str) -> list[int]:
    """The keys of a token and of all it came from: it ends with any of them."""
    found = session.scalar(select(Token).where(Token.digest == digest))
    keys: list[int] = []
    while found is not None:
        keys.append(found.id)
        found = session.get(Token, found.parent_id) if found.parent_id else None
    return keys
