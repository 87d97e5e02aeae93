"""Routes of accounts and tokens."""

from __future__ import annotations

from flask import Response, jsonify

from gridmap.actions.accounts import NewAccount, add_account, close_account, make_token, revoke_token
from gridmap.db import accounts
from gridmap.db.models import Account
from gridmap.domain.codes import codes_in
from gridmap.domain.scope import Actor
from gridmap.web.access import actor, credentials, needs, office, parts
from gridmap.web.answers import (
    CHANGE_ERRORS,
    ERRORS,
    WRITE_ERRORS,
    AccountAnswer,
    AccountList,
    Done,
    TokenAnswer,
    TokenList,
)
from gridmap.web.api.blueprint import PEOPLE, api
from gridmap.web.params import (
    AccountBody,
    LanguageQuery,
    PageQuery,
    TokenBody,
    TokenPath,
    UserPath,
    iso,
    read_number_cursor,
    write_cursor,
)


@api.get("/accounts", tags=[PEOPLE], responses={200: AccountList, **ERRORS})
@needs("manage")
def list_accounts(query: PageQuery) -> Response:
    """Accounts in the order they were made, as far as the asker manages them."""
    who = actor()
    with office().database.reading() as session:
        rows = accounts.page(session, read_number_cursor(query.cursor) or 0, query.limit + 1)
        shown = [_account(row) for row in rows[: query.limit] if _manages(who, row)]
        more = write_cursor(rows[query.limit - 1].id) if len(rows) > query.limit else None
    return jsonify(accounts=shown, next=more)


def _manages(who: Actor, row: Account) -> bool:
    return who.scope.covers(f"{row.district_code}/" if row.area_path is None else row.area_path)


def _account(row: Account) -> dict[str, object]:
    area = codes_in(row.area_path)[-1] if row.area_path else None
    return {
        "username": row.username,
        "kind": row.kind,
        "area": area,
        "unit": row.unit,
        "name": row.display_name,
        "active": row.is_active,
    }


@api.post("/accounts", tags=[PEOPLE], responses={201: AccountAnswer, **WRITE_ERRORS})
@needs("manage")
def make_account(query: LanguageQuery, body: AccountBody) -> tuple[Response, int]:
    """Make an account; the answer has its one-time code."""
    new = NewAccount(body.username, body.kind, body.area, body.unit, name=body.name)
    code = add_account(office(), actor(), new, parts().rules)
    told = ("username", "kind", "area", "unit", "name")
    answer = {name: getattr(body, name) for name in told}
    return jsonify(answer | {"active": True, "one_time_code": code}), 201


@api.delete("/accounts/<string:username>", tags=[PEOPLE], responses={200: Done, **CHANGE_ERRORS})
@needs("manage")
def end_account(path: UserPath, query: LanguageQuery) -> Response:
    """End an account, its sessions, tokens and open streams."""
    close_account(office(), actor(), path.username)
    return jsonify(status="closed")


@api.get("/tokens", tags=[PEOPLE], responses={200: TokenList, **ERRORS})
@needs("tokens")
def list_tokens(query: LanguageQuery) -> Response:
    """One's own tokens, without their secrets."""
    with office().database.reading() as session:
        rows = accounts.tokens_of(session, actor().account_id)
        shown = [
            {
                "id": row.id,
                "label": row.label,
                "created_at": iso(row.created_at),
                "expires_at": iso(row.expires_at),
                "revoked_at": iso(row.revoked_at),
            }
            for row in rows
        ]
    return jsonify(tokens=shown)


@api.post("/tokens", tags=[PEOPLE], responses={201: TokenAnswer, **WRITE_ERRORS})
@needs("tokens")
def add_token(query: LanguageQuery, body: TokenBody) -> tuple[Response, int]:
    """Make a token for oneself; its secret is in this answer only. Made with a token, it ends with that one."""
    token_id, secret = make_token(
        office(), actor().account_id, body.label, days=body.days, made_with=credentials().secret
    )
    return jsonify(id=token_id, label=body.label, token=secret), 201


@api.delete("/tokens/<int:token_id>", tags=[PEOPLE], responses={200: Done, **CHANGE_ERRORS})
@needs("tokens")
def end_token(path: TokenPath, query: LanguageQuery) -> Response:
    """Revoke one of one's own tokens."""
    revoke_token(office(), actor(), path.token_id)
    return jsonify(status="revoked")
