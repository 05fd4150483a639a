"""The workloads that `make bench` offers."""

from __future__ import annotations

from tests.bench.bed import take_turns
from tests.bench.registry import WORKLOADS


def test_every_workload_has_a_name_of_its_own() -> None:
    names = [workload.name for workload in WORKLOADS]
    assert len(set(names)) == len(names)


def test_the_sides_take_turns_in_going_first() -> None:
    orders = [take_turns(number, "ours", "official") for number in range(3)]
    assert [first for first, _ in orders] == ["ours", "official", "ours"]
