"""A run of thousands of attempts in which nothing runs, measured from within its process.

    python -m tests.bench.canned_run [--attempts N] [--jobs N] [--profile tottime|cumtime]

Prints JSON: processor and wall-clock time of each attempt, and the process's peak memory. With
`--profile` it prints the functions that the time goes into, of all threads together; everything
then takes some four times as long.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import pstats
import resource
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from harness.sandbox import ExecResult, SandboxRequest
from harness.verdict import Outcome
from runner.evaluate import Evaluation, new_run
from runner.settings import Settings
from task_specs.dataset import Dataset
from task_specs.instance import Instance
from task_specs.prediction import Prediction
from tests.bench.batch import FAIL_TO_PASS, PASS_TO_PASS, patch, row
from tests.bench.bed import say
from tests.fake_equipment import APPLIED, FakeEquipment

ATTEMPTS_EACH = 10
"""Attempts at every task: five hundred tasks and ten samples of a model are 5,000."""
FURTHER_TESTS = 18
SHOWN_FUNCTIONS = 40

OUTPUT = "\n".join(
    [
        "+ cd /testbed",
        "+ : '>>>>> Start Test Output'",
        "+ sleep 1",
        f"PASSED {FAIL_TO_PASS}",
        f"PASSED {PASS_TO_PASS}",
        *(f"PASSED tests/test_more.py::test_{number}" for number in range(FURTHER_TESTS)),
        "+ SWEBENCH_TEST_EXIT_CODE=0",
        "+ : '>>>>> End Test Output'",
        "+ echo '>>>>> Test Exit Code: 0'",
        ">>>>> Test Exit Code: 0",
        "",
    ]
)


def main() -> None:
    """Run, and print what it took."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.canned_run", description=__doc__)
    parser.add_argument("--attempts", type=int, default=5000)
    parser.add_argument("--jobs", type=int, default=4)
    parser.add_argument("--profile", choices=["tottime", "cumtime"])
    options = parser.parse_args()
    dataset, predictions = made(options.attempts)
    began, cpu = time.perf_counter(), time.process_time()
    with tempfile.TemporaryDirectory() as folder, profiled(options.profile):
        resolved = carry_out(dataset, predictions, Path(folder), options.jobs)
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    if resolved != options.attempts:
        raise SystemExit(f"only {resolved} of {options.attempts} attempts were resolved")
    took = {
        "cpu_ms": 1000 * cpu / options.attempts,
        "wall_ms": 1000 * wall / options.attempts,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    say(json.dumps(took))


def made(attempts: int) -> tuple[Dataset, list[Prediction]]:
    """Return tasks, and patches for them that are all different."""
    tasks = -(-attempts // ATTEMPTS_EACH)
    instances = [
        Instance.from_row(row(number, "toy:1", 1.0), f"task {number}") for number in range(tasks)
    ]
    predictions = [
        Prediction(instances[number % tasks].instance_id, "toy", patch(number), number // tasks)
        for number in range(attempts)
    ]
    return Dataset("toy", "toy", "sha256:0", tuple(instances)), predictions


def carry_out(dataset: Dataset, predictions: list[Prediction], folder: Path, jobs: int) -> int:
    """Run all of them, the way `swe-verify run` does; return how many were resolved."""
    run = new_run(dataset, dataset.instances, run_id="canned", predictions="made here")
    evaluation = Evaluation(
        dataset,
        predictions,
        run,
        output_dir=folder,
        settings=Settings(jobs=jobs),
        equip=lambda settings: FakeEquipment(_canned, jobs=settings.jobs),
    )
    with evaluation:
        return sum(result.verdict.outcome is Outcome.RESOLVED for result in evaluation.results())


def _canned(_: SandboxRequest, __: str) -> tuple[str, ExecResult]:
    return APPLIED + OUTPUT, ExecResult(exit_code=0, seconds=1.0)


@contextmanager
def profiled(order: str | None) -> Iterator[None]:
    """Profile every thread that is started within, and print the sum at the end."""
    if order is None:
        yield
        return
    profiles = [cProfile.Profile(time.thread_time)]
    run = threading.Thread.run

    def profiled_run(thread: threading.Thread) -> None:
        profiles.append(cProfile.Profile(time.thread_time))
        profiles[-1].runcall(run, thread)

    with mock.patch.object(threading.Thread, "run", profiled_run), profiles[0]:
        yield
    pstats.Stats(*profiles).strip_dirs().sort_stats(order).print_stats(SHOWN_FUNCTIONS)


if __name__ == "__main__":
    main()
