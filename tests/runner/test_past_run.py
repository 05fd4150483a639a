"""An earlier run tells its durations, whoever made it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from runner.measured import Measured
from runner.past_run import measured_in
from runner.transcript_json import to_json
from task_specs.errors import InputError
from tests.runner.made_trees import a_log, write_evaluation
from tests.runner.test_measured import RAN


def test_a_run_of_ours_tells_all(tmp_path: Path) -> None:
    folder = write_evaluation(tmp_path, "r/m/o__r-1", a_log())
    (folder / "attempt.json").write_text(json.dumps({"transcript": to_json(RAN)}))
    assert list(measured_in(tmp_path)) == [("o__r-1", Measured(4.0, 1.5, 500))]


def test_the_official_harness_tells_the_time(tmp_path: Path) -> None:
    told = "2026-01-02 03:04:05,678 - INFO - Test runtime: 1_234.56 seconds\n"
    write_evaluation(tmp_path, "r/m/o__r-1", a_log(), instance_log=told)
    assert list(measured_in(tmp_path)) == [("o__r-1", Measured(1234.56))]


def test_who_tells_nothing_is_passed_over(tmp_path: Path) -> None:
    write_evaluation(tmp_path, "r/m/o__r-1", a_log())
    write_evaluation(tmp_path, "r/m/o__r-2", a_log(), instance_log="Error: no space left\n")
    settled = write_evaluation(tmp_path, "r/m/o__r-3", a_log())
    (settled / "attempt.json").write_text('{"transcript": null}')
    stopped = write_evaluation(tmp_path, "r/m/o__r-4", a_log())
    ran = to_json(replace(RAN, oom_killed=True))
    (stopped / "attempt.json").write_text(json.dumps({"transcript": ran}))
    broken = write_evaluation(tmp_path, "r/m/o__r-5", a_log())
    (broken / "attempt.json").write_text('{"transcript": {"durat')
    assert list(measured_in(tmp_path)) == []


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        list(measured_in(tmp_path / "nowhere"))
