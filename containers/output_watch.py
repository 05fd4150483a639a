"""Looks at the output of a box while it runs, and has the box stopped where that is said."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.sandbox import WATCH_SECONDS, Watch

_log = logging.getLogger(__name__)


@contextmanager
def watched_output(
    output: Path, watch: Watch | None, stop: Callable[[str], None]
) -> Iterator[None]:
    """Ask `watch` now and then, until the context is left or it says something; tell `stop` that.

    It has a thread of its own, so that neither the time limit nor the copying of the output
    waits for it, and a fault in it costs the early end alone.
    """
    if watch is None:
        yield
        return
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(WATCH_SECONDS):
            try:
                said = watch(output) if output.exists() else None
            except Exception:
                _log.exception("the output of a box is no longer watched")
                return
            if said:
                stop(said)
                return

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()
