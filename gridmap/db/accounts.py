"""Asking for accounts and tokens, and what an account may see."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.orm import Session, aliased

from gridmap.db import posts
from gridmap.db.asking import Question, moment
from gridmap.db.models import Account, AccountNote, OldPassword, Token
from gridmap.domain.scope import Scope, smallest_roots


def by_name(session: Session, username: str) -> Account | None:
    """The account of that name; None for none."""
    return session.scalar(select(Account).where(Account.username == username))


def by_id(session: Session, account_id: int) -> Account | None:
    """The account of that key; None for none."""
    return session.get(Account, account_id)


def by_token(session: Session, digest: str, now: datetime) -> tuple[Account, Token] | None:
    """The active account whose valid token has this digest; None for a wrong, revoked or expired one."""
    row = session.execute(
        select(Account, Token).join(Token, Token.account_id == Account.id).where(Token.digest == digest)
    ).one_or_none()
    if row is None:
        return None
    account, token = row
    is_valid = token.revoked_at is None and (token.expires_at is None or token.expires_at > now)
    return (account, token) if is_valid and account.is_active else None


class Holder(NamedTuple):
    """Whose a token is: what signing in by it needs to know, without the rows themselves."""

    id: int
    kind: str
    username: str
    person_id: int | None
    unit: str | None
    area_path: str | None
    name: str | None
    token_kind: str
    created_at: datetime
    seen_at: datetime | None
    post_paths: tuple[str, ...]

    @property
    def scope(self) -> Scope:
        """What the account may see."""
        return _scope(self, self.post_paths)


_HOLDER = Question(
    "SELECT a.id, a.kind, a.username, a.person_id, a.unit, a.area_path, coalesce(p.name, a.display_name), t.kind, t.created_at, t.seen_at,"
    " o.area_path FROM tokens t JOIN accounts a ON a.id = t.account_id LEFT JOIN persons p ON p.id = a.person_id"
    " LEFT JOIN posts o ON o.person_id = a.person_id AND o.valid_from <= {now}"
    " AND (o.valid_to IS NULL OR o.valid_to > {now})"
    " WHERE t.digest = {digest} AND t.revoked_at IS NULL AND a.is_active"
    " AND (t.expires_at IS NULL OR t.expires_at > {now})"
)


def holder(session: Session | Connection, digest: str, now: datetime) -> Holder | None:
    """Whose valid token has this digest, with the posts held at `now`.

    None for a wrong, revoked or expired one, or a closed account.
    """
    rows = _HOLDER.ask(session, digest=digest, now=now)
    if not rows:
        return None
    *facts, created_at, seen_at, _ = rows[0]
    paths = tuple(row[-1] for row in rows if row[-1] is not None)
    return Holder(*facts, moment(created_at) or now, moment(seen_at), paths)


def scopes_of_walls(session: Session, most: int) -> set[Scope]:
    """What the walls there are may see, of at most so many accounts."""
    query = select(Account).where(Account.kind == "wall", Account.is_active.is_(True)).order_by(Account.id)
    return {_scope(account, ()) for account in session.scalars(query.limit(most))}


def tokens_of(session: Session, account_id: int) -> list[Token]:
    """An account's bearer tokens, newest first."""
    query = select(Token).where(Token.account_id == account_id, Token.kind == "token")
    return list(session.scalars(query.order_by(Token.id.desc())))


def live_sessions(session: Session, account_id: int, since: datetime | None) -> list[Token]:
    """An account's sessions that have not ended, last used first; `since`: used then or later."""
    query = select(Token).where(
        Token.account_id == account_id, Token.kind == "session", Token.revoked_at.is_(None)
    )
    if since is not None:
        query = query.where(Token.seen_at >= since)
    return list(session.scalars(query.order_by(Token.seen_at.desc(), Token.id.desc())))


def last_passwords(session: Session, account: Account, number: int) -> list[str]:
    """The hashes of the present password and of the last `number` that were set."""
    query = select(OldPassword.password_hash).where(OldPassword.account_id == account.id)
    found = list(session.scalars(query.order_by(OldPassword.id.desc()).limit(number)))
    if account.password_hash is not None and account.password_hash not in found:
        found = [account.password_hash, *found[: number - 1]]
    return found


def forget_passwords(session: Session, account_id: int, *, keep: int) -> None:
    """Delete the remembered hashes of an account but for the last `keep`."""
    mine = select(OldPassword.id).where(OldPassword.account_id == account_id)
    kept = list(session.scalars(mine.order_by(OldPassword.id.desc()).limit(keep))) if keep else []
    session.execute(
        delete(OldPassword).where(OldPassword.account_id == account_id, OldPassword.id.not_in(kept))
    )


def last_sign_in(session: Session, account_id: int) -> tuple[datetime | None, int]:
    """When the account last signed in (None: never), and how many tries failed since."""
    mine = AccountNote.account_id == account_id
    query = select(AccountNote.id, AccountNote.at).where(mine, AccountNote.act == "signed_in")
    found = session.execute(query.order_by(AccountNote.id.desc()).limit(1)).one_or_none()
    failed = select(func.count()).where(mine, AccountNote.act == "sign_in_failed")
    if found is not None:
        failed = failed.where(AccountNote.id > found.id)
    return (found.at if found else None), session.scalar(failed) or 0


def page(session: Session, after_id: int, limit: int) -> list[Account]:
    """Accounts in the order they were made."""
    return list(
        session.scalars(select(Account).where(Account.id > after_id).order_by(Account.id).limit(limit))
    )


def locked_rulers(session: Session) -> list[int]:
    """The active administrators who see everything, by key, their rows locked: two cannot end each other."""
    query = select(Account.id).where(
        Account.kind == "administrator", Account.area_path == "", Account.is_active.is_(True)
    )
    return list(session.scalars(query.order_by(Account.id).with_for_update()))


def scope_of(session: Session, account: Account, now: datetime) -> Scope:
    """What the account may see at `now`: its own area, the areas of its posts, what is its own."""
    held = [] if account.person_id is None else posts.of_person(session, account.person_id, now)
    return _scope(account, [post.area_path for post in held])


def _scope(account: Account | Holder, post_paths: Sequence[str]) -> Scope:
    own = [] if account.area_path is None else [account.area_path]
    return Scope(smallest_roots([*own, *post_paths]), account.id, account.person_id, account.unit)


def locked_by_name(session: Session, username: str) -> Account | None:
    """The account of that name, its row locked until the end of the transaction; None for none."""
    return session.scalar(select(Account).where(Account.username == username).with_for_update())


def units(session: Session) -> list[str]:
    """The units that an active department account answers for, in order."""
    query = select(Account.unit).where(Account.kind == "department", Account.is_active.is_(True)).distinct()
    return sorted(unit for unit in session.scalars(query) if unit)


def held_of_unit(session: Session, unit: str, *, alone: bool = False) -> list[int]:
    """The active department accounts that answer for a unit, by key, held until the end of the transaction.

    Whoever gives the unit a matter holds them together with others who do; who ends one of them holds them `alone`.
    """
    query = select(Account.id).where(
        Account.kind == "department", Account.unit == unit, Account.is_active.is_(True)
    )
    return list(session.scalars(query.order_by(Account.id).with_for_update(read=not alone)))


def revoke_with_children(session: Session, token: Token, now: datetime) -> None:
    """End a token and every token that was made with it."""
    token.revoked_at = token.revoked_at or now
    for child in session.scalars(
        select(Token).where(Token.parent_id == token.id, Token.revoked_at.is_(None))
    ):
        revoke_with_children(session, child, now)


def notes(session: Session, username: str) -> list[tuple[datetime, str, str | None]]:
    """What was done to or with an account, oldest first: when, what, and by whom where that was somebody else."""
    actor = aliased(Account)
    query = (
        select(AccountNote.at, AccountNote.act, actor.username)
        .join(Account, Account.id == AccountNote.account_id)
        .outerjoin(actor, actor.id == AccountNote.actor_id)
        .where(Account.username == username)
        .order_by(AccountNote.id)
    )
    return [(at, act, by) for at, act, by in session.execute(query)]
