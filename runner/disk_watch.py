"""Measures how a run's disk budget is used, and learns from that what images take."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.sandbox import InfrastructureError
from runner.disk_room import DiskRoom
from runner.size_estimates import FetchSize, SizeEstimates
from runner.supply_steps import Fetch, kind_of

_EVERY_SECONDS = 3.0
"""What boxes write is noticed that soon."""
_REST_PER_WORK = 10.0
"""An engine that takes long to add its disk up is asked less often."""
_OUTPUT_EVERY_SECONDS = 15.0
"""A run's output folder holds thousands of small files, and grows slowly."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Ended:
    fetch: Fetch
    download: int
    image_bytes: int


class DiskWatch:
    """Keeps a DiskRoom up to date. `lock` guards the room; one thread looks and removes."""

    def __init__(
        self,
        disk_used: Callable[[], int],
        run_folder: Path,
        room: DiskRoom,
        sizes: SizeEstimates,
        lock: threading.Condition,
    ) -> None:
        self._disk_used = disk_used
        self._run_folder = run_folder
        self._room = room
        self._sizes = sizes
        self._lock = lock
        self._ended: list[_Ended] = []
        self._removed_something = False
        self._due = 0.0
        self._output_due = 0.0
        self._output = 0

    def fetched(self, fetch: Fetch, image_bytes: int) -> None:
        """A fetch is complete; its image has `image_bytes`, shared layers included."""
        self._ended.append(_Ended(fetch, fetch.need.download, image_bytes))
        self._due = 0.0

    def removed(self) -> None:
        """An image was removed."""
        self._removed_something = True
        self._due = 0.0

    @property
    def due_now(self) -> bool:
        """Whether something has been fetched or removed since it was measured."""
        return self._due == 0.0

    def look(self) -> None:
        """Measure, if it is time to."""
        began = time.monotonic()
        if began < self._due:
            return
        with self._lock:
            ended, self._ended = self._ended, []
            removed, self._removed_something = self._removed_something, False
            self._due = began + _EVERY_SECONDS
        if began >= self._output_due:
            self._output = folder_bytes(self._run_folder)
            self._output_due = began + _OUTPUT_EVERY_SECONDS
        try:
            disk = self._disk_used()
        except InfrastructureError as error:
            _log.warning("the engine's disk cannot be measured: %s", error)
            with self._lock:
                self._ended = ended + self._ended
                self._removed_something = True
            return
        finished = time.monotonic()
        with self._lock:
            references = [each.fetch.need.reference for each in ended]
            growth = self._room.measured(disk, self._output, ended=references)
            if not removed and not self._ended:  # else the growth is not theirs alone
                self._learn(ended, growth)
            if self._due:
                rest = _REST_PER_WORK * (finished - began)
                self._due = finished + max(_EVERY_SECONDS, rest)
        if ended:
            self._sizes.save()

    def _learn(self, ended: list[_Ended], growth: int) -> None:
        """Share the growth among the fetches that it came from, by what each downloaded.

        Others may have grown the disk meanwhile, so none is held to be larger than its image.
        """
        downloads = sum(each.download for each in ended)
        for each in ended:
            share = each.download / downloads if downloads else 1 / len(ended)
            lasting = min(int(growth * share), each.image_bytes)
            if lasting <= 0:
                continue
            passing = each.download or each.fetch.size.passing
            size = FetchSize(lasting, passing)
            self._sizes.learn(kind_of(each.fetch.need), each.fetch.beside, size)


def folder_bytes(folder: Path) -> int:
    """Return what the files beneath a folder take on disk; what vanishes meanwhile is passed by."""
    total = 0
    folders = [os.fspath(folder)]
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    else:
                        total += entry.stat(follow_symlinks=False).st_blocks * 512
        except OSError:
            continue
    return total
