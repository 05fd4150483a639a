"""Kills a run again and again at random moments, and looks at what is left in the end.

    python -m tests.soak.kill --seed 1 --kills 30 --tasks 60

Exit code 0 where the last resume leaves what an undisturbed run does: equal verdicts, whole
files, and nothing on the engine or the disk. The same seed gives the same tasks, and the kills at
the same shares of the way.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from containers.engine import Engine
from tests.faults.disturbed_run import DisturbedRun, flaws, kill_group, left_over
from tests.faults.toy import Mixture, toy_image, write_tasks

_LONGEST_LIFE_SECONDS = 8.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--tasks", type=int, default=60)
    given = parser.parse_args()
    engine = Engine.connect()
    with tempfile.TemporaryDirectory(prefix="swe-verify-soak-") as folder:
        wrong = soak(engine, Path(folder), seed=given.seed, kills=given.kills, tasks=given.tasks)
    for line in wrong:
        say(f"WRONG  {line}")
    say(f"seed {given.seed}: {'FAILED' if wrong else 'nothing is wrong'}")
    return 1 if wrong else 0


def soak(engine: Engine, folder: Path, *, seed: int, kills: int, tasks: int) -> list[str]:
    """Run, kill and resume; return what is wrong in the end."""
    images_before = {image.id for image in engine.images()}
    with toy_image(engine, folder / "toy") as image:
        patches = Mixture(tasks, seed).patches()
        rows, predictions = write_tasks(folder, image, patches)
        calm = DisturbedRun(folder / "calm", rows, predictions)
        disturbed = DisturbedRun(folder / "disturbed", rows, predictions)
        expected = finished(calm)
        wrong = kill_often(disturbed, random.Random(seed), kills=kills, tasks=tasks)
        ended = finished(disturbed)
        wrong += [
            f"{instance_id} is {ended.get(instance_id)}, undisturbed {outcome}"
            for instance_id, outcome in expected.items()
            if ended.get(instance_id) != outcome
        ]
        wrong += flaws(disturbed) + [f"left over: {left}" for left in left_over(disturbed, engine)]
    images = {image.id for image in engine.images()} - images_before
    return wrong + [f"left over: the image {image}" for image in images]


def kill_often(run: DisturbedRun, dice: random.Random, *, kills: int, tasks: int) -> list[str]:
    """Start the run and kill it, `kills` times; return what was wrong in between.

    So that the work lasts for all of the kills, each but the last few comes when another share
    of the tasks is done; from then on, and where that takes too long, after a random while.
    """
    wrong = []
    say(f"{'kill':>4}  {'lived':>7}  {'done':>5}")
    for number in range(1, kills + 1):
        most_done = tasks * number // (kills + 1)
        process, started = run.start(), time.monotonic()
        patience = dice.uniform(0.05, _LONGEST_LIFE_SECONDS)
        while process.poll() is None and time.monotonic() - started < patience:
            if run.finished() > most_done:
                time.sleep(dice.uniform(0, 0.3))
                break
            time.sleep(0.02)
        lived = time.monotonic() - started
        kill_group(process)
        say(f"{number:>4}  {lived:>6.2f}s  {run.finished():>5}")
        wrong += [f"after kill {number}: {flaw}" for flaw in flaws(run)]
    return wrong


def finished(run: DisturbedRun) -> dict[str, str]:
    """Run the command to its end; return the outcomes by instance."""
    ran = run.finish()
    if ran.returncode:
        raise subprocess.CalledProcessError(ran.returncode, ran.args, ran.stdout, ran.stderr)
    return run.ledger()


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
