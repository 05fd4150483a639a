"""Starting: the help page. What a finished run costs once more is measured by `overhead`."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.bench.bed import Bed, take_turns
from tests.bench.figures import Figure
from tests.bench.spending import spend

ROUNDS = 5


def measure(bed: Bed) -> list[Figure]:
    """Measure both sides in turns."""
    ours = [str(Path(sys.executable).with_name("swe-verify")), "--help"]
    theirs = [bed.official, "-m", "swebench.harness.run_evaluation", "--help"]
    seconds: dict[str, list[float]] = {ours[0]: [], theirs[0]: []}
    for number in range(bed.rounds or ROUNDS):
        for command in take_turns(number, ours, theirs):
            seconds[command[0]].append(spend(command, bed.folder).seconds)
    return [Figure("--help", "s", tuple(seconds[ours[0]]), tuple(seconds[theirs[0]]))]
