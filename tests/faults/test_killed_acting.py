"""kill -9 in the middle of an action, at each of its statements: all of it is there, or nothing."""

from __future__ import annotations

import json
import os
from collections import Counter
from typing import Any

from gridmap.actions.acts import Act
from gridmap.actions.auditing import audit
from gridmap.actions.handling import act_on
from gridmap.actions.office import Office
from gridmap.actions.reporting import report
from gridmap.db.loop_models import Rating, Step, Whistle, WhistleCall
from gridmap.db.models import EventRow, Issue, StreamRow, Words
from tests import forking
from tests.db.looking import count
from tests.town import C1, CENTRES, actor_named, report_at


def kill_at_each_statement(office: Office, who: str, *acts: tuple[str, dict[str, Any]]) -> list[int]:
    """Have a process do acts that dies one statement later each time, until each is done; how often it died."""
    url = office.database.engine.url.render_as_string(hide_password=False)
    told = json.dumps([(number, {**act, "client_id": "k"}) for number, act in acts])
    words = ["-m", "tests.faults.dying", url, str(office.data_dir), who, told]
    done = forking.done(words, os.environ, office.data_dir)
    assert done.returncode == 0, done.stderr
    return [int(line) for line in done.stdout.split()]


def new_matter(office: Office) -> str:
    return report(office, actor_named(office, "seat"), report_at(*CENTRES[C1])).number


def rows(office: Office) -> dict[str, int]:
    tables = (EventRow, Issue, StreamRow, Words, Step, Whistle, WhistleCall, Rating)
    return {table.__tablename__: count(office, table) for table in tables}


def added(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {name: after[name] - number for name, number in before.items() if after[name] != number}


def test_an_act_is_done_whole_or_not_at_all(office: Office) -> None:
    """A whistle, which writes to many tables, and a merge, which changes two matters: each once, however often it died."""
    number, doubled, other = (new_matter(office) for _ in range(3))
    act_on(office, actor_named(office, "sun"), doubled, Act("start"))
    before = rows(office)
    whistle = {"name": "whistle", "units": ["water"], "kind": "daily", "words": "请到场"}
    merge = {"name": "merge", "into": other, "words": "同一件"}
    died = kill_at_each_statement(office, "seat", (number, whistle), (doubled, merge))
    assert min(died) > 8
    of_whistle = {"events": 1, "stream": 1, "words": 1, "whistles": 1, "whistle_calls": 1}
    of_merge = {"events": 2, "stream": 2, "words": 1, "steps": 1}
    assert added(before, rows(office)) == Counter(of_whistle) + Counter(of_merge)
    assert audit(office).faults == ()
