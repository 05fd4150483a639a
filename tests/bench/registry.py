"""The workloads: a file with one function each, listed here by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.bench import looking, overhead, regrading, repeats, runner_alone, skewed, start_up
from tests.bench.bed import Bed
from tests.bench.figures import Figure


@dataclass(frozen=True, slots=True)
class Workload:
    """One thing to measure."""

    name: str
    title: str
    measure: Callable[[Bed], list[Figure]]


WORKLOADS = (
    Workload("overhead", "One-second tasks", overhead.measure),
    Workload("skewed", "A skewed mix, beside the lower bound", skewed.measure),
    Workload("repeats", "Half of the patches repeated", repeats.measure),
    Workload("looking", "Looking at more than the log", looking.measure),
    Workload("regrading", "Stored logs graded again", regrading.measure),
    Workload("start-up", "Starting", start_up.measure),
    Workload("runner", "The runner alone, without any engine", runner_alone.measure),
)
