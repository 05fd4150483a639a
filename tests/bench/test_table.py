"""How figures are shown, and what programs get."""

from __future__ import annotations

import pytest

from tests.bench.figures import Figure
from tests.bench.table import amount, as_json, lines


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.371, "0.37 s"), (15.84, "15.8 s"), (273.4, "273 s"), (-0.004, "-0.00 s")],
)
def test_amounts_have_the_digits_that_mean_something(value: float, shown: str) -> None:
    assert amount(value, "s") == shown


def test_a_row_compares_both_sides_and_says_whether_the_goal_was_met() -> None:
    figure = Figure("overhead", "s", (0.4,), (16.0,), at_most=0.6, times_less=20)
    _, row = lines([figure])
    assert row.split() == [
        *("overhead", "0.40", "s", "16.0", "s", "40.0"),
        *("at", "most", "0.6", "s,", "20", "times", "less:", "met"),
    ]


def test_a_row_of_one_side_leaves_the_other_empty() -> None:
    _, row = lines([Figure("repeated", "", (0.7,), at_most=0.55)])
    assert row.split() == ["repeated", "0.70", "at", "most", "0.55:", "missed"]


def test_programs_get_every_round() -> None:
    document = as_json(Figure("f", "s", (1.0, 3.0, 2.0), (8.0,)))
    assert document["swe_verify"] == {"median": 2.0, "rounds": [1.0, 3.0, 2.0]}
    assert document["official"] == {"median": 8.0, "rounds": [8.0]}
    assert document["times_less"] == 4.0
