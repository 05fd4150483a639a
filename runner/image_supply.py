"""Has images ready ahead of need, within the disk budget."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from harness.box_run import PreparedImage
from harness.sandbox import InfrastructureError, SandboxCancelled
from runner.events import Listener
from runner.fetching import fetch_image
from runner.image_need import Stage
from runner.image_shelf import ImageShelf
from runner.stock import Stock
from runner.supply_loop import SupplyLoop
from runner.supply_steps import AT_A_TIME, Fetch
from task_specs.instance import Instance

AHEAD = 16
"""Images that are fetched before any item is done with them: more than attempts run at once on
an ordinary machine."""


class ImageSupply:
    """Fetches a run's images in the order of need, and under a budget removes them again.

    It works in threads of its own: one looks for what is present, one decides, four fetch.
    Whoever uses it must take up whatever is ready, whatever its place: an image that somebody
    asked for stays until all who need it are done, and others may be waiting for its room.
    All methods are for any thread.
    """

    def __init__(
        self,
        shelf: ImageShelf,
        needs: Sequence[Instance],
        *,
        budget_bytes: int | None,
        run_folder: Path,
        listener: Listener,
        cancelled: threading.Event,
        ahead: int = AHEAD,
    ) -> None:
        """Begin. `needs` has an instance once for each item that needs its image, in the order of
        need. What `run_folder` holds counts towards the budget; without a budget nothing is ever
        removed. `ahead` bounds the images that are fetched and that no item is done with yet.

        Raises InfrastructureError where there is a budget and the engine does not say what its
        disk holds.
        """
        self._stock = Stock(
            shelf,
            needs,
            budget_bytes=budget_bytes,
            run_folder=run_folder,
            listener=listener,
            cancelled=cancelled,
            ahead=ahead,
        )
        self._fetchers = ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="fetch")
        self._loop = SupplyLoop(self._stock, self._begin)
        self._threads = [
            threading.Thread(target=self._loop.look_for_present, name="images-present"),
            threading.Thread(target=self._loop.run, name="image-supply"),
        ]
        for thread in self._threads:
            thread.daemon = True
            thread.start()

    def ready(self, instance: Instance) -> Future[PreparedImage]:
        """Return what is done once the image is there; it then stays until `done`.

        One for all that need the same image. It fails with InfrastructureError (`disk_budget`
        where the image cannot fit), InputError or SandboxCancelled. Asking again after a failure
        that may pass has it tried again. What was not announced is needed after all the rest.
        """
        stock = self._stock
        with stock.changed:
            need = stock.needs.get(instance.image)
            if need is None or not need.wanted:
                need = stock.needs.needed(instance)
            promise = stock.promise(need)
            if need.stage is Stage.FAILED:
                error = promise.exception() if promise.done() else None
                if need.told and isinstance(error, InfrastructureError) and error.retryable:
                    stock.take_back(need)
                    stock.needs.look_for(need)
                    promise = stock.promise(need)
                need.told = True
            need.asked = True
            ended = stock.over
            stock.changed.notify_all()
        if ended and not promise.done():
            stock.break_promises(SandboxCancelled("the run has ended"))
        return promise

    def done(self, instance: Instance) -> None:
        """One item that needed the image has ended, or will not run."""
        self._tell(instance, self._stock.needs.done)

    def postpone(self, instance: Instance) -> None:
        """One item that needed the image needs it once more at the very end: until somebody asks
        for it again, the image may go if its room is needed."""
        self._tell(instance, self._stock.needs.postpone)

    def lost(self, instance: Instance) -> None:
        """The engine does not know an image that was ready: somebody removed it. Ask again."""
        with self._stock.changed:
            need = self._stock.needs.get(instance.image)
            if need is not None and need.stage is Stage.READY:
                self._stock.take_back(need)
                self._stock.needs.look_for(need)
                self._stock.changed.notify_all()

    def make_room(self) -> bool:
        """The engine's disk is full: drop what nobody needs now. True where something went;
        without a budget nothing does."""
        return self._loop.ask_for_room().result()

    @property
    def peak_bytes(self) -> int | None:
        """The most disk that the run was seen to use; None without a budget."""
        room = self._stock.room
        return None if room is None else room.peak

    def close(self) -> None:
        """End all fetches; under a budget remove what nobody needs any more.

        What unfinished items need stays, for the call that goes on with the run.
        """
        with self._stock.changed:
            self._stock.over = True
            for need in self._stock.needs.fetching:
                need.called_off = True
            self._stock.changed.notify_all()
        for thread in self._threads:
            thread.join()
        self._fetchers.shutdown(wait=True)
        self._stock.break_promises(SandboxCancelled("the run has ended"))
        self._loop.clear_up()

    def _begin(self, fetch: Fetch) -> None:
        self._fetchers.submit(fetch_image, self._stock, fetch)

    def _tell(self, instance: Instance, what: Callable[..., None]) -> None:
        with self._stock.changed:
            need = self._stock.needs.get(instance.image)
            if need is not None:
                what(need)
                self._stock.changed.notify_all()
