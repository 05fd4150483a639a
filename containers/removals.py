"""Containers that have ended are removed beside the work, not in its way."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor

from containers.engine import Engine
from harness.sandbox import InfrastructureError

_AT_A_TIME = 2
_MOST_WAITING = 16
"""Ended containers that may be there at one moment: each holds what its tests wrote on disk."""

_log = logging.getLogger(__name__)


class Removals:
    """Removes containers in threads of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._pool = ThreadPoolExecutor(_AT_A_TIME, thread_name_prefix="removal")
        self._room = threading.BoundedSemaphore(_MOST_WAITING)

    def remove(self, container: str) -> None:
        """Have a container removed soon; blocks while too many are waiting for that."""
        self._room.acquire()
        self._pool.submit(self._remove, container)

    def close(self) -> None:
        """Return once all of them are gone."""
        self._pool.shutdown(wait=True)

    def _remove(self, container: str) -> None:
        """A failure is not raised: the attempt's result stands, and what is left behind is
        removed when the run ends, or by `reaper` once this process has."""
        try:
            self._engine.remove(container)
        except InfrastructureError as error:
            _log.info("a container stays for now: %s", error)
        finally:
            self._room.release()
