"""The command `python -m bench`: measures the rows asked for and prints one table."""

from __future__ import annotations

import argparse
import dataclasses
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from bench import (
    desk,
    heating,
    importing,
    locating,
    pages,
    posting,
    raising,
    spatialite,
    streaming,
    tiling,
    viewing,
)
from bench.cluster import cluster
from bench.run import Bench
from bench.sizes import SIZES, Size
from bench.table import Row, keep, machine, markdown

FOLDER = Path(__file__).resolve().parent
ROWS: dict[str, Callable[[Bench], list[Row]]] = {
    "locate": locating.measure,
    "import": importing.measure,
    "post": posting.measure,
    "growth": posting.measure_growth,
    "stream": streaming.measure,
    "heat": heating.measure,
    "baked": tiling.measure_baked,
    "tiles": tiling.measure,
    "pages": pages.measure,
    "view": viewing.measure,
    "desk": desk.measure,
    "raise": raising.measure,
    "spatialite": spatialite.measure,
}


def main(words: Sequence[str] | None = None) -> int:
    """Measure, print, keep; 0 where every promise is held, 1 where one is not."""
    wanted = _arguments(words)
    size = _size(wanted)
    rows: list[Row] = []
    # World-readable: psql and the server's processes run as others.
    with tempfile.TemporaryDirectory(prefix="gridmap-bench-", dir="/var/tmp") as work, cluster() as running:
        shown = running.shown()
        bench = Bench(size, running, Path(work), wanted.cache, wanted.results, wanted.profile)
        said = machine(shown, size.name)
        for name in wanted.only or ROWS:
            print(f"{name}:", file=sys.stderr, flush=True)
            rows += _measured(name, bench)
    file = keep(rows, said, wanted.results)
    print(markdown(rows, said))
    print(f"kept in {file}", file=sys.stderr)
    return int(any(row.is_held is False for row in rows))


def _measured(name: str, bench: Bench) -> list[Row]:
    """The rows of one kind; a line that says so where they could not be measured, so that the others are not lost."""
    try:
        return ROWS[name](bench)
    except Exception as error:
        traceback.print_exc()
        return [Row(f"{name}: could not be measured", "–", "–", 0.0, 1.0, str(error).strip()[-200:])]


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=main.__doc__)
    parser.add_argument("--only", action="append", choices=list(ROWS), help="One row; may be given again.")
    parser.add_argument("--size", choices=list(SIZES), default="full")
    for name in ("cells", "points", "stored", "rounds", "connections", "streams", "workers"):
        parser.add_argument(f"--{name}", type=int, help="Instead of the size's.")
    parser.add_argument("--seconds", type=float, help="How long each round of load goes on.")
    parser.add_argument("--profile", action="store_true", help="Also say where the time goes.")
    parser.add_argument("--cache", type=Path, default=FOLDER / "cache", help="Where drawn data stay.")
    parser.add_argument("--results", type=Path, default=FOLDER / "results", help="Where tables go.")
    return parser.parse_args(words)


def _size(wanted: argparse.Namespace) -> Size:
    names = ("cells", "points", "stored", "rounds", "connections", "streams", "workers", "seconds")
    changes = {name: getattr(wanted, name) for name in names if getattr(wanted, name) is not None}
    size = SIZES[wanted.size]
    return dataclasses.replace(size, **changes, name=f"{size.name} with {changes}" if changes else size.name)


if __name__ == "__main__":
    sys.exit(main())
