"""The few spatial words both engines share: boxes through the index, geometry in and out as WKB."""

from __future__ import annotations

from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import ColumnElement, LargeBinary, bindparam, cast, column, func, text
from sqlalchemy.orm import InstrumentedAttribute, Session

from gridmap.geo.crs import WGS84
from gridmap.geo.locate import BBox


def touches_box(session: Session, geometry: InstrumentedAttribute[Any], bbox: BBox) -> ColumnElement[bool]:
    """Whether a row's bounding box touches `bbox` (lon/lat), asked through the engine's spatial index.

    SpatiaLite uses its R*Tree only when the query names it.
    """
    model = geometry.class_
    west, south, east, north = bbox
    if session.get_bind().dialect.name != "sqlite":
        return geometry.op("&&")(func.ST_MakeEnvelope(west, south, east, north, WGS84))  # type: ignore[no-any-return]
    index = f"idx_{model.__tablename__}_{geometry.key}"
    rows = text(
        f"SELECT pkid FROM {index} WHERE xmin <= :{index}_e AND xmax >= :{index}_w"  # noqa: S608 (our names)
        f" AND ymin <= :{index}_n AND ymax >= :{index}_s"
    ).bindparams(**{f"{index}_w": west, f"{index}_s": south, f"{index}_e": east, f"{index}_n": north})
    return model.id.in_(rows.columns(column("pkid")))  # type: ignore[no-any-return]


def as_wkb(geometry: InstrumentedAttribute[Any]) -> ColumnElement[bytes]:
    """The column as WKB, the same bytes on both engines."""
    return func.ST_AsBinary(geometry, type_=LargeBinary)


def from_wkb(name: str) -> Any:
    """The value of the parameter `name` (WKB bytes, or None), as a geometry of ours."""
    return func.ST_GeomFromWKB(bindparam(name, type_=LargeBinary), WGS84)


def geometry_value(geometry: BaseGeometry | None) -> Any:
    """A geometry to store in one row."""
    wkb = None if geometry is None else shapely.to_wkb(geometry)
    return func.ST_GeomFromWKB(cast(wkb, LargeBinary) if wkb is None else wkb, WGS84)


def as_multi(shape: BaseGeometry) -> shapely.MultiPolygon:
    """A Polygon or MultiPolygon as the one kind that the tables keep."""
    return shape if shape.geom_type == "MultiPolygon" else shapely.MultiPolygon([shape])
