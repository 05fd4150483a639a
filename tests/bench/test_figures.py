"""What is reckoned from measured seconds."""

from __future__ import annotations

import pytest

from tests.bench.figures import Figure, lower_bound, overhead_per_attempt


def test_overhead_is_what_neither_starting_nor_the_tests_took() -> None:
    # Sixty tasks of a second at four slots: 15 s of work, 1 s to start, the rest is overhead.
    spent = overhead_per_attempt(22.0, start_up=1.0, work=60.0, slots=4, attempts=60)
    assert spent == pytest.approx(0.1)


def test_no_order_beats_the_work_spread_evenly() -> None:
    assert lower_bound([60.0, *[10.0] * 10, *[1.0] * 50], 2) == 105.0


def test_no_order_beats_the_longest_task() -> None:
    assert lower_bound([60.0, *[10.0] * 10, *[1.0] * 50], 4) == 60.0


def test_a_side_is_the_median_of_its_rounds() -> None:
    figure = Figure("f", "s", ours=(1.0, 9.0, 2.0), official=(40.0, 20.0))
    assert (figure.median, figure.official_median, figure.times) == (2.0, 30.0, 15.0)


@pytest.mark.parametrize(
    ("ours", "official", "met"),
    [((0.5,), (20.0,), True), ((0.7,), (20.0,), False), ((0.5,), (5.0,), False)],
)
def test_every_goal_has_to_be_met(
    ours: tuple[float, ...], official: tuple[float, ...], met: bool
) -> None:
    assert Figure("f", "s", ours, official, at_most=0.6, times_less=20).met is met


def test_a_comparison_without_the_other_side_is_neither_met_nor_missed() -> None:
    assert Figure("f", "s", (0.5,), times_less=20).met is None
