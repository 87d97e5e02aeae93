"""The source as the guards read it: every module with its place, its text and its tree."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from gridmap.resources import PACKAGE, folder

REPO = Path(__file__).resolve().parents[2]
TEMPLATES = folder("templates")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One file of Python; `name` is dotted and begins with the package's."""

    name: str
    path: Path
    text: str
    tree: ast.Module

    @property
    def package(self) -> str:
        """What a relative import begins at."""
        return self.name if self.path.name == "__init__.py" else self.name.rpartition(".")[0]

    def functions(self) -> Iterator[Function]:
        """Every function in it, methods and inner ones included."""
        return (node for node in ast.walk(self.tree) if isinstance(node, Function))


def read_modules(package: Path = PACKAGE) -> list[Module]:
    """Every module below the folder of a package, by name."""
    found = []
    for path in sorted(package.rglob("*.py")):
        parts = [package.name, *path.relative_to(package).with_suffix("").parts]
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        text = path.read_text(encoding="utf-8")
        found.append(Module(name, path, text, _tree_of(text, path)))
    return found


@cache
def _tree_of(text: str, path: Path) -> ast.Module:
    """Of a file that reads as it did the same tree: several guards look at all of them."""
    return ast.parse(text, str(path))


def made_up(folder: Path, files: Mapping[str, str]) -> list[Module]:
    """The modules of a package `gridmap` of these files, for showing that a guard can fail."""
    for name, text in files.items():
        path = folder / "gridmap" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return read_modules(folder / "gridmap")
