"""One door for writes: only actions commit, and the schema's upgrade, which no person asks for."""

from __future__ import annotations

import ast

import pytest

from tests.guards.source import Module, made_up, read_modules

DOORS = ("gridmap.actions", "gridmap.db.schema")
ENDINGS = {"commit", "begin", "begin_nested"}
"""A `begin` in a `with` commits at its end, too."""


def faults(modules: list[Module]) -> list[str]:
    """Every call that ends a transaction, outside the doors."""
    return [
        f"{module.name}:{node.lineno}"
        for module in modules
        if not any(f"{module.name}.".startswith(f"{door}.") for door in DOORS)
        for node in ast.walk(module.tree)
        if _ends_a_transaction(node)
    ]


def _ends_a_transaction(node: ast.AST) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr in ENDINGS
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return is_text and node.value.strip().rstrip(";").upper() in {"COMMIT", "END TRANSACTION"}


def test_only_actions_commit():
    assert faults(read_modules()) == []


def test_all_commits_in_actions_are_those_of_the_one_door():
    inside = [module for module in read_modules() if module.name.startswith("gridmap.actions.")]
    found = [module.name for module in inside for node in ast.walk(module.tree) if _ends_a_transaction(node)]
    assert found == ["gridmap.actions.office"] * 2  # the session's, and that of a transaction sent whole


@pytest.mark.parametrize(
    "file",
    ["web/pages.py", "db/areas.py", "db/schemas.py", "cli.py", "live.py", "actionsx.py", "demo/build.py"],
)
@pytest.mark.parametrize(
    "line",
    [
        "session.commit()",
        "with engine.begin() as connection: pass",
        "office.database.session().commit()",
        "with session.begin_nested(): pass",
        "connection.execute('commit;')",
    ],
)
def test_a_commit_elsewhere_is_found(tmp_path, file, line):
    assert len(faults(made_up(tmp_path, {file: f"def f():\n    {line}\n"}))) == 1


def test_the_doors_are_open(tmp_path):
    doors = {"actions/office.py": "session.commit()", "db/schema.py": "connection.commit()"}
    assert faults(made_up(tmp_path, {**doors, "actions/__init__.py": "s.commit()"})) == []
