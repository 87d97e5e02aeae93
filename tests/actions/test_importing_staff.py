"""Staff are taken in with their posts and accounts, whose one-time codes really sign in."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import pytest

from gridmap.actions.importing import ImportFile, ImportReport
from gridmap.actions.importing_staff import import_staff
from gridmap.actions.office import Office
from gridmap.actions.reporting import report
from gridmap.actions.signing_in import set_password, sign_in
from gridmap.db.models import Account, ImportRow, Issue, Person, Post, StreamRow
from gridmap.errors import FindingsError, NotSignedInError
from gridmap.files.people import read_staff_rows
from tests.conftest import START
from tests.db.looking import count, rows_of, run_sql, stream_kinds
from tests.town import C1, C2, C3, CENTRES, DISTRICT, RIVERSIDE, RULES, STREET, actor_named, report_at

HAN = ("han", "韩梅梅", "leader", C3)


def take_in(office: Office, *rows: tuple[str, ...], dry: bool = False, replace: bool = False) -> ImportReport:
    """Import rows (staff number, name, role, area, from, to), read as from a file."""
    names = ("staff_code", "name", "role", "area", "from_date", "to_date")
    table = pd.DataFrame([dict(zip(names, row, strict=False)) for row in rows]).fillna("")
    read, findings = read_staff_rows(table, office.roles, office.zone, office.clock())
    return import_staff(office, read, ImportFile("staff", "0", dry), RULES, findings, is_replacing=replace)


def counts(report: ImportReport) -> list[int]:
    return [report.counts[name] for name in ("new", "changed", "unchanged", "ended", "accounts")]


def faults(office: Office, *rows: tuple[str, ...]) -> list[tuple[str, object]]:
    with pytest.raises(FindingsError) as caught:
        take_in(office, *rows)
    return [(f["rule"], f["record"]) for f in caught.value.details["findings"] if f["severity"] == "error"]


def state(office: Office) -> list[int]:
    return [count(office, model) for model in (Person, Post, Account, StreamRow, ImportRow)]


def post_of(office: Office, code: str) -> list[Post]:
    people = {person.id: person.code for person in rows_of(office, Person)}
    return [post for post in rows_of(office, Post) if people[post.person_id] == code]


def test_a_one_time_code_signs_in_and_sets_the_password(office: Office) -> None:
    (username, name, code) = take_in(office, HAN).codes[0]
    assert (username, name, len(code)) == ("han", "韩梅梅", 13)
    signed = sign_in(office, "han", code, RULES)
    assert signed.must_set_password
    set_password(office, signed.account_id, "A-new-Passw0rd", RULES, old=code)
    assert not sign_in(office, "han", "A-new-Passw0rd", RULES).must_set_password
    with pytest.raises(NotSignedInError):
        sign_in(office, "han", code, RULES)


def test_a_one_time_code_may_be_typed_carelessly_but_not_late(office: Office, clock: object) -> None:
    code = take_in(office, HAN).codes[0][2]
    typed = f" {code[:5]}-{code[5:]} ".lower()
    assert sign_in(office, "han", typed, RULES).must_set_password
    clock.forward(days=15)  # type: ignore[attr-defined]
    with pytest.raises(NotSignedInError):
        sign_in(office, "han", code, RULES)


def test_codes_are_shown_once_and_kept_as_digests(office: Office) -> None:
    report = take_in(office, HAN)
    code = report.codes[0][2]
    account = next(row for row in rows_of(office, Account) if row.username == "han")
    assert code not in str(vars(account))
    assert code not in str(report.to_json())
    assert code not in repr(report)


def test_the_same_file_twice_stores_nothing_and_makes_no_codes(office: Office) -> None:
    take_in(office, HAN)
    before = state(office)
    report = take_in(office, HAN)
    assert (counts(report), report.codes) == ([0, 0, 1, 0, 0], ())
    assert state(office) == before


def test_a_dry_run_stores_nothing(office: Office) -> None:
    before = state(office)
    assert counts(take_in(office, HAN, dry=True)) == [1, 0, 0, 0, 1]
    assert state(office) == before


def test_new_staff_are_found_for_the_next_report(office: Office) -> None:
    take_in(office, HAN, ("han", "韩梅梅", "sanitation", RIVERSIDE.replace("001001001", "001001002")))
    report(office, actor_named(office, "li"), report_at(*CENTRES[C3]))
    people = {person.id: person.code for person in rows_of(office, Person)}
    issue = rows_of(office, Issue)[0]
    assert (people[issue.owner_id], people[issue.handler_id]) == ("han", "han")


def test_a_post_begins_and_ends_on_its_days(office: Office, clock: object) -> None:
    take_in(office, (*HAN, "2026-11-21", "2026-11-23"))
    post = post_of(office, "han")[0]
    assert (post.valid_from.isoformat(), (post.valid_to - post.valid_from).days) == (
        "2026-11-20T16:00:00+00:00",
        2,
    )  # type: ignore[operator]
    seen = []
    for _ in range(4):
        seen.append(actor_named(office, "han").scope.paths != ())
        clock.forward(days=1)  # type: ignore[attr-defined]
    assert seen == [False, True, True, False]


def test_an_end_date_added_later_is_a_change(office: Office) -> None:
    take_in(office, HAN)
    assert counts(take_in(office, (*HAN, "", "2026-12-01"))) == [0, 1, 0, 0, 0]
    assert post_of(office, "han")[0].valid_to is not None


def test_posts_end_only_with_replace_and_only_of_the_districts_in_the_file(office: Office) -> None:
    take_in(office, HAN)
    run_sql(office, "UPDATE posts SET district_code = 'other' WHERE area_code = :code", code=C3)
    li = [("li", "Li Leads", "leader", area) for area in (C1, C2)]
    assert counts(take_in(office, *li)) == [0, 0, 2, 0, 0]
    assert counts(take_in(office, *li, replace=True)) == [0, 0, 2, 6, 0]
    assert post_of(office, "han")[0].valid_to is None
    assert {post.valid_to for post in post_of(office, "wang")} == {START}
    assert counts(take_in(office, *li, replace=True)) == [0, 0, 2, 0, 0]


def test_a_post_that_ended_comes_back_as_a_new_one(office: Office, clock: object) -> None:
    take_in(office, HAN)
    take_in(office, ("li", "Li Leads", "leader", C1), replace=True)
    clock.forward(days=1)  # type: ignore[attr-defined]
    assert counts(take_in(office, HAN))[0] == 1
    old, new = post_of(office, "han")
    assert (old.valid_to, new.valid_to, new.valid_from - START > timedelta(0)) == (START, None, True)


def test_a_new_name_or_phone_of_a_known_number_is_taken(office: Office) -> None:
    take_in(office, ("li", "Li Married", "leader", C1))
    assert next(person.name for person in rows_of(office, Person) if person.code == "li") == "Li Married"


def test_every_open_page_is_told_to_look_again(office: Office) -> None:
    take_in(office, HAN)
    assert stream_kinds(office)[-1] == "access"
    assert rows_of(office, StreamRow)[-1].data == {"account": None}


def test_roles_are_known_by_chinese_names_and_unusual_levels_are_warnings(office: Office) -> None:
    report = take_in(office, ("han", "韩梅梅", "网格长", STREET))
    assert [(f.rule, f.severity, f.details["level"]) for f in report.findings] == [
        ("role_level_unusual", "warning", "street")
    ]
    assert post_of(office, "han")[0].role == "leader"


FAULTS: list[tuple[list[tuple[str, ...]], str, object]] = [
    ([("han", "韩梅梅", "leader", "nowhere")], "area_unknown", "han"),
    ([("han", "韩梅梅", "emperor", C3)], "role_unknown", "han"),
    ([HAN, ("han", "李雷", "leader", C1)], "name_differs", "han"),
    ([(*HAN, "2026-12-01", "2026-12-01")], "ends_before_it_begins", "han"),
    ([("", "韩梅梅", "leader", C3)], "staff_code_missing", 1),
    ([("admin", "韩梅梅", "leader", C3)], "username_taken", "admin"),
    ([("seat", "韩梅梅", "leader", C3)], "username_taken", "seat"),
]


def test_a_fault_stores_nothing(office: Office) -> None:
    before = state(office)
    for rows, rule, record in FAULTS:
        assert faults(office, ("new", "New", "leader", C1), *rows) == [(rule, record)]
    assert state(office) == before


def test_a_fault_in_the_last_row_of_many_stores_nothing(office: Office) -> None:
    before = state(office)
    many = [(f"s{n}", f"Name {n}", "dynamic", C1) for n in range(300)]
    assert faults(office, *many, ("last", "Last", "dynamic", "nowhere")) == [("area_unknown", "last")]
    assert state(office) == before


def test_the_district_of_a_person_is_that_of_the_area(office: Office) -> None:
    take_in(office, HAN)
    assert {row.district_code for row in (*rows_of(office, Person), *post_of(office, "han"))} == {DISTRICT}
