"""`gridmap` in processes of its own, forked from one that has loaded it: loading costs more than most are asked to do.

Tests of HTTPS, of the wheel and of the work beside a server start it from nothing, as people do.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import subprocess
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path

_FORKS = multiprocessing.get_context("forkserver")
# The last is what this very run began with: each fork would load it anew.
_FORKS.set_forkserver_preload(["gridmap.cli", "gridmap.web.server", "tests.forking", "pytest"])


def begin(words: Sequence[str], env: Mapping[str, str], out: Path, errors: Path | None = None) -> BaseProcess:
    """Begin `python WORDS` (a module with -m, else a command of gridmap) in a group of its own; what it says goes to files."""
    process = _FORKS.Process(target=_be, args=([*words], dict(env), str(out), str(errors or out)))
    process.start()
    return process


def done(
    words: Sequence[str], env: Mapping[str, str], folder: Path, timeout: float = 120
) -> subprocess.CompletedProcess[str]:
    """The same to its end, and what it said."""
    files = folder / "said.out", folder / "said.err"
    for file in files:
        file.unlink(missing_ok=True)
    process = begin(words, env, *files)
    process.join(timeout)
    assert process.exitcode is not None, files[1].read_text()
    return subprocess.CompletedProcess([*words], process.exitcode, *(file.read_text() for file in files))


def _be(words: list[str], env: dict[str, str], out: str, errors: str) -> None:
    os.setsid()
    os.environ.clear()
    os.environ.update(env)
    for place, file in ((1, out), (2, errors)):
        os.dup2(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND), place)
    if words[0] == "-m":
        sys.argv = words[1:]
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
        return
    from gridmap.cli import main  # loaded before

    main(words, prog_name="gridmap")
