"""Two runs at once: on one output folder the second is refused, on one engine both are right."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from containers.engine import Engine
from tests.faults.disturbed_run import DisturbedRun, flaws, kill_group, left_over
from tests.faults.toy import FIX, hook, write_tasks

pytestmark = pytest.mark.engine


def test_a_second_run_on_the_same_folder_is_refused_and_the_first_goes_on(
    toy: str, tmp_path: Path
) -> None:
    tasks = write_tasks(tmp_path, toy, [FIX + hook("sleep 4")])
    run = DisturbedRun(tmp_path, *tasks)
    first = run.start()
    try:
        deadline = time.monotonic() + 60
        while not run.ledger():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        second = run.finish()
        first.communicate(timeout=60)
    finally:
        kill_group(first)
    assert second.returncode == 2
    assert "is being written by another swe-verify right now" in second.stderr
    assert run.ledger() == {"toy__toy-1": "RESOLVED"}


def test_two_runs_on_one_engine_leave_each_others_boxes_alone(
    engine: Engine, toy: str, tmp_path: Path
) -> None:
    """Each begins by removing what dead runs left, and ends by removing its own."""
    runs = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        patches: list[str | None] = [FIX + hook(f"sleep 1 # {name} {n}") for n in range(3)]
        run = DisturbedRun(folder, *write_tasks(folder, toy, patches), options=("-j", "2"))
        runs.append((run, run.start()))
        time.sleep(1)
    for run, process in runs:
        _, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        assert set(run.ledger().values()) == {"RESOLVED"}
        assert flaws(run) == []
    for run, _ in runs:
        assert left_over(run, engine) == []
