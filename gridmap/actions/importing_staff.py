"""Take in staff: persons, their posts, and an account with a one-time code for each new one."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.actions.accounts import give_one_time_code
from gridmap.actions.importing import (
    ImportFile,
    ImportReport,
    Progress,
    no_progress,
    note_import,
    one_at_a_time,
    refuse_errors,
)
from gridmap.actions.office import Office, Work
from gridmap.actions.signing_in import SignInRules
from gridmap.db import areas
from gridmap.db.models import Account, Area, Person
from gridmap.db.models import Post as PostRow
from gridmap.domain.codes import NO_DISTRICT
from gridmap.files.people import StaffRow
from gridmap.geo.coverage import ERROR, WARNING, Finding


def import_staff(
    office: Office,
    rows: Sequence[StaffRow],
    file: ImportFile,
    rules: SignInRules,
    findings: list[Finding] | None = None,
    *,
    is_replacing: bool = False,
    progress: Progress = no_progress,
) -> ImportReport:
    """Store staff; commits all or none. The user name of a new account is the staff number.

    A person is known by staff number inside a district; a post by person, role and area. Posts that
    the file does not have end only with `is_replacing`, and only of districts the file names. Every
    open stream looks again at what it may show. Raises FindingsError.
    """
    found = list(findings or [])
    with office.work() as work:
        one_at_a_time(work)
        known = areas.current_by_code(work.session, {row.area for row in rows})
        found += _faults(office, rows, known)
        found += _name_clashes(work.session, rows, known)
        refuse_errors(found)
        persons, new_people = _persons(work, rows, known)
        counts = _posts(work, rows, known, persons, is_replacing)
        codes = _accounts(work, new_people, rules)
        progress("store", len(rows), len(rows))
        counts["accounts"] = len(codes)
        if any(counts[name] for name in ("new", "changed", "ended", "accounts")):
            work.tell("access", {"account": None}, district_code=_district(known))
        note_import(work, "staff", file, counts)
    return ImportReport(counts, tuple(found), file.is_dry_run, tuple(codes))


def _faults(office: Office, rows: Sequence[StaffRow], known: dict[str, Area]) -> list[Finding]:
    faults = []
    for row in rows:
        area = known.get(row.area)
        if area is None:
            faults.append(Finding("area_unknown", ERROR, row.staff_code, {"area": row.area}))
        elif office.roles[row.role].level != area.level:
            details = {"role": row.role, "area": row.area, "level": area.level}
            faults.append(Finding("role_level_unusual", WARNING, row.staff_code, details))
        if row.valid_to is not None and row.valid_to <= row.valid_from:
            faults.append(Finding("ends_before_it_begins", ERROR, row.staff_code, {"role": row.role}))
    return faults


def _name_clashes(session: Session, rows: Sequence[StaffRow], known: dict[str, Area]) -> list[Finding]:
    """Staff numbers that are somebody else's user name already."""
    districts = {row.staff_code: known[row.area].district_code for row in rows if row.area in known}
    query = select(Account.username, Person.code, Person.district_code).outerjoin(
        Person, Person.id == Account.person_id
    )
    return [
        Finding("username_taken", ERROR, username, {})
        for username, code, district in session.execute(query)
        if username in districts and (code, district) != (username, districts[username])
    ]


def _district(known: dict[str, Area]) -> str:
    return next((area.district_code for area in known.values()), NO_DISTRICT)


def _persons(
    work: Work, rows: Sequence[StaffRow], known: dict[str, Area]
) -> tuple[dict[tuple[str, str], Person], list[Person]]:
    stored = {(person.district_code, person.code): person for person in work.session.scalars(select(Person))}
    new = []
    for row in rows:
        key = (known[row.area].district_code, row.staff_code)
        person = stored.get(key)
        if person is None:
            person = stored[key] = Person(district_code=key[0], code=key[1])
            work.session.add(person)
            new.append(person)
        person.name = row.name
        person.phone = row.phone or person.phone
        person.unit = row.unit or person.unit
    work.session.flush()
    return stored, new


def _posts(
    work: Work,
    rows: Sequence[StaffRow],
    known: dict[str, Area],
    persons: dict[tuple[str, str], Person],
    is_replacing: bool,
) -> dict[str, int]:
    current = {
        (post.person_id, post.role, post.area_code): post
        for post in work.session.scalars(select(PostRow))
        if post.valid_to is None or post.valid_to > work.now
    }
    counts = {"new": 0, "changed": 0, "unchanged": 0, "ended": 0}
    kept = set()
    for row in rows:
        area = known[row.area]
        person = persons[(area.district_code, row.staff_code)]
        key = (person.id, row.role, row.area)
        post = current.get(key)
        kept.add(key)
        if post is None:
            current[key] = post = _new_post(row, area, person)
            work.session.add(post)
            counts["new"] += 1
        elif (post.valid_to, post.area_path) != (row.valid_to, area.path):
            post.valid_to, post.area_path = row.valid_to, area.path
            counts["changed"] += 1
        else:
            counts["unchanged"] += 1
    if is_replacing:
        districts = {area.district_code for area in known.values()}
        for key, post in current.items():
            if key not in kept and post.district_code in districts:
                post.valid_to = work.now
                counts["ended"] += 1
    return counts


def _new_post(row: StaffRow, area: Area, person: Person) -> PostRow:
    return PostRow(
        district_code=area.district_code,
        person_id=person.id,
        role=row.role,
        area_code=area.code,
        area_path=area.path,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )


def _accounts(work: Work, people: Sequence[Person], rules: SignInRules) -> list[tuple[str, str, str]]:
    codes = []
    for person in people:
        account = Account(
            district_code=person.district_code,
            username=person.code,
            kind="staff",
            person_id=person.id,
            created_at=work.now,
        )
        code = give_one_time_code(account, work.now, rules)
        work.session.add(account)
        codes.append((person.code, person.name, code))
    return codes
