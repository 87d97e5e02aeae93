"""What an import found, put on paper: on screen, as JSON, as a map; also of an import that is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import geopandas as gpd
import shapely
from shapely.geometry import shape

from gridmap.actions.importing import ImportReport
from gridmap.cli.desk import Desk, write_json
from gridmap.cli.findings import Told, show, tell, title_of
from gridmap.errors import FindingsError
from gridmap.files.reading import Source
from gridmap.geo.crs import WGS84
from gridmap.texts import catalogue, text

_WITH_HEADER = (".csv", ".tsv", ".txt", ".xlsx")


class Paper:
    """Where the findings of one import go: the options `report` and `map`, and the screen."""

    def __init__(
        self, desk: Desk, source: Source, features: gpd.GeoDataFrame | None, options: Mapping[str, Any]
    ) -> None:
        self._desk, self._source, self._features = desk, source, features
        self._report, self._map = options["report"], options.get("map")

    def tell(self, findings: list[dict[str, Any]]) -> list[Told]:
        """The findings as people read them."""
        return tell(findings, self._desk.language, first_row_of(self._source))

    def done(self, report: ImportReport) -> None:
        """Say what an import did, and hand its papers out; the counts go to standard output."""
        language, told = self._desk.language, self.tell([f.to_dict() for f in report.findings])
        show(told, language)
        self.draw(told, "dry_run" if report.is_dry_run else "stored")
        counts = ", ".join(f"{text(language, 'cli.count_' + k)} {v}" for k, v in report.counts.items())
        self._desk.say("dry_run_done" if report.is_dry_run else "import_done", counts=counts)
        if self._map:
            self._desk.say("map_written", file=self._map)
        if self._report:
            write_json(self._report, {**report.to_json(), "refused": False, "findings": told})
        click.echo(json.dumps(report.counts))

    def draw(self, told: list[Told], outcome: str) -> None:
        """Write the map, where one is wanted; `outcome` is stored, dry_run or refused."""
        if self._map is None or self._features is None:
            return
        from gridmap.maps.findings import Sheet, findings_map  # noqa: PLC0415  (the other commands do without folium)

        sheet = Sheet(self._source.name, outcome, self._desk.language, catalogue(self._desk.language))
        page = findings_map(self._features, _frame(told, self._desk.language), sheet)
        self._map.write_text(page, encoding="utf-8")


@contextmanager
def paper_for(
    desk: Desk, source: Source, features: gpd.GeoDataFrame | None, options: Mapping[str, Any]
) -> Iterator[Paper]:
    """Papers for the import inside the block: where it is refused, the map is drawn and its findings get their texts."""
    paper = Paper(desk, source, features, options)
    try:
        yield paper
    except FindingsError as error:
        told = paper.tell(list(error.details["findings"]))
        paper.draw(told, "refused")
        raise FindingsError("import_refused", **{**error.details, "findings": told}) from error


def first_row_of(source: Source) -> int:
    """The number that the first record's row bears in the file: below a header and its titles, 1 without."""
    if Path(source.name).suffix.lower() not in _WITH_HEADER:
        return 1
    titles = [f.details["count"] for f in source.findings if f.rule == "title_rows"]
    return 2 + sum(titles)


def _frame(told: list[Told], language: str) -> gpd.GeoDataFrame:
    """The findings as the map takes them."""
    columns = {name: [finding[name] for finding in told] for name in ("rule", "severity", "row", "text")}
    columns["record"] = [None if f["record"] is None else str(f["record"]) for f in told]
    columns["title"] = [title_of(finding["rule"], language) for finding in told]
    shapes = [None if f["geometry"] is None else shapely.force_2d(shape(f["geometry"])) for f in told]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=WGS84)
