"""Backup and restore on the command line: what was saved, what came back, what of it was verified."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from gridmap.actions import backing_up, restoring
from gridmap.app import initialise
from gridmap.cli.desk import BROKEN, Desk, command
from gridmap.cli.imports import Bars

_SHOWN = 20


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--overwrite", "is_overwriting", is_flag=True, help="Replace FILE where it is there.")
@click.option("--photos/--no-photos", "has_photos", default=True, help="Save the photos, too (default).")
@command
def backup_command(desk: Desk, file: Path, is_overwriting: bool, has_photos: bool) -> None:
    """Save all rows and photos as of one moment to FILE, while the server goes on writing.

    FILE fits both engines. It holds names, words and password hashes: it is readable by its owner only.
    """
    with Bars(desk) as progress:
        saved = backing_up.back_up(
            desk.office, file, is_overwriting=is_overwriting, has_photos=has_photos, progress=progress
        )
    _list_missing(desk, saved.manifest.missing)
    desk.say("backed_up", file=file, rows=_rows(saved.to_json()), photos=saved.manifest.photos)
    desk.say("backup_digest", digest=saved.digest)
    _answer(saved.to_json(), is_whole=saved.is_whole)


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--digest", help="The digest that `backup` told: refuse any other file.")
@click.option("--check", "is_check", is_flag=True, help="Verify FILE and end; no store is touched.")
@command
def restore_command(desk: Desk, file: Path, digest: str | None, is_check: bool) -> None:
    """Bring FILE back into the empty store of GRIDMAP_DATABASE_URL and GRIDMAP_DATA_DIR, and verify it."""
    if is_check:
        _check(desk, file, digest)
        return
    with Bars(desk) as progress:
        back = restoring.restore(desk.office, file, digest, progress)
    initialise(desk.office)  # the rule tables of this program, where the backup is of an older one
    _list_missing(desk, back.missing)
    for fault in back.audit.faults[:_SHOWN]:
        click.echo(f"{fault.kind} {fault.record} {fault.where}", err=True)
    if not back.is_head_same:
        click.echo("head", err=True)
    found = back.audit
    faults = len(found.faults)
    desk.say(
        "restored", rows=_rows(back.to_json()), moment=back.manifest.made_at.isoformat(timespec="seconds")
    )
    desk.say("audited", issues=found.issues, events=found.events, seals=found.seals, faults=faults)
    desk.say("photos_verified", photos=back.photos, missing=len(back.missing))
    _answer(back.to_json(), is_whole=back.is_whole)


def _check(desk: Desk, file: Path, digest: str | None) -> None:
    with Bars(desk) as progress:
        manifest, found = restoring.check_backup(file, digest, progress)
    rows = sum(entry.rows for entry in manifest.tables.values())
    moment = manifest.made_at.isoformat(timespec="seconds")
    desk.say("backup_holds", file=file, moment=moment, rows=rows, photos=manifest.photos)
    click.echo(json.dumps({"digest": found, **manifest.to_json()}, ensure_ascii=False))


def _rows(told: dict[str, Any]) -> int:
    return sum(told["rows"].values())


def _list_missing(desk: Desk, missing: Any) -> None:
    for digest, why in list(missing.items())[:_SHOWN]:
        desk.say(f"photo_{why}", digest=digest)
    if len(missing) > _SHOWN:
        desk.say("photos_more", count=len(missing) - _SHOWN)


def _answer(told: dict[str, Any], *, is_whole: bool) -> None:
    click.echo(json.dumps(told, ensure_ascii=False))
    if not is_whole:
        sys.exit(BROKEN)
