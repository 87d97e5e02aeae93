"""Each way out speaks its provider's format, proves who it is, and says truly what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec

from gridmap.channels import posting, wecom
from gridmap.channels.declared import Ways, load_ways, read_ways
from gridmap.channels.posting import AGAIN, GONE, REFUSED, SENT, ask, origin_of
from gridmap.channels.push import b64, is_subscription, sealed, unb64
from gridmap.channels.wording import message_of
from gridmap.domain.notices import PUSH, SMS, WECOM, Message
from gridmap.errors import InvalidInputError, SourceSilentError
from tests.receiver import CORP_SECRET, ENVIRON, SMS_SECRET, Receiver, declared, opened, receiving

BODY = {
    "kind": "overdue",
    "key": "k",
    "number": "990001-20261120-0001",
    "zh": "暴露垃圾",
    "en": "Rubbish",
    "cell_name": "河滨第1网格",
    "urgency": "usual",
}
MESSAGE = message_of(BODY, "zh-CN", "https://grid.example.gov.cn/", "n1")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


@pytest.fixture
def ways(receiver: Receiver, tmp_path: Path) -> Ways:
    return load_ways(str(declared(tmp_path, receiver.address)), ENVIRON, "https://grid.example.gov.cn/")


def test_the_sealing_is_that_of_the_standards_own_example() -> None:
    # RFC 8291, section 5 and appendix A.
    once = ec.derive_private_key(
        int.from_bytes(unb64("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")), ec.SECP256R1()
    )
    browser = unb64("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4")
    secret, salt = unb64("BTBZMqHH6r4Tts7J_aSIgg"), unb64("DGv6ra1nlYgDCS1FRnbzlw")
    body = sealed(b"When I grow up, I want to be a watermelon", browser, secret, once=once, salt=salt)
    assert b64(body) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A"
        "_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )
    private = ec.derive_private_key(
        int.from_bytes(unb64("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94")), ec.SECP256R1()
    )
    assert opened(body, private, secret) == b"When I grow up, I want to be a watermelon"


def test_a_push_is_read_by_its_browser_alone(ways: Ways, receiver: Receiver) -> None:
    browser, other = receiver.browser("a"), receiver.browser("b")
    assert ways.providers[PUSH].send(browser.endpoint, browser.keys, MESSAGE).kind == SENT
    (body,) = receiver.bodies("/push/a")
    said = browser.read(body)
    assert (said["title"], said["body"]) == (
        "已超期，请立即办理",
        "暴露垃圾 · 河滨第1网格\n编号 990001-20261120-0001",
    )
    assert said["address"] == "https://grid.example.gov.cn/matters/990001-20261120-0001"
    assert "暴露".encode() not in body
    with pytest.raises(InvalidTag):
        other.read(body)


def test_a_push_says_how_urgent_it_is_and_what_it_replaces(ways: Ways, receiver: Receiver) -> None:
    browser = receiver.browser("a")
    for urgency in ("urgent", "usual", "quiet"):
        ways.providers[PUSH].send(browser.endpoint, browser.keys, replace(MESSAGE, urgency=urgency))
    heads = [headers for _, headers, _ in receiver.came]
    assert [one["Urgency"] for one in heads] == ["high", "normal", "low"]
    assert len({one["Topic"] for one in heads}) == 1
    assert len(heads[0]["Topic"]) <= 32


@pytest.mark.parametrize(
    ("status", "kind"), [(410, GONE), (404, GONE), (400, REFUSED), (503, AGAIN), (302, REFUSED)]
)
def test_a_push_service_that_refuses(ways: Ways, receiver: Receiver, status: int, kind: str) -> None:
    browser = receiver.browser("a")
    receiver.fails((status, {"Location": f"{receiver.address}/sms"}, ""))
    assert ways.providers[PUSH].send(browser.endpoint, browser.keys, MESSAGE).kind == kind
    assert len(receiver.came) == 1  # nobody is followed


def test_nothing_is_sent_to_a_host_that_was_not_configured(ways: Ways, receiver: Receiver) -> None:
    push, keys = ways.push, receiver.browser("a").keys
    assert push is not None
    for endpoint in (
        "https://evil.example/x",
        "http://127.0.0.1:1/push",
        "file:///etc/passwd",
        "//x",
        "http://[",
        "",
    ):
        assert not push.takes(endpoint)
        assert push.send(endpoint, keys, MESSAGE).kind == GONE


def test_a_service_of_many_hosts_is_told_by_a_star(tmp_path: Path, receiver: Receiver) -> None:
    file = declared(tmp_path, "https://*.notify.windows.com")
    text = file.read_text(encoding="utf-8").replace(
        'url = "https://*.notify.windows.com', 'url = "https://a.example'
    )
    push = read_ways(text, ENVIRON, tmp_path).push
    assert push is not None
    assert push.takes("https://wns2-sg.notify.windows.com/w/?token=1")
    assert not push.takes("https://notify.windows.com.evil.example/")
    assert not push.takes("http://wns2-sg.notify.windows.com/")


def test_a_member_of_wecom_gets_a_card(ways: Ways, receiver: Receiver) -> None:
    assert ways.providers[WECOM].send("zhang", None, MESSAGE).kind == SENT
    (said,) = receiver.messages("/cgi-bin/message/send")
    assert (said["touser"], said["msgtype"], said["agentid"]) == ("zhang", "textcard", 1000002)
    assert said["textcard"]["title"] == "已超期，请立即办理"
    ways.providers[WECOM].send("zhang", None, replace(MESSAGE, address=None))
    assert receiver.messages("/cgi-bin/message/send")[1]["msgtype"] == "text"
    assert receiver.tokens_given == 1


def test_a_token_that_ended_is_renewed_once(ways: Ways, receiver: Receiver) -> None:
    ways.providers[WECOM].send("zhang", None, MESSAGE)
    receiver.token = "token-2"
    assert ways.providers[WECOM].send("zhang", None, MESSAGE).kind == SENT
    assert receiver.tokens_given == 2
    receiver.fails(
        (200, {}, {"errcode": 40014}), (200, {}, {"errcode": 0, "access_token": "x", "expires_in": 1})
    )
    receiver.fails((200, {}, {"errcode": 42001}))
    assert ways.providers[WECOM].send("zhang", None, MESSAGE).kind == AGAIN


@pytest.mark.parametrize(
    ("answer", "kind"),
    [({"errcode": 45009}, AGAIN), ({"errcode": -1}, AGAIN), ({"errcode": 81013}, REFUSED), ("<html>", AGAIN)],
)
def test_what_wecom_refuses(ways: Ways, receiver: Receiver, answer: Any, kind: str) -> None:
    ways.providers[WECOM].send("zhang", None, MESSAGE)
    receiver.fails((200, {}, answer))
    assert ways.providers[WECOM].send("zhang", None, MESSAGE).kind == kind


def test_an_unknown_member_is_not_tried_again(ways: Ways) -> None:
    outcome = ways.providers[WECOM].send("nobody", None, MESSAGE)
    assert (outcome.kind, outcome.fault) == (REFUSED, "invaliduser")


def test_a_wrong_corp_secret_is_asked_for_once_a_minute(receiver: Receiver) -> None:
    app = wecom.Wecom(receiver.address, "ww0example", 1000002, "wrong")
    for _ in range(3):
        outcome = app.send("zhang", None, MESSAGE)
        assert (outcome.kind, outcome.fault) == (AGAIN, "gettoken: errcode 40001")
    assert len(receiver.came) == 1


def test_a_short_message_is_signed_and_can_be_told_again(ways: Ways, receiver: Receiver) -> None:
    for _ in range(2):
        assert ways.providers[SMS].send("13900000000", None, MESSAGE).kind == SENT
    first, second = receiver.messages("/sms")
    assert first == second
    assert (first["id"], first["to"], first["template"]) == ("n1", "13900000000", "T1")
    assert set(first["params"]) == {"what", "number", "about"}


def test_a_gateway_that_is_busy_or_refuses(ways: Ways, receiver: Receiver) -> None:
    sms = ways.providers[SMS]
    receiver.fails(
        (429, {"Retry-After": "120"}, ""), (200, {}, {"code": "throttled"}), (200, {}, {"code": 7})
    )
    outcomes = [sms.send("13900000000", None, MESSAGE) for _ in range(3)]
    assert [one.kind for one in outcomes] == [AGAIN, AGAIN, REFUSED]
    assert outcomes[0].retry_after_s == 120


def test_robots_of_both_kinds_are_told_in_markdown(ways: Ways, receiver: Receiver) -> None:
    for robot in ways.robots.values():
        assert robot.send("", None, MESSAGE).kind == SENT
    (first,), (second,) = receiver.messages("/cgi-bin/webhook/send"), receiver.messages("/robot/send")
    words = first["markdown"]["content"]
    assert words == second["markdown"]["text"]
    assert "990001-20261120-0001](https://grid.example.gov.cn/matters/990001-20261120-0001)" in words


def test_names_are_no_marks(ways: Ways, receiver: Receiver) -> None:
    forged = message_of({**BODY, "cell_name": "[a](https://evil.example)\n# b"}, "zh-CN", "", "n1")
    ways.robots["riverside"].send("", None, forged)
    words = receiver.messages("/cgi-bin/webhook/send")[0]["markdown"]["content"]
    assert "](" not in words
    assert "#" not in words


def test_robots_that_refuse(ways: Ways, receiver: Receiver) -> None:
    receiver.fails((200, {}, {"errcode": 310000}), (200, {}, {"errcode": 130101}), (500, {}, ""))
    found = [ways.robots["water"].send("", None, MESSAGE) for _ in range(3)]
    assert [one.kind for one in found] == [REFUSED, AGAIN, AGAIN]


def test_who_dawdles_is_not_waited_for(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "STEP_S", 0.1)
    receiver.fails(0.5)
    with pytest.raises(SourceSilentError) as silent:
        ask(f"{receiver.address}/sms?key=secret", b"{}", {})
    assert "secret" not in str(silent.value)
    with pytest.raises(SourceSilentError):
        ask("http://127.0.0.1:1/", None, {})


def test_of_a_long_answer_only_the_beginning_is_read(receiver: Receiver) -> None:
    receiver.fails((200, {}, "x" * 10**6))
    assert len(ask(f"{receiver.address}/sms", b"{}", {}).body) == posting.MOST_BYTES


def test_addresses_are_http_and_name_a_host() -> None:
    assert origin_of("https://a.example:8443/x?y") == "https://a.example:8443"
    for wrong in ("ftp://a.example", "https://user:pw@a.example", "a.example", "https://", "https://a:b"):
        assert origin_of(wrong) == ""


def test_what_is_no_subscription(receiver: Receiver) -> None:
    right = receiver.browser("a").keys
    assert is_subscription(right)
    for wrong in (
        {},
        {"p256dh": 1, "auth": 2},
        {**right, "auth": "YQ"},
        {**right, "p256dh": b64(b"\x04" + bytes(64))},
    ):
        assert not is_subscription(wrong)


def test_english_where_it_is_wanted() -> None:
    said = message_of(BODY, "en", "", "n1")
    assert (said.title, said.lines[0]) == ("Overdue: please handle it now", "Rubbish · 河滨第1网格")
    assert said.address is None


def refused(text: str, folder: Path) -> tuple[str, dict[str, Any]]:
    with pytest.raises(InvalidInputError) as caught:
        read_ways(text, ENVIRON, folder)
    assert CORP_SECRET not in str(caught.value)
    assert SMS_SECRET not in str(caught.value)
    return caught.value.code, dict(caught.value.details)


@pytest.mark.parametrize(
    ("line", "wrong", "code"),
    [
        ("agent_id = 1000002", 'agent_id = "x"', "channel_field_wrong"),
        ('secret_from = "CORP_SECRET"', 'secret_from = "NOT_SET"', "channel_field_missing"),
        ('contact = "mailto:grid@example.gov.cn"', 'contact = "me"', "channel_field_wrong"),
        ('key_file = "push.pem"', 'key_file = "channels.toml"', "channel_field_wrong"),
        ('kind = "dingtalk"', 'kind = "feishu"', "channel_field_wrong"),
        ('template = "T1"', 'tempalte = "T1"', "channel_field_unknown"),
        ('template = "T1"', "", "channel_field_missing"),
        ('unit = "water"', "areas = 7", "channel_field_wrong"),
        ("[push]", 'quiet = "22-7"\n[push]', "channel_field_wrong"),
        ("[push]", 'language = "fr"\n[push]', "channel_field_wrong"),
        ("[push]", "sms = 3\n[push]", "channels_unreadable"),
        ("[push]", "[push", "channels_unreadable"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, wrong: str, code: str) -> None:
    text = declared(tmp_path, "https://a.example").read_text(encoding="utf-8")
    assert line in text
    assert refused(text.replace(line, wrong), tmp_path)[0] == code


def test_an_address_that_is_none_is_refused(tmp_path: Path) -> None:
    text = declared(tmp_path, "https://a.example").read_text(encoding="utf-8")
    assert refused(text.replace("https://a.example/sms", "file:///x"), tmp_path)[1]["field"] == "url"


def test_a_file_that_others_can_read_is_not_taken(tmp_path: Path) -> None:
    file = declared(tmp_path, "https://a.example")
    for one in (file, tmp_path / "push.pem"):
        one.chmod(0o640)
        with pytest.raises(InvalidInputError, match="channels_file_open"):
            load_ways(str(file), ENVIRON)
        one.chmod(0o600)
    with pytest.raises(InvalidInputError, match="channels_unreadable"):
        load_ways(str(tmp_path / "none.toml"), ENVIRON)


def test_without_a_file_there_are_no_ways() -> None:
    assert not load_ways("", {}).providers


def test_no_secret_shows_in_what_is_printed(ways: Ways) -> None:
    assert not [secret for secret in (CORP_SECRET, SMS_SECRET) if secret in repr(ways)]


def test_a_message_of_no_matter_leads_to_the_start() -> None:
    said = message_of({"kind": "missed", "key": "k", "open": 4, "late": 3}, "zh-CN", "https://g.example", "n")
    assert (said.text, said.address) == ("在办 4 件，其中超期 3 件", "https://g.example/")
    assert isinstance(said, Message)
