"""One thread reads the stream, many readers follow it: each told what it may see, in order, nothing twice."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from gridmap import live as live_module
from gridmap.actions.acts import Act
from gridmap.actions.handling import act_on
from gridmap.actions.importing import ImportFile
from gridmap.actions.importing_staff import import_staff
from gridmap.actions.office import Office
from gridmap.actions.reporting import report
from gridmap.db import stream
from gridmap.domain.codes import NO_DISTRICT
from gridmap.domain.scope import Actor
from gridmap.live import Live, Message, follow
from tests.db.listening import Listener, running, until
from tests.town import C1, C3, C4, CENTRES, RULES, STAFF, actor_named, report_at, staff_rows


def report_in(office: Office, code: str, who: str = "admin") -> str:
    return report(office, actor_named(office, who), report_at(*CENTRES[code], description="words")).number


def tell(office: Office, *numbers: int) -> None:
    with office.work() as work:
        for number in numbers:
            work.tell("areas", {"n": number}, district_code=NO_DISTRICT)


def listening(live: Live, office: Office, *usernames: str) -> list[Listener]:
    pages = [Listener(live, office, name) for name in usernames]
    for page in pages:
        page.start()
    return pages


def test_everybody_is_told_what_lies_in_their_areas(office: Office) -> None:
    with running(Live(office.database)) as live:
        pages = listening(live, office, "seat", "seat2", "li", "wang", "admin")
        in_c1, in_c3 = report_in(office, C1), report_in(office, C3)
        assert until(lambda: [len(page.told) for page in pages] == [3, 2, 2, 1, 3])
        told = [[message.data["number"] for message in page.told[1:]] for page in pages]
    assert told == [[in_c1, in_c3], [in_c3], [in_c1], [], [in_c1, in_c3]]
    assert [page.told[0].event for page in pages] == ["ready"] * 5


def test_news_holds_no_words_and_no_names(office: Office) -> None:
    with running(Live(office.database)) as live:
        (page,) = listening(live, office, "seat")
        report_in(office, C1)
        assert until(lambda: len(page.events) == 1)
    assert set(page.told[1].data) == {
        "number",
        "kind",
        "status",
        "category",
        "cell",
        "in_triage",
        "occurred_at",
    }
    assert "words" not in json.dumps(page.told[1].data)


def test_who_loses_sight_of_a_matter_is_told_it_is_gone(office: Office) -> None:
    number = report_in(office, C1)
    with running(Live(office.database)) as live:
        pages = listening(live, office, "li", "seat", "wang")
        moved = Act("move", sent=report_at(*CENTRES[C4]).sent)
        act_on(office, actor_named(office, "seat"), number, moved)
        assert until(lambda: all(page.events for page in pages))
    assert [page.events for page in pages] == [["gone"], ["issue"], ["issue"]]
    assert pages[0].told[1].data == {"number": number}


def test_how_much_was_imported_is_told_only_to_who_sees_everything(office: Office) -> None:
    with running(Live(office.database)) as live:
        pages = listening(live, office, "admin", "seat", "li")
        with office.work() as work:
            work.tell("imported", {"issues": 7}, district_code=NO_DISTRICT)
        assert until(lambda: all(page.events for page in pages))
    assert [page.told[1].data for page in pages] == [{"issues": 7}, {}, {}]


def test_a_new_post_makes_an_open_page_load_again(office: Office) -> None:
    with running(Live(office.database)) as live:
        pages = listening(live, office, "wang", "li")
        more = (*STAFF, ("wang", "Wang Leads", "leader", C3))
        import_staff(office, staff_rows(office, more), ImportFile("staff", "2"), RULES)
        in_c3 = report_in(office, C3)
        assert until(lambda: len(pages[0].events) == 2)
    assert pages[0].events == ["reset", "issue"]
    assert pages[0].told[2].data["number"] == in_c3
    assert pages[1].events == []


def test_whoever_is_signed_out_is_told_and_let_go(office: Office) -> None:
    answers: list[Actor | None] = [None]
    with running(Live(office.database)) as live:
        messages = follow(live, actor_named(office, "seat"), None, lambda: answers[0])
        assert next(messages).event == "ready"  # type: ignore[union-attr]
        with office.work() as work:
            work.tell("access", {"account": None}, district_code=NO_DISTRICT)
        report_in(office, C1)
        assert [m.event for m in messages if m is not None] == ["signed-out"]


def test_after_an_interruption_a_reader_goes_on_where_it_was(office: Office) -> None:
    with running(Live(office.database)) as live:
        last = live.number
        tell(office, 1, 2, 3)
        page = Listener(live, office, "seat", last + 1)
        page.start()
        assert until(lambda: len(page.events) == 2)
    assert [(m.event, m.data) for m in page.told] == [("ready", {}), ("areas", {"n": 2}), ("areas", {"n": 3})]
    assert [m.number - last for m in page.told] == [1, 2, 3]


@pytest.mark.parametrize("behind", ["forgotten", "from another store"])
def test_a_reader_whose_place_is_unknown_loads_again(office: Office, clock: object, behind: str) -> None:
    with running(Live(office.database)) as live:
        last = live.number if behind == "forgotten" else live.number + 1000
        tell(office, 1, 2, 3)
        clock.forward(days=8)  # type: ignore[attr-defined]
        with office.work() as work:
            stream.forget_before(work.session, work.now - timedelta(days=7))
        assert until(lambda: live.number == newest(office))
        page = Listener(live, office, "seat", last)
    assert page.told == [Message("reset", newest(office), {})]


def newest(office: Office) -> int:
    with office.database.reading() as session:
        return stream.latest(session)


def test_a_reader_far_behind_the_ring_reads_the_table(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_module, "RING", 3)
    with running(Live(office.database)) as live:
        last = live.number
        tell(office, *range(1200))
        assert until(lambda: live.number == last + 1200)
        page = Listener(live, office, "seat", last)
        page.start()
        assert until(lambda: len(page.events) == 1200)
    assert [m.data["n"] for m in page.told[1:]] == list(range(1200))


def test_a_reader_inside_the_ring_asks_nothing_of_the_store(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(Live(office.database)) as live:
        last = live.number
        tell(office, 1, 2, 3)
        assert until(lambda: live.number == last + 3)
    monkeypatch.setattr(office.database, "reading", None)
    assert [row.number - last for row in live.after(last, 0)] == [1, 2, 3]
    assert [row.number - last for row in live.after(last + 2, 0)] == [3]
    assert live.after(last + 3, 0) == []


def test_a_failing_store_does_not_end_the_following(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    real, failures = stream.after, [RuntimeError("a fault nobody thought of")]

    def sometimes(*args: object, **options: object) -> object:
        if failures:
            raise failures.pop()
        return real(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(live_module.stream, "after", sometimes)
    with running(Live(office.database)) as live:
        tell(office, 1)
        assert until(lambda: live.number == newest(office))


def test_a_quiet_stream_beats(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_module, "BEAT_S", 0.05)
    with running(Live(office.database)) as live:
        messages = follow(live, actor_named(office, "seat"), None, lambda: None)
        assert [next(messages) is None for _ in range(3)] == [False, True, True]


def test_start_again_changes_nothing_and_stop_wakes_everybody(office: Office) -> None:
    with running(Live(office.database)) as live:
        thread = live._thread
        live.start()
        assert live._thread is thread
        (page,) = listening(live, office, "seat")
    page.join(5)
    assert not page.is_alive()
    assert live.is_stopped
