"""A stored transcript is read by later versions and earlier ones, and after an editor was at it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from harness.transcript import ApplyStep, Durations, Transcript
from runner.transcript_json import from_json, to_json
from task_specs.limits import Limits
from tests.runner.test_transcript_cache import TRANSCRIPT


def test_it_comes_back_from_a_file_and_its_log_beside_it() -> None:
    record = json.loads(json.dumps(to_json(TRANSCRIPT)))
    assert "test_output" not in record
    assert from_json(record, TRANSCRIPT.test_output) == TRANSCRIPT
    assert from_json(to_json(TRANSCRIPT), "") == replace(TRANSCRIPT, test_output="")


def test_an_earlier_version_knew_less_and_a_later_one_more() -> None:
    assert from_json({}, "a log") == Transcript("a log")
    assert from_json({"exit_code": 3, "moon_phase": "full"}, "") == Transcript("", exit_code=3)


@pytest.mark.parametrize(
    "record",
    [
        {"exit_code": "3", "oom_killed": 1, "peak_memory_bytes": True, "image": None},
        {"limits": "none", "durations": [1, 2], "apply_steps": {"command": "git apply"}},
        {"limits": {"seconds": "60", "pids": 1.5}, "apply_steps": [{"command": "git apply"}]},
    ],
)
def test_what_is_of_a_wrong_type_is_left_out(record: dict[str, object]) -> None:
    assert from_json(record, "") == Transcript("")


def test_whole_numbers_are_seconds_too() -> None:
    read = from_json({"limits": {"seconds": 60}, "durations": {"evaluate": 2}}, "")
    assert read == Transcript("", limits=Limits(seconds=60.0), durations=Durations(evaluate=2.0))
    assert isinstance(read.limits.seconds, float)


def test_the_log_is_never_taken_from_the_record() -> None:
    assert from_json({"test_output": "forged"}, "a log").test_output == "a log"


def test_every_rung_is_read() -> None:
    steps = [{"command": "git apply", "exit_code": code, "output": ""} for code in (1, 0)]
    read = from_json({"apply_steps": steps}, "").apply_steps
    assert read == (ApplyStep("git apply", 1, ""), ApplyStep("git apply", 0, ""))
