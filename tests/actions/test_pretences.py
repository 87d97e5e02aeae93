"""What a demonstration pretends: acts in an order that can be, done by the people a matter went to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gridmap.actions.pretences import DISPATCH, HANDLER, OWNER, Past, Pretence, Step
from gridmap.errors import ConflictError
from tests.conftest import WORKFLOW

MORNING = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
OWNER_ID, HANDLER_ID, SEAT = 5, 6, 99


def pretence(*steps: tuple[str, str]) -> Pretence:
    told = tuple(Step(name, MORNING + timedelta(hours=n), by) for n, (name, by) in enumerate(steps, start=1))
    return Pretence([Past("staff", 7, told)], {OWNER_ID: 50, HANDLER_ID: 60}, SEAT, WORKFLOW)


def test_each_act_is_done_by_whom_the_matter_went_to() -> None:
    past = pretence(("start", HANDLER), ("finish", HANDLER), ("close", OWNER))
    done = list(past.done(0, OWNER_ID, HANDLER_ID))
    assert [one.account_id for one in done] == [60, 60, 50]
    assert [one.data for one in done][-1] == '{"from":"handled","to":"closed"}'
    assert past.status(0) == "closed"


def test_where_nobody_holds_the_post_the_seat_acts() -> None:
    past = pretence(("start", HANDLER), ("comment", DISPATCH))
    assert [one.account_id for one in past.done(0, None, None)] == [SEAT, SEAT]
    assert past.status(0) == "handling"


def test_an_order_that_cannot_be_is_refused() -> None:
    with pytest.raises(ConflictError, match="action_not_now"):
        pretence(("finish", HANDLER), ("start", HANDLER)).status(0)
    assert Pretence([Past("api", None)], {}, SEAT, WORKFLOW).status(0) == "reported"
