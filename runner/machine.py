"""What the runs of one user share on one machine: who else is there, and a turn without them."""

from __future__ import annotations

import fcntl
import os
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from harness.sandbox import SandboxCancelled
from task_specs.cache_dir import cache_dir

_LOOK_AGAIN_SECONDS = 2.0
_POLL_SECONDS = 0.05
_PRESENT = ".present"


class Machine:
    """This run's place among the others. All of it is locks of the kernel, which free themselves
    when a process dies, so that a killed run is missed by nobody."""

    def __init__(self, cancelled: threading.Event) -> None:
        self._cancelled = cancelled
        self._folder = cache_dir("runners")
        self._lock = threading.Lock()
        self._runs, self._counted = 1, 0.0
        self._name = self._folder / f"{uuid.uuid4().hex}{_PRESENT}"
        aside = self._name.with_suffix(".new")
        self._presence = os.open(aside, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        fcntl.flock(self._presence, fcntl.LOCK_EX)
        aside.rename(self._name)  # only now, so that nobody meets it without its lock

    def runs(self) -> int:
        """Return how many runs there are now, this one included; up to two seconds old."""
        with self._lock:
            if time.monotonic() - self._counted > _LOOK_AGAIN_SECONDS:
                others = [path for path in self._folder.glob(f"*{_PRESENT}") if path != self._name]
                self._runs = 1 + sum(_is_held(path) for path in others)
                self._counted = time.monotonic()
            return self._runs

    @contextmanager
    def among_others(self) -> Iterator[None]:
        """Hold an ordinary turn: waits while another run has the machine to itself."""
        with self._held("entrance", fcntl.LOCK_SH):
            inside = self._take("machine", fcntl.LOCK_SH)
        try:
            yield
        finally:
            os.close(inside)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold a turn that no other run shares: keeps new ones out, and waits for the rest."""
        with self._held("entrance", fcntl.LOCK_EX), self._held("machine", fcntl.LOCK_EX):
            yield

    def close(self) -> None:
        """Leave."""
        self._name.unlink(missing_ok=True)
        os.close(self._presence)

    @contextmanager
    def _held(self, name: str, kind: int) -> Iterator[None]:
        descriptor = self._take(name, kind)
        try:
            yield
        finally:
            os.close(descriptor)

    def _take(self, name: str, kind: int) -> int:
        """Return a descriptor that holds the lock; closing it gives the lock back."""
        path = self._folder / f"{name}.lock"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            while True:
                with suppress(BlockingIOError):
                    fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
                    return descriptor
                if self._cancelled.wait(_POLL_SECONDS):
                    raise SandboxCancelled("the run was interrupted")
        except BaseException:
            os.close(descriptor)
            raise


def _is_held(path: Path) -> bool:
    """Whether a run that lives holds this file; what a dead one left is removed."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        path.unlink(missing_ok=True)
        return False
    finally:
        os.close(descriptor)
