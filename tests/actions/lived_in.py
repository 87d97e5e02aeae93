"""A town that was lived in, for backups: of everything there is at least one, and two of what may be null."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from geoalchemy2.elements import WKBElement
from geoalchemy2.shape import to_shape
from shapely import Point, box
from shapely.geometry.base import BaseGeometry

from gridmap.actions.acts import Act
from gridmap.actions.auditing import seal
from gridmap.actions.handling import act_on
from gridmap.actions.office import Office
from gridmap.actions.photographing import add_photo
from gridmap.actions.reporting import report
from gridmap.db.copying import PASSING
from gridmap.db.models import Base, Building, Photo, Words
from gridmap.db.spatial import as_multi, geometry_value
from gridmap.files.photos import path_of
from tests.conftest import START, Clock, PostgresServer, Templates, make_office
from tests.db.looking import rows_of
from tests.town import (
    C1,
    C3,
    CENTRES,
    DISTRICT,
    OUTSIDE,
    actor_named,
    add_areas,
    report_at,
    square,
    token_for,
)
from tests.web.asking import picture

LON, LAT = CENTRES[C1]
PHONE = "0b6ff1f2-2d1c-4f0e-9f3e-9d6f2b7a1c11"


def live_in(office: Office, clock: Clock) -> str:
    """Live in the town for a day; the bearer token of a phone that sent a report with the id PHONE."""
    seat, li = actor_named(office, "seat"), actor_named(office, "li")
    first = report(
        office, li, report_at(LON, LAT, accuracy_m=12.5, description="垃圾桶 🗑 “坏”", client_id=PHONE)
    )
    add_photo(office, li, first.number, "p-1", picture(colour="red"))
    add_photo(office, li, first.number, "p-2", picture(colour="blue"))
    clock.forward(hours=1, microseconds=7)
    act_on(office, seat, first.number, Act("start", words="on my way"))
    outside = report(office, seat, report_at(*OUTSIDE, description="forget me"))
    words = next(row.id for row in rows_of(office, Words) if row.text == "forget me")
    act_on(office, seat, outside.number, Act("erase", words_id=words))
    seal(office)
    report(office, seat, report_at(*CENTRES[C3]))
    with office.work() as work:
        work.session.add_all(
            [_building("tower", box(LON, LAT, LON + 1e-4, LAT + 1e-4)), _building("kiosk", None)]
        )
    add_areas(office, "grid", [(C3, "renamed", square(C3))])
    return token_for(office, "li")


def _building(code: str, footprint: BaseGeometry | None) -> Building:
    plain = {
        "district_code": DISTRICT,
        "name": "楼",
        "address": "",
        "path": f"{DISTRICT}/",
        "digest": "0" * 64,
    }
    shapes = {"point": geometry_value(Point(LON, LAT))}
    if footprint is not None:
        shapes["footprint"] = geometry_value(as_multi(footprint))
    return Building(code=code, valid_from=START, **plain, **shapes)


def everything(office: Office) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table by its columns, as the models read them; what is no record left out."""
    models = {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}
    return {name: [_plain(row) for row in rows_of(office, models[name])] for name in models.keys() - PASSING}


def _plain(row: Any) -> dict[str, Any]:
    values = {column.name: getattr(row, column.name) for column in row.__table__.columns}
    for name, value in values.items():
        if isinstance(value, WKBElement):
            values[name] = (value.srid, to_shape(value).wkb)
    return values


def photo_files(office: Office) -> dict[str, bytes]:
    """Every file of a photo that a row names, by its name."""
    files = [
        path_of(office.data_dir, row.digest, thumbnail=is_small)
        for row in rows_of(office, Photo)
        for is_small in (False, True)
    ]
    return {file.name: file.read_bytes() for file in files}


class Places:
    """New stores to restore into, each with a data directory of its own."""

    def __init__(self, templates: Templates, folder: Path, clock: Clock, request: Any) -> None:
        self._templates, self._folder, self._clock, self._request = templates, folder, clock, request
        self._made: list[tuple[str, Office]] = []

    @property
    def _server(self) -> PostgresServer:
        return self._request.getfixturevalue("postgres")  # type: ignore[no-any-return]

    def initialised(self, engine: str) -> Office:
        """A store with schema and categories, as after `gridmap init`."""
        folder = self._new_folder()
        return self._kept(engine, self._templates.copy(engine, False, folder), folder)

    def bare(self, engine: str) -> Office:
        """A store with nothing at all."""
        folder = self._new_folder()
        url = f"sqlite:///{folder / 'new.db'}" if engine == "spatialite" else self._server.empty()
        return self._kept(engine, url, folder)

    def _new_folder(self) -> Path:
        folder = self._folder / f"place_{len(self._made)}"
        folder.mkdir()
        return folder

    def _kept(self, engine: str, url: str, folder: Path) -> Office:
        office = make_office(url, folder, self._clock)
        self._made.append((engine, office))
        return office

    def close(self) -> None:
        """Let go of all of them."""
        for engine, office in self._made:
            url = office.database.engine.url.render_as_string(hide_password=False)
            office.database.dispose()
            if engine == "postgis":
                self._server.drop(url)


@contextmanager
def writer(office: Office) -> Iterator[list[str]]:
    """Somebody who reports on and on beside the block; the numbers so far."""
    numbers: list[str] = []
    stop = threading.Event()
    li = actor_named(office, "li")

    def go_on() -> None:
        while not stop.is_set():
            numbers.append(report(office, li, report_at(LON, LAT, description="meanwhile")).number)

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield numbers
    finally:
        stop.set()
        thread.join()
