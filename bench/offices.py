"""A store with the district in it: schema, areas, staff and the accounts that report, through gridmap's own doors."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select

from bench.district import DISTRICT, District
from gridmap.actions.importing import ImportFile
from gridmap.actions.importing_areas import AreaImport, import_areas
from gridmap.actions.importing_issues import IssueImport, import_issues
from gridmap.actions.importing_staff import import_staff
from gridmap.actions.office import Office
from gridmap.actions.signing_in import SignInRules, hash_password, secret_digest
from gridmap.app import initialise, open_office
from gridmap.config import Settings, read_settings
from gridmap.db.models import Account, Token
from gridmap.domain.codes import LEVELS
from gridmap.files.matters import MatterColumns, read_matters
from gridmap.files.people import StaffRow
from gridmap.files.reading import read_table

REPORTERS, READERS = 40, 50
_SINCE = datetime(2025, 1, 1, tzinfo=UTC)
PASSWORD = "Only-for-measuring-1"


def environ(url: str, folder: Path, **more: str) -> dict[str, str]:
    """The environment in which `gridmap` works on the store `url`."""
    folder.mkdir(parents=True, exist_ok=True)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GRIDMAP_")}
    mine = {"GRIDMAP_DATABASE_URL": url, "GRIDMAP_DATA_DIR": str(folder)}
    return {**clean, **mine, "GRIDMAP_SECRET_KEY": "only-for-measuring", "GRIDMAP_LANGUAGE": "en", **more}


def gridmap(*words: str) -> list[str]:
    """The command as it is run here."""
    return [sys.executable, "-m", "gridmap", *words]


def settings(url: str, folder: Path) -> Settings:
    """The same as settings."""
    return read_settings(environ(url, folder))


@contextmanager
def opened(url: str, folder: Path) -> Iterator[Office]:
    """The office over the store `url`; let go of at the end."""
    office = open_office(settings(url, folder))
    yield office
    office.database.dispose()


def prepare(url: str, folder: Path, drawn: District) -> None:
    """Put the district into the empty store `url`: areas, staff, and who reports and reads, each with a token."""
    with opened(url, folder) as office:
        initialise(office)
        for level in LEVELS:
            frame = drawn.level(level)
            import_areas(office, frame, AreaImport(level), ImportFile(level, level))
        rows = [StaffRow(*post[:2], None, None, *post[2:], _SINCE, None) for post in drawn.posts]
        import_staff(office, rows, ImportFile("staff", "staff"), SignInRules())
        _open_accounts(office)


def take_in(url: str, folder: Path, file: Path) -> None:
    """Take the matters of a file into the store `url`, in this process: for what is stored before anything is measured."""
    with opened(url, folder) as office:
        source = read_table(file)
        rows, findings = read_matters(source.frame, MatterColumns(), office.zone, office.clock())
        import_issues(office, rows, IssueImport(), ImportFile(source.name, source.digest), findings)


def _open_accounts(office: Office) -> None:
    """Staff may report with the tokens of `reporters`; seats of the district see everything with those of `readers`."""
    hashed = hash_password(PASSWORD)
    with office.work() as work:
        path = f"{DISTRICT}/"
        seats = [_seat(n, path, hashed, work.now) for n in range(READERS)]
        wall = {**seats[0], "username": "wall000", "kind": "wall"}
        work.session.execute(insert(Account), [*seats, wall])
        wanted = [f"reader{n:03d}" for n in range(READERS)]
        query = select(Account.id, Account.username).order_by(Account.id)
        found = {name: key for key, name in work.session.execute(query)}
        staff = [name for name in found if name.startswith(f"{DISTRICT}S")][:REPORTERS]
        tokens = [_token(found[name], name, work.now) for name in (*staff, *wanted)]
        work.session.execute(insert(Token), tokens)


def _seat(number: int, path: str, hashed: str, now: datetime) -> dict[str, Any]:
    return {
        "district_code": DISTRICT,
        "username": f"reader{number:03d}",
        "kind": "seat",
        "area_path": path,
        "password_hash": hashed,
        "is_active": True,
        "created_at": now,
    }


def _token(account: int, name: str, now: datetime) -> dict[str, Any]:
    digest = secret_digest(secret_of(name))
    return {"account_id": account, "kind": "token", "digest": digest, "label": "bench", "created_at": now}


def secret_of(name: str) -> str:
    """The token of an account: told by its name, in a store that is gone when the run ends."""
    return f"only-for-measuring-{name}"


def reporters(drawn: District) -> list[str]:
    """The tokens of those who report: staff with posts."""
    names = sorted({post[0] for post in drawn.posts})
    return [secret_of(name) for name in names[:REPORTERS]]


def readers() -> list[str]:
    """The tokens of those who listen: seats that see the whole district."""
    return [secret_of(f"reader{n:03d}") for n in range(READERS)]
