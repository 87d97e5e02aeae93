"""Many open streams in one process: when each event reached each of them. What came is read apart afterwards."""

from __future__ import annotations

import json
import os
import re
import selectors
import socket
import subprocess
import sys
import time
from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import Any

_EVENT = re.compile(rb'event: issue\ndata: \{[^\n]*?"number":"([^"]+)"')
_READY = b"event: ready"
_OPENING_S = 120.0


@dataclass
class _Stream:
    """An open stream: the pieces that came, and when."""

    socket: socket.socket
    pieces: list[bytes] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    def arrivals(self) -> list[tuple[str, float]]:
        """The number of each matter told here, and when its event was whole."""
        ends = list(accumulate(map(len, self.pieces)))
        found = _EVENT.finditer(b"".join(self.pieces))
        return [(match[1].decode(), self.times[bisect_right(ends, match.end() - 1)]) for match in found]


def listen(port: int, tokens: list[str], count: int, file: Path) -> None:
    """Open `count` streams, say so, read until standard input ends; write who was told what when to `file`."""
    watch = selectors.DefaultSelector()
    streams = []
    for number in range(count):
        stream = _Stream(socket.create_connection(("127.0.0.1", port)))
        head = f"GET /api/v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {tokens[number % len(tokens)]}\r\n\r\n"
        stream.socket.sendall(head.encode())
        watch.register(stream.socket, selectors.EVENT_READ, stream)
        streams.append(stream)
    _read(watch, lambda: all(any(_READY in piece for piece in s.pieces) for s in streams), _OPENING_S)
    print("OPEN", flush=True)
    watch.register(sys.stdin, selectors.EVENT_READ, None)
    before = os.times()
    _read(watch, lambda: False, float("inf"))
    spent = os.times()
    cpu = spent.user + spent.system - before.user - before.system
    file.write_text(json.dumps({"cpu_s": cpu, "streams": [stream.arrivals() for stream in streams]}))


def _read(watch: selectors.BaseSelector, is_enough: Any, seconds: float) -> None:
    """Read what comes until it is enough or standard input ends. Raises TimeoutError, ConnectionError."""
    end = time.monotonic() + seconds
    while not is_enough():
        if time.monotonic() > end:
            raise TimeoutError("not every stream was opened")
        for key, _ in watch.select(1.0):
            if key.data is None:
                return
            piece = key.data.socket.recv(65536)
            if not piece:
                raise ConnectionError("the server closed a stream")
            key.data.times.append(time.monotonic())
            key.data.pieces.append(piece)


class Listeners:
    """The same in a process of its own, all streams open; leaving the block ends it and reads `found`."""

    def __init__(self, port: int, tokens: list[str], count: int, folder: Path) -> None:
        self._file = folder / "arrivals.json"
        given = folder / "tokens.json"
        given.write_text(json.dumps(tokens))
        words = [str(word) for word in (port, given, count, self._file)]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.listening", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.found: dict[str, Any] = {}

    def __enter__(self) -> Listeners:
        assert self._process.stdout is not None
        if self._process.stdout.readline().strip() != "OPEN":
            self._process.communicate()
            raise RuntimeError("the streams could not be opened")
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate("")
        if self._process.returncode:
            raise RuntimeError("the streams could not be read")
        self.found = json.loads(self._file.read_text())


if __name__ == "__main__":
    listen(int(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text()), int(sys.argv[3]), Path(sys.argv[4]))
