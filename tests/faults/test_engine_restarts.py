"""The engine dies under a run, and comes back: no verdict is lost, none is wrong."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.disturbed_run import DisturbedRun, flaws, left_over
from tests.faults.private_engine import PrivateEngine, connected
from tests.faults.toy import BREAK, FIX, hook, toy_image, write_tasks

pytestmark = pytest.mark.engine


def crash(engine: PrivateEngine) -> None:
    engine.kill()


def shut_down(engine: PrivateEngine) -> None:
    engine.stop()


@pytest.mark.parametrize("end", [crash, shut_down])
def test_a_run_outlives_its_engine(
    private: PrivateEngine, tmp_path: Path, end: Callable[[PrivateEngine], None]
) -> None:
    connection = connected(private.address)
    with toy_image(connection, tmp_path / "toy") as image:
        patches: list[str | None] = [
            (FIX if number % 2 else FIX + BREAK) + hook(f"sleep 2 # {number}")
            for number in range(8)
        ]
        tasks = write_tasks(tmp_path, image, patches)
        run = DisturbedRun(tmp_path, *tasks, address=private.address)
        process = run.start()
        wait_for(lambda: run.finished() >= 2)
        end(private)
        time.sleep(0.5)
        private.start()
        out, err = process.communicate(timeout=300)
        assert process.returncode == 0, out + err
        outcomes = {key: run.ledger()[key] for key in sorted(run.ledger())}
        assert outcomes == {
            f"toy__toy-{number + 1}": "RESOLVED" if number % 2 else "UNRESOLVED"
            for number in range(8)
        }
        assert flaws(run) == []
        assert left_over(run, connection) == []
    connection.close()


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)
