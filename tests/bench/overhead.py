"""One-second tasks: what an attempt costs beside its own commands, at one slot and at four.

The short form gives the official harness fewer of the tasks, since it waits fifteen seconds at
the end of each. Figures are per task, and what starting costs is taken off on both sides.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.batch import Batch
from tests.bench.bed import Bed, take_turns
from tests.bench.figures import Figure, overhead_per_attempt
from tests.bench.sides import official, swe_verify
from tests.bench.toy_image import toy_image

TASKS = 60
TASK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Size:
    """How many of the tasks each side gets in a round."""

    slots: int
    rounds: int
    ours: int
    official: int


SHORT = (Size(1, rounds=2, ours=10, official=1), Size(4, rounds=2, ours=20, official=4))
FULL = (
    Size(1, rounds=1, ours=TASKS, official=TASKS),
    Size(4, rounds=1, ours=TASKS, official=TASKS),
)


@dataclass(frozen=True, slots=True)
class Side:
    """One harness, its tasks, and what each round found."""

    name: str
    tasks: int
    run: Callable[[Path, Path], float]
    """Runs predictions in a folder; the same again has nothing left to do."""
    seconds: list[float] = field(default_factory=list)
    starts: list[float] = field(default_factory=list)
    """The same command once more, with nothing left to do."""

    def measure(self, batch: Batch, place: Path) -> None:
        """Measure one round."""
        predictions = batch.predictions(self.tasks)
        self.seconds.append(self.run(predictions, place))
        self.starts.append(self.run(predictions, place))

    def overheads(self, slots: int) -> tuple[float, ...]:
        """Return the overhead per attempt, by round."""
        start_up = statistics.median(self.starts)
        work = self.tasks * TASK_SECONDS
        return tuple(
            overhead_per_attempt(
                seconds, start_up=start_up, work=work, slots=slots, attempts=self.tasks
            )
            for seconds in self.seconds
        )

    def times(self) -> tuple[float, ...]:
        """Return the time per task, by round."""
        start_up = statistics.median(self.starts)
        return tuple((seconds - start_up) / self.tasks for seconds in self.seconds)


def measure(bed: Bed) -> list[Figure]:
    """Measure both sides in turns."""
    with toy_image() as image:
        batch = Batch.write(bed.folder, image, [TASK_SECONDS] * TASKS)
        sizes = FULL if bed.full else SHORT
        return [figure for size in sizes for figure in _at(size, bed, batch)]


def _at(size: Size, bed: Bed, batch: Batch) -> list[Figure]:
    slots = size.slots
    ours = Side(
        "ours", size.ours, lambda patches, place: swe_verify(batch.dataset, patches, place, slots)
    )
    theirs = Side(
        "official",
        size.official,
        lambda patches, place: official(bed.official, batch.dataset, patches, place, slots),
    )
    for number in range(bed.rounds or size.rounds):
        for side in take_turns(number, ours, theirs):
            side.measure(batch, bed.folder / f"{side.name}-{slots}-{number}")
    counts = f"-j {slots}, {ours.tasks} and {theirs.tasks} tasks"
    alone = slots == 1
    return [
        Figure(
            f"overhead per attempt, {counts}",
            "s",
            ours.overheads(slots),
            theirs.overheads(slots),
            at_most=0.6 if alone else None,
            times_less=20 if alone else None,
        ),
        Figure(
            f"time per task, {counts}",
            "s",
            ours.times(),
            theirs.times(),
            times_less=None if alone else 8,
        ),
        Figure(
            f"the same once more: nothing to do, -j {slots}",
            "s",
            tuple(ours.starts),
            tuple(theirs.starts),
        ),
    ]
