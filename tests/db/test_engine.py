"""Both engines answer alike: the same errors, the same moments, the same order of codes."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session

from gridmap.actions.office import Office
from gridmap.db import areas, schema, stream
from gridmap.db.bulk import next_in_row
from gridmap.db.engine import Database, is_unique_violation, ping
from gridmap.db.models import Counter, Meta, StreamRow
from gridmap.domain.codes import NO_DISTRICT
from gridmap.errors import UnavailableError
from tests.conftest import PostgresServer, free_port
from tests.db.looking import ask_sql, count, rows_of
from tests.town import add_areas, square

MOMENT = datetime(2026, 3, 29, 1, 2, 3, 456789, tzinfo=UTC)


def row_at(number: int, moment: datetime) -> StreamRow:
    return StreamRow(number=number, district_code=NO_DISTRICT, kind="issue", at=moment, data={"n": number})


def code_of(database: Database) -> str:
    with pytest.raises(UnavailableError) as caught, database.reading() as session:
        session.scalar(select(Meta.value))
    database.dispose()
    return caught.value.code


def test_a_store_without_a_schema_says_so(empty_url: str) -> None:
    assert code_of(Database(empty_url)) == "not_initialised"


def gone(name: str, folder: Path) -> Database:
    """A store that is not there."""
    if name == "spatialite":
        return Database(f"sqlite:///{folder / 'nowhere' / 'a.db'}")
    return Database(f"postgresql+psycopg://nobody:secret@127.0.0.1:{free_port()}/nothing")


def test_a_store_that_is_gone_says_so(engine: str, tmp_path: Path) -> None:
    assert code_of(gone(engine, tmp_path)) == "database_gone"
    with pytest.raises(UnavailableError, match="database_gone"):
        schema.upgrade(gone(engine, tmp_path))


def test_what_is_said_of_it_holds_no_password(engine: str, tmp_path: Path) -> None:
    with pytest.raises(UnavailableError) as caught, gone(engine, tmp_path).writing() as session:
        ping(session)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("engine", ["postgis"], indirect=True)
def test_a_connection_cut_by_the_server_is_an_error_once(office: Office, postgres: PostgresServer) -> None:
    database = office.database
    with pytest.raises(UnavailableError, match="database_gone"), database.reading() as session:
        process = session.scalar(text("SELECT pg_backend_pid()"))
        postgres.run(f"SELECT pg_terminate_backend({process}, 5000)")
        ping(session)
    with database.reading() as session:
        ping(session)


def test_a_store_kept_locked_is_busy_for_this_process_and_for_others(tmp_path: Path) -> None:
    database, other = (Database(f"sqlite:///{tmp_path / 'a.db'}", wait_s=0) for _ in range(2))
    schema.upgrade(database)
    with database.writing():
        for writer in (database, other):
            with pytest.raises(UnavailableError, match="database_busy"), writer.writing():
                pass
            with writer.reading() as reader:
                ping(reader)
    for store in (database, other):
        with store.writing() as session:
            ping(session)
        store.dispose()


def test_a_store_whose_connections_are_all_taken_is_busy(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = office.database.engine.pool
    monkeypatch.setattr(pool, "_timeout", 0.05)
    monkeypatch.setattr(pool, "_max_overflow", 0)
    with pytest.raises(UnavailableError, match="database_busy"), ExitStack() as taken:
        for _ in range(12):
            ping(taken.enter_context(office.database.reading()))


def test_what_is_not_committed_is_not_kept(empty_office: Office) -> None:
    with empty_office.database.writing() as session:
        session.add(Meta(name="a", value="b"))
        session.flush()
    with pytest.raises(ZeroDivisionError), empty_office.work() as work:
        work.session.add(Meta(name="a", value="b"))
        work.session.flush()
        _ = 1 / 0
    assert count(empty_office, Meta) == 0


def test_a_row_twice_is_told_from_other_faults(empty_office: Office) -> None:
    with pytest.raises(IntegrityError) as caught, empty_office.database.writing() as session:
        for _ in range(2):
            session.execute(text("INSERT INTO meta (name, value) VALUES ('a', 'b')"))
    assert is_unique_violation(caught.value)
    with pytest.raises(IntegrityError) as caught, empty_office.database.writing() as session:
        session.execute(text("INSERT INTO meta (name, value) VALUES ('a', NULL)"))
    assert not is_unique_violation(caught.value)


def test_foreign_keys_hold(empty_office: Office) -> None:
    with pytest.raises(IntegrityError), empty_office.work() as work:
        work.session.execute(
            text(
                "INSERT INTO tips (head_id, district_code, number, seq, digest) VALUES (9, '0', 'n', 1, 'd')"
            )
        )


def test_a_moment_without_a_zone_is_refused(empty_office: Office) -> None:
    with pytest.raises(StatementError, match="a moment without a zone"), empty_office.work() as work:
        work.session.add(row_at(1, MOMENT.replace(tzinfo=None)))
        work.session.flush()
    with pytest.raises(StatementError), empty_office.database.reading() as session:
        stream.forget_before(session, datetime(2026, 1, 1))


@pytest.mark.parametrize(
    "zone", [UTC, timezone(timedelta(hours=-9, minutes=-30)), ZoneInfo("Asia/Shanghai")], ids=str
)
def test_moments_come_back_as_they_went(empty_office: Office, zone: timezone) -> None:
    with empty_office.work() as work:
        work.session.add(row_at(1, MOMENT.astimezone(zone)))
        work.session.add(row_at(2, MOMENT.replace(microsecond=0).astimezone(zone)))
    found = [row.at for row in rows_of(empty_office, StreamRow)]
    assert found == [MOMENT, MOMENT.replace(microsecond=0)]
    assert {moment.tzinfo for moment in found} == {UTC}


def test_moments_are_compared_as_moments(empty_office: Office) -> None:
    shanghai = ZoneInfo("Asia/Shanghai")
    moments = [MOMENT, MOMENT - timedelta(microseconds=1), MOMENT.replace(microsecond=0)]
    with empty_office.work() as work:
        work.session.add_all([row_at(n, moment.astimezone(shanghai)) for n, moment in enumerate(moments, 1)])
    with empty_office.database.reading() as session:
        query = select(StreamRow.number).where(StreamRow.at < MOMENT).order_by(StreamRow.at)
        assert list(session.scalars(query)) == [3, 2]


def test_json_has_one_spelling(empty_office: Office) -> None:
    with empty_office.work() as work:
        row = row_at(1, MOMENT)
        row.data = {"b": "网格", "a": [1, None]}
        work.session.add(row)
    assert ask_sql(empty_office, "SELECT data FROM stream") == [('{"a":[1,null],"b":"网格"}',)]
    assert rows_of(empty_office, StreamRow)[0].data == {"a": [1, None], "b": "网格"}


def test_codes_and_paths_are_compared_byte_by_byte(empty_office: Office) -> None:
    rows = [(code, code, square("990001001001001")) for code in ("b", "B", "a-1", "a1", "1", "10", "é")]
    add_areas(empty_office, "district", rows)
    with empty_office.database.reading() as session:
        found = [row.code for row in areas.page(session)]
    assert found == sorted(["b", "B", "a-1", "a1", "1", "10", "é"], key=str.encode)


@pytest.mark.parametrize("engine", ["postgis"], indirect=True)
def test_every_code_and_path_column_has_the_collation_c(empty_office: Office) -> None:
    found = ask_sql(
        empty_office,
        "SELECT column_name, collation_name FROM information_schema.columns WHERE table_schema = 'public'"
        " AND column_name IN ('path', 'parent_path', 'area_path', 'district_code', 'area_code')",
    )
    assert len(found) > 10
    assert {collation for _, collation in found} == {"C"}


def test_the_range_below_a_path_holds_all_below_and_nothing_else(empty_office: Office) -> None:
    for level, code, parent in (("district", "1", None), ("district", "10", None), ("street", "x", "1")):
        add_areas(empty_office, level, [(code, code, square("990001001001001"))], parent_code=parent)
    with empty_office.database.reading() as session:
        below = {
            path: [row.code for row in areas.page(session, under=path)] for path in ("1/", "10/", "1/x/", "")
        }
    assert below == {"1/": ["1", "x"], "10/": ["10"], "1/x/": ["x"], "": ["1", "10", "x"]}


def take(session: Session, name: str, number: int) -> int:
    return next_in_row(session, name, number)


def test_numbers_are_given_out_in_blocks(empty_office: Office) -> None:
    with empty_office.work() as work:
        taken = [take(work.session, name, size) for name, size in (("a", 3), ("a", 1), ("b", 1), ("a", 2))]
    assert taken == [1, 4, 1, 5]
    assert {row.name: row.last for row in rows_of(empty_office, Counter)} == {"a": 6, "b": 1}


def test_what_the_drivers_say_themselves_is_translated_too(office: Office) -> None:
    """Imports write past SQLAlchemy."""
    words = "SELECT * FROM nowhere"
    with pytest.raises(UnavailableError, match="not_initialised"), office.database.reading() as session:
        session.connection().connection.cursor().execute(words)
