"""The schema goes up, down and up again on both engines, and holds what the models say."""

from __future__ import annotations

import multiprocessing
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DBAPIError

from gridmap.actions.acts import Act
from gridmap.actions.handling import act_on
from gridmap.actions.importing import ImportFile
from gridmap.actions.importing_issues import IssueImport, import_issues
from gridmap.actions.office import Office
from gridmap.actions.placing import Sent
from gridmap.actions.reporting import report
from gridmap.app import initialise
from gridmap.db import areas, schema
from gridmap.db.engine import Database
from gridmap.db.models import Area, Base, Building, CategoryRow, EventRow, Issue
from gridmap.db.spatial import touches_box
from gridmap.domain.history import canonical
from gridmap.errors import UnavailableError
from gridmap.files.matters import MatterColumns, read_matters
from gridmap.files.tables import load_categories
from gridmap.geo.crs import WGS84
from tests.conftest import Clock, make_office
from tests.db.looking import ask_sql, count, facts_of, plan_of, rows_of, run_sql
from tests.town import (
    C1,
    CENTRES,
    OUTSIDE,
    RIVERSIDE,
    RUBBISH,
    actor_named,
    build_areas,
    build_town,
    report_at,
)

AROUND_C1 = (103.801, 25.501, 103.809, 25.509)


def tables(database: Database) -> set[str]:
    with database.engine.connect() as connection:
        return set(inspect(connection).get_table_names())


def differences(database: Database) -> list[object]:
    with database.engine.connect() as connection:
        return schema.differences(connection)


def test_up_down_and_up_again_with_data_in_between(empty_url: str, tmp_path: Path) -> None:
    office = make_office(empty_url, tmp_path, Clock())
    initialise(office)
    build_town(office)
    report(office, actor_named(office, "li"), report_at(*CENTRES[C1]))
    schema.downgrade(office.database)
    left = tables(office.database)
    assert not left & set(Base.metadata.tables)
    assert not {name for name in left if name.startswith("idx_")}
    assert ask_sql(office, "SELECT f_table_name FROM geometry_columns") == []
    initialise(office)
    assert differences(office.database) == []
    build_areas(office)
    with office.database.reading() as session:
        assert [cell.code for cell in areas.StoredCells(session).within(AROUND_C1)] == [C1]
    office.database.dispose()


def test_what_events_tell_stands_beside_matters_again_on_the_way_down(empty_url: str, tmp_path: Path) -> None:
    office = make_office(empty_url, tmp_path, Clock())
    initialise(office)
    build_town(office)
    number = report(office, actor_named(office, "li"), report_at(*CENTRES[C1])).number
    matters = pd.DataFrame(
        [{"id": "1", "lon": "103.805", "lat": "25.505", "category": RUBBISH, "created": "2026-07-01"}]
    )
    import_issues(
        office,
        read_matters(matters, MatterColumns(), office.zone, office.clock())[0],
        IssueImport(),
        ImportFile("m", "1"),
    )
    act_on(office, actor_named(office, "seat"), number, Act("move", Sent(*OUTSIDE, "wgs84", None)))
    facts = [facts_of(office, issue) for issue in rows_of(office, Issue)]
    schema.downgrade(office.database, "0004")
    stored = ask_sql(office, "SELECT why, assignment FROM issues ORDER BY id")
    assert stored == [tuple(map(canonical, told)) for told in facts]
    schema.upgrade(office.database)
    assert [facts_of(office, issue) for issue in rows_of(office, Issue)] == facts
    office.database.dispose()


def test_the_revision_is_known(empty_url: str) -> None:
    database = Database(empty_url)
    with database.engine.connect() as connection:
        assert schema.current_revision(connection) is None
    schema.upgrade(database)
    with database.engine.connect() as connection:
        assert schema.current_revision(connection) == schema.newest_revision()
    database.dispose()


def test_models_and_migrations_agree(empty_office: Office) -> None:
    assert differences(empty_office.database) == []


def test_a_difference_would_show(empty_office: Office) -> None:
    run_sql(empty_office, "DROP INDEX areas_path", "ALTER TABLE meta ADD COLUMN stray INTEGER")
    assert [found[0] for found in differences(empty_office.database)] == ["add_index", "remove_column"]


def test_geometry_columns_are_known_to_the_engine(empty_office: Office) -> None:
    if empty_office.database.is_sqlite:
        point, surface, any_shape, kind = 1, 6, 0, "geometry_type"
    else:
        point, surface, any_shape, kind = "POINT", "MULTIPOLYGON", "GEOMETRY", "type"
    found = ask_sql(
        empty_office,
        f"SELECT f_table_name, f_geometry_column, {kind}, srid, coord_dimension FROM geometry_columns ORDER BY 1, 2",
    )
    columns = [("areas", "geom", surface), ("buildings", "footprint", surface)]
    columns += [("buildings", "point", point), ("issues", "geom", point), ("landmarks", "geom", any_shape)]
    two = "XY" if found[0][4] == "XY" else 2
    assert found == [(*column, WGS84, two) for column in columns]


def test_geometry_of_another_kind_is_refused(office: Office) -> None:
    with pytest.raises(DBAPIError, match=r"(?i)geometry"):
        run_sql(office, f"UPDATE areas SET geom = ST_GeomFromText('POINT(103.8 25.5)', {WGS84})")


def test_boxes_are_asked_through_the_spatial_index(office: Office) -> None:
    plan = plan_of(office, lambda session: areas.StoredCells(session).within(AROUND_C1))
    assert "idx_areas_geom" in plan
    for model, column in ((Issue, Issue.geom), (Building, Building.point)):
        box = select(model.id)
        plan = plan_of(
            office, lambda s, box=box, c=column: s.execute(box.where(touches_box(s, c, AROUND_C1)))
        )
        assert f"idx_{model.__tablename__}_{column.key}" in plan


def test_a_box_without_the_index_would_show(office: Office) -> None:
    plan = plan_of(office, lambda session: session.execute(select(Area.id).where(Area.area_m2 > 0)))
    assert "idx_" not in plan


def test_what_lies_below_is_asked_through_the_path_index(office: Office) -> None:
    below = f"990001/990001001/{RIVERSIDE}/"
    plan = plan_of(office, lambda s: s.execute(select(Issue.id).where(areas.below_any([below], Issue.path))))
    assert "issues_path" in plan
    plan = plan_of(office, lambda s: s.execute(select(Area.id).where(areas.below_any([below]))))
    assert "areas_path" in plan


@pytest.mark.parametrize("change", ["UPDATE events SET kind = 'other'", "DELETE FROM events"])
def test_events_are_append_only(office: Office, change: str) -> None:
    report(office, actor_named(office, "li"), report_at(*CENTRES[C1]))
    with pytest.raises(DBAPIError, match="events is append-only"):
        run_sql(office, change)
    assert count(office, EventRow) == 1


def test_a_dropped_spatial_index_is_found(empty_office: Office) -> None:
    if empty_office.database.is_sqlite:
        run_sql(empty_office, "SELECT DisableSpatialIndex('areas', 'geom')")
    else:
        run_sql(empty_office, "DROP INDEX idx_areas_geom")
    with pytest.raises(UnavailableError, match="schema_broken") as caught:
        schema.upgrade(empty_office.database)
    assert caught.value.details == {"table": "areas", "column": "geom"}


def test_a_spatial_index_whose_table_is_gone_is_found(empty_office: Office) -> None:
    drop = "DROP TABLE" if empty_office.database.is_sqlite else "DROP INDEX"
    run_sql(empty_office, f"{drop} idx_issues_geom")
    with pytest.raises(UnavailableError, match="schema_broken"):
        schema.upgrade(empty_office.database)


def test_init_again_changes_nothing(office: Office) -> None:
    before = {name: count(office, model) for name, model in models().items()}
    assert initialise(office) == 0
    assert {name: count(office, model) for name, model in models().items()} == before


def models() -> dict[str, type[Base]]:
    return {mapper.class_.__name__: mapper.class_ for mapper in Base.registry.mappers}


def test_init_mends_a_category_and_leaves_the_districts_own(empty_office: Office) -> None:
    known = count(empty_office, CategoryRow)
    with empty_office.work() as work:
        work.session.execute(text("UPDATE categories SET name_zh = 'wrong' WHERE id = 1"))
        own = {"standard": "own", "kind": "matter", "code": "cats", "name_zh": "猫", "name_en": "Cats"}
        work.session.add(CategoryRow(**own, group_code="g", group_zh="g", role=None))
    assert initialise(empty_office) == 1
    assert count(empty_office, CategoryRow) == known + 1


def init_in_a_process(url: str, folder: Path, start: Any) -> None:
    start.wait(30)
    office = make_office(url, folder, Clock())
    initialise(office)
    office.database.dispose()


def test_several_processes_may_init_at_once(empty_url: str, tmp_path: Path) -> None:
    fork = multiprocessing.get_context("fork")
    start = fork.Barrier(4)
    processes = [fork.Process(target=init_in_a_process, args=(empty_url, tmp_path, start)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0] * 4
    office = make_office(empty_url, tmp_path, Clock())
    assert differences(office.database) == []
    assert count(office, CategoryRow) == len(load_categories())
    office.database.dispose()
