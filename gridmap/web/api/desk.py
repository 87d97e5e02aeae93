"""Routes of the command-centre desk: its queues, hints at duplicates, one action on many matters."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated, Any, Literal

from flask import Response, jsonify
from pydantic import Field
from sqlalchemy.orm import Session

from gridmap.actions.acting_on_many import Outcome, act_on_many
from gridmap.actions.handling import standing_by_posts
from gridmap.actions.reminding import bounds_of
from gridmap.db import duplicates, issues, photos, posts, queues
from gridmap.db.due import BY_LIMIT
from gridmap.db.queues import QUEUES, Pressing, Waiting, Wanted, runs_until
from gridmap.domain.issues import STAGE_OF
from gridmap.domain.reminders import very_late_by
from gridmap.errors import NotFoundError
from gridmap.texts import text
from gridmap.web import shapes
from gridmap.web.access import actor, needs, office
from gridmap.web.actors import posts_now
from gridmap.web.answers import ERRORS, WRITE_ERRORS
from gridmap.web.answers_desk import BulkAnswer, DeskAnswer, Duplicates, QueuePage
from gridmap.web.api.blueprint import MATTERS, api
from gridmap.web.api.issues import act_of, area_path, as_of, category_ids
from gridmap.web.language import language
from gridmap.web.params import (
    TEXT,
    Code,
    Cursor,
    LanguageQuery,
    ManyActionBody,
    NumberPath,
    Strict,
    iso,
    read_urgency_cursor,
    write_urgency_cursor,
)

MOST_AT_ONCE, MOST_ALIKE = 100, 20
STEP_SOON = timedelta(minutes=5)
"""So long before a step is over its clock turns amber, as the page draws it."""


class QueuePath(Strict):
    """A queue of the desk."""

    queue: str = Field(max_length=20, json_schema_extra={"enum": list(QUEUES)})


class QueueQuery(LanguageQuery):
    """Narrows a queue."""

    area: Code | None = None
    category: str | None = Field(
        None, max_length=500, description="Keys or unique short codes, comma between"
    )
    q: str | None = Field(
        None, max_length=64, description="Part of the number, of the words, of the category's or cell's name"
    )
    due: Literal["warning", "late", "very_late"] | None = Field(
        None, description="By the clock of the step or of the whole: near its end, over, over for long"
    )
    limit: int = Field(50, ge=1, le=500)
    cursor: Cursor | None = None


class DeskActionBody(ManyActionBody):
    """An action on many matters, with what it needs: the same for each."""

    action: str = Field(min_length=1, max_length=40)
    numbers: list[Annotated[str, Field(min_length=1, max_length=64, json_schema_extra={"pattern": TEXT})]] = (
        Field(min_length=1, max_length=MOST_AT_ONCE)
    )
    seen: dict[str, Annotated[int, Field(ge=1, le=2**31 - 1, strict=True)]] | None = Field(
        None,
        max_length=MOST_AT_ONCE,
        description="By number the `seq` of the matter as one has seen it: where somebody else decided something since,"
        " its result is the error `changed_meanwhile` and nothing is done to it",
    )


@api.get("/desk", tags=[MATTERS], responses={200: DeskAnswer, **ERRORS})
@needs("dispatch")
def read_desk(query: LanguageQuery) -> Response:
    """How many matters wait in each queue of the desk, and of how many the time is up."""
    here = office()
    now = here.clock()
    with here.database.reading() as session:
        found = queues.tallies(session, actor().scope, now)
    return jsonify(now=iso(now), queues=[{"name": name, **found[name]._asdict()} for name in QUEUES])


@api.get("/desk/<string:queue>", tags=[MATTERS], responses={200: QueuePage, **ERRORS})
@needs("dispatch")
def list_queue(path: QueuePath, query: QueueQuery) -> Response:
    """A queue of the desk, most urgent first."""
    if path.queue not in QUEUES:
        raise NotFoundError("queue_unknown", queue=path.queue, choices=list(QUEUES))
    here, who = office(), actor()
    now, after = here.clock(), read_urgency_cursor(query.cursor)
    with here.database.reading() as session:
        wanted = Wanted(
            area_path(session, query.area),
            category_ids(session, query.category),
            query.q,
            _pressing(session, query.due) if query.due else None,
        )
        waiting = queues.page(session, who.scope, path.queue, wanted, now, after=after, limit=query.limit + 1)
        shown = waiting[: query.limit]
        features = _features(session, shown, is_whistled=path.queue == "whistles")
    last = shown[-1] if len(waiting) > query.limit else None
    more = write_urgency_cursor(last.moment, last.row.Issue.id) if last else None
    return jsonify(type="FeatureCollection", queue=path.queue, now=iso(now), features=features, next=more)


def _pressing(session: Session, word: str) -> Pressing:
    """What is near its end is what the desk shows in amber; long over is a step whose limit was used up twice."""
    here, now = office(), as_of(office())
    if word in BY_LIMIT:
        now = now._replace(bounds=bounds_of(here, session, now.at))
    steps = {state: here.deadlines.stages.get(stage) for state, stage in STAGE_OF.items()}
    long_ago = {state: very_late_by(here.deadlines, limit, now.at) for state, limit in steps.items() if limit}
    return Pressing(word, now, now.at + STEP_SOON, long_ago)


def _features(session: Session, waiting: list[Waiting], *, is_whistled: bool) -> list[dict[str, Any]]:
    here, who = office(), actor()
    now = here.clock()
    held = posts.of_person(session, who.person_id, now) if who.person_id is not None else []
    pictures = photos.numbers(session, [one.row.Issue.id for one in waiting])
    handlers = {row.Issue.handler_id: row.Issue.path for row, _ in waiting if row.Issue.handler_id}
    named = posts_now(session, handlers)
    features = []
    for row, moment in waiting:
        issue, feature = row.Issue, shapes.issue_feature(row)
        standing = standing_by_posts(here, held, who, issue, now)
        feature["properties"] |= {
            "stage_at": iso(issue.stage_at),
            "runs_until": iso(runs_until(issue)),
            "answer_by": iso(moment) if is_whistled else None,
            "reopened_at": iso(issue.reopened_at),
            "handler_post": named.get(issue.handler_id or 0),
            "photos": pictures.get(issue.id, 0),
            "actions": here.workflow.allowed(issue.status, standing.ties, standing.hindered),
        }
        features.append(feature)
    return features


@api.get("/issues/<string:number>/duplicates", tags=[MATTERS], responses={200: Duplicates, **ERRORS})
@needs("read")
def list_duplicates(path: NumberPath, query: LanguageQuery) -> Response:
    """Open matters that may be the same: of its category, near it, reported within 24 hours; nearest first.

    Near is 50 m, and of the 95 % radius of each place what it has beyond 15 m, at most 500 m in all.
    """
    who = actor()
    with office().database.reading() as session:
        row = issues.one(session, who.scope, path.number)
        if row is None:
            raise NotFoundError("issue_not_found", number=path.number)
        found = duplicates.alike(session, who.scope, row, limit=MOST_ALIKE)
        pictures = photos.numbers(session, [one.row.Issue.id for one in found])
        features = [_alike(row, one, pictures.get(one.row.Issue.id, 0)) for one in found]
    return jsonify(type="FeatureCollection", features=features)


def _alike(row: Any, other: duplicates.Alike, pictures: int) -> dict[str, Any]:
    feature = shapes.issue_feature(other.row)
    later = other.row.Issue.reported_at - row.Issue.reported_at
    feature["properties"] |= {
        "distance_m": round(other.distance_m, 1),
        "apart_s": round(later.total_seconds()),
        "radius_m": round(other.radius_m, 1),
        "photos": pictures,
    }
    return feature


@api.post("/desk", tags=[MATTERS], responses={200: BulkAnswer, **WRITE_ERRORS})
@needs("dispatch")
def act_on_issues(query: LanguageQuery, body: DeskActionBody) -> Response:
    """Act on many matters, each by itself; the answer says of each what came of it."""
    office().workflow.named(body.action)
    outcomes = act_on_many(office(), actor(), body.numbers, act_of(body.action, body), body.seen)
    done = sum(one.error is None for one in outcomes)
    return jsonify(
        action=body.action, done=done, failed=len(outcomes) - done, results=list(_results(outcomes))
    )


def _results(outcomes: Iterable[Outcome]) -> Iterable[dict[str, Any]]:
    for one in outcomes:
        if one.error is None:
            yield {"number": one.number, "status": one.status}
            continue
        details = dict(one.error.details)
        said = text(language(), f"error.{one.error.code}", **details)
        yield {"number": one.number, "error": {"code": one.error.code, "message": said, "details": details}}
