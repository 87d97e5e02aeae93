"""What a row needs to be measured: size, folders, the cluster, the district, stores prepared once."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from bench.cluster import Cluster
from bench.district import District, district, matters_file
from bench.offices import environ, gridmap, prepare, take_in
from bench.processes import Run, run_measured
from bench.sizes import Size

COLUMNS = ("--id", "id", "--lon", "lon", "--lat", "lat", "--category", "category", "--created", "created")
COLUMNS += ("--description", "description")


@dataclass
class Bench:
    """One run. `work` is a folder that goes at its end, `cache` one that stays, `results` where tables go."""

    size: Size
    cluster: Cluster
    work: Path
    cache: Path
    results: Path
    is_profiled: bool = False
    _stores: dict[str, str] = field(default_factory=dict)

    @cached_property
    def district(self) -> District:
        """The district at this size."""
        with step(f"{self.size.cells} cells"):
            return district(self.size, self.cache)

    @property
    def data_dir(self) -> Path:
        """Where gridmap keeps its files here."""
        return self.work / "data"

    def store(self, cells: str = "all", matters: int = 0) -> str:
        """The name of a database with the district (`cells`: "all", or "tenth" of them) and so many matters.

        Made once; whoever writes takes a copy (`Cluster.create`).
        """
        name = f"{cells}_{matters}"
        if name not in self._stores:
            drawn = self.district_with(cells)
            if matters:
                empty = self.store(cells)
                url = self.cluster.create(name, empty)
                with step(f"store {name}"):
                    take_in(url, self.data_dir, matters_file(matters, self.cache))
            else:
                url = self.cluster.create(name)
                with step(f"store {name}"):
                    prepare(url, self.data_dir, drawn)
            self.settle(name)
            self._stores[name] = name
        return name

    def district_with(self, cells: str) -> District:
        """The district with all cells, or a tenth."""
        return self.district if cells == "all" else district(self.size.with_tenth_of_cells(), self.cache)

    def keep_store(self, name: str) -> None:
        """Have the database `name` serve as the store of that name from now on."""
        self._stores[name] = name

    def settle(self, name: str) -> None:
        """Have a database vacuumed, analysed and on disk before anything is measured on it."""
        self.cluster.run("VACUUM ANALYZE", "CHECKPOINT", name=name)

    def import_as_users_do(self, url: str, count: int, *before: str) -> Run:
        """`gridmap import issues` of so many matters, as a user runs it; `before` goes in front of its module."""
        file = matters_file(count, self.cache)
        command = gridmap("import", "issues", str(file), *COLUMNS)
        command[1:1] = before
        return run_measured(command, environ(url, self.data_dir), self.work)


@contextmanager
def step(name: str) -> Iterator[None]:
    """Say what is being done, and how long it took."""
    print(f"  {name} …", end="", file=sys.stderr, flush=True)
    begun = time.perf_counter()
    yield
    print(f" {time.perf_counter() - begun:.1f} s", file=sys.stderr, flush=True)
