"""Whistles into the JSON of the contract, with what the reader may do to each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import url_for

from gridmap.actions.handling import Standing
from gridmap.db.loop_models import Whistle, WhistleCall
from gridmap.db.models import Words
from gridmap.db.whistles import BLOWING, TAKING_BACK
from gridmap.domain import whistle as rules
from gridmap.domain.scope import Actor
from gridmap.web.params import iso
from gridmap.web.shapes import account_name, said


@dataclass(frozen=True)
class Blown:
    """What the whistles over one matter are shown with: the reader, how they stand to it, its `photos` by key, its words by row.

    `said` has the rows of what was said when they were blown and taken back, by whistle and event.
    """

    who: Actor
    standing: Standing
    photos: Collection[int]
    words: Mapping[int, Words]
    said: Mapping[tuple[int, str], Sequence[int]] = field(default_factory=dict)

    def spoken(self, whistle: Whistle, event: str) -> list[dict[str, Any]]:
        """What was said of a whistle at an event."""
        return [said(key, self.words) for key in self.said.get((whistle.id, event), ())]


def whistle_json(
    whistle: Whistle, calls: Sequence[WhistleCall], callers: Mapping[int, Any], number: str, blown: Blown
) -> dict[str, Any]:
    """A whistle over the matter `number` with its calls; `callers` are those who blew it, by account."""
    return {
        "id": whistle.id,
        "level": whistle.level,
        "kind": whistle.kind,
        "status": whistle.status,
        "caller": _name(callers.get(whistle.caller_id)),
        "called_at": iso(whistle.called_at),
        "answer_by": iso(whistle.answer_by),
        "raised": whistle.raised,
        "words": blown.spoken(whistle, BLOWING),
        "taken_back": blown.spoken(whistle, TAKING_BACK),
        "ended_at": iso(whistle.ended_at),
        "calls": [_call_json(call, number, blown) for call in calls],
        "may": may(whistle, calls, blown.who, blown.standing),
    }


def _name(caller: Any) -> str:
    return account_name(caller.kind, caller.name, caller.unit) if caller else ""


def _call_json(call: WhistleCall, number: str, blown: Blown) -> dict[str, Any]:
    evidence = call.evidence or {"photos": [], "words": []}
    return {
        "unit": call.unit,
        "own": call.unit == blown.who.unit,
        "status": call.status,
        "called_at": iso(call.called_at),
        "site_by": iso(call.site_by),
        "accepted_at": iso(call.accepted_at),
        "checked_in_at": iso(call.checked_in_at),
        "distance_m": call.distance_m,
        "accuracy_m": call.accuracy_m,
        "done_at": iso(call.done_at),
        "words": [said(key, blown.words) for key in evidence["words"]],
        "photos": [_photo(number, key) for key in evidence["photos"] if key in blown.photos],
        "rating": call.rating,
        "rated_at": iso(call.rated_at),
    }


def _photo(number: str, key: int) -> dict[str, Any]:
    return {
        "id": key,
        "url": url_for("api.read_photo", number=number, photo_id=key),
        "thumbnail_url": url_for("api.read_thumbnail", number=number, photo_id=key),
        "kind": "evidence",
    }


def may(whistle: Whistle, calls: Sequence[WhistleCall], who: Actor, standing: Standing) -> list[str]:
    """What somebody may do to a whistle now; the actions themselves check it again."""
    if not who.may("act"):
        return []
    own = next((call for call in calls if who.unit is not None and call.unit == who.unit), None)
    found = []
    if own is not None and whistle.status in rules.LIVE:
        found += [step for step, (before, _) in rules.STEPS.items() if own.status == before]
    if whistle.caller_id == who.account_id or rules.may_judge(whistle.level, standing.level):
        if any(call.status == rules.PART_DONE and call.rating is None for call in calls):
            found.append("rate")
        if whistle.status in rules.HOLDING:
            found.append("cancel")
    return found
