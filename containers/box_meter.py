"""The most memory that a box ever used, as the kernel counted it."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType

_CGROUPS = Path("/sys/fs/cgroup")
_COUNTERS = (
    "memory/docker/{id}/memory.max_usage_in_bytes",  # cgroup v1
    "memory/system.slice/docker-{id}.scope/memory.max_usage_in_bytes",  # v1 under systemd
    "docker/{id}/memory.peak",  # v2, Linux 5.19 and later
    "system.slice/docker-{id}.scope/memory.peak",  # v2 under systemd
)


class MemoryPeak:
    """Reads the kernel's high-water mark of one running container.

    The counter vanishes together with the container, and before we learn of its end, so it is
    read now and then while the box runs: `bytes` is from the last `sample`. It includes the
    page cache. It stays None where the engine is on another machine or keeps its control groups
    elsewhere; the API itself does not tell.
    """

    def __init__(self, container: str) -> None:
        self.bytes: int | None = None
        self._descriptor: int | None = None
        for counter in _COUNTERS:
            with suppress(OSError):
                self._descriptor = os.open(_CGROUPS / counter.format(id=container), os.O_RDONLY)
                break

    def sample(self) -> None:
        """Read the mark; keeps the last one once the container has ended."""
        if self._descriptor is not None:
            with suppress(OSError):
                self.bytes = int(os.pread(self._descriptor, 32, 0))

    def __enter__(self) -> MemoryPeak:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
