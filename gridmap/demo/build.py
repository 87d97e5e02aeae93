"""Put the demo district into an empty store, through the same doors as any real one."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
from sqlalchemy import func, or_, select, update

from gridmap.actions import accounts, auditing
from gridmap.actions.accounts import NewAccount
from gridmap.actions.handling import Act, act_on
from gridmap.actions.importing import ImportFile, Progress
from gridmap.actions.importing_areas import AreaImport, import_areas
from gridmap.actions.importing_buildings import import_buildings
from gridmap.actions.importing_issues import IssueImport, import_issues
from gridmap.actions.importing_staff import import_staff
from gridmap.actions.office import Office
from gridmap.actions.signing_in import SignInRules, actor_of, hash_password
from gridmap.db.models import Account, Area, Issue, Meta, Person
from gridmap.demo.district import DemoDistrict, draw_district
from gridmap.domain.codes import LEVELS
from gridmap.domain.issues import OPEN
from gridmap.domain.scope import Actor
from gridmap.errors import ConflictError
from gridmap.files.matters import Matters
from gridmap.files.people import read_staff_rows

DEMO_PASSWORD = "Shili-2026"  # noqa: S105  (the demo's, and it says so; nothing else has a default password)
DISTRICT = "990001"
META = "demo"


@dataclass(frozen=True)
class DemoSignIn:
    """One ready sign-in of the demo: user name, and who that is in both languages."""

    username: str
    title: str
    title_en: str


def build_demo(office: Office, rules: SignInRules, seed: int, progress: Progress) -> list[DemoSignIn]:
    """Draw the district and take it in, once; commits. The ready sign-ins, all with DEMO_PASSWORD.

    A store that has the demo already is left as it is. Raises ConflictError `demo_needs_empty` where
    it holds anything else.
    """
    ready = _already_there(office)
    if ready is not None:
        return ready
    progress("draw", 0, 1)
    drawn = draw_district(seed, "small", office.clock())
    progress("draw", 1, 1)
    _take_in(office, rules, drawn, progress)
    signs = _open_accounts(office, rules, drawn)
    _handle_some(office)
    with office.work() as work:
        work.session.add(Meta(name="notice", value=drawn.notice))
        listed = [{**vars(sign), "password": DEMO_PASSWORD} for sign in signs]
        work.session.add(Meta(name="demo_accounts", value=json.dumps(listed, ensure_ascii=False)))
        work.session.add(Meta(name=META, value=str(seed)))
    auditing.seal(office)
    return signs


def _already_there(office: Office) -> list[DemoSignIn] | None:
    with office.database.reading() as session:
        told = session.scalar(select(Meta.value).where(Meta.name == "demo_accounts"))
        if told is not None:
            return [DemoSignIn(one["username"], one["title"], one["title_en"]) for one in json.loads(told)]
        if session.scalar(select(func.count()).select_from(Area)):
            raise ConflictError("demo_needs_empty")
    return None


def _take_in(office: Office, rules: SignInRules, drawn: DemoDistrict, progress: Progress) -> None:
    def file(name: str) -> ImportFile:
        return ImportFile(f"demo-{name}", hashlib.sha256(name.encode()).hexdigest())

    for level in LEVELS:
        part = drawn.areas[drawn.areas["level"] == level].drop(columns="level")
        import_areas(office, part, AreaImport(level), file(level))
    import_buildings(office, drawn.buildings, file("buildings"), progress=progress)
    table = drawn.staff.astype(object).where(drawn.staff.notna(), "").map(str)
    rows, findings = read_staff_rows(table, office.roles, office.zone, office.clock())
    import_staff(office, rows, file("staff"), rules, findings, progress=progress)
    wanted = IssueImport(source="demo", is_pretence=True)
    import_issues(office, _matters(drawn.issues), wanted, file("issues"), progress=progress)


def _matters(issues: pd.DataFrame) -> Matters:
    def moments(column: str) -> list[datetime | None]:
        return [None if pd.isna(value) else pd.Timestamp(value).to_pydatetime() for value in issues[column]]

    return Matters(
        external_id=issues["external_id"].map(str).tolist(),
        lon=issues["lon"].to_numpy(dtype=np.float64),
        lat=issues["lat"].to_numpy(dtype=np.float64),
        accuracy_m=[None if pd.isna(value) else float(value) for value in issues["accuracy_m"]],
        category=issues["category"].tolist(),
        description=issues["description"].tolist(),
        created_at=[moment for moment in moments("occurred_at") if moment is not None],
        closed_at=moments("closed_at"),
    )


def _open_accounts(office: Office, rules: SignInRules, drawn: DemoDistrict) -> list[DemoSignIn]:
    signs = [
        DemoSignIn("admin", "管理员", "Administrator"),
        DemoSignIn("zhongxin", "指挥中心坐席", "Command-centre seat"),
    ]
    for sign, kind in zip(signs, ("administrator", "seat"), strict=True):
        area = None if kind == "administrator" else DISTRICT
        accounts.add_account(
            office, None, NewAccount(sign.username, kind, area, password=DEMO_PASSWORD), rules
        )
    return signs + _staff_accounts(office, drawn)


_SHOWN = (
    ("district_head", "区负责人", "Head of the district"),
    ("street_head", "街道负责人", "Head of a street"),
    ("community_head", "社区负责人", "Head of a community"),
    ("leader", "网格长", "Grid leader"),
    ("sanitation", "环卫保洁人员", "Sanitation officer"),
)


def _staff_accounts(office: Office, drawn: DemoDistrict) -> list[DemoSignIn]:
    """One of the staff for each role, with the demo's password; the others keep their one-time codes."""
    signs = []
    names = dict(zip(drawn.areas["code"], drawn.areas["name"], strict=True))
    for role, title, title_en in _SHOWN:
        held = drawn.staff[drawn.staff["role"] == role]
        if held.empty:
            continue
        busiest = _busiest(office, set(held["staff_code"])) or held["staff_code"].iloc[0]
        areas = [names[code] for code in held[held["staff_code"] == busiest]["area"]]
        person = held[held["staff_code"] == busiest]["name"].iloc[0]
        said = f"{title} {person}（{areas[0]}{'等' if len(areas) > 1 else ''}）"
        signs.append(DemoSignIn(str(busiest), said, f"{title_en}, {person}, {areas[0]}"))
    hashed = hash_password(DEMO_PASSWORD)
    with office.work() as work:
        for sign in signs:
            known = update(Account).where(Account.username == sign.username)
            work.session.execute(
                known.values(password_hash=hashed, one_time_digest=None, one_time_until=None)
            )
    return signs


def _busiest(office: Office, codes: set[str]) -> str | None:
    """Whose name stands on the most open matters: there is something to see for them."""
    mine = or_(Issue.owner_id == Person.id, Issue.handler_id == Person.id)
    query = (
        select(Person.code, func.count())
        .join(Issue, mine)
        .where(Issue.status.in_(OPEN))
        .group_by(Person.code)
    )
    with office.database.reading() as session:
        counts = [(number, code) for code, number in session.execute(query) if code in codes]
    return max(counts, default=(0, None))[1]


def _handle_some(office: Office) -> None:
    """Have some of the open matters begun and some finished, oldest first, so that a map shows each state."""
    with office.database.reading() as session:
        query = select(Issue.number, Issue.reported_at).where(Issue.status == "reported")
        rows = list(session.execute(query.order_by(Issue.reported_at)))
        account = session.scalars(select(Account).where(Account.username == "zhongxin")).one()
        seat = actor_of(session, account, office.clock())
    for place, (number, reported) in enumerate(rows[: len(rows) * 3 // 5]):
        _act_then(office, seat, number, "start", reported + timedelta(minutes=20 + place * 7 % 200))
        if place % 6 == 0:
            _act_then(office, seat, number, "finish", reported + timedelta(minutes=300 + place * 11 % 400))


def _act_then(office: Office, seat: Actor, number: str, name: str, then: datetime) -> None:
    now = min(then, office.clock())
    act_on(replace(office, clock=lambda: now), seat, number, Act(name))
