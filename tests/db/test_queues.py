"""The desk's queues: what stands in which, most urgent first, counted as it is listed, never outside one's areas."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from gridmap.actions.office import Office
from gridmap.actions.reporting import report
from gridmap.db import queues
from gridmap.db.due import Bounds, Now
from gridmap.db.loop_models import Whistle
from gridmap.db.models import CategoryRow, Issue
from gridmap.db.queues import QUEUES, Tally, Wanted
from gridmap.domain.scope import Actor
from tests.conftest import Clock
from tests.db.looking import plan_of
from tests.town import C1, C3, CENTRES, OUTSIDE, PARKING, RIVERSIDE, actor_named, report_at

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def stand(office: Office, place: str | tuple[float, float] = C1, **columns: Any) -> str:
    """A matter that stands as `columns` say."""
    lon, lat = CENTRES[place] if isinstance(place, str) else place
    told = {name: columns.pop(name) for name in ("category", "description") if name in columns}
    number = report(office, actor_named(office, "admin"), report_at(lon, lat, **told)).number
    with office.work() as work:
        work.session.execute(update(Issue).where(Issue.number == number).values(**columns))
    return number


def whistle(office: Office, number: str, answer_by: datetime | None, status: str = "blown") -> None:
    with office.work() as work:
        issue = work.session.scalars(select(Issue).where(Issue.number == number)).one()
        row = {"district_code": issue.district_code, "issue_id": issue.id, "path": issue.path, "level": 1}
        row |= {"kind": "daily", "status": status, "caller_id": 1, "called_at": work.now, "raised": 0}
        work.session.execute(insert(Whistle), [{**row, "answer_by": answer_by}])


def listed(office: Office, who: Actor, queue: str, **wanted: Any) -> list[str]:
    """The numbers of a whole queue, two to a page."""
    found: list[str] = []
    after = None
    with office.database.reading() as session:
        while True:
            page = queues.page(
                session, who.scope, queue, Wanted(**wanted), office.clock(), after=after, limit=2
            )
            found += [one.row.Issue.number for one in page]
            if len(page) < 2:
                return found
            after = (page[-1].moment, page[-1].row.Issue.id)


def tallies(office: Office, who: Actor) -> dict[str, Tally]:
    with office.database.reading() as session:
        return queues.tallies(session, who.scope, office.clock())


@pytest.fixture
def busy(office: Office, clock: Clock) -> dict[str, str]:
    """A matter of each kind, by a telling name."""
    now = clock()
    idle = {"stage_due_at": None, "due_at": now + HOUR}
    made = {
        "new": stand(office, status="received", stage_due_at=now + MINUTE, due_at=now + HOUR),
        "waited": stand(office, status="received", stage_due_at=now - MINUTE, due_at=now + HOUR),
        "accepted": stand(office, status="accepted", stage_due_at=now + MINUTE),
        "alone": stand(office, status="reported", handler_id=None, **idle),
        "of a unit": stand(office, status="reported", handler_id=None, unit="water", **idle),
        "in hand": stand(office, status="handling", stage_due_at=None, due_at=now - HOUR),
        "handled": stand(office, status="handled", stage_due_at=now - MINUTE, due_at=now - HOUR),
        "verified": stand(office, status="verified", stage_due_at=None, due_at=now - HOUR),
        "paused": stand(office, status="suspended", stage_due_at=now - HOUR, due_at=now - HOUR),
        "lost": stand(office, OUTSIDE, **idle),
        "watched": stand(office, status="handling", supervised_at=now, **idle),
        "closed": stand(office, status="closed", supervised_at=now, closed_at=now, **idle),
        "whistled": stand(office, status="handling", called="water", **idle),
        "sent back": stand(
            office, status="reported", reopened_at=now - MINUTE, stage_due_at=None, due_at=now - HOUR
        ),
        "sent back, begun": stand(office, status="handling", reopened_at=now - MINUTE, **idle),
        "elsewhere": stand(office, C3, status="received", stage_due_at=now + 2 * MINUTE),
    }
    whistle(office, made["whistled"], now - MINUTE)
    whistle(office, made["whistled"], now + HOUR)
    whistle(office, made["watched"], None, "done")
    whistle(office, made["in hand"], now - HOUR, "closed")
    return made


EXPECTED: dict[str, tuple[list[str], int]] = {
    "accept": (["waited", "new", "elsewhere"], 1),
    "dispatch": (["accepted"], 0),
    "assign": (["alone", "lost"], 0),
    "reopened": (["sent back"], 1),
    "verify": (["handled"], 1),
    "close": (["verified"], 0),
    "overdue": (["in hand", "sent back"], 2),
    "triage": (["lost"], 0),
    "supervised": (["watched"], 0),
    "whistles": (["whistled", "watched"], 1),
    "suspended": (["paused"], 0),
}


def test_every_matter_stands_in_its_queues_and_is_counted_there(office: Office, busy: dict[str, str]) -> None:
    admin, names = actor_named(office, "admin"), {number: name for name, number in busy.items()}
    assert set(EXPECTED) == set(QUEUES)
    found = {queue: [names[number] for number in listed(office, admin, queue)] for queue in QUEUES}
    assert found == {queue: wanted for queue, (wanted, _) in EXPECTED.items()}
    counted = {queue: Tally(len(wanted), late) for queue, (wanted, late) in EXPECTED.items()}
    assert tallies(office, admin) == counted


def test_a_seat_has_only_what_lies_in_its_areas(office: Office, busy: dict[str, str]) -> None:
    seat2 = actor_named(office, "seat2")
    own = stand(office, C1, status="received", account_id=seat2.account_id)
    assert own not in listed(office, seat2, "accept")
    assert {queue: listed(office, seat2, queue) for queue in QUEUES if listed(office, seat2, queue)} == {
        "accept": [busy["elsewhere"]]
    }
    counted = tallies(office, seat2)
    assert {name: tally for name, tally in counted.items() if tally.count} == {"accept": Tally(1, 0)}


def test_a_queue_is_narrowed_by_area_category_and_words(office: Office) -> None:
    seat = actor_named(office, "admin")
    first = stand(office, C1, status="received", description="井盖 100% 松动")
    other = stand(office, C3, status="received", category=PARKING)
    assert listed(office, seat, "accept", area_path=f"990001/{RIVERSIDE[6:9]}/") == []
    with office.database.reading() as session:
        path = session.scalars(select(Issue.path).where(Issue.number == first)).one()
        parking = session.scalars(select(Issue.category_id).where(Issue.number == other)).one()
    assert listed(office, seat, "accept", area_path=path) == [first]
    assert listed(office, seat, "accept", category_ids=(parking,)) == [other]
    for words, wanted in (("100%", first), ("暴露", first), ("东门第1", other), (other[-4:], other)):
        assert listed(office, seat, "accept", words=words) == [wanted], words
    assert listed(office, seat, "accept", words="1_0") == []


def test_matters_without_a_deadline_stand_behind_in_the_order_they_came(office: Office, clock: Clock) -> None:
    none = [stand(office, status="handled", stage_due_at=None, due_at=None) for _ in range(3)]
    due = stand(office, status="handled", stage_due_at=clock())
    assert listed(office, actor_named(office, "admin"), "verify") == [due, *none]


def test_queues_are_narrowed_by_what_their_clocks_say(office: Office, clock: Clock) -> None:
    """By the clock of the step or of the whole, whichever says so; a clock that stands says nothing."""
    now, none = clock(), {"stage_due_at": None}
    far = now + 9 * HOUR
    names = {
        stand(office, status="handling", due_at=now + HOUR, **none): "soon",
        stand(office, status="handling", due_at=far, **none): "later",
        stand(office, status="handling", due_at=now, **none): "late",
        stand(office, status="handling", due_at=now - 30 * HOUR, **none): "long ago",
        stand(office, status="handled", due_at=now - 30 * HOUR, stage_due_at=now + MINUTE): "step soon",
        stand(office, status="handled", due_at=far, stage_due_at=now - HOUR): "step long ago",
        stand(office, status="handled", due_at=far, stage_due_at=now - MINUTE): "step late",
        stand(office, status="suspended", due_at=now - 30 * HOUR, stage_due_at=now + MINUTE): "stands",
    }
    with office.work() as work:
        work.session.execute(update(Issue).values(supervised_at=now))
    seat = actor_named(office, "admin")
    for word, wanted in {
        "warning": {"soon", "step soon"},
        "late": {"late", "long ago", "step late", "step long ago"},
        "very_late": {"long ago", "step long ago"},
    }.items():
        found = listed(office, seat, "supervised", due=pressing(office, word))
        assert {names[number] for number in found} == wanted, word


def pressing(office: Office, word: str) -> queues.Pressing:
    """Step limits as the demo's table has them; of the whole a quarter of eight hours, and once more eight."""
    now = office.clock()
    with office.database.reading() as session:
        ids = tuple(session.scalars(select(CategoryRow.id)))
    moment = Now(now, now + 9 * HOUR, (Bounds(ids, now + 2 * HOUR, now - 8 * HOUR),))
    return queues.Pressing(word, moment, now + 5 * MINUTE, {"handled": now - 30 * MINUTE})


@pytest.mark.parametrize("queue", ["accept", "dispatch", "assign", "verify", "close", "suspended"])
def test_queues_are_found_through_the_index_of_the_desk(office: Office, queue: str) -> None:
    scope, now = actor_named(office, "admin").scope, office.clock()
    query = queues.places(scope, queue, Wanted(), now, after=None, limit=50)
    assert "issues_desk" in plan_of(office, lambda session: session.execute(query))


@pytest.mark.parametrize("engine", ["spatialite"], indirect=True)
def test_what_was_sent_back_is_found_among_the_few_that_ever_were(office: Office) -> None:
    scope, now = actor_named(office, "admin").scope, office.clock()
    query = queues.places(scope, "reopened", Wanted(), now, after=None, limit=50)
    assert "issues_reopened" in plan_of(office, lambda session: session.execute(query))


@pytest.mark.parametrize("engine", ["spatialite"], indirect=True)
def test_queues_are_counted_out_of_the_index_alone(office: Office) -> None:
    admin = actor_named(office, "admin")
    plan = plan_of(office, lambda session: session.execute(queues.by_state(admin.scope, office.clock())))
    assert "COVERING INDEX issues_desk" in plan
