"""What a patch can do to its box: it harms itself, it is the patch's own failure, and it ends."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from containers.engine import Engine
from tests.faults.boxes import LIMITS, Boxes
from tests.faults.disturbed_run import DisturbedRun, flaws, left_over
from tests.faults.toy import FIX, hook, write_tasks

pytestmark = pytest.mark.engine


def test_what_fills_the_shared_memory_hits_the_memory_limit(boxes: Boxes) -> None:
    """/dev/shm is memory: without a bound it would be the machine's."""
    result = boxes.run("dd if=/dev/zero of=/dev/shm/big bs=1M count=900")
    assert result.oom_killed
    assert result.exit_code == 137


def test_a_bomb_of_processes_that_ignore_signals_ends_at_the_time_limit(boxes: Boxes) -> None:
    script = "trap '' TERM INT HUP; bomb() { while :; do bomb & done; }; bomb 2>/dev/null"
    result = boxes.run(script, replace(LIMITS, pids=48, seconds=4))
    assert result.timed_out


LOW_LIMITS = "-j 4 --timeout 6 --memory 128MiB --pids 64 --max-output 1MiB --no-second-look"
GREEDY = {
    "shared memory": "dd if=/dev/zero of=/dev/shm/big bs=1M",
    "output": "yes",
    "processes": "trap '' TERM; for i in {1..100}; do sleep 600 & done",
    "memory": "exec tail /dev/zero",
    "time": "trap '' TERM; sleep 600",
    "open output": "(sleep 600 &)",
}


def test_a_batch_with_one_of_each_gives_every_other_its_verdict(
    engine: Engine, toy: str, tmp_path: Path
) -> None:
    patches: list[str | None] = [FIX + hook(command) for command in GREEDY.values()]
    patches += [FIX + hook(f": {number}") for number in range(4)]
    run = DisturbedRun(
        tmp_path,
        *write_tasks(tmp_path, toy, patches),
        options=tuple(LOW_LIMITS.split()),
    )
    ended = run.finish()
    assert ended.returncode == 0, ended.stdout + ended.stderr
    rows = run.ledger()
    outcomes = {name: rows[f"toy__toy-{n}"] for n, name in enumerate(GREEDY, start=1)}
    assert outcomes == {
        "shared memory": "INVALID",
        "output": "INVALID",
        "processes": "TIMED_OUT",
        "memory": "INVALID",
        "time": "TIMED_OUT",
        "open output": "RESOLVED",
    }
    assert [rows[f"toy__toy-{n}"] for n in range(7, 11)] == ["RESOLVED"] * 4
    assert flaws(run) == []
    assert left_over(run, engine) == []


def test_a_patch_that_says_the_disk_is_full_is_not_run_again(toy: str, tmp_path: Path) -> None:
    """Nothing that a patch can print makes its failure ours, in this call or when it resumes."""
    words = hook("echo OSError: [Errno 28] No space left on device; exit 1")
    run = DisturbedRun(tmp_path, *write_tasks(tmp_path, toy, [FIX + words]))
    assert run.finish().returncode == 0
    outcome = run.ledger()["toy__toy-1"]
    assert outcome in {"UNRESOLVED", "INVALID"}
    again = run.finish()
    assert again.returncode == 0
    assert run.ledger()["toy__toy-1"] == outcome
