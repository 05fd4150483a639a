"""The engine answers late, or its answer breaks off in the middle: never the patch's failure."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from containers.docker_sandbox import DockerSandboxes
from containers.engine import Engine
from harness.sandbox import InfrastructureError
from tests.faults.boxes import BEGUN, Boxes
from tests.faults.engine_proxy import EngineProxy, engine_proxy
from tests.faults.private_engine import connected

pytestmark = pytest.mark.engine


@pytest.fixture
def proxy(engine: Engine) -> Iterator[EngineProxy]:
    """A proxy before the engine that is in use here."""
    client = engine._client
    if not engine.through_local_socket:
        pytest.skip("the engine is not behind a socket of this machine")
    socket = Path(client.get_adapter(client.base_url).socket_path)  # type: ignore[attr-defined]
    with tempfile.TemporaryDirectory() as folder, engine_proxy(Path(folder), socket) as between:
        yield between


@pytest.fixture
def behind(proxy: EngineProxy, engine: Engine, toy: str, tmp_path: Path) -> Iterator[Boxes]:
    """Boxes whose engine is behind the proxy; whatever happens, none of them is left."""
    connection = connected(proxy.address)
    run = f"proxy-{tmp_path.name}"
    provider = DockerSandboxes(connection, run)
    boxes = Boxes(connection, provider, toy, tmp_path)
    boxes.run("true")
    yield boxes
    proxy.cuts_left = 0
    provider.close()
    connection.close()
    assert engine.containers(f"swe-verify.run={run}") == []


@pytest.mark.parametrize(
    ("request_line", "after_bytes"),
    [
        (rb"POST \S+/containers/create", 0),
        (rb"POST \S+/containers/create", 60),
        (rb"POST \S+/start", 0),
        (rb"POST \S+/wait", 0),
        (rb"POST \S+/wait", 150),
        (rb"GET \S+/json", 0),
        (rb"GET \S+/json", 400),
    ],
)
def test_an_answer_that_breaks_off_is_our_failure_and_leaves_no_box(
    behind: Boxes, proxy: EngineProxy, request_line: bytes, after_bytes: int
) -> None:
    """The engine may well have done what it was asked: a box was made that nobody knew of."""
    proxy.cut, proxy.cut_after_bytes, proxy.cuts_left = re.compile(request_line), after_bytes, 1
    with pytest.raises(InfrastructureError) as caught:
        behind.run("echo never believed")
    assert (caught.value.kind, caught.value.retryable) == ("engine_unreachable", True)
    assert proxy.cut_requests


@pytest.mark.parametrize("after_bytes", [20, 300, 70_000])
def test_output_that_breaks_off_is_not_taken_for_a_short_log(
    behind: Boxes, proxy: EngineProxy, after_bytes: int
) -> None:
    """The box ends well, and its log lacks the end: that once was a failed test run."""
    proxy.cut, proxy.cut_after_bytes = re.compile(rb"POST \S+/attach"), after_bytes
    proxy.cuts_left = 1
    with pytest.raises(InfrastructureError) as caught:
        behind.run(BEGUN + "echo PASSED a; exit 0")
    assert (caught.value.kind, caught.value.retryable) == ("output_lost", True)


def test_a_removal_that_broke_off_is_made_up_for_at_the_end(
    behind: Boxes, proxy: EngineProxy
) -> None:
    proxy.cut, proxy.cut_after_bytes, proxy.cuts_left = re.compile(rb"^DELETE "), 0, 1
    assert behind.run("exit 3").exit_code == 3


def test_an_engine_that_answers_late_changes_nothing(behind: Boxes, proxy: EngineProxy) -> None:
    proxy.answers_after_seconds = 0.3
    result = behind.run("echo one; echo two; exit 3")
    assert result.exit_code == 3
    assert behind.output.read_bytes() == b"one\ntwo\n"
