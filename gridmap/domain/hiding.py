"""What stands for a number where single matters are hidden: whole fives, at whole quarters of an hour.

So 1 to 4 show as nothing, and what two answers differ by is never 1 to 4 either, whichever moments, boxes
or sums of cells are held against each other. Between two quarters anything from one matter to nine may
have come or gone where a number changes. The reasons stand in docs/decisions/0020.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

FEWEST = 5
STEP = timedelta(minutes=15)
_BEGIN = datetime(1970, 1, 1, tzinfo=UTC)


def in_fives(number: int) -> int:
    """The number cut to a whole multiple of FEWEST; for whole arrays the same `number // FEWEST * FEWEST`."""
    return number // FEWEST * FEWEST


def last_step(moment: datetime) -> datetime:
    """The last whole quarter of an hour up to `moment`, in UTC."""
    return moment - (moment - _BEGIN) % STEP
