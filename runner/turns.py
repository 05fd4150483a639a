"""Turns: how many attempts run at one moment, by count or by what the machine can carry."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol

from harness.sandbox import SandboxCancelled
from task_specs.limits import GIB, MIB

OVERTAKEN_AT_MOST = 8
"""How often smaller attempts may go first past one that does not fit yet."""


@dataclass(frozen=True, slots=True)
class Need:
    """What an attempt is expected to use of the machine while its box runs."""

    cpus: float
    memory_bytes: int


SMALLEST = Need(cpus=0.25, memory_bytes=128 * MIB)
"""The least that an attempt is reckoned with: one that sleeps still costs its container."""
UNKNOWN = Need(cpus=1.0, memory_bytes=2 * GIB)
"""What an attempt is reckoned with that nothing is known of: nearly all test suites of SWE-bench
run on one processor, and within this."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """How much may run at one moment: `jobs` attempts, or where that is None, what fits."""

    jobs: int | None
    cpus: float
    memory_bytes: int


class Neighbours(Protocol):
    """The other runs on this machine."""

    def runs(self) -> int:
        """Return how many runs there are now, this one included."""

    def among_others(self) -> AbstractContextManager[None]:
        """Hold an ordinary turn."""

    def alone(self) -> AbstractContextManager[None]:
        """Hold a turn that no other run shares."""


class Turn:
    """One attempt's turn; a context, entered anew for each try. Made by `Turns.turn`."""

    def __init__(
        self, turns: Turns, need: Need, rank: int, alone: bool, begins: Callable[[], None]
    ) -> None:
        self.need = need
        self.rank = rank
        self.is_alone = alone
        self.overtaken = 0
        self.had_company = False
        """Whether something else ran at any moment of the last try."""
        self.waited_seconds = 0.0
        """How long its turns were waited for, all tries together."""
        self._turns = turns
        self._begins = begins
        self._machine: AbstractContextManager[None] | None = None

    def __enter__(self) -> None:
        asked = time.monotonic()
        self._turns.wait_for(self)
        try:
            neighbours = self._turns.neighbours
            self._machine = neighbours.alone() if self.is_alone else neighbours.among_others()
            self._machine.__enter__()
        except BaseException:
            self._turns.give_back(self)
            raise
        self.waited_seconds += time.monotonic() - asked
        self._begins()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._machine is not None:
            self._machine.__exit__(kind, error, trace)
        self._turns.give_back(self)

    def close(self) -> None:
        """The attempt has ended, whether or not it ever had its turn."""
        self._turns.forget(self)


class Turns:
    """Grants turns in the order of rank.

    One that does not fit yet may be overtaken by smaller ones, so that it does not idle the
    machine; but only so often, so that they do not starve it. With several runs on the machine
    each takes its share. What is alone waits until nothing else runs.
    """

    def __init__(self, capacity: Capacity, neighbours: Neighbours) -> None:
        self.neighbours = neighbours
        self.on_change: Callable[[], None] = lambda: None
        """Called whenever `wants_more` may have become true; from any thread."""
        self._capacity = capacity
        self._condition = threading.Condition()
        self._coming: set[Turn] = set()
        """Submitted, and not yet running."""
        self._waiting: list[Turn] = []
        self._running: set[Turn] = set()
        self._cancelled = False

    @property
    def usual_jobs(self) -> int:
        """How many attempts run at one moment when each takes one processor."""
        return self._capacity.jobs or max(1, int(self._capacity.cpus))

    def turn(
        self,
        need: Need = UNKNOWN,
        rank: int = 0,
        *,
        alone: bool = False,
        begins: Callable[[], None] = lambda: None,
    ) -> Turn:
        """Return the turn of an attempt that is about to be submitted.

        `begins` is called each time that it is granted.
        """
        turn = Turn(self, need, rank, alone, begins)
        with self._condition:
            self._coming.add(turn)
        return turn

    def wants_more(self) -> bool:
        """Whether a further attempt should get ready: enough to fill what is free, and a few to
        follow at once."""
        with self._condition:
            if any(turn.overtaken >= OVERTAKEN_AT_MOST for turn in self._waiting):
                return False
            stuck = [turn for turn in self._waiting if not self._fits(turn.need)]
            if not self._fits(SMALLEST):  # then they wait for their turn like everybody
                stuck = []
            free = max(0, self.usual_jobs - len(self._running))
            ahead = max(2, self.usual_jobs // 2)
            return len(self._coming) - len(stuck) < free + ahead

    def cancel(self) -> None:
        """End all waiting: it then raises SandboxCancelled."""
        with self._condition:
            self._cancelled = True
            self._condition.notify_all()

    # What a Turn calls

    def wait_for(self, turn: Turn) -> None:
        """Block until the turn is granted. Raises SandboxCancelled."""
        with self._condition:
            self._coming.add(turn)  # again, where it is not the first try
            self._waiting.append(turn)
            self._waiting.sort(key=lambda waiting: waiting.rank)
            try:
                # Other runs come and go without telling, so their number is looked at again.
                while not self._cancelled and self._next() is not turn:
                    self._condition.wait(timeout=2.0)
            finally:
                self._waiting.remove(turn)
                self._condition.notify_all()
            if self._cancelled:
                raise SandboxCancelled("the run was interrupted")
            for earlier in self._waiting:
                if earlier.rank < turn.rank and not earlier.is_alone:
                    earlier.overtaken += 1
            self._coming.discard(turn)
            self._running.add(turn)
            turn.had_company = len(self._running) > 1 or self.neighbours.runs() > 1
            if len(self._running) > 1:
                for running in self._running:
                    running.had_company = True
        self.on_change()

    def give_back(self, turn: Turn) -> None:
        """The turn is over."""
        with self._condition:
            self._running.discard(turn)
            self._condition.notify_all()
        turn.had_company = turn.had_company or self.neighbours.runs() > 1
        self.on_change()

    def forget(self, turn: Turn) -> None:
        """The attempt is over."""
        with self._condition:
            self._coming.discard(turn)
            self._condition.notify_all()
        self.on_change()

    def _next(self) -> Turn | None:
        """Return who of those that wait may begin now."""
        for turn in self._waiting:
            if not self._running if turn.is_alone else self._fits(turn.need):
                return turn
            if turn.overtaken >= OVERTAKEN_AT_MOST:
                return None
        return None

    def _fits(self, need: Need) -> bool:
        if any(turn.is_alone for turn in self._running):
            return False
        if self._capacity.jobs is not None:
            return len(self._running) < self._capacity.jobs
        if not self._running:
            return True  # what needs more than there is runs by itself
        runs = self.neighbours.runs()
        cpus = sum(turn.need.cpus for turn in self._running) + need.cpus
        memory = sum(turn.need.memory_bytes for turn in self._running) + need.memory_bytes
        return (
            cpus <= self._capacity.cpus / runs + 1e-6
            and memory <= self._capacity.memory_bytes / runs
        )
