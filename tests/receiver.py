"""A server on this machine that stands in for those who carry notices: it speaks their formats, checks, and fails as told."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

CORP, AGENT, CORP_SECRET = "ww0example", 1000002, "corp-secret-that-nobody-may-see"
ROBOT_KEY, DING_TOKEN, DING_SECRET = "robot-key-1", "ding-token-1", "SEC-ding-secret"
SMS_SECRET = "sms-secret-that-nobody-may-see"
Answer = tuple[int, dict[str, str], Any]


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


class Subscribed:
    """A browser that subscribed: what it tells the server, and what it alone can read."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self._key, self._secret = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)

    @property
    def keys(self) -> dict[str, str]:
        return {"p256dh": b64(point(self._key.public_key())), "auth": b64(self._secret)}

    def read(self, body: bytes) -> dict[str, Any]:
        """The message in it: RFC 8291 from the other side."""
        return dict(json.loads(opened(body, self._key, self._secret)))


def opened(body: bytes, key: ec.EllipticCurvePrivateKey, secret: bytes) -> bytes:
    """What is sealed in a body of content coding aes128gcm."""
    salt, size, theirs = body[:16], body[20], body[21 : 21 + body[20]]
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)

    def derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
        return HKDF(hashes.SHA256(), length, salt, info).derive(secret)

    shared = key.exchange(ec.ECDH(), public)
    start = derived(shared, secret, b"WebPush: info\0" + point(key.public_key()) + theirs, 32)
    nonce = derived(start, salt, b"Content-Encoding: nonce\0", 12)
    sealing = AESGCM(derived(start, salt, b"Content-Encoding: aes128gcm\0", 16))
    text = sealing.decrypt(nonce, body[21 + size :], None)
    assert text.endswith(b"\x02")
    return text[:-1]


@dataclass
class Receiver:
    """What came, in order: path, headers, body; `next` are answers given before the right ones."""

    address: str
    came: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    next: list[Answer | float] = field(default_factory=list)
    token: str = "token-1"
    tokens_given: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def fails(self, *answers: Answer | float) -> None:
        """The next questions get these: (status, headers, body), or seconds to dawdle first."""
        self.next += answers

    def messages(self, path: str) -> list[dict[str, Any]]:
        """The JSON bodies that came to a path."""
        return [json.loads(body) for where, _, body in self.came if where.split("?")[0] == path]

    def bodies(self, path: str) -> list[bytes]:
        return [body for where, _, body in self.came if where.split("?")[0] == path]

    def browser(self, name: str) -> Subscribed:
        return Subscribed(f"{self.address}/push/{name}")

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        parts = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path.startswith("/push/"):
            return (201, {}, "") if self._is_named(headers) else (403, {}, "who?")
        if parts.path == "/sms":
            return (200, {}, {"code": 0}) if self._is_signed(headers, body) else (401, {}, {"code": "sign"})
        said = {
            "/cgi-bin/gettoken": self._gettoken,
            "/cgi-bin/message/send": self._message,
            "/cgi-bin/webhook/send": self._robot,
            "/robot/send": self._ding,
        }[parts.path](query, json.loads(body or b"{}"))
        return 200, {}, said

    def _is_named(self, headers: dict[str, str]) -> bool:
        """RFC 8292: the token is signed by the key beside it, is for us, and not good for ever."""
        scheme, _, rest = headers["Authorization"].partition(" ")
        named = dict(part.strip().split("=", 1) for part in rest.split(","))
        said, _, signature = named["t"].rpartition(".")
        r, s = (int.from_bytes(part) for part in (unb64(signature)[:32], unb64(signature)[32:]))
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(named["k"]))
        try:
            key.verify(encode_dss_signature(r, s), said.encode(), ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        claims = json.loads(unb64(said.split(".")[1]))
        is_ours = claims["aud"] == self.address and 0 < claims["exp"] - time.time() <= 86400
        is_said = "Ttl" in headers and headers["Content-Encoding"] == "aes128gcm"
        return scheme == "vapid" and is_ours and claims["sub"].startswith("mailto:") and is_said

    @staticmethod
    def _is_signed(headers: dict[str, str], body: bytes) -> bool:
        said = headers.get("X-Timestamp", "").encode() + body
        right = hmac.new(SMS_SECRET.encode(), said, hashlib.sha256).hexdigest()
        return hmac.compare_digest(right, headers.get("X-Signature", "")) and "X-Key-Id" in headers

    def _gettoken(self, query: dict[str, str], _body: Any) -> dict[str, Any]:
        if (query["corpid"], query["corpsecret"]) != (CORP, CORP_SECRET):
            return {"errcode": 40001, "errmsg": "invalid credential"}
        self.tokens_given += 1
        return {"errcode": 0, "errmsg": "ok", "access_token": self.token, "expires_in": 7200}

    def _message(self, query: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
        if query["access_token"] != self.token:
            return {"errcode": 42001, "errmsg": "access_token expired"}
        if body["agentid"] != AGENT or body["msgtype"] not in body:
            return {"errcode": 40056, "errmsg": "invalid agentid"}
        unknown = body["touser"] == "nobody"
        return {"errcode": 0, "errmsg": "ok", **({"invaliduser": "nobody"} if unknown else {})}

    @staticmethod
    def _robot(query: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
        if query["key"] != ROBOT_KEY:
            return {"errcode": 93000, "errmsg": "invalid webhook url"}
        is_one = body["msgtype"] == "markdown" and len(body["markdown"]["content"].encode()) <= 4096
        return {"errcode": 0 if is_one else 40058, "errmsg": ""}

    @staticmethod
    def _ding(query: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
        if query["access_token"] != DING_TOKEN:
            return {"errcode": 300001, "errmsg": "token is not exist"}
        said = f"{query['timestamp']}\n{DING_SECRET}".encode()
        right = base64.b64encode(hmac.new(DING_SECRET.encode(), said, hashlib.sha256).digest()).decode()
        is_fresh = abs(time.time() * 1000 - int(query["timestamp"])) < 3_600_000
        if query["sign"] != right or not is_fresh:
            return {"errcode": 310000, "errmsg": "sign not match"}
        is_one = body["msgtype"] == "markdown" and set(body["markdown"]) == {"title", "text"}
        return {"errcode": 0 if is_one else 400602, "errmsg": "ok"}


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        here: Receiver = self.server.receiver  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        said_with = {name.title(): value for name, value in self.headers.items()}  # cases mean nothing
        with here.lock:
            here.came.append((self.path, said_with, body))
            forced = here.next.pop(0) if here.next else None
        if isinstance(forced, float):
            time.sleep(forced)
            forced = None
        try:
            status, headers, said = forced or here.answer(self.path, said_with, body)
            data = said.encode() if isinstance(said, str) else json.dumps(said).encode()
            self.send_response(status)
            for name, value in {"Content-Length": str(len(data)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)
        except (BrokenPipeError, ConnectionResetError):
            pass  # whoever asked has given up

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Open while the block runs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.receiver = Receiver(f"http://127.0.0.1:{server.server_port}")  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server.receiver  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def declared(folder: Path, address: str, more: str = "") -> Path:
    """The file that declares all ways, at a receiver."""
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "push.pem").write_bytes(pem)
    file = folder / "channels.toml"
    file.write_text(
        f"""{more}
[push]
key_file = "push.pem"
contact = "mailto:grid@example.gov.cn"
services = ["{address}"]
[wecom]
url = "{address}"
corp_id = "{CORP}"
agent_id = {AGENT}
secret_from = "CORP_SECRET"
[sms]
url = "{address}/sms"
key_id = "gridmap"
secret = "{SMS_SECRET}"
template = "T1"
[groups.riverside]
kind = "wecom"
url = "{address}"
key = "{ROBOT_KEY}"
areas = ["990001001001"]
[groups.water]
kind = "dingtalk"
url = "{address}"
key = "{DING_TOKEN}"
secret = "{DING_SECRET}"
unit = "water"
""",
        encoding="utf-8",
    )
    for one in (file, folder / "push.pem"):
        one.chmod(0o600)
    return file


ENVIRON = {"CORP_SECRET": CORP_SECRET}
