"""Processes that are measured: how long, how much of the machine, how much memory at most."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_TICKS, _PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Run:
    """What a command took: seconds by the wall and by all processors, and its memory's peak with its children's."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    output: str


def run_measured(command: Sequence[str], environ: Mapping[str, str], folder: Path) -> Run:
    """Run a command to its end. Raises RuntimeError with what it said where it fails."""
    log = folder / "command.log"
    with log.open("wb") as out:
        before, begun = os.times(), time.perf_counter()
        process = subprocess.Popen(list(command), env=dict(environ), stdout=out, stderr=out, cwd=folder)
        watch = _Watch(process.pid)
        code = process.wait()
        wall, after = time.perf_counter() - begun, os.times()
        watch.stop()
    said = log.read_text(errors="replace")
    if code:
        raise RuntimeError(f"{' '.join(command)}\n{said[-2000:]}")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Run(wall, cpu, watch.peak_mb, said)


class _Watch:
    """Looks at the memory of a process and its children, twice a second."""

    def __init__(self, pid: int) -> None:
        self.peak_mb = 0.0
        self._pid, self._ended = pid, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        while not self._ended.wait(0.5):
            children = below(self._pid)
            # Counting what is shared stops a process for a moment: only where there is somebody to share with.
            now = sum(map(memory_of, (self._pid, *children))) if children else _resident(self._pid)
            self.peak_mb = max(self.peak_mb, now)

    def stop(self) -> None:
        """End looking."""
        self._ended.set()
        self._thread.join()


def memory_of(pid: int) -> float:
    """The memory of a process in MB, what it shares counted by its part (PSS); 0 where it is gone."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    except (OSError, ValueError):
        pass
    return 0.0


def _resident(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE / 2**20
    except (OSError, IndexError):
        return 0.0


def below(pid: int) -> list[int]:
    """The children of a process, whichever of its threads began them, and theirs."""
    children = [
        child for thread in Path(f"/proc/{pid}/task").glob("*") for child in begun_by(pid, thread.name)
    ]
    return [*children, *(grandchild for child in children for grandchild in below(child))]


def begun_by(pid: int, thread: int | str) -> list[int]:
    """The children that one thread of a process began: none where either is gone."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{thread}/children").read_text().split()]
    except OSError:
        return []


def cpu_of(pid: int) -> float:
    """The seconds of processor a running process has used, its threads included; 0 where it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS
