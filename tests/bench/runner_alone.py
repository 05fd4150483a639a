"""The runner by itself: processor time and memory for thousands of attempts in which nothing runs.

Over boxes that hold a canned log, all that is left is planning, ordering, reading the log,
grading, and writing artifacts, ledger, history and cache.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.bench.bed import Bed
from tests.bench.figures import Figure
from tests.bench.spending import output_of

ROOT = Path(__file__).resolve().parents[2]
ATTEMPTS = 5000


def measure(bed: Bed) -> list[Figure]:
    """Measure ours, in a process of its own; the official harness cannot do without an engine."""
    command = [sys.executable, "-m", "tests.bench.canned_run", "--attempts", str(ATTEMPTS)]
    rounds = [
        json.loads(output_of(command, ROOT, SWE_VERIFY_CACHE=str(bed.folder / f"cache-{number}")))
        for number in range(bed.rounds or 1)
    ]

    def column(name: str) -> tuple[float, ...]:
        return tuple(each[name] for each in rounds)

    return [
        Figure(f"processor time, each of {ATTEMPTS} attempts", "ms", column("cpu_ms"), at_most=5),
        Figure("wall-clock time, each", "ms", column("wall_ms")),
        Figure("peak memory", "MB", column("peak_mb"), at_most=250),
    ]
