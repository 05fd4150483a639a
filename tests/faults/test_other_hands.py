"""Someone else stops, restarts or kills a box: our failure, however the box's exit code looks.

The exit code of a box that was stopped is one that a test run can have by itself, and its log
ends in the middle: both once counted as tests that failed.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import pytest

from containers.engine import Engine
from harness.sandbox import InfrastructureError
from tests.faults.boxes import BEGUN, Boxes

pytestmark = pytest.mark.engine

SLEEP = BEGUN + "sleep 600"


def kill(engine: Engine, container: str) -> None:
    engine.kill(container)


def stop(engine: Engine, container: str) -> None:
    engine._client.stop(container)


def restart(engine: Engine, container: str) -> None:
    engine._client.restart(container)


def kill_its_init(engine: Engine, container: str) -> None:
    """As the kernel does when the whole machine is out of memory, not the box."""
    state = engine._client.inspect_container(container)["State"]
    os.kill(state["Pid"], signal.SIGKILL)


@pytest.mark.parametrize(
    ("hand", "kind"),
    [
        (stop, "container_stopped"),
        (restart, "container_stopped"),
        (kill, "output_lost"),
        (kill_its_init, "output_lost"),
    ],
)
def test_a_box_that_did_not_end_by_itself_is_our_failure(
    boxes: Boxes, hand: Callable[[Engine, str], None], kind: str
) -> None:
    boxes.run("true")  # from now on it is known that the init has last words
    with pytest.raises(InfrastructureError) as caught:
        boxes.run(SLEEP, once_begun=lambda container: hand(boxes.engine, container))
    assert caught.value.kind in {kind, "container_stopped"}
    assert caught.value.retryable


@pytest.mark.parametrize("suicide", ["kill -9 $$", "kill -TERM $$", "kill -TERM 1; sleep 600"])
def test_a_box_that_kills_itself_is_its_own_failure(boxes: Boxes, suicide: str) -> None:
    """A patch must not be able to make its end look like our doing, and be run again."""
    boxes.run("true")
    result = boxes.run(suicide)
    assert result.exit_code in {137, 143}


def test_nothing_inside_can_kill_the_init(boxes: Boxes) -> None:
    result = boxes.run("kill -KILL 1; kill -STOP 1; echo still here; exit 3")
    assert result.exit_code == 3
    assert boxes.output.read_bytes() == b"still here\n"


def test_a_box_that_was_held_for_a_while_goes_on(boxes: Boxes) -> None:
    def hold(container: str) -> None:
        boxes.engine._client.pause(container)
        boxes.engine._client.unpause(container)

    assert boxes.run(BEGUN + "sleep 1; exit 3", once_begun=hold).exit_code == 3
