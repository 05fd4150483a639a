"""The machine's clock is set while boxes run: limits and durations do not depend on it."""

from __future__ import annotations

import time
from itertools import count

import pytest

from tests.faults.boxes import BEGUN, Boxes

pytestmark = pytest.mark.engine

DAY = 24 * 3600.0


@pytest.mark.parametrize("step", [DAY, -DAY])
def test_a_clock_that_jumps_ends_no_box_and_keeps_none(
    boxes: Boxes, monkeypatch: pytest.MonkeyPatch, step: float
) -> None:
    right, jumps = time.time, count()
    monkeypatch.setattr(time, "time", lambda: right() + next(jumps) * step)
    result = boxes.run(BEGUN + "sleep 1; exit 3")
    assert (result.exit_code, result.timed_out) == (3, False)
    assert 1 <= result.seconds < 60
