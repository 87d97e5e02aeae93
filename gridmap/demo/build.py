"""Put the demo district into an empty store, through the same doors as any real one."""

from __future__ import annotations

import hashlib
import json

from sqlalchemy import func, select

from gridmap.actions import auditing
from gridmap.actions.baking import bake_all
from gridmap.actions.importing import ImportFile, Progress
from gridmap.actions.importing_areas import AreaImport, import_areas
from gridmap.actions.importing_buildings import import_buildings
from gridmap.actions.importing_issues import IssueImport, import_issues
from gridmap.actions.importing_landmarks import import_landmarks
from gridmap.actions.importing_staff import import_staff
from gridmap.actions.office import Office
from gridmap.actions.retelling import tell_steps
from gridmap.actions.signing_in import SignInRules
from gridmap.db.models import Area, Meta
from gridmap.demo.district import DemoDistrict, draw_district
from gridmap.demo.living import MOST, Studio, choose_lived, deeds_of, live_through
from gridmap.demo.looped import hush, play_loop
from gridmap.demo.matters import PLACES, draw_places
from gridmap.demo.pasts import matters_of, pretence_of, staff_accounts
from gridmap.demo.signs import DemoSignIn, known_signs, open_office_accounts, open_staff_accounts
from gridmap.demo.spots import Ground
from gridmap.demo.town import generator
from gridmap.domain.codes import LEVELS
from gridmap.errors import ConflictError
from gridmap.files.people import read_staff_rows

META = "demo"
_KEPT_PLACES = 900
"""So many places are kept for what is reported later (see `live`)."""


def build_demo(
    office: Office,
    rules: SignInRules,
    seed: int,
    progress: Progress,
    size: str = "small",
    *,
    with_photos: int = MOST,
) -> list[DemoSignIn]:
    """Draw the district and take it in, once; commits. The ready sign-ins, all with DEMO_PASSWORD.

    At most `with_photos` matters have photos.

    A store that has the demo already is left as it is. Raises ConflictError `demo_needs_empty` where
    it holds anything else, InvalidInputError `demo_size_unknown`.
    """
    ready = _already_there(office)
    if ready is not None:
        return ready
    now = office.clock().replace(microsecond=0)
    progress("draw", 0, 1)
    drawn = draw_district(seed, size, now)
    progress("draw", 1, 1)
    _take_in_ground(office, rules, drawn, progress)
    _take_in_matters(office, drawn, seed, with_photos, progress)
    tell_steps(office, progress)
    play_loop(office, generator(seed, 14), staff_accounts(office), size, progress)
    _note(office, drawn, seed)
    signs = open_staff_accounts(office, drawn)
    hush(office)
    auditing.seal(office)
    bake_all(office, progress=progress)
    return signs


def _already_there(office: Office) -> list[DemoSignIn] | None:
    with office.database.reading() as session:
        known = known_signs(session)
        if known is None and session.scalar(select(func.count()).select_from(Area)):
            raise ConflictError("demo_needs_empty")
    return known


def _file(name: str) -> ImportFile:
    return ImportFile(f"demo-{name}", hashlib.sha256(name.encode()).hexdigest())


def _take_in_ground(office: Office, rules: SignInRules, drawn: DemoDistrict, progress: Progress) -> None:
    """Areas, buildings, landmarks, people, and the accounts of the office."""
    for level in LEVELS:
        part = drawn.areas[drawn.areas["level"] == level].drop(columns="level")
        import_areas(office, part, AreaImport(level), _file(level))
    import_buildings(office, drawn.buildings, _file("buildings"), progress=progress)
    import_landmarks(office, drawn.landmarks, _file("landmarks"))
    table = drawn.staff.astype(object).where(drawn.staff.notna(), "").map(str)
    rows, findings = read_staff_rows(table, office.roles, office.zone, office.clock())
    import_staff(office, rows, _file("staff"), rules, findings)
    open_office_accounts(office, rules, str(drawn.areas["code"].iloc[0]))


def _take_in_matters(
    office: Office, drawn: DemoDistrict, seed: int, with_photos: int, progress: Progress
) -> None:
    """All matters with their pasts; those with photos are lived through, while their photos are drawn."""
    issues, staff, now = drawn.issues, staff_accounts(office), office.clock()
    chance = generator(seed, 12)
    lived = choose_lived(chance, issues, now, with_photos)
    deeds = deeds_of(chance, issues, lived, now)
    with Studio([deed.shot for deed in deeds if deed.shot is not None]) as drawn_photo:
        kept = frozenset(lived)
        wanted = IssueImport("demo", is_pretence=True, pretence=pretence_of(issues, staff, kept))
        import_issues(office, matters_of(issues, kept), wanted, _file("issues"), progress=progress)
        live_through(office, issues, deeds, staff, drawn_photo, progress)


def _note(office: Office, drawn: DemoDistrict, seed: int) -> None:
    """Keep what pages must state, and where later matters may lie."""
    named = drawn.landmarks[drawn.landmarks["kind"] == "place"]
    ground = Ground(drawn.areas, drawn.buildings, drawn.roads, drawn.greens, named)
    places = draw_places(generator(seed, 13), ground, drawn.staff, _KEPT_PLACES)
    with office.work() as work:
        work.session.add(Meta(name="notice", value=drawn.notice))
        work.session.add(Meta(name=META, value=str(seed)))
        work.session.add(Meta(name=PLACES, value=json.dumps(places, ensure_ascii=False)))
