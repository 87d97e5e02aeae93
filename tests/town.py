"""A town drawn by hand for tests: six square cells, two communities, staff with telling names.

    lon 103.80   103.81   103.82   103.83
        +--------+--------+--------+ 25.51
        |  C1    |  C2    |  C3    |          community 001 河滨: C1 C2 C4 C5
        +--------+--------+--------+ 25.50    community 002 东门: C3 C6
        |  C4    |  C5    |  C6    |
        +--------+--------+--------+ 25.49    outside: nothing

Leaders: C1 and C2 hers (Li Leads), C3 has none, C4 his (Wang Leads), C5 and C6 none. Community 001
has a sanitation officer (Sun Cleans) and a head (Head One); community 002 has neither, the street
has a head (Street Head); police sit at the street (Police Zhao).
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
from flask.testing import FlaskClient
from shapely import box

from gridmap.actions import accounts
from gridmap.actions.importing import ImportFile
from gridmap.actions.importing_areas import AreaImport, import_areas
from gridmap.actions.importing_staff import import_staff
from gridmap.actions.office import Office
from gridmap.actions.placing import Sent
from gridmap.actions.reporting import Report
from gridmap.actions.signing_in import SignInRules, actor_of
from gridmap.db import accounts as stored_accounts
from gridmap.db.models import Account
from gridmap.domain.scope import Actor
from gridmap.files.people import StaffRow
from gridmap.geo.crs import WGS84

DISTRICT, STREET = "990001", "990001001"
RIVERSIDE, EASTGATE = "990001001001", "990001001002"
C1, C2, C4, C5 = (f"{RIVERSIDE}00{n}" for n in (1, 2, 3, 4))
C3, C6 = (f"{EASTGATE}00{n}" for n in (1, 2))
PASSWORD = "Only-for-tests-1"
RULES = SignInRules()

CORNERS = {C1: (103.80, 25.50), C2: (103.81, 25.50), C3: (103.82, 25.50)}
CORNERS |= {C4: (103.80, 25.49), C5: (103.81, 25.49), C6: (103.82, 25.49)}
CENTRES = {code: (lon + 0.005, lat + 0.005) for code, (lon, lat) in CORNERS.items()}
RUBBISH = "GBT47678:matter:06010"
"""暴露垃圾: handled by sanitation."""
PARKING = "GBT47678:matter:09009"
"""机动车乱停放."""
OUTSIDE = (103.90, 25.60)


def square(code: str) -> object:
    """A cell's square."""
    lon, lat = CORNERS[code]
    return box(lon, lat, lon + 0.01, lat + 0.01)


def frame_of(rows: list[tuple[str, str, object]], parent: str | None = None) -> gpd.GeoDataFrame:
    """Rows (code, name, shape) as import_areas takes them."""
    columns = {"code": [r[0] for r in rows], "name": [r[1] for r in rows], "parent": [parent] * len(rows)}
    return gpd.GeoDataFrame(columns, geometry=[r[2] for r in rows], crs=WGS84)


def add_areas(office: Office, level: str, rows: list[tuple[str, str, object]], **wanted: object) -> object:
    """Take in areas of one level."""
    return import_areas(office, frame_of(rows), AreaImport(level, **wanted), ImportFile("town", "0"))  # type: ignore[arg-type]


def build_areas(office: Office) -> None:
    """The six cells and what is above them."""
    add_areas(office, "district", [(DISTRICT, "示例区", box(103.80, 25.49, 103.83, 25.51))])
    add_areas(office, "street", [(STREET, "白石街道", box(103.80, 25.49, 103.83, 25.51))])
    communities = [(RIVERSIDE, "河滨社区", box(103.80, 25.49, 103.82, 25.51))]
    communities.append((EASTGATE, "东门社区", box(103.82, 25.49, 103.83, 25.51)))
    add_areas(office, "community", communities)
    names = {C1: "河滨第1网格", C2: "河滨第2网格", C4: "河滨第3网格", C5: "河滨第4网格"}
    names |= {C3: "东门第1网格", C6: "东门第2网格"}
    add_areas(office, "grid", [(code, names[code], square(code)) for code in CORNERS])


STAFF = (
    ("li", "Li Leads", "leader", C1),
    ("li", "Li Leads", "leader", C2),
    ("wang", "Wang Leads", "leader", C4),
    ("sun", "Sun Cleans", "sanitation", RIVERSIDE),
    ("head1", "Head One", "community_head", RIVERSIDE),
    ("streethead", "Street Head", "street_head", STREET),
    ("zhao", "Police Zhao", "police", STREET),
    ("dong", "Dong Dynamic", "dynamic", C1),
)


def staff_rows(office: Office, staff: tuple[tuple[str, str, str, str], ...] = STAFF) -> list[StaffRow]:
    """Staff as import_staff takes it, in their posts since the clock's now."""
    since = office.clock()
    return [StaffRow(code, name, None, None, role, area, since, None) for code, name, role, area in staff]


def build_town(office: Office) -> None:
    """Areas, staff, and an account of each kind; every password is PASSWORD."""
    build_areas(office)
    import_staff(office, staff_rows(office), ImportFile("staff", "1"), RULES)
    for name, kind, area, unit in (
        ("admin", "administrator", None, None),
        ("seat", "seat", DISTRICT, None),
        ("seat2", "seat", EASTGATE, None),
        ("wall", "wall", DISTRICT, None),
        ("water", "department", None, "water"),
    ):
        accounts.add_account(office, None, accounts.NewAccount(name, kind, area, unit, PASSWORD), RULES)
    with office.work() as work:
        hashed = work.session.query(Account.password_hash).filter_by(username="admin").scalar()
        work.session.query(Account).filter(Account.password_hash.is_(None)).update(
            {"password_hash": hashed, "one_time_digest": None}
        )


def actor_named(office: Office, username: str) -> Actor:
    """Somebody of the town, as actions take them."""
    with office.database.reading() as session:
        account = stored_accounts.by_name(session, username)
        assert account is not None, username
        return actor_of(session, account, office.clock())


def report_at(
    lon: float, lat: float, *, category: str = RUBBISH, accuracy_m: float | None = None, **more: object
) -> Report:
    """A report at a place."""
    return Report(Sent(lon, lat, str(more.pop("datum", "wgs84")), accuracy_m), category, **more)  # type: ignore[arg-type]


def token_for(office: Office, username: str) -> str:
    """A bearer token of somebody."""
    return accounts.make_token_for(office, username, "test")


@dataclass
class Caller:
    """Somebody calling the API with a token."""

    client: FlaskClient
    token: str | None

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def get(self, path: str, **query: object) -> object:
        return self.client.get(f"/api/v1{path}", query_string=query, headers=self._headers())  # type: ignore[arg-type]

    def post(self, path: str, body: object = None) -> object:
        return self.client.post(
            f"/api/v1{path}", json=body if body is not None else {}, headers=self._headers()
        )

    def delete(self, path: str) -> object:
        return self.client.delete(f"/api/v1{path}", headers=self._headers())


def caller(app: object, office: Office, username: str | None) -> Caller:
    """Somebody of the town at the API; None: nobody."""
    return Caller(app.test_client(), token_for(office, username) if username else None)  # type: ignore[attr-defined]
