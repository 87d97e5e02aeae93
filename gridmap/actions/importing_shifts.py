"""Take in shifts: when the holders of posts are on duty."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

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
from gridmap.actions.rostering import SHIFTS_MOST, put_shifts
from gridmap.db import rosters
from gridmap.db.models import Person, Post
from gridmap.domain.roster import Shift
from gridmap.files.shifts import ShiftRow
from gridmap.geo.coverage import ERROR, Finding

PostKey = tuple[str, str, str]
"""Staff number, role, code of the area."""


def import_shifts(
    office: Office,
    rows: Sequence[ShiftRow],
    file: ImportFile,
    findings: list[Finding] | None = None,
    *,
    is_replacing: bool = False,
    progress: Progress = no_progress,
) -> ImportReport:
    """Store shifts; commits all or none. What the file says of a post stands instead of what held before.

    Posts that the file does not name keep theirs; with `is_replacing` those of the same districts are on duty always.
    Raises FindingsError.
    """
    wanted: dict[PostKey, tuple[Shift, ...]] = {}
    for row in rows:
        key = (row.staff_code, row.role, row.area)
        wanted[key] = tuple(dict.fromkeys((*wanted.get(key, ()), row.shift)))
    with office.work() as work:
        one_at_a_time(work)
        held = _held(work)
        found = [*(findings or []), *_faults(wanted, held)]
        refuse_errors(found)
        counts = _store(work, wanted, held, is_replacing)
        progress("store", len(rows), len(rows))
        note_import(work, "shifts", file, counts)
    return ImportReport(counts, tuple(found), file.is_dry_run)


def _held(work: Work) -> dict[PostKey, Post]:
    """The posts held now."""
    query = select(Person.code, Post).join(Person, Person.id == Post.person_id)
    now = (Post.valid_from <= work.now, Post.valid_to.is_(None) | (Post.valid_to > work.now))
    return {(code, post.role, post.area_code): post for code, post in work.session.execute(query.where(*now))}


def _faults(wanted: dict[PostKey, tuple[Shift, ...]], held: dict[PostKey, Post]) -> list[Finding]:
    faults = []
    for key, shifts in wanted.items():
        code, role, area = key
        if key not in held:
            faults.append(Finding("post_unknown", ERROR, code, {"role": role, "area": area}))
        if len(shifts) > SHIFTS_MOST:
            faults.append(Finding("shifts_too_many", ERROR, code, {"role": role, "limit": SHIFTS_MOST}))
    return faults


def _store(
    work: Work, wanted: dict[PostKey, tuple[Shift, ...]], held: dict[PostKey, Post], is_replacing: bool
) -> dict[str, int]:
    stored = rosters.shifts_of(work.session, [post.id for post in held.values()])
    districts = {held[key].district_code for key in wanted}
    counts = {"new": 0, "changed": 0, "unchanged": 0, "ended": 0}
    for key, post in held.items():
        before, shifts = stored.get(post.id, ()), wanted.get(key)
        if shifts is None and not (is_replacing and before and post.district_code in districts):
            continue
        if set(before) == set(shifts or ()):
            counts["unchanged"] += 1
            continue
        put_shifts(work, post, shifts or ())
        counts["ended" if shifts is None else "changed" if before else "new"] += 1
    return counts
