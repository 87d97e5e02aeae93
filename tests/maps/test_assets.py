"""What folium loads is what was vendored, and the lock says nothing of where it came from."""

from __future__ import annotations

import json
import re
from pathlib import Path

import folium
from folium.plugins import MarkerCluster

from gridmap.maps import assets
from gridmap.resources import PACKAGE

ROOT = Path(__file__).parents[2]
ALL = (*assets.MAP_JS, *assets.MAP_CSS, *assets.CLUSTER_JS, *assets.CLUSTER_CSS)
ALL += (*assets.MODULES, ("maplibre_css", assets.WALL_CSS))


def test_versions_are_those_of_the_lock() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    locked = {name.split("/")[-1]: package["version"] for name, package in lock.items() if name}
    for _, path in ALL:
        name, version = path.split("/")[0].rsplit("-", 1)
        assert locked[name] == version


def test_every_link_has_its_file_and_every_package_its_licence() -> None:
    manifest = json.loads((PACKAGE / "static" / "vendor" / "manifest.json").read_text(encoding="utf-8"))
    files = {file for package in manifest["packages"] for file in package["files"]}
    assert {path for _, path in ALL} <= files
    for package in manifest["packages"]:
        assert package["licence"]
        assert any(re.search("LICEN[CS]E", file) for file in package["files"])


def test_setting_them_again_changes_nothing_more() -> None:
    assets.use_local_assets("/static/vendor/")
    once = [*folium.Map.default_js, *folium.Map.default_css, *MarkerCluster.default_js]
    assets.use_local_assets("/static/vendor")
    assert [*folium.Map.default_js, *folium.Map.default_css, *MarkerCluster.default_js] == once
    assert all(url.startswith("/static/vendor/") for _, url in once)


def test_the_lock_names_no_registry() -> None:
    lock = (ROOT / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in lock
    assert "registry" not in lock
