"""What a box uses, as the kernel counts it: the most memory ever, and processor time."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from types import TracebackType

_CGROUPS = Path("/sys/fs/cgroup")
_MEMORY = (
    "memory/docker/{id}/memory.max_usage_in_bytes",  # cgroup v1
    "memory/system.slice/docker-{id}.scope/memory.max_usage_in_bytes",  # v1 under systemd
    "docker/{id}/memory.peak",  # v2, Linux 5.19 and later
    "system.slice/docker-{id}.scope/memory.peak",  # v2 under systemd
)
_PROCESSOR = (
    "cpuacct/docker/{id}/cpuacct.usage",  # nanoseconds
    "cpuacct/system.slice/docker-{id}.scope/cpuacct.usage",
    "docker/{id}/cpu.stat",  # a line `usage_usec <microseconds>` among others
    "system.slice/docker-{id}.scope/cpu.stat",
)
_KILLS = (
    "memory/docker/{id}/memory.oom_control",  # a line `oom_kill <number>` in all four
    "memory/system.slice/docker-{id}.scope/memory.oom_control",
    "docker/{id}/memory.events",
    "system.slice/docker-{id}.scope/memory.events",
)
_OOM_KILL = re.compile(rb"^oom_kill (\d+)$", re.MULTILINE)
_V2_USAGE = re.compile(rb"^usage_usec (\d+)$", re.MULTILINE)


class BoxMeter:
    """Reads the kernel's counters of one running container.

    They vanish together with the container, and before we learn of its end, so they are read now
    and then while the box runs: the values are from the last `sample`. They stay None where the
    engine is on another machine or keeps its control groups elsewhere; the API does not tell.
    """

    def __init__(self, container: str) -> None:
        self.peak_memory_bytes: int | None = None
        """The high-water mark, page cache included."""
        self.cpu_seconds: float | None = None
        self.oom_killed = False
        """Whether the kernel killed something in it for want of memory, the machine's included,
        of which the engine says nothing."""
        self._kills = _opened(_KILLS, container)
        self._memory = _opened(_MEMORY, container)
        self._processor = _opened(_PROCESSOR, container)

    def sample(self) -> None:
        """Read the counters; keeps the last values once the container has ended."""
        if self._memory is not None:
            with suppress(OSError):
                self.peak_memory_bytes = int(os.pread(self._memory, 32, 0))
        if self._kills is not None:
            with suppress(OSError):
                kills = _OOM_KILL.search(os.pread(self._kills, 4096, 0))
                self.oom_killed = kills is not None and int(kills[1]) > 0
        if self._processor is not None:
            with suppress(OSError):
                self.cpu_seconds = _seconds(os.pread(self._processor, 4096, 0))

    def __enter__(self) -> BoxMeter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for descriptor in (self._kills, self._memory, self._processor):
            if descriptor is not None:
                os.close(descriptor)
        self._kills = self._memory = self._processor = None


def _opened(counters: tuple[str, ...], container: str) -> int | None:
    for counter in counters:
        with suppress(OSError):
            return os.open(_CGROUPS / counter.format(id=container), os.O_RDONLY)
    return None


def _seconds(counter: bytes) -> float:
    usage = _V2_USAGE.search(counter)
    return int(usage[1]) / 1e6 if usage else int(counter) / 1e9
