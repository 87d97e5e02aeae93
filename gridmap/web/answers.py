"""What routes answer, as schemas for the OpenAPI document; tests hold real answers against them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field


class ErrorDetail(BaseModel):
    """What went wrong: a stable code, a text in the reader's language, fields."""

    code: str
    message: str
    details: dict[str, Any]


class Error(BaseModel):
    """The one error shape."""

    error: ErrorDetail


class Geometry(BaseModel):
    """GeoJSON, lon/lat in WGS84."""

    type: str
    coordinates: list[Any]


class Named(BaseModel):
    """A person, by key."""

    id: int
    name: str | None


class CellRef(BaseModel):
    """One version of a cell."""

    code: str
    name: str
    version: int


class AreaRef(BaseModel):
    """An area."""

    code: str
    name: str
    level: str


class IssueProperties(BaseModel):
    """A matter as a list shows it; a wall's projection has fewer of these."""

    number: str
    status: str
    in_triage: bool
    category: str
    category_name: str
    reported_at: str
    cell: CellRef | None
    seq: int | None = Field(
        None, description="The number of the last event of its history: what an act sends as `seen`"
    )
    description: str | None = None
    occurred_at: str | None = None
    closed_at: str | None = None
    due_at: str | None = None
    stands_still: bool | None = Field(
        None, description="Its clock stands: suspended, handed back as done, or returned to the desk"
    )
    owner: Named | None = None
    handler: Named | None = None
    unit: str | None = None
    tier: int | None = Field(None, description="1 微事, 2 小事, 3 中事, 4 难事")
    stage: str | None = Field(
        None, description="The step that is due: accept, dispatch, handle, verify, close"
    )
    stage_due_at: str | None = None
    paused_at: str | None = None
    supervised_at: str | None = None
    merged_into: str | None = Field(None, description="The number of the matter that goes on in its place")
    accuracy_m: float | None = None
    source: str | None = None
    reported_by_me: bool | None = None


class IssueFeature(BaseModel):
    """A matter."""

    type: Literal["Feature"]
    id: str
    geometry: Geometry | None
    properties: IssueProperties


class IssueCollection(BaseModel):
    """Matters, in the order asked for; `next` is the cursor of the next page, null at the end."""

    type: Literal["FeatureCollection"]
    features: list[IssueFeature]
    next: str | None


class Candidate(BaseModel):
    """A cell the point could be in; code null is “none”."""

    code: str | None
    name: str | None
    share: float
    overlap: bool | None = None


class Nearest(BaseModel):
    """The nearest cell of a point outside every cell."""

    code: str
    name: str
    distance_m: float


class SentPlace(BaseModel):
    """A coordinate as it was sent."""

    lon: float
    lat: float
    datum: str
    accuracy_m: float | None


class Why(BaseModel):
    """Where a point lies, explained."""

    status: Literal["inside", "ambiguous", "near", "outside"]
    cell: CellRef | None
    margin_m: float | None
    candidates: list[Candidate]
    rule: str
    lon_lat_wgs84: list[float]
    sent: SentPlace
    nearest: Nearest | None
    swapped: CellRef | None = Field(None, description="Where it would lie with lon and lat exchanged; a hint")


class AreaProperties(BaseModel):
    """An area's current version; `open` is null where its matters are not the reader's to count."""

    code: str
    name: str
    level: str
    version: int
    valid_from: str
    area_m2: float
    parent: str | None
    label: list[float]
    open: int | None


class AreaFeature(BaseModel):
    """An area."""

    type: Literal["Feature"]
    id: str
    geometry: Geometry | None
    properties: AreaProperties


class AreaCollection(BaseModel):
    """Areas in the order of their codes."""

    type: Literal["FeatureCollection"]
    features: list[AreaFeature]
    next: str | None


class BuildingProperties(BaseModel):
    """What is known of a building; `chief` (楼栋长) and `households` in one's own area only."""

    code: str
    name: str
    address: str
    floors: int | None
    households: int | None
    chief: str | None
    cell: str | None


class BuildingFeature(BaseModel):
    """A building."""

    type: Literal["Feature"]
    id: int
    geometry: Geometry | None
    properties: BuildingProperties


class BuildingCollection(BaseModel):
    """Buildings by key."""

    type: Literal["FeatureCollection"]
    features: list[BuildingFeature]
    next: str | None


class LandmarkProperties(BaseModel):
    """What a landmark is (road, water, green, field, place), its class within the kind, its name; "" for none."""

    kind: str
    rank: str
    name: str


class LandmarkFeature(BaseModel):
    """A landmark."""

    type: Literal["Feature"]
    id: int
    geometry: Geometry
    properties: LandmarkProperties


class LandmarkCollection(BaseModel):
    """Landmarks by key."""

    type: Literal["FeatureCollection"]
    features: list[LandmarkFeature]
    next: str | None


class LimitAnswer(BaseModel):
    """How long a matter may take (处置时限); `text` says it in the reader's language."""

    amount: int
    unit: Literal["urgent_hours", "working_hours", "working_days", "calendar_days", "minutes"]
    text: str


class CategoryAnswer(BaseModel):
    """A category; `limit` null: its matters have no deadline; `also`: everyday words by which it is looked for.

    Not `in_force`: out of the tables by now, only there to name what was reported as one.
    """

    id: str
    code: str
    kind: str
    standard: str
    name: str
    group: str
    role: str | None
    role_name: str | None
    limit: LimitAnswer | None
    also: list[str]
    in_force: bool


class CategoryList(BaseModel):
    """Every category of every catalogue."""

    categories: list[CategoryAnswer]


class PostAnswer(BaseModel):
    """A post one holds."""

    role: str
    role_name: str
    area: AreaRef


class Me(BaseModel):
    """Who is asking."""

    username: str
    kind: str
    name: str
    person_id: int | None
    unit: str | None
    sees_everything: bool
    areas: list[AreaRef]
    posts: list[PostAnswer]
    language: str


class PhotoAnswer(BaseModel):
    """A photo that was kept."""

    id: int
    url: str
    thumbnail_url: str
    kind: str | None = Field(description="before, after, evidence; null where its sender did not say")


class AccountAnswer(BaseModel):
    """An account; `one_time_code` only in the answer that made it."""

    username: str
    kind: str
    area: str | None = None
    unit: str | None = None
    name: str | None = None
    active: bool = True
    one_time_code: str | None = None


class AccountList(BaseModel):
    """Accounts."""

    accounts: list[AccountAnswer]
    next: str | None


class TokenAnswer(BaseModel):
    """A token; `token` is its secret, only in the answer that made it."""

    id: int
    label: str
    created_at: str | None = None
    expires_at: str | None = None
    revoked_at: str | None = None
    token: str | None = None


class TokenList(BaseModel):
    """One's own tokens."""

    tokens: list[TokenAnswer]


class NoticeAnswer(BaseModel):
    """A notice; `title` says what happened, `about` to what, in the reader's language."""

    id: int
    kind: str
    title: str
    about: str
    number: str | None
    urgency: Literal["urgent", "usual", "quiet"]
    at: str
    read_at: str | None


class NoticeList(BaseModel):
    """One's own notices, newest first, and how many are unread in all."""

    notices: list[NoticeAnswer]
    unread: int


class NoticeLine(BaseModel):
    """Notices of one kind and day as one line: of one matter (`number`), or of `matters` many.

    `ids` are the keys of all it stands for; `opens` names the list of those matters: `/lists/NAME` leads there.
    """

    kind: str
    title: str
    about: str
    matters: int
    number: str | None
    opens: str
    urgency: Literal["urgent", "usual", "quiet"]
    at: str
    is_read: bool
    ids: list[int]


class NoticeLines(BaseModel):
    """One's own notices summed up, newest first; how many lines are unread, and the key of the newest notice."""

    lines: list[NoticeLine]
    unread: int
    until: int | None


class Unread(BaseModel):
    """How many notices are left unread."""

    unread: int


class AddressAnswer(BaseModel):
    """Where one is told beside the pages; `mark` is the SHA-256 of the address, of a browser `address` is its service."""

    id: int
    way: Literal["push", "wecom", "sms"]
    address: str
    mark: str
    since: str


class QuietAnswer(BaseModel):
    """Local times."""

    begins: str
    ends: str


class WayList(BaseModel):
    """Which ways are offered here, the key browsers subscribe with, quiet hours, and one's own addresses."""

    offered: list[str]
    push_key: str | None
    quiet: QuietAnswer | None
    addresses: list[AddressAnswer]


class LostNotice(BaseModel):
    """A notice that was not delivered, and why."""

    way: str
    kind: str
    tries: int
    fault: str
    at: str


class LostList(BaseModel):
    """What could not be delivered, newest first, and how many are still waiting."""

    lost: list[LostNotice]
    waiting: int


class Health(BaseModel):
    """Whether the store answers."""

    status: str
    version: str


class Done(BaseModel):
    """It was done."""

    status: str = Field(description="What holds now")


ERRORS: dict[int, Any] = {401: Error, 403: Error, 404: Error, 422: Error, 503: Error}
CHANGE_ERRORS: dict[int, Any] = {**ERRORS, 409: Error, 429: Error}
WRITE_ERRORS: dict[int, Any] = {**CHANGE_ERRORS, 400: Error, 413: Error, 415: Error}
