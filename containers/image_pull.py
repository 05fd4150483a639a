"""One image from a registry, through whatever trouble the registry has that may pass."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event

from containers.engine import Engine
from containers.engine_events import PullProgress
from containers.errors import EngineError
from containers.registry_pause import RegistryPauses, Waiting
from harness.sandbox import InfrastructureError, SandboxCancelled
from task_specs.instance import Instance

_RETRY_DELAYS = {
    "registry_rate_limited": (2.0, 8.0, 30.0),
    "registry_failed": (1.0, 4.0, 10.0),
    "engine_timeout": (1.0,),
    # No network is more often a fact than an accident: one more try, not a minute for each task.
    "registry_unreachable": (2.0,),
}
"""Seconds to wait before each further try at a pull, by the kind of its failure."""

DISK_FULL_ADVICE = (
    "the engine's disk is full: make room with `swe-verify images gc`, or let the run do so with "
    "--disk-budget"
)
_ADVICE = {
    "image_not_found": "its registry has no such image: check the name, run `docker login` "
    "if it is private, or load the image by hand",
    "registry_auth": "its registry wants other credentials: run `docker login`",
    "registry_rate_limited": "its registry allows no more pulls for now: run `docker login`, "
    "use a mirror, or run again later",
    "registry_unreachable": "its registry cannot be reached: check the network, or load the "
    "image by hand",
    "disk_full": DISK_FULL_ADVICE,
}
_TELL_SECONDS = 1.0


class Puller:
    """Pulls images for any number of threads, which share the pauses that registries ask for."""

    def __init__(self, engine: Engine, cancelled: Event) -> None:
        self._engine = engine
        self._cancelled = cancelled
        self._pauses = RegistryPauses()

    def pull(self, instance: Instance, report: Callable[[PullProgress | Waiting], None]) -> None:
        """Pull an instance's image, trying again what may pass. An exception of `report` ends it.

        Raises InfrastructureError of the kind of the last failure, which for a full disk can be
        mended by making room, and SandboxCancelled.
        """
        tries = 0
        while True:
            self._pauses.wait(instance.image, self._sleep, report)
            try:
                self._engine.pull(instance.image, report)
            except EngineError as error:
                self._sleep(0)
                delays = _RETRY_DELAYS.get(error.kind, ())
                if tries >= len(delays):
                    raise _failure(instance, error) from error
                limited = error.kind == "registry_rate_limited"
                if not (limited and self._pauses.ask(instance.image)):
                    self._pause(delays[tries], error, report)
                tries += 1
            else:
                self._sleep(0)
                return

    def _pause(self, seconds: float, error: EngineError, report: Callable[[Waiting], None]) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            report(Waiting(f"trying again in {left:.0f} s: {error.detail}"))
            self._sleep(min(left, _TELL_SECONDS))

    def _sleep(self, seconds: float) -> None:
        if self._cancelled.wait(seconds):
            raise SandboxCancelled


def unavailable(instance: Instance, why: str) -> InfrastructureError:
    """Return the error for an image that exists nowhere, as far as can be seen."""
    return InfrastructureError(
        "image_unavailable",
        f"the image {instance.image} of {instance.instance_id} is not there, and {why}",
        retryable=False,
    )


def _failure(instance: Instance, error: EngineError) -> InfrastructureError:
    advice = _ADVICE.get(error.kind, "pulling it failed")
    if error.kind == "image_not_found":
        return unavailable(instance, f"{advice} ({error.detail})")
    return InfrastructureError(
        error.kind,
        f"the image {instance.image} of {instance.instance_id} is not there, and {advice} "
        f"({error.detail})",
        retryable=error.retryable,
    )
