"""A process that dies (kill -9) at the n-th statement of an action, for every n; started by test_killed_acting.

Its arguments: URL, data folder, name of the account, and the acts as JSON (number of the matter, act), done one after
the other. It writes a line with the number of statements for each.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import event

from gridmap.actions.acts import Act
from gridmap.actions.handling import act_on
from tests.conftest import START, Clock, make_office
from tests.town import actor_named

MOST = 100


def die_at(statement: int, url: str, folder: str, who: str, number: str, told: dict[str, Any]) -> None:
    """Act in this process, and die before the statement of that number; at the commit counts as one."""
    clock = Clock()
    clock.now = START
    office = make_office(url, Path(folder), clock)
    actor, left = actor_named(office, who), [statement]

    def count(*_: object, **__: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    engine = office.database.engine
    for name in ("before_cursor_execute", "commit"):
        event.listen(engine, name, count)
    act_on(office, actor, number, Act(**told))


def main(url: str, folder: str, who: str, acts: str) -> None:
    """Do each of the acts."""
    for number, told in json.loads(acts):
        act = {name: tuple(value) if isinstance(value, list) else value for name, value in told.items()}
        die_until_done(url, folder, who, number, act)


def die_until_done(url: str, folder: str, who: str, number: str, act: dict[str, Any]) -> None:
    """Die again and again, each time one statement later, until the act is done."""
    for statement in range(1, MOST):
        child = os.fork()  # nothing is open yet in this process
        if child == 0:
            try:
                die_at(statement, url, folder, who, number, act)
            except BaseException as error:
                print(error, file=sys.stderr, flush=True)
                os._exit(1)
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        if status == 0:
            print(statement - 1, flush=True)
            return
        if not os.WIFSIGNALED(status):
            sys.exit(f"statement {statement}: {status}")
    sys.exit("it was never done")


if __name__ == "__main__":
    main(*sys.argv[1:])
