"""Figures: what was measured, round by round, on one side or on both, and what was hoped for."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One quantity of which less is better. A side's figure is the median of its rounds."""

    name: str
    unit: str
    ours: tuple[float, ...]
    official: tuple[float, ...] = ()
    """Empty where the official harness has nothing of the kind, or was not asked."""
    at_most: float | None = None
    """The most that ours should be."""
    times_less: float | None = None
    """How many times less than the official harness's ours should at least be."""

    @property
    def median(self) -> float:
        return statistics.median(self.ours)

    @property
    def official_median(self) -> float | None:
        return statistics.median(self.official) if self.official else None

    @property
    def times(self) -> float | None:
        """How many times less ours is; None where there is nothing to compare with."""
        official = self.official_median
        return official / self.median if official is not None and self.median > 0 else None

    @property
    def met(self) -> bool | None:
        """Whether it is as good as was hoped; None where nothing was hoped, or not compared."""
        wanted = []
        if self.at_most is not None:
            wanted.append(self.median <= self.at_most)
        if self.times_less is not None and self.times is not None:
            wanted.append(self.times >= self.times_less)
        return all(wanted) if wanted else None


def overhead_per_attempt(
    seconds: float, *, start_up: float, work: float, slots: int, attempts: int
) -> float:
    """Return the seconds that a run spent on each attempt beside the attempt's own commands.

    `seconds` is the run's wall-clock time and `start_up` that of the same command with nothing
    left to do, `work` the sum of what the tests took, spread over `slots`.
    """
    return (seconds - start_up - work / slots) / attempts


def lower_bound(tasks: Sequence[float], slots: int) -> float:
    """Return the seconds that no order of the tasks can beat, by their seconds each."""
    return max(sum(tasks) / slots, *tasks)
