"""What is due goes out: once, again where it failed, not at night, not to who is gone, and given up in the end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from gridmap.actions.accounts import close_account
from gridmap.actions.acts import Act
from gridmap.actions.delivering import LEASE, MOST_TRIES, PAUSES_MIN, deliver_due
from gridmap.actions.handling import act_on
from gridmap.actions.noticing import read_notices, tell_new
from gridmap.actions.office import Office
from gridmap.actions.reaching import MOST_ADDRESSES, add_address, remove_address
from gridmap.actions.reporting import report
from gridmap.channels import posting
from gridmap.channels.declared import Ways, load_ways
from gridmap.channels.posting import DONE, Outcome
from gridmap.db import deliveries, notices
from gridmap.db.loop_models import Channel, Delivery
from gridmap.domain.notices import MOST_AT_ONCE, PUSH, SMS, WECOM, QuietHours
from gridmap.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from tests.conftest import Clock
from tests.receiver import ENVIRON, Receiver, declared, receiving
from tests.town import C1, CENTRES, actor_named, report_at


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


@pytest.fixture
def ways(receiver: Receiver, tmp_path: Path) -> Ways:
    return load_ways(str(declared(tmp_path, receiver.address)), ENVIRON, "https://grid.example.gov.cn/")


def reach(office: Office, ways: Ways, name: str, way: str, address: str, keys: Any = None) -> int:
    return add_address(office, actor_named(office, name), ways, way, address, keys)


def told(office: Office, ways: Ways, *, supervised: bool = False) -> str:
    """A matter of which Sun is told; supervised: by short message too, and the groups."""
    number = report(office, actor_named(office, "zhao"), report_at(*CENTRES[C1])).number
    if supervised:
        act_on(office, actor_named(office, "seat"), number, Act("supervise"))
    tell_new(office, ways.groups)
    return number


def rows(office: Office) -> list[Delivery]:
    with office.database.reading() as session:
        return list(session.scalars(select(Delivery).order_by(Delivery.id)))


def test_a_notice_goes_to_the_addresses_its_account_chose(
    office: Office, ways: Ways, receiver: Receiver
) -> None:
    browser = receiver.browser("sun")
    reach(office, ways, "sun", PUSH, browser.endpoint, browser.keys)
    reach(office, ways, "sun", SMS, "13900000000")
    number = told(office, ways)
    assert deliver_due(office, ways) == 1  # a new matter rings no phone
    (body,) = receiver.bodies("/push/sun")
    assert browser.read(body)["address"].endswith(number)
    assert deliver_due(office, ways) == 0
    assert rows(office)[0].sent_at is not None


def test_a_supervised_matter_is_told_by_every_way_and_to_its_groups(
    office: Office, ways: Ways, receiver: Receiver
) -> None:
    reach(office, ways, "sun", SMS, "13900000000")
    reach(office, ways, "sun", WECOM, "sun")
    number = told(office, ways, supervised=True)
    assert deliver_due(office, ways) == 4
    assert len(receiver.messages("/cgi-bin/message/send")) == 2
    (sms,) = receiver.messages("/sms")
    (robot,) = receiver.messages("/cgi-bin/webhook/send")
    assert number in sms["params"]["number"]
    assert number in robot["markdown"]["content"]
    assert receiver.messages("/robot/send") == []  # the unit has nothing to do with it


def test_a_group_is_told_once_however_often_it_is_found(
    office: Office, ways: Ways, receiver: Receiver
) -> None:
    told(office, ways, supervised=True)
    with office.work() as work:
        notices.move_cursor(work.session, 0)
    tell_new(office, ways.groups)
    deliver_due(office, ways)
    assert len(receiver.messages("/cgi-bin/webhook/send")) == 1


def test_many_at_once_ring_once(office: Office, ways: Ways, receiver: Receiver, clock: Clock) -> None:
    reach(office, ways, "sun", WECOM, "sun")
    for _ in range(MOST_AT_ONCE + 1):
        number = report(office, actor_named(office, "zhao"), report_at(*CENTRES[C1])).number
        act_on(office, actor_named(office, "seat"), number, Act("supervise"))
    tell_new(office, ways.groups)
    assert deliver_due(office, ways) == 3
    cards = [said["textcard"] for said in receiver.messages("/cgi-bin/message/send")]
    assert {card["title"] for card in cards} == {"有新事件交给您：4 件", "事件已列入督办，请尽快办理：4 件"}
    assert all(card["description"].count("暴露垃圾 · 河滨第1网格") == 3 for card in cards)
    assert all(card["description"].endswith("另有 1 件") for card in cards)
    assert {card["url"].rsplit("/", 2)[1] for card in cards} == {"lists"}
    assert len(receiver.messages("/cgi-bin/webhook/send")) == 1
    with office.work() as work:
        notices.move_cursor(work.session, 0)
    clock.forward(seconds=60)
    tell_new(office, ways.groups)
    assert deliver_due(office, ways) == 0


def test_a_short_message_and_a_robot_tell_of_many_as_one(
    office: Office, ways: Ways, receiver: Receiver
) -> None:
    reach(office, ways, "sun", SMS, "13900000000")
    numbers = []
    for _ in range(MOST_AT_ONCE + 3):
        numbers.append(report(office, actor_named(office, "zhao"), report_at(*CENTRES[C1])).number)
        act_on(office, actor_named(office, "seat"), numbers[-1], Act("supervise"))
    tell_new(office, ways.groups)
    deliver_due(office, ways)
    (sms,) = receiver.messages("/sms")
    (robot,) = receiver.messages("/cgi-bin/webhook/send")
    assert sms["params"]["what"] == "事件已列入督办，请尽快办理：6 件"
    assert sms["params"]["about"].count("河滨第1网格") == MOST_AT_ONCE
    said = robot["markdown"]["content"]
    assert sum(number in said for number in numbers) == MOST_AT_ONCE
    assert "另有 3 件" in said


def test_what_goes_out_names_nobody(office: Office, ways: Ways, receiver: Receiver) -> None:
    reach(office, ways, "sun", SMS, "13900000000")
    what = report_at(*CENTRES[C1], description="call Mrs Secret, 13911111111")
    number = report(office, actor_named(office, "zhao"), what).number
    act_on(office, actor_named(office, "seat"), number, Act("urge", words="Sun Cleans must hurry"))
    tell_new(office, ways.groups)
    deliver_due(office, ways)
    said = b"".join(body for _, _, body in receiver.came).decode()
    assert number in said
    assert not [word for word in ("Secret", "139111", "Sun ", "hurry", "Zhao") if word in said]


def test_what_fails_is_tried_with_growing_pauses_and_given_up(
    office: Office, ways: Ways, receiver: Receiver, clock: Clock
) -> None:
    reach(office, ways, "sun", WECOM, "sun")
    told(office, ways)
    pauses = []
    for _ in range(MOST_TRIES):
        receiver.fails((500, {}, ""))
        assert deliver_due(office, replace(ways, quiet=QuietHours(clock().time(), clock().time()))) == 0
        row = rows(office)[0]
        pauses.append(round((row.next_at - clock()).total_seconds() / 60) if row.next_at else None)
        clock.now = row.next_at or clock.now
    assert pauses[-1] is None
    assert all(0.9 * m - 1 <= p <= 1.1 * m + 1 for p, m in zip(pauses, PAUSES_MIN, strict=False))
    assert (row.tries, row.sent_at) == (MOST_TRIES, None)
    with office.database.reading() as session:
        (lost,) = deliveries.given_up(session, 10)
    assert lost.fault.startswith("gettoken: HTTP 500")


def test_who_wants_to_be_asked_later_is(office: Office, ways: Ways, receiver: Receiver, clock: Clock) -> None:
    browser = receiver.browser("sun")
    reach(office, ways, "sun", PUSH, browser.endpoint, browser.keys)
    told(office, ways)
    receiver.fails((429, {"Retry-After": "900"}, ""))
    deliver_due(office, ways)
    assert rows(office)[0].next_at == clock() + timedelta(seconds=900)


def test_who_does_not_answer_is_asked_again(
    office: Office, ways: Ways, receiver: Receiver, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "STEP_S", 0.1)
    reach(office, ways, "sun", WECOM, "sun")
    told(office, ways)
    receiver.fails(0.4)
    assert deliver_due(office, ways) == 0
    assert rows(office)[0].fault == "TimeoutError"
    clock.forward(minutes=2)
    monkeypatch.setattr(posting, "STEP_S", 5.0)
    assert deliver_due(office, ways) == 1
    assert rows(office)[0].fault is None


def test_a_refusal_is_not_repeated(office: Office, ways: Ways, clock: Clock) -> None:
    reach(office, ways, "sun", WECOM, "nobody")
    told(office, ways)
    assert deliver_due(office, ways) == 0
    row = rows(office)[0]
    assert (row.next_at, row.fault, row.tries) == (None, "invaliduser", 1)


def test_a_browser_that_is_gone_is_forgotten(office: Office, ways: Ways, receiver: Receiver) -> None:
    browser = receiver.browser("sun")
    reach(office, ways, "sun", PUSH, browser.endpoint, browser.keys)
    told(office, ways)
    receiver.fails((410, {}, ""))
    deliver_due(office, ways)
    with office.database.reading() as session:
        assert session.scalars(select(Channel)).all() == []
        assert deliveries.given_up(session, 10) == []  # nothing to worry about


def test_at_night_only_what_is_urgent_goes_out(
    office: Office, ways: Ways, receiver: Receiver, clock: Clock
) -> None:
    reach(office, ways, "sun", WECOM, "sun")
    clock.forward(hours=9)  # 23:30 local
    told(office, ways)
    assert deliver_due(office, ways) == 0
    with office.work() as work:
        body = rows(office)[0].body
        work.session.execute(
            update(Delivery)
            .values(body={**body, "urgency": "urgent"}, next_at=clock())
            .where(Delivery.id == 1)
        )
    assert deliver_due(office, ways) == 1
    told(office, ways)
    deliver_due(office, ways)
    assert rows(office)[1].next_at == clock() + timedelta(hours=7, minutes=30)
    clock.forward(hours=7, minutes=30)
    assert deliver_due(office, ways) == 1


def test_what_was_read_meanwhile_is_not_sent(office: Office, ways: Ways, receiver: Receiver) -> None:
    reach(office, ways, "sun", WECOM, "sun")
    told(office, ways)
    read_notices(office, actor_named(office, "sun").account_id, until=2**40)
    assert deliver_due(office, ways) == 0
    assert receiver.came == []
    assert rows(office)[0].fault == "read"


def test_a_closed_account_and_a_stopped_address_get_nothing(
    office: Office, ways: Ways, receiver: Receiver
) -> None:
    key = reach(office, ways, "sun", WECOM, "sun")
    reach(office, ways, "li", WECOM, "li")
    told(office, ways)
    remove_address(office, actor_named(office, "sun"), key)
    close_account(office, None, "li")
    assert deliver_due(office, ways) == 0
    assert receiver.came == []


def test_a_way_that_is_no_longer_declared_is_given_up(office: Office, ways: Ways) -> None:
    reach(office, ways, "sun", WECOM, "sun")
    told(office, ways)
    assert deliver_due(office, Ways()) == 0
    assert rows(office)[0].fault == "not_configured"


class Slow:
    """A provider that takes its time and counts."""

    def __init__(self) -> None:
        self.targets: list[str] = []
        self.lock = threading.Lock()
        self.open = threading.Event()

    def send(self, target: str, _keys: Any, message: Any) -> Outcome:
        with self.lock:
            self.targets.append(message.key)
        self.open.wait(0.2)
        return DONE


def test_two_workers_send_nothing_twice(office: Office, ways: Ways) -> None:
    reach(office, ways, "sun", WECOM, "sun")
    for _ in range(6):
        told(office, ways)
    slow = Slow()
    by_both = replace(ways, providers={WECOM: slow})
    with ThreadPoolExecutor(2) as pool:
        sent = sum(pool.map(lambda _: deliver_due(office, by_both), range(2)))
    assert (sent, len(slow.targets), len(set(slow.targets))) == (6, 6, 6)


class Deadly:
    """A provider over which the process dies."""

    def send(self, *_said: Any) -> Outcome:
        raise KeyboardInterrupt


def test_what_somebody_died_over_is_sent_when_the_lease_ends(
    office: Office, ways: Ways, receiver: Receiver, clock: Clock
) -> None:
    reach(office, ways, "sun", WECOM, "sun")
    told(office, ways)
    with pytest.raises(KeyboardInterrupt):
        deliver_due(office, replace(ways, providers={WECOM: Deadly()}))
    assert deliver_due(office, ways) == 0
    clock.forward(seconds=LEASE.total_seconds())
    assert deliver_due(office, ways) == 1


class Broken:
    def send(self, *_said: Any) -> Outcome:
        raise ZeroDivisionError("https://host/?key=secret")


def test_a_fault_of_ours_stops_nobody_else_and_tells_no_secret(
    office: Office, ways: Ways, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    reach(office, ways, "sun", WECOM, "sun")
    reach(office, ways, "li", SMS, "13900000000")
    told(office, ways, supervised=True)
    deliver_due(office, replace(ways, providers={**ways.providers, WECOM: Broken()}))
    assert len(receiver.messages("/sms")) == 1
    assert "secret" not in caplog.text
    assert {row.fault for row in rows(office)} == {None, "ZeroDivisionError"}


def test_addresses_are_checked(office: Office, ways: Ways, receiver: Receiver) -> None:
    browser = receiver.browser("sun")
    for way, address, keys in (
        (SMS, "no number", None),
        (WECOM, "@all", None),
        (WECOM, "a|b", None),
        (PUSH, "https://evil.example/x", browser.keys),
        (PUSH, browser.endpoint, {}),
    ):
        with pytest.raises(InvalidInputError, match="address_invalid"):
            reach(office, ways, "sun", way, address, keys)
    with pytest.raises(InvalidInputError, match="channel_not_offered"):
        reach(office, Ways(), "sun", SMS, "13900000000")
    with pytest.raises(ForbiddenError):
        reach(office, ways, "wall", SMS, "13900000000")


def test_addresses_are_ones_own_and_not_many(office: Office, ways: Ways) -> None:
    keys = [reach(office, ways, "sun", SMS, f"1390000000{n}") for n in range(MOST_ADDRESSES)]
    assert reach(office, ways, "sun", SMS, "13900000003") == keys[3]
    with pytest.raises(ConflictError, match="too_many_addresses"):
        reach(office, ways, "sun", SMS, "13911111111")
    with pytest.raises(NotFoundError):
        remove_address(office, actor_named(office, "li"), keys[0])


def test_a_browser_is_whose_it_was_last(office: Office, ways: Ways, receiver: Receiver) -> None:
    browser = receiver.browser("shared")
    for name in ("sun", "li"):
        reach(office, ways, name, PUSH, browser.endpoint, browser.keys)
    with office.database.reading() as session:
        (row,) = session.scalars(select(Channel)).all()
    assert row.account_id == actor_named(office, "li").account_id
