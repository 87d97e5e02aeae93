"""Routes of matters: report, list, read one, act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from flask import Response, jsonify, request, url_for
from sqlalchemy.orm import Session

from gridmap.actions.acts import Act
from gridmap.actions.contacts import may_see
from gridmap.actions.handling import Standing, act_on, standing_by_posts, standing_of
from gridmap.actions.office import Office
from gridmap.actions.placing import Sent
from gridmap.actions.reminding import bounds_of
from gridmap.actions.reporting import Report, Told, report
from gridmap.actions.whistling import HELD_BACK
from gridmap.db import areas, categories, history, issues, photos, posts, whistles
from gridmap.db.due import BY_LIMIT, Now
from gridmap.db.models import Issue, Words
from gridmap.domain.categories import resolve
from gridmap.domain.days import day_of
from gridmap.domain.door import masked
from gridmap.domain.scope import Actor
from gridmap.domain.whistle import LIVE, PART_DONE
from gridmap.errors import InvalidInputError, NotFoundError
from gridmap.web import shapes
from gridmap.web.access import actor, needs, office
from gridmap.web.actors import post_name, post_then, posts_of_events
from gridmap.web.answers import ERRORS, WRITE_ERRORS, IssueCollection
from gridmap.web.answers_whole import ActedOn, WholeIssue
from gridmap.web.api.blueprint import MATTERS, api
from gridmap.web.params import (
    ActionBody,
    ActionPath,
    IssueBody,
    IssueQuery,
    LanguageQuery,
    ManyActionBody,
    NumberPath,
    StateQuery,
    parse_bbox,
    parse_statuses,
    read_number_cursor,
    read_urgency_cursor,
    write_cursor,
    write_urgency_cursor,
)
from gridmap.web.whistle_shapes import Blown, whistle_json


@api.get("/issues", tags=[MATTERS], responses={200: IssueCollection, **ERRORS})
@needs("read", "projection")
def list_issues(query: IssueQuery) -> Response:
    """Matters in scope as GeoJSON, newest first or first due first."""
    who = actor()
    shape = shapes.issue_feature if who.may("read") else shapes.issue_projection
    with office().database.reading() as session:
        wanted = _listed(session, query, knows_place=who.may("read"))
        rows = _page(session, who, query, wanted)
        features = [shape(row) for row in rows[: query.limit]]
    more = _cursor(query, rows[query.limit - 1].Issue) if len(rows) > query.limit else None
    return jsonify(type="FeatureCollection", features=features, next=more)


def _page(session: Session, who: Actor, query: IssueQuery, wanted: issues.Filter) -> list[Any]:
    """The rows of a page, and one more where there is another page."""
    limit = query.limit + 1
    if query.order == "newest":
        below = read_number_cursor(query.cursor)
        return issues.page(session, who.scope, wanted, below_id=below, limit=limit)
    held = read_urgency_cursor(query.cursor)
    after = None if held is None else issues.Urgency(*held)
    return issues.page_by_urgency(session, who.scope, wanted, after=after, limit=limit)


def _cursor(query: IssueQuery, last: Issue) -> str:
    return write_cursor(last.id) if query.order == "newest" else write_urgency_cursor(last.due_at, last.id)


def _listed(session: Session, query: IssueQuery, *, knows_place: bool) -> issues.Filter:
    """The filter of a list.

    A reader who may not know a matter's place could find it by asking box after box, so for them the
    box is asked of the cell's label point (not `knows_place`).
    """
    box = parse_bbox(query.bbox)
    return replace(
        filter_of(session, query, as_of(office())),
        bbox=box if knows_place else None,
        label_bbox=None if knows_place else box,
        number=query.q,
    )


def as_of(here: Office) -> Now:
    """The office's now, with the end of its local day."""
    now = here.clock()
    return Now(now, day_of(now, here.zone).end)


def filter_of(session: Session, query: StateQuery, now: Now) -> issues.Filter:
    """The filter a query string means. Raises InvalidInputError, NotFoundError for an unknown area."""
    statuses, triage = parse_statuses(query.status)
    if query.due in BY_LIMIT:
        now = now._replace(bounds=bounds_of(office(), session, now.at))
    return issues.Filter(
        area_path=area_path(session, query.area),
        statuses=statuses,
        in_triage=triage,
        category_ids=category_ids(session, query.category),
        since=query.since,
        until=query.until,
        mine=bool(query.mine),
        due=(query.due, now) if query.due else None,
    )


def area_path(session: Session, code: str | None) -> str | None:
    """The path of the current area `code`; None for None. Raises NotFoundError."""
    if code is None:
        return None
    area = areas.current(session, code)
    if area is None:
        raise NotFoundError("area_not_found", area_code=code)
    return area.path


def category_ids(session: Session, wishes: str | None) -> tuple[int, ...] | None:
    """The keys of the categories that a comma list means; None for None. Raises InvalidInputError."""
    if wishes is None:
        return None
    found = []
    for wish in wishes.split(","):
        rows = categories.by_wish(session, wish)
        found.append(
            rows[resolve(wish, {key: categories.to_domain(row) for key, row in rows.items()}).key].id
        )
    return tuple(found)


@api.post("/issues", tags=[MATTERS], responses={200: WholeIssue, 201: WholeIssue, **WRITE_ERRORS})
@needs("report")
def report_issue(query: LanguageQuery, body: IssueBody) -> tuple[Response, int]:
    """Report a matter: 201 when new, 200 with the same matter when this was sent before."""
    who = actor()
    sent = Sent(body.lon, body.lat, body.datum, body.accuracy_m)
    client_id = str(body.client_id) if body.client_id else None
    source = "staff" if who.kind == "staff" else "seat"
    what = Report(sent, body.category, body.description, body.occurred_at, client_id, source, body.unsure)
    done = report(office(), who, what)
    answer = jsonify(whole(who, done.number) if done.told is None else just_told(who, done.told))
    answer.headers["Location"] = f"{request.script_root}/api/v1/issues/{done.number}"
    return answer, 201 if done.is_new else 200


@api.get("/issues/<string:number>", tags=[MATTERS], responses={200: WholeIssue, **ERRORS})
@needs("read")
def read_issue(path: NumberPath, query: LanguageQuery) -> Response:
    """A matter with its why, its assignment, its events and photos."""
    return jsonify(whole(actor(), path.number))


def whole(who: Actor, number: str) -> dict[str, Any]:
    """Everything about a matter in scope. Raises NotFoundError."""
    with office().database.reading() as session:
        row = issues.one(session, who.scope, number)
        if row is None:
            raise NotFoundError("issue_not_found", number=number)
        feature = shapes.issue_feature(row)
        feature["properties"] |= _details(session, who, row)
        return feature


def just_told(who: Actor, told: Told) -> dict[str, Any]:
    """What `whole` says of a matter just reported, without asking the store again."""
    issue, category, cell = told.issue, told.category, told.cell
    owner, handler = (told.people.get(key or 0) for key in (issue.owner_id, issue.handler_id))
    row = SimpleNamespace(
        Issue=issue,
        wkb=shapes.point(*told.lon_lat),
        standard=category.standard,
        kind=category.kind,
        category_code=category.code,
        name_zh=category.name_zh,
        name_en=category.name_en,
        cell_code=cell.code if cell else None,
        cell_name=cell.name if cell else None,
        cell_version=cell.version if cell else None,
        owner_name=owner.name if owner else None,
        handler_name=handler.name if handler else None,
        description=told.words.text if told.words else None,
        merged_number=None,
    )
    event = SimpleNamespace(
        EventRow=told.event, actor_kind=who.kind, actor_name=who.name, actor_unit=who.unit
    )
    mine = [post for post in told.held if post.person_id == who.person_id]
    post = post_then(mine, who.person_id, issue.path, issue.reported_at)
    feature = shapes.issue_feature(row)
    feature["properties"] |= _tell(
        who,
        issue,
        people=told.people,
        facts=told.facts,
        places=told.ground.names,
        events=[
            shapes.event(
                event,
                {told.words.id: told.words} if told.words else {},
                post=post and post_name(post),
            )
        ],
        photos=[],
        standing=standing_by_posts(office(), mine, who, issue, issue.reported_at),
    )
    return feature


def _shown(who: Actor, issue: Issue, kept: Mapping[str, Any]) -> list[Any]:
    """The parts of an assignment whose holders `who` may know.

    Who sees a matter only because it is theirs learns who owns and handles it, not the cell's whole staff.
    """
    parts = [kept["owner"], kept["handler"], *kept["informed"]]
    return parts if _sees_staff(who, issue) else parts[:2]


def _known(who: Actor, issue: Issue, kept: Mapping[str, Any]) -> set[int | None]:
    """Those `who` may know of an assignment; for whom somebody stands in, only where the staff are theirs to know."""
    shown = _shown(who, issue, kept)
    stood_for = [part.get("for_person_id") for part in shown] if _sees_staff(who, issue) else []
    return {part["person_id"] for part in shown} | {*stood_for}


def _sees_staff(who: Actor, issue: Issue) -> bool:
    return who.may("staff") and who.scope.covers(issue.path)


def _details(session: Session, who: Actor, row: Any) -> dict[str, Any]:
    issue, here = row.Issue, office()
    rows, words = history.of_issue(session, issue.id), history.words_of(session, issue.id)
    facts = history.facts(session, [row.EventRow.data for row in rows])
    kept = facts.assignment
    entries = [kept["owner"], kept["handler"], *kept["informed"]]
    people = posts.people(
        session, [*_known(who, issue, kept), *history.given_to(row.EventRow.data for row in rows)]
    )
    posts_then = posts_of_events(session, rows, issue.path)
    kept_photos = photos.of_issue(session, issue.id)
    standing = standing_of(here, session, here.clock(), who, issue)
    told = _tell(
        who,
        issue,
        facts=facts,
        people=people,
        places=areas.named(session, [entry["area_path"] for entry in entries if entry["area_path"]]),
        events=[
            shapes.event(event, words, people, post=posts_then.get(event.EventRow.seq)) for event in rows
        ],
        photos=[photo_links(issue.number, photo.id, photo.kind) for photo in kept_photos],
        standing=standing,
    )
    said = (
        whistles.said_at(session, [issue.id]) if any(row.EventRow.kind == "whistle" for row in rows) else {}
    )
    blown = Blown(who, standing, {photo.id for photo in kept_photos}, words, said)
    return told | {
        "contact": _contact(who, issue, words),
        **_whistled(session, issue, blown, told["actions"]),
    }


def _whistled(session: Session, issue: Issue, blown: Blown, actions: list[str]) -> dict[str, Any]:
    """The whistles over a matter, and of the `actions` those that need not wait for the units called."""
    found = whistles.of_issue(session, issue.id)
    calls, callers = whistles.calls_of(session, [one.id for one in found]), whistles.callers(session, found)
    is_held = any(
        one.status in LIVE and any(call.status != PART_DONE for call in calls[one.id]) for one in found
    )
    return {
        "whistles": [whistle_json(one, calls[one.id], callers, issue.number, blown) for one in found],
        "actions": [name for name in actions if not (is_held and name in HELD_BACK)],
    }


def _contact(who: Actor, issue: Issue, words: Mapping[int, Words]) -> str | None:
    """How a reporter is reached, masked, for whoever may see it whole."""
    kept = next((one.text for one in words.values() if one.kind == "contact" and one.text), None)
    return masked(kept) if kept and may_see(who, issue) else None


def _tell(
    who: Actor,
    issue: Issue,
    *,
    facts: history.Facts,
    people: Mapping[int, Any],
    places: Mapping[str, Any],
    events: list[dict[str, Any]],
    photos: list[dict[str, Any]],
    standing: Standing,
) -> dict[str, Any]:
    known = _known(who, issue, facts.assignment)
    shown = {key: person for key, person in people.items() if key in known}
    return {
        "why": facts.why,
        "assignment": shapes.assignment(facts.assignment, shown, places, office().roles),
        "events": events,
        "photos": photos,
        "actions": office().workflow.allowed(issue.status, standing.ties, standing.hindered),
        "contact": None,
        "whistles": [],
        "whistle_level": standing.level,
    }


def photo_links(number: str, photo_id: int, kind: str | None) -> dict[str, Any]:
    """A photo's addresses, and what it shows."""
    return {
        "id": photo_id,
        "kind": kind,
        "url": url_for("api.read_photo", number=number, photo_id=photo_id),
        "thumbnail_url": url_for("api.read_thumbnail", number=number, photo_id=photo_id),
    }


@api.post(
    "/issues/<string:number>/actions/<string:name>",
    tags=[MATTERS],
    responses={200: ActedOn, **WRITE_ERRORS},
)
@needs("act")
def act_on_issue(path: ActionPath, query: LanguageQuery, body: ActionBody) -> Response:
    """Act on a matter; the answer is the matter afterwards, or what holds where it left one's scope."""
    who = actor()
    status = act_on(office(), who, path.number, replace(act_of(path.name, body), seen=body.seen))
    try:
        return jsonify(whole(who, path.number))
    except NotFoundError:
        return jsonify(
            type="Feature", id=path.number, geometry=None, properties=None, gone=True, status=status
        )


def act_of(name: str, body: ManyActionBody) -> Act:
    """What a body asks to be done, whatever its sender has seen. Raises InvalidInputError for half a place."""
    return Act(
        name=name,
        sent=_sent(body),
        category=body.category,
        cell=body.cell,
        unit=body.unit,
        words=body.words,
        words_id=body.words_id,
        client_id=str(body.client_id) if body.client_id else None,
        until=body.until,
        into=body.into,
        person=body.person,
        solved=body.solved,
        satisfaction=body.satisfaction,
        units=tuple(body.units or ()),
        kind=body.kind,
        level=body.level,
    )


def _sent(body: ManyActionBody) -> Sent | None:
    if body.lon is None and body.lat is None:
        return None
    if body.lon is None or body.lat is None:
        raise InvalidInputError("field_missing", field="lon" if body.lon is None else "lat", action="move")
    return Sent(body.lon, body.lat, body.datum, body.accuracy_m)
