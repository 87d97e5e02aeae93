"""Reports sent over a few open connections, as fast as they are answered or at a steady pace; a process of its own.

It builds each request before it is due and reads no more of an answer than its status and length, so
that what it takes of the machine stays small; that share is told with the figures.
"""

from __future__ import annotations

import json
import os
import re
import selectors
import socket
import subprocess
import sys
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ID_PLACE = b"00000000-0000-0000-0000-000000000000"
"""Stands in a prepared body where each sending puts an id of its own."""

_NUMBER = re.compile(rb'"number": ?"([^"]+)"')


def prepare(file: Path, reports: list[tuple[str, dict[str, Any]]]) -> None:
    """Write requests to a file, ready but for their ids: token and body of each report."""
    with file.open("wb") as out:
        for token, body in reports:
            text = json.dumps({**body, "client_id": ID_PLACE.decode()}, ensure_ascii=False).encode()
            head = "POST /api/v1/issues HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            head += f"Authorization: Bearer {token}\r\nContent-Length: {len(text)}\r\n\r\n"
            request = head.encode() + text
            out.write(len(request).to_bytes(4, "big") + request)


def _requests(file: Path) -> list[tuple[bytes, bytes]]:
    """The requests of a file, each cut in two at its id."""
    data, at, found = file.read_bytes(), 0, []
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        before, _, after = data[at + 4 : at + 4 + size].partition(ID_PLACE)
        found.append((before, after))
        at += 4 + size
    return found


@dataclass
class _Line:
    """A connection with the request that is under way on it."""

    socket: socket.socket
    sent_at: float = 0.0
    answer: bytearray = field(default_factory=bytearray)


@dataclass
class _Load:
    """What was sent so far: (number, begun, answered) of each, by the machine's clock that all processes share."""

    requests: list[tuple[bytes, bytes]]
    done: list[tuple[str, float, float]] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    sent: int = 0

    def send(self, line: _Line) -> None:
        before, after = self.requests[self.sent % len(self.requests)]
        self.sent += 1
        line.answer.clear()
        line.sent_at = time.monotonic()
        line.socket.sendall(before + str(uuid.uuid4()).encode() + after)

    def take(self, line: _Line) -> bool:
        """Read what came; whether the answer is whole."""
        part = line.socket.recv(65536)
        if not part:
            raise ConnectionError("the server closed a connection")
        line.answer += part
        head, gap, body = line.answer.partition(b"\r\n\r\n")
        if not gap or len(body) < _length(head):
            return False
        status = int(head[9:12])
        self.statuses[status] += 1
        number = _NUMBER.search(body)
        self.done.append((number[1].decode() if number else "", line.sent_at, time.monotonic()))
        return True


def _length(head: bytes) -> int:
    return int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])


def _line(port: int, watch: selectors.BaseSelector) -> _Line:
    line = _Line(socket.create_connection(("127.0.0.1", port)))
    line.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    watch.register(line.socket, selectors.EVENT_READ, line)
    return line


def run(file: Path, port: int, connections: int, seconds: float, per_s: float) -> dict[str, Any]:
    """Send for so many seconds: as fast as answers come, or `per_s` a second where that is not 0."""
    load, watch = _Load(_requests(file)), selectors.DefaultSelector()
    idle = [_line(port, watch) for _ in range(connections)]
    begun = time.monotonic()
    end = begun + seconds
    while (now := time.monotonic()) < end or len(idle) < connections:
        due = begun + load.sent / per_s if per_s else now
        if idle and due <= now < end:
            load.send(idle.pop(0))
            continue
        wait = max(0.0, (due if idle and due < end else end) - now)
        for key, _ in watch.select(wait if now < end else 1.0):
            if load.take(key.data):
                idle.append(key.data)
    spent = os.times()
    took = max((answered for _, _, answered in load.done), default=begun) - begun
    return {"statuses": load.statuses, "seconds": took, "cpu_s": spent.user + spent.system, "done": load.done}


def start(
    file: Path, port: int, connections: int, seconds: float, per_s: float = 0.0
) -> subprocess.Popen[str]:
    """The same in a process of its own."""
    words = [str(word) for word in (file, port, connections, seconds, per_s)]
    return subprocess.Popen([sys.executable, "-m", "bench.load", *words], stdout=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen[str]) -> dict[str, Any]:
    """What a started load did. Raises RuntimeError where it failed, or where a report was not answered by 201."""
    said, _ = process.communicate()
    if process.returncode:
        raise RuntimeError("the load failed")
    found: dict[str, Any] = json.loads(said)
    if set(found["statuses"]) != {"201"}:
        raise RuntimeError(f"not every report was answered by 201: {found['statuses']}")
    return found


if __name__ == "__main__":
    json.dump(
        run(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]), float(sys.argv[5])),
        sys.stdout,
    )
