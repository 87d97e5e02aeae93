"""钉钉 (DingTalk): a group's custom robot, its calls signed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from gridmap.channels.posting import AGAIN, DONE, REFUSED, Outcome, ask_json
from gridmap.channels.wording import marked_down
from gridmap.domain.notices import Message

HOST = "https://oapi.dingtalk.com"
BUSY = (-1, 130101, 410100)
"""The system is busy; it was sent too often (20 a minute)."""
BUSY_S = 600.0
"""A robot that was too fast is silenced for ten minutes."""


def signature(timestamp_ms: int, secret: str) -> str:
    """What proves the sender: HMAC-SHA256 of time and secret, under the secret, in base64."""
    said = f"{timestamp_ms}\n{secret}".encode()
    return base64.b64encode(hmac.new(secret.encode(), said, hashlib.sha256).digest()).decode()


class DingtalkRobot:
    """The robot of a group, by its access token; `secret` empty: it is not set to ask for signatures (加签)."""

    def __init__(self, host: str, token: str, secret: str) -> None:
        self._host, self._token, self._secret = host, token, secret

    def send(self, _target: str, _keys: Mapping[str, Any] | None, message: Message) -> Outcome:
        """Send to the group."""
        query = {"access_token": self._token}
        if self._secret:
            now = round(time.time() * 1000)
            query |= {"timestamp": str(now), "sign": signature(now, self._secret)}
        body = {
            "msgtype": "markdown",
            "markdown": {"title": message.title, "text": marked_down(message)},
        }
        answer = ask_json(f"{self._host}/robot/send?{urlencode(query)}", body)
        if answer.outcome is not DONE:
            return answer.outcome
        code = answer.told.get("errcode")
        if code == 0:
            return DONE
        if code in BUSY or code is None:
            return Outcome(AGAIN, f"errcode {code}", BUSY_S)
        return Outcome(REFUSED, f"errcode {code}")
