"""What a matter is: the states it can be in, what they mean together, and its readable number.

What leads from one state to another is the table of `workflow`.
"""

from __future__ import annotations

from datetime import date

STATUSES = (
    "received",
    "reported",
    "accepted",
    "dispatched",
    "handling",
    "handled",
    "verified",
    "suspended",
    "closed",
    "rated",
    "void",
    "merged",
)
"""待受理 (waits for somebody to accept it), 待处理 (assigned by the rules alone), 已受理 (waits to be
dispatched), 已派遣, 处理中, 待核查, 已核查 (waits to be closed), 已挂账, 已结案, 已评价, 已作废, 已并案."""
WAITING = ("received", "reported", "accepted", "dispatched")
"""Nobody works on it yet: one class in counts and on maps."""
DONE_WITH = ("handled", "verified")
"""Somebody says that it is done, and somebody else has to see and close it."""
OPEN = (*WAITING, "handling", *DONE_WITH, "suspended")
"""Somebody still has to do something: what “open” means in filters, counts and heat."""
RUNNING = (*WAITING, "handling")
"""The clock of the matter runs: only here can it become late. A handled one was handed back, a suspended one waits."""
CLOSED = ("closed", "rated")
DROPPED = ("void", "merged")
"""It was no matter, or the same as another: no figure counts it."""
PAUSED = "suspended"

STAGES = ("accept", "dispatch", "handle", "verify", "close")
"""The steps that have a clock of their own, in the order of the loop."""
STAGE_OF = {
    "received": "accept",
    "accepted": "dispatch",
    "reported": "handle",
    "dispatched": "handle",
    "handling": "handle",
    "handled": "verify",
    "verified": "close",
}
"""The step that is due in a state; none in the others."""

TIERS = (1, 2, 3, 4)
"""微事 (settled in the cell), 小事 (in the community), 中事 (in the street), 难事 (by the whole district)."""


def readable_number(district_code: str, day: date, sequence: int) -> str:
    """The number people quote: district, local day of the report, place in that day's row."""
    return f"{number_prefix(district_code, day)}{sequence:04d}"


def number_prefix(district_code: str, day: date) -> str:
    """What the numbers of one district's day begin with."""
    return f"{district_code}-{day:%Y%m%d}-"
