"""The background's threads: somebody is told within seconds, a fault stops nobody, and they end when told."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gridmap import jobs
from gridmap.actions.office import Office
from gridmap.actions.reaching import add_address
from gridmap.actions.reporting import report
from gridmap.channels.declared import Ways, load_ways
from tests.background import begin_work
from tests.receiver import ENVIRON, Receiver, declared, receiving
from tests.town import C1, CENTRES, actor_named, report_at


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


@pytest.fixture
def ways(receiver: Receiver, tmp_path: Path) -> Ways:
    return load_ways(str(declared(tmp_path, receiver.address, 'quiet = ""')), ENVIRON)


def test_what_is_reported_reaches_a_phone_by_itself(
    office: Office, ways: Ways, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "TELL_S", 0.05)
    monkeypatch.setattr(jobs, "bake_due", lambda _office: [])
    add_address(office, actor_named(office, "sun"), ways, "wecom", "sun")
    stop = begin_work(office, (), ways)
    report(office, actor_named(office, "zhao"), report_at(*CENTRES[C1]))
    for _ in range(100):
        if receiver.messages("/cgi-bin/message/send"):
            break
        time.sleep(0.05)
    stop.set()
    for thread in threading.enumerate():
        if thread.name in ("gridmap-work", "gridmap-notices"):
            thread.join(5)
    assert len(receiver.messages("/cgi-bin/message/send")) == 1


def test_a_fault_is_logged_and_the_others_go_on(caplog: pytest.LogCaptureFixture) -> None:
    stop, done = threading.Event(), list[int]()

    def fail() -> None:
        raise ZeroDivisionError

    def go_on() -> None:
        done.append(1)
        if len(done) == 3:
            stop.set()

    jobs._repeat(stop, ((fail, 0.01), (go_on, 0.01)))
    assert len(done) == 3
    assert caplog.text.count("background work") == 1  # again in a minute


def test_once_says_what_was_done(office: Office, ways: Ways) -> None:
    add_address(office, actor_named(office, "sun"), ways, "wecom", "sun")
    report(office, actor_named(office, "zhao"), report_at(*CENTRES[C1]))
    done = jobs.work_once(office, (), ways)
    assert {name: done[name] for name in ("told", "sent", "tell_due", "forget_notices")} == {
        "told": 2,
        "sent": 1,
        "tell_due": 0,
        "forget_notices": 0,
    }
