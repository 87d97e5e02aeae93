"""An open page for tests: reads the stream's route in a thread, as a browser's EventSource would."""

from __future__ import annotations

import json
import queue
import threading
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient


@dataclass(frozen=True)
class Told:
    """One server-sent event."""

    event: str
    number: int
    data: dict[str, Any]


class OpenPage:
    """Reads until it is closed or the server ends the stream; `next` waits for what it is told."""

    def __init__(self, client: FlaskClient, token: str | None = None, last: int | None = None) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= {"Last-Event-ID": str(last)} if last is not None else {}
        self.response = client.get("/api/v1/stream", headers=headers, buffered=False)
        assert self.response.status_code == 200, self.response.text
        self._told: queue.Queue[Told | None] = queue.Queue()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        pending = ""
        for piece in self.response.iter_encoded():
            pending += piece.decode()
            *blocks, pending = pending.split("\n\n")
            for block in blocks:
                if told := _parsed(block):
                    self._told.put(told)
            if self._closing.is_set():
                break
        self.response.close()
        self._told.put(None)

    def next(self, *, within_s: float = 3.0) -> Told:
        """The next event. Fails where none comes in time, or the stream has ended."""
        try:
            told = self._told.get(timeout=within_s)
        except queue.Empty:
            raise AssertionError(f"nothing was told within {within_s} s") from None
        assert told is not None, "the stream has ended"
        return told

    def has_ended(self, *, within_s: float = 3.0) -> bool:
        """Whether nothing more is told and the server has let go."""
        return self._told.get(timeout=within_s) is None

    def close(self) -> None:
        """Leave, as a tab that is closed; known to the server at its next beat."""
        self._closing.set()
        self._thread.join(10)
        assert not self._thread.is_alive()


def _parsed(block: str) -> Told | None:
    fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
    if "event" not in fields:
        return None
    return Told(fields["event"], int(fields["id"]), json.loads(fields["data"]))
