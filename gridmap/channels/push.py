"""Web push: a message sealed for one browser (RFC 8291, 8188), sent to its service (RFC 8030) under our name (RFC 8292).

The service in between sees that something was sent, when and how urgent, and cannot read it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import time
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gridmap.channels.posting import GONE, Outcome, as_json, ask, origin_of
from gridmap.domain.notices import QUIET, URGENT, Message

RECORD = 4096
"""One record holds a message: 3,993 bytes of text at most, which services must take."""
TTL_S = 24 * 3600
NAMED_S = 12 * 3600
"""How long a browser's service keeps what it cannot deliver; how long our signed name is good for (24 h at most)."""
_URGENCY = {URGENT: "high", QUIET: "low"}
_NOBODY_THERE = (404, 410)


class Push:
    """Web push from one installation: its key, the contact that services may write to, the services it sends to.

    `services` are origins; `https://*.example.org` stands for every host below.
    """

    def __init__(self, key: ec.EllipticCurvePrivateKey, contact: str, services: tuple[str, ...]) -> None:
        self._key, self._contact, self._services = key, contact, services

    @property
    def public_key(self) -> str:
        """What browsers subscribe with."""
        return b64(_point(self._key.public_key()))

    def takes(self, endpoint: str) -> bool:
        """Whether an endpoint that a browser named lies at one of the services."""
        origin = origin_of(endpoint)
        return any(_matches(origin, service) for service in self._services)

    def send(self, target: str, keys: Mapping[str, Any] | None, message: Message) -> Outcome:
        """Send to the endpoint `target` of a subscription with those `keys` (p256dh, auth)."""
        if not self.takes(target) or not keys:
            return Outcome(GONE, "service_not_allowed")
        body = sealed(_payload(message), unb64(keys["p256dh"]), unb64(keys["auth"]))
        headers = {
            "TTL": str(TTL_S),
            "Urgency": _URGENCY.get(message.urgency, "normal"),
            "Topic": b64(hashlib.sha256(message.topic.encode()).digest()[:16]),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "Authorization": f"vapid t={self._name(target)}, k={self.public_key}",
        }
        answer = ask(target, body, headers)
        return Outcome(GONE, f"HTTP {answer.status}") if answer.status in _NOBODY_THERE else answer.outcome

    def _name(self, endpoint: str) -> str:
        """Who sends, signed (JWT, ES256), for the service of one endpoint."""
        claims = {"aud": origin_of(endpoint), "exp": int(time.time()) + NAMED_S, "sub": self._contact}
        said = ".".join(b64(as_json(part)) for part in ({"typ": "JWT", "alg": "ES256"}, claims))
        r, s = decode_dss_signature(self._key.sign(said.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{said}.{b64(r.to_bytes(32) + s.to_bytes(32))}"


def _payload(message: Message) -> bytes:
    said = {
        "title": message.title,
        "body": message.text,
        "address": message.address,
        "tag": message.topic,
        "urgency": message.urgency,
    }
    return json.dumps(said, ensure_ascii=False).encode()


def _matches(origin: str, service: str) -> bool:
    scheme, star, rest = service.partition("*")
    return origin.startswith(scheme) and origin.endswith(rest) if star else origin == service


def is_subscription(keys: Mapping[str, Any]) -> bool:
    """Whether these are a browser's keys: a point of P-256 and 16 secret bytes, in base64url."""
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(keys["p256dh"]))
        return len(unb64(keys["auth"])) == 16
    except (KeyError, TypeError, ValueError, AttributeError):
        return False


def sealed(
    text: bytes,
    browser_key: bytes,
    secret: bytes,
    *,
    once: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """`text` for the browser alone that has the private half of `browser_key` and the `secret`: RFC 8291, section 3.4.

    `once` and `salt` are drawn anew for each message; they are given by tests only.
    """
    once, salt = once or ec.generate_private_key(ec.SECP256R1()), salt or os.urandom(16)
    ours = _point(once.public_key())
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), browser_key)
    shared = once.exchange(ec.ECDH(), theirs)
    start = _derived(shared, secret, b"WebPush: info\0" + browser_key + ours, 32)
    key = _derived(start, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(start, salt, b"Content-Encoding: nonce\0", 12)
    head = salt + RECORD.to_bytes(4) + bytes([len(ours)]) + ours
    return head + AESGCM(key).encrypt(nonce, text[: RECORD - 103] + b"\x02", None)


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def b64(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """The bytes of base64url, with or without padding. Raises ValueError."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
