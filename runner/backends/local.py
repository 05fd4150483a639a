"""The backend that runs attempts in threads of this process, on the engine of this machine."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from runner.attempt import AttemptResult
from runner.scheduler import Job

_MOST_THREADS = 1024
"""More than turns are ever granted; a thread is begun only where all others are busy."""


class LocalBackend:
    """Threads suffice: an attempt waits for its container nearly all the time."""

    def __init__(self, work: Callable[[Job], AttemptResult]) -> None:
        self._work = work
        self._pool = ThreadPoolExecutor(_MOST_THREADS, thread_name_prefix="attempt")

    def submit(self, job: Job) -> Future[AttemptResult]:
        """Begin an attempt."""
        return self._pool.submit(self._work, job)

    def close(self) -> None:
        """Wait for the workers to end, dropping what has not begun."""
        self._pool.shutdown(wait=True, cancel_futures=True)
