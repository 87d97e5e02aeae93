"""The database is stopped and started under a server at work, or is not there yet when the server starts.

Only PostgreSQL: SQLite is a file that has no process of its own.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from gridmap import jobs
from gridmap.actions.baking import bake_all
from gridmap.actions.keeping import HAND_S, Routine, do_what_is_due
from gridmap.actions.office import Office
from gridmap.db.models import Issue, StreamRow
from tests.background import begin_work
from tests.conftest import Clock
from tests.db.listening import until
from tests.db.looking import count, rows_of
from tests.db.serving import Page
from tests.faults.cluster import Cluster
from tests.faults.load import Phones, report_body
from tests.faults.running import Server, serving
from tests.faults.wholeness import broken_promises, half_written
from tests.town import token_for


def stopped_meanwhile(cluster: Cluster, server: Server, phones: Phones, how: str) -> None:
    """Under load the cluster goes, is away until everybody has noticed, and comes back."""
    with phones:
        assert until(lambda: len(phones.promised) > 3), phones.refused
        cluster.stop(how)
        refused = phones.refused[503, "database_gone"]
        assert until(lambda: phones.refused[503, "database_gone"] > refused + 20), phones.refused
        health = server.ask("/healthz")
        assert (health.status, health.code) == (503, "database_gone")
        done = len(phones.promised)
        cluster.start()
        assert until(lambda: len(phones.promised) > done + 5, seconds=40), phones.refused


def test_a_database_that_was_stopped_or_crashed_and_came_back(own: Office, cluster: Cluster) -> None:
    bake_all(own)  # else the server would, and tell of it in between
    token = token_for(own, "seat")
    with serving(own) as server:
        page, phones = Page(server.port, token), Phones(server, token)
        for how in ("fast", "immediate"):
            stopped_meanwhile(cluster, server, phones, how)
        phones.send_again()
        assert {(status, code) for status, code in phones.refused} == {(503, "database_gone")}
        expected = [row.number for row in rows_of(own, StreamRow) if row.kind == "issue"]
        assert until(lambda: page.numbers[-1:] == expected[-1:])
        assert page.numbers == expected
        again = Page(server.port, token, expected[2])
        assert until(lambda: again.numbers == expected[3:]), again.events
        for open_page in (page, again):
            open_page.close()
    assert broken_promises(own, phones) + half_written(own) == []
    assert count(own, Issue) == len(phones.sent)


def test_a_server_that_was_started_first(own: Office, cluster: Cluster) -> None:
    token = token_for(own, "seat")
    own.database.dispose()
    cluster.stop()
    with serving(own, healthy=False) as server:
        for path, body in (("/healthz", None), ("/api/v1/issues", report_body()), ("/api/v1/stream", None)):
            answer = server.ask(path, token, body)
            assert (answer.status, answer.code) == (503, "database_gone")
            assert int(answer.headers["Retry-After"]) > 0
        cluster.start()
        assert until(lambda: server.ask("/healthz").status == 200)
        assert server.ask("/api/v1/issues", token, report_body()).status == 201


def test_background_work_goes_on_after_any_fault(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    faults = [OSError("disk"), OperationalError("", {}, Exception("gone")), ValueError("a slip")]
    done: list[int] = []

    def do_or_fail(*_: object) -> dict[str, object]:
        if faults:
            raise faults.pop()
        done.append(1)
        return {}

    monkeypatch.setattr(jobs, "LOOK_S", 0.01)
    monkeypatch.setattr(jobs, "do_what_is_due", do_or_fail)
    stop = begin_work(office)
    assert until(lambda: len(done) > 2)
    stop.set()


def test_a_chore_whose_doer_died_is_done_by_another(office: Office, clock: Clock) -> None:
    def dies(_office: Office) -> object:
        raise KeyboardInterrupt

    every = Routine("seal", timedelta(days=1), dies)
    with pytest.raises(KeyboardInterrupt):
        do_what_is_due(office, (every,))
    alive = Routine("seal", every.every, lambda _office: "done")
    assert do_what_is_due(office, (alive,)) == {}
    clock.forward(seconds=HAND_S)
    assert do_what_is_due(office, (alive,)) == {"seal": "done"}
