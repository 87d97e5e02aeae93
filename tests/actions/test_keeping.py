"""Chores are done when due, by one at a time, and again after somebody died over them."""

from __future__ import annotations

from datetime import timedelta

from gridmap.actions.keeping import HAND_S, Routine, do_what_is_due, forget_stream, routines
from gridmap.actions.office import Office
from gridmap.actions.reporting import report
from gridmap.db import stream
from tests.conftest import Clock
from tests.town import C1, CENTRES, actor_named, report_at


def test_a_chore_is_done_once_until_its_time_has_passed(office: Office, clock: Clock) -> None:
    calls: list[int] = []
    wanted = (Routine("count", timedelta(hours=1), lambda _office: calls.append(1)),)
    for _ in range(3):
        do_what_is_due(office, wanted)
    clock.forward(hours=1)
    do_what_is_due(office, wanted)
    assert len(calls) == 2


def test_what_somebody_died_over_is_taken_again_later(office: Office, clock: Clock) -> None:
    def die(_office: Office) -> None:
        raise KeyboardInterrupt

    wanted = (Routine("deadly", timedelta(hours=1), die),)
    for expected in (KeyboardInterrupt, None):
        try:
            do_what_is_due(office, wanted)
        except KeyboardInterrupt:
            assert expected is KeyboardInterrupt
        else:
            assert expected is None
    clock.forward(seconds=HAND_S)
    assert do_what_is_due(office, (Routine("deadly", timedelta(hours=1), lambda _o: "alive"),)) == {
        "deadly": "alive"
    }


def test_old_rows_of_the_stream_go_and_the_order_goes_on(office: Office, clock: Clock) -> None:
    report(office, actor_named(office, "li"), report_at(*CENTRES[C1]))
    with office.database.reading() as session:
        newest = stream.latest(session)
    clock.forward(days=8)
    assert forget_stream(office, 7) == newest - 1
    report(office, actor_named(office, "li"), report_at(*CENTRES[C1]))
    with office.database.reading() as session:
        assert [row.number for row in stream.after(session, 0)] == [newest, newest + 1]


def test_the_days_chores_seal_the_history(office: Office) -> None:
    report(office, actor_named(office, "li"), report_at(*CENTRES[C1]))
    done = do_what_is_due(office, routines(7))
    assert len(str(done["seal"])) == 64
