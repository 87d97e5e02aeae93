"""Fixtures: both engines side by side, a clock that stands still, a small town drawn by hand."""

from __future__ import annotations

import gc
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from argon2 import PasswordHasher
from flask import Flask
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import Connection, Dialect, Engine, create_engine, text
from werkzeug.routing import Rule

from gridmap.actions import passwords
from gridmap.actions.office import Office
from gridmap.actions.signing_in import SignInRules
from gridmap.app import initialise
from gridmap.config import Settings, read_settings
from gridmap.db import engine as stores
from gridmap.db.engine import Database
from gridmap.files.tables import (
    load_deadlines,
    load_door_choices,
    load_notices,
    load_roles,
    load_whistles,
    load_workflow,
)
from gridmap.geo.crs import WGS84
from gridmap.web import door
from tests.town import build_town

MEMORY, ROOM = Path("/dev/shm"), 2 * 10**9


def _is_roomy(folder: Path) -> bool:
    """Whether tests find room there, and what they install there runs (in a container it may do neither)."""
    if not os.access(folder, os.W_OK):
        return False
    return shutil.disk_usage(folder).free > ROOM and not os.statvfs(folder).f_flag & os.ST_NOEXEC


if "TMPDIR" not in os.environ and _is_roomy(MEMORY):
    # A database for each test is written, read once and thrown away: on a disk that costs several times the work.
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


# How long an example takes is the machine's affair, and says nothing where others are at work on it.
settings.register_profile("tests", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tests")


def pytest_collection_finish() -> None:
    """Libraries and tests stay until the end: looking for cycles among them again and again took a fifth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(2000, 10, 100)


ENGINES = ("spatialite", "postgis")
START = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)


class Clock:
    """Stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


def free_port() -> int:
    """A TCP port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


POSTGIS = sorted(file.stem for file in Path("/usr/lib/postgresql").glob("*/lib/postgis-[0-9]*.so"))
# Each test connects anew, to a database of its own: PostGIS is loaded once, and nothing tidies up behind them.
OPTIONS = [
    f"shared_preload_libraries={''.join(POSTGIS[-1:])}",
    "autovacuum=off",
    "full_page_writes=off",
    "jit=off",
]
OPTIONS += ["max_wal_size=128MB"]  # it may lie in memory


VIRTUALENV = ["sh", "-c", 'exec 3>&1 >/dev/null; exec pg_virtualenv -t "$@"', "sh"]
"""What it says itself when it tidies up is for nobody: where those who began it are gone, that would stop it half way."""


class PostgresServer:
    """A throw-away cluster by Debian's pg_virtualenv; gone when its standard input closes."""

    def __init__(self) -> None:
        script = 'echo "READY $PGHOST $PGPORT $PGUSER $PGPASSWORD" >&3; exec cat'
        options = [word for option in OPTIONS for word in ("-o", option)]
        # -t and a port of its own: several test sessions may run at once, also for root.
        self._process = subprocess.Popen(
            [*VIRTUALENV, *options, "sh", "-c", script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PGPORT": str(free_port())},
        )
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("READY"):
                _, host, port, user, password = line.split()
                self._base = f"postgresql+psycopg://{user}:{password}@{host}:{port}"
                self._admin = create_engine(f"{self._base}/postgres", isolation_level="AUTOCOMMIT")
                self._made = 0
                return
        raise RuntimeError("pg_virtualenv did not start a cluster")

    def run(self, *statements: str) -> None:
        with self._admin.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))

    def empty(self) -> str:
        """The URL of a new, empty database."""
        self._made += 1
        name = f"test_{self._made}"
        self.run(f"CREATE DATABASE {name}")
        return f"{self._base}/{name}"

    def copy_of(self, url: str) -> str:
        """The URL of a new database with all of another one."""
        self._made += 1
        name = f"test_{self._made}"
        # Files are copied, not logged block by block: half the time where nothing needs to outlive a crash.
        self.run(f"CREATE DATABASE {name} TEMPLATE {url.rsplit('/', 1)[1]} STRATEGY FILE_COPY")
        return f"{self._base}/{name}"

    def lighten(self, url: str) -> None:
        """Leave out the registry's reference systems but our own: more than a third of what each copy would copy."""
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"DELETE FROM spatial_ref_sys WHERE srid <> {WGS84}"))
            connection.execute(text("VACUUM FULL spatial_ref_sys"))
        engine.dispose()

    def drop(self, url: str) -> None:
        self.run(f"DROP DATABASE IF EXISTS {url.rsplit('/', 1)[1]} WITH (FORCE)")

    def stop(self) -> None:
        self._admin.dispose()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.read()
        self._process.wait(60)
        self._process.stdout.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    server = PostgresServer()
    yield server
    server.stop()


ZONE = ZoneInfo("Asia/Shanghai")
ROLES, DEADLINES, WORKFLOW = load_roles(), load_deadlines(ZONE), load_workflow()
WHISTLES, NOTICES = load_whistles(), load_notices()


def make_office(url: str, data_dir: Path, clock: Clock) -> Office:
    rules = {"deadlines": DEADLINES, "workflow": WORKFLOW, "whistles": WHISTLES, "notices": NOTICES}
    return Office(Database(url), dict(ROLES), ZONE, data_dir, clock, **rules)  # type: ignore[arg-type]


def _prepared(url: str, folder: Path, *, with_town: bool) -> None:
    office = make_office(url, folder, Clock())
    initialise(office)
    if with_town:
        build_town(office)
    office.database.dispose()


class Templates:
    """Databases made once and copied for each test: empty ones with the schema, and ones with the town."""

    def __init__(self, folder: Path, request: pytest.FixtureRequest) -> None:
        self._folder, self._request = folder, request
        self._made: dict[tuple[str, bool], str] = {}

    def copy(self, engine: str, with_town: bool, target: Path) -> str:
        key = (engine, with_town)
        if engine == "spatialite":
            if key not in self._made:
                file = self._folder / f"template_{with_town}.db"
                _prepared(f"sqlite:///{file}", self._folder, with_town=with_town)
                self._made[key] = str(file)
            shutil.copy(self._made[key], target / "test.db")
            return f"sqlite:///{target / 'test.db'}"
        server: PostgresServer = self._request.getfixturevalue("postgres")
        if key not in self._made:
            self._made[key] = server.empty()
            _prepared(self._made[key], self._folder, with_town=with_town)
            server.lighten(self._made[key])
        return server.copy_of(self._made[key])


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Templates:
    return Templates(tmp_path_factory.mktemp("templates"), request)


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """The name of the engine; every test that uses a database runs on both."""
    return str(request.param)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def _office(
    engine: str,
    with_town: bool,
    templates: Templates,
    clock: Clock,
    folder: Path,
    request: pytest.FixtureRequest,
) -> Iterator[Office]:
    url = templates.copy(engine, with_town, folder)
    office = make_office(url, folder, clock)
    yield office
    office.database.dispose()
    if engine == "postgis":
        request.getfixturevalue("postgres").drop(url)


@pytest.fixture
def empty_office(
    engine: str, templates: Templates, clock: Clock, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Office]:
    """A store with schema and categories, and nothing else."""
    yield from _office(engine, False, templates, clock, tmp_path, request)


@pytest.fixture
def office(
    engine: str, templates: Templates, clock: Clock, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Office]:
    """A store with the town of tests/town.py."""
    yield from _office(engine, True, templates, clock, tmp_path, request)


@pytest.fixture
def empty_url(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a database without a schema."""
    if engine == "spatialite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server = request.getfixturevalue("postgres")
    url = server.empty()
    yield url
    server.drop(url)


def settings_for(office: Office, **changes: str) -> Settings:
    """Settings as the environment would give them for this office."""
    url = office.database.engine.url.render_as_string(hide_password=False)
    env = {
        "GRIDMAP_DATABASE_URL": url,
        "GRIDMAP_DATA_DIR": str(office.data_dir),
        "GRIDMAP_SECRET_KEY": "only-for-tests",
        **changes,
    }
    return read_settings(env)


@pytest.fixture
def rules() -> SignInRules:
    return SignInRules()


@pytest.fixture
def app(office: Office, rules: SignInRules) -> Iterator[Flask]:
    """The web application over the town."""
    from gridmap.web import build

    made = build(settings_for(office), office, rules)
    yield made
    made.extensions["gridmap"].live.stop()


CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
CHROMIUM += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
# The list of what an address may be completed to is a page of the browser's own, drawn anew for each of its
# windows, though none is seen here: more work than most of ours. The last such list counts, so what Playwright
# turns off stands in it too.
UNSEEN = ["WebUIOmniboxPopup", "WebUIOmniboxAimPopup"]
UNSEEN += ["AimEnabled", "AvoidUnnecessaryBeforeUnloadCheckSync", "AvoidCorsURLLoaderRestartOnRedirect"]
UNSEEN += ["DestroyProfileOnBrowserClose", "HttpsFirstBalancedModeAutoEnable", "HttpsUpgrades", "LensOverlay"]
UNSEEN += ["MediaRouter", "NetworkTimeServiceQuerying", "OptimizationHints", "PaintHolding"]
UNSEEN += ["PreconnectToSearch", "ThirdPartyStoragePartitioning"]
CHROMIUM += [f"--disable-features={','.join(UNSEEN)}"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a screen; one for the whole run."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        yield opened
        opened.close()


SLOW_HASHER = passwords._HASHER
"""The one that is really used; the servers that tests start use it."""


@pytest.fixture(scope="session", autouse=True)
def _quick_hashes() -> Iterator[None]:
    """Passwords are hashed fast: what a hash must cost has a test of its own (see actions/test_passwords.py)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture(scope="session", autouse=True)
def _routes_compiled_once() -> Iterator[None]:
    """Most tests build an application of their own, all with the same routes: each is made into code once."""
    made: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}
    make = Rule._compile_builder

    def build_of(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = (append_unknown, *rule._trace, *sorted(rule.arguments), repr(rule.defaults))
        if key not in made:
            made[key] = make(rule, append_unknown)
        return made[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", build_of)
        patch.setattr(door, "load_door_choices", cache(load_door_choices))
        yield


@pytest.fixture(scope="session", autouse=True)
def _statements_compiled_once() -> Iterator[None]:
    """Most tests open a store of their own and say the same to it: each statement is made into SQL once for all.

    What is kept is kept by dialect, so all stores of one kind share one, asked once about the server behind it.
    """
    kept: dict[str, tuple[Dialect, object]] = {}

    def engine_of(url: str, **options: object) -> Engine:
        made = create_engine(url, query_cache_size=5000, **options)
        own = made.dialect
        if own.name not in kept:
            own.initialize = _once(own.initialize)  # type: ignore[method-assign]
            kept[own.name] = own, made._compiled_cache
        shared, made._compiled_cache = kept[own.name]
        made.dialect = made.pool._dialect = shared
        own.initialize = shared.initialize  # type: ignore[method-assign]
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stores, "create_engine", engine_of)
        yield


def _once(do: Callable[[Connection], None]) -> Callable[[Connection], None]:
    """Done by the first that asks and gets through with it."""
    done: list[bool] = []

    def begin(connection: Connection) -> None:
        if not done:
            do(connection)
            done.append(True)

    return begin


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("GRIDMAP_") and name != "GRIDMAP_REAL_DATA":
            monkeypatch.delenv(name)
