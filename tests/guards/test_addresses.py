"""Nothing from outside at run time: no page, script, style or lock file names a foreign address."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gridmap.resources import PACKAGE
from tests.guards.source import REPO, TEMPLATES

STATIC = PACKAGE / "static"
KINDS = {".html", ".js", ".mjs", ".css", ".svg", ".json", ".webmanifest"}
NAMESPACES = ("http://www.w3.org/",)
ADDRESS = re.compile(r"(?:https?|wss?|ftp)://[^\s\"'`<>)]+", re.IGNORECASE)
# Without a scheme: //host/… where something is loaded or sent to.
SCHEMELESS = re.compile(
    r"(?:(?:src|href|action)\s*=\s*|url\(\s*|import\s*\(?\s*|fetch\(\s*|from\s+)[\"']?//\w", re.I
)


def faults(files: Iterable[Path]) -> list[str]:
    """Every foreign address in the pages and what they load."""
    found = []
    for path in files:
        if path.suffix in KINDS and path.is_file():
            text = path.read_text(encoding="utf-8")
            found += [f"{path.name}: {a}" for a in ADDRESS.findall(text) if not a.startswith(NAMESPACES)]
            found += [f"{path.name}: {a}" for a in SCHEMELESS.findall(text)]
    return found


def lock_faults(text: str) -> list[str]:
    """Addresses in a lock file; who asks for donations is not an address that anything is fetched from."""
    return [address for _, value in _leaves(json.loads(text)) for address in ADDRESS.findall(str(value))]


def _leaves(node: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    if key == "funding":
        return
    if isinstance(node, dict):
        for name, value in node.items():
            yield name, name
            yield from _leaves(value, name)
    elif isinstance(node, list):
        for value in node:
            yield from _leaves(value)
    else:
        yield key, node


def own_files() -> list[Path]:
    vendor = STATIC / "vendor"
    return [*(path for path in STATIC.rglob("*") if vendor not in path.parents), *TEMPLATES.rglob("*")]


def test_no_page_names_a_foreign_address():
    assert faults(own_files()) == []


def test_pages_scripts_and_styles_are_looked_at():
    assert {path.suffix for path in own_files()} >= {".html", ".js", ".css"}


def test_the_lock_file_names_no_registry():
    assert lock_faults((REPO / "package-lock.json").read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.html", '<script src="https://cdn.example/x.js"></script>'),
        ("a.html", '<link href="//cdn.example/x.css">'),
        ("a.html", "<a href=HTTP://example.org>"),
        ("a.html", '<form action="//example.org/take">'),
        ("a.css", "body { background: url(//example.org/x.png) }"),
        ("a.css", "@import 'https://fonts.example/css';"),
        ("a.js", "const tiles = `https://tile.example/${z}`;"),
        ("a.js", 'import x from "//cdn.example/x.js";'),
        ("a.js", "new WebSocket('wss://example.org')"),
        ("a.svg", '<image href="http://example.org/x.png"/>'),
    ],
)
def test_a_foreign_address_is_found(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    assert len(faults(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    "text", ['el("http://www.w3.org/2000/svg")', "// a comment", "a = b //c", "'/api/v1/issues'"]
)
def test_namespaces_comments_and_own_paths_are_left_in_peace(tmp_path, text):
    (tmp_path / "a.js").write_text(text)
    assert faults(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "package",
    [
        {"resolved": "https://registry.example/leaflet.tgz"},
        {"dependencies": {"x": "git+https://example.org/x.git"}},
        {"http://example.org/x.tgz": {}},
        {"bin": ["https://example.org"]},
    ],
)
def test_an_address_in_a_lock_file_is_found(package):
    assert len(lock_faults(json.dumps({"packages": {"node_modules/leaflet": package}}))) == 1


def test_who_asks_for_donations_is_left_in_peace():
    lock = {"packages": {"p": {"funding": [{"type": "x", "url": "https://example.org"}], "version": "1"}}}
    assert lock_faults(json.dumps(lock)) == []
