"""Short messages through a gateway: one signed POST of a template and its parameters, the same for every gateway."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Mapping
from typing import Any

from gridmap.channels.posting import AGAIN, DONE, REFUSED, Outcome, as_json, ask
from gridmap.domain.notices import Message

WELL = (None, 0, "0", "OK", "ok", 200)
"""What stands in `code` of an answer that took the message."""
BUSY = ("busy", "throttled")


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """What proves the sender: HMAC-SHA256 of time and body, under the secret, in hex."""
    return hmac.new(secret.encode(), timestamp.encode() + body, hashlib.sha256).hexdigest()


class Sms:
    """A gateway at `url`, which knows us as `key_id`; `template` is the text approved there."""

    def __init__(self, url: str, key_id: str, secret: str, template: str) -> None:
        self._url, self._key_id, self._secret, self._template = url, key_id, secret, template

    def send(self, target: str, _keys: Mapping[str, Any] | None, message: Message) -> Outcome:
        """Send to the phone `target`. `id` is the same for the same message, so that a gateway can tell."""
        body = as_json(
            {"id": message.key, "to": target, "template": self._template, "params": dict(message.template)}
        )
        now = str(int(time.time()))
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "X-Key-Id": self._key_id,
            "X-Timestamp": now,
            "X-Signature": signature(self._secret, now, body),
        }
        answer = ask(self._url, body, headers)
        if answer.outcome is not DONE:
            return answer.outcome
        code = answer.told.get("code")
        if code in WELL:
            return DONE
        return Outcome(AGAIN if code in BUSY else REFUSED, f"code {code}"[:100])
