"""Turns: how many at a time, in which order, and that the heavy and the light both get theirs."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from harness.sandbox import SandboxCancelled
from runner.turns import OVERTAKEN_AT_MOST, UNKNOWN, Capacity, Need, Turn, Turns
from task_specs.limits import GIB


@dataclass
class Neighbours:
    """Other runs on the machine, as many as the test says."""

    count: int = 1
    alone_turns: int = 0

    def runs(self) -> int:
        return self.count

    @contextmanager
    def among_others(self) -> Iterator[None]:
        yield

    @contextmanager
    def alone(self) -> Iterator[None]:
        self.alone_turns += 1
        yield


def auto(cpus: float = 4.0, memory: int = 16, neighbours: Neighbours | None = None) -> Turns:
    return Turns(Capacity(None, cpus, memory * GIB), neighbours or Neighbours())


def counted(jobs: int) -> Turns:
    return Turns(Capacity(jobs, 64.0, GIB), Neighbours())


@dataclass
class Waiter:
    """An attempt that holds its turn until it is told to end."""

    turn: Turn
    granted: threading.Event = field(default_factory=threading.Event)
    end: threading.Event = field(default_factory=threading.Event)
    error: BaseException | None = None

    def start(self) -> Waiter:
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
        return self

    def _run(self) -> None:
        try:
            with self.turn:
                self.granted.set()
                self.end.wait(10)
        except SandboxCancelled as error:
            self.error = error
        self.turn.close()

    def finish(self) -> None:
        self.end.set()
        self.thread.join(10)


def waiting(turns: Turns, count: int) -> bool:
    return len(turns._waiting) == count


def until(condition: Callable[[], bool]) -> None:
    deadline = threading.Event()
    for _ in range(1000):
        if condition():
            return
        deadline.wait(0.005)
    raise AssertionError("it did not come about")


def test_a_count_is_kept_whatever_the_machine_could_carry() -> None:
    turns = counted(2)
    waiters = [Waiter(turns.turn(Need(0.1, GIB), rank)).start() for rank in range(3)]
    until(lambda: sum(w.granted.is_set() for w in waiters) == 2 and waiting(turns, 1))
    next(w for w in waiters if w.granted.is_set()).finish()
    until(lambda: all(w.granted.is_set() for w in waiters))
    for waiter in waiters:
        waiter.finish()


def test_turns_go_by_rank_and_not_by_arrival() -> None:
    turns = counted(1)
    first = Waiter(turns.turn(UNKNOWN, 0)).start()
    until(first.granted.is_set)
    late = Waiter(turns.turn(UNKNOWN, 2)).start()
    until(lambda: waiting(turns, 1))
    early = Waiter(turns.turn(UNKNOWN, 1)).start()
    until(lambda: waiting(turns, 2))
    first.finish()
    until(early.granted.is_set)
    assert not late.granted.is_set()
    early.finish()
    until(late.granted.is_set)
    late.finish()


def test_memory_bounds_what_runs_together() -> None:
    turns = auto(cpus=64.0, memory=10)
    waiters = [Waiter(turns.turn(Need(1.0, 4 * GIB), rank)).start() for rank in range(3)]
    until(lambda: waiting(turns, 1))
    assert sum(w.granted.is_set() for w in waiters) == 2
    for waiter in waiters:
        waiter.finish()


def test_what_needs_more_than_there_is_runs_by_itself() -> None:
    turns = auto(memory=4)
    giant = Waiter(turns.turn(Need(2.0, 8 * GIB), 0)).start()
    until(giant.granted.is_set)
    small = Waiter(turns.turn(Need(1.0, GIB), 1)).start()
    until(lambda: waiting(turns, 1))
    giant.finish()
    until(small.granted.is_set)
    small.finish()


def test_the_small_go_past_the_heavy_but_not_for_ever() -> None:
    """The heavy one does not idle the machine while it waits, and is not starved either."""
    turns = auto(cpus=64.0, memory=10)
    begun = Waiter(turns.turn(Need(1.0, 4 * GIB), 0)).start()
    until(begun.granted.is_set)
    heavy = Waiter(turns.turn(Need(1.0, 8 * GIB), 1)).start()
    until(lambda: waiting(turns, 1))
    passing = [Waiter(turns.turn(Need(0.5, 0), 2)).start() for _ in range(OVERTAKEN_AT_MOST)]
    until(lambda: all(w.granted.is_set() for w in passing))
    held_back = Waiter(turns.turn(Need(0.5, 0), 2)).start()
    until(lambda: waiting(turns, 2))
    assert not turns.wants_more()
    assert not held_back.granted.is_set()
    begun.finish()
    until(lambda: heavy.granted.is_set() and held_back.granted.is_set())
    for waiter in (*passing, heavy, held_back):
        waiter.finish()


def test_two_runs_share_the_machine() -> None:
    neighbours = Neighbours(count=2)
    turns = auto(cpus=4.0, memory=100, neighbours=neighbours)
    waiters = [Waiter(turns.turn(Need(1.0, GIB), rank)).start() for rank in range(3)]
    until(lambda: waiting(turns, 1))
    assert sum(w.granted.is_set() for w in waiters) == 2
    neighbours.count = 1
    until(lambda: all(w.granted.is_set() for w in waiters))  # the other run has ended
    for waiter in waiters:
        waiter.finish()
    assert waiters[0].turn.had_company


def test_alone_is_alone() -> None:
    neighbours = Neighbours()
    turns = auto(neighbours=neighbours)
    running = Waiter(turns.turn(UNKNOWN, 5)).start()
    until(running.granted.is_set)
    alone = Waiter(turns.turn(UNKNOWN, 0, alone=True)).start()
    until(lambda: waiting(turns, 1))
    running.finish()
    until(alone.granted.is_set)
    later = Waiter(turns.turn(UNKNOWN, 1)).start()
    until(lambda: waiting(turns, 1))
    assert not later.granted.is_set()
    alone.finish()
    until(later.granted.is_set)
    later.finish()
    assert not alone.turn.had_company
    assert neighbours.alone_turns == 1


def test_company_is_noticed_by_both() -> None:
    turns = auto()
    first, second = (Waiter(turns.turn(UNKNOWN, rank)).start() for rank in range(2))
    until(lambda: first.granted.is_set() and second.granted.is_set())
    first.finish()
    second.finish()
    assert first.turn.had_company
    assert second.turn.had_company
    by_itself = Waiter(turns.turn(UNKNOWN, 3)).start()
    until(by_itself.granted.is_set)
    by_itself.finish()
    assert not by_itself.turn.had_company


def test_a_few_get_ready_ahead_of_their_turn_and_no_more() -> None:
    turns = counted(4)
    for submitted in range(6):
        assert turns.wants_more(), submitted
        turns.turn(UNKNOWN, submitted)
    assert not turns.wants_more()  # four to run at once, two to follow


def test_an_attempt_that_never_took_its_turn_leaves_room() -> None:
    """Its verdict was known, or its image could not be had."""
    turns = counted(1)
    told = []
    turns.on_change = lambda: told.append(True)
    submitted = [turns.turn(UNKNOWN, rank) for rank in range(3)]
    assert not turns.wants_more()
    submitted[0].close()
    assert told
    assert turns.wants_more()


def test_cancelling_ends_all_waiting() -> None:
    turns = counted(1)
    running = Waiter(turns.turn(UNKNOWN, 0)).start()
    until(running.granted.is_set)
    stuck = Waiter(turns.turn(UNKNOWN, 1)).start()
    until(lambda: waiting(turns, 1))
    turns.cancel()
    stuck.thread.join(10)
    assert isinstance(stuck.error, SandboxCancelled)
    running.finish()
    with pytest.raises(SandboxCancelled), turns.turn(UNKNOWN, 2):
        pass


def test_a_turn_is_taken_anew_for_each_try_and_its_waiting_adds_up() -> None:
    begun = []
    turns = counted(1)
    turn = turns.turn(UNKNOWN, 0, begins=lambda: begun.append(True))
    for _ in range(2):
        with turn:
            assert len(turns._running) == 1
    assert len(begun) == 2
    assert turn.waited_seconds >= 0
    assert not turns._running
