"""What the source can say: the codes of errors, the rules of findings, the keys of texts, read off its trees.

A code is rarely written where it is raised: it stands in a constant, a choice of two, a loop over a
table, or comes in as an argument. `Reader.values` follows a name through all of these.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.guards.source import Function, Module

Scope = Function | ast.Lambda | ast.Module | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True)
class Said:
    """One place that says something: `code` None is what cannot be told from the source, `shown` is how it reads."""

    code: str | None
    shown: str
    module: str
    line: int
    fields: frozenset[str] | None = None

    def __str__(self) -> str:
        return f"{self.module}:{self.line} {self.code or self.shown}"


class Reader:
    """The modules of a package with who calls whom."""

    def __init__(self, modules: Iterable[Module]) -> None:
        self.modules = {module.name: module for module in modules}
        self._above: dict[ast.AST, ast.AST] = {}
        self._calls: dict[str, list[tuple[Module, ast.Call]]] = {}
        for module in self.modules.values():
            for node in ast.walk(module.tree):
                self._above.update((child, node) for child in ast.iter_child_nodes(node))
                if isinstance(node, ast.Call):
                    self._calls.setdefault(name_of(node.func), []).append((module, node))

    def calls(self, name: str) -> list[tuple[Module, ast.Call]]:
        """Every call of a function or method of that name."""
        return self._calls.get(name, [])

    def said(self, names: Iterable[str]) -> Iterator[Said]:
        """What the first argument of every call of one of `names` can be; nothing for a call without arguments."""
        for name in names:
            for module, call in self.calls(name):
                if not call.args:
                    continue
                shown = ast.unparse(call.args[0])
                for code in sorted(self.values(call.args[0], module) or {None}, key=str):
                    yield Said(code, shown, module.name, call.lineno, _fields(call))

    def values(
        self, node: ast.AST | None, module: Module, seen: frozenset[ast.AST] = frozenset()
    ) -> set[str] | None:
        """Every text an expression can be; None where that cannot be told."""
        if node in seen:
            return set()
        seen |= {node} if node else set()
        match node:
            case ast.Constant(value=str(text)):
                return {text}
            case ast.IfExp():
                return _together(self.values(part, module, seen) for part in (node.body, node.orelse))
            case ast.JoinedStr():
                return self._joined(node, module, seen)
            case ast.Name():
                return self._named(node, module, seen)
        return None

    def _joined(self, node: ast.JoinedStr, module: Module, seen: frozenset[ast.AST]) -> set[str] | None:
        texts = {""}
        for part in node.values:
            found = self.values(part.value if isinstance(part, ast.FormattedValue) else part, module, seen)
            if found is None:
                return None
            texts = {text + more for text in texts for more in found}
        return texts

    def _named(self, node: ast.Name, module: Module, seen: frozenset[ast.AST]) -> set[str] | None:
        for scope in self._scopes(node):
            bound = list(_bindings(scope, node.id))
            if isinstance(scope, Function) and node.id in _parameters(scope):
                return self._given(scope, node.id, seen)
            if bound:
                return _together(self._bound(source, way, module, seen) for source, way in bound)
        return self._imported(node.id, module, seen)

    def _scopes(self, node: ast.AST) -> Iterator[Scope]:
        while node := self._above.get(node):  # type: ignore[assignment]
            if isinstance(node, Scope):
                yield node

    def _bound(
        self, source: ast.expr, way: tuple[int, ...] | None, module: Module, seen: frozenset[ast.AST]
    ) -> set[str] | None:
        """The values of a name that is `source` itself (way None), or at `way` in each of its elements."""
        if way is None:
            return self.values(source, module, seen)
        elements = self._elements(source, module)
        return (
            None if elements is None else _together(self.values(_at(e, way), module, seen) for e in elements)
        )

    def _elements(self, source: ast.expr, module: Module) -> list[ast.expr] | None:
        if isinstance(source, ast.Tuple | ast.List | ast.Set):
            return source.elts
        if isinstance(source, ast.Name):
            for scope in self._scopes(source):
                for value, way in _bindings(scope, source.id):
                    return self._elements(value, module) if way is None else None
        return None

    def _given(self, function: Function, name: str, seen: frozenset[ast.AST]) -> set[str] | None:
        """What a parameter is given wherever its function is called."""
        at = _parameters(function).index(name)
        arguments = []
        for module, call in self.calls(function.name):
            shift = 1 if _parameters(function)[:1] == ["self"] and isinstance(call.func, ast.Attribute) else 0
            named = [keyword.value for keyword in call.keywords if keyword.arg == name]
            arguments += [(module, value) for value in named or call.args[at - shift : at - shift + 1]]
        if not arguments:
            return None
        return _together(self.values(value, module, seen) for module, value in arguments)

    def _imported(self, name: str, module: Module, seen: frozenset[ast.AST]) -> set[str] | None:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ImportFrom) and node.module in self.modules:
                origin = self.modules[node.module]
                for alias in node.names:
                    if (alias.asname or alias.name) == name:
                        found = [
                            self.values(value, origin, seen)
                            for value, _ in _bindings(origin.tree, alias.name)
                        ]
                        return _together(found) if found else None
        return None


def name_of(function: ast.expr) -> str:
    """The last name of what is called."""
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _together(found: Iterable[set[str] | None]) -> set[str] | None:
    parts = list(found)
    return None if any(part is None for part in parts) else set().union(*parts)  # type: ignore[arg-type]


def _at(element: ast.expr, way: tuple[int, ...]) -> ast.expr | None:
    for step in way:
        if not isinstance(element, ast.Tuple | ast.List):
            return None
        element = element.elts[step]
    return element


def _parameters(function: Function) -> list[str]:
    arguments = function.args
    return [argument.arg for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]


def _bindings(scope: Scope, name: str) -> Iterator[tuple[ast.expr, tuple[int, ...] | None]]:
    """Where a scope binds a name: the source, and None for itself or the way into each of its elements."""
    loops: list[ast.For | ast.comprehension] = []
    if isinstance(scope, COMPREHENSIONS):
        loops = list(scope.generators)
    elif isinstance(scope, Function | ast.Module):
        for node in _inside(scope):
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value and name in _targets(node):
                yield node.value, None
            elif isinstance(node, ast.For):
                loops.append(node)
    for loop in loops:
        yield from ((loop.iter, way) for way in _ways(loop.target, name))


def _targets(node: ast.Assign | ast.AnnAssign) -> list[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _inside(scope: Function | ast.Module) -> Iterator[ast.AST]:
    """The nodes of a scope without those of functions in it."""
    waiting: list[ast.AST] = list(scope.body)
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, Function | ast.ClassDef | ast.Lambda):
            waiting.extend(ast.iter_child_nodes(node))


def _ways(target: ast.expr, name: str, way: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    if isinstance(target, ast.Name) and target.id == name:
        yield way
    elif isinstance(target, ast.Tuple):
        for step, part in enumerate(target.elts):
            yield from _ways(part, name, (*way, step))


def _fields(call: ast.Call) -> frozenset[str] | None:
    """The names of the fields a call gives, as keywords or in a dictionary (a finding's fourth argument).

    None where they cannot be told, as where it passes on others'.
    """
    if len(call.args) > 3:
        keys = call.args[3].keys if isinstance(call.args[3], ast.Dict) else [None]
        names = [key.value if isinstance(key, ast.Constant) else None for key in keys]
    else:
        names = [keyword.arg for keyword in call.keywords]
    return None if None in names else frozenset(map(str, names))
