"""Put right what a matter says of itself: its place, its category, its cell; or have words about it forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gridmap.actions.acts import Case, Effect, needed
from gridmap.actions.clocks import limit_of, renew
from gridmap.actions.placing import Standing, why_of
from gridmap.actions.reporting import key_of, place_columns
from gridmap.db import areas, history
from gridmap.db.models import Area, Issue, Words
from gridmap.errors import InvalidInputError, NotFoundError


def _amend(case: Case) -> None:
    """A new place, a new category, or both: assigned anew once, and with the deadline of what it is there."""
    issue, act, session = case.issue, case.act, case.work.session
    if act.sent is None and act.category is None:
        needed(None, "lon", act.name)
    was = limit_of(case)
    if act.category is not None:
        category = case.office.grounds.current(session).category(act.category)
        if category.retired_at is not None and category.id != issue.category_id:
            raise InvalidInputError("category_retired", category=category.name_zh)
        issue.category_id = category.id
        case.data["category"] = key_of(category)
    if act.sent is not None:
        standing = case.office.grounds.current(session).find(act.sent)
        case.put(place_columns(_same_district(issue, standing), act.sent))
        case.data["why"] = why_of(standing, act.sent)
    if act.category is not None or limit_of(case) != was:
        renew(case, history.begun_at(session, issue))
    case.assign()


def _same_district(issue: Issue, standing: Standing) -> Standing:
    # Its number, history and place among the shards stay with the district it was first kept in.
    return Standing(standing.place, standing.path, issue.district_code)


def _choose_cell(case: Case) -> None:
    """The answer to “which cell is it?”: a candidate, or for whoever dispatches any cell in scope."""
    issue, code = case.issue, needed(case.act.cell, "cell", case.act.name)
    cell = areas.current(case.work.session, code)
    why = history.facts_of(case.work.session, issue.id).why
    offered = {c["code"] for c in why["candidates"]} | {(why["nearest"] or {}).get("code")}
    is_free = case.actor.may("dispatch") and cell is not None and case.actor.scope.covers(cell.path)
    if cell is None or cell.level != "grid" or not (code in offered or is_free):
        raise InvalidInputError("cell_not_offered", cell=code, choices=sorted(c for c in offered if c))
    was = limit_of(case)
    issue.path, issue.cell_id, issue.is_triage = cell.path, cell.id, False
    if limit_of(case) != was:
        renew(case, history.begun_at(case.work.session, issue))
    case.data["why"] = {**why, "cell": _cell_json(cell), "rule": "chosen_by_person", "margin_m": None}
    case.assign()


def _cell_json(cell: Area) -> dict[str, Any]:
    return {"code": cell.code, "name": cell.name, "version": cell.version}


def _erase(case: Case) -> None:
    """Forget words for good: the chain keeps their salted digest, which then fits nothing."""
    words = case.work.session.get(Words, needed(case.act.words_id, "words_id", case.act.name))
    if words is None or words.issue_id != case.issue.id:
        raise NotFoundError("words_not_found", words_id=case.act.words_id)
    words.text, words.salt, words.erased_at = None, None, case.work.now
    case.data["erased"] = words.id


AMENDING: Mapping[str, Effect] = {
    "move": _amend,
    "recategorise": _amend,
    "amend": _amend,
    "choose_cell": _choose_cell,
    "erase": _erase,
}
