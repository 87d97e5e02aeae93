"""The residents' door (群众上报入口): its categories, its puzzles and secrets, and what a resident is told of a matter."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from gridmap.domain.roles import refusal, table_rows

CONTACT_LIMIT = 60
WORDS_LIMIT = 1000
PHOTOS_MOST = 3
PHOTO_SPAN = timedelta(hours=1)
"""So long after a report its photos may follow."""
REOPEN_SPAN = timedelta(days=15)
"""So long after it was closed a matter may be sent back by its reporter."""
CONTACT_SPAN = timedelta(days=180)
"""A contact is kept no longer than that after the report, whatever became of the matter."""
PASS_SPAN = timedelta(days=1)
"""So long a pass that was used is remembered: a puzzle has long expired by then, and paces count no further."""


@dataclass(frozen=True)
class DoorRules:
    """How the door is kept.

    `key` signs puzzles and makes secrets. A puzzle wants an answer whose SHA-256 begins with `bits` zero bits,
    within `minutes`. `per_address` reports an hour come from one address and `per_cell` a day from one cell
    (0: any number); a contact is forgotten `contact_days` after its matter ended.
    """

    key: bytes
    bits: int = 17
    minutes: int = 30
    per_address: int = 20
    per_cell: int = 100
    contact_days: int = 30


# --- puzzles -----------------------------------------------------------------------------------------------

_MAC = 22
_PUZZLE = re.compile(r"[0-9a-f]{8}[A-Za-z0-9_-]{34}")
_ANSWER = re.compile(r"[0-9]{1,10}", re.ASCII)


def make_puzzle(rules: DoorRules, now: datetime, chance: bytes) -> str:
    """A puzzle that this installation knows again: when it expires, nine bytes of chance, its signature (42 letters)."""
    until = int((now + timedelta(minutes=rules.minutes)).timestamp())
    body = f"{until:08x}{base64.urlsafe_b64encode(chance[:9]).decode()}"
    return body + _signature(rules, body)


def _signature(rules: DoorRules, body: str) -> str:
    digest = hmac.new(rules.key, f"puzzle {body}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode()[:_MAC]


def is_solved(rules: DoorRules, puzzle: str, answer: str) -> bool:
    """Whether it is one of our puzzles, and the answer costs the work that was asked for."""
    if not _PUZZLE.fullmatch(puzzle) or not _ANSWER.fullmatch(answer):
        return False
    if not hmac.compare_digest(puzzle[-_MAC:], _signature(rules, puzzle[:-_MAC])):
        return False
    digest = hashlib.sha256(f"{puzzle}.{answer}".encode()).digest()
    return int.from_bytes(digest, "big") >> (256 - rules.bits) == 0


def is_stale(puzzle: str, now: datetime) -> bool:
    """Whether the time of one of our puzzles is over."""
    return int(puzzle[:8], 16) <= now.timestamp()


# --- secrets -----------------------------------------------------------------------------------------------

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "U": "V", " ": None, "-": None})


def secret_of(rules: DoorRules, puzzle: str) -> str:
    """The secret by which what was reported with `puzzle` is followed: 16 letters, 80 bits.

    Made of the puzzle, so that a report that is sent again gets the same answer though only a digest is kept.
    """
    digest = hmac.new(rules.key, f"track {puzzle}".encode(), hashlib.sha256).digest()
    number = int.from_bytes(digest[:10], "big")
    return "".join(_LETTERS[number >> shift & 31] for shift in range(75, -1, -5))


def digest_of_secret(said: str) -> str:
    """What is kept of a secret. Dashes, blanks and case do not matter, nor letters that are easily confused."""
    plain = said.upper().translate(_READ_AS)
    return hashlib.sha256(f"track {plain}".encode(errors="surrogatepass")).hexdigest()


def mark_of(rules: DoorRules, kind: str, value: str) -> str:
    """What something is counted under that is not to be read: an address, a puzzle."""
    return hmac.new(rules.key, f"{kind} {value}".encode(errors="surrogatepass"), hashlib.sha256).hexdigest()


# --- categories --------------------------------------------------------------------------------------------

_INVALID = "door_table_invalid"
_COLUMNS = ("category", "order", "name_zh", "name_en")


@dataclass(frozen=True)
class Choice:
    """A category as the door offers it: its key in the catalogues, its place in the row, what residents call it."""

    category: str
    order: int
    name_zh: str
    name_en: str


def read_choices(text: str, known: Iterable[str]) -> list[Choice]:
    """The choices of a CSV table, in their order; `known` are the keys of the catalogues.

    Raises InvalidInputError `door_table_invalid` with `line`, `reason` and `value` for a table that `table_rows`
    refuses, a category that is unknown (`category_unknown`) or stands there twice (`category_twice`), an order
    that is no number (`order_invalid`).
    """
    keys, read = set(known), dict[str, Choice]()
    for line, row in table_rows(text, _COLUMNS, _INVALID):
        key = row["category"]
        if key not in keys:
            raise refusal(_INVALID, line, "category_unknown", key)
        if key in read:
            raise refusal(_INVALID, line, "category_twice", key)
        if not row["order"].isascii() or not row["order"].isdigit():
            raise refusal(_INVALID, line, "order_invalid", row["order"])
        read[key] = Choice(key, int(row["order"]), row["name_zh"], row["name_en"])
    return sorted(read.values(), key=lambda choice: choice.order)


# --- what a resident is told -------------------------------------------------------------------------------

STEP_OF: Mapping[str, str] = {
    "received": "received",
    "reported": "accepted",
    "accepted": "accepted",
    "dispatched": "accepted",
    "handling": "handling",
    "suspended": "handling",
    "handled": "checking",
    "verified": "checking",
    "closed": "closed",
    "rated": "closed",
    "void": "void",
    "merged": "merged",
}
"""What a state is to a resident: 已收到, 已受理, 处理中, 正在核实, 已办结; 不予受理, 合并办理."""
REOPENED = "reopened"
_REOPENING = ("reopen", "reopen_unsolved")


@dataclass(frozen=True)
class Turn:
    """One event of a matter as far as it concerns its reporter: what, when, from which state to which."""

    kind: str
    at: datetime
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Step:
    """One step on a resident's page, and since when."""

    name: str
    at: datetime


def steps_of(reported_at: datetime, status: str, turns: Iterable[Turn]) -> list[Step]:
    """The steps of a matter for its reporter, in their order; it is received first, however the house took it in."""
    changes = [turn for turn in turns if turn.after is not None]
    first = changes[0].before if changes else status
    steps = [Step("received", reported_at)]
    for turn in [Turn("reported", reported_at, None, first), *changes]:
        name = STEP_OF[turn.after or status]
        if turn.kind in _REOPENING:
            steps.append(Step(REOPENED, turn.at))
        if name != steps[-1].name:
            steps.append(Step(name, turn.at))
    return steps


def may_send_back(
    *, closed_at: datetime | None, now: datetime, solved: int, satisfaction: int, was_sent_back: bool
) -> bool:
    """Whether a reporter who rated a closed matter so may have it taken up again: once, within REOPEN_SPAN."""
    is_discontent = solved < 2 or satisfaction == 0
    return is_discontent and not was_sent_back and closed_at is not None and now - closed_at <= REOPEN_SPAN


_DIGITS = re.compile(r"\d(?:[ -]?\d){6,}")
_WORD = re.compile(r"[^\W\d_]+")


def masked(contact: str) -> str:
    """A contact that tells its owner apart and no more: 138****1234, 王**."""

    def number(found: re.Match[str]) -> str:
        digits = re.sub(r"\D", "", found[0])
        head = 3 if len(digits) > 8 else 1
        return f"{digits[:head]}****{digits[-4:] if len(digits) > 8 else digits[-1:]}"

    hidden = _WORD.sub(lambda found: f"{found[0][0]}**", contact)
    return _DIGITS.sub(number, hidden)
