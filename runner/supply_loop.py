"""Two threads' work: look for what is present, and carry out one step after the other."""

from __future__ import annotations

import heapq
import logging
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import ExitStack

from harness.sandbox import InfrastructureError, SandboxCancelled
from runner.fetching import budget_error
from runner.image_need import Need, Stage
from runner.stock import Stock
from runner.supply_steps import CallOff, Discard, Fetch, Refuse, Release, Step, next_step

_TICK_SECONDS = 0.25
"""An interruption is noticed that soon."""
_REST_SECONDS = 0.5
_MOST_TRIES = 20
"""At removing what a box still uses that is just being removed itself."""
_LAST_TRIES_SECONDS = 10.0
_MOST_LEASES = 64
"""A lease is an open file for each part, and some systems allow 256 of those."""

_log = logging.getLogger(__name__)


class SupplyLoop:
    """Decides and acts, in one thread; `begin` has a fetch begin in another."""

    def __init__(self, stock: Stock, begin: Callable[[Fetch], None]) -> None:
        self._stock = stock
        self._begin = begin
        self._leases: dict[str, ExitStack] = {}
        self._resting: dict[str, tuple[int, float]] = {}
        """Tries at removing a part, and when the next one is due."""
        self._asked_for_room: list[Future[bool]] = []

    def ask_for_room(self) -> Future[bool]:
        """Have dropped what nobody needs now; the answer tells whether anything went."""
        answer: Future[bool] = Future()
        with self._stock.changed:
            if self._stock.room is None or self._stock.stopping:
                answer.set_result(False)
            else:
                self._asked_for_room.append(answer)
                self._stock.changed.notify_all()
        return answer

    def look_for_present(self) -> None:
        """Have what is on the engine already ready at once, until the run is over."""
        stock = self._stock
        while True:
            with stock.changed:
                while (need := stock.needs.next_unseen()) is None and not stock.stopping:
                    stock.changed.wait(_TICK_SECONDS)
            if need is None or stock.stopping:
                return
            self._look_for(need)

    def run(self) -> None:
        """Carry out steps until the run is over; then answer whoever still waits."""
        try:
            while not self._stock.stopping:
                self._round()
        except Exception as error:  # a bug of ours must not leave anyone waiting
            self._stock.break_promises(error)
            raise
        finally:
            with self._stock.changed:
                self._stock.over = True
                unanswered, self._asked_for_room = self._asked_for_room, []
            for answer in unanswered:
                answer.set_result(False)
            self._stock.break_promises(SandboxCancelled("the run has ended"))

    def clear_up(self) -> None:
        """Give the leases up, and under a budget remove what nobody needs any more.

        Boxes that are just being removed hold their images for a moment.
        """
        for lease in self._leases.values():
            lease.close()
        self._leases.clear()
        if self._stock.room is None:
            return
        deadline = time.monotonic() + _LAST_TRIES_SECONDS
        while True:
            with self._stock.changed:
                parts = self._stock.needs.unneeded()
            if not parts or time.monotonic() > deadline:
                return
            removed = sum(self._discard(part) for part in parts)
            if not removed:
                time.sleep(_REST_SECONDS)

    def _look_for(self, need: Need) -> None:
        """A failure here comes again, and is told, when the image is fetched."""
        shelf = self._stock.shelf
        try:
            acquired = (
                shelf.acquire(need.instance, lambda _: None)
                if shelf.is_present(need.reference)
                else None
            )
        except (InfrastructureError, SandboxCancelled):
            acquired = None
        if acquired is not None:
            self._stock.arrived(need, acquired)
            return
        with self._stock.changed:
            need.stage = Stage.ABSENT if need.wanted else Stage.GONE
            self._stock.changed.notify_all()

    def _round(self) -> None:
        stock = self._stock
        if stock.watch is not None:
            stock.watch.look()
        self._lease_nearest()
        self._make_room()
        with stock.changed:
            if stock.watch is not None and stock.watch.due_now:
                return  # what has just come is measured before it can go
            step = next_step(stock.supplies, self._resting_now())
            if step is None:
                stock.changed.wait(_TICK_SECONDS)
                return
            self._note(step)
        match step:
            case Fetch():
                self._begin(step)
            case Discard(part):
                self._discard(part)
            case Release(need):
                self._give_up_lease(need.reference)
            case Refuse(need, reason) if not need.called_off:
                stock.failed(need, budget_error(reason))

    def _note(self, step: Step) -> None:
        """Write down what is about to happen, while nobody else can decide anything."""
        stock = self._stock
        match step:
            case Fetch(need, _, size):
                if stock.room is not None:
                    if stock.needs.nothing_of_ours:
                        stock.room.forget_others()
                    stock.room.reserve(need.reference, size)
                need.stage = Stage.FETCHING
            case CallOff(need):
                need.called_off = True
            case Release(need):
                stock.needs.stays(need)
                stock.take_back(need)
            case Refuse(need, reason) if need.stage is Stage.FETCHING:
                need.called_off = True
                need.refusal = reason

    def _discard(self, part: str) -> bool:
        stock = self._stock
        with stock.changed:
            need = stock.needs.get(part)
            if need is not None and need.stage is not Stage.READY:
                need = None  # it was brought before, and is not known to be there
            if need is not None:
                need.stage = Stage.LEAVING
                stock.take_back(need)
        self._give_up_lease(part)
        gone = self._removed(part)
        with stock.changed:
            if gone:
                self._resting.pop(part, None)
                stock.needs.left(part)
                if stock.watch is not None:
                    stock.watch.removed()
                return True
            tries = 1 + self._resting.get(part, (0, 0.0))[0]
            self._resting[part] = (tries, time.monotonic() + _REST_SECONDS)
            if need is not None:
                need.stage = Stage.READY
        if tries >= _MOST_TRIES or not self._is_ours(part):
            with stock.changed:
                self._resting.pop(part, None)
                stock.needs.kept(part)
        if need is not None and need.wanted:
            stock.keep_promise(need)
        return False

    def _removed(self, part: str) -> bool:
        try:
            return self._stock.shelf.discard(part) or not self._stock.shelf.is_present(part)
        except InfrastructureError as error:
            _log.info("%s cannot be removed now: %s", part, error)
            return False

    def _is_ours(self, part: str) -> bool:
        try:
            return part in self._stock.shelf.brought()
        except InfrastructureError:
            return True

    def _resting_now(self) -> set[str]:
        now = time.monotonic()
        return {part for part, (_, until) in self._resting.items() if until > now}

    def _make_room(self) -> None:
        """Answer those who asked for room."""
        stock = self._stock
        with stock.changed:
            asked, self._asked_for_room = self._asked_for_room, []
        if not asked:
            return
        tried: set[str] = set()
        dropped = False
        while True:
            with stock.changed:
                parts = [*stock.needs.unneeded(), *stock.needs.dispensable()]
            part = next((part for part in parts if part not in tried), None)
            if part is None:
                break
            tried.add(part)
            dropped = self._discard(part) or dropped
        for answer in asked:
            answer.set_result(dropped)

    def _lease_nearest(self) -> None:
        """Keep others from removing what is there and needed soonest."""
        stock = self._stock
        with stock.changed:
            free = _MOST_LEASES - len(self._leases)
            waiting = [
                need
                for need in stock.needs
                if need.stage is Stage.READY and need.wanted and need.reference not in self._leases
            ]
        for need in heapq.nsmallest(free, waiting, key=lambda need: need.place):
            lease = ExitStack()
            try:
                lease.enter_context(stock.shelf.hold(need.parts))
            except (InfrastructureError, SandboxCancelled, OSError) as error:
                _log.info("no lease on %s: %s", need.reference, error)
                return
            self._leases[need.reference] = lease

    def _give_up_lease(self, reference: str) -> None:
        lease = self._leases.pop(reference, None)
        if lease is not None:
            lease.close()
