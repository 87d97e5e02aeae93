"""The ready sign-ins of a demo: one for each role, of people who have something to see."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from gridmap.actions import accounts
from gridmap.actions.accounts import NewAccount
from gridmap.actions.office import Office
from gridmap.actions.passwords import hash_password
from gridmap.actions.signing_in import SignInRules
from gridmap.db.models import Account, Issue, Meta, Person
from gridmap.demo.district import DemoDistrict
from gridmap.domain.issues import OPEN

DEMO_PASSWORD = "Shili-2026"  # noqa: S105  (the demo's, and it says so; nothing else has a default password)
SEAT, WALL, DEPARTMENT = "zhongxin", "daping", "chengguan"
SEAT_NAME = "区指挥中心一号坐席"
UNIT = "区城管执法大队"
DEPARTMENTS = (
    (DEPARTMENT, UNIT),
    ("shizheng", "区市政养护所"),
    ("shuiwu", "区供排水公司"),
    ("jianguan", "区市场监管局"),
)
"""The departments of the demo: user name, unit."""


@dataclass(frozen=True)
class DemoSignIn:
    """One ready sign-in: user name, who that is in both languages, and what it is for.

    `role` is a code of the role table, or the account's kind; `page` the one to start on; `hint` what
    there is to see.
    """

    username: str
    title: str
    title_en: str
    role: str = ""
    page: str = "/map"
    hint: str = ""
    hint_en: str = ""


_OFFICE = (
    DemoSignIn("admin", "管理员", "Administrator", "administrator", "/map", "全区与账号管理", "The district, and accounts"),
    DemoSignIn(SEAT, "指挥中心坐席", "Command-centre seat", "seat", "/map", "全区事件，受理与派遣", "All matters; accept and dispatch"),
    DemoSignIn(WALL, "指挥大屏", "Command-centre wall", "wall", "/wall", "无人值守的大屏", "A wall nobody touches"),
    DemoSignIn(DEPARTMENT, f"部门账号（{UNIT}）", "Department: urban management brigade", "department", "/map", "转来的事件", "Matters forwarded to the unit"),
)  # fmt: skip

_STAFF = (
    ("leader", "网格长", "Grid leader", "/map", "自己的网格，事件与人员", "Own cells, their matters and people"),
    ("urban_management", "城管执法人员", "Urban management officer", "/field", "现场上报与处置", "Report and handle in the field"),
    ("dynamic", "动态网格员", "Dynamic grid member", "/field", "随手上报", "Report what one sees"),
    ("community_head", "社区负责人", "Head of a community", "/map", "一个社区", "One community"),
    ("street_head", "街道负责人", "Head of a street", "/map", "一个街道", "One street"),
    ("district_head", "区负责人", "Head of the district", "/map", "全区", "The whole district"),
)  # fmt: skip


def open_office_accounts(office: Office, rules: SignInRules, district: str) -> None:
    """Make the accounts that are nobody's of the staff; commits each."""
    for sign in _OFFICE:
        unit = UNIT if sign.role == "department" else None
        area = district if sign.role in ("seat", "wall") else None
        name = SEAT_NAME if sign.role == "seat" else None
        new = NewAccount(sign.username, sign.role, area, unit, DEMO_PASSWORD, name)
        accounts.add_account(office, None, new, rules)
    for name, unit in DEPARTMENTS[1:]:
        accounts.add_account(office, None, NewAccount(name, "department", None, unit, DEMO_PASSWORD), rules)


def open_staff_accounts(office: Office, drawn: DemoDistrict) -> list[DemoSignIn]:
    """All ready sign-ins; those of the staff get the demo's password, everybody else keeps a one-time code. Commits."""
    signs = [*_staff_signs(office, drawn), *_OFFICE]
    hashed, names = hash_password(DEMO_PASSWORD), [sign.username for sign in signs]
    with office.work() as work:
        known = update(Account).where(Account.username.in_(names), Account.kind == "staff")
        work.session.execute(known.values(password_hash=hashed, one_time_digest=None, one_time_until=None))
        listed = [{**vars(sign), "password": DEMO_PASSWORD} for sign in signs]
        work.session.add(Meta(name="demo_accounts", value=json.dumps(listed, ensure_ascii=False)))
    return signs


def known_signs(session: Session) -> list[DemoSignIn] | None:
    """The ready sign-ins of the demo that is there; None where none is."""
    told = session.scalar(select(Meta.value).where(Meta.name == "demo_accounts"))
    if told is None:
        return None
    fields = DemoSignIn.__dataclass_fields__
    return [DemoSignIn(**{k: v for k, v in one.items() if k in fields}) for one in json.loads(told)]


def _staff_signs(office: Office, drawn: DemoDistrict) -> Iterator[DemoSignIn]:
    """Of each role whoever has most to do, around the leader chosen first: their cell, community, street."""
    busy = _busy(office)
    names = dict(zip(drawn.areas["code"], drawn.areas["name"], strict=True))
    around = ""
    for role, title, title_en, page, hint, hint_en in _STAFF:
        held = drawn.staff[drawn.staff["role"] == role]
        code = _chosen(held, busy, around)
        if code is None:
            continue
        mine = held[held["staff_code"] == code]
        around = around or str(mine["area"].iloc[0])
        places = [names[area] for area in mine["area"]]
        person, place = str(mine["name"].iloc[0]), places[0] + ("等" if len(places) > 1 else "")
        yield DemoSignIn(
            code,
            f"{title} {person}（{place}）",
            f"{title_en}, {person}, {places[0]}",
            role,
            page,
            hint,
            hint_en,
        )


def _chosen(held: pd.DataFrame, busy: Counter[str], around: str) -> str | None:
    """The busiest of the holders: of those with several areas where nobody is chosen yet, else of the nearest."""
    if held.empty:
        return None
    if not around:
        posts = held["staff_code"].value_counts()
        several = set(posts[posts > 1].index) or set(posts.index)
        return str(max(several, key=lambda code: (busy[code], code)))
    near = [len(_shared(area, around)) for area in held["area"]]
    nearest = set(held["staff_code"][[shared == max(near) for shared in near]])
    return str(max(nearest, key=lambda code: (busy[code], code)))


def _shared(code: str, other: str) -> str:
    """What two areas' codes begin with alike, by whole levels."""
    return next((code[:cut] for cut in (15, 12, 9, 6) if code[:cut] == other[:cut]), "")


def _busy(office: Office) -> Counter[str]:
    """On how many open matters each person's name stands, by staff number; reported ones count too."""
    mine = or_(Issue.owner_id == Person.id, Issue.handler_id == Person.id)
    query = select(Person.code, func.count()).join(Issue, mine).where(Issue.status.in_(OPEN))
    reported = (
        select(Person.code, func.count())
        .join(Account, Account.person_id == Person.id)
        .join(Issue, Issue.account_id == Account.id)
        .where(Issue.status.in_(OPEN))
    )
    with office.database.reading() as session:
        counts = Counter[str]()
        for asked in (query, reported):
            counts.update({code: number for code, number in session.execute(asked.group_by(Person.code))})
    return counts
