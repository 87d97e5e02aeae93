"""What many new matters are given in order before any is made: numbers of their days, keys; so any lot can be made alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from gridmap.actions.office import Office
from gridmap.db.bulk import next_in_row

DayKey = tuple[str, date]
"""A district and a local day: what numbers are counted in."""


class Need(NamedTuple):
    """Some new matters: their rows of the file, how many numbers of which days they need, how many keys of words."""

    rows: Sequence[int]
    numbers: Counter[DayKey]
    words: int


class Lot(NamedTuple):
    """Some new matters with all they are given: their keys, those of their words, the first number of each of their days."""

    rows: Sequence[int]
    ids: Sequence[int]
    word_ids: Sequence[int]
    first: Mapping[DayKey, int]


def needs(
    rows: Sequence[int],
    districts: Sequence[str],
    days: Sequence[date],
    descriptions: Sequence[str],
    size: int,
) -> list[Need]:
    """What `rows` of a file need, some at a time; `districts` are by these rows, days and words by those of the file."""
    found = []
    for start in range(0, len(rows), size):
        some = rows[start : start + size]
        keys = zip(districts[start : start + size], [days[row] for row in some], strict=True)
        found.append(Need(some, Counter(keys), sum(1 for row in some if descriptions[row])))
    return found


def reserve_numbers(office: Office, needed: Sequence[Need]) -> dict[DayKey, int]:
    """The first number of each district and local day, given out in a transaction of its own.

    A counter's row stays locked until its transaction ends: reports of the same day would wait for the
    whole import. If the import then fails, its numbers stay unused.
    """
    if not needed:
        return {}
    counts = Counter[DayKey]()
    for need in needed:
        counts.update(need.numbers)
    with office.work() as work:
        return {
            (district, day): next_in_row(work.session, f"{district}-{day:%Y%m%d}", count)
            for (district, day), count in sorted(counts.items())
        }


def lots(
    needed: Sequence[Need], first: Mapping[DayKey, int], ids: Sequence[int], word_ids: Sequence[int]
) -> list[Lot]:
    """Each lot with its share, in order; a day that `first` does not know begins at 1."""
    found, going_on, begun, said = list[Lot](), dict(first), 0, 0
    for rows, numbers, words in needed:
        here = {key: going_on.get(key, 1) for key in numbers}
        found.append(Lot(rows, ids[begun : begun + len(rows)], word_ids[said : said + words], here))
        going_on |= {key: here[key] + count for key, count in numbers.items()}
        begun, said = begun + len(rows), said + words
    return found
