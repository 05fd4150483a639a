"""A run that left something out must not look fast."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bench.batch import Batch, instance_id
from tests.bench.sides import check_resolved
from tests.bench.spending import CommandFailed


def test_a_task_that_was_not_resolved_spoils_the_measurement(tmp_path: Path) -> None:
    predictions = Batch.write(tmp_path, "toy:1", [1.0] * 3).predictions(3)
    summary = tmp_path / "toy.bench.json"
    every = [instance_id(number) for number in range(3)]
    summary.write_text(json.dumps({"resolved_ids": every}))
    check_resolved(predictions, tmp_path)
    summary.write_text(json.dumps({"resolved_ids": every[:2]}))
    with pytest.raises(CommandFailed, match=r"1 tasks were not resolved.*toy-0002"):
        check_resolved(predictions, tmp_path)
