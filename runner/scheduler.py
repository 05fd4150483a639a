"""The scheduler: has attempts begin in their order as soon as their images are there."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Generator
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from queue import SimpleQueue
from typing import Protocol

from harness.box_run import PreparedImage
from harness.sandbox import SandboxCancelled
from runner.attempt import AttemptResult
from runner.plan import WorkItem
from runner.turns import Turn, Turns
from task_specs.instance import Instance


@dataclass(frozen=True, slots=True)
class Job:
    """An attempt to be made, and its turn."""

    item: WorkItem
    turn: Turn


class Backend(Protocol):
    """Where attempts are made. It executes and does not choose."""

    def submit(self, job: Job) -> Future[AttemptResult]:
        """Begin an attempt now; it waits for its turn by itself."""

    def close(self) -> None:
        """Wait for the workers to end."""


class ReadyImages(Protocol):
    """Tells when an instance's image is there."""

    def ready(self, instance: Instance) -> Future[PreparedImage]:
        """Return what is done once the image is present, or cannot be had."""


@dataclass(slots=True)
class _Planned:
    """A work item that waits for its image; `begins` is called at its turn."""

    item: WorkItem
    rank: int
    turn: Callable[[], Turn]


@dataclass(frozen=True, slots=True)
class _Ended:
    job: Job
    future: Future[AttemptResult]


class _LookAgain:
    """Something has changed that may let another attempt begin."""


@dataclass(slots=True)
class _State:
    waiting: int = 0
    """Attempts whose image is not there yet."""
    ready: list[tuple[int, int, _Planned]] = field(default_factory=list)
    """A heap by rank; the second number keeps equals in the order of their arrival."""
    running: int = 0
    arrivals: int = 0
    stopping: bool = False


class Scheduler:
    """Keeps a backend busy. All methods are for one thread."""

    def __init__(
        self, backend: Backend, turns: Turns, images: ReadyImages, cancel: Callable[[], None]
    ) -> None:
        """`cancel` ends what is under way; it is called where results are no longer wanted."""
        self._backend = backend
        self._turns = turns
        self._images = images
        self._cancel = cancel
        self._state = _State()
        self._events: SimpleQueue[_Planned | _Ended | _LookAgain] = SimpleQueue()
        turns.on_change = lambda: self._events.put(_LookAgain())

    def add(self, item: WorkItem, rank: int, turn: Callable[[], Turn]) -> None:
        """Have an attempt made; `turn` is asked for its turn when it begins to get ready."""
        planned = _Planned(item, rank, turn)
        self._state.waiting += 1
        self._images.ready(item.instance).add_done_callback(lambda _: self._events.put(planned))

    def results(self) -> Generator[AttemptResult, None, None]:
        """Yield results as attempts end, until none is left; more may be added meanwhile.

        An attempt that raises SandboxCancelled yields nothing, and none is begun after it: the
        run is being interrupted, and what was complete by then still comes out. When the
        consumer stops early, what is under way is cancelled.
        """
        state = self._state
        finished = False
        try:
            while state.running or (not state.stopping and (state.waiting or state.ready)):
                event = self._events.get()
                if isinstance(event, _Planned):
                    state.waiting -= 1
                    state.arrivals += 1
                    heapq.heappush(state.ready, (event.rank, state.arrivals, event))
                elif isinstance(event, _Ended):
                    state.running -= 1
                    event.job.turn.close()
                    if isinstance(event.future.exception(), SandboxCancelled):
                        state.stopping = True
                # Before handing on: the consumer's writing must not keep a worker idle.
                self._begin()
                if isinstance(event, _Ended) and not isinstance(
                    event.future.exception(), SandboxCancelled
                ):
                    yield event.future.result()
            finished = True
        finally:
            if not finished:
                self._cancel()

    def close(self) -> None:
        """Wait for the workers to end; no box outlives this call."""
        self._backend.close()

    def _begin(self) -> None:
        state = self._state
        while state.ready and not state.stopping and self._turns.wants_more():
            planned = heapq.heappop(state.ready)[2]
            job = Job(planned.item, planned.turn())
            state.running += 1
            self._backend.submit(job).add_done_callback(partial(self._ended, job))

    def _ended(self, job: Job, future: Future[AttemptResult]) -> None:
        self._events.put(_Ended(job, future))
