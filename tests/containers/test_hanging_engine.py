"""An engine that stops answering costs one attempt, and never the run: nothing waits forever."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import pytest

from containers import box_stop, docker_sandbox
from containers.docker_sandbox import DockerSandboxes
from containers.engine import Engine
from containers.engine_facts import ContainerInfo, ContainerState, EngineInfo
from containers.errors import EngineError
from harness.sandbox import InfrastructureError, SandboxCancelled, SandboxRequest
from task_specs.limits import Limits


def unanswered(what: str) -> EngineError:
    return EngineError("engine_timeout", what, "no answer in time", status=None, retryable=True)


class HangingStream:
    """Says one thing, and then nothing until it is closed."""

    said_beside = b""

    def __init__(self) -> None:
        self._closed = threading.Event()

    def __iter__(self) -> Iterator[bytes]:
        yield b"begun\n"
        if not self._closed.wait(60):
            raise AssertionError("nobody closed the stream")

    def close(self) -> None:
        self._closed.set()


class HangingInput:
    """Takes the word to begin."""

    def __init__(self, engine: HangingEngine) -> None:
        self._engine = engine

    def send(self, data: bytes) -> None:
        self._engine.when_started()

    def close(self) -> None:
        """Nothing to end."""


class HangingEngine:
    """Starts a container, and answers nothing after that."""

    through_local_socket = False

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.when_started: Callable[[], None] = lambda: None

    def info(self) -> EngineInfo:
        return EngineInfo.from_api(
            {"NCPU": 1, "MemTotal": 1}, api_version="1.41", has_bridge_network=False
        )

    def create(self, config: Mapping[str, Any], *, name: str) -> str:
        return "0123456789abcdef"

    def attach(self, container: str) -> HangingStream:
        return HangingStream()

    def attach_input(self, container: str) -> HangingInput:
        return HangingInput(self)

    def start(self, container: str) -> None:
        pass

    def wait(self, container: str, timeout_seconds: float) -> int:
        raise unanswered("wait")

    def kill(self, container: str) -> None:
        self.asked.append("kill")
        raise unanswered("kill")

    def remove(self, container: str) -> None:
        self.asked.append("remove")
        raise unanswered("remove")

    def state(self, container: str) -> ContainerState:
        raise unanswered("inspect")

    def containers(self, label: str) -> list[ContainerInfo]:
        raise unanswered("list")


@pytest.fixture(autouse=True)
def _short_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docker_sandbox, "KILL_SECONDS", 0.05)
    monkeypatch.setattr(box_stop, "KILL_SECONDS", 0.05)


@pytest.fixture
def hanging() -> HangingEngine:
    return HangingEngine()


def run(sandboxes: DockerSandboxes, seconds: float, output: Path) -> None:
    with sandboxes.open(SandboxRequest("image", Limits(seconds=seconds))) as box:
        box.run(["/bin/bash", "/eval.sh"], output)


def test_a_box_that_cannot_be_killed_does_not_hold_the_run(
    hanging: HangingEngine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    sandboxes = DockerSandboxes(cast(Engine, hanging), "run")
    with pytest.raises(InfrastructureError, match="wait failed") as caught:
        run(sandboxes, 0.05, tmp_path / "output")
    assert (caught.value.kind, caught.value.retryable) == ("engine_timeout", True)
    sandboxes.close()
    assert hanging.asked == ["kill", "remove"]
    assert (tmp_path / "output").read_bytes() == b"begun\n"
    assert "containers may have been left behind: list failed" in caplog.text


def test_an_interrupt_is_one_also_on_an_engine_that_hangs(
    hanging: HangingEngine, tmp_path: Path
) -> None:
    sandboxes = DockerSandboxes(cast(Engine, hanging), "run")
    hanging.when_started = sandboxes.cancel
    with pytest.raises(SandboxCancelled):
        run(sandboxes, 600, tmp_path / "output")
