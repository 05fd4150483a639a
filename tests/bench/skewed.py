"""A skewed mix of long and short tasks, beside the time that no order of them can beat.

The first run knows nothing of how long tasks take; by what it saw, the others are ordered. The
dataset's own order is a random one, always the same. The short form has four tenths of the
work, and its short tasks still take a second: with less, overhead would be measured and not order.
Both can be spread evenly over two slots, so that the bound can be reached.
"""

from __future__ import annotations

import random
from pathlib import Path

from tests.bench.batch import Batch
from tests.bench.bed import Bed
from tests.bench.figures import Figure, lower_bound
from tests.bench.sides import official, swe_verify
from tests.bench.toy_image import toy_image

FULL = (60.0, *[10.0] * 10, *[1.0] * 50)
SHORT = (20.0, *[10.0] * 3, *[1.0] * 30)
SLOTS = (2, 4)
UNSEEN_SLOTS = 4
"""Here a long task that comes last costs most."""


def measure(bed: Bed) -> list[Figure]:
    """Measure ours, and in the full form the official harness too."""
    tasks = FULL if bed.full else SHORT
    tasks = tuple(random.Random(4).sample(tasks, len(tasks)))
    unseen: list[float] = []
    seen: dict[int, list[float]] = {slots: [] for slots in SLOTS}
    theirs: dict[int, list[float]] = {slots: [] for slots in SLOTS}
    with toy_image() as image:
        batch = Batch.write(bed.folder, image, tasks)
        for number in range(bed.rounds or 1):
            place = bed.folder / f"round-{number}"
            unseen.append(_ours(batch, place, UNSEEN_SLOTS, "unseen"))
            for slots in SLOTS:
                seen[slots].append(_ours(batch, place, slots, f"seen-{slots}", "--fresh"))
                if bed.full:
                    theirs[slots].append(_theirs(batch, place, slots, bed.official))
    figures = [
        Figure(
            f"{slots} slots, order from the history{_beside(tasks, slots)}",
            "",
            _shares(seen[slots], tasks, slots),
            _shares(theirs[slots], tasks, slots),
            at_most=1.10,
        )
        for slots in SLOTS
    ]
    name = f"{UNSEEN_SLOTS} slots, no history{_beside(tasks, UNSEEN_SLOTS)}"
    return [*figures, Figure(name, "", _shares(unseen, tasks, UNSEEN_SLOTS))]


def _ours(batch: Batch, place: Path, slots: int, name: str, *more: str) -> float:
    patches = batch.predictions(len(batch.seconds))
    return swe_verify(batch.dataset, patches, place / name, slots, *more, cache=place / "cache")


def _theirs(batch: Batch, place: Path, slots: int, python: str) -> float:
    patches = batch.predictions(len(batch.seconds))
    return official(python, batch.dataset, patches, place / f"official-{slots}", slots)


def _beside(tasks: tuple[float, ...], slots: int) -> str:
    return f": time / {lower_bound(tasks, slots):g} s"


def _shares(seconds: list[float], tasks: tuple[float, ...], slots: int) -> tuple[float, ...]:
    bound = lower_bound(tasks, slots)
    return tuple(each / bound for each in seconds)
