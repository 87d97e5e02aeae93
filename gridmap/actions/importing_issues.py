"""Take in matters from elsewhere: each placed, assigned and chained like one reported here, in bulk.

Reading and locating happen before the write transaction, so that a long import neither holds the
stream's lock nor, on SQLite, everybody else's pen; the stream is told one summary row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from gridmap.actions.comparing import Keys, Rows, compare
from gridmap.actions.importing import (
    ImportFile,
    ImportReport,
    Progress,
    no_progress,
    note_import,
    refuse_errors,
)
from gridmap.actions.lots import NO_DAYS, DayKey, Days, Need, days_of, lots, needs, reserve_numbers
from gridmap.actions.makers import made_ahead
from gridmap.actions.new_matters import NOBODY, Category, NewMatters
from gridmap.actions.office import Office, Work, add_event, add_words
from gridmap.actions.placing import Sent, StaffingTable, assignment_json, load_ground, why_of
from gridmap.actions.pretences import Pretence
from gridmap.actions.reporting import due_text, people_columns, place_columns
from gridmap.actions.standings import Standings
from gridmap.db import categories, history, issues, posts
from gridmap.db.bulk import reserve_ids
from gridmap.db.categories import OWN
from gridmap.db.engine import is_unique_violation
from gridmap.db.first_load import indexes_last
from gridmap.db.loading import Loading
from gridmap.db.models import CategoryRow, EventRow, Issue, Words
from gridmap.db.rosters import roster_of
from gridmap.domain.categories import resolve
from gridmap.domain.roster import NO_ROSTER
from gridmap.errors import ChoiceNeededError, ConflictError, InvalidInputError
from gridmap.files.matters import Matter, Matters
from gridmap.geo.coverage import ERROR, WARNING, Finding
from gridmap.geo.crs import check_datum

_LOT = 20_000
_NO_KEY = -1
_MANY = 100_000
"""So many new matters on PostgreSQL pay for processes that make them."""
_MANY_KINDS = 4_000
"""So many different answers to who it goes to pay for processes that find them."""
_FILLED = (Issue, EventRow, Words)


@dataclass(frozen=True)
class IssueImport:
    """What the rows are: the system they come from, and their datum.

    Closed matters name nobody, since the file does not say who handled them. A demonstration
    pretends (`is_pretence`): that they were reported and closed here, then, by those who hold the posts;
    `pretence` tells more of that past.
    """

    source: str = "import"
    datum: str = "wgs84"
    is_pretence: bool = False
    pretence: Pretence | None = None


@dataclass(frozen=True)
class _Batch:
    """Rows of a file after reading: which are new, which differ from what is stored, where each stands.

    `changed` has the digest of what each says now; `days` are the local ones of their reports; `needs` are
    those of the new ones.
    """

    matters: Matters
    wanted: IssueImport
    keys: Keys
    new: Rows
    changed: Mapping[int, str]
    standings: Standings
    days: Days
    needs: list[Need]


def import_issues(
    office: Office,
    matters: Matters,
    wanted: IssueImport,
    file: ImportFile,
    findings: list[Finding] | None = None,
    progress: Progress = no_progress,
    *,
    makers: int = 0,
) -> ImportReport:
    """Store the matters of a file; commits all or none, and none is refused for its place.

    Very many new ones are made by up to `makers` forked processes, on PostgreSQL: for whoever has a process to itself.

    Known by `source` and their own id: the same row again changes nothing, another one is amended by
    an event. A category nobody knows becomes one of the district's own, and a finding says so.
    Raises FindingsError, InvalidInputError `datum_unknown`, ConflictError `import_raced` where the
    same file was taken in at the same time, UnavailableError `maker_lost`.
    """
    check_datum(wanted.datum)
    found = list(findings or [])
    refuse_errors(found)
    if office.database.is_sqlite:
        makers = 0
    with office.database.reading() as session:
        keys = _categories(session, matters, found)
        refuse_errors(found)
        batch = _compared(session, office.zone, matters, wanted, keys, makers, progress)
    firsts = {} if file.is_dry_run else reserve_numbers(office, batch.needs)
    try:
        with office.work() as work:
            counts = _store(office, work, batch, firsts, makers, progress)
            if counts["new"] or counts["changed"]:
                work.tell(
                    "imported", {"issues": counts["new"] + counts["changed"]}, district_code=_district(batch)
                )
            note_import(work, "issues", file, counts)
    except IntegrityError as error:
        if is_unique_violation(error):
            raise ConflictError("import_raced", file=file.name) from error
        raise
    return ImportReport(counts, tuple(found), file.is_dry_run)


def _district(batch: _Batch) -> str:
    return batch.standings.district_of(next(iter([*batch.new[:1].tolist(), *batch.changed])))


def _categories(session: Session, matters: Matters, found: list[Finding]) -> Keys:
    """The key of each row's category; unknown ones get a key among the district's own."""
    known = {key: categories.to_domain(row) for key, row in categories.rows_by_key(session).items()}
    keys: dict[str, str] = {}
    asked = matters.category.dictionary_encode()
    wishes, of_row = asked.dictionary.to_pylist(), asked.indices.to_numpy()
    for wish, rows in zip(wishes, np.bincount(of_row, minlength=len(wishes)).tolist(), strict=True):
        try:
            keys[wish] = resolve(wish, known).key
        except ChoiceNeededError as fault:
            found.append(Finding("category_ambiguous", ERROR, wish, {"rows": rows, **fault.details}))
        except InvalidInputError:
            code = wish.replace(":", "-")[:40]
            keys[wish] = ":".join((*OWN, code))
            found.append(Finding("category_new", WARNING, wish, {"rows": rows, "becomes": keys[wish]}))
    names = list(dict.fromkeys(keys.values()))
    at = np.array([names.index(keys[wish]) if wish in keys else _NO_KEY for wish in wishes], dtype=np.int64)
    return Keys(names, at[of_row])


def _compared(
    session: Session,
    zone: ZoneInfo,
    matters: Matters,
    wanted: IssueImport,
    keys: Keys,
    makers: int,
    progress: Progress,
) -> _Batch:
    found = compare(session, matters, wanted.source, wanted.datum, keys)
    ground = load_ground(session)
    rows = np.sort(np.concatenate([found.new, np.array([*found.changed], dtype=np.int64)]))
    standings = Standings(ground, matters, wanted.datum, rows, progress, makers if len(rows) >= _MANY else 0)
    days, needed = NO_DAYS, list[Need]()
    if len(found.new):
        days = days_of(*standings.district_codes(), matters.created, zone)
        needed = needs(found.new, days, matters.description, _LOT)
    return _Batch(matters, wanted, keys, *found, standings, days, needed)


def _store(
    office: Office,
    work: Work,
    batch: _Batch,
    firsts: Mapping[DayKey, int],
    makers: int,
    progress: Progress,
) -> dict[str, int]:
    rows_by_key = _ensure_categories(work.session, set(batch.keys.names))
    held = posts.along_many(work.session, batch.standings.paths(), work.now)
    # What is only pretended happened then: who is on duty now says nothing of it.
    here = NO_ROSTER if batch.wanted.is_pretence else roster_of(work.session, held, work.now, office.zone)
    table = StaffingTable(held, office.roles, work.now, here)
    if len(batch.new):
        made = _new_matters(office, work, batch, rows_by_key, table)
        _insert(work, batch, made, firsts, makers, progress)
    _amend(office, work, batch, rows_by_key, table)
    unchanged = len(batch.matters) - len(batch.new) - len(batch.changed)
    triage = batch.standings.in_triage(batch.new)
    return {"new": len(batch.new), "changed": len(batch.changed), "unchanged": unchanged, "triage": triage}


def _ensure_categories(session: Session, keys: set[str]) -> dict[str, CategoryRow]:
    known = categories.rows_by_key(session)
    for key in sorted(keys - known.keys()):
        standard, kind, code = key.split(":")
        row = CategoryRow(
            standard=standard,
            kind=kind,
            code=code,
            name_zh=code,
            name_en=code,
            group_code="import",
            group_zh="导入",
            role=None,
        )
        session.add(row)
        known[key] = row
    session.flush()
    return known


def _new_matters(
    office: Office, work: Work, batch: _Batch, rows_by_key: dict[str, CategoryRow], table: StaffingTable
) -> NewMatters:
    return NewMatters(
        session=work.session,
        matters=batch.matters,
        source=batch.wanted.source,
        datum=batch.wanted.datum,
        is_pretence=batch.wanted.is_pretence,
        pretence=batch.wanted.pretence,
        keys=batch.keys,
        standings=batch.standings,
        categories={
            key: Category(row.id, row.role, office.deadlines.limits_of(row))
            for key, row in rows_by_key.items()
        },
        days=batch.days,
        staffing=table,
        deadlines=office.deadlines,
        now=work.now,
    )


def _insert(
    work: Work,
    batch: _Batch,
    made: NewMatters,
    firsts: Mapping[DayKey, int],
    makers: int,
    progress: Progress,
) -> None:
    session, number = work.session, len(batch.new)
    makers = makers if number >= _MANY else 0
    with _finding_people(made, batch.new, makers) as people:
        # Meanwhile the store gives out keys.
        ids = reserve_ids(session, Issue, number)
        word_ids = reserve_ids(session, Words, sum(need.words for need in batch.needs))
        given = lots(batch.needs, firsts, ids, word_ids)
        shared = people()
    with (
        indexes_last(session, _FILLED, number),
        # The makers are forked before the loading starts its thread.
        made_ahead(made.make, given, makers) as finished,
    ):
        history.share_assignments(session, shared)
        with Loading(session) as loading:
            for lot, loads in zip(given, finished, strict=True):
                for load in loads:
                    loading.add(load)
                progress("store", lot.ids[-1] - ids[0] + 1, number)


@contextmanager
def _finding_people(made: NewMatters, rows: Rows, makers: int) -> Iterator[Callable[[], dict[str, str]]]:
    """Find who goes to which of the new matters, once for all that are alike; the assignments by digest, once asked for."""
    kinds = made.kinds_of_people(rows)
    makers = makers if len(kinds) >= _MANY_KINDS else 0
    parts = np.array_split(kinds, max(1, makers))
    with made_ahead(made.found, parts, makers) as found:
        yield lambda: made.learn(kinds, [one for some in found for one in some])


def _sent(batch: _Batch, matter: Matter) -> Sent:
    return Sent(matter.lon, matter.lat, batch.wanted.datum, matter.accuracy_m)


def _assigned(
    batch: _Batch, matter: Matter, path: str, category: CategoryRow, table: StaffingTable
) -> dict[str, Any]:
    if matter.closed_at is not None and not batch.wanted.is_pretence:
        return NOBODY
    return assignment_json(table.staff(path, category.role))


def _facts(batch: _Batch, row: int, matter: Matter, why: Any, assigned: Any) -> dict[str, Any]:
    return {
        "source": batch.wanted.source,
        "external_id": matter.external_id,
        "category": batch.keys.of(row),
        "why": why,
        "assignment": assigned,
        "occurred_at": matter.created_at.isoformat(),
        "closed_at": matter.closed_at.isoformat() if matter.closed_at else None,
    }


def _amend(
    office: Office, work: Work, batch: _Batch, rows_by_key: dict[str, CategoryRow], table: StaffingTable
) -> None:
    """Rows that differ from what was taken in before: the matter follows, by one event each."""
    said = {row: batch.matters.one(row) for row in batch.changed}
    stored = issues.by_external(
        work.session, batch.wanted.source, [matter.external_id for matter in said.values()]
    )
    for row, matter in said.items():
        issue, category = stored[matter.external_id], rows_by_key[batch.keys.of(row)]
        standing, sent, closed = batch.standings.whole(row), _sent(batch, matter), matter.closed_at
        assigned = _assigned(batch, matter, standing.path, category, table)
        values = place_columns(standing, sent) | people_columns(assigned)
        values |= {
            "category_id": category.id,
            "body_digest": batch.changed[row],
            "district_code": issue.district_code,
        }
        values |= {"occurred_at": matter.created_at, "closed_at": closed}
        came_from = issue.status
        values["status"] = "closed" if closed else ("reported" if came_from == "closed" else came_from)
        if not closed:
            began = work.now if came_from == "closed" else history.begun_at(work.session, issue)
            values["due_at"] = office.deadlines.due_at(category, began, standing.path)
        for name, value in values.items():
            setattr(issue, name, value)
        facts = _facts(batch, row, matter, why_of(standing, sent), assigned)
        facts |= {"from": came_from, "to": issue.status}
        facts |= {
            "words": _amended_words(work, issue, matter.description),
            "due_at": due_text(issue),
        }
        add_event(work, issue, "import_amended", None, facts)


def _amended_words(work: Work, issue: Issue, text: str) -> list[dict[str, Any]]:
    """Another description takes the lead; the old one stays, since an event holds its digest."""
    old = work.session.query(Words).filter_by(issue_id=issue.id, kind="description").one_or_none()
    if (old.text if old else "") == text or (old is not None and old.text is None):
        return []
    if old is not None:
        old.kind = "earlier_description"
        work.session.flush()
    return [add_words(work, issue, "description", text)] if text else []
