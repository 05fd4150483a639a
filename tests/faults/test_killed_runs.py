"""`kill -9` of the whole run at random moments: `make soak` does it 30 times, this three."""

from __future__ import annotations

from pathlib import Path

import pytest

from containers.engine import Engine
from tests.faults.disturbed_run import DisturbedRun, flaws
from tests.soak.kill import soak

pytestmark = pytest.mark.engine


def test_a_run_that_is_killed_thrice_ends_as_one_that_is_not(
    engine: Engine, tmp_path: Path
) -> None:
    assert soak(engine, tmp_path, seed=20, kills=3, tasks=8) == []


def test_what_is_wrong_with_a_run_would_be_seen(tmp_path: Path) -> None:
    """The soak test is only worth what its eyes are."""
    run = DisturbedRun(tmp_path, tmp_path, tmp_path)
    folder = run.log_folder / "toy__model" / "toy__toy-1"
    folder.mkdir(parents=True)
    (folder / "report.json").write_text('{"toy__toy-1": {"resolved": tr')
    assert "toy__toy-1 holds ['report.json']" in flaws(run)[0]
