"""The factory: the only place where the parts are put together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from gridmap.actions.office import Office, utc_now
from gridmap.actions.passwords import PasswordRules
from gridmap.actions.signing_in import SignInRules
from gridmap.config import Settings, read_settings
from gridmap.db import categories, schema
from gridmap.db.engine import Database
from gridmap.files.tables import (
    load_categories,
    load_deadlines,
    load_notices,
    load_roles,
    load_whistles,
    load_workflow,
)

if TYPE_CHECKING:
    from flask import Flask


def open_office(
    settings: Settings, clock: Callable[[], datetime] = utc_now, *, is_patient: bool = False
) -> Office:
    """The store and the rules of this installation, ready for actions.

    Requests wait `wait_seconds` for others who write; commands (`is_patient`) as long as it takes.
    """
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = Database(settings.database_url, None if is_patient else settings.wait_seconds)
    deadlines, workflow = load_deadlines(settings.zone), load_workflow()
    return Office(
        database,
        load_roles(),
        settings.zone,
        settings.data_dir,
        clock,
        deadlines=deadlines,
        workflow=workflow,
        whistles=load_whistles(),
        acceptance=frozenset(filter(None, (source.strip() for source in settings.acceptance.split(",")))),
        notices=load_notices(),
    )


def sign_in_rules(settings: Settings) -> SignInRules:
    """How strict signing in is here."""
    return SignInRules(
        tries=settings.login_tries,
        lock_minutes=settings.login_lock_minutes,
        address_tries=settings.login_address_tries,
        address_minutes=settings.login_address_minutes,
        password=PasswordRules(
            length=settings.password_length,
            kinds=settings.password_kinds,
            kept=settings.password_history,
            days=settings.password_days,
        ),
        one_time_days=settings.one_time_days,
        idle_minutes=settings.session_minutes,
        session_hours=settings.session_hours,
    )


def initialise(office: Office) -> int:
    """Bring the schema up to date and the category tables in; commits. How many categories are new or changed."""
    schema.upgrade(office.database)
    with office.work() as work:
        schema.lock(work.session.connection())
        return categories.put(work.session, load_categories(), work.now)


def create_app(settings: Settings | None = None, clock: Callable[[], datetime] = utc_now) -> Flask:
    """The web application for `settings` (default: GRIDMAP_* of the environment)."""
    from gridmap.web import build  # noqa: PLC0415  (the command line does without Flask)

    settings = settings or read_settings()
    return build(settings, open_office(settings, clock), sign_in_rules(settings))
