"""`gridmap import`: files of areas, buildings, landmarks, staff and matters."""

from __future__ import annotations

import csv
import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from gridmap.actions.importing import ImportFile
from gridmap.actions.importing_areas import AreaImport, import_areas
from gridmap.actions.importing_buildings import import_buildings
from gridmap.actions.importing_issues import IssueImport, import_issues
from gridmap.actions.importing_landmarks import import_landmarks
from gridmap.actions.importing_shifts import import_shifts
from gridmap.actions.importing_staff import import_staff
from gridmap.actions.makers import makers_here
from gridmap.app import sign_in_rules
from gridmap.cli import sources
from gridmap.cli.desk import Desk, command
from gridmap.cli.reporting import paper_for
from gridmap.domain.codes import LEVELS
from gridmap.domain.landmarks import KINDS
from gridmap.errors import InvalidInputError
from gridmap.files import landmarks, matters, people, places, shifts
from gridmap.files.reading import Source
from gridmap.geo.crs import DATUMS
from gridmap.geo.dissolve import dissolve
from gridmap.texts import text

SOURCE_LIMIT = 40
"""So many characters are kept of the name of the system that ids come from."""


@click.group("import")
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


map_option = click.option(
    "--map",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=_writable,
    help="Draw the file and its findings as a page (HTML) that opens without a network.",
)


def place_options(function: Callable[..., None]) -> Callable[..., None]:
    """What the coordinates are."""
    function = click.option("--crs", type=int, help="EPSG number, e.g. 4523.")(function)
    function = map_option(function)
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
    "--dissolve", is_flag=True, help="Unite rows that share a code, as one level out of the one below."
)
@click.option(
    "--number", is_flag=True, help="Number cells inside their community, west to east, north to south."
)
@command
def areas_command(desk: Desk, file: Path, **options: Any) -> None:
    """Districts, streets, communities or cells."""
    source, frame, found = sources.read_shapes(desk, file, options)
    columns = places.Columns(options["code"], options["name"], options["parent"])
    areas, findings = places.area_frame(frame, columns, numbered=options["number"])
    wanted = AreaImport(options["level"], options["parent_code"], options["number"], options["replace"])
    with paper_for(desk, source, areas, options) as paper:
        if options["dissolve"]:
            areas, faults = dissolve(areas)
            findings += faults
        with Bars(desk) as progress:
            report = import_areas(
                desk.office, areas, wanted, _file(source, options), found + findings, progress
            )
        paper.done(report)


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
    source, frame, findings = sources.read_shapes_or_points(desk, file, columns, options)
    buildings, faults = places.building_frame(frame, columns, findings)
    with paper_for(desk, source, buildings, options) as paper:
        with Bars(desk) as progress:
            report = import_buildings(
                desk.office,
                buildings,
                _file(source, options),
                findings + faults,
                is_replacing=options["replace"],
                progress=progress,
            )
        paper.done(report)


@import_group.command("landmarks")
@file_options
@place_options
@click.option("--kind", type=click.Choice(KINDS), required=True, help="What all of them are.")
@click.option("--rank", help="Column with the class: of a road main, minor or lane; of a place what it is.")
@click.option("--name", help="Column with the name.")
@click.option("--lon", help="Column with the longitude, for tables.")
@click.option("--lat", help="Column with the latitude, for tables.")
@command
def landmarks_command(desk: Desk, file: Path, **options: Any) -> None:
    """Roads, waters, greens, fields and places, for maps to show: lines, surfaces, points."""
    columns = landmarks.LandmarkColumns(*(options[field] for field in ("rank", "name", "lon", "lat")))
    source, frame, found = sources.read_shapes_or_points(desk, file, columns, options)
    drawn, faults = landmarks.landmark_frame(frame, options["kind"], columns, found)
    with paper_for(desk, source, drawn, options) as paper:
        with Bars(desk) as progress:
            report = import_landmarks(
                desk.office,
                drawn,
                _file(source, options),
                found + faults,
                is_replacing=options["replace"],
                progress=progress,
            )
        paper.done(report)


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
    source = sources.read_listed(file, options)
    office = desk.office
    rows, findings = people.read_staff_rows(source.frame, office.roles, office.zone, office.clock())
    with paper_for(desk, source, None, options) as paper:
        with Bars(desk) as progress:
            report = import_staff(
                office,
                rows,
                _file(source, options),
                sign_in_rules(desk.settings),
                [*source.findings, *findings],
                is_replacing=options["replace"],
                progress=progress,
            )
        paper.done(report)
    if report.codes and not report.is_dry_run:
        target = (
            options["codes"] or desk.settings.data_dir / f"one-time-codes-{office.clock():%Y%m%d-%H%M%S}.csv"
        )
        _write_codes(target, report.codes)
        desk.say("codes_written", file=target, count=len(report.codes))


@import_group.command("shifts")
@file_options
@command
def shifts_command(desk: Desk, file: Path, **options: Any) -> None:
    """When posts are on duty: staff number, role, area, weekdays, begin, end."""
    source = sources.read_listed(file, options)
    rows, findings = shifts.read_shift_rows(source.frame, desk.office.roles)
    with paper_for(desk, source, None, options) as paper:
        with Bars(desk) as progress:
            report = import_shifts(
                desk.office,
                rows,
                _file(source, options),
                [*source.findings, *findings],
                is_replacing=options["replace"],
                progress=progress,
            )
        paper.done(report)


def _short_name(_context: click.Context, _parameter: click.Parameter, name: str) -> str:
    """A name the store can keep."""
    if not 0 < len(name) <= SOURCE_LIMIT or not name.isprintable():
        raise click.BadParameter(f"1 to {SOURCE_LIMIT} printable characters")
    return name


@import_group.command("issues")
@file_options
@map_option
@click.option("--lon", help="Column with the longitude.")
@click.option("--lat", help="Column with the latitude.")
@click.option("--category", help="Column with the category.")
@click.option("--created", help="Column with the time of the report.")
@click.option("--closed", help="Column with the time of closing.")
@click.option("--id", "id_", help="Column with the matter's own id.")
@click.option("--description", help="Column with the words.")
@click.option("--accuracy", help="Column with the accuracy in metres (95 % radius).")
@click.option("--tz", help="Zone of times that name none (default: GRIDMAP_TIMEZONE).")
@click.option("--datum", type=click.Choice(DATUMS), help="Of the coordinates.  [default: wgs84]")
@click.option(
    "--source",
    default="import",
    show_default=True,
    callback=_short_name,
    help="The system the ids come from (a short name).",
)
@command
def issues_command(desk: Desk, file: Path, **options: Any) -> None:
    """Matters from another system; none is refused for its place."""
    if options["replace"]:
        raise InvalidInputError("replace_not_for_issues")
    zone = _zone(options["tz"]) if options["tz"] else desk.settings.zone
    source = sources.read_listed(file, options)
    fields = ("lon", "lat", "category", "created", "closed", "description", "accuracy")
    columns = matters.MatterColumns(id=options["id_"], **{field: options[field] for field in fields})
    doubts = sources.doubts(source, columns, zone, options)
    with without_cycles():
        rows, findings = matters.read_matters(source.frame, columns, zone, desk.office.clock())
    wanted = IssueImport(options["source"], options["datum"] or "wgs84")
    spots = matters.spots(rows, wanted.datum) if options["map"] else None
    with paper_for(desk, source, spots, options) as paper:
        with Bars(desk) as progress, without_cycles():
            report = import_issues(
                desk.office,
                rows,
                wanted,
                _file(source, options),
                doubts + findings,
                progress,
                makers=makers_here(),
            )
        paper.done(report)


@contextmanager
def without_cycles() -> Iterator[None]:
    """Look for no garbage in cycles meanwhile: millions of rows would be gone through for it again and again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise InvalidInputError("zone_unknown", zone=name) from None


def _file(source: Source, options: dict[str, Any]) -> ImportFile:
    return ImportFile(source.name, source.digest, options["dry_run"])


class Bars:
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
