"""The same cells as offices would send them, in every format; drawings, placemarks and archives written by hand."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd

from gridmap.geo.crs import WGS84

ZONE_35 = 4523
Rings = Iterable[tuple[float, float]]


def frame_of(rows: Iterable[tuple[str, str, object]]) -> gpd.GeoDataFrame:
    """Rows (code, name, shape) with columns as offices call them."""
    listed = list(rows)
    columns = {"code": [row[0] for row in listed], "name": [row[1] for row in listed]}
    return gpd.GeoDataFrame(columns, geometry=[row[2] for row in listed], crs=WGS84)


def dxf(entities: Iterable[str], *, code_page: str = "ANSI_936", version: str = "AC1015") -> str:
    """A drawing of these entities, as text."""
    page = f"9\n$DWGCODEPAGE\n3\n{code_page}\n" if code_page else ""
    header = f"0\nSECTION\n2\nHEADER\n9\n$ACADVER\n1\n{version}\n{page}0\nENDSEC\n"
    return f"{header}0\nSECTION\n2\nENTITIES\n{''.join(entities)}0\nENDSEC\n0\nEOF\n"


def polyline(points: Rings, *, layer: str = "网格", handle: str = "1A", closed: bool = True) -> str:
    """A polyline of a drawing."""
    listed = list(points)
    corners = "".join(f"10\n{x!r}\n20\n{y!r}\n" for x, y in listed)
    kind = f"5\n{handle}\n100\nAcDbEntity\n8\n{layer}\n100\nAcDbPolyline"
    return f"0\nLWPOLYLINE\n{kind}\n90\n{len(listed)}\n70\n{int(closed)}\n{corners}"


def writing(text: str, x: float, y: float, *, layer: str = "注记") -> str:
    """A text of a drawing."""
    return f"0\nTEXT\n5\n99\n100\nAcDbEntity\n8\n{layer}\n100\nAcDbText\n10\n{x!r}\n20\n{y!r}\n40\n1\n1\n{text}\n"


def kml(*placemarks: str, folder: str = "") -> str:
    """A KML document, its placemarks in a folder if one is named."""
    inside = "".join(placemarks)
    if folder:
        inside = f"<Folder><name>{folder}</name>{inside}</Folder>"
    return f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{inside}</Document></kml>'


def placemark(name: str, ring: Rings, data: Mapping[str, str], more: str = "") -> str:
    """A placemark with one outline and extended data."""
    listed = " ".join(f"{x!r},{y!r},12" for x, y in ring)
    fields = "".join(f'<Data name="{key}"><value>{value}</value></Data>' for key, value in data.items())
    shape = f"<LinearRing><coordinates>{listed}</coordinates></LinearRing>"
    polygon = f"<Polygon><outerBoundaryIs>{shape}</outerBoundaryIs></Polygon>"
    return f"<Placemark><name>{name}</name>{more}<ExtendedData>{fields}</ExtendedData>{polygon}</Placemark>"


def zip_of(members: Mapping[str, bytes], *, gbk_names: bool = False) -> bytes:
    """An archive; with `gbk_names` as Windows in China writes names: in GBK, without saying so."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(_spelled(name) if gbk_names else name, data)
    return out.getvalue()


def _spelled(name: str) -> zipfile.ZipInfo:
    class Member(zipfile.ZipInfo):
        def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802
            return name.encode("gbk"), self.flag_bits & ~0x800

    return Member(name)


def zip_folder(folder: Path, target: Path, inside: str = "") -> Path:
    """Everything in a folder, zipped under the path `inside`."""
    files = {f"{inside}{f.relative_to(folder)}": f.read_bytes() for f in folder.rglob("*") if f.is_file()}
    target.write_bytes(zip_of(files))
    return target


def _shapefile(frame: gpd.GeoDataFrame, folder: Path, encoding: str = "utf-8") -> Path:
    frame.to_file(folder / "cells.shp", encoding=encoding)
    return folder / "cells.shp"


def _bare_shapefile(frame: gpd.GeoDataFrame, folder: Path) -> Path:
    file = _shapefile(frame.to_crs(ZONE_35), folder, "gbk")
    for part in (".prj", ".cpg"):
        file.with_suffix(part).unlink()
    return file


def _zipped_shapefile(frame: gpd.GeoDataFrame, folder: Path) -> Path:
    _shapefile(frame, folder / "in")
    files = {f"网格/单元格{f.suffix}": f.read_bytes() for f in (folder / "in").iterdir()}
    (folder / "cells.zip").write_bytes(zip_of(files, gbk_names=True))
    return folder / "cells.zip"


def _by_driver(name: str, crs: int = WGS84) -> Callable[[gpd.GeoDataFrame, Path], Path]:
    def write(frame: gpd.GeoDataFrame, folder: Path) -> Path:
        frame.to_crs(crs).to_file(folder / name)
        return folder / name

    return write


def _zipped_gdb(frame: gpd.GeoDataFrame, folder: Path) -> Path:
    frame.to_file(folder / "in" / "cells.gdb", driver="OpenFileGDB")
    return zip_folder(folder / "in", folder / "cells.gdb.zip", "市/")


def _gdb(frame: gpd.GeoDataFrame, folder: Path) -> Path:
    frame.to_file(folder / "cells.gdb", driver="OpenFileGDB")
    return folder / "cells.gdb"


def _kml(frame: gpd.GeoDataFrame, folder: Path) -> Path:
    rows = frame.itertuples()
    text = kml(*(placemark(row.name, row.geometry.exterior.coords, {"code": row.code}) for row in rows))
    (folder / "cells.kml").write_text(text, encoding="utf-8")
    return folder / "cells.kml"


def _kmz(frame: gpd.GeoDataFrame, folder: Path) -> Path:
    text = _kml(frame, folder).read_bytes()
    (folder / "cells.kmz").write_bytes(zip_of({"doc.kml": text, "files/a.png": b"x"}))
    return folder / "cells.kmz"


def _dxf(frame: gpd.GeoDataFrame, folder: Path) -> Path:
    entities = []
    for row in frame.to_crs(ZONE_35).itertuples():
        middle = row.geometry.centroid
        entities.append(polyline(row.geometry.exterior.coords[:-1]))
        entities.append(writing(row.code, middle.x, middle.y, layer="code"))
        entities.append(writing(row.name, middle.x, middle.y - 10, layer="name"))
    (folder / "cells.dxf").write_bytes(dxf(entities).encode("gbk"))
    return folder / "cells.dxf"


def _wkt(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    return pd.DataFrame(frame.drop(columns="geometry")).assign(wkt=frame.geometry.to_wkt())


def _csv(frame: gpd.GeoDataFrame, folder: Path) -> Path:
    _wkt(frame).to_csv(folder / "cells.csv", index=False, encoding="gbk")
    return folder / "cells.csv"


def _xlsx(frame: gpd.GeoDataFrame, folder: Path) -> Path:
    _wkt(frame).to_excel(folder / "cells.xlsx", index=False)
    return folder / "cells.xlsx"


def _parquet(frame: gpd.GeoDataFrame, folder: Path) -> Path:
    frame.to_parquet(folder / "cells.parquet")
    return folder / "cells.parquet"


FORMATS: dict[str, tuple[Callable[[gpd.GeoDataFrame, Path], Path], dict[str, str]]] = {
    "shapefile in UTF-8": (_shapefile, {}),
    "shapefile in GBK without prj and cpg": (_bare_shapefile, {"crs": "4523", "encoding": "gbk"}),
    "zip with Chinese names": (_zipped_shapefile, {}),
    "GeoPackage in Web Mercator": (_by_driver("cells.gpkg", 3857), {}),
    "GeoJSON": (_by_driver("cells.geojson"), {}),
    "GeoJSON in a projected system": (_by_driver("cells.geojson", ZONE_35), {}),
    "KML": (_kml, {}),
    "KMZ": (_kmz, {}),
    "DXF": (_dxf, {"crs": "4523", "code": "Text code", "name": "Text name"}),
    "file geodatabase": (_gdb, {}),
    "file geodatabase, zipped": (_zipped_gdb, {}),
    "GeoParquet": (_parquet, {}),
    "CSV in GBK": (_csv, {"crs": "4326", "encoding": "gbk"}),
    "Excel": (_xlsx, {"crs": "4326"}),
    "FlatGeobuf": (_by_driver("cells.fgb"), {}),
    "MapInfo": (_by_driver("cells.mif"), {}),
}
"""How the cells are written, and what has to be said when they are read."""


def deliver(name: str, frame: gpd.GeoDataFrame, folder: Path) -> tuple[Path, dict[str, str]]:
    """The cells in the format called `name`, and the answers its open questions need."""
    write, answers = FORMATS[name]
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "in").mkdir(parents=True)
    return write(frame, folder), answers
