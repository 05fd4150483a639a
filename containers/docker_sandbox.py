"""Sandboxes that are containers: one container for one attempt, removed at once."""

from __future__ import annotations

import logging
import tarfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from containers.box_changes import PutFiles, box_changes
from containers.box_command import GO, why_it_did_not_run
from containers.box_end import own_end, wait_for_end
from containers.box_files import check_box_path, pack, unpack_one
from containers.box_meter import BoxMeter
from containers.box_stop import KILL_SECONDS, BoxStop, Stop
from containers.disk_guard import DiskGuard, disk_full
from containers.disk_usage import storage_here
from containers.engine import Engine, InputStream, OutputStream
from containers.engine_facts import EngineInfo
from containers.errors import EngineError
from containers.host_config import box_config
from containers.labels import container_name, run_labels
from containers.last_words import LastWords
from containers.output_file import copy_output
from containers.output_watch import watched_output
from containers.reaper import remove_own
from containers.removals import Removals
from harness.sandbox import (
    NO_WAITING,
    Change,
    ExecResult,
    InfrastructureError,
    Sandbox,
    SandboxCancelled,
    SandboxRequest,
)

_LOOK_UP_SECONDS = 0.5
"""Who waits looks up this often, to see whether it was cancelled."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Shared:
    """What the boxes of one run have in common."""

    engine: Engine
    engine_info: EngineInfo
    labels: Mapping[str, str]
    storage: Path | None
    """Where the engine keeps its containers, if that is on this machine."""
    guard: DiskGuard
    starts: threading.Semaphore
    """Bounds how many boxes get ready at a time. More than there are processors only hold each
    other up, and what should begin first begins last."""
    words: LastWords = field(default_factory=LastWords)


class DockerSandboxes:
    """Opens sandboxes on one engine for one run. Implements SandboxProvider."""

    def __init__(self, engine: Engine, run_id: str) -> None:
        info = engine.info()
        storage = storage_here(engine, info)
        guard = DiskGuard(engine, storage)
        starts = threading.Semaphore(max(2, info.cpus))
        self._shared = _Shared(engine, info, run_labels(run_id), storage, guard, starts)
        self._lock = threading.Lock()
        self._open: set[DockerSandbox] = set()
        self._cancelled = False
        self._removals = Removals(engine)

    @contextmanager
    def open(self, request: SandboxRequest) -> Iterator[Sandbox]:
        """Open a sandbox; the engine is not asked for anything before its `run`."""
        box = DockerSandbox(self._shared, request)
        with self._lock:
            if self._cancelled:
                raise SandboxCancelled
            self._open.add(box)
        try:
            yield box
        finally:
            with self._lock:
                self._open.discard(box)
            if box.container is not None:
                self._removals.remove(box.container)

    def cancel(self) -> None:
        """Stop every open box now, without waiting until they have ended."""
        with self._lock:
            self._cancelled = True
            for box in self._open:
                box.cancel()

    def close(self) -> None:
        """Return once every container of this run has been removed.

        Also those that the engine made without our hearing of it, and those whose removal failed
        when the engine was away.
        """
        self._shared.guard.close()
        self._removals.close()
        try:
            remove_own(self._shared.engine, self._shared.labels)
        except InfrastructureError as error:
            _log.warning("containers may have been left behind: %s", error)


class DockerSandbox:
    """One container. Implements Sandbox."""

    def __init__(self, shared: _Shared, request: SandboxRequest) -> None:
        self._shared = shared
        self._engine = shared.engine
        self._request = request
        self._files: dict[str, bytes] = {}
        self._filled_at = 0.0
        self.container: str | None = None
        """The engine's id of it, or the name that it was asked for under."""
        self._stop = BoxStop()

    def put(self, files: Mapping[str, bytes]) -> None:
        """Keep files for the box; `run` sends them all in one archive before the start."""
        for path in files:
            check_box_path(path)
        self._files.update(files)

    def run(
        self, command: Sequence[str], output: Path, turn: AbstractContextManager[None] = NO_WAITING
    ) -> ExecResult:
        """Create, fill and start the container, and see it through to its end.

        Its main process is an init that runs `command`, with stderr on the same pipe as stdout;
        when that ends, what it left running is killed. It is started ahead of its turn, with the
        command held back until then. Raises SandboxCancelled, and
        InfrastructureError of the engine's kinds or image_unusable (it cannot run `command`),
        container_removed, container_stopped, output_lost, disk_full, output_unwritable.
        """
        try:
            result = self._run(command, output, turn)
        except InfrastructureError as error:
            if self._stop.reason is Stop.CANCELLED:
                raise SandboxCancelled from error
            raise
        if self._stop.reason is Stop.CANCELLED:
            raise SandboxCancelled
        return result

    def read(self, path: str, max_bytes: int) -> bytes | None:
        """Return the beginning of a regular file of the ended container.

        The engine resolves links among the parent folders inside the container; a `path` that
        is itself a link, a folder or a device counts as no file.
        """
        if self.container is None:
            raise RuntimeError("nothing ran in this sandbox yet")
        with self._engine.archive(self.container, path) as chunks:
            if chunks is None:
                return None
            try:
                return unpack_one(chunks, max_bytes)
            except tarfile.TarError as error:
                raise InfrastructureError(
                    "engine_error", f"the engine sent an unreadable archive of {path}: {error}"
                ) from error

    def changes(self) -> tuple[Change, ...] | None:
        """Return what the ended container changed of its image and of what was put into it."""
        if self.container is None:
            raise RuntimeError("nothing ran in this sandbox yet")
        put = PutFiles(self._files, self._filled_at)
        return box_changes(self._engine, self.container, self._shared.storage, put)

    def cancel(self) -> None:
        """Stop the box; from another thread."""
        self._stop.stop(Stop.CANCELLED)

    def _run(
        self, command: Sequence[str], output: Path, turn: AbstractContextManager[None]
    ) -> ExecResult:
        if self.container is not None:
            raise RuntimeError("a sandbox runs one command")
        if self._stop.reason is not None:
            raise SandboxCancelled
        limits = self._request.limits
        with ExitStack() as closing_up:
            with self._queueing():
                container, stream, entry = self._get_ready(command, closing_up)
            with turn:
                if self._stop.reason is not None:
                    raise SandboxCancelled
                entry.send(GO)
                started = time.monotonic()
                deadline = started + limits.seconds
                with (
                    BoxMeter(container) as meter,
                    self._stop.watching(self._engine, container, stream, meter, deadline=deadline),
                    watched_output(output, self._request.watch, self._stop.stop_as_said),
                    self._shared.guard.guarding(
                        container, limits.disk_bytes, self._stop.stop_for_disk
                    ) as disk,
                ):
                    if copy_output(stream, output, limits.output_bytes):
                        stream.close()  # open and unread, it keeps the engine from killing the box
                        self._stop.stop(Stop.OUTPUT)
                    remaining = max(0.0, deadline - time.monotonic())
                    unsaid = self._stop.reason is None and self._shared.words.are_missing(
                        stream.said_beside
                    )
                    exit_code = wait_for_end(
                        self._engine, container, remaining + 2 * KILL_SECONDS, unsaid=unsaid
                    )
                    seconds = time.monotonic() - started
        if exit_code in {126, 127} and (reason := why_it_did_not_run(output)) is not None:
            raise self._unusable(reason)
        if self._stop.reason is Stop.SHORTAGE or disk.saw_full_disk:
            raise disk_full(disk.written)
        return self._result(container, exit_code, seconds, meter, unsaid=unsaid)

    @contextmanager
    def _queueing(self) -> Iterator[None]:
        """Wait until few enough other boxes are getting ready."""
        while not self._shared.starts.acquire(timeout=_LOOK_UP_SECONDS):
            if self._stop.reason is not None:
                raise SandboxCancelled
        try:
            yield
        finally:
            self._shared.starts.release()

    def _get_ready(
        self, command: Sequence[str], closing_up: ExitStack
    ) -> tuple[str, OutputStream, InputStream]:
        """Create, fill and start the container; its command waits."""
        # The name until the engine has told the id: an answer can get lost, with the box there.
        self.container = name = container_name(self._request.image)
        self.container = container = self._engine.create(self._config(command), name=name)
        if self._files:
            self._engine.put_archive(container, pack(self._files))
        self._filled_at = time.time()
        stream = self._engine.attach(container)
        closing_up.callback(stream.close)
        entry = self._engine.attach_input(container)
        closing_up.callback(entry.close)
        self._start(container)
        return container, stream, entry

    def _result(
        self, container: str, exit_code: int, seconds: float, meter: BoxMeter, *, unsaid: bool
    ) -> ExecResult:
        stopped = self._stop.reason
        if stopped is None:
            state = own_end(self._engine, container, exit_code, unsaid=unsaid)
        else:
            state = self._engine.state(container)
        return ExecResult(
            exit_code=exit_code if stopped is None else None,
            seconds=seconds,
            timed_out=stopped is Stop.TIMEOUT,
            output_limit_hit=stopped is Stop.OUTPUT,
            disk_limit_hit=stopped is Stop.DISK,
            oom_killed=state.oom_killed or meter.oom_killed,
            peak_memory_bytes=meter.peak_memory_bytes,
            cpu_seconds=meter.cpu_seconds,
            stopped=self._stop.said if stopped is Stop.WATCH else "",
        )

    def _config(self, command: Sequence[str]) -> dict[str, Any]:
        labels = {**self._shared.labels, **dict(self._request.labels)}
        return box_config(self._request, command, labels, self._shared.engine_info)

    def _start(self, container: str) -> None:
        try:
            self._engine.start(container)
        except EngineError as error:
            if error.status == 400:
                raise self._unusable(error.detail) from error
            raise

    def _unusable(self, reason: str) -> InfrastructureError:
        return InfrastructureError(
            "image_unusable",
            f"the image {self._request.image} cannot be used: {reason}",
            retryable=False,
        )
