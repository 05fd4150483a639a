"""A guess need not be right, but it must put the long before the short."""

from __future__ import annotations

from runner.guessed_seconds import BASE_SECONDS, GuessedSeconds


def test_more_tests_take_longer() -> None:
    guess = GuessedSeconds()
    assert BASE_SECONDS < guess.of("o/r", 10) < guess.of("o/r", 11)


def test_a_test_of_one_repository_is_not_a_test_of_another() -> None:
    """Django's take milliseconds; those of requests wait for servers."""
    guess = GuessedSeconds()
    assert guess.of("django/django", 100) < guess.of("matplotlib/matplotlib", 100)
    assert guess.of("matplotlib/matplotlib", 100) < guess.of("psf/requests", 100)


def test_what_is_known_of_a_repository_wins_once_there_is_enough_of_it() -> None:
    base = BASE_SECONDS
    two = [("o/r", 10, base + 20), ("o/r", 1, base + 2)]
    assert GuessedSeconds(two).of("o/r", 100) == GuessedSeconds().of("o/r", 100)
    guess = GuessedSeconds([*two, ("o/r", 5, base + 500)])
    assert guess.of("o/r", 100) == base + 200  # the middle one of 2, 2 and 100 a test
    assert guess.of("o/other", 100) == GuessedSeconds().of("o/other", 100)


def test_a_machine_that_is_faster_than_the_base_still_orders_by_tests() -> None:
    guess = GuessedSeconds([("o/r", tests, 0.1) for tests in (0, 1, 2)])
    assert guess.of("o/r", 1) < guess.of("o/r", 1000)
