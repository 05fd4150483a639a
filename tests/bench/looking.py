"""What looking at more than the log costs: a one-second pytest task with and without.

Ours alone, since no other harness looks. A clean patch pays for the witness beside the tests; one
that touches the surface of the tests, here a conftest.py, also for a second evaluation.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping
from pathlib import Path

from containers.bootstrap import find_engine
from tests.bench.bed import Bed, take_turns
from tests.bench.figures import Figure
from tests.bench.sides import swe_verify
from tests.exploits.images import toy_images
from tests.exploits.tasks import TASKS
from tests.exploits.tree import Edit, appended, diff, edited, toy

PATCHES = 4
"""In a run, all different, so that each is run."""
ROUNDS = 5
SLOW_TEST = "import time\n\n\ndef test_that_takes_a_second():\n    time.sleep(1)\n"
SURFACE: Mapping[str, Edit] = {
    "tests/conftest.py": appended("@pytest.fixture\ndef single():\n    return [3]\n")
}
LOOKING, NOT_LOOKING = "--integrity", "--no-integrity"


def measure(bed: Bed) -> list[Figure]:
    """Measure both in turns, for a clean patch and for one that touches the surface."""
    engine = find_engine()
    commit, images = toy_images(engine)
    engine.close()
    dataset = bed.folder / "slow.jsonl"
    dataset.write_text(json.dumps(_row(images[False], commit)) + "\n")
    rounds = bed.rounds or ROUNDS
    return [
        *_figures("a clean patch", {}, dataset, bed.folder / "clean", rounds, at_most=0.5),
        *_figures("a patch of conftest.py", SURFACE, dataset, bed.folder / "surface", rounds),
    ]


def _figures(
    name: str,
    edits: Mapping[str, Edit],
    dataset: Path,
    folder: Path,
    rounds: int,
    *,
    at_most: float | None = None,
) -> list[Figure]:
    folder.mkdir()
    predictions = _predictions(folder / "patches.jsonl", edits)
    seconds: dict[str, list[float]] = {LOOKING: [], NOT_LOOKING: []}
    for number in range(rounds):
        for flag in take_turns(number, LOOKING, NOT_LOOKING):
            place = folder / f"{number}{flag}"
            spent = swe_verify(dataset, predictions, place, 1, flag)
            seconds[flag].append(spent / PATCHES)
    without = statistics.median(seconds[NOT_LOOKING])
    extra = tuple(each - without for each in seconds[LOOKING])
    ratio = tuple(each / without for each in seconds[LOOKING])
    return [
        Figure(f"{name}: seconds more an attempt", "s", extra, at_most=at_most),
        Figure(f"{name}: with / without", "", ratio),
    ]


def _row(image: str, commit: str) -> dict[str, object]:
    """Return the toy's pytest task with one more test, which passes in any case."""
    row = TASKS["pytest"].row(image, commit)
    slow = diff({}, edited({}, {"tests/test_slow.py": SLOW_TEST}))
    script = str(row["eval_script"])
    script = script.replace("diff --git", f"{slow}diff --git", 1)
    script = script.replace("pytest -rA ", "pytest -rA tests/test_slow.py ")
    return {**row, "test_patch": slow + str(row["test_patch"]), "eval_script": script}


def _predictions(path: Path, edits: Mapping[str, Edit]) -> Path:
    """Write patches that differ in a file that nobody reads, by a model each; return the file."""
    gold = edited(edited(toy(), TASKS["pytest"].gold), edits)
    rows = [
        {
            "instance_id": TASKS["pytest"].instance_id,
            "model_name_or_path": f"model-{number}",
            "model_patch": diff(toy(), edited(gold, {"NEWS.txt": f"{number}\n"})),
        }
        for number in range(PATCHES)
    ]
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path
