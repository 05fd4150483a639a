"""Measures what an input costs: processor time, and how that grows with the input."""

from __future__ import annotations

import gc
import math
import resource
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from tests.fuzz.shape import Shape

Run = Callable[[str], object]

GROWTH = 1.3
"""Time that grows faster than the input's length to this power is too much."""
WORTH_SCALING = 0.05
"""Seconds: what takes less says little about growth."""
STEPS = (1, 2, 4, 8)
LONG = 40_000
"""Characters: an input of more is looked at in smaller sizes, not in larger ones."""
LONGEST = 4_000_000
PATIENCE = 30.0
"""Seconds of processor time after which an input is given up."""


class TooLong(BaseException):
    """An input took more processor time than anybody would wait. No `except Exception` stops it."""


def allowed_seconds(length: int) -> float:
    """Return what an input may cost: half a second if it is small, twenty for a million characters.

    Code that has two nodes of a syntax tree for every character takes fifteen.
    """
    return 0.5 + 19.5 * length / 1_000_000


def allowed_bytes(length: int) -> int:
    """Return by how much the process may grow for an input."""
    return 64 * 1024 * 1024 + 400 * length


@contextmanager
def _limit(seconds: float) -> Iterator[None]:
    def give_up(_: int, __: FrameType | None) -> None:
        raise TooLong

    before = signal.signal(signal.SIGPROF, give_up)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def seconds_of(run: Run, text: str, patience: float = PATIENCE) -> float:
    """Return the processor time of one run; the patience where that was used up."""
    began = time.process_time()
    try:
        with _limit(patience):
            run(text)
    except TooLong:
        return max(patience, time.process_time() - began)
    return time.process_time() - began


def peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@dataclass(frozen=True, slots=True)
class Growth:
    """How the time for an input grew when the input did."""

    seconds: tuple[float, ...]
    lengths: tuple[int, ...]

    @property
    def power(self) -> float:
        """The power of the length by which the time grew, from the smallest to the largest."""
        if len(self.lengths) < 2 or self.lengths[-1] <= self.lengths[0]:
            return 0.0
        times = self.seconds[-1] / max(self.seconds[0], 1e-4)
        return math.log(max(times, 1e-9)) / math.log(self.lengths[-1] / self.lengths[0])

    @property
    def last_power(self) -> float:
        return Growth(self.seconds[-2:], self.lengths[-2:]).power

    @property
    def is_too_fast(self) -> bool:
        return self.seconds[-1] > 2 * WORTH_SCALING and min(self.power, self.last_power) > GROWTH

    def __str__(self) -> str:
        pairs = zip(self.lengths, self.seconds, strict=True)
        shown = ", ".join(f"{length}: {seconds:.3f} s" for length, seconds in pairs)
        return f"n^{self.power:.2f} ({shown})"


def growth(run: Run, shape: Shape, rounds: int = 2, patience: float = PATIENCE) -> Growth:
    """Measure an input in several sizes, each at its best of a few rounds."""
    if len(shape) > LONG and any(part.times > 1 for part in shape.parts):
        shape = shape.scaled(1 / STEPS[-1])
    lengths: list[int] = []
    seconds: list[float] = []
    gc.collect()
    for step in STEPS:
        larger = shape.scaled(step)
        if lengths and (len(larger) > LONGEST or seconds[-1] > patience / 3):
            break
        text = larger.text()
        lengths.append(len(text))
        seconds.append(min(seconds_of(run, text, patience) for _ in range(rounds)))
    return Growth(tuple(seconds), tuple(lengths))
