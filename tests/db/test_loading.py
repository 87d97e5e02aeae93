"""Very many rows on their way into the store: every value arrives as it was, and keys are nobody else's."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from gridmap.actions.office import Office
from gridmap.db.bulk import BATCH, reserve_ids
from gridmap.db.engine import is_unique_violation
from gridmap.db.first_load import MANY, indexes_last
from gridmap.db.loading import Loading, load_of
from gridmap.db.models import SignInAttempt, Words
from tests.db.looking import count, rows_of

ODD = ["\\", "\\N", "a\tb", "c\nd\r", "\\.", "你\u2028é\U0001f6ae", "", "plain", None]


def columns(first: int, addresses: list[str | None]) -> dict[str, list[object]]:
    """Attempts to sign in as columns, under the keys from `first` on."""
    keys, names = range(first, first + len(addresses)), [address or "li" for address in addresses]
    moments = ["2026-11-20 00:00:00+00:00"] * len(addresses)
    return {"id": [*keys], "at": moments, "name": [*names], "address": [*addresses]}


def test_every_value_arrives_as_it_was(empty_office: Office) -> None:
    addresses = ODD * (BATCH // len(ODD) + 1)
    with empty_office.work() as work, Loading(work.session) as loading:
        loading.add(load_of(work.session, SignInAttempt, columns(1, addresses)))
        loading.add(load_of(work.session, SignInAttempt, columns(len(addresses) + 1, [None, None])))
    found = rows_of(empty_office, SignInAttempt)
    assert [attempt.address for attempt in found] == [*addresses, None, None]
    assert [attempt.name for attempt in found] == [address or "li" for address in (*addresses, None, None)]
    assert {attempt.at.isoformat() for attempt in found} == {"2026-11-20T00:00:00+00:00"}


def test_what_goes_wrong_on_the_way_is_told_at_the_end(empty_office: Office) -> None:
    with (
        pytest.raises(sa.exc.IntegrityError) as caught,
        empty_office.work() as work,
        Loading(work.session) as loading,
    ):
        loading.add(load_of(work.session, SignInAttempt, columns(1, ["a"])))
        loading.add(load_of(work.session, SignInAttempt, columns(1, ["b"])))
    assert is_unique_violation(caught.value)
    assert count(empty_office, SignInAttempt) == 0


def test_what_an_index_forbids_is_forbidden_when_it_is_built(empty_office: Office) -> None:
    with (
        pytest.raises(sa.exc.IntegrityError) as caught,
        empty_office.work() as work,
        indexes_last(work.session, [SignInAttempt], MANY),
    ):
        for _ in range(2):
            work.session.execute(sa.insert(SignInAttempt).values(id=1, at=work.now, name="li"))
    assert is_unique_violation(caught.value)
    assert count(empty_office, SignInAttempt) == 0


def test_keys_are_in_order_and_nobody_elses(office: Office) -> None:
    drawn: list[list[int]] = []

    def draw() -> None:
        with office.work() as work:
            drawn.append(reserve_ids(work.session, Words, 3000))

    # On SQLite a key is taken by the row that has it, and nobody else writes meanwhile.
    threads = [threading.Thread(target=draw) for _ in range(1 if office.database.is_sqlite else 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    keys = [key for some in drawn for key in some]
    assert all(some == sorted(some) for some in drawn)
    assert len(set(keys)) == len(keys) == 3000 * len(threads)


@pytest.mark.parametrize("engine", ["postgis"], indirect=True)
def test_indexes_are_built_with_room_and_only_they(empty_office: Office) -> None:
    asked, said = sa.text("SHOW maintenance_work_mem"), []
    for _ in range(2):
        with empty_office.work() as work:
            said.append(work.session.scalar(asked))
            with indexes_last(work.session, [SignInAttempt], MANY):
                said.append(work.session.scalar(asked))
            said.append(work.session.scalar(asked))
    assert said == ["64MB", "64MB", "256MB"] * 2
