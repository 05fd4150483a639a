"""What one attempt took of the machine, and what several took as a rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from harness.transcript import Transcript


@dataclass(frozen=True, slots=True)
class Measured:
    """What evaluating took, from the applied patch to the end of the tests."""

    seconds: float
    cpus: float | None = None
    """Processors that were busy, on average."""
    memory_bytes: int | None = None
    """The most that was used at one moment."""

    @classmethod
    def of(cls, transcript: Transcript) -> Measured | None:
        """Return what an attempt took; None where it says nothing of how long the tests are.

        One that ran out of time says that they are long. One that was stopped because it was
        decided, or for what it printed or the memory it used, says nothing.
        """
        seconds = transcript.durations.evaluate
        if seconds is None or not seconds > 0:
            return None
        if transcript.oom_killed or transcript.output_limit_hit or transcript.disk_limit_hit:
            return None
        if transcript.decided:
            return None
        cpu_seconds = transcript.cpu_seconds
        return cls(
            seconds,
            cpus=None if cpu_seconds is None else cpu_seconds / seconds,
            memory_bytes=transcript.peak_memory_bytes,
        )


def typical(several: Sequence[Measured]) -> Measured:
    """Return what to expect after these: the middle of their times, and the most memory."""
    cpus = [one.cpus for one in several if one.cpus is not None]
    memory = [one.memory_bytes for one in several if one.memory_bytes is not None]
    return Measured(
        median(one.seconds for one in several),
        cpus=median(cpus) if cpus else None,
        memory_bytes=max(memory, default=None),
    )
