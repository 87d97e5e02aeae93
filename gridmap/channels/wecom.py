"""企业微信 (WeCom): application messages to one member, and a group's robot."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from gridmap.channels.posting import AGAIN, DONE, REFUSED, Answer, Outcome, ask, ask_json
from gridmap.channels.wording import cut, marked_down
from gridmap.domain.notices import Message

HOST = "https://qyapi.weixin.qq.com"
TITLE_BYTES, WORDS_BYTES, MARKDOWN_BYTES = 128, 512, 4096
OLD_TOKEN = (40014, 42001)
"""The access token is none, or has ended: a new one is fetched, once."""
BUSY = (-1, 45009)
"""The system is busy; the limit of calls is reached."""
EARLIER_S = 200.0
"""A token is renewed so long before its end."""
BUSY_S = 60.0


def _outcome(answer: Answer) -> Outcome:
    """What an answer of theirs says: HTTP 200, and the truth in `errcode`."""
    if answer.outcome is not DONE:
        return answer.outcome
    code = answer.told.get("errcode")
    if code == 0:
        return DONE
    if code in BUSY:
        return Outcome(AGAIN, f"errcode {code}", BUSY_S)
    return Outcome(AGAIN if code in OLD_TOKEN or code is None else REFUSED, f"errcode {code}")


class Wecom:
    """An application of one enterprise; addresses are its members' ids (userid)."""

    def __init__(self, host: str, corp_id: str, agent_id: int, secret: str) -> None:
        self._host, self._corp, self._agent, self._secret = host, corp_id, agent_id, secret
        self._lock, self._token, self._until = threading.Lock(), "", 0.0
        self._refused, self._rests_until = DONE, 0.0

    def send(self, target: str, _keys: Mapping[str, Any] | None, message: Message) -> Outcome:
        """Send to the member `target`."""
        outcome, answer = self._sent(self._body(target, message))
        if answer is not None and answer.told.get("errcode") in OLD_TOKEN:
            self._until = 0.0
            outcome, answer = self._sent(self._body(target, message))
        if outcome is DONE and answer is not None and answer.told.get("invaliduser"):
            return Outcome(REFUSED, "invaliduser")
        return outcome

    def _sent(self, body: Mapping[str, Any]) -> tuple[Outcome, Answer | None]:
        refusal = self._renew()
        if refusal is not None:
            return refusal, None
        query = urlencode({"access_token": self._token})
        answer = ask_json(f"{self._host}/cgi-bin/message/send?{query}", body)
        return _outcome(answer), answer

    def _renew(self) -> Outcome | None:
        """Have a token at hand; why there is none, None where there is."""
        with self._lock:
            if time.monotonic() < self._until:
                return None
            if time.monotonic() < self._rests_until:
                return self._refused
            query = urlencode({"corpid": self._corp, "corpsecret": self._secret})
            answer = ask(f"{self._host}/cgi-bin/gettoken?{query}", None, {})
            outcome, told = _outcome(answer), answer.told
            if outcome is not DONE or not isinstance(told.get("access_token"), str):
                # A wrong secret is put right by whoever runs this: later, then. Asked too often, they block us.
                fault = f"gettoken: {outcome.fault or 'no access_token'}"
                self._refused = Outcome(AGAIN, fault, outcome.retry_after_s)
                self._rests_until = time.monotonic() + BUSY_S
                return self._refused
            self._token = told["access_token"]
            life = told.get("expires_in")
            self._until = time.monotonic() + max(0.0, (life if isinstance(life, int) else 7200) - EARLIER_S)
            return None

    def _body(self, target: str, message: Message) -> dict[str, Any]:
        body: dict[str, Any] = {
            "touser": target,
            "agentid": self._agent,
            "enable_duplicate_check": 1,
            "duplicate_check_interval": 1800,
        }
        if message.address is None:
            words = cut(f"{message.title}\n{message.text}", WORDS_BYTES)
            return {**body, "msgtype": "text", "text": {"content": words}}
        card = {
            "title": cut(message.title, TITLE_BYTES),
            "description": cut(message.text, WORDS_BYTES),
            "url": message.address,
        }
        return {**body, "msgtype": "textcard", "textcard": card}


class WecomRobot:
    """The robot of a group, by the key of its webhook."""

    def __init__(self, host: str, key: str) -> None:
        self._host, self._key = host, key

    def send(self, _target: str, _keys: Mapping[str, Any] | None, message: Message) -> Outcome:
        """Send to the group."""
        words = cut(marked_down(message), MARKDOWN_BYTES)
        address = f"{self._host}/cgi-bin/webhook/send?{urlencode({'key': self._key})}"
        return _outcome(ask_json(address, {"msgtype": "markdown", "markdown": {"content": words}}))
