"""The command line: every command of the contract, its options, its answers, its exit status."""

from __future__ import annotations

import csv
import json
import stat
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from click.testing import CliRunner, Result
from shapely import Point, Polygon, box

from gridmap.actions.office import Office, utc_now
from gridmap.actions.reporting import report
from gridmap.actions.signing_in import sign_in
from gridmap.cli import main
from gridmap.db import accounts as stored_accounts
from gridmap.db.loop_models import Shift
from gridmap.db.models import Account, Area, Building, Head, Issue, Person, Token
from gridmap.files.tables import load_categories
from gridmap.geo.crs import WGS84, from_wgs84
from tests.conftest import free_port, make_office, settings_for
from tests.db.looking import count, current_areas, facts_of, rows_of, run_sql
from tests.town import (
    C1,
    C3,
    C6,
    CENTRES,
    EASTGATE,
    RIVERSIDE,
    RUBBISH,
    RULES,
    actor_named,
    report_at,
    square,
)

Run = Callable[..., Result]
LON, LAT = CENTRES[C1]


@pytest.fixture
def run(office: Office) -> Run:
    """Run the command over the town, in English."""
    return runner_for(office)


def runner_for(office: Office) -> Run:
    settings = settings_for(office)
    env = {"GRIDMAP_DATABASE_URL": settings.database_url, "GRIDMAP_DATA_DIR": str(settings.data_dir)}
    env |= {"GRIDMAP_SECRET_KEY": "only-for-tests", "GRIDMAP_LANGUAGE": "en"}

    def run(*words: object, locale: dict[str, str] | None = None, **more: str) -> Result:
        given = {
            **env,
            **(locale or {}),
            **{f"GRIDMAP_{name.upper()}": value for name, value in more.items()},
        }
        return CliRunner().invoke(main, [str(word) for word in words], env=given)

    return run


def done(result: Result) -> Result:
    """A command that went well."""
    assert result.exit_code == 0, result.output
    return result


def refused(result: Result, code: str) -> str:
    """What a command says that ended with exit status 1 and one error line, its first."""
    assert result.exit_code == 1, result.output
    assert isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    assert result.stdout == ""
    line = result.stderr.splitlines()[0]
    assert line.endswith(f"[{code}]")
    assert "{" not in line
    return line


def cells(
    folder: Path, *rows: tuple[str, str, object], name: str = "cells.geojson", crs: int = WGS84
) -> Path:
    """A file of cells: code, name, shape."""
    columns = {"bh": [r[0] for r in rows], "mc": [r[1] for r in rows]}
    frame = gpd.GeoDataFrame(columns, geometry=[r[2] for r in rows], crs=WGS84)
    frame.to_crs(crs).to_file(folder / name)
    return folder / name


def table(folder: Path, name: str, *rows: dict[str, object], encoding: str = "utf-8") -> Path:
    pd.DataFrame(list(rows)).to_csv(folder / name, index=False, encoding=encoding)
    return folder / name


MATTER = dict(nr="A1", x=LON, y=LAT, what=RUBBISH, since="2026-07-01 12:00", until="", words="hole")
COLUMNS = dict(
    id="nr", lon="x", lat="y", category="what", created="since", closed="until", description="words"
)
MATTER_OPTIONS = [word for option, column in COLUMNS.items() for word in (f"--{option}", column)]
STAFF = {"staff_code": "han", "name": "韩梅梅", "role": "网格长", "area": C3}

FILE = "--encoding --layer --replace --dry-run --report"
OPTIONS = {
    "init": "",
    "import areas": f"--level --code --name --parent --parent-code --number --crs --datum {FILE}",
    "import buildings": f"--code --name --address --floors --households --chief --lon --lat --crs --datum {FILE}",
    "import staff": f"--codes {FILE}",
    "import shifts": FILE,
    "import issues": f"--lon --lat --category --created --closed --id --tz --description --accuracy --datum {FILE}",
    "locate": "--accuracy --datum",
    "user add": "--kind --area --unit",
    "user reset": "",
    "user close": "",
    "token": "--label --days",
    "audit": "--seal",
    "serve": "--host --port",
    "work": "--once",
    "bake": "--force",
    "demo": "--seed",
}


@pytest.mark.parametrize("command", OPTIONS)
def test_help_lists_every_option_of_the_contract(command: str) -> None:
    shown = done(CliRunner().invoke(main, [*command.split(), "--help"])).output.split()
    assert set(OPTIONS[command].split()) <= set(shown)


def test_version_and_unknown_commands() -> None:
    assert done(CliRunner().invoke(main, ["--version"])).output.startswith("gridmap")
    assert CliRunner().invoke(main, ["fly"]).exit_code == 2


def test_init_twice(empty_url: str, tmp_path: Path) -> None:
    office = make_office(empty_url, tmp_path, utc_now)  # type: ignore[arg-type]
    run = runner_for(office)
    for changes in (len(load_categories()), 0):
        said = done(run("init")).stderr
        assert f"({changes} categories new or changed)" in said
    assert str(office.database.engine.url.password) not in said
    assert count(office, Area) == 0
    office.database.dispose()


def test_areas_come_in_from_any_file_in_any_crs(run: Run, office: Office, tmp_path: Path) -> None:
    file = cells(tmp_path, (C3, "新名", square(C3)), (C6, "东门第2网格", square(C6)), name="c.shp", crs=4523)
    result = done(run("import", "areas", file, "--level", "grid", "--code", "bh", "--name", "mc"))
    assert json.loads(result.stdout) == {"new": 0, "changed": 2, "unchanged": 0, "ended": 0}
    assert current_areas(office)[C3].name == "新名"
    again = done(run("import", "areas", file, "--level", "grid", "--code", "bh", "--name", "mc"))
    assert json.loads(again.stdout)["unchanged"] == 2


def test_a_stated_crs_and_a_stated_datum_are_used(run: Run, office: Office, tmp_path: Path) -> None:
    options = ["--level", "grid", "--code", "bh", "--name", "mc"]
    file = cells(tmp_path, (C6, "东门第2网格", square(C6)), name="c.shp", crs=4523)
    file.with_suffix(".prj").unlink()
    assert "c.shp" in refused(run("import", "areas", file, *options), "file_leaves_open")
    done(run("import", "areas", file, *options, "--crs", 4523))
    corners = [from_wgs84(x, y, "gcj02") for x, y in square(C3).exterior.coords]  # type: ignore[attr-defined]
    shifted = cells(tmp_path, (C3, "东门第1网格", Polygon(corners)))
    done(run("import", "areas", shifted, *options, "--datum", "gcj02"))
    label = current_areas(office)[C3]
    assert square(C3).buffer(-0.004).contains(Point(label.label_lon, label.label_lat))  # type: ignore[attr-defined]


def test_a_parent_by_column_and_for_all(run: Run, office: Office, tmp_path: Path) -> None:
    file = table(tmp_path, "x.csv", {"a": 1})
    frame = gpd.GeoDataFrame({"bh": ["f1"], "sj": ["10"]}, geometry=[square(C1)], crs=WGS84)
    frame.to_file(tmp_path / "f.gpkg")
    district = cells(tmp_path, ("10", "Ten", square(C1)), ("1", "One", square(C1)))
    done(run("import", "areas", district, "--level", "district", "--code", "bh"))
    common = ["import", "areas", tmp_path / "f.gpkg", "--level", "street", "--code", "bh"]
    done(run(*common, "--parent", "sj"))
    assert current_areas(office)["f1"].path == "10/f1/"
    done(run(*common, "--parent-code", "1"))
    assert current_areas(office)["f1"].path == "1/f1/"
    refused(run(*common, "--parent-code", "nowhere"), "parent_unknown")
    refused(run("import", "areas", file, "--level", "street"), "file_without_features")


def test_cells_are_numbered_and_replaced(run: Run, office: Office, tmp_path: Path) -> None:
    file = cells(tmp_path, ("", "East", square(C6)), ("", "West", square(C3)))
    options = ["--level", "grid", "--name", "mc", "--number", "--parent-code", EASTGATE, "--replace"]
    assert json.loads(done(run("import", "areas", file, *options)).stdout)["changed"] == 2
    names = {
        code: area.name
        for code, area in current_areas(office).items()
        if area.parent_path.endswith(f"{EASTGATE}/")
    }
    assert names == {C3: "West", C6: "East"}


def test_a_dry_run_says_so_and_stores_nothing(run: Run, office: Office, tmp_path: Path) -> None:
    before = count(office, Area)
    file = cells(tmp_path, (C3, "新名", square(C3)))
    result = done(run("import", "areas", file, "--level", "grid", "--code", "bh", "--dry-run"))
    assert "nothing stored" in result.stderr
    assert json.loads(result.stdout)["changed"] == 1
    assert count(office, Area) == before


@pytest.mark.parametrize(("language", "word"), [("en", "errors"), ("zh-CN", "错误")])
def test_a_refusal_lists_its_findings_and_still_writes_the_report(
    run: Run, tmp_path: Path, language: str, word: str
) -> None:
    file = cells(tmp_path, (C3, "a", box(0, 0, 0.001, 0.001)), (C3, "b", square(C6)))
    options = ["--level", "grid", "--code", "bh", "--report", tmp_path / "report.json"]
    result = run("import", "areas", file, *options, language=language)
    assert word in refused(result, "import_refused")
    assert any(C3 in line for line in result.stderr.splitlines()[1:])
    written = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert (written["refused"], written["errors"]) == (True, 1)
    assert [f["rule"] for f in written["findings"] if f["severity"] == "error"] == ["code_duplicate"]


def test_a_report_holds_counts_and_findings(run: Run, tmp_path: Path) -> None:
    file = cells(tmp_path, (C6, "东门第2网格", square(C3)))
    options = ["--level", "grid", "--code", "bh", "--name", "mc", "--report", tmp_path / "r.json"]
    result = done(run("import", "areas", file, *options))
    written = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert written["counts"] == json.loads(result.stdout)
    assert {"gap"} <= {finding["rule"] for finding in written["findings"]}


def test_buildings_come_in_as_footprints_and_as_tables(run: Run, office: Office, tmp_path: Path) -> None:
    file = cells(tmp_path, ("B1", "一号楼", square(C1)))
    assert (
        json.loads(done(run("import", "buildings", file, "--code", "bh", "--name", "mc")).stdout)["new"] == 1
    )
    rows = {"编码": "B2", "名称": "二号楼", "经度": LON, "纬度": LAT, "层数": 6, "户数": 24, "ch": "Wu"}
    listed = table(tmp_path, "b.csv", rows, encoding="gbk")
    refused(run("import", "buildings", listed), "file_leaves_open")
    done(run("import", "buildings", listed, "--encoding", "gbk", "--chief", "ch", "--replace"))
    found = {b.code: (b.floors, b.households, b.chief, b.valid_to is None) for b in rows_of(office, Building)}
    assert found == {"B1": (None, None, "", False), "B2": (6, 24, "Wu", True)}


def test_a_table_of_buildings_may_be_in_metres_or_shifted(run: Run, office: Office, tmp_path: Path) -> None:
    metres = gpd.GeoSeries([Point(LON, LAT)], crs=WGS84).to_crs(4523)[0]
    file = table(tmp_path, "m.csv", {"code": "B1", "lon": metres.x, "lat": metres.y})
    done(run("import", "buildings", file, "--crs", 4523))
    lon, lat = from_wgs84(LON, LAT, "bd09")
    done(
        run(
            "import",
            "buildings",
            table(tmp_path, "g.csv", {"code": "B2", "lon": lon, "lat": lat}),
            "--datum",
            "bd09",
        )
    )
    assert {building.path.split("/")[-2] for building in rows_of(office, Building)} == {C1}


def test_staff_get_their_codes_in_a_file_only_the_owner_reads(
    run: Run, office: Office, tmp_path: Path
) -> None:
    file = table(tmp_path, "staff.csv", STAFF, {**STAFF, "staff_code": "li", "name": "Li Leads", "area": C1})
    result = done(run("import", "staff", file, "--codes", tmp_path / "codes.csv"))
    assert json.loads(result.stdout)["accounts"] == 1
    assert stat.S_IMODE((tmp_path / "codes.csv").stat().st_mode) == 0o600
    with (tmp_path / "codes.csv").open(encoding="utf-8-sig") as lines:
        (row,) = csv.DictReader(lines)
    assert (row["username"], row["name"]) == ("han", "韩梅梅")
    assert row["one_time_code"] not in result.output
    live = make_office(settings_for(office).database_url, tmp_path, utc_now)  # type: ignore[arg-type]
    assert sign_in(live, "han", row["one_time_code"], RULES).must_set_password
    live.database.dispose()


def test_codes_go_to_the_data_directory_unless_told(run: Run, office: Office, tmp_path: Path) -> None:
    file = table(tmp_path, "staff.csv", STAFF)
    done(run("import", "staff", file, "--dry-run"))
    assert list(office.data_dir.glob("one-time-codes-*")) == []
    done(run("import", "staff", file))
    (codes,) = office.data_dir.glob("one-time-codes-*.csv")
    assert stat.S_IMODE(codes.stat().st_mode) == 0o600


def test_shifts_are_taken_in_by_the_names_of_roles(run: Run, office: Office, tmp_path: Path) -> None:
    row = {"工号": "li", "岗位": "网格长", "网格编码": C1, "星期": "1-5", "上班": "08:00", "下班": "18:00"}
    result = done(run("import", "shifts", table(tmp_path, "shifts.csv", row)))
    assert "1" in result.output
    assert [(shift.weekdays, shift.begins, shift.ends) for shift in rows_of(office, Shift)] == [
        (31, 480, 1080)
    ]


def test_codes_that_cannot_be_written_make_no_accounts(run: Run, office: Office, tmp_path: Path) -> None:
    before = count(office, Person), count(office, Account)
    file = table(tmp_path, "staff.csv", STAFF)
    result = run("import", "staff", file, "--codes", tmp_path / "nowhere" / "codes.csv")
    assert result.exit_code in (1, 2)
    assert isinstance(result.exception, SystemExit)
    assert "nowhere" in result.stderr
    assert (count(office, Person), count(office, Account)) == before


def test_a_report_that_cannot_be_written_is_told_before_anything_is_stored(
    run: Run, office: Office, tmp_path: Path
) -> None:
    before = count(office, Area)
    file = cells(tmp_path, (C3, "新名", square(C3)))
    result = run(
        "import", "areas", file, "--level", "grid", "--code", "bh", "--report", tmp_path / "no" / "r.json"
    )
    assert (result.exit_code in (1, 2), count(office, Area)) == (True, before)
    assert isinstance(result.exception, SystemExit)


def test_matters_come_in_with_named_columns_a_zone_and_a_datum(
    run: Run, office: Office, tmp_path: Path
) -> None:
    lon, lat = from_wgs84(LON, LAT, "gcj02")
    file = table(tmp_path, "m.csv", {**MATTER, "x": lon, "y": lat, "acc": 12})
    options = [
        *MATTER_OPTIONS,
        "--accuracy",
        "acc",
        "--tz",
        "America/Los_Angeles",
        "--datum",
        "gcj02",
        "--source",
        "311",
    ]
    assert json.loads(done(run("import", "issues", file, *options)).stdout)["new"] == 1
    issue = rows_of(office, Issue)[0]
    assert (
        facts_of(office, issue).why["cell"]["code"],
        issue.accuracy_m,
        issue.source,
        issue.external_id,
    ) == (
        C1,
        12,
        "311",
        "A1",
    )
    assert issue.reported_at.isoformat() == "2026-07-01T19:00:00+00:00"


def test_the_zone_of_a_file_is_the_installations_unless_told(
    run: Run, office: Office, tmp_path: Path
) -> None:
    file = table(tmp_path, "m.csv", MATTER)
    done(run("import", "issues", file, *MATTER_OPTIONS, timezone="Asia/Tokyo"))
    assert rows_of(office, Issue)[0].reported_at.hour == 3
    refused(run("import", "issues", file, *MATTER_OPTIONS, "--tz", "Mars/Base"), "zone_unknown")
    refused(run("import", "issues", file, *MATTER_OPTIONS, "--replace"), "replace_not_for_issues")


def test_matters_come_in_from_excel_and_parquet(run: Run, office: Office, tmp_path: Path) -> None:
    for name, write in (("m.xlsx", "to_excel"), ("m.parquet", "to_parquet")):
        getattr(pd.DataFrame([{**MATTER, "nr": name}]), write)(tmp_path / name, index=False)
        done(run("import", "issues", tmp_path / name, *MATTER_OPTIONS))
    assert {issue.external_id for issue in rows_of(office, Issue)} == {"m.xlsx", "m.parquet"}


def test_locate_explains_itself_as_json(run: Run) -> None:
    why = json.loads(done(run("locate", LON, LAT, "--accuracy", 20)).stdout)
    assert (why["status"], why["cell"]["code"], why["lon_lat_wgs84"]) == ("inside", C1, [LON, LAT])
    assert why["sent"] == {"lon": LON, "lat": LAT, "datum": "wgs84", "accuracy_m": 20.0}
    shifted = from_wgs84(LON, LAT, "gcj02")
    assert json.loads(done(run("locate", *shifted, "--datum", "gcj02")).stdout)["cell"]["code"] == C1


def test_locate_takes_places_west_and_south(run: Run) -> None:
    why = json.loads(done(run("locate", "-118.25", "-34.05")).stdout)
    assert (why["status"], why["cell"], why["lon_lat_wgs84"]) == ("outside", None, [-118.25, -34.05])
    assert "swapped" in refused(run("locate", LAT, LON), "coordinates_swapped")
    refused(run("locate", "nan", LAT), "coordinates_invalid")
    refused(run("locate", LON, LAT, "--accuracy", "-1"), "accuracy_invalid")


def account(office: Office, username: str) -> Account:
    with office.database.reading() as session:
        found = stored_accounts.by_name(session, username)
        assert found is not None
        session.expunge_all()
        return found


def test_an_account_is_made_with_a_one_time_code(run: Run, office: Office, tmp_path: Path) -> None:
    code = done(run("user", "add", "newseat", "--kind", "seat", "--area", RIVERSIDE)).stdout.strip()
    assert len(code) == 13
    made = account(office, "newseat")
    assert (made.kind, made.area_path) == ("seat", f"990001/990001001/{RIVERSIDE}/")
    done(run("user", "add", "works", "--kind", "department", "--unit", "water"))
    done(run("user", "add", "boss"))
    assert (account(office, "boss").kind, account(office, "boss").area_path) == ("administrator", "")
    live = make_office(settings_for(office).database_url, tmp_path, utc_now)  # type: ignore[arg-type]
    assert sign_in(live, "newseat", code, RULES).must_set_password
    live.database.dispose()


def test_accounts_that_do_not_fit_are_refused(run: Run) -> None:
    refused(run("user", "add", "admin"), "username_taken")
    refused(run("user", "add", "has blank"), "username_invalid")
    refused(run("user", "add", "x1", "--area", "nowhere"), "area_not_found")
    refused(run("user", "add", "x2", "--kind", "department"), "field_missing")
    assert run("user", "add", "x3", "--kind", "emperor").exit_code == 2
    for command in ("reset", "close"):
        refused(run("user", command, "nobody"), "account_not_found")


def test_reset_and_close_end_what_was(run: Run, office: Office) -> None:
    code = done(run("user", "reset", "seat")).stdout.strip()
    assert (len(code), account(office, "seat").password_hash) == (13, None)
    done(run("user", "close", "seat"))
    assert not account(office, "seat").is_active
    refused(run("user", "close", "admin"), "last_administrator")
    assert account(office, "admin").is_active


def test_a_token_is_shown_once(run: Run, office: Office) -> None:
    secret = done(run("token", "seat", "--label", "sensor", "--days", 7)).stdout.strip()
    token = rows_of(office, Token)[-1]
    assert (token.label, token.account_id, token.expires_at is not None) == (
        "sensor",
        account(office, "seat").id,
        True,
    )
    assert secret not in str(vars(token))
    refused(run("token", "nobody"), "account_not_found")
    assert run("token", "seat", "--days", 0).exit_code == 2


def test_audit_says_0_and_seals_and_says_3_after_tampering(run: Run, office: Office) -> None:
    report(office, actor_named(office, "li"), report_at(LON, LAT, description="words"))
    assert done(run("audit")).stdout == ""
    head = done(run("audit", "--seal")).stdout.strip()
    assert [row.digest for row in rows_of(office, Head)] == [head]
    assert done(run("audit", "--seal")).stdout.strip() == head
    run_sql(office, "UPDATE words SET text = 'other'")
    broken = run("audit", "--seal")
    assert (broken.exit_code, broken.stdout) == (3, "")
    assert broken.stderr.startswith(f"words_changed {rows_of(office, Issue)[0].number}")
    assert count(office, Head) == 1


FILE_FAULTS = [
    ("none.csv", None, "file_missing"),
    ("empty.csv", b"", "file_empty"),
    ("a.doc", b"x", "file_kind_not_taken"),
    ("a.xlsx", b"no workbook", "file_kind_unknown"),
    ("columns.csv", b"a,b\n1,2\n", "column_missing"),
]


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_files_that_cannot_be_read_are_one_line(run: Run, tmp_path: Path, language: str) -> None:
    for name, data, code in FILE_FAULTS:
        if data is not None:
            (tmp_path / name).write_bytes(data)
        result = run("import", "issues", tmp_path / name, language=language)
        line = refused(result, code)
        assert len(result.stderr.splitlines()) == 1
        assert any("\u4e00" <= c <= "\u9fff" for c in line) == (language == "zh-CN")


def test_a_store_without_schema_or_out_of_reach_is_one_line(
    run: Run, engine: str, empty_url: str, tmp_path: Path
) -> None:
    for command in (["audit"], ["locate", LON, LAT], ["token", "x"], ["user", "add", "xx"]):
        refused(run(*command, database_url=empty_url), "not_initialised")
    away = f"postgresql+psycopg://u:secret@127.0.0.1:{free_port()}/x"
    gone = away if engine == "postgis" else f"sqlite:///{tmp_path}/no/a.db"
    for command in (["init"], ["audit"], ["user", "add", "xx"]):
        assert "secret" not in refused(run(*command, database_url=gone), "database_gone")


@pytest.mark.parametrize(
    ("name", "value"),
    [("port", "x"), ("timezone", "Mars"), ("database_url", "mysql://x"), ("secure_cookies", "maybe")],
)
def test_settings_that_cannot_be_meant_are_named(name: str, value: str) -> None:
    result = CliRunner().invoke(
        main, ["audit"], env={f"GRIDMAP_{name.upper()}": value, "GRIDMAP_SECRET_KEY": "only-for-tests"}
    )
    assert result.exit_code == 1
    assert f"GRIDMAP_{name.upper()}" in result.output
    assert isinstance(result.exception, SystemExit)


def test_a_data_directory_that_cannot_be_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    env = {"GRIDMAP_DATA_DIR": str(tmp_path / "file" / "data")}
    for more in ({}, {"GRIDMAP_SECRET_KEY": "only-for-tests"}):
        result = CliRunner().invoke(main, ["init"], env=env | more)
        assert result.exit_code == 1
        assert isinstance(result.exception, SystemExit), result.exception
        assert str(tmp_path / "file") in result.output


def test_chinese_is_spoken_unless_english_is_asked_for(run: Run) -> None:
    chinese, english = "没有", "There is no"
    for language, locale, word in (
        ("", "", chinese),
        ("", "en_GB.UTF-8", english),
        ("zh-CN", "en_GB", chinese),
        ("en", "zh_CN", english),
    ):
        result = run("token", "nobody", language=language, locale={"LC_ALL": locale, "LANG": ""})
        assert word in refused(result, "account_not_found")


def test_notice_boards_of_an_area_are_one_file_for_printing(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "boards.html"
    done = run("door-sheets", RIVERSIDE, "--out", file, "--leader", public_url="https://192.0.2.7/")
    assert done.exit_code == 0, done.output
    page = file.read_text(encoding="utf-8")
    assert page.count("<article") == 4
    assert ("https://192.0.2.7/door/" + C1 in page, page.count("Li Leads")) == (True, 2)
    assert page.count("<link") == 1  # an empty icon
    assert "<script" not in page


def test_notice_boards_lead_somewhere(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "boards.html"
    for words, more in (
        (("door-sheets", RIVERSIDE), {}),
        (("door-sheets", "1"), {"public_url": "https://192.0.2.7/"}),
    ):
        assert run(*words, "--out", file, **more).exit_code == 1
    assert not file.exists()
