"""How long the map and the wall take to their first picture in a browser, and how long each answer they need."""

from __future__ import annotations

import statistics
import subprocess
import time
import urllib.request
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser

from bench.browsing import FLAT, RELIEF, chromium, sign_in, wait_for_mark
from bench.offices import PASSWORD, environ, gridmap
from bench.run import Bench, step
from bench.serving import Server, serving
from bench.table import Row
from gridmap.demo.signs import DEMO_PASSWORD

_PROMISED_PICTURE_S, _PROMISED_ANSWER_S = 3.0, 0.3
_DRAWING = {"/map": FLAT, "/wall": RELIEF}


@dataclass(frozen=True)
class _Seen:
    """One visit: seconds to the first picture, and the answers the page needed."""

    picture_s: float
    answers: list[str]
    cookie: str


def measure(bench: Bench) -> list[Row]:
    """Two rows for the map (a seat that sees the whole district) and two for the wall."""
    url, accounts, password = _store(bench)
    rows: list[Row] = []
    with serving(url, bench.data_dir, bench.size) as server:
        for path, username in accounts.items():
            with chromium(_DRAWING[path]) as browser:
                rows += _rows(bench, server, browser, path, username, password)
    return rows


def _store(bench: Bench) -> tuple[str, dict[str, str], str]:
    """A store with many matters; who opens which page there, with which password."""
    if not bench.size.demo:
        url = bench.cluster.create("pages", bench.store("all", bench.size.stored))
        subprocess.run(gridmap("bake"), env=environ(url, bench.data_dir), check=True, capture_output=True)
        return url, {"/map": "reader000", "/wall": "wall000"}, PASSWORD
    url = bench.cluster.create("pages")
    with step(f"demo district, size {bench.size.demo}"):
        for words in (("init",), ("demo", "--size", bench.size.demo)):
            subprocess.run(
                gridmap(*words), env=environ(url, bench.data_dir), check=True, stderr=subprocess.DEVNULL
            )
    bench.settle("pages")
    return url, {"/map": "zhongxin", "/wall": "daping"}, DEMO_PASSWORD


def _rows(
    bench: Bench, server: Server, browser: Browser, path: str, username: str, password: str
) -> list[Row]:
    address = f"http://127.0.0.1:{server.port}"
    with step(f"{path} in Chromium"):
        visits = [
            _visit(browser, address, path, (username, password), bench.size.rest_ms)
            for _ in range(bench.size.rounds)
        ]
    with step(f"answers {path} needs"):
        times = {
            answer: _asked(address + answer, visits[-1].cookie, bench.size.answers)
            for answer in visits[-1].answers
        }
    return [_picture_row(path, [visit.picture_s for visit in visits]), _answers_row(path, times)]


def _picture_row(path: str, seconds: list[float]) -> Row:
    middle = statistics.median(seconds)
    notes = f"{len(seconds)} visits, a fresh browser profile each: {min(seconds):.2f} to {max(seconds):.2f} s"
    return Row(
        f"{path}: first picture in Chromium (no graphics chip)",
        f"{middle:.2f} s",
        f"{_PROMISED_PICTURE_S:.0f} s",
        _PROMISED_PICTURE_S / middle,
        1.0,
        notes,
        {"seconds": seconds},
    )


def _answers_row(path: str, times: dict[str, list[float]]) -> Row:
    slow = {answer: _at(seconds, 0.95) for answer, seconds in times.items()}
    worst = max(slow, key=slow.__getitem__)
    most = sorted(slow.items(), key=lambda item: -item[1])[:4]
    notes = f"{len(slow)} answers; " + ", ".join(f"{_short(name)} {s * 1000:.0f} ms" for name, s in most)
    return Row(
        f"{path}: slowest JSON answer, p95",
        f"{slow[worst] * 1000:.0f} ms",
        f"{_PROMISED_ANSWER_S * 1000:.0f} ms",
        _PROMISED_ANSWER_S / slow[worst],
        1.0,
        notes,
        {"p95_s": slow},
    )


def _short(answer: str) -> str:
    return answer.removeprefix("/api/v1/")[:40]


def _at(seconds: list[float], share: float) -> float:
    return sorted(seconds)[min(len(seconds) - 1, int(len(seconds) * share))]


def _visit(browser: Browser, address: str, path: str, as_whom: tuple[str, str], rest_ms: float) -> _Seen:
    context = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="zh-CN")
    page = context.new_page()
    sign_in(page, address, *as_whom)
    answers: list[str] = []
    page.on("response", lambda answer: _is_json(answer) and answers.append(answer.url.removeprefix(address)))
    page.goto(address + path, wait_until="commit")
    seconds = wait_for_mark(page)
    page.wait_for_timeout(rest_ms)
    cookie = "; ".join(f"{one['name']}={one['value']}" for one in context.cookies())
    context.close()
    return _Seen(seconds, sorted(set(answers)), cookie)


def _is_json(answer: Any) -> bool:
    kind = answer.headers.get("content-type", "")
    return answer.request.method == "GET" and answer.ok and "json" in kind and "/api/v1/" in answer.url


def _asked(url: str, cookie: str, times: int) -> list[float]:
    """How long an answer took, from asking to its last byte, one after the other."""
    taken = []
    for _ in range(times):
        asked = urllib.request.Request(url, headers={"Cookie": cookie, "Accept-Encoding": "gzip"})
        begun = time.perf_counter()
        with urllib.request.urlopen(asked, timeout=60) as answer:
            answer.read()
        taken.append(time.perf_counter() - begun)
    return taken
