"""What an attempt took counts only where it says something about the next one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.transcript import Durations, Transcript
from runner.measured import Measured, typical

RAN = Transcript(
    "a log",
    peak_memory_bytes=500,
    cpu_seconds=6.0,
    durations=Durations(create=10.0, apply=5.0, evaluate=4.0, total=119.0),
)


def test_the_evaluation_alone_counts() -> None:
    """The image is there or not, and the patch is another each time."""
    assert Measured.of(RAN) == Measured(4.0, cpus=1.5, memory_bytes=500)


def test_an_engine_that_tells_nothing_still_has_a_clock() -> None:
    silent = replace(RAN, peak_memory_bytes=None, cpu_seconds=None)
    assert Measured.of(silent) == Measured(4.0)


@pytest.mark.parametrize(
    "transcript",
    [
        replace(RAN, durations=Durations()),
        replace(RAN, durations=Durations(evaluate=0.0)),
        replace(RAN, oom_killed=True),
        replace(RAN, output_limit_hit=True),
        replace(RAN, decided="1 of 2 FAIL_TO_PASS tests fails"),
    ],
    ids=["not reached", "no time", "memory", "output", "decided"],
)
def test_an_attempt_that_was_cut_short_says_nothing(transcript: Transcript) -> None:
    assert Measured.of(transcript) is None


def test_an_attempt_that_ran_out_of_time_says_that_it_is_long() -> None:
    assert Measured.of(replace(RAN, timed_out=True)) is not None


def test_one_odd_time_changes_nothing_and_memory_is_reckoned_generously() -> None:
    several = [Measured(2.0, 1.0, 300), Measured(90.0, 0.5, 100), Measured(3.0, None, None)]
    assert typical(several) == Measured(3.0, 0.75, 300)
    assert typical([Measured(1.0)]) == Measured(1.0)
