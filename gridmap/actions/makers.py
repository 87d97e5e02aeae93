"""What takes long to make, made ahead by forked processes and handed over in order."""

from __future__ import annotations

import gc
import os
import pickle
import signal
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any, NamedTuple, NoReturn, TypeVar

from gridmap.errors import UnavailableError

P = TypeVar("P")
M = TypeVar("M")

MOST = 2
"""More makers than that wait for whoever takes what they made."""


def makers_here() -> int:
    """How many makers this machine has room for; 0 where making it here is as good."""
    processors = os.cpu_count() or 1
    return min(MOST, processors) if processors > 1 and hasattr(os, "fork") else 0


@contextmanager
def made_ahead(make: Callable[[P], M], parts: Sequence[P], makers: int) -> Iterator[Iterator[M]]:
    """What `make` gives for each part, in order; made in `makers` forked processes, or here where that is 0.

    A maker has a copy of all there is at the fork: `make` may read it, but must not use connections, locks
    or threads, and what it changes stays with the maker. What it gives is pickled. It makes one part ahead of
    what is taken. Its errors are raised here as what they are. No maker outlives the block, or this
    process by more than a part. Raises UnavailableError `maker_lost` where one is killed.
    """
    if not makers:
        yield map(make, parts)
        return
    forked: list[_Maker] = []
    try:
        for n in range(makers):
            forked.append(_fork(make, parts[n::makers], [maker.pipe for maker in forked]))
        yield (forked[n % makers].take() for n in range(len(parts)))
    finally:
        for maker in forked:
            maker.end()


class _Failed(NamedTuple):
    """What went wrong in a maker, and where."""

    error: BaseException
    told: str


@dataclass
class _Maker:
    """A forked process and the pipe that what it makes comes through."""

    pid: int
    pipe: Connection[Any, Any]

    def take(self) -> Any:
        try:
            made = self.pipe.recv()
        except (EOFError, OSError):
            raise UnavailableError("maker_lost", signal=-os.waitstatus_to_exitcode(self._reap())) from None
        if isinstance(made, _Failed):
            made.error.add_note(made.told)
            raise made.error
        return made

    def end(self) -> None:
        """End the process, which has nothing left to do that anybody wants."""
        self.pipe.close()
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            self._reap()

    def _reap(self) -> int:
        pid, self.pid = self.pid, 0
        return os.waitpid(pid, 0)[1]


def _fork(make: Callable[[Any], Any], parts: Sequence[Any], others: Sequence[Connection[Any, Any]]) -> _Maker:
    mine, theirs = Pipe(duplex=False)
    # An interrupt is this process's to answer: a maker must not unwind what it shares with it.
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        with warnings.catch_warnings():
            # That threads are running is fine: a maker takes none of their locks.
            warnings.simplefilter("ignore", DeprecationWarning)
            pid = os.fork()
        if pid == 0:
            _work(make, parts, theirs, [mine, *others])
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        theirs.close()
    return _Maker(pid, mine)


def _work(
    make: Callable[[Any], Any],
    parts: Sequence[Any],
    pipe: Connection[Any, Any],
    others: Sequence[Connection[Any, Any]],
) -> NoReturn:
    """The life of a maker. Nothing that stands open at the fork is ended by it."""
    try:
        gc.disable()  # looking for garbage would write on all that is shared, and so copy it
        for other in others:
            other.close()  # so that nobody can be written to once the taker is gone
        for part in parts:
            pipe.send(make(part))
    except BrokenPipeError:
        pass  # nobody is left who would take it
    except BaseException as error:  # told to the taker, who raises it
        with suppress(Exception):
            pipe.send(_Failed(_portable(error), traceback.format_exc()))
    finally:
        os._exit(0)


def _portable(error: BaseException) -> BaseException:
    """The error itself where it survives the way, else one that names it."""
    try:
        copy = pickle.loads(pickle.dumps(error))  # noqa: S301 (made in the line itself)
    except Exception:  # whatever making it anew raises
        copy = None
    return error if type(copy) is type(error) else RuntimeError(repr(error))
