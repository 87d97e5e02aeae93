"""Phones that report without a pause, with photos, and remember what they were promised."""

from __future__ import annotations

import http.client
import io
import threading
import time
import uuid
from collections import Counter
from contextlib import closing
from types import TracebackType
from typing import Any

from PIL import Image

from tests.faults.running import PRIVATE, Answer, Server, ask_on
from tests.town import C1, C3, C4, CENTRES, OUTSIDE, PARKING, RUBBISH

PLACES = [CENTRES[C1], CENTRES[C3], CENTRES[C4], OUTSIDE]
WORDS = f"楼道堆放杂物 {PRIVATE}"
BOUNDARY = "photo-of-a-phone"


def report_body(n: int = 0, **more: Any) -> dict[str, Any]:
    """A report as a phone sends it, with a client_id of its own."""
    lon, lat = PLACES[n % len(PLACES)]
    body = {"lon": lon, "lat": lat, "category": (RUBBISH, PARKING)[n % 2], "description": f"{WORDS} {n}"}
    return {**body, "client_id": str(uuid.uuid4()), **more}


def photo_body(n: int, client_id: str, side: int = 64) -> bytes:
    """A photo of its own colour, as a form."""
    picture, out = Image.effect_noise((side, side), 60 + n % 100).convert("RGB"), io.BytesIO()
    picture.putpixel((0, 0), (n % 256, n // 256 % 256, 7))
    picture.save(out, "JPEG", quality=90)
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="client_id"\r\n\r\n{client_id}\r\n'
    head += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="photo"; filename="p.jpg"\r\n\r\n'
    return head.encode() + out.getvalue() + f"\r\n--{BOUNDARY}--\r\n".encode()


def send_photo(server: Server, token: str, number: str, form: bytes) -> Answer:
    """What sending a photo answers."""
    kind = {"Content_Type": f"multipart/form-data; boundary={BOUNDARY}"}
    return server.ask(f"/api/v1/issues/{number}/photos", token, form, **kind)


class Phones:
    """Several phones at work until told to stop; used as a context.

    `sent` holds every report by its client_id, `promised` the numbers of those that were acknowledged,
    `photos` the acknowledged photos as (number, client_id), `refused` how often which answer came instead.
    """

    def __init__(self, server: Server, token: str, phones: int = 4) -> None:
        self._server, self._token = server, token
        self._stop, self._count, self._lock = threading.Event(), 0, threading.Lock()
        self.sent: dict[str, dict[str, Any]] = {}
        self.promised: dict[str, str] = {}
        self.photos: set[tuple[str, str]] = set()
        self.forms: dict[tuple[str, str], bytes] = {}
        self.refused: Counter[tuple[int, str]] = Counter()
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(phones)]

    def __enter__(self) -> Phones:
        self._stop.clear()
        if self._threads[0].ident:
            self._threads = [threading.Thread(target=self._work, daemon=True) for _ in self._threads]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(90)
        assert not any(thread.is_alive() for thread in self._threads), "a phone waits without an end"

    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                with closing(http.client.HTTPConnection("127.0.0.1", self._server.port, timeout=60)) as line:
                    while not self._stop.is_set():
                        self._once(line)
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)  # no answer: the report stays in the queue

    def _once(self, line: http.client.HTTPConnection) -> None:
        with self._lock:
            self._count += 1
            n = self._count
        body = report_body(n)
        self.sent[body["client_id"]] = body
        answer = ask_on(line, "/api/v1/issues", self._token, body)
        if self._note(answer) and n % 3 == 0:
            self.promised[body["client_id"]] = answer.body["id"]
            self._add_photo(line, n, answer.body["id"])
        elif answer.status in (200, 201):
            self.promised[body["client_id"]] = answer.body["id"]

    def _add_photo(self, line: http.client.HTTPConnection, n: int, number: str) -> None:
        key = (number, f"photo-{n}")
        self.forms[key] = photo_body(n, key[1])
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        path = f"/api/v1/issues/{number}/photos"
        if self._note(ask_on(line, path, self._token, self.forms[key], Content_Type=kind)):
            self.photos.add(key)

    def _note(self, answer: Answer) -> bool:
        if answer.status in (200, 201):
            return True
        self.refused[answer.status, answer.code] += 1
        time.sleep(0.02)  # a phone would wait for its Retry-After
        return False

    def send_again(self) -> None:
        """Everything that was not acknowledged, as the queue of a phone does; all of it is taken now."""
        for key, body in self.sent.items():
            if key not in self.promised:
                answer = self._server.ask("/api/v1/issues", self._token, body)
                assert answer.status in (200, 201), answer
                self.promised[key] = answer.body["id"]
        for number, key in self.forms.keys() - self.photos:
            answer = send_photo(self._server, self._token, number, self.forms[number, key])
            assert answer.status in (200, 201), answer
            self.photos.add((number, key))
