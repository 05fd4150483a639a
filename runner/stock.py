"""What the threads of an image supply share: the needs, the room, and the promises made."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from harness.box_run import PreparedImage
from runner.disk_room import DiskRoom
from runner.disk_watch import DiskWatch
from runner.events import ImageReady, Listener
from runner.image_need import Need, Stage
from runner.image_needs import ImageNeeds
from runner.image_shelf import ImageShelf
from runner.size_estimates import SizeEstimates
from runner.supply_steps import Supplies, kind_of
from task_specs.instance import Instance

if TYPE_CHECKING:
    from containers.images import AcquiredImage


class Stock:
    """The state of one supply. `changed` guards all of it, and is notified of every change."""

    def __init__(
        self,
        shelf: ImageShelf,
        needs: Sequence[Instance],
        *,
        budget_bytes: int | None,
        run_folder: Path,
        listener: Listener,
        cancelled: threading.Event,
        ahead: int,
    ) -> None:
        self.shelf = shelf
        self.listener = listener
        self.changed = threading.Condition()
        self.over = False
        """Nothing more is begun."""
        self.needs = ImageNeeds(shelf.parts)
        for instance in needs:
            self.needs.needed(instance)
        self.sizes = SizeEstimates([kind_of(need) for need in self.needs])
        self.room: DiskRoom | None = None
        self.watch: DiskWatch | None = None
        self._before: frozenset[str] = frozenset()
        if budget_bytes is not None:
            self._before = shelf.brought()
            self.needs.found(self._before)
            ours = sum(self.sizes.lasting(part) for part in self._before)
            self.room = DiskRoom(budget_bytes, shelf.disk_used(), ours)
            self.watch = DiskWatch(shelf.disk_used, run_folder, self.room, self.sizes, self.changed)
        self.supplies = Supplies(self.needs, self.sizes, self.room, ahead)
        self._cancelled = cancelled
        self._promises: dict[str, Future[PreparedImage]] = {}
        self._prepared: dict[str, PreparedImage] = {}

    @property
    def stopping(self) -> bool:
        """Whether the run is being interrupted, or has ended."""
        return self.over or self._cancelled.is_set()

    def promise(self, need: Need) -> Future[PreparedImage]:
        """Return what is done when the image is there."""
        return self._promises.setdefault(need.reference, Future())

    def take_back(self, need: Need) -> None:
        """What was promised is no longer so; who asks from now on gets a new promise."""
        self._promises.pop(need.reference, None)

    # These three settle promises, and are called without holding `changed`: whoever waits for a
    # promise is called back at once, and has locks of its own.

    def arrived(self, need: Need, acquired: AcquiredImage) -> None:
        """An image is there."""
        with self.changed:
            ours = acquired.how != "present" or need.reference in self._before
            self.needs.arrived(need, ours=ours)
            need.called_off = need.starved = False
            self._prepared[need.reference] = PreparedImage(acquired.reference, acquired.digest)
        self.keep_promise(need)

    def keep_promise(self, need: Need) -> None:
        """An image is there, or has stayed."""
        with self.changed:
            promise = self.promise(need)
            image = self._prepared[need.reference]
            self.changed.notify_all()
        with suppress(InvalidStateError):
            promise.set_result(image)
        self.listener(ImageReady(need.instance.instance_id))

    def failed(self, need: Need, error: BaseException) -> None:
        """An image cannot be had."""
        with self.changed:
            need.stage = Stage.FAILED
            need.called_off = False
            need.told = need.asked
            promise = self.promise(need)
            self.changed.notify_all()
        with suppress(InvalidStateError):
            promise.set_exception(error)
        self.listener(ImageReady(need.instance.instance_id))

    def break_promises(self, error: Exception) -> None:
        """Nothing more will come."""
        with self.changed:
            broken = [each for each in self._promises.values() if not each.done()]
        for promise in broken:
            with suppress(InvalidStateError):
                promise.set_exception(error)
