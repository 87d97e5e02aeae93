"""Everything can be read in one sitting: modules with a docstring and an end, bodies of a dozen lines."""

from __future__ import annotations

import ast
import statistics

import pytest

from tests.guards.source import Function, Module, made_up, read_modules

MODULE_LINES, BODY_LINES, MEDIAN_LINES = 500, 60, 12


def body_lines(function: Function) -> int:
    """The lines from the first statement to the last, the docstring not counted."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def without_docstring(modules: list[Module]) -> list[str]:
    """Modules that do not say what they are for."""
    return [m.name for m in modules if not (ast.get_docstring(m.tree) or "").strip()]


def too_long(modules: list[Module]) -> list[str]:
    """Modules and bodies beyond the budget."""
    long = [m.name for m in modules if len(m.text.splitlines()) > MODULE_LINES]
    return long + [f"{m.name}.{f.name}" for m in modules for f in m.functions() if body_lines(f) > BODY_LINES]


def median_body(modules: list[Module]) -> float:
    """The median of all bodies that have a statement."""
    return statistics.median(filter(None, (body_lines(f) for m in modules for f in m.functions())))


def test_every_module_says_what_it_is_for():
    assert without_docstring(read_modules()) == []


def test_no_module_and_no_body_is_too_long():
    assert too_long(read_modules()) == []


def test_the_median_body_is_short():
    assert median_body(read_modules()) <= MEDIAN_LINES


@pytest.mark.parametrize("text", ["", "x = 1\n", "# a comment\n", '""\n', "'''  '''\n"])
def test_a_module_that_says_nothing_is_found(tmp_path, text):
    assert without_docstring(made_up(tmp_path, {"mute.py": text})) == ["gridmap.mute"]


def function(lines: int, docstring: str = "") -> str:
    return f"def f():\n{docstring}" + "    pass\n" * lines


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (function(60), []),
        (function(61), ["gridmap.a.f"]),
        (function(60, '    """One.\n\n    Two.\n    """\n'), []),
        (function(61, '    """One."""\n'), ["gridmap.a.f"]),
        ("async " + function(61), ["gridmap.a.f"]),
        (
            "class A:\n" + function(61).replace("def", "    def").replace("    pass", "        pass"),
            ["gridmap.a.f"],
        ),
        ("def f():\n    return [\n" + "        1,\n" * 60 + "    ]\n", ["gridmap.a.f"]),
        ("x = 1\n" * 500, []),
        ("x = 1\n" * 501, ["gridmap.a"]),
    ],
)
def test_what_is_too_long_is_found(tmp_path, text, found):
    assert too_long(made_up(tmp_path, {"a.py": text})) == found


def test_long_bodies_move_the_median(tmp_path):
    modules = made_up(
        tmp_path, {"a.py": function(13) + function(13) + function(2), "b.py": function(0, '    """I."""\n')}
    )
    assert median_body(modules) == 13
