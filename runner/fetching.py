"""One fetch, from its begin to its end, whichever that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.sandbox import InfrastructureError, SandboxCancelled
from runner.events import ImageProgress
from runner.image_need import Need, Stage
from runner.stock import Stock
from runner.supply_steps import Fetch

if TYPE_CHECKING:
    from containers.images import Progress


class FetchCalledOff(Exception):
    """There is no room for it, or nobody needs it any more."""


def fetch_image(stock: Stock, fetch: Fetch) -> None:
    """Pull or build an image, and tell the stock what came of it."""
    need = fetch.need
    try:
        acquired = stock.shelf.acquire(
            need.instance, lambda progress: _progressed(stock, need, progress)
        )
        size = stock.shelf.size_bytes(need.reference) if stock.watch is not None else 0
    except FetchCalledOff:
        _called_off(stock, need)
    except BaseException as error:
        _failed(stock, need, error)
    else:
        if stock.watch is not None:
            with stock.changed:
                stock.watch.fetched(fetch, size)
        stock.arrived(need, acquired)


def _progressed(stock: Stock, need: Need, progress: Progress) -> None:
    from containers.engine_events import PullProgress

    with stock.changed:
        if need.called_off:
            raise FetchCalledOff
        if stock.stopping:
            raise SandboxCancelled
        if isinstance(progress, PullProgress):
            need.download = max(need.download, progress.bytes_total)
            if stock.room is not None:
                stock.room.progressed(need.reference, progress.bytes_done, progress.bytes_total)
                if stock.room.left < 0:
                    stock.changed.notify_all()
    text = f"building: {progress.strip()}" if isinstance(progress, str) else progress.text
    stock.listener(ImageProgress(need.instance.instance_id, text))


def _called_off(stock: Stock, need: Need) -> None:
    with stock.changed:
        refusal = need.refusal
        if stock.room is not None:
            stock.room.release(need.reference)
        if not refusal:
            need.called_off = False
            need.stage = Stage.ABSENT if need.wanted else Stage.GONE
            stock.changed.notify_all()
    if refusal:
        stock.failed(need, budget_error(refusal))


def _failed(stock: Stock, need: Need, error: BaseException) -> None:
    """A disk that is full is no failure yet where a budget lets room be made."""
    with stock.changed:
        if stock.room is not None:
            stock.room.release(need.reference)
        full = isinstance(error, InfrastructureError) and error.kind == "disk_full"
        again = full and stock.room is not None and not need.starved and not stock.stopping
        if again:
            need.starved = True
            need.called_off = False
            need.stage = Stage.ABSENT if need.wanted else Stage.GONE
            stock.changed.notify_all()
    if not again:
        stock.failed(need, error)


def budget_error(reason: str) -> InfrastructureError:
    """Return the failure of an image that does not fit into the budget."""
    return InfrastructureError("disk_budget", reason, retryable=False)
