"""An engine's images without an engine: pulls take as long as a test wants."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from containers.engine_events import PullProgress
from containers.images import AcquiredImage, OnProgress
from harness.sandbox import InfrastructureError
from task_specs.instance import Instance


class FakeShelf:
    """An ImageShelf. `sizes` are of the images that exist; none shares anything with another."""

    def __init__(self, sizes: Mapping[str, int], present: Iterable[str] = ()) -> None:
        self.sizes = dict(sizes)
        self.there = set(present)
        self.brought_here: set[str] = set()
        self.fetches: list[str] = []
        self.discards: list[str] = []
        self.leases: Counter[str] = Counter()
        self.failures: dict[str, list[Exception]] = {}
        """What the next fetches of an image fail with, one after the other."""
        self.used_by_boxes: set[str] = set()
        self.most_used = 0
        self.at_once = 0
        self.most_at_once = 0
        self._lock = threading.Lock()
        self._held_back: dict[str, threading.Event] = {}

    def hold_back(self, *references: str) -> None:
        """Let pulls of these begin, and come to no end."""
        for reference in references:
            self._held_back[reference] = threading.Event()

    def let_go(self, reference: str) -> None:
        self._held_back[reference].set()

    def is_present(self, reference: str) -> bool:
        return reference in self.there

    def size_bytes(self, reference: str) -> int:
        return self.sizes[reference]

    def disk_used(self) -> int:
        with self._lock:
            return sum(self.sizes[reference] for reference in self.there)

    def brought(self) -> frozenset[str]:
        return frozenset(self.brought_here)

    def parts(self, instance: Instance) -> tuple[str, ...]:
        return (instance.image,)

    @contextmanager
    def hold(self, references: Iterable[str]) -> Iterator[None]:
        references = tuple(references)
        self.leases.update(references)
        try:
            yield
        finally:
            self.leases.subtract(references)

    def acquire(self, instance: Instance, on_progress: OnProgress) -> AcquiredImage:
        reference = instance.image
        if reference in self.there:
            return _acquired(reference, "present")
        with self._lock:
            self.fetches.append(reference)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            self._pull(reference, on_progress)
        finally:
            with self._lock:
                self.at_once -= 1
        return _acquired(reference, "pulled")

    def discard(self, reference: str) -> bool:
        assert not self.leases[reference], "somebody holds it"
        with self._lock:
            if reference not in self.brought_here or reference in self.used_by_boxes:
                return False
            self.brought_here.remove(reference)
            self.there.remove(reference)
            self.discards.append(reference)
            return True

    def _pull(self, reference: str, on_progress: OnProgress) -> None:
        if self.failures.get(reference):
            raise self.failures[reference].pop(0)
        if reference not in self.sizes:
            raise InfrastructureError("image_unavailable", f"no {reference}", retryable=False)
        size = self.sizes[reference]
        held_back = self._held_back.get(reference)
        while True:
            on_progress(PullProgress(reference, 1, 0, size // 4, size // 2))
            if held_back is None or held_back.wait(0.01):
                break
        with self._lock:
            self.there.add(reference)
            self.brought_here.add(reference)
            self.most_used = max(self.most_used, sum(self.sizes[each] for each in self.there))


def _acquired(reference: str, how: str) -> AcquiredImage:
    digest = f"sha256:{reference}"
    if how == "present":
        return AcquiredImage(reference, digest, digest, "x86_64", "present", 0.0)
    return AcquiredImage(reference, digest, digest, "x86_64", "pulled", 0.0)
