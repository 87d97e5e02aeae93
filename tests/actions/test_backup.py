"""The drill: a town that is lived in is saved, lost, brought back on either engine, and goes on."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from gridmap.actions.auditing import audit
from gridmap.actions.backing_up import Backup, back_up
from gridmap.actions.office import Office
from gridmap.actions.reporting import report
from gridmap.actions.restoring import Restored, restore
from gridmap.actions.signing_in import sign_in
from gridmap.db import buildings, copying, schema, stream
from gridmap.db.models import Building, Chore, EventRow, Issue, StreamRow
from gridmap.live import Live, follow
from gridmap.web import build
from tests.actions.lived_in import LAT, LON, PHONE, Places, everything, live_in, photo_files
from tests.conftest import ENGINES, Clock, Templates, make_office, settings_for
from tests.db.looking import count, rows_of, run_sql
from tests.town import C1, PASSWORD, RULES, Caller, actor_named, report_at
from tests.web.asking import body_at, read


@dataclass(frozen=True)
class Drill:
    """A town before its loss and after: `back` is the restored office, `told` what restoring told of it."""

    before: dict[str, list[dict[str, Any]]]
    after: dict[str, list[dict[str, Any]]]
    photos: dict[str, bytes]
    last_number: int
    phone: str
    saved: Backup
    told: Restored
    back: Office


@pytest.fixture(scope="module", params=list(itertools.product(ENGINES, ENGINES)), ids="→".join)
def drill(
    request: pytest.FixtureRequest, templates: Templates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Drill]:
    """Each engine saved, and restored into each."""
    source, target = request.param
    folder, clock = tmp_path_factory.mktemp("drill"), Clock()
    (folder / "town").mkdir()
    town = make_office(templates.copy(source, True, folder / "town"), folder / "town", clock)
    phone = live_in(town, clock)
    before, photos = everything(town), photo_files(town)
    with town.database.reading() as session:
        last = stream.latest(session)
    saved = back_up(town, folder / "backup.zip")
    town.database.dispose()
    shutil.rmtree(folder / "town")
    places = Places(templates, folder, clock, request)
    back = places.bare(target)
    told = restore(back, folder / "backup.zip", saved.digest)
    yield Drill(before, everything(back), photos, last, phone, saved, told, back)
    places.close()


def test_every_row_of_every_table_is_as_it_was(drill: Drill) -> None:
    assert drill.after.keys() == drill.before.keys()
    for name, rows in drill.before.items():
        assert drill.after[name] == rows, name
    assert {"areas", "issues", "events", "words", "photos", "tokens", "tips"} <= {
        n for n, r in drill.before.items() if r
    }


def test_it_says_what_it_verified(drill: Drill) -> None:
    assert drill.told.is_whole
    assert drill.told.rows == {name: len(rows) for name, rows in drill.before.items()}
    assert (drill.told.photos, drill.told.missing, drill.told.audit.faults) == (2, {}, ())
    assert drill.told.audit == audit(drill.back)
    assert drill.saved.manifest.head == drill.told.audit.head is not None


def test_every_photo_is_as_it_was(drill: Drill) -> None:
    assert len(drill.photos) == 4
    assert photo_files(drill.back) == drill.photos
    assert list(drill.back.data_dir.rglob("*.part")) == []


def test_schema_and_spatial_indexes_work(drill: Drill) -> None:
    with drill.back.database.engine.connect() as connection:
        assert schema.differences(connection) == []
        schema.check_geometry(connection)
    with drill.back.database.reading() as session:
        near = (LON - 1e-3, LAT - 1e-3, LON + 1e-3, LAT + 1e-3)
        assert len(buildings.page(session, near)) == count(drill.back, Building) == 2
        assert buildings.page(session, (0, 0, 1, 1)) == []


def test_history_still_refuses_changes(drill: Drill) -> None:
    for statement in ("UPDATE events SET kind = 'x'", "DELETE FROM events", "DELETE FROM account_notes"):
        with pytest.raises(DBAPIError, match="append-only"):
            run_sql(drill.back, statement)
    assert count(drill.back, EventRow) >= len(drill.before["events"])


def test_the_phone_sends_again_and_it_is_the_same_matter(drill: Drill) -> None:
    app = build(settings_for(drill.back), drill.back, RULES)
    phone = Caller(app.test_client(), drill.phone)
    number = drill.before["issues"][0]["number"]
    body = body_at((LON, LAT), accuracy_m=12.5, description="垃圾桶 🗑 “坏”", client_id=PHONE)
    again: Any = phone.post("/issues", body)
    assert (again.status_code, again.json.get("id")) == (200, number), again.json
    assert len(read(phone, number)["photos"]) == 2
    app.extensions["gridmap"].live.stop()


def test_life_goes_on_with_the_next_numbers_and_keys(drill: Drill) -> None:
    known = rows_of(drill.back, Issue)
    number = report(drill.back, actor_named(drill.back, "li"), report_at(LON, LAT, description="new")).number
    newest = rows_of(drill.back, Issue)[-1]
    assert newest.id == known[-1].id + 1
    assert number == newest.number == f"{C1[:6]}-20261120-{len(known) + 1:04d}"
    assert sign_in(drill.back, "seat", PASSWORD, RULES)
    assert audit(drill.back).faults == ()


def test_whoever_listened_before_the_loss_loads_everything_anew(drill: Drill) -> None:
    live = Live(drill.back.database)
    live.start()
    seat = actor_named(drill.back, "seat")
    for heard in (drill.last_number, drill.last_number + 3):
        first = next(follow(live, seat, heard, lambda: seat))
        assert first is not None
        assert (first.event, first.number > drill.last_number + 2**31) == ("reset", True)
    live.stop()
    assert rows_of(drill.back, StreamRow)[0].kind == "restored"


@pytest.fixture
def places(
    templates: Templates, tmp_path: Any, clock: Clock, request: pytest.FixtureRequest
) -> Iterator[Places]:
    made = Places(templates, tmp_path, clock, request)
    yield made
    made.close()


def test_a_store_fresh_from_init_and_at_work_is_empty_enough(
    office: Office, engine: str, places: Places, tmp_path: Any
) -> None:
    back_up(office, tmp_path / "b.zip")
    fresh = places.initialised(engine)
    with fresh.work() as work:
        work.session.add(Chore(name="seal", done_at=work.now))
        work.tell("access", {}, district_code="")
    restore(fresh, tmp_path / "b.zip")
    assert everything(fresh) == everything(office)


def test_an_empty_store_comes_back_empty(
    empty_office: Office, engine: str, places: Places, tmp_path: Any
) -> None:
    saved = back_up(empty_office, tmp_path / "b.zip")
    assert (saved.manifest.head, saved.manifest.districts) == (None, ())
    back = places.bare(engine)
    assert restore(back, tmp_path / "b.zip").is_whole
    assert everything(back) == everything(empty_office)


def test_every_column_of_every_table_has_a_way_to_travel(empty_office: Office) -> None:
    for table in copying.copied_tables():
        assert copying.kinds_of(table)
    born = {name for name, rows in everything(empty_office).items() if rows}
    assert born <= copying.BORN_WITH
