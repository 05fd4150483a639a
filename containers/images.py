"""Images: what a task runs in, had in the cheapest way there is."""

from __future__ import annotations

import errno
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from containers.build import image_parts
from containers.engine import Engine
from containers.engine_events import PullProgress
from containers.engine_facts import ImageInfo
from containers.image_lease import held, unleased
from containers.image_pull import DISK_FULL_ADVICE, Puller, unavailable
from containers.image_record import ImageRecord
from containers.image_reference import ImageReference, content_digest
from containers.layer import LAYER_LABEL
from containers.registry_pause import Waiting
from harness.sandbox import InfrastructureError, SandboxCancelled
from task_specs.instance import Instance

Progress = PullProgress | Waiting | str
"""How a pull goes, or a line that a build printed."""
OnProgress = Callable[[Progress], None]
Builder = Callable[[Instance, OnProgress], str]
"""Builds and tags an instance's image, and returns its reference or id."""
How = Literal["present", "pulled", "built"]

_PAUSE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class AcquiredImage:
    """An image that is present on the engine, and where it came from."""

    reference: str
    image_id: str
    digest: str
    """What pins its content: the registry's digest, or the id where it is from no registry."""
    architecture: str
    """May differ from the engine's: then it runs under emulation, if at all."""
    how: How
    seconds: float
    """How long it took to have it, waiting included."""


class ImageStore:
    """Acquires images on one engine, and removes them again, for any number of threads."""

    def __init__(
        self,
        engine: Engine,
        builder: Builder | None = None,
        *,
        pull: bool = True,
        at_a_time: int = 4,
        run_key: str = "",
    ) -> None:
        """`at_a_time` bounds the pulls and builds that go on at one moment.

        `run_key` names the run that the images are for, such as by its folder: a run that goes on
        after an interruption still knows which images it brought. Without one, each store is a
        run of its own.
        """
        self._engine = engine
        self._builder = builder
        self._pull_allowed = pull
        self._run = run_key or uuid.uuid4().hex
        self._slots = threading.BoundedSemaphore(at_a_time)
        self._lock = threading.Lock()
        self._flights: dict[str, Future[AcquiredImage]] = {}
        self._cancelled = threading.Event()
        self._puller = Puller(engine, self._cancelled)

    @cached_property
    def _engine_id(self) -> str:
        return self._engine.info().id

    @cached_property
    def _record(self) -> ImageRecord:
        return ImageRecord(self._engine_id)

    def digest_without_fetching(self, instance: Instance) -> str | None:
        """Return what pins the content of an instance's image, as `acquire` would tell it.

        None where neither the reference says it nor the image is present.
        """
        pinned = ImageReference.parse(instance.image).digest
        if pinned:
            return pinned
        image = self._engine.image(instance.image)
        return content_digest(image, instance.image) if image is not None else None

    def parts(self, instance: Instance) -> tuple[str, ...]:
        """Return what can be removed of an instance's image one by one, the task's own first."""
        return image_parts(instance)

    def hold(self, references: Iterable[str]) -> AbstractContextManager[None]:
        """Hold a lease on images: no swe-verify of this user removes them meanwhile.

        The images need not be there yet. Raises SandboxCancelled after `cancel`.
        """
        return held(self._engine_id, references, self._check_cancelled)

    def acquire(self, instance: Instance, on_progress: OnProgress | None = None) -> AcquiredImage:
        """Have an instance's image on the engine: present, else built or pulled.

        Threads that want the same image at the same time share one pull or build, and only the
        first one's `on_progress` hears of it; an exception that it raises ends the work. Failures
        of registries that may pass are tried again. Raises InfrastructureError: image_unavailable
        for an image that exists nowhere, image_changed for one that is no longer what this run
        had before, else the kind of the engine's or registry's failure; and SandboxCancelled
        after `cancel`.
        """
        started = time.monotonic()
        with self._lock:
            flight = self._flights.get(instance.image)
            leads = flight is None
            if flight is None:
                flight = self._flights[instance.image] = Future()
        if leads:
            try:
                flight.set_result(self._acquire(instance, on_progress or _ignore))
            except BaseException as error:  # the threads that wait must hear of any end
                flight.set_exception(error)
            finally:
                with self._lock:
                    del self._flights[instance.image]
        while True:
            with suppress(TimeoutError):
                return replace(flight.result(_PAUSE_SECONDS), seconds=time.monotonic() - started)
            self._check_cancelled()

    def discard(self, reference: str) -> bool:
        """Remove an image that this run brought; return whether it is gone now because of that.

        It stays where it was there before, where someone else brought or replaced it, and where a
        lease, a container or another image needs it.
        """
        with unleased(self._engine_id, reference) as free:
            image = self._engine.image(reference) if free else None
            if image is None or not self._brought(reference, image):
                return False
            removed = self._engine.remove_image(reference)
            if removed:
                self._record.removed(reference)
            return removed

    def cancel(self) -> None:
        """End the pulls and builds that go on."""
        self._cancelled.set()
        self._engine.abort()

    def _brought(self, reference: str, image: ImageInfo) -> bool:
        """Whether this run, now or before an interruption, brought just this image.

        A process that was killed at the end of a fetch could not note the id. What is there then
        is what it fetched if it came from a registry or was built here: an image that a user
        loads from a file has neither's marks.
        """
        fetch = self._record.latest(reference)
        if fetch is None or fetch.run != self._run or fetch.removed:
            return False
        if fetch.image_id:
            return fetch.image_id == image.id
        return bool(image.repo_digests) or LAYER_LABEL in dict(image.labels)

    def _acquire(self, instance: Instance, on_progress: OnProgress) -> AcquiredImage:
        def report(progress: Progress) -> None:
            self._check_cancelled()
            on_progress(progress)

        parts = self.parts(instance)
        with self.hold(parts):
            present = self._engine.image(instance.image)
            if present is None:
                with self._slot():
                    image, how = self._fetch(instance, report)
            else:
                image, how = present, "present"
            self._check_unchanged(instance, image)
            for part in parts:
                self._record.used(part)
        return AcquiredImage(
            reference=instance.image,
            image_id=image.id,
            digest=image.id if how == "built" else content_digest(image, instance.image),
            architecture=image.architecture,
            how=how,
            seconds=0.0,
        )

    def _fetch(self, instance: Instance, report: OnProgress) -> tuple[ImageInfo, How]:
        how: How = "pulled" if instance.build is None else "built"
        with self._bringing(instance):
            if how == "built":
                name = self._build(instance, report)
            else:
                name = instance.image
                self._pull(instance, report)
        self._check_cancelled()
        image = self._engine.image(name)
        if image is None:
            raise unavailable(instance, "it was removed as soon as it was had")
        return image, how

    def _build(self, instance: Instance, report: OnProgress) -> str:
        if self._builder is None:
            raise unavailable(instance, "it must be built, and building is switched off")
        try:
            return self._builder(instance, report)
        except OSError as error:  # on the disk of the cache, where builds are laid out
            if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
                raise
            place = error.filename or "the cache folder"
            raise _no_room(instance, f"the disk of {place} is full: make room there") from error
        except InfrastructureError as error:
            if error.kind != "disk_full":
                raise
            raise _no_room(instance, f"{DISK_FULL_ADVICE} ({error})") from error

    def _pull(self, instance: Instance, report: OnProgress) -> None:
        if not self._pull_allowed:
            raise unavailable(
                instance, "pulling is switched off: pull it or load it by hand, or allow pulls"
            )
        self._puller.pull(instance, report)

    @contextmanager
    def _bringing(self, instance: Instance) -> Iterator[None]:
        """Note which images are absent before, and what they are after, work that brings them."""
        absent = [part for part in self.parts(instance) if self._engine.image(part) is None]
        for part in absent:
            built = part.startswith("swe-verify/")
            self._record.begun(part, self._run, "built" if built else "pulled")
        try:
            yield
        finally:
            with suppress(InfrastructureError):  # an engine that is gone hides no other reason
                for part in absent:
                    image = self._engine.image(part)
                    if image is None:
                        self._record.failed(part, self._run)
                    else:
                        digest = content_digest(image, part)
                        self._record.ended(part, self._run, image.id, digest)

    def _check_unchanged(self, instance: Instance, image: ImageInfo) -> None:
        """Raise where this run pulled the image twice and got two contents under one name."""
        fetch = self._record.latest(instance.image)
        if fetch is None or (fetch.run, fetch.image_id) != (self._run, image.id):
            return
        began = self._record.first_digest(instance.image, self._run)
        if fetch.how == "pulled" and fetch.digest != began:
            raise InfrastructureError(
                "image_changed",
                f"the image {instance.image} of {instance.instance_id} was {began} when this run "
                f"pulled it first, and its registry now has {fetch.digest} under that name: "
                "name it by its digest, or score it in a run of its own",
                retryable=False,
            )

    @contextmanager
    def _slot(self) -> Iterator[None]:
        while not self._slots.acquire(timeout=_PAUSE_SECONDS):
            self._check_cancelled()
        try:
            yield
        finally:
            self._slots.release()

    def _check_cancelled(self) -> None:
        if self._cancelled.is_set():
            raise SandboxCancelled


def _no_room(instance: Instance, why: str) -> InfrastructureError:
    return InfrastructureError(
        "disk_full",
        f"the image {instance.image} of {instance.instance_id} cannot be built: {why}",
        retryable=False,
    )


def _ignore(progress: Progress) -> None:
    """Hear of progress, and say nothing."""
