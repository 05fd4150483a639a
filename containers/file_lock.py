"""One lock for threads and processes alike: two of them never make the same thing at once."""

from __future__ import annotations

import fcntl
import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

from task_specs.cache_dir import cache_dir

_PAUSE_SECONDS = 0.2


@contextmanager
def file_lock(
    name: str, on_wait: Callable[[], object] | None = None, *, shared: bool = False
) -> Iterator[None]:
    """Hold the lock called `name`, waiting for whoever holds it: a thread or another process.

    `on_wait` is called several times a second while it waits; an exception that it raises ends
    the wait. A `shared` lock can have many holders at once, and only keeps out those who want it
    alone. The kernel frees a lock when its holder dies, so that a killed run blocks nobody.
    """
    with _lock_file(name) as handle:
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        if on_wait is None:
            fcntl.flock(handle, kind)
        else:
            while not _locked(handle, kind):
                on_wait()
                time.sleep(_PAUSE_SECONDS)
        yield


@contextmanager
def try_file_lock(name: str) -> Iterator[bool]:
    """Hold the lock called `name` alone if nobody holds it now; yield whether it is held."""
    with _lock_file(name) as handle:
        yield _locked(handle, fcntl.LOCK_EX)


def _locked(handle: IO[bytes], kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lock_file(name: str) -> IO[bytes]:
    """Open the empty file of a lock. It stays: deleting it would let two holders lock two files."""
    digest = hashlib.sha256(name.encode()).hexdigest()[:24]
    return (cache_dir("locks") / f"{digest}.lock").open("wb")
