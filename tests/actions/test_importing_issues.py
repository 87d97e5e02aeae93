"""Matters from elsewhere are placed, staffed and chained like those reported here: all of a file, or none."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa

from gridmap.actions.acts import Act
from gridmap.actions.auditing import audit
from gridmap.actions.handling import act_on
from gridmap.actions.importing import ImportFile, ImportReport
from gridmap.actions.importing_issues import IssueImport, import_issues
from gridmap.actions.office import Office
from gridmap.actions.reporting import report
from gridmap.db import first_load, history, issues
from gridmap.db.models import (
    AssignmentText,
    CategoryRow,
    Counter,
    EventRow,
    ImportRow,
    Issue,
    Person,
    StreamRow,
    Words,
)
from gridmap.domain.history import canonical
from gridmap.errors import ConflictError, FindingsError, InvalidInputError
from gridmap.files.matters import MatterColumns, Matters, read_matters
from gridmap.files.reading import read_table
from gridmap.geo.crs import from_wgs84
from tests.actions.test_auditing import tamper
from tests.conftest import Clock, Templates, make_office
from tests.db.looking import ask_sql, count, facts_of, rows_of, run_sql, stream_kinds
from tests.town import C1, C2, C3, CENTRES, DISTRICT, OUTSIDE, PARKING, RUBBISH, actor_named, report_at

LON, LAT = (str(degrees) for degrees in CENTRES[C1])
BORDER = ("103.80999", "25.505")
"""A metre west of the border between C1 and C2."""


def row(id_: str, **changes: str) -> dict[str, str]:
    """A row of a file."""
    good = {
        "id": id_,
        "lon": LON,
        "lat": LAT,
        "category": RUBBISH,
        "created": "2026-07-01 12:00",
        "closed": "",
    }
    return {**good, "description": "", **changes}


def take_in(office: Office, *rows: dict[str, str], zone: str = "Asia/Shanghai", dry: bool = False, makers: int = 0, **wanted: str) -> ImportReport:  # fmt: skip
    """Import rows by way of a CSV file."""
    file = office.data_dir / "matters.csv"
    pd.DataFrame(list(rows)).fillna("").to_csv(file, index=False)
    source = read_table(file)
    matters, findings = read_matters(source.frame, MatterColumns(), ZoneInfo(zone), office.clock())
    return import_issues(
        office,
        matters,
        IssueImport(**wanted),
        ImportFile(source.name, source.digest, dry),
        findings,
        makers=makers,
    )


def counts(report: ImportReport) -> list[int]:
    return [report.counts[name] for name in ("new", "changed", "unchanged", "triage")]


def by_id(office: Office) -> dict[str, Issue]:
    return {issue.external_id: issue for issue in rows_of(office, Issue)}


def state(office: Office) -> list[int]:
    models = (Issue, EventRow, Words, StreamRow, ImportRow, CategoryRow, Counter)
    return [count(office, model) for model in models]


def holds(office: Office) -> bool:
    """Whether the whole history verifies, and how much of it there is is what is stored."""
    found = audit(office)
    assert (found.issues, found.events) == (count(office, Issue), count(office, EventRow))
    return found.faults == ()


def refused(office: Office, *rows: dict[str, str], **options: str) -> list[tuple[str, object]]:
    with pytest.raises(FindingsError) as caught:
        take_in(office, *rows, **options)  # type: ignore[arg-type]
    return [(f["rule"], f["record"]) for f in caught.value.details["findings"] if f["severity"] == "error"]


def test_a_matter_is_placed_staffed_and_chained(office: Office) -> None:
    assert counts(take_in(office, row("A1", description="broken bin"))) == [1, 0, 0, 0]
    issue = by_id(office)["A1"]
    people = {person.id: person.code for person in rows_of(office, Person)}
    assert issue.number == f"{DISTRICT}-20260701-0001"
    assert (facts_of(office, issue).why["cell"]["code"], issue.status, issue.source) == (
        C1,
        "reported",
        "import",
    )
    assert (people[issue.owner_id], people[issue.handler_id]) == ("li", "sun")
    assert issue.reported_at.isoformat() == "2026-07-01T04:00:00+00:00"
    assert [words.text for words in rows_of(office, Words)] == ["broken bin"]
    assert [(e.kind, e.seq, "broken" in e.data) for e in rows_of(office, EventRow)] == [
        ("imported", 1, False)
    ]
    assert holds(office)


def test_an_import_says_the_same_as_a_report(office: Office) -> None:
    report(office, actor_named(office, "li"), report_at(float(BORDER[0]), float(BORDER[1]), accuracy_m=20))
    take_in(office, row("A1", lon=BORDER[0], lat=BORDER[1], accuracy_m="20"))
    reported, imported = rows_of(office, Issue)
    assert facts_of(office, reported).why["status"] == "ambiguous"
    for column in (
        "path",
        "cell_id",
        "owner_id",
        "handler_id",
        "district_code",
        "accuracy_m",
    ):
        assert getattr(imported, column) == getattr(reported, column), column
    assert facts_of(office, imported) == facts_of(office, reported)


def test_the_same_file_twice_stores_nothing_and_tells_nobody(office: Office) -> None:
    rows = [row("A1", description="x"), row("A2", category="stray cats"), row("A3", closed="2026-07-02")]
    take_in(office, *rows)
    before = state(office)
    assert counts(take_in(office, *rows)) == [0, 0, 3, 0]
    assert state(office) == before


def test_a_file_is_one_row_of_the_stream(office: Office) -> None:
    before = count(office, StreamRow)
    take_in(office, *(row(str(n)) for n in range(20)))
    assert stream_kinds(office)[before:] == ["imported"]
    assert rows_of(office, StreamRow)[-1].data == {"issues": 20}


def test_a_dry_run_stores_nothing_and_takes_no_number(office: Office) -> None:
    before = state(office)
    assert counts(take_in(office, row("A1"), row("A2", category="new one"), dry=True)) == [2, 0, 0, 0]
    assert state(office) == before
    take_in(office, row("A1"))
    assert by_id(office)["A1"].number.endswith("-0001")


def test_numbers_follow_the_day_of_the_report_in_the_local_zone(office: Office) -> None:
    moments = ["2026-07-01 15:59:59Z", "2026-07-01 16:00Z", "2026-07-02 08:00+08:00"]
    take_in(office, *(row(str(n), created=moment) for n, moment in enumerate(moments)))
    found = [issue.number.partition("-")[2] for issue in rows_of(office, Issue)]
    assert found == ["20260701-0001", "20260702-0001", "20260702-0002"]


def test_times_are_in_the_zone_of_the_file_summer_and_winter(office: Office) -> None:
    rows = [row("summer", created="2026-07-01 12:00"), row("winter", created="2026-01-01 12:00")]
    take_in(office, *rows, zone="America/Los_Angeles")
    assert [i.reported_at.hour for i in rows_of(office, Issue)] == [19, 20]


def test_an_unknown_category_becomes_the_districts_own(office: Office) -> None:
    found = take_in(office, row("A1", category="stray: cats"), row("A2", category="stray: cats")).findings
    assert [(f.rule, f.severity, f.record) for f in found] == [("category_new", "warning", "stray: cats")]
    assert found[0].details == {"rows": 2, "becomes": "own:matter:stray- cats"}
    stored = rows_of(office, CategoryRow)[-1]
    assert (stored.standard, stored.kind, stored.code, stored.role) == ("own", "matter", "stray- cats", None)
    issue = by_id(office)["A2"]
    assert (issue.category_id, facts_of(office, issue).assignment["notes"]) == (
        stored.id,
        ["category_without_role"],
    )


def test_categories_are_known_by_key_by_code_and_by_name(office: Office) -> None:
    take_in(office, row("key", category=PARKING), row("name", category="暴露垃圾"))
    keys = {c.id: f"{c.standard}:{c.kind}:{c.code}" for c in rows_of(office, CategoryRow)}
    assert {id_: keys[issue.category_id] for id_, issue in by_id(office).items()} == {
        "key": PARKING,
        "name": RUBBISH,
    }


def test_an_ambiguous_category_is_an_error_with_its_choices(office: Office) -> None:
    with pytest.raises(FindingsError) as caught:
        take_in(office, row("A1"), row("A2", category="01001"))
    fault = caught.value.details["findings"][0]
    assert (fault["rule"], fault["record"], fault["details"]["rows"]) == ("category_ambiguous", "01001", 1)
    assert len(fault["details"]["choices"]) > 1
    assert count(office, Issue) == 0


def test_ids_missing_or_twice_are_errors(office: Office) -> None:
    assert refused(office, row(""), row("A1"), row("A1")) == [("id_missing", 0), ("id_duplicate", "A1")]
    assert count(office, Issue) == 0


def test_one_id_in_two_sources_is_two_matters(office: Office) -> None:
    take_in(office, row("A1"), source="hotline")
    assert counts(take_in(office, row("A1"), source="cameras")) == [1, 0, 0, 0]
    assert sorted(issue.source for issue in rows_of(office, Issue)) == ["cameras", "hotline"]


def test_one_bad_row_of_ten_thousand_stores_nothing(office: Office) -> None:
    before = state(office)
    rows = [row(str(n)) for n in range(10_000)]
    rows[4_999]["created"] = "some day"
    assert refused(office, *rows) == [("time_invalid", "4999")]
    assert state(office) == before


def test_the_store_failing_at_the_end_stores_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    before = state(office)

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr("gridmap.actions.importing_issues.note_import", fail)
        take_in(office, row("A1", description="x"), row("A2", category="new one"))
    assert state(office)[:-1] == before[:-1]
    take_in(office, row("A1"))
    assert by_id(office)["A1"].number.endswith("-0003"), "numbers once reserved stay unused"


def test_none_is_refused_for_its_place(office: Office) -> None:
    far, farther = (str(degrees) for degrees in OUTSIDE), ("-118.2", "34.0")
    places = [("inside", (LON, LAT)), ("outside", tuple(far)), ("abroad", farther)]
    rows = [row(id_, lon=lon, lat=lat) for id_, (lon, lat) in places]
    assert counts(take_in(office, *rows)) == [3, 0, 0, 2]
    found = by_id(office)
    assert [found[id_].is_triage for id_, _ in places] == [False, True, True]
    assert (found["outside"].path, facts_of(office, found["outside"]).why["nearest"]["code"]) == (
        f"{DISTRICT}/",
        C3,
    )
    assert holds(office)


def test_a_datum_is_undone_and_what_was_sent_is_kept(office: Office) -> None:
    lon, lat = from_wgs84(*CENTRES[C1], "gcj02")
    take_in(office, row("A1", lon=repr(lon), lat=repr(lat)), datum="gcj02")
    issue = by_id(office)["A1"]
    assert facts_of(office, issue).why["lon_lat_wgs84"] == pytest.approx(CENTRES[C1], abs=1e-9)
    assert (issue.sent_lon, issue.sent_lat, issue.datum) == (lon, lat, "gcj02")
    with pytest.raises(InvalidInputError, match="datum_unknown"):
        take_in(office, row("A2"), datum="wgs72")


def test_accuracies_decide_between_inside_ambiguous_and_near(office: Office) -> None:
    take_in(
        office,
        row("plain", lon=BORDER[0], lat=BORDER[1]),
        row("rough", lon=BORDER[0], lat=BORDER[1], accuracy_m="30"),
        row("beside", lon="103.83001", lat="25.505", accuracy_m="30"),
    )
    found = by_id(office)
    assert [facts_of(office, found[i]).why["status"] for i in ("plain", "rough", "beside")] == [
        "inside",
        "ambiguous",
        "near",
    ]
    assert [c["code"] for c in facts_of(office, found["rough"]).why["candidates"]][:2] == [C1, C2]
    assert (found["beside"].is_triage, found["plain"].accuracy_m) == (True, None)


def test_a_closed_matter_names_nobody(office: Office) -> None:
    take_in(office, row("A1", closed="2026-07-03 09:00"))
    issue = by_id(office)["A1"]
    assert (issue.status, issue.owner_id, issue.handler_id) == ("closed", None, None)
    assert issue.closed_at.isoformat() == "2026-07-03T01:00:00+00:00"  # type: ignore[union-attr]
    assert facts_of(office, issue).assignment["notes"] == ["imported_closed"]


CHANGES = {
    "lon": {"lon": str(CENTRES[C3][0])},
    "category": {"category": PARKING},
    "created": {"created": "2026-07-01 13:00"},
    "closed": {"closed": "2026-07-02"},
    "accuracy": {"accuracy_m": "500"},
    "words": {"description": "other words"},
    "no words": {"description": ""},
}


def test_a_changed_row_amends_its_matter_by_one_event(office: Office) -> None:
    take_in(office, *(row(id_, description="words", accuracy_m="") for id_ in CHANGES), row("same"))
    changed = [
        row(id_, **{"description": "words", "accuracy_m": "", **change}) for id_, change in CHANGES.items()
    ]
    assert counts(take_in(office, *changed, row("same"))) == [0, 7, 1, 0]
    found = by_id(office)
    assert {id_: issue.history_seq for id_, issue in found.items()} == {
        **dict.fromkeys(CHANGES, 2),
        "same": 1,
    }
    assert facts_of(office, found["lon"]).why["cell"]["code"] == C3
    assert (found["closed"].status, found["lon"].status) == ("closed", "reported")
    assert {event.kind for event in rows_of(office, EventRow) if event.seq == 2} == {"import_amended"}
    assert {issue.number for issue in found.values()} == {f"{DISTRICT}-20260701-{n:04d}" for n in range(1, 9)}
    assert holds(office)


def test_amended_words_stand_beside_the_earlier_ones(office: Office) -> None:
    for text in ("one", "two", "two", "three", ""):
        take_in(office, row("A1", description=text))
    found = [(words.kind, words.text) for words in rows_of(office, Words)]
    assert found == [
        ("earlier_description", "one"),
        ("earlier_description", "two"),
        ("earlier_description", "three"),
    ]
    assert [event.seq for event in rows_of(office, EventRow)] == [1, 2, 3, 4]
    assert holds(office)


def test_closed_later_closes_and_reopened_later_reopens(office: Office) -> None:
    states = []
    for closed in ("", "2026-07-02", ""):
        take_in(office, row("A1", closed=closed))
        issue = by_id(office)["A1"]
        states.append((issue.status, issue.closed_at is None, issue.owner_id is None))
    assert states == [("reported", True, False), ("closed", False, True), ("reported", True, False)]


def test_an_amendment_keeps_what_was_done_here(office: Office) -> None:
    take_in(office, row("A1"))
    number = by_id(office)["A1"].number
    act_on(office, actor_named(office, "li"), number, Act("start"))
    take_in(office, row("A1", category=PARKING))
    assert by_id(office)["A1"].status == "handling"
    assert [event.kind for event in rows_of(office, EventRow)] == ["imported", "start", "import_amended"]
    assert holds(office)


def test_an_imported_matter_goes_on_like_any_other(office: Office) -> None:
    take_in(office, row("A1"))
    number = by_id(office)["A1"].number
    for name in ("start", "finish", "close", "reopen"):
        act_on(office, actor_named(office, "seat"), number, Act(name, words="because"))
    assert by_id(office)["A1"].status == "reported"
    assert holds(office)


def test_the_same_new_file_from_two_sides_is_taken_in_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second import has read the store before the first one committed."""
    real, nested = import_issues.__globals__["reserve_numbers"], [True]

    def while_another_import_runs(*args: object) -> object:
        if nested.pop() if nested else False:
            take_in(office, row("A1"), row("A2"))
        return real(*args)

    monkeypatch.setitem(import_issues.__globals__, "reserve_numbers", while_another_import_runs)
    with pytest.raises(ConflictError, match="import_raced"):
        take_in(office, row("A1"), row("A2"))
    assert sorted(by_id(office)) == ["A1", "A2"]
    assert holds(office)


def test_an_act_while_an_import_amends_the_same_matter_comes_after_it(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in(office, row("A1"))
    number, seat, real = by_id(office)["A1"].number, actor_named(office, "seat"), issues.by_external
    act = threading.Thread(target=lambda: act_on(office, seat, number, Act("start")), daemon=True)

    def while_somebody_acts(*args: object) -> object:
        found = real(*args)  # type: ignore[arg-type]
        act.start()
        act.join(0.5)
        return found

    monkeypatch.setattr(issues, "by_external", while_somebody_acts)
    assert counts(take_in(office, row("A1", category=PARKING))) == [0, 1, 0, 0]
    act.join(20)
    assert [event.kind for event in rows_of(office, EventRow)] == ["imported", "import_amended", "start"]
    assert holds(office)


def test_everything_imported_verifies_and_tampering_shows(office: Office) -> None:
    take_in(office, *(row(str(n), description=f"words {n}") for n in range(30)))
    assert holds(office)
    run_sql(office, "UPDATE words SET text = 'other' WHERE id = 7")
    assert [fault.kind for fault in audit(office).faults] == ["words_changed"]


@pytest.fixture
def both(templates: Templates, tmp_path: Path, postgres: object) -> Iterator[list[Office]]:
    """The town on both engines."""
    offices = []
    for name in ("spatialite", "postgis"):
        folder = tmp_path / name
        folder.mkdir()
        offices.append(make_office(templates.copy(name, True, folder), folder, Clock()))
    yield offices
    for office in offices:
        office.database.dispose()
    postgres.drop(offices[1].database.engine.url.render_as_string())  # type: ignore[attr-defined]


def scattered() -> list[dict[str, str]]:
    """Matters all over the town: inside, on corners and borders, outside; sure and unsure of it."""
    places = [(103.795 + n % 9 * 0.005, 25.485 + n // 9 * 0.005) for n in range(63)]
    return [
        row(
            str(n),
            lon=repr(lon),
            lat=repr(lat),
            accuracy_m=("", "20", "400")[n % 3],
            category=(RUBBISH, PARKING)[n % 2],
        )
        for n, (lon, lat) in enumerate(places)
    ]


def facts(office: Office) -> list[dict[str, object]]:
    """Every matter with all its columns but its place, which `why` holds."""
    return [{c.name: getattr(issue, c.name) for c in Issue.__table__.columns if c.name != "geom"} for issue in rows_of(office, Issue)]  # fmt: skip


def test_both_engines_hold_the_same_row_for_row(both: list[Office]) -> None:
    for office in both:
        assert counts(take_in(office, *scattered())) == [63, 0, 0, 28]
        take_in(office, *(row(str(n), closed="2026-08-01", accuracy_m="50") for n in range(9)))
    spatialite, postgis = (facts(office) for office in both)
    assert spatialite == postgis
    assert len({issue["path"] for issue in spatialite}) == 7
    events = [
        [(e.issue_id, e.seq, e.kind, e.at, e.data, e.digest) for e in rows_of(o, EventRow)] for o in both
    ]
    assert events[0] == events[1]


SINCE = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize("is_pretence", [False, True])
def test_every_text_is_the_one_canonical_spelling(office: Office, is_pretence: bool) -> None:
    """Rows are written out by hand for speed: their JSON must be what `canonical` would have written."""
    (lon, lat), edge = CENTRES[C1], (103.8 + 1e-4, CENTRES[C1][1])
    spots = [(lon, lat), (lon, lat), edge, OUTSIDE, (lon, lat)]
    odd = 'a"b\\c/\u4f60\u2028é'
    matters = Matters.of(
        [f"{odd}{n}" for n in range(5)], np.array([s[0] for s in spots]), np.array([s[1] for s in spots]),
        [None, 10.0, 40.0, None, None], [PARKING] * 5, ["", odd, "", odd, ""], [SINCE] * 5,
        [None, None, None, None, SINCE + timedelta(hours=1)],
    )  # fmt: skip
    import_issues(office, matters, IssueImport(is_pretence=is_pretence), ImportFile("f", "1"))
    with office.database.reading() as session:
        texts = [data for (data,) in session.execute(sa.text("SELECT data FROM events"))]
        texts += [data for (data,) in session.execute(sa.text("SELECT data FROM assignments"))]
    assert len(texts) == 8
    assert [canonical(json.loads(t)) for t in texts] == texts


def test_texts_with_signs_that_copy_has_a_meaning_for_come_in_as_they_are(office: Office) -> None:
    odd = "a\\b\tc\nd \\. \\N é你"
    take_in(office, row("\\N", description=odd), row("b\\", description=""), row("c", description="\\."))
    assert sorted(by_id(office)) == ["\\N", "b\\", "c"]
    assert [words.text for words in rows_of(office, Words)] == [odd, "\\."]
    assert holds(office)


def indexes(office: Office) -> list[tuple[str, str]]:
    """Name and definition of every index; a condition is left out, since PostgreSQL spells it in several ways."""
    if office.database.is_sqlite:
        asked = "SELECT name, coalesce(sql, '') FROM sqlite_master WHERE type = 'index' ORDER BY name"
    else:
        asked = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexname"
    return [(name, definition.partition(" WHERE ")[0]) for name, definition in ask_sql(office, asked)]


def constraints(office: Office) -> list[tuple[str, str]]:
    """Name and definition of every constraint that PostgreSQL keeps by itself."""
    if office.database.is_sqlite:
        return []
    return ask_sql(office, "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint ORDER BY 1, 2")


def dropped(office: Office, monkeypatch: pytest.MonkeyPatch, *ids: str) -> int:
    """How many indexes an import that counts as a large one takes away and builds again."""
    monkeypatch.setattr(first_load, "MANY", 1)
    said: list[str] = []
    note = lambda *call: said.append(call[2])  # noqa: E731
    sa.event.listen(office.database.engine, "before_cursor_execute", note)
    take_in(office, *(row(id_) for id_ in ids))
    sa.event.remove(office.database.engine, "before_cursor_execute", note)
    away = sum("DROP INDEX" in one or "DROP CONSTRAINT" in one for one in said)
    assert away == sum(one.startswith("CREATE ") or "ADD CONSTRAINT" in one for one in said)
    return away


def test_the_first_of_many_find_the_indexes_built_after_them(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = indexes(office), constraints(office)
    # All but the key of matters, which photos refer to: 15 of matters, 2 of words, 3 of events.
    assert dropped(office, monkeypatch, "A1", "A2") == (0 if office.database.is_sqlite else 20)
    assert dropped(office, monkeypatch, "B1") == 0, "others work with what is there"
    assert (indexes(office), constraints(office)) == before
    assert (count(office, Issue), holds(office)) == (3, True)


def test_whoever_is_reading_is_not_shut_out(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    with office.database.snapshot() as session:
        for model in (Issue, EventRow, Words):
            assert session.scalars(sa.select(model)).all() == []
        assert dropped(office, monkeypatch, "A1") == 0
    assert count(office, Issue) == 1


def test_a_first_load_that_fails_leaves_the_indexes(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    before = indexes(office)
    monkeypatch.setattr(first_load, "MANY", 1)
    monkeypatch.setattr(history, "share_assignments", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        take_in(office, row("A1"))
    assert (indexes(office), count(office, Issue)) == (before, 0)


def test_an_assignment_that_many_share_is_kept_once(office: Office) -> None:
    take_in(office, row("A1"), row("A2"), row("A3", category=PARKING))
    take_in(office, row("B1"), source="other")
    named = [json.loads(event.data)["assignment"] for event in rows_of(office, EventRow)]
    assert (named[0], len(set(named))) == (named[1] and named[3], 2)
    assert {one.digest for one in rows_of(office, AssignmentText)} == set(named)


def test_a_changed_or_missing_shared_assignment_is_found(office: Office) -> None:
    take_in(office, row("A1"), row("A2", category=PARKING))
    first, second = (json.loads(event.data)["assignment"] for event in rows_of(office, EventRow))
    for verb in ("UPDATE assignments SET data = '{}'", "DELETE FROM assignments"):
        with pytest.raises(sa.exc.DBAPIError):
            run_sql(office, verb)
    tamper(office, "UPDATE assignments SET data = '{}' WHERE digest = :digest", digest=first)
    tamper(office, "DELETE FROM assignments WHERE digest = :digest", digest=second)
    assert [(f.kind, f.where) for f in audit(office).faults] == [
        ("assignment_changed", first),
        ("assignment_missing", second),
    ]
