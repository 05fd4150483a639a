"""The arithmetic of a budget."""

from __future__ import annotations

from runner.disk_room import DiskRoom
from runner.size_estimates import FetchSize


def test_what_was_there_before_the_run_costs_nothing() -> None:
    room = DiskRoom(budget=100, disk=5000, ours=0)
    assert (room.used, room.left) == (0, 100)
    assert room.measured(5030, 5) == 30
    assert (room.used, room.left, room.most_for_one, room.peak) == (35, 65, 95, 35)


def test_what_an_earlier_call_of_the_run_brought_counts() -> None:
    assert DiskRoom(budget=100, disk=5000, ours=40).left == 60


def test_a_fetch_is_reserved_for_until_it_can_be_measured() -> None:
    """Its growth may or may not be in a measurement that was begun before it ended."""
    room = DiskRoom(budget=100, disk=0, ours=0)
    room.reserve("a", FetchSize(30, 10))
    assert room.left == 60
    room.measured(30, 0)
    assert room.left == 30
    room.measured(30, 0, ended=["a"])
    assert room.left == 70
    room.reserve("b", FetchSize(30, 10))
    room.release("b")
    assert room.left == 70


def test_what_a_registry_says_corrects_an_estimate() -> None:
    room = DiskRoom(budget=100, disk=0, ours=0)
    room.reserve("a", FetchSize(30, 10))
    room.progressed("a", 5, 20)
    assert room.left == 20
    assert room.surely_needs("a") == 40
    assert room.surely_needs("b") == 0


def test_downloads_under_way_show_in_the_peak() -> None:
    room = DiskRoom(budget=100, disk=0, ours=0)
    room.reserve("a", FetchSize(30, 10))
    room.progressed("a", 8, 10)
    room.measured(20, 1)
    room.measured(0, 0, ended=["a"])
    assert room.peak == 29


def test_room_that_others_make_is_no_credit() -> None:
    room = DiskRoom(budget=100, disk=5000, ours=0)
    room.measured(1000, 0)
    assert room.used == 0
    room.measured(1050, 0)
    assert room.used == 50


def test_what_others_add_is_forgotten_once_nothing_of_the_run_is_there() -> None:
    room = DiskRoom(budget=100, disk=0, ours=0)
    room.measured(90, 0)
    room.forget_others()
    assert room.left == 100
