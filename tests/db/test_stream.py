"""The stream's order is gapless, and nobody who reads it by number ever misses a row."""

from __future__ import annotations

import threading
from datetime import timedelta

import numpy as np
import pytest

from gridmap.actions.importing import ImportFile
from gridmap.actions.importing_issues import IssueImport, import_issues
from gridmap.actions.office import Office, Work
from gridmap.actions.reporting import report
from gridmap.db import stream
from gridmap.db.models import Issue, Meta, StreamRow
from gridmap.domain.codes import NO_DISTRICT
from gridmap.files.matters import Matters
from gridmap.live import Live
from tests.conftest import START
from tests.db.listening import Listener, Poller, at_once, running, until
from tests.db.looking import count, rows_of
from tests.town import C1, CENTRES, PARKING, actor_named, report_at

THREADS, EACH = 8, 8


def tell(office: Office, who: str) -> None:
    """One transaction that tells the stream one thing."""
    with office.work() as work:
        work.tell("issue", {"who": who}, district_code=NO_DISTRICT)


def row(office: Office, who: str) -> dict[str, object]:
    return {"district_code": NO_DISTRICT, "kind": "issue", "at": office.clock(), "data": {"who": who}}


def in_thread(office: Office, who: str) -> threading.Thread:
    thread = threading.Thread(target=tell, args=(office, who), daemon=True)
    thread.start()
    return thread


def test_numbers_are_gapless_under_many_threads(office: Office) -> None:
    actor, reader = actor_named(office, "li"), Poller(office)

    def work(_n: int) -> int:
        return sum(report(office, actor, report_at(*CENTRES[C1])).is_new for _ in range(EACH))

    polling = threading.Thread(
        target=lambda: until(lambda: len(reader.poll()) == THREADS * EACH), daemon=True
    )
    polling.start()
    assert at_once(THREADS, work) == [EACH] * THREADS
    polling.join(20)
    assert reader.numbers == list(range(1, THREADS * EACH + 1))
    told = [r.data["number"] for r in reader.rows]
    assert sorted(told) == [issue.number for issue in rows_of(office, Issue)]
    assert [int(number[-4:]) for number in sorted(told)] == reader.numbers


def test_one_that_began_first_and_commits_last_is_not_missed(office: Office) -> None:
    reader = Poller(office)
    with office.database.writing() as session:
        first = Work(session, office.clock())
        session.add(Meta(name="first", value="has written"))
        session.flush()
        second = in_thread(office, "second")
        second.join(0.3 if office.database.is_sqlite else 20)
        reader.poll()
        first.tell("issue", {"who": "first"}, district_code=NO_DISTRICT)
        first.finish()
    second.join(20)
    order = ["first", "second"] if office.database.is_sqlite else ["second", "first"]
    assert [r.data["who"] for r in reader.poll()] == order
    assert reader.numbers == [1, 2]


def test_while_one_has_appended_no_other_number_becomes_visible(office: Office) -> None:
    reader = Poller(office)
    with office.database.writing() as session:
        stream.append(session, [row(office, "first"), row(office, "first again")])
        second = in_thread(office, "second")
        second.join(0.4)
        assert second.is_alive()
        assert reader.poll() == []
        session.commit()
    second.join(20)
    assert [r.data["who"] for r in reader.poll()] == ["first", "first again", "second"]


def test_one_that_is_rolled_back_leaves_no_gap(office: Office) -> None:
    reader = Poller(office)
    with office.database.writing() as session:
        stream.append(session, [row(office, "never")])
    tell(office, "after")
    reader.poll()
    assert reader.numbers == [1]


def test_what_is_told_is_told_last(office: Office) -> None:
    """The rows of a transaction are visible at the same moment as its stream row, never later."""
    reader = Poller(office)
    with office.work() as work:
        work.tell("issue", {"who": "x"}, district_code=NO_DISTRICT)
        work.session.add(Meta(name="x", value="y"))
        assert reader.poll() == []
    assert [r.kind for r in reader.poll()] == ["issue"]
    assert count(office, Meta) == 1


def test_what_cannot_be_told_is_not_stored_either(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise open pages would never learn of it."""

    def fail(*_: object) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr(stream, "appending", fail)
    with pytest.raises(RuntimeError):
        report(office, actor_named(office, "li"), report_at(*CENTRES[C1]))
    assert count(office, Issue) == 0


def matters(number: int) -> Matters:
    """So many matters in the middle of C1."""
    lon, lat = (np.full(number, degrees) for degrees in CENTRES[C1])
    ids = [str(n) for n in range(number)]
    return Matters.of(
        ids, lon, lat, [None] * number, [PARKING] * number, [""] * number, [START] * number, [None] * number
    )


def test_a_long_import_holds_up_no_report_and_loses_no_reader(office: Office) -> None:
    """On PostGIS the import stands still inside its write transaction, on SQLite while it still locates."""
    stage = "locate" if office.database.is_sqlite else "store"
    stands, go_on = threading.Event(), threading.Event()

    def hold(now: str, _done: int, _of: int) -> None:
        if now == stage:
            stands.set()
            assert go_on.wait(30)

    def take_in(_n: int) -> dict[str, int]:
        return import_issues(
            office, matters(200), IssueImport(), ImportFile("long", "0"), progress=hold
        ).counts

    def report_meanwhile(_n: int) -> list[bool]:
        assert stands.wait(30)
        li = actor_named(office, "li")
        answers = at_once(3, lambda _n: report(office, li, report_at(*CENTRES[C1])).is_new, seconds=60)
        go_on.set()
        return answers  # type: ignore[return-value]

    with running(Live(office.database)) as live:
        page = Listener(live, office, "seat")
        page.start()
        counts, reported = at_once(2, lambda n: (take_in, report_meanwhile)[n](n))
        assert counts == {"new": 200, "changed": 0, "unchanged": 0, "triage": 0}
        assert reported == [True] * 3
        assert until(lambda: len(page.events) == 4)
    assert page.events == ["issue", "issue", "issue", "imported"]


def test_reports_go_on_while_an_import_stores(office: Office) -> None:
    """Nobody is refused on either engine, and every number is there once."""
    li, reader = actor_named(office, "li"), Poller(office)

    def work(n: int) -> object:
        if n == 0:
            return import_issues(office, matters(1500), IssueImport(), ImportFile("long", "0")).counts["new"]
        return [report(office, li, report_at(*CENTRES[C1])).is_new for _ in range(5)]

    assert at_once(4, work) == [1500, *[[True] * 5] * 3]
    assert sorted(r.kind for r in reader.poll()) == ["imported"] + ["issue"] * 15
    assert reader.numbers == list(range(1, 17))
    numbers = sorted(issue.number for issue in rows_of(office, Issue))
    assert [int(number.rsplit("-")[-1]) for number in numbers] == list(range(1, 1516))


def test_forgetting_keeps_the_numbering_going(office: Office, clock: object) -> None:
    reader = Poller(office)
    for who in ("a", "b", "c"):
        tell(office, who)
    clock.forward(days=8)  # type: ignore[attr-defined]
    for _ in range(2):
        with office.work() as work:
            forgotten = stream.forget_before(work.session, work.now - timedelta(days=7))
    assert forgotten == 0
    assert [r.data["who"] for r in rows_of(office, StreamRow)] == ["c"]
    tell(office, "d")
    assert [r.number - reader.base for r in rows_of(office, StreamRow)] == [3, 4]


def test_forgetting_counts_what_goes_and_keeps_what_is_young(office: Office, clock: object) -> None:
    before = count(office, StreamRow)
    tell(office, "old")
    clock.forward(days=8)  # type: ignore[attr-defined]
    tell(office, "young")
    with office.work() as work:
        assert stream.forget_before(work.session, work.now - timedelta(days=7)) == before + 1
    assert [r.data["who"] for r in rows_of(office, StreamRow)] == ["young"]


def test_an_empty_stream_begins_at_one(empty_office: Office) -> None:
    with empty_office.database.reading() as session:
        assert (stream.latest(session), stream.oldest(session), stream.after(session, 0)) == (0, None, [])
    tell(empty_office, "first")
    assert [r.number for r in rows_of(empty_office, StreamRow)] == [1]


@pytest.mark.parametrize("engine", ["postgis"], indirect=True)
def test_a_report_waits_for_no_open_write_but_the_appending_one(office: Office) -> None:
    """The lock is taken at the very end: a transaction that only writes holds nobody up."""
    with office.database.writing() as session:
        session.add(Meta(name="slow", value="still writing"))
        session.flush()
        other = in_thread(office, "other")
        other.join(10)
        assert not other.is_alive()
