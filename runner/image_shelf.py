"""The images of an engine as one run sees them: which are there, which are its own, their size."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

from task_specs.instance import Instance

if TYPE_CHECKING:
    from containers.engine import Engine
    from containers.images import AcquiredImage, ImageStore, OnProgress

_ON_DISK = 1.15
"""An engine adds up what files contain; on disk each takes whole blocks. Seen with images of
Python environments: 10 to 15 % more."""


class ImageShelf(Protocol):
    """What `ImageSupply` needs of an engine. All of it may raise InfrastructureError."""

    def is_present(self, reference: str) -> bool:
        """Whether the engine has an image."""

    def size_bytes(self, reference: str) -> int:
        """Return what an image's layers take, shared ones included; 0 where it is not there."""

    def disk_used(self) -> int:
        """Return what the engine's images and boxes take on its disk."""

    def brought(self) -> frozenset[str]:
        """Return what the run brought, in this call or an earlier one, and has not removed."""

    def parts(self, instance: Instance) -> tuple[str, ...]:
        """Return what can be removed of an instance's image one by one, the task's own first."""

    def hold(self, references: Iterable[str]) -> AbstractContextManager[None]:
        """Keep other runs from removing images."""

    def acquire(self, instance: Instance, on_progress: OnProgress) -> AcquiredImage:
        """Have an image on the engine; an exception that `on_progress` raises ends the work."""

    def discard(self, reference: str) -> bool:
        """Remove an image that the run brought; False where someone needs it, or owns it."""


class EngineShelf:
    """An ImageShelf made of an engine and a run's image store."""

    def __init__(self, engine: Engine, store: ImageStore, run_key: str) -> None:
        """`run_key` is the one that the store was opened with."""
        self._engine = engine
        self._store = store
        self._run_key = run_key
        self.parts = store.parts
        self.hold = store.hold
        self.discard = store.discard

    def is_present(self, reference: str) -> bool:
        return self._engine.image(reference) is not None

    def size_bytes(self, reference: str) -> int:
        image = self._engine.image(reference)
        return 0 if image is None else int(image.size_bytes * _ON_DISK)

    def disk_used(self) -> int:
        from containers.disk_usage import disk_used

        return int(disk_used(self._engine) * _ON_DISK)

    def brought(self) -> frozenset[str]:
        from containers.image_record import ImageRecord

        records = ImageRecord(self._engine.info().id).all()
        latest = [(record.reference, record.fetches[-1]) for record in records]
        return frozenset(
            reference
            for reference, fetch in latest
            if fetch.run == self._run_key and not fetch.removed
        )

    def acquire(self, instance: Instance, on_progress: OnProgress) -> AcquiredImage:
        return self._store.acquire(instance, on_progress)
