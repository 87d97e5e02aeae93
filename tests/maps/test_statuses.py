"""Every state has a class, a tint and a word, and the page's classes are those the server counts in."""

from __future__ import annotations

from typing import Any

import pytest

from gridmap.domain.issues import CLOSED, DROPPED, OPEN, PAUSED, RUNNING, STATUSES
from gridmap.maps import styles
from gridmap.texts import LANGUAGES, catalogue
from gridmap.web.params import parse_statuses

LATE, AHEAD = "2026-11-20T00:00:00Z", "2026-11-20T08:00:00Z"
NOW = "2026-11-20T06:00:00Z"


def said(functions: Any, name: str, status: str, due_at: str | None = None) -> Any:
    """What `name` of status.js says of a matter in `status` at NOW."""
    return functions.call("status.js", f"m.{name}(a[0], new Date(a[1]))", {"status": status, "due_at": due_at}, NOW)  # fmt: skip


def test_the_classes_are_the_groups_of_the_server(functions: Any) -> None:
    groups: dict[str, str] = functions.call("status.js", "m.STATES_OF")
    for name, word in groups.items():
        states, _ = parse_statuses(word)
        assert states is not None
        inside = [one for one in STATUSES if said(functions, "classOf", one) == name]
        assert set(states) == set(RUNNING if name == "overdue" else inside), name


@pytest.mark.parametrize("status", STATUSES)
def test_what_is_open_runs_and_can_be_late_is_what_the_server_says(functions: Any, status: str) -> None:
    assert said(functions, "isOpen", status) is (status in OPEN)
    assert said(functions, "isClosed", status) is (status in CLOSED)
    assert (said(functions, "statusOf", status, LATE) == "overdue") is (status in RUNNING)
    assert said(functions, "statusOf", status, AHEAD) == status
    assert (said(functions, "classOf", status) is None) is (status not in OPEN)


@pytest.mark.parametrize("status", STATUSES)
def test_every_state_has_a_tint_that_is_drawn_and_a_word(functions: Any, status: str) -> None:
    tone = functions.call("status.js", "m.toneOf(a[0])", status)
    assert tone in styles.STATUS
    assert (tone == "suspended") is (status in (*DROPPED, PAUSED))
    for language in LANGUAGES:
        assert catalogue(language)[f"status.{status}"]
