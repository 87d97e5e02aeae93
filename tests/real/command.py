"""The command `gridmap` as an operator runs it, over a store of its own on each engine."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from sqlalchemy import text

from gridmap.cli import main
from gridmap.db.engine import Database

DATA = Path(os.environ["GRIDMAP_REAL_DATA"])


@dataclass
class Store:
    """One store: the environment its commands run in, and where their papers go."""

    env: dict[str, str]
    folder: Path
    counts: list[dict[str, int]] = field(default_factory=list)

    def attempt(self, *words: object) -> Result:
        """A command that may fail."""
        return CliRunner().invoke(main, [str(word) for word in words], env=self.env)

    def run(self, *words: object) -> str:
        done = self.attempt(*words)
        assert done.exit_code == 0, done.output
        return done.stdout

    def take_in(self, kind: str, file: str, *words: object, name: str) -> dict[str, Any]:
        """The report of an import, with its counts; a map is drawn as well."""
        report, page = self.folder / f"{name}.json", self.folder / f"{name}.html"
        said = self.run("import", kind, DATA / file, *words, "--report", report, "--map", page)
        self.counts.append(json.loads(said))
        assert 100_000 < page.stat().st_size < 30_000_000
        return json.loads(report.read_text(encoding="utf-8"))

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        database = Database(self.env["GRIDMAP_DATABASE_URL"])
        with database.reading() as session:
            rows = [tuple(row) for row in session.execute(text(query))]
        database.dispose()
        return rows


def open_store(url: str, folder: Path) -> Store:
    """An initialised store."""
    env = {"GRIDMAP_DATABASE_URL": url, "GRIDMAP_DATA_DIR": str(folder), "GRIDMAP_LANGUAGE": "en"}
    store = Store(env, folder)
    store.run("init")
    return store


def on_both(engines: Sequence[str], postgres: Any, folder_of: Callable[[str], Path]) -> dict[str, Store]:
    """A store on each engine."""
    made = {}
    for engine in engines:
        folder = folder_of(engine)
        url = f"sqlite:///{folder / 'real.db'}" if engine == "spatialite" else postgres.empty()
        made[engine] = open_store(url, folder)
    return made
