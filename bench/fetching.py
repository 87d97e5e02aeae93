"""Addresses fetched over a few open connections, as fast as they are answered; a process of its own.

It reads no more of an answer than it needs to know where it ends, so that what it takes of the machine
stays small; that share is told with the figures.
"""

from __future__ import annotations

import json
import os
import selectors
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class _Line:
    """A connection with the request that is under way on it."""

    socket: socket.socket
    sent_at: float = 0.0
    answer: bytearray = field(default_factory=bytearray)

    def is_whole(self) -> bool:
        """Whether the answer has come to its end: by its length, or by its last piece."""
        head, gap, body = bytes(self.answer).partition(b"\r\n\r\n")
        if not gap:
            return False
        told = head.lower()
        if b"transfer-encoding: chunked" in told:
            return body.endswith(b"0\r\n\r\n")
        _, has_length, rest = told.partition(b"content-length:")
        return len(body) >= (int(rest.partition(b"\r\n")[0]) if has_length else 0)


def prepare(file: Path, paths: Sequence[str], **headers: str) -> None:
    """Write requests for `paths` to a file."""
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    requests = [
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n{more}\r\n" for path in paths
    ]
    file.write_text(json.dumps(requests), encoding="utf-8")


def _line(port: int, watch: selectors.BaseSelector) -> _Line:
    line = _Line(socket.create_connection(("127.0.0.1", port)))
    line.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    watch.register(line.socket, selectors.EVENT_READ, line)
    return line


def run(file: Path, port: int, connections: int, seconds: float) -> dict[str, Any]:
    """Ask for the addresses of a file again and again for so many seconds, at least once for each."""
    requests = [one.encode() for one in json.loads(file.read_text(encoding="utf-8"))]
    watch, took, statuses, sent, size = selectors.DefaultSelector(), list[float](), Counter[int](), 0, 0
    idle = [_line(port, watch) for _ in range(connections)]
    begun = time.monotonic()
    while (is_going := time.monotonic() - begun < seconds or sent < len(requests)) or len(idle) < connections:
        while idle and is_going:
            line = idle.pop()
            line.answer.clear()
            line.sent_at = time.monotonic()
            line.socket.sendall(requests[sent % len(requests)])
            sent += 1
        for key, _ in watch.select(1.0):
            line = key.data
            part = line.socket.recv(1 << 20)
            if not part:
                raise ConnectionError("the server closed a connection")
            line.answer += part
            if line.is_whole():
                took.append(time.monotonic() - line.sent_at)
                statuses[int(line.answer[9:12])] += 1
                size += len(line.answer)
                idle.append(line)
    spent = os.times()
    told = {"statuses": statuses, "seconds": time.monotonic() - begun, "took_s": took, "bytes": size}
    return {**told, "cpu_s": spent.user + spent.system}


def fetch(file: Path, port: int, connections: int, seconds: float) -> dict[str, Any]:
    """The same in a process of its own. Raises RuntimeError where an answer was neither 200 nor 204."""
    words = [str(word) for word in (file, port, connections, seconds)]
    done = subprocess.run(
        [sys.executable, "-m", "bench.fetching", *words], stdout=subprocess.PIPE, text=True, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    if not set(found["statuses"]) <= {"200", "204"}:
        raise RuntimeError(f"not every tile was there: {found['statuses']}")
    return found


if __name__ == "__main__":
    json.dump(
        run(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])),
        sys.stdout,
    )
