"""The one table: a line for each promise, headed by what it was measured on."""

from __future__ import annotations

import importlib.metadata
import json
import math
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import shapely

from bench.cluster import memory_mb

LIBRARIES = ("geopandas", "shapely", "sqlalchemy", "psycopg", "gunicorn", "numpy", "pandas")


@dataclass(frozen=True)
class Row:
    """One line. `ratio` is how many times better ours is where `at_least` is promised, how many times dearer where `at_most`.

    Where neither is, the line is for information.

    `ours` and `theirs` are said with their units; `figures` are the same as numbers, for machines.
    """

    name: str
    ours: str
    theirs: str
    ratio: float | None
    at_least: float | None = None
    notes: str = ""
    figures: Mapping[str, Any] = field(default_factory=dict)
    at_most: float | None = None

    @property
    def is_held(self) -> bool | None:
        """Whether the promise is held; None where nothing is promised."""
        if self.ratio is None or (self.at_least is None and self.at_most is None):
            return None
        return (self.at_least or 0.0) <= self.ratio <= (self.at_most or math.inf)

    def cells(self) -> list[str]:
        """The line as the table shows it."""
        held = {True: "yes", False: "**no**", None: "–"}[self.is_held]
        ratio = "–" if self.ratio is None else f"{self.ratio:.2f}"
        least, most = (None if limit is None else f"{limit:.2f}" for limit in (self.at_least, self.at_most))
        promised = f"≥ {least}" if least else f"≤ {most}" if most else "–"
        return [self.name, self.ours, self.theirs, ratio, promised, held, self.notes]


HEAD = ("What", "gridmap", "instead", "ratio", "promised", "held", "notes")


def markdown(rows: Iterable[Row], machine: Sequence[str]) -> str:
    """The table with its head: what it was measured on."""
    lines = [f"- {said}" for said in machine]
    lines += ["", "| " + " | ".join(HEAD) + " |", "|" + "---|" * len(HEAD)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row.cells()) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def machine(postgres: Mapping[str, str] | None, size: str) -> list[str]:
    """What it was measured on."""
    cpus = os.cpu_count()
    said = [
        f"measured {datetime.now().astimezone():%Y-%m-%d %H:%M %z}, size {size}, load before {os.getloadavg()[0]:.1f}",
        f"{_cpu()}, {cpus} cores, {memory_mb() / 1024:.0f} GiB, {platform.system()} {platform.release()}",
        f"Python {platform.python_version()}, GEOS {shapely.geos_version_string}, "
        + ", ".join(f"{name} {importlib.metadata.version(name)}" for name in LIBRARIES),
    ]
    if postgres:
        kept = ", ".join(
            f"{name} {value}" for name, value in postgres.items() if name not in ("version", "postgis")
        )
        said.append(f"PostgreSQL {postgres['version']}, PostGIS {postgres.get('postgis', '?')}; {kept}")
    return said


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def keep(rows: Sequence[Row], said: Sequence[str], folder: Path) -> Path:
    """Write the table to `folder` as Markdown, and as JSON beside it; the former's place."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{datetime.now():%Y%m%d-%H%M%S}.md"
    file.write_text(markdown(rows, said), encoding="utf-8")
    data = [{**vars(row), "held": row.is_held} for row in rows]
    text = json.dumps({"machine": list(said), "rows": data}, ensure_ascii=False, indent=1, default=str)
    file.with_suffix(".json").write_text(text, encoding="utf-8")
    return file
