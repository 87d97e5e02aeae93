"""One frozen, typed Settings from GRIDMAP_* in the environment, read once."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

LANGUAGES = ("zh-CN", "en")
DEFAULT_DATA_DIR = "gridmap-data"
_SECRET_TRIES = 20
_ANY = 1 << 31
_BETWEEN = {
    "login_tries": (1, _ANY),
    "login_lock_minutes": (1, _ANY),
    "login_address_minutes": (1, _ANY),
    "login_address_tries": (0, _ANY),
    "trusted_proxies": (0, _ANY),
    "writes_per_minute": (0, _ANY),
    "session_minutes": (1, _ANY),
    "session_hours": (1, _ANY),
    "password_length": (8, 64),
    "password_kinds": (1, 4),
    "password_history": (0, 24),
    "password_days": (0, _ANY),
    "door_per_address": (0, _ANY),
    "door_per_cell": (0, _ANY),
    "contact_days": (1, 180),
    "recheck_percent": (0, 100),
    "min_cases": (1, _ANY),
}
"""The least and the most of numbers that bound something."""
MIN_SECRET = 12


@dataclass(frozen=True)
class Settings:
    """How this installation runs. Every field is one environment variable, `GRIDMAP_` + its name in capitals.

    `database_url` names the engine: `sqlite:///FILE` (SpatiaLite) or `postgresql+psycopg://…` (PostGIS).
    `timezone` is the zone of “today” and of file times that name none; everything is stored in UTC.
    `public_url` is where people reach it, for the QR code that phones read; empty: not said.
    `background`: whether `serve` has the background work done beside it; no, where `gridmap work` runs by itself.
    `wall_scenes` is the round of a wall's scenes, as domain/scenes reads it; empty: it stands still.
    `acceptance` names the sources whose matters wait for somebody to accept them, commas between; `recheck_percent`
    of what was closed in a month is looked at again (0: nothing).
    `door` says whether residents may report without an account (on, off): so many an hour from one address and a
    day from one cell (0: any number); how to reach them is forgotten `contact_days` after their matter ended.
    `min_cases` is the smallest base of a figure that is told about a person.
    `base_maps` is the file that declares base maps (files/basemaps); empty: none, and nothing is fetched.
    `channels` is the file that declares the ways notices go out (channels/declared); empty: none, nothing is sent.
    """

    database_url: str = field(repr=False)
    data_dir: Path
    secret_key: str = field(repr=False)
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = ""
    timezone: str = "Asia/Shanghai"
    language: str = ""
    workers: int = 2
    stream_limit: int = 500
    stream_days: int = 7
    session_minutes: int = 30
    session_hours: int = 12
    secure_cookies: bool = False
    max_body_mb: int = 12
    wait_seconds: int = 10
    request_seconds: int = 20
    login_tries: int = 5
    login_lock_minutes: int = 30
    login_address_tries: int = 60
    login_address_minutes: int = 15
    trusted_proxies: int = 0
    writes_per_minute: int = 60
    password_length: int = 10
    password_kinds: int = 3
    password_history: int = 5
    password_days: int = 90
    one_time_days: int = 14
    background: bool = True
    wall_scenes: str = ""
    acceptance: str = "resident"
    recheck_percent: int = 5
    door: str = "on"
    door_per_address: int = 20
    door_per_cell: int = 100
    contact_days: int = 30
    min_cases: int = 10
    base_maps: str = ""
    channels: str = ""

    @property
    def zone(self) -> ZoneInfo:
        """The time zone as an object."""
        return ZoneInfo(self.timezone)

    @property
    def attempt_minutes(self) -> int:
        """How long tries at signing in are of use."""
        return max(self.login_lock_minutes, self.login_address_minutes)


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from `environ` (default: the process's environment).

    Where no GRIDMAP_SECRET_KEY is given, one is drawn once and kept, readable by its owner only, in
    the data directory; there is no built-in key. Raises ValueError naming the variable that cannot be
    read, or the key's file where it is empty.
    """
    env = os.environ if environ is None else environ
    data_dir = Path(env.get("GRIDMAP_DATA_DIR") or DEFAULT_DATA_DIR).absolute()
    given: dict[str, object] = {}
    for name, declared in Settings.__dataclass_fields__.items():
        raw = env.get("GRIDMAP_" + name.upper(), "")
        if raw and name not in ("data_dir", "secret_key", "database_url"):
            given[name] = _parsed(name, str(declared.type), raw)
    settings = Settings(
        database_url=env.get("GRIDMAP_DATABASE_URL") or f"sqlite:///{data_dir / 'gridmap.db'}",
        data_dir=data_dir,
        secret_key=env.get("GRIDMAP_SECRET_KEY") or _kept_secret(data_dir),
        **given,  # type: ignore[arg-type]
    )
    _check(settings)
    return settings


def _parsed(name: str, kind: str, raw: str) -> object:
    try:
        if kind == "int":
            return int(raw)
        if kind == "bool":
            return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[
                raw.lower()
            ]
    except (ValueError, KeyError):
        raise ValueError(
            f"GRIDMAP_{name.upper()}={raw!r} is not {'a number' if kind == 'int' else 'yes or no'}"
        ) from None
    return raw


def _check(settings: Settings) -> None:
    try:
        settings.zone  # noqa: B018
    except (KeyError, ValueError, OSError):
        raise ValueError(f"GRIDMAP_TIMEZONE={settings.timezone!r} is not a time zone") from None
    for name, (least, most) in _BETWEEN.items():
        if not least <= getattr(settings, name) <= most:
            rest = f"to {most}" if most < _ANY else "or more"
            raise ValueError(f"GRIDMAP_{name.upper()} must be {least} {rest}")
    if settings.public_url and not settings.public_url.startswith(("http://", "https://")):
        raise ValueError("GRIDMAP_PUBLIC_URL must begin with http:// or https://")
    if len(settings.secret_key) < MIN_SECRET:
        raise ValueError(f"GRIDMAP_SECRET_KEY has fewer than {MIN_SECRET} characters")
    if settings.door not in ("on", "off"):
        raise ValueError(f"GRIDMAP_DOOR={settings.door!r} is neither on nor off")
    if settings.language not in ("", *LANGUAGES):
        raise ValueError(f"GRIDMAP_LANGUAGE={settings.language!r} is none of {', '.join(LANGUAGES)}")
    if not settings.database_url.startswith(("sqlite:", "postgresql")):
        raise ValueError("GRIDMAP_DATABASE_URL must begin with sqlite:/// or postgresql+psycopg://")


def _kept_secret(data_dir: Path) -> str:
    file = data_dir / "secret_key"
    if not file.exists():
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        _draw_secret(file)
    for _ in range(_SECRET_TRIES):
        if kept := file.read_text(encoding="ascii").strip():
            return kept
        time.sleep(0.05)  # another process is between making the file and writing it
    raise ValueError(f"{file} is empty: remove it, and a new key is drawn")


def _draw_secret(file: Path) -> None:
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write(secrets.token_urlsafe(48))
