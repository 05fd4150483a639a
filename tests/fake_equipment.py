"""What a run is carried out with, without an engine: boxes whose end is written in advance."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from harness.apply import PATCH_PATH
from harness.box_run import PreparedImage
from harness.driver import DRIVER_PATH
from harness.sandbox import (
    NO_WAITING,
    Change,
    ExecResult,
    Sandbox,
    SandboxCancelled,
    SandboxRequest,
)
from runner.turns import Capacity
from task_specs.instance import Instance
from task_specs.limits import GIB

APPLIED = "\n{token} try git apply --verbose 1.0\nok\n{token} exit 0 1.5\n\n{token} applied  1.5\n"

Script = Callable[[SandboxRequest, str], tuple[str, ExecResult]]
"""What a box prints (`{token}` stands for the attempt's token) and how it ends, by its patch."""


@dataclass
class FakeBox:
    """One box."""

    owner: FakeBoxes
    request: SandboxRequest
    files: dict[str, bytes] = field(default_factory=dict)

    def put(self, files: Mapping[str, bytes]) -> None:
        self.files.update(files)

    def run(
        self, command: Sequence[str], output: Path, turn: AbstractContextManager[None] = NO_WAITING
    ) -> ExecResult:
        token = re.search(r"\b[0-9a-f]{32}\b", self.files[DRIVER_PATH].decode())
        assert token is not None
        with turn:
            text, ended = self.owner.script(self.request, self.files.get(PATCH_PATH, b"").decode())
            if self.owner.cancelled.is_set():
                raise SandboxCancelled
        output.write_text(text.replace("{token}", token.group()))
        return ended

    def read(self, path: str, max_bytes: int) -> bytes | None:
        return None

    def changes(self) -> tuple[Change, ...] | None:
        return ()


class FakeBoxes:
    """Opens boxes that do what `script` says."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.cancelled = threading.Event()
        self.closed = False

    @contextmanager
    def open(self, request: SandboxRequest) -> Iterator[Sandbox]:
        if self.cancelled.is_set():
            raise SandboxCancelled
        yield FakeBox(self, request)

    def cancel(self) -> None:
        self.cancelled.set()

    def close(self) -> None:
        self.closed = True


class FakeSupply:
    """Every image is there at once, unless `failures` holds an exception for its instance."""

    peak_bytes: int | None = None

    def __init__(self, needs: Sequence[Instance], failures: Mapping[str, Exception]) -> None:
        self.needs = [instance.instance_id for instance in needs]
        self.failures = failures
        self.given_up: list[str] = []
        self.postponed: list[str] = []
        self.closed = False

    def ready(self, instance: Instance) -> Future[PreparedImage]:
        future: Future[PreparedImage] = Future()
        failure = self.failures.get(instance.instance_id)
        if failure is not None:
            future.set_exception(failure)
        else:
            future.set_result(PreparedImage(instance.image, f"sha256:{instance.image}"))
        return future

    def make_room(self) -> bool:
        return False

    def lost(self, instance: Instance) -> None:
        raise AssertionError("no image was lost")

    def done(self, instance: Instance) -> None:
        self.given_up.append(instance.instance_id)

    def postpone(self, instance: Instance) -> None:
        self.postponed.append(instance.instance_id)

    def close(self) -> None:
        self.closed = True


class FakeEquipment:
    """Implements `runner.conduct.Equipment`."""

    def __init__(
        self,
        script: Script,
        *,
        jobs: int | None = 2,
        failures: Mapping[str, Exception] | None = None,
    ) -> None:
        self.provider = FakeBoxes(script)
        self.capacity = Capacity(jobs, 4.0, 16 * GIB)
        self.failures = failures or {}
        self.supplies: list[FakeSupply] = []

    def digest_without_fetching(self, instance: Instance) -> str | None:
        return f"sha256:{instance.image}"

    def supply(self, needs: Sequence[Instance]) -> FakeSupply:
        self.supplies.append(FakeSupply(needs, self.failures))
        return self.supplies[-1]

    def engine_is_back(self) -> bool:
        return True

    def cancel(self) -> None:
        self.provider.cancel()
