"""What every command shares: settings, language, the office, and errors as lines instead of tracebacks."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click
from sqlalchemy.exc import ArgumentError

from gridmap.actions.office import Office
from gridmap.app import open_office
from gridmap.cli.findings import plain, show
from gridmap.config import Settings, read_settings
from gridmap.domain.scenes import read_round
from gridmap.errors import GridmapError
from gridmap.files.questions import told
from gridmap.texts import choose_language, text

OK, REFUSED, BROKEN = 0, 1, 3


class Desk:
    """What every command gets: settings, language, and the office when it is first asked for."""

    def __init__(self) -> None:
        os.umask(0o077)  # what is written here holds words, names and hashes: its owner's only
        try:
            self.settings: Settings = read_settings()
        except (ValueError, OSError) as error:
            raise click.ClickException(str(error)) from None
        try:
            read_round(self.settings.wall_scenes)
        except ValueError as error:
            raise click.ClickException(f"GRIDMAP_WALL_SCENES: {error}") from None
        self.language = choose_language(
            self.settings.language or os.environ.get("LC_ALL") or os.environ.get("LANG")
        )
        self._office: Office | None = None

    @property
    def office(self) -> Office:
        """The store and the rules."""
        if self._office is None:
            try:
                self._office = open_office(self.settings, is_patient=True)
            except ArgumentError as error:
                raise click.ClickException(f"GRIDMAP_DATABASE_URL: {error}") from None
        return self._office

    def close(self) -> None:
        """Let go of the store."""
        if self._office is not None:
            self._office.database.dispose()

    def say(self, key: str, **fields: Any) -> None:
        """A line for people."""
        click.echo(text(self.language, f"cli.{key}", **fields), err=True)

    def explain(self, error: GridmapError) -> None:
        """An error as a line for people, then the questions it leaves open, then its findings as a table."""
        said = plain(text(self.language, f"error.{error.code}", **error.details))
        click.echo(f"{said} [{error.code}]", err=True)
        for line in told(self.language, error.details.get("questions", [])):
            click.echo(line, err=True)
        show(list(error.details.get("findings", [])), self.language)


def command(function: Callable[..., None]) -> Callable[..., None]:
    """A command whose errors are lines in the reader's language and an exit status, never a traceback."""

    @click.pass_context
    @wraps(function)
    def run(context: click.Context, *args: Any, **options: Any) -> None:
        desk = context.ensure_object(Desk)
        try:
            function(desk, *args, **options)
        except GridmapError as error:
            desk.explain(error)
            if options.get("report"):
                write_json(options["report"], refused_report(error, desk.language))
            context.exit(REFUSED)
        except BrokenPipeError:
            raise  # whoever read our output has gone: click ends quietly
        except OSError as error:
            raise click.ClickException(str(error)) from error
        finally:
            desk.close()

    return run


def refused_report(error: GridmapError, language: str) -> dict[str, Any]:
    """What the report of a refused import says: `findings` where those were the reason, and the error itself."""
    details = dict(error.details)
    findings = details.pop("findings", [])
    said = {
        "code": error.code,
        "message": text(language, f"error.{error.code}", **details),
        "details": details,
    }
    return {"counts": {}, "refused": True, "error": said, **details, "findings": findings}


def write_json(file: Path, data: Any) -> None:
    """Write JSON for people to read: indented, Chinese as it is."""
    file.write_text(json.dumps(data, ensure_ascii=False, indent=1, default=str), encoding="utf-8")
