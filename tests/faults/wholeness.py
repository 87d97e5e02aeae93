"""Whether a store is whole: every promise kept once, and nothing half written anywhere."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator

from gridmap.actions.auditing import audit
from gridmap.actions.office import Office
from gridmap.db.models import Counter as CounterRow
from gridmap.db.models import EventRow, Issue, Photo, StreamRow, Words
from gridmap.files.photos import path_of
from tests.db.looking import rows_of
from tests.faults.load import Phones


def half_written(office: Office) -> list[str]:
    """Everything in the store that is there in part only; [] for a store that is whole."""
    return [f"{f.kind} {f.record} {f.where}" for f in audit(office).faults] + [
        *_matters(office),
        *_words(office),
        *_photos(office),
        *_stream(office),
        *_counters(office),
    ]


def _matters(office: Office) -> Iterator[str]:
    chains = Counter(event.issue_id for event in rows_of(office, EventRow))
    for issue in rows_of(office, Issue):
        if not issue.history_seq or chains.pop(issue.id, 0) != issue.history_seq:
            yield f"{issue.number}: events do not fit"
    yield from (f"events of a matter that is not there: {key}" for key in chains)


def _words(office: Office) -> Iterator[str]:
    told = {
        entry["id"]
        for event in rows_of(office, EventRow)
        for entry in json.loads(event.data).get("words", [])
    }
    kept = {words.id for words in rows_of(office, Words)}
    yield from (f"words nobody spoke: {key}" for key in kept - told)
    yield from (f"words that are gone: {key}" for key in told - kept)


def _photos(office: Office) -> Iterator[str]:
    told = {json.loads(e.data)["photo"] for e in rows_of(office, EventRow) if e.kind == "photo"}
    photos = rows_of(office, Photo)
    if told != {photo.id for photo in photos}:
        yield "photos and their events differ"
    for photo in photos:
        file, small = (path_of(office.data_dir, photo.digest, thumbnail=small) for small in (False, True))
        if not file.exists() or hashlib.sha256(file.read_bytes()).hexdigest() != photo.digest:
            yield f"photo {photo.id}: its bytes are not those it promised"
        if not small.exists() or not small.stat().st_size:
            yield f"photo {photo.id}: no thumbnail"


def _stream(office: Office) -> Iterator[str]:
    rows = rows_of(office, StreamRow)
    numbers = [row.number for row in rows]
    if numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        yield "the stream has a gap"
    told = Counter(row.data["number"] for row in rows if row.kind == "issue")
    for issue in rows_of(office, Issue):
        if told[issue.number] != issue.history_seq and issue.source in ("staff", "seat"):
            yield f"{issue.number}: {issue.history_seq} events, {told[issue.number]} rows of the stream"


def _counters(office: Office) -> Iterator[str]:
    given = {row.name: row.last for row in rows_of(office, CounterRow)}
    for issue in rows_of(office, Issue):
        name, _, number = issue.number.rpartition("-")
        if given.get(name, 0) < int(number):
            yield f"{issue.number}: its counter is behind"


def broken_promises(office: Office, phones: Phones) -> list[str]:
    """What was acknowledged and is not there exactly once; [] for nothing."""
    kept = Counter(issue.client_id for issue in rows_of(office, Issue))
    numbers = {issue.client_id: issue.number for issue in rows_of(office, Issue)}
    pictures = Counter((photo.issue_id, photo.client_id) for photo in rows_of(office, Photo))
    ids = {issue.number: issue.id for issue in rows_of(office, Issue)}
    return [
        *(f"{number}: kept {kept[key]} times" for key, number in phones.promised.items() if kept[key] != 1),
        *(
            f"{number}: another number"
            for key, number in phones.promised.items()
            if numbers.get(key) != number
        ),
        *(f"{number} {key}: photo" for number, key in phones.photos if pictures[ids.get(number), key] != 1),
    ]
