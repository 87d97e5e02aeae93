"""What many new matters are given in order before any is made: numbers of their days, keys; so any lot can be made alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from gridmap.actions.office import Office
from gridmap.db.bulk import next_in_row
from gridmap.files.text_columns import Instants, Texts, is_empty

DayKey = tuple[str, date]
"""A district and a local day: what numbers are counted in."""
_LAST = np.timedelta64(3599, "s")
"""From the first second of an hour to its last."""


class Days(NamedTuple):
    """The district and local day of each row of a file, by position in `keys`."""

    keys: Sequence[DayKey]
    at: NDArray[np.int64]


NO_DAYS = Days((), np.empty(0, dtype=np.int64))


class Need(NamedTuple):
    """Some new matters: their rows of the file, how many numbers of which days they need, how many keys of words."""

    rows: NDArray[np.int64]
    numbers: Counter[DayKey]
    words: int


class Lot(NamedTuple):
    """Some new matters with all they are given: their keys, those of their words, the first number of each of their days."""

    rows: NDArray[np.int64]
    ids: Sequence[int]
    word_ids: Sequence[int]
    first: Mapping[DayKey, int]


def days_of(districts: Sequence[str], district: NDArray[np.int64], created: Instants, zone: ZoneInfo) -> Days:
    """The days of the reports in `zone`; `district` is the position in `districts` for each row."""
    day = _local(created, zone).astype("datetime64[D]").astype(np.int64)
    # One number for a pair: a day, and in it a district.
    pairs, at = np.unique(day * len(districts) + district, return_inverse=True)
    first = date(1970, 1, 1)
    keys = [
        (districts[n % len(districts)], first + timedelta(days=n // len(districts))) for n in pairs.tolist()
    ]
    return Days(keys, at)


def _local(moments: Instants, zone: ZoneInfo) -> Instants:
    """What clocks in `zone` show: asked once for an hour, but where they change within it."""
    hours, which = np.unique(moments.astype("datetime64[h]"), return_inverse=True)
    begin, end = _ahead(hours, zone), _ahead((hours + _LAST).astype("datetime64[s]"), zone)
    local: Instants = (moments.astype("datetime64[us]") + begin[which]).astype("datetime64[us]")
    changing = np.flatnonzero((begin != end)[which])
    local[changing] = moments[changing] + _ahead(moments[changing], zone)
    return local


def _ahead(moments: Instants, zone: ZoneInfo) -> NDArray[np.timedelta64]:
    """What a zone is ahead of UTC at some moments."""
    utc = (moment.replace(tzinfo=zone) for moment in moments.astype("datetime64[us]").tolist())
    return np.array([zone.fromutc(moment).utcoffset() for moment in utc], dtype="timedelta64[us]")


def needs(rows: NDArray[np.int64], days: Days, descriptions: Texts, size: int) -> list[Need]:
    """What `rows` of a file need, `size` at a time; days and words are by the rows of the file."""
    found, says_something = [], ~is_empty(descriptions)
    for start in range(0, len(rows), size):
        some = rows[start : start + size]
        at, counts = np.unique(days.at[some], return_counts=True)
        numbers = {days.keys[n]: count for n, count in zip(at.tolist(), counts.tolist(), strict=True)}
        found.append(Need(some, Counter(numbers), int(says_something[some].sum())))
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
