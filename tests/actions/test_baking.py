"""Tiles follow the store: baked when shapes changed, by one at a time, told to every open page, the old ones kept a while."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from shapely import Point, box

from gridmap import jobs
from gridmap.actions import baking
from gridmap.actions.backing_up import back_up
from gridmap.actions.baking import bake_all, bake_due, sets_due
from gridmap.actions.office import Office
from gridmap.actions.reporting import report
from gridmap.actions.restoring import restore
from gridmap.db import tiles
from gridmap.db.models import CategoryRow, StreamRow, TileSet
from gridmap.errors import UnavailableError
from gridmap.files.tiles import SETS, baking_alone, path_of
from gridmap.geo import bake
from gridmap.live import Live
from tests.actions.lived_in import Places
from tests.actions.test_importing_buildings import FOOTPRINT
from tests.actions.test_importing_buildings import take_in as take_in_buildings
from tests.actions.test_importing_landmarks import LAKE
from tests.actions.test_importing_landmarks import take_in as take_in_landmarks
from tests.background import begin_work
from tests.conftest import Clock, Templates, make_office
from tests.db.listening import Listener, running, until
from tests.db.looking import rows_of, run_sql
from tests.geo.mvt import read_tiles
from tests.town import C1, C6, CENTRES, actor_named, add_areas, report_at, square


def rename(office: Office, name: str) -> None:
    """One cell gets another name: other tiles of areas."""
    add_areas(office, "grid", [(C6, name, square(C6))])


def files(office: Office) -> list[str]:
    return sorted(file.name for file in (office.data_dir / "tiles").glob("*.mbtiles"))


def told(office: Office) -> list[dict[str, str]]:
    """What the stream said of tiles."""
    return [row.data for row in rows_of(office, StreamRow) if row.kind == "tiles"]


def names_in(office: Office, version: str) -> set[str]:
    file = path_of(office.data_dir, "areas", version)
    return {one.fields["name"] for _, _, layers in read_tiles(file, 12) for one in layers["grid"].features}


def test_everything_is_baked_once(office: Office) -> None:
    assert sets_due(office) == list(SETS)
    versions = bake_all(office)
    assert files(office) == [f"{name}-{versions[name]}.mbtiles" for name in SETS]
    assert told(office) == [{"set": name, "version": versions[name]} for name in SETS]
    assert (sets_due(office), bake_due(office), bake_all(office)) == ([], [], versions)
    assert len(told(office)) == 3
    assert list((office.data_dir / "tiles" / "parts").iterdir()) == [
        office.data_dir / "tiles" / "parts" / "lock"
    ]


def test_the_store_keeps_what_was_baked_of_how_much(office: Office) -> None:
    bake_all(office)
    assert all(row.seconds > 0 and row.bytes > 4000 for row in rows_of(office, TileSet))
    assert {row.name: row.features for row in rows_of(office, TileSet)} == {
        "areas": 20,
        "buildings": 0,
        "ground": 0,
    }


def test_only_what_changed_is_baked_again(office: Office) -> None:
    before = bake_all(office)
    rename(office, "新名")
    assert sets_due(office) == ["areas"]
    after = bake_all(office)
    assert [name for name in SETS if after[name] != before[name]] == ["areas"]
    assert (names_in(office, after["areas"]) ^ names_in(office, before["areas"])) == {"新名", "东门第2网格"}
    assert told(office)[3:] == [{"set": "areas", "version": after["areas"]}]


@pytest.mark.parametrize("name", ["buildings", "ground"])
def test_an_import_is_noticed_and_a_dry_or_idle_one_is_not(office: Office, name: str) -> None:
    def take_in(*, is_dry: bool = False) -> None:
        if name == "buildings":
            take_in_buildings(office, {"B1": FOOTPRINT}, dry=is_dry)
        else:
            take_in_landmarks(office, "water", [LAKE], name=["明湖"], dry=is_dry)

    before = bake_all(office)
    take_in(is_dry=True)
    assert sets_due(office) == []
    take_in()
    assert sets_due(office) == [name]
    assert bake_all(office)[name] != before[name]
    take_in()
    assert sets_due(office) == []


def test_what_is_changed_or_ended_by_a_file_is_noticed(office: Office) -> None:
    take_in_buildings(office, {"B1": FOOTPRINT, "B2": FOOTPRINT})
    bake_all(office)
    take_in_buildings(office, {"B1": FOOTPRINT, "B2": Point(CENTRES[C1])})
    assert [one.name for one in bake_due(office)] == ["buildings"]
    take_in_buildings(office, {"B1": FOOTPRINT}, replace=True)
    assert [(one.name, one.features) for one in bake_due(office)] == [("buildings", 1)]


def test_a_change_that_no_tile_shows_is_no_new_version(office: Office) -> None:
    before = bake_all(office)
    run_sql(office, f"UPDATE {CategoryRow.__tablename__} SET name_en = 'x'")  # counted with the areas
    assert sets_due(office) == ["areas"]
    assert bake_all(office) == before
    assert (sets_due(office), len(told(office))) == ([], 3)


def test_the_version_before_stays_for_open_pages_and_older_ones_go(office: Office) -> None:
    versions = [bake_all(office)["areas"]]
    for name in ("乙", "丙"):
        rename(office, name)
        versions.append(bake_all(office)["areas"])
    assert [one for one in files(office) if one.startswith("areas")] == sorted(
        f"areas-{version}.mbtiles" for version in versions[1:]
    )


def test_a_file_that_is_missing_is_baked_again_under_its_name(office: Office) -> None:
    before = bake_all(office)
    path_of(office.data_dir, "areas", before["areas"]).unlink()
    assert [(one.name, one.version) for one in bake_due(office)] == [("areas", before["areas"])]
    assert len(told(office)) == 4  # pages that found none here come again


def test_a_machine_with_a_folder_of_its_own_bakes_the_same_for_itself(office: Office, tmp_path: Path) -> None:
    url = office.database.engine.url.render_as_string(hide_password=False)
    before = bake_all(office)
    other = make_office(url, tmp_path / "elsewhere", Clock())
    assert {one.name: one.version for one in bake_due(other)} == before
    assert files(other) == files(office)
    assert (sets_due(office), sets_due(other)) == ([], [])
    other.database.dispose()


def test_force_bakes_what_is_there_again(office: Office) -> None:
    before = bake_all(office)
    file = path_of(office.data_dir, "areas", before["areas"])
    file.write_bytes(b"not a tile")
    assert bake_all(office) == before
    assert file.read_bytes() == b"not a tile"
    assert bake_all(office, is_forced=True) == before
    assert names_in(office, before["areas"])


def test_who_finds_another_at_it_leaves_it_alone(office: Office) -> None:
    with baking_alone(office.data_dir, is_patient=False) as is_alone:
        assert is_alone
        assert bake_due(office) == []
    assert len(bake_due(office)) == 3


def test_what_somebody_left_who_was_killed_is_cleared_away(office: Office) -> None:
    with baking_alone(office.data_dir, is_patient=False):
        (office.data_dir / "tiles" / "parts" / "areas.part").write_bytes(b"half")
    bake_all(office)
    assert not (office.data_dir / "tiles" / "parts" / "areas.part").exists()


def test_while_it_is_baked_everybody_goes_on_and_the_next_look_sees_what_came(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    write_lines = baking.write_lines

    def meanwhile(lines: Any, source: Path) -> Any:
        if source.name.startswith("areas"):
            report(office, actor_named(office, "li"), report_at(*CENTRES[C1]))
            rename(office, "同时")
        return write_lines(lines, source)

    monkeypatch.setattr(baking, "write_lines", meanwhile)
    assert "同时" not in names_in(office, bake_all(office)["areas"])
    monkeypatch.undo()
    assert sets_due(office) == ["areas"]
    assert "同时" in names_in(office, bake_all(office)["areas"])


def test_whoever_was_overtaken_does_not_take_the_store_back(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    url = office.database.engine.url.render_as_string(hide_password=False)
    other = make_office(url, tmp_path / "elsewhere", Clock())
    bake_now = baking.bake

    def slowly(source: Path, *rest: Any, **more: Any) -> None:
        monkeypatch.setattr(baking, "bake", bake_now)
        rename(other, "更新")
        bake_all(other)
        bake_now(source, *rest, **more)

    monkeypatch.setattr(baking, "bake", slowly)
    bake_all(office)
    with office.database.reading() as session:
        known = tiles.known(session)["areas"]
    assert "更新" in names_in(other, known.version)
    assert sets_due(other) == []
    other.database.dispose()


def test_a_program_that_fails_leaves_what_was_there(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    before = bake_all(office)
    rename(office, "坏")
    monkeypatch.setattr(bake, "PROGRAM", Path("/bin/false"))
    with pytest.raises(UnavailableError, match="tiles_not_made"):
        bake_due(office)
    assert {name: known.version for name, known in known_in(office).items()} == before
    assert (sets_due(office), len(files(office))) == (["areas"], 3)


def known_in(office: Office) -> dict[str, tiles.Known]:
    with office.database.reading() as session:
        return tiles.known(session)


@pytest.mark.parametrize("who", ["wall", "li", "water"])
def test_every_open_page_hears_of_it(office: Office, who: str) -> None:
    with running(Live(office.database)) as live:
        page = Listener(live, office, who)
        page.start()
        versions = bake_all(office)
        assert until(lambda: page.events == ["tiles"] * 3)
    assert [message.data for message in page.told[1:]] == [
        {"set": name, "version": versions[name]} for name in SETS
    ]


def test_a_restored_store_bakes_the_same_again(office: Office, engine: str, templates: Templates, tmp_path: Path, clock: Clock, request: pytest.FixtureRequest) -> None:  # fmt: skip
    take_in_buildings(office, {"B1": FOOTPRINT})
    before = bake_all(office)
    back_up(office, tmp_path / "b.zip")
    places = Places(templates, tmp_path, clock, request)
    back = places.bare(engine)
    restore(back, tmp_path / "b.zip")
    assert sets_due(back) == list(SETS)
    assert bake_all(back) == before
    places.close()


def test_background_work_bakes_within_seconds_and_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "LOOK_AT_SHAPES_S", 0.05)
    stop = begin_work(office)
    try:
        assert until(lambda: len(told(office)) == 3)
        rename(office, "后台")
        assert until(lambda: len(told(office)) == 4)
    finally:
        stop.set()
        assert until(lambda: "gridmap-work" not in {thread.name for thread in threading.enumerate()})


def test_looking_is_two_questions_and_no_transaction(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    bake_all(office)
    monkeypatch.setattr(office.database, "writing", lambda: pytest.fail("nothing is to be written"))
    assert bake_due(office) == []


def test_tiles_hold_nothing_about_persons(office: Office) -> None:
    take_in_buildings(office, {"B1": box(103.801, 25.501, 103.803, 25.503)}, chief=["张三"], households=[40])
    versions = bake_all(office)
    for name in SETS:
        found = [layers for _, _, layers in read_tiles(path_of(office.data_dir, name, versions[name]), 14)]
        fields = [one.fields for layers in found for layer in layers.values() for one in layer.features]
        assert {key for one in fields for key in one} <= {"code", "name", "level", "floors"}
        assert "张三" not in json.dumps(fields, ensure_ascii=False)
