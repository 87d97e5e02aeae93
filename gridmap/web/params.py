"""What routes take: query strings and bodies as typed models that refuse what they do not know."""

from __future__ import annotations

import base64
import binascii
import math
import re
from datetime import UTC, datetime
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from gridmap.domain.codes import LEVELS
from gridmap.domain.issues import DONE_WITH, OPEN, PAUSED, RUNNING, STATUSES, WAITING
from gridmap.domain.landmarks import KINDS as KINDS_OF_LANDMARKS
from gridmap.domain.scope import KINDS
from gridmap.errors import InvalidInputError
from gridmap.geo.crs import DATUMS
from gridmap.geo.locate import BBox

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
TEXT = r"^[^\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F]*$"
"""What `check_text` lets through, as a pattern of JSON Schema."""
_NUMBER = r"-?[0-9]{1,3}(?:\.[0-9]{1,30})?(?:[eE]-?[0-9]{1,3})?"
_BBOX = re.compile(rf"{_NUMBER}(?:,{_NUMBER}){{3}}", re.ASCII)
_EARLIEST, _LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def _written_out(value: object) -> object:
    # pydantic would take 2026 as seconds since 1970.
    if isinstance(value, datetime) or (isinstance(value, str) and "-" in value[1:8]):
        return value
    raise PydanticCustomError("datetime_type", "ISO 8601 with a zone is taken")


BBoxText = Annotated[
    str,
    Field(
        max_length=200,
        description="west,south,east,north in WGS84 degrees",
        json_schema_extra={"pattern": f"^{_BBOX.pattern}$"},
    ),
]
_BREAK = r"[0-9]{1,9}(?:\.[0-9]{1,6})?"
_BREAKS = re.compile(rf"{_BREAK}(?:,{_BREAK}){{0,8}}", re.ASCII)
BreaksText = Annotated[
    str,
    Field(
        max_length=200,
        description="Lower bounds of the classes, rising, comma between; none: those that fit the view",
        json_schema_extra={"pattern": f"^{_BREAKS.pattern}$"},
    ),
]
Datum = Annotated[str, Field(max_length=20, json_schema_extra={"enum": list(DATUMS)})]
Moment = Annotated[AwareDatetime, BeforeValidator(_written_out), Field(ge=_EARLIEST, le=_LATEST)]
_LON, _LAT = {"minimum": -180, "maximum": 180}, {"minimum": -90, "maximum": 90}
"""Documented as they are checked by geo/crs, whose words say more than “too large”."""
Lon = Annotated[float, Field(strict=True, allow_inf_nan=False, json_schema_extra=_LON)]
Lat = Annotated[float, Field(strict=True, allow_inf_nan=False, json_schema_extra=_LAT)]
Code = Annotated[str, Field(min_length=1, max_length=64)]
Cursor = Annotated[
    str,
    Field(
        max_length=200,
        description="From the answer before: `next`",
        json_schema_extra={"pattern": "^[A-Za-z0-9_=-]*$"},
    ),
]
GROUPS = {"open": OPEN, "waiting": WAITING, "running": RUNNING, "done": (*DONE_WITH, PAUSED)}
"""Words for several states at once; `waiting`, `handling` and `done` are the classes open matters are counted in."""
_STATUS = f"(?:{'|'.join((*STATUSES, *GROUPS, 'triage'))})"
StatusText = Annotated[
    str,
    Field(
        max_length=200,
        description=f"Some of {', '.join(STATUSES)}, triage; or a group: "
        + "; ".join(f"{word} ({', '.join(group)})" for word, group in GROUPS.items())
        + "; comma between",
        json_schema_extra={"pattern": f"^{_STATUS}(?:,{_STATUS})*$"},
    ),
]
_KIND = f"(?:{'|'.join(KINDS_OF_LANDMARKS)})"
LandmarkKinds = Annotated[
    str,
    Field(
        max_length=100,
        description=f"Some of {', '.join(KINDS_OF_LANDMARKS)}; comma between",
        json_schema_extra={"pattern": f"^{_KIND}(?:,{_KIND})*$"},
    ),
]
Key = Annotated[int, Field(ge=1, le=2**53)]


class Strict(BaseModel):
    """Refuses what it does not know, and characters that no text has."""

    model_config = ConfigDict(extra="forbid")
    _plain_schema: ClassVar[dict[str, Any]]

    @classmethod
    def model_json_schema(cls, *args: Any, **options: Any) -> dict[str, Any]:
        """The schema, worked out once where nothing special is asked: it is looked at in every request."""
        if args or options:
            return super().model_json_schema(*args, **options)
        if "_plain_schema" not in cls.__dict__:
            cls._plain_schema = super().model_json_schema()
        return cls._plain_schema

    @model_validator(mode="after")
    def _has_only_text(self) -> Self:
        for name in self.model_fields_set:
            check_text(getattr(self, name), name)
        return self


def check_text(value: object, field: str) -> None:
    """Raises InvalidInputError `control_character` for text with one other than tab and line ends.

    PostgreSQL cannot keep NUL at all, and the others are of use to nobody but a forger of logs.
    """
    if isinstance(value, list | tuple):
        for part in value:
            check_text(part, field)
    if isinstance(value, str) and _CONTROL.search(value):
        raise InvalidInputError("control_character", field=field)


class LanguageQuery(Strict):
    """What every GET may carry."""

    lang: str | None = Field(None, max_length=10, description="zh-CN or en, for texts in the answer")


class StateQuery(LanguageQuery):
    """Narrows matters to be counted."""

    area: Code | None = None
    status: StatusText | None = None
    category: str | None = Field(
        None, max_length=500, description="Keys or unique short codes, comma between"
    )
    since: Moment | None = Field(None, description="Reported then or later")
    until: Moment | None = Field(None, description="Reported before")
    mine: bool | None = None
    due: Literal["late", "today", "later", "in_time", "warning", "very_late"] | None = Field(
        None,
        description="Where the clock runs: late now, until the local day ends, after or never; or not late;"
        " a quarter of its limit left; its limit used up twice",
    )


class CountQuery(StateQuery):
    """Narrows matters, and says by which areas they are counted."""

    by: Literal["grid", "community", "street", "district"] = "grid"


class HouseholdsQuery(LanguageQuery):
    """By which areas households are counted."""

    by: Literal["grid", "community", "street", "district"] = "grid"


class ShareQuery(StateQuery):
    """Which areas are shaded by which figure of the matters counted, in which classes, and what is seen first."""

    level: Literal["grid", "community", "street", "district"] = "grid"
    measure: Literal["open", "late", "rate", "discontent"] = Field(
        "open",
        description="Open matters, overdue ones, open ones per 100 households, or 不满意 per 100 ratings of 90 days",
    )
    breaks: BreaksText | None = Field(
        None, description="Upper bounds of the classes above zero, rising, at most five; none: those that fit"
    )
    steps: str | None = Field(
        None, pattern="^[1-5]{1,5}$", description="How dark each of these classes is, 1 to 5"
    )
    method: Literal["fisher_jenks", "quantile"] = Field("quantile", description="How `breaks` were cut")
    bbox: BBoxText | None = None


class IssueQuery(StateQuery):
    """Narrows a list of matters, and says in which order."""

    bbox: BBoxText | None = None
    q: str | None = Field(None, max_length=64, description="Part of the number")
    order: Literal["newest", "urgency"] = Field(
        "newest", description="urgency: first due first, those without a deadline last"
    )
    limit: int = Field(100, ge=1, le=1000)
    cursor: Cursor | None = None


class AreaQuery(LanguageQuery):
    """Narrows a list of areas."""

    q: str | None = Field(None, max_length=64, description="Part of the name or code")

    level: str | None = Field(None, json_schema_extra={"enum": list(LEVELS)}, max_length=20)
    parent: Code | None = None
    under: Code | None = None
    bbox: BBoxText | None = None
    geometry: bool = True
    limit: int = Field(200, ge=1, le=5000)
    cursor: Cursor | None = None


class BuildingQuery(LanguageQuery):
    """Narrows a list of buildings."""

    q: str | None = Field(None, max_length=64, description="Part of the name, address or code")
    bbox: BBoxText | None = None
    limit: int = Field(1000, ge=1, le=5000)
    cursor: Cursor | None = None


class LandmarkQuery(LanguageQuery):
    """Narrows a list of landmarks."""

    bbox: BBoxText | None = None
    kind: LandmarkKinds | None = None
    zoom: float | None = Field(
        None, ge=0, le=24, allow_inf_nan=False, description="Of the map they are drawn on; none: everything"
    )
    limit: int = Field(1000, ge=1, le=5000)
    cursor: Cursor | None = None


class WarmQuery(StateQuery):
    """Open matters as they stand or stood, by ground or by households."""

    at: Moment | None = Field(None, description="As they stood then, at most 30 days ago; none: now")
    per: Literal["km2", "households"] = Field("km2", description="Per km², or per 1,000 households")
    weight: Literal["none", "urgent"] = Field(
        "none", description="urgent: 1 each, 1 more for limits in urgent hours, 2 more if late"
    )


class HeatQuery(WarmQuery):
    """What the heat is of."""

    bbox: BBoxText
    zoom: float = Field(13, ge=0, le=24, allow_inf_nan=False)
    breaks: BreaksText | None = None


class HeatPastQuery(StateQuery):
    """What is counted back over 30 days."""

    bbox: BBoxText
    step: Literal["day", "6h"] = Field("day", description="Local midnights, or every sixth hour")


class LocateQuery(LanguageQuery):
    """A coordinate as a device gives it."""

    lon: float = Field(allow_inf_nan=False, json_schema_extra=_LON)
    lat: float = Field(allow_inf_nan=False, json_schema_extra=_LAT)
    accuracy_m: float | None = Field(None, ge=0, allow_inf_nan=False, description="95 % radius in metres")
    datum: Datum = "wgs84"


class PageQuery(LanguageQuery):
    """A page of a plain list."""

    limit: int = Field(200, ge=1, le=1000)
    cursor: Cursor | None = None


class NumberPath(Strict):
    """A matter."""

    number: str = Field(max_length=64)


class ActionPath(NumberPath):
    """An action on a matter."""

    name: str = Field(max_length=40)


class PhotoPath(NumberPath):
    """A photo of a matter."""

    photo_id: Key


class CodePath(Strict):
    """An area."""

    code: str = Field(max_length=64)


class TokenPath(Strict):
    """A token of one's own."""

    token_id: Key


class UserPath(Strict):
    """An account."""

    username: str = Field(max_length=100)


class PlaceBody(Strict):
    """A coordinate as it is sent."""

    lon: Lon
    lat: Lat
    datum: Datum = "wgs84"
    accuracy_m: Annotated[float, Field(ge=0, strict=True, allow_inf_nan=False)] | None = None


class IssueBody(PlaceBody):
    """A report."""

    client_id: UUID | None = Field(None, description="Drawn by the sender: makes sending twice safe")
    category: str = Field(min_length=1, max_length=120)
    description: str = Field("", max_length=4000)
    occurred_at: Moment | None = None
    unsure: bool = Field(
        False,
        strict=True,
        description="The sender cannot say which of the cells around it is: it goes to triage",
    )


class ManyActionBody(Strict):
    """What an action needs; each reads only what it names."""

    client_id: UUID | None = None
    lon: Lon | None = None
    lat: Lat | None = None
    datum: Datum = "wgs84"
    accuracy_m: Annotated[float, Field(ge=0, strict=True, allow_inf_nan=False)] | None = None
    category: str | None = Field(None, max_length=120)
    cell: Code | None = None
    unit: Code | None = None
    words: str | None = Field(None, max_length=4000)
    words_id: Key | None = None
    until: datetime | None = Field(None, description="A new deadline; needs a zone")
    into: str | None = Field(
        None, max_length=64, description="The number of the matter this one is merged into"
    )
    person: Code | None = Field(None, description="A staff number")
    solved: int | None = Field(None, ge=0, le=2, description="2 solved, 1 partly, 0 not")
    satisfaction: int | None = Field(None, ge=0, le=2, description="2 content, 1 fairly, 0 not")
    units: (
        list[Annotated[str, Field(min_length=1, max_length=64, json_schema_extra={"pattern": TEXT})]] | None
    ) = Field(None, max_length=20, description="The units a whistle calls")
    kind: str | None = Field(None, max_length=12, description="The kind of a whistle")
    level: int | None = Field(None, ge=1, le=4, description="The level of a whistle")


class ActionBody(ManyActionBody):
    """What an action on one matter needs, and how much of the matter its sender has seen."""

    seen: int | None = Field(
        None,
        ge=1,
        le=2**31 - 1,
        description="The `seq` of the last event one has seen: 409 `changed_meanwhile` where somebody else decided something since",
    )


class AccountBody(Strict):
    """A new account; it gets a one-time code."""

    username: str = Field(min_length=2, max_length=100)
    kind: str = Field(max_length=20, json_schema_extra={"enum": list(KINDS)})
    area: Code | None = None
    unit: Code | None = None
    name: str | None = Field(
        None, max_length=40, description="What others are told it is called; null: what kind of account it is"
    )


class TokenBody(Strict):
    """A new token."""

    label: str = Field("", max_length=100)
    days: int | None = Field(None, ge=1, le=3650)


def parse_bbox(text: str | None) -> BBox | None:
    """west,south,east,north as numbers; None for none. Raises InvalidInputError `bbox_invalid`."""
    if text is None:
        return None
    values = [float(part) for part in text.split(",")] if _BBOX.fullmatch(text) else []
    is_box = len(values) == 4 and all(math.isfinite(v) for v in values)
    if not (is_box and -180 <= values[0] <= values[2] <= 180 and -90 <= values[1] <= values[3] <= 90):
        raise InvalidInputError("bbox_invalid", bbox=text)
    return (values[0], values[1], values[2], values[3])


def parse_breaks(text: str | None) -> list[float] | None:
    """Rising numbers above 0; None for None. Raises InvalidInputError `breaks_invalid`."""
    if text is None:
        return None
    bounds = [float(part) for part in text.split(",")] if _BREAKS.fullmatch(text) else [0.0]
    if not all(low < high for low, high in pairwise([0.0, *bounds])):
        raise InvalidInputError("breaks_invalid", breaks=text)
    return bounds


def check_level(level: str | None) -> str | None:
    """`level` as it came. Raises InvalidInputError `level_unknown` for none of LEVELS."""
    if level is not None and level not in LEVELS:
        raise InvalidInputError("level_unknown", level=level, choices=list(LEVELS))
    return level


def parse_statuses(text: str | None) -> tuple[tuple[str, ...] | None, bool | None]:
    """States and whether triage is meant, out of a comma list. Raises InvalidInputError `status_unknown`."""
    if text is None:
        return None, None
    statuses: list[str] = []
    triage = None
    for word in text.split(","):
        if word in GROUPS:
            statuses += GROUPS[word]
        elif word == "triage":
            triage = True
        elif word in STATUSES:
            statuses.append(word)
        else:
            raise InvalidInputError("status_unknown", status=word, choices=[*STATUSES, *GROUPS, "triage"])
    return (tuple(dict.fromkeys(statuses)) or None), triage


def write_cursor(value: Any) -> str:
    """An opaque cursor."""
    return base64.urlsafe_b64encode(str(value).encode()).decode().rstrip("=")


def read_cursor(text: str | None) -> str | None:
    """What a cursor holds; None for none. Raises InvalidInputError `cursor_invalid`."""
    if text is None:
        return None
    try:
        held = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        raise InvalidInputError("cursor_invalid") from None
    if not held.isprintable():
        raise InvalidInputError("cursor_invalid")
    return held


def read_number_cursor(text: str | None) -> int | None:
    """A cursor that holds a row's key. Raises InvalidInputError `cursor_invalid`."""
    held = read_cursor(text)
    if held is None:
        return None
    if not (held.isascii() and held.isdigit() and len(held) < 18):
        raise InvalidInputError("cursor_invalid")
    return int(held)


def write_urgency_cursor(due_at: datetime | None, key: int) -> str:
    """An opaque cursor that holds a place in the order of deadlines."""
    return write_cursor(f"{due_at.isoformat() if due_at else ''},{key}")


def read_urgency_cursor(text: str | None) -> tuple[datetime | None, int] | None:
    """The moment (None: no deadline) and the row's key a cursor holds. Raises InvalidInputError `cursor_invalid`."""
    held = read_cursor(text)
    if held is None:
        return None
    moment, _, key = held.partition(",")
    try:
        due_at = datetime.fromisoformat(moment) if moment else None
    except ValueError:
        raise InvalidInputError("cursor_invalid") from None
    is_key = key.isascii() and key.isdigit() and len(key) < 18
    if not is_key or (due_at is not None and not (due_at.tzinfo and _EARLIEST <= due_at <= _LATEST)):
        raise InvalidInputError("cursor_invalid")
    return due_at, int(key)


def iso(moment: datetime | None) -> str | None:
    """A moment as ISO 8601 in UTC with Z; None for none."""
    return None if moment is None else moment.isoformat(timespec="seconds").replace("+00:00", "Z")
