"""Ends and restarts a container engine again and again under a run of four tasks at a time.

    python -m tests.soak.engine --seed 1 --ends 6 --tasks 60

The engine is one of its own, so that nobody else's is disturbed; that takes root. Exit code 0
where the run ends with the right verdicts, whole files and no containers. Every other end is a
`kill -9` of the daemon, the others are in order.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.disturbed_run import DisturbedRun, flaws, left_over
from tests.faults.private_engine import PrivateEngine, connected, missing, private_engine
from tests.faults.toy import Mixture, toy_image, write_tasks
from tests.soak.kill import finished, say


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--ends", type=int, default=6)
    parser.add_argument("--tasks", type=int, default=60)
    given = parser.parse_args()
    if reason := missing():
        say(f"skipped: {reason}")
        return 0
    with (
        tempfile.TemporaryDirectory(prefix="swe-verify-soak-") as folder,
        private_engine() as engine,
    ):
        wrong = soak(engine, Path(folder), seed=given.seed, ends=given.ends, tasks=given.tasks)
    for line in wrong:
        say(f"WRONG  {line}")
    say(f"seed {given.seed}: {'FAILED' if wrong else 'nothing is wrong'}")
    return 1 if wrong else 0


def soak(engine: PrivateEngine, folder: Path, *, seed: int, ends: int, tasks: int) -> list[str]:
    """Run, end and restart the engine; return what is wrong in the end."""
    connection = connected(engine.address)
    with toy_image(connection, folder / "toy") as image:
        rows, predictions = write_tasks(folder, image, Mixture(tasks, seed).patches())
        calm = DisturbedRun(folder / "calm", rows, predictions, engine.address)
        shaken = DisturbedRun(folder / "shaken", rows, predictions, engine.address)
        expected = finished(calm)
        shake(engine, shaken, random.Random(seed), ends=ends, tasks=tasks)
        ended = shaken.ledger()
        wrong = [
            f"{instance_id} is {ended.get(instance_id)}, undisturbed {outcome}"
            for instance_id, outcome in expected.items()
            if ended.get(instance_id) != outcome
        ]
        wrong += flaws(shaken)
        wrong += [f"left over: {left}" for left in left_over(shaken, connection)]
    connection.close()
    return wrong


def shake(
    engine: PrivateEngine, run: DisturbedRun, dice: random.Random, *, ends: int, tasks: int
) -> None:
    """Carry the run out while its engine goes away and comes back; resume it where need be."""
    process, started = run.start(), time.monotonic()
    say(f"{'end':>4}  {'how':<6}  {'at':>7}  {'done':>5}  {'away':>6}")
    for number in range(1, ends + 1):
        while process.poll() is None and run.finished() <= tasks * number // (ends + 1):
            time.sleep(0.02)
        time.sleep(dice.uniform(0, 0.5))
        done, left = run.finished(), time.monotonic()
        if number % 2:
            engine.kill()
        else:
            engine.stop()
        time.sleep(dice.uniform(0, 5))
        engine.start()
        back = time.monotonic()
        how = "kill" if number % 2 else "stop"
        say(f"{number:>4}  {how:<6}  {left - started:>6.1f}s  {done:>5}  {back - left:>5.1f}s")
    _, err = process.communicate(timeout=900)
    seconds = time.monotonic() - started
    say(f"the run ended with exit code {process.returncode} after {seconds:.0f} s")
    say(err)
    for log in run.log_folder.glob("toy__model/*/attempt.json"):
        attempt = json.loads(log.read_text())
        if attempt["outcome"] == "INFRA_ERROR":
            say("\n  ".join([f"{log.parent.name}:", *attempt["infrastructure_trouble"]]))
    if process.returncode == 1:
        say("resuming")
        finished(run)


if __name__ == "__main__":
    sys.exit(main())
