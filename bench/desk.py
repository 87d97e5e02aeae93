"""How long the command-centre desk waits for its queues and their counts, with as many open matters as a large district has."""

from __future__ import annotations

import http.client
import statistics
import time

from bench.offices import readers
from bench.run import Bench, step
from bench.serving import serving
from bench.table import Row
from gridmap.db.queues import QUEUES

_PROMISED_S = 0.100
_WARMING = 3
# Every open matter stands somewhere in the loop: a fifth waits to be accepted, half of those in hand are late.
_SPREAD = (
    """
    UPDATE issues SET status = CASE id % 20 WHEN 0 THEN 'accepted' WHEN 1 THEN 'accepted' WHEN 2 THEN 'dispatched'
        WHEN 3 THEN 'verified' WHEN 4 THEN 'suspended' WHEN 5 THEN 'handled' WHEN 6 THEN 'handled' WHEN 7 THEN 'handled'
        WHEN 8 THEN 'received' WHEN 9 THEN 'received' WHEN 10 THEN 'received' WHEN 11 THEN 'received'
        WHEN 12 THEN 'handling' WHEN 13 THEN 'handling' WHEN 14 THEN 'handling' ELSE 'reported' END,
      stage_at = now() - (id * 7919 % 3600) * interval '1 s',
      due_at = now() + (id * 104729 % 864000 - 432000) * interval '1 s',
      supervised_at = CASE WHEN id % 100 = 7 THEN now() END
    """,
    "UPDATE issues SET handler_id = NULL WHERE status = 'reported' AND id % 3 = 0",
    """
    UPDATE issues SET stage_due_at = stage_at + interval '15 min' WHERE status IN ('received', 'accepted', 'handled')
    """,
    """
    INSERT INTO whistles (district_code, issue_id, path, level, kind, status, caller_id, called_at, answer_by, raised)
    SELECT district_code, id, path, 1, 'daily', CASE WHEN id % 5 = 0 THEN 'blown' ELSE 'closed' END, 1, now(),
        now() + (id % 600 - 300) * interval '1 s', 0
    FROM issues WHERE id % 50 = 0 AND EXISTS (SELECT FROM accounts WHERE id = 1)
    """,
)


def measure(bench: Bench) -> list[Row]:
    """One row for the slowest of the counts and the first pages of all queues."""
    stored = bench.size.stored
    url = bench.cluster.create("desk", bench.store("all", stored))
    with step("matters all over the loop"):
        bench.cluster.run(*_SPREAD, name="desk")
        bench.settle("desk")
    with (
        # Fifty thousand matters drawn late at once would be told of for minutes, as in no real store.
        serving(url, bench.data_dir, bench.size, has_chores=False) as server,
        step(f"counts and first pages of {len(QUEUES)} queues"),
    ):
        client = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
        taken = {path: _asked(bench, client, path) for path in ("", *(f"/{queue}" for queue in QUEUES))}
    return [_row(stored, taken)]


def _row(stored: int, taken: dict[str, list[float]]) -> Row:
    slow = {
        path.lstrip("/") or "counts": statistics.quantiles(seconds, n=20)[-1]
        for path, seconds in taken.items()
    }
    worst = max(slow, key=slow.__getitem__)
    ordered = sorted(slow.items(), key=lambda item: -item[1])
    return Row(
        f"Desk: slowest queue or counts, {stored:,} open, p95",
        f"{slow[worst] * 1000:.0f} ms",
        f"{_PROMISED_S * 1000:.0f} ms",
        _PROMISED_S / slow[worst],
        1.0,
        "over HTTP: " + ", ".join(f"{name} {seconds * 1000:.0f} ms" for name, seconds in ordered),
        {"p95_s": slow},
    )


def _asked(bench: Bench, client: http.client.HTTPConnection, path: str) -> list[float]:
    for _ in range(_WARMING * bench.size.workers):
        _ask(client, path)
    taken = []
    for _ in range(bench.size.answers * 5):
        begun = time.perf_counter()
        _ask(client, path)
        taken.append(time.perf_counter() - begun)
    return taken


def _ask(client: http.client.HTTPConnection, path: str) -> None:
    client.request("GET", f"/api/v1/desk{path}", headers={"Authorization": f"Bearer {readers()[0]}"})
    answer = client.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise RuntimeError(body[:300])
