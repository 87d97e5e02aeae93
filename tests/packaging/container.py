"""A Dockerfile, its context and a compose file as a builder reads them, where no builder is at hand."""

from __future__ import annotations

import fnmatch
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.guards.source import REPO

_VARIABLE = re.compile(r"\$\{(\w+)(?:(:[-?])([^}]*))?\}")


@dataclass(frozen=True)
class Step:
    """One instruction of a Dockerfile: its word, what follows, and the stage it stands in (0: before any)."""

    word: str
    rest: str
    stage: int

    @property
    def words(self) -> list[str]:
        """What follows, word by word, options left out."""
        return [word for word in self.rest.split() if not word.startswith("--")]

    @property
    def form(self) -> list[str] | None:
        """The exec form's words; None for the shell form."""
        try:
            return [str(word) for word in json.loads(self.rest)]
        except json.JSONDecodeError:
            return None


def steps(text: str) -> list[Step]:
    """The instructions of a Dockerfile, comments gone, continued lines joined, its ARGs filled in where it uses them in FROM."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n", "", "\n".join(lines))
    found, stage, defaults = [], 0, {}
    for line in filter(str.strip, joined.splitlines()):
        word, _, rest = line.strip().partition(" ")
        if word == "FROM":
            stage += 1
            rest = interpolated(rest, defaults)
        elif word == "ARG":
            name, _, default = rest.partition("=")
            defaults[name] = default
        found.append(Step(word, " ".join(rest.split()), stage))
    return found


def interpolated(text: str, given: Mapping[str, str]) -> str:
    """Text with its ${…} filled in as compose does. Raises KeyError for one that must be given and is not."""

    def fill(found: re.Match[str]) -> str:
        name, way, more = found.groups()
        if given.get(name):
            return given[name]
        if way == ":?":
            raise KeyError(f"{name}: {more}")
        return more or ""

    return _VARIABLE.sub(fill, text)


def read_compose(text: str, given: Mapping[str, str]) -> dict[str, Any]:
    """A compose file, anchors followed, then its variables filled in: what they give stays text."""
    return dict(_filled(yaml.safe_load(text), given))


def _filled(part: Any, given: Mapping[str, str]) -> Any:
    if isinstance(part, dict):
        return {name: _filled(one, given) for name, one in part.items()}
    if isinstance(part, list):
        return [_filled(one, given) for one in part]
    return interpolated(part, given) if isinstance(part, str) else part


def is_ignored(path: str, rules: list[str]) -> bool:
    """Whether the builder leaves out a path of the context: the last rule that fits it, or a folder above it, decides."""
    ignored = False
    for rule in rules:
        is_exception = rule.startswith("!")
        if _fits(path, rule.removeprefix("!")):
            ignored = not is_exception
    return ignored


def _fits(path: str, pattern: str) -> bool:
    parts = path.split("/")
    above = ["/".join(parts[:n]) for n in range(1, len(parts) + 1)]
    if pattern.startswith("**/"):
        return any(fnmatch.fnmatch(one.rpartition("/")[2], pattern[3:]) for one in above)
    same_depth = [one for one in above if one.count("/") == pattern.count("/")]
    return any(fnmatch.fnmatch(one, pattern) for one in same_depth)


def rules_of(text: str) -> list[str]:
    """The rules of a .dockerignore."""
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


def context(repo: Path = REPO) -> Iterator[str]:
    """The paths of all files that the builder is given."""
    rules = rules_of((repo / ".dockerignore").read_text())
    tops = {rule.removeprefix("!").split("/")[0] for rule in rules if rule.startswith("!")}
    for top in sorted(tops):
        found = [repo / top] if (repo / top).is_file() else sorted((repo / top).rglob("*"))
        names = (file.relative_to(repo).as_posix() for file in found if file.is_file())
        yield from (name for name in names if not is_ignored(name, rules))


def copies(found: list[Step]) -> list[tuple[str, str]]:
    """What is copied out of the context: from where, to where."""
    return [
        (source, one.words[-1])
        for one in found
        if one.word == "COPY" and "--from=" not in one.rest
        for source in one.words[:-1]
    ]


def lay_out(found: list[Step], target: Path, repo: Path = REPO) -> None:
    """Do what the COPY steps of a Dockerfile do, into a folder that stands for its work directory."""
    files = list(context(repo))
    for source, to in copies(found):
        inside = [name for name in files if name == source or name.startswith(f"{source}/")]
        for name in inside:
            below = Path(name).name if name == source else Path(name).relative_to(source).as_posix()
            copy = target / to / below
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(repo / name, copy)
