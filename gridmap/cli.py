"""The command `gridmap`: translates words of the shell into calls, and answers into text and JSON."""

from __future__ import annotations

import csv
import json
import os
import sys
import threading
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy.exc import ArgumentError

from gridmap import __version__
from gridmap.actions import accounts, auditing
from gridmap.actions.importing import ImportFile, ImportReport
from gridmap.actions.importing_areas import AreaImport, import_areas
from gridmap.actions.importing_buildings import import_buildings
from gridmap.actions.importing_issues import IssueImport, import_issues
from gridmap.actions.importing_staff import import_staff
from gridmap.actions.keeping import do_what_is_due, routines
from gridmap.actions.office import Office
from gridmap.actions.placing import Sent, find, why_of
from gridmap.app import create_app, initialise, open_office, sign_in_rules
from gridmap.config import Settings, read_settings
from gridmap.db import schema
from gridmap.domain.codes import LEVELS
from gridmap.domain.scope import KINDS
from gridmap.errors import FindingsError, GridmapError, InvalidInputError, UnavailableError
from gridmap.files import matters, people, places, reading
from gridmap.geo.crs import DATUMS
from gridmap.jobs import work_until
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
        self.language = choose_language(
            self.settings.language or os.environ.get("LC_ALL") or os.environ.get("LANG")
        )
        self._office: Office | None = None

    @property
    def office(self) -> Office:
        """The store and the rules."""
        if self._office is None:
            try:
                self._office = open_office(self.settings)
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
        """An error as a line for people; findings one by one."""
        click.echo(f"{text(self.language, f'error.{error.code}', **error.details)} [{error.code}]", err=True)
        for finding in list(error.details.get("findings", []))[:20]:
            self._explain_finding(finding)

    def _explain_finding(self, finding: dict[str, Any]) -> None:
        said = text(
            self.language, f"finding.{finding['rule']}", record=finding["record"], **finding["details"]
        )
        click.echo(
            f"  {text(self.language, 'cli.' + finding['severity'])}  {finding['record']}: {said}", err=True
        )


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
            report = options.get("report")
            if report and isinstance(error, FindingsError):
                _write_json(report, {"counts": {}, "refused": True, **error.details})
            context.exit(REFUSED)
        except BrokenPipeError:
            raise  # whoever read our output has gone: click ends quietly
        except OSError as error:
            raise click.ClickException(str(error)) from error
        finally:
            desk.close()

    return run


@click.group()
@click.version_option(__version__, prog_name="gridmap")
def main() -> None:
    """GIS grid management: a report finds its cell and its people."""


@main.command()
@command
def init(desk: Desk) -> None:
    """Create or upgrade the schema, and load the rule tables."""
    changes = initialise(desk.office)
    desk.say(
        "initialised",
        url=desk.office.database.engine.url.render_as_string(hide_password=True),
        changes=changes,
    )


@main.group("import")
def import_group() -> None:
    """Take in a file: all findings first, then all or nothing."""


def _writable(_context: click.Context, _parameter: click.Parameter, file: Path | None) -> Path | None:
    """A file to write, refused before anything else is done where it could not be written."""
    if file is not None and not os.access(file.absolute().parent, os.W_OK):
        raise click.BadParameter(f"{file.parent} cannot be written to")
    return file


def file_options(function: Callable[..., None]) -> Callable[..., None]:
    """The options every import has."""
    for option in (
        click.argument("file", type=click.Path(path_type=Path)),
        click.option("--dry-run", is_flag=True, help="Say what would happen and store nothing."),
        click.option(
            "--report",
            type=click.Path(path_type=Path, dir_okay=False),
            callback=_writable,
            help="Write counts and findings as JSON.",
        ),
        click.option("--encoding", help="Of the file's text, e.g. gbk."),
        click.option("--layer", help="The layer or sheet, where the file has several."),
        click.option("--replace", is_flag=True, help="End what is stored and not in the file."),
    ):
        function = option(function)
    return function


def place_options(function: Callable[..., None]) -> Callable[..., None]:
    """What the coordinates are."""
    function = click.option("--crs", type=int, help="EPSG number, e.g. 4523.")(function)
    return click.option("--datum", type=click.Choice(DATUMS), help="Where no EPSG number says it.")(function)


@import_group.command("areas")
@file_options
@place_options
@click.option("--level", type=click.Choice(LEVELS), required=True)
@click.option("--code", help="Column with the code.")
@click.option("--name", help="Column with the name.")
@click.option("--parent", help="Column with the parent's code.")
@click.option("--parent-code", help="The parent of all of them.")
@click.option(
    "--number", is_flag=True, help="Number cells inside their community, west to east, north to south."
)
@command
def areas_command(desk: Desk, file: Path, **options: Any) -> None:
    """Districts, streets, communities or cells."""
    source = reading.read_features(file, layer=options["layer"], encoding=options["encoding"])
    frame = places.in_wgs84(source.frame, places.Reference(options["crs"], options["datum"]), source.name)
    columns = places.Columns(options["code"], options["name"], options["parent"])
    areas, findings = places.area_frame(frame, columns, numbered=options["number"])
    wanted = AreaImport(options["level"], options["parent_code"], options["number"], options["replace"])
    with _progress(desk) as progress:
        report = import_areas(desk.office, areas, wanted, _file(source, options), findings, progress)
    _show(desk, report, options)


@import_group.command("buildings")
@file_options
@place_options
@click.option("--code", help="Column with the code.")
@click.option("--name", help="Column with the name.")
@click.option("--address", help="Column with the address.")
@click.option("--floors", help="Column with the number of floors.")
@click.option("--households", help="Column with the number of households.")
@click.option("--chief", help="Column with the building's chief (楼栋长).")
@click.option("--lon", help="Column with the longitude, for tables.")
@click.option("--lat", help="Column with the latitude, for tables.")
@command
def buildings_command(desk: Desk, file: Path, **options: Any) -> None:
    """Buildings: footprints, or points with two coordinate columns."""
    fields = ("code", "name", "address", "floors", "households", "chief", "lon", "lat")
    columns = places.BuildingColumns(**{field: options[field] for field in fields})
    source, frame, findings = _features(file, columns, options)
    buildings, faults = places.building_frame(frame, columns)
    with _progress(desk) as progress:
        report = import_buildings(
            desk.office,
            buildings,
            _file(source, options),
            findings + faults,
            is_replacing=options["replace"],
            progress=progress,
        )
    _show(desk, report, options)


def _features(
    file: Path, columns: places.BuildingColumns, options: dict[str, Any]
) -> tuple[Any, Any, list[Any]]:
    reference = places.Reference(options["crs"], options["datum"])
    if file.suffix.lower() not in reading.TABLES:
        source = reading.read_features(file, layer=options["layer"], encoding=options["encoding"])
        return source, places.in_wgs84(source.frame, reference, source.name), []
    source = reading.read_table(file, encoding=options["encoding"], sheet=options["layer"])
    lon = reading.column(source.frame, columns.lon, "lon", "lng", "longitude", "经度") or ""
    lat = reading.column(source.frame, columns.lat, "lat", "latitude", "纬度") or ""
    frame, findings = places.point_frame(source.frame, lon, lat)
    if reference.epsg is None and reference.datum is None:
        reference = places.Reference(None, "wgs84")
    return source, places.in_wgs84(frame, reference, source.name), findings


@import_group.command("staff")
@file_options
@click.option(
    "--codes",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=_writable,
    help="Write the new accounts' one-time codes here (CSV).",
)
@command
def staff_command(desk: Desk, file: Path, **options: Any) -> None:
    """Persons and their posts; makes accounts with one-time codes."""
    source = reading.read_table(file, encoding=options["encoding"], sheet=options["layer"])
    office = desk.office
    rows, findings = people.read_staff_rows(source.frame, office.roles, office.zone, office.clock())
    with _progress(desk) as progress:
        report = import_staff(
            office,
            rows,
            _file(source, options),
            sign_in_rules(desk.settings),
            findings,
            is_replacing=options["replace"],
            progress=progress,
        )
    _show(desk, report, options)
    if report.codes and not report.is_dry_run:
        target = (
            options["codes"] or desk.settings.data_dir / f"one-time-codes-{office.clock():%Y%m%d-%H%M%S}.csv"
        )
        _write_codes(target, report.codes)
        desk.say("codes_written", file=target, count=len(report.codes))


@import_group.command("issues")
@file_options
@click.option("--lon", help="Column with the longitude.")
@click.option("--lat", help="Column with the latitude.")
@click.option("--category", help="Column with the category.")
@click.option("--created", help="Column with the time of the report.")
@click.option("--closed", help="Column with the time of closing.")
@click.option("--id", "id_", help="Column with the matter's own id.")
@click.option("--description", help="Column with the words.")
@click.option("--accuracy", help="Column with the accuracy in metres (95 % radius).")
@click.option("--tz", help="Zone of times that name none (default: GRIDMAP_TIMEZONE).")
@click.option("--datum", type=click.Choice(DATUMS), default="wgs84", show_default=True)
@click.option("--source", default="import", show_default=True, help="The system the ids come from.")
@command
def issues_command(desk: Desk, file: Path, **options: Any) -> None:
    """Matters from another system; none is refused for its place."""
    if options["replace"]:
        raise InvalidInputError("replace_not_for_issues")
    zone = _zone(options["tz"]) if options["tz"] else desk.settings.zone
    source = reading.read_table(file, encoding=options["encoding"], sheet=options["layer"])
    fields = ("lon", "lat", "category", "created", "closed", "description", "accuracy")
    columns = matters.MatterColumns(id=options["id_"], **{field: options[field] for field in fields})
    rows, findings = matters.read_matters(source.frame, columns, zone, desk.office.clock())
    wanted = IssueImport(options["source"], options["datum"])
    with _progress(desk) as progress:
        report = import_issues(desk.office, rows, wanted, _file(source, options), findings, progress)
    _show(desk, report, options)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise InvalidInputError("zone_unknown", zone=name) from None


def _file(source: reading.Source, options: dict[str, Any]) -> ImportFile:
    return ImportFile(source.name, source.digest, options["dry_run"])


class _Bars:
    """Progress bars on standard error, one a stage; silent where nobody looks."""

    def __init__(self, desk: Desk) -> None:
        self._language = desk.language
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty())
        self._tasks: dict[str, Any] = {}

    def __enter__(self) -> Callable[[str, int, int], None]:
        self._progress.start()
        return self._show

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def _show(self, stage: str, done: int, of: int) -> None:
        if stage not in self._tasks:
            self._tasks[stage] = self._progress.add_task(text(self._language, f"cli.stage_{stage}"), total=of)
        self._progress.update(self._tasks[stage], completed=done, total=of)


def _progress(desk: Desk) -> _Bars:
    return _Bars(desk)


def _show(desk: Desk, report: ImportReport, options: dict[str, Any]) -> None:
    for finding in report.findings[:20]:
        if finding.severity != "info":
            desk._explain_finding(finding.to_dict())
    if len(report.findings) > 20:
        desk.say("more_findings", count=len(report.findings) - 20)
    counts = ", ".join(f"{text(desk.language, 'cli.count_' + k)} {v}" for k, v in report.counts.items())
    desk.say("dry_run_done" if report.is_dry_run else "import_done", counts=counts)
    if options["report"]:
        _write_json(options["report"], report.to_json())
    click.echo(json.dumps(report.counts))


def _write_json(file: Path, data: Any) -> None:
    file.write_text(json.dumps(data, ensure_ascii=False, indent=1, default=str), encoding="utf-8")


def _write_codes(file: Path, codes: tuple[tuple[str, str, str], ...]) -> None:
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.fchmod(handle, 0o600)  # also where it was there before
    with os.fdopen(handle, "w", encoding="utf-8-sig") as out:
        writer = csv.writer(out)
        writer.writerow(("username", "name", "one_time_code"))
        writer.writerows([_harmless(cell) for cell in row] for row in codes)


def _harmless(cell: str) -> str:
    """A cell that a spreadsheet does not take for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@") else cell


@main.command(context_settings={"ignore_unknown_options": True})
@click.argument("lon", type=float)
@click.argument("lat", type=float)
@click.option("--accuracy", type=float, help="95 % radius in metres.")
@click.option("--datum", type=click.Choice(DATUMS), default="wgs84", show_default=True)
@command
def locate(desk: Desk, lon: float, lat: float, accuracy: float | None, datum: str) -> None:
    """Where a point lies, explained, as JSON."""
    sent = Sent(lon, lat, datum, accuracy)
    with desk.office.database.reading() as session:
        click.echo(json.dumps(why_of(find(session, sent), sent), ensure_ascii=False, indent=1))


@main.group()
def user() -> None:
    """Accounts."""


@user.command("add")
@click.argument("username")
@click.option(
    "--kind",
    type=click.Choice([k for k in KINDS if k != "staff"]),
    default="administrator",
    show_default=True,
)
@click.option("--area", help="Limit it to this area's code.")
@click.option("--unit", help="The unit of a department's account.")
@command
def user_add(desk: Desk, username: str, kind: str, area: str | None, unit: str | None) -> None:
    """Make an account; prints its one-time code (staff accounts come with `import staff`)."""
    new = accounts.NewAccount(username, kind, area, unit)
    code = accounts.add_account(desk.office, None, new, sign_in_rules(desk.settings))
    desk.say("user_added", username=username, days=desk.settings.one_time_days)
    click.echo(code)


@user.command("reset")
@click.argument("username")
@command
def user_reset(desk: Desk, username: str) -> None:
    """End the password and all sessions; prints a new one-time code."""
    click.echo(accounts.reset_account(desk.office, None, username, sign_in_rules(desk.settings)))


@user.command("close")
@click.argument("username")
@command
def user_close(desk: Desk, username: str) -> None:
    """End an account, its sessions, tokens and open streams."""
    accounts.close_account(desk.office, None, username)
    desk.say("user_closed", username=username)


@main.command()
@click.argument("username")
@click.option("--label", default="cli", show_default=True)
@click.option("--days", type=click.IntRange(1, 3650), help="Valid so long (default: until revoked).")
@command
def token(desk: Desk, username: str, label: str, days: int | None) -> None:
    """Make a bearer token for an account; it is shown this once."""
    click.echo(accounts.make_token_for(desk.office, username, label, days=days))


@main.command()
@click.option("--seal", is_flag=True, help="Then seal what grew since the last seal, and print the head.")
@command
def audit(desk: Desk, seal: bool) -> None:
    """Verify every chain of the history, every seal, every erasable word."""
    report = auditing.audit(desk.office)
    for fault in report.faults[:50]:
        click.echo(f"{fault.kind} {fault.record} {fault.where}", err=True)
    desk.say(
        "audited", issues=report.issues, events=report.events, seals=report.seals, faults=len(report.faults)
    )
    if report.faults:
        sys.exit(BROKEN)
    if seal:
        click.echo(auditing.seal(desk.office) or report.head or "")


@main.command()
@click.option("--once", is_flag=True, help="Do what is due and end.")
@command
def work(desk: Desk, once: bool) -> None:
    """Background work: seal the history, forget old rows of the stream (`serve` does it too)."""
    wanted = routines(desk.settings.stream_days)
    if once:
        click.echo(json.dumps(dict(do_what_is_due(desk.office, wanted)), default=str))
    else:
        work_until(threading.Event(), desk.office, wanted)


@main.command()
@click.option("--host", help="Default: GRIDMAP_HOST.")
@click.option("--port", type=int, help="Default: GRIDMAP_PORT.")
@command
def serve(desk: Desk, host: str | None, port: int | None) -> None:
    """Serve pages, API and stream with gunicorn."""
    from gridmap.web.server import run  # noqa: PLC0415  (the other commands do without Flask)

    _require_schema(desk)
    run(create_app, desk.settings, host or desk.settings.host, port or desk.settings.port)


def _require_schema(desk: Desk) -> None:
    """Raises UnavailableError `not_initialised` where `gridmap init` has not been run, or not since an upgrade."""
    with desk.office.database.reading() as session:
        if schema.current_revision(session.connection()) != schema.newest_revision():
            raise UnavailableError("not_initialised")
    desk.close()  # the processes that serve open their own


@main.command()
@click.option("--seed", type=int, default=990001, show_default=True)
@click.option("--serve/--no-serve", "is_serving", default=False, help="Serve it afterwards.")
@command
def demo(desk: Desk, seed: int, is_serving: bool) -> None:
    """Build the fictional demo district (示例区) once."""
    from gridmap.demo.build import DEMO_PASSWORD, build_demo  # noqa: PLC0415  (only this command draws)

    with _progress(desk) as progress:
        signs = build_demo(desk.office, sign_in_rules(desk.settings), seed, progress)
    desk.say("demo_ready", password=DEMO_PASSWORD)
    for sign in signs:
        click.echo(f"  {sign.username:<12} {sign.title}", err=True)
    if is_serving:
        from gridmap.web.server import run  # noqa: PLC0415

        run(create_app, desk.settings, desk.settings.host, desk.settings.port)
