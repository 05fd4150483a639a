"""Keeps boxes from filling the engine's disk.

An engine bounds what a box may write only on file systems with project quotas, which few have. So
what boxes write is looked at from outside while they run: one that goes beyond its limit is
stopped, and where the disk itself runs short, the one that has written most, before the others'
tests fail for want of space.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from containers.engine import Engine
from harness.sandbox import InfrastructureError
from task_specs.limits import GIB, MIB

LOOK_SECONDS = 0.5
_MEASURE_SECONDS = 60.0
"""How often a box is measured where the free space gives no reason to; others' files may go."""
_BLIND_MEASURE_SECONDS = 10.0
"""The same where the engine's disk cannot be seen from here."""
_MEASURE_SHORTAGE_SECONDS = 1.0
"""How often all are measured while the disk is short."""
_MOST_RESERVED = 2 * GIB
_WORTH_STOPPING = 64 * MIB
"""Who has written less, or less than what is left, is not who fills the disk."""
_FULL, _FULL_FOR_ROOT = MIB, 32 * MIB
"""With less than this left, writing fails. Of what a file system keeps back for root, ext4 keeps
16 MiB to itself."""
_SETTLE_SECONDS = 5.0
"""How long the space that a stopped box held may take to be free again."""

_log = logging.getLogger(__name__)


class DiskStop(Enum):
    """Why a box was stopped on account of the disk."""

    LIMIT = "limit"
    """It wrote more than it may."""
    SHORTAGE = "shortage"
    """The disk runs short, and it has written most."""


@dataclass(eq=False, slots=True)
class Guarded:
    """A running box."""

    container: str
    limit_bytes: int
    stop: Callable[[DiskStop], None]
    free: int | None
    """What was free when it was measured last."""
    written: int = 0
    measured: float = field(default_factory=time.monotonic)
    saw_full_disk: bool = False


class DiskGuard:
    """Looks after the disk under the boxes of one engine, in a thread of its own."""

    def __init__(self, engine: Engine, storage: Path | None) -> None:
        """`storage` is a folder on the engine's disk; None where that is not this machine's."""
        self._engine = engine
        self._storage = storage
        self._lock = threading.Lock()
        self._boxes: set[Guarded] = set()
        self._patient_until = 0.0
        self._closed = threading.Event()
        self._looking: threading.Thread | None = None

    @contextmanager
    def guarding(
        self, container: str, limit_bytes: int, stop: Callable[[DiskStop], None]
    ) -> Iterator[Guarded]:
        """Watch a box while the context lasts; `stop` is called at most a few times, from another
        thread."""
        box = Guarded(container, limit_bytes, stop, self._free())
        with self._lock:
            self._boxes.add(box)
            if self._looking is None:
                self._looking = threading.Thread(target=self._look, name="disk", daemon=True)
                self._looking.start()
        try:
            yield box
        finally:
            with self._lock:
                self._boxes.discard(box)
            self._note_full([box])

    def close(self) -> None:
        """Stop looking."""
        self._closed.set()

    def _look(self) -> None:
        while not self._closed.wait(LOOK_SECONDS):
            with self._lock:
                boxes = list(self._boxes)
            self._check(boxes)

    def _check(self, boxes: list[Guarded]) -> None:
        free = self._free()
        self._note_full(boxes)
        for box in boxes:
            if self._is_due(box, free):
                self._measure(box, free)
        now = time.monotonic()
        if free is not None and free < self._reserve() and now > self._patient_until:
            self._patient_until = now + _MEASURE_SHORTAGE_SECONDS
            for box in boxes:
                self._measure(box, free)
            greediest = max(boxes, key=lambda box: box.written, default=None)
            if greediest is not None and greediest.written > max(free, _WORTH_STOPPING):
                self._patient_until = now + _SETTLE_SECONDS
                greediest.stop(DiskStop.SHORTAGE)

    def _is_due(self, box: Guarded, free: int | None) -> bool:
        """Whether a box can have gone beyond its limit since it was measured."""
        age = time.monotonic() - box.measured
        if free is None or box.free is None:
            return age > _BLIND_MEASURE_SECONDS
        return age > _MEASURE_SECONDS or box.free - free > box.limit_bytes - box.written

    def _measure(self, box: Guarded, free: int | None) -> None:
        box.free, box.measured = free, time.monotonic()
        try:
            box.written = self._engine.written_bytes(box.container)
        except InfrastructureError as error:  # it has ended, or its own thread will find out
            _log.info("a box cannot be measured: %s", error)
            return
        if box.written > box.limit_bytes:
            box.stop(DiskStop.LIMIT)

    def _note_full(self, boxes: list[Guarded]) -> None:
        """Boxes are root's, and root may use what the file system keeps from everybody else."""
        disk = self._disk()
        if disk is None:
            return
        block = disk.f_frsize
        if disk.f_bavail * block < _FULL and disk.f_bfree * block < _FULL_FOR_ROOT:
            for box in boxes:
                box.saw_full_disk = True

    def _free(self) -> int | None:
        disk = self._disk()
        return None if disk is None else disk.f_bavail * disk.f_frsize

    def _reserve(self) -> int:
        """What is to stay free: 2 GiB, on a small disk a twentieth."""
        disk = self._disk()
        return 0 if disk is None else min(_MOST_RESERVED, disk.f_blocks * disk.f_frsize // 20)

    def _disk(self) -> os.statvfs_result | None:
        try:
            return None if self._storage is None else os.statvfs(self._storage)
        except OSError:
            return None


def disk_full(written: int) -> InfrastructureError:
    """Return the failure of a box under which the disk ran full, whoever filled it."""
    return InfrastructureError(
        "disk_full",
        "the container engine's disk ran full while the tests were running (this container has "
        f"written {written / GIB:.1f} GiB): make room there",
    )
