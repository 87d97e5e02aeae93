"""Answer a whistle (报到): a unit accepts, checks in on site, gives its evidence; the caller rates it, or takes the whistle back."""

from __future__ import annotations

from collections.abc import Callable

from gridmap.actions.acts import Act, Case, keep_words, needed
from gridmap.actions.handling import check_act, standing_of, was_sent
from gridmap.actions.office import Office, Work, add_event, tie_of
from gridmap.actions.placing import Sent
from gridmap.actions.reporting import news_of
from gridmap.actions.whistling import end, keep_called, told_of
from gridmap.db import issues, whistles
from gridmap.db.loop_models import Whistle, WhistleCall
from gridmap.db.models import Issue
from gridmap.domain import whistle as rules
from gridmap.domain.scope import Actor
from gridmap.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from gridmap.geo.crs import distance_m, to_wgs84

Doing = Callable[[Case, Whistle, list[WhistleCall]], None]


def accept_call(office: Office, actor: Actor, whistle_id: int, client_id: str | None = None) -> str:
    """The actor's unit is coming (应哨); commits. The matter's number.

    Sent again with the same `client_id` it changes nothing. Raises NotFoundError `whistle_not_found` where the
    actor does not see its matter, ForbiddenError `call_not_yours` where it did not call their unit,
    ConflictError `call_not_now` where the unit accepted before, `whistle_ended`.
    """
    act = Act("whistle_accepted", into=str(whistle_id), client_id=client_id)
    return _do(office, actor, whistle_id, act, _accept)


def check_in(office: Office, actor: Actor, whistle_id: int, sent: Sent, client_id: str | None = None) -> str:
    """The actor's unit is on site (报到); commits. The matter's number.

    How far from the matter that was is kept, and no reason to refuse it. Raises as `accept_call` (`call_not_now`
    before it accepted), and InvalidInputError for a coordinate that cannot be one.
    """
    act = Act("whistle_on_site", into=str(whistle_id), sent=sent, client_id=client_id)
    return _do(office, actor, whistle_id, act, _check_in)


def finish_call(
    office: Office, actor: Actor, whistle_id: int, words: str | None = None, client_id: str | None = None
) -> str:
    """The actor's unit has done its part; commits. The matter's number.

    Its evidence are these `words`, and the photos of kind `evidence` that its accounts added since it was
    called; one of both is needed. With the last unit the whistle is done. Raises as `check_in`, and
    InvalidInputError `evidence_missing`.
    """
    act = Act("whistle_done", into=str(whistle_id), words=words or None, client_id=client_id)
    return _do(office, actor, whistle_id, act, _finish)


def rate_call(
    office: Office,
    actor: Actor,
    whistle_id: int,
    unit: str,
    rating: int,
    client_id: str | None = None,
) -> str:
    """Say how a unit that has done its part did it, one of RATINGS; commits. The matter's number.

    By whoever blew the whistle, or stands above its level. With the last rating the whistle ends. Raises
    NotFoundError `whistle_not_found`, ForbiddenError `whistle_not_yours`, InvalidInputError
    `whistle_rating_invalid`, `unit_not_called`, ConflictError `call_not_done`, `call_rated`.
    """
    if rating not in rules.RATINGS:
        raise InvalidInputError("whistle_rating_invalid", rating=rating, choices=list(rules.RATINGS))
    act = Act("whistle_rated", into=str(whistle_id), unit=unit, satisfaction=rating, client_id=client_id)
    return _do(office, actor, whistle_id, act, _rate)


def cancel_whistle(
    office: Office, actor: Actor, whistle_id: int, words: str, client_id: str | None = None
) -> str:
    """Take a whistle back, saying why, while a unit still has to do its part; commits. The matter's number.

    By whom `rate_call` says. Raises as that, InvalidInputError `field_missing`, ConflictError `whistle_ended`.
    """
    act = Act("whistle_cancelled", into=str(whistle_id), words=words, client_id=client_id)
    needed(words.strip(), "words", "whistle_cancel")
    return _do(office, actor, whistle_id, act, _cancel)


def _do(office: Office, actor: Actor, whistle_id: int, act: Act, doing: Doing) -> str:
    """One event in the matter's chain. The matter's row is what keeps two who do something at once apart."""
    actor.require("act")
    check_act(act)
    with office.work() as work:
        issue = _issue_of(work, whistle_id)
        if act.client_id and was_sent(work, actor, issue, act):
            return issue.number  # also where a unit lost sight of it since: the whistle ended meanwhile
        if not actor.may("read") or not actor.scope.sees(tie_of(issue)):
            raise NotFoundError("whistle_not_found", whistle=whistle_id)
        standing = standing_of(office, work.session, work.now, actor, issue)
        case = Case(office, work, actor, issue, act, standing.ties, standing.level)
        whistle = work.session.get_one(Whistle, whistle_id)
        before, calls = tie_of(issue), whistles.calls_of(work.session, [whistle_id])[whistle_id]
        case.data |= told_of(whistle)
        doing(case, whistle, calls)
        keep_called(work.session, issue)
        if act.client_id:
            case.data["body"] = act.digest()
        add_event(work, issue, act.name, actor.account_id, case.data, client_id=act.client_id)
        news = news_of(issue, case.category, act.name)
        work.tell("issue", news, district_code=issue.district_code, before=before, after=tie_of(issue))
        return issue.number


def _issue_of(work: Work, whistle_id: int) -> Issue:
    """The whistle's matter, its row locked. Raises NotFoundError where there is no such whistle."""
    number = whistles.number_of(work.session, whistle_id)
    issue = issues.locked(work.session, number) if number is not None else None
    if issue is None:
        raise NotFoundError("whistle_not_found", whistle=whistle_id)
    return issue


def _own(case: Case, whistle: Whistle, calls: list[WhistleCall]) -> WhistleCall:
    """The call of the actor's unit, which may go on."""
    unit = case.actor.unit
    found = next((call for call in calls if unit is not None and call.unit == unit), None)
    if found is None:
        raise ForbiddenError("call_not_yours", units=[call.unit for call in calls])
    if whistle.status not in rules.LIVE:
        raise ConflictError("whistle_ended", whistle_status=whistle.status)
    case.data["unit"] = found.unit
    return found


def _accept(case: Case, whistle: Whistle, calls: list[WhistleCall]) -> None:
    call = _own(case, whistle, calls)
    call.status = rules.next_status("accept", call.status)
    call.accepted_at, call.accepted_by = case.work.now, case.actor.account_id
    _go_on(whistle, calls)


def _check_in(case: Case, whistle: Whistle, calls: list[WhistleCall]) -> None:
    call, sent, issue = _own(case, whistle, calls), case.act.sent, case.issue
    call.status = rules.next_status("check_in", call.status)
    place = needed(sent, "lon", "whistle_check_in").to_wgs84()
    matter = to_wgs84(issue.sent_lon, issue.sent_lat, issue.datum)
    call.checked_in_at, call.checked_in_by = case.work.now, case.actor.account_id
    call.lon, call.lat, call.accuracy_m = place.lon, place.lat, sent.accuracy_m if sent else None
    call.distance_m = round(distance_m(place, matter), 1)
    case.data |= {"distance_m": call.distance_m, "accuracy_m": call.accuracy_m}


def _finish(case: Case, whistle: Whistle, calls: list[WhistleCall]) -> None:
    call = _own(case, whistle, calls)
    call.status = rules.next_status("finish", call.status)
    photos = whistles.evidence_since(case.work.session, case.issue.id, call.unit, call.called_at)
    if not photos and not (case.act.words or "").strip():
        raise InvalidInputError("evidence_missing", unit=call.unit)
    keep_words(case)
    words = [entry["id"] for entry in case.data.get("words", [])]
    call.done_at, call.done_by = case.work.now, case.actor.account_id
    call.evidence = {"photos": photos, "words": words}
    case.data["photos"] = photos
    _go_on(whistle, calls)


def _go_on(whistle: Whistle, calls: list[WhistleCall]) -> None:
    """Where every unit has accepted, no silence is left to be raised."""
    whistle.status = rules.status_of(tuple(call.status for call in calls), whistle.status)
    if whistle.status not in rules.UNANSWERED:
        whistle.answer_by = None


def _refuse_unless_judge(case: Case, whistle: Whistle) -> None:
    is_caller = whistle.caller_id == case.actor.account_id
    if not is_caller and not rules.may_judge(whistle.level, case.level):
        raise ForbiddenError("whistle_not_yours", level=whistle.level, highest=case.level)


def _rate(case: Case, whistle: Whistle, calls: list[WhistleCall]) -> None:
    _refuse_unless_judge(case, whistle)
    call = next((call for call in calls if call.unit == case.act.unit), None)
    if call is None:
        raise InvalidInputError("unit_not_called", unit=case.act.unit, choices=[call.unit for call in calls])
    if call.status != rules.PART_DONE:
        raise ConflictError("call_not_done", unit=call.unit, call=call.status)
    if call.rating is not None:
        raise ConflictError("call_rated", unit=call.unit, rating=call.rating)
    call.rating, call.rated_at = case.act.satisfaction, case.work.now
    case.data |= {"unit": call.unit, "rating": call.rating}
    if whistle.status == rules.DONE and all(call.rating is not None for call in calls):
        end(whistle, rules.CLOSED, case.work.now)


def _cancel(case: Case, whistle: Whistle, calls: list[WhistleCall]) -> None:
    _refuse_unless_judge(case, whistle)
    if whistle.status not in rules.HOLDING:
        raise ConflictError("whistle_ended", whistle_status=whistle.status)
    keep_words(case)
    case.data["units"] = [call.unit for call in calls]
    end(whistle, rules.CANCELLED, case.work.now)
