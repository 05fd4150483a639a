"""The run in which nothing runs goes the whole road."""

from __future__ import annotations

from pathlib import Path

from tests.bench.canned_run import carry_out, made


def test_every_attempt_is_resolved_and_written_down(tmp_path: Path) -> None:
    dataset, predictions = made(25)
    assert carry_out(dataset, predictions, tmp_path, jobs=2) == 25
    assert len(list(tmp_path.rglob("test_output.txt"))) == 25


def test_no_attempt_repeats_another() -> None:
    """Repetitions would be settled without being run, and would not be measured."""
    _, predictions = made(25)
    assert len({(each.instance_id, each.model_patch) for each in predictions}) == 25
