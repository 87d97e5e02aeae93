"""From a report to every open stream: how long it takes, and what a stream costs in memory."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from bench import load
from bench.listening import Listeners
from bench.offices import readers
from bench.posting import requests_file
from bench.run import Bench, step
from bench.serving import Server, serving
from bench.sizes import Size
from bench.table import Row

_REST_S = 2.0
"""After the last report: so long an event may be under way."""
_POSTERS = 4


def measure(bench: Bench) -> list[Row]:
    """The row of the stream: within what time 99 % of all deliveries happen, measured from the report's sending."""
    url = bench.cluster.create("streams", bench.store("all", bench.size.stored))
    with serving(url, bench.data_dir, bench.size) as server:
        return [listen_to(bench, server, "Report to stream, 99 % of deliveries within", 1.0)]


def listen_to(bench: Bench, server: Server, name: str, at_least: float | None) -> Row:
    """The row of a running server."""
    size, requests = bench.size, requests_file(bench, bench.district)
    load.finish(load.start(requests, server.port, size.workers * 2, 1.0))  # each process has worked
    empty_mb = server.memory_mb()
    with (
        step(f"{size.streams} streams, {size.events_per_s:.0f} reports/s for {size.stream_seconds:.0f} s"),
        Listeners(server.port, readers(), size.streams, bench.work) as listeners,
    ):
        time.sleep(_REST_S / 2)
        stream_mb = (server.memory_mb() - empty_mb) / size.streams
        sent = _send(server, requests, size)
    shape = f"{size.workers} processes, {stream_mb * 1024:.0f} kB of memory a stream"
    return _row(name, at_least, sent, listeners.found, shape)


def _send(server: Server, requests: Path, size: Size) -> dict[str, Any]:
    before = server.cpu_s()
    sent = load.finish(load.start(requests, server.port, _POSTERS, size.stream_seconds, size.events_per_s))
    time.sleep(_REST_S)
    return {**sent, "server_cpu_s": server.cpu_s() - before}


def _row(name: str, at_least: float | None, sent: dict[str, Any], heard: dict[str, Any], shape: str) -> Row:
    begun = {number: (start, answered) for number, start, answered in sent["done"]}
    told = [(number, at) for stream in heard["streams"] for number, at in stream if number in begun]
    expected = len(sent["done"]) * len(heard["streams"])
    if len(told) != expected:
        raise RuntimeError(f"{len(told)} of {expected} events arrived")
    since_start = sorted(at - begun[number][0] for number, at in told)
    since_answer = sorted(at - begun[number][1] for number, at in told)
    notes = (
        f"{len(sent['done'])} reports to {len(heard['streams'])} streams, {shape}; since the report was sent"
        f" {_waits(since_start)}; since it was answered {_waits(since_answer)};"
        f" of a processor the server took {sent['server_cpu_s'] / sent['seconds']:.2f},"
        f" the streams' reader {heard['cpu_s'] / sent['seconds']:.2f}, the sender {sent['cpu_s'] / sent['seconds']:.2f}"
    )
    p99 = _at(since_start, 0.99)
    figures = {"p50_s": _at(since_start, 0.5), "p99_s": p99, "max_s": since_start[-1]}
    return Row(name, f"{p99 * 1000:.0f} ms", "1 s", 1.0 / p99, at_least, notes, figures)


def _at(waits: list[float], share: float) -> float:
    return waits[min(len(waits) - 1, int(len(waits) * share))]


def _waits(waits: list[float]) -> str:
    p50, p99, most = (f"{_at(waits, share) * 1000:.0f}" for share in (0.5, 0.99, 1.0))
    return f"p50 {p50}, p99 {p99}, max {most} ms"
