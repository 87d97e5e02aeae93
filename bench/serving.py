"""`gridmap serve` over a store, as it is run by users, for as long as it is measured."""

from __future__ import annotations

import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.cluster import free_port
from bench.offices import environ, gridmap
from bench.processes import begun_by, below, cpu_of, memory_of
from bench.sizes import Size

_AT_REST, _LONG_ENOUGH = 0.06, 6
"""A server at rest takes less of a processor, in seconds each half second, so many times in a row."""


@dataclass(frozen=True)
class Server:
    """A running server: its port, its process, whose children do the work."""

    port: int
    pid: int

    def cpu_s(self) -> float:
        """The seconds of processor its processes have used, the one that works beside those that answer too."""
        return sum(map(cpu_of, (self.pid, *below(self.pid))))

    def memory_mb(self) -> float:
        """The memory of the processes that answer."""
        return sum(map(memory_of, begun_by(self.pid, self.pid)))


@contextmanager
def serving(url: str, folder: Path, size: Size, *, has_chores: bool = True) -> Iterator[Server]:
    """A server over the store `url`, at rest, stopped at the end. Raises RuntimeError with its log where it does not start.

    Its tiles are baked before, and what a server does once when it starts is done. `has_chores`: its background
    work runs beside it.
    """
    if size.demo:
        subprocess.run(gridmap("bake"), env=environ(url, folder), check=True, capture_output=True)
    port = free_port()
    told = {"GRIDMAP_PORT": str(port), "GRIDMAP_WORKERS": str(size.workers)}
    told["GRIDMAP_STREAM_LIMIT"] = str(size.streams)
    told["GRIDMAP_BACKGROUND"] = (
        "yes" if size.demo and has_chores else "no"
    )  # the smallest size measures nothing
    told["GRIDMAP_WRITES_PER_MINUTE"] = "0"  # few accounts send what many phones would
    log = folder / f"server-{port}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(gridmap("serve"), env=environ(url, folder, **told), stdout=out, stderr=out)
    try:
        _wait_until_up(process, port, log, size.workers)
        server = Server(port, process.pid)
        if size.demo:
            _wait_until_at_rest(server)
        yield server
    except Exception as error:
        error.add_note(log.read_text(errors="replace")[-2000:])
        raise
    finally:
        process.send_signal(signal.SIGQUIT)  # without waiting for streams that are open
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(15)


def _wait_until_up(process: subprocess.Popen[bytes], port: int, log: Path, workers: int) -> None:
    for _ in range(600):
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
                if len(begun_by(process.pid, process.pid)) == workers:
                    return
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.1)
    raise RuntimeError(log.read_text(errors="replace")[-2000:])


def _wait_until_at_rest(server: Server) -> None:
    quiet = 0
    for _ in range(240):
        before = server.cpu_s()
        time.sleep(0.5)
        quiet = quiet + 1 if abs(server.cpu_s() - before) < _AT_REST else 0
        if quiet == _LONG_ENOUGH:
            return
    raise RuntimeError("the server does not come to rest")
