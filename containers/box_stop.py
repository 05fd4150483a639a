"""What stops a box from outside: its limits, or someone's word; the first reason counts."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum

from containers.box_meter import BoxMeter
from containers.disk_guard import DiskStop
from containers.engine import Engine, OutputStream
from harness.sandbox import InfrastructureError

KILL_SECONDS = 30.0
"""How long a killed box may take to end before the engine counts as hanging."""
_FIRST_SAMPLE_SECONDS, _SAMPLE_SECONDS = 0.05, 1.0

_log = logging.getLogger(__name__)


class Stop(Enum):
    """Why a box was stopped from outside."""

    TIMEOUT = "timeout"
    OUTPUT = "output"
    DISK = "disk"
    SHORTAGE = "shortage"
    """The engine's disk ran short."""
    WATCH = "watch"
    CANCELLED = "cancelled"


class BoxStop:
    """Stops one box, at its deadline or when it is told to; from any thread."""

    def __init__(self) -> None:
        self.reason: Stop | None = None
        self.said = ""
        """What the watch said when it had the box stopped."""
        self._lock = threading.Lock()
        self._wake = threading.Event()
        """Set when the box has been stopped or has ended."""
        self._ended = threading.Event()

    def stop(self, why: Stop) -> None:
        """Have the box killed; does nothing to one that has ended."""
        with self._lock:
            if self.reason is None and not self._ended.is_set():
                self.reason = why
            self._wake.set()

    def stop_as_said(self, said: str) -> None:
        """Have the box killed because its watch said so."""
        self.said = said
        self.stop(Stop.WATCH)

    def stop_for_disk(self, why: DiskStop) -> None:
        """Have the box killed on account of the disk."""
        self.stop(Stop.DISK if why is DiskStop.LIMIT else Stop.SHORTAGE)

    @contextmanager
    def watching(
        self,
        engine: Engine,
        container: str,
        stream: OutputStream,
        meter: BoxMeter,
        *,
        deadline: float,
    ) -> Iterator[None]:
        """Be ready to kill a running box until the context is left, which is when it has ended.

        `deadline` is a moment of the monotonic clock. `meter` is sampled in passing.
        """
        watcher = threading.Thread(
            target=self._watch, args=(engine, container, stream, meter, deadline), daemon=True
        )
        watcher.start()
        try:
            yield
        finally:
            with self._lock:
                self._ended.set()
                self._wake.set()
            watcher.join()

    def _watch(
        self,
        engine: Engine,
        container: str,
        stream: OutputStream,
        meter: BoxMeter,
        deadline: float,
    ) -> None:
        """Kill the box when the time has come, and never let it hang.

        An engine that does not manage to kill it loses the stream, so that `run` goes on.
        """
        pause = _FIRST_SAMPLE_SECONDS
        meter.sample()
        while not self._wake.wait(max(0.0, min(pause, deadline - time.monotonic()))):
            meter.sample()
            pause = min(2 * pause, _SAMPLE_SECONDS)
            if time.monotonic() >= deadline:
                self.stop(Stop.TIMEOUT)
        if self._ended.is_set():
            return
        try:
            engine.kill(container)
        except InfrastructureError as error:
            _log.warning("%s", error)
        if not self._ended.wait(KILL_SECONDS):
            stream.close()
