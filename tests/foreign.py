"""A server of tiles on this machine that stands in for one outside: it draws, dawdles, lies and fails as it is told."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

Answer = tuple[int, dict[str, str], bytes]
KEY = "tk-that-nobody-may-see"
RED, BLUE = (200, 30, 40), (30, 60, 200)


def plain(colour: tuple[int, ...] = RED, size: int = 256, kind: str = "PNG") -> bytes:
    """A tile of one colour."""
    out = io.BytesIO()
    Image.new("RGBA" if len(colour) == 4 else "RGB", (size, size), colour).save(out, kind)
    return out.getvalue()


SLOPE = 4


def wave(at: Any) -> Any:
    """What a pixel is worth at a column or row: four grades a pixel, up and down, so that a mixture tells what lies between."""
    return np.abs((SLOPE * at + 255) % 510 - 255)


def telling(zoom: int, x: int, y: int, size: int = 256) -> bytes:
    """A tile whose every pixel tells where it is: red the column, green the row over all tiles, blue which tile."""
    columns, rows = np.meshgrid(np.arange(size) + x * size, np.arange(size) + y * size)
    pixels = np.stack([wave(columns), wave(rows), np.full_like(rows, (x * 7 + y * 13) % 256)], axis=-1)
    out = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8), "RGB").save(out, "PNG")
    return out.getvalue()


@dataclass
class Foreign:
    """The server: `answer(zoom, x, y)` says what it gives for /t/zoom/x/y; `asked` is what it was asked, in order."""

    address: str
    answer: Callable[[int, int, int], Answer] = lambda z, x, y: (200, {}, plain())
    asked: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    drop_s: float = 0.0
    """Seconds from byte to byte; 0: all at once."""
    busiest: int = 0
    running: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def gives(self, data: bytes, status: int = 200, **headers: str) -> None:
        """From now on this, whatever is asked."""
        self.answer = lambda z, x, y: (status, headers, data)

    def dawdles(self, seconds: float) -> None:
        """From now on a picture, but late."""

        def late(z: int, x: int, y: int) -> Answer:
            time.sleep(seconds)
            return 200, {}, plain()

        self.answer = late

    @property
    def template(self) -> str:
        return f"{self.address}/t/{{z}}/{{x}}/{{y}}"


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        here: Foreign = self.server.foreign  # type: ignore[attr-defined]
        with here.lock:
            here.asked.append(self.path)
            here.headers.append(dict(self.headers))
            here.running += 1
            here.busiest = max(here.busiest, here.running)
        try:
            zoom, x, y = (int(part) for part in self.path.partition("?")[0].split("/")[-3:])
            status, headers, data = here.answer(zoom, x, y)
            with here.lock:
                here.running -= 1
            self.send_response(status)
            for name, value in {"Content-Length": str(len(data)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            for piece in [data] if not here.drop_s else [data[n : n + 1] for n in range(len(data))]:
                self.wfile.write(piece)
                time.sleep(here.drop_s)
        except (BrokenPipeError, ConnectionResetError):
            pass  # whoever asked has given up

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def foreign_server() -> Iterator[Foreign]:
    """Open while the block runs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.foreign = Foreign(f"http://127.0.0.1:{server.server_port}")  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server.foreign  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)


def declared(folder: Path, text: str) -> str:
    """The name of a file with those words."""
    file = folder / "base.toml"
    file.write_text(text, encoding="utf-8")
    return str(file)
