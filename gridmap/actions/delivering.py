"""Send what is due out of the house: leased before, marked after, tried again with growing pauses, given up in the end."""

from __future__ import annotations

import logging
import random
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from gridmap.actions.office import Office, Work
from gridmap.channels.declared import Ways
from gridmap.channels.posting import AGAIN, GONE, REFUSED, SENT, Outcome
from gridmap.channels.wording import message_of
from gridmap.db import deliveries
from gridmap.db.loop_models import Delivery
from gridmap.domain.notices import URGENT
from gridmap.errors import SourceSilentError

log = logging.getLogger(__name__)

PAUSES_MIN = (1, 5, 15, 60, 240)
MOST_TRIES = len(PAUSES_MIN) + 1
JITTER = 0.1
LEASE = timedelta(minutes=3)
"""Whoever took some and died has them no longer after that; sending a batch takes less, however slow all providers are."""
BATCH, AT_ONCE = 40, 4
MOST_BATCHES = 10


@dataclass(frozen=True)
class _Job:
    """A delivery that was leased."""

    id: int
    way: str
    target: str
    keys: Mapping[str, Any] | None
    body: Mapping[str, Any]
    tries: int


def deliver_due(office: Office, ways: Ways) -> int:
    """Send what is due; commits before and after. How many were sent.

    Two who do it at once do not send the same. What was sent by somebody who died before saying so is sent
    once more. Outside of quiet hours only, but for what is urgent; what has been read meanwhile is not sent.
    """
    sent = 0
    for _ in range(MOST_BATCHES):
        with office.database.reading() as session:
            if not deliveries.has_due(session, office.clock()):
                break
        with office.work() as work:
            jobs = _leased(office, work, ways)
        outcomes = _sent(jobs, ways)
        with office.work() as work:
            sent += sum(_mark(work, job, outcome) for job, outcome in zip(jobs, outcomes, strict=True))
    return sent


def _leased(office: Office, work: Work, ways: Ways) -> list[_Job]:
    """Take some of what is due: from now on nobody else has them, until the lease ends."""
    rows = deliveries.locked_due(work.session, work.now, BATCH)
    to_persons = [row.notice_id for row in rows if row.notice_id is not None]
    unread = deliveries.unread_of(work.session, to_persons)
    keys = deliveries.keys_of(work.session, [row.id for row in rows])
    jobs, morning = [], ways.quiet.over_at(work.now, office.zone)
    for row in rows:
        if row.notice_id is not None and (row.notice_id not in unread or row.id not in keys):
            row.next_at, row.fault = None, "removed" if row.notice_id in unread else "read"
        elif row.body.get("urgency") != URGENT and morning > work.now:
            row.next_at = morning
        else:
            row.tries, row.next_at = row.tries + 1, work.now + LEASE
            jobs.append(_Job(row.id, row.channel, row.target, keys.get(row.id), row.body, row.tries))
    return jobs


def _sent(jobs: Sequence[_Job], ways: Ways) -> list[Outcome]:
    if not jobs:
        return []
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="gridmap-send") as pool:
        return list(pool.map(lambda job: _send(job, ways), jobs))


def _send(job: _Job, ways: Ways) -> Outcome:
    provider = ways.provider(job.way, job.target)
    if provider is None:
        return Outcome(REFUSED, "not_configured")
    message = message_of(job.body, ways.language, ways.public_url, f"{job.body['key']}:{job.id}")
    try:
        return provider.send(job.target, job.keys, message)
    except SourceSilentError as error:
        return Outcome(AGAIN, str(error.details.get("reason", "silent")))
    except Exception as error:
        # Whatever one provider does, the others' messages go out; its name is all that may be told.
        log.warning("sending by %s: %s", job.way, type(error).__name__)
        return Outcome(AGAIN, type(error).__name__)


def _mark(work: Work, job: _Job, outcome: Outcome) -> bool:
    """Note what came of it, unless the lease ended meanwhile. Whether it was sent."""
    row = work.session.get(Delivery, job.id, with_for_update=True)
    if row is None or row.tries != job.tries or row.sent_at is not None:
        return outcome.kind == SENT
    row.fault = (outcome.fault or "")[:200] or None
    row.next_at = None
    if outcome.kind == SENT:
        row.sent_at = work.now
    elif outcome.kind == GONE:
        row.fault = "gone"
        deliveries.forget_address(work.session, job.way, job.target)
    elif outcome.kind == AGAIN and job.tries < MOST_TRIES:
        row.next_at = _next_try(work.now, job.tries, outcome.retry_after_s)
    else:
        log.warning("not delivered by %s: %s", job.way, row.fault)
    return outcome.kind == SENT


def _next_try(now: datetime, tries: int, retry_after_s: float | None) -> datetime:
    """After a pause that grows, and is not the same for all; not before the provider wants to be asked."""
    pause_s = PAUSES_MIN[tries - 1] * 60 * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 (spreads load)
    return now + timedelta(seconds=max(pause_s, retry_after_s or 0.0))
