"""Half of the patches repeated: two models give the same patches, beside two that differ in all.

Ours alone: the official harness runs one model at a time, and everything.
"""

from __future__ import annotations

from tests.bench.batch import Batch
from tests.bench.bed import Bed, take_turns
from tests.bench.figures import Figure
from tests.bench.sides import swe_verify
from tests.bench.toy_image import toy_image

TASK_SECONDS = 1.0
SLOTS = 4


def measure(bed: Bed) -> list[Figure]:
    """Measure both batches in turns."""
    tasks = 60 if bed.full else 30
    repeated: list[float] = []
    distinct: list[float] = []
    with toy_image() as image:
        batch = Batch.write(bed.folder, image, [TASK_SECONDS] * tasks)
        for number in range(bed.rounds or (3 if bed.full else 1)):
            for results in take_turns(number, repeated, distinct):
                patches = batch.two_models(tasks, same_patches=results is repeated)
                place = bed.folder / f"{patches.stem}-{number}"
                results.append(swe_verify(batch.dataset, patches, place, SLOTS))
    attempts = f"{2 * tasks} attempts, -j {SLOTS}"
    shares = tuple(some / all_ for some, all_ in zip(repeated, distinct, strict=True))
    return [
        Figure(f"{attempts}, all patches different", "s", tuple(distinct)),
        Figure(f"{attempts}, half of them repeated", "s", tuple(repeated)),
        Figure("repeated / different", "", shares, at_most=0.55),
    ]
