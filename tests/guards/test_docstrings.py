"""What others call is described: every public name of the packages that hold the rules and the work."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.guards.source import Function, Module, made_up, read_modules

PACKAGES = ("domain", "geo", "actions", "db", "files", "maps")
Described = Function | ast.ClassDef


def faults(modules: list[Module]) -> list[str]:
    """Public functions, classes and methods without a docstring."""
    return [
        f"{module.name}.{name}"
        for module in modules
        if _is_held(module.name)
        for name, node in _public(module.tree.body)
        if not (ast.get_docstring(node) or "").strip()
    ]


def _is_held(name: str) -> bool:
    """Whether a module belongs to those packages; a migration is called by Alembic only."""
    return name.split(".")[1:2] != [] and name.split(".")[1] in PACKAGES and ".migrations." not in name


def _public(body: list[ast.stmt], above: str = "") -> Iterator[tuple[str, Described]]:
    for node in body:
        if not isinstance(node, Described) or node.name.startswith("_") or _is_overload(node):
            continue
        yield above + node.name, node
        if isinstance(node, ast.ClassDef):
            yield from _public(node.body, f"{above}{node.name}.")


def _is_overload(node: Described) -> bool:
    return any(isinstance(one, ast.Name) and one.id == "overload" for one in node.decorator_list)


def test_every_public_name_is_described():
    assert faults(read_modules()) == []


@pytest.mark.parametrize("package", PACKAGES)
@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("def locate(): ...", "locate"),
        ("async def locate(): ...", "locate"),
        ("class Cell: ...", "Cell"),
        ('class Cell:\n    """A cell."""\n    def area(self): ...', "Cell.area"),
        ('def locate():\n    """   """', "locate"),
        ("@cache\ndef locate(): ...", "locate"),
    ],
)
def test_an_undescribed_name_is_found(tmp_path, package, text, name):
    assert faults(made_up(tmp_path, {f"{package}/a.py": text})) == [f"gridmap.{package}.a.{name}"]


@pytest.mark.parametrize(
    "text",
    [
        "def _inner(): ...",
        "class _Inner:\n    def area(self): ...",
        'class Cell:\n    """A cell."""\n    def __init__(self): ...\n    def _area(self): ...',
        "@overload\ndef f(x: int) -> int: ...",
        'def f():\n    """Does."""\n    def g(): ...',
    ],
)
def test_what_is_nobodys_business_is_left_in_peace(tmp_path, text):
    assert faults(made_up(tmp_path, {"geo/a.py": text})) == []
