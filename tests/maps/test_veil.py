"""Words from outside never reach a template: not a name, not a code."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from gridmap.geo import crs
from gridmap.maps.share import shared_map
from gridmap.maps.veil import Veil
from gridmap.resources import PACKAGE
from gridmap.texts import catalogue

VENDOR = PACKAGE / "static" / "vendor"
POISONS = ("{{7*7}}x", "{% raw %}", "{#", "P{{cycler.__init__.__globals__}}Q", '"</script><b>', "veiled-0-0-")


@pytest.mark.parametrize("poison", POISONS)
def test_names_and_codes_come_out_as_they_went_in(poison: str) -> None:
    columns = {"code": [poison], "name": [poison], "level": ["grid"], "open": [1]}
    cells = gpd.GeoDataFrame(columns, geometry=[shapely.box(0, 0, 1, 1)], crs=crs.WGS84)
    drawn = shared_map(cells, None, bounds=(0, 0, 1, 1), texts=catalogue("en"), vendor=VENDOR)
    escaped = poison.replace("<", "\\u003c").replace(">", "\\u003e").replace('"', '\\"')
    assert str(drawn.scripts).count(f'"{escaped}"') == 2
    assert "49x" not in str(drawn.scripts)


def test_a_placeholder_of_one_page_means_nothing_on_another() -> None:
    first, second = Veil(), Veil()
    assert second.reveal(f'"{first.hide("secret")}"') != '"secret"'
    assert first.reveal(f'"{first.hide("a")}"') == '"a"'
